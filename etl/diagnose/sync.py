"""What the syncs must have carried: reasoning on creation and change times, never on the invoice date alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.config import Portal

Instants: TypeAlias = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC; NO_TIME where there is none."""

NO_TIME = np.iinfo(np.int64).min
_NEVER = np.iinfo(np.int64).max


def to_instants(series: pl.Series) -> Instants:
    """Naive UTC datetimes as microseconds; null becomes NO_TIME."""
    return series.dt.timestamp("us").fill_null(NO_TIME).to_numpy().astype(np.int64, copy=False)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The start of a day in a zone, as a UTC instant in microseconds."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1_000_000)


@dataclass(frozen=True)
class SyncLog:
    """The successful runs in order of their start, and what is known of the sync's beginning.

    Attributes:
        started: start of each successful run.
        from_at: its 'sync from' instant.
        reach: smallest `from_at` of this run and all later ones; one longer than the runs, ending in 'never'.
        earliest_from: the earliest 'sync from' known; 'never' where none is known.
        is_beginning_known: whether anything before `earliest_from` was certainly never asked for.
    """

    started: Instants
    from_at: Instants
    reach: Instants
    earliest_from: int
    first_logged: int
    is_beginning_known: bool
    is_complete: bool

    @classmethod
    def of(cls, runs: pl.DataFrame, portal: Portal) -> Self:
        """The log of one night.

        Args:
            runs: staging.sync__runs.
            portal: the portal's settings.
        """
        zone = ZoneInfo(portal.time_zone)
        successful = runs.filter("is_successful").sort("started_at", "from_at")
        started, from_at = to_instants(successful["started_at"]), to_instants(successful["from_at"])
        reach = np.append(np.minimum.accumulate(from_at[::-1])[::-1], _NEVER)
        known = [midnight(day, zone) for day in (portal.first_sync_from_date, portal.sync_from_date) if day]
        return cls(
            started=started,
            from_at=from_at,
            reach=reach,
            earliest_from=min([*known, *from_at.tolist()], default=_NEVER),
            first_logged=int(to_instants(runs["started_at"]).min(initial=_NEVER)),
            is_beginning_known=portal.first_sync_from_date is not None or portal.is_sync_log_complete,
            is_complete=portal.is_sync_log_complete,
        )

    @property
    def has_runs(self) -> bool:
        """Whether any run is known to have succeeded."""
        return bool(len(self.started))

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

    @classmethod
    def of(cls, facts: pl.DataFrame) -> Self:
        """The times of marts.invoice_facts."""
        return cls(
            created=to_instants(facts["created_at"]),
            changed=to_instants(facts["changed_at"]),
            invoice_date=to_instants(facts["invoice_date"].cast(pl.Datetime("us"))),
            judged=to_instants(facts["judged_at"]),
            is_old_id=facts["is_portal_id_old"].to_numpy(),
        )


def why_absent(absent: Absence, log: SyncLog, portal: Portal, as_of: datetime) -> npt.NDArray[np.str_]:
    """The one cause for which each invoice is not in the portal's list, which was read.

    Locality: row.
    """
    now = round(as_of.timestamp() * 1_000_000)
    carried = log.is_carried(absent.changed) | log.is_carried(absent.created)
    unmapped_then = (absent.judged != NO_TIME) & ~(
        log.is_carried(absent.changed, absent.judged) | log.is_carried(absent.created, absent.judged)
    )
    is_after_last, is_stalled = _after_last(absent.changed, log, portal, now)
    choices = [
        (absent.is_old_id, "RECREATED_ID"),
        (absent.changed == NO_TIME, "MISSED_UNDATED"),
        (is_after_last & is_stalled, "SYNC_STALLED"),
        (is_after_last, "PENDING_NEXT_SYNC"),
        (absent.changed < log.earliest_from, "BEFORE_SYNC_START") if log.earliest_from != _NEVER else None,
        (carried & unmapped_then, "SKIPPED_WHILE_UNMAPPED"),
        (_is_backdated(absent, log, portal, carried), "BACKDATED_ENTRY"),
    ]
    kept = [choice for choice in choices if choice is not None]
    return np.select([test for test, _ in kept], [cause for _, cause in kept], "MISSED_IN_WINDOW")


def why_not_carried(absent: Absence, log: SyncLog, portal: Portal, as_of: datetime) -> npt.NDArray[np.str_]:
    """Without the portal's list: the cause where the log proves that no sync carried the invoice.

    Returns '' where a sync carried it, and '?' where the data cannot tell.

    Locality: row.
    """
    now = round(as_of.timestamp() * 1_000_000)
    carried = log.is_carried(absent.changed) | log.is_carried(absent.created)
    is_after_last, is_stalled = _after_last(absent.changed, log, portal, now)
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


def _after_last(changed: Instants, log: SyncLog, portal: Portal, now: int) -> tuple[npt.NDArray[np.bool_], bool]:
    """Whether each change is younger than the last success, and whether that success is too long ago."""
    hour = 3_600_000_000
    if not log.has_runs and log.first_logged != _NEVER:
        # runs, and none of them succeeded: after long enough nothing can have arrived
        is_stalled = now - log.first_logged > portal.stall_hours * hour
        return np.asarray(changed >= (NO_TIME + 1 if is_stalled else log.first_logged)), is_stalled
    if not log.has_runs:
        return np.asarray(changed > now - round(portal.grace_hours * hour)), False
    last = int(log.started[-1])
    return np.asarray(changed > last), now - last > portal.stall_hours * hour


def _is_backdated(
    absent: Absence, log: SyncLog, portal: Portal, carried: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Entered inside a window, but dated before it: a sync that looks at the invoice date passes it over."""
    zone = ZoneInfo(portal.time_zone)
    if log.has_runs:
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
