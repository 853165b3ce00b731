"""One data set, linked by everybody in turn; each contestant is a process of its own, scored by another one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.child import BILLSIGHT, Child, Cost, run_child
from benchmarks.linking.datasets import DataSet

OURS: Final = "billsight"
LIMIT: Final = "polars reads both"
READING: Final = "read_only"
LARGEST: Final = {"rapidfuzz": 10_000, "sparse_dot_topn": 100_000, "splink": 100_000, "splink_narrow": 100_000}
"""Above these a peer needs more time or memory than anybody would give it; `--no-limits` gives it."""

_NOISE_S: Final = 0.02
_PREDICTIONS: Final = "{}.csv"


@dataclass(frozen=True)
class Result:
    """What one contestant did on one data set.

    Attributes:
        start_s: wall time of the same program with next to nothing to do.
        scores: subset -> its figures; empty where there are none to have.
        note: why there is nothing, where there is nothing.
    """

    contestant: str
    cost: Cost | None = None
    start_s: float = 0.0
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    note: str = ""

    @property
    def net_s(self) -> float:
        """Wall time without the start of the program; never less than starts differ from each other."""
        least = 0.0 if self.contestant == LIMIT else _NOISE_S
        return max(self.cost.wall_s - self.start_s, least) if self.cost else 0.0


@dataclass
class Contest:
    """Everybody who takes part.

    Attributes:
        smallest: a data set of one row on either side: what starting costs ours.
        out: predictions are left here, a folder per data set.
        is_limited: peers are spared what is too large for them.
    """

    contestants: tuple[str, ...]
    smallest: DataSet
    out: Path
    tell: Callable[[str], None]
    is_limited: bool = True
    starts: dict[str, float] = field(default_factory=dict)

    def measure(self, data: DataSet) -> list[Result]:
        """Each contestant once, in turn."""
        return [self._one(contestant, data) for contestant in (OURS, *self.contestants, LIMIT)]

    def _one(self, contestant: str, data: DataSet) -> Result:
        most = LARGEST.get(contestant, data.rows)
        if self.is_limited and data.rows > most:
            return Result(contestant, note=f"not above {most:,}")
        self.tell(f"{data.name}: {contestant}")
        predictions = self.out / data.name / _PREDICTIONS.format(contestant.replace(" ", "_"))
        predictions.parent.mkdir(parents=True, exist_ok=True)
        predictions.unlink(missing_ok=True)
        try:
            start_s = self._start(contestant)
            child = _run(_command(contestant, data.folder, predictions))
        except SystemExit as failed:
            return Result(contestant, note=f"failed: {str(failed).strip().splitlines()[-1]}")
        if contestant == LIMIT:  # too quick for the difference of two starts: it holds its own watch
            return Result(contestant, child.cost, child.cost.wall_s - json.loads(child.stdout)["read_s"])
        scores = {subset: _scores(data, predictions, subset) for subset in data.subsets}
        return Result(contestant, child.cost, start_s, scores)

    def _start(self, contestant: str) -> float:
        """Ours links one row with one row; a peer imports what it needs. Measured once, the quickest of three."""
        if contestant not in self.starts:
            predictions = self.out / _PREDICTIONS.format("start")
            empty = contestant == OURS
            command = _command(contestant, self.smallest.folder if empty else None, predictions)
            self.starts[contestant] = min(_run(command).cost.wall_s for _ in range(3))
            predictions.unlink(missing_ok=True)
        return self.starts[contestant]


def _run(command: tuple[str, ...]) -> Child:
    return run_child(command, {}, lambda _: None)


def _command(contestant: str, folder: Path | None, predictions: Path) -> tuple[str, ...]:
    sides = (str(folder / "left.csv"), str(folder / "right.csv")) if folder else ()
    if contestant == OURS:
        return (*BILLSIGHT, "match", *sides, "--out", str(predictions))
    peer = READING if contestant == LIMIT else contestant
    return (sys.executable, "-m", "benchmarks.linking.peers", peer, *sides, *([str(predictions)] if folder else []))


def _scores(data: DataSet, predictions: Path, subset: str) -> dict[str, Any]:
    command = (sys.executable, "-m", "benchmarks.linking.scoring", str(data.folder), str(predictions), subset)
    scores: dict[str, Any] = json.loads(_run(command).stdout)
    return scores
