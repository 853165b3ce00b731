"""The sample night, computed once."""

from __future__ import annotations

from typing import Any

import pytest

from etl.report.page import render
from etl.report.summary import summarise
from tests.report.sample import sample_facts


@pytest.fixture(scope="session")
def summary() -> dict[str, Any]:
    """The sample night in numbers."""
    return summarise(sample_facts())


@pytest.fixture(scope="session")
def document(summary: dict[str, Any]) -> str:
    """The sample night's page."""
    return render(summary)
