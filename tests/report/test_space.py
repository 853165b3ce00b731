"""The Space key presses what has the focus, and nothing else: on a row nothing, on a button what the button says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.report.any_names import KINDS, NAMES, named_page
from tests.report.opening import decisions, keys, reviewing, saved

pytestmark = pytest.mark.browser

TIE = NAMES[1]
FEW = NAMES[: len(KINDS)]
BUTTONS = ("approve", "reject", "exclude", "unsure", "snooze", "clear", "undo", "back")


@pytest.fixture(scope="module")
def few_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of one customer of each kind."""
    return saved(tmp_path_factory.mktemp("few-names"), named_page(FEW))


def test_space_on_a_row_changes_nothing(page: Page, few_names: str) -> None:
    """The row stays the marked one, the page does not move, and nobody decides."""
    reviewing(page, few_names)
    page.locator("#queue .ag-cell[col-id=customer]").nth(1).click()
    place = page.evaluate("scrollY")
    for key in ("Space", "Shift+Space", "Space"):
        keys(page, key)
        marked = page.locator("#queue .ag-row[aria-selected=true] .names strong")
        expect(marked).to_have_text([page.locator("#panel-title > bdi").text_content() or ""])
    assert (decisions(page), page.evaluate("scrollY")) == ({}, place)
    page.locator("#invoice-grid .ag-cell[col-id=customer]").first.click()
    keys(page, "Space")
    expect(page.locator("#invoice-grid .ag-row[aria-selected=true]")).to_have_count(1)


@pytest.mark.parametrize("button", BUTTONS)
def test_space_on_a_button_decides_on_the_customer_that_the_panel_shows(
    page: Page, few_names: str, button: str
) -> None:
    """Once, however long it is held; where the button cannot do it, or asks first, nothing is decided."""
    reviewing(page, few_names)
    for place in range(len(FEW)):
        page.locator("#queue .ag-cell[col-id=customer]").nth(place).click()
        shown, before = page.locator("#panel-title > bdi").text_content(), decisions(page)
        page.evaluate("(name) => document.querySelector(`[data-do=${name}]`).focus()", button)
        for _ in range(3):
            page.keyboard.down("Space")
        page.keyboard.up("Space")
        after = decisions(page)
        changed = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
        assert changed <= {shown}
        assert after.items() >= before.items()


def test_space_answers_a_question_on_its_own_button_only(page: Page, few_names: str) -> None:
    """The question comes with the focus on Cancel; the other button has to be reached first."""
    reviewing(page, few_names)
    keys(page, "j", "2", "a", "Space")
    expect(page.locator("#ask")).to_be_hidden()
    keys(page, "a", "Space", "Space")
    assert decisions(page) == {}
    keys(page, "a")
    expect(page.locator("#ask")).to_contain_text(TIE)
    keys(page, "Tab", "Space")
    assert decisions(page) == {TIE: "Approved"}


def test_the_help_says_what_space_does(page: Page, few_names: str) -> None:
    """Next to the keys that decide."""
    reviewing(page, few_names)
    keys(page, "?")
    expect(page.locator("#help .keys div", has_text="Space")).to_contain_text("press the button that has the focus")
