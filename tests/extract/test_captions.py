"""Which captions are read as what: nothing that identifies a row is lost to a likeness."""

from __future__ import annotations

from typing import Any

import pytest

from etl.extract import describe_columns, recognize
from etl.schemas import RELATIONS

CUSTOMER_HEADERS = (
    "Customer ID,Customer Name,Account Number,Email,Phone",
    "Phone,Email,Account Number,Customer Name,Customer ID",
    "customer_id;customer_name;email;phone_number",
    "Internal ID\tCustomer Name\tTax Number\tEmail Address",
    "ID,Contact Name,Account No,Email,Active",
    "Contact ID,ContactName,AccountNumber,EmailAddress,TaxNumber",
)


@pytest.mark.parametrize("header", CUSTOMER_HEADERS)
def test_a_customer_list_never_loses_its_ids(shelf: Any, header: str) -> None:
    """However its captions look like those of another report: what reads the ids wins."""
    delimiter = next(sign for sign in "\t;," if sign in header)
    cells = [
        "8812" if cell.lower().endswith("id") else "true" if cell == "Active" else cell
        for cell in header.split(delimiter)
    ]
    shelf.put("c.csv", f"{header}\n{delimiter.join(cells)}\n")
    extract = shelf.read("accounting_customers", "c.csv")
    assert extract.frame["customer_id_acct"].to_list() == ["8812"]
    assert recognize(shelf.folder / "c.csv").shape == "table"


INVOICE_HEADERS = (
    "Internal ID,Invoice Number,Type,Status,Customer ID,Customer Name,Date,Due Date,Total,Balance",
    "Date,Transaction Type,Num,Name,Due Date,Amount,Open Balance,Invoice ID,Customer ID",
    "Transaction date;Transaction type;Number;Customer;Customer ID;Amount;Balance",
    "Contact Name,Invoice Number,Invoice Date,Total,Balance,Invoice ID",
    "Type,Date,Num,Name,Amount,Balance,Customer Number",
)


@pytest.mark.parametrize("header", INVOICE_HEADERS)
def test_a_ledger_never_loses_ids_and_balances(shelf: Any, header: str) -> None:
    """A report of QuickBooks or Xero has neither; a list that has them is not read as one."""
    delimiter = ";" if ";" in header else ","
    names = header.split(delimiter)
    values = {"total": "100", "amount": "100", "balance": "40", "open balance": "40", "status": "Open"}
    values |= {"type": "Invoice", "transaction type": "Invoice"}
    cells = [
        "2026-11-10"
        if "date" in name.lower()
        else "77"
        if name in {"Customer ID", "Customer Number"}
        else values.get(name.lower(), "9001")
        for name in names
    ]
    shelf.put("i.csv", f"{header}\n{delimiter.join(cells)}\n")
    (row,) = shelf.rows("accounting_invoices", "i.csv")
    assert row["balance_amount"] == "40"
    assert row["customer_id_acct"] == ("77" if "Customer " in header.replace("Customer Name", "") else "9001")
    assert row["has_internal_id"] == ("true" if "nternal ID" in header or "Invoice ID" in header else "false")


def test_the_balance_that_a_ledger_keeps_is_no_invoices(shelf: Any) -> None:
    """Next to an open balance, Balance runs from row to row; with a split account the rows are no invoices at all."""
    shelf.put("i.csv", "Date,Type,Num,Name,Split,Amount,Balance\n2026-01-05,Invoice,7,Acme,Sales,100,5100\n")
    assert "posting" in shelf.problems("accounting_invoices", "i.csv")[0].found
    shelf.put("i.csv", "id,number,customer,date,total,balance,open balance\n1,7,Acme,2026-01-05,100,5100,60\n")
    assert shelf.rows("accounting_invoices", "i.csv")[0]["balance_amount"] == "60"


