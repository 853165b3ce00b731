"""Xero, as API answers and as exported lists."""

from __future__ import annotations

from typing import Any

import pytest

INVOICE = {
    "Type": "ACCREC",
    "InvoiceID": "d4956132",
    "InvoiceNumber": "INV-0001",
    "Reference": "OLD-7",
    "Payments": [],
    "CreditNotes": [],
    "Contact": {"ContactID": "a3675fc4", "Name": "Barney Rubble"},
    "Date": "/Date(1539993600000+0000)/",
    "DueDate": "/Date(1546128000000+0000)/",
    "Status": "AUTHORISED",
    "Total": 115.00,
    "AmountDue": 15.50,
    "CurrencyCode": "NZD",
    "UpdatedDateUTC": "/Date(1518685950940+0000)/",
}
HEADER = (
    "ContactName,EmailAddress,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,InvoiceAmountDue,"
    "Description,LineAmount,Currency,Type,Status"
)


def test_an_invoice_of_the_answer(shelf: Any) -> None:
    """Times are passed on as they are; there is no creation time."""
    shelf.put("i.json", {"Id": "900c", "Status": "OK", "Invoices": [INVOICE]})
    assert shelf.rows("accounting_invoices", "i.json") == [
        {
            "invoice_id_acct": "d4956132",
            "has_internal_id": "true",
            "invoice_number": "INV-0001",
            "reference": "OLD-7",
            "customer_id_acct": "a3675fc4",
            "customer_name": "Barney Rubble",
            "document_type": "invoice",
            "document_status": "open",
            "invoice_date": "/Date(1539993600000+0000)/",
            "due_date": "/Date(1546128000000+0000)/",
            "total_amount": "115.0",
            "balance_amount": "15.5",
            "currency_code": "NZD",
            "modified_at": "/Date(1518685950940+0000)/",
        }
    ]


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("DRAFT", "draft"),
        ("SUBMITTED", "draft"),
        ("AUTHORISED", "open"),
        ("PAID", "paid"),
        ("VOIDED", "voided"),
        ("DELETED", "deleted"),
    ],
)
def test_statuses_in_our_words(shelf: Any, status: str, ours: str) -> None:
    """A submitted invoice waits for approval like a draft."""
    shelf.put("i.json", [{**INVOICE, "Status": status}])
    assert shelf.rows("accounting_invoices", "i.json")[0]["document_status"] == ours


def test_bills_and_credit_notes_are_no_invoices(shelf: Any) -> None:
    """What we owe, and what we credit, is distinguished from what we are owed."""
    note = {
        "CreditNoteID": "c1",
        "CreditNoteNumber": "CN-1",
        "Type": "ACCRECCREDIT",
        "Contact": {"ContactID": "a"},
        "Total": 1,
    }
    shelf.put("i.json", {"Invoices": [{**INVOICE, "Type": "ACCPAY"}], "CreditNotes": [note]})
    rows = shelf.rows("accounting_invoices", "i.json")
    assert [row["document_type"] for row in rows] == ["bill", "credit_memo"]
    assert rows[1]["invoice_number"] == "CN-1"


def test_contacts(shelf: Any) -> None:
    """An archived contact is inactive; the postal address and every phone are kept; a merge names its survivor."""
    contact = {
        "ContactID": "8138a266",
        "ContactStatus": "ARCHIVED",
        "MergedToContactID": "9999",
        "Name": "Acme Parts Co.",
        "ContactNumber": "SB2",
        "TaxNumber": "",
        "Addresses": [
            {"AddressType": "STREET", "AddressLine1": "123 Fake Street", "City": "Vancouver"},
            {"AddressType": "POBOX", "AddressLine1": "PO Box 1", "City": "Burnaby", "PostalCode": "V6B"},
        ],
        "Phones": [
            {"PhoneType": "MOBILE", "PhoneNumber": "999-44", "PhoneAreaCode": "234"},
            {"PhoneType": "DEFAULT", "PhoneNumber": "408-0914", "PhoneAreaCode": "604", "PhoneCountryCode": "1"},
            {"PhoneType": "FAX", "PhoneNumber": "1"},
        ],
    }
    shelf.put("c.json", {"Contacts": [contact]})
    (row,) = shelf.rows("accounting_customers", "c.json")
    assert row == {
        "customer_id_acct": "8138a266",
        "customer_name": "Acme Parts Co.",
        "is_active": "false",
        "merged_into_customer_id_acct": "9999",
        "account_number": "SB2",
        "phone_number": "1 604 408-0914; 234 999-44",
        "address_line1": "PO Box 1",
        "city": "Burnaby",
        "postal_code": "V6B",
    }


