"""Pruning: old runs shrink to their numbers, and whatever somebody may still need stays."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from etl.config import load
from etl.demo.plan import AS_OF
from etl.errors import ExitCode
from etl.pipeline import prune_runs
from etl.pipeline.prune_runs import PruneBlockedError, Pruned, prune
from etl.publish.manifest import KEPT, verify
from etl.publish.publication import lock
from tests.reliability.calling import environment
from tests.support import provider_runs
from tests.support.command_results import Billsight
from tests.support.decision_files import decide, proposed, save

KILLED = """
import os, signal, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from etl.pipeline import prune_runs as pruning
from etl.config import load
from etl.publish.publication import lock

removed = 0
rename = Path.rename
def killing(self, target):
    global removed
    removed += 1
    if removed == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
Path.rename = killing
settings = load(Path(sys.argv[1]))
with lock(settings.out, "prune") as held:
    pruning.prune(held, settings, datetime(2027, 6, 1, tzinfo=UTC))
"""


@pytest.fixture(scope="module")
def three(decided_on: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixtures after three runs, forty, twenty and no days old."""
    folder = shutil.copytree(decided_on, tmp_path_factory.mktemp("pruning") / "night", symlinks=True)
    shutil.rmtree(folder / "out")
    for number, days in ((1, 40), (2, 20), (3, 0)):
        provider_runs.run(
            folder, f"night-{number}", {"BILLSIGHT_RETENTION__DAYS": "1000"}, AS_OF - timedelta(days=days)
        )
    return folder


@pytest.fixture
def folder(three: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(three, tmp_path / "night", symlinks=True)


def _pruned(folder: Path, *, days: int = 30, later: int = 0, is_dry: bool = False) -> Pruned:
    settings = load(folder / "billsight.toml", {"BILLSIGHT_RETENTION__DAYS": str(days)})
    with lock(settings.out, "prune") as held:
        return prune(held, settings, AS_OF + timedelta(days=later), is_dry=is_dry)


def _names(folder: Path, run: str) -> set[str]:
    return {path.name for path in (folder / "out" / "runs" / run).iterdir()}


def _logs(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "out" / "logs").iterdir())


def test_what_is_older_than_its_days_shrinks_to_its_numbers(folder: Path) -> None:
    """The oldest of three; the summary and the manifest stay for ever, and are still what was published."""
    found = _pruned(folder, is_dry=True)
    assert (found.runs, found.logs) == (["night-1"], ["night-1.jsonl"])
    assert found.freed > 10_000_000
    assert _names(folder, "night-1") == _names(folder, "night-2")
    done = _pruned(folder)
    assert (done.runs, done.logs, done.freed) == (found.runs, found.logs, found.freed)
    assert _names(folder, "night-1") == KEPT
    assert _logs(folder) == ["night-2", "night-3"]
    assert verify(folder / "out" / "runs" / "night-1") == []
    assert verify(folder / "out" / "runs" / "night-2") == []
    assert not _pruned(folder).runs


def test_the_latest_run_stays_whatever_its_age(folder: Path) -> None:
    """Years later, with nothing to be kept: somebody may still read it."""
    assert [_pruned(folder, days=0, later=2000).runs for _ in range(3)] == [["night-1"], ["night-2"], []]
    assert verify(folder / "out" / "latest") == []
    assert len(_names(folder, "night-3")) > len(KEPT)


