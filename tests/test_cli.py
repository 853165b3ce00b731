"""The command line: what it prints, and with which code it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from etl import __version__, cli
from etl.errors import ConfigurationError, ExitCode, NotFoundError
from etl.pipeline import stages
from etl.publish.publication import lock
from etl.warehouse.engine import Engine
from tests.support import provider_runs
from tests.support.command_results import Billsight

AS_OF = "2026-11-22T02:00:00Z"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider."""
    return provider_runs.invented(tmp_path_factory.mktemp("small"), provider_runs.SMALL)


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(small, tmp_path / "provider")


def test_a_night_prints_one_line_and_ends_well(billsight: Billsight, folder: Path) -> None:
    """What is blocked, per currency, and where the report is; nothing on stderr, for cron would mail it."""
    ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", AS_OF)
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert re.fullmatch(r"\d+ of 30 invoices blocked: .*\. Report: \S+/report\.html\n", ended.out)
    assert re.search(r"[A-Z]{3} \d{1,3}(,\d{3})*\.\d\d", ended.out)
    report = Path(ended.out.split()[-1])
    assert report.exists()
    assert re.fullmatch(r"2026-11-22T020000Z-[0-9a-f]{4}", report.parent.name)
    assert (folder / "out" / "latest" / "report.html").samefile(report)


def test_too_many_bad_rows_make_a_night_partial(billsight: Billsight, folder: Path) -> None:
    """It is published, with the reason on the page, and the code says so."""
    invoices = folder / "accounting_invoices.csv"
    lines = invoices.read_text(encoding="utf-8").splitlines()
    lines[1:4] = [re.sub(r",-?\d+\.\d\d,", ",twelve,", line, count=1) for line in lines[1:4]]
    invoices.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", AS_OF)
    assert ended.code == ExitCode.PARTIAL
    assert "Partial: 3 of 30 rows of invoices of the accounting package are in quarantine" in ended.out
    assert "3 of 30 rows of invoices" in (folder / "out" / "latest" / "report.html").read_text(encoding="utf-8")


def test_a_source_that_cannot_be_read_ends_with_every_problem(billsight: Billsight, folder: Path) -> None:
    """Two files are broken: both are reported, with what was found, expected and to do."""
    (folder / "accounting_invoices.csv").write_bytes(b"%PDF-1.7")
    (folder / "connectwise_contacts.json").write_bytes(b"")
    for command in ("run", "check"):
        ended = billsight(command, "--config", folder / "billsight.toml")
        assert ended.code == ExitCode.UNUSABLE
        assert ended.out == ""
        for name in ("accounting_invoices.csv", "connectwise_contacts.json"):
            assert re.search(rf"- {name}.*: found .*; expected .*\. \w", ended.err), ended.err
    assert not (folder / "out" / "latest").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("run", "--fast"),
        ("run", "--config", "{}", "--as-of", "yesterday"),
        ("run", "--config", "{}", "--as-of", "0001-01-01T00:00:00+14:00"),
        ("why",),
        ("init", "no-such-folder"),
        ("demo-data", "--invoices", "-1", "x"),
        ("demo-data", "--shape", "sage", "x"),
    ],
)
def test_wrong_usage_is_told_as_such(billsight: Billsight, folder: Path, arguments: tuple[str, ...]) -> None:
    """Code 2, and how to do it right."""
    ended = billsight(*(argument.replace("{}", str(folder / "billsight.toml")) for argument in arguments))
    assert ended.code == ExitCode.USAGE
    assert "Error" in ended.err
    assert "Traceback" not in ended.err


def test_what_cannot_be_written_is_told(billsight: Billsight, tmp_path: Path) -> None:
    """Code 4, not a traceback: a folder stands in the place of the file, or a file in that of the folder."""
    (tmp_path / "exports" / "billsight.toml").mkdir(parents=True)
    (tmp_path / "taken").touch()
    (tmp_path / "firms.csv").write_text("id,name\n1,Acme Dental\n2,Northgate Logistics\n", encoding="utf-8")
    for command in (
        ("init", tmp_path / "exports", "--force"),
        ("demo-data", tmp_path / "taken" / "provider"),
        ("match", tmp_path / "firms.csv", tmp_path / "firms.csv", "--out", tmp_path / "taken" / "matches.csv"),
    ):
        ended = billsight(*command)
        assert (ended.code, ended.out) == (ExitCode.UNUSABLE, ""), command
        assert ended.err.startswith("billsight: ")
        assert "could not be written" in ended.err


