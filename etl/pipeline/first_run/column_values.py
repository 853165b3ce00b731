"""What the values of a column are, and why they cannot be those of one of our columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from etl.safe_text import readable
from etl.schemas import Column, ColumnKind
from etl.validate import dates, money
from etl.validate.formats import LEAST_SERIALS, MOST_IMPOSSIBLE

MOST_SHOWN: Final = 40
"""Characters of a value or a caption in a question."""
_SAMPLES: Final = 3
_DECIMALS: Final = r"[.,][0-9]{2}\D*$"
_EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+"
_CODE: Final = "^[A-Za-z]{3}$"
_LETTER: Final = r"\p{L}"
_EMAILS: Final = ("email", "default_email", "bill_email")


def sample_values(frame: pl.DataFrame, name: str) -> str:
    """Three values of a column, the first ones that differ."""
    values = frame.get_column(name).drop_nulls().unique(maintain_order=True).head(_SAMPLES).to_list()
    return "; ".join(cut(value) for value in values) or "(empty)"


def cut(text: str) -> str:
    """A text for a question: readable, and not long."""
    shown = readable(text)
    return shown if len(shown) <= MOST_SHOWN else shown[: MOST_SHOWN - 1] + "…"


def find_misfit(frame: pl.DataFrame, name: str, column: Column) -> str:
    """Why the values of a caption cannot be those of our column, with the first such value and its line.

    Args:
        frame: text, and `source_line`.
        name: the column of the frame.
        column: ours.

    Returns:
        A sentence; empty where nothing speaks against it.
    """
    rows = frame.select("source_line", pl.col(name).alias("text")).drop_nulls("text")
    if rows.is_empty():
        return "it has no values"
    for is_against, why, most in _objections(rows.get_column("text"), column):
        against = rows.filter(is_against)
        if against.height > most * rows.height:
            line, value = against.select("source_line", "text").row(0)
            return f"line {line} has {cut(value)!r}, {why}"
    return ""


def find_repeated(frame: pl.DataFrame, name: str) -> str:
    """Why the values of a caption are no ids of their rows: one of them stands twice; empty where none does."""
    rows = frame.select("source_line", pl.col(name).alias("text")).drop_nulls("text")
    again = rows.filter(~pl.col("text").is_first_distinct())
    if again.is_empty():
        return ""
    line, value = again.row(0)
    return f"line {line} has {cut(value)!r} again, so it is not the id of a row"


def find_split(frame: pl.DataFrame, name: str, identifier: str) -> str:
    """Why the values of a caption are no ids of customers: one customer has several; empty where few have.

    Args:
        frame: text, and `source_line`.
        name: the column of the frame with the names.
        identifier: the column of the frame with the ids.
    """
    rows = frame.select("source_line", name=pl.col(name), key=pl.col(identifier)).drop_nulls()
    several = rows.group_by("name", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("key").n_unique().alias("keys"), pl.col("source_line").last()
    )
    several = several.filter(pl.col("rows") > 1)
    split = several.filter(pl.col("keys") > 1)
    if split.height <= MOST_IMPOSSIBLE * several.height:
        return ""
    customer, keys, line = split.select("name", "keys", "source_line").row(0)
    return f"line {line}: {cut(customer)!r} has {keys} of them, so it is not the id of the customer"


def is_amount(text: pl.Series) -> pl.Series:
    """Which texts are amounts, with a decimal point or a comma."""
    return (
        money.amounts(text, decimal_comma=False).is_not_null() | money.amounts(text, decimal_comma=True).is_not_null()
    )


def is_day(text: pl.Series) -> pl.Series:
    """Which texts are days, in one order or another."""
    found = pl.Series([False] * text.len(), dtype=pl.Boolean)
    for order in dates.ORDERS:
        found = found | dates.days(text, order).is_not_null()
    return found


def _objections(text: pl.Series, column: Column) -> Iterator[tuple[pl.Series, str, float]]:
    """Which values speak against a column, what they are, and as what share they may be there."""
    day, amount = is_day(text), is_amount(text)
    most = MOST_IMPOSSIBLE
    match column.kind:
        case ColumnKind.MONEY:
            yield day, "which is a date, not an amount", 0.0
            yield ~amount, "which is not an amount", most
        case ColumnKind.DATE | ColumnKind.INSTANT:
            serial = text.str.contains(dates.SERIAL)
            if serial.sum() < LEAST_SERIALS * text.len():
                yield ~day, "which is not a date", most
        case ColumnKind.CURRENCY:
            yield ~text.str.contains(_CODE), "which is not a currency code of three letters", most
        case _ if column.name in _EMAILS:
            yield ~text.str.contains(_EMAIL), "which is not an e-mail address", most
        case ColumnKind.TEXT:
            yield day, "which is a date", 1 - most
            yield amount & text.str.contains(_DECIMALS), "which is an amount", 1 - most
            if column.name.endswith("_name"):
                yield ~text.str.contains(_LETTER), "which has no letter: it is no name", 1 - most
                yield text.str.contains(_EMAIL), "which is an e-mail address", 1 - most
