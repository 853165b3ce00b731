"""The file of a register, whatever is asked of it or added: every witness agrees before, and its marker knows after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from etl.files import clear_abandoned
from etl.review.chain import ChainHead, Link, Tables, Witness, add_link, head_of, next_place
from etl.review.marker import Marker, MarkerError, marker_path, read_marker, write_marker
from etl.review.opened import Opened, RegisterError, check, marker_of, opened
from etl.review.revert import RegisterEntry, obstacle

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

J = TypeVar("J", bound="DataclassInstance")


@dataclass(frozen=True)
class Import:
    """One act of adding decisions: all of them or none.

    Attributes:
        import_id: its identity; an import that is already there is refused.
        imported_at: UTC; a time without a zone is taken to be UTC.
        imported_by: the login that did it.
        file_name: the file, where there is one.
        file_digest: SHA-256 of the file.
        claimed_by: the name that was given, as with `--as`; nobody has checked it. `None` where none was given.
    """

    import_id: str
    imported_at: datetime
    imported_by: str
    file_name: str | None = None
    file_digest: str | None = None
    claimed_by: str | None = None

    @property
    def who(self) -> str:
        """The person, as named; the login where nobody was named."""
        return self.claimed_by or self.imported_by


class RegisterFile(Generic[J]):
    """The decisions of one kind in the file of a register, verified at every opening with all else that it holds.

    A file that is missing is an empty register, and stays missing until something is added; but not if its marker, or
    another witness, knows that it held something.

    Attributes:
        tables: where the decisions are written down.
        prefix: of the names of imports.
        command: what lists imports and takes them back.

    Args:
        path: the file.
        witnesses: who knows what it held, beside its marker.
    """

    tables: ClassVar[Tables]
    prefix: ClassVar[str]
    command: ClassVar[str]

    def __init__(self, path: Path, witnesses: Sequence[Witness] = ()) -> None:
        self._path = path
        self._others = tuple(witnesses)

    @classmethod
    def open(cls, path: Path, witnesses: Sequence[Witness] = ()) -> Self:
        """The register in this file."""
        return cls(path, witnesses)

    def head(self) -> ChainHead:
        """The end of the chain.

        Raises:
            RegisterError: as by `Register.snapshot`.
        """
        return head_of(self._links())

    def append(self, decisions: Sequence[J], act: Import) -> None:
        """Add decisions in one transaction.

        Args:
            decisions: each a dataclass whose fields are columns.
            act: who imports.

        Raises:
            RegisterError: a decision is impossible, or the import is there already; none was added.
        """
        with self._adding() as register:
            self._insert_import(register.connection, act, None)
            for one in decisions:
                row = {field.name: _written(getattr(one, field.name)) for field in fields(one)}
                _insert(register.connection, self.tables.decisions, {"import_id": act.import_id, **row})
            head = add_link(register.connection, act.import_id, self.tables)
        self._mark(head)

    def revert(self, import_id: str, act: Import) -> list[str]:
        """Take an import back: it stays in the log but no longer counts, and what was there before it holds again.

        To take back a revert brings the import back that it reverted.

        Args:
            import_id: the import, or the revert, that is taken back.
            act: who takes it back, and when.

        Returns:
            The customers, or companies, that this concerns.

        Raises:
            RegisterError: there is no such import, it was taken back before, or a later one concerns the same.
        """
        self._check_missing()
        if not self._path.exists():
            raise RegisterError(self._path, f"no import {import_id!r}", "The register is empty.")
        with self._adding() as register:
            acts = _acts(register.connection, self.tables)
            why = obstacle(acts, import_id, self.command)
            if why is not None:
                raise RegisterError(self._path, why.found, why.remedy)
            self._insert_import(register.connection, act, import_id)
            head = add_link(register.connection, act.import_id, self.tables)
        self._mark(head)
        return sorted(next(one.customers for one in acts if one.import_id == import_id))

    def next_import_id(self) -> str:
        """A name for the next import. If another import takes it first, this one is refused: nothing is mixed."""
        return f"{self.prefix}-{self._count(self._links()) + 1}"

    def imports_at(self, head: ChainHead) -> int:
        """How many imports of this kind, reverts included, the register held when this was the end of its chain.

        Raises:
            RegisterError: as by `Register.snapshot`.
        """
        return self._count(self._links()[: head.imports])

    def _count(self, links: Sequence[Link]) -> int:
        return sum(link.tables == self.tables for link in links)

    def _insert_import(self, connection: sqlite3.Connection, act: Import, reverts: str | None) -> None:
        row = {field.name: _written(getattr(act, field.name)) for field in fields(act)} | {"reverts": reverts}
        place = {"place": next_place(connection)} if self.tables.is_placed else {}
        _insert(connection, self.tables.imports, row | place)

    def _links(self) -> Sequence[Link]:
        with self._reading() as register:
            return register.links if register else []

    def settle(self) -> None:
        """Bring a marker that fell behind up to date, and clear what killed processes left beside it.

        Raises:
            RegisterError: as by `snapshot`.
        """
        clear_abandoned(marker_path(self._path), 0)
        head = self.head()
        marker = marker_of(self._path)
        if marker is not None and marker.head.imports < head.imports:
            self._mark(head)

    def give_up(self, names: Sequence[str]) -> None:
        """Remember what a person gave up on purpose; the register itself is as it was.

        Args:
            names: runs that the history no longer knows, or fingerprints of keys.

        Raises:
            RegisterError: as by `snapshot`.
            OSError: the marker cannot be written.
        """
        self._remember(self.head(), names)

    def adopt(self, missed: Sequence[Witness]) -> None:
        """Take what the file holds now for the register, on purpose: restored from a copy, or begun again.

        Args:
            missed: who knows of something that it no longer holds.

        Raises:
            RegisterError: the file is damaged.
            OSError: the marker cannot be written.
        """
        head = ChainHead()
        if self._path.exists():
            with opened(self._path, ()) as register:
                head = head_of(register.links)
        self._remember(head, [witness.head.digest for witness in missed])

    def _remember(self, head: ChainHead, names: Sequence[str]) -> None:
        try:
            before = read_marker(self._path)
        except MarkerError:
            before = None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        given_up = frozenset({*(before.given_up if before else ()), *names})
        write_marker(self._path, Marker(head, given_up))

    @contextmanager
    def _reading(self) -> Iterator[Opened | None]:
        """Open it to read it; `None` where it is missing, and nobody misses it."""
        self._check_missing()
        if not self._path.exists():
            yield None
            return
        with opened(self._path, self._witnesses()) as register:
            yield register

    @contextmanager
    def _adding(self) -> Iterator[Opened]:
        """Open it to add something; a register that is missing, and that nobody misses, is made."""
        self._check_missing()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with opened(self._path, self._witnesses(), is_written=True) as register:
            yield register

    def _check_missing(self) -> None:
        """A register that is missing holds nothing; every witness must agree."""
        if not self._path.exists():
            check(self._path, [], self._witnesses())

    def _witnesses(self) -> list[Witness]:
        """Who knows what the register held; asked before it is opened, for it may grow in between."""
        marker = marker_of(self._path)
        if marker is None:
            return list(self._others)
        beside = Witness(f"the marker {marker_path(self._path).name} next to it", marker.head)
        return [beside, *(one for one in self._others if one.head.digest not in marker.given_up)]

    def _mark(self, head: ChainHead) -> None:
        """Tell the marker; one that cannot be written falls behind, and the next run brings it up to date."""
        with suppress(OSError, RegisterError):
            marker = marker_of(self._path) or Marker()
            if head.imports > marker.head.imports:
                write_marker(self._path, replace(marker, head=head))


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    names = ", ".join(row)
    connection.execute(f"insert into {table} ({names}) values ({', '.join('?' for _ in row)})", tuple(row.values()))


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return value.isoformat() if isinstance(value, date) else value


def _acts(connection: sqlite3.Connection, tables: Tables) -> list[RegisterEntry]:
    """Every import and revert in its order, with the customers or companies that it concerns."""
    concerned: dict[str, frozenset[str]] = {}
    named = connection.execute(f"select import_id, {tables.subject} from {tables.decisions}").fetchall()
    for import_id, subject in named:
        concerned[import_id] = concerned.get(import_id, frozenset()) | {subject}
    acts = []
    columns = "import_id, coalesce(claimed_by, imported_by), imported_at, reverts"
    query = f"select {columns} from {tables.imports} order by rowid"
    for import_id, who, at, reverts in connection.execute(query):
        if reverts is not None:
            concerned[import_id] = concerned.get(reverts, frozenset())
        acts.append(RegisterEntry(import_id, who, at, reverts, concerned.get(import_id, frozenset())))
    return acts


def format_instant(moment: datetime) -> str:
    """As the register writes it: UTC, to the microsecond; a time without a zone is taken to be UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
