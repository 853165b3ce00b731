"""Delimited text to rows, each with the physical line on which it begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Final

from etl.errors import InputError, Problem

DELIMITERS: Final = (",", ";", "\t", "|")

Numbered = tuple[int, list[str]]
"""A row and the physical line, from 1, on which it begins."""

_PIECE: Final = 1 << 20
_END: Final = "\ue000 end of file \ue000"


def rows_of(text: str, delimiter: str, where: str) -> Iterator[Numbered]:
    """Every row of the text; an empty line is an empty row.

    Raises:
        InputError: a quotation mark that is never closed, or a field longer than any real one.
    """
    return numbered(_lines(text), delimiter, where)


def numbered(lines: Iterable[str], delimiter: str, where: str) -> Iterator[Numbered]:
    """Every row of the lines.

    A row of our own behind the last line tells whether the last quotation mark was closed: without it,
    an open one swallows the rest of the file without a word.

    Raises:
        InputError: a quotation mark that is never closed, or a field longer than any real one.
    """
    reader = csv.reader(chain(lines, [_END]), delimiter=delimiter)
    start = 1
    try:
        for row in reader:
            if row == [_END]:
                return
            if row and row[-1].endswith(_END):
                raise InputError([_unclosed(where, start)])
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError([_endless(where, start, str(error))]) from None


def first_rows(text: str, delimiter: str, count: int) -> list[Numbered]:
    """At most `count` rows from the beginning, for finding the header; never an error."""
    rows: list[Numbered] = []
    with suppress(InputError):
        rows.extend(islice(rows_of(text, delimiter, ""), count))
    return rows


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, piece by piece: a StringIO of a whole file holds four bytes for every character."""
    at = 0
    while at < len(text):
        end = text.find("\n", at + _PIECE) + 1 or len(text)
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
