"""The small version of `make crash`: some runs, killed at any moment while somebody reads and somebody decides."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from etl.history.store import History
from etl.pipeline import run
from etl.publish.manifest import verify
from tests.reliability import crashes
from tests.reliability.reader import Reader
from tests.soak import runs as kills
from tests.support import provider_runs
from tests.support.decision_files import proposed

KILLS = kills(4)


@pytest.mark.slow
def test_killed_nights_leave_a_whole_report_a_whole_register_and_nothing_that_grows(tmp_path: Path) -> None:
    """After each kill `latest` is whole, no decision is lost or taken twice, and the next run succeeds."""
    site = crashes.prepared(tmp_path / "night", seed=5)
    reader = crashes.crash(site, KILLS)
    assert site.died.total() == KILLS
    assert reader.faults == []
    assert reader.reads > KILLS
    assert len(reader.runs) > 1
    assert site.memory.was_latest[0] == "night-0001"
    assert site.memory.was_latest[-1] == site.log.stem


def _run(out: Path, content: bytes, told: bytes) -> None:
    folder = out / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "report.html").write_bytes(content)
    digest = hashlib.sha256(told).hexdigest()
    entry = f'{{"name": "report.html", "bytes": {len(told)}, "sha256": "{digest}"}}'
    (folder / "manifest.json").write_text(f'{{"run_id": "one", "outputs": [{entry}]}}')
    (out / "latest").symlink_to("runs/one")


def test_the_reader_sees_what_is_torn_and_what_is_missing(tmp_path: Path) -> None:
    """A check that cannot fail is no check."""
    _run(tmp_path / "whole", b"whole", b"whole")
    _run(tmp_path / "torn", b"who", b"whole")
    assert (Reader(tmp_path / "whole")._read(), verify(tmp_path / "whole" / "latest")) == ([], [])
    assert Reader(tmp_path / "torn")._read() == ["report.html of one is torn"]
    (tmp_path / "whole" / "latest").unlink()
    with Reader(tmp_path / "whole") as reader:
        while not reader.reads:
            pass
    assert "latest" in reader.faults[0]


def test_a_lost_decision_and_a_leftover_are_seen(folder: Path) -> None:
    """As above, for what is looked at after each kill."""
    site = crashes.Site(folder, Random(1), proposed=proposed(folder))
    (folder / "inbox").mkdir()
    site.hand_in()
    crashes.check(site)
    (site.folder / "inbox" / "d-0001.csv").unlink()
    (site.out / ".latest-a").touch()
    (site.out / ".latest-b").touch()
    (site.out / "latest" / "invoices.csv").write_text("other")
    with pytest.raises(crashes.BrokenError, match=r"invoices\.csv has 5 bytes.* grow; d-0001\.csv is lost"):
        crashes.check(site)


SPOILT: dict[str, tuple[str, str]] = {
    "a run is missing": ("delete from runs", r"the history knows \[\], published were \['night-1'\]"),
    "a run was never published": (
        "insert into runs select 9, 'night-9', as_of_at, 0, 1, 0, facts from runs",
        r"the history knows \['night-1', 'night-9'\], published were \['night-1'\]",
    ),
    "an issue is missing": ("delete from episodes", "is open in the last night and not in the history"),
    "an issue is over": (
        "update episodes set subject_id = 'NOBODY' where subject_id = (select max(subject_id) from episodes)",
        "NOBODY .* is open in the history and not in its last night",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_history_that_is_not_what_was_published_is_seen(folder: Path, how: str) -> None:
    """As above, for the history."""
    site = crashes.Site(folder, Random(1))
    crashes.check(site)
    statement, told = SPOILT[how]
    with closing(sqlite3.connect(site.state / "history.sqlite")) as connection, connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute(statement)
    with pytest.raises(crashes.BrokenError, match=told):
        crashes.check(site)


def test_a_night_that_was_killed_before_it_was_remembered_is_remembered_by_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the next one comes to; until then, and only until then, the history may be a run behind."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    site = crashes.Site(folder, Random(1))
    crashes.check(site)
    before = History(site.state / "history.sqlite").open_issues().height
    with monkeypatch.context() as patched:
        patched.setattr(run, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            provider_runs.run(folder, "night-2", {"BILLSIGHT_PORTAL__MINIMUM_SECURITY_LEVEL": "6"})
    with pytest.raises(crashes.BrokenError, match=r"knows \['night-1'\], published were \['night-1', 'night-2'\]"):
        crashes.check(site)
    crashes.check(site, is_ended=False)
    assert site.memory.caught_up == {"night-2"}
    with monkeypatch.context() as patched:
        patched.setattr(run, "judge_run", killed)
        with pytest.raises(KeyboardInterrupt):
            provider_runs.run(folder, "night-3")
    crashes.check(site)
    assert History(site.state / "history.sqlite").open_issues().height > before
    provider_runs.run(folder, "night-4")
    crashes.check(site)
    assert site.memory.was_latest == ["night-1", "night-2", "night-4"]
