"""The sources of a run: loaded, keys settled, joins measured, and all of it checked by the gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from etl.config import Settings
from etl.domain import FileReport, OnStage, Run, utc
from etl.errors import InputError, Problem
from etl.history.coverage import balances, is_open_by_shape, is_open_only, vanished
from etl.history.source_status import RunInputs, sources_read, unused, usual_runs
from etl.history.store import PastRun
from etl.pipeline.clock import check_clock_with_sources
from etl.pipeline.gates import check_joins, check_sources
from etl.pipeline.load import Loader
from etl.schemas import RELATIONS
from etl.validate.company_joins import join_companies
from etl.validate.join_questions import FIRST, LAST
from etl.validate.joins import LISTED, Measured, measure
from etl.validate.other_keys import Said, settle_keys
from etl.warehouse.engine import Engine


@dataclass(frozen=True)
class Awaited:
    """A run whose sources are to be read.

    Attributes:
        past: the runs before, oldest first.
        is_shrink_accepted: whether it is right that there is less than usual.
    """

    settings: Settings
    run: Run
    past: Sequence[PastRun] = ()
    is_shrink_accepted: bool = False


@dataclass(frozen=True)
class ReadIn:
    """The sources of a run.

    Attributes:
        files: what became of each file.
        joins: what could be measured before customers have companies.
    """

    files: list[FileReport]
    inputs: RunInputs
    joins: Measured


def read_in_sources(engine: Engine, awaited: Awaited, on_stage: OnStage) -> ReadIn:
    """Load the sources; what does not join is left out.

    Raises:
        InputError: a source cannot be understood.
        GateError: they are not what is usual, or the clock is wrong, or invoices do not join customers.
    """
    refuse_the_future(awaited.settings, awaited.run)
    is_accepted, loader = awaited.is_shrink_accepted, Loader(engine, awaited.settings)
    files = loader.load(on_stage)
    said = settle_keys(engine) + join_companies(engine)
    files = [replace(file, notes=_noted(file.relation, file.notes, said)) for file in files]
    inputs = _compared(engine, RunInputs(awaited.settings, awaited.run, files, loader.missing, awaited.past))
    check_clock_with_sources(engine, inputs)
    joins = Measured(measure(engine, FIRST), said)
    check_sources(inputs, sources_read(inputs), is_shrink_accepted=is_accepted)
    unjoined = check_joins(inputs, joins, is_shrink_accepted=is_accepted)
    inputs = replace(inputs, unjoined=_refused(said) | unjoined)
    loader.forget(unused(sources_read(inputs)))
    return ReadIn(files, inputs, joins)


def _noted(relation: str, notes: str, said: Sequence[Said]) -> str:
    """The notes on a file, and what is used in the place of its keys."""
    used = [one.note for one in said if one.note and one.reference.relation == relation]
    return "; ".join(part for part in (notes, *used) if part)


def _compared(engine: Engine, inputs: RunInputs) -> RunInputs:
    """With what is known of balances, and, where the portal's list is new, of invoices that are gone."""
    by_relation = balances(engine)
    is_list_new = any(
        source.relation == "portal_invoices" and source.rows and source.unchanged_since == inputs.run.as_of_at
        for source in sources_read(inputs)
    )
    past, name = usual_runs(inputs.past), "accounting_invoices"
    is_open = is_open_by_shape(inputs.files, name, inputs.settings) or is_open_only(
        by_relation[name], past, name, inputs.settings
    )
    gone = vanished(engine, inputs.settings) if inputs.past and is_list_new and is_open else None
    return replace(inputs, balances=by_relation, vanished=gone)


def check_clients(engine: Engine, read_in: ReadIn, *, is_shrink_accepted: bool) -> Measured:
    """Measure the joins that need mapped customers.

    Raises:
        GateError: too few companies with open invoices have contacts.
    """
    joins = Measured(measure(engine, LAST), read_in.joins.said)
    check_joins(read_in.inputs, joins, is_shrink_accepted=is_shrink_accepted)
    return joins


def joins_as_listed(engine: Engine, settings: Settings, run: Run) -> tuple[list[str], list[str], RunInputs]:
    """Every join in words, before anything is mapped: customers have the companies that the portal lists.

    Returns:
        The joins, why a run would be partial, and what was read.

    Raises:
        InputError: a source cannot be understood.
        GateError: too little joins for a run.
    """
    refuse_the_future(settings, run)
    loader = Loader(engine, settings)
    inputs = RunInputs(settings, run, loader.load(), loader.missing, ())
    said = settle_keys(engine) + join_companies(engine)
    measured = Measured([*measure(engine, FIRST), *measure(engine, LAST, LISTED)], said)
    unjoined = _refused(said) | check_joins(inputs, measured, is_shrink_accepted=True)
    troubles = [one.trouble for one in sources_read(replace(inputs, unjoined=unjoined)) if one.trouble]
    return measured.lines, troubles, inputs


def refuse_the_future(settings: Settings, run: Run) -> None:
    """Compare the setting as_of of every source with the clock of the run.

    Raises:
        InputError: a file would have been made after the run.
    """
    stated = [(name, one.as_of) for name in settings.sources for one in settings.sources_of(name) if one.as_of]
    problems = [
        Problem(
            f"[sources.{name}]",
            f"as_of = {at:%Y-%m-%d %H:%M}, which is in the future",
            f"an instant that is not later than this run's, {run.as_of.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
            "Say when the file was made, or leave as_of out.",
        )
        for name, at in stated
        if utc(at, settings.portal_zone) > utc(run.as_of, UTC)
    ]
    if problems:
        raise InputError(problems)


def _refused(said: Sequence[Said]) -> dict[str, str]:
    """The relations that are left out because of their columns, with the reason."""
    return {
        one.reference.relation: f"{RELATIONS[one.reference.relation].help} are not used. {one.text}"
        for one in said
        if one.is_refused
    }
