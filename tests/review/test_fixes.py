"""The files that a person works in: safe in a spreadsheet, exact, and the same on Wednesday as on Monday."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.csv_guard import guard, guarded, unguarded, write_csv
from etl.report.inputs import EVIDENCE, FRAMES
from etl.review.fix_files import fingerprints, mapping_fixes, quarantine, sync_gaps

FORMULAS = [
    "=1+1", "+1 555 0100", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tplain", "  =1", "\x00=1", "\x01-1", "|cmd",
    "%0A", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "\u00a0=1", "\u200b=1", "\ufeff=HYPERLINK(1)", "\u3000\uff1d1",
    "\u22125", "\u202e=1",
]  # fmt: skip
LIKE_GUARDED = ["'=1+1", "''=1", "'\t1", "'\u200b=1", "''''\uff1d"]
HARMLESS = [
    "", " ", "a=1", "Smith & Sons", "100 % sure", "O'Brien", "'quoted", "3M", "Ünal - GmbH", "שלום", "ACCT-1", " x",
]  # fmt: skip

FIXES = {
    "customer_id_acct": pl.String, "company_id_cw": pl.String, "proposed_company_id_cw": pl.String,
    "customer_name": pl.String, "mapping_state": pl.String, "mapping_source": pl.String, "reason": pl.String,
    "company_identifier": pl.String, "company_name": pl.String, "blocked_amounts": pl.String, "rank": pl.Int64,
    "certainty": pl.Float64, "score": pl.Float64, "lead": pl.Float64, "evidence": EVIDENCE,
    "blocked_invoices": pl.Int64, "largest_amount": pl.Decimal(38, 2),
}  # fmt: skip


def _fix(customer: str, company: str | None, **more: Any) -> dict[str, Any]:
    evidence = [
        {"kind": "name", "points": 11.5, "verdict": "agrees", "detail": "a = b"},
        {"kind": "city", "points": -1.5, "verdict": "contradicts", "detail": None},
    ]
    return {
        "customer_id_acct": customer, "company_id_cw": None, "proposed_company_id_cw": company,
        "customer_name": "=Evil Ltd", "mapping_state": "review", "mapping_source": "nobody", "reason": "name only",
        "company_identifier": None, "company_name": "O'Neill & Brothers (Tulsa)", "blocked_amounts": "USD 10.00",
        "rank": 1, "certainty": 0.83333, "score": 10.0, "lead": 0.1, "evidence": evidence if company else None,
        "blocked_invoices": 1, "largest_amount": Decimal("10.00"), **more,
    }  # fmt: skip


def _frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FIXES)


def _in_file(texts: list[str | None], path: Path) -> list[str | None]:
    """What the large file would say of them."""
    frame = pl.LazyFrame({"text": texts}, schema={"text": pl.String})
    frame.with_columns(guarded(pl.col("text"))).sink_csv(path)
    read: list[str | None] = pl.read_csv(path, schema={"text": pl.String})["text"].to_list()
    return read


def _in_polars(texts: list[str | None]) -> list[str | None]:
    found: list[str | None] = guard(pl.DataFrame({"text": texts}, schema={"text": pl.String}))["text"].to_list()
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_becomes_text(text: str) -> None:
    """Signs, full-width signs, tabs and line ends first, and signs behind what nobody sees."""
    assert _in_polars([text]) == [f"'{text}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    """A guard that touches everything would damage every name."""
    assert _in_polars([text]) == [text]


@given(st.text(max_size=6) | st.text("'=+|\uff1d \t\r\n\x00\u200bx", max_size=5))
@example("")
def test_the_guard_is_taken_off_again_from_any_text(text: str) -> None:
    """A name may begin with an apostrophe of its own: it keeps that one, and loses the one of the guard."""
    for each in (text, *FORMULAS, *LIKE_GUARDED, *HARMLESS):
        (written,) = _in_polars([each])
        assert written is not None
        assert unguarded(written) == each


@given(
    st.lists(st.none() | st.text(max_size=6) | st.text("=+-@|%\uff1d \t\r\n\x00\u200b\u2028x", max_size=4), max_size=8)
)
@example([*FORMULAS, *HARMLESS, None])
def test_one_apostrophe_is_all_that_changes(texts: list[str | None]) -> None:
    """And an empty cell stays empty."""
    for before, after in zip(texts, _in_polars(texts), strict=True):
        assert after in (before, f"'{before}")


def test_the_large_file_is_guarded_like_the_small_ones(tmp_path: Path) -> None:
    """It is streamed, for it does not fit into a frame."""
    texts: list[str | None] = [text for text in [*FORMULAS, *HARMLESS] if text]
    assert _in_file(texts, tmp_path / "x.csv") == _in_polars(texts)


def test_numbers_are_not_text() -> None:
    """A credit of -12.50 stays a number."""
    frame = pl.DataFrame({"amount": [Decimal("-12.50")], "count": [-1], "ratio": [-0.5]})
    assert guard(frame).equals(frame)


def test_the_file_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    """A byte order mark, CRLF, every field quoted, line ends inside a field kept."""
    write_csv(pl.DataFrame({"name": ["=1\n2", 'say "hi"'], "n": [1, None]}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b'\xef\xbb\xbf"name","n"\r\n"\'=1\n2","1"\r\n"say ""hi""",""\r\n'


