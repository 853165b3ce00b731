"""ConnectWise REST answers saved as JSON: companies, contacts, statuses, invoices.

Source: field names of the 2025.1 API models; older payloads have a scalar `type`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from etl.extract.fields import at, first_of
from etl.extract.profile import CONNECTWISE_JSON, Getter, RecordProfile


def emails_of(items: object) -> tuple[str | None, list[str]]:
    """The default e-mail among communication items, which is the login, and the others."""
    default: str | None = None
    others: list[str] = []
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not _is_email(item) or not isinstance(item.get("value"), str):
            continue
        if default is None and str(item.get("defaultFlag")).lower() == "true":
            default = item["value"]
        else:
            others.append(item["value"])
    return default, others


def close_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out the spaces that some answers have inside a time: 2015-12-24T22: 08: 22Z.

    Locality: row.
    """
    written = pl.col("modified_at")
    closed = pl.when(written.str.contains("T")).then(written.str.replace_all(r"\s+", "")).otherwise(written)
    return frame.with_columns(closed.alias("modified_at"))


def _is_email(item: Mapping[str, Any]) -> bool:
    kind = item.get("communicationType") or at("type", "name")(dict(item), "")
    return isinstance(kind, str) and kind.strip().lower() == "email"


def _default_email(record: dict[str, Any], entity: str) -> object:
    del entity
    return emails_of(record.get("communicationItems"))[0]


def _other_emails(record: dict[str, Any], entity: str) -> object:
    del entity
    return emails_of(record.get("communicationItems"))[1]


def _has_items(record: dict[str, Any], entity: str) -> object:
    del entity
    return "communicationItems" in record


def _type_names(record: dict[str, Any], entity: str) -> object:
    del entity
    types = record.get("types") or record.get("type")
    entries = types if isinstance(types, list) else [types]
    names = [entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
    return [name for name in names if isinstance(name, str)]


def _without_items(frame: pl.DataFrame) -> list[str]:
    if frame.height and not (frame.get_column("_has_items") == "true").any():
        return ["no record has communicationItems, where the login e-mail is: request them, or nobody has a login"]
    return []


_MODIFIED: Final = at("_info", "lastUpdated")

_COMPANY: Final[Mapping[str, Getter]] = {
    "company_id_cw": at("id"),
    "company_identifier": at("identifier"),
    "company_name": at("name"),
    "status_id_cw": at("status", "id"),
    "status_name": first_of(at("status", "name"), at("status")),
    "is_status_inactive": at("status", "inactiveFlag"),
    "type_names": _type_names,
    "account_number": at("accountNumber"),
    "tax_identifier": at("taxIdentifier"),
    "is_vendor": at("isVendorFlag"),
    "bill_to_company_id_cw": at("billToCompany", "id"),
    "parent_company_id_cw": at("parentCompany", "id"),
    "billing_contact_id_cw": at("billingContact", "id"),
    "default_contact_id_cw": at("defaultContact", "id"),
    "invoice_email": at("invoiceToEmailAddress"),
    "address_line1": at("addressLine1"),
    "city": at("city"),
    "state": at("state"),
    "postal_code": at("zip"),
    "country": first_of(at("country", "name"), at("country")),
    "phone_number": at("phoneNumber"),
    "website": at("website"),
    "is_deleted": at("deletedFlag"),
    "modified_at": _MODIFIED,
}
_CONTACT: Final[Mapping[str, Getter]] = {
    "contact_id_cw": at("id"),
    "first_name": at("firstName"),
    "last_name": at("lastName"),
    "title": at("title"),
    "company_id_cw": at("company", "id"),
    "is_inactive": at("inactiveFlag"),
    "portal_security_level": at("portalSecurityLevel"),
    "is_login_disabled": at("disablePortalLoginFlag"),
    "is_default": at("defaultFlag"),
    "is_default_billing": at("defaultBillingFlag"),
    "default_email": _default_email,
    "other_emails": _other_emails,
    "phone_number": at("defaultPhoneNbr"),
    "modified_at": _MODIFIED,
    "_has_items": _has_items,
}
_STATUS: Final[Mapping[str, Getter]] = {
    "status_id_cw": at("id"),
    "status_name": at("name"),
    "is_inactive": at("inactiveFlag"),
}
_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_id_cw": at("id"),
    "invoice_number": at("invoiceNumber"),
    "company_id_cw": at("company", "id"),
    "bill_to_company_id_cw": at("billToCompany", "id"),
    "document_type": at("type"),
    "billing_status_name": first_of(at("status", "name"), at("status")),
    "is_closed": at("status", "closedFlag"),
    "invoice_date": at("date"),
    "due_date": at("dueDate"),
    "total_amount": at("total"),
    "balance_amount": at("balance"),
    "currency_code": first_of(at("currency", "currencyCode"), at("currency", "currencyIdentifier"), at("currency")),
    "modified_at": _MODIFIED,
}


PROFILES: Final = (
    RecordProfile(
        CONNECTWISE_JSON,
        "connectwise_companies",
        "ConnectWise companies (JSON)",
        _COMPANY,
        (frozenset({"id", "name"}),),
        # A site, an agreement, a type, a status and a billing status have an id and a name, too.
        frozenset({"company", "contactId", "firstName", "invoiceNumber", "communicationType"})
        | frozenset({"inactiveFlag", "vendorFlag", "closedFlag"}),
        finish=close_instants,
    ),
    RecordProfile(
        CONNECTWISE_JSON,
        "connectwise_contacts",
        "ConnectWise contacts (JSON)",
        _CONTACT,
        (frozenset({"id", "firstName"}), frozenset({"id", "communicationItems"})),
        frozenset({"identifier", "invoiceNumber", "ContactID"}),
        finish=close_instants,
        remarks=_without_items,
    ),
    RecordProfile(
        CONNECTWISE_JSON,
        "connectwise_statuses",
        "ConnectWise company statuses (JSON)",
        _STATUS,
        (frozenset({"id", "name", "inactiveFlag"}),),
        frozenset({"identifier", "company", "firstName", "closedFlag", "sentFlag", "vendorFlag"}),
    ),
    RecordProfile(
        CONNECTWISE_JSON,
        "connectwise_invoices",
        "ConnectWise invoices (JSON)",
        _INVOICE,
        (frozenset({"id", "invoiceNumber", "total"}),),
        frozenset({"CustomerRef", "InvoiceID", "billingLogId"}),
        finish=close_instants,
    ),
)
