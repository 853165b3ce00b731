"""Keys for lists without internal ids: the customer's name, and number, customer and date together."""

from __future__ import annotations

import polars as pl

from etl.extract.footers import without_footers
from etl.extract.portal_words import portal_status
from etl.extract.profiles.document_terms import document_status, document_type, fold_term, stated_type
from etl.extract.profiles.row_flags import VOIDED, is_flagged, is_hidden, with_known_flags


def finish_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete an invoice list: keys where the list has none, type and status in our words.

    A column that is there is left as it is, however empty: a row without its key is a bad row, not a row to guess.

    Locality: row.
    """
    frame = _with_absent(
        with_known_flags(frame),
        "invoice_number",
        "customer_name",
        "invoice_date",
        "total_amount",
        "balance_amount",
        "document_type",
    )
    has_ids = "invoice_id_acct" in frame.columns
    status = document_status("document_status" if "document_status" in frame.columns else None)
    if "customer_id_acct" not in frame.columns:
        frame = frame.with_columns(customer_id_acct="customer_name")
    if not has_ids:
        frame = frame.with_columns(invoice_id_acct=_together("invoice_number", "customer_id_acct", "invoice_date"))
    return frame.with_columns(
        document_type=document_type("document_type"),
        document_status=pl.when(is_flagged(frame))
        .then(pl.lit("deleted"))
        .when(is_flagged(frame, VOIDED))
        .then(pl.lit("voided"))
        .otherwise(status),
        has_internal_id=pl.lit("true" if has_ids else "false")
        if "has_internal_id" not in frame.columns
        else "has_internal_id",
    )


def finish_customers(frame: pl.DataFrame) -> pl.DataFrame:
    """Complete a customer list: the name is the key where there is no id, `Parent:Child` names the parent.

    Locality: row.
    """
    frame = _with_absent(with_known_flags(frame), "customer_name")
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


def active(column: str) -> pl.Expr:
    """Whether a customer is active, of lists that say so in a word of theirs; any other word stays as it is."""
    words = {"active": "true", "enabled": "true", "inactive": "false", "notactive": "false", "disabled": "false"}
    known = fold_term(column).replace_strict({**words, "archived": "false"}, default=None, return_dtype=pl.String)
    return pl.coalesce(known, column)


def finish_portal_invoices(frame: pl.DataFrame) -> pl.DataFrame:
    """A row without the portal's own id takes the accounting id, else number and customer; footers are left out.

    Locality: whole.
    """
    frame = with_known_flags(without_footers(frame))
    frame = _with_absent(
        frame, "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name",
        "company_id_cw", "document_type", "portal_status",
    )  # fmt: skip
    status = pl.when(is_hidden(frame)).then(pl.lit("gone")).otherwise(portal_status("portal_status"))
    frame = frame.with_columns(document_type=stated_type("document_type"), portal_status=status)
    customer = pl.coalesce("customer_id_acct", "customer_name", "company_id_cw")
    made = _together("invoice_number", customer)
    own = ["portal_invoice_id"] if "portal_invoice_id" in frame.columns else []
    return frame.with_columns(portal_invoice_id=pl.coalesce(*own, "invoice_id_acct", made))


def finish_portal_mappings(frame: pl.DataFrame) -> pl.DataFrame:
    """The customer's name is the key where the list has no ids; footers are left out.

    Locality: whole.
    """
    frame = without_footers(frame)
    return frame if "customer_id_acct" in frame.columns else frame.with_columns(customer_id_acct="customer_name")


def _with_absent(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    absent = [name for name in names if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)


def _together(first: str, *others: str | pl.Expr) -> pl.Expr:
    """The parts with a bar between; null where all of them are."""
    parts = [pl.col(part) if isinstance(part, str) else part for part in (first, *others)]
    text = pl.concat_str((part.fill_null("") for part in parts), separator="|")
    return pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(text)
