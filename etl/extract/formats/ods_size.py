"""How large a sheet of an OpenDocument file claims to be: rows and cells say how often they are repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Final
from xml.parsers.expat import ExpatError, ParserCreate

CONTENT: Final = "content.xml"

_ROWS: Final = "table:number-rows-repeated"
_COLUMNS: Final = "table:number-columns-repeated"


class _OdsExtent:
    """The smallest table that holds every value of the sheet that is being read, and the cells of those before it."""

    def __init__(self) -> None:
        self.before = self.rows = self.columns = self.last_row = self.last_column = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take an element."""
        if name == "table:table":
            self.before, self.rows, self.last_row, self.last_column = self.cells, 0, 0, 0
        elif name == "table:table-row":
            self.rows, self.columns = self.rows + int(attributes.get(_ROWS, 1)), 0
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self.columns += int(attributes.get(_COLUMNS, 1))
            if any(key.startswith("office:") or key == "table:formula" for key in attributes):
                self.last_row, self.last_column = self.rows, max(self.last_column, self.columns)

    @property
    def cells(self) -> int:
        """Of all sheets."""
        return self.before + self.last_row * self.last_column


def claimed_cells(content: IO[bytes]) -> int:
    """Cells of the smallest table that holds every value, over all sheets.

    Args:
        content: `content.xml` of the file.

    Raises:
        ValueError: it is no XML, or a number in it is none.
    """
    extent, parser = _OdsExtent(), ParserCreate()
    parser.StartElementHandler = extent.begin
    try:
        parser.ParseFile(content)
    except ExpatError as error:
        raise ValueError(str(error)) from None
    return extent.cells
