"""QuickBooks Online, as API answers and as exported reports."""

from __future__ import annotations

import json
from typing import Any

import pytest

INVOICE = {
    "Id": "130",
    "DocNumber": "1037",
    "TxnDate": "2026-01-05",
    "DueDate": "2026-02-04",
    "TotalAmt": 362.07,
    "Balance": 362.07,
    "CustomerRef": {"value": "24", "name": "Sonnenschein Family Store"},
    "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    "BillEmail": {"Address": "ap@sonnenschein.example"},
    "MetaData": {"CreateTime": "2026-01-05T21:43:05-07:00", "LastUpdatedTime": "2026-01-06T08:00:00-07:00"},
}
REPORT = """\
"Example Co, LLC",,,,,,,
Invoice List by Date,,,,,,,
"January 1-September 29, 2026",,,,,,,

Date,Transaction type,Num,Name,Memo,Due date,Amount,Open balance
01/10/2026,Invoice,5001,Acme Corp,,02/09/2026,"1,000.00",0.00
02/10/2026,Credit Memo,5002,Acme Corp:Main Street,,,-125.00,-25.00
TOTAL,,,,,,"$875.00","$-25.00"



"Wednesday, September 30, 2026 01:49 PM GMT-05:00",,,,,,,
"""


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps([INVOICE]),
        json.dumps({"QueryResponse": {"Invoice": [INVOICE], "startPosition": 1}, "time": "2026-01-07T00:00:00Z"}),
        json.dumps({"Invoice": INVOICE, "time": "2026-01-07T00:00:00Z"}),
        json.dumps(INVOICE),
        json.dumps({"CDCResponse": [{"QueryResponse": [{"Invoice": [INVOICE]}]}]}),
        json.dumps([{"QueryResponse": {"Invoice": [INVOICE]}}, {"QueryResponse": {}}]),
    ],
)
def test_an_invoice_is_read_from_every_kind_of_answer(shelf: Any, answer: str) -> None:
    """Pages, plain arrays, single answers and change feeds hold the same invoice."""
    shelf.put("i.json", answer)
    assert shelf.rows("accounting_invoices", "i.json") == [
        {
            "invoice_id_acct": "130",
            "has_internal_id": "true",
            "invoice_number": "1037",
            "customer_id_acct": "24",
            "customer_name": "Sonnenschein Family Store",
            "document_type": "invoice",
            "document_status": "open",
            "invoice_date": "2026-01-05",
            "due_date": "2026-02-04",
            "total_amount": "362.07",
            "balance_amount": "362.07",
            "currency_code": "USD",
            "bill_email": "ap@sonnenschein.example",
            "created_at": "2026-01-05T21:43:05-07:00",
            "modified_at": "2026-01-06T08:00:00-07:00",
        }
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "open"),
        ({"Balance": 0}, "paid"),
        ({"Balance": 0, "TotalAmt": 0}, "open"),
        ({"Balance": 0, "TotalAmt": 0, "PrivateNote": "Voided - typo"}, "voided"),
        ({"PrivateNote": "Void cheque attached"}, "open"),
        ({"invoiceStatus": "VOIDED"}, "voided"),
        ({"status": "Deleted"}, "deleted"),
        ({"Balance": None}, "unknown"),
        ({"Balance": -5}, "open"),
    ],
)
def test_the_status_of_an_invoice(shelf: Any, changes: dict[str, Any], status: str) -> None:
    """Void needs zero and a note, or the flag; paid needs a positive total; a deleted one says so."""
    shelf.put("i.json", [{**INVOICE, **changes}])
    assert shelf.rows("accounting_invoices", "i.json")[0]["document_status"] == status


def test_the_entity_is_the_type(shelf: Any) -> None:
    """A credit memo is no invoice, whether its list or its fields say so."""
    memo = {**INVOICE, "Id": "131", "RemainingCredit": 5}
    shelf.put("i.json", {"QueryResponse": {"Invoice": [INVOICE], "CreditMemo": [memo], "SalesReceipt": [INVOICE]}})
    shelf.put("plain.json", [INVOICE, memo])
    rows = shelf.rows("accounting_invoices", "i.json")
    assert [row["document_type"] for row in rows] == ["invoice", "credit_memo", "sales_receipt"]
    assert [row["document_type"] for row in shelf.rows("accounting_invoices", "plain.json")] == [
        "invoice",
        "credit_memo",
    ]


