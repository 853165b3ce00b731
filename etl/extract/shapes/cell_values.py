"""What the cells of a shape mean: constants, words, members of JSON text, rows that are left out, computed amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from etl.extract.profiles.document_terms import fold_term, is_negative
from etl.extract.shapes.shape import Condition, Shape
from etl.extract.sums import is_decimal_comma, units

NEGATIVE: Final = "@negative"
"""In place of a word: an amount below zero."""
_DECIMALS: Final = 18
_SHOWN_DECIMALS: Final = 4


def apply_values(frame: pl.DataFrame, shape: Shape) -> tuple[pl.DataFrame, Counter[str]]:
    """Give every column the values that the shape says.

    Returns:
        The rows that are read, and how many are left out for which reason.

    Locality: row, but for `inherit`, which looks at the row above.
    """
    values = shape.values
    frame = _with_members(frame, shape)
    frame = _with_inherited(frame, shape.rows.inherit)
    for name, parts in values.joined.items():
        there = [pl.col(part) for part in parts if part in frame.columns]
        whole = pl.concat_str(there, separator=", ", ignore_nulls=True).replace("", None)
        frame = frame.with_columns(pl.coalesce(_cell(frame, name), whole).alias(name))
    left_out: Counter[str] = Counter()
    for rule in values.left_out:
        is_out = holds(frame, rule.when)
        kept = frame.filter(~is_out)
        left_out[rule.name] += frame.height - kept.height
        frame = kept
    for name, constant in values.constants.items():
        frame = frame.with_columns(pl.coalesce(_cell(frame, name), pl.lit(constant)).alias(name))
    frame = _with_computed(
        frame, {name: values.computed[name] for name in values.computed if name not in shape.from_sums}, shape
    )
    for setting in values.settings:
        is_so = holds(frame, setting.when)
        for name, value in setting.values.items():
            taken = _cell(frame, value[1:-1]) if value.startswith("{") else pl.lit(value or None, dtype=pl.String)
            frame = frame.with_columns(pl.when(is_so).then(taken).otherwise(_cell(frame, name)).alias(name))
    for name, words in values.words.items():
        if name in frame.columns:
            ours = fold_term(name).replace_strict(dict(words), default=None, return_dtype=pl.String)
            frame = frame.with_columns(pl.coalesce(ours, pl.col(name)).alias(name))
    if values.key:
        key = pl.concat_str(values.key, separator="|")
        frame = frame.with_columns(invoice_id_acct=key, has_internal_id=pl.lit("false"))
    return frame, +left_out


def complete_sums(frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """The computed amounts that need the sum of the line items.

    Locality: row.
    """
    return _with_computed(frame, {name: shape.values.computed[name] for name in shape.from_sums}, shape)


def holds(frame: pl.DataFrame, condition: Condition) -> pl.Expr:
    """Whether a row fits a condition; a column that the file lacks is an empty one."""
    parts = [pl.lit(value=True)]
    for name, words in condition.words.items():
        own = _cell(frame, name)
        folded = fold_term(name) if name in frame.columns else own
        is_below_zero = is_negative(own).fill_null(value=False) & pl.lit(NEGATIVE in words)
        parts.append(folded.fill_null("").is_in(list(words)) | is_below_zero)
    return pl.all_horizontal(parts)


def as_amount(smallest: pl.Expr, *, comma: bool) -> pl.Expr:
    """Smallest units, as `sums.units` gives them, written as an amount with four decimals."""
    digits = smallest.abs().cast(pl.String).str.pad_start(_DECIMALS + 1, "0")
    sign = pl.when(smallest < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = digits.str.head(-_DECIMALS)
    decimals = digits.str.tail(_DECIMALS).str.head(_SHOWN_DECIMALS)
    return pl.concat_str(sign, whole, pl.lit("," if comma else "."), decimals)


def _with_members(frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """The members of JSON text; a text that is none says nothing."""
    for name, patterns in shape.columns.items():
        members = {pattern.member for pattern in patterns if pattern.member}
        if name in frame.columns and members:
            is_json = pl.col(name).str.starts_with("{")
            found = pl.coalesce(pl.col(name).str.json_path_match(f"$.{member}") for member in sorted(members))
            frame = frame.with_columns(pl.when(is_json).then(found).otherwise(name).alias(name))
    return frame


def _with_computed(
    frame: pl.DataFrame, computed: Mapping[str, tuple[tuple[int, str], ...]], shape: Shape
) -> pl.DataFrame:  # fmt: skip
    """Amounts that others give; an amount that the file has stays as it is."""
    for name, terms in computed.items():
        if any(column not in frame.columns for _, column in terms):
            continue
        found = any(is_decimal_comma(frame.get_column(column)) for _, column in terms)
        comma = found if shape.values.formats.decimal_comma is None else shape.values.formats.decimal_comma
        parts = [
            pl.when(pl.col(column).is_not_null()).then(units(pl.col(column), comma=comma)) * sign
            for sign, column in terms
        ]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole + part
        frame = frame.with_columns(pl.coalesce(_cell(frame, name), as_amount(whole, comma=comma)).alias(name))
    return frame


def _with_inherited(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Rows in which all of the columns are empty take them from the last row in which one is not."""
    there = [name for name in names if name in frame.columns]
    if not there:
        return frame
    own_row = pl.when(pl.any_horizontal(pl.col(there).is_not_null())).then(pl.int_range(pl.len()))
    return frame.with_columns(pl.col(there).gather(own_row.forward_fill()))


def _cell(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column; one that the file lacks is empty."""
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)
