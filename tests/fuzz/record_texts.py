"""XML and IIF to damage: small files as the systems write them, and what happens to their texts."""

from __future__ import annotations

import random
from typing import Final
from xml.sax.saxutils import escape

from tests.fuzz.oddities import VALUES
from tests.fuzz.shapes import Sample

_SIGNS: Final = (
    "<",
    ">",
    "</a>",
    "<a>",
    "&",
    "&a;",
    "]]>",
    "<!--",
    "<?x",
    '"',
    "\t",
    "\n",
    "!CUST\tNAME\n",
    "ENDTRNS\n",
)
_QBXML: Final = """<?xml version="1.0"?>
<QBXML><QBXMLMsgsRs>
<CustomerQueryRs statusCode="0"><CustomerRet><ListID>8-1</ListID><Name>Kestrel</Name><FullName>Kestrel</FullName>
<IsActive>true</IsActive></CustomerRet></CustomerQueryRs>
<InvoiceQueryRs statusCode="0" iteratorRemainingCount="0" iteratorID="a">
<InvoiceRet><TxnID>7-1</TxnID><CustomerRef><ListID>8-1</ListID><FullName>Kestrel</FullName></CustomerRef>
<TxnDate>2026-05-18</TxnDate><RefNumber>3</RefNumber><Subtotal>10.00</Subtotal><SalesTaxTotal>0.80</SalesTaxTotal>
<BalanceRemaining>10.80</BalanceRemaining><IsPaid>false</IsPaid></InvoiceRet>
</InvoiceQueryRs></QBXMLMsgsRs></QBXML>
"""
_QBO: Final = """<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><QueryResponse maxResults="1">
<Invoice domain="QBO"><Id>9</Id><DocNumber>1009</DocNumber><TxnDate>2026-01-05</TxnDate>
<CustomerRef name="Osprey">4</CustomerRef><TotalAmt>75.00</TotalAmt><Balance>25.00</Balance></Invoice>
</QueryResponse></IntuitResponse>
"""
_XERO: Final = """<Response><Status>OK</Status><Invoices><Invoice><Type>ACCREC</Type><InvoiceID>x-1</InvoiceID>
<Contact><ContactID>c-1</ContactID><Name>Kestrel</Name></Contact><Date>2026-03-01T00:00:00</Date>
<Total>120.00</Total><AmountDue>20.00</AmountDue></Invoice></Invoices></Response>
"""
_INTACCT: Final = """<response><operation><result><status>success</status><data listtype="arinvoice" numremaining="0">
<arinvoice><RECORDNO>77</RECORDNO><RECORDID>INV-7</RECORDID><CUSTOMERID>C-3</CUSTOMERID><WHENCREATED>02/18/2026
</WHENCREATED><TOTALENTERED>310.50</TOTALENTERED><TOTALDUE>10.50</TOTALDUE></arinvoice></data></result></operation>
</response>
"""
_IIF: Final = (
    "!CUST\tNAME\tEMAIL\tHIDDEN\nCUST\tKestrel\tap@kestrel.example\tN\n!VEND\tNAME\nVEND\tPaper Ltd\n"
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tPAID\n!SPL\tTRNSTYPE\tACCNT\tAMOUNT\n!ENDTRNS\n"
    'TRNS\tINVOICE\t7/16/26\tReceivables\tKestrel\t"1,220.89"\tQ-1\tN\nSPL\tINVOICE\tSales\t"-1,220.89"\nENDTRNS\n'
)


def text_samples() -> list[Sample]:
    """Every format, under each relation that it holds."""
    files = {
        "qbxml.xml": (_QBXML, ("accounting_invoices", "accounting_customers")),
        "online.xml": (_QBO, ("accounting_invoices",)),
        "xero.xml": (_XERO, ("accounting_invoices",)),
        "intacct.xml": (_INTACCT, ("accounting_invoices",)),
        "books.iif": (_IIF, ("accounting_invoices", "accounting_customers")),
    }
    return [
        Sample(name, "text", relation, text=text, is_counted=False)
        for name, (text, relations) in files.items()
        for relation in relations
    ]


def spoilt_text(shape: Sample, chance: random.Random, told: list[str]) -> str:
    """The text with other values, with signs of its format where none should be, and with parts twice or not at all."""
    text = shape.text
    for _ in range(chance.choice([0, 1, 1, 2, 4])):
        act = chance.choice(["value", "value", "sign", "part twice", "part away"])
        told.append(act)
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice([1, 5, 60]))
        value = str(chance.choice(VALUES))
        if act == "value":
            text = text[:at] + escape(value) + text[end:]
        elif act == "sign":
            text = text[:at] + chance.choice(_SIGNS) + text[at:]
        else:
            text = text[:end] + text[at:] if act == "part twice" else text[:at] + text[end:]
    return text
