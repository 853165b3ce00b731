"""A machine that gives too little: a sentence, code 4, nothing left behind, and never an aborted process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.errors import ExitCode, InputError, Problem, ResourcesExhaustedError
from etl.limits import _SAYINGS, exhaustion, limit_errors
from tests.reliability.calling import NIGHT, called, environment, hidden
from tests.support.command_results import Ended

ABORTED = """
import os, signal, sys
from etl.pipeline import stages
from etl.__main__ import main

def abort(*_):
    os.kill(os.getpid(), signal.SIG{name})

stages.build = abort
sys.argv = ["billsight", *sys.argv[1:]]
main()
"""
ROOMY = "-v 9000000"
"""A limit on memory that every run keeps to."""


def _limited(folder: Path, limit: str, *program: str) -> Ended:
    line = f'ulimit {limit}; exec "$0" "$@"'
    words = ["bash", "-c", line, sys.executable, *(program or ("-m", "etl")), *NIGHT]
    ended = subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=240
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize("limit", ["-n 16", "-v 60000", "-v 200000", "-v 1200000", "-v 1600000", "-v 3200000"])
def test_too_little_is_told_in_a_sentence(provider: Path, limit: str) -> None:
    """One line that names the limit; nothing is published, and nothing is left behind."""
    before, latest = hidden(provider), (provider / "out" / "latest").readlink()
    ended = _limited(provider, limit)
    assert ended.code == ExitCode.UNUSABLE, ended
    assert ended.err.startswith("billsight: ")
    assert len(ended.err.splitlines()) == 1
    assert "ulimit" in ended.err
    assert hidden(provider) == before
    assert (provider / "out" / "latest").readlink() == latest


@pytest.mark.parametrize("name", ["ABRT", "SEGV", "TRAP"])
def test_a_library_that_aborts_the_process_leaves_nothing_behind(provider: Path, name: str) -> None:
    """Where memory is limited: the process that was called says so, removes the work folder and ends with 4."""
    latest = (provider / "out" / "latest").readlink()
    ended = _limited(provider, ROOMY, "-c", ABORTED.format(name=name))
    assert ended.code == ExitCode.UNUSABLE, ended
    assert "billsight: The work could not be finished, the last report stays" in ended.err
    assert hidden(provider) == []
    assert (provider / "out" / "latest").readlink() == latest


@pytest.mark.parametrize("limit", [ROOMY, "-n 32"])
def test_a_limit_that_is_wide_enough_changes_nothing(provider: Path, limit: str) -> None:
    """The run is published, and says what it always says."""
    ended = _limited(provider, limit)
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert "Report: " in ended.out


def _waiting(folder: Path) -> subprocess.Popen[str]:
    """A run under a limit; its child says its number, and then waits in the middle of its work."""
    waits = "import time; print(os.getpid(), flush=True); time.sleep(60)"
    # whoever began the tests may ignore a hang-up, and a process inherits that
    heard = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
    program = heard + ABORTED.replace("os.kill(os.getpid(), signal.SIG{name})", waits)
    words = ["bash", "-c", f'ulimit {ROOMY}; exec "$0" "$@"', sys.executable, "-c", program, *NIGHT]
    return subprocess.Popen(words, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 128 + signal.SIGINT),
        (signal.SIGHUP, 128 + signal.SIGHUP),
    ],
)  # fmt: skip
def test_a_signal_is_handed_on(provider: Path, sent: signal.Signals, code: int) -> None:
    """Whoever stops the process that was called stops the one that works."""
    with _waiting(provider) as child:
        assert child.stdout is not None
        worker = int(child.stdout.readline())
        assert worker != child.pid
        child.send_signal(sent)
    assert child.returncode == code
    assert _is_gone(worker)
    if sent != signal.SIGHUP:
        assert hidden(provider) == []


def test_a_run_does_not_outlive_the_process_that_was_called(provider: Path) -> None:
    """Whoever kills that one may begin another run at once."""
    with _waiting(provider) as child:
        assert child.stdout is not None
        worker = int(child.stdout.readline())
        child.kill()
    assert _is_gone(worker)
    assert called(provider, *NIGHT).code == ExitCode.COMPLETE


def _is_gone(number: int) -> bool:
    """Within a few seconds; nobody waits for it here."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


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
    with pytest.raises(ResourcesExhaustedError, match=r"stays: [^.\s].*ulimit -a"), limit_errors():
        raise hidden_by
    assert exhaustion(ValueError("a wrong value")) is None


@pytest.mark.parametrize("saying", _SAYINGS)
def test_the_words_of_a_file_are_no_fault_of_the_machine(saying: str) -> None:
    """A client may be called so, and so may a file."""
    problem = Problem("customers.csv", f"a name such as {saying} LLC", "a number", "Correct it.")
    for error in (InputError([problem]), ValueError(saying), FileNotFoundError(2, "No such file", saying)):
        assert exhaustion(error) is None
    assert exhaustion(RuntimeError(f"column '{saying}' is not there")) is None
    assert exhaustion(RuntimeError(f"thread: {saying}")) is not None
