"""A register is opened in one place: whole, chained, and known to every witness, or refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.errors import BillsightError, ExitCode
from etl.review.chain import Link, Witness, is_stored, links_of, objection
from etl.review.marker import Marker, MarkerError, marker_path, read_marker
from etl.review.register_schema import CHAINED, SCHEMA_VERSION, fault, raise_version

RESTORE: Final = (
    "Restore it: billsight register restore. To begin again without its decisions, on purpose: billsight register init."
)
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_ROOM: Final = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip
_PRIMARY: Final = 0xFF
"""The part of SQLite's error codes that names the kind; the rest is detail."""


class RegisterError(BillsightError):
    """The register cannot be read, or does not accept what was to be added; nothing was changed."""

    exit_code = ExitCode.REFUSED

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        self.why, self.remedy = why, remedy
        super().__init__(f"{path}: {why}. Nothing was changed. {remedy}")


@dataclass(frozen=True)
class Opened:
    """A register in a transaction of its own.

    Attributes:
        version: of its tables; 0 for a file that holds nothing.
        links: the chain over what it holds, which every witness knows.
    """

    connection: sqlite3.Connection
    version: int
    links: Sequence[Link]


def marker_of(path: Path) -> Marker | None:
    """The marker beside a register.

    Raises:
        RegisterError: there is one, and it cannot be read.
    """
    try:
        return read_marker(path)
    except MarkerError:
        why = f"the marker {marker_path(path).name} next to it is damaged"
        compared = "the register is then compared with the last run and the history"
        remedy = f"Rename {marker_path(path)} and run 'billsight register verify': {compared}."
        raise RegisterError(path, why, remedy) from None
    except OSError as error:
        why = f"the marker {marker_path(path).name} next to it cannot be read ({error.strerror})"
        raise RegisterError(path, why, "Let this user read it.") from None


def check(path: Path, links: Sequence[Link], witnesses: Sequence[Witness]) -> None:
    """Compare the chain with what the witnesses know.

    Raises:
        RegisterError: one of them knows something else.
    """
    why = objection(links, witnesses)
    if why is not None:
        raise RegisterError(path, why, RESTORE)


@contextmanager
def opened(path: Path, witnesses: Sequence[Witness], *, is_written: bool = False) -> Iterator[Opened]:
    """Open a register, verify it, and hold one transaction: to be read, or to be written and then committed.

    Args:
        path: the file; it must be there, or is made when it is written.
        witnesses: who knows what it held.
        is_written: whether something is to be added; an older register is then raised to this version.

    Raises:
        RegisterError: it is damaged, swapped, shortened, of a newer version, busy, or no register.
    """
    try:
        location = f"{path.resolve().as_uri()}?mode={'rwc' if is_written else 'rw'}"
        with closing(sqlite3.connect(location, uri=True, isolation_level=None)) as connection:
            connection.execute("pragma foreign_keys = on")
            if is_written and _version(connection) == 0 and not _refuse_foreign(path, connection):
                check(path, [], witnesses)
                connection.execute("pragma journal_mode = wal")
            connection.execute(f"begin {'immediate' if is_written else 'deferred'}")
            version, links = _verified(path, connection)
            check(path, links, witnesses)
            if is_written:
                raise_version(connection, version)
            yield Opened(connection, version, links)
            connection.execute("commit" if is_written else "rollback")
    except sqlite3.IntegrityError as error:
        raise RegisterError(path, str(error), "Correct the judgements and import them again.") from None
    except sqlite3.Error as error:
        raise RegisterError(path, str(error), _remedy(error)) from None


def _verified(path: Path, connection: sqlite3.Connection) -> tuple[int, list[Link]]:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise RegisterError(path, f"written by a newer version ({version})", "Update billsight.")
    if version == 0:
        _refuse_foreign(path, connection)
        return version, []
    try:
        why = fault(connection, version)
        links = links_of(connection) if why is None else []
    except (ValueError, OverflowError, MemoryError) as error:  # what was flipped is no text, or far too long
        why, links = f"it is damaged ({type(error).__name__})", []
    if why is not None:
        raise RegisterError(path, why, RESTORE)
    if version >= CHAINED and not is_stored(connection, links):
        raise RegisterError(path, "what it holds is not what was added: its chain of digests is broken", RESTORE)
    return version, links


def _refuse_foreign(path: Path, connection: sqlite3.Connection) -> int:
    tables = int(connection.execute("select count(*) from sqlite_master").fetchone()[0])
    if tables:
        raise RegisterError(path, "not a register", "Name another file.")
    return tables


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _remedy(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY
    if code in _BUSY:
        return "Another process holds it: try again when that has ended."
    if code in _NO_ROOM:
        return "Free some space where it lies, and let this user write there; SQLite needs both even for reading."
    return RESTORE
