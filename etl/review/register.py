"""The register of judgements: one SQLite file that outlives the runs. Judgements are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

import polars as pl

from etl.review.chain import MAPPINGS, ChainHead, head_of
from etl.review.contacts.contact_schema import contact_log, holding, log_frame
from etl.review.opened import RegisterError
from etl.review.register_file import Import, RegisterFile
from etl.review.register_schema import current_sql

__all__ = ["CURRENT", "LOG", "Decision", "Import", "Judgement", "Register", "RegisterError", "Snapshot"]

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
    judgements.judgement_id, imports.import_id, imports.imported_at, imports.imported_by, {claimed_by} as claimed_by,
    imports.file_name, imports.file_digest, {reverts} as reverts, judgements.customer_id_acct,
    judgements.company_id_cw, judgements.decision, {snoozed_until} as snoozed_until, judgements.judged_at,
    judgements.judged_by, judgements.note, judgements.evidence_fingerprint, judgements.source
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
    "claimed_by": pl.String(),
    "file_name": pl.String(),
    "file_digest": pl.String(),
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
class Snapshot:
    """What held at one moment, and the end of the chain at that moment.

    Attributes:
        current: the judgements that held.
        contacts: the decisions about contacts that held.
    """

    current: pl.DataFrame
    head: ChainHead = field(default_factory=ChainHead)
    contacts: pl.DataFrame = field(default_factory=log_frame)


class Register(RegisterFile[Judgement]):
    """The judgements in one file, verified at every opening."""

    tables = MAPPINGS
    prefix = "import"
    command = "billsight mappings"

    def current(self) -> pl.DataFrame:
        """The judgements that hold: the latest of each customer and, beside it, the rejected pairs.

        Raises:
            RegisterError: as by `snapshot`.
        """
        return self.snapshot().current

    def snapshot(self) -> Snapshot:
        """The judgements and the decisions about contacts that hold, and the end of the chain at that moment.

        Raises:
            RegisterError: the file is no register, damaged, of a newer version, or not the one that a witness knows.
        """
        rows: list[tuple[Any, ...]] = []
        head, contacts = ChainHead(), log_frame()
        with self._reading() as register:
            if register is not None:
                head = head_of(register.links)
                contacts = contact_log(register.connection, register.version)
                if register.version:
                    rows = register.connection.execute(current_sql(register.version)).fetchall()
        return Snapshot(_frame(rows, CURRENT), head, holding(contacts))

    def log(self) -> pl.DataFrame:
        """Everything that was ever added, in its order; an import without judgements, as a revert is, is one row.

        Raises:
            RegisterError: as by `snapshot`.
        """
        rows: list[tuple[Any, ...]] = []
        with self._reading() as register:
            if register is not None and register.version:
                rows = register.connection.execute(_LOG_SQL.format(**_columns(register.version))).fetchall()
        return _frame(rows, LOG)


def _columns(version: int) -> dict[str, str]:
    """The columns of the log that a register of this version has, and null for those that came later."""
    since = {"reverts": ("imports.reverts", 2), "snoozed_until": ("judgements.snoozed_until", 2),
             "claimed_by": ("imports.claimed_by", 3)}  # fmt: skip
    return {name: column if version >= first else "null" for name, (column, first) in since.items()}


def _frame(rows: list[tuple[Any, ...]], columns: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as SQLite gives them, with instants and days as such."""
    kinds = {name: kind if kind == pl.Int64() else pl.String() for name, kind in columns.items()}
    text = pl.DataFrame(rows, schema=kinds, orient="row")
    instants = [name for name, kind in columns.items() if kind == pl.Datetime("us")]
    return text.with_columns(
        pl.col(instants).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"),
        pl.col("snoozed_until").str.to_date("%Y-%m-%d"),
    )
