"""Whether a column `Balance` can be what is still owed of each invoice, as the rows show it."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.profiles.document_terms import document_type
from etl.extract.sums import is_decimal_comma, units

_BARE: Final = frozenset({"balance", "balanceamount"})
_NEEDED: Final = ("total_amount", "balance_amount")
_CUSTOMER: Final = ("customer_id_acct", "customer_name")
JUDGED: Final = (*_NEEDED, *_CUSTOMER, "document_type")
"""The columns that are looked at, as text."""
_REDUCING: Final = ("payment", "credit_memo")
"""Types that make a balance smaller, with or without a sign before their amount."""


def is_bare(folded_caption: str) -> bool:
    """Whether a caption does not say that its balance is an open one."""
    return folded_caption in _BARE


def why_no_open_balance(frame: pl.DataFrame) -> str | None:
    """Why the balances are not what is owed of each invoice; null where nothing speaks against it.

    Args:
        frame: of `JUDGED` the columns that the file has, as text, in the order of the file.

    Locality: whole.
    """
    if not set(_NEEDED) <= set(frame.columns):
        return None
    comma = is_decimal_comma(pl.concat([frame.get_column(name).drop_nulls() for name in _NEEDED]))
    customer = [pl.col(name) for name in _CUSTOMER if name in frame.columns]
    is_reducing = pl.lit(value=False)
    if "document_type" in frame.columns:
        is_reducing = document_type("document_type").is_in(_REDUCING)
    rows = frame.filter(pl.all_horizontal(pl.col(_NEEDED).is_not_null())).select(
        *(units(pl.col(name), comma=comma).alias(name) for name in _NEEDED),
        pl.coalesce(customer).alias("customer") if customer else pl.lit("").alias("customer"),
        is_reducing.alias("is_reducing"),
    )
    rows = rows.drop_nulls(_NEEDED)
    by_customer = rows.sort("customer", maintain_order=True)
    is_first, is_another = pl.int_range(pl.len()) == 0, pl.col("customer").ne_missing(pl.col("customer").shift(1))
    if any(
        _runs(one, is_first | is_start)
        for ordered, is_start in ((rows, pl.lit(value=False)), (by_customer, is_another))
        for one in (ordered, ordered.reverse())
    ):
        return "each balance is the one before plus or minus the amount"
    if _repeats(rows):
        return "all invoices of a customer have the same balance"
    return None


def _runs(rows: pl.DataFrame, is_start: pl.Expr) -> bool:
    """Whether every balance follows from the one before it, and one of them can be no invoice's own.

    Open and paid invoices of one amount follow from each other, too: only a balance beyond its amount, or below a
    payment or a credit, shows that it runs.
    """
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    before = balance.shift(1)
    follows = (balance == before + total) | (balance == before - total)
    is_beyond = (balance.abs() > total.abs()) | (balance.sign() * total.sign() < 0)
    is_shown = ~is_start & (before != 0) & (total != 0) & (is_beyond | pl.col("is_reducing") | (total < 0))
    found = rows.select((is_start | follows).all().alias("all"), (is_shown & follows).any().alias("shown"))
    return found.row(0) == (True, True)


def _repeats(rows: pl.DataFrame) -> bool:
    """Whether each customer with several amounts has one balance, and one of these balances is not zero."""
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    several = (
        rows.group_by("customer")
        .agg(total.n_unique().alias("totals"), balance.n_unique().alias("balances"), balance.first())
        .filter(pl.col("totals") > 1)
    )
    is_one = several.select((pl.col("balances") == 1).all() & (pl.col("balance_amount") != 0).any())
    return several.height > 0 and bool(is_one.item())
