"""What the values of a column are, and why they cannot be those of one of our columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
EMAILS: Final = ("email", "default_email", "bill_email")
"""Our columns of e-mail addresses."""


def sample_values(frame: pl.DataFrame, name: str) -> str:
    """Three values of a column, the first ones that differ."""
    values = frame.get_column(name).drop_nulls().unique(maintain_order=True).head(_SAMPLES).to_list()
    return "; ".join(cut(value) for value in values) or "(empty)"


def cut(text: str) -> str:
    """A text for a question: readable, and not long."""
    shown = readable(text)
    return shown if len(shown) <= MOST_SHOWN else shown[: MOST_SHOWN - 1] + "…"


class TableValues:
    """The values of a table, each column of which is read once, however many questions are asked.

    Args:
        frame: text, and `source_line`.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._read: dict[str, _ColumnTexts] = {}

    def texts(self, name: str) -> _ColumnTexts:
        """A column without its empty cells."""
        if name not in self._read:
            self._read[name] = _ColumnTexts(
                self.frame.select("source_line", pl.col(name).alias("text")).drop_nulls("text")
            )
        return self._read[name]

    def has_amounts(self, name: str) -> bool:
        """Whether a column has amounts alone."""
        texts = self.texts(name)
        return texts.rows.height > 0 and bool(texts.amount.all())


@dataclass(frozen=True)
class _ColumnTexts:
    rows: pl.DataFrame

    @cached_property
    def text(self) -> pl.Series:
        return self.rows.get_column("text")

    @cached_property
    def day(self) -> pl.Series:
        """Which texts are days, in one order or another."""
        read = [dates.days(self.text, order).is_not_null() for order in dates.ORDERS]
        return read[0] | read[1] | read[2]

    @cached_property
    def amount(self) -> pl.Series:
        """Which texts are amounts, with a decimal point or a comma."""
        read = [money.amounts(self.text, decimal_comma=comma).is_not_null() for comma in (False, True)]
        return read[0] | read[1]


def find_misfit(values: TableValues, name: str, column: Column) -> str:
    """Why the values of a caption cannot be those of our column, with the first such value and its line.

    Args:
        values: of the table.
        name: the column of the table.
        column: ours.

    Returns:
        A sentence; empty where nothing speaks against it.
    """
    texts = values.texts(name)
    rows = texts.rows
    if rows.is_empty():
        return "it has no values"
    for is_against, why, most in _objections(texts, column):
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


def find_larger(frame: pl.DataFrame, total: str, balance: str) -> str:
    """Why a balance is not what is left of a total: it is larger in too many rows; empty where it is not.

    Args:
        frame: text, and `source_line`.
        total: the column of the frame with the totals.
        balance: the column of the frame with the balances.
    """
    rows = frame.select("source_line", total=pl.col(total), balance=pl.col(balance)).drop_nulls()
    for comma in (False, True):
        read = [money.amounts(rows.get_column(name), decimal_comma=comma).abs() for name in ("total", "balance")]
        if not read[0].null_count() and not read[1].null_count():
            larger = rows.filter(read[1] > read[0])
            if larger.height <= MOST_IMPOSSIBLE * rows.height:
                return ""
            line, whole, left = larger.row(0)
            return f"line {line} has {cut(left)!r}, which is more than the total {cut(whole)!r}"
    return ""


def _objections(texts: _ColumnTexts, column: Column) -> Iterator[tuple[pl.Series, str, float]]:
    """Which values speak against a column, what they are, and as what share they may be there."""
    text, most = texts.text, MOST_IMPOSSIBLE
    match column.kind:
        case ColumnKind.MONEY:
            yield texts.day, "which is a date, not an amount", 0.0
            yield ~texts.amount, "which is not an amount", most
        case ColumnKind.DATE | ColumnKind.INSTANT:
            serial = text.str.contains(dates.SERIAL)
            if serial.sum() < LEAST_SERIALS * text.len():
                yield ~texts.day, "which is not a date", most
        case ColumnKind.CURRENCY:
            yield ~text.str.contains(_CODE), "which is not a currency code of three letters", most
        case _ if column.name in EMAILS:
            yield ~text.str.contains(_EMAIL), "which is not an e-mail address", most
        case ColumnKind.TEXT:
            yield texts.day, "which is a date", 1 - most
            yield texts.amount & text.str.contains(_DECIMALS), "which is an amount", 1 - most
            if column.name.endswith("_name"):
                yield ~text.str.contains(_LETTER), "which has no letter: it is no name", 1 - most
                yield text.str.contains(_EMAIL), "which is an e-mail address", 1 - most
