"""What the page says after an act: which customers, by name, how many, and what they are now."""

from __future__ import annotations

import re
import string

import pytest
from playwright.sync_api import Page, expect

from tests.report.any_names import kind_of, named_page
from tests.report.opening import downloaded, keys, reviewing, saved

pytestmark = pytest.mark.browser

NAMES = tuple(f"Client {letter}" for letter in string.ascii_uppercase)


@pytest.fixture(scope="module")
def many_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of these customers, whose ids are their names."""
    return saved(tmp_path_factory.mktemp("many-names"), named_page(NAMES))


def _said(page: Page, text: str) -> None:
    """The line that is shown, and the one that is read aloud, without the marks that fence names off."""
    fenced = re.compile("^" + "[\u2068\u2069]*".join(re.escape(letter) for letter in text) + "$")
    for place in ("#said", "#spoken"):
        expect(page.locator(place)).to_have_text(fenced)


def test_each_decision_is_said_with_the_customer_and_the_company(page: Page, many_names: str) -> None:
    """In words that say what the customer is now, and again if it is that already."""
    reviewing(page, many_names)
    (best,) = kind_of(0)
    approved = f"Approved: Client A is Client A Inc (CW-{best.company_id})."
    keys(page, "a")
    _said(page, approved)
    keys(page, "k", "a")
    _said(page, f"No change. {approved}")
    keys(page, "j", "r")
    _said(page, "Rejected: both candidates of Client B.")
    keys(page, "e")
    _said(page, "Excluded: Client C is not a customer.")
    keys(page, "u")
    _said(page, "Marked as unsure: Client D.")
    keys(page, "r")
    _said(page, "Rejected: the candidate of Client E.")
    page.locator("#queue .ag-cell[col-id=customer]").first.click()
    keys(page, "c")
    _said(page, "Cleared: Client A is undecided again.")


def test_an_undo_says_what_is_undone(page: Page, many_names: str) -> None:
    """One customer with what it is now; several with their number and the first names."""
    reviewing(page, many_names)
    keys(page, "e", "k", "c", "z")
    _said(page, "Undone. Client A is excluded again.")
    keys(page, "z")
    _said(page, "Undone. Client A is undecided again.")
    keys(page, "z")
    _said(page, "There is nothing to undo.")
    strong = [name for place, name in enumerate(NAMES) if place % 7 in {0, 3}]
    page.locator("[data-do=bulk]").click()
    expect(page.locator("#bulk-text")).to_contain_text(f"One undo takes all {len(strong)} approvals back.")
    page.locator("#bulk [value=approve]").click()
    named = f"{', '.join(strong[:3])} and {len(strong) - 3} more"
    _said(page, f"Approved the best candidate of {len(strong)} customers: {named}.")
    keys(page, "z")
    _said(page, f"Undone. {len(strong)} customers are undecided again: {named}.")


def test_what_another_tab_decided_meanwhile_is_said(page: Page, many_names: str) -> None:
    """It is not approved again, and not undone: the count is of what changed here."""
    reviewing(page, many_names)
    other = page.context.new_page()
    reviewing(other, many_names)
    page.fill("#queue-find", "client a")
    page.locator("[data-do=bulk]").click()
    expect(page.locator("#bulk-text")).to_contain_text("the best candidate of 1 customer.")
    keys(other, "e")
    expect(page.locator("#tally")).to_contain_text("1 excluded")
    page.locator("#bulk [value=approve]").click()
    _said(page, "Nothing was approved: 1 customer was decided in another tab meanwhile.")
    keys(other, "k", "u", "Shift+A")
    expect(page.locator("#tally")).to_contain_text("1 unsure")
    page.locator("[data-do=snooze]").click()
    page.locator("[data-do=confirm]").click()
    keys(other, "k", "c")
    expect(page.locator("#tally")).not_to_contain_text("1 snoozed")
    keys(page, "z")
    _said(page, "Nothing was undone. 1 decision was changed in another tab meanwhile and stays.")


def test_an_undo_of_a_loaded_file_says_who_has_an_earlier_decision_again(page: Page, many_names: str) -> None:
    """A file that replaced decisions is one step: each customer gets back what it had."""
    reviewing(page, many_names)
    keys(page, "e", "e", "e")
    file = downloaded(page)
    keys(page, "z", "z", "z", "j", "u", "u")
    page.set_input_files("#load", [{"name": "d.csv", "mimeType": "text/csv", "buffer": file.encode()}])  # type: ignore[list-item]
    expect(page.locator("#load-text")).to_contain_text("decide 2 customers differently. Which decisions do you want")
    page.locator("#load-ask [value=file]").click()
    _said(page, "3 decisions loaded.")
    page.locator("[data-do=undo]").click()
    earlier = "2 customers have their earlier decisions again: Client B, Client C."
    _said(page, f"Undone. Client A is undecided again. {earlier}")
