"""Who may read what: whatever the shell's umask, nobody outside of the group; and no secret in anything written."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from etl.domain import RunStage
from tests.reliability.calling import NIGHT, called, records
from tests.support.command_results import Ended
from tests.support.decision_files import certain, decide, proposed, save

MADE = ("out", "state", "inbox/done", "inbox/rejected")
GENEROUS = "import os; os.umask(0); from etl.__main__ import main; main()"
SECRETS = {
    "BILLSIGHT_NOTIFY_URLS": "json://night:hunter2-secret@127.0.0.1:9",
    "BILLSIGHT_PING_URL": "http://127.0.0.1:9/ping/hunter2-secret",
    "BILLSIGHT_API_TOKEN": "hunter2-secret",
    "AWS_SECRET_ACCESS_KEY": "hunter2-secret",
}


def _called(folder: Path, *words: str, **how: Any) -> Ended:
    """The command, from a shell that gives everybody everything."""
    return called(folder, *words, program=("-c", GENEROUS), **how)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A provider after two runs, decided files taken and refused; secrets all around; its register still open."""
    place = tmp_path_factory.mktemp("privacy")
    assert _called(place, "demo-data", "--companies", "40", "--invoices", "120", "provider").code == 0
    folder = place / "provider"
    assert _called(folder, *NIGHT, "--run-id", "one", more=SECRETS).code == 0
    (folder / "inbox").mkdir(mode=0o777)
    rows = certain(proposed(folder), 2)
    for row, name, decision in zip(rows, ("good.csv", "bad.csv"), ("approve", "perhaps"), strict=True):
        save(folder / "inbox" / name, decide([row], decision)).chmod(0o666)
    with closing(sqlite3.connect(folder / "state" / "register.sqlite")) as open_register:
        open_register.execute("select count(*) from imports").fetchall()
        ended = _called(folder, *NIGHT, "--run-id", "two", more=SECRETS)
        # nobody answers at those addresses: warnings, without what is secret in them
        assert ended.code == 0
        assert all(line.startswith("billsight: warning: ") for line in ended.err.splitlines()), ended.err
        assert "hunter2" not in ended.out + ended.err
        assert "Inbox: 1 taken (1 decision), 1 refused" in ended.out
        yield folder


def _modes(folder: Path) -> dict[str, int]:
    paths = [path for place in MADE for path in [folder / place, *(folder / place).rglob("*")]]
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in paths
        if not path.is_symlink()
    }


def test_nobody_outside_of_the_group_may_read_anything(folder: Path) -> None:
    """Reports, answers, logs, the lock, the register with what SQLite puts beside it, decided files."""
    modes = _modes(folder)
    files = {name: mode for name, mode in modes.items() if (folder / name).is_file()}
    for name in ("out/.lock", "out/logs/two.jsonl", "state/register.sqlite-wal", "state/register.sqlite-shm",
                 "inbox/done/good.csv", "inbox/rejected/bad.csv", "inbox/rejected/bad.csv.reasons.txt"):  # fmt: skip
        assert name in files
    assert {name: oct(mode) for name, mode in files.items() if mode & ~0o640} == {}
    assert {name: oct(mode) for name, mode in modes.items() if name not in files and mode & ~0o750} == {}
    assert files["state/site.key"] == 0o600


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from map(archive.read, archive.namelist())


def test_no_secret_is_written_anywhere(folder: Path) -> None:
    """Neither into a log, a report or a manifest, nor into the database or the workbook."""
    files = [path for place in MADE for path in (folder / place).rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if any(b"hunter2" in content for content in _contents(path))] == []


def test_a_log_holds_no_name_no_address_and_no_amount(folder: Path) -> None:
    """Only the keys that are known to hold none, stages by their names, and numbers."""
    known = {"at", "run_id", "event", "stage", "relation", "seconds", "exit_code", "as_of_at", "pid", "invoices",
             "blocked_invoices", "files", "sources", "error"}  # fmt: skip
    told = records(folder / "out" / "logs" / "two.jsonl")
    assert {key for record in told for key in record} <= known
    assert {record["run_id"] for record in told} == {"two"}
    assert [record["event"] for record in told[:2]] == ["begin", "stage"]
    assert (told[-1]["event"], told[-1]["exit_code"]) == ("end", 0)
    begun, done = ([record["stage"] for record in told if record["event"] == event] for event in ("stage", "done"))
    assert begun == done
    assert list(dict.fromkeys(begun)) == [str(stage) for stage in RunStage]
    page = (Path(__file__).parents[1] / "docs" / "reliability.md").read_text(encoding="utf-8")
    assert [stage for stage in RunStage if f"`{stage}`" not in page] == []
    assert all(isinstance(record["seconds"], float) for record in told if record["event"] == "done")
    (counts,) = (record for record in told if record["event"] == "counts")
    assert counts["invoices"] == 120
    text = (folder / "out" / "logs" / "two.jsonl").read_text(encoding="utf-8")
    names = {row["acct_customer_name"] for row in proposed(folder)}
    assert names
    assert not [name for name in names if name in text]
    assert "@" not in text


def test_a_night_that_fails_leaves_a_log_that_says_how(folder: Path) -> None:
    """The kind of error and the code; its words may hold names, so they are for stderr alone."""
    other = shutil.copytree(folder, folder.parent / "failing", symlinks=True)
    (other / "accounting_invoices.csv").write_bytes(b"%PDF of Acme Dental")
    ended = _called(other, *NIGHT, "--run-id", "bad")
    assert ended.code == 4
    last = records(other / "out" / "logs" / "bad.jsonl")[-1]
    assert (last["event"], last["exit_code"], last["error"]) == ("end", 4, "InputError")
    refused = _called(other, *NIGHT, "--run-id", "../bad")
    assert refused.code == 4
    assert not list(other.glob("*.jsonl"))
    assert {path.name for path in (other / "out" / "runs").iterdir()} == {"one", "two"}


def test_a_log_that_cannot_be_written_ends_no_night(folder: Path) -> None:
    """A file where its folder should be: the report matters more."""
    other = shutil.copytree(folder, folder.parent / "logless", symlinks=True)
    shutil.rmtree(other / "out" / "logs")
    (other / "out" / "logs").touch()
    ended = _called(other, *NIGHT)
    assert (ended.code, ended.err) == (0, "")