def test_line_items_of_one_document_are_one_row_and_counted(shelf: Any) -> None:
    """Rows that say the same of one document differ in what was sold only."""
    rows = "".join(
        f"{document},2026-01-05,100,40,{item}\n"
        for document, item in (("9001,INV-1,Acme", "Care"), ("9001,INV-1,Acme", "Parts"), ("9002,INV-2,Acme", "Care"))
    )
    shelf.put("i.csv", f"Invoice ID,Invoice Number,Customer Name,Date,Total,Balance,Item Name\n{rows}")
    extract = shelf.read("accounting_invoices", "i.csv")
    assert extract.frame["invoice_id_acct"].to_list() == ["9001", "9002"]
    assert extract.shape_notes == {"repeated line item": 1}


def test_configured_columns_add_to_the_known_ones(shelf: Any) -> None:
    """Naming one caption takes no other away; an empty one switches its column off; one caption is one column."""
    header = "Internal ID,Invoice Number,Customer ID,Customer,Datum,Total,Balance,Due Date"
    shelf.put("i.csv", f"{header}\n9001,4001,11,Acme,2026-11-10,100,40,2026-12-10\n")
    (row,) = shelf.rows("accounting_invoices", "i.csv", columns={"invoice_date": "Datum", "due_date": ""})
    assert row["invoice_date"] == "2026-11-10"
    assert (row["invoice_id_acct"], row["customer_id_acct"], row["balance_amount"]) == ("9001", "11", "40")
    assert "due_date" not in row
    (row,) = shelf.rows(
        "accounting_invoices", "i.csv", columns={"invoice_date": "Datum", "customer_id_acct": "Customer"}
    )
    assert row["customer_id_acct"] == "Acme"
    assert "customer_name" not in row


def test_what_became_of_the_captions_is_known(shelf: Any) -> None:
    """Which are read as what, and which are not read."""
    shelf.put("i.csv", "Internal ID,Invoice Number,Customer ID,Date,Total,Colour\n9001,4001,11,2026-11-10,100,red\n")
    found = shelf.read("accounting_invoices", "i.csv")
    assert found.captions.used["invoice_id_acct"] == "Internal ID"
    assert found.captions.ignored == ("Colour",)
    read, ignored, missing = describe_columns(found, RELATIONS["accounting_invoices"])
    assert "Internal ID = invoice_id_acct, Invoice Number" in read
    assert ignored == "  ignored: Colour"
    assert missing.startswith("  not given: ")
    assert "balance_amount" in missing


@pytest.mark.parametrize("names", ["Amount,Remaining Amount", "Amount,Amount Remaining", "Total,Due,Paid"])
def test_a_balance_is_known_by_its_usual_captions(shelf: Any, names: str) -> None:
    """What is paid is no balance; Due is one only beside a total and what is paid, with amounts below it."""
    text = f"Internal ID,Invoice Number,Customer ID,Date,{names}\n9001,4001,11,2026-11-10,100,40"
    shelf.put("i.csv", text + (",60\n" if names.count(",") > 1 else "\n"))
    assert shelf.rows("accounting_invoices", "i.csv")[0]["balance_amount"] == "40"


@pytest.mark.parametrize("day", ["2026-12-10", "10.12.2026", "1.2.26", "20261210"])
def test_money_that_is_not_read_is_told(shelf: Any, day: str) -> None:
    """Without a balance nobody knows what is owed, and a column that looks like one is named; a day is no amount."""
    shelf.put("i.csv", f"Internal ID,Customer ID,Date,Total,Paid,Due\n9001,11,2026-11-10,100,60,{day}\n")
    found = shelf.read("accounting_invoices", "i.csv")
    assert "balance_amount" not in shelf.rows("accounting_invoices", "i.csv")[0]
    assert any("not used: Paid, Due" in warning for warning in found.warnings)


def test_a_guard_against_spreadsheets_is_no_part_of_a_text(shelf: Any) -> None:
    """A number in ="..." is that number."""
    shelf.put("i.csv", 'Internal ID,Number,Customer ID,Date,Total\n9001,="0042",11,2026-11-10,100\n')
    assert shelf.rows("accounting_invoices", "i.csv")[0]["invoice_number"] == "0042"
