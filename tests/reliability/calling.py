"""How the tests of reliability call the command: as cron does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support import provider_runs
from tests.support.command_results import Ended

AS_OF = "2026-11-22T02:00:00Z"
NIGHT = ("run", "--config", "billsight.toml", "--as-of", AS_OF)
_MOST_SECONDS = 120


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The test's own, with this checkout first, and as many threads as the machine gives."""
    own = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    return {**own, "PYTHONPATH": str(provider_runs.ROOT), "BILLSIGHT_LIMITS__THREADS": "2", **(more or {})}


def begun(
    folder: Path, *words: str, program: tuple[str, ...] = ("-m", "etl"), more: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """The command, begun in that folder, with more in its environment."""
    return subprocess.Popen(
        [sys.executable, *program, *words], cwd=folder, env=environment(more), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def called(folder: Path, *words: str, **how: Any) -> Ended:
    """The command, run to its end in that folder; how as for `begun`."""
    with begun(folder, *words, **how) as child:
        out, err = child.communicate(timeout=_MOST_SECONDS)
    return Ended(child.returncode, out, err)


def records(log: Path) -> list[dict[str, Any]]:
    """What a run wrote into its log; a line that a kill cut off is left out."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def stages(log: Path) -> list[str]:
    """The stages that a run has begun so far."""
    return [stage_of(record) for record in records(log) if record["event"] == "stage"]


def stage_of(record: dict[str, Any]) -> str:
    """A stage by its key, and by the relation that it reads."""
    return " ".join(record[key] for key in ("stage", "relation") if key in record)


def wait_for(child: subprocess.Popen[str], folder: Path, run_id: str, stage: str) -> None:
    """Until the run has begun a stage."""
    log, deadline = folder / "out" / "logs" / f"{run_id}.jsonl", time.monotonic() + _MOST_SECONDS
    while child.poll() is None and not any(name.startswith(stage) for name in stages(log)):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert child.poll() is None, child.communicate()


def hidden(folder: Path) -> list[str]:
    """What a run may leave half made."""
    places = ("out", "out/runs", "state", "inbox", "inbox/done")
    names = [path.name for place in places for path in (folder / place).glob(".*")]
    return sorted(name for name in names if name != ".lock")
