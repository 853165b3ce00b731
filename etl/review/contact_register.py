"""The decisions about contacts: tables of their own in the register. Decisions are added, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

import polars as pl

from etl.review.contact_ledger import LOG_SQL
from etl.review.register import Import, Register, RegisterRefusal
from etl.review.reverting import Act, obstacle

ContactDecision = Literal["approved", "nobody", "unsure", "snoozed"]

_INSERT_IMPORT: Final = """
insert into contact_imports (
    import_id, imported_at, imported_by, claimed_by, file_name, file_digest, reverts
) values (?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True)
class ContactJudgement:
    """What one person decided about the access of one company.

    Attributes:
        company_id_cw: the company.
        contact_id_cw: the contact that is to have access; null unless approved.
        decision: approved, nobody (the company is to have no login), unsure or snoozed.
        snoozed_until: the day on which a snoozed company comes back.
        level_asked: the portal security level that the contact is to have; null unless approved.
        email_fingerprint: of the e-mail that was approved; null where the e-mail itself was to change.
        asked_by: who at the client asked for it.
        asked_on: when they asked.
        decided_at: UTC; a time without a zone is taken to be UTC.
        decided_by: who decided.
        note: in the person's own words.
        row_fp: which evidence the person saw.
        row_digest: of everything that the row decides: the same row gives the same one.
        source: where the decision came from, such as the name of the file.
    """

    company_id_cw: str
    contact_id_cw: str | None
    decision: ContactDecision
    snoozed_until: date | None
    level_asked: int | None
    email_fingerprint: str | None
    asked_by: str | None
    asked_on: date | None
    decided_at: datetime
    decided_by: str
    note: str | None
    row_fp: str
    row_digest: str
    source: str


_COLUMNS: Final = tuple(field.name for field in fields(ContactJudgement))
_INSERT: Final = f"""
insert into contact_decisions (import_id, {", ".join(_COLUMNS)})
values (?, {", ".join("?" for _ in _COLUMNS)})"""

_TEXT: Final = pl.String()
LOG: Final[Mapping[str, pl.DataType]] = {
    "import_id": _TEXT, "imported_at": pl.Datetime("us"), "imported_by": _TEXT, "claimed_by": _TEXT,
    "file_name": _TEXT, "reverts": _TEXT, "company_id_cw": _TEXT, "contact_id_cw": _TEXT, "decision": _TEXT,
    "snoozed_until": pl.Date(), "level_asked": pl.Int64(), "email_fingerprint": _TEXT, "asked_by": _TEXT,
    "asked_on": pl.Date(), "decided_at": pl.Datetime("us"), "decided_by": _TEXT, "note": _TEXT, "row_fp": _TEXT,
    "row_digest": _TEXT, "source": _TEXT, "counts": pl.Boolean(), "holds": pl.Boolean(),
}  # fmt: skip
"""The columns of `ContactRegister.log`."""


class ContactRegister:
    """The decisions about contacts in one register; a register that is missing, or has none yet, is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """The decisions in this register."""
        return cls(path)

    def append(self, judgements: Sequence[ContactJudgement], act: Import, claimed_by: str | None = None) -> None:
        """Add decisions in one transaction.

        Args:
            judgements: what was decided, at most once per company.
            act: who imports, by login.
            claimed_by: the name that was given beside the login; nobody has checked it.

        Raises:
            RegisterRefusal: a decision is impossible, or the import is there already; none was added.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _File(self._path).connected("rwc") as connection, connection:
            connection.execute(_INSERT_IMPORT, (*_made_by(act, claimed_by), None))
            connection.executemany(_INSERT, [(act.import_id, *map(_written, astuple(one))) for one in judgements])

    def revert(self, import_id: str, act: Import, claimed_by: str | None = None) -> list[str]:
        """Take an import back: it stays in the log but no longer counts, and what was there before it holds again.

        Returns:
            The companies that this concerns.

        Raises:
            RegisterRefusal: there is no such import, it was taken back before, or a later one concerns its companies.
        """
        if not self._path.exists():
            raise RegisterRefusal(self._path, f"no import {import_id!r}", "The register is empty.")
        with _File(self._path).connected("rwc") as connection:
            connection.execute("begin immediate")
            acts = _acts(connection)
            why = obstacle(acts, import_id, "billsight contacts")
            if why is not None:
                connection.rollback()
                raise RegisterRefusal(self._path, why.found, why.remedy)
            connection.execute(_INSERT_IMPORT, (*_made_by(act, claimed_by), import_id))
            connection.commit()
        return sorted(next(one.customers for one in acts if one.import_id == import_id))

    def next_import_id(self) -> str:
        """A name for the next import. Whoever else takes it first wins, and the other is refused."""
        return f"contacts-{self.log()['import_id'].n_unique() + 1}"

    def current(self) -> pl.DataFrame:
        """The decisions that hold: the latest of each company that was not taken back.

        Raises:
            RegisterRefusal: the file is no register, or one of a newer version.
        """
        return self.log().filter("holds").sort("company_id_cw")

    def log(self) -> pl.DataFrame:
        """Everything that was ever added, in its order; a revert is one row without a company.

        Raises:
            RegisterRefusal: as by `current`.
        """
        rows: list[tuple[Any, ...]] = []
        if self._path.exists():
            with _File(self._path).connected("rw") as connection:
                rows = connection.execute(LOG_SQL).fetchall() if _has_tables(connection) else []
        kinds = {name: kind if kind in {pl.Int64(), pl.Boolean()} else _TEXT for name, kind in LOG.items()}
        flags = ("counts", "holds")
        text = pl.DataFrame(rows, schema={**kinds, **dict.fromkeys(flags, pl.Int64())}, orient="row")
        instants = [name for name, kind in LOG.items() if kind == pl.Datetime("us")]
        return text.with_columns(
            pl.col(instants).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"),
            pl.col("snoozed_until", "asked_on").str.to_date("%Y-%m-%d"),
            pl.col(*flags).cast(pl.Boolean),
        )


class _File(Register):
    """The register's file, opened, checked and raised to this version as the register does it."""

    @contextmanager
    def connected(self, mode: Literal["rw", "rwc"]) -> Iterator[sqlite3.Connection]:
        """A connection; what goes wrong with it is a refusal."""
        with self._connected(mode) as connection:
            yield connection


def _has_tables(connection: sqlite3.Connection) -> bool:
    """Whether it was written by a version that knew of contacts."""
    found = connection.execute("select count(*) from sqlite_master where name = 'contact_decisions'").fetchone()
    return bool(found[0])


def _acts(connection: sqlite3.Connection) -> list[Act]:
    """Every import and revert in its order, with the companies that it concerns."""
    concerned: dict[str, frozenset[str]] = {}
    for import_id, company in connection.execute("select import_id, company_id_cw from contact_decisions").fetchall():
        concerned[import_id] = concerned.get(import_id, frozenset()) | {company}
    acts = []
    query = """
        select import_id, coalesce(claimed_by, imported_by), imported_at, reverts from contact_imports order by rowid"""
    for import_id, who, at, reverts in connection.execute(query):
        if reverts is not None:
            concerned[import_id] = concerned.get(reverts, frozenset())
        acts.append(Act(import_id, who, at, reverts, concerned.get(import_id, frozenset())))
    return acts


def _made_by(act: Import, claimed_by: str | None) -> tuple[str | None, ...]:
    return (act.import_id, _instant(act.imported_at), act.imported_by, claimed_by, act.file_name, act.file_digest)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else value


def _instant(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
