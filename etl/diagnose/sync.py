"""What the syncs must have carried: reasoning on creation and change times, never on the invoice date alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.config import Portal
from etl.domain import utc

Instants: TypeAlias = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC; NO_TIME where there is none."""

NO_TIME = np.iinfo(np.int64).min
_NEVER = np.iinfo(np.int64).max
_HOUR = 3_600_000_000
UNDECIDED = ("MISSED_IN_WINDOW",)
"""The check that is unknown where nothing says why an invoice is absent."""


def to_instants(series: pl.Series) -> Instants:
    """Naive UTC datetimes as microseconds; null becomes NO_TIME."""
    return series.dt.timestamp("us").fill_null(NO_TIME).to_numpy().astype(np.int64, copy=False)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The start of a day in a zone, as a UTC instant in microseconds."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1_000_000)


@dataclass(frozen=True)
class SyncLog:
    """The successful runs that a list can show, in order of their start, and what is known of the sync's beginning.

    Attributes:
        started: start of each successful run.
        from_at: its 'sync from' instant.
        reach: smallest `from_at` of this run and all later ones; one longer than the runs, ending in 'never'.
        earliest_from: the earliest 'sync from' known; 'never' where none is known.
        first_logged: start of the first run, successful or not.
        last_success: start of the last successful run of all, also of one that is younger than the portal's list.
        is_beginning_known: whether anything before `earliest_from` was certainly never asked for.
    """

    started: Instants
    from_at: Instants
    reach: Instants
    earliest_from: int
    first_logged: int
    last_success: int
    is_beginning_known: bool
    is_complete: bool

    @classmethod
    def of(cls, runs: pl.DataFrame, portal: Portal, until: datetime | None = None) -> Self:
        """The log of one run.

        Args:
            runs: staging.sync__runs.
            portal: the portal's settings.
            until: when the portal's list was made: a sync that ended later is not in it.
        """
        zone = ZoneInfo(portal.time_zone)
        every = runs.filter("is_successful").sort("started_at", "from_at")
        ended = pl.coalesce("finished_at", "started_at")
        successful = every if until is None else every.filter(ended <= utc(until, UTC))
        started, from_at = to_instants(successful["started_at"]), to_instants(successful["from_at"])
        reach = np.append(np.minimum.accumulate(from_at[::-1])[::-1], _NEVER)
        known = [midnight(day, zone) for day in (portal.first_sync_from_date, portal.sync_from_date) if day]
        return cls(
            started=started,
            from_at=from_at,
            reach=reach,
            earliest_from=min([*known, *from_at.tolist()], default=_NEVER),
            last_success=int(to_instants(every["started_at"]).max(initial=NO_TIME)),
            first_logged=int(to_instants(runs["started_at"]).min(initial=_NEVER)),
            is_beginning_known=portal.first_sync_from_date is not None or portal.is_sync_log_complete,
            is_complete=portal.is_sync_log_complete,
        )

    @property
    def has_runs(self) -> bool:
        """Whether any run is known to have succeeded."""
        return self.last_success != NO_TIME

    def is_carried(self, changed: Instants, since: Instants | None = None) -> npt.NDArray[np.bool_]:
        """Whether some run that started at or after the change (and `since`) asked for changes that old."""
        later = changed if since is None else np.maximum(changed, since)
        reached = self.reach[np.searchsorted(self.started, later)] <= changed
        return np.asarray(reached & (changed != NO_TIME))

    def carrier(self, changed: Instants) -> npt.NDArray[np.intp]:
        """Position of the first run that carried each change; the number of runs where none did."""
        position = np.searchsorted(self.started, changed)
        waiting = np.flatnonzero(self.is_carried(changed))
        while len(waiting):
            waiting = waiting[self.from_at[position[waiting]] > changed[waiting]]
            position[waiting] += 1
        position[~self.is_carried(changed)] = len(self.started)
        return position


@dataclass(frozen=True)
class Absence:
    """Invoices that the portal lacks, or may lack: their times, as parallel arrays."""

    created: Instants
    changed: Instants
    invoice_date: Instants
    judged: Instants
    is_old_id: npt.NDArray[np.bool_]
    is_inconclusive: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, facts: pl.DataFrame) -> Self:
        """The times of intermediate.invoice_facts."""
        return cls(
            created=to_instants(facts["created_at"]),
            changed=to_instants(facts["changed_at"]),
            invoice_date=to_instants(facts["invoice_date"].cast(pl.Datetime("us"))),
            judged=to_instants(facts["judged_at"]),
            is_old_id=facts["is_portal_id_old"].to_numpy(),
            is_inconclusive=(facts["was_shown"] | facts["is_outside_list"]).to_numpy(),
        )


