"""XML answers: of QuickBooks Desktop, QuickBooks Online, Xero and Sage Intacct; damaged ones, and attacks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InputError
from etl.extract.formats import xml_records
from etl.extract.formats.json_records import JsonRecord
from etl.extract.formats.xml_layouts import find_root
from etl.extract.formats.xml_records import XmlAnswer

INVOICES, CUSTOMERS = "accounting_invoices", "accounting_customers"
QBXML = """<?xml version="1.0" ?>
<QBXML>
<QBXMLMsgsRs>
<CustomerQueryRs requestID="0" statusCode="0" statusMessage="Status OK">
<CustomerRet><ListID>80-1</ListID><TimeCreated>2026-05-10T12:00:00-08:00</TimeCreated><Name>Harbor</Name>
<FullName>Nordic Dental:Harbor</FullName><IsActive>false</IsActive><ParentRef><ListID>80-0</ListID></ParentRef>
<BillAddress><Addr1>Harbor</Addr1><Addr2>9 Pier Rd</Addr2><City>Salem</City><State>OR</State></BillAddress>
<Phone>503-555-0100</Phone><Email>ap@harbor.example</Email><AccountNumber>H-7</AccountNumber></CustomerRet>
</CustomerQueryRs>
<InvoiceQueryRs requestID="1" statusCode="0" iteratorRemainingCount="{left}" iteratorID="{{a}}">
{invoices}
</InvoiceQueryRs>
</QBXMLMsgsRs>
</QBXML>
"""
INVOICE = (
    "<{kind}><TxnID>{id}</TxnID><TimeCreated>2026-05-18T15:20:20-08:00</TimeCreated>"
    "<TimeModified>2026-05-19T15:20:20-08:00</TimeModified>"
    "<CustomerRef><ListID>80-1</ListID><FullName>Nordic Dental:Harbor</FullName></CustomerRef>"
    "<TxnDate>2026-05-18</TxnDate><RefNumber>R-{id}</RefNumber><DueDate>2026-06-17</DueDate>{more}</{kind}>"
)
AMOUNTS = (
    "<Subtotal>100.00</Subtotal><SalesTaxTotal>8.25</SalesTaxTotal><AppliedAmount>-50.00</AppliedAmount>"
    "<BalanceRemaining>58.25</BalanceRemaining><IsPaid>false</IsPaid>"
)
XERO = (
    "<Response><Status>{status}</Status><Invoices><Invoice><Type>{kind}</Type><InvoiceID>x-1</InvoiceID>"
    "<InvoiceNumber>INV-7</InvoiceNumber><Contact><ContactID>c-1</ContactID><Name>Kestrel</Name></Contact>"
    "<Date>2026-03-01T00:00:00</Date><DueDate>2026-03-31T00:00:00</DueDate><Status>AUTHORISED</Status>"
    "<Total>120.00</Total><AmountDue>20.00</AmountDue><CurrencyCode>NZD</CurrencyCode>"
    "<UpdatedDateUTC>2026-03-02T10:00:00.5</UpdatedDateUTC></Invoice></Invoices></Response>"
)
QBO = '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><QueryResponse>{}</QueryResponse></IntuitResponse>'
QBO_INVOICE = (
    '<Invoice domain="QBO"><Id>9</Id><MetaData><CreateTime>2026-01-05T15:22:43-08:00</CreateTime></MetaData>'
    '<DocNumber>1009</DocNumber><TxnDate>2026-01-05</TxnDate><CurrencyRef name="Dollar">USD</CurrencyRef>'
    '<CustomerRef name="Osprey">4</CustomerRef><TotalAmt>75.00</TotalAmt><Balance>25.00</Balance></Invoice>'
)
INTACCT = (
    "<response><control><status>success</status></control><operation><result><status>{status}</status>"
    '<data listtype="arinvoice" count="1" numremaining="{left}">{invoices}</data>{error}</result>'
    "</operation></response>"
)
ARINVOICE = (
    "<arinvoice><RECORDNO>77</RECORDNO><RECORDTYPE>{kind}</RECORDTYPE><RECORDID>INV-7</RECORDID><STATE>Posted</STATE>"
    "<CUSTOMERID>C-3</CUSTOMERID><CUSTOMERNAME>Kestrel</CUSTOMERNAME><WHENCREATED>02/18/2026</WHENCREATED>"
    "<AUWHENCREATED>02/19/2026 08:00:00</AUWHENCREATED><TOTALENTERED>310.50</TOTALENTERED><TOTALDUE>10.50</TOTALDUE>"
    "{more}<CURRENCY>{currency}</CURRENCY></arinvoice>"
)


def qbxml(*more: str, left: int = 0, kind: str = "InvoiceRet") -> str:
    """A qbXML answer with an invoice for each text of further members."""
    listed = "\n".join(INVOICE.format(kind=kind, id=number, more=one) for number, one in enumerate(more, 1))
    return QBXML.format(left=left, invoices=listed)


def intacct(left: int = 0, kind: str = "ri", currency: str = "USD", more: str = "") -> str:
    """A Sage Intacct answer with one invoice."""
    return INTACCT.format(
        status="success", left=left, error="", invoices=ARINVOICE.format(kind=kind, currency=currency, more=more)
    )


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
    """An error that was saved instead of the answer is told with its words."""
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
    """An amount of the books is never told in the currency of the invoice."""
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


BOMB = '<!DOCTYPE QBXML [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><QBXML><QBXMLMsgsRs/></QBXML>'
OUTSIDE = '<!DOCTYPE QBXML [<!ENTITY a SYSTEM "file:///etc/hostname">]><QBXML><QBXMLMsgsRs>&a;</QBXMLMsgsRs></QBXML>'
CASES = {
    "entities": (BOMB, "declarations of its own", None),
    "a file outside": (OUTSIDE, "declarations of its own", None),
    "an entity of elsewhere": ('<!DOCTYPE QBXML SYSTEM "qb.dtd"><QBXML><QBXMLMsgsRs>\n&a;', "the entity &a;", 2),
    "an unknown entity": ("<QBXML>\n<QBXMLMsgsRs>&a;", "text that is not XML", 2),
    "cut off": (qbxml(AMOUNTS, AMOUNTS)[:-60], "cut off after 2 complete records", 12),
    "damaged": (qbxml(AMOUNTS).replace("</TxnDate>", "</TxnDat>"), "text that is not XML", 11),
    "two answers": (qbxml(AMOUNTS) + qbxml(AMOUNTS), "behind the end of the answer", 15),
    "two roots": ("<QBXML><QBXMLMsgsRs/></QBXML>\n<QBXML/>", "behind the end of the answer", 2),
    "a text behind": ("<QBXML><QBXMLMsgsRs/></QBXML>\nok", "behind the end of the answer", 2),
    "too deep": ("<QBXML>" + "<a>" * 40, "nested too deeply", 1),
    "no list": ("<QBXML/>", "no list of records", None),
    "another encoding": ('<?xml version="1.0" encoding="utf-16"?><QBXML/>', "not in the encoding", 1),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><QBXML/>', "encoding", 1),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_files_are_one_clear_error(shelf: Any, case: str) -> None:
    """Each with its line, where there is one; nothing is expanded, and nothing outside is read."""
    content, found, line = CASES[case]
    shelf.put("a.xml", content)
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert found in problem.found
    assert problem.line == line
    assert "hostname" not in str(problem)


def test_bytes_that_are_not_utf_8(shelf: Any) -> None:
    """They are told as such, and the setting that reads them is named."""
    data = qbxml(AMOUNTS).replace("Nordic", "Nørdic").encode("cp1252")
    shelf.put("a.xml", data)
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert "not in the encoding" in problem.found
    assert problem.line == 6
    assert "encoding" in problem.remedy
    named = shelf.rows(INVOICES, "a.xml", encoding="cp1252")
    declared = data.replace(b'version="1.0"', b'version="1.0" encoding="windows-1252"')
    shelf.put("b.xml", declared)
    assert named == shelf.rows(INVOICES, "b.xml")
    assert named[0]["customer_name"] == "Nørdic Dental:Harbor"


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_the_bytes_show(shelf: Any, written: str) -> None:
    """PowerShell changes the encoding of a file and leaves what it declares."""
    text = "\n" * (written == "utf-8-sig") + qbxml(AMOUNTS).replace('"1.0"', '"1.0" encoding="utf-8"')
    shelf.put("a.xml", text.encode(written))
    assert shelf.rows(INVOICES, "a.xml")[0]["customer_name"] == "Nordic Dental:Harbor"


def test_limits_of_one_record(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no real record reaches is refused before it fills the memory."""
    monkeypatch.setattr(xml_records, "MOST_MEMBERS", 5)
    shelf.put("a.xml", qbxml(AMOUNTS))
    assert "a record of more than 5 elements" in shelf.problems(INVOICES, "a.xml")[0].found
    monkeypatch.setattr(xml_records, "MOST_MEMBERS", 500)
    monkeypatch.setattr(xml_records, "LONGEST", 20)
    shelf.put("b.xml", qbxml(AMOUNTS + f"<Memo>{'x' * 30}</Memo>"))
    assert "a text of more than 20 characters" in shelf.problems(INVOICES, "b.xml")[0].found


