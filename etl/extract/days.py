"""Days in names of files and in titles of lists: in numbers, or with a month in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

MONTHS: Final = {
    word: month
    for month, words in enumerate(
        (
            "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari stycznia января",
            "february feb februar février fevrier févr fevr febrero fevereiro fev febbraio februari lutego февраля",
            "march mar märz maerz mrz mars marzo março maart mrt marca марта",
            "april apr avril avr abril abr aprile kwietnia апреля",
            "may mai mayo maio maggio mag mei maj maja мая",
            "june jun juni juin junio junho giugno giu czerwca июня",
            "july jul juli juillet juil julio julho luglio lug lipca июля",
            "august aug août aout agosto ago augustus augusti sierpnia августа",
            "september sep sept septembre septiembre setiembre setembro settembre sett września сентября",
            "october oct oktober okt octobre octubre outubro ottobre ott października октября",
            "november nov novembre noviembre novembro ноября",
            "december dec dezember dez décembre decembre déc diciembre dic dezembro dicembre grudnia декабря",
        ),
        start=1,
    )
    for word in words.split()
}
ENGLISH_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_CLOCK: Final = (
    r"(?:[-_t., ]{0,2}([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d)(?:[.,]?\d{3,6})?)?s?"
    r"(?![-_.:]?\d|\s?[ap]\.?m)(z|utc)?)?(?!\d)"
)
FROM: Final = "(?:(?:de|del|den|of) )?"
ORDINAL: Final = "(?:st|nd|rd|th|er|[.º°])?"
_DAYS: Final = tuple(
    (re.compile(pattern), orders)
    for pattern, orders in (
        (r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])" + _CLOCK, ("ymd",)),
        (r"(?<!\d)(20\d\d)年(\d\d?)月(\d\d?)日", ("ymd",)),
        (r"(?<!\d)(\d\d?)\. ?(\d\d?)\. ?(20\d\d)(?!\d)", ("dmy",)),
        (r"(?<!\d)(\d\d?)[-_ ](\d\d?)[-_ ](20\d\d)(?!\d)", ("mdy", "dmy")),
        (rf"(?<![^\W\d_])({ENGLISH_MONTHS})[-_. ]+(\d\d?)(?:st|nd|rd|th)?,?[-_. ]+(20\d\d)(?!\d)", ("mdy",)),
        (rf"(?<!\d)(\d\d?){ORDINAL}[-_. ]*{FROM}([^\W\d_]+)\.?,?[-_. ]*{FROM}(20\d\d)(?!\d)", ("dmy",)),
    )
)
"""Ways in which a day is written, and the orders in which each can be read; a month's word begins and ends there."""


def days_in(text: str) -> list[set[datetime]]:
    """Every day in a text, in each of the ways in which it can be read; an ISO day with the clock behind it.

    It has a zone only where the text says UTC.
    """
    return [days for _, days in placed_days(text)]


def placed_days(text: str) -> list[tuple[int, set[datetime]]]:
    """Every day in a text as `days_in` gives it, each with the place at which it begins."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [
        (match.start(), days)
        for pattern, orders in _DAYS
        for match in pattern.finditer(plain)
        if (days := _days(match, orders))
    ]


def without_days(text: str) -> str:
    """A text in small letters with its days left out."""
    for pattern, orders in _DAYS:
        text = pattern.sub(partial(_left_out, orders), text)
    return text


def _left_out(orders: Sequence[str], match: re.Match[str]) -> str:
    return " " if _days(match, orders) else match[0]


def _days(match: re.Match[str], orders: Sequence[str]) -> set[datetime]:
    found = set()
    *clock, zone = match.groups()[3:] or (0, 0, 0, None)
    for order in orders:
        part = dict(zip(order, match.groups(), strict=False))
        month = MONTHS.get(part["m"], part["m"])
        hour, minute, second = (int(one or 0) for one in clock)
        with suppress(ValueError):
            day = datetime(int(part["y"]), int(month), int(part["d"]), hour, minute, second)
            found.add(day.replace(tzinfo=UTC) if zone else day)
    return found
