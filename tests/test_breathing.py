"""Lists of what is open breathe: what is paid may go, however much; what the portal still shows open may not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from etl.config import Settings, Source, load
from etl.domain import Run
from etl.errors import ExitCode, GateError
from etl.history.coverage import Balances, is_open_only
from etl.pipeline.gates import RunOptions
from etl.pipeline.run import RunOutcome, reconcile
from tests.support.orderly_clients import AS_OF, Clients, Row, clients


def _run(provider: Clients, number: int) -> RunOutcome:
    settings = load(provider.written(), {"BILLSIGHT_LIMITS__THREADS": "1"})
    return reconcile(settings, Run(f"night-{number}", AS_OF + timedelta(days=number)), lambda _: None, RunOptions())


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    """Sixty clients after a run in which everything was there; not to be changed."""
    provider = clients(tmp_path_factory.mktemp("sixty"), 60)
    assert _run(provider, 0).exit_code is ExitCode.COMPLETE
    return provider


@pytest.fixture
def provider(sixty: Clients, tmp_path: Path) -> Clients:
    """A copy of it."""
    shutil.copytree(sixty.folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    return clients(tmp_path, 60)


def _without(places: range) -> Callable[[int, Row], Row | None]:
    return lambda place, row: None if place in places else row


def test_minus_45_percent_after_autopay_raises_nothing(provider: Clients) -> None:
    """Both lists hold only what is open, and both lose what was paid."""
    for relation in ("accounting_invoices", "portal_invoices"):
        provider.change(relation, _without(range(27)))
    assert _run(provider, 1).exit_code is ExitCode.COMPLETE


def test_a_portal_that_has_caught_up_later_raises_nothing(provider: Clients) -> None:
    """The portal's list lost what was paid there; accounting has not posted the payments yet."""
    provider.change("portal_invoices", _without(range(27)))
    assert _run(provider, 1).exit_code is ExitCode.COMPLETE


def test_a_file_that_was_cut_stops_where_the_portal_still_shows_the_rest_open(provider: Clients) -> None:
    """Keys are compared, not rows: a new list of the portal has nearly half of what is gone, with its balances."""
    provider.change("accounting_invoices", _without(range(27)))
    provider.change("portal_invoices", lambda place, row: None if place == 59 else row)
    with pytest.raises(GateError, match=r"27 of 60 invoices that were open in the last run are missing, although"):
        _run(provider, 1)


def test_an_old_list_of_the_portal_proves_nothing_lost(provider: Clients) -> None:
    """The same weekly file as in the last run: it cannot know of the payments."""
    provider.change("accounting_invoices", _without(range(27)))
    assert _run(provider, 1).exit_code is ExitCode.COMPLETE


@pytest.mark.parametrize(
    ("scope", "balances", "is_open"),
    [
        ("all", Balances(100, 0), False), ("open", Balances(10, 3), True),
        ("since:2026-01-01", Balances(100, 0), False),
        (None, Balances(100, 0), True), (None, Balances(100, 1), False),
    ],
)  # fmt: skip
def test_the_stated_scope_says_whether_a_list_is_open_only(
    scope: str | None, balances: Balances, *, is_open: bool
) -> None:
    """Only where nothing is stated do the balances say it."""
    settings = Settings(base=Path(), sources={"accounting_invoices": Source(path="x", scope=scope)})
    assert is_open_only(balances, (), "accounting_invoices", settings) == is_open


def test_a_list_with_paid_invoices_that_shrinks_is_still_stopped(tmp_path: Path) -> None:
    """It is not open-only: what is paid stays in it."""
    provider = clients(tmp_path, 60).change(
        "accounting_invoices", lambda place, row: row | {"Balance": "0.00"} if place > 40 else row
    )
    _run(provider, 0)
    provider.change("accounting_invoices", _without(range(27)))
    with pytest.raises(GateError, match="33 rows, usually 60"):
        _run(provider, 1)


def test_customers_first_seen_in_this_run_do_not_lower_the_coverage(tmp_path: Path) -> None:
    """A month's intake of new customers, none mapped yet, is no collapse of the mappings; a collapse is."""
    provider = clients(tmp_path, 60)
    provider.change("portal_mappings", lambda place, row: row if place < 30 else None)
    everything = {name: list(provider.rows[name]) for name in ("accounting_customers", "accounting_invoices")}
    for name in everything:
        provider.change(name, lambda place, row: row if place < 30 else None)
    _run(provider, 0)
    for name, rows in everything.items():
        new = [row | {"Customer Name": f"Stranger {place}"} for place, row in enumerate(rows[30:])]
        provider.rows[name] = rows[:30] + new
    assert _run(provider, 1).exit_code is ExitCode.COMPLETE
    provider.change("portal_mappings", lambda _, row: row | {"Company ID": "", "Company Name": ""})
    for name in everything:
        provider.change(name, lambda place, row: row | {"Customer Name": f"Another {place}"})
    with pytest.raises(GateError, match=r"only 0% of the open money belongs to customers that are mapped"):
        _run(provider, 2)


def test_a_list_that_comes_every_ten_days_is_not_stale_before_fifteen(tmp_path: Path) -> None:
    """Half as long again as usual, whatever [gates] stale_days says."""
    provider = clients(tmp_path, 12)
    outcomes = []
    for day in (0, 10, 20, 34, 36):
        # invoices go on changing; the portal's list is made every ten days, and then no more
        changed = (AS_OF + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for row in provider.rows["accounting_invoices"]:
            row["Modified At"] = changed
        for row in provider.rows["portal_invoices"] if day <= 20 else ():
            row["portal_id"] = f"{row['portal_id']}-{day}"
        outcomes.append(_run(provider, day).exit_code)
    assert outcomes[3:] == [ExitCode.COMPLETE, ExitCode.PARTIAL]
