"""A night, stage by stage: the only file that knows the order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.changes import Tonight
from etl.clock import check_clock_with_runs
from etl.config import Settings
from etl.contact_work import without_access, write_contact_states
from etl.control import write_control
from etl.diagnose import access, backfill, causes, contradictions, gaps
from etl.diagnose.sync import SyncLog, to_instants
from etl.documents import OF_DOCUMENTS, OF_PORTAL, share_numbers
from etl.domain import Run
from etl.engine import Engine
from etl.errors import BillsightError, BrokenPromise, ExitCode, HistoryRefusal
from etl.gates import Orders, check_coverage
from etl.inbox import Taken, take_inbox
from etl.limits import check_limits, limits_told
from etl.loading import FileReport
from etl.logs import Log, logged
from etl.manifest import Written, counts, seal
from etl.match import link, mappings
from etl.match.certainty import Policy, certainty
from etl.match.profiles import profiles
from etl.match.scorecard import read_scorecard
from etl.models import Model, build, names_in, read_models
from etl.outputs import Night, write_outputs
from etl.pruning import Pruned, prune_after_night
from etl.publish import Publication, lock
from etl.reading_in import Awaited, ReadIn, check_clients, read_in_sources
from etl.remembering import Ended, Past, compare, recall, record, record_failure
from etl.review.register import Snapshot
from etl.scopes import find_scopes
from etl.sources import complete, sources_read
from etl.state import check_state, read_register, used
from etl.taxonomy import codes

BATCH_ROWS: Final = 1_000_000
_AFTER_CHECKS: Final = (
    "marts.invoice_visibility", "marts.missed_invoices", "marts.change_times", "marts.contact_access",
    "marts.company_access", "marts.posting_habits", "marts.unposted_invoices", "marts.portal_only_invoices",
    "marts.amount_differences", "marts.portal_memory", "marts.contradictions",
)  # fmt: skip

_COUNTED_BY: Final = (
    "row_key", "customer_key", "currency_code", "total_amount", "balance_amount", "days_past_due", "ageing_bucket",
    "changed_at",
)  # fmt: skip
"""What stands beside the checks of an invoice, so that whatever counts invoices need not join them again."""

_NO_ORDERS: Final = Orders()

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a night ended.

    Attributes:
        folder: the published run.
        summary: the content of summary.json.
        inbox: what was found in the inbox.
        pruned: what went from older runs.
        trouble: why the history could not be written; null where it was.
        remarks: words in the sources that nobody here knows, and what was made of them.
    """

    folder: Path
    summary: dict[str, Any]
    exit_code: ExitCode
    inbox: Taken = field(default_factory=Taken)
    pruned: Pruned = field(default_factory=Pruned)
    trouble: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Night:
    """A night that was ordered."""

    settings: Settings
    run: Run
    tell: Tell
    orders: Orders
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return round(time.monotonic() - self.started, 1)


@dataclass(frozen=True)
class _Begun:
    """What a run knows before it judges: the runs before, the sources, and what people decided."""

    past: Past
    read_in: ReadIn
    register: Snapshot
    inbox: Mapping[str, int | str | None]


def reconcile(settings: Settings, run: Run, tell: Tell = lambda _: None, orders: Orders = _NO_ORDERS) -> Outcome:
    """Run a night and publish it, whole or not at all.

    Args:
        settings: the configuration.
        run: identity and clock of the night.
        tell: is told each stage as it begins.
        orders: what the one who starts it says about it.

    Raises:
        InputError: a source cannot be understood.
        GateTripped: the night looks wrong.
        HistoryRefusal: the history cannot be read, or is not the one that the last run knew.
        RegisterUnusable: the register cannot be used, or is not the one that the last run knew.
        SiteKeyRefusal: the site's key is not the one that the last run used.
        BrokenPromise: a law does not hold.
        RunLocked: another run holds the output folder.
        OutputError: the output folder cannot be written.
        ResourcesExhausted: the machine gives too little memory, or too few threads or open files.
    """
    with logged(settings.out, run) as log:
        outcome = _reconcile(_Night(settings, run, _both(log, tell), orders), log)
        log.end(outcome.exit_code)
    return outcome


def _both(log: Log, tell: Tell) -> Tell:
    """Each stage goes into the log, and to whoever watches."""

    def stage(name: str) -> None:
        log.stage(name)
        tell(name)

    return stage


