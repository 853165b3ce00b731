"""The decisions about contacts: tables of their own in the register. Decisions are added, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Any, Final, Literal

import polars as pl

from etl.review.chain import Head, Link, add_link, next_place
from etl.review.contact_ledger import contact_log, holding, log_frame
from etl.review.opened import RegisterRefusal
from etl.review.register_file import Import, RegisterFile, instant_told
from etl.review.reverting import Act, obstacle

ContactDecision = Literal["approved", "nobody", "unsure", "snoozed"]

_INSERT_IMPORT: Final = """
insert into contact_imports (
    import_id, place, imported_at, imported_by, claimed_by, file_name, file_digest, reverts
) values (?, ?, ?, ?, ?, ?, ?, ?)"""


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


class ContactRegister(RegisterFile):
    """The decisions about contacts in one register, verified at every opening with all else that it holds."""

    def append(self, judgements: Sequence[ContactJudgement], act: Import) -> None:
        """Add decisions in one transaction.

        Args:
            judgements: what was decided, at most once per company.
            act: who imports.

        Raises:
            RegisterRefusal: a decision is impossible, or the import is there already; none was added.
        """
        with self._adding() as register:
            _insert_import(register.connection, act, None)
            values = [(act.import_id, *map(_written, astuple(one))) for one in judgements]
            register.connection.executemany(_INSERT, values)
            head = add_link(register.connection, act.import_id, is_about_contacts=True)
        self._mark(head)

    def revert(self, import_id: str, act: Import) -> list[str]:
        """Take an import back: it stays in the log but no longer counts, and what was there before it holds again.

        Returns:
            The companies that this concerns.

        Raises:
            RegisterRefusal: there is no such import, it was taken back before, or a later one concerns its companies.
        """
        self._check_missing()
        if not self._path.exists():
            raise RegisterRefusal(self._path, f"no import {import_id!r}", "The register is empty.")
        with self._adding() as register:
            acts = _acts(register.connection)
            why = obstacle(acts, import_id, "billsight contacts")
            if why is not None:
                raise RegisterRefusal(self._path, why.found, why.remedy)
            _insert_import(register.connection, act, import_id)
            head = add_link(register.connection, act.import_id, is_about_contacts=True)
        self._mark(head)
        return sorted(next(one.customers for one in acts if one.import_id == import_id))

    def next_import_id(self) -> str:
        """A name for the next import. Whoever else takes it first wins, and the other is refused."""
        return f"contacts-{_count(self._links()) + 1}"

    def imports_at(self, head: Head) -> int:
        """How many imports of contacts, reverts included, the register held when this was the end of its chain.

        Raises:
            RegisterRefusal: as by `Register.snapshot`.
        """
        return _count(self._links()[: head.imports])

    def current(self) -> pl.DataFrame:
        """The decisions that hold: the latest of each company that was not taken back.

        Raises:
            RegisterRefusal: as by `Register.snapshot`.
        """
        return holding(self.log())

    def log(self) -> pl.DataFrame:
        """Everything that was ever added, in its order; a revert is one row without a company.

        Raises:
            RegisterRefusal: as by `Register.snapshot`.
        """
        with self._reading() as register:
            return contact_log(register.connection, register.version) if register else log_frame()


def _count(links: Sequence[Link]) -> int:
    return sum(link.is_about_contacts for link in links)


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


def _insert_import(connection: sqlite3.Connection, act: Import, reverts: str | None) -> None:
    made_by = (instant_told(act.imported_at), act.imported_by, act.claimed_by, act.file_name, act.file_digest)
    connection.execute(_INSERT_IMPORT, (act.import_id, next_place(connection), *made_by, reverts))


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_told(value)
    return value.isoformat() if isinstance(value, date) else value
