"""ConnectWise list views, Report Writer columns and loader tables, as their captions have them."""

from __future__ import annotations

from typing import Any

import pytest


def test_companies_without_record_id_are_known_by_their_company_id(shelf: Any) -> None:
    """The Company ID is marked, so that one that is a number is no other company's RecID."""
    shelf.put("c.csv", "Company Name,Company ID,Type\nNorthwind Dental,Northwind,Client\nZeal,117,Client\n")
    rows = shelf.rows("connectwise_companies", "c.csv")
    assert [row["company_id_cw"] for row in rows] == ["ID:Northwind", "ID:117"]
    assert [row["company_identifier"] for row in rows] == ["Northwind", "117"]
    assert {"is_deleted", "status_name", "is_status_inactive"}.isdisjoint(rows[0]), "not given is not false"


def test_a_list_with_both_keeps_both(shelf: Any) -> None:
    """The RecID is the key; a row that lacks it does not get another one."""
    shelf.put("c.csv", "RecID,Company Name,Company ID\n9,Northwind Dental,Northwind\n,Zeal,Zeal\n")
    first, second = shelf.rows("connectwise_companies", "c.csv")
    assert (first["company_id_cw"], first["company_identifier"]) == ("9", "Northwind")
    assert "company_id_cw" not in second


@pytest.mark.parametrize(
    ("identifier", "key", "is_problem"),
    [("N" * 30, "ID:" + "N" * 30, False), ("N" * 31, "ID:" + "N" * 31, True), ("1.2E+05", "1.2E+05", False)],
)
def test_what_is_no_company_id_is_no_key(shelf: Any, identifier: str, key: str, *, is_problem: bool) -> None:
    """At most 30 characters; what a spreadsheet damaged stays as it is, for the rule that refuses it."""
    shelf.put("c.csv", f"Company,Company ID\nNorthwind,{identifier}\n")
    (row,) = shelf.rows("connectwise_companies", "c.csv")
    assert (row["company_id_cw"], "at most 30" in row.get("read_problem", "")) == (key, is_problem)


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("Company_RecID,Company_ID,Company_Name", "9,Northwind,Northwind Dental", ("9", "Northwind")),
        ("Company_ID,Company_Name,Status", "Northwind,Northwind Dental,Active", ("ID:Northwind", "Northwind")),
        ("Company_ID,Company_Name,Status", "310,Northwind Dental,Active", ("ID:310", "310")),
        ("Company_RecID,Company_ID,Company_Name", "9,310,Northwind Dental", ("9", "310")),
        ("company_id,company_identifier,company_name", "9,Northwind,Northwind Dental", ("9", "Northwind")),
        ("id,identifier,name,_info__last_updated,_dlt_id", "9,Northwind,ND,2026-01-02T03:04:05Z,x", ("9", "Northwind")),
        ("id,identifier,name,_airbyte_raw_id", "9,117,Northwind Dental,x", ("9", "117")),
    ],
)
def test_columns_of_reports_and_loaders(shelf: Any, header: str, cells: str, expected: tuple[str, str]) -> None:
    """`Company_ID` of a report is the Company ID; `company_id` of a loader, with digits, the RecID."""
    shelf.put("c.csv", f"{header}\n{cells}\n")
    (row,) = shelf.rows("connectwise_companies", "c.csv")
    assert (row["company_id_cw"], row["company_identifier"]) == expected


def test_contacts_of_a_report_and_of_a_view(shelf: Any) -> None:
    """Ids where there are some; else the company by Company ID or by name."""
    shelf.put(
        "r.csv",
        "Contact_RecID,First_Name,Last_Name,Company_RecID,Company_ID,Company_Name,Email\n"
        "5,Ann,Lee,9,Northwind,Northwind Dental,ann@x.example\n",
    )
    (row,) = shelf.rows("connectwise_contacts", "r.csv")
    assert [row[name] for name in ("contact_id_cw", "company_id_cw", "company_identifier")] == ["5", "9", "Northwind"]
    shelf.put("v.csv", "First Name,Last Name,Company,Email\nAnn,Lee,Northwind Dental,ann@x.example\n")
    (row,) = shelf.rows("connectwise_contacts", "v.csv")
    assert (row["contact_id_cw"], row["company_name"]) == ("Northwind Dental|Ann Lee", "Northwind Dental")
    assert {"company_id_cw", "portal_security_level", "is_inactive"}.isdisjoint(row)
    shelf.put("i.csv", "Contact_RecID,First_Name,Company_ID,Email\n5,Ann,Northwind,ann@x.example\n")
    (row,) = shelf.rows("connectwise_contacts", "i.csv")
    assert row["company_identifier"] == "Northwind"
    assert "company_id_cw" not in row


@pytest.mark.parametrize("relation", ["connectwise_contacts", "connectwise_invoices"])
@pytest.mark.parametrize(
    ("caption", "column"),
    [
        ("Company_ID", "company_identifier"),
        ("Company_Id", "company_identifier"),
        ("Company ID", "company_identifier"),
        ("company_id", "company_id_cw"),
        ("COMPANY_ID", "company_id_cw"),
        ("company/id", "company_id_cw"),
        ("companyId", "company_id_cw"),
        ("Company_RecID", "company_id_cw"),
    ],
)
def test_a_number_is_the_company_id_or_the_record_id_as_its_caption_says(
    shelf: Any, relation: str, caption: str, column: str
) -> None:
    """Reports and views show the Company ID, which may be a number; the interface gives the record's number."""
    lists = {
        "connectwise_contacts": "First_Name,Email,{}\nAnn,ann@x.example,310\n",
        "connectwise_invoices": "Invoice_Number,Invoice_Total,{}\n5004,10.00,310\n",
    }
    shelf.put("n.csv", lists[relation].format(caption))
    (row,) = shelf.rows(relation, "n.csv")
    names = ("company_identifier", "company_id_cw")
    assert [name for name in names if row.get(name) == "310"] == [column]
    assert [row[name] for name in names if name in row and name != column] == []


