"""Whether a column `Balance` can be what is still owed of each invoice, as the rows show it."""

from __future__ import annotations

from collections.abc import Iterator
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
    rows = _amounts(frame, comma=comma)
    if any(_runs(*order) == (True, True) for order in _orders(rows)):
        return "each balance is the one before plus or minus the amount"
    several = _with_several_amounts(rows)
    is_one = several.select((pl.col("balances") == 1).all() & (pl.col("balance_amount") != 0).any())
    if several.height and is_one.item():
        return "all invoices of a customer have the same balance"
    return None


def is_settled(frame: pl.DataFrame) -> bool:
    """Whether the first rows of a file show that its balances are open ones, whatever stands below.

    Rows that follow each other here do so in the whole file, in each order that is looked at, and one that does not
    follow is enough; so are two balances of one customer.

    Args:
        frame: as for `why_no_open_balance`, cut off somewhere.

    Locality: whole.
    """
    if not set(_NEEDED) <= set(frame.columns):
        return True
    # the rows below may say which sign separates the decimals
    return all(_contradict(_amounts(frame, comma=comma)) for comma in (False, True))


def _contradict(rows: pl.DataFrame) -> bool:
    has_two_balances = _with_several_amounts(rows).select((pl.col("balances") > 1).any()).item()
    return bool(has_two_balances) and not any(_runs(*order)[0] for order in _orders(rows))


def _amounts(frame: pl.DataFrame, *, comma: bool) -> pl.DataFrame:
    """The rows that have both amounts, in their smallest units, with `customer` and `is_reducing`."""
    customer = [pl.col(name) for name in _CUSTOMER if name in frame.columns]
    is_reducing = pl.lit(value=False)
    if "document_type" in frame.columns:
        is_reducing = document_type("document_type").is_in(_REDUCING)
    rows = frame.filter(pl.all_horizontal(pl.col(_NEEDED).is_not_null())).select(
        *(units(pl.col(name), comma=comma).alias(name) for name in _NEEDED),
        pl.coalesce(customer).alias("customer") if customer else pl.lit("").alias("customer"),
        is_reducing.alias("is_reducing"),
    )
    return rows.drop_nulls(_NEEDED)


def _orders(rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.Expr]]:
    """The orders in which a balance may run, and where it begins again: the file's, by customer, and both backwards."""
    by_customer = rows.sort("customer", maintain_order=True)
    is_first, is_another = pl.int_range(pl.len()) == 0, pl.col("customer").ne_missing(pl.col("customer").shift(1))
    for ordered, is_start in ((rows, pl.lit(value=False)), (by_customer, is_another)):
        yield ordered, is_first | is_start
        yield ordered.reverse(), is_first | is_start


def _runs(rows: pl.DataFrame, is_start: pl.Expr) -> tuple[bool, bool]:
    """Whether every balance follows from the one before it, and whether one of them can be no invoice's own.

    Open and paid invoices of one amount follow from each other, too: only a balance beyond its amount, or below a
    payment or a credit, shows that it runs.
    """
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    before = balance.shift(1)
    follows = (balance == before + total) | (balance == before - total)
    is_beyond = (balance.abs() > total.abs()) | (balance.sign() * total.sign() < 0)
    is_shown = ~is_start & (before != 0) & (total != 0) & (is_beyond | pl.col("is_reducing") | (total < 0))
    every, shown = rows.select((is_start | follows).all().alias("all"), (is_shown & follows).any().alias("shown")).row(
        0
    )
    return bool(every), bool(shown)


def _with_several_amounts(rows: pl.DataFrame) -> pl.DataFrame:
    """The customers with several amounts: how many balances they have, and one of these."""
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    return (
        rows.group_by("customer")
        .agg(total.n_unique().alias("totals"), balance.n_unique().alias("balances"), balance.first())
        .filter(pl.col("totals") > 1)
    )
