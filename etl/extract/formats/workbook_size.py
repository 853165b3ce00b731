"""How large a workbook is, told before it is read: a few bytes may claim a sheet that fills any memory.

Who reads a sheet makes room for all cells between its first and its last one. So the cells that it names are looked at
first, as text; a cell that names no place stands behind the one before it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.formats.compression import most_unpacked, too_much
from etl.extract.formats.ods_size import CONTENT, claimed_cells

MOST_UNPACKED: Final = 1_000_000_000
MOST_CELLS: Final = 20_000_000
_CHUNK: Final = 1 << 20
_USUAL: Final = re.compile(rb' r="([A-Z]+)([0-9]+)')
_UNUSUAL: Final = (b":c", b"r =", b"r\t=", b"r\n=", b"r\r=")
"""What may stand in XML that says the same in another way than every program writes it."""

_PLACE: Final = re.compile(rb"""(?<=[\s"'])r\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")
_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])")
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_LONGEST_TAG: Final = 1 << 23
_TABLE: Final = b"sheetData"
_LETTERS: Final = 26
_DIGITS: Final = 12
_MOST_LETTERS: Final = 8
_WORKBOOK: Final = "xl/workbook.xml"
_BINARY: Final = "xl/workbook.bin"
_MENDING: Final = "Open it and save it again."


@dataclass
class _SheetExtent:
    """The last row and column that a sheet can have.

    Attributes:
        rows, cells: how many there are, whatever they name.
        widest: the most cells of one row.
        placed: cells that name their place.
    """

    last_row: int = 0
    last_column: int = 0
    rows: int = 0
    cells: int = 0
    widest: int = 0
    placed: int = 0

    def take(self, text: bytes, width: int) -> int:
        """Look at a part of the sheet that ends before a sign `<`.

        Args:
            text: the part.
            width: cells, before it, of the row that it begins in.

        Returns:
            cells of the row that it ends in.
        """
        places = _USUAL.findall(text)
        cells = text.count(b"<c ")
        is_usual = cells == len(places) == text.count(b"<c") and text.count(b"r=") == text.count(b' r="')
        if not is_usual or any(sign in text for sign in _UNUSUAL):
            return self._take_carefully(text, width)
        self._reach(places)
        self.rows += text.count(b"<row")
        self.cells += cells
        self.placed += cells
        last = text.rfind(b"<row")
        return width + cells if last < 0 else text.count(b"<c ", last)

    def _reach(self, places: list[tuple[bytes, bytes]]) -> None:
        self.last_row = max([self.last_row, *(int(row[:_DIGITS]) for row in {row for _, row in places} if row)])
        self.last_column = max([self.last_column, *map(_column, {letters for letters, _ in places if letters})])

    def _take_carefully(self, text: bytes, width: int) -> int:
        places = _PLACE.findall(text)
        self._reach(places)
        self.placed += sum(1 for letters, _ in places if letters)
        first, *parts = _ROW.split(text)
        self.rows += len(parts)
        widths = [width + len(_CELL.findall(first)), *(len(_CELL.findall(part)) for part in parts)]
        self.cells += sum(widths) - width
        self.widest = max(self.widest, *widths)
        return widths[-1]

    @property
    def size(self) -> int:
        """Cells that room has to be made for, at most."""
        is_placed = self.placed >= self.cells
        return (self.last_row + (0 if is_placed else self.rows)) * (
            self.last_column + (0 if is_placed else self.widest)
        )


def refuse_immense(data: bytes, where: str) -> None:
    """Refuse what is no XLSX or ODS file, and one that is too large for what it holds.

    Raises:
        InputError: as said.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # whoever holds two kinds might be measured as one and read as the other
            names = {name.lower().replace("\\", "/") for name in archive.namelist()}
            kinds = names & {_WORKBOOK, CONTENT, _BINARY}
            if kinds not in ({_WORKBOOK}, {CONTENT}):
                raise InputError([Problem(where, "no XLSX workbook", "an XLSX file", "Save it as XLSX or CSV.")])
            size, most = sum(member.file_size for member in archive.infolist()), _most(data)
            if size > most:
                raise InputError([too_much(where, len(data), most)])
            for member in archive.infolist():
                if kinds == {_WORKBOOK}:
                    _refuse_sheet(archive, member, where)
                elif member.filename.lower() == CONTENT:
                    with archive.open(member) as content:
                        _refuse_cells(claimed_cells(content), CONTENT, where)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        found = f"a workbook that cannot be read ({error})"
        raise InputError([Problem(where, found, "an XLSX file", _MENDING)]) from None


def _most(data: bytes) -> int:
    return min(MOST_UNPACKED, most_unpacked(len(data)))


def _refuse_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> None:
    if not _is_sheet(archive, member):
        return
    extent, width = _SheetExtent(), 0
    for text in _parts(archive, member):
        width = extent.take(text, width)
        if extent.rows or extent.cells:
            _refuse_cells(extent.size, member.filename, where)


def _refuse_cells(size: int, sheet: str, where: str) -> None:
    if size > MOST_CELLS:
        found = f"a sheet ({sheet}) of up to {size:,} cells"
        remedy = "Delete the cells far below or next to the table, or save it as CSV."
        raise InputError([Problem(where, found, f"at most {MOST_CELLS:,} cells", remedy)])


def _is_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether there is a table in it, whatever it is called."""
    seen = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            seen = seen[-len(_TABLE) :] + chunk
            if _TABLE in seen:
                return True
    return False


def _parts(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a member, cut where a tag begins."""
    with archive.open(member) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"<")
            if cut > 0:
                yield text[:cut]
            rest = text[max(cut, 0) :]
            if len(rest) > _LONGEST_TAG:
                message = f"{len(rest):,} bytes without a tag in {member.filename}"
                raise ValueError(message)
        yield rest


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, XFD 16,384."""
    number = 0
    for letter in letters[:_MOST_LETTERS].upper():
        number = number * _LETTERS + letter - ord("A") + 1
    return number
