"""Dates and instants as people and programs write them.

A numeric date such as 03/04/2026 is read in the order of its file and in no other; a four-digit year in front needs no
order. Two-digit years below 70 are of this century. A `_date` is the day as written, whatever clock and offset stand
beside it; an `_at` is an instant: its offset, else the zone of the file, brings it to UTC. A time that the clock
skipped is read as the clock before the change would have shown it; of a time that it showed twice, the first is meant,
except in a log, whose order distinguishes the two.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from etl.domain import DateOrder
from etl.validate.text_forms import folded, read_once

ORDERS: Final[tuple[DateOrder, ...]] = ("mdy", "dmy", "ymd")

EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2200, 12, 31)
"""A day outside of these is a slip or a placeholder, not the date of an invoice."""

STRICT_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
STRICT_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?Z$"
"""What programs write. The 30th of February has the form and is refused all the same."""

SERIAL: Final = r"^(?:[2-7][0-9]{4}(?:\.[0-9]+)?|80000)$"
"""The day number of a spreadsheet."""

_WITHOUT_CHANGES: Final = ZoneInfo("Etc/GMT+12")
"""A zone in which nobody lives, so that its clocks show no other zone's times."""

_FIRST_SERIAL: Final = datetime(1899, 12, 30)
_MILLISECONDS_OF_DAY: Final = 86_400_000
_NOON: Final = 12
_CLOCK: Final = (
    r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?:(?P<utc>[Zz]|UTC|GMT)|(?P<sign>[-+])(?P<hours>0[0-9]|1[0-4])(?::?(?P<minutes>[0-5][0-9]))?))?"
)
_MOMENT: Final = rf"^(?P<day>[0-9A-Za-z ,./-]+?)(?:(?:[Tt] ?|,? ){_CLOCK})?$"
_TICK_OFFSET: Final = "(?P<tick_sign>[-+])(?P<tick_hours>[0-9]{2})(?P<tick_minutes>[0-9]{2})"
_TICKS: Final = rf"^\\?/Date\((?P<ticks>-?[0-9]{{1,13}})(?:{_TICK_OFFSET})?\)\\?/$"
_MIDDLE: Final = r"(?:/[0-9]{1,2}/|-[0-9]{1,2}-|\.[0-9]{1,2}\.)"
_YEAR_FIRST: Final = rf"^[0-9]{{4}}{_MIDDLE}[0-9]{{1,2}}$"
_LONG_YEAR_LAST: Final = rf"^[0-9]{{1,2}}{_MIDDLE}[0-9]{{4}}$"
_SHORT_YEAR_LAST: Final = rf"^[0-9]{{1,2}}{_MIDDLE}[0-9]{{2}}$"
_SHORT_YEAR_FIRST: Final = rf"^[0-9]{{2}}{_MIDDLE}[0-9]{{1,2}}$"
_DAY_MONTH: Final = r"^[0-9]{1,2}[-/. ]+[A-Za-z]{3,9}[-/., ]+(?:[0-9]{4}|[0-9]{2})$"
_MONTH_DAY: Final = r"^[A-Za-z]{3,9}[. ]+[0-9]{1,2}[, ]+[0-9]{4}$"

MAY_NEED_ORDER: Final = r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{1,2})(?:[^0-9]|$)"
"""Dates that several orders may read."""

_TICKS_AT: Final = pl.col("ticks").cast(pl.Int64).cast(pl.Datetime("ms")).cast(pl.Datetime("us"))
"""The instant of `/Date(1518685950940+0000)/`: milliseconds since 1970 in UTC, whatever offset stands behind them."""


def days(text: pl.Series, order: str | None, *, serials: bool = False) -> pl.Series:
    """Read stripped texts as calendar days; null for other texts.

    Locality: row.
    """

    def careful(spellings: pl.DataFrame) -> pl.DataFrame:
        moments = _moments(spellings, order).with_columns(ticks_at=_TICKS_AT + _offset("tick_"))
        shown = ("wall", "ticks_at", "serial_wall") if serials else ("wall", "ticks_at")
        return moments.select(pl.coalesce(shown).dt.date())

    strict = pl.col("text").str.to_date("%Y-%m-%d", strict=False)
    return read_once(text, STRICT_DATE, strict, careful)


