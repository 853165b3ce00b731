"""Files and folders: their modes, atomic writes, and the errors of the operating system in the user's words."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from etl.errors import FULL_DISK, BillsightError, OutputError, tells_of_full_disk

FILE_MODE: Final = 0o640
FOLDER_MODE: Final = 0o750
_NEXT_TO_NOTHING: Final = 1_000_000
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_ASIDE: Final = ".new"
_ABANDONED: Final = 3600.0
"""Seconds after which what a killed run left beside the file is removed."""


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Write a temporary file, give it its mode, and put it in its place by one rename.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    clear_abandoned(path)
    # beside the file, for a rename is whole only within one file system
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_ASIDE, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(aside).unlink()
        raise


def clear_abandoned(path: Path, seconds: float = _ABANDONED) -> None:
    """Remove what killed runs left next to a file, once it is this old; another run may be writing now."""
    for aside in path.parent.glob(f".{path.name}.*{_ASIDE}"):
        with suppress(OSError):
            if aside.stat().st_mtime <= time.time() - seconds:
                aside.unlink()


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn errors of the operating system into errors that say what the user can do.

    Args:
        path: what was being written.

    Raises:
        OutputError: for any operating system error; and for any other that a library makes of a full disk.
    """
    try:
        yield
    except OSError as error:
        raise _cannot_write(error, path) from error
    except BillsightError:
        raise
    except Exception as error:
        if not _is_full(path, str(error)):
            raise
        raise _cannot_write(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), path) from error


def _is_full(path: Path, said: str) -> bool:
    """True if nothing more can be written there, whatever the error says."""
    if tells_of_full_disk(said):
        return True
    place = next(filter(Path.exists, (path, *path.parents)))
    return shutil.disk_usage(place).free < _NEXT_TO_NOTHING


def _cannot_write(error: OSError, path: Path) -> OutputError:
    place = error.filename or path
    if error.errno in FULL_DISK:
        advice = "The disk is full: free some space, or choose another output folder."
    elif error.errno in _FORBIDDEN:
        advice = "Writing is not allowed there: give this user the right, or choose another output folder."
    else:
        advice = "Fix that, or choose another output folder."
    reason = error.strerror or str(error)
    return OutputError(f"{place} could not be written ({reason}); the last report stays. {advice}")


def make_folder(folder: Path) -> None:
    """Make a folder and its parents; the mode of one that is there already is its owner's business."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)


def settle(path: Path, mode: int) -> None:
    """Give a file or folder its mode and wait until the disk has it."""
    path.chmod(mode)
    sync(path)


def sync(path: Path) -> None:
    """Wait until the disk has a file or folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_to_all(path: Path, words: str, wanted: str = "0640") -> str | None:
    """The problem of a private file's mode; None if it has none, or if the file is missing.

    Args:
        path: the file.
        words: what it holds.
        wanted: the mode that it should have.
    """
    if os.name != "posix" or not _mode(path) & stat.S_IRWXO:
        return None
    return f"{path} holds {words}, and everybody on this machine may open it: chmod {wanted} {path}"


def writable_by_all(path: Path, words: str) -> str | None:
    """The problem of the mode of a file or folder that everybody may read, but not write; None if it has none."""
    mode = _mode(path)
    is_shared = bool(mode & stat.S_ISVTX)  # as /tmp: everybody may add files, and nobody may replace those of others
    if os.name != "posix" or not mode & stat.S_IWOTH or is_shared:
        return None
    return f"{path} holds {words}, and everybody on this machine may change it: chmod o-w {path}"


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
