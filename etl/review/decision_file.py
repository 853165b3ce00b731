"""What a person wrote into a fix file, read back as it was meant, whatever a spreadsheet made of it.

Nothing is guessed: an id that was spoilt is refused with what happened to it, not mended.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from etl.csv_guard import unguarded
from etl.domain import instant
from etl.errors import BillsightError, ExitCode, Problem
from etl.review.fix_files import MAPPING_SCHEMA
from etl.review.register import Decision

DECISIONS: Final = ("approve", "reject", "exclude", "unsure", "override")
"""What the drop-down offers; the sixth, snooze, has a day behind it."""

NEEDED: Final = ("row_fp", "decision", "acct_customer_id", "cw_company_id")
SHOWN: Final = ("cw_company_name", "cw_company_identifier", "score", "rank", "certainty", "lead", "evidence")
"""What a row says of its company."""

_READ: Final = (*NEEDED, "schema", "run_id", "row_id", "reviewer", "decided_at", "note", *SHOWN)
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

_WORDS: Final[Mapping[str, str]] = {
    **{word: word for word in (*DECISIONS, "snooze")},
    "approved": "approve", "accept": "approve", "y": "approve", "yes": "approve",
    "rejected": "reject", "n": "reject", "no": "reject",
    "excluded": "exclude", "not a customer": "exclude",
    "?": "unsure", "overridden": "override", "snoozed": "snooze",
}  # fmt: skip
_DECISION: Final[Mapping[str, Decision]] = {
    "approve": "approved", "override": "approved", "reject": "rejected", "exclude": "excluded", "unsure": "unsure",
    "snooze": "snoozed",
}  # fmt: skip
_BLANKS: Final = re.compile(r"[\s\u00a0\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]+")
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' ]*")
_ROW_ID: Final = re.compile(r"(?P<customer>.*)/(?:CW-.*|NONE)", re.DOTALL | re.IGNORECASE)
SNOOZE: Final = re.compile(r"snoozed?(?: until)?[:\s]+(.+)")
"""A snooze with its day behind it."""
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WRITTEN: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")


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


MAPPINGS: Final = Form(NEEDED, _READ, "mapping_fixes.csv, mapping_fixes.xlsx or the page's decisions", MAPPING_SCHEMA)


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


@dataclass(frozen=True)
class ParsedDecision:
    """What one row decides.

    Attributes:
        action: approve, reject, exclude, unsure, override or snooze.
        customer_id_acct: as the file has it, without the prefix.
        company_id_cw: the company; null where the decision is about the customer alone.
        until: the day on which a snoozed customer comes back.
        decided_at: UTC; null where the file does not say, or not clearly.
    """

    source: Line
    action: str
    customer_id_acct: str
    company_id_cw: str | None
    until: date | None
    decided_at: datetime | None

    @property
    def decision(self) -> Decision:
        """The decision as the register names it."""
        return _DECISION[self.action]


def lines_of(rows: Iterable[tuple[int, Sequence[str]]], where: str, form: Form = MAPPINGS) -> Iterator[Line]:
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


def is_header(row: Sequence[str], form: Form = MAPPINGS) -> bool:
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


def read_decision(line: Line) -> ParsedDecision | Problem:
    """What the row decides, or what is wrong with it.

    Args:
        line: a row with a decision.
    """
    if (hidden := hidden_row(line)) is not None:
        return hidden
    written = line.cells["decision"].casefold()
    snoozed = SNOOZE.fullmatch(written)
    action = "snooze" if snoozed else _WORDS.get(written.rstrip(".:!"))
    if action is None:
        expected = f"{', '.join(DECISIONS)} or snooze:2026-12-01"
        return line.problem(f"decision {line.cells['decision']!r}", expected, "Write one of these, or leave it empty.")
    customer = read_id(line, "acct_customer_id", "ACCT")
    if isinstance(customer, Problem):
        return customer
    company: str | None = None
    if action in {"approve", "reject", "override"}:
        found = read_id(line, "cw_company_id", "CW")
        if isinstance(found, Problem):
            return found
        company = found
    until = None
    if action == "snooze":
        until = read_until(line, snoozed[1] if snoozed else "")
        if until is None:
            expected = "a day that can be read in one way only, such as snooze:2026-12-01"
            return line.problem(f"decision {line.cells['decision']!r}", expected, "Write the day behind the colon.")
    return _standing(line) or ParsedDecision(
        line, action, customer, company, until, read_instant(line.cells["decided_at"])
    )


def _standing(line: Line) -> Problem | None:
    """What was torn apart: a column that was sorted, or moved, without the others."""
    row_id, customer = line.cells["row_id"], line.cells["acct_customer_id"]
    named = _ROW_ID.fullmatch(row_id)
    if not row_id or _unprefixed(named["customer"] if named else row_id) == _unprefixed(customer):
        return None
    remedy = "Rows and ids no longer match: columns were sorted separately. Decide in a fresh copy of the file."
    return line.problem(f"row_id {row_id} next to acct_customer_id {customer}", "both of the same customer", remedy)


def _unprefixed(customer: str) -> str:
    """An id without the prefix, whose case is nobody's; the case of the rest belongs to the id."""
    return customer[5:] if customer[:5].upper() == "ACCT-" else customer


def read_id(line: Line, column: str, prefix: str) -> str | Problem:
    """The id behind its prefix; anything that a spreadsheet may have made of it is told, not mended."""
    text = line.cells[column]
    if text[: len(prefix) + 1].upper() == f"{prefix}-" and len(text) > len(prefix) + 1:
        bare = text[len(prefix) + 1 :]
        if not _SCIENTIFIC.fullmatch(bare) or "+" not in bare:
            return bare
    expected = f"an id such as {prefix}-00123"
    remedy = "Copy the id from mapping_fixes.csv as text."
    if not text:
        remedy = f"Write the company's id, as {prefix}-00123; with exclude, unsure or snooze it may stay empty."
        return line.problem(f"an empty {column}", expected, remedy)
    if _SCIENTIFIC.search(text):
        what = "a spreadsheet made a number of it, and its last digits are lost"
    elif _NUMBER.fullmatch(text):
        what = "its prefix is lost, and leading zeros may be too"
    elif re.match(rf"{prefix}\W", text, re.IGNORECASE):
        what = "its hyphen was replaced"
    else:
        what = "not an id of that kind"
    return line.problem(f"{column} {text!r}: {what}", expected, remedy)


def read_until(line: Line, behind: str) -> date | None:
    """The day a snooze ends: behind the word, else in the note, else in decided_at."""
    if behind:
        return read_day(behind)
    return next(filter(None, (read_day(line.cells[name]) for name in ("note", "decided_at"))), None)


def read_day(text: str) -> date | None:
    """The first day in a text, where it can be read in one way only."""
    try:
        if iso := _ISO.search(text):
            return date(*map(int, iso.groups()))
        if written := _WRITTEN.search(text):
            first, mark, second, year = int(written[1]), written[2], int(written[3]), int(written[4])
            if mark == "." or first > 12 or first == second:  # noqa: PLR2004 months of a year
                return date(year, second, first)
            if second > 12:  # noqa: PLR2004 as above
                return date(year, first, second)
    except ValueError:
        pass
    return None


def read_instant(text: str) -> datetime | None:
    """When it was decided, where that was written as an instant or a clear day."""
    try:
        return instant(text)
    except ValueError:
        day = read_day(text)
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
