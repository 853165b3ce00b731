"""ConnectWise lists as CSV or XLSX: REST answers flattened (`company/id`, `company.id`, `company_id`), or a view.

There is no fixed layout: a view exports the columns that its user shows, often without RecID. `Company ID` of a view
and `Company_ID` of Report Writer are the identifier that people see, even if it is a number; `company_id` of the
interface is the record's number, which has digits only.
"""

from __future__ import annotations

import json
from typing import Final

import polars as pl

from etl.extract.formats.powershell import UnreadableError, is_cut, shown
from etl.extract.profiles.connectwise_json import WHICH_DEFAULT, close_instants, emails_of
from etl.extract.profiles.connectwise_keys import apart, with_company_key, with_contact_key
from etl.extract.profiles.document_terms import stated_type
from etl.extract.profiles.profile import CONNECTWISE_CSV, TableProfile
from etl.extract.profiles.row_flags import DELETED, is_flagged, with_known_flags

_FLAGS: Final = {"is_closed": ("closed", "open"), "is_inactive": ("inactive", "active")}
"""What some lists say instead of true and false."""

_LOADERS: Final = {name: captions for name, captions in DELETED.items() if name != "_deleted"}
"""Columns in which loaders say that a record is gone."""

_ITEM_PARTS: Final = {
    "_item_value": "value",
    "_item_kind": "communicationtype",
    "_item_type": "type/name",
    "_item_default": "defaultflag",
}


def finish(frame: pl.DataFrame, gone: str = "is_deleted") -> pl.DataFrame:
    """Complete a flattened list.

    Locality: row.

    Args:
        frame: the list as it is written.
        gone: the column that says so where a loader flags a record as deleted.
    """
    for flag, (true, false) in _FLAGS.items():
        if flag in frame.columns:
            word = pl.col(flag).str.to_lowercase()
            frame = frame.with_columns(
                pl.when(word == true)
                .then(pl.lit("true"))
                .when(word == false)
                .then(pl.lit("false"))
                .otherwise(flag)
                .alias(flag)
            )
    if not _LOADERS.keys().isdisjoint(frame.columns):
        frame = with_known_flags(frame)
        said = pl.col(gone) if gone in frame.columns else pl.lit(None, dtype=pl.String)
        frame = frame.with_columns(pl.when(is_flagged(frame)).then(pl.lit("true")).otherwise(said).alias(gone))
    return close_instants(frame) if "modified_at" in frame.columns else frame


def finish_companies(frame: pl.DataFrame) -> pl.DataFrame:
    """Companies of a list view, which has a RecID or a Company ID.

    Locality: row.
    """
    return with_company_key(finish(frame))


def finish_listed_contacts(frame: pl.DataFrame) -> pl.DataFrame:
    """Contacts of a list view, which may have no RecID and name their company by its Company ID.

    Locality: whole (only to distinguish contacts of one name).
    """
    return with_contact_key(apart(finish_contacts(frame)))


