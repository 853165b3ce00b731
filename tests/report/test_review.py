"""The review in the page, with the keyboard: decide, search, undo, go away and come back, hand over a file."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from etl.csv_guard import write_csv
from etl.report.filters import mask_emails
from etl.review.fix_files import mapping_fixes
from tests.report import opening
from tests.report.opening import downloaded, keys, loaded_into_empty, opened, reviewing
from tests.report.sample import _IDS, sample_facts
from tests.report.sample_work import proposed
from tests.soak import also

pytestmark = pytest.mark.browser

HERITAGE, GRANITE, DELTA, SUMMIT, FALCON, PRAIRIE = (
    _IDS[name] for name in (
        "Heritage Motor Works", "Granite Dental Group", "Delta Health Partners", "Summit Studio",
        "Falcon Logistics (Tulsa)", "Prairie Foods Ltd.",
    )
)  # fmt: skip
OURS = ("decision", "reviewer", "decided_at", "note")


def decisions(page: Page) -> dict[str, str]:
    """What the list says of each customer, by id."""
    return {_IDS[name]: word for name, word in opening.decisions(page).items()}


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.fixture(scope="module")
def fixes_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """mapping_fixes.csv of the sample run."""
    facts, path = sample_facts(), tmp_path_factory.mktemp("fixes") / "mapping_fixes.csv"
    write_csv(mapping_fixes(proposed(facts), facts.run.run_id), path)
    return path.read_bytes().decode()


def _decide_all(page: Page) -> None:
    """Approve, reject, map by search, exclude, note and snooze, all with the keyboard."""
    keys(page, "a", "Shift+A", "r")
    keys(page, "a", "a", "Enter")
    assert DELTA not in decisions(page), "a conflict asks first, and neither the same key nor Enter answers"
    keys(page, "a", "Shift+A")
    keys(page, "e", "/")
    page.keyboard.type("tulsa logistics")
    keys(page, "Enter", "Enter", "Shift+A")
    keys(page, "n")
    page.keyboard.type('=why? "later"')
    keys(page, "Escape", "u", "z", "s")


def test_everything_is_decided_with_the_keyboard_and_kept(
    page: Page, complaints: list[str], sample_file: str, fixes_file: str
) -> None:
    """One pass through the queue; after a reload all of it is still there, and the file says it in the file's words."""
    reviewing(page, sample_file)
    _decide_all(page)
    decided = {
        HERITAGE: "Approved", GRANITE: "Rejected", DELTA: "Approved", SUMMIT: "Excluded", FALCON: "Mapped",
        PRAIRIE: "Snoozed",
    }  # fmt: skip
    assert decisions(page) == decided
    opened(page, sample_file)
    assert decisions(page) == decided
    page.fill("#reviewer", "r. okafor")
    text = downloaded(page)
    told = _rows(text)
    until = (datetime.fromisoformat(told[-1]["decided_at"]) + timedelta(days=14)).date()
    assert [(row["row_id"], row["decision"], row["cw_company_id"]) for row in told] == [
        (f"ACCT-{HERITAGE}/CW-41120", "approve", "CW-41120"),
        (f"ACCT-{GRANITE}/CW-40731", "reject", "CW-40731"),
        (f"ACCT-{GRANITE}/CW-40732", "reject", "CW-40732"),
        (f"ACCT-{DELTA}/CW-41190", "approve", "CW-41190"),
        (f"ACCT-{SUMMIT}/CW-41183", "exclude", "CW-41183"),
        (f"ACCT-{FALCON}/NONE", "override", "CW-42101"),
        (f"ACCT-{PRAIRIE}/CW-42007", f"snooze:{until}", "CW-42007"),
    ]
    assert {row["reviewer"] for row in told} == {"r. okafor"}
    assert told[-1]["note"] == '\'=why? "later"'
    proposals = {row["row_id"]: row for row in _rows(fixes_file)}
    for row in (row for row in told if row["decision"] != "override"):
        proposal = proposals[row["row_id"]]
        assert {**row, **dict.fromkeys(OURS, "")} == {**proposal, "evidence": mask_emails(proposal["evidence"])}
    assert text.splitlines()[0] == fixes_file.splitlines()[0]
    assert text.count("\r\n") == text.count("\n") == len(told) + 1
    assert complaints == []