def _reconcile(night: _Night, log: Log) -> Outcome:
    settings, run = night.settings, night.run
    check_limits()
    with (
        lock(settings.out, run.run_id) as held,
        _remembered(night),
        limits_told(),
        Publication(held) as publication,
    ):
        check_state(settings)
        past = recall(settings)
        check_clock_with_runs(run, past.runs)
        limits = settings.limits
        awaited = Awaited(settings, run, past.runs, night.orders.is_shrink_accepted)
        engine = Engine(publication.path("night.duckdb"), threads=limits.threads, memory_gb=limits.memory_gb)
        try:
            read_in = read_in_sources(engine, awaited, night.tell)
            # not before the clock was held against the sources: the times of decisions are compared with it
            night.tell("taking what lies in the inbox")
            inbox = take_inbox(settings, run)
            judged = judge_night(engine, night, _Begun(past, read_in, read_register(settings), inbox.told()))
            night.tell("checking the laws")
            _check_laws(engine, judged.files)
            night.tell("writing the report and the files")
            summary, facts = write_outputs(judged, night.orders, publication)
            states = engine.frame("from marts.issue_states")
            engine.save()
            log.write("counts", **counts(judged.files, summary))
        finally:
            engine.close()
        night.tell("reading back what was written")
        state = used(settings, judged.register, facts["after"]).told()
        seal(Written(settings, run, judged.files, summary, state), publication)
        night.tell("publishing")
        folder = publication.publish()
        trouble = record(past, run, facts, Ended(states, night.seconds))
        night.tell("pruning old runs")
        pruned = prune_after_night(held, settings, run.as_of)
    remarks = tuple(f"{file.file}: {remark}" for file in judged.files for remark in file.unknown)
    return Outcome(folder, summary, ExitCode(facts["exit_code"]), inbox, pruned, trouble, remarks)


@contextmanager
def _remembered(night: _Night) -> Iterator[None]:
    """That a night failed is remembered, too."""
    try:
        yield
    except HistoryRefusal:
        raise  # nothing is written where the history is to be restored
    except BillsightError as error:
        record_failure(night.settings, night.run, int(error.exit_code), night.seconds)
        raise


def judge_night(engine: Engine, order: _Night, begun: _Begun) -> Night:
    """Everything between the sources and the marts."""
    past, read_in, register = begun.past, begun.read_in, begun.register
    settings, run, tell = order.settings, order.run, order.tell
    models = read_models()
    is_shrink_accepted = order.orders.is_shrink_accepted
    files, evening, read = read_in.files, read_in.evening, sources_read(read_in.evening)
    write_control(engine, settings, run, find_scopes(engine, evening, read))
    engine.write("ctl.portal_memory", past.portal_memory)
    build(engine, models, names_in(models, "staging"))
    tell("mapping customers to companies")
    with closing(engine.beside()) as beside, ThreadPoolExecutor(1) as aside, ExitStack() as leaving:
        # a night that fails here does not wait for joins that nobody will read
        leaving.callback(aside.shutdown, cancel_futures=True)
        shared = aside.submit(share_numbers, beside, models)
        documents = aside.submit(build, beside, models, OF_DOCUMENTS)
        _map(engine, shared, order, register.current)
        joins = read_in.joins + check_clients(engine, read_in, is_shrink_accepted=is_shrink_accepted)
        if not is_shrink_accepted:
            check_coverage(evening, read, engine)
        tell("checking who can look into the portal")
        _check_access(engine, models, settings)
        documents.result()
    tell("finding why each invoice does or does not show")
    list_at = engine.rows("select portal_list_at from ctl.run")[0][0].replace(tzinfo=UTC)
    log = SyncLog.of(engine.frame("from staging.sync__runs"), settings.portal, list_at)
    _check_invoices(engine, models, order, (log, list_at, register.contacts))
    build(engine, models, _AFTER_CHECKS)
    tell("looking for sync gaps")
    _find_gaps(engine, settings, log)
    build(engine, models, [name for name in names_in(models, "marts") if name.startswith("marts.report_")])
    write_contact_states(engine, settings, complete(read), register.contacts)
    tell("comparing with the last night")
    tonight = Tonight(engine, run, past, read, joins)
    compare(engine, past, tonight.reading)
    return Night(settings, files, tonight, register.head, begun.inbox)


