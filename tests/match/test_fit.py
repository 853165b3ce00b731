"""Points are learned from what people judged, within the signs and the order that they must keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from etl.errors import ConfigurationError
from etl.match.fit import fit, surprise
from etl.match.scorecard import AGREES, CONTRADICTS, FINDING, KINDS, KINDS_OF_EVIDENCE, read_scorecard

ROWS = 4_000


def judged(truth_of_phone: float) -> pl.DataFrame:
    """Customers with one candidate each; an equal phone is right that often, without one half are right."""
    dice = np.random.default_rng(1)
    has_phone = dice.random(ROWS) < 0.5
    is_right = np.where(has_phone, dice.random(ROWS) < truth_of_phone, dice.random(ROWS) < 0.5)
    nothing = {kind: pl.lit(None, dtype=FINDING) for kind in KINDS}
    frame = pl.DataFrame({"customer": range(ROWS), "company": range(ROWS), "has": has_phone, "is_right": is_right})
    phone = pl.when("has").then(pl.lit("equal", dtype=FINDING))
    return frame.with_columns(**(nothing | {"phone": phone})).drop("has")


def test_what_is_right_nine_times_in_ten_earns_its_bits() -> None:
    """Even odds before, nine to one with an equal phone: log2 of nine, to the half bit, and less surprise."""
    start = read_scorecard()
    learned = fit(judged(0.9), start, "test")
    assert learned.card.prior == pytest.approx(0.0, abs=0.5)
    assert learned.card.points["phone"]["equal"] == pytest.approx(np.log2(9), abs=0.5)
    assert surprise(judged(0.9), learned.card) < surprise(judged(0.9), start)
    assert learned.customers == ROWS


def test_signs_and_order_hold_whatever_the_judgements_say() -> None:
    """Equal phones that are mostly wrong make the phone worthless, not evidence against; the unseen stays as it was."""
    start = read_scorecard()
    card = fit(judged(0.1), start, "test").card
    assert card.points["phone"]["equal"] == 0
    assert card.points["account number"] == start.points["account number"]
    for kind, levels in KINDS_OF_EVIDENCE.items():
        worth = card.points[kind]
        assert list(worth.values()) == sorted(worth.values(), reverse=True)
        assert all(worth[finding] >= 0 for finding, level in levels.items() if level.verdict == AGREES)
        assert all(worth[finding] <= 0 for finding, level in levels.items() if level.verdict == CONTRADICTS)


def test_a_learned_scorecard_is_read_back(tmp_path: Path) -> None:
    """What is written is what is read; a file of another version says what it lacks."""
    path = tmp_path / "scorecard.json"
    path.write_text(read_scorecard().to_json(), encoding="utf-8")
    assert read_scorecard(path) == read_scorecard()
    path.write_text(read_scorecard().to_json().replace('"phone"', '"fax"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"no points for phone: equal") as refused:
        read_scorecard(path)
    assert len(refused.value.problems) == 4
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a scorecard"):
        read_scorecard(path)
