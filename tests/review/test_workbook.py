"""The workbook says what the CSV says, offers what may be chosen, and holds no formula whatever anybody is called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from etl.review.fix_files import mapping_fixes
from etl.review.fix_workbook import write_workbook
from tests.review.test_fixes import FORMULAS, _fix, _frame

AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
HOSTILE = [*FORMULAS, "https://x.example/a", "mailto:a@x.example", "internal:A1", "{=1+1}", "1", "00123", "1E5", "TRUE",
           "#N/A", "_x0041_", "\u2028", "</t></is><f>1</f>", "x" * 40_000, "'quoted"]  # fmt: skip


def _written(path: Path, fixes: pl.DataFrame) -> Worksheet:
    write_workbook(fixes, path, AT)
    return openpyxl.load_workbook(path)["mapping_fixes"]


def _texts(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_says_what_the_csv_says(tmp_path: Path) -> None:
    """The same columns in the same order, the same rows; text as text, numbers as numbers."""
    fixes = mapping_fixes(_frame(_fix("00123", "41183"), _fix("7", None, company_name=None)), "r1", b"key")
    sheet = _written(tmp_path / "m.xlsx", fixes)
    head, *rows = _texts(sheet)
    assert head == fixes.columns
    blank = [[None if value == "" else value for value in row] for row in fixes.rows()]
    assert rows == blank
    assert {cell.number_format for cell in sheet["F"][1:]} == {"@"}
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:20])
def test_no_cell_is_a_formula_or_a_link(tmp_path: Path, name: str) -> None:
    """Whatever a customer or a company is called, it is a text."""
    path = tmp_path / "m.xlsx"
    _written(path, mapping_fixes(_frame(_fix("1", "2", customer_name=name, company_name=name)), name, b"key"))
    with ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
        assert not [part for part in parts.namelist() if "external" in part.lower()]
        assert not [part for part in parts.namelist() if part.startswith("xl/worksheets/_rels")]


def test_the_decisions_are_offered_and_no_other_company(tmp_path: Path) -> None:
    """Each candidate is decided on its own row; what is not in the list can be typed, after a warning."""
    many = [_fix("1", f"{company:040}", rank=rank) for rank, company in enumerate(range(20), 1)]
    sheet = _written(tmp_path / "m.xlsx", mapping_fixes(_frame(*many, _fix("2", None)), "r1", b"key"))
    (rule,) = sheet.data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1) == ("E2:E22", '"approve,reject,exclude,unsure,override"')
    assert rule.errorStyle == "warning", "a snooze can be typed"
    assert sheet.parent.sheetnames == ["mapping_fixes"]


def test_the_same_fixes_give_the_same_bytes(tmp_path: Path) -> None:
    """The clock is the run's; nothing is left beside the file."""
    fixes = mapping_fixes(_frame(_fix("1", "2")), "r1", b"key")
    write_workbook(fixes, tmp_path / "a.xlsx", AT)
    write_workbook(fixes, tmp_path / "b.xlsx", AT)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_night_without_anything_to_decide_has_a_workbook_too(tmp_path: Path) -> None:
    """With its header and nothing below."""
    sheet = _written(tmp_path / "m.xlsx", mapping_fixes(_frame(), "r1", b"key"))
    assert sheet.max_row == 1
