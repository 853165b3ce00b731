"""The decisions about contacts: tables of their own in the register. Decisions are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import polars as pl

from etl.review.chain import CONTACTS
from etl.review.contacts.contact_schema import contact_log, holding, log_frame
from etl.review.register_file import RegisterFile

ContactDecision = Literal["approved", "nobody", "unsure", "snoozed"]


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


class ContactRegister(RegisterFile[ContactJudgement]):
    """The decisions about contacts in one register, verified at every opening with all else that it holds."""

    tables = CONTACTS
    prefix = "contacts"
    command = "billsight contacts"

    def current(self) -> pl.DataFrame:
        """The decisions that hold: the latest of each company that was not taken back.

        Raises:
            RegisterError: as by `Register.snapshot`.
        """
        return holding(self.log())

    def log(self) -> pl.DataFrame:
        """Everything that was ever added, in its order; a revert is one row without a company.

        Raises:
            RegisterError: as by `Register.snapshot`.
        """
        with self._reading() as register:
            return contact_log(register.connection, register.version) if register else log_frame()
