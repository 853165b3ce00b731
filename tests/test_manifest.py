"""The manifest, and the last look before publishing: what is written must be what the summary says, to the byte."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest

from etl.config import load
from etl.errors import ExitCode, InputError, InvariantError
from etl.pipeline import run
from etl.publish.manifest import KEPT, configuration_digest, verify
from etl.publish.verify import differences
from etl.warehouse.engine import Engine
from tests.support import provider_runs

INVOICES = 900


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / "latest" / "manifest.json").read_text(encoding="utf-8"))
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_has_every_file_that_was_written_and_every_file_that_was_read(folder: Path) -> None:
    """With their bytes and sha256, which anybody can compute again."""
    manifest = _manifest(folder)
    run = folder / "out" / "runs" / "night-1"
    there = {path.name: (path.stat().st_size, _sha256(path)) for path in run.iterdir() if path.name != "manifest.json"}
    assert {entry["name"]: (entry["bytes"], entry["sha256"]) for entry in manifest["outputs"]} == there
    assert {entry["relation"] for entry in manifest["inputs"]} == set(load(folder / "billsight.toml", {}).sources)
    for entry in manifest["inputs"]:
        path = folder / entry["name"]
        assert (path.stat().st_size, _sha256(path)) == (entry["bytes"], entry["sha256"])
    assert verify(folder / "out" / "latest") == []


def test_the_manifest_says_what_ran(folder: Path) -> None:
    """Which run, for which instant, with which versions and settings, on how much."""
    manifest = _manifest(folder)
    assert (manifest["schema"], manifest["run_id"], manifest["as_of_at"]) == (1, "night-1", "2026-11-22T02:00:00Z")
    assert set(manifest["versions"]) == {"billsight", "duckdb", "polars", "python"}
    assert manifest["versions"]["python"] == platform.python_version()
    assert manifest["counts"]["invoices"] == INVOICES
    assert manifest["counts"]["sources"]["accounting_invoices"]["rows_extracted"] == INVOICES + 3
    settings = load(folder / "billsight.toml", {"BILLSIGHT_LIMITS__THREADS": "1"})
    assert manifest["configuration_sha256"] == configuration_digest(settings)
    assert str(folder) not in json.dumps(manifest)


def test_the_same_settings_have_the_same_digest_wherever_they_lie(folder: Path, tmp_path: Path) -> None:
    """Defaults and environment count, the place does not."""
    other = shutil.copytree(folder, tmp_path / "other")

    def digest(at: Path, **environment: str) -> str:
        return configuration_digest(load(at / "billsight.toml", environment))

    assert digest(folder) == digest(other)
    assert digest(folder, BILLSIGHT_OUTPUT__FOLDER=str(folder.absolute() / "out")) == digest(folder)
    assert digest(folder, BILLSIGHT_PORTAL__GRACE_HOURS="23") != digest(folder)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def _without_a_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], *lines[2:]]))


def _of_other_states(path: Path) -> None:
    pl.read_parquet(path).with_columns(state=pl.lit("visible")).write_parquet(path)


def _of_other_money(path: Path) -> None:
    cents = pl.col("balance_amount") + pl.Series([1] + [0] * (INVOICES - 1))
    pl.read_parquet(path).with_columns(cents.alias("balance_amount")).write_parquet(path)


def _of_other_numbers(path: Path) -> None:
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'"invoices": {INVOICES}', '"invoices": 1'), encoding="utf-8"
    )


def _of_another_run(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("night-1", "night-9"), encoding="utf-8")


def _sql(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        engine = Engine(path)
        engine.run(statement)
        engine.close()

    return change


def _with_sheet(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A workbook that is whole, but whose sheet says something else."""

    def rewrite(path: Path) -> None:
        with ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts["xl/worksheets/sheet1.xml"] = change(parts["xl/worksheets/sheet1.xml"])
        with ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return rewrite


def _without_the_last_row(sheet: bytes) -> bytes:
    start, end = sheet.rindex(b"<row "), sheet.rindex(b"</row>") + len(b"</row>")
    return sheet[:start] + sheet[end:]


def _of_one_customer(sheet: bytes) -> bytes:
    return re.sub(rb'(<c r="F[0-9]+"[^>]*><is><t>)ACCT-[^<]*', rb"\1ACCT-1", sheet)


