"""The fixtures that come with the project are what the tool makes, plus what their README says was added by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from etl.causes import BY_CODE, CAUSES
from etl.config import load
from etl.demo import DemoPlan, write_demo
from etl.demo.connectwise import DECOY
from etl.domain import State
from tests.support.provider_runs import BY_SETTINGS

FIXTURES = Path(__file__).parents[2] / "data" / "fixtures"
NIGHT, BY_HAND = FIXTURES / "night", {"accounting_invoices-spoilt.json"}
LEFT_BY_NIGHTS = {"out", "state"}
"""Folders that a run on a fixture leaves; they are not part of it."""
SHAPES = sorted((FIXTURES / "shapes").iterdir())
NUMBER_CAPTIONS = {"quickbooks_report": ("Invoice List by Date.csv", 2), "xero_csv": ("sales_invoices.csv", 18)}
"""The invoice file of each shape, and where its numbers stand."""


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - LEFT_BY_NIGHTS


def test_the_night_is_made_again_byte_by_byte(tmp_path: Path) -> None:
    """A fixture that cannot be made again is a fixture that nobody dares to change."""
    write_demo(tmp_path, DemoPlan(companies=120, invoices=900, seed=7, shape="quickbooks_online"))
    assert _names(NIGHT) == _names(tmp_path) | BY_HAND
    for path in tmp_path.iterdir():
        assert (NIGHT / path.name).read_bytes() == path.read_bytes(), path.name


def test_every_cause_occurs_in_the_night() -> None:
    """All but those of settings and the stalled sync: it cannot occur while anything waits for the next one."""
    truth = pl.read_csv(NIGHT / "truth_invoices.csv", infer_schema=False)
    found = set(truth["causes"].drop_nulls().str.split(" ").explode())
    assert found == {cause.code for cause in CAUSES} - {"SYNC_STALLED"} - BY_SETTINGS
    assert set(truth["state"]) == set(State)


def test_the_fixtures_are_small_and_hold_the_secret_only_where_it_belongs() -> None:
    """They are cloned by everybody; the decoy password is nowhere but among the contacts."""
    files = [path for path in FIXTURES.rglob("*") if path.is_file() and not LEFT_BY_NIGHTS & set(path.parts)]
    assert sum(path.stat().st_size for path in files) < 3_000_000
    assert {path.name for path in files if DECOY.encode() in path.read_bytes()} == {"connectwise_contacts.json"}


@pytest.mark.parametrize("folder", [NIGHT, *SHAPES], ids=lambda folder: folder.name)
def test_each_folder_is_a_night_that_can_be_run(folder: Path) -> None:
    """Its configuration loads, and every source it names is there."""
    sources = load(folder / "billsight.toml", {}).sources
    for source in sources.values():
        patterns = [source.path] if isinstance(source.path, str) else source.path
        assert all(list(folder.glob(pattern)) for pattern in patterns)


@pytest.mark.parametrize("folder", SHAPES, ids=lambda folder: folder.name)
def test_the_truth_of_a_shape_names_every_invoice_in_it(folder: Path) -> None:
    """Written by hand on both sides, so it is checked that no line was forgotten."""
    truth = pl.read_csv(folder / "truth_by_number.csv", infer_schema=False)
    file, place = NUMBER_CAPTIONS[folder.name]
    with (folder / file).open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines) if len(row) > place and row[place]]
    assert set(truth["invoice_number"]) == {row[place] for row in rows} - {"Num", "InvoiceNumber"}
    assert set(truth["state"]) <= set(State)
    assert set(truth["causes"].drop_nulls().str.split(" ").explode()) <= set(BY_CODE)
