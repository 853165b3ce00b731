"""QuickBooks Desktop IIF to records: rows with tabs between their values, below rows with `!` that name the columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from etl.domain import AnswerPart
from etl.errors import InputError, Problem
from etl.extract.formats.json_records import JsonRecord

DOCUMENTS: Final = frozenset({"INVOICE", "CREDIT MEMO", "PAYMENT"})
"""Transactions that are read, by their TRNSTYPE."""

_TRANSACTION, _SPLIT, _END = "TRNS", "SPL", "ENDTRNS"
_NO_LISTS: Final = frozenset({"HDR", _SPLIT, _END})
"""Keywords whose rows are no records of their own."""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NO_TYPE: Final = "no TRNSTYPE says what the transaction is"
_UNCLOSED: Final = "a quotation mark that is opened and never closed"


def is_iif(text: str) -> bool:
    """Whether a text begins like an IIF file: with a keyword behind a `!`, and columns behind tabs."""
    first = text.lstrip().partition("\n")[0]
    return first.startswith("!") and "\t" in first


def split_cells(line: str) -> tuple[list[str], str | None]:
    """The values of a line, and what is wrong with it.

    Values with commas stand in quotation marks; a mark inside of them is doubled. A mark anywhere else is a part of the
    value. A line never goes on in the next one.
    """
    cells, problem = [], None
    for cell in line.split("\t"):
        text = cell.strip(" ")
        if not text.startswith('"'):
            cells.append(text)
            continue
        inner = text[1:-1].replace('""', "")
        if len(text) == 1 or not text.endswith('"') or '"' in inner:
            problem = _UNCLOSED
        cells.append(text[1:-1].replace('""', '"') if problem is None else text)
    return cells, problem


class IifFile:
    """The records of one file: rows of lists, and transactions with their splits.

    Args:
        text: the file.
        where: as the user names it.
        is_whole: false where `text` is the beginning of a file.

    Attributes:
        lists: keywords of lists that were declared.
    """

    def __init__(self, text: str, where: str, *, is_whole: bool = True) -> None:
        self.text, self.where, self.is_whole = text, where, is_whole
        self.size = len(text)
        self.warnings: tuple[str, ...] = ()
        self.lists: set[str] = set()
        self.parts: list[AnswerPart] = []
        self._columns: dict[str, list[str]] = {}
        self._open: _Transaction | None = None

    def goes_on(self, lists: Collection[str]) -> bool:
        """No: an IIF file never says that there is more."""
        del lists
        return False

    def records(self) -> Iterator[JsonRecord]:
        """Every record; the entity is the keyword of its row, of a transaction its TRNSTYPE.

        Raises:
            InputError: the file ends inside a transaction, or in the middle of a row.
        """
        lines = _LINE_END.split(self.text)
        line = 0
        for line, written in enumerate(lines, 1):
            if not written.strip():
                continue
            cells, problem = split_cells(written)
            keyword = cells[0].upper()
            if keyword.startswith("!"):
                self._declare(keyword[1:], cells)
                continue
            if self.is_whole and line == len(lines) and len(cells) < len(self._columns.get(keyword, ())):
                raise InputError([self._cut(line, "a row that is cut off")])
            yield from self._row(line, keyword, cells, problem)
        if self._open is not None and self.is_whole:
            raise InputError([self._cut(line, f"a transaction without {_END} (it begins in line {self._open.line})")])

    def _declare(self, keyword: str, cells: list[str]) -> None:
        """The columns of a keyword from here on; a keyword may be declared again, with others."""
        self._columns[keyword] = [cell.upper() for cell in cells]
        self.lists |= {keyword} - {_TRANSACTION, *_NO_LISTS}

    def _row(self, line: int, keyword: str, cells: list[str], problem: str | None) -> Iterator[JsonRecord]:
        if keyword == _END:
            if self._open is not None:
                yield self._open.record()
            self._open = None
            return
        values, problem = self._values(keyword, cells, problem)
        if keyword == _TRANSACTION:
            if self._open is not None:
                yield self._open.record(f"no {_END} closes the transaction")
            self._open = _Transaction(line, values, problem)
        elif keyword == _SPLIT and self._open is not None:
            self._open.add(values, problem)
        elif keyword == _SPLIT:
            yield JsonRecord(line, "INVOICE", {}, f"a row {_SPLIT} outside of a transaction")
        elif keyword not in _NO_LISTS and not keyword.startswith("END"):
            yield JsonRecord(line, keyword, values, problem)

    def _values(self, keyword: str, cells: list[str], problem: str | None) -> tuple[dict[str, Any], str | None]:
        columns = self._columns.get(keyword)
        if columns is None:
            return {}, f"no row !{keyword} above says what its columns are"
        if any(cells[len(columns) :]):
            problem = problem or f"the row has {len(cells)} values, its row !{keyword} {len(columns)}"
        values: dict[str, Any] = {}
        for name, value in zip(columns[1:], cells[1:], strict=False):
            if name and values.setdefault(name, value) != value:
                problem = problem or f"the column {name} is there twice, with two values"
        return values, problem

    def _cut(self, line: int, found: str) -> Problem:
        return Problem(self.where, found, "a complete file", "It is truncated: export or copy it again.", line)


class _Transaction:
    """A transaction that no ENDTRNS has closed yet."""

    def __init__(self, line: int, values: dict[str, Any], problem: str | None) -> None:
        self.line, self.values, self.problem = line, values, problem
        self.splits: list[dict[str, Any]] = []

    def add(self, values: dict[str, Any], problem: str | None) -> None:
        self.splits.append(values)
        self.problem = self.problem or problem

    def record(self, problem: str | None = None) -> JsonRecord:
        kind = " ".join(str(self.values.get("TRNSTYPE", "")).upper().split())
        value = {**self.values, "TRNSTYPE": kind, "SPL": self.splits}
        if not kind:
            return JsonRecord(self.line, "INVOICE", value, self.problem or problem or _NO_TYPE)
        return JsonRecord(self.line, kind, value, self.problem or problem)
