"""Rows of one list that contradict each other: none is chosen, and a made id is one document in every list."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.warehouse.engine import Engine
from tests.support import one_client, provider_runs
from tests.support.ledger_files import kept, load_files, write_table

CONFLICTS = {
    "portal_invoices": ("portal_id,invoice_id,total", [("P1", "7", "5"), ("P1", "8", "5"), ("P2", "9", "5")]),
    "connectwise_companies": (
        "id,name,accountNumber", [("P1", "Acme", "A-1"), ("P1", "Acme", "A-2"), ("P2", "Bolt", "")],
    ),
    "accounting_customers": ("id,name,email", [("P1", "Acme", "a@x.example"), ("P1", "Bolt", ""), ("P2", "Cray", "")]),
}  # fmt: skip


@pytest.mark.parametrize("relation", CONFLICTS)
def test_rows_of_one_file_that_contradict_each_other_are_all_set_aside(
    engine: Engine, tmp_path: Path, relation: str
) -> None:
    """Of every kind: nothing says which of the two is right."""
    header, rows = CONFLICTS[relation]
    write_table(tmp_path / "a.csv", header, *rows)
    loaded = load_files(engine, tmp_path, relation)
    assert [row[0] for row in loaded.accepted] == ["P2"]
    assert ["contradict each other" in row[3][0] for row in loaded.aside] == [True, True]


def test_a_value_that_one_of_the_rows_lacks_is_no_contradiction(engine: Engine, tmp_path: Path) -> None:
    """One row stays, the other is its copy."""
    write_table(tmp_path / "a.csv", "portal_id,invoice_id,total", ("P1", "7", "5"), ("P1", "7", ""))
    loaded = load_files(engine, tmp_path, "portal_invoices")
    assert len(loaded.accepted) == 1
    assert [report.rows_copied for report in loaded.reports] == [1]


@pytest.mark.parametrize("relation", ["portal_invoices", "connectwise_invoices"])
def test_two_documents_of_one_number_keep_their_ids_in_every_list(
    engine: Engine, tmp_path: Path, relation: str
) -> None:
    """Their totals distinguish them: a list that has only one of them means that one."""
    header, number = "Invoice Number,Customer,Total", ("1001", "Acme")
    write_table(tmp_path / "a.csv", header, (*number, "100"), (*number, "200"))
    write_table(tmp_path / "b.csv", header, (*number, "200"))
    load_files(engine, tmp_path, relation)
    assert [str(total) for (total,) in kept(engine, "total_amount", relation=relation)] == ["100.0000", "200.0000"]


def test_a_portal_row_that_says_two_things_proves_nothing_in_a_run(tmp_path: Path) -> None:
    """The rows are quarantined, and neither document is called visible by them, nor missing."""
    others = [one_client.invoice(number) for number in range(3, 60)]
    listed = [one_client.shown(number) for number in range(3, 60)]
    twice = [one_client.shown(1), one_client.shown(2, portal_invoice_id="P1")]
    outcome = one_client.World(tmp_path).run([one_client.invoice(1), one_client.invoice(2), *others], [*twice, *listed])
    states = dict(provider_runs.answers(outcome).select("invoice_id_acct", "state").iter_rows())
    assert (states["A1"], states["A2"], states["A3"]) == ("unknown", "unknown", "visible")
