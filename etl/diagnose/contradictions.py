"""Customers whose mapping in the portal contradicts itself: nobody knows to whom they are mapped there."""

from __future__ import annotations

import polars as pl

from etl.causes import NOT_IN_PORTAL
from etl.diagnose import cause_masks
from etl.diagnose.customer_checks import CONFLICT


def doubt(checks: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """What an absent mapping would fail is unknown where the portal's mapping contradicts itself, and so is a conflict.

    Locality: row.

    Args:
        checks: what `customer_checks.check_customers` found.
        facts: the rows of intermediate.customer_facts that it was asked about, in the same order.
    """
    is_doubtful = facts["is_mapping_contradictory"]
    unproven = cause_masks.only(pl.col("failed"), NOT_IN_PORTAL)
    conflict = cause_masks.literal(CONFLICT) - cause_masks.only(pl.col("failed"), CONFLICT)
    return checks.with_columns(
        failed=pl.when(is_doubtful).then(pl.col("failed") - unproven).otherwise("failed"),
        unknown=pl.when(is_doubtful).then(pl.col("unknown") | unproven | conflict).otherwise("unknown"),
    )
