"""Text frames: clean values, every column of the relation, and where each row came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from etl.domain import SourceFile
from etl.schemas import ColumnKind, Relation

BLANKS: Final = " \t\r\n\v\f\u00a0\u200b\ufeff"
"""Characters taken off both ends of a value; the bulk reader takes off the same."""

LISTS: Final = r"[;,|]"
"""What separates the values of a cell that holds several."""

MIDNIGHTS: Final = ("T00:00:00", "T00:00:00Z", "T00:00:00.000Z", " 00:00:00")
"""What some systems write behind a date that has no time."""

GUARDED: Final = r'^="([^"]*)"$'
"""How a text is written that a spreadsheet is to leave as it is: `="0042"`."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def text_frame(
    columns: Mapping[str, Sequence[str | list[str] | None]], texts: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """A frame of text columns; those named in `texts` hold lists of text."""
    return pl.DataFrame([_series(name, values, is_list=name in texts) for name, values in columns.items()])


def tidy(frame: pl.DataFrame, relation: Relation) -> pl.DataFrame:
    """Strip every value and its guard against spreadsheets; empty becomes null, a date with midnight behind it a date.

    Locality: row.
    """
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name != "read_problem"]
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    stripped = pl.element().str.strip_chars(BLANKS)
    several = pl.col(lists).list.eval(stripped.filter(stripped != ""))
    guarded = _with_text(frame, texts, '="')
    frame = frame.with_columns(pl.col(texts).str.strip_chars(BLANKS), several)
    frame = frame.with_columns(pl.col(guarded).str.replace(GUARDED, "${1}").str.strip_chars(BLANKS))
    dates = [column.name for column in relation.columns if column.kind is ColumnKind.DATE and column.name in texts]
    endings = "|".join(re.escape(ending) for ending in MIDNIGHTS)
    return frame.with_columns(pl.col(texts).replace("", None)).with_columns(
        pl.col(_with_text(frame, dates, "00:00:00")).str.replace(rf"^(\d{{4}}-\d\d-\d\d)(?:{endings})$", "${1}"),
        *(pl.when(pl.col(name).list.len() > 0).then(pl.col(name)).alias(name) for name in lists),
    )


def _with_text(frame: pl.DataFrame, names: Sequence[str], text: str) -> list[str]:
    """The columns in which a text stands: to look for one costs far less than an expression."""
    if not names:
        return []
    found = frame.select(pl.col(names).str.contains(text, literal=True).any()).row(0)
    return [name for name, is_there in zip(names, found, strict=True) if is_there]


def without_nuls(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out NUL characters, which no name and no number has; delimited text lost them when it was decoded.

    Locality: row.
    """
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    return frame.with_columns(
        pl.col(pl.String).str.replace_all("\0", "", literal=True),
        pl.col(lists).list.eval(pl.element().str.replace_all("\0", "", literal=True)),
    )


def conform(frame: pl.DataFrame, relation: Relation, file: SourceFile) -> pl.DataFrame:
    """The relation's columns in order, absent ones null, then source_file, source_line and read_problem.

    Locality: row.
    """
    columns: list[pl.Expr] = []
    for column in relation.columns:
        dtype = pl.List(pl.String) if column.kind is ColumnKind.TEXTS else pl.String()
        present = column.name in frame.columns
        columns.append((pl.col(column.name) if present else pl.lit(None, dtype=dtype)).cast(dtype).alias(column.name))
    recorded = (
        pl.lit(file.name, dtype=pl.String).alias("source_file"),
        pl.col("source_line").cast(pl.Int64),
        pl.col("read_problem").cast(pl.String),
    )
    return frame.select(*columns, *recorded)


def split_lists(frame: pl.DataFrame, relation: Relation) -> pl.DataFrame:
    """Cells of list columns that were read as one text become lists.

    Locality: row.
    """
    names = [column.name for column in relation.columns if column.kind is ColumnKind.TEXTS]
    joined = [name for name in names if frame.schema.get(name) == pl.String]
    return frame.with_columns(pl.col(joined).str.replace_all(LISTS, ";").str.split(";"))


def _series(name: str, values: Sequence[str | list[str] | None], *, is_list: bool) -> pl.Series:
    dtype = pl.List(pl.String) if is_list else pl.String
    try:
        return pl.Series(name, values, dtype=dtype)
    except UnicodeEncodeError:  # half a character, written as an escape
        return pl.Series(name, [_whole_characters(value) for value in values], dtype=dtype)


def _whole_characters(value: str | list[str] | None) -> str | list[str] | None:
    if isinstance(value, list):
        return [_SURROGATE.sub("\ufffd", entry) for entry in value]
    return None if value is None else _SURROGATE.sub("\ufffd", value)
