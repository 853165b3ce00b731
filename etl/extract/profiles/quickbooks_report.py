"""QuickBooks Online reports exported as CSV or XLSX: invoice and transaction lists, the customer contact list.

These have no internal id, no creation time and no void flag; the customer is known by name only.
"""

from __future__ import annotations

from typing import Final

from etl.extract.profiles.invoice_keys import finish_customers, finish_invoices
from etl.extract.profiles.profile import QUICKBOOKS_ONLINE_REPORT, TableProfile

_LINES: Final = ("a report with one row per line item", "Export Invoice List by Date: it has one row per invoice.")
_CAPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "invoice_date": ("Date", "Transaction date"),
    "document_type": ("Transaction type", "Type"),
    "invoice_number": ("Num", "Transaction number", "No.", "Number"),
    "customer_name": ("Name", "Customer full name", "Customer"),
    "due_date": ("Due date",),
    "total_amount": ("Amount", "Total"),
    "balance_amount": ("Open balance",),
    "document_status": ("Status",),
    "currency_code": ("Currency", "Transaction currency"),
    "payment_terms": ("Terms",),
    "bill_email": ("Email",),
    "created_at": ("Create date", "Created date", "Created"),
    "modified_at": ("Last modified", "Last modified date"),
}
_REQUIRED: Final = (("invoice_date",), ("document_type",), ("invoice_number",), ("total_amount",))
_REFUSED: Final = dict.fromkeys(("Quantity", "Sales price", "Product/Service", "Product/Service full name"), _LINES)


PROFILES: Final = (
    TableProfile(
        QUICKBOOKS_ONLINE_REPORT,
        "accounting_invoices",
        "QuickBooks Online report: Invoice List by Date or Transaction List by Date",
        _CAPTIONS,
        (*_REQUIRED, ("customer_name",)),
        refused=_REFUSED,
        finish=finish_invoices,
        is_report=True,
    ),
    TableProfile(
        QUICKBOOKS_ONLINE_REPORT,
        "accounting_invoices",
        "QuickBooks Online report: transactions grouped by customer",
        {name: captions for name, captions in _CAPTIONS.items() if name != "customer_name"},
        _REQUIRED,
        refused=_REFUSED,
        finish=finish_invoices,
        is_report=True,
        is_grouped=True,
    ),
    TableProfile(
        QUICKBOOKS_ONLINE_REPORT,
        "accounting_customers",
        "QuickBooks Online report: Customer Contact List",
        {
            "customer_name": ("Customer full name",),
            "company_name": ("Company name", "Company"),
            "account_number": ("Account number", "Account No."),
            "email": ("Email", "Emails"),
            "phone_number": ("Phone numbers", "Phone"),
            "website": ("Website",),
            "address_line1": ("Bill address", "Billing address"),
            "city": ("Bill city", "Billing city"),
            "state": ("Bill state", "Billing state"),
            "postal_code": ("Bill ZIP", "Billing ZIP"),
            "country": ("Bill country", "Billing country"),
            "currency_code": ("Currency",),
            "created_at": ("Create date", "Created date"),
            "modified_at": ("Last modified",),
        },
        (("customer_name",), ("email", "phone_number", "address_line1")),
        refused=_REFUSED,
        finish=finish_customers,
        is_report=True,
    ),
)
