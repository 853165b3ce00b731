"""Spoiling tables: their cells, rows and columns, and how they are written."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable

import polars as pl
import xlsxwriter

from tests.fuzz.oddities import VALUES
from tests.fuzz.shapes import Sample
from tests.fuzz.texts import LOSSY, encoded

Rows = list[list[str]]


def spoilt_table(shape: Sample, chance: random.Random, told: list[str]) -> tuple[bytes, str, int | None]:
    """A malformed table: its bytes, its name, and its rows where every reader must find so many."""
    rows = [list(row) for row in shape.rows]
    counted: int | None = None
    is_safe = True
    for _ in range(chance.choice([0, 1, 1, 2, 3, 6])):
        act = chance.choice(_ACTS)
        is_safe &= act(rows, chance) is not False
        told.append(act.__name__.strip("_"))
    layout = chance.choice(["csv"] * 7 + ["xlsx", "parquet"])
    told.append(layout)
    if layout == "csv":
        text, is_strict = _written(rows, chance, told)
        data = encoded(text, chance, told)
        is_plain = told[-1] not in LOSSY and is_strict and _is_countable(rows)
        if shape.is_counted and is_safe and is_plain:
            counted = len(rows) - 1
        return data, "x.csv", counted
    return (_workbook(rows), "x.xlsx", None) if layout == "xlsx" else (_parquet(rows), "x.parquet", None)


def _is_countable(rows: Rows) -> bool:
    """Rows that are distinguished from empty ones by everybody alike."""
    odd = "\0\ufeff\u200b\u00a0\ue000\x1c\x1d\x1e\x1f\x85"
    return all(not any(sign in cell for sign in odd) for row in rows for cell in row)


def _cell(rows: Rows, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 1, 2, 5])):
        row = chance.choice(rows[1:] or rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(VALUES)


def _column(rows: Rows, chance: random.Random) -> None:
    at, value = chance.randrange(max(1, len(rows[0]))), chance.choice(VALUES)
    for row in rows[1:]:
        if at < len(row) and chance.random() < 0.9:
            row[at] = value


def _header(rows: Rows, chance: random.Random) -> bool:
    if rows[0]:
        rows[0][chance.randrange(len(rows[0]))] = chance.choice([*VALUES, *rows[0]])
    return False


def _drop_cell(rows: Rows, chance: random.Random) -> None:
    row = chance.choice(rows[1:] or rows)
    if row and row is not rows[0]:
        del row[chance.randrange(len(row))]


def _double_cell(rows: Rows, chance: random.Random) -> None:
    row = chance.choice(rows[1:] or rows)
    if row and row is not rows[0]:
        row.insert(chance.randrange(len(row)), chance.choice(row))


def _drop_row(rows: Rows, chance: random.Random) -> None:
    if len(rows) > 1:
        del rows[chance.randrange(1, len(rows))]


def _double_row(rows: Rows, chance: random.Random) -> None:
    if len(rows) > 1:
        rows.insert(chance.randrange(1, len(rows)), list(chance.choice(rows[1:])))


def _shuffle_rows(rows: Rows, chance: random.Random) -> bool:
    chance.shuffle(rows)
    return False


def _drop_column(rows: Rows, chance: random.Random) -> bool:
    at = chance.randrange(max(1, len(rows[0])))
    for row in rows:
        del row[at : at + 1]
    return False


def _double_column(rows: Rows, chance: random.Random) -> bool:
    at = chance.randrange(max(1, len(rows[0])))
    for row in rows:
        row[at:at] = row[at : at + 1]
    return False


def _swap_columns(rows: Rows, chance: random.Random) -> None:
    width = len(rows[0])
    order = chance.sample(range(width), width)
    for row in rows:
        if len(row) == width:
            row[:] = [row[at] for at in order]


def _title(rows: Rows, chance: random.Random) -> bool:
    for _ in range(chance.choice([1, 3, 25])):
        rows.insert(0, [chance.choice(VALUES)])
    return False


def _blank_rows(rows: Rows, chance: random.Random) -> None:
    for _ in range(3):
        rows.insert(chance.randrange(1, len(rows) + 1), chance.choice([[], [""], ["", ""], [" ", ""]]))


def _header_again(rows: Rows, chance: random.Random) -> None:
    rows.insert(chance.randrange(1, len(rows) + 1), list(rows[0]))


def _wide(rows: Rows, chance: random.Random) -> bool:
    count = chance.choice([30, 300])
    rows[0].extend(f"c{at}" for at in range(count))
    for row in rows[1:]:
        row.extend([""] * count)
    return False


_ACTS: list[Callable[[Rows, random.Random], bool | None]] = [
    _cell, _cell, _cell, _cell, _column, _header, _drop_cell, _double_cell, _drop_row, _double_row, _shuffle_rows,
    _drop_column, _double_column, _swap_columns, _title, _blank_rows, _header_again, _wide,
]  # fmt: skip


def _written(rows: Rows, chance: random.Random, told: list[str]) -> tuple[str, bool]:
    """The rows as text, and whether every reader must see the same rows in it."""
    delimiter = chance.choice([",", ",", ",", ",", ";", "\t", "|", "^"])
    end = chance.choice(["\n", "\n", "\r\n", "\r", "\n\r", ""])
    quoting = chance.choice(["all", "all", "needed", "none"])
    told += [f"delimiter {delimiter!r}", f"end {end!r}", f"quoted {quoting}"]
    if quoting == "none":
        return end.join(delimiter.join(row) for row in rows) + chance.choice(["", end]), False
    stream = io.StringIO(newline="")
    style = csv.QUOTE_ALL if quoting == "all" else csv.QUOTE_MINIMAL
    csv.writer(stream, delimiter=delimiter, quoting=style, lineterminator=end or "\n").writerows(rows)
    text = stream.getvalue()
    if chance.random() < 0.1:
        text = text.rstrip("\r\n")
        told.append("no end")
        return text, False
    return text, delimiter in ",;\t|" and end in {"\n", "\r\n"} and quoting == "all"


def _workbook(rows: Rows) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        sheet = book.add_worksheet("S")
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell.startswith("=") or line % 3:
                    sheet.write(line, at, cell[:300])
                else:
                    sheet.write_string(line, at, cell[:300])
    return stream.getvalue()


def _parquet(rows: Rows) -> bytes:
    names = list(dict.fromkeys(rows[0]))
    columns = {name: [row[at] if at < len(row) else None for row in rows[1:]] for at, name in enumerate(names)}
    stream = io.BytesIO()
    pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String())).write_parquet(stream)
    return stream.getvalue()