def test_an_invalid_configuration_tells_every_mistake_with_its_line(billsight: Billsight, folder: Path) -> None:
    """Code 78; the file is corrected once, not once per run."""
    path = folder / "billsight.toml"
    text = path.read_text(encoding="utf-8").replace("grace_hours = 24", 'grace_hours = "soon"')
    text = re.sub(r"(?m)^minimum_security_level = \d", "minimum_security_level = 7\ncolour = 'red'", text)
    path.write_text(text.replace("[sources.sync_runs]", "[sources.sink_runs]"), encoding="utf-8")
    ended = billsight("run", "--config", path)
    assert ended.code == ExitCode.CONFIGURATION
    for mistake in ("minimum_security_level = 7", "colour", "grace_hours = 'soon'", "sink_runs"):
        assert re.search(rf"- {path}, line \d+: found .*{mistake}", ended.err), ended.err


def test_no_configuration_says_how_to_get_one(billsight: Billsight, tmp_path: Path) -> None:
    """Code 78, and `init` is named."""
    ended = billsight("run", "--config", tmp_path / "billsight.toml")
    assert ended.code == ExitCode.CONFIGURATION
    assert "billsight init" in ended.err


def test_two_nights_never_write_at_once(billsight: Billsight, folder: Path) -> None:
    """The second ends with 75 and says who holds the folder; nothing of the first is touched."""
    with lock(folder / "out", "the-other-run"):
        ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", AS_OF)
    assert ended.code == ExitCode.LOCKED
    assert "the-other-run" in ended.err
    assert not list((folder / "out").glob("runs/*"))


