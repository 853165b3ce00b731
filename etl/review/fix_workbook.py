"""`mapping_fixes.xlsx`: the rows of the CSV, with a drop-down for the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from etl.domain import FIX_SHEET
from etl.review.mapping_decisions import DECISIONS

_MOST_CHARACTERS: Final = 32_767
"""Of one cell; what is longer, as the evidence of a very long name, ends there."""
_TYPED: Final = ("decision", "cw_company_id", "reviewer", "decided_at", "note")
_WIDTHS: Final[Mapping[str, int]] = {
    "row_id": 22, "row_fp": 22, "decision": 20, "acct_customer_id": 16, "acct_customer_name": 36, "cw_company_id": 14,
    "cw_company_name": 36, "reviewer": 14, "decided_at": 20, "note": 30, "cw_company_identifier": 20,
    "current_cw_company_id": 14, "reason": 40, "evidence": 60, "open_balance": 20, "cb_search_hint": 24,
}  # fmt: skip
_OPTIONS: Final[Mapping[str, Any]] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}


def write_workbook(fixes: pl.DataFrame, path: Path, made_at: datetime) -> None:
    """Write the fixes as a workbook that asks for nothing but choosing.

    Every text is a text: no cell is a formula or a link, whatever a customer is called. The header stays in sight.
    What is not in a drop-down may still be typed, after a warning: a snooze has a date, an override another company.

    Args:
        fixes: what `fix_files.mapping_fixes` returns.
        path: the file, which is made in one go.
        made_at: the clock of the run, so that the same fixes give the same bytes.
    """
    # of a sheet without rows its scratch file would stay behind
    scratch = TemporaryDirectory(prefix=".workbook-", dir=path.parent)
    with scratch, Workbook(str(path), {**_OPTIONS, "tmpdir": scratch.name}) as book:
        book.set_properties({"title": "Which customer is which company", "created": made_at.replace(tzinfo=None)})
        sheet = book.add_worksheet(FIX_SHEET)
        as_text = book.add_format({"num_format": "@"})
        to_fill_in = book.add_format({"num_format": "@", "bg_color": "#FFF8DC"})
        heading = book.add_format({"bold": True, "bottom": 1})
        for place, name in enumerate(fixes.columns):
            is_text = fixes.schema[name] == pl.String
            shape = to_fill_in if name in _TYPED else as_text if is_text else None
            sheet.set_column(place, place, _WIDTHS.get(name, 10), shape)
            sheet.write_string(0, place, name, heading)
        for line, row in enumerate(fixes.iter_rows(), 1):
            for place, value in enumerate(row):
                is_typed = fixes.columns[place] in _TYPED
                _write(sheet, (line, place), value, to_fill_in if is_typed else as_text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(fixes.height, 1), fixes.width - 1)
        _offer(sheet, fixes)


def _write(sheet: Worksheet, cell: tuple[int, int], value: Any, as_text: Any) -> None:
    if value is None or value == "":
        return  # what is typed there later takes the shape of its column
    if isinstance(value, str):
        sheet.write_string(*cell, value[:_MOST_CHARACTERS], as_text)
    else:
        sheet.write_number(*cell, value)


def _offer(sheet: Worksheet, fixes: pl.DataFrame) -> None:
    """The decisions. No other company is offered: each candidate has a row of its own, with its fingerprint."""
    if fixes.is_empty():
        return
    decision = fixes.columns.index("decision")
    asked = {
        "validate": "list", "source": list(DECISIONS), "error_type": "warning", "error_title": "Not in the list",
        "error_message": "A snooze needs its day: snooze:2026-12-01. Anything else will be refused.",
    }  # fmt: skip
    sheet.data_validation(1, decision, fixes.height, decision, asked)
