"""The linker's benchmark is a fair judge: its data is the same every time, its figures are those of a calculator."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.linking.companies import COLUMNS, SHARES, make, write
from benchmarks.linking.datasets import count_of, labelled
from benchmarks.linking.peers import exact
from benchmarks.linking.respell import LONGEST
from benchmarks.linking.scoring import error_limit, read_case, score

COUNT, SEED = 2_000, 7
FILES = ("left.csv", "right.csv", "truth.csv", "kinds.csv")

TRUTH = """left_id,right_id,hard
a,1,1
b,2,0
c,3,0
d,4,0
e,,0
f,,1
"""
PREDICTIONS = """left_id,right_id,certainty,rank,decision
a,1,1.0,1,certain
b,2,0.9,1,review
c,9,0.8,1,review
c,3,0.1,2,review
d,,,,none
e,5,1.0,1,certain
f,6,0.05,1,none
unasked,1,1.0,1,certain
"""
RIGHT = "right_id\n" + "".join(f"{number}\n" for number in range(1, 10))


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Six customers, four of them with a company: two mapped by themselves, one of these wrongly."""
    for name, text in (("truth", TRUTH), ("predictions", PREDICTIONS), ("right", RIGHT), ("left", "left_id\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Figures of two days can only be compared on the same data; another seed is another provider."""
    for name, seed in (("one", SEED), ("again", SEED), ("other", SEED + 1)):
        write(make(COUNT, seed), tmp_path / name)
    for variant in ("names", "evidence"):
        one, again, other = (
            [(tmp_path / name / variant / file).read_bytes() for file in FILES] for name in ("one", "again", "other")
        )
        assert one == again
        assert one != other


def test_the_invented_provider_is_the_one_that_is_described() -> None:
    """Four customers in five have a company; ids are unique; names fit; a third carry an account number."""
    provider = make(COUNT, SEED)
    left, right, truth = provider.left, provider.right, provider.truth
    assert left.columns == ["left_id", *COLUMNS]
    assert right.columns == ["right_id", *COLUMNS]
    assert left["left_id"].is_unique().all()
    assert right["right_id"].is_unique().all()
    assert set(truth["right_id"].drop_nulls()) <= set(right["right_id"])
    assert truth["right_id"].count() / COUNT == pytest.approx(0.81, abs=0.005)
    assert left["name"].str.len_chars().max() <= LONGEST
    assert left["name"].str.len_chars().min() > 0
    numbered = left.join(truth.drop_nulls(), on="left_id")["account_number"].count() / COUNT
    assert numbered == pytest.approx(SHARES["in accounting"], abs=0.04)
    told = provider.kinds.join(truth, on="left_id").with_columns(
        is_matched=pl.col("kind").is_in(["matched", "duplicate"])
    )
    assert (told["is_matched"] == told["right_id"].is_not_null()).all()


def test_the_figures_are_those_of_a_calculator(case: Path) -> None:
    """Six customers are few enough to count by hand."""
    found = score(read_case(case, case / "predictions.csv"))
    assert (found.lefts, found.mappable, found.automatic, found.wrong) == (6, 4, 2, 1)
    assert (found.precision, found.recall_automatic) == (0.5, 0.25)
    assert (found.top_1, found.top_5) == (0.5, 0.75)
    # strictest first: 1 of 2 right at 1.0, 2 of 3 at .9, 2 of 4 at .8, 2 of 5 at .05: no threshold is 99 % precise
    assert (found.recall_at_99, found.recall_at_999) == (0.0, 0.0)
    assert found.best_f1 == pytest.approx(2 * 2 / (3 + 4))
    # the bins of 1.0, .9, .8 and .05 are off by 1, .1, .8 and .05
    assert found.calibration_error == pytest.approx((1 + 0.1 + 0.8 + 0.05) / 5)
    assert found.brier == pytest.approx((0 + 0.01 + 0.64 + 1 + 0.0025) / 5)


def test_the_loosest_threshold_counts_and_equal_certainties_go_together(case: Path) -> None:
    """Without the wrong one at the top, everything down to .9 can be kept."""
    text = PREDICTIONS.replace("e,5,1.0,1,certain", "e,5,0.8,1,review")
    (case / "predictions.csv").write_text(text, encoding="utf-8")
    found = score(read_case(case, case / "predictions.csv"))
    assert (found.recall_at_99, found.recall_at_999) == (0.5, 0.5)


def test_a_related_record_is_wrong_but_not_by_firm(case: Path) -> None:
    """The same firm at another site is no proof against a certainty, nor for it."""
    (case / "related.csv").write_text("left_id,right_id\ne,5\n", encoding="utf-8")
    found = score(read_case(case, case / "predictions.csv"))
    assert (found.wrong, found.precision, found.precision_by_firm) == (1, 0.5, 1.0)
    assert found.calibration_error == pytest.approx((0.1 + 0.8 + 0.05) / 4)


def test_a_subset_has_figures_of_its_own(case: Path) -> None:
    """The marks of the truth choose the records; both of the hard ones are spoken of."""
    found = score(read_case(case, case / "predictions.csv", "hard"))
    assert (found.lefts, found.mappable, found.automatic, found.precision) == (2, 1, 1, 1.0)
    assert next(labelled(case.parent)).subsets == ("natural", "hard")


@pytest.mark.parametrize(
    ("wrong", "count", "limit"),
    [(0, 3_000, 3 / 3_000), (0, 0, None), (5, 5, 1.0), (1, 10, 0.394), (10, 1_000, 0.0169)],
)
def test_the_limit_of_an_error_rate(wrong: int, count: int, limit: float | None) -> None:
    """No error in n leaves 3/n; with errors it is the limit of Clopper and Pearson."""
    assert error_limit(wrong, count) == (limit if limit is None else pytest.approx(limit, rel=0.01))


def test_the_rule_of_portals_asks_for_one_name_on_either_side() -> None:
    """A legal form does not matter, a namesake does."""
    left = pl.DataFrame({"left_id": ["a", "b", "c"], "name": ["Acme, Inc.", "Blue Fox", "Córdoba & Sons"]})
    right = pl.DataFrame({
        "right_id": ["1", "2", "3", "4"],
        "name": ["ACME L.L.C.", "Blue Fox Ltd", "Blue Fox Inc", "Cordoba and Sons"],
    })  # fmt: skip
    assert sorted(exact(left, right).select("left_id", "right_id").rows()) == [("a", "1"), ("c", "4")]


@pytest.mark.parametrize(("size", "count"), [("500", 500), ("10k", 10_000), ("1M", 1_000_000)])
def test_a_size_is_read_as_people_write_it(size: str, count: int) -> None:
    """`10k` is ten thousand companies."""
    assert count_of(size) == count


@pytest.mark.parametrize("size", ["", "k", "0", "-1", "ten"])
def test_what_is_no_size_is_refused(size: str) -> None:
    """Nothing is measured by guess."""
    with pytest.raises(ValueError, match=r"."):
        count_of(size)