def test_customers(shelf: Any) -> None:
    """The name keeps its account number and its mark; the mark makes it inactive; a masked tax id identifies nobody."""
    customers = [
        {"Id": "24", "DisplayName": "Northwind (NW-7)", "Active": True, "PrimaryTaxIdentifier": "XXXXXXX1234"},
        {
            "Id": "25",
            "DisplayName": "Main Street (deleted)",
            "FullyQualifiedName": "Northwind (NW-7):Main Street (deleted)",
            "ParentRef": {"value": "24"},
            "BillWithParent": True,
            "Active": True,
            "BusinessNumber": "51 824 753 556",
            "PrimaryPhone": {"FreeFormNumber": "(410) 415-7406"},
            "Mobile": {"FreeFormNumber": "555 1234"},
        },
    ]
    shelf.put("c.json", {"QueryResponse": {"Customer": customers}})
    first, second = shelf.rows("accounting_customers", "c.json")
    assert first == {"customer_id_acct": "24", "customer_name": "Northwind (NW-7)", "is_active": "true"}
    assert (second["is_active"], second["parent_customer_id_acct"], second["is_bill_with_parent"]) == (
        "false",
        "24",
        "true",
    )
    assert (second["tax_identifier"], second["phone_number"]) == ("51 824 753 556", "(410) 415-7406; 555 1234")


def test_an_invoice_list_is_read_without_its_furniture(shelf: Any) -> None:
    """Titles, blanks, total and footer are counted; number, customer and date make the key; the window is kept."""
    shelf.put("r.csv", REPORT.replace("\n", "\r\n"))
    extract = shelf.read("accounting_invoices", "r.csv")
    assert extract.shape_notes == {"blank": 3, "preamble": 3, "footer": 1, "total": 1}
    assert extract.window == "January 1-September 29, 2026"
    assert extract.warnings == []
    assert extract.frame["source_line"].to_list() == [6, 7]
    first, second = shelf.rows("accounting_invoices", "r.csv")
    assert first == {
        "invoice_id_acct": "5001|Acme Corp|01/10/2026",
        "has_internal_id": "false",
        "invoice_number": "5001",
        "customer_id_acct": "Acme Corp",
        "customer_name": "Acme Corp",
        "document_type": "invoice",
        "document_status": "paid",
        "invoice_date": "01/10/2026",
        "due_date": "02/09/2026",
        "total_amount": "1,000.00",
        "balance_amount": "0.00",
    }
    assert (second["document_type"], second["document_status"]) == ("credit_memo", "open")


def test_older_captions_in_title_case_are_the_same_report(shelf: Any) -> None:
    """Captions changed their case over the years."""
    shelf.put("r.csv", REPORT.replace("Transaction type", "Transaction Type").replace("Open balance", "Open Balance"))
    assert len(shelf.rows("accounting_invoices", "r.csv")) == 2


def test_a_total_that_disagrees_is_told(shelf: Any) -> None:
    """Rows that were lost on the way leave a total that is not their sum."""
    shelf.put("r.csv", REPORT.replace("$875.00", "$9,875.00"))
    (warning,) = shelf.read("accounting_invoices", "r.csv").warnings
    assert "TOTAL" in warning


def test_documents_that_name_nobody_are_counted_not_kept(shelf: Any) -> None:
    """A transaction list holds cheques and journal entries without a customer; an invoice without one is a bad row."""
    rows = "03/01/2026,Journal Entry,,,,,5.00,\n03/02/2026,Invoice,5009,,,,7.00,7.00\nTOTAL"
    shelf.put("r.csv", REPORT.replace("TOTAL", rows).replace("$875.00", "$887.00").replace("$-25.00", "$-18.00"))
    extract = shelf.read("accounting_invoices", "r.csv")
    assert extract.shape_notes["document without a customer"] == 1
    assert extract.frame["invoice_number"].to_list() == ["5001", "5002", "5009"]
    assert extract.warnings == []


