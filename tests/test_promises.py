"""What a published run promises: the same bytes again, nothing lost, no secret, no formula, whole or not at all."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.csv_guard import FORMULA
from etl.demo import DemoPlan
from etl.demo.connectwise import DECOY
from etl.errors import BillsightError, InputError, InvariantError
from etl.pipeline import load_sources, stages
from etl.pipeline.run import RunOutcome
from etl.review.register import Import, Judgement, Register
from etl.warehouse.engine import Engine
from tests.reliability.calling import NIGHT, called
from tests.soak import runs
from tests.support import provider_runs

INVOICES = "accounting_invoices.csv"
FILES = {
    "report.html", "summary.json", "mapping_fixes.csv", "contact_fixes.csv", "sync_gaps.csv", "invoices.parquet",
    "invoices.csv", "quarantine.csv", "run.duckdb", "mapping_fixes.xlsx", "manifest.json",
}  # fmt: skip
SPOILT = ("", "abc", "1,2e4.50.0", "=1+1", "31/31/2026", "1.00E+08", "-", "(12.50)", "1.234,50", '"', "\u202e", "USD")


def _published(folder: Path) -> list[str]:
    """Everything in the output folder that a reader, or the next run, could come upon, but for the logs."""
    out = folder / "out"
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*")) if out.exists() else []
    return [name for name in names if name.partition("/")[0] != "logs"]


def _bytes(folder: Path) -> dict[str, bytes]:
    """Of every file but the database, and but the manifest, which has the database's digest."""
    others = {"run.duckdb", "manifest.json"}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in others}


def _sealed(folder: Path) -> dict[str, Any]:
    """The manifest without the database, and without the number of threads."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    outputs = [entry for entry in found["outputs"] if entry["name"] != "run.duckdb"]
    return {**found, "outputs": outputs, "configuration_sha256": None}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider."""
    return provider_runs.invented(tmp_path_factory.mktemp("small"), provider_runs.SMALL)


