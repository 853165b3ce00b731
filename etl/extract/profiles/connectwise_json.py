"""ConnectWise REST answers saved as JSON: companies, contacts, statuses, invoices.

Source: field names of the 2025.1 API models; older payloads have a scalar `type`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from etl.extract.formats.powershell import UnreadableError, as_list, as_object, is_cut, scalar
from etl.extract.profiles.document_terms import stated_type
from etl.extract.profiles.profile import CONNECTWISE_JSON, Getter, RecordProfile
from etl.extract.profiles.record_fields import at, first_of, named, reference

_KIND: Final = first_of(at("type", "name"), at("type"))
WHICH_DEFAULT: Final = "none of several e-mails is marked as the default: request defaultFlag with communicationItems"


def emails_of(items: object) -> tuple[str | None, list[str]]:
    """The default e-mail among communication items, which is the login, and the others.

    Raises:
        UnreadableError: items are cut off, or nothing says which of several e-mails is the default.
    """
    said: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for item in as_list(items, _ITEMS) or []:
        found = as_object(item, _ITEMS) or {}
        value = scalar(found.get("value"), "value")
        if isinstance(value, str) and _is_email(found, value):
            said[_FLAGS.get(str(scalar(found.get("defaultFlag"), "defaultFlag")).strip().lower())].append(value)
    defaults, others, unsaid = said[True], said[False], said[None]
    if not defaults and len(unsaid) == 1 and not others:
        return unsaid[0], []
    if not defaults and unsaid:
        raise UnreadableError(WHICH_DEFAULT)
    return (defaults[0] if defaults else None), [*defaults[1:], *others, *unsaid]


def close_instants(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out the spaces that some answers have inside a time: 2015-12-24T22: 08: 22Z.

    Locality: row.
    """
    written = pl.col("modified_at")
    closed = pl.when(written.str.contains("T")).then(written.str.replace_all(r"\s+", "")).otherwise(written)
    return frame.with_columns(closed.alias("modified_at"))


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Close the times, and say the type in our words.

    Locality: row.
    """
    return close_instants(frame).with_columns(document_type=stated_type("document_type"))


def _is_email(item: dict[str, Any], value: str) -> bool:
    """By its kind; a value without a kind by its looks."""
    kind = scalar(item.get("communicationType"), "communicationType")
    kind = kind or _KIND(item, "")
    return kind.strip().lower() == "email" if isinstance(kind, str) else "@" in value


def _emails(record: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Found once for both columns."""
    if _EMAILS not in record:
        record[_EMAILS] = emails_of(record.get(_ITEMS))
    found: tuple[str | None, list[str]] = record[_EMAILS]
    return found


def _default_email(record: dict[str, Any], entity: str) -> object:
    del entity
    return _emails(record)[0]


def _other_emails(record: dict[str, Any], entity: str) -> object:
    del entity
    return _emails(record)[1]


def _has_items(record: dict[str, Any], entity: str) -> object:
    del entity
    return _ITEMS in record


def _type_names(record: dict[str, Any], entity: str) -> object:
    del entity
    types = record.get("types") or record.get("type")
    is_name = isinstance(types, str) and not is_cut(types)
    entries = [types] if is_name else as_list(types, "types") or []
    names = [scalar(entry.get("name"), "types") if isinstance(entry, dict) else entry for entry in entries]
    return [name for name in names if isinstance(name, str)]


def _refuse_without_items(frame: pl.DataFrame) -> str | None:
    if frame.height and not (frame.get_column("_has_items") == "true").any():
        return "no record has communicationItems, where the login e-mail is: request them with the contacts"
    return None


_ITEMS: Final = "communicationItems"
_EMAILS: Final = "e-mails in communicationItems"
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}
_MODIFIED: Final = at("_info", "lastUpdated")

_COMPANY: Final[Mapping[str, Getter]] = {
    "company_id_cw": at("id"),
    "company_identifier": at("identifier"),
    "company_name": at("name"),
    "status_id_cw": named("status", "id"),
    "status_name": first_of(at("status", "name"), at("status")),
    "is_status_inactive": named("status", "inactiveFlag"),
    "type_names": _type_names,
    "account_number": at("accountNumber"),
    "tax_identifier": at("taxIdentifier"),
    "is_vendor": at("isVendorFlag"),
    "bill_to_company_id_cw": reference("billToCompany", "id"),
    "parent_company_id_cw": reference("parentCompany", "id"),
    "billing_contact_id_cw": reference("billingContact", "id"),
    "default_contact_id_cw": reference("defaultContact", "id"),
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
    "company_id_cw": reference("company", "id"),
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
    "company_id_cw": reference("company", "id"),
    "bill_to_company_id_cw": reference("billToCompany", "id"),
    "document_type": at("type"),
    "billing_status_name": first_of(at("status", "name"), at("status")),
    "is_closed": first_of(named("status", "closedFlag"), at("closedFlag")),
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
        refuses=_refuse_without_items,
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
        finish=finish_invoices,
    ),
)
