"""Days that are written short: two digits for the year, or none."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from etl.extract.days import ENGLISH_MONTHS, FROM, MONTHS, ORDINAL, placed_days

_NO_CLOCK: Final = r"(?![\d:]|\s?[ap]\.?m\b)"
_SHORT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d.])(?P<d>\d\d?)\. ?(?P<m>\d\d?)\. ?(?P<y>\d\d)(?![\d.:])",
        r"(?<![\d-])(?P<d>\d\d?)-(?P<m>\d\d?)-(?P<y>\d\d)(?![\d:-])",
        r"(?<![\d-])(?P<m>\d\d?)-(?P<d>\d\d?)-(?P<y>\d\d)(?![\d:-])",
        rf"(?<!\d)(?P<d>\d\d?){ORDINAL}[-_. ]*{FROM}(?P<m>[^\W\d_]+)\.?,?[-_. ]*'?(?P<y>\d\d){_NO_CLOCK}",
        rf"(?<![^\W\d_])(?P<m>{ENGLISH_MONTHS})[-_. ]+(?P<d>\d\d?){ORDINAL},? ?'?(?P<y>\d\d){_NO_CLOCK}",
    )
)
"""Dots put the day first; with strokes it is the day or the month."""
_WITHOUT_YEAR: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?P<d>\d\d?){ORDINAL}[-_. ]*{FROM}(?P<m>[^\W\d_]+)",
        rf"(?<![^\W\d_])(?P<m>{ENGLISH_MONTHS})[-_. ]+(?P<d>\d\d?){ORDINAL}(?!\d)",
        r"^\W*(?P<d>\d\d?)\.(?P<m>\d\d?)\.?(?![\d.:])",
        r"^\W*(?P<d>\d\d?)-(?P<m>\d\d?)(?![-\d])",
        r"^\W*(?P<m>\d\d?)-(?P<d>\d\d?)(?![-\d])",
    )
)


def first_day(text: str, latest: date) -> date | None:
    """The earliest reading of the first day in a text; null where there is none.

    Args:
        text: two digits may stand for a year, and the year may be left out.
        latest: a day without a year is the last such day that is not after it.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("/", "-")
    placed = [(at, day.date()) for at, days in placed_days(plain) for day in days]
    short = [match for pattern in _SHORT for match in pattern.finditer(plain)]
    placed += [(match.start(), day) for match in short if (day := _day(match, 2000 + int(match["y"])))]
    if not placed:
        matches = [match for pattern in _WITHOUT_YEAR for match in pattern.finditer(plain)]
        placed = [(match.start(), day) for match in matches if (day := _last(match, latest))]
    return min(placed)[1] if placed else None


def _last(match: re.Match[str], latest: date) -> date | None:
    days = (_day(match, latest.year - back) for back in range(5))
    return next((day for day in days if day and day <= latest), None)


def _day(match: re.Match[str], year: int) -> date | None:
    month = MONTHS.get(match["m"], match["m"])
    with suppress(ValueError):
        return datetime(year, int(month), int(match["d"])).date()
    return None
