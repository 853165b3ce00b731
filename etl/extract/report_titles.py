"""What the lines around a report say: its range, the day it is of, and when it was printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import polars as pl

_PRINTED: Final = re.compile(
    r"(?P<day>[A-Z][a-z]{2,8} \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8} \d{4})\s+"
    r"(?P<clock>\d{1,2}:\d\d)(?::\d\d)?\s*(?P<half>[AaPp][Mm])?\s*GMT"
    r"(?P<hours>[-+]\d{1,2})?(?::?(?P<minutes>\d\d))?"
)
_RANGE: Final = re.compile(r"(?i)\b(?:19|20)\d\d\b|\ball dates\b|\bas of\b|\bsince\b|\bto date\b")
_AS_OF: Final = re.compile(r"(?i)\bas (?:of|at)\b")


def window_of(above: Sequence[Sequence[str]]) -> str | None:
    """The range among a report's title lines, as written; an invoice outside of it is not gone."""
    return next((title for title in _titles(above)[::-1] if _RANGE.search(title)), None)


def as_of_lines(above: Sequence[Sequence[str]]) -> list[str]:
    """The title lines that say of which day a report is."""
    return [title for title in _titles(above) if _AS_OF.search(title)]


def _titles(above: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(cell.strip() for cell in row if cell.strip()) for row in above]


def printed(footer: str) -> datetime | None:
    """When a report was made, in UTC without a zone: `Accrual Basis Friday, May 15, 2026 01:21 AM GMT-05:00`."""
    said = _PRINTED.search(footer)
    if said is None:
        return None
    hours, minutes = int(said["hours"] or 0), int(said["minutes"] or 0)
    ahead = timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)
    clock = f"{said['day']} {said['clock']} {said['half'] or ''}".strip()
    days = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
    for form in (f"{day} {time}" for day in days for time in ("%I:%M %p", "%H:%M")):
        with suppress(ValueError):
            return datetime.strptime(f"{clock} +0000", f"{form} %z").replace(tzinfo=None) - ahead
    return None


def is_header_again(captions: Mapping[str, str]) -> pl.Expr:
    """Whether a row repeats the captions, as the next page of a list does.

    Args:
        captions: our column -> its caption in the file.
    """
    return pl.all_horizontal(
        pl.col(name).fill_null("").str.strip_chars() == caption for name, caption in captions.items()
    )
