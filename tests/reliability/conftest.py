"""What the tests of reliability share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import provider_runs


@pytest.fixture(scope="session")
def invented_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one here, for most of its runs are processes of their own; not to be changed."""
    folder = provider_runs.invented(tmp_path_factory.mktemp("reliable") / "provider", provider_runs.SMALL)
    provider_runs.run(folder, "night-1")
    return folder
