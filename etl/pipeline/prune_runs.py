"""Pruning removes reports, answers and logs of old runs; `summary.json` and `manifest.json` stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from etl.config import Settings
from etl.domain import LATEST, MANIFEST, RUNS, instant
from etl.errors import BillsightError, ExitCode
from etl.files import FOLDER_MODE, output_errors
from etl.publish.manifest import KEPT
from etl.publish.publication import PRUNED, OutputLock
from etl.publish.run_log import LOGS, began_at
from etl.review.decision_file import DecisionFileError
from etl.review.inbox import waiting
from etl.review.read_decision_file import decided_on


class PruneBlockedError(BillsightError):
    """The runs that must be kept are not known, so nothing is pruned."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"Nothing was pruned: {file} is in the inbox, and its run cannot be read ({why})."
            " Take the file out of the inbox, or import it with the next run."
        )


@dataclass(frozen=True)
class Pruned:
    """The result of a pruning, or of its dry run.

    Attributes:
        runs: the pruned runs, oldest first.
        logs: names of the removed logs.
        freed: their bytes.
        held_back: number of old runs and logs that stay until the next pruning.
        trouble: why nothing, or not everything, was pruned; `None` if there was no error.
    """

    runs: Sequence[str] = ()
    logs: Sequence[str] = ()
    freed: int = 0
    held_back: int = 0
    trouble: str | None = None

    def __str__(self) -> str:
        held_back = (
            f"{self.held_back} more old runs and logs stay until the next pruning:"
            " at most half are removed at once, in case the clock is wrong. "
        )
        return (f"{self.trouble} " if self.trouble else "") + (held_back if self.held_back else "")


def prune(lock: OutputLock, settings: Settings, at: datetime, *, is_dry: bool = False) -> Pruned:
    """Remove reports, answers and logs older than `[retention] days`, by the clock of each run.

    Kept at any age: the run that `latest` names, runs that a file in the inbox was decided on, folders that are not
    runs, files that no run wrote. At most half of the runs, and half of the logs, are removed at once, in case the
    clock is wrong. Links are never followed. If the process is killed, numbers and manifests are intact, and the next
    run removes the rest.

    Args:
        lock: the lock on the output folder.
        settings: the configuration.
        at: now, or the instant of the run that prunes.
        is_dry: only report what would be removed.

    Raises:
        PruneBlockedError: a file in the inbox cannot be read.
        OutputError: something could not be removed.
    """
    spared = _spared(settings, lock)
    limit = at - timedelta(days=settings.retention.days)
    whole = [(as_of, folder, names) for as_of, folder in sorted(_runs(lock.out)) if (names := sorted(_doomed(folder)))]
    old = [(folder, names) for as_of, folder, names in whole if as_of < limit and folder.name not in spared]
    doomed = dict(old[: _most(whole)])

    begun = sorted((began_at(log), log) for log in _logs(lock.out))
    old_logs = [log for at_, log in begun if log.stem not in spared and at_ < limit]
    logs = old_logs[: _most(begun)]

    freed = sum(_bytes(folder / name) for folder, names in doomed.items() for name in names) + sum(map(_bytes, logs))
    if not is_dry:
        for folder, names in doomed.items():
            with output_errors(folder):
                _remove(folder, names)
        for log in logs:
            with output_errors(log):
                log.unlink(missing_ok=True)

    held_back = len(old) - len(doomed) + len(old_logs) - len(logs)
    return Pruned([folder.name for folder in doomed], [log.name for log in logs], freed, held_back)


def _most(items: Sequence[object]) -> int:
    """The most that may be removed at once."""
    return max(1, len(items) // 2)


def prune_after_run(lock: OutputLock, settings: Settings, at: datetime) -> Pruned:
    """As `prune`, but an error becomes a message: the run is already published."""
    try:
        return prune(lock, settings, at)
    except BillsightError as error:
        return Pruned(trouble=str(error))
    except Exception as error:  # noqa: BLE001 the run is complete in any case
        return Pruned(trouble=f"Old runs could not be pruned ({type(error).__name__}: {error}).")


def _spared(settings: Settings, lock: OutputLock) -> set[str]:
    latest = lock.out / LATEST
    spared = {lock.run_id} | ({latest.readlink().name} if latest.is_symlink() else set())
    try:
        files = waiting(settings.inbox_path)
    except OSError as error:
        raise PruneBlockedError(settings.inbox_path, error.strerror or str(error)) from None
    for file in files:
        try:
            spared |= decided_on(file)
        except DecisionFileError as error:
            raise PruneBlockedError(file, error.problem.found) from None
        except Exception as error:  # noqa: BLE001 an unreadable file may depend on any run
            raise PruneBlockedError(file, type(error).__name__) from None
    return spared


def _runs(out: Path) -> Iterator[tuple[datetime, Path]]:
    """Published runs, each with its instant."""
    folders = (out / RUNS).iterdir() if (out / RUNS).is_dir() else ()
    for folder in folders:
        if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            continue
        try:
            as_of = instant(str(_manifest(folder).get("as_of_at")))
        except ValueError:
            continue
        yield as_of, folder


def _doomed(folder: Path) -> set[str]:
    """The files that the run wrote there and that do not stay; no other files."""
    outputs = _manifest(folder).get("outputs")
    if not isinstance(outputs, list):
        return set()
    named = [entry["name"] for entry in outputs if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    parts = {path.parts[0] for path in map(PurePosixPath, named) if path.parts and not path.is_absolute()}
    return {name for name in parts - KEPT - {".."} if (folder / name).is_symlink() or (folder / name).exists()}


def _remove(folder: Path, names: Sequence[str]) -> None:
    """Rename the files first, which is quick, then delete them, which may be slow."""
    aside = folder.with_name(f"{PRUNED}{folder.name}")
    aside.mkdir(mode=FOLDER_MODE, exist_ok=True)
    for name in names:
        (folder / name).rename(aside / name)
    shutil.rmtree(aside)


def _logs(out: Path) -> list[Path]:
    folder = out / LOGS
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*.jsonl") if path.is_file() and not path.is_symlink())


def _bytes(path: Path) -> int:
    inner = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    return path.lstat().st_size + sum(one.lstat().st_size for one in inner)


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run; empty if it is missing or damaged."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
