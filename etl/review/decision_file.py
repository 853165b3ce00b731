"""The rows of a fix file, whatever a spreadsheet made of its captions, blanks and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from etl.csv_guard import unguarded
from etl.errors import BillsightError, ExitCode, Problem

_IDS: Final = frozenset({"acct_customer_id", "cw_company_id", "cw_contact_id", "row_id"})
_PROSE: Final = frozenset({"reviewer", "note", "asked_by"})
"""Words of a person, which may begin with an apostrophe of their own."""
_AROUND: Final = " \t\r\n\v\f\u00a0\u200b\ufeff"
"""Blanks that sources never have behind an id."""
_HEADER_ROWS: Final = 20
_MOST_CHARACTERS: Final = 4_000
"""Of one cell; nobody writes a longer note."""

_MOST_ROWS: Final = 300_000
"""Of one file; nobody decides on so many."""

_BLANKS: Final = re.compile(r"[\s\u00a0\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]+")


NO_HEADER: Final = "no header of a fix file"


class DecisionFileError(BillsightError):
    """A file as a whole cannot be taken for decisions; nothing was changed."""

    exit_code = ExitCode.REFUSED

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem} Nothing was changed.")


@dataclass(frozen=True)
class Form:
    """A kind of fix file.

    Attributes:
        needed: the columns without which a file is none of this kind.
        read: the columns that are read, those among them.
        files: the files of this kind, as a person knows them.
        schema: the version of their rows.
    """

    needed: tuple[str, ...]
    read: tuple[str, ...]
    files: str
    schema: int


@dataclass(frozen=True)
class Line:
    """One row of a file that holds anything at all.

    Attributes:
        where: the file, as the user named it.
        line: its first line in the file, or its row in the sheet.
        cells: caption -> text, trimmed, without the apostrophe of the guard.
        is_hidden: whether the program that shows the file does not show the row.
    """

    where: str
    line: int
    cells: Mapping[str, str]
    is_hidden: bool = False

    def problem(self, found: str, expected: str, remedy: str) -> Problem:
        """What is wrong with this row."""
        return Problem(self.where, found, expected, remedy, self.line)

    def place(self, seen_from: Line) -> str:
        """Where the row is, for a message about another row."""
        return f"line {self.line}" if self.where == seen_from.where else f"{self.where}, line {self.line}"


def lines_of(rows: Iterable[tuple[int, Sequence[str]]], where: str, form: Form) -> Iterator[Line]:
    """The rows below the header; those that hold nothing are left out.

    Args:
        rows: rows of text with their numbers.
        where: the file, as the user named it.
        form: the kind of file that it is to be.

    Raises:
        DecisionFileError: this is no fix file of ours, or one of a newer version.
    """
    captions: list[str] | None = None
    for seen, (number, row) in enumerate(rows):
        if captions is None:
            captions = _captions(row, form)
            if captions is not None and (twice := _doubled(row, form)) is not None:
                remedy = "Keep only the column that the run wrote."
                raise DecisionFileError(Problem(where, f"the column {twice} twice", "each column once", remedy, number))
            if captions is None and seen >= _HEADER_ROWS:
                break
            continue
        named = ((name, text) for name, text in zip(captions, row, strict=False) if name in form.read)
        cells = {name: _read(name, text[:_MOST_CHARACTERS]) for name, text in named}
        if seen > _MOST_ROWS:
            remedy = "Give the rows that are decided, in several files."
            raise DecisionFileError(Problem(where, f"more than {_MOST_ROWS:,} rows", "a fix file", remedy, number))
        line = Line(where, number, {name: cells.get(name, "") for name in form.read})
        if not any(cells.values()):
            continue
        _refuse_version(line, form)
        yield line
    if captions is None:
        expected = f"a header with {', '.join(form.needed)}"
        remedy = f"Give {form.files}, with their first row."
        raise DecisionFileError(Problem(where, NO_HEADER, expected, remedy))


def _refuse_version(line: Line, form: Form) -> None:
    """A version that wrote its rows in another way cannot be checked by this one."""
    written = line.cells["schema"]
    version = _whole(written)
    if not written or version == form.schema:
        return
    found, remedy = f"schema {written}", "Update billsight, or decide in the files of the latest run."
    if version is not None and version < form.schema:
        found += ", which an earlier version of billsight wrote; its rows cannot be checked"
        remedy = "Decide again in the files or on the page of the latest run."
    raise DecisionFileError(line.problem(found, f"schema {form.schema}", remedy))


def is_header(row: Sequence[str], form: Form) -> bool:
    """Whether this row names the columns of a fix file of this kind."""
    return _captions(row, form) is not None


def _captions(row: Sequence[str], form: Form) -> list[str] | None:
    """Captions as we write them, whatever byte-order mark, blank or case came upon them."""
    names = [re.sub(r"[^a-z0-9_]", "", _folded(text)) for text in row]
    return names if set(form.needed) <= set(names) else None


def _doubled(row: Sequence[str], form: Form) -> str | None:
    """A column that is there twice, in whatever case and with whatever separators: nobody knows which is meant."""
    counts = Counter(re.sub(r"[^a-z0-9]", "", _folded(text)) for text in row)
    return next((name for name in form.read if counts[name.replace("_", "")] > 1), None)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:_MOST_CHARACTERS]).casefold()


def _read(name: str, text: str) -> str:
    """What a cell says, without blanks around it and without the apostrophe of the guard or of a spreadsheet."""
    if name in _IDS:
        return _id_cell(text)
    return _plain(unguarded(text)) if name in _PROSE else _plain(_plain(text).removeprefix("'"))


def _plain(text: str) -> str:
    """Text without blanks and invisible characters around it; those inside are one space."""
    return _BLANKS.sub(" ", text).strip()


def _id_cell(text: str) -> str:
    """An id as it is written: a name may be an id, and what is inside it or at its end tells it from another."""
    before = _BLANKS.match(text)
    return text[before.end() if before else 0 :].rstrip(_AROUND).removeprefix("'")


def _whole(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", text)
    return int(found[1]) if found else None


def is_undecided(line: Line) -> bool:
    """Whether nobody has decided on this row yet."""
    return not line.cells["decision"]


def hidden_row(line: Line) -> Problem | None:
    """What is wrong with a decision that the program which shows the file does not show."""
    if not line.is_hidden:
        return None
    remedy = "Show all rows (clear the filter), check what is decided there, and save the file again."
    return line.problem("a decision on a hidden row", "a row that shows", remedy)