def test_decisions_go_on_elsewhere(browser: Browser, tmp_path: Path, sample_file: str) -> None:
    """The file can be loaded into another browser, also after a spreadsheet wrote it; other evidence is left out."""
    first = browser.new_context(offline=True).new_page()
    _decide_all(reviewing(first, sample_file))
    text = downloaded(first)
    longer = re.sub(r"snooze:[\d-]+", "snooze:2031-03-01", text)
    spoilt = text.replace('","', '";"').replace("'=why?", "=why?")
    stale = text.replace(_rows(text)[0]["row_fp"], "0" * 16)
    second = browser.new_context(offline=True).new_page()
    file, all_of_them = tmp_path / "decisions.csv", "6 decisions loaded."
    but_one = "5 decisions loaded. Left out: 1 with changed evidence."
    told = ((text, all_of_them), (longer, all_of_them), (spoilt, all_of_them), (stale, but_one))
    for content, said in told:
        loaded_into_empty(second, sample_file, file, content)
        expect(second.locator("#said")).to_have_text(said)
        if content in (text, longer):
            assert downloaded(second) == content
    assert set(decisions(second)) == {GRANITE, DELTA, SUMMIT, FALCON, PRAIRIE}
    first.context.close()
    second.context.close()


def test_a_row_is_loaded_with_its_own_fingerprint_only(page: Page, tmp_path: Path, sample_file: str) -> None:
    """Another candidate's id in the row that was decided, or a column twice, is not taken over."""
    reviewing(page, sample_file)
    keys(page, "a", "Shift+A", "r")
    text, file = downloaded(page), tmp_path / "decisions.csv"
    one, other = (row["row_fp"] for row in _rows(text) if row["decision"] == "reject")
    swapped = text.replace(one, "x").replace(other, one).replace('"x"', f'"{other}"')
    head, *lines = text.split("\r\n")
    doubled = "\r\n".join([f'{head},"CW_COMPANY_ID"', *(f'{line},"CW-1"' for line in lines if line)])
    told = (
        (text, "2 decisions loaded."),
        (swapped, "1 decision loaded. Left out: 1 with changed evidence."),
        (
            doubled,
            "decisions.csv was not loaded: it has a column twice. Keep only the column that the run wrote",
        ),
    )
    for content, said in told:
        loaded_into_empty(page, sample_file, file, content)
        expect(page.locator("#said")).to_contain_text(said)


AGREEMENT = """() => {
  const named = (row) => row?.querySelector('.names strong bdi')?.textContent;
  const rows = [...document.querySelectorAll('#queue .ag-row[aria-selected=true]')];
  const focused = document.activeElement.closest('#queue .ag-row');
  const panel = document.querySelector('#panel-title > bdi')?.textContent ?? '';
  return {panel, selected: rows.map(named), focused: focused ? named(focused) : panel};
}"""


@pytest.mark.parametrize("seed", [1, *also((2, 3))])
def test_the_panel_and_the_selected_row_never_disagree(page: Page, sample_file: str, seed: int) -> None:
    """Whatever is pressed or clicked: the row that is marked, the row with the focus and the panel are one customer."""
    reviewing(page, sample_file)
    chance = random.Random(seed)  # noqa: S311 (to try things, not to hide them)
    pressable = [*"jjjkkkareuscz12", "Shift+A", "ArrowDown", "ArrowUp", "Enter", "Escape", "End", "PageDown"]
    facets = page.locator("#facets button")
    for _ in range(120):
        act = chance.random()
        if act < 0.06:
            facets.nth(chance.randrange(facets.count())).click()
        elif act < 0.12 and page.locator("#queue .ag-row").count():
            page.locator("#queue .ag-cell[col-id=customer]").first.click()
        else:
            keys(page, chance.choice(pressable))
        found: dict[str, Any] = page.evaluate(AGREEMENT)
        assert found["selected"] == ([found["panel"]] if found["panel"] else []), found
        assert found["focused"] == found["panel"], found


def test_a_weak_suggestion_is_never_approved_by_one_key(page: Page, sample_file: str) -> None:
    """Too uncertain, out of use or in conflict: it asks, says why, and takes back the question on the way out."""
    reviewing(page, sample_file)
    keys(page, "2", "a")
    expect(page.locator("#ask")).to_contain_text(
        "more likely wrong than right; another candidate is more likely; evidence contradicts it (city);"
        " the company is inactive"
    )
    keys(page, "Escape")
    expect(page.locator("#ask")).to_be_hidden()
    assert decisions(page) == {}
    page.locator("[data-do=approve]").focus()
    for _ in range(4):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.locator("#ask")).to_be_visible()
    assert decisions(page) == {}, "a key that is held down answers nothing"
    page.locator("[data-do=confirm]").click()
    assert decisions(page) == {HERITAGE: "Approved"}


