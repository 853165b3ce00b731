"""Keys for lists without internal ids: the customer's name, and number, customer and date together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from etl.domain import FALSE_WORDS, TRUE_WORDS
from etl.extract.footers import without_footers
from etl.extract.portal_words import portal_status
from etl.extract.profiles.document_terms import document_status, document_type, fold_term, stated_type

DELETED: Final[Mapping[str, tuple[str, ...]]] = {
    "_fivetran_deleted": ("_fivetran_deleted",),
    "_sdc_deleted_at": ("_sdc_deleted_at",),
    "_ab_cdc_deleted_at": ("_ab_cdc_deleted_at",),
    "_dlt_valid_to": ("_dlt_valid_to",),
    "_fivetran_active": ("_fivetran_active",),
    "_hevo_deleted": ("__hevo__marked_deleted",),
    "_deleted": ("is_deleted", "Deleted", "deleted_at", "deleted_flag", "deleted_on", "deleted_date"),
}
"""Columns in which loaders flag what was deleted, each with its captions."""
VOIDED: Final[Mapping[str, tuple[str, ...]]] = {
    "_voided": (
        "Voided", "Void", "is_voided", "is_void", "voided_at", "voided_on", "void_date", "voided_date",
        "Cancelled", "Canceled", "is_cancelled", "is_canceled", "cancelled_at", "canceled_at", "cancelled_on",
        "canceled_on",
    ),
}  # fmt: skip
"""The column of a list in which a document is flagged as void, with its captions."""
HIDDEN: Final[Mapping[str, tuple[str, ...]]] = {
    **DELETED,
    **VOIDED,
    "_hidden": (
        "Hidden", "is_hidden", "Hidden from Client", "Hidden from Customer", "Hidden from Portal", "Archived",
        "is_archived", "Draft", "is_draft",
    ),
    "_visible": (
        "Visible", "is_visible", "Visible to Client", "Visible to Customer", "Visible in Portal", "Client Visible",
        "Customer Visible", "Shown", "Show", "Show in Portal", "Show to Client", "Published", "is_published",
    ),
}  # fmt: skip
"""Columns of a portal's list that say whether clients see an invoice."""
_KEPT_FLAGS: Final = frozenset({"_fivetran_active", "_visible"})
"""Flags that say yes of what is still there."""
_WAS_DELETED: Final = "deletion flag: '{}' says neither that the row was deleted nor that it was not"
_MEANING: Final = {
    "_voided": "void flag: '{}' says neither that the document is void nor that it is not",
    "_hidden": "hidden flag: '{}' says neither that the invoice is hidden nor that it is not",
    "_visible": "visible flag: '{}' says neither that clients see the invoice nor that they do not",
}
"""Flag -> what is wrong with a value that nobody understands."""
_GONE: Final = (
    "x", "d", "del", "delete", "deleted", "remove", "removed", "gone", "erased", "purged", "trashed", "gelöscht",
    "supprimé", "supprimée", "eliminado", "eliminada", "eliminato", "eliminata", "excluído", "verwijderd",
    "v", "void", "voided", "cancelled", "canceled", "hidden", "archived", "draft",
)  # fmt: skip
_NOT_GONE: Final = (
    *FALSE_WORDS, "null", "none", "nil", "nan", "n/a", "-", "active", "live", "current", "not deleted", "undeleted",
    "never", "visible", "shown", "published", "not void", "not voided", "not hidden",
)  # fmt: skip
_ONE, _ZERO = r"^[-+]?1(?:[.,]0+)?$", r"^[-+]?0+(?:[.,]0+)?$"
_DAY: Final = (
    r"(?:^|[^0-9])20[0-9]{2}(?:[^0-9]|$)|^20[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]"
    r"|^[0-3]?[0-9][-/.][0-3]?[0-9][-/.][0-9]{2}\b|^1[0-9]{9}(?:[0-9]{3})?$|^4[0-9]{4}(?:[.][0-9]+)?$"
)
"""A day of this century, in any form; 0000-00-00 and 1970-01-01 stand for no day."""
_NO_DAY: Final = r"(?:^|[^0-9:])0?0[-/.]0?0(?:[^0-9:]|$)"
_NOT_YET: Final = r"\b(?:not|never|no|until|before|undeleted|pending|scheduled|will|due)\b"
_NEVER: Final = (
    r"^(?:0000|0001|1899|1900|1970|9999)-[0-9]{2}-[0-9]{2}(?:[^0-9]|$)"
    r"|^[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:0000|0001|1899|1900|1970|9999)(?:[^0-9]|$)"
)
"""Days that stand for none."""


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
        .then(pl.lit("void"))
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


def is_flagged(frame: pl.DataFrame, flags: Collection[str] = DELETED) -> pl.Expr:
    """Whether one of the flags says that the row is gone, by a word or by the time at which it went.

    Args:
        frame: with a column for each flag that its file has.
        flags: the columns that are asked.

    Locality: row.
    """
    said = [_is_gone(name) for name in frame.columns if name in flags]
    return pl.any_horizontal(said).fill_null(value=False) if said else pl.lit(value=False)


def with_known_flags(frame: pl.DataFrame) -> pl.DataFrame:
    """A row whose flag says neither that it is gone nor that it is not is set aside.

    Locality: row.
    """
    for name in sorted(HIDDEN.keys() & set(frame.columns)):
        flag = pl.col(name).str.to_lowercase()
        is_kept = (
            flag.is_in(_NOT_GONE) | flag.str.contains(_ZERO) | flag.str.contains(_NO_DAY) | flag.str.contains(_NEVER)
        )
        if name in _KEPT_FLAGS:
            is_kept = flag.is_in([*TRUE_WORDS, "visible", "shown", "published"]) | flag.str.contains(_ONE)
        problem = pl.format(_MEANING.get(name, _WAS_DELETED), name)
        is_strange = pl.col(name).is_not_null() & ~_is_gone(name) & ~is_kept
        frame = frame.with_columns(read_problem=pl.coalesce("read_problem", pl.when(is_strange).then(problem)))
    return frame


def _is_gone(name: str) -> pl.Expr:
    flag = pl.col(name).str.to_lowercase()
    if name in _KEPT_FLAGS:
        return flag.is_in([*FALSE_WORDS, "hidden", "not visible", "not shown", "not published"]) | flag.str.contains(
            _ZERO
        )
    is_day = flag.str.contains(_DAY) & ~flag.str.contains(_NO_DAY) & ~flag.str.contains(_NOT_YET)
    return flag.is_in([*TRUE_WORDS, *_GONE]) | flag.str.contains(_ONE) | is_day


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
    status = pl.when(is_flagged(frame, HIDDEN)).then(pl.lit("gone")).otherwise(portal_status("portal_status"))
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