def test_a_broken_law_ends_with_what_was_broken(
    billsight: Billsight, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code 4: nothing is published, and the law is named."""

    def lying(engine: Engine, *others: object) -> None:
        engine.run("delete from marts.invoice_checks where row_key = 1")
        find_gaps(engine, *others)

    find_gaps = stages._find_gaps
    monkeypatch.setattr(stages, "_find_gaps", lying)
    ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", AS_OF)
    assert ended.code == ExitCode.UNUSABLE
    assert "checks.one_answer_per_invoice: 30 invoices, 29 answers" in ended.err
    assert not (folder / "out" / "latest").exists()


def test_a_register_that_is_none_is_refused(billsight: Billsight, folder: Path) -> None:
    """Code 4, and the file stays as it is."""
    register = folder / "state" / "register.sqlite"
    register.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    before = register.read_bytes()
    ended = billsight("run", "--config", folder / "billsight.toml", "--as-of", AS_OF)
    assert ended.code == ExitCode.UNUSABLE
    assert "expected a register of judgements" in ended.err
    assert register.read_bytes() == before


def test_a_run_id_is_the_name_of_a_folder(billsight: Billsight, folder: Path) -> None:
    """Taken, or not the name of a folder: code 4, and what is there stays."""
    config = folder / "billsight.toml"
    assert billsight("run", "--config", config, "--as-of", AS_OF, "--run-id", "first").code == 0
    for name in ("first", "../first", ".hidden"):
        ended = billsight("run", "--config", config, "--as-of", AS_OF, "--run-id", name)
        assert ended.code == ExitCode.UNUSABLE, name
    assert [path.name for path in (folder / "out" / "runs").iterdir()] == ["first"]


def test_why_answers_from_the_latest_night(billsight: Billsight, folder: Path) -> None:
    """As text and as JSON; what is not there ends with code 4."""
    config = folder / "billsight.toml"
    early = billsight("why", "INV-1001", "--config", config)
    assert (early.code, early.out) == (ExitCode.UNUSABLE, "")
    assert "billsight run" in early.err
    billsight("run", "--config", config, "--as-of", AS_OF)
    told = billsight("why", "INV-1001", "--config", config)
    assert told.code == 0
    assert told.out.startswith("INV-1001 (id ")
    (answer,) = json.loads(billsight("why", "INV-1001", "--json", "--config", config).out)
    assert answer["invoice"]["invoice_number"] == "INV-1001"
    unknown = billsight("why", "INV-77777", "--config", config)
    assert (unknown.code, unknown.out) == (ExitCode.UNUSABLE, "")
    assert "none of the sources" in unknown.err


def test_check_reads_everything_and_publishes_nothing(billsight: Billsight, folder: Path) -> None:
    """Each file with its shape and its rows."""
    ended = billsight("check", "--config", folder / "billsight.toml")
    assert ended.code == 0
    assert "accounting_invoices: accounting_invoices.csv (" in ended.out
    assert ended.out.count(" rows") >= 8
    assert "Everything can be read" in ended.out
    assert not (folder / "out").exists()


def test_demonstration_check_and_night_follow_each_other(billsight: Billsight, tmp_path: Path) -> None:
    """The line that `demo-data` prints last is a command that works."""
    ended = billsight("demo-data", "--companies", "15", "--invoices", "40", "--seed", "2", tmp_path / "demo")
    assert ended.code == 0
    command = ended.out.partition("Next: billsight ")[2].split()
    assert billsight(*command).code == 0


def test_help_and_version_import_nothing_that_takes_long() -> None:
    """No engine, and of ours only what a command needs to begin and to fail."""
    program = (
        "import sys; from etl.__main__ import main; sys.argv = ['billsight', sys.argv[1]]\ntry: main()\n"
        "except SystemExit: pass\nprint(*sorted({name.split('.')[0] for name in sys.modules}"
        " | {name for name in sys.modules if name.startswith('etl.')}))"
    )
    for option in ("--help", "--version"):
        ended = subprocess.run([sys.executable, "-c", program, option], capture_output=True, text=True, check=True)
        loaded = set(ended.stdout.splitlines()[-1].split())
        assert loaded.isdisjoint({"polars", "duckdb", "numpy", "jinja2", "rapidfuzz", "xlsxwriter", "pydantic"})
        assert {name for name in loaded if name.startswith("etl.")} == {
            "etl.__main__", "etl.cli", "etl.cli.options", "etl.errors", "etl.limits", "etl.safe_text", "etl.signals",
        }  # fmt: skip


def test_help_has_an_example_for_every_command(billsight: Billsight) -> None:
    """Each example is a command that exists."""
    overview = billsight("--help").out
    for name, (_, summary) in cli.COMMANDS.items():
        assert re.search(rf"^  {name} ", overview, re.MULTILINE)
        command = cli.commands.get_command(click.Context(cli.commands), name)
        assert command is not None
        assert command.get_short_help_str(1000).removesuffix(".") == summary
        assert f"billsight {name} " in billsight(name, "--help").out
    assert billsight("--version").out == f"billsight, version {__version__}\n"


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (MemoryError(), (ExitCode.UNUSABLE, "the last report stays: ")),
        (OSError(24, os.strerror(24)), (ExitCode.UNUSABLE, "the last report stays: ")),
        (NotFoundError("no invoice 'out of memory'"), (ExitCode.UNUSABLE, "billsight: no invoice 'out of memory'\n")),
        (ConfigurationError([]), (ExitCode.CONFIGURATION, "billsight: The configuration cannot be used")),
        (ValueError("x"), (ExitCode.BUG, "Traceback")),
    ],
)
def test_each_kind_of_error_is_told_once_and_in_its_way(
    billsight: Billsight, monkeypatch: pytest.MonkeyPatch, error: Exception, ending: tuple[ExitCode, str]
) -> None:
    """A limit of the machine is one sentence; an error of ours is what it says; the rest has its traceback."""
    code, said = ending

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("etl.cli.run.load", fail)
    ended = billsight("check")
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert ("Traceback" in ended.err) is (code == ExitCode.BUG)
