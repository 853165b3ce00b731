"""What changed since the run before: the page says what history found, all of it, and concludes nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from etl.report.change_section import CHANGE_WORDS, FIRST_RUN, SHOWN_ROWS
from etl.report.filters import moved
from etl.report.inputs import ReportInputs
from etl.report.page import render
from etl.report.page_data import Payloads
from etl.report.summary import summarise, to_json
from etl.report.trend_charts import trend_of
from tests.report.sample import sample_facts
from tests.report.sample_changes import many_rows, sample_changes, sample_trend

Summary = dict[str, Any]
NO_WORK = Payloads("", "", 0, has_reviews=False)
STATES = tuple(CHANGE_WORDS)
NOTHING = "\N{EN DASH}"


class _Tables(HTMLParser):
    """Every table of a page by its caption: rows of the text of their cells; and all the text there is."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.by_caption: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._into: list[str] = []
        self._words: list[str] = []
        self.feed(document)
        self.text = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"caption", "td", "th"}:
            self._into = []

    def handle_endtag(self, tag: str) -> None:
        said = " ".join("".join(self._into).split())
        if tag == "caption":
            self.by_caption[said] = self._rows
        elif tag in {"td", "th"}:
            self._rows[-1].append(said)

    def handle_data(self, data: str) -> None:
        self._into.append(data)
        self._words.append(data)


def _page(facts: ReportInputs) -> _Tables:
    return _Tables(render(summarise(facts), NO_WORK))


def _changed(**parts: Any) -> ReportInputs:
    return replace(sample_facts(), changes={**sample_changes(), **parts})


def _numbers(cells: list[str]) -> list[int]:
    return [0 if cell == NOTHING else int(cell.replace(",", "")) for cell in cells]


def test_every_state_is_counted_as_the_summary_has_it(summary: Summary, document: str) -> None:
    """Each with its word; the causes of a kind add up to the kind, and the kinds to the run."""
    page = _Tables(document)
    for state, (word, meaning) in CHANGE_WORDS.items():
        assert f"{word}{summary['changes']['counts'][state]}{meaning}" in page.text
    lines = page.by_caption["Issues by cause"]
    assert lines[0][1:] == [word for word, _ in CHANGE_WORDS.values()]
    kinds = [_numbers(line[1:]) for line in lines if line[0] in {"Invoices", "Customers", "Contacts"}]
    causes = [_numbers(line[1:]) for line in lines[1:] if line[0] not in {"Invoices", "Customers", "Contacts"}]
    told = [summary["changes"]["counts"][state] for state in STATES]
    assert [sum(column) for column in zip(*kinds, strict=True)] == told
    assert [sum(column) for column in zip(*causes, strict=True)] == told


def test_the_first_numbers_say_how_they_moved(summary: Summary, document: str) -> None:
    """With a sign, and with a word for whoever does not hear the sign; a currency that is gone is reported too."""
    page = _Tables(document)
    assert "USD 102,891.99 28 invoices USD +18,000.00 (more) since the last run" in page.text
    assert "CAD \N{MINUS SIGN}1,010.35 (less) since the last run" in page.text
    assert "EUR 2,654.50 3 invoices the same as in the last run" in page.text
    assert "GBP 0.00 GBP \N{MINUS SIGN}410.00 (less) since the last run" in page.text
    assert "of 904 read \N{MINUS SIGN}6 (less) since the last run 7 newly blocked, 13 freed, 4 not checked" in page.text
    assert summary["changes"]["blocked_invoices"] == {"invoices": 37, "before": 43, "change": -6}


def test_what_nobody_knows_is_not_shown_as_nothing() -> None:
    """Neither beside the first numbers nor in the section."""
    page = _page(_changed(invoices=FIRST_RUN["invoices"]))
    assert "of 904 read \N{MINUS SIGN}6 (less) since the last run newly blocked or freed: not known" in page.text
    lines = page.by_caption["Invoices that became blocked or were freed"][1:]
    assert lines == [["Newly blocked", "not known", NOTHING], ["Freed", "not known", NOTHING]]


def test_before_and_change_are_tonight(summary: Summary, document: str) -> None:
    """For each currency by itself, and for the invoices."""
    for line in summary["changes"]["blocked"]:
        assert Decimal(line["before"]) + Decimal(line["change"]) == Decimal(line["amount"])
        for amount in (line["before"], line["change"]):
            assert f'value="{amount}" data-currency="{line["currency_code"]}"' in document
    blocked = {line["currency_code"]: line["amount"] for line in summary["changes"]["blocked"]}
    for entry in summary["numbers"]["blocked"]["amounts"]:
        assert blocked[entry["currency_code"]] == entry["amount"]
    assert _Tables(document).by_caption["Blocked, before and now"][1] == [
        "Invoices", "43", "37", "\N{MINUS SIGN}6 (less)",
    ]  # fmt: skip


