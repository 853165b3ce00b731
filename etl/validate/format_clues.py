"""Clues to the format of a file: marks of its values, counted per column, each with the first value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import polars as pl

from etl.schemas import ColumnKind, Relation
from etl.validate import dates, money

PAIRS: Final = (("mdy", "dmy"), ("mdy", "ymd"), ("dmy", "ymd"))

_MARKS: Final = pl.Schema(
    {
        "column": pl.String,
        "mark": pl.String,
        "seen": pl.Int64,
        "value": pl.String,
        "source_file": pl.String,
        "source_line": pl.Int64,
    }
)
_FIRSTS: Final = ("value", "source_file", "source_line")


def observe(batches: Iterable[pl.DataFrame], relation: Relation) -> pl.DataFrame:
    """Count the marks of the values per column (`seen`), with the first value of each.

    The marks of dates are `dated` (any value), `serial`, `numeric` (some order reads it), `not mdy` (another order
    reads it, this one does not) and `mdy or dmy` (both read it, as different days); those of amounts are `point` or
    `comma` (it can be read only so), `either` (both ways read it, as different amounts), and `thousands by point` or
    `thousands by comma` (the way of the two that reads no third decimal: 1,250 is a thousand by point).

    Locality: whole; one batch is looked at after the other.
    """
    marks = pl.concat([_MARKS.to_frame(), *(_of_batch(batch, relation) for batch in batches)])
    firsts = (pl.col(name).first() for name in _FIRSTS)
    return marks.group_by("column", "mark", maintain_order=True).agg(pl.col("seen").sum(), *firsts)


def _of_batch(batch: pl.DataFrame, relation: Relation) -> pl.DataFrame:
    clues = [_MARKS.to_frame()]
    for column in relation.columns:
        marked = _MARKED.get(column.kind)
        if marked is not None:
            cells = batch.select(
                pl.lit(column.name).alias("column"),
                pl.col(column.name).cast(pl.String).str.strip_chars().alias("value"),
                pl.col("source_file").cast(pl.String),
                pl.col("source_line").cast(pl.Int64),
            ).filter(pl.col("value").str.len_bytes() > 0)
            clues.append(marked(cells))
    return pl.concat(clues)


def _bearing(cells: pl.DataFrame, marks: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """The marks of these cells as rows; a cell has a mark if its expression is true."""
    marked = cells.with_columns(**marks)
    rows = [marked.filter(mark).select(_summary(mark)).filter(pl.col("seen") > 0) for mark in marks]
    return pl.concat([_MARKS.to_frame(), *rows])


def _summary(mark: str) -> list[pl.Expr]:
    first = [pl.col(name).first() for name in _FIRSTS]
    return [pl.col("column").first(), pl.lit(mark).alias("mark"), pl.len().cast(pl.Int64).alias("seen"), *first]


def _marked_dates(cells: pl.DataFrame) -> pl.DataFrame:
    every = _bearing(cells, {"dated": pl.lit(value=True), "serial": pl.col("value").str.contains(dates.SERIAL)})
    numeric = cells.filter(pl.col("value").str.contains(dates.MAY_NEED_ORDER))
    if numeric.is_empty():
        return every
    day = pl.col("value").str.extract(r"^([0-9]+[-/.][0-9]+[-/.][0-9]+)")
    parsed = numeric.with_columns(**{order: dates.numeric_day(day, order) for order in dates.ORDERS})
    is_read = pl.any_horizontal(pl.col(order).is_not_null() for order in dates.ORDERS)
    marks = {f"not {order}": is_read & pl.col(order).is_null() for order in dates.ORDERS}
    marks |= {f"{one} or {other}": pl.col(one) != pl.col(other) for one, other in PAIRS}
    return pl.concat([every, _bearing(parsed, {"numeric": is_read, **marks})])


def _marked_amounts(cells: pl.DataFrame) -> pl.DataFrame:
    amounts = cells.filter(pl.col("value").str.contains("[.,]"))
    parsed = amounts.with_columns(
        as_point=money.amounts(amounts["value"], decimal_comma=False),
        as_comma=money.amounts(amounts["value"], decimal_comma=True),
    )
    is_point, is_comma = pl.col("as_point").is_not_null(), pl.col("as_comma").is_not_null()
    is_either = pl.col("as_point") != pl.col("as_comma")
    is_more_by_point = pl.col("as_point").abs() > pl.col("as_comma").abs()
    return _bearing(
        parsed,
        {
            "point": is_point & ~is_comma,
            "comma": is_comma & ~is_point,
            "either": is_either,
            "thousands by point": is_either & is_more_by_point,
            "thousands by comma": is_either & ~is_more_by_point,
        },
    )


_MARKED: Final[Mapping[ColumnKind, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    ColumnKind.DATE: _marked_dates,
    ColumnKind.INSTANT: _marked_dates,
    ColumnKind.MONEY: _marked_amounts,
}