def finish_listed_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Invoices of a list view, which may name their company by its Company ID.

    Locality: row.
    """
    return apart(finish_invoices(frame))


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """The number is the key where the list has no ids; the type is said in our words.

    Locality: row.
    """
    if "invoice_id_cw" not in frame.columns:
        frame = frame.with_columns(invoice_id_cw="invoice_number")
    if "document_type" in frame.columns:
        frame = frame.with_columns(document_type=stated_type("document_type"))
    return finish(frame)


def finish_contacts(frame: pl.DataFrame) -> pl.DataFrame:
    """Find the login among the communication items, flattened column by column or kept as JSON in one cell.

    Whom a loader flags as deleted is inactive.

    Locality: row.
    """
    frame = finish(frame, "is_inactive")
    if "_items" in frame.columns:
        found = [_emails_in(cell) for cell in frame.get_column("_items").to_list()]
        schema = {"default_email": pl.String(), "other_emails": pl.List(pl.String()), "_problem": pl.String()}
        texts = pl.DataFrame(found, schema=schema, orient="row")
        frame = frame.drop("default_email", "other_emails", strict=False).with_columns(texts.get_columns())
        return frame.with_columns(read_problem=pl.coalesce("read_problem", "_problem"))
    numbers = sorted(int(name.partition("/")[2]) for name in frame.columns if name.startswith("_item_value/"))
    return _from_parts(frame, numbers) if numbers else frame


def _from_parts(frame: pl.DataFrame, numbers: list[int]) -> pl.DataFrame:
    names = frozenset(frame.columns)

    def part(name: str, number: int) -> pl.Expr:
        column = f"{name}/{number}"
        return pl.col(column).str.to_lowercase() if column in names else pl.lit(None, dtype=pl.String)

    logins, others, unsaid = [], [], []
    for number in numbers:
        value = pl.col(f"_item_value/{number}")
        kind = pl.coalesce(part("_item_kind", number), part("_item_type", number))
        is_email = pl.when(kind.is_null()).then(value.str.contains("@", literal=True)).otherwise(kind == "email")
        flag = part("_item_default", number).replace({"1": "true", "0": "false"})
        logins.append(pl.when(is_email & (flag == "true")).then(value))
        others.append(pl.when(is_email & (flag == "true").not_()).then(value))
        unsaid.append(pl.when(is_email & ~flag.is_in(["true", "false"]).fill_null(value=False)).then(value))
    login, rest = (
        pl.coalesce(logins),
        pl.concat_list([*others, *unsaid]).list.drop_nulls().list.unique(maintain_order=True),
    )
    unmarked = pl.concat_list(unsaid).list.drop_nulls().list.len()
    is_alone = login.is_null() & (unmarked == 1) & (rest.list.len() == 1)
    is_open = login.is_null() & (unmarked > 0) & ~is_alone
    return frame.with_columns(
        default_email=pl.when(is_alone).then(rest.list.first()).otherwise(login),
        other_emails=pl.when((rest.list.len() > 0) & ~is_alone).then(rest),
        read_problem=pl.coalesce("read_problem", pl.when(is_open).then(pl.lit(WHICH_DEFAULT))),
    )


def _emails_in(cell: str | None) -> tuple[str | None, list[str], str | None]:
    """The default e-mail, the others, and what keeps them from being read."""
    try:
        items = cell if is_cut(cell) else json.loads(cell or "[]")
        return (*emails_of(items), None)
    except (ValueError, RecursionError) as error:
        problem = (
            str(error) if isinstance(error, UnreadableError) else f"{shown(cell)} is no list of communicationItems"
        )
        return None, [], problem


COMPANIES: Final[dict[str, tuple[str, ...]]] = {
    "company_id_cw": ("id", "RecID", "Company RecID", "Company Rec ID", "company/id"),
    "company_identifier": ("identifier", "Company ID", "companyIdentifier"),
    "company_name": ("name", "Company Name", "Company"),
    "status_id_cw": ("status/id",),
    "status_name": ("status/name", "Status", "Company Status", "Company Status Desc"),
    "is_status_inactive": ("status/inactiveFlag",),
    "type_names": ("types", "Type", "Types", "Company Type", "type/name", "Company Type Desc"),
    "account_number": ("accountNumber", "Account ID", "Account Number", "Account", "Account Nbr"),
    "tax_identifier": ("taxIdentifier", "Tax ID"),
    "is_vendor": ("isVendorFlag", "Vendor"),
    "bill_to_company_id_cw": ("billToCompany/id", "Bill To RecID", "Bill To Company RecID"),
    "parent_company_id_cw": ("parentCompany/id", "Parent RecID", "Parent Company RecID"),
    "billing_contact_id_cw": ("billingContact/id", "Billing Contact RecID"),
    "default_contact_id_cw": ("defaultContact/id", "Default Contact RecID"),
    "invoice_email": ("invoiceToEmailAddress", "Invoice Email", "Invoice To Email"),
    "address_line1": ("addressLine1", "Address", "Address 1", "Address Line 1"),
    "city": ("city",),
    "state": ("state",),
    "postal_code": ("zip", "Zip Code", "Postal Code"),
    "country": ("country/name", "country"),
    "phone_number": ("phoneNumber", "Phone", "Phone Number"),
    "website": ("website", "Web Site"),
    "is_deleted": ("deletedFlag", "Deleted", "Delete Flag"),
    "modified_at": ("_info/lastUpdated", "lastUpdated", "Last Update", "Last Updated"),
    **_LOADERS,
}
_COMPANY: Final[dict[str, tuple[str, ...]]] = {
    "company_id_cw": ("Company RecID", "Company Rec ID", "company/id"),
    "company_identifier": ("company/identifier", "Company ID", "companyIdentifier"),
    "company_name": ("company/name", "Company Name", "Company"),
}
"""The company that a contact or an invoice belongs to; best first, for a report's Company_ID is no number."""
CONTACTS: Final[dict[str, tuple[str, ...]]] = {
    "contact_id_cw": ("id", "RecID", "Contact RecID", "Contact Rec ID", "contact/id"),
    "first_name": ("firstName", "First Name"),
    "last_name": ("lastName", "Last Name"),
    "title": ("title",),
    **_COMPANY,
    "is_inactive": ("inactiveFlag", "Inactive"),
    "portal_security_level": ("portalSecurityLevel", "Portal Security Level", "Security Level"),
    "is_login_disabled": ("disablePortalLoginFlag", "Disable Portal Login", "Disable Login", "Portal Login Disabled"),
    "is_default": ("defaultFlag", "Default Contact", "Default"),
    "is_default_billing": ("defaultBillingFlag", "Default Billing", "Default Billing Contact", "Billing Contact"),
    "default_email": ("email", "Email Address", "Default Email", "defaultEmail"),
    "other_emails": ("otherEmails", "Other Emails"),
    "phone_number": ("defaultPhoneNbr", "Phone", "Default Phone"),
    "modified_at": ("_info/lastUpdated", "lastUpdated", "Last Update", "Last Updated"),
    "_items": ("communicationItems",),
    **_LOADERS,
}
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "status_id_cw": ("id", "RecID", "Status RecID", "status/id"),
    "status_name": ("name", "Status", "status/name", "Description"),
    "is_inactive": ("inactiveFlag", "Inactive"),
}
INVOICES: Final[dict[str, tuple[str, ...]]] = {
    "invoice_id_cw": ("id", "RecID", "Invoice RecID", "Billing Log RecID", "invoice/id"),
    "invoice_number": ("invoiceNumber", "Invoice", "Invoice Number", "Invoice #"),
    **_COMPANY,
    "bill_to_company_id_cw": ("billToCompany/id", "Bill To RecID", "Bill To Company RecID"),
    "bill_to_company_name": ("billToCompany/name", "Bill To", "Bill To Company"),
    "document_type": ("type", "Invoice Type"),
    "billing_status_name": ("status/name", "Status", "Billing Status"),
    "is_closed": ("status/closedFlag", "closedFlag", "Open/Closed"),
    "gl_batch": ("GL Batch",),
    "invoice_date": ("date", "Invoice Date"),
    "due_date": ("dueDate", "Due Date"),
    "total_amount": ("total", "Invoice Total"),
    "balance_amount": ("balance", "Invoice Balance"),
    "currency_code": ("currency/currencyCode", "currency/currencyIdentifier", "currency/name", "currency"),
    "modified_at": ("_info/lastUpdated", "lastUpdated", "Last Update"),
    **_LOADERS,
}

