"""Copies of the register, made while it is in use: one for each state of it, the older ones thinned out."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.review.chain import ChainHead, Link, head_of
from etl.review.opened import RegisterError, opened

FOLDER: Final = "backups"
KEPT: Final = 30
"""So many of the newest copies stay; of the older ones the last of each month."""

_FOLDER_MODE: Final = 0o750
_MODE: Final = 0o640
_ASIDE: Final = ".register-"
_NAME: Final = re.compile(r"register-(\d{6})\d{2}T\d{6}Z-(\d+)-([0-9a-f]{12})\.sqlite")


@dataclass(frozen=True)
class Copy:
    """One copy of a register, verified.

    Attributes:
        links: the chain over what it holds.
    """

    path: Path
    links: Sequence[Link]

    @property
    def head(self) -> ChainHead:
        """The end of its chain."""
        return head_of(self.links)


def backups_folder(register: Path) -> Path:
    """Where the copies of a register lie."""
    return register.parent / FOLDER


def copies(folder: Path) -> list[Path]:
    """The copies in a folder, the newest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def back_up(register: Path, at: datetime, folder: Path | None = None) -> Path | None:
    """Copy the register as it is, while others may read and write it; then thin out the older copies.

    Args:
        register: the file.
        at: when, UTC; part of the name.
        folder: where; beside the register where not given.

    Returns:
        The copy; `None` if the register holds nothing. A copy of the same state is not made twice.

    Raises:
        RegisterError: the register is damaged.
        OSError: the copy cannot be written.
    """
    place = folder or backups_folder(register)
    if not register.exists():
        return None
    place.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _clear_leftovers(place)
    with _copied(register, place) as aside:
        head = verified(aside).head
        if not head.imports:
            return None
        file_name = f"{head.imports}-{head.digest[:12]}.sqlite"
        same = [path for path in copies(place) if path.name.endswith(f"-{file_name}")]
        if same:
            return same[0]
        target = place / f"register-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{file_name}"
        aside.replace(target)
    _thin_out(place)
    return target


def back_up_or_warn(register: Path, at: datetime) -> str | None:
    """As `back_up`, but an error becomes a warning: what was added is in the register already."""
    try:
        back_up(register, at)
    except RegisterError as error:
        reason = str(error)
    except OSError as error:
        reason = error.strerror or str(error)
    else:
        return None
    return f"No copy of the register could be made: {reason}"


def verified(path: Path) -> Copy:
    """A copy that is whole, with its chain.

    Raises:
        RegisterError: it is damaged, or no register.
    """
    if not path.is_file():
        raise RegisterError(path, "not there", "'billsight register verify' lists the copies.")
    with opened(path, ()) as register:
        return Copy(path, register.links)


def put_in_place(copy: Path, register: Path, at: datetime) -> Path | None:
    """Make a copy the register; what was in its place is moved aside, never removed.

    Returns:
        Where the old register is now; `None` if there was none.

    Raises:
        OSError: it cannot be written.
    """
    register.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    with _copied(copy, register.parent) as fresh:
        replaced = move_aside(register, at)
        fresh.replace(register)
    return replaced


def move_aside(path: Path, at: datetime) -> Path | None:
    """Rename a database, with what SQLite has beside it; `None` if it is not there.

    Raises:
        OSError: it cannot be renamed.
    """
    aside = path.with_name(f"{path.name}.replaced-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    for end in ("-wal", "-shm", ""):
        part = path.with_name(f"{path.name}{end}")
        if part.exists():
            part.rename(aside.with_name(f"{aside.name}{end}"))
    return aside if aside.exists() else None


def copy_database(source: Path, target: Path) -> Path:
    """Copy a database that may be in use; the copy appears whole or not at all.

    Raises:
        OSError: it cannot be copied.
    """
    with _copied(source, target.parent) as aside:
        aside.replace(target)
    return target


@contextmanager
def _copied(source: Path, folder: Path) -> Iterator[Path]:
    """A copy under a name of its own, to be renamed into place; what is not, goes, with the files that SQLite adds."""
    aside = folder / f"{_ASIDE}{secrets.token_hex(4)}"
    try:
        _copy(source, aside)
        yield aside
    finally:
        for path in folder.glob(f"{aside.name}*"):
            path.unlink()


def _copy(source: Path, target: Path) -> None:
    """Page by page, whole at one moment, for the owner and the group alone."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True)) as one,
            closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)
            other.execute("pragma journal_mode = delete")
    except sqlite3.Error as error:
        raise OSError(None, f"SQLite could not copy it: {error}", str(target)) from None
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _thin_out(folder: Path) -> None:
    months = set()
    for path in copies(folder)[KEPT:]:
        month = path.name[len("register-") :][:6]
        if month in months:
            path.unlink()
        months.add(month)


def _clear_leftovers(folder: Path) -> None:
    """What a process that was killed left half copied; one that is copying at this moment tries again later."""
    for path in folder.glob(f"{_ASIDE}*"):
        path.unlink(missing_ok=True)
