"""`python -m tests.fuzz`: judge many malformed inputs and say what came of them.

Workers are processes of their own: one that dies, or is silent for too long, is reported with the input that did it.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.judging import Tally, prepared
from tests.fuzz.laws import Fuzz

SILENT_SECONDS = 90.0
KEPT = Path("fuzz-failures")
_ALIKE = 60


@dataclass
class Worker:
    """A process and the input it is at.

    Attributes:
        at: file in which it says that.
        heard: when it last said anything.
    """

    process: subprocess.Popen[str]
    at: Path
    heard: float = field(default_factory=time.monotonic)

    @property
    def number(self) -> int | None:
        """The input that it judges; null where it has not begun."""
        return int(self.at.read_text(encoding="ascii")) if self.at.exists() else None


class Crew:
    """The workers, each with every n-th input."""

    def __init__(self, options: argparse.Namespace, samples: Path, scratch: Path) -> None:
        self.options, self.samples, self.scratch = options, samples, scratch
        self.tally = Tally()
        self.awaited = selectors.DefaultSelector()

    def work(self) -> Tally:
        """Judge all inputs, or as many as there is time for."""
        ends = time.monotonic() + self.options.seconds
        for worker in range(self.options.workers):
            self._start(self.options.start + worker)
        while self.awaited.get_map() and time.monotonic() < ends:
            for key, _ in self.awaited.select(timeout=1):
                self._hear(key.data)
            for key in list(self.awaited.get_map().values()):
                if time.monotonic() - key.data.heard > SILENT_SECONDS:
                    key.data.process.kill()
        for key in list(self.awaited.get_map().values()):
            self._end(key.data)
        return self.tally

    def _start(self, first: int) -> None:
        options, at = self.options, self.scratch / f"at-{first}"
        last = options.start + options.inputs
        if first >= last:
            return
        told = [str(part) for part in (self.samples, at, options.seed, first, last, options.workers)]
        command = [sys.executable, "-m", "tests.fuzz.judging", *told]
        # small frames are read quicker by one thread
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"POLARS_MAX_THREADS": "1"}
        )
        self.awaited.register(process.stdout, selectors.EVENT_READ, Worker(process, at))

    def _hear(self, worker: Worker) -> None:
        worker.heard = time.monotonic()
        line = worker.process.stdout.readline() if worker.process.stdout else ""
        if line:
            self.tally.add(Tally.of(line))
            return
        code = self._end(worker)
        if code != 0:
            number = worker.number
            if number is None:
                message = f"a worker ended before its first input ({code})"
                raise RuntimeError(message)
            self.tally.failures.append((number, f"the process ended, or was silent for too long ({code})"))
            self._start(number + self.options.workers)

    def _end(self, worker: Worker) -> int:
        self.awaited.unregister(worker.process.stdout)
        if worker.process.stdout:
            worker.process.stdout.close()
        if worker.process.poll() is None:
            try:
                worker.process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                worker.process.kill()
        return worker.process.wait()


def _told(tally: Tally, options: argparse.Namespace, seconds: float) -> list[str]:
    slow, number = tally.slowest
    rate = tally.count / max(seconds, 0.001)
    return [
        f"{tally.count:,} inputs in {seconds:.0f} s, {rate:.0f} a second (seed {options.seed})",
        f"distinct outcomes: {len(tally.outcomes):,}; slowest: input {number}, {slow:.2f} s",
        f"failures: {len(tally.failures)}",
        *(f"  {count:>7,}  {outcome[:150]}" for outcome, count in tally.outcomes.most_common(options.show)),
    ]


def _kept(tally: Tally, options: argparse.Namespace, samples: Path, scratch: Path) -> list[str]:
    """Write the inputs that broke a law, one of each kind, and say how to see it again."""
    fuzz, lines, seen = Fuzz(scratch, samples, options.seed), [], set()
    KEPT.mkdir(exist_ok=True)
    for number, why in tally.failures:
        last = why.strip().splitlines()[-1]
        if last[:_ALIKE] in seen:
            continue
        seen.add(last[:_ALIKE])
        one, _ = fuzz.input(number)
        kept = KEPT / f"{options.seed}-{number}-{one.name}"
        kept.write_bytes(one.data)
        again = f"python -m tests.fuzz --seed {options.seed} --start {number} --inputs 1 --workers 1 --trace"
        lines += [f"FAILED: {again}", f"  {kept}: {one.shape.relation} {one.source} {json.dumps(one.told)}"]
        lines.append(why if options.trace else f"  {last[:600]}")
    return lines


def main() -> int:
    """Read the options, judge, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3_600, help="most seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=10, help="most frequent outcomes to show")
    parser.add_argument("--trace", action="store_true", help="show whole tracebacks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="billsight-fuzz-") as folder:
        scratch = Path(folder)
        samples, begun = prepared(scratch / "samples"), time.monotonic()
        tally = Crew(options, samples, scratch).work()
        lines = _told(tally, options, time.monotonic() - begun)
        lines += _kept(tally, options, samples, scratch) if tally.failures else []
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
