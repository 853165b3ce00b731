"""XLSX to rows of text: dates as ISO, numbers as the shortest decimal, never a float."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from etl.errors import InputError, Problem
from etl.extract.formats.delimited import Numbered
from etl.extract.formats.hidden_rows import hidden_rows
from etl.extract.formats.workbook_size import refuse_immense

_PLACES: Final = 4
_NOISE: Final = 1e-9
_NONE: Final = frozenset[int]()


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        is_hidden: whether no program shows it.
        rows: its rows of text, numbered as the spreadsheet does.
        hidden_rows: the numbers of the rows that are hidden or filtered out.
    """

    name: str
    is_hidden: bool
    rows: list[Numbered]
    hidden_rows: frozenset[int]


def visible_sheets(data: bytes, where: str, sheet: str | None) -> dict[str, list[Numbered]]:
    """Name of a sheet -> its rows, numbered as the spreadsheet does; the first sheet, and all others that are shown.

    Args:
        data: the workbook.
        where: the file as the user names it.
        sheet: the only sheet that is wanted; null: all of them.

    Raises:
        InputError: the workbook is damaged, protected or immense, or has no such sheet.
    """
    refuse_immense(data, where)
    with _readable(where):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        is_there = sheet is None or sheet in names
        if is_there:
            shown = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            wanted = [sheet] if sheet is not None else dict.fromkeys([names[0], *shown])
            return {name: _rows(book, name) for name in wanted}
    found = f"the sheets {', '.join(names)}"
    raise InputError([Problem(where, found, f"a sheet named {sheet}", "Correct sheet for this source.")])


def sheets(data: bytes, where: str) -> list[Sheet]:
    """Every sheet of a workbook, with what is hidden in it.

    Args:
        data: the workbook.
        where: the file as the user names it.

    Raises:
        InputError: the workbook is damaged, protected or immense.
    """
    refuse_immense(data, where)
    with _readable(where):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        hidden = hidden_rows(data)
        return [
            Sheet(
                sheet.name,
                sheet.visible != SheetVisibleEnum.Visible,
                _rows(book, sheet.name),
                hidden.get(sheet.name, _NONE),
            )
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]


@contextmanager
def _readable(where: str) -> Iterator[None]:
    try:
        yield
    except (CalamineError, ValueError, OSError, IndexError, OverflowError, zipfile.BadZipFile) as error:
        found = f"a workbook that cannot be read ({error})"
        raise InputError([Problem(where, found, "an XLSX file", "Open it and save it again.")]) from None
    except BaseException as error:  # the reader's panics are no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise InputError([Problem(where, "a damaged workbook", "an XLSX file", "Open it and save it again.")]) from None


def _rows(book: CalamineWorkbook, name: str) -> list[Numbered]:
    cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [(line, [cell_text(cell) for cell in row]) for line, row in enumerate(cells, 1)]


def cell_text(value: Any) -> str:
    """A cell as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        is_date = value.time() == dt.time()
        return value.date().isoformat() if is_date else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def number_text(value: float) -> str:
    """The shortest decimal text; noise behind the fourth decimal, as 0.1 + 0.2 leaves it, is rounded off."""
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return repr(value)
    near = Decimal(repr(round(value, _PLACES)))
    if exact != near and abs(value - float(near)) <= _NOISE * max(1.0, abs(value)):
        exact = near
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text
