"""The fast reader of plain pieces and the reader of rows give the same rows, lines and problems."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.extract import row_tables
from etl.extract.formats import delimited, regular_text
from etl.extract.formats.regular_text import RegularText
from etl.extract.header import Header
from etl.extract.row_buffer import Body, RowBuffer
from tests.soak import runs

NAMES = ("a", "b", "c")
WANTED = {"one": 0, "third": 2, "one again": 0}
HEADER = Header(2, NAMES, {})
SIGNS = st.text(st.sampled_from('x1 ,;"\n\r\t\u00e9\u3000\ufeff\x1c\x85'), max_size=5)
PLAIN = st.sampled_from(["", "x", "12", '"x,1"', '"say ""x"""', '""', " ", "Zo\u00eb"])
ROWS = st.one_of(
    st.lists(st.one_of(PLAIN, SIGNS), min_size=3, max_size=3).map(",".join),
    st.lists(PLAIN, max_size=5).map(",".join),
    SIGNS,
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
TEXTS = st.lists(st.tuples(ROWS, ENDS), max_size=12).map(lambda lines: "".join(map("".join, lines)))


def by_rows(text: str) -> Body:
    """What the reader of rows alone gives."""
    rows = [row for row in delimited.rows_of(text, ",", "t.csv") if row[0] > HEADER.line]
    gathered = RowBuffer(WANTED, len(NAMES))
    if rows:
        gathered.add(rows)
    return gathered.body(is_cut=not text.endswith(("\n", "\r")))


def by_parts(text: str) -> Body:
    """What both readers give together."""
    is_cut = not text.endswith(("\n", "\r"))
    table = row_tables.RowTable([], [], "t.csv", len(text), is_cut, (",",), text=text)
    return table.body(HEADER, WANTED, 0)


def outcome(read: Any, text: str) -> Any:
    """The rows with their lines and problems, and how many are blank; or the refusal."""
    try:
        body = read(text)
    except Exception as error:  # noqa: BLE001 whatever it is, it must be the same
        return type(error), str(error)
    return body.frame.rows(), body.frame.schema, body.blank


@pytest.mark.parametrize("piece", [1, 20, 1 << 20])
@given(text=TEXTS)
@example(text='1,2,3\n"4\n5",6,7\n8,9,0\n')
@example(text="1,2,3\n4,5\n6,7,8,9\n , ,\n1,2,3")
@example(text='1,2,3\n4,"5,6\n')
@settings(max_examples=runs(60))
def test_both_readers_give_the_same(text: str, piece: int) -> None:
    """Wherever a piece ends, and whatever is odd in it."""
    before = delimited.PIECE
    delimited.PIECE = piece  # type: ignore[misc]
    try:
        whole = f"title\na,b,c\n{text}"
        assert outcome(by_parts, whole) == outcome(by_rows, whole)
    finally:
        delimited.PIECE = before  # type: ignore[misc]


@given(text=TEXTS, delimiter=st.sampled_from([",", ";", "\t", "|", "^", "-", "\\"]))
@settings(max_examples=runs(60))
def test_what_is_regular_is_read_as_it_stands(text: str, delimiter: str) -> None:
    """A piece that holds has one row in each line, as the standard reader reads it."""
    text = text.replace(",", delimiter)
    regular = RegularText(delimiter, 3)
    if not regular.holds(text):
        return
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    frame, blank = regular.frame(text, [2, 0], 7)
    kept = [(row[0], row[2], at) for at, row in enumerate(rows, 7) if any(map(str.strip, row))]
    assert (frame.select("0", "2", "source_line").rows(), blank) == (kept, len(rows) - len(kept))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("row", ["1,2,3", '"1,200.00",x,"say ""no"""', ",,", "Zo\u00eb,\u65e5\u672c,-5"])
def test_the_files_of_systems_are_regular(row: str, end: str) -> None:
    """Amounts and names in quotation marks, either end of a line, all languages: the fast way is taken."""
    regular = RegularText(",", 3)
    assert regular.holds(end.join([row] * 3))
    assert regular.holds(end.join([row] * 3) + end)


@pytest.mark.parametrize(
    "odd",
    [
        "1,2",
        "1,2,3,4",
        "",
        'a"b,2,3',
        '"a"b,2,3',
        '"a\nb",2,3',
        "a\rb,2,3",
        "a\x1f,2,3",
        '1,2,"3',
        "1,2," + "x" * 131_073,
    ],
)  # fmt: skip
def test_an_odd_line_makes_its_piece_irregular(odd: str) -> None:
    """Too short, too long, blank, a quotation mark in the middle or without its other, a line in a cell."""
    assert not RegularText(",", 3).holds(f"1,2,3\n{odd}\n4,5,6\n")


def test_one_odd_row_does_not_slow_down_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the piece with the odd row, pieces are regular again."""
    monkeypatch.setattr(delimited, "PIECE", 100)
    rows = ["1,2,3"] * 400
    rows[200] = '1,"2\n2",3'
    text = "\n".join(["a,b,c", *rows, ""])
    parts = list(delimited.parts_below(text, "t.csv", RegularText(",", 3), 1))
    slow = [part for part in parts if isinstance(part, list)]
    assert sum(map(len, slow)) < 60
    assert regular_text.PIECE == 1 << 20
    body = by_parts(text)
    assert body.frame.get_column("source_line").to_list()[197:203] == [200, 201, 202, 204, 205, 206]
    assert body.frame.filter(pl.col("one") != "1").is_empty()
