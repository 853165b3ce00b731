"""A decided file is read as it was meant, and what a spreadsheet damaged is refused, never mended."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.csv_guard import guard
from etl.errors import Problem
from etl.review.decision_file import DecisionFileError, Line, is_undecided, lines_of
from etl.review.mapping_decisions import MAPPINGS, ParsedDecision, read_decision

HEADER = ["schema", "run_id", "row_id", "row_fp", "decision", "acct_customer_id", "cw_company_id", "reviewer",
          "decided_at", "note"]  # fmt: skip
GOOD = {
    "schema": "2", "run_id": "r1", "row_id": "ACCT-007/CW-10", "row_fp": "FP-0123456789abcdef", "decision": "approve",
    "acct_customer_id": "ACCT-007", "cw_company_id": "CW-10", "reviewer": "", "decided_at": "", "note": "",
}  # fmt: skip


def line(**cells: str) -> Line:
    """A row as it is read from a file, with some cells changed."""
    (found,) = lines_of([(1, HEADER), (2, [(GOOD | cells)[name] for name in HEADER])], "f.csv", MAPPINGS)
    return found


def decided(**cells: str) -> ParsedDecision:
    """What such a row decides."""
    found = read_decision(line(**cells))
    assert isinstance(found, ParsedDecision), found
    return found


def refused(**cells: str) -> Problem:
    """Why such a row cannot be read."""
    found = read_decision(line(**cells))
    assert isinstance(found, Problem), found
    return found


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("approve", "approve"), (" APPROVE ", "approve"), ("Approved", "approve"), ("Y", "approve"), ("yes", "approve"),
        ("\u00a0approve\u200b", "approve"), ("'approve", "approve"), ("reject", "reject"), ("N", "reject"),
        ("Exclude", "exclude"), ("not a customer", "exclude"), ("unsure", "unsure"), ("?", "unsure"),
        ("Override", "override"),
    ],
)  # fmt: skip
def test_a_decision_is_a_word_in_any_case(written: str, action: str) -> None:
    """With blanks around it, seen or not, or shortened to one letter."""
    assert decided(decision=written).action == action


@pytest.mark.parametrize("written", ["aprove", "approve reject", "1", "TRUE", "snoozing", "=approve"])
def test_a_word_that_is_no_decision_is_told(written: str) -> None:
    """With the words that would be."""
    problem = refused(decision=written)
    assert written in problem.found
    assert "approve, reject" in problem.expected
    assert problem.line == 2


def test_an_empty_decision_is_none() -> None:
    """Most rows of a file have not been decided."""
    assert is_undecided(line(decision="  \u00a0"))
    assert not is_undecided(line())


@pytest.mark.parametrize(
    ("cells", "until"),
    [
        ({"decision": "snooze:2026-12-01"}, date(2026, 12, 1)),
        ({"decision": "Snooze 2026-12-01"}, date(2026, 12, 1)),
        ({"decision": "snooze until 1.12.2026"}, date(2026, 12, 1)),
        ({"decision": "snooze:12/31/2026"}, date(2026, 12, 31)),
        ({"decision": "snooze:31/12/2026"}, date(2026, 12, 31)),
        ({"decision": "snooze", "note": "they move on 2027-01-02, ask then"}, date(2027, 1, 2)),
        ({"decision": "snooze", "decided_at": "2027-01-02T10:00:00Z"}, date(2027, 1, 2)),
    ],
)
def test_a_snooze_has_the_day_on_which_it_ends(cells: dict[str, str], until: date) -> None:
    """Behind the word, in the note or in the date, in any order that is clear."""
    found = decided(**cells)
    assert (found.action, found.until, found.company_id_cw) == ("snooze", until, None)


@pytest.mark.parametrize("written", ["snooze", "snooze:", "snooze:tomorrow", "snooze:03/04/2026", "snooze:2026-13-01"])
def test_a_snooze_without_a_clear_day_is_refused(written: str) -> None:
    """The third of April or the fourth of March: nobody guesses."""
    assert "one way only" in refused(decision=written).expected


@pytest.mark.parametrize(
    ("column", "spoilt", "reason"),
    [
        ("acct_customer_id", "7", "prefix is lost"),
        ("acct_customer_id", "007", "prefix is lost"),
        ("acct_customer_id", "1,234", "prefix is lost"),
        ("acct_customer_id", "1.23E+19", "last digits are lost"),
        ("acct_customer_id", "1,23e+19", "last digits are lost"),
        ("acct_customer_id", "ACCT-1.23E+19", "last digits are lost"),
        ("acct_customer_id", "", "empty"),
        ("acct_customer_id", "ACCT-", "hyphen"),
        ("acct_customer_id", "ACCT\u201307", "hyphen was replaced"),
        ("acct_customer_id", "CW-7", "not an id of that kind"),
        ("acct_customer_id", "#NAME?", "not an id of that kind"),
        ("cw_company_id", "41183", "prefix is lost"),
        ("cw_company_id", "4.1183E+4", "last digits are lost"),
        ("cw_company_id", "", "empty"),
        ("cw_company_id", "Acme Ltd", "not an id of that kind"),
    ],
)
def test_an_id_that_a_spreadsheet_spoilt_is_refused_with_what_happened(column: str, spoilt: str, reason: str) -> None:
    """Digits that are lost cannot be guessed; a wrong guess would show invoices to strangers."""
    problem = refused(**({column: spoilt} | ({"row_id": ""} if column == "acct_customer_id" else {})))
    assert reason in problem.found
    assert "ACCT-00123" in problem.expected or "CW-00123" in problem.expected


def test_an_id_may_look_like_anything_behind_its_prefix() -> None:
    """Accounting packages give out letters, hyphens and zeros; case belongs to the id, not to the prefix."""
    for bare in ("00123", "8F-2e", "1E5", "a b", "ÄÖ", "-1"):
        assert decided(acct_customer_id=f"acct-{bare}", row_id="").customer_id_acct == bare


def test_a_decision_about_the_customer_needs_no_company() -> None:
    """And takes none, whichever row it was written on."""
    for word in ("exclude", "unsure", "snooze:2026-12-01"):
        assert decided(decision=word, cw_company_id="").company_id_cw is None
        assert decided(decision=word).company_id_cw is None


def test_columns_that_were_sorted_apart_are_seen() -> None:
    """The id of one customer beside the row of another is nobody's decision."""
    assert "ACCT-8" in refused(acct_customer_id="ACCT-8").found


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00+02:00", datetime(2026, 11, 22, 8, tzinfo=UTC)),
        ("22.11.2026", datetime(2026, 11, 22, tzinfo=UTC)),
        ("11/22/2026 10:00", datetime(2026, 11, 22, tzinfo=UTC)),
        ("03/04/2026", None),
        ("45983.5", None),
        ("", None),
    ],
)
def test_when_it_was_decided_is_read_where_it_is_clear(written: str, instant: datetime | None) -> None:
    """Nothing hangs on it: what cannot be read counts as decided when it is imported."""
    assert decided(decided_at=written).decided_at == instant


