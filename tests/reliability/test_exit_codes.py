"""The exit codes: the page's table is the program's enum, and the command really ends with each."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.errors import ExitCode
from etl.publish.publication import lock
from tests.dictionary import DOCS
from tests.reliability.calling import AS_OF, NIGHT, begun, called, wait_for
from tests.soak import also
from tests.support import provider_runs
from tests.support.command_results import Billsight, Ended

Night = Callable[..., Ended]

BUG = "from etl.cli import night; night.reconcile = lambda *_: 1 / 0; from etl.__main__ import main; main()"


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
            wait_for(child, folder, "stopped", "load_sources")
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
    5: lambda folder: called(folder, "notify", "test"),
    6: _refused,
    10: lambda folder: called(folder, *NIGHT, "--fail-on", "any"),
    75: _locked,
    78: lambda folder: _changed(folder, "billsight.toml", r"grace_hours = 24", "grace_hours = 'soon'"),
    130: _stopped(signal.SIGINT),
    143: _stopped(signal.SIGTERM),
}
"""How the command comes to end with each code."""

QUIET = {ExitCode.COMPLETE, ExitCode.PARTIAL, ExitCode.UNREACHABLE, ExitCode.FAIL_ON}
"""What is reported with these codes is an answer, on stdout; or the code alone says it."""


def _table() -> dict[int, str]:
    """Code -> whether something is published."""
    text = (DOCS / "reliability.md").read_text(encoding="utf-8")
    return {int(code): published for code, published in re.findall(r"(?m)^\| (\d+) \| .* \| (.*) \|$", text)}


def test_the_table_has_every_code_and_no_other() -> None:
    """Those of the enum, and those of the two signals, which are the shell's."""
    signals = {128 + signal.SIGINT, 128 + signal.SIGTERM}
    assert set(_table()) == {int(code) for code in ExitCode} | signals
    assert set(_table()) == set(WAYS)


def test_the_readme_names_the_codes_of_published_nights() -> None:
    """Of any other it says that nothing was published."""
    (section,) = re.findall(
        r"(?ms)^## Exit codes\n(.*?)^## ", (provider_runs.ROOT / "README.md").read_text(encoding="utf-8")
    )
    named = {int(code) for code in re.findall(r"\bwith (\d+)\b", section)}
    assert named == {code for code, published in _table().items() if published.startswith("yes")}


@pytest.mark.parametrize("code", WAYS)
def test_the_command_ends_with_each_code(provider: Path, code: int) -> None:
    """Really, and `latest` has moved just where the table says that something is published."""
    ended = WAYS[code](provider)
    assert ended.code == code, ended
    is_published = (provider / "out" / "latest").readlink() != Path("runs/night-1")
    assert is_published is _table()[code].startswith("yes")
    assert ("Traceback" in ended.err) is (code == ExitCode.BUG)
    assert bool(ended.err) is (code not in QUIET)


@pytest.fixture
def night(provider: Path, billsight: Billsight) -> Night:
    """`billsight run` on the copy: as above, without a process of its own."""
    return lambda *words: billsight("run", "--config", provider / "billsight.toml", "--as-of", AS_OF, *words)


def _latest(folder: Path) -> tuple[str, dict[str, Any]]:
    """The name of the published run, and what its page says about it."""
    latest = (folder / "out" / "latest").resolve()
    return latest.name, json.loads((latest / "summary.json").read_text(encoding="utf-8"))


def _without_row(path: Path, number: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:number] + lines[number + 1 :]), encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("new", "amount:1"), 10),
        (("new", "amount:999999999999"), 0),
        *also([(("new",), 0), (("new", "amount:999999999999", "any"), 10)]),
    ],
    ids=str,
)
def test_a_night_that_is_asked_to_fail_is_published_all_the_same(
    provider: Path, night: Night, asked: tuple[str, ...], code: int
) -> None:
    """With 10 where anything asked for is there; nothing is new since the run before."""
    ended = night("--run-id", "asked", *(word for what in asked for word in ("--fail-on", what)))
    assert (ended.code, ended.err) == (code, "")
    assert _latest(provider)[0] == "asked"


