"""Delimited text to rows, each with the physical line on which it begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.formats.regular_text import PIECE, RegularText

DELIMITERS: Final = (",", ";", "\t", "|")

Numbered = tuple[int, list[str]]
"""A row and the physical line, from 1, on which it begins."""

CHUNK_ROWS: Final = 4_096
"""Rows held as Python objects at a time."""

_END: Final = "\ue000 end of file \ue000"


def rows_of(text: str, delimiter: str, where: str) -> Iterator[Numbered]:
    """Every row of the text; an empty line is an empty row.

    Raises:
        InputError: a quotation mark that is never closed, or a field longer than any real one.
    """
    return numbered(_lines(text), delimiter, where)


def parts_below(text: str, where: str, regular: RegularText, above: int) -> Iterator[tuple[int, str] | list[Numbered]]:
    """The rows of the text below a line: regular pieces, each with the line on which it begins, and rows between them.

    Raises:
        InputError: as by `rows_of`.
    """
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at + PIECE) + 1 or len(text)
        if line > above and end - at <= 2 * PIECE and regular.holds(piece := text[at:end]):
            yield line, piece
            at, line = end, line + piece.count("\n")
            continue
        lines = _CountedLines(text, at)
        rows: list[Numbered] = []
        for row in numbered(lines, regular.delimiter, where, line):
            rows += [row] if row[0] > above else []
            if len(rows) == CHUNK_ROWS:
                yield rows
                rows = []
            if lines.at >= end or line <= above:
                break
        if rows:
            yield rows
        at, line = lines.at, line + lines.count


def numbered(lines: Iterable[str], delimiter: str, where: str, first: int = 1) -> Iterator[Numbered]:
    """Every row of the lines, of which the first one has a number.

    A row of our own behind the last line tells whether the last quotation mark was closed: without it,
    an open one swallows the rest of the file without a word.

    Raises:
        InputError: a quotation mark that is never closed, or a field longer than any real one.
    """
    reader = csv.reader(chain(lines, [_END]), delimiter=delimiter)
    start = first
    try:
        for row in reader:
            if row == [_END]:
                return
            if row and row[-1].endswith(_END):
                raise InputError([_unclosed(where, start)])
            yield start, row
            start = first + reader.line_num
    except csv.Error as error:
        raise InputError([_endless(where, start, str(error))]) from None


def first_rows(text: str, delimiter: str, count: int) -> list[Numbered]:
    """At most `count` rows from the beginning, for finding the header; never an error."""
    rows: list[Numbered] = []
    with suppress(InputError):
        rows.extend(islice(rows_of(text, delimiter, ""), count))
    return rows


class _CountedLines:
    """The lines of a text from a place on; where the next one begins, and how many there were."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at, self.count = text, at, 0

    def __iter__(self) -> Iterator[str]:
        for line in _lines(self.text, self.at):
            self.at += len(line)
            self.count += 1
            yield line


def _lines(text: str, at: int = 0) -> Iterator[str]:
    """The lines with their ends, piece by piece: a StringIO of a whole file holds four bytes for every character."""
    while at < len(text):
        end = text.find("\n", at + PIECE) + 1 or len(text)
        yield from io.StringIO(text[at:end], newline="")
        at = end


def _endless(where: str, line: int, detail: str) -> Problem:
    """The reader gives up for one reason that comes from a file: a value that does not end where values do."""
    longest = csv.field_size_limit()
    found = f"a value of more than {longest:,} characters" if "field limit" in detail else f"no table ({detail})"
    remedy = "A quotation mark was probably opened here and never closed: fix that row or export again."
    return Problem(where, found, "values that end", remedy, line)


def _unclosed(where: str, line: int) -> Problem:
    found = "a quotation mark that is opened here and never closed"
    remedy = "The file is cut off, or a quotation mark inside a field is not doubled: fix that row or export again."
    return Problem(where, found, "rows whose quotation marks are closed", remedy, line)
