"""Tables of any file kind: rows of text to look for the header in, and the columns below it as one text frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Protocol

from etl.extract.formats import parquet, workbook
from etl.extract.formats.delimited import CHUNK_ROWS, DELIMITERS, Numbered, first_rows, parts_below, rows_of
from etl.extract.formats.regular_text import RegularText
from etl.extract.header import HEADER_WITHIN, Header
from etl.extract.opened_file import FileKind, OpenedFile
from etl.extract.row_buffer import Body, Positions, RowBuffer, refuse_emptiness

HEAD_ROWS: Final = 60
"""Rows at the beginning that show what a table is: its header, and the first headings below it."""


class Table(Protocol):
    """A file that has rows and columns."""

    def candidates(self) -> list[Sequence[Numbered]]:
        """The first rows, once for each way in which the file might be written."""
        ...

    def body(self, header: Header, wanted: Positions, candidate: int) -> Body:
        """The wanted columns below the header."""
        ...


def open_table(document: OpenedFile) -> Table:
    """The document as a table.

    Raises:
        InputError: the workbook or the Parquet file is damaged, or the configured sheet is not in it.
    """
    if document.kind is FileKind.PARQUET:
        return parquet.ColumnarTable(document.data, document.file.name)
    if document.kind is FileKind.WORKBOOK:
        return _of_sheets(workbook.visible_sheets(document.data, document.file.name, document.source.sheet), document)
    return _delimited(document)


@dataclass(frozen=True)
class RowTable:
    """Rows that are read one after the other, in one of several ways.

    Attributes:
        where: the file as the user names it.
        size: characters, or cells of a workbook.
        is_cut: the last line has no end, so a short last row is a cut one.
        delimiters: of the ways; none for a workbook.
        sheets: of a workbook, the names of the ways.
        text: of a delimited file.
    """

    ways: Sequence[Callable[[], Iterator[Numbered]]]
    heads: list[Sequence[Numbered]]
    where: str
    size: int
    is_cut: bool = False
    delimiters: Sequence[str] = ()
    sheets: Sequence[str] = ()
    text: str = ""

    def candidates(self) -> list[Sequence[Numbered]]:
        """The first rows, once for each delimiter."""
        return self.heads

    def body(self, header: Header, wanted: Positions, candidate: int) -> Body:
        """The wanted columns below the header."""
        gathered = RowBuffer(wanted, len(header.cells))
        seen = 0
        for part in self._parts(header, candidate):
            if isinstance(part, list):
                gathered.add(part)
                seen += len(part)
            else:
                line, piece = part
                gathered.add_regular(*self._regular(header, candidate).frame(piece, wanted.values(), line))
                seen += piece.count("\n")
            refuse_emptiness(self.where, seen * len(wanted), self.size)
        return gathered.body(is_cut=self.is_cut)

    def _parts(self, header: Header, candidate: int) -> Iterator[tuple[int, str] | list[Numbered]]:
        if self.delimiters:
            yield from parts_below(self.text, self.where, self._regular(header, candidate), header.line)
            return
        rows = (row for row in self.ways[candidate]() if row[0] > header.line)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            yield chunk

    def _regular(self, header: Header, candidate: int) -> RegularText:
        return RegularText(self.delimiters[candidate], len(header.cells))


def _of_sheets(sheets: Mapping[str, list[Numbered]], document: OpenedFile) -> RowTable:
    """Each sheet is a way of reading the workbook, the first one first."""
    ways = [partial(iter, cells) for cells in sheets.values()]
    heads: list[Sequence[Numbered]] = [cells[:HEAD_ROWS] for cells in sheets.values()]
    size = sum(len(row) for cells in sheets.values() for _, row in cells)
    return RowTable(ways, heads, document.file.name, size, sheets=tuple(sheets))


def _delimited(document: OpenedFile) -> RowTable:
    text, name = document.decoded.text, document.file.name
    sample = text[: 1 << 18]
    delimiters = (document.source.delimiter,) if document.source.delimiter else _likely(sample)
    ways = [_reader(text, delimiter, name) for delimiter in delimiters]
    heads: list[Sequence[Numbered]] = [first_rows(sample, delimiter, HEAD_ROWS) for delimiter in delimiters]
    is_cut = document.is_whole and not text.endswith(("\n", "\r"))
    return RowTable(ways, heads, name, len(text), is_cut, delimiters, text=text)


def _reader(text: str, delimiter: str, name: str) -> Callable[[], Iterator[Numbered]]:
    return lambda: rows_of(text, delimiter, name)


def _likely(sample: str) -> tuple[str, ...]:
    """Delimiters, the one that splits the first lines most often first."""
    lines = "\n".join(sample.splitlines()[:HEADER_WITHIN])
    return tuple(sorted(DELIMITERS, key=lambda delimiter: (-lines.count(delimiter), DELIMITERS.index(delimiter))))