def why_absent(absent: Absence, log: SyncLog, portal: Portal, clocks: tuple[datetime, int]) -> npt.NDArray[np.str_]:
    """The one cause for which each invoice is not in the portal's list, which was read.

    Returns '?' where the list cannot tell: it is cut or begins later, it lost what was paid there, or nothing says when
    the invoice was entered.

    Locality: row.

    Args:
        absent: the invoices.
        log: the runs that had ended when the list was made.
        portal: the portal's settings.
        clocks: the instant of the run, and that of the list in microseconds.
    """
    as_of, list_at = clocks
    now = round(as_of.timestamp() * 1_000_000)
    carried = log.is_carried(absent.changed) | log.is_carried(absent.created)
    unmapped_then = (absent.judged != NO_TIME) & ~(
        log.is_carried(absent.changed, absent.judged) | log.is_carried(absent.created, absent.judged)
    )
    is_after_last, is_stalled = _after_last(absent.changed, log, portal, (now, list_at))
    is_undated = absent.changed == NO_TIME
    # a list from before its customer was mapped could not show it
    is_mapped_since = absent.judged > list_at
    last_shown = int(log.started[-1]) if len(log.started) else list_at - round(portal.grace_hours * _HOUR)
    choices = [
        (absent.is_old_id, "RECREATED_ID"),
        (is_after_last & is_stalled, "SYNC_STALLED"),
        (is_after_last, "PENDING_NEXT_SYNC"),
        (~is_undated & (absent.changed > min(last_shown, list_at)), "PORTAL_LIST_OLDER"),
        (absent.is_inconclusive, "?"),
        # dated before the day of the last sync, it must have been there
        (is_undated & (absent.invoice_date >= _day_of(last_shown, ZoneInfo(portal.time_zone))), "?"),
        (is_undated & is_mapped_since, "PORTAL_LIST_OLDER"),
        (is_undated, "MISSED_UNDATED"),
        (absent.changed < log.earliest_from, "BEFORE_SYNC_START") if log.earliest_from != _NEVER else None,
        (carried & unmapped_then, "SKIPPED_WHILE_UNMAPPED"),
        (is_mapped_since, "PORTAL_LIST_OLDER"),
        (_is_backdated(absent, log, portal, carried), "BACKDATED_ENTRY"),
    ]
    kept = [choice for choice in choices if choice is not None]
    return np.select([test for test, _ in kept], [cause for _, cause in kept], "MISSED_IN_WINDOW")


def _day_of(instant: int, zone: ZoneInfo) -> int:
    """The calendar day of an instant in a zone, as the UTC midnight that dates are compared as."""
    return int(_local_days(np.array([instant], dtype=np.int64), zone)[0])


def why_not_carried(absent: Absence, log: SyncLog, portal: Portal, as_of: datetime) -> npt.NDArray[np.str_]:
    """Without the portal's list: the cause where the log proves that no sync carried the invoice.

    Returns '' where a sync carried it, and '?' where the data cannot tell.

    Locality: row.
    """
    now = round(as_of.timestamp() * 1_000_000)
    carried = log.is_carried(absent.changed) | log.is_carried(absent.created)
    is_after_last, is_stalled = _after_last(absent.changed, log, portal, (now, now))
    is_before = (absent.changed < log.earliest_from) & (absent.changed != NO_TIME)
    # a run that is not in the log may have carried what was created before the log begins
    is_decided = (absent.created != NO_TIME) & log.has_runs & ((absent.created >= log.first_logged) | log.is_complete)
    return np.select(
        [
            carried,
            is_before & log.is_beginning_known,
            ~is_decided,
            is_after_last & is_stalled,
            is_after_last,
        ],
        ["", "BEFORE_SYNC_START", "?", "SYNC_STALLED", "PENDING_NEXT_SYNC"],
        "MISSED_IN_WINDOW",
    )


def _after_last(
    changed: Instants, log: SyncLog, portal: Portal, clocks: tuple[int, int]
) -> tuple[npt.NDArray[np.bool_], bool]:
    """Whether each change is younger than the last success, and whether that success is too long ago.

    Without any run in the log, a change counts as young for some hours before the list was made.
    """
    now, list_at = clocks
    if not log.has_runs and log.first_logged != _NEVER:
        # runs, and none of them succeeded: after long enough nothing can have arrived
        is_stalled = now - log.first_logged > portal.stall_hours * _HOUR
        return np.asarray(changed >= (NO_TIME + 1 if is_stalled else log.first_logged)), is_stalled
    if not log.has_runs:
        return np.asarray(changed > list_at - round(portal.grace_hours * _HOUR)), False
    last = log.last_success
    return np.asarray(changed > last), now - last > portal.stall_hours * _HOUR


def _is_backdated(
    absent: Absence, log: SyncLog, portal: Portal, carried: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Entered inside a window, but dated before it: a sync that looks at the invoice date passes it over."""
    zone = ZoneInfo(portal.time_zone)
    if len(log.started):
        position = np.minimum(log.carrier(absent.changed), log.carrier(absent.created))
        starts = np.append(_local_days(log.from_at, zone), NO_TIME)
        return np.asarray(carried & (absent.invoice_date < starts[position]))
    if portal.sync_from_date is None:
        return np.zeros(len(absent.changed), dtype=np.bool_)
    day = midnight(portal.sync_from_date, ZoneInfo("UTC"))
    start = midnight(portal.sync_from_date, zone)
    return np.asarray((absent.invoice_date < day) & (absent.created >= start))


def _local_days(instants: Instants, zone: ZoneInfo) -> Instants:
    """The calendar day of each instant in a zone, as the UTC midnight that dates are compared as."""
    local = pl.Series(instants).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(str(zone))
    return to_instants(local.dt.date().cast(pl.Datetime("us")))
