"""Judging many inputs, one after the other, and keeping count; as `python -m tests.fuzz.judging`, a worker."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.laws import Fuzz
from tests.fuzz.shapes import shapes
from tests.support import provider_runs

SLOW_SECONDS = 5.0
_REPORT_EVERY = 200


@dataclass
class Tally:
    """What came of the inputs so far.

    Attributes:
        slowest: seconds and number of the input.
        failures: numbers of inputs, and what went wrong.
    """

    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take over what another one counted."""
        self.count += other.count
        self.outcomes.update(other.outcomes)
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures

    @classmethod
    def of(cls, line: str) -> Tally:
        """The tally that a worker wrote."""
        told = json.loads(line)
        failures = [(number, why) for number, why in told["failures"]]
        return cls(told["count"], Counter(told["outcomes"]), tuple(told["slowest"]), failures)


def prepared(folder: Path) -> Path:
    """A folder with the fixtures after one run, from which the samples are taken."""
    provider_runs.copied(folder / "night")
    provider_runs.run(folder / "night", "night-1")
    shapes(folder)
    return folder


def judge_all(samples: Path, seed: int, numbers: range, at: Path | None = None) -> Iterator[Tally]:
    """Judge inputs one after the other; give out what was counted every so often.

    Args:
        samples: a folder made by `prepared`.
        seed: of all inputs.
        numbers: which of them.
        at: file that says which one is being judged.
    """
    with tempfile.TemporaryDirectory(prefix="billsight-fuzz-") as folder:
        fuzz, tally = Fuzz(Path(folder), samples, seed), Tally()
        for number in numbers:
            if at is not None:
                at.write_text(str(number), encoding="ascii")
            _judge_one(fuzz, number, tally)
            if tally.count >= _REPORT_EVERY:
                yield tally
                tally = Tally()
        yield tally


def _judge_one(fuzz: Fuzz, number: int, tally: Tally) -> None:
    begun = time.perf_counter()
    try:
        one, chance = fuzz.input(number)
        tally.outcomes[fuzz.judge(one, chance)] += 1
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 whatever it is, it is what we look for; a reader's panic is no Exception
        tally.failures.append((number, traceback.format_exc()))
    seconds = time.perf_counter() - begun
    if seconds > SLOW_SECONDS:
        tally.failures.append((number, f"took {seconds:.1f} seconds"))
    tally.count += 1
    tally.slowest = max(tally.slowest, (seconds, number))


def main() -> None:
    """A worker: what to judge comes as arguments, what was counted goes to the standard output line by line."""
    samples, at, seed, start, stop, step = sys.argv[1:]
    for tally in judge_all(Path(samples), int(seed), range(int(start), int(stop), int(step)), Path(at)):
        sys.stdout.write(json.dumps(vars(tally)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    # what a reader's panic writes is in the traceback already
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    main()
