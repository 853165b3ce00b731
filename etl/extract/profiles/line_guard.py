"""Rows of a list of invoices that are no invoices: line items, and rows whose only id is their customer's."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.header import Header, fold

_LONE_IDS: Final = frozenset({"internalid", "quickbooksinternalid"})
"""Captions of an id that do not say whose it is."""
_NOTHING: Final = r"^[^1-9]*$"
_LINE: Final = "total_amount: rows of one number, customer and day have different amounts and one balance: line items"


def judge_lines(frame: pl.DataFrame, header: Header, where: str) -> pl.DataFrame:
    """Refuse line items, or quarantine the rows that show that they are some: no row has its invoice's total.

    Args:
        frame: the columns of a list of invoices that were found, as text.
        header: its captions.
        where: the file, for messages.

    Returns:
        The frame; line items that captions do not announce have a read_problem.

    Raises:
        InputError: captions of line items, and rows of one invoice with different amounts.

    Locality: whole.
    """
    key = find_document_key(frame.columns)
    if not key or "total_amount" not in frame.columns:
        return frame
    differs = _differs(key)
    if header.is_of_lines and frame.select(differs.any()).item():
        number, rows = frame.filter(differs).select(pl.col(key[0]).first(), pl.len()).row(0)
        found = f"line items: {rows} rows of invoices that have several rows with different amounts, such as {number}"
        remedy = "Export a list with one row for each invoice, such as a list of invoices with their totals."
        raise InputError([Problem(where, found, "one row for each invoice", remedy, header.line)])
    if "balance_amount" not in frame.columns:
        return frame
    is_line = find_line_items(frame)
    return frame.with_columns(read_problem=pl.when(is_line).then(pl.lit(_LINE)).otherwise("read_problem"))


def find_line_items(frame: pl.DataFrame) -> pl.Expr:
    """Whether rows of one number, customer and day have different amounts and one balance that is owed.

    Args:
        frame: with `total_amount`, `balance_amount`, `read_problem` and a number or an id.

    Locality: whole.
    """
    key, balance = find_document_key(frame.columns), pl.col("balance_amount")
    is_owed = balance.is_not_null() & ~balance.str.contains(_NOTHING)
    return _differs(key) & is_owed.all().over(key) & (balance.n_unique().over(key) == 1)


def _differs(key: list[str]) -> pl.Expr:
    is_one = pl.col(key[0]).is_not_null() & pl.col("read_problem").is_null()
    return is_one & (pl.col("total_amount").drop_nulls().n_unique().over(key) > 1)


def find_document_key(names: Collection[str]) -> list[str]:
    """Of some columns those that rows of one document have in common, its number or else its id first.

    Returns:
        The columns; empty where nothing numbers the documents.
    """
    numbered = [name for name in ("invoice_number", "invoice_id_acct") if name in names][:1]
    others = [name for name in ("customer_name", "customer_id_acct", "invoice_date") if name in names]
    return [*numbered, *others] if numbered else []


def has_lone_id(header: Header) -> bool:
    """Whether the caption of the id does not say whose it is: then only all rows of the file show it."""
    at = header.columns.get("invoice_id_acct")
    return at is not None and fold(header.cells[at]) in _LONE_IDS


def refuse_ids_of_customers(frame: pl.DataFrame, header: Header, where: str) -> None:
    """Refuse an id that is the customer's: it would make one invoice of all that the customer has.

    Args:
        frame: the columns of a list of invoices that were found, as text.
        header: its captions.
        where: the file, for messages.

    Raises:
        InputError: a lone `Internal ID` has several invoice numbers.

    Locality: whole.
    """
    if not has_lone_id(header) or "invoice_number" not in frame.columns:
        return
    at = header.columns["invoice_id_acct"]
    number = pl.col("invoice_number").str.strip_chars().str.to_uppercase()
    several = frame.group_by("invoice_id_acct").agg(number.drop_nulls().n_unique().alias("numbers"))
    shared = several.filter(pl.col("invoice_id_acct").is_not_null() & (pl.col("numbers") > 1))
    if shared.height:
        caption, example = header.cells[at], str(shared["invoice_id_acct"].sort()[0])
        found = f"ids with several invoice numbers each ({shared.height}), such as {example} (column {caption})"
        remedy = 'Export the id of the invoice itself, or set invoice_id_acct = "" under columns to read no id.'
        raise InputError([Problem(where, found, "an id for each invoice, not for each customer", remedy, header.line)])
