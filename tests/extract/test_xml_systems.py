"""XML answers of QuickBooks Online, Xero and Sage Intacct, and XML files that are not read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.xml_answers import CUSTOMERS, INTACCT, INVOICES, QBO, QBO_INVOICE, XERO, intacct


def test_an_online_invoice(shelf: Any) -> None:
    """References are texts with a name beside them; the amounts are those of the JSON answer."""
    shelf.put("a.xml", QBO.format(QBO_INVOICE + QBO_INVOICE.replace("<Id>9<", "<Id>10<")))
    first, second = shelf.rows(INVOICES, "a.xml")
    assert first["customer_id_acct"] == "4"
    assert first["customer_name"] == "Osprey"
    assert first["currency_code"] == "USD"
    assert first["created_at"] == "2026-01-05T15:22:43-08:00"
    assert (second["invoice_id_acct"], second["total_amount"], second["balance_amount"]) == ("10", "75.00", "25.00")


def test_one_online_customer_alone(shelf: Any) -> None:
    """The answer to a request for one record has no list around it."""
    shelf.put(
        "a.xml",
        '<Customer xmlns="http://schema.intuit.com/finance/v3"><Id>4</Id><DisplayName>Osprey &amp; Sons</DisplayName>'
        "<Active>true</Active><PrimaryEmailAddr><Address>a@osprey.example</Address></PrimaryEmailAddr></Customer>",
    )
    (row,) = shelf.rows(CUSTOMERS, "a.xml")
    assert (row["customer_name"], row["email"]) == ("Osprey & Sons", "a@osprey.example")


def test_an_online_fault(shelf: Any) -> None:
    """An error that was saved instead of the answer is reported with its words."""
    fault = "<Fault><Error><Message>Token expired</Message></Error></Fault>"
    shelf.put("a.xml", QBO.format("").replace("<QueryResponse></QueryResponse>", fault))
    assert shelf.problems(INVOICES, "a.xml")[0].found == "a request that failed: Token expired"


def test_a_deleted_online_invoice(shelf: Any) -> None:
    """Change feeds say it in an attribute of the record."""
    shelf.put("a.xml", QBO.format('<Invoice status="Deleted"><Id>9</Id></Invoice>'))
    assert shelf.rows(INVOICES, "a.xml")[0]["document_status"] == "deleted"


def test_xero_invoices(shelf: Any) -> None:
    """Times without a zone are in UTC; bills are left out and counted."""
    shelf.put("a.xml", XERO.format(status="OK", kind="ACCREC"))
    (row,) = shelf.rows(INVOICES, "a.xml")
    assert row["modified_at"] == "2026-03-02T10:00:00.5Z"
    assert (row["invoice_date"], row["total_amount"], row["balance_amount"]) == ("2026-03-01", "120.00", "20.00")
    shelf.put("b.xml", XERO.format(status="OK", kind="ACCPAY"))
    bills = shelf.read(INVOICES, "b.xml")
    assert bills.frame.is_empty()
    assert bills.shape_notes == {"ACCPAY records, which are none of the invoices of the accounting package": 1}
    shelf.put("c.xml", XERO.format(status="ERROR", kind="ACCREC"))
    assert shelf.problems(INVOICES, "c.xml")[0].found == "a request that failed: its status is ERROR"


def test_xero_contacts(shelf: Any) -> None:
    """One phone and one address are lists, too, and an empty list is none."""
    contact = (
        "<Contact><ContactID>{}</ContactID><Name>Kestrel</Name><ContactStatus>ARCHIVED</ContactStatus>{}</Contact>"
    )
    phones = (
        "<Phones><Phone><PhoneType>DEFAULT</PhoneType><PhoneNumber>555</PhoneNumber></Phone></Phones>"
        "<Addresses><Address><AddressType>POBOX</AddressType><City>Perth</City></Address></Addresses>"
    )
    both = contact.format("c-1", phones) + contact.format("c-2", "<Phones/><Addresses/>")
    shelf.put("a.xml", f"<Contacts>{both}</Contacts>")
    first, second = shelf.rows(CUSTOMERS, "a.xml")
    assert (first["phone_number"], first["city"], first["is_active"]) == ("555", "Perth", "false")
    assert second == {"customer_id_acct": "c-2", "customer_name": "Kestrel", "is_active": "false"}


def test_sage_intacct_invoices(shelf: Any) -> None:
    """WHENCREATED is the day on the invoice; number and customer are the key, as RECORDNO changes."""
    shelf.put("a.xml", intacct())
    (row,) = shelf.rows(INVOICES, "a.xml")
    assert row["invoice_id_acct"] == "INV-7|C-3"
    assert (row["invoice_date"], row["created_at"]) == ("02/18/2026", "02/19/2026 08:00:00")
    assert (row["total_amount"], row["balance_amount"], row["currency_code"]) == ("310.50", "10.50", "USD")
    assert (row["document_status"], row["has_internal_id"]) == ("open", "false")
    record = {"RECORDNO": "77", "RECORDID": "INV-7", "CUSTOMERID": "C-3", "WHENCREATED": "02/18/2026", "TOTALDUE": "0"}
    shelf.put("a.json", {"data": [{**record, "TOTALENTERED": "5", "STATE": "Paid"}]})
    assert shelf.rows(INVOICES, "a.json")[0]["document_status"] == "paid"


def test_sage_intacct_amounts_in_another_currency(shelf: Any) -> None:
    """An amount of the books is never reported in the currency of the invoice."""
    base = "<BASECURR>USD</BASECURR>"
    own = "<TRX_TOTALENTERED>200.00</TRX_TOTALENTERED><TRX_TOTALDUE>7.00</TRX_TOTALDUE>"
    told = []
    for more in (base, base + own):
        shelf.put("a.xml", intacct(currency="EUR", more=more))
        (row,) = shelf.rows(INVOICES, "a.xml")
        told.append((row["total_amount"], row["balance_amount"], row["currency_code"]))
    assert told == [("310.50", "10.50", "USD"), ("200.00", "7.00", "EUR")]


def test_sage_intacct_answers_that_failed_or_go_on(shelf: Any) -> None:
    """Adjustments are left out and counted."""
    error = "<errormessage><error><description2>No access</description2></error></errormessage>"
    shelf.put("a.xml", INTACCT.format(status="failure", left=0, invoices="", error=error))
    assert shelf.problems(INVOICES, "a.xml")[0].found == "a request that failed: No access"
    shelf.put("b.xml", intacct(left=12))
    assert shelf.read(INVOICES, "b.xml").goes_on
    shelf.put("c.xml", intacct(kind="ra"))
    assert shelf.read(INVOICES, "c.xml").shape_notes == {
        "RECORDTYPE ra records, which are none of the invoices of the accounting package": 1
    }


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<GLExport><Transactions/></GLExport>", "a ConnectWise GL export batch (<GLExport>)"),
        ("<ApiException><Type>x</Type></ApiException>", "an error that Xero answered with (<ApiException>)"),
        ('<Workbook xmlns="urn:x"/>', "an Excel 2003 XML workbook (<Workbook>)"),
        ("<Orders/>", "an XML file (<Orders>)"),
        ("<!-- a --><!DOCTYPE html><HTML/>", "a web page (HTML)"),
    ],
)
def test_roots_that_are_not_read(shelf: Any, content: str, found: str) -> None:
    """They are refused by name, with what to give instead, by `init` as well."""
    shelf.put("a.xml", content)
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert problem.found == found
    assert problem.remedy


def test_a_list_given_as_another(shelf: Any) -> None:
    """The right place is named."""
    shelf.put("a.xml", QBO.format(QBO_INVOICE))
    (problem,) = shelf.problems(CUSTOMERS, "a.xml")
    assert problem.found == "1 Invoice records"
    assert problem.remedy.startswith("Name it under [sources.accounting_invoices]")
    (problem,) = shelf.problems("connectwise_invoices", "a.xml")
    assert "[sources.accounting_invoices]" in problem.remedy
    shelf.put("b.xml", QBO.format("<Vendor><Id>1</Id><DisplayName>Paper Ltd</DisplayName></Vendor>"))
    assert shelf.problems(CUSTOMERS, "b.xml")[0].found == "1 Vendor records"