def test_currencies_stand_in_the_order_of_the_page(summary: Summary) -> None:
    """Those with most blocked invoices first, as everywhere; those that the run does not have come last."""
    told = sample_changes()
    moved = {name: {**part, "amounts": part["amounts"][::-1]} for name, part in told["invoices"].items()}
    resolved = [{**line, "amounts": line["amounts"][::-1]} for line in told["resolved"]]
    turned = summarise(_changed(blocked=told["blocked"][::-1], invoices=moved, resolved=resolved))["changes"]
    assert [line["currency_code"] for line in turned["blocked"]] == ["USD", "CAD", "EUR", "GBP"]
    assert [line["currency_code"] for line in turned["resolved"][2]["amounts"]] == ["USD", "GBP"]
    assert turned["invoices"] == summary["changes"]["invoices"]


def test_what_was_resolved_says_why(summary: Summary, document: str) -> None:
    """Reason, issues, invoices, amounts; the issues add up to what is resolved."""
    lines = _Tables(document).by_caption["Resolved, because"][1:]
    assert ["Mapping approved", "2", "1", "CAD 1,010.35"] in lines
    assert sum(int(line[1]) for line in lines) == summary["changes"]["counts"]["resolved"]


def test_what_was_not_checked_is_no_change_and_says_why(document: str) -> None:
    """The source is named, in the section and in the banner; nothing of the kind where everything was checked."""
    page = _Tables(document)
    assert "11 issues were not checked. They keep the state of the last run" in page.text
    assert "because this was not read, or not completely: ConnectWise contacts" in page.text
    counts = {**sample_changes()["counts"], "not_checked": 0}
    assert "They keep the state" not in _page(_changed(counts=counts, not_checked_sources=[])).text


def test_every_changed_issue_is_a_row_with_its_words(summary: Summary, document: str) -> None:
    """State, reason, whom it concerns, cause, when it was first seen, amount."""
    lines = _Tables(document).by_caption["Issues that are new, reopened, not checked or resolved"][1:]
    assert len(lines) == len(summary["changes"]["rows"]) == summary["changes"]["shown"]
    for line, row in zip(lines, summary["changes"]["rows"], strict=True):
        assert line[0] == CHANGE_WORDS[row["state"]][0] + (row["reason"] or "")
        assert line[1:3] == [f"{row['name']} {row['subject_id']}", row["title"]]
        assert line[3].startswith(row["first_seen_at"][:10])
        assert (line[4] == NOTHING) == (row["amount"] is None)
    assert any("reopened 2 times" in line[3] for line in lines)
    assert {line[0]: "last 2026-11-20" in line[3] for line in lines}["Not checked"], "not even the night before"


def test_no_more_rows_than_can_be_read_and_the_others_are_told() -> None:
    """The summary holds two hundred, the page says of how many."""
    counts = {**sample_changes()["counts"], "new": 1_301}
    facts = _changed(rows=many_rows(SHOWN_ROWS + 20), counts=counts)
    told = summarise(facts)["changes"]
    assert len(told["rows"]) == told["shown"] == SHOWN_ROWS
    assert f"Shown: 200 of {1_301 + 2 + 11 + 14:,}." in _page(facts).text


def test_no_address_is_in_a_row(summary: Summary) -> None:
    """A name that is an address, or holds one, is masked."""
    assert "jane@" not in to_json(summary).decode()
    assert any("j•••@l•••.com" in row["name"] for row in summary["changes"]["rows"])


def test_a_first_night_has_nothing_to_compare_and_says_so() -> None:
    """One sentence in the section, one in place of the chart, and no change beside any number."""
    page = _page(replace(sample_facts(), changes=None, trend=sample_trend()[-1:]))
    assert "This is the first run that is remembered." in page.text
    assert "The trend is drawn from the second run on." in page.text
    assert "since the last run" not in page.text.replace("Changes since the last run", "")
    assert "Issues by cause" not in page.by_caption


