"""The control relations of a run: what SQL needs to know of the run, so that it takes no parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from etl.causes import BIT, CAUSES, MISSED, SHOWN_WRONG, bits, bits_where
from etl.config import Settings
from etl.domain import CauseClass, Run, Stage, State, utc
from etl.pipeline.source_scopes import Scope
from etl.warehouse.engine import Engine

_NONE: Final[Mapping[str, Scope]] = MappingProxyType({})

SCOPES: Final[dict[str, pl.DataType]] = {
    "relation": pl.String(), "kind": pl.String(), "since": pl.Date(), "reason": pl.String(),
    "made_at": pl.Datetime("us"), "made_reason": pl.String(), "cut_reason": pl.String(), "holds": pl.String(),
}  # fmt: skip
"""The columns of ctl.scopes."""

_GIVEN = {
    "has_customers": "accounting_customers",
    "has_portal_list": "portal_invoices",
    "has_portal_mappings": "portal_mappings",
    "has_sync_runs": "sync_runs",
    "has_connectwise_invoices": "connectwise_invoices",
}


def write_control(engine: Engine, settings: Settings, run: Run, scopes: Mapping[str, Scope] = _NONE) -> None:
    """Write ctl.run (one row), ctl.causes, ctl.states and ctl.scopes; after the sources are loaded.

    Args:
        engine: holds the accepted rows.
        settings: the configuration.
        run: identity and clock of the run.
        scopes: what each list holds; a list without one holds everything, as of the run.
    """
    engine.write("ctl.causes", _causes())
    states = pl.DataFrame({"state": [str(state) for state in State]}).with_row_index("state_code")
    engine.write("ctl.states", states.with_columns(pl.col("state_code").cast(pl.UInt8)))
    engine.write("ctl.run_settings", _run(engine, settings, run).hstack(_scopes(settings, run, scopes)))
    engine.run("""
        create or replace table ctl.run as
        select *,
            (select min(invoice_date) from accepted.accounting_invoices) as first_invoice_date,
            -- a list that names no currency is in the one that nine of ten documents have; XXX where nobody names one
            (select case
                    when count(*) filter (where currency_code <> 'XXX') = 0 then 'XXX'
                    when 0.9 * count(*) filter (where currency_code <> 'XXX')
                        <= count(*) filter (where currency_code = home.code) then any_value(home.code)
                end
                from accepted.accounting_invoices cross join (
                    select mode(currency_code) as code from accepted.accounting_invoices where currency_code <> 'XXX'
                ) as home) as home_currency_code,
            -- the last successful sync that had ended when the portal's list was made
            (select max(started_at) from accepted.sync_runs
                where run_status = 'succeeded' and coalesce(finished_at, started_at) <= portal_list_at
            ) as portal_synced_at
        from ctl.run_settings""")
    engine.run("drop table ctl.run_settings")
    engine.write("ctl.scopes", scope_table(scopes))


def scope_table(scopes: Mapping[str, Scope]) -> pl.DataFrame:
    """One row per list: what it holds, in words, too, as of when, and why it may be cut."""
    rows = [vars(scope) | {"made_at": utc(scope.made_at, UTC), "holds": scope.holds} for scope in scopes.values()]
    return pl.DataFrame(rows, schema=SCOPES)


def _causes() -> pl.DataFrame:
    texts = ("code", "number", "stage", "kind", "title", "fix_legacy", "fix_current", "who", "subject")
    rows = [{name: str(getattr(cause, name)) for name in texts} for cause in CAUSES]
    bit = pl.Series("bit", [BIT[cause.code] for cause in CAUSES], dtype=pl.UInt8)
    mask = pl.Series("mask", [bits([cause.code]) for cause in CAUSES], dtype=pl.UInt64)
    flags = pl.DataFrame(
        {
            "is_shown_wrong": [cause.code in SHOWN_WRONG for cause in CAUSES],
            "is_held_back": [cause.is_held_back for cause in CAUSES],
            "is_mapping_work": [cause.is_mapping_work for cause in CAUSES],
            "gap_reason": [cause.gap_reason for cause in CAUSES],
            "figure": [cause.figure for cause in CAUSES],
        }
    )
    return pl.DataFrame(rows).select(bit, mask, *texts).hstack(flags)


def _run(engine: Engine, settings: Settings, run: Run) -> pl.DataFrame:
    portal, provider = settings.portal, settings.provider
    as_of = utc(run.as_of, UTC)
    access = bits_where(lambda cause: cause.stage is Stage.ACCESS and cause.kind is CauseClass.DEFECT)
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
        portal_access=pl.lit(portal.access),
        batch_days=pl.lit(provider.batch_days, dtype=pl.Int64),
        most_resyncs=pl.lit(settings.backfill.most_resyncs, dtype=pl.Int64),
        page_invoices=pl.lit(settings.limits.page_invoices, dtype=pl.Int64),
        # a list without rows says as little as no list
        **{flag: pl.lit(engine.count(f"accepted.{relation}") > 0) for flag, relation in _GIVEN.items()},
        missed_mask=pl.lit(bits(MISSED), dtype=pl.UInt64),
        access_mask=pl.lit(access, dtype=pl.UInt64),
        **{
            name: pl.Series(name, [[caption.strip().lower() for caption in captions]], dtype=pl.List(pl.String))
            for name, captions in lists.items()
        },
    )


def _portal_book(settings: Settings) -> str | None:
    """The accounting company that the portal shows, where several are configured."""
    return next((source.book for source in settings.sources_of("portal_invoices") if source.book), None)


def _are_older(books: Scope | None, portal: Scope | None, grace_hours: float) -> bool:
    """Whether the books were exported so long before the portal's list that it may know more than they do."""
    return bool(books and portal and portal.made_at - books.made_at > timedelta(hours=grace_hours))


def _scopes(settings: Settings, run: Run, scopes: Mapping[str, Scope]) -> pl.DataFrame:
    now = run.as_of.astimezone(UTC)
    portal, books = scopes.get("portal_invoices"), scopes.get("accounting_invoices")

    def instant(scope: Scope | None) -> pl.Expr:
        made_at = now if scope is None else scope.made_at
        return pl.lit(made_at.replace(tzinfo=None), dtype=pl.Datetime("us"))

    terms = [caption.lower() for caption in settings.portal.hidden_payment_terms]
    return pl.select(
        portal_scope=pl.lit("all" if portal is None else portal.kind),
        portal_since=pl.lit(None if portal is None else portal.since, dtype=pl.Date),
        is_portal_list_cut=pl.lit(portal is not None and portal.is_cut),
        accounting_scope=pl.lit("all" if books is None else books.kind),
        # a list that is cut does not say what is gone
        is_accounting_cut=pl.lit(books is not None and books.is_cut),
        portal_book=pl.lit(_portal_book(settings), dtype=pl.String),
        portal_list_at=instant(portal),
        portal_mappings_at=instant(scopes.get("portal_mappings")),
        accounting_at=instant(books),
        are_books_older=pl.lit(_are_older(books, portal, settings.portal.grace_hours)),
        hides_zero_invoices=pl.lit(settings.portal.hides_zero_invoices),
        holds_future_invoices=pl.lit(settings.portal.holds_future_invoices),
        hidden_payment_terms=pl.Series([terms], dtype=pl.List(pl.String)),
    )
