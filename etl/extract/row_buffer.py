"""Rows on their way into a text frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.formats.delimited import Numbered

_ALWAYS_ALLOWED: Final = 20_000_000

Positions = Mapping[str, int]
"""Our column -> its position in the row."""


@dataclass(frozen=True)
class Body:
    """What stands below a header.

    Attributes:
        frame: the wanted columns as text, then `source_line` and `read_problem`.
        blank: rows without any value, left out.
    """

    frame: pl.DataFrame
    blank: int


def refuse_emptiness(where: str, cells: int, characters: int) -> None:
    """Next to nothing must not become a table that fills the memory.

    Raises:
        InputError: so many cells cannot stand in so much text.
    """
    # a full row has a delimiter for each of its cells, a record far more than that
    if cells > max(_ALWAYS_ALLOWED, characters):
        found = f"a table of more than {cells:,} cells in {characters:,} characters: almost all of its rows are empty"
        raise InputError([Problem(where, found, "rows that hold something", "Export it again.")])


class RowBuffer:
    """Chunks of rows on their way into a frame.

    Args:
        wanted: the columns to keep.
        width: number of captions.
    """

    def __init__(self, wanted: Positions, width: int) -> None:
        self.wanted, self.width = wanted, width
        self.frames: list[pl.DataFrame] = []
        self.blank = 0
        self.is_last_short = False

    def add(self, chunk: list[Numbered]) -> None:
        """Take over rows that follow the earlier ones."""
        kept = [numbered for numbered in chunk if any(map(str.strip, numbered[1]))]
        self.blank += len(chunk) - len(kept)
        if not kept:
            return
        lines, rows = zip(*kept, strict=True)
        self.is_last_short = len(rows[-1]) < self.width and lines[-1] == chunk[-1][0]
        problems: list[str | None] = [None] * len(rows)
        columns: Mapping[int, Sequence[str]]
        if all(len(row) == self.width for row in rows):
            columns = dict(enumerate(zip(*rows, strict=True)))
        else:
            problems = [self._problem(row) for row in rows]
            columns = {at: _column(rows, at) for at in self.wanted.values()}
        cells = [pl.Series(str(at), columns[at], dtype=pl.String) for at in set(self.wanted.values())]
        numbers = pl.Series("source_line", lines, dtype=pl.Int64)
        self._keep(pl.DataFrame([*cells, numbers]), pl.Series("read_problem", problems, dtype=pl.String))

    def add_regular(self, rows: pl.DataFrame, blank: int) -> None:
        """Take over rows of full width that follow the earlier ones, as `RegularText.frame` gives them."""
        self.blank += blank
        if rows.height:
            self.is_last_short = False
            self._keep(rows, pl.Series("read_problem", [None], dtype=pl.String).new_from_index(0, rows.height))

    def _keep(self, rows: pl.DataFrame, problems: pl.Series) -> None:
        """Each cell once, under each name that is wanted of it."""
        named = [pl.col(str(at)).alias(name) for name, at in self.wanted.items()]
        self.frames.append(rows.select(*named, "source_line", problems))

    def body(self, *, is_cut: bool) -> Body:
        """Everything that was taken over; `is_cut`: the file has no last line end."""
        if not self.frames:
            texts = {name: pl.String() for name in (*self.wanted, "read_problem")}
            return Body(pl.DataFrame(schema={**texts, "source_line": pl.Int64()}), self.blank)
        frame = pl.concat(self.frames)
        if is_cut and self.is_last_short:
            is_last = pl.int_range(pl.len()) == pl.len() - 1
            problem = pl.lit("the last line of the file is cut off")
            frame = frame.with_columns(read_problem=pl.when(is_last).then(problem).otherwise("read_problem"))
        return Body(frame, self.blank)

    def _problem(self, row: list[str]) -> str | None:
        """More fields than captions: a value holds the delimiter, so every value behind it is in the wrong column."""
        if len(row) <= self.width or not any(cell.strip() for cell in row[self.width :]):
            return None
        return f"the row has {len(row)} fields, the header {self.width}"


def _column(rows: Sequence[list[str]], at: int) -> list[str]:
    """One cell of each row; a row that ends before it has an empty one."""
    return [row[at] if at < len(row) else "" for row in rows]
