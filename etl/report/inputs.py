"""What the report needs to know of a run: small frames and values, never the invoices themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import polars as pl

from etl.report.invoice_files import CsvContent
from etl.warehouse.engine import Engine

_T, _N, _M = pl.String(), pl.Int64(), pl.Decimal(38, 4)
_F, _B, _AT, _DAY = pl.Float64(), pl.Boolean(), pl.Datetime("us"), pl.Date()
EVIDENCE: Final = pl.List(pl.Struct({"kind": _T, "points": _F, "verdict": _T, "detail": _T}))

FRAMES: Final[dict[str, dict[str, pl.DataType]]] = {
    "cells": {
        "currency_code": _T, "state": _T, "primary_cause": _T, "unknown_checks": _T, "ageing_bucket": _T,
        "invoices": _N, "amount": _M, "unknown_invoices": _N, "unknown_amount": _M, "freed_invoices": _N,
        "freed_amount": _M, "oldest_days_past_due": _N,
    },
    "customers_by_state": {"state": _T, "customers": _N},
    "customers_by_cause": {"state": _T, "primary_cause": _T, "customers": _N},
    "queue": {
        "queue_rank": _N, "customer_id_acct": _T, "customer_name": _T, "currency_code": _T, "primary_cause": _T,
        "mapping_state": _T, "mapping_source": _T, "company_id_cw": _T, "company_name": _T,
        "conflict_company_id_cw": _T, "conflict_company_name": _T, "certainty": _F, "best_lead": _F,
        "candidate_count": _N, "reason": _T, "invoices": _N, "amount": _M, "unknown_invoices": _N,
        "oldest_days_past_due": _N,
    },
    "candidates": {
        "customer_id_acct": _T, "rank": _N, "company_id_cw": _T, "company_identifier": _T, "company_name": _T,
        "company_city": _T, "is_inactive": _B, "is_deleted": _B, "certainty": _F, "score": _F, "lead": _F,
        "evidence": EVIDENCE,
    },
    "access": {
        "company_id_cw": _T, "company_name": _T, "can_anyone_see": _B, "contact_count": _N, "able_contact_count": _N,
        "access_causes": _T, "proposed_contact_id_cw": _T, "proposed_contact_name": _T, "proposed_contact_email": _T,
        "proposed_contact_role": _T, "proposed_level": _T, "level_needed": _N, "fixes": _T, "blocked_invoices": _N,
        "gains": _T,
    },
    "access_counts": {"companies": _N, "unknown_companies": _N},
    "contact_states": {
        "company_id_cw": _T, "company_name": _T, "is_closed": _B, "is_listed": _B, "state": _T, "state_detail": _T,
        "import_id": _T, "decided_by": _T, "decided_at": _AT, "approved_contact_id_cw": _T, "contact_id_cw": _T,
        "contact_name": _T, "contact_email": _T, "contact_role": _T, "level_now": _T, "change": _T,
    },
    "gaps": {
        "gap_id": _T, "reason": _T, "first_changed_at": _AT, "last_changed_at": _AT, "first_created_at": _AT,
        "invoices": _N, "customers": _N, "currency_amounts": _T, "explanation": _T,
    },
    "backfill": {
        "option_rank": _N, "sync_from_date": _DAY, "invoices_recovered": _N, "single_resyncs": _N, "left_over": _N,
        "invoices_reread": _N, "is_recommended": _B, "currency_amounts": _T, "note": _T,
    },
    "resyncs": {
        "invoice_id_acct": _T, "invoice_number": _T, "customer_name": _T, "currency_code": _T, "amount": _M,
        "created_at": _AT, "changed_at": _AT,
    },
    "arrivals": {
        "customer_id_acct": _T, "currency_code": _T, "company_id_cw": _T, "customer_name": _T, "company_name": _T,
        "invoices": _N, "unknown_invoices": _N, "amount": _M, "overdue_invoices": _N, "overdue_amount": _M,
    },
    "missed_plan": {"is_held_back": _B, "invoices": _N},
    "missed_days": {"created_date": _DAY, "invoices": _N},
    "invoices": {
        "invoice_id_acct": _T, "invoice_number": _T, "customer_id_acct": _T, "customer_name": _T,
        "company_id_cw": _T, "company_name": _T, "state": _T, "primary_cause": _T, "causes": _T,
        "unknown_checks": _T, "currency_code": _T, "balance_amount": _M, "freed_amount": _M, "invoice_date": _DAY,
        "due_date": _DAY, "days_past_due": _N,
    },
    "unposted": {
        "invoice_id_cw": _T, "invoice_number": _T, "company_id_cw": _T, "company_name": _T, "total_amount": _M,
        "currency_code": _T, "invoice_date": _DAY, "cause": _T, "fix": _T,
    },
    "unposted_counts": {"cause": _T, "currency_code": _T, "invoices": _N, "amount": _M},
    "portal_only": {
        "portal_invoice_id": _T, "invoice_number": _T, "customer_name": _T, "total_amount": _M, "currency_code": _T,
        "cause": _T,
    },
    "portal_only_counts": {"cause": _T, "currency_code": _T, "invoices": _N, "amount": _M},
    "differences": {
        "figure": _T, "cause": _T, "invoice_id_acct": _T, "invoice_number": _T, "customer_name": _T,
        "currency_code": _T, "amount": _M, "who": _T,
    },
    "difference_counts": {"figure": _T, "cause": _T, "currency_code": _T, "invoices": _N, "amount": _M},
    "needing_counts": {"invoices": _N},
    "scopes": {
        "relation": _T, "kind": _T, "since": _DAY, "reason": _T, "made_at": _AT, "made_reason": _T, "cut_reason": _T,
        "holds": _T,
    },
    "portal_form": {"number_form": _N, "rows_equal": _N},
    "quarantine_rules": {"relation": _T, "rule": _T, "rows": _N},
    "quarantine_examples": {
        "relation": _T, "source_file": _T, "source_line": _N, "broken_rules": pl.List(_T), "row_values": _T,
    },
    "sources": {
        "relation": _T, "file": _T, "profile": _T, "rows_extracted": _N, "rows_accepted": _N, "rows_quarantined": _N,
        "digest": _T, "newest_change_at": _AT, "notes": _T,
    },
    "contradictions": {
        "kind": _T, "subject_id": _T, "one_says": _T, "other_says": _T, "currency_code": _T, "amount": _M,
        "mark": _T, "is_known": _B,
    },
    "contradiction_counts": {"kind": _T, "is_known": _B, "currency_code": _T, "rows": _N, "amount": _M},
    "money": {
        "currency_code": _T, "staging_amount": _M, "marts_amount": _M, "staging_balance": _M, "marts_balance": _M,
        "staging_unknown": _M, "marts_unknown": _M, "does_hold": _B,
    },
}  # fmt: skip
"""Columns of each frame; more columns than these are ignored.

