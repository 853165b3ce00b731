"""XML answers of invented companies, in the layout of each system."""

from __future__ import annotations

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
