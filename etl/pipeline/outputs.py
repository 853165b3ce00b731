"""What a night leaves behind: the report, its numbers, the fix files and every invoice's answer."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl

from etl import __version__, csv_guard
from etl.config import Settings
from etl.domain import FileReport, Run
from etl.errors import ExitCode
from etl.files import output_errors
from etl.history.changes import RunComparison, changes, numbers, trend
from etl.history.record import stage_facts
from etl.history.source_status import changed_ranges, complete
from etl.pipeline.gates import RunOptions
from etl.publish.publication import Publication
from etl.report.inputs import QUERIES, ReportInputs, RunFacts
from etl.report.invoice_files import write_answers
from etl.report.page import render
from etl.report.page_data import WORK_QUERIES, Work, pack
from etl.report.summary import summarise, to_json
from etl.review import fix_files
from etl.review.chain import Head
from etl.review.contacts.contact_fixes import contact_fixes
from etl.review.fix_workbook import write_workbook
from etl.review.site.site_key import site_key
from etl.review.site.site_state import REGISTER, head_told
from etl.warehouse.engine import Engine

_SINGLE: Final = """
    select invoices.invoice_id_acct, invoices.invoice_number, answers.customer_name, invoices.currency_code,
        invoices.balance_amount as amount, invoices.created_at, invoices.changed_at
    from marts.missed_invoices as invoices
    inner join marts.customer_checks as answers on invoices.customer_id_acct = answers.customer_id_acct
    left join (select sync_from_date from marts.backfill_options where is_recommended) as recommended on true
    where not invoices.is_held_back and (
        recommended.sync_from_date is null
        or least(invoices.created_at, invoices.changed_at) is null
        or least(invoices.created_at, invoices.changed_at)
            < timezone('{zone}', recommended.sync_from_date::timestamp)::timestamptz at time zone 'UTC')
    order by invoices.balance_amount desc nulls last, invoices.row_key
    limit {most}"""
_MONEY: Final = """
    select coalesce(staged.currency_code, told.currency_code) as currency_code,
        staged.total as staging_amount, told.total as marts_amount,
        staged.balance as staging_balance, told.balance as marts_balance
    from (select currency_code, coalesce(sum(total_amount), 0) as total, coalesce(sum(balance_amount), 0) as balance
        from accepted.accounting_invoices group by 1) as staged
    full outer join (select currency_code, sum(total_amount) as total, sum(amount) as balance
        from marts.report_cells group by 1) as told
        on staged.currency_code = told.currency_code
    order by 1"""
_STATUS_SETTINGS: Final = "[provider] inactive_company_statuses or active_company_statuses"
_UNDECIDED: Final = """
    select coalesce(companies.status_name, 'none given') as caption, count(*) as companies
    from staging.connectwise__companies as companies
    where companies.is_inactive is null and companies.company_id_cw in (select company_id_cw from matching.mappings)
    group by 1 order by 2 desc, 1"""
_HAS_LEVELS: Final = "select count(*) = 0 or count(portal_security_level) > 0 from staging.connectwise__contacts"
_TO_DECIDE: Final = "from marts.report_fixes_to_decide"
_OPTIONAL: Final[Mapping[str, str]] = {
    "portal_invoices": "the portal's own list of invoices was not given: whether an invoice arrived is not proven",
    "sync_runs": "the sync log was not given: outages cannot be distinguished from other gaps",
    "portal_mappings": "the portal's mappings were not given: a certain mapping is taken to be in the portal",
    "connectwise_statuses": "company statuses were not given: whether a company is inactive may be unknown",
    "connectwise_invoices": "ConnectWise invoices were not given: shared invoice numbers are no evidence in this run",
    "accounting_customers": "customers were not given: they are derived from the invoices",
}


@dataclass(frozen=True)
class JudgedRun:
    """A night that was judged and compared with the last: its database, and what the page tells about it.

    Attributes:
        files: what became of each source file.
        register: the end of the register's chain when the run read it.
        inbox: what the run took from its inbox, as `etl.review.inbox.InboxResult` has it.
    """

    settings: Settings
    files: list[FileReport]
    comparison: RunComparison
    register: Head
    inbox: Mapping[str, int | str | None] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """The night's database."""
        return self.comparison.engine

    @property
    def run(self) -> Run:
        """Its identity and clock."""
        return self.comparison.run


