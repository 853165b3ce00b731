"""An ODS file that claims an immense table is refused before anything makes room for it."""

from __future__ import annotations

import pytest

from etl.extract.ods_size import claimed_cells

VALUE = b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'


def _sheet(*rows: bytes) -> bytes:
    return b'<table:table table:name="a">' + b"".join(rows) + b"</table:table>"


def _row(cells: bytes, times: int = 1) -> bytes:
    repeated = b"" if times == 1 else b' table:number-rows-repeated="%d"' % times
    return b"<table:table-row" + repeated + b">" + cells + b"</table:table-row>"


def _empty(times: int) -> bytes:
    return b'<table:table-cell table:number-columns-repeated="%d"/>' % times


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (_sheet(_row(VALUE + VALUE), _row(VALUE)), 4),
        # as LibreOffice ends every sheet: empty to the last corner, which nobody makes room for
        (_sheet(_row(VALUE + _empty(16_383)), _row(_empty(16_384), 1_048_575)), 1),
        (_sheet(_row(_empty(16_383) + VALUE), _row(_empty(1), 1_048_574), _row(VALUE)), 16_384 * 1_048_576),
        (_sheet(_row(VALUE, 1_000_000)), 1_000_000),
        (_sheet(_row(VALUE)) + _sheet(_row(VALUE)), 2),
        (b"", 0),
    ],
    ids=["plain", "empty to the end", "a value in the last corner", "a row repeated", "two sheets", "nothing"],
)
def test_only_what_reaches_to_a_value_counts(content: bytes, cells: int) -> None:
    """Rows and columns say how often they are repeated."""
    assert claimed_cells(content) == cells
