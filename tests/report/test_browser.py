"""The page in a real Chromium: nothing runs but our script, nothing is asked of the network, everybody can read it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from etl.report.page import render
from etl.report.summary import summarise
from tests.report.hostile import hostile_facts

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def sample_file(document: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample page as a file."""
    return _saved(tmp_path_factory.mktemp("sample"), document)


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The hostile page as a file."""
    return _saved(tmp_path_factory.mktemp("hostile"), render(summarise(hostile_facts())))


def _saved(folder: Path, document: str) -> str:
    (folder / "report.html").write_text(document, encoding="utf-8", newline="\n")
    return (folder / "report.html").as_uri()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser has to say: console, errors, broken policy, and every request but the page itself."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: None if request.is_navigation_request() else heard.append(request.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective}`))"
    )
    return heard


def _elements(page: Page) -> Counter[str]:
    tags: list[str] = page.evaluate("[...document.querySelectorAll('*')].map((e) => e.localName)")
    return Counter(tags)


def test_hostile_text_stays_text(page: Page, complaints: list[str], sample_file: str, hostile_file: str) -> None:
    """Whatever a customer is called: no element of its own, no script, no request, no word from the browser."""
    page.goto(hostile_file)
    page.wait_for_timeout(200)
    found = _elements(page)
    assert page.evaluate("window.pwned") is None
    assert complaints == []
    assert found["script"] == found["style"] == found["title"] == 1
    assert not found["img"]
    assert "onload=window.pwned" in page.locator("h2 ~ * bdi").first.page.inner_text("body")
    page.goto(sample_file)
    page.wait_for_timeout(200)
    assert set(found) <= set(_elements(page))
    assert complaints == []


def test_the_policy_stops_what_gets_in_all_the_same(page: Page, complaints: list[str], sample_file: str) -> None:
    """Even if a script could be planted, it would not run, and markup from text is refused."""
    page.goto(sample_file)
    page.evaluate(
        "() => { const s = document.createElement('script'); try { s.text = 'window.pwned = 1'; } catch {}"
        " document.body.append(s); }"
    )
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } }"
    )
    assert refused
    assert page.evaluate("window.pwned") is None
    assert any("policy" in complaint for complaint in complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800])
def test_everybody_can_read_it(browser: Browser, sample_file: str, scheme: Any, width: int) -> None:
    """Axe finds nothing, with everything opened, in light and in dark, wide and narrow."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(sample_file)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    violations = Axe().run(page, options=RULES).response["violations"]
    context.close()
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


@pytest.mark.parametrize("width", [1280, 800])
def test_the_page_itself_never_scrolls_sideways(page: Page, sample_file: str, hostile_file: str, width: int) -> None:
    """Long names wrap and wide tables scroll inside themselves, with everything opened."""
    page.set_viewport_size({"width": width, "height": 900})
    for file in (sample_file, hostile_file):
        page.goto(file)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_numbers_and_dates_are_the_readers_own(browser: Browser, sample_file: str) -> None:
    """A reader in Berlin sees them as in Berlin; without script they are plain and complete."""
    berlin = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    page = berlin.new_page()
    page.goto(sample_file)
    expect(page.locator("#numbers .figures li").first).to_contain_text("102.891,99\N{NO-BREAK SPACE}$")
    expect(page.locator("header time.instant").first).to_contain_text("03:00")
    berlin.close()
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(sample_file)
    expect(page.locator("#numbers .figures li").first).to_contain_text("USD 102,891.99")
    expect(page.locator("header time.instant").first).to_have_text("2026-11-22 02:00 UTC")
    expect(page.locator("#filters")).to_be_hidden()
    plain.close()


def test_invoices_can_be_found(page: Page, sample_file: str) -> None:
    """By words, by cause, by state; a number in the table of causes leads to exactly the invoices it counts."""
    page.goto(sample_file)
    rows = page.locator("#rows > tr:visible")
    expect(rows).to_have_count(42)
    page.fill("#find", "northwind 1064")
    expect(rows).to_have_count(1)
    expect(page.locator("#found")).to_have_text("1 of 42 listed")
    page.click("#filters button")
    expect(rows).to_have_count(42)
    page.select_option("#by-state", "waiting")
    expect(rows).to_have_count(3)
    for link in page.locator("a[data-cause]").all():
        link.click()
        expect(rows).to_have_count(int(link.inner_text()))


def test_a_link_to_a_fix_opens_it(page: Page, sample_file: str) -> None:
    """From the table of causes to what to do about the cause, in both portals' words."""
    page.goto(sample_file)
    page.locator("table.bycause th a").first.click()
    fix = page.locator("#fix-UNMAPPED_PROBABLE .fix")
    expect(fix).to_be_visible()
    expect(fix).to_contain_text("Company Mapper")


def test_it_can_be_printed(page: Page, sample_file: str) -> None:
    """The controls stay off the paper, which is white; the numbers are on it."""
    page.emulate_media(media="print", color_scheme="light")
    page.goto(sample_file)
    expect(page.locator("nav.bar")).to_be_hidden()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#numbers .card").first).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000
