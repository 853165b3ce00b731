"""Amounts in words: each beside its currency, never added across currencies."""

from __future__ import annotations

import polars as pl


def told(rows: pl.DataFrame) -> str:
    """The open amounts of some invoices, for example `EUR 20.00; USD 1,234.50`.

    Args:
        rows: `currency_code` and `balance_amount`.
    """
    summed = rows.group_by("currency_code").agg(pl.col("balance_amount").sum()).sort("currency_code")
    return "; ".join(f"{currency} {amount:,.2f}" for currency, amount in summed.iter_rows())


def told_by(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """The open amounts of each group of invoices, as `told` words them.

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