def test_contacts_without_record_id_keep_their_key_with_another_email(shelf: Any) -> None:
    """Only contacts of one name at one company are distinguished by it."""
    header = "First Name,Last Name,Company,Email\n"
    shelf.put(
        "c.csv", header + "Ann,Lee,ND,ann@x.example\nBo,Ray,ND,b1@x.example\nBo,Ray,ND,b2@x.example\n,,ND,z@x.example\n"
    )
    before = [row["contact_id_cw"] for row in shelf.rows("connectwise_contacts", "c.csv")]
    shelf.put("c.csv", header + "Ann,Lee,ND,lee@x.example\n")
    (after,) = [row["contact_id_cw"] for row in shelf.rows("connectwise_contacts", "c.csv")]
    assert before == ["ND|Ann Lee", "ND|Bo Ray|b1@x.example", "ND|Bo Ray|b2@x.example", "ND|z@x.example"]
    assert after == before[0]


def test_contacts_whose_emails_are_in_another_table_are_refused(shelf: Any) -> None:
    """A loader keeps communication items in a table of their own: without it nobody seems to have a login."""
    shelf.put("c.csv", "id,first_name,last_name,company__id,portal_security_level,_dlt_id\n5,Ann,Lee,9,6,x\n")
    (problem,) = shelf.problems("connectwise_contacts", "c.csv", shape="connectwise_csv")
    assert "the contacts have no e-mail addresses" in problem.found
    assert "communication items" in problem.remedy


def test_types_of_documents_of_the_interface_are_known(shelf: Any) -> None:
    """ConnectWise's own six types, and Open and Closed."""
    types = ("Agreement", "Standard", "Progress", "Miscellaneous", "DownPayment", "CreditMemo")
    lines = [
        f"{place},$10.00,8/1/2026,{word},{'Closed' if place % 2 else 'Open'},Northwind,ND,Head Office"
        for place, word in enumerate(types)
    ]
    header = "Invoice,Invoice Total,Date,Invoice Type,Open/Closed,Company Name,Company ID,Bill To"
    shelf.put("i.csv", "\n".join([header, *lines]) + "\n")
    extract = shelf.read("connectwise_invoices", "i.csv")
    rows = shelf.rows("connectwise_invoices", "i.csv")
    assert [row["document_type"] for row in rows] == ["invoice"] * 5 + ["credit_memo"]
    assert [row["is_closed"] for row in rows] == ["false", "true"] * 3
    assert (rows[0]["company_identifier"], rows[0]["bill_to_company_name"]) == ("ND", "Head Office")
    assert (extract.unknown, extract.warnings) == ([], [])


def test_invoices_of_a_report(shelf: Any) -> None:
    """The record of an invoice is its billing log."""
    shelf.put(
        "i.csv",
        "Billing_Log_RecID,Invoice_Number,Invoice_Total,Company_RecID,Company_ID,Company_Name\n77,5004,10.00,9,ND,Northwind\n",
    )
    (row,) = shelf.rows("connectwise_invoices", "i.csv")
    expected = {"invoice_id_cw": "77", "company_id_cw": "9", "company_identifier": "ND"}
    assert {name: row[name] for name in expected} == expected


TABLES = {
    ("connectwise_companies", "is_deleted"): "id,identifier,name{}\n9,ND,Northwind{}\n9,ND,Northwind{}\n",
    ("connectwise_contacts", "is_inactive"): "id,first_name,company_id,email{}\n5,Ann,9,a@x.c{}\n5,Ann,9,a@x.c{}\n",
    ("connectwise_invoices", "is_deleted"): "id,invoice_number,total,company_id{}\n7,50,1.00,9{}\n7,50,1.00,9{}\n",
}


@pytest.mark.parametrize(("relation", "column"), TABLES)
@pytest.mark.parametrize(
    "flags", [("_fivetran_deleted", "true", "false"), ("_ab_cdc_deleted_at", "2026-11-02T00:00:00Z", "")]
)
def test_what_a_loader_deleted_is_gone(shelf: Any, relation: str, column: str, flags: tuple[str, ...]) -> None:
    """A record that ConnectWise has no more is no company, no login and no invoice; of the others nothing is said."""
    shelf.put("t.csv", TABLES[relation, column].format(*(f",{flag}" for flag in flags)))
    first, second = shelf.rows(relation, "t.csv")
    assert first[column] == "true"
    assert column not in second


@pytest.mark.parametrize(
    ("relation", "header"),
    [
        ("connectwise_companies", "Invoice,Invoice Total,Company Name,Company ID,Status"),
        ("connectwise_companies", "First Name,Last Name,Company,Company ID,Email"),
        ("connectwise_companies", "Ticket #,Summary,Company,Company ID,Status"),
        ("connectwise_contacts", "Customer,Company,First Name,Last Name,Email,Balance"),
        ("connectwise_contacts", "Display Name,Company Name,First Name,Last Name,Email"),
        ("connectwise_invoices", "Invoice Number,Customer,Total,Status"),
        ("connectwise_invoices", "id,invoice_number,contact_id,total,amount_due,status"),
    ],
)
def test_other_lists_are_refused_by_name(shelf: Any, relation: str, header: str) -> None:
    """A list of something else that has the captions, too."""
    shelf.put("x.csv", f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    problems = shelf.problems(relation, "x.csv", shape="connectwise_csv")
    assert any("a list of" in problem.found for problem in problems)