def test_a_clock_that_is_wrong_costs_half_of_the_runs_at_most(
    folder: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could bring the others back; what stays longer is reported, by the command and by a run."""
    dry = _pruned(folder, later=4000, is_dry=True)
    assert (dry.runs, dry.logs, dry.held_back) == (["night-1"], ["night-1.jsonl"], 2)
    assert "2 more old runs and logs stay until the next pruning" in str(dry)
    monkeypatch.setenv("BILLSIGHT_RETENTION__DAYS", "0")
    late = billsight("run", "--config", folder / "billsight.toml", "--as-of", "2026-11-23T02:00:00Z")
    assert "stay until the next pruning: at most half are removed at once" in late.out
    assert len(_names(folder, "night-3")) > len(KEPT)


def test_a_run_stays_that_a_waiting_file_was_decided_on(folder: Path) -> None:
    """Until the file is taken: its rows are compared with what that run wrote."""
    (folder / "inbox").mkdir()
    rows = [{**row, "run_id": "night-1"} for row in proposed(folder)[:2]]
    save(folder / "inbox" / "late.csv", decide(rows, "approve"))
    assert _pruned(folder, days=0, later=100).runs == ["night-2"]
    assert _logs(folder) == ["night-1", "night-3"]
    (folder / "inbox" / "late.csv").unlink()
    assert _pruned(folder, days=0, later=100).runs == ["night-1"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00spoilt", b"PK\x03\x04 no workbook", b"a,b\n1,2\n"])
def test_when_a_waiting_file_cannot_be_read_nothing_is_pruned(
    folder: Path, content: bytes, billsight: Billsight
) -> None:
    """It may have been decided on any of them; the command says so and fails, a run says so and succeeds."""
    (folder / "inbox").mkdir()
    (folder / "inbox" / "odd.csv").write_bytes(content)
    with pytest.raises(PruneBlockedError, match=r"Nothing was pruned: \S+odd\.csv is in the inbox"):
        _pruned(folder, days=0, later=100)
    assert len(_names(folder, "night-1")) > len(KEPT)
    ended = billsight("prune", "--config", folder / "billsight.toml")
    assert (ended.code, ended.out) == (ExitCode.UNUSABLE, "")
    assert ended.err.startswith("billsight: Nothing was pruned")
    assert len(ended.err.splitlines()) == 1


def test_a_night_prunes_and_says_nothing_of_it(folder: Path) -> None:
    """By its own clock; the run before it may be one that goes."""
    outcome = provider_runs.run(folder, "night-4", {"BILLSIGHT_RETENTION__DAYS": "10"}, AS_OF + timedelta(days=1))
    assert outcome.pruned.runs == ["night-1", "night-2"]
    assert str(outcome.pruned) == ""
    assert _names(folder, "night-2") == KEPT


def test_a_night_whose_pruning_fails_is_a_success(
    folder: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a warning on its line; whatever went wrong there."""

    def failing(*_: object) -> None:
        message = "disc on fire"
        raise RuntimeError(message)

    monkeypatch.setattr(prune_runs, "_remove", failing)
    monkeypatch.setenv("BILLSIGHT_RETENTION__DAYS", "10")
    ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", "2026-11-23T02:00:00Z")
    assert (ended.code, ended.err) == (0, "")
    assert "Old runs could not be pruned (RuntimeError: disc on fire). Report: " in ended.out


def test_nothing_is_pruned_that_no_night_wrote_and_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    """Notes beside a report, a folder that is no run, links that lead elsewhere, a manifest that names other places."""
    runs = folder / "out" / "runs"
    elsewhere = shutil.copytree(runs / "night-1", tmp_path / "elsewhere")
    (runs / "link").symlink_to(elsewhere)
    (runs / "mine").mkdir()
    (runs / "mine" / "report.html").touch()
    (runs / "night-1" / "notes.txt").touch()
    (runs / "night-1" / "invoices.csv").unlink()
    (runs / "night-1" / "invoices.csv").symlink_to(elsewhere / "invoices.csv")
    manifest = json.loads((runs / "night-2" / "manifest.json").read_bytes())
    told = ["../night-3/report.html", "/etc/passwd", "..", ".", "", "report.html", 7]
    manifest["outputs"] = [{"name": name} for name in told]
    (runs / "night-2" / "manifest.json").write_text(json.dumps(manifest))
    before = {path: path.read_bytes() for path in elsewhere.iterdir()}
    assert [_pruned(folder, days=0, later=100).runs for _ in range(2)] == [["night-1"], ["night-2"]]
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == before
    assert (runs / "mine" / "report.html").exists()
    assert _names(folder, "night-1") == KEPT | {"notes.txt"}
    assert "report.html" not in _names(folder, "night-2")
    assert "invoices.csv" in _names(folder, "night-2")
    assert verify(runs / "night-3") == []


def test_a_killed_pruning_is_finished_by_the_next(folder: Path) -> None:
    """What was renamed aside is cleared by the next holder of the lock, the rest goes with the next pruning."""
    config = folder / "billsight.toml"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(config)], env=environment(), check=False)
    assert ended.returncode == -signal.SIGKILL
    runs = folder / "out" / "runs"
    assert [path.name for path in runs.glob(".*")] == [".pruned-night-1"]
    assert len(_names(folder, "night-1")) > len(KEPT)
    assert _names(folder, "night-1") >= KEPT
    assert _pruned(folder).runs == ["night-1"]
    assert list(runs.glob(".*")) == []
    assert _names(folder, "night-1") == KEPT


def test_the_command_prunes_by_todays_date(folder: Path, billsight: Billsight, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run names the runs and removes nothing; nobody prunes while a run holds the folder."""
    config = folder / "billsight.toml"
    for run in ("night-1", "night-2", "night-3"):
        path = folder / "out" / "runs" / run / "manifest.json"
        aged = json.loads(path.read_bytes()) | {"as_of_at": "2020-01-01T00:00:00Z"}
        path.write_text(json.dumps(aged))
    monkeypatch.setenv("BILLSIGHT_RETENTION__DAYS", "400")
    dry = billsight("prune", "--dry-run", "--config", config)
    assert (dry.code, dry.err) == (0, "")
    first, line = dry.out.splitlines()
    assert first == "  night-1"
    assert line.startswith("Would prune 1 run, ")
    with lock(folder / "out", "the-other-run"):
        assert billsight("prune", "--config", config).code == ExitCode.LOCKED
    assert len(_names(folder, "night-1")) > len(KEPT)
    assert billsight("prune", "--config", config).out.startswith("Pruned 1 run, ")
    assert _names(folder, "night-1") == KEPT
    shutil.rmtree(folder / "out")
    assert "nothing to prune" in billsight("prune", "--config", config).out
    assert not (folder / "out").exists()


def test_a_log_that_says_nothing_is_as_old_as_its_last_line(folder: Path) -> None:
    """A run that was killed before its first line was whole."""
    log = folder / "out" / "logs" / "killed.jsonl"
    log.write_text('{"at": "20')
    long_ago = (AS_OF - timedelta(days=100)).timestamp()
    os.utime(log, (long_ago, long_ago))
    assert "killed.jsonl" in _pruned(folder).logs
