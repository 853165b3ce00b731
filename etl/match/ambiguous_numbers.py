"""Pairs of invoices that prove nothing, because several invoices of one side have the same number."""

from __future__ import annotations

import numpy as np
import polars as pl


def ambiguous_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """Find the pairs with a side that has another partner, too.

    Locality: whole.

    Args:
        pairs: `row_key, row_key_cw`; the keys count the rows of a table, so that they can be counted without hashing.
    """
    is_repeated = np.zeros(len(pairs), dtype=np.bool_)
    for side in pairs.columns:
        keys = pairs[side].to_numpy()
        is_repeated |= np.bincount(keys)[keys] > 1
    return pairs.filter(pl.Series(is_repeated))
