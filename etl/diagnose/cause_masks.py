"""Gates as bits: a nullable truth per cause becomes one bit of a `failed` and one of an `unknown` mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import TypeAlias

import polars as pl

from etl.causes import BIT, bits

Gates: TypeAlias = Mapping[str, pl.Expr]
"""Cause -> whether its gate is passed: true, false, or null where the data cannot tell."""

NOTHING = pl.lit(0, dtype=pl.UInt64)


def failed(gates: Gates) -> pl.Expr:
    """Mask of the gates that are not passed."""
    return _mask({cause: ~passes for cause, passes in gates.items()})


def unknown(gates: Gates) -> pl.Expr:
    """Mask of the gates that cannot be decided."""
    return _mask({cause: passes.is_null() for cause, passes in gates.items()})


def _mask(flags: Mapping[str, pl.Expr]) -> pl.Expr:
    parts = [
        pl.when(flag.fill_null(value=False)).then(pl.lit(1 << BIT[cause], dtype=pl.UInt64)).otherwise(NOTHING)
        for cause, flag in flags.items()
    ]
    return reduce(or_, parts)


def only(mask: pl.Expr, causes: Iterable[str]) -> pl.Expr:
    """The part of a mask that belongs to these causes."""
    return mask & pl.lit(bits(causes), dtype=pl.UInt64)


def first(mask: pl.Expr) -> pl.Expr:
    """Bit of the first failing gate; null where nothing fails."""
    return pl.when(mask != 0).then(mask.bitwise_trailing_zeros().cast(pl.UInt8))
