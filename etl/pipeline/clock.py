"""The clock of the machine, compared with the sources and the last run: a wrong clock judges and prunes wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from etl.domain import Run, instant
from etl.errors import ClockError
from etl.history.source_status import RunInputs
from etl.history.store import PastRun
from etl.warehouse.engine import Engine

_DATED: Final = ("accounting_invoices", "connectwise_invoices", "portal_invoices")
_ADVICE: Final = "Correct the clock, or pass the right instant with --as-of."


def check_clock_with_runs(run: Run, past: Sequence[PastRun]) -> None:
    """Compare the clock with the last published run. An instant that a person gave is never doubted.

    Args:
        run: the run that begins.
        past: the runs before, oldest first.

    Raises:
        ClockError: the clock is behind the last published run.
    """
    last = _last(past)
    if run.is_by_clock and last is not None and run.as_of < instant(last.as_of_at):
        message = (
            f"{_clock(run)}, and the last run, {last.run_id}, was at {_written(instant(last.as_of_at))}. {_ADVICE}"
        )
        raise ClockError([message])


def check_clock_with_sources(engine: Engine, inputs: RunInputs) -> None:
    """Compare the clock with the dates in the sources, not with the times of their files.

    Args:
        engine: the database, with the sources.
        inputs: the run, its files, and the runs before it.

    Raises:
        ClockError: the clock is behind the newest change in the sources, or far ahead of all that is known.
    """
    run, gates = inputs.run, inputs.settings.gates
    if not run.is_by_clock:
        return
    changes = [(file.newest_change_at.replace(tzinfo=UTC), file.file) for file in inputs.files if file.newest_change_at]
    newest, where = max(changes, default=(None, ""))
    if newest is not None and newest - run.as_of > _days(gates.clock_behind_days):
        message = (
            f"{_clock(run)}, and the newest change in {where} was at {_written(newest)}. {_ADVICE}"
            " If the instant in the file is wrong, correct it there, or raise [gates] clock_behind_days."
        )
        raise ClockError([message])
    last = _last(inputs.past)
    # one wrong date of an invoice must not vouch for a clock: dates count only where nothing else is known
    known = [*(at for at, _ in changes), *([instant(last.as_of_at)] if last else [])] or _invoice_dates(engine)
    if known and run.as_of - max(known) > _days(gates.clock_ahead_days):
        message = (
            f"{_clock(run)}, and the newest instant in the sources and the runs is {_written(max(known))},"
            f" more than {gates.clock_ahead_days:g} days before. {_ADVICE}"
            " If the lists are so old, raise [gates] clock_ahead_days."
        )
        raise ClockError([message])


def _last(past: Sequence[PastRun]) -> PastRun | None:
    return next((run for run in reversed(past) if run.is_published), None)


def _invoice_dates(engine: Engine) -> list[datetime]:
    """The newest date on an invoice of each list that has one."""
    newest = (engine.columns(f"accepted.{name}", "max(invoice_date)").item() for name in _DATED)
    return [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in newest if day is not None]


def _days(number: float) -> timedelta:
    return timedelta(days=number)


def _clock(run: Run) -> str:
    return f"the clock of this machine says {_written(run.as_of)}"


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
