"""The digest of a run: the figures for messages and metrics, read from the summary in this one place.

A message holds nothing else: no names of customers, companies or contacts, no addresses, no invoice numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from etl.causes import FIGURE_TITLES, FIGURES

Rows = list[dict[str, Any]]

_DIFFERENCES: Final = {
    "shown_not_owed": "do not ask these clients to pay, and do not resync while a payment is pending",
    "paid_in_portal": "look up the payments in the portal; do not ask these clients to pay, and do not resync",
}
"""Figure of the summary -> what to do."""


@dataclass(frozen=True)
class Money:
    """An amount in one currency; amounts of different currencies are never added.

    Attributes:
        currency_code: three letters; empty where the documents name none.
        change: against the previous run; None if unknown.
    """

    currency_code: str
    amount: Decimal
    change: Decimal | None = None

    @property
    def words(self) -> str:
        """The amount with its currency, and its change where that is known."""
        amount = f"{self.amount:,f}"
        text = f"{self.currency_code} {amount}" if self.currency_code else f"{amount} (no currency)"
        if self.change is None:
            return text
        return f"{text} ({self.change:+,f})" if self.change else f"{text} (unchanged)"


@dataclass(frozen=True)
class Pile:
    """Some invoices and what they amount to.

    Attributes:
        amounts: the known balances.
        unknown: how many of the invoices have no known balance.
        totals: what these are over, which nobody knows to be owed.
    """

    invoices: int
    amounts: tuple[Money, ...]
    unknown: int = 0
    totals: tuple[Money, ...] = ()


@dataclass(frozen=True)
class FixFigures:
    """A cause, and the invoices that its fix alone would release."""

    code: str
    title: str
    who: str
    blocked: Pile
    freed: Pile


@dataclass(frozen=True)
class Changes:
    """The changes since the previous run.

    Attributes:
        since: the instant of that run; None for the first.
        newly_blocked: None if unknown; `freed` likewise.
        states: state of an issue -> how many issues.
        unchecked: invoices of which the two runs cannot be compared.
        not_checked: what was not read, in words.
        not_compared: what was read in this run and not in the one before, in words.
    """

    since: datetime | None
    newly_blocked: Pile | None
    freed: Pile | None
    states: dict[str, int]
    not_checked: tuple[str, ...]
    unchecked: Pile | None = None
    not_compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceFigures:
    """One relation as it was read: `age_seconds` is None if no row has a change time."""

    name: str
    rows: int
    quarantined: int
    age_seconds: float | None


@dataclass(frozen=True)
class Difference:
    """Documents with different amounts in the portal and in accounting.

    Attributes:
        title: what is different.
        remark: what to do, and what not.
        pile: the documents, and by how much they differ.
        new: issues of it that were not there on the run before.
    """

    name: str
    title: str
    remark: str
    pile: Pile
    new: int


@dataclass(frozen=True)
class Figures:
    """The figures of a run.

    Attributes:
        fixes: every cause that blocks, the one that frees most first.
        differences: where the portal and the books differ on what is owed; both figures, also where they are zero.
        pending: customers whose mapping waits for a decision.
        unknown: invoices whose visibility the data leaves open.
    """

    run_id: str
    provider_name: str
    invoices: int
    unknown: int
    customers: int
    blocked: Pile
    ready_customers: int
    ready: Pile
    fixes: tuple[FixFigures, ...]
    differences: tuple[Difference, ...]
    pending: int
    partial_reasons: tuple[str, ...]
    sources: tuple[SourceFigures, ...]
    changes: Changes


def figures(summary: dict[str, Any]) -> Figures:
    """The figures in the content of `summary.json`."""
    run, numbers, changes = summary["run"], summary["numbers"], summary["changes"]
    order = [_code(code) for code in summary["currencies"]]
    return Figures(
        run_id=run["run_id"],
        provider_name=" ".join(run["provider_name"].split()),
        invoices=numbers["invoices"],
        unknown=summary["known"]["unknown_invoices"],
        customers=numbers["blocked"]["customers"],
        blocked=replace(_pile(numbers["blocked"]), amounts=_blocked(numbers["blocked"]["amounts"], changes["blocked"])),
        ready_customers=numbers["ready"]["customers"],
        ready=_pile(numbers["ready"]),
        fixes=_fixes(summary["causes"], order),
        differences=tuple(_difference(summary, name) for name in _DIFFERENCES),
        pending=summary["mapping"]["customers"],
        partial_reasons=tuple(run["partial_reasons"]),
        sources=_sources(summary),
        changes=_changes(changes),
    )


def _code(text: str) -> str:
    """The code of a currency; empty for XXX, which is ISO 4217 for none, and for a text that is no code."""
    return text if re.fullmatch("[A-Z]{3}", text) and text != "XXX" else ""


def _amounts(rows: Rows, column: str = "amount") -> tuple[Money, ...]:
    return tuple(Money(_code(row["currency_code"]), Decimal(row[column])) for row in rows if _is_known(row))


def _is_known(row: dict[str, Any]) -> bool:
    """Whether a row of amounts has a balance in it: not every part of the summary counts those without one."""
    unknown = row.get("unknown_invoices", 0)
    return bool(Decimal(row["amount"]) or not unknown or row["invoices"] > unknown)


def _pile(part: dict[str, Any]) -> Pile:
    rows = [row for row in part["amounts"] if row.get("unknown_invoices")]
    totals = tuple(Money(_code(row["currency_code"]), Decimal(row["unknown_amount"])) for row in rows)
    return Pile(part["invoices"], _amounts(part["amounts"]), sum(row["unknown_invoices"] for row in rows), totals)


def _known(part: dict[str, Any]) -> Pile | None:
    return None if part["invoices"] is None else _pile(part)


def _blocked(rows: Rows, compared: Rows) -> tuple[Money, ...]:
    """The blocked amounts with their change; a currency without blocked invoices left has only a change."""
    # that nothing changed cannot be said where some of it was not compared
    changes = {
        row["currency_code"]: Decimal(row["change"])
        for row in compared
        if row["change"] is not None and (Decimal(row["change"]) or not Decimal(row["not_compared"] or 0))
    }
    rows = [row for row in rows if _is_known(row) or changes.get(row["currency_code"])]
    now = {row["currency_code"] for row in rows}
    gone = [row for row in compared if row["currency_code"] not in now and changes.get(row["currency_code"])]
    return tuple(
        Money(_code(row["currency_code"]), Decimal(row["amount"]), changes.get(row["currency_code"]))
        for row in (*rows, *gone)
    )


def _fixes(causes: Rows, order: list[str]) -> tuple[FixFigures, ...]:
    """The fixes that release most first: in the currency with most blocked invoices, then in the next."""

    def rank(fix: FixFigures) -> tuple[list[Decimal], int, str]:
        freed = {money.currency_code: money.amount for money in fix.freed.amounts}
        return [-freed.get(code, Decimal(0)) for code in order], -fix.freed.invoices, fix.code

    return tuple(sorted((_fix(cause) for cause in causes), key=rank))


def _fix(cause: dict[str, Any]) -> FixFigures:
    rows: Rows = cause["amounts"]
    check: dict[str, str] = next(iter(cause["checks"]), {})
    freed = [row for row in rows if row["freed_invoices"]]
    known = [row for row in freed if Decimal(row["freed_amount"]) or not row.get("unknown_invoices")]
    return FixFigures(
        code=cause["code"],
        title=check.get("title", cause["code"]),
        who=check.get("who", ""),
        blocked=_pile(cause),
        freed=Pile(sum(row["freed_invoices"] for row in freed), _amounts(known, "freed_amount")),
    )


def _difference(summary: dict[str, Any], name: str) -> Difference:
    new = sum(
        row["new"] + row["reopened"] for row in summary["changes"].get("causes", ()) if row["code"] in FIGURES[name]
    )
    return Difference(name, FIGURE_TITLES[name], _DIFFERENCES[name], _pile(summary[name]), new)


def _changes(changes: dict[str, Any]) -> Changes:
    since, invoices = changes["since"], changes["invoices"]
    return Changes(
        since=None if since is None else datetime.fromisoformat(since["as_of_at"]),
        newly_blocked=_known(invoices["newly_blocked"]),
        freed=_known(invoices["freed"]),
        states=changes["counts"],
        not_checked=tuple(changes["not_checked_sources"]),
        unchecked=_known(invoices["not_checked"]),
        not_compared=tuple(changes["not_compared_sources"]),
    )


def _sources(summary: dict[str, Any]) -> tuple[SourceFigures, ...]:
    as_of = datetime.fromisoformat(summary["run"]["as_of_at"])
    newest = {row["relation"]: row["newest_change_at"] for row in summary["data_as_of"]}

    def age(relation: str) -> float | None:
        at = newest.get(relation)
        return None if at is None else max(0.0, (as_of - datetime.fromisoformat(at)).total_seconds())

    return tuple(
        SourceFigures(row["relation"], row["rows_extracted"], row["rows_quarantined"], age(row["relation"]))
        for row in summary["laws"]["rows"]
    )
