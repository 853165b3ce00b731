"""The register of judgements: one SQLite file that outlives the nights. Judgements are added, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

import polars as pl

from etl.errors import BillsightError, ExitCode
from etl.review.ledger import SCHEMA_VERSION, current_sql, raise_version
from etl.review.reverting import Act, obstacle

Decision = Literal["approved", "rejected", "excluded", "unsure", "snoozed"]

CURRENT: Final[dict[str, pl.DataType]] = {
    "customer_id_acct": pl.String(),
    "company_id_cw": pl.String(),
    "decision": pl.String(),
    "judged_at": pl.Datetime("us"),
    "judged_by": pl.String(),
    "note": pl.String(),
    "evidence_fingerprint": pl.String(),
    "source": pl.String(),
    "import_id": pl.String(),
    "snoozed_until": pl.Date(),
}
"""The columns of `Register.current`."""

_LOG_SQL: Final = """
select
    judgements.judgement_id, imports.import_id, imports.imported_at, imports.imported_by, imports.file_name,
    {reverts} as reverts, judgements.customer_id_acct, judgements.company_id_cw, judgements.decision,
    {snoozed_until} as snoozed_until, judgements.judged_at, judgements.judged_by, judgements.note,
    judgements.evidence_fingerprint, judgements.source
from imports
left join judgements
    on imports.import_id = judgements.import_id
order by imports.rowid, judgements.judgement_id
"""

LOG: Final[dict[str, pl.DataType]] = {
    "judgement_id": pl.Int64(),
    "import_id": pl.String(),
    "imported_at": pl.Datetime("us"),
    "imported_by": pl.String(),
    "file_name": pl.String(),
    "reverts": pl.String(),
    "customer_id_acct": pl.String(),
    "company_id_cw": pl.String(),
    "decision": pl.String(),
    "snoozed_until": pl.Date(),
    "judged_at": pl.Datetime("us"),
    "judged_by": pl.String(),
    "note": pl.String(),
    "evidence_fingerprint": pl.String(),
    "source": pl.String(),
}
"""The columns of `Register.log`."""

_INSERT_IMPORT: Final = """
insert into imports (import_id, imported_at, imported_by, file_name, file_digest, reverts) values (?, ?, ?, ?, ?, ?)"""
_INSERT_JUDGEMENT: Final = """
insert into judgements (
    import_id, customer_id_acct, company_id_cw, decision, judged_at, judged_by, note, evidence_fingerprint, source,
    snoozed_until
) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class RegisterRefusal(BillsightError):
    """The register cannot be read, or does not accept what was to be added; nothing was changed."""

    exit_code = ExitCode.REFUSED

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        self.why, self.remedy = why, remedy
        super().__init__(f"{path}: {why}. Nothing was changed. {remedy}")


@dataclass(frozen=True)
class Judgement:
    """What one person decided about one customer.

    Attributes:
        customer_id_acct: the customer.
        company_id_cw: the company of an approved or rejected pair; null for an excluded customer.
        decision: approved, rejected, excluded, unsure or snoozed.
        judged_at: UTC; a time without a zone is taken to be UTC.
        judged_by: who.
        source: where the judgement came from, such as the name of the file.
        note: in the person's own words.
        evidence_fingerprint: which evidence the person saw.
        snoozed_until: the day on which a snoozed customer comes back.
    """

    customer_id_acct: str
    company_id_cw: str | None
    decision: Decision
    judged_at: datetime
    judged_by: str
    source: str
    note: str | None = None
    evidence_fingerprint: str | None = None
    snoozed_until: date | None = None


@dataclass(frozen=True)
class Import:
    """One act of adding judgements: all of them or none.

    Attributes:
        import_id: its identity; an import that is already there is refused.
        imported_at: UTC; a time without a zone is taken to be UTC.
        imported_by: who.
        file_name: the file, where there is one.
        file_digest: SHA-256 of the file.
    """

    import_id: str
    imported_at: datetime
    imported_by: str
    file_name: str | None = None
    file_digest: str | None = None


