"""Where the portal and the books differ on what is owed: which way, and whether the portal had time to catch up."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.diagnose import cause_masks
from etl.diagnose.sync import NO_TIME, Instants, SyncLog, to_instants
from etl.domain import NO_MONEY

_GONE = ("voided", "deleted")
HOUR = 3_600_000_000


def judge_amounts(facts: pl.DataFrame, log: SyncLog, list_at: int, grace_hours: float) -> pl.DataFrame:
    """Judge what the portal shows as owed against what accounting says.

    The portal shows more (or what is settled): it is wrong only if a sync that began after the change succeeded before
    the list was made, or the list is `grace_hours` younger than the change. The portal shows less, or paid: a payment
    that the books do not have. An edited total is neither.

    Locality: row.

    Args:
        facts: rows of intermediate.invoice_facts, with `is_present`.
        log: the runs that had ended when the list was made.
        list_at: when the list was made, microseconds since 1970, UTC.
        grace_hours: hours after which the portal should have caught up, log or no log.

    Returns:
        `amount_failed` and `amount_unknown` (masks), and `difference_amount`: what is shown and no longer owed, or paid
        there and still open here, in currency_code; null where there is no such difference.
    """
    amounts = facts.select(_amounts()).with_columns(_directions())
    since = to_instants(facts["balance_since"])
    changed = to_instants(facts["changed_at"])
    settled_before = _has_caught_up(since, log, list_at, grace_hours)
    changed_before = (changed == NO_TIME) | _has_caught_up(changed, log, list_at, grace_hours)
    known = amounts.with_columns(
        has_caught_up=pl.Series(settled_before), was_unchanged=pl.Series(changed_before)
    ).with_columns(
        is_stale=(pl.col("is_more") | pl.col("is_edited")) & pl.col("has_caught_up"),
        is_late=(pl.col("is_more") | pl.col("is_edited")) & ~pl.col("has_caught_up"),
        # books that are older than the list need not have the payment yet
        is_paid_there=pl.col("is_paid_there") & pl.col("was_unchanged") & ~pl.col("are_books_older"),
        is_perhaps_paid_there=pl.col("is_perhaps_paid_there") | (pl.col("is_paid_there") & pl.col("are_books_older")),
    )
    checks = {
        "STALE_AMOUNT": ~(pl.col("is_stale") & ~pl.col("is_settled")),
        "PORTAL_SHOWS_SETTLED": ~(pl.col("is_stale") & pl.col("is_settled")),
        "PORTAL_NOT_CAUGHT_UP": ~pl.col("is_late"),
        "PAYMENT_NOT_POSTED": ~pl.col("is_paid_there"),
        "PAYMENT_IN_TRANSIT": ~pl.col("is_in_transit"),
    }
    difference = (
        pl.when(pl.col("is_stale") & pl.col("is_more"))
        .then(pl.col("shown") - pl.col("owed"))
        .when("is_paid_there")
        .then(pl.col("owed") - pl.col("shown").fill_null(0))
    )
    maybe = pl.when(pl.col("is_perhaps_paid_there") & pl.col("was_unchanged")).then(pl.lit(None, dtype=pl.Boolean))
    untold = pl.when(pl.col("is_untold")).then(pl.lit(None, dtype=pl.Boolean)).otherwise(pl.lit(value=True))
    unknown = {"STALE_AMOUNT": untold, "PAYMENT_NOT_POSTED": maybe.otherwise(pl.lit(value=True))}
    return known.select(
        amount_failed=cause_masks.failed(checks),
        amount_unknown=cause_masks.unknown(unknown),
        difference_amount=difference,
    )


def _amounts() -> list[pl.Expr]:
    """What either side says: null where it says nothing that can be compared."""
    status, word = pl.col("document_status"), pl.col("portal_status")
    is_gone = status.is_in(_GONE)
    # a balance that nobody gave, or that its own status or total contradicts, is no balance
    is_contradicted = ((status == "paid") & (pl.col("balance_amount") > NO_MONEY)).fill_null(value=False) | (
        (pl.col("total_amount") >= 0) & (pl.col("balance_amount") > pl.col("total_amount") + NO_MONEY)
    ).fill_null(value=False)
    balance = pl.col("portal_balance_amount")
    is_open = (
        pl.when(word == "in transit").then(pl.lit(value=False))
        .when(balance.is_not_null()).then(balance > NO_MONEY)
        .when(word == "open").then(pl.lit(value=True))
        .when(word == "paid").then(pl.lit(value=False))
        .when("is_list_of_open").then(pl.lit(value=True))
    )  # fmt: skip
    is_comparable = pl.col("is_present") & pl.col("is_amount_comparable") & pl.col("is_invoice").fill_null(value=True)
    is_known = (
        is_comparable
        & (is_gone | ~(pl.col("balance_amount").is_null() | is_contradicted))
        & ~((word == "paid") & (balance > NO_MONEY)).fill_null(value=False)
    )
    owed = pl.when(is_gone).then(pl.lit(0)).otherwise(pl.max_horizontal(pl.col("balance_amount"), pl.lit(0)))
    shown = (
        pl.when(balance.is_not_null()).then(balance)
        .when(is_open).then(pl.col("portal_total_amount"))
    )  # fmt: skip
    return [
        is_known.fill_null(value=False).alias("is_known"),
        is_open.alias("is_open"),
        (is_comparable & pl.col("balance_amount").is_null() & ~is_gone & is_open.is_not_null()).alias("is_untold"),
        owed.cast(pl.Decimal(18, 4)).alias("owed"),
        shown.alias("shown"),
        (word == "in transit").fill_null(value=False).alias("is_word_transit"),
        pl.col("total_amount", "portal_total_amount", "are_books_older"),
    ]


def _directions() -> list[pl.Expr]:
    known, owed, shown = pl.col("is_known"), pl.col("owed"), pl.col("shown")
    total, portal_total = pl.col("total_amount"), pl.col("portal_total_amount")
    is_quiet = pl.col("is_word_transit")
    is_settled = owed <= NO_MONEY
    is_more = known & ~is_quiet & pl.col("is_open").fill_null(value=False) & (shown > owed + NO_MONEY)
    is_less = known & ~is_quiet & ~is_settled & (shown.fill_null(0) < owed - NO_MONEY) & pl.col("is_open").is_not_null()
    is_closed = ~pl.col("is_open").fill_null(value=True)
    is_paid_more = (portal_total - shown > total - owed + NO_MONEY).fill_null(value=False)
    has_both = portal_total.is_not_null() & shown.is_not_null() & total.is_not_null()
    return [
        flag.fill_null(value=False).alias(name)
        for name, flag in {
            "is_settled": is_settled,
            "is_more": is_more,
            "is_edited": is_less & has_both & ~is_paid_more,
            "is_paid_there": is_less & pl.when(has_both).then(is_paid_more).otherwise(is_closed),
            "is_perhaps_paid_there": is_less & ~is_closed & ~has_both,
            "is_in_transit": known & is_quiet & ~is_settled,
        }.items()
    ]


def _has_caught_up(since: Instants, log: SyncLog, list_at: int, grace_hours: float) -> np.typing.NDArray[np.bool_]:
    """Whether the portal could show what has been so since then: a list that is older than the change cannot."""
    had_time = since + round(grace_hours * HOUR) <= list_at
    return np.asarray((since != NO_TIME) & (since < list_at) & (log.is_carried(since) | had_time))
