"""Captions that say that a generic table is another list than the one that was named.

A generic table asks for few captions, so many lists have them. What is refused here is decided by captions that the
named list cannot have; a caption that may be in both says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_NUMBERS: Final = frozenset(
    {"invoicenumber", "invoiceno", "invoice", "invoiceid", "docnumber", "documentnumber", "documentno", "docno"}
    | {"txnid", "transactionid"}
)
"""Captions of a document's number or id."""
_OWN_NUMBERS: Final = frozenset({"invoicenumber", "invoiceno", "invoiceid", "invoicenum"})
"""Captions that only an invoice's number or id has."""
_ANY_NUMBER: Final = frozenset({"number", "num", "no"})
_DAYS: Final = frozenset({"date", "invoicedate", "transactiondate", "txndate", "documentdate", "duedate"})
_AMOUNTS: Final = frozenset(
    {"total", "totalamount", "totalamt", "amount", "invoicetotal", "openbalance", "amountdue", "balancedue", "balance"}
    | {"outstanding", "openamount", "remainingamount", "amountremaining"}
)
_PORTAL: Final = frozenset({"portalid", "portalinvoiceid"})
_CONNECTWISE: Final = frozenset(
    {"recid", "contactrecid", "portalsecuritylevel", "disableportallogin", "billingstatus", "billingstatusname"}
)
_COMPANIES: Final = frozenset({"companyrecid", "connectwisecompanyid", "cwcompanyid"})
_COMPANY: Final = frozenset({"companyid", "companyname", "company", "companyrecid", "connectwisecompanyid"})
_CUSTOMER: Final = frozenset({"customerid", "customername", "customer", "accountingcustomerid"})
_STATUSES: Final = frozenset({"isclosed", "closedflag"})
_NO_DOCUMENTS: Final = frozenset(
    {"accounting_customers", "connectwise_companies", "connectwise_contacts", "connectwise_statuses"}
    | {"portal_mappings", "sync_runs"}
)
_ACCOUNTING: Final = frozenset({"accounting_customers", "accounting_invoices"})
_OF_PORTAL: Final = frozenset({"portal_invoices", "portal_mappings"})
_OF_CONNECTWISE: Final = frozenset(
    {"connectwise_companies", "connectwise_contacts", "connectwise_statuses", "connectwise_invoices"}
)
_QUOTES: Final = frozenset(
    {"expirydate", "expirationdate", "expireson", "validuntil", "validto", "acceptedon", "accepteddate"}
    | {"quotenumber", "quoteno", "quoteid", "quotedate", "quotestatus", "estimatenumber", "estimateno", "estimateid"}
    | {"estimatedate", "estimatestatus", "proposalnumber"}
)
_ORDERS: Final = frozenset({"ordernumber", "orderdate", "salesordernumber", "salesorderno", "sonumber", "shipdate"})
_SUBSCRIPTIONS: Final = frozenset(
    {"nextinvoicedate", "nextinvoice", "nextdate", "nextbillingdate", "recurringid", "subscriptionid", "frequency"}
)
_FEES: Final = frozenset({"fee", "fees", "processingfee", "stripefee", "merchantfee"})
_NETS: Final = frozenset({"net", "netamount", "payout", "payoutid", "payoutdate"})
_NO_INVOICES: Final = (
    (_QUOTES, "a list of quotes or estimates"),
    (_ORDERS, "a list of orders"),
    (_SUBSCRIPTIONS, "a list of subscriptions or recurring invoices"),
)
"""Captions, and what they show a table without a due date, a balance and an invoice's own number to be."""
_OF_INVOICES: Final = frozenset({"accounting_invoices", "portal_invoices"})
_SIGNS: Final = (
    (_PORTAL, "a list of the portal", _ACCOUNTING | _OF_CONNECTWISE | {"portal_mappings", "sync_runs"}),
    (_CONNECTWISE, "a list of ConnectWise", _ACCOUNTING | _OF_PORTAL | {"sync_runs"}),
    (_COMPANIES, "a list with companies of ConnectWise", _ACCOUNTING | {"sync_runs", "connectwise_statuses"}),
    (_STATUSES, "a list of statuses", frozenset({"accounting_customers"})),
    (_CUSTOMER, "a list with customers of accounting", frozenset({"connectwise_statuses"})),
)
"""Captions, what they show a table to be, and the relations that cannot have them."""

