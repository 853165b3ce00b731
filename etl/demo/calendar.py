"""When things happened: the sync log, its outages, and in which stretches of time an invoice may have been changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from etl.demo.chance import Indices
from etl.demo.plan import DemoPlan

ZONE: Final = "America/New_York"
_HOUR, _DAY = 3_600, 86_400
_RUNS: Final = 782
_FIRST_REACH_DAYS: Final = 30
# failed runs, counted in days before the last run: oldest and newest
_OUTAGES: Final = ((504, 500), (47, 42))
_STALLED_RUNS: Final = 3


@dataclass(frozen=True)
class Stretch:
    """Seconds since 1970 from `start` up to, not including, `stop`."""

    start: int
    stop: int

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.stop - self.start


@dataclass(frozen=True)
class Calendar:
    """The times of one invented provider; seconds since 1970, UTC.

    Attributes:
        last_run: start of the last run, successful or not.
        as_of_day: the portal's calendar day of the run, in days since 1970.
        first_from: the first 'sync from' date ever used.
        calm: stretches that some run carried.
        outages: stretches that no run carried, each between two successful runs.
        before: a stretch before the first 'sync from' date.
        fresh: a stretch after the last run.
        judged_at: a judgement long ago, and one in the last outage.
    """

    as_of: int
    last_run: int
    as_of_day: int
    first_from: date
    calm: tuple[Stretch, ...]
    outages: tuple[Stretch, ...]
    before: Stretch
    fresh: Stretch
    judged_at: tuple[int, int]
    stalled: bool

    @classmethod
    def of(cls, plan: DemoPlan) -> Self:
        """The calendar that leads up to the plan's run."""
        as_of = round(plan.as_of.timestamp())
        last = as_of - 20 * _HOUR
        first_from = _local_day(last - _RUNS * _DAY) - timedelta(days=_FIRST_REACH_DAYS)
        reach = _midnight(first_from)
        last_success = last - _STALLED_RUNS * _DAY if plan.stalled else last
        holes = [Stretch(last - (old + 1) * _DAY, last - (new - 1) * _DAY) for old, new in _OUTAGES]
        # margins of hours: nothing depends on the very minute in which a run begins
        starts = [reach + _DAY, *(hole.stop + 3 * _HOUR for hole in holes)]
        stops = [*(hole.start - 3 * _HOUR for hole in holes), last_success - 6 * _HOUR]
        return cls(
            as_of=as_of,
            last_run=last,
            as_of_day=(_local_day(as_of) - date(1970, 1, 1)).days,
            first_from=first_from,
            calm=tuple(Stretch(start, stop) for start, stop in zip(starts, stops, strict=True)),
            outages=tuple(Stretch(hole.start + 6 * _HOUR, hole.stop - 40 * _HOUR) for hole in holes),
            before=Stretch(reach - 180 * _DAY, reach - 3 * _DAY),
            fresh=Stretch(last + _HOUR // 2, as_of - 5 * _HOUR),
            judged_at=(last - (_RUNS + 5) * _DAY, holes[-1].start + 3 * _DAY + 9 * _HOUR + 1_800),
            stalled=plan.stalled,
        )

    def calm_times(self, elapsed: Indices, total: int) -> Indices:
        """The instants at `elapsed` / `total` of the calm stretches, laid end to end; `total` up to 2^32."""
        whole = sum(stretch.seconds for stretch in self.calm)
        into = elapsed * whole // max(total, 1)
        times = into + self.calm[0].start
        for stretch, following in zip(self.calm, self.calm[1:], strict=False):
            times = np.where(times >= stretch.stop, times + following.start - stretch.stop, times)
        return np.asarray(times, dtype=np.int64)

    def sync_runs(self) -> pl.DataFrame:
        """The portal's sync log, oldest run first."""
        ages = np.arange(_RUNS, -1, -1)
        failed = np.zeros(len(ages), dtype=np.bool_)
        for old, new in _OUTAGES:
            failed |= (ages <= old) & (ages >= new)
        failed |= (ages < _STALLED_RUNS) & self.stalled
        started = pl.from_epoch(pl.Series("started_at", self.last_run - ages * _DAY), time_unit="s")
        day = started.dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE).dt.date() - timedelta(days=1)
        asked = pl.select(pl.when(pl.Series(ages == _RUNS)).then(self.first_from).otherwise(day)).to_series()
        frame = pl.DataFrame({"started_at": started, "from_date": asked, "failed": failed})
        return frame.select(
            "started_at",
            "from_date",
            finished_at=pl.col("started_at") + pl.duration(seconds=240 + pl.col("started_at").dt.epoch("d") % 90),
            status=pl.when("failed").then(pl.lit("failed")).otherwise(pl.lit("succeeded")),
        )

    @property
    def sync_from(self) -> date:
        """The 'sync from' date that the portal is set to in this run."""
        return _local_day(self.last_run) - timedelta(days=1)


def _local_day(instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(ZONE)).date()


def _midnight(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).timestamp())
