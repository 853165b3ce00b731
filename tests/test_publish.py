"""Published whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from etl.errors import OutputError, RunLockedError
from etl.publish import publication
from etl.publish.publication import Publication, lock

CHILD = """
import os, sys, time
from pathlib import Path
from etl.publish import publication as publish

out, stage = Path(sys.argv[1]), sys.argv[2]

def stop(*_):
    print("ready", flush=True)
    time.sleep(60)

if stage == "settle":
    publish.settle = stop
if stage == "rename":
    publish.Publication._point_latest = stop
if stage == "swap":
    Path.replace = stop
with publish.lock(out, "crash") as held:
    if stage == "lock":
        stop()
    with publish.Publication(held) as publication:
        publication.write("report.html", "half")
        if stage == "write":
            stop()
        publication.publish()
"""


def _publish(out: Path, run_id: str, text: str = "whole") -> Path:
    with lock(out, run_id) as held, Publication(held) as publication:
        publication.write("report.html", text)
        publication.write("summary.json", text)
        return publication.publish()


def _hidden(out: Path) -> list[str]:
    return sorted(path.name for path in [*out.glob(".latest-*"), *(out / "runs").glob(".*")])


def test_latest_is_the_run_that_was_published_last(tmp_path: Path) -> None:
    """A relative link: the folder can be moved and mounted elsewhere."""
    _publish(tmp_path, "one")
    final = _publish(tmp_path, "two")
    assert final == tmp_path / "runs" / "two"
    assert (tmp_path / "latest").readlink() == Path("runs/two")
    assert (tmp_path / "latest" / "report.html").read_text() == "whole"
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["one", "two"]


def test_others_cannot_read_what_is_published(tmp_path: Path) -> None:
    """Names, e-mails and amounts: the group at most, also for files that an engine wrote."""
    with lock(tmp_path / "out", "r") as held, Publication(held) as publication:
        publication.write("a/b.csv", "x")
        publication.path("run.duckdb").write_bytes(b"engine")
        publication.path("run.duckdb").chmod(0o666)
        final = publication.publish()
    modes = {path.relative_to(final).as_posix(): path.stat().st_mode & 0o777 for path in final.rglob("*")}
    assert modes == {"a": 0o750, "a/b.csv": 0o640, "run.duckdb": 0o640}
    assert final.stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_a_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Nothing visible changes, and the half-made folder is gone."""
    _publish(tmp_path, "good")

    def fail() -> None:
        with lock(tmp_path, "bad") as held, Publication(held) as publication:
            publication.write("report.html", "half")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (tmp_path / "latest").readlink() == Path("runs/good")
    assert not (tmp_path / "runs" / "bad").exists()
    assert _hidden(tmp_path) == []


@pytest.mark.parametrize("step", ["settle", "sync"])
def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """The message says what to do; the last report stays."""
    _publish(tmp_path, "good")

    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(publication, step, full)
    with pytest.raises(OutputError, match=r"disk is full.*free some space"):
        _publish(tmp_path, "bad")
    assert (tmp_path / "latest").readlink() == Path("runs/good")
    assert not (tmp_path / "runs" / "bad").exists()
    assert _hidden(tmp_path) == []


def test_when_latest_cannot_be_swapped_the_run_is_taken_back(tmp_path: Path) -> None:
    """A folder in the place of the link: the run does not stay behind as if it were published."""
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "something").touch()
    with pytest.raises(OutputError, match="last report stays"):
        _publish(tmp_path, "bad")
    assert list((tmp_path / "runs").iterdir()) == []
    assert _hidden(tmp_path) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="out"):
        _publish(tmp_path / "out", "r")


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """Neither by a second run of the same name, nor by a name that leads elsewhere."""
    _publish(tmp_path, "one", "first")
    with pytest.raises(OutputError, match="never overwritten"):
        _publish(tmp_path, "one", "second")
    assert (tmp_path / "runs" / "one" / "report.html").read_text() == "first"
    for name in ("../one", "", ".tmp-x", "a/b"):
        with pytest.raises(OutputError, match="cannot be the name"):
            _publish(tmp_path, name)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    """Two stages that write the same file are a mistake."""
    with lock(tmp_path, "r") as held, Publication(held) as publication:
        publication.write("a", "1")
        with pytest.raises(OutputError, match="could not be written"):
            publication.write("a", "2")


def test_only_one_run_at_a_time(tmp_path: Path) -> None:
    """The second learns who holds the lock; afterwards it is free."""
    with (
        lock(tmp_path, "first"),
        pytest.raises(RunLockedError, match=rf"process {os.getpid()}, run first"),
        lock(tmp_path, "second"),
    ):
        pytest.fail("two runs at once")
    with lock(tmp_path, "third"):
        pass


def test_what_a_crashed_run_left_is_cleared_only_by_the_next_holder(tmp_path: Path) -> None:
    """A run that is refused does not touch the work of the one that holds the lock."""
    with lock(tmp_path, "first") as held, Publication(held) as publication:
        with pytest.raises(RunLockedError), lock(tmp_path, "second"):
            pass
        assert publication.folder.is_dir()
    (tmp_path / "runs" / ".tmp-dead").mkdir()
    (tmp_path / ".latest-dead").symlink_to("runs/dead")
    with lock(tmp_path, "third"):
        assert _hidden(tmp_path) == []


@pytest.mark.parametrize("stage", ["lock", "write", "settle", "rename", "swap"])
def test_a_killed_run_leaves_the_last_report_and_the_next_run_starts(tmp_path: Path, stage: str) -> None:
    """Kill -9 at every step: what is visible is whole, and the lock is free."""
    _publish(tmp_path, "good")
    command = [sys.executable, "-c", CHILD, str(tmp_path), stage]
    environment = {**os.environ, "PYTHONPATH": str(Path(publication.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(RunLockedError, match=rf"process {child.pid}, run crash"), lock(tmp_path, "meanwhile"):
            pass
        child.send_signal(signal.SIGKILL)
    assert (tmp_path / "latest" / "report.html").read_text() == "whole"
    assert (tmp_path / "latest").readlink() == Path("runs/good")
    _publish(tmp_path, "next")
    assert (tmp_path / "latest").readlink() == Path("runs/next")
    assert _hidden(tmp_path) == []


def test_a_reader_sees_a_whole_run_at_every_moment(tmp_path: Path) -> None:
    """While one run after the other is published, whoever opens `latest` finds both files of one run."""
    _publish(tmp_path, "start", "start")
    torn: list[object] = []
    reads = 0
    is_over = threading.Event()

    def read() -> None:
        nonlocal reads
        while not is_over.is_set():
            folder = os.open(tmp_path / "latest", os.O_RDONLY)
            texts = set()
            for name in ("report.html", "summary.json"):
                with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder)) as file:
                    texts.add(file.read())
            os.close(folder)
            reads += 1
            if len(texts) != 1:
                torn.append(texts)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        _publish(tmp_path, f"run-{number}", f"run-{number}")
    is_over.set()
    reader.join()
    assert torn == []
    assert reads > 40
