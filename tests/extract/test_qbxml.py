"""QuickBooks Desktop answers in qbXML."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.xml_answers import AMOUNTS, CUSTOMERS, INVOICES, qbxml


def test_a_desktop_invoice(shelf: Any) -> None:
    """The total is the subtotal and the sales tax; ids and times are there; the line is that of the record."""
    shelf.put("a.xml", qbxml(AMOUNTS))
    found = shelf.read(INVOICES, "a.xml")
    row = found.frame.row(0, named=True)
    assert {name: row[name] for name in ("invoice_id_acct", "customer_id_acct", "total_amount", "balance_amount")} == {
        "invoice_id_acct": "1",
        "customer_id_acct": "80-1",
        "total_amount": "108.25",
        "balance_amount": "58.25",
    }
    assert row["created_at"] == "2026-05-18T15:20:20-08:00"
    assert (row["document_status"], row["has_internal_id"], row["source_line"]) == ("open", "true", 11)
    assert found.shape_notes == {"CustomerRet records, which are none of the invoices of the accounting package": 1}
    assert not found.goes_on


def test_a_desktop_customer(shelf: Any) -> None:
    """A job names its parent, and the street is the line with a number."""
    shelf.put("a.xml", qbxml(AMOUNTS))
    (row,) = shelf.rows(CUSTOMERS, "a.xml")
    assert row == {
        "customer_id_acct": "80-1",
        "customer_name": "Nordic Dental:Harbor",
        "full_name": "Nordic Dental:Harbor",
        "parent_customer_id_acct": "80-0",
        "is_active": "false",
        "account_number": "H-7",
        "email": "ap@harbor.example",
        "phone_number": "503-555-0100",
        "address_line1": "9 Pier Rd",
        "city": "Salem",
        "state": "OR",
        "created_at": "2026-05-10T12:00:00-08:00",
    }


VOID = (
    "<Subtotal>0.00</Subtotal><SalesTaxTotal>0</SalesTaxTotal><BalanceRemaining>0.00</BalanceRemaining>"
    "<Memo>VOID: wrong client</Memo>"
)
NET = "<Subtotal>90.00</Subtotal>"
TAXED = f"{NET}<SalesTaxTotal>0.00</SalesTaxTotal>"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (AMOUNTS + "<IsPending>true</IsPending>", ("108.25", "58.25", "draft")),
        (VOID, ("0.00", "0.00", "voided")),
        (TAXED + "<IsPaid>true</IsPaid>", ("90.00", "0.00", "paid")),
        (TAXED + "<IsPaid>false</IsPaid>", ("90.00", None, "unknown")),
        (NET + "<BalanceRemaining>90.00</BalanceRemaining>", ("90.00", "90.00", "open")),
        (NET + "<BalanceRemaining>99.00</BalanceRemaining>", (None, "99.00", "unknown")),
        ("<BalanceRemaining>99.00</BalanceRemaining>", (None, "99.00", "unknown")),
    ],
)
def test_amounts_and_states_of_desktop_invoices(shelf: Any, members: str, told: tuple[str | None, ...]) -> None:
    """What the file does not say stays unknown; a total without a sales tax needs a balance that confirms it."""
    shelf.put("a.xml", qbxml(members))
    (row,) = shelf.rows(INVOICES, "a.xml")
    assert (row.get("total_amount"), row.get("balance_amount"), row["document_status"]) == told


def test_a_desktop_credit_memo(shelf: Any) -> None:
    """It has its own names for total and rest."""
    more = "<TotalAmount>40.00</TotalAmount><CreditRemaining>15.00</CreditRemaining>"
    shelf.put("a.xml", qbxml(more, kind="CreditMemoRet"))
    (row,) = shelf.rows(INVOICES, "a.xml")
    assert (row["document_type"], row["total_amount"], row["balance_amount"]) == ("credit_memo", "40.00", "15.00")


def test_a_currency_that_is_named_in_words(shelf: Any) -> None:
    """A name that nobody knows stays, so that its row is quarantined and not counted in another currency."""
    named = [f"{AMOUNTS}<CurrencyRef><FullName>{name}</FullName></CurrencyRef>" for name in ("Euro", "Moon Dollar")]
    shelf.put("a.xml", qbxml(*named))
    assert [row["currency_code"] for row in shelf.rows(INVOICES, "a.xml")] == ["EUR", "Moon Dollar"]


def test_a_desktop_extract_that_goes_on(shelf: Any) -> None:
    """Nothing is concluded from what such a file lacks; the last page of an iterator ends it; customers are whole."""
    shelf.put("a.xml", qbxml(AMOUNTS, left=120))
    found = shelf.read(INVOICES, "a.xml")
    assert found.goes_on
    assert any("more records than it holds" in warning for warning in found.warnings)
    assert not shelf.read(CUSTOMERS, "a.xml").goes_on
    pages = qbxml(AMOUNTS, left=1).replace(
        "</QBXMLMsgsRs>",
        '<InvoiceQueryRs statusCode="0" iteratorRemainingCount="0" iteratorID="{a}"/></QBXMLMsgsRs>',
    )
    shelf.put("b.xml", pages)
    assert not shelf.read(INVOICES, "b.xml").goes_on


def test_a_desktop_request_that_failed(shelf: Any) -> None:
    """A failed query is no empty list; a query that found nothing is one."""
    shelf.put("a.xml", qbxml().replace('requestID="1" statusCode="0"', 'statusCode="500" statusMessage="Bad filter"'))
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert problem.found == "a request that failed: InvoiceQueryRs has status 500 (Bad filter)"
    assert problem.line == 10
    shelf.put("b.xml", qbxml().replace('requestID="1" statusCode="0"', 'statusCode="1"'))
    assert shelf.read(INVOICES, "b.xml").frame.is_empty()
    shelf.put("c.xml", "<QBXML><QBXMLMsgsRq><InvoiceQueryRq/></QBXMLMsgsRq></QBXML>")
    assert shelf.problems(INVOICES, "c.xml")[0].found == "a qbXML request, not the answer to it"


def test_a_record_that_cannot_be_read_is_quarantined(shelf: Any) -> None:
    """A value that is there twice, or with text around its members, is no guess; the other records are read."""
    twice = AMOUNTS.replace("<BalanceRemaining>", "<BalanceRemaining>1</BalanceRemaining><BalanceRemaining>")
    mixed = AMOUNTS + "<TermsRef>Net 30<FullName>Net 15</FullName></TermsRef>"
    bad = AMOUNTS.replace("8.25", "8,2,5")
    shelf.put("a.xml", qbxml(twice, mixed, bad, AMOUNTS))
    found = shelf.read(INVOICES, "a.xml").frame
    assert found["read_problem"].to_list() == [
        "balance_amount is a list, not a value",
        "TermsRef holds both text and elements",
        "SalesTaxTotal is '8,2,5', not an amount",
        None,
    ]
    assert found["source_line"].to_list() == [11, 12, 13, 14]
