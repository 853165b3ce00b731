"""Publication, whole or not at all: a work folder next to the final one, then one rename and one swap of `latest`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from etl.domain import LATEST, RUNS, is_run_id
from etl.errors import OutputError, RunLockedError
from etl.files import FILE_MODE, FOLDER_MODE, make_folder, output_errors, settle, sync
from etl.limits import note_leftover
from etl.signals import at_stop, set_stop_message, unstoppable

_LOCK, _HOLDER = ".lock", ".lock-holder.json"
_WORK, _LINK = ".tmp-", ".latest-"
PRUNED: Final = ".pruned-"
"""How the folder begins that holds what is being pruned from a run."""
_DROPPED: Final = "-dropped"


@dataclass(frozen=True)
class OutputLock:
    """Proof of the lock on an output folder, without which nothing can be published.

    Attributes:
        out: the output folder.
        run_id: the run that holds the lock.
    """

    out: Path
    run_id: str


@contextmanager
def lock(out: Path, run_id: str) -> Iterator[OutputLock]:
    """Hold the output folder for one run, and clear what crashed runs left in it.

    Args:
        out: the output folder; made when missing.
        run_id: the run, for those who find the folder locked.

    Raises:
        RunLockedError: another run holds it; the message names its process and its run.
        OutputError: the folder cannot be written.
    """
    with output_errors(out):
        make_folder(out)
        lock_file = FileLock(out / _LOCK, blocking=False, mode=FILE_MODE, fallback_to_soft=False)
        try:
            lock_file.acquire()
        except Timeout:
            raise RunLockedError(out / _LOCK, _holder(out)) from None
    try:
        note_leftover(out / _HOLDER)
        with at_stop(lambda _: (out / _HOLDER).unlink(missing_ok=True)):
            with output_errors(out):
                _write(out / _HOLDER, json.dumps({"pid": os.getpid(), "run_id": run_id}) + "\n")
                _clear_leftovers(out)
            yield OutputLock(out, run_id)
    finally:
        with suppress(OSError):
            (out / _HOLDER).unlink()
        lock_file.release()


class Publication:
    """The files of one run, invisible until `publish`.

    Used as a context: what is not published by its end is removed, and nothing visible has changed.

    Args:
        held: the lock on the output folder.
    """

    def __init__(self, output_lock: OutputLock) -> None:
        self._out = output_lock.out
        self._runs = output_lock.out / RUNS
        self._final = self._runs / output_lock.run_id
        self._is_published = False
        self.folder = self._runs / f"{_WORK}{output_lock.run_id}"
        if not is_run_id(output_lock.run_id):
            message = f"{output_lock.run_id!r} cannot be the name of a folder. Choose another run id."
            raise OutputError(message)
        with output_errors(self.folder):
            make_folder(self._runs)
            self._refuse_existing()
            note_leftover(self.folder)
            self.folder.mkdir(mode=FOLDER_MODE)
            self.folder.chmod(FOLDER_MODE)
        self._stopping = ExitStack()

    def __enter__(self) -> Self:
        self._stopping.enter_context(at_stop(lambda _: self._remove()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stopping:
            if not self._is_published:
                self._remove()

    def path(self, name: str) -> Path:
        """The path of a file of the run, for writers that open it themselves."""
        return self.folder / name

    def write(self, name: str, content: bytes | str) -> Path:
        """Write one file, which must not be there yet."""
        path = self.path(name)
        with output_errors(path):
            make_folder(path.parent)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                file.write(content.encode() if isinstance(content, str) else content)
        return path

    def publish(self) -> Path:
        """Make the run visible, and `latest` point to it.

        Every file is on the disk before the folder gets its name, and the folder has its name before `latest`
        points to it: whoever looks, at any moment, sees a whole run.

        Returns:
            The published folder.

        Raises:
            OutputError: something could not be written; the last report stays.
        """
        with output_errors(self._final):
            for folder, _, names in os.walk(self.folder, topdown=False):
                for name in names:
                    settle(Path(folder) / name, FILE_MODE)
                settle(Path(folder), FOLDER_MODE)
            self._refuse_existing()
            with unstoppable():
                self._show()
        with suppress(OSError):
            sync(self._out)
        return self._final

    def _show(self) -> None:
        self.folder.rename(self._final)
        try:
            sync(self._runs)
            self._point_latest()
        except BaseException:
            # whatever comes after the swap: what is visible by then must stay
            if not self._is_latest():
                self._final.rename(self.folder)
            raise
        self._is_published = True
        set_stop_message(f"The report was published before that: {self._final / 'report.html'}")

    def _remove(self) -> None:
        """Remove an unpublished folder; renamed first, so that nothing still at work adds to it."""
        dropped = self.folder.with_name(f"{self.folder.name}{_DROPPED}")
        with suppress(OSError):
            self.folder.rename(dropped)
        shutil.rmtree(dropped, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _refuse_existing(self) -> None:
        if self._final.exists():
            message = f"{self._final} is there already: a run is never overwritten. Choose another run id."
            raise OutputError(message)

    def _is_latest(self) -> bool:
        latest = self._out / LATEST
        return latest.is_symlink() and latest.readlink().name == self._final.name

    def _point_latest(self) -> None:
        link = self._out / f"{_LINK}{self._final.name}"
        link.unlink(missing_ok=True)
        link.symlink_to(Path(RUNS) / self._final.name, target_is_directory=True)
        try:
            link.replace(self._out / LATEST)
        except OSError:
            link.unlink(missing_ok=True)
            raise


def _holder(out: Path) -> str:
    """The holder of the lock, as written down by itself."""
    try:
        found = json.loads((out / _HOLDER).read_text(encoding="utf-8"))
        return f"process {found['pid']}, run {found['run_id']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that is just starting or ending"


def _clear_leftovers(out: Path) -> None:
    """Remove the unfinished files of crashed runs; safe only under the lock."""
    for folder in sorted([*(out / RUNS).glob(f"{_WORK}*"), *(out / RUNS).glob(f"{PRUNED}*")]):
        shutil.rmtree(folder, ignore_errors=True)
    for link in sorted(out.glob(f"{_LINK}*")):
        link.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(FILE_MODE)
