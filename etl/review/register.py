"""The register of judgements: one SQLite file that outlives the nights. Judgements are added, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Self

import polars as pl

from etl.errors import BillsightError, ExitCode

Decision = Literal["approved", "rejected", "excluded", "unsure", "snoozed"]

SCHEMA_VERSION: Final = 1

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
}
"""The columns of `Register.current`."""

_TABLES: Final = f"""
create table imports (
    import_id text primary key check (import_id <> ''),
    imported_at text not null,
    imported_by text not null check (imported_by <> ''),
    file_name text,
    file_digest text
) strict;

create table judgements (
    judgement_id integer primary key,
    import_id text not null references imports (import_id),
    customer_id_acct text not null check (customer_id_acct <> ''),
    company_id_cw text check (company_id_cw <> ''),
    decision text not null check (decision in ('approved', 'rejected', 'excluded', 'unsure', 'snoozed')),
    judged_at text not null,
    judged_by text not null check (judged_by <> ''),
    note text,
    evidence_fingerprint text,
    source text not null check (source <> ''),
    check (decision not in ('approved', 'rejected') or company_id_cw is not null),
    check (decision <> 'excluded' or company_id_cw is null)
) strict;

create index judgements_of_customer on judgements (customer_id_acct, judgement_id);

create trigger judgements_are_not_changed before update on judgements
begin select raise(abort, 'a judgement is superseded by a new one, never changed'); end;
create trigger judgements_are_not_removed before delete on judgements
begin select raise(abort, 'a judgement is superseded by a new one, never removed'); end;
create trigger imports_are_not_changed before update on imports
begin select raise(abort, 'an import is never changed'); end;
create trigger imports_are_not_removed before delete on imports
begin select raise(abort, 'an import is never removed'); end;

pragma user_version = {SCHEMA_VERSION};
"""

# The latest judgement of a customer holds; rejections are about a pair and hold beside it, until that pair is approved.
# A later rejection of the approved pair takes the approval back; to snooze a customer settles nothing.
_CURRENT_SQL: Final = """
select
    judgements.customer_id_acct, judgements.company_id_cw, judgements.decision, judgements.judged_at,
    judgements.judged_by, judgements.note, judgements.evidence_fingerprint, judgements.source, judgements.import_id
from judgements
where not exists (
    select 1
    from judgements as later
    where later.customer_id_acct = judgements.customer_id_acct
        and later.judgement_id > judgements.judgement_id
        and case
            when judgements.decision = 'rejected'
                then later.decision in ('approved', 'rejected') and later.company_id_cw = judgements.company_id_cw
            when later.decision = 'snoozed' then judgements.decision in ('unsure', 'snoozed')
            when later.decision = 'rejected'
                then judgements.decision = 'approved' and later.company_id_cw = judgements.company_id_cw
            else true
        end
)
order by judgements.customer_id_acct, judgements.judgement_id
"""


class RegisterRefusal(BillsightError):
    """The register cannot be read, or does not accept what was to be added; nothing was changed."""

    exit_code = ExitCode.REFUSED

    def __init__(self, path: Path, why: str, remedy: str) -> None:
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
    """

    customer_id_acct: str
    company_id_cw: str | None
    decision: Decision
    judged_at: datetime
    judged_by: str
    source: str
    note: str | None = None
    evidence_fingerprint: str | None = None


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
        made_by = (act.import_id, _instant(act.imported_at), act.imported_by, act.file_name, act.file_digest)
        with self._connected(mode="rwc") as connection, connection:
            connection.execute("insert into imports values (?, ?, ?, ?, ?)", made_by)
            connection.executemany(
                "insert into judgements values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(act.import_id, *_values(judgement)) for judgement in judgements],
            )

    def current(self) -> pl.DataFrame:
        """The judgements that hold: the latest of each customer and, beside it, the rejected pairs.

        Raises:
            RegisterRefusal: the file is no register, or one of a newer version.
        """
        rows: list[tuple[str | None, ...]] = []
        if self._path.exists():
            with self._connected(mode="rw") as connection:
                rows = connection.execute(_CURRENT_SQL).fetchall()
        text = pl.DataFrame(rows, schema=dict.fromkeys(CURRENT, pl.String), orient="row")
        return text.with_columns(pl.col("judged_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"))

    @contextmanager
    def _connected(self, mode: Literal["rw", "rwc"]) -> Iterator[sqlite3.Connection]:
        try:
            location = f"{self._path.resolve().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(location, uri=True)) as connection:
                connection.execute("pragma foreign_keys = on")
                self._prepare(connection)
                yield connection
        except sqlite3.IntegrityError as error:
            raise RegisterRefusal(self._path, str(error), "Correct the judgements and import them again.") from None
        except sqlite3.DatabaseError as error:
            remedy = "Restore the register from its last copy, or name another file."
            raise RegisterRefusal(self._path, str(error), remedy) from None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("pragma user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise RegisterRefusal(self._path, f"written by a newer version ({version})", "Update billsight.")
        if version == 0:
            if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                raise RegisterRefusal(self._path, "not a register", "Name another file.")
            connection.execute("pragma journal_mode = wal")
            connection.executescript(f"begin immediate; {_TABLES} commit;")


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
    )


def _instant(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
