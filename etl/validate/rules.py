"""The rules of rows: expressions over a frame that holds every column as text and, after `read:`, as read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.domain import MALFORMED_ID
from etl.schemas import Column, ColumnKind, Relation
from etl.validate import money
from etl.validate.dates import EARLIEST, LATEST
from etl.validate.formats import Formats

READ: Final = "read:"
"""Before the name of a column that holds what its text says."""

READ_PROBLEM: Final = "read_problem"
"""Optional text column: what was wrong already when the row was read from its file."""

LONGEST_QUOTE: Final = 80
"""Longer values are cut in the sentence; the row itself is kept whole."""

_ONLY_MALFORMED_ID: Final = f"^(?:{MALFORMED_ID})$"
_CONTROL: Final = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\u{9F}]"


@dataclass(frozen=True)
class RowRule:
    """One rule of a row.

    Attributes:
        is_broken: true where the row breaks it, else false; never null.
        sentence: column, value and what is wrong with it.
    """

    is_broken: pl.Expr
    sentence: pl.Expr


def rules_of(relation: Relation, formats: Formats) -> list[RowRule]:
    """Every rule of the relation, in the order of its columns."""
    return [rule for column in relation.columns for rule in _rules_of_column(column, relation, formats)] + (
        [_one_of(relation.one_of)] if relation.one_of else []
    )


def _one_of(names: tuple[str, ...]) -> RowRule:
    """A row needs at least one of some columns."""
    is_missing = pl.all_horizontal(pl.col(name).is_null() for name in names)
    return RowRule(is_missing, pl.lit(f"{' or '.join(names)}: missing, and one of them is needed"))


def read_problem() -> RowRule:
    """The rule that rejects rows that were damaged when they were read, with the reader's message."""
    message = pl.col(READ_PROBLEM).cast(pl.String)
    return RowRule(message.is_not_null(), message)


def is_id(column: Column) -> bool:
    """True if the column holds ids; its name says whose: `company_id_cw`, `portal_invoice_id`."""
    return column.kind is ColumnKind.TEXT and "id" in column.name.split("_")


def _rules_of_column(column: Column, relation: Relation, formats: Formats) -> Iterator[RowRule]:
    text, read = pl.col(column.name), pl.col(READ + column.name)
    if column.required:
        yield RowRule(text.is_null(), pl.lit(f"{column.name}: missing"))
    if is_id(column):
        yield _rule(
            column,
            text.str.contains(_ONLY_MALFORMED_ID),
            "is an id that a spreadsheet changed: export it again as text",
        )
        yield _rule(column, text.str.contains(_CONTROL), "has a control character")
    if column.kind in _UNREADABLE:
        yield _rule(column, text.is_not_null() & read.is_null(), _unreadable(column, formats))
    if column.kind in (ColumnKind.DATE, ColumnKind.INSTANT):
        day = read.cast(pl.Date)
        yield _rule(column, day < EARLIEST, f"is before {EARLIEST.year}")
        yield _rule(column, day > LATEST, f"is after {LATEST.year}")
    if column.kind is ColumnKind.MONEY and "currency_code" in relation.names:
        named, code = money.named_currency(text), pl.col(f"{READ}currency_code")
        # an unreadable currency is reported once, by its own column
        yield _rule(column, named != code, pl.format("names another currency than {}", code))


def _rule(column: Column, is_broken: pl.Expr, complaint: str | pl.Expr) -> RowRule:
    return RowRule(is_broken.fill_null(value=False), _sentence(column, complaint))


def _sentence(column: Column, complaint: str | pl.Expr) -> pl.Expr:
    text = pl.col(column.name)
    is_long = text.str.len_chars() > LONGEST_QUOTE
    quote = pl.when(is_long).then(text.str.slice(0, LONGEST_QUOTE) + "…").otherwise(text)
    message = pl.lit(complaint) if isinstance(complaint, str) else complaint
    return pl.format(f"{column.name}: '{{}}' {{}}", quote, message)


_UNREADABLE: Final = {
    ColumnKind.DATE: "is not a date",
    ColumnKind.INSTANT: "is not a date or time",
    ColumnKind.BOOLEAN: "is neither true nor false",
    ColumnKind.INTEGER: "is not a whole number",
    ColumnKind.CURRENCY: "is not a currency code of three letters",
    ColumnKind.MONEY: "is not an amount",
}


def _unreadable(column: Column, formats: Formats) -> str | pl.Expr:
    if column.kind is ColumnKind.MONEY:
        return money.complaint(pl.col(column.name), decimal_comma=formats.decimal_comma)
    order = (
        f" in order {formats.date_order}"
        if formats.date_order and column.kind in (ColumnKind.DATE, ColumnKind.INSTANT)
        else ""
    )
    return _UNREADABLE[column.kind] + order
