"""Generic tables, and what the portal gives: CSV, XLSX and Parquet."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest

INVOICES = "id,doc_number,customer_id,customer_name,txn_date,total,balance\n1,INV-1,7,Acme,2026-01-05,100.00,0.00\n"


def workbook(*rows: list[Any], sheet: str = "Invoices") -> bytes:
    """An XLSX file with an empty first sheet of another name."""
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    cells = book.create_sheet(sheet)
    for row in rows:
        cells.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    """A Parquet file."""
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def test_obvious_captions_need_no_configuration(shelf: Any) -> None:
    """A plain list with internal ids is read as it is; amounts say whether it is paid."""
    shelf.put("i.csv", INVOICES)
    assert shelf.rows("accounting_invoices", "i.csv") == [
        {
            "invoice_id_acct": "1",
            "has_internal_id": "true",
            "invoice_number": "INV-1",
            "customer_id_acct": "7",
            "customer_name": "Acme",
            "document_type": "invoice",
            "document_status": "paid",
            "invoice_date": "2026-01-05",
            "total_amount": "100.00",
            "balance_amount": "0.00",
        }
    ]


def test_the_configuration_names_the_captions(shelf: Any) -> None:
    """What the configuration says is taken, also where one caption serves two of our columns."""
    shelf.put("i.csv", "Beleg;Kunde;Datum;Betrag;Secret\nR-1;Acme;05.01.2026;1.234,50;x\n")
    columns = {
        "invoice_number": "Beleg",
        "customer_id_acct": "Kunde",
        "customer_name": "Kunde",
        "invoice_date": "Datum",
        "total_amount": "Betrag",
    }
    (row,) = shelf.rows("accounting_invoices", "i.csv", columns=columns)
    assert (row["customer_id_acct"], row["customer_name"], row["total_amount"]) == ("Acme", "Acme", "1.234,50")
    assert (row["invoice_id_acct"], row["has_internal_id"]) == ("R-1|Acme|05.01.2026", "false")
    assert row["document_status"] == "unknown"


def test_a_configured_caption_that_is_not_there_is_told_with_the_header(shelf: Any) -> None:
    """The user sees which caption is missing and which there are."""
    shelf.put("i.csv", INVOICES)
    (problem,) = shelf.problems(
        "accounting_invoices", "i.csv", columns={"total_amount": "Betrag", "invoice_date": "txn_date"}
    )
    assert "doc_number" in problem.found
    assert "Betrag" in problem.expected
    assert problem.line == 1


def test_a_column_that_we_do_not_have_is_told(shelf: Any) -> None:
    """A misspelt left-hand name would silently leave its column empty."""
    shelf.put("i.csv", INVOICES)
    (problem,) = shelf.problems("accounting_invoices", "i.csv", columns={"invoice_nr": "doc_number"})
    assert "invoice_nr" in problem.found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_on_the_header(shelf: Any, delimiter: str) -> None:
    """Titles above the header say nothing about the delimiter."""
    text = "Report of Acme, Inc, and others; all of them\n\n" + INVOICES.replace(",", delimiter)
    shelf.put("i.csv", text)
    extract = shelf.read("accounting_invoices", "i.csv")
    assert extract.frame["invoice_number"].to_list() == ["INV-1"]
    assert extract.frame["source_line"].to_list() == [4]


def test_lines_are_physical_lines(shelf: Any) -> None:
    """A line break inside a quoted field moves the rows below it."""
    shelf.put("i.csv", INVOICES.replace("Acme", '"Acme\r\n  Street"') + "\r\n2,INV-2,7,Acme,2026-01-05,1,1\n")
    extract = shelf.read("accounting_invoices", "i.csv")
    assert extract.frame["source_line"].to_list() == [2, 5]
    assert extract.shape_notes == {"blank": 1}


def test_a_row_with_too_many_fields_says_so(shelf: Any) -> None:
    """An unquoted comma puts every later value into the wrong column: such a row must not be believed."""
    shelf.put("i.csv", INVOICES + "2,INV-2,7,Acme, Inc,2026-01-05,1,1\n3,INV-3,7,Acme,2026-01-05,1,1,\n4,INV-4,7\n")
    rows = shelf.rows("accounting_invoices", "i.csv")
    problems = [row.get("read_problem") for row in rows]
    assert problems == [None, "the row has 8 fields, the header 7", None, None]
    assert "total_amount" not in rows[3]


def test_a_cut_last_line_says_so(shelf: Any) -> None:
    """A short last row without a line end is not a short row but half a row."""
    shelf.put("i.csv", INVOICES + "2,INV-2,7,Acme,2026-0")
    assert shelf.rows("accounting_invoices", "i.csv")[1]["read_problem"] == "the last line of the file is cut off"


def test_words_for_type_and_status_become_ours(shelf: Any) -> None:
    """Words that nobody knows are reported; a state is then read from the amounts, a type is unknown."""
    lines = ["Invoice,Void,5,0", "Credit Memo,Awaiting Payment,5,5", "Flurb,Glorp,5,0", ",,5,5", "Deposit,PAID,5,"]
    shelf.put(
        "i.csv",
        "id,customer_id,date,type,status,total,balance\n" + "".join(f"1,7,2026-01-05,{line}\n" for line in lines),
    )
    rows = shelf.rows("accounting_invoices", "i.csv")
    assert [row["document_type"] for row in rows] == ["invoice", "credit_memo", "unknown", "invoice", "other"]
    assert [row["document_status"] for row in rows] == ["voided", "open", "paid", "open", "paid"]
    assert shelf.read("accounting_invoices", "i.csv").unknown == [
        "document_type 'Flurb' (1 row): billsight does not know this word; whether these rows are invoices is unknown",
        "document_status 'Glorp' (1 row): billsight does not know this word; the amounts decide",
    ]


def test_cells_of_a_workbook_become_text(shelf: Any) -> None:
    """Dates are ISO, numbers are decimals without the noise of a float, an id is no float."""
    header = ["ID", "Invoice Number", "Customer ID", "Date", "Total", "Balance", "Modified"]
    row = [1001, "00123", 7, dt.datetime(2026, 1, 5), 0.1 + 0.2, 1234567.891, dt.datetime(2026, 1, 5, 10, 30)]
    shelf.put(
        "i.xlsx", workbook(["Our report"], [], header, row, [None] * 7, [1002.0, "x", 8, "5/1/2026", 1.23456, -3])
    )
    first, second = shelf.rows("accounting_invoices", "i.xlsx", sheet="Invoices")
    assert first["invoice_id_acct"] == "1001"
    assert first["invoice_number"] == "00123"
    assert (first["invoice_date"], first["modified_at"]) == ("2026-01-05", "2026-01-05T10:30:00")
    assert (first["total_amount"], first["balance_amount"]) == ("0.3", "1234567.891")
    assert (second["invoice_id_acct"], second["total_amount"], second["balance_amount"]) == ("1002", "1.23456", "-3")
    extract = shelf.read("accounting_invoices", "i.xlsx", sheet="Invoices")
    assert extract.frame["source_line"].to_list() == [4, 6]


def test_a_sheet_that_is_not_there_is_told(shelf: Any) -> None:
    """The sheets that are there are named."""
    shelf.put("i.xlsx", workbook(["ID"]))
    (problem,) = shelf.problems("accounting_invoices", "i.xlsx", sheet="Sheet9")
    assert "Cover, Invoices" in problem.found


def test_columns_of_parquet_become_text(shelf: Any) -> None:
    """Typed columns lose their types, not their values; lines are row numbers; no other column is read."""
    frame = pl.DataFrame(
        {
            "id": [1, 2, None],
            "doc_number": ["INV-1", "INV-2", None],
            "customer_id": [7, 7, None],
            "txn_date": [dt.date(2026, 1, 5), dt.date(2026, 1, 6), None],
            "total": pl.Series([Decimal("10.50"), Decimal("-3.00"), None], dtype=pl.Decimal(18, 2)),
            "balance": [0.1 + 0.2, 7.0, None],
            "created_at": pl.Series([dt.datetime(2026, 1, 5, 10)] * 2 + [None]).dt.replace_time_zone(
                "America/New_York"
            ),
            "updated_at": [dt.datetime(2026, 1, 5, 10, 0, 0, 5000), dt.datetime(2026, 1, 6), None],
            "portalPassword": [b"hunter2", b"hunter2", None],
        }
    )
    shelf.put("i.parquet", parquet(frame))
    first, second = shelf.rows("accounting_invoices", "i.parquet")
    assert (first["invoice_id_acct"], first["invoice_date"], first["total_amount"]) == ("1", "2026-01-05", "10.50")
    assert (first["balance_amount"], second["balance_amount"], second["total_amount"]) == ("0.3", "7", "-3.00")
    assert (first["created_at"], first["modified_at"]) == ("2026-01-05T15:00:00Z", "2026-01-05T10:00:00.005")
    extract = shelf.read("accounting_invoices", "i.parquet")
    assert extract.frame["source_line"].to_list() == [1, 2]
    assert extract.shape_notes == {"blank": 1}


def test_a_nested_column_that_is_needed_is_told(shelf: Any) -> None:
    """A record inside a column has no text of its own."""
    frame = pl.DataFrame({"id": [1], "customer_id": [{"value": 7}], "txn_date": ["2026-01-05"], "total": ["1"]})
    shelf.put("i.parquet", parquet(frame))
    (problem,) = shelf.problems("accounting_invoices", "i.parquet")
    assert "customer_id" in problem.found


def test_customers_without_ids_are_known_by_name(shelf: Any) -> None:
    """`Parent:Child` names the parent, which is known by name as well."""
    shelf.put("c.csv", "Customer Name,Email\nAcme,a@acme.example\nAcme:East:Shop (deleted),\n")
    first, second = shelf.rows("accounting_customers", "c.csv")
    assert first["customer_id_acct"] == "Acme"
    assert "is_active" not in first
    assert (second["parent_customer_id_acct"], second["is_active"]) == ("Acme:East", "false")


def test_a_row_without_its_key_is_not_given_another(shelf: Any) -> None:
    """Where a list has ids, an empty one is a bad row; a made-up key would hide it."""
    shelf.put("i.csv", INVOICES + ",INV-2,7,Acme,2026-01-05,1,1\n")
    assert "invoice_id_acct" not in shelf.rows("accounting_invoices", "i.csv")[1]


def test_portal_invoices_without_ids_of_their_own(shelf: Any) -> None:
    """The accounting id serves, else number and customer."""
    shelf.put("p.csv", "Invoice ID,Invoice Number,Customer Name,Total\n130,1037,Acme,5.00\n,1038,Acme,6.00\n,,,7.00\n")
    rows = shelf.rows("portal_invoices", "p.csv")
    assert [row.get("portal_invoice_id") for row in rows] == ["130", "1038|Acme", None]


def test_portal_mappings(shelf: Any) -> None:
    """A customer without a company is known to the portal and not mapped."""
    shelf.put("m.csv", "Accounting Customer,Company RecID,Company Name\nAcme,250,Acme Dental\nBeta,,\n")
    assert shelf.rows("portal_mappings", "m.csv") == [
        {"customer_id_acct": "Acme", "customer_name": "Acme", "company_id_cw": "250", "company_name": "Acme Dental"},
        {"customer_id_acct": "Beta", "customer_name": "Beta"},
    ]


def test_sync_runs(shelf: Any) -> None:
    """Every system has its own words for success and failure; a run that has not ended is running."""
    words = ["OK", "Completed", "Failed: timeout", "aborted", "Error", "running", ""]
    lines = "".join(f"2026-01-0{number + 1}T02:00:00Z,2026-01-01,,{word}\n" for number, word in enumerate(words))
    shelf.put("s.csv", "started_at,from_date,finished_at,status\n" + lines)
    rows = shelf.rows("sync_runs", "s.csv")
    assert [row.get("run_status") for row in rows] == [
        "succeeded",
        "succeeded",
        "failed",
        "failed",
        "failed",
        "running",
        "running",
    ]
    assert rows[0]["from_at"] == "2026-01-01"
