"""When a list says that it was made, in a line of its own, and in which zone its clock goes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.domain import utc
from etl.extract.days import days_in
from etl.extract.short_days import first_day

_ANYWHERE: Final = (
    "as of|as at|last sync|synced|extracted"
    "|generated|printed|exported|created|report date|run date|downloaded|updated|refreshed|erstellt"
    "|exportiert|gedruckt|aktualisiert|édité|généré|exporté|imprimé|arrêté|actualisé|generado|exportado|impreso|creado"
    "|actualizado|gerado|impresso|criado|atualizado|generato|esportato|stampato|aggiornato|gegenereerd|afgedrukt"
    "|bijgewerkt"
)
_FIRST_WORDS: Final = r"(?:stand|au|per|pr)\b|(?:date|datum|fecha|data|time|export|snapshot)\s*:"
_NO_TIME: Final = r"(?!\W*(?:since|between|after|before|from|range|in|until|through)\b)"
"""Words behind a label that make it one of a filter."""
_LABEL: Final = re.compile(
    rf"(?:\b(?:{_ANYWHERE})\b|^\W*(?:(?:data|list|report|invoices?) )?(?:{_FIRST_WORDS})){_NO_TIME}", re.IGNORECASE
)
"""When the list was made: `As of November 28, 2026`, `Generated on 2026-11-28 05:50`, `List as of 11/28/26`."""
_OF_WHAT: Final = re.compile(r"\b(?:for|from|since|period|range|invoices?)\b", re.IGNORECASE)
"""Words behind which the days of the documents stand."""
_BEGINS_WITH_NUMBER: Final = re.compile(
    r"\W*(?:(?:on|at|the|date|time|den|le|week|kw|month|end of)\W+){0,2}\d", re.IGNORECASE
)
_CLOCK: Final = re.compile(
    r"(?:\b|t)(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"(?:\s*\(?(?:(?:utc|gmt|z)?\s?(?P<sign>[-+\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?\b"
    r"|(?P<zone>[^\W\d_]+(?:/[^\W\d]+)*(?: (?:standard |daylight )?time\b)?)))?",
    re.IGNORECASE,
)
_NO_ZONES: Final = frozenset(
    {"by", "for", "from", "page", "with", "on", "and", "in", "uhr", "h", "hrs", "hours", "heures", "horas"}
)
"""Words behind a clock that are no zones."""
_PLACES: Final[Mapping[str, str]] = {
    "et": "America/New_York", "eastern": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver",
    "mountain": "America/Denver", "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
    "central time": "America/Chicago", "central standard time": "America/Chicago",
    "central daylight time": "America/Chicago",
}  # fmt: skip
_HOURS: Final[Mapping[str, float]] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "nst": -3.5, "ndt": -2.5, "adt": -3, "sast": 2, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "awst": 8, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Short name of a zone -> its hours ahead of UTC, where the name has one meaning."""
_AHEAD: Final = timedelta(hours=14)
_SOME_DAY: Final = date(2028, 12, 31)
"""Where it is of no matter which year a day is in; its year has a February 29."""
_FIRST: Final = timezone(timedelta(hours=14))
"""Where a clock shows an instant first."""


@dataclass(frozen=True)
class Stated:
    """When a list says that it was made.

    Attributes:
        at: as its clock says; the beginning of the day where only that is said.
        zone: as it is written behind the clock, an offset or a name; empty: the portal's zone is meant.
    """

    at: datetime
    zone: str = ""

    @property
    def is_day(self) -> bool:
        """Whether only the day is known."""
        return self.at.time() == time()

    def in_utc(self, zone: ZoneInfo) -> datetime:
        """In UTC, without a zone; the earliest instant that it can be where nobody knows the zone.

        Args:
            zone: the portal's.
        """
        return utc(self.at, _zone(self.zone, zone))


def is_dated(label: str) -> bool:
    """Whether a label says when the list was made, however many readings its day has."""
    return any(first_day(part, _SOME_DAY) for part in _parts(label))


def stated_in(texts: Iterable[str], written: datetime) -> list[Stated]:
    """Each time at which a list was made, by its title lines and footers; the earliest reading of each.

    Args:
        texts: the lines.
        written: when the file was written; a day without a year is not after it.
    """
    latest = (written + _AHEAD).date()
    return [_stated(day, part) for text in texts for part in _parts(text) if (day := first_day(part, latest))]


def is_unread(text: str) -> bool:
    """Whether a line says when the list was made in a way that cannot be read."""
    return any(_BEGINS_WITH_NUMBER.match(part) and not first_day(part, _SOME_DAY) for part in _parts(text))


def earliest(stated: Iterable[Stated], zone: ZoneInfo) -> Stated | None:
    """What holds of several times; a clock makes the same day more exact.

    Args:
        stated: each time that the list says.
        zone: the portal's.
    """
    every = sorted(stated, key=lambda one: one.in_utc(zone))
    exact = [one for one in every if not one.is_day and one.at.date() == every[0].at.date()]
    return next(iter(exact if exact and every[0].is_day else every), None)


def _parts(text: str) -> list[str]:
    """What stands behind each label of a time; nothing behind one of a filter, which has two days."""
    plain = unicodedata.normalize("NFKC", text)
    found = list(_LABEL.finditer(plain))
    ends = [*(match.start() for match in found[1:]), len(plain)]
    parts = [plain[match.end() : end] for match, end in zip(found, ends, strict=False)]
    heads = [_OF_WHAT.split(part)[0] for part in parts]
    stated_parts = [head if first_day(head, _SOME_DAY) else part for head, part in zip(heads, parts, strict=True)]
    return [part for part in stated_parts if len(days_in(part.replace("/", "-"))) <= 1]


def _stated(day: date, part: str) -> Stated:
    midnight = datetime(day.year, day.month, day.day)
    clock = _CLOCK.search(part)
    return Stated(midnight) if clock is None else _with_clock(midnight, clock)


def _with_clock(day: datetime, clock: re.Match[str]) -> Stated:
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    at = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0))
    if clock["sign"]:
        sign = "+" if clock["sign"] == "+" else "-"
        return Stated(at, f"{sign}{int(clock['hours']):02}:{clock['minutes'] or '00'}")
    name = clock["zone"] or ""
    return Stated(at, "" if name.casefold() in _NO_ZONES else name)


def _zone(written: str, portal: ZoneInfo) -> tzinfo:
    """The zone that is meant; where nobody knows, that which makes a list the oldest."""
    name = written.casefold()
    if not name:
        return portal
    if name[0] in "+-":
        ahead = timedelta(hours=int(name[1:3]), minutes=int(name[4:]))
        return timezone(-ahead if name[0] == "-" else ahead) if ahead < timedelta(hours=15) else _FIRST
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if name in _names(portal):
        return portal
    place = _PLACES.get(name) or _PLACES.get(re.sub(r"(?: standard| daylight)? time$", "", name))
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(place or written) if place or "/" in written else _FIRST
    return _FIRST


def _names(zone: ZoneInfo) -> set[str]:
    """The short names that the zone's clocks have in winter and summer."""
    return {(datetime(2026, month, 1, tzinfo=UTC).astimezone(zone).tzname() or "").casefold() for month in (1, 7)}