@pytest.fixture(scope="module")
def good(provider: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small provider after a good run; not to be changed."""
    folder = _written(tmp_path_factory.mktemp("good"), provider)
    provider_runs.run(folder, "good")
    return folder


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> RunOutcome:
    """A run of the fixtures that has a name of its own; not to be changed."""
    return provider_runs.run(provider_runs.copied(tmp_path_factory.mktemp("named") / "first"), "the-night-of-the-test")


def _written(folder: Path, provider: Path) -> Path:
    shutil.copytree(provider, folder, dirs_exist_ok=True, symlinks=True)
    return folder


def test_the_same_inputs_give_the_same_bytes(named: RunOutcome, tmp_path: Path) -> None:
    """Wherever the folder lies and however many threads there are; only the database file keeps its own order."""
    folder = provider_runs.copied(tmp_path / "elsewhere" / "again")
    ended = called(folder, *NIGHT, "--run-id", "the-night-of-the-test", more={"POLARS_MAX_THREADS": "3"})
    assert ended.code == 0, ended
    again = (folder / "out" / "latest").resolve()
    assert {path.name for path in named.folder.iterdir()} == FILES
    assert _bytes(named.folder) == _bytes(again)
    assert _sealed(named.folder) == _sealed(again)


def test_every_file_says_which_night_it_is_of(named: RunOutcome) -> None:
    """A fix file that comes back must be traced to the run that proposed it."""
    for name in (
        "report.html",
        "summary.json",
        "manifest.json",
        "mapping_fixes.csv",
        "contact_fixes.csv",
        "sync_gaps.csv",
    ):
        assert b"the-night-of-the-test" in (named.folder / name).read_bytes(), name


def _spoilt(rows: list[list[str]], edits: list[tuple[int, int, str]]) -> list[list[str]]:
    for row, column, text in edits:
        rows[1 + row % (len(rows) - 1)][column % len(rows[0])] = text
    return rows


EDITS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 11), st.sampled_from(SPOILT)), max_size=6)


@settings(max_examples=runs(4))
@given(edits=EDITS)
def test_no_row_and_no_cent_is_lost(
    provider: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, str]]
) -> None:
    """However a file is malformed: a row is answered or in quarantine, and the answers hold the money of their rows."""
    folder = _written(tmp_path_factory.mktemp("spoilt"), provider)
    rows = _spoilt(list(csv.reader((provider / INVOICES).read_text(encoding="utf-8").splitlines())), edits)
    with (folder / INVOICES).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    try:
        outcome = provider_runs.run(folder)
    except InputError:
        assert not [name for name in _published(folder) if name.startswith(("runs/", "latest"))]
        return
    aside = pl.read_csv(outcome.folder / "quarantine.csv", infer_schema=False)
    lines = Counter(int(line) for line in aside.filter(pl.col("source_file") == INVOICES)["source_line"])
    kept = [row for line, row in enumerate(rows[1:], 2) if line not in lines]
    answers = provider_runs.answers(outcome)
    assert set(lines.values()) <= {1}
    assert sorted(answers["invoice_id_acct"]) == sorted(row[0] for row in kept)
    plain = {row[0]: row for row in kept if re.fullmatch(r"-?\d+\.\d\d", row[5])}
    money: dict[str, Decimal] = {}
    for row in plain.values():
        currency = row[7].upper() or "XXX"
        money[currency] = money.get(currency, Decimal(0)) + Decimal(row[5])
    told = answers.filter(pl.col("invoice_id_acct").is_in(list(plain)))
    told = told.group_by("currency_code").agg(pl.col("total_amount").sum())
    assert dict(told.rows()) == money


LIES = {
    "an answer is lost": "delete from marts.invoice_checks where row_key = 3",
    "an answer is given twice": "insert into marts.invoice_checks from marts.invoice_checks where row_key = 3",
    "a gate is failed and unknown": "update marts.invoice_checks set failed = 1, unknown = 1",
    "an answer that is worth nothing is lost": """
        delete from marts.cause_sets where mask in (
            select checks.failed from marts.invoice_checks as checks
            inner join accepted.accounting_invoices as invoices on checks.row_key = invoices.rowid
            group by checks.failed having bool_and(invoices.total_amount = 0))""",
    "a customer is there twice": "insert into marts.customer_checks from marts.customer_checks",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_night_that_breaks_a_law_is_not_published(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    """The laws are checked on what would be published, and the last good run stays the latest."""
    folder = _written(tmp_path, good)

    def lying(engine: Engine, *others: Any) -> None:
        engine.run(LIES[lie])
        find_gaps(engine, *others)

    find_gaps = stages._find_gaps
    monkeypatch.setattr(stages, "_find_gaps", lying)
    before = _published(folder)
    with pytest.raises(InvariantError) as broken:
        provider_runs.run(folder, "lying")
    assert broken.value.violations
    assert _published(folder) == before


def test_a_row_that_vanishes_while_it_is_read_breaks_the_first_law(
    tmp_path: Path, provider: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extracted is accepted plus quarantined, file by file."""
    loader = load_sources.Loader.load

    def careless(self: Any, tell: Callable[[str], None]) -> Any:
        files = loader(self, tell)
        return [type(file)(**{**vars(file), "rows_extracted": file.rows_extracted + 1}) for file in files]

    monkeypatch.setattr(load_sources.Loader, "load", careless)
    with pytest.raises(InvariantError, match="accounting_invoices"):
        provider_runs.run(_written(tmp_path, provider))
    assert not (tmp_path / "out" / "latest").exists()


def test_a_secret_reaches_no_file(named: RunOutcome) -> None:
    """The password that stands beside each contact is in no published byte and no cell of the database."""
    folder, outcome = named.folder.parents[2], named
    assert DECOY in (folder / "connectwise_contacts.json").read_text(encoding="utf-8")
    for path in outcome.folder.iterdir():
        content = path.read_bytes()
        assert DECOY.encode() not in content, path.name
        assert b"portalPassword" not in content, path.name
    # the database packs its strings, so its cells are looked at one by one
    relations = provider_runs.table(outcome, "(select schema_name || '.' || table_name as name from duckdb_tables())")[
        "name"
    ]
    assert "staging.connectwise__contacts" in relations.to_list()
    for relation in relations:
        cells = provider_runs.table(
            outcome, f"(select count(*) as hits from {relation} as r where r::varchar like '%{DECOY}%')"
        )
        assert cells["hits"].item() == 0, relation


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Names and numbers that a spreadsheet would run get an apostrophe in every CSV; numbers stay numbers."""
    folder = provider_runs.invented(tmp_path, DemoPlan(60, 400, 3))
    customers, invoices = folder / "accounting_customers.csv", folder / INVOICES
    named = pl.read_csv(customers, infer_schema=False)
    named.with_columns(Name=pl.lit("=HYPERLINK(") + pl.col("Name"), FullName=None).write_csv(customers)
    numbered = pl.read_csv(invoices, infer_schema=False)
    numbered.with_columns(DocNumber=pl.lit("+") + pl.col("DocNumber"), TotalAmt=pl.lit("=1")).head(3).vstack(
        numbered.tail(-3).with_columns(DocNumber=pl.lit("@") + pl.col("DocNumber"))
    ).write_csv(invoices)
    mapped = pl.read_csv(folder / "portal_mappings.csv", infer_schema=False)
    mapped.with_columns(company_id=pl.lit("=1+") + pl.col("company_id")).write_csv(folder / "portal_mappings.csv")
    outcome = provider_runs.run(folder, environment={"BILLSIGHT_LIMITS__QUARANTINE_SHARE": "1"})
    seen = 0
    for path in outcome.folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        seen += sum(cell.startswith(("'=", "'+", "'@")) for cell in cells)
        told = pl.Series(sorted(cell for cell in cells if not re.fullmatch(r"-?[\d.]+", cell)))
        assert told.filter(told.str.contains(FORMULA)).to_list() == [], path.name
    assert seen > 300


def _break_dates(folder: Path) -> None:
    text = (folder / "billsight.toml").read_text(encoding="utf-8").replace('date_order = "ymd"\n', "")
    (folder / "billsight.toml").write_text(text, encoding="utf-8")
    path = folder / INVOICES
    path.write_text(
        re.sub(r"\b(20\d\d)-\d\d-\d\d\b(?!T)", r"03/04/\1", path.read_text(encoding="utf-8")), encoding="utf-8"
    )


def _break_kind(folder: Path) -> None:
    (folder / INVOICES).write_bytes(b"%PDF-1.7 an invoice, but not a list of invoices")


def _break_nothing_there(folder: Path) -> None:
    (folder / "connectwise_companies.json").unlink()
    (folder / "connectwise_contacts.json").write_bytes(b"")


@pytest.mark.parametrize("spoil", [_break_dates, _break_kind, _break_nothing_there])
def test_what_cannot_be_read_publishes_nothing(tmp_path: Path, good: Path, spoil: Callable[[Path], None]) -> None:
    """The last good run stays the latest to the last byte, and no half-made folder is left."""
    folder = _written(tmp_path, good)
    before, content = _published(folder), _bytes(folder / "out" / "runs" / "good")
    spoil(folder)
    with pytest.raises(InputError) as refused:
        provider_runs.run(folder, "bad")
    assert len(refused.value.problems) == (2 if spoil is _break_nothing_there else 1)
    assert _published(folder) == before
    assert _bytes(folder / "out" / "latest") == content


def test_a_run_is_never_overwritten(tmp_path: Path, good: Path) -> None:
    """What was published stays as it was, whatever is published later."""
    folder = _written(tmp_path, good)
    content = _bytes(folder / "out" / "runs" / "good")
    with pytest.raises(BillsightError, match="good is there already"):
        provider_runs.run(folder, "good")
    provider_runs.run(folder, "two")
    assert _bytes(folder / "out" / "runs" / "good") == content
    assert (folder / "out" / "latest").resolve().name == "two"


def test_a_persons_judgement_beats_the_portal_and_an_exclusion_leaves_the_queue(
    invented_night: Path, tmp_path: Path
) -> None:
    """Who looked at the evidence knows better than a list; who is excluded is nobody's work."""
    folder = _written(tmp_path, invented_night)
    mapped = provider_runs.latest(folder, "matching.mappings")
    by_portal = mapped.filter(mapping_source="portal", mapping_state="mapped")
    customer, old = by_portal["customer_id_acct"][0], by_portal["company_id_cw"][0]
    other = next(company for company in by_portal["company_id_cw"] if company != old)
    queued = provider_runs.latest(folder, "report.queue")["customer_id_acct"][0]
    judgements = [
        Judgement(customer, other, "approved", provider_runs.AS_OF, "r.okafor", "test"),
        Judgement(queued, None, "excluded", provider_runs.AS_OF, "r.okafor", "test"),
    ]
    Register.open(folder / "state" / "register.sqlite").append(judgements, Import("t", provider_runs.AS_OF, "r.okafor"))
    after = provider_runs.run(folder, "after")
    now = {row["customer_id_acct"]: row for row in provider_runs.table(after, "matching.mappings").to_dicts()}
    assert (now[customer]["company_id_cw"], now[customer]["mapping_source"]) == (other, "judgement")
    assert now[queued]["mapping_state"] == "excluded"
    assert queued not in set(provider_runs.table(after, "report.queue")["customer_id_acct"])
    fixes = pl.read_csv(after.folder / "mapping_fixes.csv", infer_schema=False)
    assert f"ACCT-{queued}" not in set(fixes["acct_customer_id"])
    answers = provider_runs.answers(after).filter(customer_id_acct=queued)
    assert set(answers["state"]) == {"expected"}
