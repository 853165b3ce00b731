"""A portal's list that comes at its usual pace makes runs narrower, and never partial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Settings, load
from etl.domain import Run
from etl.history.source_status import RunInputs, freshest_allowed
from etl.history.store import PastRun
from tests.support.provider_runs import FIXTURES

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
STALE_DAYS = 7


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Any; no file is read here."""
    return load(FIXTURES / "night" / "billsight.toml", {})


def _at(day: int) -> str:
    return f"{START + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"


def _allowed(settings: Settings, changed: list[int], today: int) -> float | None:
    """The age from which the list is too old, with a run every day and a list that was another one on some days."""
    past = []
    for day in range(today):
        since = _at(max((one for one in changed if one <= day), default=0))
        facts = {"sources": {"portal_invoices": {"unchanged_since": since}}}
        past.append(PastRun(day + 1, f"run-{day}", _at(day), 0, is_published=True, seconds=1, facts=facts))
    inputs = RunInputs(settings, Run("tonight", START + timedelta(days=today)), [], {}, past)
    return freshest_allowed(inputs, "portal_invoices", 1, STALE_DAYS)


@given(gap=st.integers(1, 31), lists=st.integers(2, 5), late=st.integers(0, 100))
def test_a_list_is_too_old_one_and_a_half_times_its_usual_gap_after_it_came(
    settings: Settings, gap: int, lists: int, late: int
) -> None:
    """Daily, weekly or monthly: on no day before that the run is partial because of it."""
    changed = [number * gap for number in range(lists)]
    today = changed[-1] + 1 + late % gap
    allowed = _allowed(settings, changed, today)
    assert allowed == max(STALE_DAYS, 1.5 * gap)
    assert today - changed[-1] <= allowed


def test_one_long_gap_makes_no_habit(settings: Settings) -> None:
    """A list that came every day and once not for a month is expected every day."""
    assert _allowed(settings, [1, 2, 3, 4, 34, 35, 36], 40) == STALE_DAYS


def test_a_list_that_never_changed_has_no_habit(settings: Settings) -> None:
    """Then the setting alone decides."""
    assert _allowed(settings, [0], 30) == STALE_DAYS