class Register:
    """The judgements in one file; a file that is missing is an empty register, and stays missing until one is added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """The register in this file."""
        return cls(path)

    def append(self, judgements: Sequence[Judgement], act: Import) -> None:
        """Add judgements in one transaction.

        Raises:
            RegisterRefusal: a judgement is impossible, or the import is there already; none was added.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected(mode="rwc") as connection, connection:
            connection.execute(_INSERT_IMPORT, (*_made_by(act), None))
            connection.executemany(
                _INSERT_JUDGEMENT, [(act.import_id, *_values(judgement)) for judgement in judgements]
            )

    def revert(self, import_id: str, act: Import) -> list[str]:
        """Take an import back: it stays in the log but no longer counts, and what was there before it holds again.

        To take back a revert brings the import back that it reverted.

        Args:
            import_id: the import, or the revert, that is taken back.
            act: who takes it back, and when.

        Returns:
            The customers that this concerns.

        Raises:
            RegisterRefusal: there is no such import, it was taken back before, or a later one concerns its customers.
        """
        if not self._path.exists():
            raise RegisterRefusal(self._path, f"no import {import_id!r}", "The register is empty.")
        with self._connected(mode="rwc") as connection:
            connection.execute("begin immediate")
            acts = _acts(connection)
            why = obstacle(acts, import_id)
            if why is not None:
                connection.rollback()
                raise RegisterRefusal(self._path, why.found, why.remedy)
            connection.execute(_INSERT_IMPORT, (*_made_by(act), import_id))
            connection.commit()
        return sorted(next(one.customers for one in acts if one.import_id == import_id))

    def next_import_id(self) -> str:
        """A name for the next import. Whoever else takes it first wins, and the other is refused: nothing is mixed."""
        count = 0
        if self._path.exists():
            with self._connected(mode="rw") as connection:
                count = connection.execute("select count(*) from imports").fetchone()[0]
        return f"import-{count + 1}"

    def current(self) -> pl.DataFrame:
        """The judgements that hold: the latest of each customer and, beside it, the rejected pairs.

        Raises:
            RegisterRefusal: the file is no register, or one of a newer version.
        """
        rows: list[tuple[Any, ...]] = []
        if self._path.exists():
            with self._connected(mode="rw") as connection:
                rows = connection.execute(current_sql(_version(connection))).fetchall()
        return _frame(rows, CURRENT)

    def log(self) -> pl.DataFrame:
        """Everything that was ever added, in its order; an import without judgements, as a revert is, is one row.

        Raises:
            RegisterRefusal: the file is no register, or one of a newer version.
        """
        rows: list[tuple[Any, ...]] = []
        if self._path.exists():
            with self._connected(mode="rw") as connection:
                is_old = _version(connection) == 1
                since_two = {"reverts": "imports.reverts", "snoozed_until": "judgements.snoozed_until"}
                columns = dict.fromkeys(since_two, "null") if is_old else since_two
                rows = connection.execute(_LOG_SQL.format(**columns)).fetchall()
        return _frame(rows, LOG)

    @contextmanager
    def _connected(self, mode: Literal["rw", "rwc"]) -> Iterator[sqlite3.Connection]:
        try:
            location = f"{self._path.resolve().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(location, uri=True)) as connection:
                connection.execute("pragma foreign_keys = on")
                self._prepare(connection, is_written=mode == "rwc")
                yield connection
        except sqlite3.IntegrityError as error:
            raise RegisterRefusal(self._path, str(error), "Correct the judgements and import them again.") from None
        except sqlite3.OperationalError as error:
            is_busy = "locked" in str(error)
            remedy = "Free some space where it lies, and let this user write there; SQLite needs both even for reading."
            remedy = "Another process holds it: try again when that has ended." if is_busy else remedy
            raise RegisterRefusal(self._path, str(error), remedy) from None
        except sqlite3.DatabaseError as error:
            remedy = "Restore the register from its last copy, or name another file."
            raise RegisterRefusal(self._path, str(error), remedy) from None

    def _prepare(self, connection: sqlite3.Connection, *, is_written: bool) -> None:
        version = _version(connection)
        if version > SCHEMA_VERSION:
            raise RegisterRefusal(self._path, f"written by a newer version ({version})", "Update billsight.")
        if version == 0:
            if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                raise RegisterRefusal(self._path, "not a register", "Name another file.")
            connection.execute("pragma journal_mode = wal")
        # an older register is read as it is, and raised when something is added to it
        if version == 0 or (is_written and version < SCHEMA_VERSION):
            raise_version(connection)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _acts(connection: sqlite3.Connection) -> list[Act]:
    """Every import and revert in its order, with the customers that it concerns."""
    concerned: dict[str, frozenset[str]] = {}
    named = connection.execute("select import_id, customer_id_acct from judgements").fetchall()
    for import_id, customer in named:
        concerned[import_id] = concerned.get(import_id, frozenset()) | {customer}
    acts = []
    for row in connection.execute("select import_id, imported_by, imported_at, reverts from imports order by rowid"):
        import_id, who, at, reverts = row
        if reverts is not None:
            concerned[import_id] = concerned.get(reverts, frozenset())
        acts.append(Act(import_id, who, at, reverts, concerned.get(import_id, frozenset())))
    return acts


def _frame(rows: list[tuple[Any, ...]], columns: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as SQLite gives them, with instants and days as such."""
    kinds = {name: kind if kind == pl.Int64() else pl.String() for name, kind in columns.items()}
    text = pl.DataFrame(rows, schema=kinds, orient="row")
    instants = [name for name, kind in columns.items() if kind == pl.Datetime("us")]
    return text.with_columns(
        pl.col(instants).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"),
        pl.col("snoozed_until").str.to_date("%Y-%m-%d"),
    )


def _made_by(act: Import) -> tuple[str | None, ...]:
    return (act.import_id, _instant(act.imported_at), act.imported_by, act.file_name, act.file_digest)


def _values(judgement: Judgement) -> tuple[str | None, ...]:
    return (
        judgement.customer_id_acct,
        judgement.company_id_cw,
        judgement.decision,
        _instant(judgement.judged_at),
        judgement.judged_by,
        judgement.note,
        judgement.evidence_fingerprint,
        judgement.source,
        None if judgement.snoozed_until is None else judgement.snoozed_until.isoformat(),
    )


def _instant(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
