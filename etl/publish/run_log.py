"""The log of a run: JSON lines, written during the run, so that a failed run leaves one too.

Names of stages, seconds, ids, counts and codes; never a name, an address or an amount, and so never an error's text.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from etl.domain import Run, RunStage, instant, is_run_id
from etl.errors import BillsightError, ExitCode
from etl.files import FILE_MODE, make_folder
from etl.signals import at_stop

LOGS: Final = "logs"
_SUFFIX: Final = ".jsonl"

Count = int | float | str | Mapping[str, Any]


class Log:
    """The log of one run. A failed write never ends the run: the record is lost."""

    def __init__(self, path: Path | None, run_id: str) -> None:
        self.path = path
        self._run_id = run_id
        self._began = self._stage_began = time.monotonic()
        self._stage: dict[str, Count] = {}
        self._is_ended = False

    def stage(self, stage: RunStage, relation: str | None = None) -> None:
        """Begin a stage, or its part for one relation, and end the one before it."""
        self._end_stage()
        self._stage = {"stage": str(stage), **({} if relation is None else {"relation": relation})}
        self._stage_began = time.monotonic()
        self.write("stage", **self._stage)

    def write(self, event: str, **counts: Count) -> None:
        """Add one record: ids and counts only."""
        if self.path is None:
            return
        record = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "run_id": self._run_id, "event": event}
        line = json.dumps({**record, **counts}, ensure_ascii=True) + "\n"
        with suppress(OSError):
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)

    def end(self, exit_code: int, error: str | None = None) -> None:
        """Write the last record: the end of the run."""
        if self._is_ended:
            return
        self._is_ended = True
        self._end_stage()
        why: dict[str, Count] = {} if error is None else {"error": error}
        self.write("end", seconds=_seconds(self._began), exit_code=int(exit_code), **why)

    def _end_stage(self) -> None:
        if self._stage:
            self.write("done", **self._stage, seconds=_seconds(self._stage_began))
        self._stage = {}


@contextmanager
def logged(out: Path, run: Run) -> Iterator[Log]:
    """The log of a run, `logs/<run_id>.jsonl` in the output folder; its last record is the end of the run.

    The caller ends a successful run with `end` and its code; an error or a signal ends it by itself.

    Args:
        out: the output folder; made when missing.
        run: the run.
    """
    log = Log(_path(out, run.run_id), run.run_id)
    log.write("begin", as_of_at=run.as_of.astimezone(UTC).isoformat(), pid=os.getpid())
    with at_stop(log.end):
        try:
            yield log
        except BaseException as error:
            code = error.exit_code if isinstance(error, BillsightError) else ExitCode.BUG
            log.end(code, type(error).__name__)
            raise


def began_at(log: Path) -> datetime:
    """The instant of the run of a log; the time of its last write if the log does not say.

    Raises:
        OSError: it is gone.
    """
    try:
        with log.open(encoding="utf-8") as lines:
            return instant(json.loads(lines.readline())["as_of_at"])
    except (ValueError, KeyError, TypeError):
        return datetime.fromtimestamp(log.stat().st_mtime, UTC)


def _path(out: Path, run_id: str) -> Path | None:
    """The path of the log; None if it cannot be written, which the run itself will report."""
    folder = out / LOGS
    if not is_run_id(run_id):
        return None
    try:
        make_folder(out)
        make_folder(folder)
    except OSError:
        return None
    return folder / f"{run_id}{_SUFFIX}"


def _seconds(since: float) -> float:
    return round(time.monotonic() - since, 3)
