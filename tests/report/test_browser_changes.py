"""The runs before, in a real Chromium: readable by everybody, in the reader's own numbers, on paper too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from etl.report.page import render
from etl.report.summary import summarise
from tests.report.opening import opened, saved
from tests.report.sample import sample_facts
from tests.report.sample_changes import many_rows, sample_changes
from tests.report.sample_work import packed_work
from tests.report.test_browser import RULES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def many_changes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a run with more changes than it shows, in one currency."""
    facts = sample_facts()
    trend = [{**night, "amounts": night["amounts"][:1]} for night in facts.trend]
    changes = {**sample_changes(), "rows": many_rows(200), "counts": {**sample_changes()["counts"], "new": 900}}
    return _saved(tmp_path_factory.mktemp("many"), changes=changes, trend=trend)


@pytest.fixture(scope="module")
def both(many_changes: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The page of a run that has none before it, and that of one with many changes."""
    return _saved(tmp_path_factory.mktemp("first"), changes=None, trend=()), many_changes


def _saved(folder: Path, **parts: Any) -> str:
    facts = replace(sample_facts(), **parts)
    return saved(folder, render(summarise(facts), packed_work(facts)))


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (800, "dark")])
def test_everybody_can_read_what_changed(browser: Browser, both: tuple[str, str], width: int, scheme: Any) -> None:
    """Axe finds nothing in the first run's page, nor in a full one; no page scrolls sideways."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page, found = context.new_page(), []
    for file in both:
        opened(page, file)
        page.evaluate("document.querySelectorAll('.nights').forEach((each) => { each.open = true; })")
        for part in (".banner", "#numbers", "#changes"):
            found += Axe().run(page, context=part, options=RULES).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_no_night_makes_the_browser_complain(page: Page, complaints: list[str], both: tuple[str, str]) -> None:
    """No script, style or request that the policy refuses, whatever there is to compare with."""
    for file in both:
        opened(page, file)
    assert complaints == []


def test_a_change_is_in_the_readers_own_numbers(browser: Browser, sample_file: str) -> None:
    """With its sign; and the line about it leads to the section."""
    berlin = browser.new_context(locale="de-DE")
    page = opened(berlin.new_page(), sample_file)
    first = page.locator("#numbers .figures li").first
    expect(first).to_contain_text("+18.000,00\N{NO-BREAK SPACE}$")
    expect(first).to_contain_text("since the last run")
    expect(page.locator("#changes table").first).to_contain_text("-1.010,35")
    page.locator("#numbers a[href='#changes']").click()
    expect(page.locator("#changes-title")).to_be_in_viewport()
    berlin.close()


def test_the_changes_can_be_printed(page: Page, many_changes: str) -> None:
    """The banner, the numbers, the chart and fifty rows; the page says that there are more."""
    opened(page, many_changes)
    expect(page.locator(".changed tbody tr")).to_have_count(200)
    box = page.locator("#changes .listing").bounding_box()
    assert box is not None
    assert box["height"] < 600, "on the screen the list scrolls inside itself"
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".banner.partial")).to_be_visible()
    expect(page.locator(".trend svg")).to_be_visible()
    expect(page.locator(".nights")).to_be_hidden()
    expect(page.locator(".changed tbody tr:visible")).to_have_count(50)
    expect(page.locator("#changes .print-only")).to_have_text("The first 50 are printed.")
    expect(page.locator("#changes")).to_contain_text("Shown: 200 of 927.")
