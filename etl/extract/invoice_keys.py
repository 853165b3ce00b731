"""Keys for lists without internal ids: the customer's name, and number, customer and date together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from etl.extract.invoice_terms import document_status, document_type, fold_term, portal_status, stated_type

DELETED: Final[Mapping[str, tuple[str, ...]]] = {
    "_fivetran_deleted": ("_fivetran_deleted",),
    "_sdc_deleted_at": ("_sdc_deleted_at",),
    "_ab_cdc_deleted_at": ("_ab_cdc_deleted_at",),
    "_deleted": ("is_deleted", "Deleted", "deleted_at", "deleted_flag"),
}
"""Columns in which loaders flag what was deleted, each with its captions."""
GOES_ON: Final = "the list goes on"
_NAMES: Final = ("invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_name")
_TOTAL: Final = r"^\s*(?:(?:grand )?totals?|sum|summe|gesamt|totaal|totale)\b\W*$"
_PAGE_OF: Final = r"^\D*\d+\s*(?:-|\u2013|to)\s*(\d+)\s+of\s+(\d+)\b"
_NOT_DELETED: Final = ("false", "no", "n", "f", "0", "")


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete an invoice list: keys where the list has none, type and status in our words.

    A column that is there is left as it is, however empty: a row without its key is a bad row, not a row to guess.

    Locality: row.
    """
    frame = _with_absent(
        frame, "invoice_number", "customer_name", "invoice_date", "total_amount", "balance_amount", "document_type"
    )
    has_ids = "invoice_id_acct" in frame.columns
    status = document_status("document_status" if "document_status" in frame.columns else None)
    if "customer_id_acct" not in frame.columns:
        frame = frame.with_columns(customer_id_acct="customer_name")
    if not has_ids:
        frame = frame.with_columns(invoice_id_acct=_together("invoice_number", "customer_id_acct", "invoice_date"))
    return frame.with_columns(
        document_type=document_type("document_type"),
        document_status=pl.when(is_flagged(frame)).then(pl.lit("deleted")).otherwise(status),
        has_internal_id=pl.lit("true" if has_ids else "false")
        if "has_internal_id" not in frame.columns
        else "has_internal_id",
    )


def finish_customers(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete a customer list: the name is the key where there is no id, `Parent:Child` names the parent.

    Locality: row.
    """
    frame = _with_absent(frame, "customer_name")
    if "customer_id_acct" not in frame.columns:
        name = pl.col("customer_name")
        parent = pl.when(name.str.contains(":", literal=True)).then(name.str.replace(r"\s*:[^:]*$", ""))
        frame = frame.with_columns(customer_id_acct=name)
        if "parent_customer_id_acct" not in frame.columns:
            frame = frame.with_columns(parent_customer_id_acct=parent)
        if "full_name" not in frame.columns:
            frame = frame.with_columns(full_name=pl.when(parent.is_not_null()).then(name))
    else:
        name = pl.when(~is_flagged(frame)).then(pl.col("customer_id_acct"))
        frame = frame.with_columns(customer_name=pl.coalesce("customer_name", name))
    is_marked = pl.col("customer_name").str.to_lowercase().str.ends_with("(deleted)").fill_null(value=False)
    known = active("is_active") if "is_active" in frame.columns else pl.lit(None, dtype=pl.String)
    return frame.with_columns(is_active=pl.when(is_marked | is_flagged(frame)).then(pl.lit("false")).otherwise(known))


def is_flagged(frame: pl.DataFrame) -> pl.Expr:
    """Whether a loader flagged the row as deleted, by a word or by the time at which it was.

    Locality: row.
    """
    flags = [name for name in frame.columns if name in DELETED]
    said = [~pl.col(name).str.to_lowercase().is_in(_NOT_DELETED).fill_null(value=True) for name in flags]
    return pl.any_horizontal(said) if said else pl.lit(value=False)


def active(column: str) -> pl.Expr:
    """Whether a customer is active, of lists that say so in a word of theirs; any other word stays as it is."""
    words = {"active": "true", "enabled": "true", "inactive": "false", "notactive": "false", "disabled": "false"}
    known = fold_term(column).replace_strict({**words, "archived": "false"}, default=None, return_dtype=pl.String)
    return pl.coalesce(known, column)


def finish_portal_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """A row without the portal's own id takes the accounting id, else number and customer.

    Locality: row.
    """
    frame = _with_absent(
        frame, "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw",
        "document_type", "portal_status",
    )  # fmt: skip
    frame = frame.with_columns(document_type=stated_type("document_type"), portal_status=portal_status("portal_status"))
    customer = pl.coalesce("customer_id_acct", "customer_name", "company_id_cw")
    made = _together("invoice_number", customer)
    frame = _without_footers(frame)
    own = ["portal_invoice_id"] if "portal_invoice_id" in frame.columns else []
    return frame.with_columns(portal_invoice_id=pl.coalesce(*own, "invoice_id_acct", made))


def _without_footers(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the total below a list; a footer that counts more rows than it shows is set aside: the list goes on."""
    texts = [name for name in _NAMES if name in frame.columns]
    text = pl.concat_str([pl.col(name) for name in texts], separator=" ", ignore_nulls=True)
    is_total = text.str.to_lowercase().str.contains(_TOTAL)
    shown, of = text.str.extract(_PAGE_OF, 1).cast(pl.Int64), text.str.extract(_PAGE_OF, 2).cast(pl.Int64)
    goes_on = pl.when(of > shown).then(pl.format("{}: it shows {} of {} rows", pl.lit(GOES_ON), shown, of))
    is_footer = is_total | (of <= shown).fill_null(value=False)
    problem = pl.coalesce("read_problem", goes_on) if "read_problem" in frame.columns else goes_on
    return frame.with_columns(read_problem=problem).filter(~is_footer.fill_null(value=False))


def finish_portal_mappings(frame: pl.DataFrame) -> pl.DataFrame:
    """The customer's name is the key where the list has no ids.

    Locality: row.
    """
    return frame if "customer_id_acct" in frame.columns else frame.with_columns(customer_id_acct="customer_name")


def _with_absent(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    absent = [name for name in names if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)


def _together(first: str, *others: str | pl.Expr) -> pl.Expr:
    """The parts with a bar between; null where all of them are."""
    parts = [pl.col(part) if isinstance(part, str) else part for part in (first, *others)]
    text = pl.concat_str((part.fill_null("") for part in parts), separator="|")
    return pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(text)
