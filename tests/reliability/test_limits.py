"""A machine that gives too little: a sentence, code 4, nothing left behind, and never an aborted process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etl.errors import ExitCode, ResourcesExhausted
from etl.limits import exhaustion, limits_told
from tests.command import Ended
from tests.reliability.calling import NIGHT, environment, hidden

ABORTED = """
import os, signal, sys
from etl import pipeline
from etl.__main__ import main

def abort(*_):
    os.kill(os.getpid(), signal.SIG{name})

pipeline.build = abort
sys.argv = ["billsight", *sys.argv[1:]]
main()
"""
ROOMY = "-v 90000000"
"""A limit on memory that every run keeps to."""


def _limited(folder: Path, limit: str, *program: str) -> Ended:
    line = f'ulimit {limit}; exec "$0" "$@"'
    words = ["bash", "-c", line, sys.executable, *(program or ("-m", "etl")), *NIGHT]
    ended = subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=240
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize("limit", ["-n 16", "-n 32", "-v 60000", "-v 200000", "-v 1200000", "-v 3200000"])
def test_too_little_is_told_in_a_sentence(provider: Path, limit: str) -> None:
    """Or it is enough, and the run is published."""
    before = hidden(provider)
    ended = _limited(provider, limit)
    assert ended.code in {ExitCode.COMPLETE, ExitCode.UNUSABLE}, ended
    if ended.code:
        assert ended.err.startswith("billsight: ")
        assert len(ended.err.splitlines()) == 1
        assert "ulimit" in ended.err
    assert hidden(provider) == before


@pytest.mark.parametrize("name", ["ABRT", "SEGV", "TRAP"])
def test_a_library_that_aborts_the_process_leaves_nothing_behind(provider: Path, name: str) -> None:
    """Where memory is limited: the process that was called tells, removes the work folder and ends with 4."""
    latest = (provider / "out" / "latest").readlink()
    ended = _limited(provider, ROOMY, "-c", ABORTED.format(name=name))
    assert ended.code == ExitCode.UNUSABLE, ended
    assert "billsight: The work could not be finished, the last report stays" in ended.err
    assert hidden(provider) == []
    assert (provider / "out" / "latest").readlink() == latest


def test_a_limit_that_is_wide_enough_changes_nothing(provider: Path) -> None:
    """The run is published, and says what it always says."""
    ended = _limited(provider, ROOMY)
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert "Report: " in ended.out


def test_a_signal_is_handed_on(provider: Path) -> None:
    """Whoever stops the process that was called stops the one that works."""
    program = ABORTED.replace(
        "os.kill(os.getpid(), signal.SIG{name})", "import time; print(1, flush=1); time.sleep(60)"
    )
    words = ["bash", "-c", f'ulimit {ROOMY}; exec "$0" "$@"', sys.executable, "-c", program, *NIGHT]
    with subprocess.Popen(words, cwd=provider, env=environment(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
    assert child.returncode == 128 + signal.SIGTERM
    assert hidden(provider) == []


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(), OSError(24, os.strerror(24)), RuntimeError("can't start new thread"),
        ImportError("x.so: failed to map segment from shared object"), SystemError("\nstd::bad_alloc"),
    ],
)  # fmt: skip
def test_what_libraries_make_of_too_little_is_known(error: Exception) -> None:
    """Also where another error hides it; what is something else stays what it is."""
    hidden_by = ValueError("something else")
    hidden_by.__context__ = error
    with pytest.raises(ResourcesExhausted, match=r"stays: [^.\s].*ulimit -a"), limits_told():
        raise hidden_by
    assert exhaustion(ValueError("a wrong value")) is None