def _visible_row(provider: Path) -> int:
    """The line of the portal's list that shows an invoice with a payment on its way, which is visible."""
    answers = pl.read_parquet(provider / "out" / "latest" / "invoices.parquet").filter(causes="PAYMENT_IN_TRANSIT")
    ids = set(answers["invoice_id_acct"])
    listed = pl.read_csv(provider / "portal_invoices.csv", infer_schema=False)["invoice_id"].to_list()
    return 1 + next(at for at, invoice in enumerate(listed) if invoice in ids)


def test_nothing_is_new_in_a_first_night_and_what_is_new_in_the_second_is_told(provider: Path, night: Night) -> None:
    """There is nothing to compare the first with; in the second an invoice is gone from the portal."""
    shutil.rmtree(provider / "out")
    (provider / "state" / "history.sqlite").unlink()
    assert night("--run-id", "first", "--fail-on", "new").code == 0
    _without_row(provider / "portal_invoices.csv", _visible_row(provider))
    assert night("--run-id", "second", "--fail-on", "new").code == 10
    name, summary = _latest(provider)
    assert (name, summary["changes"]["counts"]["new"]) == ("second", 1)
    assert night("--run-id", "third", "--fail-on", "new").code == 0


@pytest.mark.parametrize("wrong", ["all", "new:1", "amount", "amount:", "amount:-1", "amount:1e3", "amount:1,000", ""])
def test_what_a_night_cannot_be_asked_is_wrong_usage(provider: Path, night: Night, wrong: str) -> None:
    """Told before anything is read."""
    ended = night("--fail-on", wrong)
    assert ended.code == ExitCode.USAGE
    assert f"{wrong!r} is neither new, nor any, nor an amount" in ended.err
    assert _latest(provider)[0] == "night-1"


def test_without_an_optional_source_the_night_is_partial_and_says_so(provider: Path, night: Night) -> None:
    """Published, with a banner; and an order to fail outranks it."""
    (provider / "portal_invoices.csv").unlink()
    ended = night("--run-id", "partial")
    assert (ended.code, ended.err) == (ExitCode.PARTIAL, "")
    name, summary = _latest(provider)
    (reason,) = summary["run"]["partial_reasons"]
    assert (name, summary["run"]["is_partial"]) == ("partial", True)
    assert "portal_invoices.csv" in reason
    assert reason in ended.out
    assert reason in unescape((provider / "out" / "latest" / "report.html").read_text(encoding="utf-8"))
    assert night("--run-id", "asked", "--fail-on", "any").code == ExitCode.FAIL_ON


def test_half_the_invoices_are_not_published_until_somebody_says_that_it_is_right(provider: Path, night: Night) -> None:
    """A gate that nobody asked for: the extract was cut off. What was accepted once is usual from then on."""
    path = provider / "accounting_invoices.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: 1 + len(lines) // 2]), encoding="utf-8")
    refused = night("--run-id", "half")
    assert refused.code == ExitCode.UNUSABLE
    assert "15 rows, usually 30: 50% fewer" in refused.err
    assert "--accept-shrink" in refused.err
    assert _latest(provider)[0] == "night-1"
    assert night("--run-id", "right", "--accept-shrink").code == 0
    assert _latest(provider)[0] == "right"
    assert night("--run-id", "after").code == 0


def test_a_test_of_the_messages_says_what_there_is_to_configure(provider: Path, billsight: Billsight) -> None:
    """Nobody would be notified of a run: that is no success."""
    ended = billsight("notify", "test", "--config", provider / "billsight.toml")
    assert (ended.code, ended.err) == (ExitCode.UNREACHABLE, "")
    assert "[notify]" in ended.out


def test_a_history_that_cannot_be_made_is_told_when_the_night_is_published(provider: Path, night: Night) -> None:
    """The first run has its report all the same; the next cannot say what is new, and refuses."""
    shutil.rmtree(provider / "out")
    (provider / "elsewhere").touch()
    with (provider / "billsight.toml").open("a", encoding="utf-8") as file:
        file.write('\n[output]\nhistory = "elsewhere/history.sqlite"\n')
    ended = night("--run-id", "first")
    assert ended.code == ExitCode.COMPLETE
    assert "the run is published, but not yet in the history" in ended.err
    assert night("--run-id", "second").code == ExitCode.UNUSABLE
    assert _latest(provider)[0] == "first"