def instants(text: pl.Series, order: str | None, zone: ZoneInfo, *, serials: bool = False) -> pl.Series:
    """Read stripped texts as instants in UTC, without a zone; null for other texts.

    Locality: row.
    """

    def careful(spellings: pl.DataFrame) -> pl.DataFrame:
        moments = _moments(spellings, order)
        has_offset = pl.any_horizontal(pl.col("utc", "sign").is_not_null())
        local = pl.coalesce(pl.when(~has_offset).then("wall"), *(["serial_wall"] if serials else []))
        by_offset = pl.when(has_offset).then(pl.col("wall") - _offset())
        by_zone = in_utc(moments.select(local).to_series(), zone)
        return moments.select(pl.coalesce(by_offset, by_zone, _TICKS_AT))

    strict = pl.col("text").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
    return read_once(text, STRICT_INSTANT, strict, careful)


def logged(text: pl.Series, order: str | None, zone: ZoneInfo, *, serials: bool = False) -> pl.Series:
    """Read the instants of a log, oldest or newest first: its order decides which round of a doubled hour is meant.

    The second round begins where the log goes back to an earlier time; where it never does, with a time that is there
    again.

    Locality: whole.
    """
    first = instants(text, order, zone, serials=serials)
    # only a time without an offset is another one elsewhere
    elsewhere = instants(text, order, _WITHOUT_CHANGES, serials=serials)
    rows = pl.DataFrame({"first": first, "elsewhere": elsewhere}).with_row_index("row")
    is_newest_first = (first.diff().dt.total_microseconds().sign().sum() or 0) < 0
    local = pl.col("first").dt.replace_time_zone("UTC").dt.convert_time_zone(zone.key).dt.replace_time_zone(None)
    again = local.dt.replace_time_zone(zone.key, ambiguous="latest", non_existent="null")
    rows = rows.with_columns(second=again.dt.convert_time_zone("UTC").dt.replace_time_zone(None))
    is_doubled = (pl.col("first") != pl.col("second")) & (pl.col("first") != pl.col("elsewhere"))
    doubled = rows.filter(is_doubled).sort("row", descending=is_newest_first)
    if doubled.is_empty():
        return first
    one_change = pl.col("first").dt.date()
    goes_back = pl.col("first").diff().over(one_change) < pl.duration()
    stands = pl.col("first").is_duplicated() & ~pl.col("first").is_first_distinct()
    changes = doubled.with_columns(goes_back=goes_back.fill_null(value=False), stands=stands)
    is_second = pl.when(pl.col("goes_back").any().over(one_change)).then("goes_back").otherwise("stands")
    changes = changes.with_columns(is_second=is_second).with_columns(pl.col("is_second").cum_max().over(one_change))
    settled = changes.select("row", at=pl.when("is_second").then("second").otherwise("first"))
    return (
        rows.join(settled, on="row", how="left", maintain_order="left").select(pl.coalesce("at", "first")).to_series()
    )


def in_utc(wall: pl.Series, zone: ZoneInfo) -> pl.Series:
    """The instants at which the clocks of the zone showed these times; see the module for skipped and doubled ones.

    Locality: row.
    """
    times = pl.DataFrame({"wall": wall}).with_columns(at=_shown_at(pl.col("wall"), zone))
    # clocks skip an hour at most, but for a few places that changed sides of the date line
    for step in ("1h", "24h"):
        skipped = pl.when(pl.col("at").is_null()).then("wall").dt.offset_by(f"-{step}")
        times = times.with_columns(pl.coalesce("at", _shown_at(skipped, zone).dt.offset_by(step)).alias("at"))
    return times["at"]


