"""A small share of `make fuzz`, always the same: whatever comes is read or refused, and nothing is lost or made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl import extract
from etl.extract import read_text
from etl.review import import_mappings
from etl.review.import_mappings import MappingImporter
from tests.fuzz.judging import Tally, judge_all, prepared
from tests.soak import runs

INPUTS, SEED = runs(200), 7


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shapes that are malformed."""
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
    first, again = ([tally.outcomes for tally in judge_all(samples, SEED, range(40))] for _ in range(2))
    assert first == again


def _lose_a_row(*arguments: Any) -> Any:
    found = read_text(*arguments)
    return replace(found, frame=found.frame.head(-1))


_WRITTEN = MappingImporter.judgement


def _guess(importer: MappingImporter, decided: Any, act: Any, by: Any) -> Any:
    return replace(_WRITTEN(importer, decided, act, by), decision="excluded", company_id_cw=None)


def _fall_over(*_: Any) -> Any:
    raise KeyError


BROKEN = {
    "a row is lost": (extract, "read_text", _lose_a_row, "rows went in"),
    "a decision is made up": (MappingImporter, "judgement", _guess, "== stated"),
    "a bug": (extract, "read_text", _fall_over, "KeyError"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_the_laws_can_fail(samples: Path, monkeypatch: pytest.MonkeyPatch, broken: tuple[Any, ...]) -> None:
    """A check that cannot fail is no check."""
    *how, law = broken
    monkeypatch.setattr(*how)
    failures = [why for tally in judge_all(samples, SEED, range(60)) for _, why in tally.failures]
    assert any(law in why for why in failures), failures


def test_judging_leaves_the_product_as_it_was(samples: Path) -> None:
    """Other tests import decisions in the same process."""
    before = import_mappings.read_evidence
    list(judge_all(samples, SEED, range(10)))
    assert import_mappings.read_evidence is before
