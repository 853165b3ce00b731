"""Sage Intacct invoices, as JSON or XML.

Source: the object ARINVOICE. WHENCREATED is the date of the invoice, AUWHENCREATED the creation. When an order is
changed, Intacct deletes its invoice and makes another one with a new RECORDNO: number and customer are the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from etl.extract.formats.xml_layouts import IntacctLayout
from etl.extract.profiles.document_terms import document_status
from etl.extract.profiles.profile import SAGE_INTACCT_JSON, SAGE_INTACCT_XML, Getter, RecordProfile
from etl.extract.profiles.record_fields import at

_INVOICE_TYPE: Final = "ri"


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """The key of number and customer; states in our words.

    Locality: row.
    """
    key = (pl.col("invoice_number"), pl.col("customer_id_acct"))
    return frame.with_columns(
        invoice_id_acct=pl.concat_str(key, separator="|"),
        document_status=document_status("document_status"),
        has_internal_id=pl.lit("false"),
    )


def _is_foreign(record: dict[str, Any]) -> bool:
    """Whether the invoice is in another currency than the books."""
    base, own = (str(record.get(key) or "").strip().upper() for key in ("BASECURR", "CURRENCY"))
    return bool(base and own) and base != own


def _amount(name: str) -> Getter:
    """In the invoice's currency where both amounts are there in it, else in that of the books."""

    def get(record: dict[str, Any], entity: str) -> object:
        return at(f"TRX_{name}" if _has_own_amounts(record) else name)(record, entity)

    return get


def _currency(record: dict[str, Any], entity: str) -> object:
    is_in_books = _is_foreign(record) and not _has_own_amounts(record)
    own = None if is_in_books else at("CURRENCY")(record, entity)
    return own or at("BASECURR")(record, entity)


def _has_own_amounts(record: dict[str, Any]) -> bool:
    return _is_foreign(record) and all(record.get(f"TRX_{name}") for name in ("TOTALENTERED", "TOTALDUE"))


def _other_type(record: dict[str, Any]) -> str | None:
    kind = str(record.get("RECORDTYPE") or _INVOICE_TYPE).strip().lower()
    return None if kind == _INVOICE_TYPE else f"RECORDTYPE {kind}"


def _type(record: dict[str, Any], entity: str) -> object:
    del record, entity
    return "invoice"


_INVOICE: Final[Mapping[str, Getter]] = {
    "invoice_number": at("RECORDID"),
    "customer_id_acct": at("CUSTOMERID"),
    "customer_name": at("CUSTOMERNAME"),
    "document_type": _type,
    "document_status": at("STATE"),
    "invoice_date": at("WHENCREATED"),
    "due_date": at("WHENDUE"),
    "total_amount": _amount("TOTALENTERED"),
    "balance_amount": _amount("TOTALDUE"),
    "currency_code": _currency,
    "payment_terms": at("TERMNAME"),
    "created_at": at("AUWHENCREATED"),
    "modified_at": at("WHENMODIFIED"),
}

PROFILES: Final = tuple(
    RecordProfile(
        shape,
        "accounting_invoices",
        f"Sage Intacct invoices ({written})",
        _INVOICE,
        (frozenset({"RECORDID", "CUSTOMERID", "WHENCREATED"}),),
        entities=entities,
        finish=finish_invoices,
        is_strict=True,
        format=file_format,
        left_out=_other_type,
    )
    for shape, written, entities, file_format in (
        (SAGE_INTACCT_JSON, "JSON", frozenset({"data"}), "json"),
        (SAGE_INTACCT_XML, "XML", frozenset({"arinvoice"}), IntacctLayout.name),
    )
)
