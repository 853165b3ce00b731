"""A run whose files were written or put there by somebody who means harm: odd names, changes, formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from etl import extract
from etl.config import Settings, Source
from etl.errors import InputError
from etl.warehouse.engine import Engine
from tests.support import provider_runs
from tests.support.loading import ALWAYS, NEVER, Loaded, load

INVOICES = "accounting_invoices"
HEADER = "id,doc_number,customer_id,txn_date,total\n"
NAMES = (
    "a[1].csv", "a'; drop table accepted.accounting_invoices; --.csv", 'a"b.csv', "line\nend.csv", "{a,b}.csv", "~.csv",
    "a?.csv", "a*.csv", "\x1b[31mred.csv", "\u202egpj.csv", "a1.csv", "s3:", "caf\udce9.csv",
)  # fmt: skip


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A database."""
    opened = Engine(Path(":memory:"), threads=1, memory_gb=0.5)
    yield opened
    opened.close()


def _load(engine: Engine, folder: Path, bulk_bytes: int, path: str | list[str] = "i.csv") -> Loaded:
    """Load the invoices of a folder."""
    source = Source(path=path, shape="table", date_order="ymd")
    return load(engine, Settings(base=folder, sources={INVOICES: source}), bulk_bytes)


@pytest.mark.parametrize("bulk_bytes", [NEVER, ALWAYS], ids=["carefully", "in bulk"])
def test_the_name_of_a_file_is_never_a_pattern_or_a_statement(engine: Engine, tmp_path: Path, bulk_bytes: int) -> None:
    """Each file gives its own rows once, whatever it is called; what is said of it can be printed."""
    (tmp_path / "data").mkdir()
    for number, name in enumerate(NAMES):
        rows = f"{number},INV-{number},7,2026-01-05,5.00\n,INV,7,2026-01-05,no amount\n"
        (tmp_path / "data" / name).write_text(HEADER + rows)
    # a file without a suffix is data only where it is named
    found = _load(engine, tmp_path, bulk_bytes, ["data", "data/s3:"])
    reports = found.reports
    assert [(report.rows_extracted, report.rows_accepted, report.rows_quarantined) for report in reports] == (
        [(2, 1, 1)] * len(NAMES)
    )
    assert len({report.file for report in reports}) == len(NAMES)
    assert all(report.file.isprintable() for report in reports)
    assert sorted(int(row[0]) for row in found.accepted) == list(range(len(NAMES)))


def test_a_source_whose_name_cannot_be_shown_is_in_the_manifest(tmp_path: Path) -> None:
    """By a name that can; and the run does not take it for a file that has gone."""
    folder = provider_runs.copied(tmp_path / "night")
    (folder / "sync_runs.csv").rename(folder / "sync\u200b_runs.csv")
    settings = folder / "billsight.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"sync_runs.csv"', '"sync*_runs.csv"'), "utf-8")
    inputs = json.loads((provider_runs.run(folder).folder / "manifest.json").read_bytes())["inputs"]
    size = (folder / "sync\u200b_runs.csv").stat().st_size
    assert [one["bytes"] for one in inputs if one["name"] == r"sync\u200b_runs.csv"] == [size]


CHANGES = {
    "grow": "a file that changed while it was read",
    "vanish": "a file that cannot be read (No such file or directory)",
    "shrink": "an empty file",
}


