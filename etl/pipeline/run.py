"""A run from its lock to its last line: what comes when, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from etl.config import Settings
from etl.domain import DATABASE, FileReport, OnStage, Run, RunStage
from etl.errors import BillsightError, ExitCode, HistoryError, InputError, InvariantError, Problem
from etl.extract import refuse_changed
from etl.history.record import RunEnding, load_history, record, record_failure
from etl.limits import check_limits, limit_errors
from etl.pipeline.clock import check_clock_with_runs
from etl.pipeline.gates import RunOptions
from etl.pipeline.load_sources import Awaited, read_in_sources
from etl.pipeline.outputs import write_outputs
from etl.pipeline.prune_runs import Pruned, prune_after_run
from etl.pipeline.stages import KnownBefore, RunContext, judge_run
from etl.publish.manifest import Written, counts, seal
from etl.publish.publication import Publication, lock
from etl.publish.run_log import Log, logged
from etl.review.inbox import InboxResult, take_inbox
from etl.review.site.site_state import check_history, check_state, read_register, used
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, names_in, read_models

_NO_ORDERS: Final = RunOptions()

ShowStage = Callable[[str], None]


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

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
    inbox: InboxResult = field(default_factory=InboxResult)
    pruned: Pruned = field(default_factory=Pruned)
    trouble: str | None = None
    remarks: tuple[str, ...] = ()


def reconcile(
    settings: Settings, run: Run, show_stage: ShowStage = lambda _: None, orders: RunOptions = _NO_ORDERS
) -> RunOutcome:
    """Run a run and publish it, whole or not at all.

    Args:
        settings: the configuration.
        run: identity and clock of the run.
        show_stage: shows a stage as it begins.
        orders: what the one who starts it says about it.

    Raises:
        InputError: a source cannot be understood.
        GateError: the run looks wrong.
        HistoryError: the history cannot be read, or is not the one that the last run knew.
        RegisterUnusableError: the register cannot be used, or is not the one that the last run knew.
        SiteKeyError: the site's key is not the one that the last run used.
        InvariantError: a law does not hold.
        RunLockedError: another run holds the output folder.
        OutputError: the output folder cannot be written.
        ResourcesExhaustedError: the machine gives too little memory, or too few threads or open files.
    """
    with logged(settings.out, run) as log:
        outcome = _reconcile(RunContext(settings, run, _both(log, show_stage), orders), log)
        log.end(outcome.exit_code)
    return outcome


def _both(log: Log, show_stage: ShowStage) -> OnStage:
    """Write each stage into the log, and show it."""

    def begin(stage: RunStage, relation: str | None = None, /) -> None:
        log.stage(stage, relation)
        show_stage(stage.label if relation is None else f"Reading {RELATIONS[relation].help}")

    return begin


def _reconcile(context: RunContext, log: Log) -> RunOutcome:
    settings, run = context.settings, context.run
    check_limits(settings.limits.memory_gb)
    with lock(settings.out, run.run_id) as held, _remembered(context), limit_errors(), Publication(held) as publication:
        check_state(settings)
        past = load_history(settings, partial(check_history, settings))
        check_clock_with_runs(run, past.runs)
        limits = settings.limits
        awaited = Awaited(settings, run, past.runs, context.orders.is_shrink_accepted)
        engine = Engine(publication.path(DATABASE), threads=limits.threads, memory_gb=limits.memory_gb)
        try:
            read_in = read_in_sources(engine, awaited, context.on_stage)
            # not before the clock was held against the sources: the times of decisions are compared with it
            context.on_stage(RunStage.IMPORT_INBOX)
            inbox = take_inbox(settings, run)
            judged = judge_run(engine, context, KnownBefore(past, read_in, read_register(settings), inbox.facts()))
            context.on_stage(RunStage.CHECK_INVARIANTS)
            _check_laws(engine, judged.files)
            context.on_stage(RunStage.WRITE_OUTPUTS)
            summary, facts = write_outputs(judged, context.orders, publication)
            states = engine.frame("from marts.issue_states")
            engine.save()
            log.write("counts", **counts(judged.files, summary))
        finally:
            engine.close()
        context.on_stage(RunStage.VERIFY)
        state = used(settings, judged.register, facts["after"]).facts()
        _seal(Written(settings, run, judged.files, summary, state), publication)
        context.on_stage(RunStage.PUBLISH)
        folder = publication.publish()
        context.on_stage(RunStage.RECORD)
        trouble = record(past, run, facts, RunEnding(states, context.seconds))
        context.on_stage(RunStage.PRUNE)
        pruned = prune_after_run(held, settings, run.as_of)
    return RunOutcome(folder, summary, ExitCode(facts["exit_code"]), inbox, pruned, trouble, _remarks(judged.files))


def _remarks(files: list[FileReport]) -> tuple[str, ...]:
    return tuple(f"{file.file}: {remark}" for file in files for remark in file.unknown)


@contextmanager
def _remembered(context: RunContext) -> Iterator[None]:
    """That a run failed is remembered, too."""
    try:
        yield
    except HistoryError:
        raise  # nothing is written where the history is to be restored
    except BillsightError as error:
        record_failure(context.settings, context.run, int(error.exit_code), context.seconds)
        raise


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
        raise InvariantError(violations)


def _seal(written: Written, publication: Publication) -> None:
    """Seal the run, unless a source changed while it was read: the manifest would name a file that is gone."""
    problems: list[Problem] = []
    for file in written.files:
        try:
            refuse_changed(file.source)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    seal(written, publication)
