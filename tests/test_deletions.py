"""Deletions of change feeds and of loaders act on older rows of their own kind, and need an id and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from etl.warehouse.engine import Engine
from tests.support.ledger_files import CUSTOMERS, kept, load_files, write_table

FULL = {"Id": "9", "DocNumber": "1001", "CustomerRef": {"value": "58", "name": "Acme"}, "TxnDate": "2026-11-14",
        "TotalAmt": 100, "Balance": 100, "MetaData": {"LastUpdatedTime": "2026-11-14T10:00:00Z"}}  # fmt: skip
GONE = {"status": "Deleted", "domain": "QBO", "Id": "9", "MetaData": {"LastUpdatedTime": "2026-11-20T10:00:00Z"}}


def _feed(path: Path, **lists: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"CDCResponse": [{"QueryResponse": [{name: lists[name]} for name in lists]}]}))


@pytest.mark.parametrize(
    ("lists", "status"),
    [
        ({"Invoice": [GONE]}, "deleted"),
        ({"Invoice": [GONE | {"Id": "8"}]}, "open"),
        ({"CreditMemo": [GONE]}, "open"),
        ({"Customer": [GONE], "Invoice": []}, "open"),
        ({"Customer": [GONE], "Payment": [GONE], "Invoice": [GONE]}, "deleted"),
        ({"Invoice": [{key: value for key, value in GONE.items() if key != "MetaData"}]}, "deleted"),
        ({"Invoice": [GONE | {"MetaData": {"LastUpdatedTime": "2026-11-13T10:00:00Z"}}]}, "open"),
    ],
)
def test_a_deletion_acts_on_older_rows_of_its_own_kind_and_id_alone(
    engine: Engine, tmp_path: Path, lists: dict[str, list[dict[str, Any]]], status: str
) -> None:
    """It has an id and nothing else, and is never a bad row."""
    (tmp_path / "full.json").write_text(json.dumps({"QueryResponse": {"Invoice": [FULL]}}))
    _feed(tmp_path / "feed.json", **lists)
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "invoice_id_acct", "document_status") == [("9", status)]
    assert not loaded.aside


def test_a_later_export_that_has_the_document_wins_over_its_deletion(engine: Engine, tmp_path: Path) -> None:
    """Something else in it changed after the deletion, so that it was made later."""
    later = FULL | {"Id": "10", "DocNumber": "1002", "MetaData": {"LastUpdatedTime": "2026-11-25T10:00:00Z"}}
    (tmp_path / "full.json").write_text(json.dumps({"QueryResponse": {"Invoice": [FULL, later]}}))
    _feed(tmp_path / "feed.json", Invoice=[GONE])
    load_files(engine, tmp_path)
    assert [status for (status,) in kept(engine, "document_status")] == ["open", "open"]


def test_a_deletion_of_what_no_file_has_is_counted_and_no_bad_row(engine: Engine, tmp_path: Path) -> None:
    """It is dropped; the note says so."""
    (tmp_path / "full.json").write_text(json.dumps({"QueryResponse": {"Invoice": [FULL]}}))
    _feed(tmp_path / "feed.json", Invoice=[GONE | {"Id": "7"}], Customer=[GONE])
    loaded = load_files(engine, tmp_path)
    (feed,) = (report for report in loaded.reports if report.file == "feed.json")
    assert (feed.rows_extracted, feed.rows_quarantined) == (0, 0)
    assert "1 deletions of rows that are in no file" in feed.notes
    assert "1 Customer records" in feed.notes


def test_a_deletion_with_an_id_alone_acts_for_xero_and_for_customers(engine: Engine, tmp_path: Path) -> None:
    """A void invoice is void, a deleted customer is not active."""
    contact = {"ContactID": "c", "Name": "Acme"}
    xero = {"InvoiceID": "a-1", "InvoiceNumber": "1001", "Type": "ACCREC", "Contact": contact,
            "Date": "2026-11-14", "Total": 100, "AmountDue": 100, "Status": "AUTHORISED"}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({"Invoices": [xero]}))
    (tmp_path / "b.json").write_text(json.dumps({"Invoices": [{"InvoiceID": "a-1", "Status": "VOIDED"}]}))
    load_files(engine, tmp_path)
    assert kept(engine, "document_status") == [("voided",)]
    customer = {"Id": "9", "DisplayName": "Acme", "Active": True}
    (tmp_path / "a.json").write_text(json.dumps({"QueryResponse": {"Customer": [customer]}}))
    _feed(tmp_path / "b.json", Customer=[GONE])
    load_files(engine, tmp_path, CUSTOMERS)
    assert kept(engine, "customer_id_acct", "is_active", relation=CUSTOMERS) == [("9", False)]


@pytest.mark.parametrize(
    "row",
    [
        ("_fivetran_deleted", "TRUE", "deleted"),
        ("_fivetran_deleted", "false", "open"),
        ("_sdc_deleted_at", "2026-11-20T10:00:00Z", "deleted"),
        ("_sdc_deleted_at", "", "open"),
        ("is_deleted", "1", "deleted"),
        ("Deleted", "Nein", "open"),
        ("Deleted", "FALSCH", "open"),
        ("Deleted", "-", "open"),
        ("Deleted", "never", "open"),
        ("Deleted", "Ja", "deleted"),
        ("Deleted", "x", "deleted"),
        ("deleted_at", "0000-00-00", "open"),
        ("deleted_at", "0001-01-01T00:00:00", "open"),
        ("deleted_at", "1970-01-01 00:00:00", "open"),
        ("deleted_at", "11/20/2026 10:00", "deleted"),
        ("deleted_at", "20 Nov 2026", "deleted"),
        ("deleted_at", "2026-11-20T00:00:00-00:00", "deleted"),
        ("deleted_at", "1795171200000", "deleted"),
        ("deleted_at", "9999-12-31", "open"),
        ("_fivetran_active", "false", "deleted"),
        ("_fivetran_active", "TRUE", "open"),
        ("_dlt_valid_to", "2026-11-20T10:00:00Z", "deleted"),
        ("_dlt_valid_to", "", "open"),
        ("is_deleted", "1.0", "deleted"),
        ("is_deleted", "-1", "deleted"),
        ("is_deleted", "0.0", "open"),
        ("is_deleted", "D", "deleted"),
        ("is_deleted", "Removed", "deleted"),
    ],
)
def test_what_a_loader_flagged_as_deleted_is_deleted(engine: Engine, tmp_path: Path, row: tuple[str, str, str]) -> None:
    """By a word for yes or by a day; a word for no, and the day of none, say that it is not."""
    caption, flag, status = row
    header = f"id,doc_number,customer_id,txn_date,total,balance,{caption}"
    write_table(tmp_path / "a.csv", header, ("1", "1001", "58", "2026-11-14", "100", "100", flag))
    load_files(engine, tmp_path)
    assert kept(engine, "document_status") == [(status,)]


@pytest.mark.parametrize(
    "listed",
    [
        (
            "invoice_id,contact_id,date,total,amount_due,invoice_number,status,type",
            ("i-1", "c-1", "2026-10-01", "80", "80", "INV-8", "AUTHORISED", "ACCREC"),
        ),
        (
            "ContactName,InvoiceNumber,InvoiceDate,Total,InvoiceAmountDue,Currency,Type,Status",
            ("Tern Foods", "INV-8", "2026-10-01", "80", "80", "USD", "Sales invoice", "Awaiting Payment"),
        ),
    ],
)
@pytest.mark.parametrize(
    "flag",
    [
        ("_fivetran_deleted", "true", "false"),
        ("_fivetran_active", "false", "true"),
        ("_sdc_deleted_at", "2026-11-01 08:00:00", ""),
        ("_ab_cdc_deleted_at", "2026-11-01T08:00:00Z", ""),
        ("Is Deleted", "1", "0"),
    ],
)
def test_a_flag_means_the_same_in_every_shape(
    engine: Engine, tmp_path: Path, listed: tuple[str, tuple[str, ...]], flag: tuple[str, str, str]
) -> None:
    """No shape has to name it."""
    (header, row), (caption, gone, there) = listed, flag
    for value, status in ((gone, "deleted"), (there, "open")):
        write_table(tmp_path / "a.csv", f"{header},{caption}", (*row, value))
        load_files(engine, tmp_path)
        assert kept(engine, "document_status") == [(status,)]


@pytest.mark.parametrize("flag", ["zorb", "2", "perhaps", "7", "not zorbed", "not before 2026-12-01"])
@pytest.mark.parametrize("relation", ["accounting_invoices", CUSTOMERS])
def test_a_flag_that_nobody_can_read_sets_its_row_aside(
    engine: Engine, tmp_path: Path, flag: str, relation: str
) -> None:
    """It may have been deleted: no other row of the file is touched."""
    header = "id,doc_number,customer_id,txn_date,total,balance,Deleted"
    rows = [(str(at), f"100{at}", "58", "2026-11-14", "100", "100", flag if at == 2 else "no") for at in (1, 2)]
    if relation == CUSTOMERS:
        header, rows = "customer_id,customer_name,Deleted", [(row[0], f"Acme {row[0]}", row[-1]) for row in rows]
    write_table(tmp_path / "a.csv", header, *rows)
    loaded = load_files(engine, tmp_path, relation)
    ((_, _, _, rules, _),) = loaded.aside
    assert (len(loaded.accepted), [rule for rule in rules if flag in rule]) == (1, rules)
