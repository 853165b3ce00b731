"""The ids, days and times in a decided row, read as they were meant, whatever a spreadsheet made of them.

Nothing is guessed: an id that a spreadsheet changed is refused with what happened to it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from etl.domain import instant
from etl.errors import Problem
from etl.review.decision_file import Line

SNOOZE: Final = re.compile(r"snoozed?(?: until)?[:\s]+(.+)")
"""A snooze with its day behind it."""
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' ]*")
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WRITTEN: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")


def read_id(line: Line, column: str, prefix: str) -> str | Problem:
    """The id behind its prefix; anything that a spreadsheet may have made of it is reported, not corrected."""
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
