"""Competitors: other customers that fit a company as well as this one, or better.

Most companies are one customer. Of two customers that are like one company, the less similar one is usually another
firm: the sister firm at the same address, or the branch in another town.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from etl.match.scorecard import FINDING, Scorecard, points

COMPETITORS: Final = "other customers"
LIKELY: Final = 0.0
"""From this score on a customer is likelier this company than nobody, and keeps others from it."""
_SURE: Final = 8.0
_ENOUGH_COMPANIES, _MOST_SHARED = 20, 0.15
"""Where more companies than this share are surely those of two customers, a second one is nothing remarkable."""
_NOBODY: Final = -1


def add_competitors(evidence: pl.DataFrame, card: Scorecard) -> pl.DataFrame:
    """Find the other customers that fit each company, and add the points of that finding to the score.

    Locality: whole.

    Args:
        evidence: `customer, company, family, score` and the findings, by customer and company; without competitors.
        card: the points of each finding.

    Returns:
        The same rows with the finding, its points in the score, and `rival`, the row of that customer.
    """
    rival, ahead = _ahead(*(evidence[name].to_numpy() for name in ("customer", "company", "family", "score")))
    finding = (
        pl.when(pl.col("ahead") > 0).then(pl.lit("better", dtype=FINDING))
        .when(pl.col("ahead") == 0).then(pl.lit("as good", dtype=FINDING))
    )  # fmt: skip
    compared = evidence.with_columns(ahead=ahead, rival=rival).with_columns(finding.alias(COMPETITORS))
    return compared.with_columns(
        score=pl.col("score") + points(COMPETITORS, card),
        rival=pl.when(pl.col(COMPETITORS).is_not_null()).then(pl.col("rival").cast(pl.UInt32)),
    ).drop("ahead")


def _ahead(
    customer: np.ndarray, company: np.ndarray, family: np.ndarray, score: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each pair the best customer of another family, of those that the company suits best, and its lead in bits."""
    if not len(customer):
        return np.empty(0, np.int64), np.empty(0)
    starts = np.flatnonzero(np.diff(customer, prepend=~customer[:1]))
    best = np.repeat(np.maximum.reduceat(score, starts), np.diff(starts, append=len(customer)))
    likely = np.flatnonzero((score == best) & (score >= LIKELY))
    likely = likely[np.lexsort((customer[likely], -score[likely], company[likely]))]
    first = _firsts(likely, company)
    second = _firsts(likely[family[likely] != family[first[company[likely]]]], company)
    # the row after the last stands for nobody, who leads nobody
    bits, whose = np.append(score, -np.inf), np.append(family.astype(np.int64), _NOBODY)
    if _is_shared(bits[first], bits[second]):
        return np.full(len(score), _NOBODY), np.full(len(score), -np.inf)
    rival = np.where(whose[first[company]] == family, second[company], first[company])
    return np.append(customer.astype(np.int64), _NOBODY)[rival], bits[rival] - score


def _firsts(rows: np.ndarray, company: np.ndarray) -> np.ndarray:
    """The first of the rows of each company, which are in the order of the companies; -1 if a company has none."""
    found = np.full(int(company.max()) + 1, _NOBODY)
    starts = np.flatnonzero(np.diff(company[rows], prepend=~company[rows][:1]))
    found[company[rows][starts]] = rows[starts]
    return found


def _is_shared(first: np.ndarray, second: np.ndarray) -> bool:
    """True if companies of several customers are common in this data."""
    sure, shared = (int(np.count_nonzero(bits >= _SURE)) for bits in (first, second))
    return sure >= _ENOUGH_COMPANIES and shared > _MOST_SHARED * sure
