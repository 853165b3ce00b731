"""Rows of text into typed rows, and rows that broke rules, with every rule they broke."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.domain import FALSE_WORDS, TRUE_WORDS
from etl.schemas import BOOKED, IDS_OF_BOOKS, Column, ColumnKind, Relation
from etl.validate import dates, money
from etl.validate.formats import Formats
from etl.validate.rules import READ, READ_PROBLEM, RowRule, read_problem, rules_of

UNKNOWN_CURRENCY: Final = "XXX"
"""ISO 4217 for 'no currency'."""

STORED: Final[dict[ColumnKind, pl.DataType]] = {
    ColumnKind.TEXT: pl.String(),
    ColumnKind.MONEY: money.MONEY,
    ColumnKind.DATE: pl.Date(),
    ColumnKind.INSTANT: pl.Datetime("us"),
    ColumnKind.BOOLEAN: pl.Boolean(),
    ColumnKind.INTEGER: pl.Int64(),
    ColumnKind.CURRENCY: pl.String(),
    ColumnKind.TEXTS: pl.List(pl.String()),
}
"""How each kind is held in a frame: what `schemas.SQL_TYPE` says of tables."""

_RECORDED: Final = {"source_file": pl.String(), "source_line": pl.Int64()}


@dataclass(frozen=True)
class Split:
    """The two halves of a batch.

    Attributes:
        accepted: typed columns of the relation, in order, then source_file and source_line.
        rejected: the same columns as text, ids of a named book with the book before them, too; source_file and
            source_line, then `broken_rules` (a sentence for each) and `row_values` (the row's values as a JSON object,
            without the empty ones).
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def accepted_schema(relation: Relation) -> pl.Schema:
    """Columns and types of accepted rows."""
    return pl.Schema({**{column.name: STORED[column.kind] for column in relation.columns}, **_RECORDED})


def validate(text: pl.DataFrame, relation: Relation, formats: Formats) -> Split:
    """Accept the rows that satisfy every rule; reject the others with reasons.

    Locality: row.

    Args:
        text: the columns of the relation as text, source_file, source_line and perhaps `read_problem`.
        relation: what the rows are; its rules are those of `rules_of`.
        formats: how their file is written.

    Returns:
        `accepted` and `rejected`; together they are `text`, each half in its order.
    """
    clean = text.select(*(_clean(column) for column in relation.columns), *_recorded(text)).with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in formats.unread_columns
    )
    rules = rules_of(relation, formats)
    if READ_PROBLEM in text.columns:
        rules.insert(0, read_problem())
    judged = clean.with_columns(_parse(clean, relation, formats))
    is_broken = judged.select(pl.any_horizontal(rule.is_broken for rule in rules)).to_series()
    read = [pl.col(READ + column.name).alias(column.name) for column in relation.columns]
    accepted = _in_book(judged.filter(~is_broken).select(*read, *_RECORDED), relation, formats)
    rejected = _in_book(judged.filter(is_broken).with_columns(_broken_rules(rules)), relation, formats)
    return Split(accepted.cast(accepted_schema(relation)), _rejected(rejected, relation))


def _in_book(rows: pl.DataFrame, relation: Relation, formats: Formats) -> pl.DataFrame:
    """Prefix ids with their book: another book may use the same ids for other records."""
    if relation.name not in BOOKED or formats.book is None:
        return rows
    book = pl.coalesce("book", pl.lit(formats.book))
    ids = [name for name in relation.names if name in IDS_OF_BOOKS]
    named = [pl.concat_str(book, pl.col(name), separator="/").alias(name) for name in ids]
    return rows.with_columns(book.alias("book"), *named)


def _clean(column: Column) -> pl.Expr:
    if column.kind is ColumnKind.TEXTS:
        return pl.col(column.name).cast(pl.List(pl.String))
    stripped = pl.col(column.name).cast(pl.String).str.strip_chars()
    return pl.when(stripped.str.len_bytes() > 0).then(stripped).alias(column.name)


def _recorded(text: pl.DataFrame) -> list[pl.Expr]:
    recorded = [pl.col(name).cast(kind) for name, kind in _RECORDED.items()]
    return [*recorded, pl.col(READ_PROBLEM).cast(pl.String)] if READ_PROBLEM in text.columns else recorded


def _parse(clean: pl.DataFrame, relation: Relation, formats: Formats) -> list[pl.Series]:
    """The parsed values of the texts, under their `read:` names."""
    return [_read_column(clean, column, relation, formats).alias(READ + column.name) for column in relation.columns]


def _read_column(clean: pl.DataFrame, column: Column, relation: Relation, formats: Formats) -> pl.Series:
    text, serials = clean[column.name], column.name in formats.serial_columns
    match column.kind:
        case ColumnKind.MONEY:
            return money.amounts(text, decimal_comma=formats.decimal_comma)
        case ColumnKind.DATE:
            return dates.days(text, formats.date_order, serials=serials)
        case ColumnKind.INSTANT:
            zone = formats.zones.get(column.name, formats.zone)
            read = dates.logged if column.name in relation.log else dates.instants
            return read(text, formats.date_order, zone, serials=serials)
        case ColumnKind.CURRENCY:
            return clean.select(_currency(column, relation, formats)).to_series()
        case ColumnKind.BOOLEAN:
            return clean.select(_boolean(pl.col(column.name))).to_series()
        case ColumnKind.INTEGER:
            return clean.select(_integer(pl.col(column.name))).to_series()
        case ColumnKind.TEXT | ColumnKind.TEXTS:
            return text


def _currency(column: Column, relation: Relation, formats: Formats) -> pl.Expr:
    """The code in its own column; else the one that an amount names; else the file's; else none."""
    text = pl.col(column.name)
    named = [money.named_currency(pl.col(other.name)) for other in relation.columns if other.kind is ColumnKind.MONEY]
    code = text.str.to_uppercase().str.extract("^([A-Z]{3})$")
    implied = pl.coalesce(*named, pl.lit(formats.currency_code or UNKNOWN_CURRENCY))
    return pl.when(text.is_null()).then(implied).otherwise(code)


def _boolean(text: pl.Expr) -> pl.Expr:
    word = text.str.to_lowercase()
    return pl.when(word.is_in(TRUE_WORDS)).then(statement=True).when(word.is_in(FALSE_WORDS)).then(statement=False)


def _integer(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains("^[-+]?[0-9]{1,18}$")).then(text.str.strip_prefix("+")).cast(pl.Int64)


def _broken_rules(rules: list[RowRule]) -> pl.Expr:
    sentences = [pl.when(rule.is_broken).then(rule.sentence) for rule in rules]
    return pl.concat_list(sentences).list.drop_nulls().cast(pl.List(pl.String)).alias("broken_rules")


def _rejected(broken: pl.DataFrame, relation: Relation) -> pl.DataFrame:
    return broken.select(*relation.names, *_RECORDED, "broken_rules", _row_values(relation).alias("row_values"))


def _row_values(relation: Relation) -> pl.Expr:
    """The row's values as the text of a JSON object; one-field objects joined, so that empty fields leave no trace."""
    fields = [
        pl.when(pl.col(name).is_not_null()).then(pl.struct(name).struct.json_encode().str.slice(1).str.head(-1))
        for name in relation.names
    ]
    members = pl.concat_str(fields, separator=",", ignore_nulls=True)
    return pl.concat_str(pl.lit("{"), members, pl.lit("}"))
