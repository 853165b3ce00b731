"""The recommended date keeps its word: a sync that is simulated from it brings what the option says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Backfill
from etl.diagnose.backfill import ChangeTimes, backfill_options, is_recovered
from etl.diagnose.sync import to_instants

SCHEMA: dict[str, Any] = {
    "row_key": pl.Int64, "invoice_id_acct": pl.String, "invoice_number": pl.String, "currency_code": pl.String,
    "balance_amount": pl.Decimal(18, 4), "created_at": pl.Datetime("us"), "changed_at": pl.Datetime("us"),
}  # fmt: skip
ZONES = ("UTC", "America/New_York", "Australia/Sydney", "Asia/Kathmandu")
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2026, 11, 1)).map(lambda at: at.replace(microsecond=0))
MISSED = st.lists(
    st.tuples(st.none() | MOMENTS, st.none() | st.integers(0, 400 * 24), st.integers(0, 10**7)), max_size=25
)
SOON = st.datetimes(datetime(2026, 5, 1), datetime(2026, 5, 28)).map(lambda at: at.replace(microsecond=0))
ARRIVED = st.lists(MOMENTS, max_size=40)
RULES = st.builds(
    Backfill, safety_days=st.integers(0, 3), resync_cost=st.integers(0, 60), most_resyncs=st.integers(0, 6)
)


def _frame(rows: list[tuple[datetime | None, int | None, int]]) -> pl.DataFrame:
    """Missed invoices: when created, how many hours later changed (null: no time of change), cents."""
    told = [
        (
            key, str(key), None if key % 3 == 0 else f"N{key}", ("USD", "EUR")[key % 2], Decimal(cents) / 100, created,
            None if created is None else created + timedelta(hours=hours or 0),
        )
        for key, (created, hours, cents) in enumerate(rows)
    ]  # fmt: skip
    return pl.DataFrame(told, schema=SCHEMA, orient="row")


def _reading(missed: pl.DataFrame, arrived: list[datetime], zone: str) -> ChangeTimes:
    every = sorted([*missed["changed_at"].drop_nulls().to_list(), *arrived])
    return ChangeTimes(to_instants(pl.Series(every, dtype=pl.Datetime("us"))), ZoneInfo(zone))


def _start(day: date, zone: str) -> datetime:
    """What the portal takes a date for, in naive UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def _sync(invoices: list[dict[str, Any]], day: date, zone: str) -> list[dict[str, Any]]:
    """A sync as the portal does it: everything that changed since the date, whatever the invoice's own date."""
    return [row for row in invoices if row["changed_at"] is not None and row["changed_at"] >= _start(day, zone)]


@given(rows=MISSED, arrived=ARRIVED, zone=st.sampled_from(ZONES), rules=RULES)
def test_every_option_recovers_what_it_says(
    rows: list[tuple[datetime | None, int | None, int]], arrived: list[datetime], zone: str, rules: Backfill
) -> None:
    """Counted by creation, so no later change is needed; what it leaves out is resynced singly; the rest is re-read."""
    missed = _frame(rows)
    invoices = missed.to_dicts()
    everything = [*invoices, *({"changed_at": moment} for moment in arrived)]
    options = backfill_options(missed, _reading(missed, arrived, zone), rules).to_dicts()
    assert bool(options) == any(row["created_at"] for row in invoices)
    for option in options:
        day = option["sync_from_date"]
        promised = [row for row in invoices if row["created_at"] and row["created_at"] >= _start(day, zone)]
        brought = {row["row_key"] for row in _sync(invoices, day, zone)}
        assert option["invoices_recovered"] == len(promised)
        assert {row["row_key"] for row in promised} <= brought
        assert option["invoices_recovered"] + option["single_resyncs"] + option["left_over"] == len(invoices)
        assert not option["is_recommended"] or option["single_resyncs"] <= rules.most_resyncs
        assert option["invoices_reread"] == len(_sync(everything, day, zone))
        assert is_recovered(missed, day, ZoneInfo(zone)).sum() == len(promised)


@given(rows=MISSED, zone=st.sampled_from(ZONES), rules=RULES)
def test_a_sync_and_the_single_resyncs_leave_nothing_missing(
    rows: list[tuple[datetime | None, int | None, int]], zone: str, rules: Backfill
) -> None:
    """After the recommended sync, what is resynced singly is exactly what the option left out."""
    missed = _frame(rows)
    recommended = [
        row for row in backfill_options(missed, _reading(missed, [], zone), rules).to_dicts() if row["is_recommended"]
    ]
    if not recommended:
        return
    (option,) = recommended
    is_kept = is_recovered(missed, option["sync_from_date"], ZoneInfo(zone))
    assert missed.filter(~is_kept).height == option["single_resyncs"] + option["left_over"]
    brought = {row["row_key"] for row in _sync(missed.to_dicts(), option["sync_from_date"], zone)}
    assert brought | set(missed.filter(~is_kept)["row_key"]) == set(missed["row_key"])


FEW = st.lists(st.tuples(st.none() | SOON, st.none() | st.integers(0, 72), st.integers(0, 10**5)), max_size=8)


