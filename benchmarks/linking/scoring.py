"""What predictions are worth against the truth: how many maps are automatic, how many of them wrong, what is left over.

A left record may have several right answers, and may be known to have none. Predictions on records that the truth
does not speak of are left out. A related record (the same firm, another site) counts as wrong in `precision`, and is
left out of `precision_by_firm` and of everything that judges certainties: neither answer would be fair there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from benchmarks.child import answer

SUBSETS: Final = ("natural", "hard", "namesake")
AUTOMATIC: Final = "certain"
_DOUBT: Final = 0.05
_BISECTIONS: Final = 60


@dataclass(frozen=True)
class Scores:
    """The figures of one contestant on one set of records.

    Attributes:
        error_limit: highest error rate that these automatic maps leave likely (95 %, one-sided, Clopper-Pearson).
        recall_at_99: share of the mappable that the loosest threshold with 99 % precision maps rightly.
        kinds: wrong automatic maps by the kind of customer, where the data tells kinds.
    """

    lefts: int
    mappable: int
    automatic: int
    wrong: int
    precision: float | None
    precision_by_firm: float | None
    error_limit: float | None
    recall_automatic: float | None
    top_1: float | None
    top_5: float | None
    recall_at_99: float | None
    recall_at_999: float | None
    best_f1: float | None
    calibration_error: float | None
    brier: float | None
    kinds: dict[str, int]


@dataclass(frozen=True)
class Case:
    """A labelled case, and the predictions on it.

    Attributes:
        lefts: `left_id`, `is_mappable`, `kind`: one row per left record that is asked for.
        pairs: `left_id`, `certainty`, `rank`, `is_automatic`, `is_true`, `is_related`: one row per prediction on those.
    """

    lefts: pl.DataFrame
    pairs: pl.DataFrame


def read_case(folder: Path, predictions: Path, subset: str = "natural") -> Case:
    """Everything as text first: an id that looks like a number is still an id."""
    truth = _read(folder / "truth.csv")
    if subset != "natural":
        truth = truth.filter(pl.col(subset) == "1")
    true_pairs = truth.drop_nulls("right_id").select("left_id", "right_id").unique()
    lefts = truth.group_by("left_id").agg(is_mappable=pl.col("right_id").is_not_null().any())
    kinds = folder / "kinds.csv"
    named = _read(kinds) if kinds.exists() else pl.DataFrame(schema={"left_id": pl.String, "kind": pl.String})
    related = folder / "related.csv"
    near = _read(related) if related.exists() else true_pairs.clear()
    rights = _read(folder / "right.csv").select("right_id")
    pairs = _predictions(predictions).join(lefts, on="left_id", how="semi").join(rights, on="right_id", how="semi")
    return Case(
        lefts.join(named, on="left_id", how="left"),
        _flagged(_flagged(pairs, true_pairs, "is_true"), near, "is_related").sort("rank", maintain_order=True),
    )


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _predictions(path: Path) -> pl.DataFrame:
    frame = _read(path)
    decided = pl.col("decision") == AUTOMATIC if "decision" in frame.columns else pl.lit(value=False)
    return frame.select(
        "left_id", "right_id",
        certainty=pl.col("certainty").cast(pl.Float64).fill_null(0.0).clip(0.0, 1.0),
        rank=pl.col("rank").cast(pl.Float64).cast(pl.Int64).fill_null(1),
        is_automatic=decided.fill_null(value=False),
    )  # fmt: skip


def _flagged(pairs: pl.DataFrame, among: pl.DataFrame, name: str) -> pl.DataFrame:
    marks = among.select("left_id", "right_id", pl.lit(value=True).alias(name)).unique()
    joined = pairs.join(marks, on=["left_id", "right_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null(value=False))


def score(case: Case) -> Scores:
    """All figures of a case."""
    mappable = int(case.lefts["is_mappable"].sum())
    automatic = case.pairs.filter("is_automatic")
    right = int(automatic["is_true"].sum())
    related = int((automatic["is_related"] & ~automatic["is_true"]).sum())
    firsts = case.pairs.unique("left_id", keep="first", maintain_order=True)
    judged = firsts.filter(~(pl.col("is_related") & ~pl.col("is_true")))
    wrong = automatic.filter(~pl.col("is_true")).join(case.lefts, on="left_id")
    kinds = wrong.drop_nulls("kind")["kind"].value_counts().sort("kind")
    curve = _curve(judged)
    return Scores(
        lefts=case.lefts.height,
        mappable=mappable,
        automatic=automatic.height,
        wrong=automatic.height - right,
        precision=_share(right, automatic.height),
        precision_by_firm=_share(right, automatic.height - related),
        error_limit=error_limit(automatic.height - right, automatic.height),
        recall_automatic=_share(_lefts(automatic.filter("is_true")), mappable),
        top_1=_share(_lefts(case.pairs.filter("is_true", pl.col("rank") <= 1)), mappable),
        top_5=_share(_lefts(case.pairs.filter("is_true", pl.col("rank") <= 5)), mappable),
        recall_at_99=_recall_at(curve, mappable, 0.99),
        recall_at_999=_recall_at(curve, mappable, 0.999),
        best_f1=_best_f1(curve, mappable),
        calibration_error=_calibration_error(judged),
        brier=_brier(judged),
        kinds=dict(kinds.rows()),
    )


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _lefts(pairs: pl.DataFrame) -> int:
    return pairs["left_id"].n_unique()


def _curve(firsts: pl.DataFrame) -> pl.DataFrame:
    """Kept and right at every threshold, strictest first; equal certainties can only be kept together."""
    steps = firsts.group_by("certainty").agg(kept=pl.len(), right=pl.col("is_true").sum())
    return steps.sort("certainty", descending=True).with_columns(
        pl.col("kept").cum_sum(), pl.col("right").cast(pl.Int64).cum_sum()
    )


def _recall_at(curve: pl.DataFrame, mappable: int, precision: float) -> float | None:
    good_enough = curve.filter(pl.col("right") >= precision * pl.col("kept") - 1e-9)
    return _share(good_enough["right"][-1] if good_enough.height else 0, mappable)


def _best_f1(curve: pl.DataFrame, mappable: int) -> float | None:
    if not mappable:
        return None
    best = curve.select((2 * pl.col("right") / (pl.col("kept") + mappable)).max()).item()
    return float(best or 0.0)


def _calibration_error(firsts: pl.DataFrame) -> float | None:
    """How far certainty is from the truth on average: ten equal bins, and one of its own for total certainty."""
    is_total = pl.col("certainty") >= 1 - 1e-12
    bins = pl.when(is_total).then(10).otherwise((pl.col("certainty") * 10).floor().clip(0, 9).cast(pl.Int32))
    gap = (pl.col("certainty").sum() - pl.col("is_true").sum()).abs()
    return _share(float(firsts.group_by(bins.alias("bin")).agg(gap=gap)["gap"].sum()), firsts.height)


def _brier(firsts: pl.DataFrame) -> float | None:
    miss = pl.col("certainty") - pl.col("is_true").cast(pl.Float64)
    return _share(float(firsts.select((miss * miss).sum()).item()), firsts.height)


def error_limit(wrong: int, count: int) -> float | None:
    """The error rate that so few wrong ones among so many would be too lucky for; about 3/n where none is wrong."""
    if not count:
        return None
    if wrong >= count:
        return 1.0
    nth = np.arange(1, wrong + 1)
    ways = np.concatenate([[0.0], np.cumsum(np.log(count - nth + 1) - np.log(nth))])
    hits = np.arange(wrong + 1)

    def luck(rate: float) -> float:
        return float(np.exp(ways + hits * np.log(rate) + (count - hits) * np.log1p(-rate)).sum())

    return _bisect(luck, max(wrong / count, 1e-15))


def _bisect(luck: Callable[[float], float], low: float) -> float:
    high = 1 - 1e-12
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if luck(middle) > _DOUBT else (low, middle)
    return high


def main(folder: str, predictions: str, subset: str) -> None:
    """Score PREDICTIONS on a SUBSET of the case in FOLDER."""
    answer(asdict(score(read_case(Path(folder), Path(predictions), subset))))


if __name__ == "__main__":
    main(*sys.argv[1:])
