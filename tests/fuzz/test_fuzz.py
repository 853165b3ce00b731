"""A small share of `make fuzz`, always the same: whatever comes is read or refused, and nothing is lost or made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl import approvals, extract
from etl.approvals import _judgement as judgement
from etl.extract import read_text
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


def _lose_a_row(*arguments: Any) -> Any:
    found = read_text(*arguments)
    return replace(found, frame=found.frame.head(-1))


def _guess(line: Any, decided: Any, act: Any, source: str) -> Any:
    return replace(judgement(line, decided, act, source), decision="excluded")


def _fall_over(*_: Any) -> Any:
    raise KeyError


BROKEN = {
    "a row is lost": (extract, "read_text", _lose_a_row),
    "a decision is made up": (approvals, "_judgement", _guess),
    "a bug": (extract, "read_text", _fall_over),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_the_laws_can_fail(samples: Path, monkeypatch: pytest.MonkeyPatch, broken: tuple[Any, str, Any]) -> None:
    """A check that cannot fail is no check."""
    monkeypatch.setattr(*broken)
    assert any(tally.failures for tally in judge_all(samples, SEED, range(60)))