def _rows(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, 1))


def test_rows_keep_their_numbers_and_empty_ones_are_left_out() -> None:
    """A spreadsheet adds rows and columns of nothing; a person looks for line 5."""
    row = [GOOD[name] for name in HEADER]
    blank: list[str] = [""] * 12
    found = list(
        lines_of(_rows(["sep=;"], blank, [*HEADER, "", ""], blank, [*row, "", ""], [" ", "'"], row[:7]), "f", MAPPINGS)
    )
    assert [one.line for one in found] == [5, 7]
    assert found[1].cells["note"] == ""


def test_captions_are_known_whatever_came_upon_them() -> None:
    """A byte-order mark read as Windows-1252, capitals, blanks, quotes; columns in another order, and more of them."""
    captions = ['\u00ef\u00bb\u00bf"schema"', "Extra", " ROW_FP", "Decision ", "acct_customer_id", "cw_company_id"]
    (found,) = lines_of(_rows(captions, ["2", "x", "FP-1", "approve", "ACCT-1", "CW-1"]), "f", MAPPINGS)
    assert (found.cells["row_fp"], found.cells["decision"], found.cells["schema"]) == ("FP-1", "approve", "2")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], "no header"),
        ([["id", "name"], ["1", "x"]], "no header"),
        ([["x"]] * 30 + [HEADER], "no header"),
        ([HEADER, ["3", *[GOOD[name] for name in HEADER[1:]]]], "schema 3.*Update billsight"),
        ([HEADER, ["1", *[GOOD[name] for name in HEADER[1:]]]], "schema 1, which an earlier version.*Decide again"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_as_a_whole(rows: list[Any], found: str) -> None:
    """Another table, or the file of a version that knows more."""
    with pytest.raises(DecisionFileError, match=found):
        list(lines_of(_rows(*rows), "f.csv", MAPPINGS))


def test_a_number_that_a_spreadsheet_wrote_anew_is_still_the_schema() -> None:
    """2.0 in one locale, 2,0 in another."""
    for written in ("2", "2.0", "2,00", ""):
        assert line(schema=written).cells["decision"] == "approve"


@pytest.mark.parametrize(
    "twice", ["CW_COMPANY_ID", "CW Company-ID", "cw company id ", "Decision", "Row_FP", "\uff2eote"]
)
@pytest.mark.parametrize("place", [0, len(HEADER)])
def test_a_file_with_a_column_twice_is_refused(twice: str, place: int) -> None:
    """Whichever of the two were read, the other might be meant."""
    row = [GOOD[name] for name in HEADER]
    with pytest.raises(DecisionFileError, match=r"twice.*Keep only the column"):
        list(
            lines_of(
                _rows([*HEADER[:place], twice, *HEADER[place:]], [*row[:place], "CW-11", *row[place:]]), "f", MAPPINGS
            )
        )


def test_columns_that_are_not_read_may_be_there_twice() -> None:
    """People add columns, with captions or without."""
    row = [GOOD[name] for name in HEADER]
    assert len(list(lines_of(_rows([*HEADER, "Mine", "mine", "", ""], [*row, "a", "b", "", ""]), "f", MAPPINGS))) == 1


@pytest.mark.parametrize("note", ["=1+1", "'=1+1", "'s Gravenhage", "''", "''=1", "O'Brien", "' =x", "+1 555"])
def test_a_note_is_read_as_it_was_written(note: str) -> None:
    """Its own apostrophe stays; the one of the guard goes. A note that the guard left alone loses nothing."""
    written = guard(pl.DataFrame({"note": [note], "reviewer": [note]})).row(0, named=True)
    found = line(**written)
    assert (found.cells["note"], found.cells["reviewer"]) == (note, note)


def test_customers_whose_names_differ_in_case_only_are_two() -> None:
    """The row of the one beside the id of the other is nobody's decision."""
    assert "a&b" in refused(row_id="ACCT-A&B/CW-10", acct_customer_id="ACCT-a&b").found
    assert decided(row_id="acct-A&B/CW-10", acct_customer_id="ACCT-A&B").customer_id_acct == "A&B"


CELLS = st.text(max_size=12) | st.sampled_from(
    ["ACCT-1", "CW-1", "1E5", "snooze:2026-02-30", "9" * 50, "'", "1.1.0001"]
)


@given(st.lists(st.lists(CELLS, min_size=len(HEADER), max_size=len(HEADER)), max_size=4))
def test_whatever_stands_in_the_cells_is_read_or_told(rows: list[list[str]]) -> None:
    """No content ends an import: a row decides something, or is reported as wrong."""
    with suppress(DecisionFileError):
        for one in lines_of(_rows(HEADER, *rows), "f", MAPPINGS):
            assert isinstance(read_decision(one), ParsedDecision | Problem)
