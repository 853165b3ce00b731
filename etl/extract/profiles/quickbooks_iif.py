"""QuickBooks Desktop IIF: the customer list, invoices, credit memos and payments.

Invoices name their customer and have no id, so the customer's full name is the key in both. REFNUM is another number in
every company file, and no invoice names it: it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import polars as pl

from etl.extract.formats.iif import DOCUMENTS
from etl.extract.formats.powershell import UnreadableError, shown
from etl.extract.profiles.desktop_fields import parent_of, read_address, read_amount
from etl.extract.profiles.document_terms import status_of_amounts
from etl.extract.profiles.profile import QUICKBOOKS_DESKTOP_IIF, Getter, RecordProfile
from etl.extract.profiles.record_fields import at, joined

_TYPES: Final[Mapping[str, str]] = {"INVOICE": "invoice", "CREDIT MEMO": "credit_memo", "PAYMENT": "payment"}
_PAYMENT: Final = "PAYMENT"
_WORDS: Final[Mapping[str, str]] = {"Y": "false", "N": "true"}
_ACCOUNT: Final = re.compile(r"(?=\S*\d)\S+")
"""A note that is one word with a digit: QuickBooks exports the account number of a customer there."""
_SECONDS: Final = re.compile(r"\d{1,10}")


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Keys of number, customer and date; of payments, which seldom have a number, of their amount and place, too.

    Locality: whole.
    """
    key = ["invoice_number", "customer_id_acct", "invoice_date"]
    together = pl.concat_str((pl.col(name).fill_null("") for name in key), separator="|")
    is_document = pl.any_horizontal(pl.col(name).is_not_null() for name in key)
    is_payment = pl.col("document_type") == "payment"
    again = pl.int_range(pl.len()).over([*key, "total_amount", "document_type"]) + 1
    payment = pl.concat_str(pl.lit("payment"), together, pl.col("total_amount").fill_null(""), again, separator="|")
    return frame.with_columns(
        invoice_id_acct=pl.when(is_payment).then(payment).when(is_document).then(together),
        document_status=status_of_amounts(),
        has_internal_id=pl.lit("false"),
    )


def _type(record: dict[str, Any], entity: str) -> object:
    del record
    return _TYPES.get(entity)


def _total(record: dict[str, Any], entity: str) -> object:
    """The amount of the first row: of an invoice and a credit memo it is the one of the receivable account.

    Raises:
        UnreadableError: there is none, or the rows of the transaction do not add up to zero.
    """
    total = read_amount(record.get("AMOUNT"), "AMOUNT")
    if total is None:
        return None
    splits = [read_amount(split.get("AMOUNT"), "AMOUNT of a split") for split in record["SPL"]]
    rest = total + sum((split for split in splits if split is not None), Decimal())
    if rest != 0:
        message = f"the rows of the transaction add up to {rest}, not to zero: some are missing or changed"
        raise UnreadableError(message)
    return str(-total if entity == _PAYMENT else total)


def _balance(record: dict[str, Any], entity: str) -> object:
    """Nothing where the document is marked as paid; how much of another one is still open is not in the file."""
    return "0.00" if entity != _PAYMENT and str(record.get("PAID", "")).upper() == "Y" else None


def _is_active(record: dict[str, Any], entity: str) -> object:
    hidden = at("HIDDEN")(record, entity)
    return _WORDS.get(hidden.upper(), hidden) if isinstance(hidden, str) else hidden


def _changed(record: dict[str, Any], entity: str) -> object:
    """The seconds since 1970 as an instant."""
    written = at("TIMESTAMP")(record, entity)
    if not isinstance(written, str) or written in {"", "0"}:
        return None
    if not _SECONDS.fullmatch(written):
        message = f"TIMESTAMP is {shown(written)}, not a number of seconds"
        raise UnreadableError(message)
    return f"{datetime.fromtimestamp(int(written), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parent(record: dict[str, Any], entity: str) -> object:
    del entity
    return parent_of(record.get("NAME"))


def _full_name(record: dict[str, Any], entity: str) -> object:
    return record.get("NAME") if _parent(record, entity) else None


def _account_number(record: dict[str, Any], entity: str) -> object:
    number, note = at("ACCNUM")(record, entity), at("NOTE")(record, entity)
    return number or (note if isinstance(note, str) and _ACCOUNT.fullmatch(note) else None)


def _address(key: str) -> Getter:
    def get(record: dict[str, Any], entity: str) -> object:
        del entity
        return getattr(read_address([record.get(f"BADDR{number}") for number in range(1, 6)]), key) or None

    return get


_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_number": at("DOCNUM"),
    "customer_id_acct": at("NAME"),
    "customer_name": at("NAME"),
    "document_type": _type,
    "invoice_date": at("DATE"),
    "due_date": at("DUEDATE"),
    "total_amount": _total,
    "balance_amount": _balance,
    "payment_terms": at("TERMS"),
}
_CUSTOMER: Final[Mapping[str, Getter]] = {
    "customer_id_acct": at("NAME"),
    "customer_name": at("NAME"),
    "company_name": at("COMPANYNAME"),
    "full_name": _full_name,
    "parent_customer_id_acct": _parent,
    "is_active": _is_active,
    "account_number": _account_number,
    "email": at("EMAIL"),
    "phone_number": joined(at("PHONE1"), at("PHONE2")),
    "address_line1": _address("street"),
    "city": _address("city"),
    "state": _address("state"),
    "postal_code": _address("postal_code"),
    "modified_at": _changed,
}

PROFILES: Final = (
    RecordProfile(
        QUICKBOOKS_DESKTOP_IIF,
        "accounting_invoices",
        "QuickBooks Desktop transactions (IIF)",
        _INVOICE,
        (frozenset({"TRNSTYPE", "AMOUNT"}),),
        entities=DOCUMENTS,
        finish=finish_invoices,
        format="iif",
    ),
    RecordProfile(
        QUICKBOOKS_DESKTOP_IIF,
        "accounting_customers",
        "QuickBooks Desktop customer list (IIF)",
        _CUSTOMER,
        (frozenset({"NAME"}),),
        entities=frozenset({"CUST"}),
        format="iif",
    ),
)
