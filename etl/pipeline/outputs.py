"""What a run leaves behind: the report, its numbers, the fix files and every invoice's answer."""

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
from etl.pipeline.setting_doubts import find_setting_doubts
from etl.publish.publication import Publication
from etl.report.inputs import ReportInputs, RunFacts, read_frames
from etl.report.invoice_files import choose_csv, write_answers
from etl.report.page import render
from etl.report.page_data import Work, pack, read_work
from etl.report.summary import summarise, to_json
from etl.review import fix_files
from etl.review.chain import ChainHead
from etl.review.contacts.contact_fixes import contact_fixes
from etl.review.fix_workbook import write_workbook
from etl.review.site.site_key import site_key
from etl.review.site.site_state import REGISTER, head_facts
from etl.warehouse.engine import Engine

_STATUS_SETTINGS: Final = "[provider] inactive_company_statuses or active_company_statuses"
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
    """A run that was judged and compared with the last: its database, and what the page says about it.

    Attributes:
        files: what became of each source file.
        register: the end of the register's chain when the run read it.
        inbox: what the run took from its inbox, as `etl.review.inbox.InboxResult` has it.
    """

    settings: Settings
    files: list[FileReport]
    comparison: RunComparison
    register: ChainHead
    inbox: Mapping[str, int | str | None] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """The run's database."""
        return self.comparison.engine

    @property
    def run(self) -> Run:
        """Its identity and clock."""
        return self.comparison.run


def write_outputs(
    judged_run: JudgedRun, orders: RunOptions, publication: Publication
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write every file of the run, still unpublished.

    Args:
        judged_run: the run.
        orders: what the one who started it says about it.
        publication: where to write.

    Returns:
        The content of summary.json, from which every number on the page comes; and what the history is to remember.
    """
    run_id, engine = judged_run.run.run_id, judged_run.engine
    run_numbers = numbers(judged_run.comparison)
    facts = _facts(judged_run, run_numbers)
    summary = summarise(facts)
    remembered = {
        **run_numbers,
        "exit_code": int(_exit_code(summary, orders)),
        "is_shrink_accepted": orders.is_shrink_accepted,
        REGISTER: head_facts(judged_run.register),
        "after": None if judged_run.comparison.before is None else judged_run.comparison.before.run_id,
    }
    stage_facts(engine, remembered)
    publication.write("summary.json", to_json(summary))
    to_decide = engine.frame("from report.mapping_fixes_to_decide")
    proposed = fix_files.mapping_fixes(to_decide, run_id, site_key(judged_run.settings.site_key_path))
    work = _work(judged_run, proposed)
    tables = _tables(engine, run_id) | {"mapping_fixes.csv": proposed}
    with ThreadPoolExecutor(1) as aside:
        # one processor draws the charts and writes what is small while the others write the answers
        page = aside.submit(lambda: publication.write("report.html", render(summary, pack(facts, work))))
        small = aside.submit(_write_tables, tables, publication, judged_run.run.as_of)
        write_answers(engine, publication, facts.run.invoices_csv)
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


def _facts(judged_run: JudgedRun, run_numbers: dict[str, Any]) -> ReportInputs:
    comparison = judged_run.comparison
    return ReportInputs(
        run=_run_facts(judged_run), joins=comparison.measured.rows, changes=changes(comparison, run_numbers),
        trend=trend(comparison, run_numbers), sources=_sources(judged_run.files), **read_frames(judged_run.engine),
    )  # fmt: skip


def _work(judged_run: JudgedRun, mapping_fixes: pl.DataFrame) -> Work:
    """What people work on in the page; the decisions that it hands back are rows of the file of fixes."""
    engine, settings = judged_run.engine, judged_run.settings
    return Work(
        fixes=mapping_fixes,
        all_companies=engine.count("staging.connectwise__companies"),
        ambiguous_lead=settings.matching.ambiguous_lead,
        allow_override=settings.review.allow_override,
        **read_work(engine),
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
    found = engine.rows("from report.undecided_statuses")
    if not found:
        return []
    statuses = ", ".join(f"{caption} ({count})" for caption, count in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - as many as fit on a line
    captions = f"whether mapped companies are inactive is not known for these statuses: {statuses}{more}."
    return [f"{captions} Name each in {_STATUS_SETTINGS}, or give connectwise_statuses"]


def _run_facts(judged_run: JudgedRun) -> RunFacts:
    settings, portal = judged_run.settings, judged_run.settings.portal
    missing = [words for name, words in _OPTIONAL.items() if name not in settings.sources]
    unknown, invoices, has_levels = judged_run.engine.rows("from report.what_is_unknown")[0]
    if unknown:
        missing.append(
            f"the open balance of {unknown} of {invoices} invoices is not known: no sum of"
            " open amounts contains their totals"
        )
    if portal.access == "profiles":
        missing.append("client profiles decide who sees invoices and were not read: access is not checked")
    elif not has_levels:
        missing.append(
            "the contacts' export has no portal security level: access is not checked; export portalSecurityLevel"
        )
    missing += [
        *find_setting_doubts(judged_run.engine, settings),
        *changed_ranges(judged_run.comparison.past.runs, judged_run.comparison.read),
        *_undecided_statuses(judged_run.engine),
    ]
    dates = {"sync from date": portal.sync_from_date, "first sync from date": portal.first_sync_from_date}
    return RunFacts(
        run_id=judged_run.run.run_id,
        as_of_at=judged_run.run.as_of.replace(tzinfo=None),
        provider_name=settings.provider.name,
        minimum_level=portal.minimum_security_level,
        read=tuple(sorted(complete(judged_run.comparison.read))),
        partial_reasons=tuple(source.trouble for source in judged_run.comparison.read if source.trouble),
        remarks=tuple(missing),
        inbox=judged_run.inbox,
        invoices_csv=choose_csv(settings.output.invoices_csv, int(invoices or 0)),
        versions={"billsight": __version__} | {name: importlib.metadata.version(name) for name in ("duckdb", "polars")},
        settings={
            "minimum security level": str(portal.minimum_security_level),
            "grace hours": f"{portal.grace_hours:g}",
            "stall hours": f"{portal.stall_hours:g}",
            "portal time zone": portal.time_zone,
            **{name: day.isoformat() for name, day in dates.items() if day},
        },
    )
