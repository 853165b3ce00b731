"""Columns as files spell them: amounts, days, instants and ids, never through a binary fraction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import polars as pl

from etl.demo.chance import Indices
from etl.demo.plan import Shape

_FIRST_INVOICE, _FIRST_OLD_INVOICE = 200_000_001, 100_000_001
_CENT: Final = pl.lit("0.01").cast(pl.Decimal(18, 2))
_NUMBER_MARK: Final = "#"
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
NDJSON_BEYOND: Final = 5_000


def money(cents: Indices) -> pl.Series:
    """Hundredths as decimals."""
    return pl.select(pl.Series(cents).cast(pl.Decimal(18, 0)) * _CENT).to_series()


def days(numbers: Indices) -> pl.Series:
    """Days since 1970 as dates."""
    return pl.Series(numbers).cast(pl.Int32).cast(pl.Date)


def instants(seconds: Indices) -> pl.Series:
    """Seconds since 1970 as instants."""
    return (pl.Series(seconds) * 1_000_000).cast(pl.Datetime("us"))


def customer_ids(positions: pl.Series, shape: Shape) -> pl.Series:
    """The accounting package's ids of customers."""
    return _ids(positions, shape, "c0570000")


def invoice_ids(at: Indices, shape: Shape, *, is_old: bool = False) -> pl.Series:
    """The accounting package's ids of documents; the old ones belong to documents that were deleted and made again."""
    first = _FIRST_OLD_INVOICE if is_old else _FIRST_INVOICE
    return _ids(pl.Series(at) + first, shape, "1dd00000" if is_old else "1a500000")


def _ids(numbers: pl.Series, shape: Shape, kind: str) -> pl.Series:
    text = numbers.cast(pl.String)
    return f"{kind}-0000-4000-8000-" + text.str.zfill(12) if shape == "xero" else text


def number_mark(amount: pl.Expr) -> pl.Expr:
    """An amount on its way into JSON: `json_lines` takes the mark and the quotes away."""
    return pl.concat_str(pl.lit(_NUMBER_MARK), amount.cast(pl.String))


def json_lines(frame: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object; amounts that `number_mark` marked are numbers, digit for digit."""
    encoded = frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return encoded.str.replace_all(f'"{_NUMBER_MARK}(-?[0-9.]+)"', "$1")


def write_records(path: Path, rows: pl.DataFrame, records: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """A REST answer: one array, or one object per line where the list is long.

    Args:
        path: of the file.
        rows: what the records are made of.
        records: makes them; is given some rows at a time, for nested records are large.
    """
    if len(rows) <= NDJSON_BEYOND:
        text = "[\n" + ",\n".join(json_lines(records(rows)).to_list()) + "\n]\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for part in rows.iter_slices(NDJSON_BEYOND):
            file.write("\n".join(json_lines(records(part)).to_list()) + "\n")


def write_table(path: Path, frame: pl.DataFrame) -> None:
    """A CSV file with a header."""
    path.write_bytes(frame.write_csv(datetime_format=_INSTANT).encode())


class TableFile:
    """A CSV file that grows by slices.

    Args:
        path: made again, with the first slice's header.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._is_new = True

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows; no text in them needs quotes."""
        frame.write_csv(self._file, include_header=self._is_new, datetime_format=_INSTANT, quote_style="never")
        self._is_new = False

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class PageFiles:
    """An API's answers: page files of a thousand records each.

    Args:
        stem: path of the files, without number and suffix.
        opening: JSON in front of the records.
        closing: JSON behind them.
    """

    SIZE: Final = 1_000

    def __init__(self, stem: Path, opening: str, closing: str) -> None:
        self._stem, self._opening, self._closing = stem, opening, closing
        self._waiting: list[str] = []
        self._pages = 0

    def add(self, lines: Iterable[str]) -> None:
        """Append records; full pages are written."""
        self._waiting.extend(lines)
        while len(self._waiting) >= self.SIZE:
            self._write(self._waiting[: self.SIZE])
            self._waiting = self._waiting[self.SIZE :]

    def close(self) -> None:
        """Write the last page."""
        if self._waiting:
            self._write(self._waiting)
        self._waiting = []

    def _write(self, lines: list[str]) -> None:
        self._pages += 1
        text = self._opening + "[\n" + ",\n".join(lines) + "\n]" + self._closing + "\n"
        path = self._stem.with_name(f"{self._stem.name}-{self._pages:04d}.json")
        path.write_text(text, encoding="utf-8", newline="\n")
