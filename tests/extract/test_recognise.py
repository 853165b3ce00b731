"""Recognizing what a file is by its content."""

from __future__ import annotations

from typing import Any

import pytest

from etl.extract import describe_folder, recognize

FILES: dict[str, tuple[Any, str, str]] = {
    "a.json": ([{"id": 1, "identifier": "A", "name": "A"}], "connectwise_companies", "connectwise_json"),
    "b.json": ([{"id": 1, "firstName": "Ann", "communicationItems": []}], "connectwise_contacts", "connectwise_json"),
    "c.json": ([{"id": 1, "name": "Active", "inactiveFlag": False}], "connectwise_statuses", "connectwise_json"),
    "d.json": ([{"id": 1, "invoiceNumber": "7", "total": 5}], "connectwise_invoices", "connectwise_json"),
    "e.json": (
        {"QueryResponse": {"Invoice": [{"Id": "1", "CustomerRef": {"value": "7"}, "TotalAmt": 5}]}},
        "accounting_invoices",
        "quickbooks_online_json",
    ),
    "f.json": ([{"Id": "1", "DisplayName": "Acme"}], "accounting_customers", "quickbooks_online_json"),
    "g.json": ({"Invoices": [{"InvoiceID": "1", "Contact": {}}]}, "accounting_invoices", "xero_json"),
    "h.json": ({"Contacts": [{"ContactID": "1", "Name": "Acme"}]}, "accounting_customers", "xero_json"),
    "i.csv": (
        "Example Co\nInvoice List by Date\n\nDate,Transaction type,Num,Name,Memo,Due date,Amount,Open balance\n",
        "accounting_invoices",
        "quickbooks_online_report",
    ),
    "j.csv": ("Customer full name,Phone numbers,Email\n", "accounting_customers", "quickbooks_online_report"),
    "k.csv": (
        "ContactName,EmailAddress,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountDue,Currency,Type,Status\n",
        "accounting_invoices",
        "xero_csv",
    ),
    "l.csv": ("*ContactName,AccountNumber,EmailAddress,POCity\n", "accounting_customers", "xero_csv"),
    "m.csv": ("id,identifier,name,status/id,status/name,accountNumber\n", "connectwise_companies", "connectwise_csv"),
    "n.csv": (
        "id,firstName,lastName,company/id,email,portalSecurityLevel\n",
        "connectwise_contacts",
        "connectwise_csv",
    ),
    "o.csv": ("id,invoiceNumber,company/id,total,status/name,date\n", "connectwise_invoices", "connectwise_csv"),
    "p.csv": ("id,name,inactiveFlag\n", "connectwise_statuses", "connectwise_csv"),
    "q.csv": ("started_at,from_date,finished_at,status\n", "sync_runs", "table"),
    "r.csv": ("customer_id,customer_name,company_id,company_name\n", "portal_mappings", "table"),
    "s.csv": (
        "portal_invoice_id,invoice_id_acct,invoice_number,customer_name,company_id_cw,balance_amount\n",
        "portal_invoices",
        "table",
    ),
    "t.csv": ("id,doc_number,customer_id,txn_date,due_date,total,balance,created_at\n", "accounting_invoices", "table"),
    "u.csv": ("customer_id,display_name,email,city,state,country\n", "accounting_customers", "table"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_its_content(shelf: Any, name: str) -> None:
    """Every relation and shape is distinguished from the others, without a hint in the file's name."""
    content, relation, shape = FILES[name]
    seen = recognize(shelf.put(name, content))
    assert seen is not None
    assert (seen.relation, seen.shape) == (relation, shape)
    assert seen.note


@pytest.mark.parametrize(
    "content", ["", "hello\n", "a,b\n1,2\n", "{}", "[1]", '{"id": 5}', b"%PDF", b"\xff\xfe", b"PK\x03\x04"]
)
def test_what_is_nothing_we_read_is_not_recognised(shelf: Any, content: Any) -> None:
    """A guess that is wrong costs more than no guess."""
    assert recognize(shelf.put("x", content)) is None


def test_a_folder_is_described_file_by_file(shelf: Any) -> None:
    """Every file is reported, also the ones that are not read, and why; hidden files are left alone."""
    shelf.put("b/companies.json", FILES["a.json"][0])
    shelf.put("a.pdf", b"%PDF")
    shelf.put(".git/config", "x")
    described = [
        (seen.name, seen.recognition and seen.recognition.relation, seen.note) for seen in describe_folder(shelf.folder)
    ]
    assert described == [
        ("a.pdf", None, "a PDF file"),
        ("b/companies.json", "connectwise_companies", "1 records with id, identifier, name"),
    ]


def test_a_name_decides_where_the_content_leaves_a_choice(shelf: Any) -> None:
    """A list of ids, numbers and amounts may be the portal's or the accounting package's."""
    text = "invoice_id,invoice_number,customer_id,customer_name,date,total,balance\n"
    seen = recognize(shelf.put("invoices.csv", text))
    assert seen is not None
    assert seen.relation == "accounting_invoices"


def test_a_big_answer_is_known_by_its_beginning(shelf: Any) -> None:
    """Only the first records of a file are looked at, also where they are wrapped in an answer."""
    invoices = [{"Id": str(number), "CustomerRef": {"value": "7"}, "TotalAmt": 5} for number in range(9_000)]
    seen = recognize(shelf.put("e.json", {"QueryResponse": {"Invoice": invoices}}))
    assert seen is not None
    assert seen.shape == "quickbooks_online_json"


def test_an_import_template_is_not_recognised(shelf: Any) -> None:
    """It is no list of invoices."""
    assert recognize(shelf.put("t.csv", "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,Total\n")) is None


@pytest.mark.parametrize(
    ("name", "header", "relation"),
    [("open.csv", "Invoice Number,Customer Name,Invoice Date,Total,Balance", "accounting_invoices"),
     ("export 7.csv", "Invoice No,Client,Date,Amount,Balance Due,Status", "accounting_invoices"),
     ("portal.csv", "Invoice Number,Customer Name,Invoice Date,Total,Balance", "portal_invoices"),
     ("ConnectBooster.csv", "Invoice Number,Customer Name,Invoice Date,Total,Balance", "portal_invoices"),
     ("open.csv", "Portal Invoice ID,Invoice Number,Customer Name,Invoice Date,Total,Balance", "portal_invoices"),
     ("open.csv", "Card ID,Invoice Number,Card Name,Customer,Invoice Date,Total,Balance", "accounting_invoices"),
     ("open.csv", "Invoice Number,Customer,Invoice Date,Total,Balance,Portal Status", "portal_invoices")],
)  # fmt: skip
def test_only_what_says_so_is_the_portals_list(tmp_path: Any, name: str, header: str, relation: str) -> None:
    """The portal's list proves that clients see an invoice, so no list of the books may be taken for it."""
    (tmp_path / name).write_text(f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n", encoding="utf-8")
    seen = recognize(tmp_path / name)
    assert seen is not None
    assert seen.relation == relation