`cells` counts every invoice once: `amount` is the balance, `unknown_*` the invoices without a known balance and their
totals, `freed_*` what fixing the primary cause alone frees.
`queue` has one row per customer and currency; `sources` one row per file; `backfill` one row per option.
"""

WITHOUT_MODEL: Final = frozenset({"sources"})
"""Known to the pipeline; every other frame is read from the model `report.<frame>`, which orders its rows."""


def read_frames(engine: Engine) -> dict[str, pl.DataFrame]:
    """Every frame of FRAMES that a model makes.

    Args:
        engine: the run's database, with the models of `sql/report`.
    """
    return {name: engine.frame(f"from report.{name}") for name in FRAMES if name not in WITHOUT_MODEL}


def empty(name: str) -> pl.DataFrame:
    """A frame of FRAMES without rows, for what a run does not have."""
    return pl.DataFrame(schema=FRAMES[name])


@dataclass(frozen=True)
class RunFacts:
    """The run as the page's header and last section tell it.

    Attributes:
        as_of_at: the instant the run is judged at, UTC.
        minimum_level: portal security level from which a contact sees invoices.
        read: the relations that were read completely: only they can show that something is not there.
        partial_reasons: why the run is partial; empty for a complete one.
        remarks: what this run cannot know, for example because the portal's list was not given.
        inbox: what the run took from its inbox, and what it did not; empty where nothing was there.
        invoices_csv: what invoices.csv holds.
        versions: name -> version of what computed the run.
        settings: name -> value, as shown; no secrets.
    """

    run_id: str
    as_of_at: datetime
    provider_name: str = ""
    minimum_level: int = 6
    read: tuple[str, ...] = ()
    partial_reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    inbox: Mapping[str, int | str | None] = field(default_factory=dict)
    invoices_csv: CsvContent = "all"
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportInputs:
    """Everything the report is made of; every frame has the columns of FRAMES and the order of its model.

    Attributes:
        joins: how well the sources join, as `etl.validate.joins` has measured it.
        changes: what changed since the run before, as history found it; null on a first run.
        trend: the last runs, oldest first, this one last.
    """

    run: RunFacts
    cells: pl.DataFrame = field(default_factory=partial(empty, "cells"))
    customers_by_state: pl.DataFrame = field(default_factory=partial(empty, "customers_by_state"))
    customers_by_cause: pl.DataFrame = field(default_factory=partial(empty, "customers_by_cause"))
    queue: pl.DataFrame = field(default_factory=partial(empty, "queue"))
    candidates: pl.DataFrame = field(default_factory=partial(empty, "candidates"))
    access: pl.DataFrame = field(default_factory=partial(empty, "access"))
    access_counts: pl.DataFrame = field(default_factory=partial(empty, "access_counts"))
    contact_states: pl.DataFrame = field(default_factory=partial(empty, "contact_states"))
    gaps: pl.DataFrame = field(default_factory=partial(empty, "gaps"))
    backfill: pl.DataFrame = field(default_factory=partial(empty, "backfill"))
    resyncs: pl.DataFrame = field(default_factory=partial(empty, "resyncs"))
    arrivals: pl.DataFrame = field(default_factory=partial(empty, "arrivals"))
    missed_plan: pl.DataFrame = field(default_factory=partial(empty, "missed_plan"))
    missed_days: pl.DataFrame = field(default_factory=partial(empty, "missed_days"))
    invoices: pl.DataFrame = field(default_factory=partial(empty, "invoices"))
    unposted: pl.DataFrame = field(default_factory=partial(empty, "unposted"))
    unposted_counts: pl.DataFrame = field(default_factory=partial(empty, "unposted_counts"))
    portal_only: pl.DataFrame = field(default_factory=partial(empty, "portal_only"))
    portal_only_counts: pl.DataFrame = field(default_factory=partial(empty, "portal_only_counts"))
    differences: pl.DataFrame = field(default_factory=partial(empty, "differences"))
    difference_counts: pl.DataFrame = field(default_factory=partial(empty, "difference_counts"))
    needing_counts: pl.DataFrame = field(default_factory=partial(empty, "needing_counts"))
    scopes: pl.DataFrame = field(default_factory=partial(empty, "scopes"))
    portal_form: pl.DataFrame = field(default_factory=partial(empty, "portal_form"))
    quarantine_rules: pl.DataFrame = field(default_factory=partial(empty, "quarantine_rules"))
    quarantine_examples: pl.DataFrame = field(default_factory=partial(empty, "quarantine_examples"))
    sources: pl.DataFrame = field(default_factory=partial(empty, "sources"))
    money: pl.DataFrame = field(default_factory=partial(empty, "money"))
    contradictions: pl.DataFrame = field(default_factory=partial(empty, "contradictions"))
    contradiction_counts: pl.DataFrame = field(default_factory=partial(empty, "contradiction_counts"))
    joins: Sequence[Mapping[str, Any]] = ()
    changes: Mapping[str, Any] | None = None
    trend: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        """Refuse a frame that lacks a column: a missing number must not look like a zero."""
        for name, columns in FRAMES.items():
            missing = set(columns) - set(getattr(self, name).columns)
            if missing:
                message = f"the report's {name} lacks {', '.join(sorted(missing))}"
                raise ValueError(message)
