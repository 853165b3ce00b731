"""Missed invoices, grouped into gaps: what was missed together, and most likely why."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from etl.amounts import format_totals_by
from etl.causes import CAUSES
from etl.diagnose.sync import Instants, SyncLog, to_instants

_OUTAGE, _ONE_CUSTOMER, _UNEXPLAINED = "inside an outage", "one customer only", "unexplained"
_BACKDATED: Final = "back-dated entry"
_OF_CAUSE: Final = {cause.code: cause.gap_reason for cause in CAUSES if cause.gap_reason is not None}
_EXPLANATION: Final = {
    "recreated id": "The portal holds the same numbers under ids that accounting no longer has.",
    "skipped while unmapped": "The syncs that carried them ran before their customer was mapped.",
    "before the sync start": "They last changed before every 'sync from' date that is known.",
    _BACKDATED: "They were entered later than they are dated; syncs that look at the date passed them over.",
    "no change time": "The extract gives neither a creation nor a change time: only a single resync is safe.",
    _OUTAGE: "No successful sync ran between the change and the next sync's 'from' date.",
    _ONE_CUSTOMER: "Every invoice of this customer in the period is missing while others arrived.",
    _UNEXPLAINED: "Nothing in the sync log explains it: no failed or missing run lies between.",
}
_NO_LOG: Final = "No sync log was given: the sync that should have carried them is not known."
_LEAST_OF_ONE_CUSTOMER: Final = 2


def group_gaps(missed: pl.DataFrame, synced: Instants, log: SyncLog) -> pl.DataFrame:
    """Say for every missed invoice in which gap it lies.

    A gap is what was missed for one reason, consecutively by change time: in one outage, for one customer, in one month
    of back-dated entries or, where nothing explains it, with no invoice that arrived between.

    Locality: whole.

    Args:
        missed: rows of marts.missed_invoices.
        synced: change times of the invoices that arrived, sorted.
        log: the syncs.

    Returns:
        `missed` with `gap_id`, numbered by time, and `reason`; ordered by change time.
    """
    changed = to_instants(missed["changed_at"])
    island = np.searchsorted(synced, changed)
    outage = np.searchsorted(log.started, changed)
    others = np.searchsorted(synced, to_instants(missed["span_last_at"]), side="right") - np.searchsorted(
        synced, to_instants(missed["span_first_at"])
    )
    counted = missed.with_columns(others_arrived_in_span=pl.Series(others) - pl.col("customer_arrived_in_span"))
    reasoned = counted.with_columns(reason=_reason()).with_columns(
        group=pl.when(pl.col("reason") == _OUTAGE).then(pl.Series(outage, dtype=pl.Int64))
        .when(pl.col("reason") == _BACKDATED).then(_month("changed_at"))
        .when(pl.col("reason") == _UNEXPLAINED).then(pl.Series(island, dtype=pl.Int64)),
        of_customer=pl.when(pl.col("reason").is_in([_ONE_CUSTOMER, "skipped while unmapped"])).then("customer_id_acct"),
    )  # fmt: skip
    keys = ["reason", "group", "of_customer"]
    numbered = (
        reasoned.group_by(keys).agg(first=pl.col("changed_at").min(), first_key=pl.col("row_key").min())
        .sort("first", "first_key", nulls_last=True)
        .with_row_index("gap_number", offset=1)
        .select(*keys, gap_id=pl.col("gap_number").cast(pl.String).str.zfill(4))
    )  # fmt: skip
    return reasoned.join(numbered, on=keys, nulls_equal=True).sort("gap_id", "changed_at", "row_key")


def _month(column: str) -> pl.Expr:
    """Back-dated entries lie between others that arrived: they are grouped by the month in which they were made."""
    return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month()


def _reason() -> pl.Expr:
    is_alone = (
        (pl.col("customer_missed") >= _LEAST_OF_ONE_CUSTOMER)
        & (pl.col("customer_arrived_in_span") == 0)
        & (pl.col("others_arrived_in_span") > 0)
    ).fill_null(value=False)
    return (
        pl.when(pl.col("cause").is_in(list(_OF_CAUSE))).then(pl.col("cause").replace_strict(_OF_CAUSE, default=None))
        .when(~pl.col("is_carried") & pl.col("has_runs")).then(pl.lit(_OUTAGE))
        .when(is_alone).then(pl.lit(_ONE_CUSTOMER))
        .otherwise(pl.lit(_UNEXPLAINED))
    )  # fmt: skip


def describe_gaps(grouped: pl.DataFrame) -> pl.DataFrame:
    """One row per gap.

    Locality: group: gap_id.

    Args:
        grouped: what `group_gaps` returns.

    Returns:
        The columns of marts.sync_gaps, by gap_id.
    """
    described = (
        grouped.group_by("gap_id", maintain_order=True)
        .agg(
            pl.col("reason").first(),
            pl.col("has_runs").any(),
            first_changed_at=pl.col("changed_at").min(),
            last_changed_at=pl.col("changed_at").max(),
            first_created_at=pl.coalesce("created_at", "changed_at").min(),
            invoices=pl.len().cast(pl.Int64),
            customers=pl.col("customer_id_acct").n_unique().cast(pl.Int64),
        )
        .with_columns(
            explanation=pl.when((pl.col("reason") == _UNEXPLAINED) & ~pl.col("has_runs")).then(pl.lit(_NO_LOG))
            .otherwise(pl.col("reason").replace_strict(_EXPLANATION, return_dtype=pl.String))
        )
        .drop("has_runs")
    )  # fmt: skip
    return described.join(format_totals_by(grouped, "gap_id"), on="gap_id", how="left", maintain_order="left")
