"""QuickBooks Online API answers saved as JSON: invoices and the documents beside them, customers.

Source: the v3 entities of the public SDKs. The list that a record stands in names its entity, as in
{"QueryResponse": {"Invoice": [...]}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from etl.extract.profiles.document_terms import is_zero, status_of_amounts
from etl.extract.profiles.profile import QUICKBOOKS_ONLINE_JSON, Getter, RecordProfile
from etl.extract.profiles.record_fields import at, first_of, joined, named, reference

_ENTITY_TYPES: Final[Mapping[str, str]] = {
    "Invoice": "invoice",
    "CreditMemo": "credit_memo",
    "SalesReceipt": "sales_receipt",
    "RefundReceipt": "other",
    "Estimate": "estimate",
    "Payment": "payment",
    "JournalEntry": "journal",
    "Bill": "bill",
}
_MASKED: Final = r"(?i)[x*]{3}"
"""Answers show only the last digits of a tax id; what is left identifies nobody."""


def _document_type(record: dict[str, Any], entity: str) -> object:
    if entity in _ENTITY_TYPES:
        return _ENTITY_TYPES[entity]
    return "credit_memo" if "RemainingCredit" in record else "invoice"


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Tell void and deleted documents from the others.

    Locality: row.
    """
    says_void = is_zero(pl.col("total_amount")) & pl.col("_note").str.to_lowercase().str.starts_with("void")
    is_void = (pl.col("_invoice_status").str.to_lowercase() == "voided") | says_void
    is_deleted = pl.col("_status").str.to_lowercase() == "deleted"
    status = (
        pl.when(is_deleted.fill_null(value=False))
        .then(pl.lit("deleted"))
        .when(is_void.fill_null(value=False))
        .then(pl.lit("voided"))
        .otherwise(status_of_amounts())
    )
    return frame.with_columns(document_status=status, has_internal_id=pl.lit("true"))


def finish_customers(frame: pl.DataFrame) -> pl.DataFrame:
    """An inactive customer's name may say so, and a change feed that one was deleted; a masked tax id is none.

    Locality: row.
    """
    is_deleted = pl.col("_status").str.to_lowercase() == "deleted"
    is_marked = pl.col("customer_name").str.to_lowercase().str.ends_with("(deleted)").fill_null(value=False)
    tax = pl.col("tax_identifier")
    return frame.with_columns(
        is_active=pl.when(is_marked | is_deleted.fill_null(value=False)).then(pl.lit("false")).otherwise("is_active"),
        tax_identifier=pl.when(~tax.str.contains(_MASKED)).then(tax),
    )


_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_id_acct": at("Id"),
    "invoice_number": at("DocNumber"),
    "customer_id_acct": reference("CustomerRef", "value"),
    "customer_name": named("CustomerRef", "name"),
    "document_type": _document_type,
    "invoice_date": at("TxnDate"),
    "due_date": at("DueDate"),
    "total_amount": at("TotalAmt"),
    "balance_amount": first_of(at("Balance"), at("RemainingCredit")),
    "currency_code": first_of(at("CurrencyRef", "value"), at("CurrencyRef")),
    "bill_email": first_of(at("BillEmail", "Address"), at("BillEmail")),
    "created_at": at("MetaData", "CreateTime"),
    "modified_at": at("MetaData", "LastUpdatedTime"),
    "_note": at("PrivateNote"),
    "_invoice_status": at("invoiceStatus"),
    "_status": at("status"),
}
_CUSTOMER: Final[Mapping[str, Getter]] = {
    "customer_id_acct": at("Id"),
    "customer_name": at("DisplayName"),
    "company_name": at("CompanyName"),
    "full_name": at("FullyQualifiedName"),
    "parent_customer_id_acct": reference("ParentRef", "value"),
    "is_bill_with_parent": at("BillWithParent"),
    "is_active": at("Active"),
    "account_number": at("AcctNum"),
    "tax_identifier": first_of(at("PrimaryTaxIdentifier"), at("BusinessNumber")),
    "email": first_of(at("PrimaryEmailAddr", "Address"), at("PrimaryEmailAddr")),
    "phone_number": joined(
        *(first_of(at(key, "FreeFormNumber"), at(key)) for key in ("PrimaryPhone", "Mobile", "AlternatePhone"))
    ),
    "website": first_of(at("WebAddr", "URI"), at("WebAddr")),
    "address_line1": first_of(at("BillAddr", "Line1"), at("BillAddr")),
    "city": named("BillAddr", "City"),
    "state": named("BillAddr", "CountrySubDivisionCode"),
    "postal_code": named("BillAddr", "PostalCode"),
    "country": named("BillAddr", "Country"),
    "currency_code": first_of(at("CurrencyRef", "value"), at("CurrencyRef")),
    "created_at": at("MetaData", "CreateTime"),
    "modified_at": at("MetaData", "LastUpdatedTime"),
    "_status": at("status"),
}

PROFILES: Final = (
    RecordProfile(
        QUICKBOOKS_ONLINE_JSON,
        "accounting_invoices",
        "QuickBooks Online invoices (JSON)",
        _INVOICE,
        (frozenset({"Id", "CustomerRef", "TotalAmt"}), frozenset({"Id", "CustomerRef", "TxnDate"})),
        entities=frozenset(_ENTITY_TYPES),
        finish=finish_invoices,
    ),
    RecordProfile(
        QUICKBOOKS_ONLINE_JSON,
        "accounting_customers",
        "QuickBooks Online customers (JSON)",
        _CUSTOMER,
        (frozenset({"Id", "DisplayName"}),),
        never=frozenset({"CustomerRef", "Vendor1099", "ContactID"}),
        entities=frozenset({"Customer"}),
        finish=finish_customers,
    ),
)
