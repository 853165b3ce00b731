"""The exit codes: the page's table is the program's enum, and the command really ends with each."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.demo import DemoPlan
from etl.errors import ExitCode
from etl.publish import lock
from tests import nights
from tests.command import Ended
from tests.dictionary import DOCS
from tests.reliability.calling import NIGHT, begun, called, wait_for

BUG = "from etl.cli import night; night.reconcile = lambda *_: 1 / 0; from etl.__main__ import main; main()"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider after one night."""
    folder = nights.invented(tmp_path_factory.mktemp("codes") / "provider", DemoPlan(12, 30, 18))
    nights.run(folder, "good")
    return folder


@pytest.fixture
def folder(provider: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(provider, tmp_path / "provider", symlinks=True)


def _changed(folder: Path, name: str, old: str, new: str) -> Ended:
    path = folder / name
    path.write_text(re.sub(old, new, path.read_text(encoding="utf-8")), encoding="utf-8")
    return called(folder, *NIGHT)


def _refused(folder: Path) -> Ended:
    (folder / "decided.csv").write_text("nothing of ours\n", encoding="utf-8")
    return called(folder, "mappings", "import", "decided.csv")


def _locked(folder: Path) -> Ended:
    with lock(folder / "out", "the-other-run"):
        return called(folder, *NIGHT)


def _stopped(number: signal.Signals) -> Callable[[Path], Ended]:
    def stop(folder: Path) -> Ended:
        with begun(folder, *NIGHT, "--run-id", "stopped") as child:
            wait_for(child, folder, "stopped", "reading")
            child.send_signal(number)
            out, err = child.communicate(timeout=20)
        return Ended(child.returncode, out, err)

    return stop


WAYS: dict[int, Callable[[Path], Ended]] = {
    0: lambda folder: called(folder, *NIGHT),
    1: lambda folder: called(folder, *NIGHT, program=("-c", BUG)),
    2: lambda folder: called(folder, "run", "--fast"),
    3: lambda folder: _changed(
        folder, "accounting_invoices.csv", r"(?m)^(20000000[1-3],.*?),-?\d+\.\d\d,", r"\1,twelve,"
    ),
    4: lambda folder: _changed(folder, "accounting_invoices.csv", r"(?s).+", "%PDF-1.7"),
    6: _refused,
    75: _locked,
    78: lambda folder: _changed(folder, "billsight.toml", r"grace_hours = 24", "grace_hours = 'soon'"),
    130: _stopped(signal.SIGINT),
    143: _stopped(signal.SIGTERM),
}
"""How the command comes to end with each code."""

MADE_ELSEWHERE = {ExitCode.UNREACHABLE, ExitCode.GATE}
"""Codes that nothing ends with yet."""


def _table() -> dict[int, str]:
    """Code -> whether something is published."""
    text = (DOCS / "reliability.md").read_text(encoding="utf-8")
    return {int(code): published for code, published in re.findall(r"(?m)^\| (\d+) \| .* \| (.*) \|$", text)}


def test_the_table_has_every_code_and_no_other() -> None:
    """Those of the enum, and those of the two signals, which are the shell's."""
    signals = {128 + signal.SIGINT, 128 + signal.SIGTERM}
    assert set(_table()) == {int(code) for code in ExitCode} | signals
    assert set(_table()) - set(WAYS) == {int(code) for code in MADE_ELSEWHERE}


@pytest.mark.parametrize("code", WAYS)
def test_the_command_ends_with_each_code(folder: Path, code: int) -> None:
    """Really, and `latest` has moved just where the table says that something is published."""
    ended = WAYS[code](folder)
    assert ended.code == code, ended
    is_published = (folder / "out" / "latest").readlink() != Path("runs/good")
    assert is_published is _table()[code].startswith("yes")
    assert ("Traceback" in ended.err) is (code == ExitCode.BUG)
    assert bool(ended.err) is (code not in {ExitCode.COMPLETE, ExitCode.PARTIAL})
