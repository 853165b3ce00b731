"""How large a sheet of an OpenDocument file claims to be: rows and cells say how often they are repeated."""

from __future__ import annotations

import re
from typing import Final

CONTENT: Final = "content.xml"

_ROW: Final = re.compile(rb"<table:table-row\b")
_CELL: Final = re.compile(rb"<table:(?:covered-)?table-cell\b[^>]*>")
_ROWS: Final = re.compile(rb'table:number-rows-repeated="(\d{1,9})')
_COLUMNS: Final = re.compile(rb'table:number-columns-repeated="(\d{1,9})')
_VALUE: Final = b"office:value-type"


def claimed_cells(content: bytes) -> int:
    """Cells of the smallest table that holds every value, over all sheets.

    Args:
        content: `content.xml` of the file.
    """
    return sum(_of_sheet(sheet) for sheet in content.split(b"<table:table ")[1:])


def _of_sheet(sheet: bytes) -> int:
    rows = last_row = last_column = 0
    for row in _ROW.split(sheet)[1:]:
        rows += _times(_ROWS, row[: row.find(b">")])
        if _VALUE not in row:
            continue
        last_row, columns = rows, 0
        for cell in _CELL.findall(row):
            columns += _times(_COLUMNS, cell)
            if _VALUE in cell:
                last_column = max(last_column, columns)
    return last_row * last_column


def _times(repeated: re.Pattern[bytes], tag: bytes) -> int:
    found = repeated.search(tag)
    return int(found[1]) if found else 1
