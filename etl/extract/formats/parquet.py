"""Parquet to columns of text; only the wanted columns are read."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import polars as pl
from polars.exceptions import PolarsError

from etl.errors import InputError, Problem
from etl.extract.conform import without_nuls
from etl.extract.formats.compression import most_unpacked, too_much
from etl.extract.formats.delimited import Numbered
from etl.extract.header import Header
from etl.extract.row_buffer import Body

_BYTES_OF_A_ROW: Final = 8
"""At least, of any file whose rows can be told apart."""

_Read = TypeVar("_Read")


class ColumnarTable:
    """A Parquet file; its header is its schema and stands on line 0, so that row 1 is the first row."""

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where = data, where
        rows = self._guarded(lambda: pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item())
        self._refuse_bomb(rows * _BYTES_OF_A_ROW)
        self.schema: Mapping[str, pl.DataType] = self._guarded(lambda: pl.read_parquet_schema(io.BytesIO(data)))

    def candidates(self) -> list[Sequence[Numbered]]:
        """The header."""
        return [[(0, list(self.schema))]]

    def body(self, header: Header, wanted: Mapping[str, int], candidate: int) -> Body:
        """The wanted columns as text."""
        del header, candidate
        names = list(self.schema)
        chosen = sorted({names[at] for at in wanted.values()})
        self._refuse_nested(chosen)
        frame = self._guarded(lambda: pl.read_parquet(io.BytesIO(self.data), columns=chosen))
        self._refuse_bomb(_text_bytes(frame))
        texts = frame.select(_as_text(name, frame.schema[name]) for name in chosen)
        numbered = without_nuls(texts).select(
            *(pl.col(names[at]).alias(column) for column, at in wanted.items()),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("source_line"),
            pl.lit(None, dtype=pl.String).alias("read_problem"),
        )
        kept = numbered.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in wanted))
        return Body(kept, frame.height - kept.height)

    def _refuse_bomb(self, size: int) -> None:
        """A Parquet file names a value once and the rows that have it: few bytes may claim any number of rows."""
        if size > most_unpacked(len(self.data)):
            raise InputError([too_much(self.where, len(self.data), most_unpacked(len(self.data)))])

    def _refuse_nested(self, chosen: Sequence[str]) -> None:
        remedy = "Write the values it needs into plain columns."
        problems = [
            Problem(self.where, f"the column {name} of type {self.schema[name]}", "a column of plain values", remedy)
            for name in chosen
            if isinstance(self.schema[name], pl.Struct | pl.Array | pl.Binary | pl.Object)
        ]
        if problems:
            raise InputError(problems)

    def _guarded(self, read: Callable[[], _Read]) -> _Read:
        try:
            return read()
        except (PolarsError, OSError, ValueError) as error:
            found = f"a Parquet file that cannot be read ({error})"
        except BaseException as error:  # the reader's panics are no Exception
            if type(error).__name__ != "PanicException":
                raise
            found = "a damaged Parquet file"
        raise InputError([Problem(self.where, found, "a complete Parquet file", "Copy or export it again.")])


def _text_bytes(frame: pl.DataFrame) -> int:
    """What the texts of a frame take up once each of them is written out."""
    texts = [pl.col(name).str.len_bytes().sum() for name, kind in frame.schema.items() if kind == pl.String]
    return sum(frame.select(texts).row(0)) if texts else 0


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        near = column.round(4)
        is_noise = (column - near).abs() <= 1e-9 * pl.max_horizontal(pl.lit(1.0), column.abs())
        rounded = pl.when(is_noise).then(near).otherwise(column).fill_nan(None)
        return rounded.cast(pl.String).str.replace(r"\.0$", "").alias(name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join(";")
    return column.cast(pl.String)
