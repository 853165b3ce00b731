"""Rows that are plainly records are the same rows when they are looked at closely."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.config import Source
from etl.errors import InputError
from etl.extract import read_text
from etl.extract.shapes import row_kinds
from etl.extract.shapes.catalogue import all_shapes
from etl.extract.shapes.shape import Shape
from etl.schemas import RELATIONS
from tests.soak import runs

REPORTS = [shape for shape in all_shapes() if shape.rows.is_report]
WORDS = [
    "", " ", "TOTAL", "Total for Orchard Works", "Orchard Works", "CURRENT", "5.00", "-1,200.00", "x", "Void", "1,5",
    "Date", "Wednesday, September 30, 2026 01:49 PM GMT-05:00", "Accrual basis",
]  # fmt: skip
ODD = st.sampled_from(WORDS)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), st.integers(0, 99), st.integers(0, 20), ODD),
        st.tuples(st.just("again"), st.integers(0, 99), st.integers(0, 99)),
        st.tuples(st.just("row"), st.integers(0, 99), st.lists(ODD, max_size=9)),
        st.tuples(st.just("short"), st.integers(0, 99), st.integers(0, 9)),
        st.tuples(st.just("gone"), st.integers(0, 99)),
    ),
    max_size=6,
)


def _edited(text: str, edits: list[tuple[Any, ...]]) -> str:
    rows = list(csv.reader(io.StringIO(text.lstrip("\n"))))
    for kind, place, *how in edits:
        at = place % len(rows)
        if kind == "cell" and rows[at]:
            rows[at][how[0] % len(rows[at])] = how[1]
        elif kind == "again":
            rows.insert(at, list(rows[how[0] % len(rows)]))
        elif kind == "row":
            rows.insert(at, list(how[0]))
        elif kind == "short":
            rows[at] = rows[at][: how[0]]
        elif kind == "gone" and len(rows) > 1:
            del rows[at]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _outcome(shelf: Any, shape: Shape) -> Any:
    try:
        read = read_text(shelf.file("r.csv"), RELATIONS[shape.relation], Source(path="r.csv"))
    except InputError as error:
        return str(error)
    return read.frame.rows(), read.shape_notes, read.warnings, read.unknown, read.printed_at, read.stated


@pytest.mark.parametrize("shape", REPORTS, ids=lambda shape: shape.id)
@given(edits=EDITS, which=st.integers(0, 9))
@settings(max_examples=runs(5))
def test_the_short_look_and_the_close_one_agree(
    common_shelf: Any, shape: Shape, edits: list[tuple[Any, ...]], which: int
) -> None:
    """Rows, counts, warnings and refusals of every report, with odd rows in it."""
    common_shelf.put("r.csv", _edited(shape.examples[which % len(shape.examples)].text, edits))
    quick = _outcome(common_shelf, shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_kinds, "_is_plainly_record", lambda *_: pl.col("_row") < 0)
        assert _outcome(common_shelf, shape) == quick
