"""Amounts as text: exact, each with its currency, never added across currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

_CENT: Final = Decimal("0.01")


def money_text(amount: Decimal) -> str:
    """An exact decimal with at least two places: `1234.50`, `0.125`."""
    rounded = amount.quantize(_CENT)
    return f"{rounded:f}" if rounded == amount else f"{amount.normalize():f}"


def format_totals(rows: pl.DataFrame) -> str:
    """The open amounts of some invoices, for example `EUR 20.00; USD 1,234.50`.

    Args:
        rows: `currency_code` and `balance_amount`.
    """
    summed = rows.group_by("currency_code").agg(pl.col("balance_amount").sum()).sort("currency_code")
    return "; ".join(f"{currency} {amount:,.2f}" for currency, amount in summed.iter_rows())


def format_totals_by(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """The open amounts of each group of invoices, as `format_totals` writes them.

    Args:
        rows: `key`, `currency_code` and `balance_amount`.
        key: what they are grouped by.

    Returns:
        `key` and `currency_amounts`.
    """
    summed = rows.group_by(key, "currency_code").agg(pl.col("balance_amount").sum()).sort(key, "currency_code")
    words = [
        f"{currency} {amount:,.2f}" for currency, amount in summed.select("currency_code", "balance_amount").iter_rows()
    ]
    worded = summed.select(key, words=pl.Series(words, dtype=pl.String))
    return worded.group_by(key, maintain_order=True).agg(currency_amounts=pl.col("words").str.join("; "))
