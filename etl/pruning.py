"""Old runs shrink to their numbers: reports, answers and logs go, `summary.json` and `manifest.json` stay."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from etl.config import Settings
from etl.decision_files import decided_on
from etl.domain import instant
from etl.errors import BillsightError, ExitCode
from etl.inbox import waiting
from etl.logs import LOGS, began_at
from etl.manifest import KEPT
from etl.publish import FOLDER_MODE, LATEST, PRUNED, RUNS, Held, told
from etl.review.decisions import ApprovalRefused
from etl.selfcheck import MANIFEST


class NotPruned(BillsightError):
    """It cannot be known what may go, so everything stays."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"Nothing was pruned: {file} waits in the inbox, and on which run it was decided cannot be read ({why})."
            " Move it away, or let a night take it."
        )


@dataclass(frozen=True)
class Pruned:
    """What was pruned, or would be.

    Attributes:
        runs: the runs of which only the numbers are left, oldest first.
        logs: names of the logs that are gone.
        freed: their bytes.
        trouble: why nothing, or not everything, was pruned; null where all went well.
    """

    runs: Sequence[str] = ()
    logs: Sequence[str] = ()
    freed: int = 0
    trouble: str | None = None

    def __str__(self) -> str:
        return f"{self.trouble} " if self.trouble else ""


def prune(held: Held, settings: Settings, at: datetime, *, is_dry: bool = False) -> Pruned:
    """Remove what is older than `[retention] days`, by the clock of each run.

    What stays whatever its age: the run that `latest` names, those that a file in the inbox was decided on, folders
    that are no runs, files that no run wrote. Links are never followed. A kill in between leaves numbers and
    manifests untouched, and what is left over to the next run.

    Args:
        held: the lock on the output folder.
        settings: the configuration.
        at: now; by the clock of the night where one prunes.
        is_dry: only say what would go.

    Raises:
        NotPruned: a file in the inbox cannot be read.
        OutputError: something could not be removed.
    """
    spared = _spared(settings, held)
    limit = at - timedelta(days=settings.retention.days)
    old = [(as_of, folder) for as_of, folder in _runs(held.out) if as_of < limit and folder.name not in spared]
    doomed = {folder: names for _, folder in sorted(old) if (names := sorted(_doomed(folder)))}
    logs = [log for log in _logs(held.out) if log.stem not in spared and began_at(log) < limit]
    freed = sum(_bytes(folder / name) for folder, names in doomed.items() for name in names) + sum(map(_bytes, logs))
    if not is_dry:
        for folder, names in doomed.items():
            with told(folder):
                _remove(folder, names)
        for log in logs:
            with told(log):
                log.unlink(missing_ok=True)
    return Pruned([folder.name for folder in doomed], [log.name for log in logs], freed)


def prune_after_night(held: Held, settings: Settings, at: datetime) -> Pruned:
    """As `prune`, but what goes wrong is told and not raised: the night is published already."""
    try:
        return prune(held, settings, at)
    except BillsightError as error:
        return Pruned(trouble=str(error))
    except Exception as error:  # noqa: BLE001 the night is complete, whatever this may be
        return Pruned(trouble=f"Old runs could not be pruned ({type(error).__name__}: {error}).")


def _spared(settings: Settings, held: Held) -> set[str]:
    latest = held.out / LATEST
    spared = {held.run_id} | ({latest.readlink().name} if latest.is_symlink() else set())
    try:
        files = waiting(settings.inbox_path)
    except OSError as error:
        raise NotPruned(settings.inbox_path, error.strerror or str(error)) from None
    for file in files:
        try:
            spared |= decided_on(file)
        except ApprovalRefused as error:
            raise NotPruned(file, error.problem.found) from None
        except Exception as error:  # noqa: BLE001 what cannot be read may have been decided on any run
            raise NotPruned(file, type(error).__name__) from None
    return spared


def _runs(out: Path) -> Iterator[tuple[datetime, Path]]:
    """Published runs, each with the instant it was judged at."""
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
    """What the night wrote there, but for what stays; nothing that anybody else put beside it."""
    outputs = _manifest(folder).get("outputs")
    if not isinstance(outputs, list):
        return set()
    named = [entry["name"] for entry in outputs if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    parts = {path.parts[0] for path in map(PurePosixPath, named) if path.parts and not path.is_absolute()}
    return {name for name in parts - KEPT - {".."} if (folder / name).is_symlink() or (folder / name).exists()}


def _remove(folder: Path, names: Sequence[str]) -> None:
    """Rename everything aside, which takes no time, then delete it, which may."""
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
    """What the manifest of a run says; nothing where it is not there or spoilt."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
