"""What changed since the last run, in numbers: the parts `changes` and `trend` of the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import polars as pl

from etl.amounts import money_text
from etl.causes import BY_CODE
from etl.domain import Run, State
from etl.history.coverage import coverage
from etl.history.issues import LAST, Change, Complete, SourceCoverage, freed_because
from etl.history.record import RunHistory
from etl.history.source_status import SourceRead, absent, complete, facts
from etl.history.store import KINDS, PastRun
from etl.schemas import RELATIONS
from etl.validate.joins import Measured
from etl.warehouse.engine import Engine

Row = dict[str, Any]
SHOWN_RUNS: Final = 30
UNKNOWN: Final[dict[str, Any]] = {"invoices": None, "amounts": []}
"""What is said of invoices where nobody can know."""

_FREED_BY: Final = ("code_before", "state", "primary_cause", "mapping_source")


@dataclass(frozen=True)
class RunComparison:
    """A run that was judged and compared, and what came before it.

    Attributes:
        read: what became of its sources.
        measured: how well they join.
    """

    engine: Engine
    run: Run
    past: RunHistory
    read: Sequence[SourceRead]
    measured: Measured = field(default_factory=Measured)

    @cached_property
    def reading(self) -> SourceCoverage:
        """What was read, and what the last runs had read."""
        # what is configured and was not read completely in this run is waited for, whatever became of it before
        given = frozenset(source.relation for source in self.read)
        before = {since: read | given for since, read in self.past.complete_before.items()}
        return SourceCoverage(complete(self.read), absent(self.read), before, given, self.past.complete_runs)

    @property
    def before(self) -> PastRun | None:
        """The last run that has a report."""
        return self.past.published[-1] if self.past.published else None

    @cached_property
    def moves(self) -> list[Row] | None:
        """Groups of invoices that are blocked in this run and were not, or were and are not, with what became of them.

        Null where the last run cannot be read: then nobody knows.
        """
        if self.past.blocked is None:
            return None
        groups = self.engine.frame("from report.invoice_moves").to_dicts()
        return [{**group, "reason": freed_because(*(group[name] for name in _FREED_BY))} for group in groups]

    @cached_property
    def apart(self) -> list[tuple[int, str, int, Decimal]] | None:
        """What is blocked in one of the two runs and cannot be compared: sign, currency, invoices and amount.

        Null where that is not known.
        """
        if self.moves is None:
            last = self.past.complete_runs.get(LAST, frozenset())
            return [] if last == complete(self.read) else None
        now = [
            (1, group["currency_code"], group["invoices"], group["amount"] or Decimal(0))
            for group in self.moves
            if group["is_blocked"] and not group["is_compared"]
        ]
        before = [
            (-1, group["currency_code_before"], group["invoices"], group["amount_before"] or Decimal(0))
            for group in self.moves
            if group["was_blocked"] and group["move"] == "not_checked"
        ]
        return now + before

    @cached_property
    def lacking(self) -> Complete:
        """The sources that were not read in this run, but were when an issue was last seen."""
        once = frozenset[str]().union(*self.past.complete_before.values())
        return (once - complete(self.read)) | {source.relation for source in self.read if source.trouble}

    @cached_property
    def causes(self) -> list[Row]:
        """Issues of each cause and kind, by change: what is not in the states is open as it was."""
        counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for kind, code, issues in self.past.open_issues.group_by("kind", "code").len().iter_rows():
            counts[kind, code][Change.OPEN] += issues
        for kind, code, code_before, change, was_open, issues in self.engine.rows("from report.issue_counts"):
            counts[kind, code][change] += issues
            if was_open:
                counts[kind, code_before][Change.OPEN] -= issues
        rows = [
            {
                "code": code,
                "kind": kind,
                "title": BY_CODE[code].title if code in BY_CODE else code,
                **{str(change): count[change] for change in Change},
            }
            for (kind, code), count in counts.items()
        ]
        return sorted(rows, key=_place)


def numbers(comparison: RunComparison) -> Row:
    """The run in a few numbers, as the history keeps them and the trend shows them."""
    blocked = _amounts(comparison, State.BLOCKED)
    return {
        "blocked_invoices": int(blocked["invoices"].sum()),
        "amounts": [
            {"currency_code": row["currency_code"], "amount": money_text(row["amount"])}
            for row in blocked.iter_rows(named=True)
        ],
        "unknown_balances": int(blocked["unknown_invoices"].sum()),
        "issues": _total(comparison.causes),
        "sources": facts(comparison.read),
        "complete": sorted(complete(comparison.read)),
        "coverage": coverage(comparison.engine).share,
        "joins": comparison.measured.shares,
        "is_partial": any(source.trouble for source in comparison.read),
        "as_of_at": comparison.run.as_of_at,
    }


def trend(comparison: RunComparison, run_numbers: Row) -> list[Row]:
    """The last runs, oldest first, and this one.

    Args:
        comparison: the run, compared with the one before.
        run_numbers: what `numbers` gives for it.
    """
    points = [(run.run_id, {**run.facts, "as_of_at": run.as_of_at}) for run in comparison.past.published]
    points.append((comparison.run.run_id, run_numbers))
    return [
        {
            "run_id": run_id,
            **{key: point[key] for key in ("as_of_at", "is_partial", "blocked_invoices", "amounts")},
            **{
                change: point["issues"][change]
                for change in (Change.NEW, Change.REOPENED, Change.RESOLVED, Change.OPEN)
            },
        }
        for run_id, point in points[-SHOWN_RUNS:]
    ]


def changes(comparison: RunComparison, run_numbers: Row) -> Row | None:
    """What changed since the last run that has a report; null where there is none.

    Args:
        comparison: the run, compared with the one before.
        run_numbers: what `numbers` gives for it.
    """
    before = comparison.before
    if before is None:
        return None
    freed = _moved(comparison, "freed")
    return {
        "since": {"run_id": before.run_id, "as_of_at": before.as_of_at},
        "is_first": False,
        "counts": run_numbers["issues"],
        "kinds": [
            {"kind": kind, **_total([row for row in comparison.causes if row["kind"] == kind])} for kind in KINDS
        ],
        "causes": comparison.causes,
        "invoices": {
            "newly_blocked": _sum(_moved(comparison, "newly_blocked")),
            "freed": _sum(freed),
            "not_checked": _sum(_not_checked(comparison)),
        },
        "resolved": _resolved(comparison, freed),
        "blocked": _blocked(comparison, before, run_numbers),
        "blocked_change": _blocked_change(comparison, before, run_numbers),
        "not_checked_sources": _titles(comparison.lacking),
        "not_compared_sources": _titles(_newly_read(comparison)),
        "rows": _rows(comparison, before),
    }


def _total(causes: Sequence[Row]) -> dict[str, int]:
    return {str(change): sum(row[change] for row in causes) for change in Change}


def _place(row: Row) -> tuple[int, str, int]:
    code = row["code"]
    return list(BY_CODE).index(code) if code in BY_CODE else len(BY_CODE), code, KINDS.index(row["kind"])


def _moved(comparison: RunComparison, move: str) -> list[Row] | None:
    return None if comparison.moves is None else [group for group in comparison.moves if group["move"] == move]


def _not_checked(comparison: RunComparison) -> list[Row] | None:
    """What cannot be compared, and all that is unknown in this run where a source is lacking."""
    found = _moved(comparison, "not_checked")
    if found is None or not comparison.lacking:
        return found
    unknown = _amounts(comparison, State.UNKNOWN).to_dicts()
    return [group for group in found if group["state"] != State.UNKNOWN] + unknown


def _amounts(comparison: RunComparison, state: State) -> pl.DataFrame:
    """Invoices and balances in one state, per currency."""
    return comparison.engine.frame("from report.state_amounts").filter(state=str(state))


def _newly_read(comparison: RunComparison) -> Complete:
    """The sources that were read in this run and not in the last run, where that kept answers from being compared."""
    last = comparison.past.complete_runs.get(LAST, frozenset())
    is_uncompared = any(not group["is_compared"] for group in comparison.moves or ())
    return complete(comparison.read) - last if is_uncompared else frozenset()


def _sum(groups: Sequence[Row] | None) -> Row:
    if groups is None:
        return UNKNOWN
    amounts: dict[str, Decimal] = {}
    # where no balance is known there is no amount
    for group in [group for group in groups if group["amount"] is not None]:
        amounts[group["currency_code"]] = amounts.get(group["currency_code"], Decimal(0)) + group["amount"]
    return {
        "invoices": sum(group["invoices"] for group in groups),
        "amounts": [{"currency_code": code, "amount": money_text(amounts[code])} for code in sorted(amounts)],
    }


def _resolved(comparison: RunComparison, freed: list[Row] | None) -> list[Row]:
    issues: dict[str, int] = dict(comparison.engine.rows("from report.resolved_issues"))
    reasons = issues.keys() | {group["reason"] for group in freed or ()}
    rows = [
        {
            "reason": reason,
            "issues": issues.get(reason, 0),
            **_sum(None if freed is None else [group for group in freed if group["reason"] == reason]),
        }
        for reason in reasons
    ]
    return sorted(rows, key=lambda row: (-row["issues"], -(row["invoices"] or 0), row["reason"]))


def _blocked(comparison: RunComparison, last: PastRun, run_numbers: Row) -> list[Row]:
    """What is blocked per currency, before and now, and by how much it changed in what both runs could tell."""
    before, now = (
        {row["currency_code"]: Decimal(row["amount"]) for row in f["amounts"]} for f in (last.facts, run_numbers)
    )
    zero, apart = Decimal(0), comparison.apart
    rows = []
    for code in sorted(before.keys() | now.keys()):
        was, is_ = before.get(code, zero), now.get(code, zero)
        parts = [(sign, amount) for sign, currency, _, amount in apart or () if currency == code]
        change = is_ - was - sum((sign * amount for sign, amount in parts), zero)
        rows.append(
            {
                "currency_code": code,
                "amount": money_text(is_),
                "before": money_text(was),
                "change": None if apart is None else money_text(change),
                "not_compared": None if apart is None else money_text(sum((amount for _, amount in parts), zero)),
            }
        )
    return rows


def _blocked_change(comparison: RunComparison, last: PastRun, run_numbers: Row) -> int | None:
    """By how many blocked invoices the run differs from the last, among what both know."""
    if comparison.apart is None:
        return None
    change: int = run_numbers["blocked_invoices"] - last.facts["blocked_invoices"]
    return change - sum(sign * invoices for sign, _, invoices, _ in comparison.apart)


def _titles(relations: Complete) -> list[str]:
    """Sources as people call them."""
    return [relation.help for name, relation in RELATIONS.items() if name in relations]


def _rows(comparison: RunComparison, before: PastRun) -> list[Row]:
    seen = {run.number: run.as_of_at for run in comparison.past.published}
    now = comparison.run.as_of_at
    rows = []
    for row in comparison.engine.frame("from marts.changed_issues").iter_rows(named=True):
        since = row["unseen_since"]
        last = before.as_of_at if since is None else seen[max(number for number in seen if number < since)]
        rows.append(
            {
                **{key: row[key] for key in ("kind", "subject_id", "code", "title", "reason", "currency_code")},
                "state": row["change"],
                "name": row["subject_name"],
                "amount": None if row["amount"] is None else money_text(row["amount"]),
                "first_seen_at": row["first_seen_at"] or now,
                "last_seen_at": last if row["was_open"] else now,
                "times_reopened": row["times_reopened"],
            }
        )
    return rows
