"""Every check of one invoice: passed, failed, unknown or not reached, with the values that decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.causes import BY_CODE, CAUSES, NOT_YET, SHOWN_WRONG, bits, bits_where, codes, is_in
from etl.domain import CauseClass, Stage, Subject
from etl.errors import NotFoundError
from etl.report.why import queries
from etl.report.why.queries import Row
from etl.report.why.values import values
from etl.warehouse.engine import Engine, published

_DEFECTS: Final = bits_where(lambda cause: cause.kind is CauseClass.DEFECT)
_WRONG: Final = bits(SHOWN_WRONG)
_WAITS: Final = bits(NOT_YET)
_ACCESS: Final = bits_where(lambda cause: cause.stage is Stage.ACCESS)


@dataclass(frozen=True)
class Check:
    """One check of one invoice.

    Attributes:
        subject: what is looked at; checks with one subject share their values.
        result: passed, failed, unknown, or not reached.
        values: what decided, in words.
    """

    cause: str
    stage: str
    kind: str
    subject: str
    title: str
    result: str
    values: str


@dataclass(frozen=True)
class Fix:
    """What to do about one cause.

    Attributes:
        legacy: in the words of the legacy interface.
        current: in the words of today's interface.
        detail: the date to sync from, or what to change for which contact; null where the words above say it all.
        warning: what the fix does to other clients, and what to do before it; null where nothing.
    """

    cause: str
    who: str
    legacy: str
    current: str
    detail: str | None
    warning: str | None = None


@dataclass(frozen=True)
class Answer:
    """Why one invoice does or does not show.

    Attributes:
        invoice: its row of marts.invoice_visibility and the facts that it was judged on.
        checks: the chain, in order.
        fixes: the primary cause's first, then those of the other defects.
        contact: the checks of the contact that was asked about, where one was.
    """

    invoice: Row
    checks: tuple[Check, ...]
    fixes: tuple[Fix, ...]
    contact: Row | None = None

    @property
    def no_advice(self) -> str | None:
        """Why no fix of access is given: a person decided that nobody is to have it; None if nobody did."""
        row = self.invoice
        if row["nobody_by"] is None or not row["failed"] & _ACCESS & _DEFECTS:
            return None
        return f"{row['nobody_by']} decided on {row['nobody_at']:%Y-%m-%d} that nobody at this client gets access"


def explain(database: Path, invoice: str, contact: str | None = None) -> list[Answer]:
    """Answer for every invoice that carries the number, or has the id.

    Args:
        database: `run.duckdb` of a published run.
        invoice: number or internal id, as a person writes it.
        contact: e-mail of the person who asks.

    Raises:
        NotFoundError: no run, no such invoice in it, or no such contact.
    """
    with published(database) as engine:
        return _answers(engine, invoice, contact)


def _answers(engine: Engine, invoice: str, contact: str | None) -> list[Answer]:
    rows = queries.find(engine, invoice)
    if not rows:
        raise NotFoundError(queries.elsewhere(engine, invoice))
    people = [] if contact is None else queries.contacts(engine, contact)
    return [Answer(row, _chain(row), _fixes(row), _person(people, row)) for row in rows]


def _person(people: list[Row], row: Row) -> Row | None:
    """The contact who asks: the one at the invoice's company, where the login has several."""
    here = [person for person in people if person["company_id_cw"] == row["company_id_cw"]]
    return next(iter([*here, *people]), None)


def _chain(row: Row) -> tuple[Check, ...]:
    results = {cause.code: _result(row, cause.code) for cause in CAUSES}
    return tuple(
        Check(
            cause=cause.code,
            stage=str(cause.stage),
            kind=str(cause.kind),
            subject=str(cause.subject),
            title=cause.title,
            result=results[cause.code],
            values=values(row, cause.code, results[cause.code]),
        )
        for cause in CAUSES
    )


def _result(row: Row, code: str) -> str:
    masks = {"failed": row["failed"], "unknown": row["unknown"], "passed": row["reached"]}
    return next((result for result, mask in masks.items() if is_in(mask, code)), "not reached")


def _fixes(row: Row) -> tuple[Fix, ...]:
    primary = row["primary_cause"]
    first = [] if primary is None else [primary]
    wrong, waits = codes(row["failed"] & _WRONG), codes(row["failed"] & _WAITS)
    if row["state"] in {"blocked", "visible", "unknown"}:
        others = codes(row["failed"] & _DEFECTS) + waits
    elif row["state"] == "expected":
        # what is rightly absent needs nothing, unless the portal still asks for it
        first, others = wrong or waits or first, []
    else:
        others = wrong
    return tuple(
        Fix(
            code,
            BY_CODE[code].who,
            BY_CODE[code].fix_legacy,
            BY_CODE[code].fix_current,
            _detail(row, code),
            _warning(row, code),
        )
        for code in dict.fromkeys([*first, *others])
        # no advice is repeated where a person decided that nobody is to have access
        if row["nobody_by"] is None or BY_CODE[code].stage is not Stage.ACCESS
    )


def _detail(row: Row, code: str) -> str | None:
    cause = BY_CODE[code]
    if cause.is_dated:
        return _date(row)
    if cause.subject is Subject.CONTACT and row["contact_fix"]:
        return f"{row['proposed_contact_name']} ({row['proposed_contact_role']}): {row['contact_fix']}"
    return None


def _date(row: Row) -> str:
    """Which date brings the invoice, and whom that date mails and charges."""
    if row["is_held_back"]:
        return "No date for it: first decide about its customer or company, which is inactive, deleted, hidden or gone"
    if row["sync_from_date"] is None:
        return "No date is recommended: all are too old. If no payment is pending and it is still owed, resync it alone"
    if row["is_resync_single"]:
        return "It is older than the recommended date: if no payment is pending, resync this invoice by itself"
    return f"Recommended date: {row['sync_from_date']}, for everything that was missed since"


def _warning(row: Row, code: str) -> str | None:
    """Whom the recommended date mails and charges."""
    if not BY_CODE[code].is_dated or row["is_held_back"] or row["is_resync_single"] or row["arrivals"] is None:
        return None
    return (
        f"That date brings {row['arrivals']}: the portal mails these clients, and AutoPay charges by due date."
        " Before you set it: exclude these clients, disable their rules, or post a hold. The report lists them"
    )