def test_a_long_answer_is_read_piece_by_piece(shelf: Any) -> None:
    """Records, sums and lines are those of an independent count."""
    shelf.put("a.xml.gz", qbxml(*[AMOUNTS] * 3_000))
    frame = shelf.read(INVOICES, "a.xml.gz").frame
    assert frame.height == 3_000
    assert sum(map(Decimal, frame["total_amount"])) == 3_000 * Decimal("108.25")
    assert frame["source_line"].to_list() == list(range(11, 3_011))


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)


@given(st.lists(st.dictionaries(st.sampled_from(["TxnID", "RefNumber", "Memo", "Other"]), TEXTS, min_size=1)))
def test_whatever_is_written_is_read(records: list[dict[str, str]]) -> None:
    """Texts, records and their lines survive, however the file is cut into pieces."""
    listed = [
        f"<InvoiceRet>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in record.items())}</InvoiceRet>"
        for record in records
    ]
    text = qbxml().replace("</InvoiceQueryRs>", "\n".join([*listed, "</InvoiceQueryRs>"]))
    answer = XmlAnswer(text.encode(), "a.xml", find_root(text).layout)  # type: ignore[arg-type]
    found = [record for record in answer.records() if record.entity == "InvoiceRet"]
    assert [record.value for record in found] == [
        {key: value if value.strip() else None for key, value in record.items()} for record in records
    ]
    assert [record.problem for record in found] == [None] * len(records)
    first = text[: text.index("<InvoiceQueryRs")].count("\n") + 3
    assert [record.line for record in found] == list(range(first, first + len(records)))


@given(st.integers(0, 1_200), TEXTS, st.sampled_from(["", "<a>", "</b>", "&", "]]>", "<!--", "\0", '<a b="']))
def test_whatever_comes_is_read_or_refused(at: int, text: str, sign: str) -> None:
    """A spoilt answer never raises anything but a refusal, which has a line."""
    whole = qbxml(AMOUNTS, AMOUNTS).encode()
    data = whole[:at] + f"{sign}{quoteattr(text)}".encode() + whole[at + len(text) :]
    layout = find_root(whole.decode()).layout
    assert layout is not None
    answer = XmlAnswer(data, "a.xml", layout)
    found: list[JsonRecord] = []
    lines: list[int | None] = [1]
    try:
        found = list(answer.records())
    except InputError as error:
        lines = [problem.line for problem in error.problems]
    assert all(lines)
    assert len(found) <= 3
