"""Every input relation's columns, kinds, units and row rules: one dictionary for casts, contracts and the data dictionary.

`accepted.<relation>` holds what validation let through, typed; `quarantine.rows` holds the rest, with reasons.
Ids say whose they are; amounts stand beside their currency; `_at` is a UTC instant, `_date` a calendar date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ColumnKind(StrEnum):
    """The kind of a value, which decides the parsing of its text and its storage."""

    TEXT = "text"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    CURRENCY = "currency"
    TEXTS = "texts"


SQL_TYPE: Final[dict[ColumnKind, str]] = {
    ColumnKind.TEXT: "varchar",
    ColumnKind.MONEY: "decimal(18, 4)",
    ColumnKind.DATE: "date",
    ColumnKind.INSTANT: "timestamp",
    ColumnKind.BOOLEAN: "boolean",
    ColumnKind.INTEGER: "bigint",
    ColumnKind.CURRENCY: "varchar",
    ColumnKind.TEXTS: "varchar[]",
}
"""How each kind is stored. Instants are UTC without a zone; money holds 14 digits before and 4 after the point."""


@dataclass(frozen=True)
class Column:
    """One column of an input relation.

    Attributes:
        required: a row without it is quarantined.
        help: one sentence for the data dictionary.
        is_optional: it only helps: where it can be read in two ways, it is left out and the file is not refused.
    """

    name: str
    kind: ColumnKind
    help: str
    required: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Relation:
    """One input relation.

    Attributes:
        key: the columns that identify a row; of several rows with one key the newest stays, the others are quarantined.
        is_required: true if a run needs it.
        log: the instants of a log: its rows stand in their order.
        one_of: columns of which a row needs at least one.
    """

    name: str
    help: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_required: bool = False
    log: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, help_: str, *, required: bool = False) -> Column:
    return Column(name, ColumnKind.TEXT, help_, required)


_T, _M, _D, _I, _B = ColumnKind.TEXT, ColumnKind.MONEY, ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.BOOLEAN
_CURRENCY = Column("currency_code", ColumnKind.CURRENCY, "ISO 4217; XXX where the source names none")
_BOOK = _text("book", "accounting company (book) of the ids, if several are configured; each id begins with it")
_ADDRESS = (
    _text("address_line1", "first address line"),
    _text("city", "city"),
    _text("state", "state, county or region"),
    _text("postal_code", "postal code"),
    _text("country", "country, as written"),
)

RELATIONS: Final[dict[str, Relation]] = {
    relation.name: relation
    for relation in (
        Relation(
            "connectwise_companies", "ConnectWise companies", ("company_id_cw",),
            (
                _text("company_id_cw", "RecID of the company; ID: and its Company ID where the list has no RecID", required=True),
                _text("company_identifier", "Company ID in the interface, at most 30 characters"),
                _text("company_name", "company name, at most 50 characters", required=True),
                _text("status_id_cw", "status reference"),
                _text("status_name", "status caption"),
                Column("is_status_inactive", _B, "inactiveFlag, where the status is written out"),
                Column("type_names", ColumnKind.TEXTS, "captions of the company's types"),
                _text("account_number", "Account ID: the accounting join key"),
                _text("tax_identifier", "tax id"),
                Column("is_vendor", _B, "isVendorFlag"),
                _text("bill_to_company_id_cw", "company that is billed; itself where not redirected"),
                _text("parent_company_id_cw", "parent company"),
                _text("billing_contact_id_cw", "billing contact"),
                _text("default_contact_id_cw", "default contact"),
                _text("invoice_email", "address that invoices go to"),
                *_ADDRESS,
                _text("phone_number", "main phone"),
                _text("website", "website"),
                Column("is_deleted", _B, "in the recycle bin"),
                Column("modified_at", _I, "last update"),
            ), is_required=True,
        ),
        Relation(
            "connectwise_contacts", "ConnectWise contacts", ("contact_id_cw",),
            (
                _text("contact_id_cw", "RecID of the contact; company and name where the list has no RecID", required=True),
                _text("first_name", "first name"),
                _text("last_name", "last name"),
                _text("title", "job title"),
                _text("company_id_cw", "company of the contact; contacts without one exist"),
                _text("company_identifier", "Company ID of that company"),
                _text("company_name", "name of that company"),
                Column("is_inactive", _B, "inactiveFlag"),
                _text("portal_security_level", "1 to 6 as written; 6 sees the most; anything else is judged, not refused"),
                Column("is_login_disabled", _B, "disablePortalLoginFlag: beats the level"),
                Column("is_default", _B, "default contact of the company"),
                Column("is_default_billing", _B, "default billing contact of the company"),
                _text("default_email", "login: the communication item of type Email marked as default"),
                Column("other_emails", ColumnKind.TEXTS, "the contact's other e-mail addresses"),
                _text("phone_number", "default phone"),
                Column("modified_at", _I, "last update"),
            ), is_required=True,
        ),
        Relation(
            "connectwise_statuses", "ConnectWise company statuses", ("status_id_cw",),
            (
                _text("status_id_cw", "status id", required=True),
                _text("status_name", "caption", required=True),
                Column("is_inactive", _B, "inactiveFlag"),
            ),
        ),
        Relation(
            "connectwise_invoices", "ConnectWise invoices", ("invoice_id_cw",),
            (
                _text("invoice_id_cw", "id of the invoice; its number where the export has no id", required=True),
                _text("invoice_number", "invoice number, at most 15 characters", required=True),
                _text("company_id_cw", "serviced company"),
                _text("company_identifier", "Company ID of the serviced company"),
                _text("company_name", "name of the serviced company"),
                _text("bill_to_company_id_cw", "billed company"),
                _text("bill_to_company_name", "name of the billed company"),
                _text("document_type", "invoice, credit_memo or unknown; nothing where it is not given"),
                _text("billing_status_name", "billing status caption"),
                Column("is_closed", _B, "closedFlag of the billing status"),
                _text("gl_batch", "GL batch that it is in; empty: in none, if the list names the batch of others"),
                Column("invoice_date", _D, "date of the invoice"),
                Column("due_date", _D, "due date"),
                Column("total_amount", _M, "total in currency_code", required=True),
                Column("balance_amount", _M, "balance in currency_code"),
                _CURRENCY,
                Column("is_deleted", _B, "deleted in ConnectWise, as a loader says"),
                Column("modified_at", _I, "last update"),
            ),
        ),
        Relation(
            "accounting_customers", "customers of the accounting package", ("customer_id_acct",),
            (
                _text("customer_id_acct", "internal id; the name where the export has no id", required=True),
                _text("customer_name", "display name", required=True),
                _text("company_name", "company name, where it differs"),
                _text("full_name", "Parent:Child, where there is a parent"),
                _text("parent_customer_id_acct", "parent customer"),
                Column("is_bill_with_parent", _B, "billed with the parent"),
                Column("is_active", _B, "false: inactive, archived or (deleted)"),
                _text("merged_into_customer_id_acct", "surviving customer after a merge"),
                _text("account_number", "account number or external contact number"),
                _text("tax_identifier", "tax id"),
                _text("email", "e-mail as written; several are separated by , ; or space"),
                _text("phone_number", "phones as written"),
                _text("website", "website"),
                *_ADDRESS,
                _CURRENCY,
                Column("created_at", _I, "created"),
                Column("modified_at", _I, "last changed"),
                _BOOK,
            ),
        ),
        Relation(
            "accounting_invoices", "invoices of the accounting package", ("invoice_id_acct",),
            (
                _text("invoice_id_acct", "internal id; number, customer and date where the export has none", required=True),
                Column("has_internal_id", _B, "false where the export has no internal id"),
                _text("invoice_number", "number as written"),
                _text("reference", "reference; holds the old number after a conversion"),
                _text("customer_id_acct", "customer; its name where the export has no id", required=True),
                _text("customer_name", "customer name as written on the invoice"),
                _text(
                    "document_type",
                    "invoice, credit_memo, sales_receipt, estimate, pro_forma, statement, template, payment,"
                    " opening_balance, retainer, journal, bill, other; or unknown, if billsight does not know the word",
                ),
                _text("document_status", "open, paid, draft, voided, deleted, or unknown"),
                Column("invoice_date", _D, "date typed on the invoice", required=True),
                Column("due_date", _D, "due date"),
                Column("total_amount", _M, "total in currency_code; null where the export has none"),
                Column("balance_amount", _M, "open balance in currency_code; null where the export has none"),
                _CURRENCY,
                _text("payment_terms", "payment terms, as written"),
                _text("bill_email", "address the invoice is sent to"),
                Column("created_at", _I, "entered into the accounting package"),
                Column("modified_at", _I, "last changed"),
                _BOOK,
            ), is_required=True, one_of=("total_amount", "balance_amount"),
        ),
        Relation(
            "portal_invoices", "the portal's own list of invoices", ("portal_invoice_id",),
            (
                _text("portal_invoice_id", "the portal's id; made from the other ids where the list has none", required=True),
                _text("invoice_id_acct", "accounting id that the portal holds"),
                _text("invoice_number", "number that the portal shows"),
                _text("customer_id_acct", "accounting customer"),
                _text("customer_name", "customer name, or the name on the card"),
                _text("company_id_cw", "ConnectWise company it is shown to"),
                _text("company_name", "name of the company it is shown to, if the list has it next to the customer's name"),
                _text("document_type", "in the words of accounting_invoices, or unknown; empty where the list has no type"),
                _text("portal_status", "open, paid, in transit, or gone (or perhaps hidden); empty where no word says so"),
                Column("invoice_date", _D, "date of the invoice", is_optional=True),
                Column("due_date", _D, "due date", is_optional=True),
                Column("total_amount", _M, "total in currency_code"),
                Column("balance_amount", _M, "balance in currency_code"),
                _CURRENCY,
                _BOOK,
            ),
        ),
        Relation(
            "portal_mappings", "the portal's own mappings", ("customer_id_acct", "company_id_cw"),
            (
                _text("customer_id_acct", "accounting customer; its name where the list has no id", required=True),
                _text("customer_name", "customer name"),
                _text("company_id_cw", "ConnectWise company; empty: known to the portal and not mapped"),
                _text("company_name", "company name"),
                _BOOK,
            ),
        ),
        Relation(
            "sync_runs", "the portal's sync log", ("started_at", "from_at", "finished_at", "run_status"),
            (
                Column("started_at", _I, "start of the run", required=True),
                Column("from_at", _I, "'sync from' date of the run, midnight in the portal's time zone", required=True),
                Column("finished_at", _I, "end of the run"),
                _text("run_status", "succeeded, failed or running", required=True),
            ), log=("started_at", "finished_at"),
        ),
    )
}  # fmt: skip

BOOKED: Final[tuple[str, ...]] = ("accounting_customers", "accounting_invoices", "portal_invoices", "portal_mappings")
"""Relations whose accounting ids belong to a book; where one is named, it stands before them: US/123."""

IDS_OF_BOOKS: Final[tuple[str, ...]] = (
    "invoice_id_acct", "customer_id_acct", "parent_customer_id_acct", "merged_into_customer_id_acct", "portal_invoice_id",
)  # fmt: skip
