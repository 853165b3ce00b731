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