_OTHER_LISTS: Final[dict[str, tuple[str, str]]] = {
    caption: (f"a list of {what}", "Export the list of companies, contacts or invoices.")
    for caption, what in {
        "Ticket #": "tickets", "Agreement Name": "agreements", "Opportunity": "opportunities",
        "Opportunity Name": "opportunities", "Configuration Name": "configurations", "Project Name": "projects",
    }.items()
}  # fmt: skip
"""Captions of ConnectWise's other lists, which name companies, too."""
_INVOICE_LIST: Final = ("a list of invoices", "Give it as connectwise_invoices.")
_CONTACT_LIST: Final = ("a list of contacts", "Give it as connectwise_contacts.")
_CUSTOMER_LIST: Final = ("a list of customers of an accounting package", "Give it as accounting_customers.")
_OF_INVOICES: Final = dict.fromkeys(
    ("invoiceNumber", "Invoice", "Invoice #", "Invoice Total", "Invoice Balance", "GL Batch"), _INVOICE_LIST
)
_OF_CUSTOMERS: Final = dict.fromkeys(
    ("Balance", "Open Balance", "Balance Total", "Customer", "Customer full name", "Customer Name", "Contact Name",
     "Display Name", "Active Status", "Currency Code", "Terms", "Co./Last Name", "Card ID", "Contact ID", "Taxable"),
    _CUSTOMER_LIST,
)  # fmt: skip
_OF_BOOKS: Final = dict.fromkeys(
    ("Customer", "Customer Name", "contact_id", "customer_id", "doc_number", "amount_due", "Amount Due"),
    ("a list of invoices of an accounting package", "Give it as accounting_invoices."),
)

PROFILES: Final = (
    TableProfile(
        CONNECTWISE_CSV,
        "connectwise_companies",
        "ConnectWise companies (CSV)",
        COMPANIES,
        (
            ("company_id_cw", "company_identifier"),
            ("company_name",),
            ("company_identifier", "status_id_cw", "status_name"),
        ),
        refused={"firstName": _CONTACT_LIST, "First Name": _CONTACT_LIST} | _OF_INVOICES | _OTHER_LISTS,
        patterns={"type_names": r"types/(\d+)/name"},
        finish=finish_companies,
    ),
    TableProfile(
        CONNECTWISE_CSV,
        "connectwise_contacts",
        "ConnectWise contacts (CSV)",
        CONTACTS,
        (
            ("company_id_cw", "company_identifier", "company_name"),
            ("first_name", "last_name"),
            ("default_email", "_items", "_item_value"),
        ),
        refused=_OF_CUSTOMERS | _OF_INVOICES | _OTHER_LISTS,
        patterns={name: rf"communicationitems/(\d+)/{part}" for name, part in _ITEM_PARTS.items()},
        finish=finish_listed_contacts,
    ),
    TableProfile(
        CONNECTWISE_CSV,
        "connectwise_statuses",
        "ConnectWise company statuses (CSV)",
        STATUSES,
        (("status_id_cw",), ("status_name",), ("is_inactive",)),
        refused={"firstName": _CONTACT_LIST},
        finish=finish,
    ),
    TableProfile(
        CONNECTWISE_CSV,
        "connectwise_invoices",
        "ConnectWise invoices (CSV)",
        INVOICES,
        (
            ("invoice_number",),
            ("total_amount",),
            ("company_id_cw", "company_identifier", "bill_to_company_id_cw", "billing_status_name", "is_closed"),
        ),
        refused=_OF_BOOKS,
        finish=finish_listed_invoices,
    ),
)
