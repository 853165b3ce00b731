"""What the syncs must have carried, against a plain reading of the log, run by run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Portal
from etl.diagnose.sync import Absence, SyncLog, midnight, to_instants, why_absent, why_not_carried

START = datetime(2026, 1, 1)
AS_OF = datetime(2026, 3, 1, 2, tzinfo=UTC)
RUNS: dict[str, Any] = {
    "started_at": pl.Datetime("us"), "finished_at": pl.Datetime("us"), "from_at": pl.Datetime("us"),
    "is_successful": pl.Boolean,
}  # fmt: skip
FACTS: dict[str, Any] = {
    "created_at": pl.Datetime("us"), "changed_at": pl.Datetime("us"), "invoice_date": pl.Date,
    "judged_at": pl.Datetime("us"), "is_portal_id_old": pl.Boolean, "was_shown": pl.Boolean,
    "is_outside_list": pl.Boolean,
}  # fmt: skip
HOURS = st.integers(-24 * 20, 24 * 59)
RUN = st.tuples(st.integers(0, 24 * 58), st.integers(0, 24 * 40), st.booleans())
"""Hours after the start at which a run starts, hours that its from date lies before, whether it succeeded."""


@dataclass(frozen=True)
class Entered:
    """An invoice that the portal lacks: hours after the start, or null."""

    created: int | None
    changed_later: int | None
    dated_days: int
    judged: int | None
    is_old_id: bool
    was_shown: bool = False


ENTERED = st.builds(
    Entered,
    st.none() | HOURS,
    st.none() | st.integers(0, 24 * 30),
    st.integers(-60, 60),
    st.none() | HOURS,
    st.booleans(),
    st.booleans(),
)
PORTALS = st.builds(
    Portal,
    sync_from_date=st.none() | st.dates(date(2025, 12, 1), date(2026, 2, 20)),
    first_sync_from_date=st.none() | st.dates(date(2025, 11, 1), date(2026, 1, 10)),
    is_sync_log_complete=st.booleans(),
    grace_hours=st.integers(0, 72),
    stall_hours=st.integers(1, 96),
    time_zone=st.sampled_from(["UTC", "America/New_York", "Pacific/Auckland"]),
)


def _at(hours: int | None) -> datetime | None:
    return None if hours is None else START + timedelta(hours=hours)


def _runs(runs: list[tuple[int, int, bool]]) -> pl.DataFrame:
    rows = [(_at(start), None, _at(start - back), is_successful) for start, back, is_successful in runs]
    return pl.DataFrame(rows, schema=RUNS, orient="row")


def _facts(entered: Entered) -> dict[str, Any]:
    created = _at(entered.created)
    changed = created + timedelta(hours=entered.changed_later) if created and entered.changed_later else created
    dated = (START + timedelta(days=entered.dated_days)).date()
    return {
        "created_at": created, "changed_at": changed, "invoice_date": dated, "judged_at": _at(entered.judged),
        "is_portal_id_old": entered.is_old_id, "was_shown": entered.was_shown, "is_outside_list": False,
    }  # fmt: skip


def _absence(facts: dict[str, Any]) -> Absence:
    return Absence.of(pl.DataFrame([facts], schema=FACTS))


def _successful(runs: pl.DataFrame) -> list[tuple[datetime, datetime]]:
    return sorted((row["started_at"], row["from_at"]) for row in runs.to_dicts() if row["is_successful"])


def _carriers(log: list[tuple[datetime, datetime]], facts: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    """Every run that asked for the change, or for the creation, after it happened."""
    times = [facts[name] for name in ("changed_at", "created_at") if facts[name] is not None]
    return [(started, since) for started, since in log if any(since <= at <= started for at in times)]


@given(runs=st.lists(RUN, max_size=12), changes=st.lists(HOURS, min_size=1, max_size=12), since=HOURS)
def test_a_change_is_carried_by_the_runs_that_asked_for_it(
    runs: list[tuple[int, int, bool]], changes: list[int], since: int
) -> None:
    """The first carrier, and whether there is one since a moment, are those found by looking at each run."""
    frame = _runs(runs)
    log, plain = SyncLog.of(frame, Portal()), _successful(frame)
    moments = [moment for moment in map(_at, changes) if moment is not None]
    instants = to_instants(pl.Series(moments, dtype=pl.Datetime("us")))
    mark = to_instants(pl.Series([_at(since)] * len(moments), dtype=pl.Datetime("us")))
    first = [next((n for n, (s, f) in enumerate(plain) if f <= at <= s), len(plain)) for at in moments]
    later = [any(f <= at <= s and s >= (_at(since) or at) for s, f in plain) for at in moments]
    assert log.carrier(instants).tolist() == first
    assert log.is_carried(instants).tolist() == [place < len(plain) for place in first]
    assert log.is_carried(instants, mark).tolist() == later


def test_nothing_carries_what_has_no_time() -> None:
    """An unknown time is not a very old one."""
    log = SyncLog.of(_runs([(10, 10_000, True)]), Portal())
    nothing = to_instants(pl.Series([None], dtype=pl.Datetime("us")))
    assert log.is_carried(nothing).tolist() == [False]
    assert log.carrier(nothing).tolist() == [1]


def _expected_absence(facts: dict[str, Any], runs: pl.DataFrame, portal: Portal, list_at: datetime) -> str:
    """The contract, read aloud."""
    every = _successful(runs)
    log = [run for run in every if run[0] <= list_at]
    changed, grace = facts["changed_at"], timedelta(hours=portal.grace_hours)
    if facts["is_portal_id_old"]:
        return "RECREATED_ID"
    if waits := _expected_wait(changed, runs, portal, list_at):
        return waits
    last_shown = log[-1][0] if log else list_at - grace
    if changed and changed > min(last_shown, list_at):
        return "PORTAL_LIST_OLDER"
    if facts["was_shown"]:
        return "?"
    if changed is None:
        day = last_shown.replace(tzinfo=UTC).astimezone(ZoneInfo(portal.time_zone)).date()
        missed = "PORTAL_LIST_OLDER" if _is_mapped_since(facts, list_at) else "MISSED_UNDATED"
        return "?" if facts["invoice_date"] >= day else missed
    missed = _expected_miss(facts, log, portal)
    is_known = missed in {"BEFORE_SYNC_START", "SKIPPED_WHILE_UNMAPPED"}
    return missed if is_known or not _is_mapped_since(facts, list_at) else "PORTAL_LIST_OLDER"


def _is_mapped_since(facts: dict[str, Any], list_at: datetime) -> bool:
    """A list from before its customer was mapped could not show it."""
    return facts["judged_at"] is not None and facts["judged_at"] > list_at


def _expected_wait(changed: datetime | None, runs: pl.DataFrame, portal: Portal, list_at: datetime) -> str | None:
    """Nobody asked for it yet: the next sync does, or the sync stands still."""
    log, as_of = _successful(runs), AS_OF.replace(tzinfo=None)
    if changed is None:
        return None
    begun = log[-1][0] if log else runs["started_at"].min()
    if begun is None:
        return "PENDING_NEXT_SYNC" if changed > list_at - timedelta(hours=portal.grace_hours) else None
    is_stalled = as_of - begun > timedelta(hours=portal.stall_hours)
    is_after = changed > begun if log else is_stalled or changed >= begun
    return ("SYNC_STALLED" if is_stalled else "PENDING_NEXT_SYNC") if is_after else None


def _expected_miss(facts: dict[str, Any], log: list[tuple[datetime, datetime]], portal: Portal) -> str:
    """Somebody asked, or nobody ever did, and the list does not have it."""
    changed, zone = facts["changed_at"], ZoneInfo(portal.time_zone)
    days = [day for day in (portal.first_sync_from_date, portal.sync_from_date) if day]
    starts = [datetime.fromtimestamp(midnight(day, zone) / 1e6, UTC).replace(tzinfo=None) for day in days]
    known = [*starts, *(since for _, since in log)]
    if known and changed < min(known):
        return "BEFORE_SYNC_START"
    carriers = _carriers(log, facts)
    if carriers and facts["judged_at"] and all(started < facts["judged_at"] for started, _ in carriers):
        return "SKIPPED_WHILE_UNMAPPED"
    if carriers:
        first_from = min(carriers)[1].replace(tzinfo=UTC).astimezone(zone).date()
        return "BACKDATED_ENTRY" if facts["invoice_date"] < first_from else "MISSED_IN_WINDOW"
    if not log and portal.sync_from_date and facts["invoice_date"] < portal.sync_from_date:
        start = datetime.fromtimestamp(midnight(portal.sync_from_date, zone) / 1e6, UTC).replace(tzinfo=None)
        return "BACKDATED_ENTRY" if facts["created_at"] >= start else "MISSED_IN_WINDOW"
    return "MISSED_IN_WINDOW"


@given(entered=ENTERED, runs=st.lists(RUN, max_size=6), portal=PORTALS, age=st.sampled_from([0, 0, 20, 400, 1000]))
def test_an_absence_has_the_one_cause_that_the_log_gives_it(
    entered: Entered, runs: list[tuple[int, int, bool]], portal: Portal, age: int
) -> None:
    """Judged in arrays and judged one by one, the cause is the same; nothing is missed that the list is too old for."""
    facts, frame, list_at = _facts(entered), _runs(runs), AS_OF - timedelta(hours=age)
    log = SyncLog.of(frame, portal, list_at)
    (found,) = why_absent(_absence(facts), log, portal, (AS_OF, _instant(list_at))).tolist()
    assert found == _expected_absence(facts, frame, portal, list_at.replace(tzinfo=None))
    if facts["changed_at"] and facts["changed_at"] > list_at.replace(tzinfo=None):
        assert found in {"RECREATED_ID", "SYNC_STALLED", "PENDING_NEXT_SYNC", "PORTAL_LIST_OLDER"}


def _instant(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


@given(entered=ENTERED, runs=st.lists(RUN, max_size=6), portal=PORTALS)
def test_without_the_list_nothing_is_called_missed_that_a_run_may_have_brought(
    entered: Entered, runs: list[tuple[int, int, bool]], portal: Portal
) -> None:
    """Carried: no complaint. Created before the log, or nobody knows when: unknown, unless no sync ever asked."""
    facts, frame = _facts(entered), _runs(runs)
    (found,) = why_not_carried(_absence(facts), SyncLog.of(frame, portal), portal, AS_OF).tolist()
    log, created = _successful(frame), facts["created_at"]
    is_before_the_log = (
        bool(log) and created and created < frame["started_at"].min() and not portal.is_sync_log_complete
    )
    if _carriers(log, facts):
        assert found == ""
    elif not log or facts["created_at"] is None or is_before_the_log:
        assert found in {"?", "BEFORE_SYNC_START"}
    else:
        assert found in {"BEFORE_SYNC_START", "SYNC_STALLED", "PENDING_NEXT_SYNC", "MISSED_IN_WINDOW"}
    if found == "BEFORE_SYNC_START":
        assert portal.first_sync_from_date or portal.is_sync_log_complete


def test_a_failed_run_carries_nothing_and_still_belongs_to_the_log() -> None:
    """It neither brings invoices nor hides that syncs were being logged."""
    facts = _facts(Entered(created=5, changed_later=None, dated_days=0, judged=None, is_old_id=False))
    log = SyncLog.of(_runs([(1, 100, False), (10, 100, False), (20, 5, True)]), Portal(stall_hours=10_000))
    assert why_absent(_absence(facts), log, Portal(), (AS_OF, _instant(AS_OF))).tolist() == ["BEFORE_SYNC_START"]
    assert why_not_carried(_absence(facts), log, Portal(), AS_OF).tolist() == ["MISSED_IN_WINDOW"]


@pytest.mark.parametrize(("zone", "utc_hour"), [("UTC", 0), ("America/New_York", 5), ("Pacific/Auckland", -13)])
def test_a_date_of_the_portals_begins_at_its_own_midnight(zone: str, utc_hour: int) -> None:
    """The same 'sync from' date is another instant in another zone."""
    expected = datetime(2026, 1, 10, tzinfo=UTC) + timedelta(hours=utc_hour)
    assert midnight(date(2026, 1, 10), ZoneInfo(zone)) == int(expected.timestamp()) * 1_000_000


def test_no_absence_is_no_cause() -> None:
    """An empty batch is judged too."""
    empty = Absence.of(pl.DataFrame(schema=FACTS))
    log = SyncLog.of(_runs([]), Portal())
    assert why_absent(empty, log, Portal(), (AS_OF, _instant(AS_OF))).shape == (0,)
    assert not np.any(log.is_carried(empty.changed))
