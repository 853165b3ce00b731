"""The control relations of a night: what SQL needs to know of the run, so that it takes no parameters."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from etl.config import Settings
from etl.domain import Run, Stage, State
from etl.engine import Engine
from etl.taxonomy import BIT, CAUSES

MISSED = (
    "BEFORE_SYNC_START", "RECREATED_ID", "SKIPPED_WHILE_UNMAPPED", "BACKDATED_ENTRY", "MISSED_IN_WINDOW",
    "MISSED_UNDATED",
)  # fmt: skip
"""The causes that a sync from an earlier date, or a single resync, mends."""

_GIVEN = {
    "has_customers": "accounting_customers",
    "has_portal_list": "portal_invoices",
    "has_portal_mappings": "portal_mappings",
    "has_sync_runs": "sync_runs",
    "has_connectwise_invoices": "connectwise_invoices",
}


def write_control(engine: Engine, settings: Settings, run: Run) -> None:
    """Write ctl.run (one row), ctl.causes and ctl.states; after the sources are loaded."""
    engine.write("ctl.causes", _causes())
    states = pl.DataFrame({"state": [str(state) for state in State]}).with_row_index("state_code")
    engine.write("ctl.states", states.with_columns(pl.col("state_code").cast(pl.UInt8)))
    engine.write("ctl.run_settings", _run(engine, settings, run))
    engine.run("""
        create or replace table ctl.run as
        select *, (select min(invoice_date) from accepted.accounting_invoices) as first_invoice_date
        from ctl.run_settings""")
    engine.run("drop table ctl.run_settings")


def _causes() -> pl.DataFrame:
    told = ("code", "number", "stage", "kind", "title", "fix_legacy", "fix_current", "who")
    rows = [{name: str(getattr(cause, name)) for name in told} for cause in CAUSES]
    bit = pl.Series("bit", [BIT[cause.code] for cause in CAUSES], dtype=pl.UInt8)
    mask = pl.Series("mask", [1 << BIT[cause.code] for cause in CAUSES], dtype=pl.UInt64)
    return pl.DataFrame(rows).select(bit, mask, *told)


def _run(engine: Engine, settings: Settings, run: Run) -> pl.DataFrame:
    portal, provider = settings.portal, settings.provider
    as_of = run.as_of.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    access = [cause.code for cause in CAUSES if cause.stage is Stage.ACCESS and cause.kind == "defect"]
    lists = {
        "hidden_type_names": portal.hidden_company_types,
        "hidden_status_names": portal.hidden_company_statuses,
        "inactive_status_names": provider.inactive_company_statuses,
        "active_status_names": provider.active_company_statuses,
        "closed_billing_status_names": provider.closed_billing_statuses,
        "known_contradiction_marks": settings.review.known_contradictions,
    }
    return pl.DataFrame({"run_id": [run.run_id]}).with_columns(
        as_of_at=pl.lit(as_of, dtype=pl.Datetime("us")),
        as_of_date=pl.lit(run.as_of.astimezone(ZoneInfo(portal.time_zone)).date()),
        portal_time_zone=pl.lit(portal.time_zone),
        minimum_security_level=pl.lit(portal.minimum_security_level),
        # a list without rows tells as little as no list
        **{flag: pl.lit(engine.count(f"accepted.{relation}") > 0) for flag, relation in _GIVEN.items()},
        missed_mask=pl.lit(_mask(MISSED), dtype=pl.UInt64),
        access_mask=pl.lit(_mask(access), dtype=pl.UInt64),
        **{
            name: pl.Series(name, [[caption.strip().lower() for caption in captions]], dtype=pl.List(pl.String))
            for name, captions in lists.items()
        },
    )


def _mask(codes: tuple[str, ...] | list[str]) -> int:
    return sum(1 << BIT[code] for code in codes)