def test_line_items_never_multiply_the_debt(shelf: Any) -> None:
    """The totals are repeated on every line item: one invoice is one row, with its total once."""
    lines = [
        "Acme,a@x.example,INV-1,,11/06/2026,25/06/2026,300.0000,300.0,Support,100,AUD,Sales invoice,Awaiting Payment",
        "Beta,,INV-2,,12/06/2026,26/06/2026,50.00,0.00,Licence,50,AUD,Sales invoice,Paid",
        "Acme,a@x.example,INV-1,,11/06/2026,25/06/2026,300.0000,300.0,Backup,200,AUD,Sales invoice,Awaiting Payment",
    ]
    shelf.put("x.csv", "\r\n".join([HEADER, *lines]) + "\r\n")
    extract = shelf.read("accounting_invoices", "x.csv")
    assert extract.shape_notes == {"repeated line item": 1}
    assert extract.frame["total_amount"].to_list() == ["300.0000", "50.00"]
    assert extract.frame["source_line"].to_list() == [2, 3]
    first, second = shelf.rows("accounting_invoices", "x.csv")
    assert (first["invoice_id_acct"], first["customer_id_acct"]) == ("INV-1|Acme|11/06/2026", "Acme")
    assert (first["document_type"], first["document_status"], second["document_status"]) == ("invoice", "open", "paid")
    assert first["has_internal_id"] == "false"


def test_line_items_that_disagree_are_one_row_with_the_reason(shelf: Any) -> None:
    """Nobody knows which of two totals is the debt."""
    lines = [f"Acme,,INV-1,,11/06/2026,,{total},5.00,x,1,AUD,Sales invoice,Draft" for total in ("300.00", "100.00")]
    shelf.put("x.csv", "\n".join([HEADER, *lines]))
    (row,) = shelf.rows("accounting_invoices", "x.csv")
    assert row["read_problem"] == "the line items of the invoice disagree on total_amount: 100.00, 300.00"


def test_invoices_without_a_number_stay_apart(shelf: Any) -> None:
    """Two drafts of one customer are two invoices where their totals differ."""
    lines = [
        f"Acme,,,,11/06/2026,,{total},{total},x,1,AUD,Sales invoice,Draft" for total in ("300.00", "100.00", "300.00")
    ]
    shelf.put("x.csv", "\n".join([HEADER, *lines]))
    assert [row["total_amount"] for row in shelf.rows("accounting_invoices", "x.csv")] == ["300.00", "100.00"]


def test_the_import_template_is_refused(shelf: Any) -> None:
    """It holds what somebody meant to import, not what is in the books."""
    shelf.put(
        "t.csv", "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,Total,*Quantity\nAcme,INV-1,11/06/2026,,1,1\n"
    )
    (problem,) = shelf.problems("accounting_invoices", "t.csv")
    assert "import template" in problem.found
    assert "(column *InvoiceNumber)" in problem.found


def test_exported_contacts_have_a_star_and_are_read(shelf: Any) -> None:
    """The contacts export uses the same star; a row with fewer fields than the header has empty ones."""
    shelf.put("c.csv", "*ContactName,AccountNumber,EmailAddress,POCity,TaxNumber\nAcme,ACM001,a@acme.example\n")
    assert shelf.rows("accounting_customers", "c.csv") == [
        {"customer_id_acct": "Acme", "customer_name": "Acme", "account_number": "ACM001", "email": "a@acme.example"}
    ]