DAMAGES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "the page is cut off": ("report.html", _cut, "not complete"),
    "the page is of another run": ("report.html", _of_another_run, "the run id is missing"),
    "the page is missing": ("report.html", Path.unlink, "cannot be read back"),
    "other numbers": ("summary.json", _of_other_numbers, "its numbers differ"),
    "an answer is missing in the CSV": ("invoices.csv", _without_a_line, "899 rows, expected 900"),
    "the CSV is cut off": ("invoices.csv", _cut, "last line is cut off"),
    "the states are others": ("invoices.parquet", _of_other_states, "as in the summary"),
    "a cent more": ("invoices.parquet", _of_other_money, "the balance of"),
    "the Parquet file is cut off": ("invoices.parquet", _cut, "cannot be read back"),
    "a fix is missing": ("contact_fixes.csv", _without_a_line, "rows, expected"),
    "a mapping is missing": ("mapping_fixes.csv", _without_a_line, "rows, expected"),
    "a gap is missing": ("sync_gaps.csv", _without_a_line, "rows, expected"),
    "the quarantine is empty": ("quarantine.csv", lambda path: path.write_bytes(b"") and None, "cannot be read back"),
    "the workbook is cut off": ("mapping_fixes.xlsx", _cut, "cannot be read back"),
    "the workbook lacks a row": ("mapping_fixes.xlsx", _with_sheet(_without_the_last_row), "rows, expected"),
    "the workbook lacks customers": ("mapping_fixes.xlsx", _with_sheet(_of_one_customer), "1 customers, expected"),
    "the database has more": (
        "run.duckdb", _sql("insert into quarantine.rows (relation) values ('x')"), "rows in quarantine"
    ),
    "the database is of another run": ("run.duckdb", _sql("update ctl.run set run_id = 'x'"), "to another run"),
    "the database is cut off": ("run.duckdb", lambda path: os.truncate(path, 5000), "cannot be read back"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_does_not_say_what_the_summary_says_is_found(folder: Path, damage: str) -> None:
    """Whatever happened to it between the writing and the reading; and `verify` finds it later too."""
    run = folder / "out" / "runs" / "night-1"
    name, spoil, told = DAMAGES[damage]
    summary = json.loads((run / "summary.json").read_bytes())
    assert differences(run, summary) == []
    spoil(run / name)
    wrong = differences(run, summary)
    assert any(line.startswith(name) and told in line for line in wrong), wrong
    assert any(name in line for line in verify(run))


def test_a_night_whose_files_are_spoilt_is_not_published(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code 4, everything that differs at once, and the last report stays."""
    write = run.write_outputs

    def spoiling(night: Any, orders: Any, publication: Any) -> Any:
        summary = write(night, orders, publication)
        _cut(publication.path("report.html"))
        _without_a_line(publication.path("invoices.csv"))
        return summary

    monkeypatch.setattr(run, "write_outputs", spoiling)
    with pytest.raises(InvariantError, match=r"(?s)invoices\.csv: 899 rows.*report\.html: the page") as error:
        provider_runs.run(folder, "bad")
    assert error.value.exit_code is ExitCode.UNUSABLE
    assert [path.name for path in (folder / "out" / "runs").iterdir()] == ["night-1"]
    assert (folder / "out" / "latest").readlink() == Path("runs/night-1")


def test_a_source_that_changes_while_it_is_read_ends_the_night(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export that is still being written: nobody could say what the report was made of."""
    check = run._check_laws

    def meanwhile(*arguments: Any) -> None:
        with (folder / "sync_runs.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        check(*arguments)

    monkeypatch.setattr(run, "_check_laws", meanwhile)
    with pytest.raises(InputError, match=r"sync_runs\.csv: found a file that changed while"):
        provider_runs.run(folder, "bad")
    assert (folder / "out" / "latest").readlink() == Path("runs/night-1")


def test_verify_tells_what_is_missing_added_or_other(folder: Path) -> None:
    """And does not mind what was pruned, as long as what is to stay is whole."""
    run = folder / "out" / "runs" / "night-1"
    (run / "sync_gaps.csv").unlink()
    (run / "notes.txt").touch()
    content = bytearray((run / "invoices.csv").read_bytes())
    content[-2] ^= 1
    (run / "invoices.csv").write_bytes(content)
    assert verify(run) == [
        "notes.txt is not in the manifest",
        "sync_gaps.csv is missing",
        "invoices.csv is not the file that was published",
    ]
    for path in run.iterdir():
        if path.name not in KEPT:
            path.unlink()
    assert verify(run) == []
    (run / "summary.json").write_text("{}")
    assert len(verify(run)) == 1
    (run / "manifest.json").write_text("{")
    assert "cannot be read" in verify(run)[0]
    assert verify(folder) == ["manifest.json is missing"]
