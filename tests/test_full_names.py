"""Two reports of one system, of which one names a sub-customer by its leaf and the other in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.warehouse.engine import Engine
from tests.support.ledger_files import kept, load_files, write_table

HEADER = "Number,Customer Name,Date,Total,Balance"
DAY = "2026-11-14"
SITE = ("811", "Larkfield:Depot", DAY, "640.00", "640.00")
OTHER = ("812", "Moss & Co", DAY, "75.00", "75.00")


@pytest.fixture
def engine() -> Engine:
    """An empty database."""
    return Engine(Path(":memory:"), threads=1, memory_gb=0.5)


def _load(engine: Engine, folder: Path, leaves: list[Any], whole: list[Any]) -> str:
    write_table(folder / "ageing.csv", HEADER, *leaves)
    write_table(folder / "balances.csv", HEADER, *whole)
    return " ".join(report.notes for report in load_files(engine, folder).reports)


@pytest.mark.parametrize("name", ["Depot", " depot", "DEPOT"])
def test_a_leaf_that_ends_one_full_name_is_that_customer(engine: Engine, tmp_path: Path, name: str) -> None:
    """The same number, day and total: one document, under the full name, whichever list is used."""
    notes = _load(engine, tmp_path, [("811", name, *SITE[2:]), OTHER], [SITE, OTHER])
    assert [row[:2] for row in kept(engine, "invoice_number", "customer_id_acct")] == [
        ("811", "Larkfield:Depot"),
        ("812", "Moss & Co"),
    ]
    assert "counted twice" not in notes


@pytest.mark.parametrize(
    ("leaf", "more"),
    [
        (("811", "Depot", DAY, "641.00", "641.00"), []),
        (("811", "Depot", *SITE[2:]), [("900", "Moss & Co:Depot", DAY, "5.00", "5.00")]),
        (("811", "Depot", *SITE[2:]), [("811", "Moss & Co:Depot", DAY, "640.00", "640.00")]),
    ],
)
def test_what_may_be_two_documents_is_told(engine: Engine, tmp_path: Path, leaf: Any, more: list[Any]) -> None:
    """Another total, or a second full name with this leaf: both stay, and the file says so."""
    notes = _load(engine, tmp_path, [leaf], [SITE, *more])
    assert len(kept(engine, "invoice_number")) == 2 + len(more)
    assert "(811 Depot)" in notes
    assert "may be counted twice" in notes


@pytest.mark.parametrize(
    ("leaves", "count"),
    [
        ([("899", "Depot", *SITE[2:])], 2),
        ([("811", "Depot", "2026-11-15", *SITE[3:])], 2),
        ([("811", "Depot", *SITE[2:]), ("813", "Moss & Co:Shop", *SITE[2:])], 3),
    ],
)
def test_other_documents_and_full_names_are_left_alone(
    engine: Engine, tmp_path: Path, leaves: list[Any], count: int
) -> None:
    """Another number or day; or a customer of its own, in a list that names customers in full."""
    notes = _load(engine, tmp_path, leaves, [SITE])
    assert (len(kept(engine, "invoice_number")), "counted twice" in notes) == (count, False)
    assert "Depot" in [name for (name,) in kept(engine, "customer_id_acct")]