def test_a_grouped_report_gives_each_row_its_customer(shelf: Any) -> None:
    """The customer's name stands above its rows; without an open balance nothing is known of payment."""
    shelf.put(
        "r.csv",
        "Example Co,,,,,\nInvoices and Received Payments,,,,,\nAll Dates,,,,,\n\n"
        ",Date,Transaction type,Memo/Description,Transaction number,Amount\n"
        "Acme Corp,,,,,\n,01/10/2025,Invoice,,5001,100.00\nTotal for Acme Corp,,,,,$100.00\n"
        "Beta LLC,,,,,\n,03/01/2025,Invoice,,5003,900.00\n",
    )
    rows = shelf.rows("accounting_invoices", "r.csv")
    assert [(row["customer_id_acct"], row["invoice_number"]) for row in rows] == [
        ("Acme Corp", "5001"),
        ("Beta LLC", "5003"),
    ]
    assert {row["document_status"] for row in rows} == {"unknown"}


def test_a_report_with_one_row_per_line_item_is_refused(shelf: Any) -> None:
    """Its rows would be taken for invoices, and the debt would be counted many times."""
    shelf.put("r.csv", "Date,Transaction type,Num,Name,Quantity,Sales price,Amount\n01/10/2026,Invoice,1,Acme,2,5,10\n")
    problems = shelf.problems("accounting_invoices", "r.csv")
    assert all("one row per line item" in problem.found for problem in problems)
    assert {problem.line for problem in problems} == {1}


def test_a_contact_list_keeps_customers_that_have_only_a_name(shelf: Any) -> None:
    """A row with one cell is a customer, not furniture, even one whose name begins with Total."""
    shelf.put(
        "c.csv",
        '"Example Co, LLC",,,\nCustomer Contact List,,,\n\nCustomer full name,Phone numbers,Email,Bill address\n'
        "Acme Corp,Phone:(410) 415-7406,a@acme.example,1 Main St\nTotal Wine,,,\nAcme Corp:East,,,\n\n\n"
        '" Wednesday, September 30, 2026 01:46 PM GMT-05:00",,,\n',
    )
    rows = shelf.rows("accounting_customers", "c.csv")
    assert [row["customer_id_acct"] for row in rows] == ["Acme Corp", "Total Wine", "Acme Corp:East"]
    assert (rows[2]["parent_customer_id_acct"], rows[2]["full_name"]) == ("Acme Corp", "Acme Corp:East")
    assert rows[0]["phone_number"] == "Phone:(410) 415-7406"


@pytest.mark.parametrize("name", ["Total for Health LLC", "Cash Basis Bookkeeping LLC", "Total", "Accrual Basis"])
def test_a_customer_whose_name_sounds_like_a_total_or_a_footer_keeps_its_rows(shelf: Any, name: str) -> None:
    """Its documents are never those of the customer above it, who would see them."""
    shelf.put(
        "r.csv",
        "Example Co,,,,\nInvoice List by Customer,,,,\nAll Dates,,,,\n\n,Date,Transaction type,Num,Amount\n"
        'Acme Corp,,,,\n,01/10/2025,Invoice,5001,100.00\nTotal for Acme Corp,,,,"$100.00"\n'
        f'{name},,,,\n,03/01/2025,Invoice,5003,900.00\nTotal for {name},,,,"$900.00"\nTOTAL,,,,"$1,000.00"\n'
        '"Accrual Basis Sunday, November 29, 2026 01:21 AM GMTZ"\n',
    )
    extract = shelf.read("accounting_invoices", "r.csv")
    assert extract.frame["customer_name"].to_list() == ["Acme Corp", name]
    assert extract.shape_notes == {"preamble": 3, "footer": 1, "group header": 2, "total": 3}
    assert extract.warnings == []


def test_a_row_below_a_total_or_an_odd_row_is_nobodys(shelf: Any) -> None:
    """Where no name stands above a row, it is a bad row, not one of the group that was open before."""
    shelf.put(
        "r.csv",
        ",Date,Transaction type,Num,Memo,Amount\nAcme Corp,,,,,\n,01/10/2025,Invoice,5001,,100.00\n"
        "Total for Acme Corp,,,,,100.00\n,01/11/2025,Invoice,5002,,7.00\n"
        "Beta LLC,,,,(212) 555-0100,\n,03/01/2025,Invoice,5003,,900.00\n",
    )
    frame = shelf.read("accounting_invoices", "r.csv").frame
    told = dict(zip(frame["invoice_number"], frame["read_problem"], strict=True))
    assert told.pop("5001") is None
    assert told.keys() == {"5002", None, "5003"}
    assert all("the customer is not known" in problem for problem in told.values())
