"""Learn the points of the scorecard from pairs that people judged.

For one customer exactly one of its candidates, or nobody, is right: the likelihood is that of a choice among them
(conditional logit), which is the same formula that turns scores into certainties. Points keep their signs and their
order: agreement is never worth less than nothing, nor a better finding less than a worse one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from etl.match.scorecard import AGREES, CONTRADICTS, KINDS, KINDS_OF_EVIDENCE, Scorecard, score

_STEPS: Final = 3000
_RATE: Final = 0.05
_LN2: Final = float(np.log(2.0))


@dataclass(frozen=True)
class Fit:
    """The result of a fit.

    Attributes:
        card: the points.
        customers: the number of judged customers.
    """

    card: Scorecard
    customers: int


def surprise(judged: pl.DataFrame, card: Scorecard) -> float:
    """Mean bits of surprise per customer with the points of the card."""
    ordered = judged.with_columns(score=score(card)).sort("customer", "company")
    return _loss(ordered["score"].to_numpy(), *_truth(ordered))


def _truth(ordered: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return ordered["customer"].rle_id().to_numpy(), ordered["is_right"].to_numpy().astype(float)


def fit(judged: pl.DataFrame, start: Scorecard, version: str, caution: float = 0.0002) -> Fit:
    """Fit the points.

    Locality: whole.

    Args:
        judged: rows of `evidence.find_evidence` with `is_right`; a customer without a right row is known to be nobody.
        start: the points to start from; what the judgements do not speak of stays as it is there.
        version: name of the new table.
        caution: how much it costs to depart from `start`, per squared bit.
    """
    ordered = judged.sort("customer", "company")
    customer, right = _truth(ordered)
    base = np.array([start.prior, *(start.points[kind][finding] for kind, finding in _COLUMNS)])
    cases = _Cases(_features(ordered), customer, right)
    fitted = np.round(_descend(cases, base, caution) * 2) / 2 + 0.0
    points: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
    for (kind, finding), value in zip(_COLUMNS, fitted[1:].tolist(), strict=True):
        points[kind][finding] = value
    return Fit(Scorecard(version, float(fitted[0]), points), cases.count)


_COLUMNS: Final = [(kind, finding) for kind in KINDS for finding in KINDS_OF_EVIDENCE[kind]]


def _features(ordered: pl.DataFrame) -> np.ndarray:
    """One column of ones for the prior, then one per finding: 1 where it was found."""
    features = ordered.select(
        pl.repeat(1.0, pl.len()).alias("prior"),
        *(
            (pl.col(kind).cast(pl.String) == finding)
            .fill_null(value=False)
            .cast(pl.Float64)
            .alias(f"{kind}: {finding}")
            for kind, finding in _COLUMNS
        ),
    )
    return features.to_numpy()


@dataclass(frozen=True)
class _Cases:
    """Candidates with their findings and their customer, and which of them are right."""

    features: np.ndarray
    customer: np.ndarray
    right: np.ndarray

    @property
    def count(self) -> int:
        """The number of customers."""
        return int(self.customer[-1]) + 1


def _descend(cases: _Cases, base: np.ndarray, caution: float) -> np.ndarray:
    """Run Adam, projecting onto the signs and orders after each step; points of absent findings stay."""
    free = cases.features.any(axis=0)
    points = _project(base)
    mean, square = np.zeros_like(points), np.zeros_like(points)
    for step in range(1, _STEPS + 1):
        chance = _chances(cases.features @ points, cases.customer)
        slope = cases.features.T @ (chance - cases.right) * _LN2 / cases.count + 2 * caution * (points - base)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        move = _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        points = _project(np.where(free, points - move * (1 - step / (_STEPS + 1)), base))
    return points


def _chances(score: np.ndarray, customer: np.ndarray) -> np.ndarray:
    odds = np.exp2(np.clip(score, -60, 60))
    chances: np.ndarray = odds / (1 + np.bincount(customer, odds))[customer]
    return chances


def _loss(score: np.ndarray, customer: np.ndarray, right: np.ndarray) -> float:
    chance = _chances(score, customer)
    hit = np.bincount(customer, right * chance)
    nobody = 1 - np.bincount(customer, chance)
    known = np.bincount(customer, right) > 0
    return float(-np.log2(np.clip(np.where(known, hit, nobody), 1e-12, 1)).mean())


def _project(points: np.ndarray) -> np.ndarray:
    """The nearest points with the right signs, a better finding never worth less than a worse one."""
    projected = points.copy()
    at = 1
    for levels in KINDS_OF_EVIDENCE.values():
        run = slice(at, at + len(levels))
        verdicts = np.array([level.verdict for level in levels.values()])
        fallen = _falling_values(projected[run])
        fallen = np.where(verdicts == AGREES, np.maximum(fallen, 0), fallen)
        projected[run] = np.where(verdicts == CONTRADICTS, np.minimum(fallen, 0), fallen)
        at += len(levels)
    return projected


def _falling_values(values: np.ndarray) -> np.ndarray:
    """The nearest values that never rise (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            last, count = blocks.pop()
            mean, size = blocks[-1]
            blocks[-1] = [(mean * size + last * count) / (size + count), size + count]
    return np.concatenate([np.full(int(count), mean) for mean, count in blocks])
