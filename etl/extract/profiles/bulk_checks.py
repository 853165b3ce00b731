"""What all rows of a big file must show before one select may read each of them for itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from etl.extract.conform import BLANKS
from etl.extract.profiles.line_guard import find_document_key, find_line_items
from etl.extract.profiles.running_balance import JUDGED, is_settled, why_no_open_balance

_FIRST_ROWS: Final = 100_000
"""Rows that are looked at first for a running balance."""
_MORE: Final = 8
"""So many times as many are looked at where they do not settle it."""


def has_running_balance(path: Path, columns: Mapping[str, int], delimiter: str) -> bool:
    """Whether the balance is no open one, or cannot be looked at; as many rows are read as it takes to know.

    Args:
        path: of a delimited file with its header on the first line.
        columns: our column -> position.
        delimiter: between two cells.
    """
    rows = _FIRST_ROWS
    try:
        texts = _texts(path, _only(columns, JUDGED), delimiter)
        while (frame := texts.head(rows).collect()).height == rows:
            if is_settled(frame):
                return False
            rows *= _MORE
    except pl.exceptions.PolarsError:
        return True
    return why_no_open_balance(frame) is not None


def has_line_items(path: Path, columns: Mapping[str, int], delimiter: str) -> bool:
    """Whether rows of one invoice show that they are line items, or cannot be looked at.

    Args:
        path: of a delimited file with its header on the first line.
        columns: our column -> position.
        delimiter: between two cells.
    """
    key, amounts = find_document_key(columns), {"total_amount", "balance_amount"}
    if not key or not amounts <= columns.keys():
        return False
    number = pl.col(key[0])
    try:
        texts = _texts(path, _only(columns, key[:1]), delimiter)
        hashes = texts.select(pl.when(number.is_not_null()).then(number.hash())).collect().to_series()
        # hashes are small; only rows that share a number can be of one invoice, and are looked at
        is_shared = hashes.is_duplicated() & hashes.is_not_null()
        if not is_shared.any():
            return False
        again = _texts(path, _only(columns, {*key, *amounts}), delimiter, is_shared).collect()
    except pl.exceptions.PolarsError:
        return True
    unread = again.with_columns(read_problem=pl.lit(None, dtype=pl.String))
    return bool(unread.select(find_line_items(again).any()).item())


def _only(columns: Mapping[str, int], names: Collection[str]) -> dict[str, int]:
    return {name: at for name, at in columns.items() if name in names}


def _texts(
    path: Path, columns: Mapping[str, int], delimiter: str, is_wanted: pl.Series | None = None
) -> pl.LazyFrame:  # fmt: skip
    """Columns of all rows, or of those wanted, as text without outer blanks."""
    lazy = pl.scan_csv(
        path, separator=delimiter, has_header=False, skip_rows=1, infer_schema=False, encoding="utf8-lossy",
        truncate_ragged_lines=True, raise_if_empty=False,
    )  # fmt: skip
    there = lazy.collect_schema().names()
    lazy = lazy if is_wanted is None else lazy.filter(is_wanted)
    return lazy.select(
        pl.col(there[at]).str.strip_chars(BLANKS).replace("", None).alias(name)
        for name, at in columns.items()
        if at < len(there)
    )
