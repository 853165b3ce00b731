"""A machine whose clock is wrong judges nothing and removes nothing; what a person says is never doubted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.cli import run as command
from etl.demo.plan import AS_OF
from etl.errors import ExitCode
from etl.pipeline import setup
from tests.support.command_results import Billsight, Ended

Night = Callable[[datetime], Ended]


def clock_at(instant: datetime) -> type[datetime]:
    """What a module takes for the clock of the machine."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            del tz
            return instant

    return Clock


@pytest.fixture
def at(provider: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A run on a machine whose clock says that it is this instant."""

    def run(now: datetime) -> Ended:
        monkeypatch.setattr(command, "datetime", clock_at(now))
        monkeypatch.setenv("BILLSIGHT_RETENTION__DAYS", "0")
        return billsight("run", "--config", provider / "billsight.toml")

    return run


@pytest.mark.parametrize(
    "now", [datetime(1970, 1, 1, tzinfo=UTC), AS_OF - timedelta(hours=1), datetime(2099, 1, 1, tzinfo=UTC)]
)
def test_a_clock_that_is_wrong_publishes_and_prunes_nothing(provider: Path, at: Night, now: datetime) -> None:
    """Both instants are reported, and what to do; decided files stay where they are."""
    (provider / "inbox").mkdir()
    (provider / "inbox" / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = sorted(path for path in (provider / "out" / "runs").rglob("*"))
    ended = at(now)
    assert ended.code == ExitCode.UNUSABLE
    assert f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC" in ended.err
    assert re.search(r"(night-1, was at|runs is) 202[67]-", ended.err)
    assert "Correct the clock, or pass the right instant with --as-of." in ended.err
    assert sorted(path for path in (provider / "out" / "runs").rglob("*")) == before
    assert [path.name for path in (provider / "inbox").iterdir()] == ["odd.csv"]


def test_a_first_run_is_held_against_the_sources(provider: Path, at: Night) -> None:
    """Where there is no run, what changed last in them is what is known; the file is named."""
    shutil.rmtree(provider / "out")
    shutil.rmtree(provider / "state")
    ended = at(AS_OF - timedelta(days=30))
    assert ended.code == ExitCode.UNUSABLE
    assert re.search(r"newest change in \S+ was at 2026-11-2\d \d\d:\d\d UTC", ended.err)
    assert "[gates] clock_behind_days" in ended.err
    ended = at(AS_OF + timedelta(days=600))
    assert ended.code == ExitCode.UNUSABLE
    assert "[gates] clock_ahead_days" in ended.err
    assert not (provider / "out" / "latest").exists()


def test_one_odd_date_vouches_for_no_clock(provider: Path, at: Night) -> None:
    """An invoice of 2098 does not make 2099 likely."""
    path = provider / "connectwise_invoices.csv"
    head, first, *others = path.read_text(encoding="utf-8").splitlines(keepends=True)
    dated, count = re.subn(r",20\d\d-\d\d-\d\d,", ",2098-12-31,", first, count=1)
    assert count == 1
    path.write_text("".join([head, dated, *others]), encoding="utf-8")
    ended = at(datetime(2099, 1, 1, tzinfo=UTC))
    assert ended.code == ExitCode.UNUSABLE
    assert "[gates] clock_ahead_days" in ended.err


def test_check_says_what_a_run_would_say_of_the_clock(
    provider: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the run comes that would stop."""
    said = []
    for now in (AS_OF - timedelta(hours=1), AS_OF):
        monkeypatch.setattr(setup, "datetime", clock_at(now))
        said.append(billsight("check", "--config", provider / "billsight.toml").out)
    assert ["A run would stop (exit code 4): the clock of this machine says" in one for one in said] == [True, False]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=380)])
def test_lists_that_are_old_do_not_make_a_clock_wrong(at: Night, later: timedelta) -> None:
    """A list of each week, or one that stands still for a year."""
    assert at(AS_OF + later).code in {ExitCode.COMPLETE, ExitCode.PARTIAL}


@pytest.mark.parametrize("instant", ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_an_instant_that_a_person_gives_is_taken(provider: Path, billsight: Billsight, instant: str) -> None:
    """Whatever the sources and the last run say."""
    ended = billsight("run", "--config", provider / "billsight.toml", "--as-of", instant)
    assert "clock of this machine" not in ended.err
    assert ended.code in {ExitCode.COMPLETE, ExitCode.PARTIAL}
