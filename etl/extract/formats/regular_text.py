"""Delimited text that can be read in one way only: every line a row of full width, every quotation mark in its place.

The reader of rows takes anything, one Python list for each row. Most of a big file is plainer than that, so a faster
reader takes it, piece by piece; a piece with anything odd in it goes to the reader of rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

PIECE: Final = 1 << 20
"""Characters that are looked at together."""
_NEVER: Final = r"\r\n\x1c-\x1f"
"""Ends of lines, and what only one of both readers takes for a blank."""
_FEWEST, _MOST = 2, 400
"""Columns: an empty line is a row of one, and very wide rows make a large pattern."""


@dataclass(frozen=True)
class RegularText:
    """How the rows of a text are written, if nothing is odd about them.

    Attributes:
        delimiter: one sign.
        width: number of captions.
    """

    delimiter: str
    width: int

    @cached_property
    def _pattern(self) -> str:
        sign = rf"\x{{{ord(self.delimiter):x}}}"
        plain = rf'[^"{sign}{_NEVER}]*'
        cell = rf'(?:{plain}|"(?:[^"{_NEVER}]|"")*")'
        row = rf"{cell}(?:{sign}{cell}){{{self.width - 1}}}\r?"
        return rf"\A(?:{row}\n)*(?:{row})?\z"

    def holds(self, piece: str) -> bool:
        """Whether both readers give the same rows, one for each line."""
        if not _FEWEST <= self.width <= _MOST or not piece or piece.startswith("\ufeff"):
            return False
        if not pl.Series([piece]).str.contains(self._pattern).item():
            return False
        return max(map(len, piece.split("\n"))) <= csv.field_size_limit()

    def frame(self, piece: str, positions: Iterable[int], line: int) -> tuple[pl.DataFrame, int]:
        """The columns of a regular piece, named by their positions, with `source_line`; and how many rows are blank.

        Args:
            piece: the text, which begins with a row.
            positions: which columns.
            line: of its first row.
        """
        data = piece.replace("\r\n", "\n").removesuffix("\r").encode()
        wanted = sorted(set(positions))
        rows = self._read(data, wanted).with_row_index("source_line", line)
        names = [str(at) for at in wanted]
        if rows.select(_is_blank(names).any()).item():
            every = [str(at) for at in range(self.width)]
            is_blank = self._read(data, range(self.width)).select(_is_blank(every)).to_series()
            kept = rows.filter(~is_blank)
        else:
            kept = rows
        return kept.with_columns(pl.col("source_line").cast(pl.Int64)), rows.height - kept.height

    def _read(self, data: bytes, positions: Sequence[int]) -> pl.DataFrame:
        read = pl.read_csv(
            data, has_header=False, separator=self.delimiter, infer_schema=False, empty_string_is_null=False,
            columns=positions,
        )  # fmt: skip
        read.columns = [str(at) for at in positions]
        return read


def _is_blank(names: Iterable[str]) -> pl.Expr:
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name).str.strip_chars() == "" for name in names))
