"""Checks as bits: a nullable truth per cause becomes one bit of a `failed` and one of an `unknown` mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TypeAlias

import polars as pl

from etl.causes import CAUSES, bits
from etl.domain import Subject

Checks: TypeAlias = Mapping[str, pl.Expr]
"""Cause -> whether its check is passed: true, false, or null where the data does not say."""

NOTHING = pl.lit(0, dtype=pl.UInt64)


def failed(checks: Checks) -> pl.Expr:
    """Mask of the checks that are not passed."""
    return _mask({cause: ~passes for cause, passes in checks.items()})


def unknown(checks: Checks) -> pl.Expr:
    """Mask of the checks that cannot be decided."""
    return _mask({cause: passes.is_null() for cause, passes in checks.items()})


def reached(subjects: Mapping[Subject, pl.Expr], causes: Checks = MappingProxyType({})) -> pl.Expr:
    """Mask of the checks that can be made at all.

    Args:
        subjects: subject -> whether there is something to look at; null is no.
        causes: the same for those causes of these subjects that differ from the others.
    """
    others = {
        subject: [cause.code for cause in CAUSES if cause.subject is subject and cause.code not in causes]
        for subject in subjects
    }
    parts = [where(flag, others[subject]) for subject, flag in subjects.items()]
    return reduce(or_, [*parts, *(where(flag, [cause]) for cause, flag in causes.items())])


def _mask(flags: Mapping[str, pl.Expr]) -> pl.Expr:
    return reduce(or_, (where(flag, [cause]) for cause, flag in flags.items()))


def literal(causes: Iterable[str]) -> pl.Expr:
    """A mask of these causes."""
    return pl.lit(bits(causes), dtype=pl.UInt64)


def where(condition: pl.Expr, causes: Iterable[str]) -> pl.Expr:
    """A mask of these causes where the condition holds; null does not hold."""
    return pl.when(condition.fill_null(value=False)).then(literal(causes)).otherwise(NOTHING)


def only(mask: pl.Expr, causes: Iterable[str]) -> pl.Expr:
    """The part of a mask that belongs to these causes."""
    return mask & literal(causes)


def first(mask: pl.Expr) -> pl.Expr:
    """Bit of the first failing check; null where nothing fails."""
    return pl.when(mask != 0).then(mask.bitwise_trailing_zeros().cast(pl.UInt8))
