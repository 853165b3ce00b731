"""Line items that make a document: their values repeat, or their amounts are added up, or they are refused."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.shapes.cell_values import as_amount
from etl.extract.shapes.shape import Shape
from etl.extract.sums import is_decimal_comma, units

_REPEATED: Final = ("total_amount", "balance_amount", "currency_code", "document_status", "invoice_date")
"""What every line item of one document says alike."""


def join_lines(frame: pl.DataFrame, shape: Shape, where: str) -> pl.DataFrame:
    """One row per document; lines that disagree leave one row, with the reason why it cannot be trusted.

    Locality: group: the columns of `rows.document`.

    Raises:
        InputError: the shape refuses line items.
    """
    if shape.rows.lines == "refuse":
        remedy = "Export a list with one row per invoice."
        raise InputError([Problem(where, f"{shape.full_title}: a row per line item", "a row per invoice", remedy)])
    if frame.is_empty() or not shape.rows.lines:
        return frame
    is_sum = shape.rows.lines == "sum" and shape.rows.sum_of in frame.columns
    keys = [name for name in shape.rows.document if name in frame.columns]
    needed = [column for name in shape.from_sums for _, column in shape.values.computed[name]]
    repeated = [
        name
        for name in dict.fromkeys([*_REPEATED, *needed, shape.rows.sum_once])
        if name in frame.columns and not (is_sum and name == "total_amount") and name not in keys
    ]
    # without a number, a document is known by everything that its lines repeat
    number = next((name for name in ("invoice_id_acct", "invoice_number") if name in keys), keys[0])
    alone = [pl.when(pl.col(number).is_null()).then(name).alias(f"_{name}") for name in repeated]
    others = [name for name in frame.columns if name not in {*keys, "read_problem"}]
    problem = pl.col("read_problem").drop_nulls().first()
    stated = shape.values.formats.decimal_comma
    comma = is_sum and (is_decimal_comma(frame.get_column(shape.rows.sum_of)) if stated is None else stated)
    added = [_sum(shape, comma=comma, has_once=shape.rows.sum_once in frame.columns)] if is_sum else []
    disagreements = [*(f"_on_{name}" for name in repeated), *(["_unread"] if is_sum else [])]
    unread = [_unread(shape.rows.sum_of, comma=comma)] if is_sum else []
    joined = (
        frame.with_columns(alone)
        .group_by([*keys, *(f"_{name}" for name in repeated)], maintain_order=True)
        .agg(pl.col(others).first(), problem, *added, *unread, *map(_disagreement, repeated))
    )
    problem = pl.concat_str("read_problem", *disagreements, separator="; ", ignore_nulls=True)
    joined = joined.with_columns(read_problem=pl.when(problem != "").then(problem))
    if is_sum:
        joined = joined.with_columns(total_amount=as_amount(pl.col("_sum"), comma=comma))
        return joined.select(*dict.fromkeys([*frame.columns, "total_amount"]))
    return joined.select(frame.columns)


def refuse_doubtful(frame: pl.DataFrame, shape: Shape, where: str) -> None:
    """Refuse a file in which an id may be another one than the shape takes it for.

    Raises:
        InputError: a value of a unique column stands twice, or columns that should say the same do not.
    """
    same = [name for name in shape.rows.same if name in frame.columns]
    doubtful = ""
    if same and not frame.select(pl.all_horizontal(pl.col(same).eq_missing(pl.col(same[0]))).all()).item():
        doubtful = "columns of ids that should say the same do not"
    for name in shape.rows.unique:
        if name in frame.columns and frame.get_column(name).drop_nulls().is_duplicated().any():
            doubtful = doubtful or "several rows with one id"
    if doubtful:
        remedy = "Export one row per document, with the document's id, and name the columns under columns."
        found = f"{shape.full_title}: {doubtful}: the id may be the customer's, or the rows are line items"
        raise InputError([Problem(where, found, "an id that is the document's alone", remedy)])


def _sum(shape: Shape, *, comma: bool, has_once: bool) -> pl.Expr:
    whole = units(pl.col(shape.rows.sum_of), comma=comma).sum()
    if has_once:
        whole = whole + units(pl.col(shape.rows.sum_once).first(), comma=comma)
    return whole.alias("_sum")


def _unread(name: str, *, comma: bool) -> pl.Expr:
    is_unread = pl.col(name).is_null() | units(pl.col(name), comma=comma).is_null()
    return (
        pl.when(is_unread.any())
        .then(pl.lit("a line item of the invoice has no amount that can be read"))
        .alias("_unread")
    )


def _disagreement(name: str) -> pl.Expr:
    listed = pl.col(name).unique().sort().str.join(", ")
    problem = pl.concat_str(pl.lit(f"the line items of the invoice disagree on {name}: "), listed)
    return pl.when(pl.col(name).n_unique() > 1).then(problem).alias(f"_on_{name}")