def test_the_strong_ones_that_are_shown_are_approved_together(
    page: Page, complaints: list[str], sample_file: str
) -> None:
    """How many and how much is said first, per currency; one undo takes all of it back."""
    reviewing(page, sample_file)
    keys(page, "b")
    told = page.locator("#bulk-text")
    expect(told).to_contain_text("2 customers. Blocked: $9,545.00 \N{MIDDLE DOT} CA$3,090.35.")
    expect(told).to_contain_text(
        "4 other undecided customers in the list are not strong enough and stay undecided. One undo takes all 2"
    )
    keys(page, "Escape")
    assert decisions(page) == {}
    page.fill("#queue-find", "prairie")
    page.locator("[data-do=bulk]").click()
    expect(told).to_contain_text("1 customer. Blocked: CA$3,090.35. Undo takes this approval back.")
    page.locator("#bulk [value=approve]").click()
    assert decisions(page) == {PRAIRIE: "Approved"}
    page.locator("[data-do=undo]").click()
    assert decisions(page) == {}
    assert complaints == []


def test_what_another_page_left_in_the_browser_is_not_taken_for_ours(page: Page, sample_file: str) -> None:
    """Pages of one disk share a memory: unknown words, another evidence and other shapes are passed over."""
    reviewing(page, sample_file)
    keys(page, "a", "Shift+A", "e")
    assert set(decisions(page)) == {HERITAGE, GRANITE}
    page.evaluate(
        """(heritage) => {
          const key = Object.keys(localStorage).find((each) => each.includes(":2026-"));
          const kept = JSON.parse(localStorage.getItem(key));
          kept.decisions[0][1].word = "<img src=x onerror=alert(1)>";
          kept.decisions.push(7, ["x"], [heritage, {word: "exclude", fingerprint: "another"}]);
          localStorage.setItem(key, JSON.stringify({...kept, notes: "none"}));
        }""",
        HERITAGE,
    )
    reviewing(page, sample_file)
    assert decisions(page) == {GRANITE: "Excluded"}


def test_single_keys_can_be_switched_off(page: Page, sample_file: str) -> None:
    """Who speaks to the machine, or leans on the keyboard, decides nothing by accident; it stays so."""
    reviewing(page, sample_file)
    page.locator("#single-keys").uncheck()
    page.locator("#facets button").first.focus()
    keys(page, "a", "r", "e")
    assert decisions(page) == {}
    reviewing(page, sample_file)
    keys(page, "a")
    assert decisions(page) == {}
    page.locator("[data-do=exclude]").click()
    assert decisions(page) == {HERITAGE: "Excluded"}


def test_keys_belong_to_the_review_only(page: Page, sample_file: str) -> None:
    """Elsewhere on the page, and in a field, a letter is a letter."""
    opened(page, sample_file)
    keys(page, "a")
    page.locator("#find").focus()
    keys(page, "a")
    page.locator("#queue-find").focus()
    keys(page, "a")
    assert decisions(page) == {}


def test_a_browser_that_keeps_nothing_says_so(browser: Browser, sample_file: str) -> None:
    """Decisions can still be made and downloaded, with a warning before they are lost."""
    page = browser.new_context(offline=True).new_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})")
    reviewing(page, sample_file)
    keys(page, "e")
    expect(page.locator("#kept")).to_contain_text("NOT saved")
    assert len(_rows(downloaded(page))) == 1
    page.context.close()


def test_the_evidence_adds_up_to_the_score(page: Page, sample_file: str) -> None:
    """The parts that the panel shows, for every candidate, are the whole score and the certainty of the list."""
    reviewing(page, sample_file)
    panel = page.locator("#panel")
    for _ in range(6):
        for choice in range(panel.locator("input[type=radio]").count()):
            keys(page, str(choice + 1))
            cells = [
                float(cell.replace("\N{MINUS SIGN}", "-"))
                for cell in panel.locator(".evidence td.num").all_inner_texts()
            ]
            assert sum(cells[:-1]) == pytest.approx(cells[-1])
        keys(page, "j")
