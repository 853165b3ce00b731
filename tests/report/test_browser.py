"""The page in a real Chromium: nothing runs but our script, nothing is asked of the network, everybody can read it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from etl.csv_guard import FORMULA
from etl.report.inputs import ReportInputs, RunFacts
from etl.report.page import render
from etl.report.page_data import Work, nothing, pack
from etl.report.summary import summarise
from tests.report.opening import downloaded, keys, opened, saved
from tests.report.sample import AS_OF, sample_facts
from tests.soak import also

pytestmark = pytest.mark.browser

CUT_OFF = """[...document.querySelectorAll('#panel, #panel table, .hand-over, .toolbar')]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.id || each.className)"""
"""What is wider than its place, and so is cut off or scrolls sideways."""

SCRIPTS = 2
"""The grid and ours; the blocks of data leave the page when they are read."""

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def _elements(page: Page) -> Counter[str]:
    tags: list[str] = page.evaluate("[...document.querySelectorAll('*')].map((e) => e.localName)")
    return Counter(tags)


def test_hostile_text_stays_text(page: Page, complaints: list[str], sample_file: str, hostile_file: str) -> None:
    """Whatever a customer is called: no element of its own, no script, no request, no word from the browser."""
    opened(page, hostile_file)
    for row in range(4):
        page.locator("#queue .ag-row").nth(row).locator(".ag-cell").nth(1).click()
    page.fill("#company-search", "hyperlink")
    expect(page.locator("#company-list li").first).to_be_visible()
    page.locator("#invoice-grid .ag-cell").nth(2).click()
    page.locator("#facets button").first.focus()
    keys(page, *"arjujejsjrju")
    cells = [cell for row in csv.reader(io.StringIO(downloaded(page))) for cell in row]
    told = pl.Series([cell for cell in cells if not re.fullmatch(r"-?[\d.]+", cell)])
    assert told.filter(told.str.contains(FORMULA)).to_list() == []
    assert told.str.contains("HYPERLINK").any()
    found = _elements(page)
    assert page.evaluate("window.pwned") is None
    assert complaints == []
    assert (found["script"], found["title"]) == (SCRIPTS, 1)
    assert not found["img"]
    assert "onload=window.pwned" in page.inner_text("body")
    opened(page, sample_file)
    page.fill("#company-search", "falcon")
    page.locator("#invoice-grid .ag-cell").nth(2).click()
    plain = _elements(page)
    assert set(found) <= set(plain)
    assert found["style"] == plain["style"]
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (800, "dark"), (390, "light"), *also(((1280, "dark"), (800, "light"), (390, "dark")))],
)
def test_everybody_can_read_it(browser: Browser, sample_file: str, width: int, scheme: Any) -> None:
    """Axe finds nothing, with everything opened, in light and in dark, wide and narrow; nor in the help."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = opened(context.new_page(), sample_file)
    page.locator("#invoice-grid .ag-cell").nth(2).click()
    page.fill("#company-search", "falcon")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    violations = Axe().run(page, options=RULES).response["violations"]
    page.locator("#single-keys").focus()
    page.keyboard.press("?")
    violations += Axe().run(page, context="#help", options=RULES).response["violations"]
    context.close()
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_the_page_itself_never_scrolls_sideways(page: Page, sample_file: str, hostile_file: str, width: int) -> None:
    """Long names wrap and wide tables scroll inside themselves, with everything opened."""
    page.set_viewport_size({"width": width, "height": 900})
    for file in (sample_file, hostile_file):
        opened(page, file)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == []


def test_numbers_and_dates_are_the_readers_own(browser: Browser, sample_file: str) -> None:
    """A reader in Berlin sees them as in Berlin; without script they are plain and complete."""
    berlin = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    page = berlin.new_page()
    opened(page, sample_file)
    expect(page.locator("#queue .ag-row").first).to_contain_text("27.830,75\N{NO-BREAK SPACE}$")
    expect(page.locator("#numbers .figures li").first).to_contain_text("102.891,99\N{NO-BREAK SPACE}$")
    expect(page.locator("header time.instant").first).to_contain_text("03:00")
    berlin.close()
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(sample_file)
    expect(page.locator("#numbers .figures li").first).to_contain_text("USD 102,891.99")
    expect(page.locator("header time.instant").first).to_have_text("2026-11-22 02:00 UTC")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("details.queue").first).to_contain_text("Heritage Motor Works")
    expect(page.locator("table.invoices tbody tr")).to_have_count(42)
    assert page.locator("button:visible, input:visible").count() == 0
    plain.close()


def test_invoices_can_be_found(page: Page, sample_file: str) -> None:
    """By words, by cause, by state; a number in the table of causes leads to exactly the invoices it counts."""
    opened(page, sample_file)
    found = page.locator("#found")
    expect(found).to_contain_text("42 of 42 listed")
    page.fill("#find", "northwind 1064")
    expect(found).to_contain_text("1 of 42 listed")
    expect(page.locator("#invoice-grid .ag-row")).to_have_count(1)
    page.click("#filters button")
    page.select_option("#by-state", "waiting")
    expect(found).to_have_text("3 of 42 listed: $4,400.00")
    for link in page.locator("a[data-cause]").all():
        link.click()
        amount = link.locator("xpath=../following-sibling::td[1]").inner_text()
        expect(found).to_have_text(f"{link.inner_text()} of 42 listed: {amount}")


