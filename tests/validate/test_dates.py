"""Days and instants are read in the file's order and zone, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from etl.validate.dates import STRICT_DATE, STRICT_INSTANT, days, instants, logged

NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
)


def day(text: str, order: str | None = None, *, serials: bool = False) -> date | None:
    """The day that one text says."""
    series = days(pl.Series([text]), order, serials=serials)
    assert series.dtype == pl.Date
    value: date | None = series.item()
    return value


def at(text: str, order: str | None = None, zone: ZoneInfo = NEW_YORK, *, serials: bool = False) -> datetime | None:
    """The instant that one text says."""
    series = instants(pl.Series([text]), order, zone, serials=serials)
    assert series.dtype == pl.Datetime("us")
    value: datetime | None = series.item()
    return value


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-15", None),
        ("2026-3-15", None),
        ("2026/03/15", "mdy"),
        ("2026.03.15", None),
        ("03/15/2026", "mdy"),
        ("3/15/26", "mdy"),
        ("03-15-2026", "mdy"),
        ("15/03/2026", "dmy"),
        ("15.3.2026", "dmy"),
        ("15-03-26", "dmy"),
        ("26-03-15", "ymd"),
        ("26/3/15", "ymd"),
        ("15 Mar 2026", None),
        ("15-MAR-26", None),
        ("15 march 2026", None),
        ("Mar 15, 2026", None),
        ("March 15 2026", "dmy"),
        ("2026-03-15T10:00:00-05:00", None),
        ("2026-03-15T23:59:59Z", None),
        ("2026-03-15 00:00:00", None),
        ("03/15/2026 12:00:00 AM", "mdy"),
        ("/Date(1773532800000+0000)/", None),
    ],
)
def test_a_date_is_the_day_as_written(text: str, order: str | None) -> None:
    """The calendar day on the invoice, whatever clock stands beside it."""
    assert day(text, order) == date(2026, 3, 15)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31/31/2026", "mdy"),
        ("15/03/2026", "mdy"),
        ("03/15/2026", "dmy"),
        ("03/04/2026", "ymd"),
        ("03/04/2026", None),
        ("03/04/26", None),
        ("03/15-2026", "mdy"),
        ("3/15/026", "mdy"),
        ("3/15/6", "mdy"),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("29.02.2025", "dmy"),
        ("15 Foo 2026", None),
        ("Mar 32, 2026", None),
        ("2026-03-15T25:00:00Z", None),
        ("2026-03-15T10:61:00Z", None),
        ("2026-03-15T23:59:60Z", None),
        ("03/15/2026 13:00 PM", "mdy"),
        ("2026-03", None),
        ("20260315", None),
        ("45731", None),
        ("yesterday", None),
        ("x2026-03-15", None),
        ("2026-03-15x", None),
    ],
)
def test_a_date_that_its_order_cannot_read_is_refused(text: str, order: str | None) -> None:
    """The order of a file is never bent to make a value fit."""
    assert day(text, order) is None
    assert at(text, order) is None


@pytest.mark.parametrize(("written", "year"), [("00", 2000), ("26", 2026), ("69", 2069), ("70", 1970), ("99", 1999)])
def test_two_digit_years_below_seventy_are_of_this_century(written: str, year: int) -> None:
    """1970 is the first year that any accounting package of today can hold."""
    assert day(f"7/16/{written}", "mdy") == date(year, 7, 16)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-15T10:00:00-05:00", datetime(2026, 3, 15, 15)),
        ("2026-03-15T10:00:00+0530", datetime(2026, 3, 15, 4, 30)),
        ("2026-03-15T10:00:00+13", datetime(2026, 3, 14, 21)),
        ("2026-03-15T10:00:00\N{MINUS SIGN}05:00", datetime(2026, 3, 15, 15)),
        ("2015-12-24T22: 08: 22Z", datetime(2015, 12, 24, 22, 8, 22)),
        ("2011-05-31T01:29:53.3641169Z", datetime(2011, 5, 31, 1, 29, 53, 364116)),
        ("2011-05-31T01:29:53.36Z", datetime(2011, 5, 31, 1, 29, 53, 360000)),
        ("2011-05-31T01:29Z", datetime(2011, 5, 31, 1, 29)),
        ("2011-05-31 01:29:53 UTC", datetime(2011, 5, 31, 1, 29, 53)),
        ("2026-03-15", datetime(2026, 3, 15, 4)),
        ("2026-03-15T10:00:00", datetime(2026, 3, 15, 14)),
        ("2026-01-15 10:00", datetime(2026, 1, 15, 15)),
        ("3/15/2026 10:05 PM", datetime(2026, 3, 16, 2, 5)),
        ("3/15/2026 12:05 a.m.", datetime(2026, 3, 15, 4, 5)),
        ("3/15/2026 12:05 PM", datetime(2026, 3, 15, 16, 5)),
        ("15 Mar 2026 10:00", datetime(2026, 3, 15, 14)),
        ("/Date(1518685950940+0000)/", datetime(2018, 2, 15, 9, 12, 30, 940000)),
        ("/Date(1518685950940+1300)/", datetime(2018, 2, 15, 9, 12, 30, 940000)),
        ("/Date(1518685950940)/", datetime(2018, 2, 15, 9, 12, 30, 940000)),
    ],
)
def test_an_instant_is_told_in_utc(text: str, instant: datetime) -> None:
    """Its offset counts; without one, the zone of the file."""
    assert at(text, "mdy") == instant


def test_a_time_that_the_clock_skipped_or_showed_twice_has_one_reading() -> None:
    """Put forward: as the clock before would have shown it. Put back: the first of the two."""
    assert at("2026-03-08 02:30") == datetime(2026, 3, 8, 7, 30)
    assert at("2026-11-01 01:30") == datetime(2026, 11, 1, 5, 30)
    assert at("2011-12-30 12:00", zone=ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 30, 22)


def test_the_day_of_a_tick_is_the_day_where_it_was_written() -> None:
    """An offset behind `/Date()/` moves the day, not the instant."""
    assert day("/Date(1518735600000+0000)/") == date(2018, 2, 15)
    assert day("/Date(1518735600000+1300)/") == date(2018, 2, 16)


def test_day_numbers_are_dates_only_where_the_column_holds_them() -> None:
    """45731 is an invoice number as long as nothing says otherwise."""
    assert day("45731", serials=True) == date(2025, 3, 15)
    assert day("45731.4375", serials=True) == date(2025, 3, 15)
    assert at("45731.4375", serials=True) == datetime(2025, 3, 15, 14, 30)
    assert day("2025-03-15", serials=True) == date(2025, 3, 15)
    assert day("19999", serials=True) is None
    assert at("45731") is None


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(value: date) -> None:
    """The strict form reads as the standard library reads it; so do the others, in their order."""
    assert pl.select(pl.lit(value.isoformat()).str.contains(STRICT_DATE)).item()
    assert day(value.isoformat()) == date.fromisoformat(value.isoformat())
    assert day(f"{value.month}/{value.day}/{value.year}", "mdy") == value
    assert day(f"{value.day:02d}.{value.month:02d}.{value.year}", "dmy") == value
    assert day(f"{value:%d %b %Y}") == value
    assert day(f"{value:%B %d, %Y}") == value


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 12, 30)))
def test_a_strict_instant_reads_as_the_standard_library_reads_it(value: datetime) -> None:
    """What is read in bulk and what is read with care is the same instant."""
    text = f"{value.isoformat()}Z"
    assert pl.select(pl.lit(text).str.contains(STRICT_INSTANT)).item()
    assert at(text) == datetime.fromisoformat(text).replace(tzinfo=None)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 12, 30)), st.integers(-12 * 60, 14 * 60))
def test_an_offset_moves_the_clock_to_utc(value: datetime, minutes: int) -> None:
    """Offsets are read as the standard library reads them."""
    told = value.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert at(told.isoformat()) == told.astimezone(UTC).replace(tzinfo=None)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2036, 12, 31)), st.sampled_from(ZONES))
def test_a_clock_without_an_offset_is_read_in_its_zone(value: datetime, zone: str) -> None:
    """Also on the days on which the clock is changed (PEP 495, fold 0)."""
    told = value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    assert at(value.isoformat(sep=" "), zone=ZoneInfo(zone)) == told


@given(
    st.lists(
        st.text(max_size=40) | st.from_regex(r"\A[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([T ][0-9:.+-]{1,15})?Z?\Z")
    ),
    st.sampled_from(["mdy", "dmy", "ymd", None]),
)
def test_no_text_breaks_the_reading(texts: list[str], order: str | None) -> None:
    """Any text is a date or it is not."""
    series = pl.Series(texts, dtype=pl.String)
    is_day = days(series, order, serials=True).is_not_null()
    is_instant = instants(series, order, NEW_YORK, serials=True).is_not_null()
    assert len(is_instant) == len(texts)
    assert all(any(map(str.isdigit, text)) for text, found in zip(texts, is_day | is_instant, strict=True) if found)


def _logged(texts: list[str], zone: str) -> list[datetime]:
    return logged(pl.Series(texts), None, ZoneInfo(zone)).to_list()


@given(
    st.sampled_from(
        [
            ("America/New_York", datetime(2026, 11, 1)),
            ("America/New_York", datetime(2026, 3, 8)),
            ("Europe/Berlin", datetime(2026, 10, 25)),
            ("Europe/London", datetime(2026, 10, 25)),
            ("Australia/Lord_Howe", datetime(2026, 4, 5)),
            ("Australia/Lord_Howe", datetime(2026, 10, 4)),
            ("Atlantic/Azores", datetime(2026, 10, 25)),
            ("UTC", datetime(2026, 11, 1)),
        ]
    ),
    st.sampled_from([5, 10, 15, 30, 60]),
    st.integers(0, 59),
    st.sampled_from([1, -1]),
)
def test_a_log_of_regular_runs_keeps_each_of_them_in_the_doubled_hour(
    change: tuple[str, datetime], step: int, minute: int, direction: int
) -> None:
    """Whatever the zone and the step, oldest or newest first: what the clock showed twice is read as two instants."""
    zone, day = ZoneInfo(change[0]), change[1]
    assume(step <= 30 or "Howe" not in zone.key)  # its half hour then holds one run, which may be of either round
    begin = (day - timedelta(hours=2)).replace(minute=minute, tzinfo=zone).astimezone(UTC)
    runs = [begin + timedelta(minutes=step * number) for number in range(600 // step)]
    runs = runs[::direction]
    shown = [run.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") for run in runs]
    assert _logged(shown, zone.key) == [run.replace(tzinfo=None) for run in runs]


def test_a_log_without_a_repetition_is_read_in_the_first_round_and_offsets_are_kept() -> None:
    """One run in the doubled hour says nothing of the round; a written offset says it."""
    assert _logged(["2026-10-31 01:30", "2026-11-01 01:30", "2026-11-02 01:30"], "America/New_York")[1] == datetime(
        2026, 11, 1, 5, 30
    )
    assert (
        _logged(["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-04:00"], "America/New_York")
        == [datetime(2026, 11, 1, 5, 30)] * 2
    )