def _map(engine: Engine, shared: Future[pl.DataFrame], order: _Night, judgements: pl.DataFrame) -> None:
    settings, run = order.settings, order.run
    # whoever was snoozed until today is back
    is_over = pl.col("snoozed_until") <= run.as_of.astimezone(settings.portal_zone).date()
    judgements = judgements.filter(~is_over.fill_null(value=False))
    engine.write("matching.judgements", judgements)
    customers = engine.frame("from staging.accounting__customers")
    companies = engine.frame("from staging.connectwise__companies")
    contacts = engine.frame("from staging.connectwise__contacts")
    both = profiles(customers, companies, contacts, settings.provider.email_domains)
    card, portal = read_scorecard(settings.scorecard_path), engine.frame("from staging.portal__mappings")
    findings = link.findings(both, shared.result(), card)
    policy = Policy(settings.matching.policy, settings.matching.review_floor, settings.matching.candidates)
    shown = certainty(findings, link.decided(both, judgements, portal), policy)
    candidates = link.told(shown, both, card)
    engine.write("matching.candidates", candidates)
    known = mappings.Known(judgements, portal, companies)
    engine.write("matching.mappings", mappings.mappings(customers, candidates, known))


def _check_access(engine: Engine, models: dict[str, Model], settings: Settings) -> None:
    portal = settings.portal
    build(engine, models, ["marts.contact_facts"])
    engine.write("marts.contact_checks", access.check_contacts(engine.frame("from marts.contact_facts"), portal))
    build(engine, models, ["marts.company_facts"])
    engine.write("marts.company_checks", access.check_companies(engine.frame("from marts.company_facts"), portal))


def _check_invoices(
    engine: Engine, models: dict[str, Model], order: _Night, known: tuple[SyncLog, datetime, pl.DataFrame]
) -> None:
    settings, (log, list_at, decisions) = order.settings, known
    has_list, has_billed = engine.rows("select has_portal_list, has_connectwise_invoices from ctl.run")[0]
    night = causes.Night(
        as_of=order.run.as_of.astimezone(UTC),
        portal=settings.portal,
        log=log,
        list_at=list_at,
        has_portal_list=has_list,
        has_connectwise_invoices=has_billed,
    )
    build(engine, models, ["marts.contact_emails", "marts.customer_facts", *OF_PORTAL])
    facts = engine.frame("from marts.customer_facts")
    customers = causes.check_customers(facts, settings.matching.ambiguous_lead)
    engine.write("marts.customer_checks", contradictions.doubt(customers, facts))
    night = replace(night, unadvised=without_access(engine, decisions))
    build(engine, models, ["marts.invoice_facts"])
    engine.write("marts.invoice_checks", _checked(engine.frame("from marts.invoice_facts limit 0"), night))
    starts = range(0, engine.count("accepted.accounting_invoices"), BATCH_ROWS)
    for facts in engine.batches("marts.invoice_facts", "row_key", starts):
        engine.append("marts.invoice_checks", _checked(facts, night))
    sets = engine.frame("select distinct unnest([failed, unknown]) as mask from marts.invoice_checks order by mask")
    texts = [" ".join(codes(mask)) for mask in sets["mask"]]
    engine.write("marts.cause_sets", sets.with_columns(codes=pl.Series(texts, dtype=pl.String)))


def _checked(facts: pl.DataFrame, night: causes.Night) -> pl.DataFrame:
    return facts.select(_COUNTED_BY).hstack(causes.check_invoices(facts, night).drop("row_key"))


def _find_gaps(engine: Engine, settings: Settings, log: SyncLog) -> None:
    missed = engine.frame("from marts.missed_invoices")
    # only what was missed needs the times of everything else
    some = "" if len(missed) else " limit 0"
    times = engine.frame(f"select * from marts.change_times order by changed_at{some}")
    arrived = to_instants(times.filter("is_present")["changed_at"])
    grouped = gaps.group_gaps(missed, arrived, log)
    engine.write("marts.sync_gaps", gaps.describe_gaps(grouped))
    engine.write("marts.gap_invoices", grouped.select("gap_id", "row_key", "invoice_id_acct"))
    (today,) = engine.rows("select as_of_date from ctl.run")[0]
    oldest = today - timedelta(days=min(settings.backfill.oldest_days, (today - date.min).days))
    reading = backfill.Reading(to_instants(times["changed_at"]), settings.portal_zone, oldest)
    wanted = missed.filter(~pl.col("is_held_back"))
    engine.write("marts.backfill_options", backfill.backfill_options(wanted, reading, settings.backfill))


def _check_laws(engine: Engine, files: list[FileReport]) -> None:
    models = read_models()
    checks = names_in(models, "checks")
    build(engine, models, checks)
    violations = [f"{name}: {row}" for name in sorted(checks) for (row,) in engine.rows(f"from {name}")]
    violations += [
        f"{file.relation}, {file.file}: {file.rows_extracted} rows were read,"
        f" {file.rows_accepted} accepted and {file.rows_quarantined} quarantined"
        for file in files
        if file.rows_extracted != file.rows_accepted + file.rows_quarantined
    ]
    if violations:
        raise BrokenPromise(violations)
