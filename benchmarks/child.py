"""Run one child process and tell what it cost: wall time, processor time, peak memory, and when it said what."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
BILLSIGHT: Final = (sys.executable, "-c", "from etl.cli import main; main()")
STAGE: Final = " ..."
"""How a line ends that tells a stage."""

_PEAK_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_MOST_LINES: Final = 30


@dataclass(frozen=True)
class Cost:
    """What a process took; peak is resident memory."""

    wall_s: float
    cpu_s: float
    peak_gb: float


@dataclass(frozen=True)
class Child:
    """A process that ended well.

    Attributes:
        said: seconds since its start, and the line it wrote to its terminal then.
    """

    cost: Cost
    said: tuple[tuple[float, str], ...]
    stdout: str


def run_child(command: tuple[str, ...], environment: Mapping[str, str], tell: Callable[[str], None]) -> Child:
    """Run a command from the root of the checkout, its stderr a terminal, so that it tells its stages.

    A new process inherits the peak memory of the one that starts it: this one imports no engine, and stays small.

    Args:
        command: program and arguments.
        environment: beside this process's own.
        tell: is told each stage as it begins.

    Raises:
        SystemExit: the command failed; its last lines are in the message.
    """
    terminal, its_end = pty.openpty()
    with tempfile.TemporaryFile("w+") as stdout:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment},
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=its_end,
        )  # fmt: skip
        os.close(its_end)
        said = []
        for line in _lines(terminal):
            said.append((time.perf_counter() - started, line))
            if line.endswith(STAGE):
                tell(line.strip())
        _, status, usage = os.wait4(process.pid, 0)
        cost = Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _PEAK_UNIT / 1e9)
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        if process.returncode:
            last = "\n".join(line for _, line in said[-_MOST_LINES:])
            message = f"{' '.join(command)} ended with {process.returncode}:\n{last}"
            raise SystemExit(message)
        return Child(cost, tuple(said), stdout.read())


def _lines(terminal: int) -> Iterator[str]:
    with os.fdopen(terminal, "rb") as stream:
        try:
            for line in stream:
                yield line.decode(errors="replace").rstrip()
        except OSError:  # how Linux says that the other end of a terminal is closed
            return


def answer(result: Mapping[str, Any]) -> None:
    """End a child with a result for its parent, without the interpreter's exit: DuckDB 2.0 prints leaks there."""
    print(json.dumps(result))
    sys.stdout.flush()
    os._exit(0)
