"""Whether a column `Balance` can be what is still owed of each invoice, as the rows show it."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.profiles.document_terms import document_type
from etl.extract.sums import units

_BARE: Final = frozenset({"balance", "balanceamount"})
_NEEDED: Final = ("total_amount", "balance_amount")
_CUSTOMER: Final = ("customer_id_acct", "customer_name")
JUDGED: Final = (*_NEEDED, *_CUSTOMER, "document_type")
"""The columns that are looked at, as text."""
_COMMA, _POINT = r",[0-9]{1,2}\)?-?$", r"\.[0-9]{1,2}\)?-?$"
_ENOUGH: Final = 2
"""Invoices of one amount, one open and one paid, look like one step down; a second step is no chance."""


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
    texts = pl.concat([frame.get_column(name).drop_nulls() for name in _NEEDED])
    comma = bool(texts.str.contains(_COMMA).any()) and not texts.str.contains(_POINT).any()
    customer = [pl.col(name) for name in _CUSTOMER if name in frame.columns]
    is_invoice = pl.lit(value=True)
    if "document_type" in frame.columns:
        is_invoice = pl.col("document_type").is_null() | (document_type("document_type") == "invoice")
    rows = frame.select(
        *(units(pl.col(name), comma=comma).alias(name) for name in _NEEDED),
        pl.coalesce(customer).alias("customer") if customer else pl.lit("").alias("customer"),
        is_invoice.alias("is_invoice"),
        *(pl.col(name).is_not_null().alias(f"has_{name}") for name in _NEEDED),
    ).filter("has_total_amount", "has_balance_amount", *(pl.col(name).is_not_null() for name in _NEEDED))
    by_customer = rows.sort("customer", maintain_order=True)
    if any(_runs(one) for ordered in (rows, by_customer) for one in (ordered, ordered.reverse())):
        return "each balance is the one before plus or minus the amount"
    if _repeats(rows):
        return "all invoices of a customer have the same balance"
    return None


def _runs(rows: pl.DataFrame) -> bool:
    """Whether every balance follows from the one before it, in at least one step that is not plain anyway."""
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    before = balance.shift(1)
    is_start = (pl.col("customer") != pl.col("customer").shift(1)).fill_null(value=True)
    is_up, is_down = balance == before + total, balance == before - total
    is_own = is_start & (balance.abs() == total.abs())
    is_step = (before != 0) & (total != 0)
    counts = rows.select(
        (is_up | is_down | is_own).fill_null(value=True).all().alias("all"),
        (is_step & (is_up | (is_down & ~pl.col("is_invoice")))).sum().alias("certain"),
        (is_step & is_down).sum().alias("down"),
    ).row(0, named=True)
    return bool(counts["all"] and (counts["certain"] or counts["down"] >= _ENOUGH))


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
