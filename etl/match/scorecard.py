"""What each finding is worth, in bits: the whole of the score in one table.

The points have the form of Fellegi and Sunter's: they add up, agreement is never negative, and two to the power of
their sum is the odds. They were learned on reviewed customers with the signs held, then rounded to half bits, so
that a person can add them up; identifiers, which that sample did not have, are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

AGREES, CONTRADICTS, ABSENT = "agrees", "contradicts", "absent"


@dataclass(frozen=True)
class Level:
    """One possible finding of one kind of evidence.

    Attributes:
        points: half bits for or against.
        verdict: agrees, contradicts or absent.
        words: the finding in words.
    """

    points: float
    verdict: str
    words: str


PRIOR: Final = Level(-3.5, ABSENT, "before any comparison: most candidates are somebody else")

SCORECARD: Final[dict[str, dict[str, Level]]] = {
    "account number": {
        "equal": Level(10.0, AGREES, "equal"),
        "other": Level(-8.0, CONTRADICTS, "different"),
    },
    "tax id": {
        "equal": Level(10.0, AGREES, "equal"),
        "other": Level(-8.0, CONTRADICTS, "different"),
    },
    "shared invoices": {
        "many": Level(12.0, AGREES, "number and total agree, at no other company"),
        "one": Level(5.0, AGREES, "number and total agree, at no other company"),
        "some": Level(3.0, AGREES, "number and total agree, but at other companies too"),
        "other": Level(-6.0, CONTRADICTS, "none here, but at another company"),
    },
    "name": {
        "same": Level(10.0, AGREES, "equal, legal form too"),
        "equal": Level(8.5, AGREES, "equal but for the legal form"),
        "rearranged": Level(7.5, AGREES, "the same words in another order or spacing"),
        "very similar": Level(4.0, AGREES, "very similar"),
        "similar": Level(2.0, AGREES, "similar, or one contains the other"),
        "parent": Level(2.0, AGREES, "the parent customer's name is equal"),
        "alike": Level(0.5, AGREES, "somewhat similar"),
        "plausible": Level(-1.0, CONTRADICTS, "a word in common, no more"),
        "unlike": Level(-2.0, CONTRADICTS, "not similar"),
    },
    "number in the name": {"other": Level(-3.5, CONTRADICTS, "different")},
    "legal form": {"other": Level(-1.5, CONTRADICTS, "different")},
    "e-mail domain": {
        "own": Level(3.0, AGREES, "equal, and of this company only"),
        "shared": Level(0.5, AGREES, "equal, but two or three companies share it"),
        "other": Level(-3.0, CONTRADICTS, "different"),
    },
    "phone": {
        "equal": Level(6.0, AGREES, "equal"),
        "other": Level(-2.0, CONTRADICTS, "different"),
    },
    "postal code": {
        "equal": Level(2.0, AGREES, "equal"),
        "other": Level(-1.0, CONTRADICTS, "different"),
    },
    "city": {
        "equal": Level(2.0, AGREES, "equal"),
        "other": Level(-2.0, CONTRADICTS, "different"),
    },
    "address": {"equal": Level(1.0, AGREES, "house number and place are equal")},
    "country": {"other": Level(-4.0, CONTRADICTS, "different")},
    "target": {
        "deleted": Level(-2.0, CONTRADICTS, "the company is in the recycle bin"),
        "inactive": Level(-1.0, CONTRADICTS, "the company is inactive"),
        "vendor": Level(-2.0, CONTRADICTS, "the company is a vendor"),
    },
}
"""Kind -> finding -> what it is worth. A finding that is null is absent and worth nothing."""

KINDS: Final[tuple[str, ...]] = tuple(SCORECARD)


def points(kind: str) -> pl.Expr:
    """The points of the column `kind`; an absent finding is worth nothing."""
    table = {finding: level.points for finding, level in SCORECARD[kind].items()}
    return pl.col(kind).replace_strict(table, default=0.0, return_dtype=pl.Float64)


def score() -> pl.Expr:
    """The sum of all points and the prior, in half bits."""
    return pl.sum_horizontal(points(kind) for kind in KINDS) + PRIOR.points