@pytest.mark.parametrize("act", CHANGES)
def test_a_file_that_changes_under_the_reader_is_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Between the look at it and its last row."""
    path = tmp_path / "i.csv"
    look = extract.bulk_scan

    def changed(*arguments: Any) -> Any:
        found = look(*arguments)
        if act == "grow":
            path.write_text(path.read_text() + "9,INV-9,7,2026-01-05,5.00\n")
        elif act == "vanish":
            path.unlink()
        else:
            path.write_text("")
        return found

    monkeypatch.setattr(extract, "bulk_scan", changed)
    for bulk_bytes in (NEVER, ALWAYS):
        path.write_text(HEADER + "1,INV-1,7,2026-01-05,5.00\n" + "2,INV-2,7,2026-01-05,odd\n" * 50)
        with pytest.raises(InputError) as refusal:
            _load(engine, tmp_path, bulk_bytes)
        assert [(problem.where, problem.found) for problem in refusal.value.problems] == [("i.csv", CHANGES[act])]


@pytest.mark.parametrize("bulk_bytes", [NEVER, ALWAYS], ids=["carefully", "in bulk"])
def test_a_file_that_vanishes_while_its_odd_rows_are_looked_up_is_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk_bytes: int
) -> None:
    """The quick way reads a file twice where a row does not fit."""
    path = tmp_path / "i.csv"
    path.write_text(HEADER + "1,INV-1,7,2026-01-05,5.00\n2,INV-2,7,2026-01-05,odd\n")
    monkeypatch.setattr(extract, "lines_of", lambda *_: path.unlink() or path.read_bytes())
    if bulk_bytes == NEVER:
        assert _load(engine, tmp_path, bulk_bytes).reports[0].rows_extracted == 2
        return
    with pytest.raises(InputError, match=r"i\.csv: found a file that cannot be read"):
        _load(engine, tmp_path, bulk_bytes)


ODD = {
    "a NUL": ("Ac\0me,7,2026-01-05,5.00", r"20001, \[\('x', True, 'Acme', .*\], \[\]"),
    "one day number among dates": ("odd,7,45000.5,5.00", r"20000, \[\], .*'45000.5' is not a date in order ymd"),
    "one comma among points": ('odd,7,2026-01-05,"1.234,50"', "expected one decimal sign in all amounts"),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_few_odd_rows_do_not_settle_how_the_file_is_written(engine: Engine, tmp_path: Path, odd: str) -> None:
    """The quick way sets them aside, and must judge them as the whole file would have them judged."""
    row, expected = ODD[odd]
    rows = "".join(f"{at},INV-{at},7,2026-01-05,{at}.25\n" for at in range(20_000))
    (tmp_path / "i.csv").write_text(f"{HEADER}{rows}x,{row}\n")
    told = []
    for bulk_bytes in (NEVER, ALWAYS):
        try:
            found = _load(engine, tmp_path, bulk_bytes)
        except InputError as error:
            told.append(str(error))
        else:
            here = [accepted for accepted in found.accepted if accepted[0] == "x"]
            told.append(f"{len(found.accepted)}, {here}, {found.aside}")
    assert re.search(expected, told[0])
    assert told[0] == told[1]


SIGNS = ("=", "+", "@", "-", "\\t=", "\uff1d")
"""What names begin with, as JSON has it."""

_MAY_BEGIN = "=+-@\t\r|%\uff1d\uff0b\uff0d\uff20"


def test_no_cell_of_any_file_that_a_night_writes_is_a_formula(tmp_path: Path) -> None:
    """Names that begin like formulas, in every source: in every CSV they begin with an apostrophe."""
    folder, signs = provider_runs.copied(tmp_path / "night"), cycle(SIGNS)
    for path in folder.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        for key in ("name", "DisplayName", "firstName", "CompanyName", "DocNumber", "identifier"):
            text = re.sub(rf'"{key}": ?"', lambda found: found[0] + next(signs), text)
        path.write_text(text, encoding="utf-8")
    mappings = (folder / "portal_mappings.csv").read_text(encoding="utf-8")
    (folder / "portal_mappings.csv").write_text(mappings + "=9,\"=cmd|'/c calc'!A0\",=1+1,@x\n", encoding="utf-8")
    invoices = (folder / "connectwise_invoices.csv").read_text(encoding="utf-8")
    (folder / "connectwise_invoices.csv").write_text(
        invoices + "=1,=2,=3,=4,=5,=6,=7,=8,=9,=10,=11\n", encoding="utf-8"
    )
    outcome = provider_runs.run(folder)
    files = sorted(outcome.folder.rglob("*.csv"))
    assert len(files) >= 5
    guarded = 0
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            for cell in row:
                is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
                assert is_number or not cell.strip(" \u00a0\u200b").startswith(tuple(_MAY_BEGIN)), (path.name, cell)
                guarded += cell.startswith("'")
    assert guarded > 50
