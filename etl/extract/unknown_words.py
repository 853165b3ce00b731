"""Words for types and states that nobody here knows: told, with how often they stand."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.portal_words import said_status
from etl.extract.profiles.document_terms import DOCUMENT_STATUSES, DOCUMENT_TYPES, fold_term

_SHOWN: Final = 5


def unknown_terms(frame: pl.DataFrame) -> list[str]:
    """What to tell about words for types and states that nobody here knows; the frame has them as written."""
    if "invoice_id_cw" in frame.columns:
        return []
    lines = []
    for column, is_known, taken in (
        (
            "document_type",
            fold_term("document_type").is_in(list(DOCUMENT_TYPES)),
            "whether these rows are invoices is unknown",
        ),
        ("document_status", fold_term("document_status").is_in(list(DOCUMENT_STATUSES)), "the amounts decide"),
        (
            "portal_status",
            said_status("portal_status").is_not_null(),
            "the amounts decide, and the row counts as shown",
        ),
    ):
        if column in frame.columns and (words := _unknown_words(frame, column, is_known)):
            lines.append(f"{column} {words}: billsight does not know this word; {taken}")
    return lines


def _unknown_words(frame: pl.DataFrame, column: str, is_known: pl.Expr) -> str:
    """Words of a column that are not among the known ones, the most frequent first, each with its rows."""
    strange = frame.filter(~is_known).get_column(column).drop_nulls()
    counts = strange.value_counts(name="rows").sort(["rows", column], descending=[True, False])
    shown = [f"{word!r} ({rows:,} row{'s' * (rows > 1)})" for word, rows in counts.head(_SHOWN).iter_rows()]
    more = [f"{counts.height - _SHOWN} more words"] if counts.height > _SHOWN else []
    return ", ".join([*shown, *more])
