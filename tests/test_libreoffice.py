"""LibreOffice opens both fix files, edits them and saves them in any way it can, and the import takes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from etl.config import load
from etl.csv_guard import write_csv
from etl.review.fix_files import mapping_fixes
from etl.review.fix_workbook import write_workbook
from etl.review.import_decisions import ImportOptions
from etl.review.import_mappings import import_files
from tests.review.test_fixes import FORMULAS, _fix, _frame
from tests.support.decision_files import Rows, certain, proposed

OFFICES = ("soffice", "libreoffice")
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
GERMAN = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value></prop></item>
</oor:items>
"""
CSV = "csv:Text - txt - csv (StarCalc)"
# field separator, quote, character set (76: UTF-8, 1: Windows-1252, 65535: UTF-16), first line, formats, language,
# every text quoted, numbers as they are shown
SAVED_AS = {
    "xlsx": "xlsx",
    "ods": "ods",
    "csv with semicolons": f"{CSV}:59,34,76,1,,1031,false,true",
    "csv in Windows-1252": f"{CSV}:59,34,1,1,,1031,true,true",
    "csv with tabs in UTF-16": f"{CSV}:9,34,65535,1,,1031,false,true",
    "csv as it is stored": f"{CSV}:44,34,76,1,,1033,false,false",
}
Convert = Callable[[list[Path], str, Path], list[Path]]


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Open files in a LibreOffice that is set to German, and save them as something else."""
    office = os.environ.get("LIBREOFFICE") or next(filter(None, map(shutil.which, OFFICES)), None)
    if office is None:
        if os.environ.get("BILLSIGHT_WITHOUT_LIBREOFFICE") == "1":
            pytest.skip("asked to do without LibreOffice")
        pytest.fail(
            "No LibreOffice on this machine: 'make test' installs it, LIBREOFFICE=/path/to/soffice names one,"
            " BILLSIGHT_WITHOUT_LIBREOFFICE=1 does without these tests."
        )
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(GERMAN, encoding="utf-8")

    def call(files: list[Path], target: str, folder: Path) -> list[Path]:
        folder.mkdir(parents=True)
        command = [office, "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}"]
        # a CSV is read as a German reads it, special numbers and dates included
        infilter = ["--infilter=CSV:44,34,76,1,,1031,false,true"] if files[0].suffix == ".csv" else []
        names = [str(file) for file in files]
        arguments = [*command, *infilter, "--convert-to", target, "--outdir", str(folder), *names]
        ended = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False)
        made = [folder / f"{file.stem}.{target.partition(':')[0]}" for file in files]
        assert all(path.exists() for path in made), ended.stdout + ended.stderr
        return made

    return call


@pytest.fixture(scope="module")
def edited(decided_on: Path, convert: Convert, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, list[Path]]:
    """Both files, opened and saved by LibreOffice as workbooks, with three decisions typed into each."""
    made = tmp_path_factory.mktemp("edited")
    latest = decided_on / "out" / "latest"
    rows = certain(proposed(decided_on), 3)
    files = []
    for kind in ("csv", "xlsx"):
        source = Path(shutil.copy(latest / f"mapping_fixes.{kind}", made / f"from_{kind}.{kind}"))
        (opened,) = convert([source], "xlsx", made / kind)
        book = openpyxl.load_workbook(opened)
        sheet = book.worksheets[0]
        captions = [str(cell.value) for cell in sheet[1]]
        ids = [str(cell.value) for cell in sheet[chr(ord("A") + captions.index("row_id"))]]
        for row, decision in zip(rows, ("Approve", "exclude ", "snooze:2026-12-24"), strict=True):
            line = ids.index(row["row_id"]) + 1
            sheet.cell(line, captions.index("decision") + 1, decision)
            sheet.cell(line, captions.index("decided_at") + 1, datetime(2025, 11, 22, 17, 30))
            sheet.cell(line, captions.index("note") + 1, "geklärt; „sicher“")
        book.save(opened)
        files.append(opened)
    return rows, files


@pytest.fixture(params=SAVED_AS)
def saved(
    request: pytest.FixtureRequest, convert: Convert, edited: tuple[Rows, list[Path]], tmp_path: Path
) -> list[Path]:
    """Both edited files, saved in one of the ways."""
    return convert(edited[1], SAVED_AS[request.param], tmp_path / "saved")


@pytest.mark.slow
def test_what_libreoffice_saves_is_imported(
    decided_on: Path, edited: tuple[Rows, list[Path]], saved: list[Path]
) -> None:
    """Both files, saved as a workbook or as text in German: every decision is applied, to the ids that were meant."""
    rows, settings = edited[0], load(decided_on / "billsight.toml", {})
    for file in saved:
        (outcome,) = import_files(settings, [file], ImportOptions("kim", AT, is_dry=True)).files
        assert outcome.refusal is None
        assert [verdict.kind for verdict in outcome.verdicts] == ["apply"] * 3, str(outcome)
        decided = {one.decided.action: one.decided for one in outcome.verdicts if one.decided}
        customers = [row["acct_customer_id"].removeprefix("ACCT-") for row in rows]
        found = [decided[action].customer_id_acct for action in ("approve", "exclude", "snooze")]
        assert found == customers
        assert decided["approve"].company_id_cw == rows[0]["cw_company_id"].removeprefix("CW-")
        assert str(decided["snooze"].until) == "2026-12-24"
        assert {one.decided_at.date().isoformat() for one in decided.values() if one.decided_at} == {"2025-11-22"}
        assert {verdict.line.cells["note"] for verdict in outcome.verdicts} == {"geklärt; „sicher“"}
        assert len(proposed(decided_on)) == 3 + outcome.undecided


@pytest.mark.slow
def test_libreoffice_makes_no_formula_of_a_name(convert: Convert, tmp_path: Path) -> None:
    """Whatever a customer is called, in the CSV and in the workbook: a text before and after."""
    names = [name for name in FORMULAS if "\x00" not in name and "\x01" not in name] + ["=HYPERLINK(1)", "1E5", "007"]
    rows = [_fix(f"00{number}", "2", customer_name=name, company_name=name) for number, name in enumerate(names)]
    fixes = mapping_fixes(_frame(*rows), "r1", b"key")
    write_csv(fixes, tmp_path / "text.csv")
    write_workbook(fixes, tmp_path / "book.xlsx", AT)
    for source in ("text.csv", "book.xlsx"):
        (made,) = convert([tmp_path / source], "xlsx", tmp_path / Path(source).stem)
        sheet = openpyxl.load_workbook(made).worksheets[0]
        captions = [str(cell.value) for cell in sheet[1]]
        kinds = {cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line}
        assert "f" not in kinds
        assert not any(cell.hyperlink for line in sheet.iter_rows() for cell in line)
        ids = [line[captions.index("acct_customer_id")].value for line in sheet.iter_rows(min_row=2)]
        assert sorted(map(str, ids)) == sorted(f"ACCT-00{number}" for number in range(len(names)))
