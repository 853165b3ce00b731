"""A machine whose clock is wrong judges nothing and removes nothing; what a person says is never doubted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.cli import night
from etl.demo.plan import AS_OF
from etl.errors import ExitCode
from tests.command import Billsight, Ended

Night = Callable[[datetime], Ended]


@pytest.fixture
def at(provider: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A run on a machine whose clock says that it is this instant."""

    def run(now: datetime) -> Ended:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:
                del tz
                return now

        monkeypatch.setattr(night, "datetime", Clock)
        monkeypatch.setenv("BILLSIGHT_RETENTION__DAYS", "0")
        return billsight("run", "--config", provider / "billsight.toml")

    return run


@pytest.mark.parametrize(
    "now", [datetime(1970, 1, 1, tzinfo=UTC), AS_OF - timedelta(hours=1), datetime(2099, 1, 1, tzinfo=UTC)]
)
def test_a_clock_that_is_wrong_publishes_and_prunes_nothing(provider: Path, at: Night, now: datetime) -> None:
    """Both instants are told, and what to do; decided files stay where they are."""
    (provider / "inbox").mkdir()
    (provider / "inbox" / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = sorted(path for path in (provider / "out" / "runs").rglob("*"))
    ended = at(now)
    assert ended.code == ExitCode.UNUSABLE
    assert f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC" in ended.err
    assert re.search(r"(night-1, was at|runs is) 202[67]-", ended.err)
    assert "Correct the clock, or pass the right instant with --as-of." in ended.err
    assert sorted(path for path in (provider / "out" / "runs").rglob("*")) == before
    if now < AS_OF:
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
