"""A small share of `make fuzz`, always the same: whatever comes is read or refused, and nothing is lost or made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.judging import Tally, judge_all, prepared

INPUTS, SEED = 1_500, 7
_PARTS = 2


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shapes that are spoilt."""
    return prepared(tmp_path_factory.mktemp("samples"))


def test_spoilt_inputs_are_read_or_refused(samples: Path) -> None:
    """No exception but refusals that name the file, no row without a trace, no judgement that is not in the file."""
    tally = Tally()
    for part in judge_all(samples, SEED, range(INPUTS)):
        tally.add(part)
    assert tally.count == INPUTS
    assert tally.failures == []
    assert len(tally.outcomes) > INPUTS // 10, "inputs that all end alike look at nothing"


def test_the_same_number_is_the_same_input(samples: Path) -> None:
    """A failure can be looked at again."""
    first, again = ([tally.outcomes for tally in judge_all(samples, SEED, range(40))] for _ in range(_PARTS))
    assert first == again
