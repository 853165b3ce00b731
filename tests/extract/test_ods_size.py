"""An ODS file that claims an immense table is refused before anything makes room for it."""

from __future__ import annotations

import io
import zipfile

import pytest

from etl.errors import InputError
from etl.extract.formats.ods_size import claimed_cells
from etl.extract.formats.workbook_size import refuse_immense

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
    assert claimed_cells(io.BytesIO(b"<office:spreadsheet>" + content + b"</office:spreadsheet>")) == cells


IMMENSE = _sheet(_row(VALUE.replace(b"-cell ", b'-cell table:number-columns-repeated="10000" ', 1), 3_000))


def _packed(content: bytes, **more: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in more.items():
            archive.writestr(name, text)
        archive.writestr("content.xml", b"<office:spreadsheet>" + content + b"</office:spreadsheet>")
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        IMMENSE,
        IMMENSE.replace(b'"', b"'"),
        IMMENSE.replace(b"<table:table ", b"<table:table\n"),
        IMMENSE.replace(b'repeated="', b'repeated = "'),
        IMMENSE.replace(b'"10000"', b'"&#49;0000"'),
        IMMENSE.replace(b"-cell ", b'-cell table:style-name=">" '),
        IMMENSE.replace(b'office:value-type="string"', b'office:value="5"'),
        IMMENSE.replace(b'office:value-type="string"', b'table:formula="of:=1"'),
    ],
    ids=["plain", "other quotes", "a line end", "blanks", "an entity", "a sign", "a value without a type", "a formula"],
)
def test_a_table_is_measured_however_its_xml_is_written(content: bytes) -> None:
    """The reader takes all of these, and would make room for thirty million cells."""
    with pytest.raises(InputError, match=r"\(content\.xml\) of up to 30,000,000 cells"):
        refuse_immense(_packed(content), "f.ods")


@pytest.mark.parametrize("other", ["xl/workbook.xml", "XL/Workbook.xml", "xl\\workbook.xml", "xl/workbook.bin"])
def test_a_file_of_two_kinds_is_none(other: str) -> None:
    """What is measured as one of them might be read as the other."""
    with pytest.raises(InputError, match="no XLSX workbook"):
        refuse_immense(_packed(IMMENSE, **{other: "<nothing>"}), "f.ods")


@pytest.mark.parametrize("content", [b"<table:table>", b"&bomb;", IMMENSE.replace(b'"10000"', b'"many"')])
def test_what_is_no_table_is_told(content: bytes) -> None:
    """Cut off, or with numbers that are none."""
    with pytest.raises(InputError, match="a workbook that cannot be read"):
        refuse_immense(_packed(content), "f.ods")
