"""The run in numbers: `summary.json`, and the only source of every number on the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from etl.amounts import money_text
from etl.causes import BIT, BY_CODE, READY
from etl.domain import State
from etl.report import differences, worklists
from etl.report.change_section import changes, trend
from etl.report.filters import instant_text, plain
from etl.report.inputs import ReportInputs
from etl.schemas import RELATIONS

SCHEMA_VERSION: Final = 1
BUCKETS: Final = ("not due", "1-30", "31-60", "61-90", "over 90", "no due date")
OVER_60: Final = ("61-90", "over 90")
_SHOWN_BY: Final = {
    "answers": ("accounting_invoices",),
    "proof": ("accounting_invoices", "portal_invoices"),
    "missed": ("accounting_invoices", "portal_invoices"),
    "mapping": ("accounting_invoices", "connectwise_companies", "portal_mappings"),
    "access": ("accounting_invoices", "connectwise_companies", "connectwise_contacts"),
    "unposted": ("accounting_invoices", "connectwise_invoices"),
    "portal_only": ("accounting_invoices", "portal_invoices"),
}
"""What must have been read completely before the page may say that something is not there."""

_NO_INBOX: Final[dict[str, int | str | None]] = {
    "files_taken": 0, "files_taken_in_part": 0, "files_refused": 0, "decisions": 0, "rows_refused": 0,
    "reasons": None, "note": None,
}  # fmt: skip

Rows = list[dict[str, Any]]


def summarise(facts: ReportInputs) -> dict[str, Any]:
    """Every number of the run's report, ready for JSON.

    Amounts are text, exact, each beside its currency; currencies are never added. Each invoice is counted
    once, under its state and its primary cause.

    Locality: whole.

    Args:
        facts: frames as described by `etl.report.inputs.FRAMES`.

    Returns:
        A dictionary of plain values; `schema` is its version. The same facts give the same dictionary.
    """
    order = _currency_order(facts.cells)
    numbers = _numbers(facts, order)
    return {
        "schema": SCHEMA_VERSION,
        "run": _run(facts),
        "data_as_of": _data_as_of(facts.sources),
        "inbox": {**_NO_INBOX, **facts.run.inbox},
        "currencies": order,
        "numbers": numbers,
        "states": _states(facts, order),
        "known": _known(facts),
        "causes": _causes(facts, order),
        "absences": _absences(facts, order),
        "ageing": _ageing(facts.cells, order),
        "mapping": worklists.mapping(facts, order),
        "contacts": worklists.contacts(facts),
        "sync": worklists.sync(facts),
        "invoices": worklists.invoices(facts),
        "invoices_csv": _invoices_csv(facts, numbers["invoices"]),
        "unposted": worklists.unposted(facts),
        "portal_only": worklists.portal_only(facts),
        "shown_not_owed": differences.figure(facts, "shown_not_owed", order),
        "paid_in_portal": differences.figure(facts, "paid_in_portal", order),
        "scopes": worklists.scopes(facts),
        "quality": worklists.quality(facts),
        "joins": [dict(join) for join in facts.joins],
        "changes": changes(facts, numbers["blocked"]["invoices"], order),
        "trend": trend(facts),
        "laws": _laws(facts),
    }


def to_json(summary: dict[str, Any]) -> bytes:
    """`summary.json`: sorted keys, one value per line, the same bytes for the same run."""
    return (json.dumps(summary, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _currency_order(cells: pl.DataFrame) -> list[str]:
    """The currency with most blocked invoices first: counts compare across currencies, money does not."""
    is_blocked = pl.col("state") == State.BLOCKED
    counted = cells.group_by("currency_code").agg(
        blocked=pl.col("invoices").filter(is_blocked).sum(), invoices=pl.col("invoices").sum()
    )
    ranked = counted.sort("blocked", "invoices", "currency_code", descending=[True, True, False])
    return ranked["currency_code"].to_list()


def _run(facts: ReportInputs) -> dict[str, Any]:
    run = facts.run
    return {
        "run_id": run.run_id,
        "as_of_at": instant_text(run.as_of_at),
        "provider_name": run.provider_name,
        "minimum_level": run.minimum_level,
        "is_partial": bool(run.partial_reasons),
        "partial_reasons": list(run.partial_reasons),
        "remarks": list(run.remarks),
        "versions": dict(sorted(run.versions.items())),
        "settings": dict(sorted(run.settings.items())),
    }


def _data_as_of(sources: pl.DataFrame) -> Rows:
    """Per relation: how many files and rows, and how fresh the newest of them is."""
    by_relation = sources.group_by("relation").agg(
        files=pl.len(), rows_accepted=pl.col("rows_accepted").sum(), newest_change_at=pl.col("newest_change_at").max()
    )
    rows = {row["relation"]: plain(row) for row in by_relation.to_dicts()}
    known = [rows[name] for name in RELATIONS if name in rows]
    return [{**row, "title": RELATIONS[row["relation"]].help} for row in known if isinstance(row, dict)]


def _numbers(facts: ReportInputs, order: Sequence[str]) -> dict[str, Any]:
    cells = facts.cells
    blocked = cells.filter(pl.col("state") == State.BLOCKED)
    ready = blocked.filter(pl.col("primary_cause").is_in(READY))
    over_60 = blocked.filter(pl.col("ageing_bucket").is_in(OVER_60))
    of_ready = facts.customers_by_cause.filter(
        (pl.col("state") == State.BLOCKED) & pl.col("primary_cause").is_in(READY)
    )
    return {
        "invoices": _total(cells),
        "blocked": {
            "invoices": _total(blocked),
            "customers": _customers(facts.customers_by_state, State.BLOCKED),
            "amounts": amounts(blocked, order),
        },
        "ready": {
            "invoices": _total(ready),
            # a customer is certain or probable, never both, so these may be added
            "customers": int(of_ready["customers"].sum()),
            "amounts": amounts(ready, order),
        },
        "over_60": {
            "invoices": _total(over_60),
            "amounts": amounts(over_60, order),
            "oldest_days_past_due": blocked["oldest_days_past_due"].max(),
        },
    }


def _total(cells: pl.DataFrame) -> int:
    return int(cells["invoices"].sum())


def _customers(by_state: pl.DataFrame, state: str) -> int:
    return int(by_state.filter(pl.col("state") == state)["customers"].sum())


def amounts(cells: pl.DataFrame, order: Sequence[str]) -> Rows:
    """Invoices and amounts per currency, in the page's order of currencies.

    `amount` is the sum of the known balances; `unknown_amount` the sum of the totals of the `unknown_invoices`, which
    nobody knows to be owed.
    """
    counted = ("invoices", "amount", "unknown_invoices", "unknown_amount", "freed_invoices", "freed_amount")
    summed = cells.group_by("currency_code").agg(pl.col(counted).sum())
    rows = sorted(summed.to_dicts(), key=lambda row: order.index(row["currency_code"]))
    return [{key: plain(value) for key, value in row.items()} for row in rows]


def _states(facts: ReportInputs, order: Sequence[str]) -> Rows:
    found = {state: facts.cells.filter(pl.col("state") == state) for state in State}
    return [
        {
            "state": state.value,
            "invoices": _total(cells),
            "customers": _customers(facts.customers_by_state, state),
            "amounts": amounts(cells, order),
        }
        for state, cells in found.items()
    ]


def _known(facts: ReportInputs) -> dict[str, Any]:
    """Of what it may be said that there is none; and of how many invoices the data cannot tell whether they show."""
    read = set(facts.run.read)
    unknown = _total(facts.cells.filter(pl.col("state") == State.UNKNOWN))
    # a list that is cut, or begins somewhere, shows less than there is
    read -= {row["relation"] for row in facts.scopes.to_dicts() if row["cut_reason"] or row["kind"] == "since"}
    known: dict[str, Any] = {name: read.issuperset(needed) for name, needed in _SHOWN_BY.items()}
    mapped, unsure = facts.access_counts.sum().row(0)
    return known | {
        "answers": known["answers"] and not unknown,
        "access": known["access"] and not unsure,
        "is_any_customer_mapped": bool(mapped),
        "unknown_invoices": unknown,
    }


def _causes(facts: ReportInputs, order: Sequence[str]) -> Rows:
    """Blocked invoices under their primary cause, with what fixing it alone frees and what needs more."""
    blocked = facts.cells.filter(pl.col("state") == State.BLOCKED)
    totals = dict(blocked.group_by("currency_code").agg(pl.col("amount").sum()).iter_rows())
    entries = [_cause(facts.customers_by_cause, line, order) for line in _by_cause(State.BLOCKED, blocked)]
    for entry in entries:
        for amount in entry["amounts"]:
            whole, freed = Decimal(amount["amount"]), Decimal(amount["freed_amount"])
            total = totals[amount["currency_code"]]
            amount["share"] = str((whole / total if total else Decimal(0)).quantize(Decimal("0.0001")))
            amount["needs_more_amount"] = money_text(whole - freed)
            amount["needs_more_invoices"] = amount["invoices"] - amount["freed_invoices"]
    return entries


def _absences(facts: ReportInputs, order: Sequence[str]) -> Rows:
    """What is no defect, or not known to be one: waiting, expected, unknown, and shown with an old amount."""
    entries = []
    for state in (State.WAITING, State.UNKNOWN, State.VISIBLE, State.EXPECTED):
        cells = facts.cells.filter(pl.col("state") == state)
        if state == State.UNKNOWN:
            cells = cells.with_columns(primary_cause=pl.col("unknown_checks"))
        entries += [_cause(facts.customers_by_cause, line, order) for line in _by_cause(state, cells)]
    return entries


@dataclass(frozen=True)
class _CauseCells:
    """One line of a table of causes: its cells."""

    state: State
    code: str
    cells: pl.DataFrame


def _by_cause(state: State, cells: pl.DataFrame) -> list[_CauseCells]:
    named = cells.filter(pl.col("primary_cause").is_not_null())
    parts = named.partition_by("primary_cause", as_dict=True)
    ordered = sorted(parts.items(), key=lambda item: (BIT.get(item[0][0], len(BIT)), item[0][0]))
    return [_CauseCells(state, str(key[0]), part) for key, part in ordered]


def _cause(by_cause: pl.DataFrame, line: _CauseCells, order: Sequence[str]) -> dict[str, Any]:
    """One line of a table of causes; an unknown one may name several checks that could not be decided."""
    named = by_cause.filter((pl.col("state") == line.state) & (pl.col("primary_cause") == line.code))
    return {
        "code": line.code,
        "state": line.state.value,
        "checks": [worklists.cause_words(part) for part in line.code.split() if part in BY_CODE],
        "invoices": _total(line.cells),
        "customers": int(named["customers"].sum()),
        "amounts": amounts(line.cells, order),
    }


def _ageing(cells: pl.DataFrame, order: Sequence[str]) -> Rows:
    """Blocked amounts by days past due; every bucket is there, empty ones too."""
    blocked = cells.filter(pl.col("state") == State.BLOCKED)
    summed = blocked.group_by("currency_code", "ageing_bucket").agg(pl.col("invoices", "amount").sum())
    found = {(currency, bucket): (invoices, amount) for currency, bucket, invoices, amount in summed.iter_rows()}
    return [
        {
            "currency_code": currency,
            "buckets": [
                {"bucket": bucket, "invoices": invoices, "amount": money_text(amount)}
                for bucket in BUCKETS
                for invoices, amount in [found.get((currency, bucket), (0, Decimal(0)))]
            ],
        }
        for currency in order
        if any(key[0] == currency for key in found)
    ]


def _invoices_csv(facts: ReportInputs, invoices: int) -> dict[str, Any]:
    """What invoices.csv holds, and its rows: `all`, `blocked` (those that need somebody) or `none`."""
    rows = {"all": invoices, "blocked": int(facts.needing_counts["invoices"].sum()), "none": 0}
    return {"holds": facts.run.invoices_csv, "rows": rows[facts.run.invoices_csv]}


def _laws(facts: ReportInputs) -> dict[str, Rows]:
    """Rows: extracted is accepted plus quarantined. Money: totals and balances in staging are those in the marts."""
    rows = facts.sources.group_by("relation").agg(pl.col("rows_extracted", "rows_accepted", "rows_quarantined").sum())
    conserved = rows.with_columns(
        does_hold=pl.col("rows_extracted") == pl.col("rows_accepted") + pl.col("rows_quarantined")
    )
    return {
        "rows": [worklists.plain_row(row) for row in conserved.sort("relation").to_dicts()],
        "money": [worklists.plain_row(row) for row in facts.money.sort("currency_code").to_dicts()],
    }
