"""Text forms: one spelling for texts that look alike on paper, and every spelling read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

_SPACES: Final = r"\p{Zs}+"
_MINUS: Final = "[\u2212\u2010\u2011\u2013\ufe63\uff0d]"
_APOSTROPHE: Final = "[\u2019\u02bc]"

Reader = Callable[[pl.DataFrame], pl.DataFrame]
"""From a frame with the column `text` to a frame with one column: the value of each row."""


def folded(text: pl.Expr) -> pl.Expr:
    """The text with one kind of space, minus and apostrophe.

    Locality: row.
    """
    return text.str.replace_all(_SPACES, " ").str.replace_all(_MINUS, "-").str.replace_all(_APOSTROPHE, "'")


def read_once(text: pl.Series, form: str, strict: pl.Expr, careful: Reader) -> pl.Series:
    """Read the texts of the strict form at once, and of the others every spelling once.

    Locality: row.

    Args:
        text: what is to be read.
        form: the pattern of the strict form.
        strict: how the strict form is read.
        careful: how any other spelling is read.
    """
    texts = text.to_frame("text")
    is_strict = pl.col("text").str.contains(form)
    masked = texts.select(pl.when(is_strict).then("text").alias("text"))
    parsed = masked.select(strict.alias("value"))
    spellings = texts.filter(~is_strict).unique()
    if spellings.is_empty():
        return parsed.to_series()
    values = spellings.with_columns(careful(spellings).to_series().alias("careful"))
    found = texts.join(values, on="text", how="left", maintain_order="left")
    return parsed.select(pl.coalesce("value", found["careful"])).to_series()
