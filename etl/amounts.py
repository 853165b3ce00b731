"""Amounts as text: exact, each with its currency, never added across currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

NO_CURRENCY: Final = "XXX"
"""ISO 4217 for none. Files for programs keep it; people read `(no currency)`."""
_CENT: Final = Decimal("0.01")
NO_BALANCE: Final = "without a known balance"
"""Said of invoices of which nobody says what is open: their totals are never added to what is owed."""


def money_text(amount: Decimal) -> str:
    """An exact decimal with at least two places: `1234.50`, `0.125`."""
    rounded = amount.quantize(_CENT)
    return f"{rounded:f}" if rounded == amount else f"{amount.normalize():f}"


def with_currency(number: str, currency_code: str) -> str:
    """An amount for people: `USD 20.00`, or `20.00 (no currency)`."""
    return f"{number} (no currency)" if currency_code == NO_CURRENCY else f"{currency_code} {number}"


def format_totals(rows: pl.DataFrame) -> str:
    """The open amounts of some invoices, for example `EUR 20.00; USD 1,234.50; 2 without a known balance`.

    Args:
        rows: `currency_code` and `balance_amount`, null where it is not known.
    """
    keyed = rows.select("currency_code", "balance_amount", key=pl.lit(0))
    return next(iter(format_totals_by(keyed, "key")["currency_amounts"]), "")


def format_totals_by(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """The open amounts of each group of invoices, as `format_totals` writes them.

    Args:
        rows: `key`, `currency_code` and `balance_amount`.
        key: what they are grouped by.

    Returns:
        `key` and `currency_amounts`.
    """
    balance = pl.col("balance_amount")
    summed = rows.drop_nulls("balance_amount").group_by(key, "currency_code").agg(balance.sum())
    sums = summed.sort(key, "currency_code").select(key, "currency_code", "balance_amount").rows()
    unknown = rows.group_by(key).agg(balance.null_count().alias("unknown")).filter(pl.col("unknown") > 0).rows()
    parts = [(group, f"{currency} {amount:,.2f}") for group, currency, amount in sums]
    parts += [(group, f"{count:,} {NO_BALANCE}") for group, count in unknown]
    words = pl.DataFrame(parts, schema={key: rows.schema[key], "words": pl.String}, orient="row")
    joined = words.group_by(key, maintain_order=True).agg(currency_amounts=pl.col("words").str.join("; "))
    return joined.sort(key)
