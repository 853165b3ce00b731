"""Decisions that nobody sees are nobody's: hidden rows, hidden sheets, a second sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl import Workbook

from etl.domain import FIX_SHEET as SHEET
from etl.errors import Problem
from etl.review.decision_file import DecisionFileError, Line, is_undecided
from etl.review.fix_files import mapping_fixes
from etl.review.fix_workbook import write_workbook
from etl.review.mapping_decisions import read_decision
from etl.review.read_decision_file import content_of, read_rows
from tests.review.test_fixes import _fix, _frame

DECISION = 5
"""The column of the decision, and the rows of three customers below the header."""


@pytest.fixture
def fixes(tmp_path: Path) -> bytes:
    """A workbook of three customers, nothing decided."""
    table = mapping_fixes(_frame(*(_fix(customer, "10") for customer in "123")), "r1", b"key")
    write_workbook(table, tmp_path / "m.xlsx", datetime(2026, 11, 22, tzinfo=UTC))
    return (tmp_path / "m.xlsx").read_bytes()


def changed(fixes: bytes, change: Callable[[Workbook], object]) -> bytes:
    """The workbook as a spreadsheet saves it."""
    book = openpyxl.load_workbook(BytesIO(fixes))
    change(book)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def decide(book: Workbook, *rows: int, sheet: str = SHEET) -> None:
    """Approve some rows."""
    for row in rows:
        book[sheet].cell(row, DECISION, "approve")


def problems(data: bytes) -> dict[int, str]:
    """Why decided rows are refused, by their numbers; empty where they are not."""
    decided = [line for line in read_rows(data, "m").lines if not is_undecided(line)]
    return {line.line: str(_problem(line) or "") for line in decided}


def _problem(line: Line) -> Problem | None:
    found = read_decision(line)
    return found if isinstance(found, Problem) else None


@pytest.mark.parametrize("way", ["hidden", "filtered"])
def test_a_decision_on_a_hidden_row_is_refused(fixes: bytes, way: str) -> None:
    """And only that one; a hidden row without a decision harms nobody."""

    def hide(book: Workbook) -> None:
        decide(book, 2, 3)
        for row in (3, 4):
            book[SHEET].row_dimensions[row].hidden = True
        if way == "filtered":
            book[SHEET].auto_filter.add_filter_column(DECISION - 1, [""])

    found = problems(changed(fixes, hide))
    assert found[2] == ""
    assert "line 3: found a decision on a hidden row; expected a row that shows. Show all rows" in found[3]
    assert len(found) == 2


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_decisions_on_a_hidden_sheet_are_refused(fixes: bytes, state: str) -> None:
    """Whether it is the only sheet of decisions or another one; a hidden sheet without decisions is left alone."""

    def hide(book: Workbook) -> None:
        book.create_sheet("notes")
        decide(book, 2)
        book[SHEET].sheet_state = state

    def hide_copy(book: Workbook) -> None:
        book.copy_worksheet(book[SHEET]).title = "older"
        decide(book, 2, sheet="older")
        book["older"].sheet_state = state

    def hide_undecided(book: Workbook) -> None:
        book.copy_worksheet(book[SHEET]).title = "older"
        book["older"].sheet_state = state
        decide(book, 3)

    for change, name in ((hide, SHEET), (hide_copy, "older")):
        with pytest.raises(DecisionFileError, match=f"decisions on the hidden sheet '{name}'.*Show the sheet"):
            read_rows(changed(fixes, change), "m")
    assert problems(changed(fixes, hide_undecided)) == {3: ""}


def test_decisions_on_a_second_sheet_are_not_passed_over(fixes: bytes) -> None:
    """On one sheet, whichever it is, they are read; on two nobody knows which holds."""

    def copy(book: Workbook) -> None:
        book.copy_worksheet(book[SHEET]).title = "mine"
        decide(book, 3, sheet="mine")

    def decide_both(book: Workbook) -> None:
        copy(book)
        decide(book, 2)

    assert problems(changed(fixes, copy)) == {3: ""}
    with pytest.raises(DecisionFileError, match=f"decisions on the sheets '{SHEET}' and 'mine'"):
        read_rows(changed(fixes, decide_both), "m")


def _cells(*texts: str) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    return "".join(map(cell.format, texts))


def _ods(rows: str) -> bytes:
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = f'<table:table table:name="m">{rows}</table:table>'
    for part in ("office:spreadsheet", "office:body"):
        content = f"<{part}>{content}</{part}>"
    saved = BytesIO()
    with ZipFile(saved, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr("content.xml", f"<office:document-content {spaces}>{content}</office:document-content>")
    return saved.getvalue()


@pytest.mark.parametrize("way", ["collapse", "filter"])
def test_hidden_rows_of_an_ods_file_are_refused_too(way: str) -> None:
    """Rows that are written as one, and repeated, count as often."""
    head = _cells("row_fp", "decision", "acct_customer_id", "cw_company_id")
    row = _cells("FP-0123456789abcdef", "approve", "ACCT-1", "CW-1")
    shown = f'<table:table-row table:number-rows-repeated="2">{row}</table:table-row>'
    hidden = shown.replace("table-row ", f'table-row table:visibility="{way}" ', 1)
    found = problems(_ods(f"<table:table-row>{head}</table:table-row>{shown}{hidden}"))
    assert {line for line, why in found.items() if "hidden row" in why} == {4, 5}
    assert len(found) == 4


def test_a_file_that_became_a_pipe_or_a_link_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at it and the opening of it."""
    path, link = tmp_path / "d.csv", tmp_path / "link"
    path.write_bytes(b"x")
    link.symlink_to(path)
    looked = path.lstat()
    monkeypatch.setattr(Path, "lstat", lambda _: looked)
    with pytest.raises(DecisionFileError, match="no readable file"):
        content_of(link)