@given(
    rows=FEW, arrived=st.lists(SOON, max_size=30), zone=st.sampled_from(ZONES), rules=RULES,
    oldest=st.none() | st.dates(date(2026, 4, 25), date(2026, 6, 5)),
)  # fmt: skip
def test_no_date_at_all_is_better_than_the_recommended_one(  # noqa: PLR0913
    rows: list[tuple[datetime | None, int | None, int]],
    arrived: list[datetime],
    zone: str,
    rules: Backfill,
    oldest: date | None,
) -> None:
    """Every date is tried, one by one: each that keeps the safety days and leaves no more to single resyncs costs more.

    Undated invoices, and those that only a date brings that is too old, use up the single resyncs first.
    """
    missed = _frame(rows)
    invoices = missed.to_dicts()
    reading = replace(_reading(missed, arrived, zone), oldest=oldest)
    everything = [*invoices, *({"changed_at": moment} for moment in arrived)]
    plans = []
    for day in (date(2026, 4, 20) + timedelta(days=days) for days in range(50)):
        brought = [row for row in invoices if row["created_at"] and row["created_at"] >= _start(day, zone)]
        safe = [row for row in brought if row["created_at"] >= _start(day + timedelta(days=rules.safety_days), zone)]
        if brought and safe == brought and (oldest is None or day >= oldest):
            plans.append((day, len(brought), len(_sync(everything, day, zone))))
    recommended = backfill_options(missed, reading, rules).filter("is_recommended").to_dicts()
    assert len(recommended) == bool(plans)
    if not recommended:
        return
    (option,) = recommended
    most = max(brought for _, brought, _ in plans)
    spare = max(0, rules.most_resyncs - (len(invoices) - most))
    left = most - option["invoices_recovered"]
    assert left <= spare
    assert oldest is None or option["sync_from_date"] >= oldest
    assert option["single_resyncs"] <= rules.most_resyncs
    cost = option["invoices_reread"] + rules.resync_cost * left
    assert cost <= min(
        reread + rules.resync_cost * (most - brought) for _, brought, reread in plans if most - brought <= spare
    )


def test_a_date_of_long_ago_is_not_recommended_and_its_invoices_are_left_to_single_resyncs() -> None:
    """Three of half a year ago and one without a time: two are resynced singly, the rest needs somebody's say."""
    old, new = datetime(2026, 1, 5), [(datetime(2026, 10, 20, hour), 1, 100) for hour in range(4)]
    missed = _frame([(old, 1, 100), (old, 2, 100), (old, 3, 100), (None, None, 100), *new])
    reading = replace(_reading(missed, [], "UTC"), oldest=date(2026, 5, 26))
    options = backfill_options(missed, reading, Backfill(most_resyncs=2)).to_dicts()
    told = [(o["sync_from_date"], o["is_recommended"], o["single_resyncs"], o["left_over"]) for o in options]
    assert told == [(date(2026, 1, 4), False, 1, 0), (date(2026, 10, 19), True, 2, 2)]
    assert options[0]["note"].startswith("too old to recommend without a person; ")
    only_old = missed.head(4)
    assert not backfill_options(only_old, reading, Backfill())["is_recommended"].any()


def test_one_very_old_invoice_does_not_drag_the_date_back() -> None:
    """It is recommended for a single resync; the rest comes with a sync from last week."""
    recent = [(datetime(2026, 10, 20, hour), 1, 10_000) for hour in range(10)]
    missed = _frame([(datetime(2023, 2, 1), 1, 500_000), *recent])
    arrived = [datetime(2024, 1, 1) + timedelta(hours=hours) for hours in range(5_000)]
    options = backfill_options(missed, _reading(missed, arrived, "UTC"), Backfill()).filter("is_recommended").to_dicts()
    assert [(o["sync_from_date"], o["invoices_recovered"], o["single_resyncs"]) for o in options] == [
        (date(2026, 10, 19), 10, 1)
    ]
    assert options[0]["note"] == "resync one by one: 0"


def test_a_day_begins_where_the_portal_is() -> None:
    """Created at 03:00 UTC is the evening before in New York: the date has to be the day before that."""
    missed = _frame([(datetime(2026, 3, 10, 3), 0, 100)])
    rules = Backfill(safety_days=0)
    for zone, day in (("UTC", date(2026, 3, 10)), ("America/New_York", date(2026, 3, 9))):
        assert backfill_options(missed, _reading(missed, [], zone), rules)["sync_from_date"].to_list() == [day]


def test_a_change_that_seems_to_precede_the_creation_is_believed() -> None:
    """A sync asks for changes: with a clock that was wrong, the earlier of the two times is the safe one."""
    missed = _frame([(datetime(2026, 5, 20), 0, 100)]).with_columns(changed_at=pl.lit(datetime(2026, 5, 10)))
    (option,) = backfill_options(missed, _reading(missed, [], "UTC"), Backfill()).to_dicts()
    assert len(_sync(missed.to_dicts(), option["sync_from_date"], "UTC")) == option["invoices_recovered"] == 1


def test_amounts_are_told_per_currency() -> None:
    """Never added across currencies; only of what the date recovers."""
    missed = _frame(
        [(datetime(2026, 5, 20), 0, 150), (datetime(2026, 5, 21), 0, 123_456), (datetime(2026, 5, 21), 1, 50)]
    )
    options = backfill_options(missed, _reading(missed, [], "UTC"), Backfill(safety_days=0))
    assert options["currency_amounts"].to_list()[0] == "EUR 1,234.56; USD 2.00"


@pytest.mark.parametrize("rows", [[], [(None, None, 100)]])
def test_without_a_time_there_is_no_date_to_recommend(rows: list[tuple[None, None, int]]) -> None:
    """Better none than one that recovers nothing."""
    missed = _frame(rows)
    nothing = ChangeTimes(np.array([], dtype=np.int64), ZoneInfo("UTC"))
    assert backfill_options(missed, nothing, Backfill()).is_empty()