def write_outputs(
    night: JudgedRun, orders: RunOptions, publication: Publication
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write every file of the run, still unpublished.

    Args:
        night: the night.
        orders: what the one who started it says about it.
        publication: where to write.

    Returns:
        The content of summary.json, from which every number on the page comes; and what the history is to remember.
    """
    run_id, engine = night.run.run_id, night.engine
    told_of = numbers(night.comparison)
    facts = _facts(night, told_of)
    summary = summarise(facts)
    remembered = {
        **told_of,
        "exit_code": int(_exit_code(summary, orders)),
        "is_shrink_accepted": orders.is_shrink_accepted,
        REGISTER: head_told(night.register),
        "after": None if night.comparison.before is None else night.comparison.before.run_id,
    }
    stage_facts(engine, remembered)
    publication.write("summary.json", to_json(summary))
    proposed = fix_files.mapping_fixes(engine.frame(_TO_DECIDE), run_id, site_key(night.settings.site_key_path))
    work = _work(night, proposed)
    tables = _tables(engine, run_id) | {"mapping_fixes.csv": proposed}
    with ThreadPoolExecutor(1) as aside:
        # one processor draws the charts and writes what is small while the others write the answers
        page = aside.submit(lambda: publication.write("report.html", render(summary, pack(facts, work))))
        small = aside.submit(_write_tables, tables, publication, night.run.as_of)
        write_answers(engine, publication)
        page.result()
        small.result()
    return summary, remembered


def _tables(engine: Engine, run_id: str) -> dict[str, pl.DataFrame]:
    aside = engine.frame("from quarantine.rows order by relation, source_file, source_line, row_values")
    return {
        "contact_fixes.csv": contact_fixes(engine.frame("from marts.contact_states"), run_id),
        "sync_gaps.csv": fix_files.sync_gaps(engine.frame("from marts.sync_gaps"), run_id),
        "quarantine.csv": fix_files.quarantine(aside),
    }


def _write_tables(tables: Mapping[str, pl.DataFrame], publication: Publication, as_of: datetime) -> None:
    with output_errors(publication.folder):
        for name, table in tables.items():
            csv_guard.write_csv(table, publication.path(name))
        write_workbook(tables["mapping_fixes.csv"], publication.path("mapping_fixes.xlsx"), as_of)


def _exit_code(summary: dict[str, Any], orders: RunOptions) -> ExitCode:
    if any(gate.is_matched(summary) for gate in orders.fail_on):
        return ExitCode.FAIL_ON
    return ExitCode.PARTIAL if summary["run"]["is_partial"] else ExitCode.COMPLETE


def _facts(night: JudgedRun, told_of: dict[str, Any]) -> ReportInputs:
    engine, settings = night.engine, night.settings
    frames: dict[str, Any] = {name: engine.frame(query) for name, query in QUERIES.items()}
    frames["resyncs"] = engine.frame(
        _SINGLE.format(zone=settings.portal.time_zone, most=settings.backfill.most_resyncs)
    )
    frames["money"] = engine.frame(_MONEY)
    frames["sources"] = _sources(night.files)
    comparison = night.comparison
    return ReportInputs(
        run=_run_facts(night), joins=comparison.measured.rows, changes=changes(comparison, told_of),
        trend=trend(comparison, told_of), **frames,
    )  # fmt: skip


def _work(night: JudgedRun, mapping_fixes: pl.DataFrame) -> Work:
    """What people work on in the page; the decisions that it hands back are rows of the file of fixes."""
    engine, settings = night.engine, night.settings
    limit = settings.limits.page_invoices
    frames = {name: engine.frame(query.format(page_invoices=limit)) for name, query in WORK_QUERIES.items()}
    return Work(
        fixes=mapping_fixes,
        all_companies=engine.count("staging.connectwise__companies"),
        ambiguous_lead=settings.matching.ambiguous_lead,
        allow_override=settings.review.allow_override,
        **frames,
    )


def _sources(files: list[FileReport]) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "relation": pl.String, "file": pl.String, "digest": pl.String, "profile": pl.String,
        "rows_extracted": pl.Int64, "rows_accepted": pl.Int64, "rows_quarantined": pl.Int64,
        "newest_change_at": pl.Datetime("us"), "notes": pl.String,
    }  # fmt: skip
    reports = [vars(file) | {"file": file.source.name, "digest": file.source.digest} for file in files]
    return pl.DataFrame(reports, schema=schema)


def _undecided_statuses(engine: Engine) -> list[str]:
    """Which setting decides about companies whose status nobody explains."""
    found = engine.rows(_UNDECIDED)
    if not found:
        return []
    statuses = ", ".join(f"{caption} ({count})" for caption, count in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - as many as fit on a line
    captions = f"whether mapped companies are inactive is not known for these statuses: {statuses}{more}."
    return [f"{captions} Name each in {_STATUS_SETTINGS}, or give connectwise_statuses"]


def _run_facts(night: JudgedRun) -> RunFacts:
    settings, portal = night.settings, night.settings.portal
    missing = [words for name, words in _OPTIONAL.items() if name not in settings.sources]
    unknown, invoices = night.engine.rows("select sum(unknown_invoices), sum(invoices) from marts.report_cells")[0]
    if unknown:
        missing.append(
            f"the open balance of {unknown} of {invoices} invoices is not known: no sum of"
            " open amounts contains their totals"
        )
    if portal.access == "profiles":
        missing.append("client profiles decide who sees invoices and were not read: access is not checked")
    elif not night.engine.rows(_HAS_LEVELS)[0][0]:
        missing.append(
            "the contacts' export has no portal security level: access is not checked; export portalSecurityLevel"
        )
    missing += [*changed_ranges(night.comparison.past.runs, night.comparison.read), *_undecided_statuses(night.engine)]
    dates = {"sync from date": portal.sync_from_date, "first sync from date": portal.first_sync_from_date}
    return RunFacts(
        run_id=night.run.run_id,
        as_of_at=night.run.as_of.replace(tzinfo=None),
        provider_name=settings.provider.name,
        minimum_level=portal.minimum_security_level,
        read=tuple(sorted(complete(night.comparison.read))),
        partial_reasons=tuple(source.trouble for source in night.comparison.read if source.trouble),
        remarks=tuple(missing),
        inbox=night.inbox,
        versions={"billsight": __version__} | {name: importlib.metadata.version(name) for name in ("duckdb", "polars")},
        settings={
            "minimum security level": str(portal.minimum_security_level),
            "grace hours": f"{portal.grace_hours:g}",
            "stall hours": f"{portal.stall_hours:g}",
            "portal time zone": portal.time_zone,
            **{name: day.isoformat() for name, day in dates.items() if day},
        },
    )