def numeric_day(text: pl.Expr, order: str | None) -> pl.Expr:
    """Days of numeric dates without a four-digit year in front; null for other texts.

    Locality: row.
    """
    if order is None:
        return pl.lit(None, pl.Date)
    dashed = text.str.replace_many(["/", "."], ["-", "-"])
    short = pl.when(text.str.contains(_SHORT_YEAR_FIRST if order == "ymd" else _SHORT_YEAR_LAST)).then(dashed)
    if order == "ymd":
        return short.str.to_date("%y-%m-%d", strict=False)
    long = pl.when(text.str.contains(_LONG_YEAR_LAST)).then(dashed)
    front = "%m-%d" if order == "mdy" else "%d-%m"
    return pl.coalesce(long.str.to_date(f"{front}-%Y", strict=False), short.str.to_date(f"{front}-%y", strict=False))


def _shown_at(wall: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    zoned = wall.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _moments(spellings: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Every spelling taken apart: `wall`, the parts of its offset, and what `/Date()/` and day numbers say."""
    text = pl.col("text")
    return (
        spellings.select(folded(text).str.replace_all(" ?: ?", ":"))
        .with_columns(moment=text.str.extract_groups(_MOMENT), ticks=text.str.extract_groups(_TICKS))
        .unnest("moment", "ticks")
        .with_columns(midnight=_calendar(pl.col("day"), order).cast(pl.Datetime("us")), serial_wall=_serial_wall(text))
        .with_columns(wall=_wall())
    )


def _calendar(text: pl.Expr, order: str | None) -> pl.Expr:
    """The day of a date's own text, in any of the forms."""
    dashed = text.str.replace_many(["/", "."], ["-", "-"])
    worded = text.str.replace_all("[-/., ]+", "-").str.replace("(?i)sept-", "sep-")
    day_month = pl.when(text.str.contains(_DAY_MONTH)).then(worded)
    month_day = pl.when(text.str.contains(_MONTH_DAY)).then(worded)
    has_long_year = day_month.str.contains("-[0-9]{4}$")
    return pl.coalesce(
        pl.when(text.str.contains(_YEAR_FIRST)).then(dashed).str.to_date("%Y-%m-%d", strict=False),
        numeric_day(text, order),
        pl.when(has_long_year).then(day_month).str.to_date("%d-%B-%Y", strict=False),
        pl.when(~has_long_year).then(day_month).str.to_date("%d-%B-%y", strict=False),
        month_day.str.to_date("%B-%d-%Y", strict=False),
    )


def _wall() -> pl.Expr:
    """Date and time as written; midnight if no time is written."""
    hour, half = _number("hour"), pl.col("half").str.to_uppercase()
    of_twelve = hour % _NOON + pl.when(half == "P").then(_NOON).otherwise(0)
    is_clock = half.is_null() | hour.is_between(1, _NOON)
    hours = pl.when(half.is_null()).then(hour).otherwise(of_twelve)
    seconds = (hours * 60 + _number("minute")) * 60 + _number("second")
    fraction = pl.col("fraction").str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    return pl.when(is_clock).then(pl.col("midnight") + pl.duration(microseconds=seconds * 1_000_000 + fraction))


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int64).fill_null(0)


def _offset(prefix: str = "") -> pl.Expr:
    """The written offset from UTC; zero if none is written."""
    minutes = _number(f"{prefix}hours") * 60 + _number(f"{prefix}minutes")
    return pl.duration(minutes=pl.when(pl.col(f"{prefix}sign") == "-").then(-minutes).otherwise(minutes))


def _serial_wall(text: pl.Expr) -> pl.Expr:
    """Date and time of a spreadsheet's day number, to the millisecond."""
    number = pl.when(text.str.contains(SERIAL)).then(text).cast(pl.Float64)
    elapsed = (number * _MILLISECONDS_OF_DAY).round().cast(pl.Int64)
    return pl.lit(_FIRST_SERIAL, pl.Datetime("us")) + pl.duration(milliseconds=elapsed)
