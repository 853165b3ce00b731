"""What changed since the last night, in numbers: the parts `changes` and `trend` of the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from etl.breathing import coverage
from etl.domain import Run, State
from etl.engine import Engine
from etl.history.states import Change, Reading, freed_because, needed
from etl.history.store import KINDS, PastRun
from etl.joins import Measured
from etl.remembering import Past
from etl.report.cells import money_text
from etl.report.changes import SHOWN_NIGHTS, UNKNOWN
from etl.schemas import RELATIONS
from etl.sources import SourceRead, absent, complete, facts
from etl.taxonomy import BY_CODE

Row = dict[str, Any]

_BLOCKED: Final = f"""
    select currency_code, sum(invoices)::bigint as invoices, sum(amount) as amount
    from marts.report_cells where state = '{State.BLOCKED}' group by 1 order by 1"""
_CHANGED: Final = """
    select code_before, is_blocked, state, primary_cause, mapping_source, currency_code,
        count(*)::bigint as invoices, sum(amount) as amount
    from marts.invoice_changes where is_settled group by all"""
_FREED_BY: Final = ("code_before", "state", "primary_cause", "mapping_source")
_STATES: Final = """
    select kind, code, change, was_open, count(*)::bigint as issues from marts.issue_states group by all"""


@dataclass(frozen=True)
class Tonight:
    """A night that was judged and compared, and what came before it.

    Attributes:
        read: what became of its sources.
        measured: how well they join.
    """

    engine: Engine
    run: Run
    past: Past
    read: Sequence[SourceRead]
    measured: Measured = field(default_factory=Measured)

    @cached_property
    def reading(self) -> Reading:
        """What was read, and what the last runs had read."""
        # what is configured and was not read completely tonight is waited for, whatever became of it before
        given = frozenset(source.relation for source in self.read)
        before = {since: read | given for since, read in self.past.complete_before.items()}
        return Reading(complete(self.read), absent(self.read), before)

    @property
    def before(self) -> PastRun | None:
        """The last run that has a report."""
        return self.past.published[-1] if self.past.published else None

    @cached_property
    def causes(self) -> list[Row]:
        """Issues of each cause and kind, by change: what is not in the states is open as it was."""
        counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for kind, code, issues in self.past.open_issues.group_by("kind", "code").len().iter_rows():
            counts[kind, code][Change.OPEN] += issues
        for kind, code, change, was_open, issues in self.engine.rows(_STATES):
            counts[kind, code][change] += issues
            if was_open:
                counts[kind, code][Change.OPEN] -= issues
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


def numbers(tonight: Tonight) -> Row:
    """The night in a few numbers, as the history keeps them and the trend shows them."""
    blocked = tonight.engine.frame(_BLOCKED)
    return {
        "blocked_invoices": int(blocked["invoices"].sum()),
        "amounts": [
            {"currency_code": currency, "amount": money_text(amount)} for currency, _, amount in blocked.iter_rows()
        ],
        "issues": _total(tonight.causes),
        "sources": facts(tonight.read),
        "complete": sorted(complete(tonight.read)),
        "coverage": coverage(tonight.engine).share,
        "joins": tonight.measured.shares,
        "is_partial": any(source.trouble for source in tonight.read),
        "as_of_at": tonight.run.as_of_at,
    }


def trend(tonight: Tonight, told: Row) -> list[Row]:
    """The last nights, oldest first, and this one.

    Args:
        tonight: the night.
        told: its numbers.
    """
    nights = [(run.run_id, {**run.facts, "as_of_at": run.as_of_at}) for run in tonight.past.published]
    nights.append((tonight.run.run_id, told))
    return [
        {
            "run_id": run_id,
            **{key: night[key] for key in ("as_of_at", "is_partial", "blocked_invoices", "amounts")},
            **{
                change: night["issues"][change]
                for change in (Change.NEW, Change.REOPENED, Change.RESOLVED, Change.OPEN)
            },
        }
        for run_id, night in nights[-SHOWN_NIGHTS:]
    ]


def changes(tonight: Tonight, told: Row) -> Row | None:
    """What changed since the last night that has a report; null where there is none.

    Args:
        tonight: the night.
        told: its numbers.
    """
    before = tonight.before
    if before is None:
        return None
    newly, freed = _invoices(tonight)
    return {
        "since": {"run_id": before.run_id, "as_of_at": before.as_of_at},
        "is_first": False,
        "counts": told["issues"],
        "kinds": [{"kind": kind, **_total([row for row in tonight.causes if row["kind"] == kind])} for kind in KINDS],
        "causes": tonight.causes,
        "invoices": {"newly_blocked": _sum(newly), "freed": _sum(freed)},
        "resolved": _resolved(tonight, freed),
        "blocked": _blocked(before.facts["amounts"], told["amounts"]),
        "not_checked_sources": _not_checked(tonight),
        "rows": _rows(tonight, before),
    }


def _total(causes: Sequence[Row]) -> dict[str, int]:
    return {str(change): sum(row[change] for row in causes) for change in Change}


def _place(row: Row) -> tuple[int, str, int]:
    code = row["code"]
    return list(BY_CODE).index(code) if code in BY_CODE else len(BY_CODE), code, KINDS.index(row["kind"])


def _invoices(tonight: Tonight) -> tuple[list[Row] | None, list[Row] | None]:
    """Groups of invoices that are newly blocked, and that are freed, with why; what was not looked at is neither.

    Null where the last night cannot be read: then nobody knows.
    """
    if tonight.past.blocked is None:
        return None, None
    groups = tonight.engine.frame(_CHANGED).to_dicts()
    newly = [group for group in groups if group["is_blocked"] and _is_compared(tonight, group["primary_cause"])]
    freed = [
        {**group, "reason": freed_because(*(group[name] for name in _FREED_BY))}
        for group in groups
        if not group["is_blocked"] and _is_sure(tonight, group)
    ]
    return newly, freed


def _is_sure(tonight: Tonight, group: Row) -> bool:
    if group["state"] in {None, State.EXPECTED}:
        return "accounting_invoices" in tonight.reading.complete
    return _is_compared(tonight, group["code_before"])


def _is_compared(tonight: Tonight, code: str) -> bool:
    """Whether both nights read what shows this cause: else the sources differ, and perhaps nothing else."""
    reading, last = tonight.reading, tonight.past.complete_before[None]
    return reading.can_end(code) and needed(code) & reading.complete <= last


def _sum(groups: Sequence[Row] | None) -> Row:
    if groups is None:
        return UNKNOWN
    amounts: dict[str, Decimal] = {}
    for group in groups:
        amounts[group["currency_code"]] = amounts.get(group["currency_code"], Decimal(0)) + group["amount"]
    return {
        "invoices": sum(group["invoices"] for group in groups),
        "amounts": [{"currency_code": code, "amount": money_text(amounts[code])} for code in sorted(amounts)],
    }


def _resolved(tonight: Tonight, freed: list[Row] | None) -> list[Row]:
    states = tonight.engine.rows(
        f"select reason, count(*) from marts.issue_states where change = '{Change.RESOLVED}' group by 1"
    )
    issues: dict[str, int] = dict(states)
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


def _blocked(before: list[Row], now: list[Row]) -> list[Row]:
    was, is_ = ({row["currency_code"]: Decimal(row["amount"]) for row in rows} for rows in (before, now))
    zero = Decimal(0)
    return [
        {
            "currency_code": code,
            "amount": money_text(is_.get(code, zero)),
            "before": money_text(was.get(code, zero)),
            "change": money_text(is_.get(code, zero) - was.get(code, zero)),
        }
        for code in sorted(was.keys() | is_.keys())
    ]


def _not_checked(tonight: Tonight) -> list[str]:
    """The sources that were not read tonight, but were when an issue was last seen, as people call them."""
    once = frozenset[str]().union(*tonight.past.complete_before.values())
    lacking = (once - complete(tonight.read)) | {source.relation for source in tonight.read if source.trouble}
    return [relation.help for name, relation in RELATIONS.items() if name in lacking]


def _rows(tonight: Tonight, before: PastRun) -> list[Row]:
    seen = {run.number: run.as_of_at for run in tonight.past.published}
    now = tonight.run.as_of_at
    rows = []
    for row in tonight.engine.frame("from marts.changed_issues").iter_rows(named=True):
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
