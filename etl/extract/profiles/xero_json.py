"""Xero API answers saved as JSON: invoices, credit notes, contacts.

Source: the accounting API's public description. Times such as /Date(1518685950940+0000)/ are passed on as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from etl.extract.formats.powershell import as_list, scalar
from etl.extract.profiles.document_terms import document_status, document_type
from etl.extract.profiles.profile import XERO_JSON, Getter, RecordProfile
from etl.extract.profiles.record_fields import at, first_of

_PHONES: Final = ("DEFAULT", "OFFICE", "DDI", "MOBILE")
_ADDRESSES: Final = ("POBOX", "STREET")
"""Invoices go to the postal address, so it comes first."""


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Xero's words in ours.

    Locality: row.
    """
    is_credit = pl.col("_entity") == "CreditNotes"
    return frame.with_columns(
        document_type=pl.when(is_credit & ~pl.col("document_type").str.starts_with("ACCPAY").fill_null(value=False))
        .then(pl.lit("credit_memo"))
        .otherwise(document_type("document_type")),
        document_status=document_status("document_status"),
        has_internal_id=pl.lit("true"),
    )


def finish_contacts(frame: pl.DataFrame) -> pl.DataFrame:
    """An archived or erased contact is not active.

    Locality: row.
    """
    status = pl.col("is_active").str.to_uppercase()
    known = status.replace_strict(
        {"ACTIVE": "true", "ARCHIVED": "false", "GDPRREQUEST": "false"}, default=pl.col("is_active")
    )
    return frame.with_columns(is_active=known)


def _entity(record: dict[str, Any], entity: str) -> object:
    return entity or ("CreditNotes" if "CreditNoteID" in record else "Invoices")


def _phones(record: dict[str, Any], entity: str) -> object:
    del entity
    numbers = []
    for entry in _of_types(as_list(record.get("Phones"), "Phones"), "PhoneType", _PHONES):
        parts = [scalar(entry.get(key), key) for key in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")]
        if isinstance(parts[2], str) and parts[2].strip():
            numbers.append(" ".join(part.strip() for part in parts if isinstance(part, str) and part.strip()))
    return "; ".join(numbers) or None


def _address(key: str) -> Getter:
    def get(record: dict[str, Any], entity: str) -> object:
        del entity
        entries = _of_types(as_list(record.get("Addresses"), "Addresses"), "AddressType", _ADDRESSES)
        filled = (
            entry
            for entry in entries
            if any(scalar(entry.get(part), part) for part in ("AddressLine1", "City", "PostalCode"))
        )
        return scalar(next(filled, {}).get(key), key)

    return get


def _of_types(entries: list[Any] | None, key: str, types: tuple[str, ...]) -> list[dict[str, Any]]:
    known = [entry for entry in entries or [] if isinstance(entry, dict)]
    return sorted((entry for entry in known if entry.get(key) in types), key=lambda entry: types.index(entry[key]))


_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_id_acct": first_of(at("InvoiceID"), at("CreditNoteID")),
    "invoice_number": first_of(at("InvoiceNumber"), at("CreditNoteNumber")),
    "reference": at("Reference"),
    "customer_id_acct": at("Contact", "ContactID"),
    "customer_name": at("Contact", "Name"),
    "document_type": at("Type"),
    "document_status": at("Status"),
    "invoice_date": first_of(at("Date"), at("DateString")),
    "due_date": first_of(at("DueDate"), at("DueDateString")),
    "total_amount": at("Total"),
    "balance_amount": first_of(at("AmountDue"), at("RemainingCredit")),
    "currency_code": at("CurrencyCode"),
    "bill_email": at("Contact", "EmailAddress"),
    "modified_at": at("UpdatedDateUTC"),
    "_entity": _entity,
}
_CONTACT: Final[Mapping[str, Getter]] = {
    "customer_id_acct": at("ContactID"),
    "customer_name": at("Name"),
    "is_active": at("ContactStatus"),
    "merged_into_customer_id_acct": at("MergedToContactID"),
    "account_number": first_of(at("AccountNumber"), at("ContactNumber")),
    "tax_identifier": at("TaxNumber"),
    "email": at("EmailAddress"),
    "phone_number": _phones,
    "website": at("Website"),
    "address_line1": _address("AddressLine1"),
    "city": _address("City"),
    "state": _address("Region"),
    "postal_code": _address("PostalCode"),
    "country": _address("Country"),
    "currency_code": at("DefaultCurrency"),
    "modified_at": at("UpdatedDateUTC"),
}

PROFILES: Final = (
    RecordProfile(
        XERO_JSON,
        "accounting_invoices",
        "Xero invoices (JSON)",
        _INVOICE,
        (frozenset({"InvoiceID", "Contact"}), frozenset({"CreditNoteID", "Contact"})),
        entities=frozenset({"Invoices", "CreditNotes"}),
        finish=finish_invoices,
    ),
    RecordProfile(
        XERO_JSON,
        "accounting_customers",
        "Xero contacts (JSON)",
        _CONTACT,
        (frozenset({"ContactID", "Name"}),),
        never=frozenset({"InvoiceID", "Contact"}),
        entities=frozenset({"Contacts"}),
        finish=finish_contacts,
    ),
)