def test_ids_cannot_be_taken_for_numbers(tmp_path: Path) -> None:
    """Leading zeros live through every spreadsheet, for each id says whose it is."""
    write_csv(mapping_fixes(_frame(_fix("00123", "41183")), "r1"), tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["acct_customer_id"] == "ACCT-00123"
    assert row["cw_company_id"] == "CW-41183"
    assert row["acct_customer_name"] == "'=Evil Ltd"
    assert row["decision"] == row["reviewer"] == row["note"] == ""
    assert row["evidence"] == "name +11.5 (a = b); city -1.5 ()"
    assert row["cb_search_hint"] == "Brothers"
    assert list(row)[:13] == [
        "schema", "run_id", "row_id", "row_fp", "decision", "acct_customer_id", "acct_customer_name", "cw_company_id",
        "cw_company_name", "score", "reviewer", "decided_at", "note",
    ]  # fmt: skip


def test_a_customer_without_a_candidate_has_a_row_to_decide() -> None:
    """Somebody may know the company, or that the customer is none."""
    fixes = mapping_fixes(_frame(_fix("7", None, company_name=None)), "r1")
    assert fixes.select("row_id", "cw_company_id", "evidence", "alternatives").rows() == [("ACCT-7/NONE", None, "", 0)]


def test_the_largest_blocked_amount_comes_first_with_all_its_candidates() -> None:
    """The order of the page; a customer's candidates stay together."""
    rows = _frame(
        _fix("1", "10"),
        _fix("2", "21", rank=2, largest_amount=Decimal(99)),
        _fix("2", "20", largest_amount=Decimal(99)),
    )
    assert mapping_fixes(rows, "r1")["row_id"].to_list() == ["ACCT-2/CW-20", "ACCT-2/CW-21", "ACCT-1/CW-10"]
    assert mapping_fixes(rows, "r1")["alternatives"].to_list() == [1, 1, 0]


def test_the_fingerprint_is_of_the_evidence_and_not_of_the_night() -> None:
    """Approved on Monday, imported on Wednesday: another run and more money change nothing; other evidence does."""
    monday = mapping_fixes(_frame(_fix("1", "10")), "monday", b"key")["row_fp"][0]
    wednesday = mapping_fixes(_frame(_fix("1", "10", largest_amount=Decimal(9), blocked_invoices=8)), "wed", b"key")
    assert wednesday["row_fp"][0] == monday
    changed = [_fix("1", "11"), _fix("1", "10", score=9.5), _fix("1", "10", company_id_cw="3"), _fix("2", "10")]
    prints = [mapping_fixes(_frame(row), "monday", b"key")["row_fp"][0] for row in changed]
    assert len({monday, *prints}) == 5
    assert mapping_fixes(_frame(_fix("1", "10")), "monday", b"other key")["row_fp"][0] != monday


def test_every_row_has_a_fingerprint_of_its_own() -> None:
    """A new candidate, another rank or other evidence anywhere makes the old choice stale, whichever row was chosen."""
    two = mapping_fixes(_frame(_fix("1", "10"), _fix("1", "11", rank=2)), "r")
    assert two["row_fp"].n_unique() == 2
    for changed in (
        [_fix("1", "10")],
        [_fix("1", "10", rank=2), _fix("1", "11")],
        [_fix("1", "10"), _fix("1", "11", rank=2, score=9.5)],
        [_fix("1", "10"), _fix("1", "11", rank=2), _fix("1", "12", rank=3)],
    ):
        assert not set(two["row_fp"]) & set(mapping_fixes(_frame(*changed), "r")["row_fp"]), changed


def test_the_fingerprint_is_the_same_wherever_it_is_made_and_no_number() -> None:
    """The page, the files and the import read the rows in orders of their own; digits alone would become 1.2E+15."""
    rows = [_fix("1", "10"), _fix("1", "11", rank=2), _fix("2", "10", largest_amount=Decimal(99)), _fix("3", None)]
    made = set(fingerprints(_frame(*rows), b"key").iter_rows())
    assert set(fingerprints(_frame(*rows[::-1]), b"key").iter_rows()) == made
    written = mapping_fixes(_frame(*rows), "r1", b"key").select("row_id", "row_fp")
    assert {(f"ACCT-{one}/{f'CW-{other}' if other else 'NONE'}", row_fp) for one, other, row_fp in made} == set(
        written.rows()
    )
    assert all(row_fp.startswith("FP-") for row_fp in written["row_fp"])


def test_gaps_and_quarantine_are_plain_text() -> None:
    """Instants say that they are UTC, lists are one cell."""
    gap = {**dict.fromkeys(FRAMES["gaps"]), "gap_id": "1", "invoices": 2}
    gaps = pl.DataFrame([gap], schema=FRAMES["gaps"]).with_columns(first_changed_at=pl.datetime(2026, 1, 2, 3))
    assert sync_gaps(gaps, "r1").select("gap_id", "first_changed_at").rows() == [("GAP-1", "2026-01-02T03:00:00Z")]
    row = {"relation": "x", "source_file": "=f", "source_line": 3, "broken_rules": ["a", "b"], "row_values": "{}"}
    assert quarantine(pl.DataFrame([row])).rows() == [("x", "=f", 3, "a; b", "{}")]
