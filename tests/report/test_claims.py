"""The page says that something is not there only where what was read can show it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import polars as pl
import pytest

from etl.report.inputs import ReportInputs, RunFacts
from etl.report.page import render
from etl.report.page_data import Work, pack
from etl.report.summary import summarise
from etl.review.inbox import InboxResult
from etl.schemas import RELATIONS
from tests.report.sample import AS_OF, sample_facts
from tests.report.sample_work import packed_work

Summary = dict[str, Any]


def _words(document: str) -> str:
    """What a reader sees of the page, in one line."""
    bare = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", document)
    return " ".join(unescape(bare).split())


CLAIMS = {
    "No invoice is blocked in this run.": ("accounting_invoices",),
    "Every invoice that should show does.": ("accounting_invoices", "portal_invoices"),
    "No invoice is known to have been missed by a sync.": ("accounting_invoices", "portal_invoices"),
    "No invoice is blocked by a mapping.": ("accounting_invoices", "connectwise_companies", "portal_mappings"),
    "Every mapped company with blocked invoices has somebody who can look into it.": (
        "accounting_invoices", "connectwise_companies", "connectwise_contacts",
    ),
    "Every ConnectWise invoice that was read is in accounting.": ("accounting_invoices", "connectwise_invoices"),
    "No portal invoice that was read is known to be missing from accounting.": (
        "accounting_invoices", "portal_invoices",
    ),
}  # fmt: skip
"""What the page says of a run without findings, and what must have been read for it."""


@pytest.mark.parametrize("missing", [*RELATIONS, "everything"])
def test_nothing_is_claimed_to_be_absent_that_the_data_cannot_tell(missing: str) -> None:
    """Without a source, each sentence that rests on it gives way to one that says what cannot be known."""
    read = tuple(name for name in RELATIONS if missing not in {name, "everything"})
    facts = ReportInputs(RunFacts("empty", AS_OF, read=read), access_counts=_mapped(3))
    said = _words(render(summarise(facts), pack(facts, Work())))
    for claim, needed in CLAIMS.items():
        assert (claim in said) == (set(needed) <= set(read)), claim
    if "portal_invoices" not in read:
        assert "no portal list: nothing can be confirmed as visible" in said
        assert "The data cannot tell whether a sync missed an invoice" in said


def _mapped(companies: int, unknown: int = 0) -> pl.DataFrame:
    return pl.DataFrame({"companies": [companies], "unknown_companies": [unknown]})


@pytest.mark.parametrize(
    ("counts", "claim"),
    [
        (_mapped(0), "No customer with open invoices is mapped yet, so access could not be checked."),
        (_mapped(3, 1), "No such company was found. The data cannot tell more"),
    ],
)
def test_access_is_not_praised_where_nobody_is_mapped_or_checked(counts: pl.DataFrame, claim: str) -> None:
    """No company without access says little where no company was checked, or one could not be."""
    facts = ReportInputs(RunFacts("empty", AS_OF, read=tuple(RELATIONS)), access_counts=counts)
    said = _words(render(summarise(facts), pack(facts, Work())))
    assert claim in said
    assert "has somebody who can look into it" not in said


def test_decided_files_that_were_not_taken_have_a_notice() -> None:
    """How many, where the reasons are, and what waits; a good inbox has none."""
    inbox = InboxResult(3, 2, 7, "late.csv waits", partly=1, rows_refused=4).facts()
    said = [
        _words(render(summarise(facts), pack(facts, Work())))
        for each in (inbox, InboxResult(1, 0, 2).facts(), {})
        for facts in [ReportInputs(RunFacts("empty", AS_OF, inbox=each))]
    ]
    assert "2 decided files could not be imported" in said[0]
    assert "1 decided file was imported in part" in said[0]
    assert "see inbox/rejected/*.reasons.txt and inbox/done/*.reasons.txt" in said[0]
    assert "late.csv waits" in said[0]
    assert "7 decisions were imported" in said[0]
    assert all("Decided files were not imported completely" not in words for words in said[1:])


def test_a_partial_night_claims_no_more_than_it_read() -> None:
    """It is not complete, and nothing is said to be in order."""
    facts = ReportInputs(RunFacts("empty", AS_OF, read=tuple(RELATIONS), partial_reasons=("too much in quarantine",)))
    said = _words(render(summarise(facts), pack(facts, Work())))
    for claim in ("No invoice is blocked in this run.", "Every invoice that should show does.", "complete Print"):
        assert claim not in said


def test_invoices_that_nobody_can_tell_of_are_counted_beside_what_is_said(summary: Summary) -> None:
    """Unknown is not hidden: the heading counts both, each by its name."""
    facts = sample_facts()
    cells = facts.cells.filter(pl.col("state").is_in(["visible", "unknown"]))
    run = replace(facts.run, partial_reasons=())
    whole = replace(facts, run=run, scopes=facts.scopes.clear())
    quiet = replace(whole, cells=cells, gaps=facts.gaps.clear(), backfill=facts.backfill.clear())
    unknown = summary["known"]["unknown_invoices"]
    assert unknown > 0
    said = _words(render(summarise(quiet), packed_work(quiet)))
    assert "No blocked invoice was found. The data cannot tell for" in said
    assert f"0 do not show, {unknown} unknown" in said
    assert f"For {unknown} invoices the data cannot tell." in said


def test_an_empty_night_has_a_page() -> None:
    """Every section says that there is nothing to do."""
    facts = ReportInputs(RunFacts("empty", AS_OF, read=tuple(RELATIONS)), access_counts=_mapped(3))
    said = _words(render(summarise(facts), pack(facts, Work())))
    for claim in CLAIMS:
        assert claim in said
    assert "The data cannot tell" not in said
    assert "no portal list" not in said
