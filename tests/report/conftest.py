"""The sample run, computed once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request

from etl.report.page import render
from etl.report.summary import summarise
from tests.report.hostile import hostile_facts, hostile_work
from tests.report.opening import saved
from tests.report.sample import sample_facts
from tests.report.sample_work import packed_work


@pytest.fixture(scope="session")
def summary() -> dict[str, Any]:
    """The sample run in numbers."""
    return summarise(sample_facts())


@pytest.fixture(scope="session")
def document(summary: dict[str, Any]) -> str:
    """The sample run's page."""
    return render(summary, packed_work(sample_facts()))


@pytest.fixture(scope="session")
def sample_file(document: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample page as a file."""
    return saved(tmp_path_factory.mktemp("sample"), document)


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hostile page as a file."""
    facts = hostile_facts()
    return saved(tmp_path_factory.mktemp("hostile"), render(summarise(facts), hostile_work(facts)))


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to say: console, errors, broken policy, and every request but the page itself."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: None if _is_the_page(request) else heard.append(request.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective}`))"
    )
    return heard


def _is_the_page(request: Request) -> bool:
    """The page itself, or a file that it hands over."""
    return request.is_navigation_request() or request.url.startswith("blob:")
