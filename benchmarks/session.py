"""One size, measured in one session: the night, its floor and its peer in turn: a slow minute meets them all."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.child import BILLSIGHT, STAGE, Child, Cost, run_child
from benchmarks.sizes import Size

NIGHT: Final = "billsight run"
FLOOR: Final = "DuckDB reads the same files"
WRITING: Final = "DuckDB writes the same invoices.csv, .parquet"
PANDAS: Final = "pandas, the same job"
AS_OF: Final = "2026-11-22T02:00:00Z"
_OF_PANDAS: Final = ("state", "primary_cause")
_LARGEST_FOR_PANDAS: Final = 5_000_000


@dataclass(frozen=True)
class Limits:
    """What the night and the floor may use alike; the peer has no such settings."""

    threads: int
    memory_gb: float


@dataclass(frozen=True)
class Measured:
    """What was found at one size.

    Attributes:
        costs: what -> its best round.
        stages: seconds of each stage of the best night.
        written: bytes of each published file.
        notes: what else is to be said.
    """

    size: Size
    costs: dict[str, Cost]
    stages: dict[str, float]
    written: dict[str, int]
    notes: list[str]


@dataclass(frozen=True)
class Session:
    """The children of one size.

    Attributes:
        work: scratch on the disk of the data; emptied before each child.
    """

    size: Size
    limits: Limits
    work: Path
    tell: Callable[[str], None]

    def measure(self, peers: frozenset[str], rounds: int) -> Measured:
        """Run everything `rounds` times; what counts is the quickest of each.

        Raises:
            SystemExit: a child failed, or the night's answers are not the truth.
        """
        data = self.size.make(self.tell)
        contestants: dict[str, Callable[[Path], Child]] = {NIGHT: self._night}
        if "duckdb" in peers:
            contestants[FLOOR] = self._floor
        if "pandas" in peers and self.size.invoices <= _LARGEST_FOR_PANDAS:
            contestants[PANDAS] = self._pandas
        best: dict[str, Child] = {}
        for turn in range(rounds):
            for what, run in contestants.items():
                self.tell(f"{self.size.name}, round {turn + 1} of {rounds}: {what}")
                child = run(data)
                if what not in best or child.cost.wall_s < best[what].cost.wall_s:
                    best[what] = child
        costs = {what: child.cost for what, child in best.items()}
        published = self.work / "night" / "latest"
        written = {file.name: file.stat().st_size for file in sorted(published.iterdir())}
        if "duckdb" in peers:
            costs[WRITING] = self._writing(published)
        notes = self._compare(data, has_pandas=PANDAS in costs)
        if "pandas" in peers and PANDAS not in costs:
            notes.append("pandas was not run: it holds all invoices in memory")
        return Measured(self.size, costs, _stages(best[NIGHT]), written, notes)

    def _run(self, *command: str, **environment: str) -> Child:
        return run_child(command, environment, self.tell)

    def _module(self, name: str, *arguments: object) -> Child:
        return self._run(sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments))

    def _empty(self, name: str) -> Path:
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _night(self, data: Path) -> Child:
        return self._run(
            *BILLSIGHT, "run", "--config", str(data / "billsight.toml"), "--as-of", AS_OF,
            BILLSIGHT_OUTPUT__FOLDER=str(self._empty("night")),
            BILLSIGHT_LIMITS__THREADS=str(self.limits.threads),
            BILLSIGHT_LIMITS__MEMORY_GB=str(self.limits.memory_gb),
        )  # fmt: skip

    def _floor(self, data: Path) -> Child:
        child = self._module("floor", "read", *vars(self.limits).values(), data, self._empty("floor"))
        shutil.rmtree(self.work / "floor")
        return child

    def _pandas(self, data: Path) -> Child:
        return self._module("pandas_run", data, self._empty("pandas"))

    def _writing(self, published: Path) -> Cost:
        self.tell(WRITING)
        child = self._module("floor", "write", *vars(self.limits).values(), published, self._empty("floor"))
        shutil.rmtree(self.work / "floor")
        return replace(child.cost, **json.loads(child.stdout))

    def _compare(self, data: Path, *, has_pandas: bool) -> list[str]:
        self.tell("comparing with the truth")
        unalike = self._unalike("night/latest", data, "state,primary_cause,causes")
        invoices = f"{self.size.invoices:,}"
        if unalike:
            message = f"{unalike:,} of {invoices} answers of the night differ from the truth"
            raise SystemExit(message)
        notes = [f"billsight: 0 of {invoices} answers (state, primary cause, all causes) differ from the truth"]
        if has_pandas:
            state, cause = (1 - self._unalike("pandas", data, one) / self.size.invoices for one in _OF_PANDAS)
            notes.append(f"pandas: {state:.2%} of the states and {cause:.2%} of the primary causes equal the truth")
        return notes

    def _unalike(self, name: str, data: Path, columns: str) -> int:
        answers = self.work / name / "invoices.parquet"
        child = self._module("truth", self.limits.memory_gb, columns, answers, data, self._empty("scratch"))
        return int(json.loads(child.stdout)["unalike"])


def _stages(night: Child) -> dict[str, float]:
    """Seconds of each stage, from what the command tells on a terminal."""
    begun = [(0.0, "starting Python")]
    begun += [(at, line.strip().removesuffix(STAGE)) for at, line in night.said if line.endswith(STAGE)]
    ends = [at for at, _ in begun[1:]] + [night.cost.wall_s]
    return {stage: end - at for (at, stage), end in zip(begun, ends, strict=True)}