def test_an_invoice_shows_its_chain_of_checks(page: Page, sample_file: str) -> None:
    """All four stages, with the fix of each that failed, and whether the first fix is enough."""
    opened(page, sample_file)
    page.fill("#find", "1056")
    page.locator("#invoice-grid .ag-cell").nth(1).click()
    detail = page.locator("#invoice-detail")
    expect(detail).to_contain_text("Lakeside Veterinary")
    assert detail.locator(".stage > p").all_inner_texts() == [
        "\u2713 It is an open invoice: yes", "\u2713 Its customer is mapped: yes", "\u2713 It is in the portal: yes",
        "\u2717 Somebody can see it: no",
    ]  # fmt: skip
    expect(detail).to_contain_text("The fix of the first cause alone frees it.")
    expect(detail).to_contain_text("Remark: Billing e-mail is no contact of the company")


def test_an_address_is_shown_when_asked_for(page: Page, sample_file: str) -> None:
    """One at a time: nobody copies a list of people by accident."""
    opened(page, sample_file)
    assert "jane@lakesidevet.com" not in page.content()
    page.locator("#contacts button", has_text="Show address").first.click()
    expect(page.locator("#contacts")).to_contain_text("jane@lakesidevet.com")
    assert "t.brandt@orchardrealty.com" not in page.content()


def test_a_link_to_a_fix_opens_it(page: Page, sample_file: str) -> None:
    """From the table of causes to what to do about the cause, in both portals' words."""
    opened(page, sample_file)
    page.locator("table.bycause th a").first.click()
    fix = page.locator("#fix-UNMAPPED_PROBABLE .fix")
    expect(fix).to_be_visible()
    expect(fix).to_contain_text("Company Mapper")


def test_a_list_with_nothing_in_it_breaks_nothing(
    page: Page, complaints: list[str], sample_file: str, tmp_path: Path
) -> None:
    """Filters that nothing passes, and a run without reviews and invoices."""
    opened(page, sample_file)
    page.fill("#find", "no such invoice")
    expect(page.locator("#found")).to_have_text("0 of 42 listed: no amount")
    page.fill("#queue-find", "no such customer")
    expect(page.locator("#panel-title")).to_have_text("No customer matches the filter")
    page.fill("#queue-find", "heritage")
    expect(page.locator("#panel-title")).to_contain_text("Heritage Motor Works")
    for facts in (ReportInputs(RunFacts("empty", AS_OF)), replace(sample_facts(), invoices=nothing("invoices"))):
        opened(page, saved(tmp_path, render(summarise(facts), pack(facts, Work()))))
        expect(page.locator("#found")).to_contain_text("0 of 0 listed")
    assert complaints == []


def test_the_grid_keeps_to_the_policy_whatever_is_done_with_it(
    page: Page, complaints: list[str], sample_file: str
) -> None:
    """Sorting, resizing, walking, copying: no markup from text, no style that was not allowed, no warning."""
    opened(page, sample_file)
    for grid in ("#queue", "#invoice-grid"):
        for header in page.locator(f"{grid} .ag-header-cell").all():
            header.click()
            header.click()
        edge = page.locator(f"{grid} .ag-header-cell-resize").nth(2)
        edge.dblclick()
        edge.hover()
        page.mouse.down()
        page.mouse.move(600, 300, steps=3)
        page.mouse.up()
        page.locator(f"{grid} .ag-cell").nth(2).click(button="right")
        page.locator(f"{grid} .ag-cell").nth(2).dblclick()
        keys(page, "Control+a", "Control+c", "Control+End", "Control+Home", "PageDown", "Tab", "Shift+Tab")
        keys(page, "F2", "Delete")
        keys(page, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "Enter", "Space")
    assert complaints == []


def test_where_it_cannot_work_it_still_tells(page: Page, sample_file: str) -> None:
    """An old browser shows the plain tables and says why there is nothing to click."""
    page.add_init_script("delete window.DecompressionStream")
    page.goto(sample_file)
    expect(page.locator("#broken")).to_be_visible()
    expect(page.locator("details.queue").first).to_be_visible()
    expect(page.locator(".work:visible")).to_have_count(0)


def test_it_can_be_printed(page: Page, sample_file: str) -> None:
    """The controls stay off the paper, which is white; the numbers are on it."""
    opened(page, sample_file)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator("nav.bar")).to_be_hidden()
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#numbers .card").first).to_be_visible()
    expect(page.locator(".work:visible")).to_have_count(0)
    expect(page.locator("details.queue").first).to_contain_text("Heritage Motor Works")
    expect(page.locator("table.invoices tbody tr:visible")).to_have_count(42)
    assert len(page.pdf(format="A4")) > 10_000