def test_a_night_like_the_one_before_says_so() -> None:
    """Nothing new, nothing gone."""
    counts = {**dict.fromkeys(STATES, 0), "open": 40}
    nothing = {"invoices": 0, "amounts": []}
    quiet = _changed(
        counts=counts, rows=[], causes=[], resolved=[], not_checked_sources=[],
        invoices={"newly_blocked": nothing, "freed": nothing, "not_checked": nothing},
    )  # fmt: skip
    complete = replace(quiet, run=replace(quiet.run, partial_reasons=()))
    assert "Nothing changed since the last run." in _page(complete).text
    said = _page(quiet).text
    assert "Nothing changed since the last run." not in said, "this night is partial"
    assert "No issue is known to have changed." in said


def test_what_was_not_known_before_is_not_compared() -> None:
    """An unknown number is no zero: no change of it is reported."""
    blocked = [{"currency_code": "USD", "amount": "102891.99", "before": None, "change": None, "not_compared": None}]
    facts = replace(_changed(blocked=blocked), trend=())
    assert summarise(facts)["changes"]["blocked_invoices"]["change"] is None
    page = _page(facts)
    assert "USD 102,891.99 28 invoices not compared" in page.text
    assert page.by_caption["Blocked, before and now"][1] == ["Invoices", "not known", "37", "not compared"]


def test_the_banner_says_what_was_not_read_and_that_nothing_follows() -> None:
    """Every reason, at the top of the page; none on a complete run."""
    facts = sample_facts()
    document = render(
        summarise(replace(facts, run=replace(facts.run, partial_reasons=("the first", "the second")))), NO_WORK
    )
    banner = document[document.index('<section class="banner') : document.index("<main")]
    assert "<li>the first</li><li>the second</li>" in banner
    assert "Nothing was concluded from what was not read." in banner
    assert "not checked</a>" in banner
    complete = render(summarise(replace(facts, run=replace(facts.run, partial_reasons=()))), NO_WORK)
    assert '<section class="banner' not in complete


def test_every_night_of_the_trend_is_in_the_table(summary: Summary, document: str) -> None:
    """This run first, each currency in a column of its own, and a word where the run is partial."""
    lines = _Tables(document).by_caption["What was blocked in each of the last runs, this run first"]
    assert lines[0][1:5] == ["USD", "CAD", "EUR", "GBP"]
    assert len(lines) == 1 + len(summary["trend"]) == 31
    for line, night in zip(lines[1:], reversed(summary["trend"]), strict=True):
        assert ("partial" in line[0]) == night["is_partial"]
        told = {entry["currency_code"]: Decimal(entry["amount"]) for entry in night["amounts"]}
        shown = {cell[:3]: Decimal(cell[4:].replace(",", "")) for cell in line[1:5] if cell != NOTHING}
        assert shown == told
        assert _numbers(line[5:]) == [night[key] for key in ("blocked_invoices", "new", "reopened", "resolved", "open")]


def test_the_trend_is_a_chart_per_currency(summary: Summary) -> None:
    """Never added, in the reader's colours, with the numbers in words and the partial runs named."""
    trend = trend_of(summary)
    assert [currency for currency, _, _ in trend.charts] == ["USD", "CAD", "EUR", "GBP"]
    for _, _, svg in trend.charts:
        assert svg.count('role="img"') == 1
        assert "currentColor" in svg
        assert not re.search(r"<style|<script|style=|url\(|\bid=|#[0-9a-f]{6}", svg)
    assert "this run 102,891.99 on 2026-11-22; partial runs: 2026-11-16, 2026-11-22" in trend.charts[0][2]


@pytest.mark.parametrize("nights", [0, 1, 2, 30, 40])
def test_a_trend_of_any_length_can_be_shown(nights: int) -> None:
    """Fewer than two runs are no line; more than thirty are too long a one."""
    trend = (sample_trend()[:10] + sample_trend())[-nights:] if nights else []
    summary = summarise(replace(sample_facts(), trend=trend))
    assert len(summary["trend"]) == min(nights, 30)
    assert bool(trend_of(summary).charts) == (nights > 1)
    assert render(summary, NO_WORK) == render(summary, NO_WORK)


@pytest.mark.parametrize(
    ("change", "currency", "told"),
    [
        ("18000.00", "USD", "USD +18,000.00"), ("-6.5", "XXX", "\N{MINUS SIGN}6.5 (no currency)"),
        (0, "", "0"), (5, "", "+5"),
    ],
)  # fmt: skip
def test_a_change_has_a_sign(change: str | int, currency: str, told: str) -> None:
    """Plus as well as minus: a change is never mistaken for an amount."""
    assert f">{told}</data>" in moved(change, currency)