_PAYMENTS: Final = frozenset(
    {"paymentdate", "paymentid", "paymentnumber", "paymentno", "paymentamount", "paymentmethod", "paymentref"}
    | {"paymentreference", "paymenttype", "checknumber", "checkno", "chequenumber", "chequeno", "depositto"}
    | {"receiptnumber", "receiptno", "amountapplied", "appliedamount", "datereceived", "amountreceived", "appliedto"}
)
_OWED: Final = frozenset({"balance_amount", "due_date", "document_status", "portal_status", "document_type"})
"""Columns that a list of invoices has, and a list of their payments has not."""

_WITHOUT_BOTH: Final = frozenset({"accounting_customers", "connectwise_companies"})
"""Relations that have customers or companies, never both."""

Why = tuple[str, str, str]
"""Caption, what it shows the table to be, what to do."""
_REMEDY: Final = "Give the right file here; if it is the right one, name its captions under columns."


def foreign_list(cells: Sequence[str], folded: Sequence[str], columns: Mapping[str, int], relation: str) -> list[Why]:
    """Why a table is no list of a relation; nothing where its captions leave it open.

    Args:
        cells: the captions.
        folded: the same without case, blanks and punctuation.
        columns: our column -> position.
        relation: what the table was given as.
    """
    captions = {name: cell for name, cell in zip(folded, cells, strict=True) if name}
    for signs, found, relations in _SIGNS:
        if relation in relations and (caption := _first(captions, signs)):
            return [(caption, found, _REMEDY)]
    if relation in _NO_DOCUMENTS and (caption := _document(captions)):
        return [(caption, "a list of documents", _REMEDY)]
    if relation in _WITHOUT_BOTH and _is_of_mappings(captions):
        return [(_first(captions, _COMPANY), "a list of mappings", _REMEDY)]
    if relation in _OF_INVOICES and (why := _other_documents(captions, columns)):
        return [why]
    if relation in _OF_INVOICES and _OWED.isdisjoint(columns) and (caption := _first(captions, _PAYMENTS)):
        return [(caption, "a list of payments: no row has a balance, a due date, a status or a type", _REMEDY)]
    if relation == "accounting_invoices" and _is_of_customers(captions, columns):
        caption = cells[columns["invoice_id_acct"]]
        return [(caption, "a list of customers: no row has a number, a total, a due date or a type", _REMEDY)]
    return []


def _other_documents(captions: Mapping[str, str], columns: Mapping[str, int]) -> Why | None:
    """Why its rows are quotes, orders, subscriptions or card payments; null where they may be invoices."""
    if (fee := _first(captions, _FEES)) and _first(captions, _NETS):
        return fee, "a list of card payments: fees are taken off", _REMEDY
    if not {"due_date", "balance_amount"}.isdisjoint(columns) or not _OWN_NUMBERS.isdisjoint(captions):
        return None
    found = ((_first(captions, signs), what) for signs, what in _NO_INVOICES)
    return next(((caption, what, _REMEDY) for caption, what in found if caption), None)


def _first(captions: Mapping[str, str], signs: frozenset[str]) -> str:
    """The first caption that is one of the signs; empty where none is."""
    return next((cell for name, cell in captions.items() if name in signs), "")


def _document(captions: Mapping[str, str]) -> str:
    """The caption of a document's number, where a day or an amount is there, too; empty where there is none."""
    has_day, has_amount = bool(_first(captions, _DAYS)), bool(_first(captions, _AMOUNTS))
    own = _first(captions, _NUMBERS) if has_day or has_amount else ""
    return own or (_first(captions, _ANY_NUMBER) if has_day and has_amount else "")


def _is_of_mappings(captions: Mapping[str, str]) -> bool:
    """Whether it has customers, companies by id, and nothing else."""
    has_both = bool(_first(captions, _CUSTOMER)) and "companyid" in captions
    return has_both and captions.keys() <= _CUSTOMER | _COMPANY


def _is_of_customers(captions: Mapping[str, str], columns: Mapping[str, int]) -> bool:
    """Whether an id without a name of its own is all that could make its rows documents."""
    needed = {"invoice_number", "total_amount", "due_date", "document_type"}
    return needed.isdisjoint(columns) and "invoice_id_acct" in columns and _NUMBERS.isdisjoint(captions)
