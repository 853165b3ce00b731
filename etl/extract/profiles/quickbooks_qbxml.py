"""QuickBooks Desktop answers in qbXML: invoices, credit memos, customers.

Source: the request processor's public examples. They are the only files of QuickBooks Desktop with ids and times.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from etl.extract.formats.xml_layouts import QbxmlLayout
from etl.extract.profiles.desktop_fields import read_address, read_amount
from etl.extract.profiles.document_terms import is_zero, status_of_amounts
from etl.extract.profiles.profile import QUICKBOOKS_DESKTOP_QBXML, Getter, RecordProfile
from etl.extract.profiles.record_fields import at, first_of, joined

_CREDIT: Final = "CreditMemoRet"
_CURRENCIES: Final[Mapping[str, str]] = {
    "us dollar": "USD", "canadian dollar": "CAD", "euro": "EUR", "british pound sterling": "GBP",
    "british pound": "GBP", "australian dollar": "AUD", "new zealand dollar": "NZD", "mexican peso": "MXN",
}  # fmt: skip
"""What QuickBooks calls currencies; another name stays as it is, and its row is quarantined."""


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Pending documents are drafts; a void one has zero amounts and says so in its memo.

    Locality: row.
    """
    is_void = is_zero(pl.col("total_amount")) & pl.col("_note").str.to_lowercase().str.starts_with("void")
    is_pending = pl.col("_pending").str.to_lowercase() == "true"
    status = (
        pl.when(is_void.fill_null(value=False))
        .then(pl.lit("voided"))
        .when(is_pending.fill_null(value=False))
        .then(pl.lit("draft"))
        .otherwise(status_of_amounts())
    )
    return frame.with_columns(document_status=status, has_internal_id=pl.lit("true"))


def _document_type(record: dict[str, Any], entity: str) -> object:
    del record
    return "credit_memo" if entity == _CREDIT else "invoice"


def _total(record: dict[str, Any], entity: str) -> object:
    """Subtotal and sales tax; without a sales tax the subtotal, where the balance and what was applied confirm it."""
    if entity == _CREDIT:
        return at("TotalAmount")(record, entity)
    net = read_amount(record.get("Subtotal"), "Subtotal")
    tax = read_amount(record.get("SalesTaxTotal"), "SalesTaxTotal")
    if net is None:
        return None
    if tax is not None:
        return str(net + tax)
    balance = read_amount(record.get("BalanceRemaining"), "BalanceRemaining")
    applied = read_amount(record.get("AppliedAmount"), "AppliedAmount")
    is_confirmed = balance is not None and balance - (applied or Decimal()) == net
    return str(net) if is_confirmed else None


def _balance(record: dict[str, Any], entity: str) -> object:
    """What remains; nothing of a document that is said to be paid."""
    remaining = at("CreditRemaining" if entity == _CREDIT else "BalanceRemaining")(record, entity)
    is_paid = str(record.get("IsPaid") or "").lower() == "true"
    return "0.00" if remaining is None and is_paid else remaining


def _currency(record: dict[str, Any], entity: str) -> object:
    name = at("CurrencyRef", "FullName")(record, entity)
    return _CURRENCIES.get(name.strip().lower(), name) if isinstance(name, str) else name


def _address(key: str) -> Getter:
    """A member of the billing address; the lines say the street, and the rest where no member does."""

    def get(record: dict[str, Any], entity: str) -> object:
        held = record.get("BillAddress")
        parts = held if isinstance(held, dict) else {}
        lines = read_address([parts.get(f"Addr{number}") for number in range(1, 6)])
        member = {"city": "City", "state": "State", "postal_code": "PostalCode"}.get(key)
        said = at("BillAddress", member)(record, entity) if member else None
        return said or getattr(lines, key) or None

    return get


_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_id_acct": at("TxnID"),
    "invoice_number": at("RefNumber"),
    "customer_id_acct": at("CustomerRef", "ListID"),
    "customer_name": at("CustomerRef", "FullName"),
    "document_type": _document_type,
    "invoice_date": at("TxnDate"),
    "due_date": at("DueDate"),
    "total_amount": _total,
    "balance_amount": _balance,
    "currency_code": _currency,
    "payment_terms": at("TermsRef", "FullName"),
    "created_at": at("TimeCreated"),
    "modified_at": at("TimeModified"),
    "_note": at("Memo"),
    "_pending": at("IsPending"),
}
_CUSTOMER: Final[Mapping[str, Getter]] = {
    "customer_id_acct": at("ListID"),
    "customer_name": first_of(at("FullName"), at("Name")),
    "company_name": at("CompanyName"),
    "full_name": at("FullName"),
    "parent_customer_id_acct": at("ParentRef", "ListID"),
    "is_active": at("IsActive"),
    "account_number": at("AccountNumber"),
    "email": joined(at("Email"), at("Cc")),
    "phone_number": joined(at("Phone"), at("AltPhone")),
    "address_line1": _address("street"),
    "city": _address("city"),
    "state": _address("state"),
    "postal_code": _address("postal_code"),
    "country": at("BillAddress", "Country"),
    "currency_code": _currency,
    "created_at": at("TimeCreated"),
    "modified_at": at("TimeModified"),
}

PROFILES: Final = (
    RecordProfile(
        QUICKBOOKS_DESKTOP_QBXML,
        "accounting_invoices",
        "QuickBooks Desktop invoices (qbXML)",
        _INVOICE,
        (frozenset({"TxnID", "CustomerRef"}),),
        entities=frozenset({"InvoiceRet", _CREDIT}),
        finish=finish_invoices,
        format=QbxmlLayout.name,
    ),
    RecordProfile(
        QUICKBOOKS_DESKTOP_QBXML,
        "accounting_customers",
        "QuickBooks Desktop customers (qbXML)",
        _CUSTOMER,
        (frozenset({"ListID", "Name"}),),
        entities=frozenset({"CustomerRet"}),
        format=QbxmlLayout.name,
    ),
)
