"""The 'new sync from' date that recovers what was missed, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from etl.amounts import format_totals
from etl.config import Backfill
from etl.diagnose.sync import NO_TIME, Instants, midnight, to_instants

_SHOWN_SHARES: Final = (0.95, 0.75, 0.5)

SCHEMA: Final = {
    "option_rank": pl.Int64(),
    "sync_from_date": pl.Date(),
    "invoices_recovered": pl.Int64(),
    "single_resyncs": pl.Int64(),
    "left_over": pl.Int64(),
    "invoices_reread": pl.Int64(),
    "is_recommended": pl.Boolean(),
    "currency_amounts": pl.String(),
    "note": pl.String(),
}


@dataclass(frozen=True)
class ChangeTimes:
    """What a sync would read again.

    Attributes:
        changed: change times of all invoices, sorted.
        zone: in which the portal reads its dates.
        oldest: no earlier date is recommended; null where any is.
    """

    changed: Instants
    zone: ZoneInfo
    oldest: date | None = None


@dataclass(frozen=True)
class _Option:
    day: date
    recovered: int
    reread: int


def created_or_changed(missed: pl.DataFrame) -> pl.Series:
    """The time that a sync must reach back to: creation, else the change. A later change only makes it easier.

    Where a clock was wrong and the change seems to precede the creation, the sync must reach back to the change.
    """
    return missed.select(pl.min_horizontal("created_at", "changed_at")).to_series()


def is_recovered(missed: pl.DataFrame, day: date, zone: ZoneInfo) -> pl.Series:
    """Whether a sync from the start of `day` asks for each missed invoice."""
    created = to_instants(created_or_changed(missed))
    return pl.Series((created >= midnight(day, zone)) & (created != NO_TIME))


def backfill_options(missed: pl.DataFrame, reading: ChangeTimes, rules: Backfill) -> pl.DataFrame:
    """The dates worth considering, the recommended one marked.

    The recommended date costs least: invoices read again, plus `resync_cost` for each older invoice that is left to a
    single resync by a person. There are at most `most_resyncs` of those, invoices without a time included. What no date
    brings that may be recommended comes first; what is more than the limit is left over, for a person to decide.

    Locality: whole.

    Args:
        missed: rows of marts.missed_invoices.
        reading: what a sync would read again.
        rules: how to weigh.

    Returns:
        The columns of marts.backfill_options, earliest date first; empty where nothing with a time was missed. None is
        recommended where all are too old.
    """
    created = to_instants(created_or_changed(missed))
    created = np.sort(created[created != NO_TIME])
    if not len(created):
        return pl.DataFrame(schema=SCHEMA)
    options = _options(created, reading, rules)
    best = _best(options, missed.height, reading, rules)
    chosen = [] if best is None else [best]
    shown = sorted({options[0], *chosen, *_milestones(options, len(created))}, key=lambda option: option.day)
    rows = [
        {"option_rank": rank, "is_recommended": option == best} | _row(option, missed, reading)
        for rank, option in enumerate(shown, 1)
    ]
    return pl.DataFrame([_limited(row, rules) for row in rows], schema=SCHEMA)


def _best(options: list[_Option], missed: int, reading: ChangeTimes, rules: Backfill) -> _Option | None:
    """The cheapest date of those that are not too old; null where all are."""
    allowed = [option for option in options if reading.oldest is None or option.day >= reading.oldest]
    if not allowed:
        return None
    most = max(option.recovered for option in allowed)
    spare = max(0, rules.most_resyncs - (missed - most))
    return min(
        (option for option in allowed if most - option.recovered <= spare),
        key=lambda option: (option.reread + rules.resync_cost * (most - option.recovered), option.day),
    )


def _limited(row: dict[str, Any], rules: Backfill) -> dict[str, Any]:
    """The recommended date with no more single resyncs than the limit: the rest is left over."""
    left = max(0, row["single_resyncs"] - rules.most_resyncs) if row["is_recommended"] else 0
    if not left:
        return row | {"left_over": 0}
    note = f"{left} more {'is' if left == 1 else 'are'} too old or without a date: a person must decide"
    return row | {"left_over": left, "single_resyncs": rules.most_resyncs, "note": note}


def _options(created: Instants, reading: ChangeTimes, rules: Backfill) -> list[_Option]:
    """One option per day on which something missed was created, earliest first."""
    local = pl.Series(created).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    days = local.dt.convert_time_zone(str(reading.zone)).dt.date().unique().sort().to_list()
    froms = [day - timedelta(days=rules.safety_days) for day in days]
    starts = np.array([midnight(day, reading.zone) for day in froms], dtype=np.int64)
    recovered = len(created) - np.searchsorted(created, starts)
    reread = len(reading.changed) - np.searchsorted(reading.changed, starts)
    return [_Option(*option) for option in zip(froms, recovered.tolist(), reread.tolist(), strict=True)]


def _milestones(options: list[_Option], missed: int) -> list[_Option]:
    """The latest dates that still recover most, three quarters and half of what was missed."""
    return [
        max((option for option in options if option.recovered >= share * missed), key=lambda option: option.day)
        for share in _SHOWN_SHARES
    ]


def _row(option: _Option, missed: pl.DataFrame, reading: ChangeTimes) -> dict[str, Any]:
    is_kept = is_recovered(missed, option.day, reading.zone)
    older = missed.filter(~is_kept).sort("created_at", "row_key", nulls_last=True)
    names = older.select(pl.coalesce("invoice_number", "invoice_id_acct")).to_series().head(3).to_list()
    rest = f" and {older.height - len(names)} more" if older.height > len(names) else ""
    resyncs = f"resync one by one: {', '.join(names)}{rest}" if names else "brings back all that is known to be missed"
    is_old = reading.oldest is not None and option.day < reading.oldest
    return {
        "sync_from_date": option.day,
        "invoices_recovered": option.recovered,
        "single_resyncs": older.height,
        "invoices_reread": option.reread,
        "currency_amounts": format_totals(missed.filter(is_kept)),
        "note": f"{'too old to recommend without a person; ' if is_old else ''}{resyncs}",
    }
