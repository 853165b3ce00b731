"""The stages of a run between its sources and its outputs, in their order."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import polars as pl

from etl.causes import codes
from etl.config import Settings
from etl.diagnose import access_checks, backfill, contradictions, customer_checks, gaps, invoice_checks
from etl.diagnose.sync import SyncLog, to_instants
from etl.domain import OnStage, Run, RunStage
from etl.history.changes import RunComparison
from etl.history.record import RunHistory, compare
from etl.history.source_status import complete, sources_read
from etl.match import linker, resolve
from etl.match.ambiguous_numbers import ambiguous_pairs
from etl.match.certainty import Policy, decide
from etl.match.records import normalize_records
from etl.match.scorecard import read_scorecard
from etl.pipeline.control import write_control
from etl.pipeline.decided_companies import with_keys_of_list
from etl.pipeline.gates import RunOptions, check_coverage
from etl.pipeline.load_sources import ReadIn, check_clients
from etl.pipeline.outputs import JudgedRun
from etl.pipeline.source_scopes import find_scopes
from etl.review.contacts.contact_access import without_access, write_contact_states
from etl.review.register import Snapshot
from etl.warehouse.engine import Engine
from etl.warehouse.models import Model, build, names_in, read_models

BATCH_ROWS: Final = 1_000_000
_AFTER_CHECKS: Final = (
    "marts.invoice_visibility", "marts.missed_invoices", "intermediate.change_times", "marts.contact_access",
    "marts.company_access", "intermediate.posting_habits", "marts.unposted_invoices", "marts.portal_only_invoices",
    "marts.amount_differences", "intermediate.portal_memory", "marts.contradictions",
)  # fmt: skip
_COUNTED_BY: Final = (
    "row_key", "customer_key", "currency_code", "total_amount", "balance_amount", "days_past_due", "ageing_bucket",
    "changed_at",
)  # fmt: skip
"""What stands beside the checks of an invoice, so that whatever counts invoices need not join them again."""

OF_DOCUMENTS: Final = (
    "intermediate.shared_numbers", "intermediate.portal_companies", "intermediate.portal_pairs",
    "intermediate.portal_by_id", "intermediate.portal_unmatched",
)  # fmt: skip
"""Which numbers several invoices carry, and which documents the portal names by their ids."""

OF_PORTAL: Final = (
    "intermediate.customer_names", "intermediate.portal_strangers", "intermediate.portal_candidates",
    "intermediate.portal_form", "intermediate.portal_claims", "intermediate.portal_by_number",
)  # fmt: skip
"""Which documents the portal shows under their numbers; for that the mappings have to be known."""


@dataclass(frozen=True)
class RunContext:
    """A run that was ordered."""

    settings: Settings
    run: Run
    on_stage: OnStage
    orders: RunOptions
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return round(time.monotonic() - self.started, 1)


@dataclass(frozen=True)
class KnownBefore:
    """What a run knows before it judges: the runs before, the sources, and what people decided."""

    past: RunHistory
    read_in: ReadIn
    register: Snapshot
    inbox: Mapping[str, int | str | None]


def judge_run(engine: Engine, order: RunContext, begun: KnownBefore) -> JudgedRun:
    """Everything between the sources and the marts."""
    past, read_in = begun.past, begun.read_in
    register = with_keys_of_list(engine, begun.register)
    settings, run, on_stage = order.settings, order.run, order.on_stage
    models = read_models()
    is_shrink_accepted = order.orders.is_shrink_accepted
    files, inputs, read = read_in.files, read_in.inputs, sources_read(read_in.inputs)
    write_control(engine, settings, run, find_scopes(engine, inputs, read))
    engine.write("ctl.portal_memory", past.portal_memory)
    build(engine, models, names_in(models, "staging"))
    on_stage(RunStage.MATCH)
    with closing(engine.beside()) as beside, ThreadPoolExecutor(1) as aside, ExitStack() as leaving:
        # a run that fails here does not wait for joins that nobody will read
        leaving.callback(aside.shutdown, cancel_futures=True)
        shared = aside.submit(share_numbers, beside, models)
        documents = aside.submit(build, beside, models, OF_DOCUMENTS)
        _map(engine, shared, order, register.current)
        joins = read_in.joins + check_clients(engine, read_in, is_shrink_accepted=is_shrink_accepted)
        if not is_shrink_accepted:
            check_coverage(inputs, read, engine)
        on_stage(RunStage.CHECK_ACCESS)
        _check_access(engine, models, settings)
        documents.result()
    on_stage(RunStage.CHECK_INVOICES)
    list_at = engine.columns("ctl.run", "portal_list_at").item().replace(tzinfo=UTC)
    log = SyncLog.of(engine.frame("from staging.sync__runs"), settings.portal, list_at)
    _check_invoices(engine, models, order, (log, list_at, register.contacts))
    build(engine, models, _AFTER_CHECKS)
    on_stage(RunStage.FIND_SYNC_GAPS)
    _find_gaps(engine, settings, log)
    write_contact_states(engine, settings, complete(read), register.contacts)
    on_stage(RunStage.COMPARE_RUNS)
    comparison = RunComparison(engine, run, past, read, joins)
    compare(engine, past, comparison.reading)
    build(engine, models, names_in(models, "report"))
    return JudgedRun(settings, files, comparison, register.head, begun.inbox)


def share_numbers(engine: Engine, models: Mapping[str, Model]) -> pl.DataFrame:
    """Pair accounting's invoices with ConnectWise's by their numbers.

    Returns:
        `matching.shared_invoices`: how many numbers each customer and company share, and how often the totals agree.
    """
    build(engine, models, ["matching.number_pairs"])
    pairs = engine.columns("matching.number_pairs", "row_key", "row_key_cw")
    engine.write("matching.repeated_pairs", ambiguous_pairs(pairs))
    build(engine, models, ["matching.shared_invoices"])
    return engine.frame("from matching.shared_invoices")


def _map(engine: Engine, shared: Future[pl.DataFrame], order: RunContext, judgements: pl.DataFrame) -> None:
    settings, run = order.settings, order.run
    # whoever was snoozed until today is back
    is_over = pl.col("snoozed_until") <= run.as_of.astimezone(settings.portal_zone).date()
    judgements = judgements.filter(~is_over.fill_null(value=False))
    engine.write("matching.judgements", judgements)
    customers = engine.frame("from staging.accounting__customers")
    companies = engine.frame("from staging.connectwise__companies")
    contacts = engine.frame("from staging.connectwise__contacts")
    both = normalize_records(customers, companies, contacts, settings.provider.email_domains)
    card, portal = read_scorecard(settings.scorecard_path), engine.frame("from staging.portal__mappings")
    findings = linker.findings(both, shared.result(), card)
    policy = Policy(settings.matching.policy, settings.matching.review_floor, settings.matching.candidates)
    shown = decide(findings, linker.prior_decisions(both, judgements, portal), policy)
    candidates = linker.candidate_rows(shown, both, card)
    engine.write("matching.candidates", candidates)
    known = resolve.Decisions(judgements, portal, companies)
    engine.write("matching.mappings", resolve.resolve_mappings(customers, candidates, known))


def _check_access(engine: Engine, models: dict[str, Model], settings: Settings) -> None:
    portal = settings.portal
    build(engine, models, ["intermediate.contact_facts"])
    engine.write(
        "marts.contact_checks", access_checks.check_contacts(engine.frame("from intermediate.contact_facts"), portal)
    )
    build(engine, models, ["intermediate.company_facts"])
    engine.write(
        "marts.company_checks", access_checks.check_companies(engine.frame("from intermediate.company_facts"), portal)
    )


def _check_invoices(
    engine: Engine, models: dict[str, Model], order: RunContext, known: tuple[SyncLog, datetime, pl.DataFrame]
) -> None:
    settings, (log, list_at, decisions) = order.settings, known
    has_list, has_billed = engine.columns("ctl.run", "has_portal_list", "has_connectwise_invoices").row(0)
    check_context = invoice_checks.CheckContext(
        as_of=order.run.as_of.astimezone(UTC),
        portal=settings.portal,
        log=log,
        list_at=list_at,
        has_portal_list=has_list,
        has_connectwise_invoices=has_billed,
    )
    build(engine, models, ["intermediate.contact_emails", "intermediate.customer_facts", *OF_PORTAL])
    facts = engine.frame("from intermediate.customer_facts")
    customers = customer_checks.check_customers(facts, settings.matching.ambiguous_lead)
    engine.write("marts.customer_checks", contradictions.doubt(customers, facts))
    check_context = replace(check_context, unadvised=without_access(engine, decisions))
    build(engine, models, ["intermediate.invoice_facts"])
    engine.write(
        "marts.invoice_checks", _checked(engine.frame("from intermediate.invoice_facts limit 0"), check_context)
    )
    starts = range(0, engine.count("accepted.accounting_invoices"), BATCH_ROWS)
    for facts in engine.batches("intermediate.invoice_facts", "row_key", starts):
        engine.append("marts.invoice_checks", _checked(facts, check_context))
    build(engine, models, ["intermediate.cause_masks"])
    sets = engine.frame("from intermediate.cause_masks")
    texts = [" ".join(codes(mask)) for mask in sets["mask"]]
    engine.write("marts.cause_sets", sets.with_columns(codes=pl.Series(texts, dtype=pl.String)))


def _checked(facts: pl.DataFrame, check_context: invoice_checks.CheckContext) -> pl.DataFrame:
    return facts.select(_COUNTED_BY).hstack(invoice_checks.check_invoices(facts, check_context).drop("row_key"))


def _find_gaps(engine: Engine, settings: Settings, log: SyncLog) -> None:
    missed = engine.frame("from marts.missed_invoices")
    # only what was missed needs the times of everything else
    some = "" if len(missed) else " limit 0"
    times = engine.frame(f"from intermediate.change_times order by changed_at{some}")
    arrived = to_instants(times.filter("is_present")["changed_at"])
    grouped = gaps.group_gaps(missed, arrived, log)
    engine.write("marts.sync_gaps", gaps.describe_gaps(grouped))
    engine.write("marts.gap_invoices", grouped.select("gap_id", "row_key", "invoice_id_acct"))
    today = engine.columns("ctl.run", "as_of_date").item()
    oldest = today - timedelta(days=min(settings.backfill.oldest_days, (today - date.min).days))
    reading = backfill.ChangeTimes(to_instants(times["changed_at"]), settings.portal_zone, oldest)
    wanted = missed.filter(~pl.col("is_held_back"))
    engine.write("marts.backfill_options", backfill.backfill_options(wanted, reading, settings.backfill))
