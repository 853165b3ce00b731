"""Files made to fill the memory or to stop the clock get an answer, soon and in little memory."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from etl.config import Source
from etl.extract import bulk_scan
from etl.schemas import RELATIONS
from tests.support.zip_archives import zipped

pytestmark = pytest.mark.slow
HEADER = "id,doc_number,customer_id,txn_date,total"
ROW = "1,INV-1,7,2026-01-05,100.00\n"
INVOICES, COMPANIES = "accounting_invoices", "connectwise_companies"
TABLE = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}<sheetData>{}</sheetData></worksheet>'
PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MOST_SECONDS = 20
MOST_MEGABYTES = 500


def workbook(rows: str, before: str = "", more: dict[str, str] | None = None) -> bytes:
    """A workbook of one sheet, with whatever else is to be in it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packages = "http://schemas.openxmlformats.org/package/2006"
    sheets = (
        f'<workbook xmlns="{main}" xmlns:r="{PARTS}"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>'
    )

    def related(kind: str, target: str) -> str:
        one = f'<Relationship Id="a" Type="{PARTS}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{packages}/relationships">{one}</Relationships>'

    members = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"/>',
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": sheets, "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/s.xml"),
        "xl/worksheets/s.xml": TABLE.format(before, rows), **(more or {}),
    }  # fmt: skip
    return zipped(members)


def cells(number: int, *texts: str) -> str:
    """A row of a sheet."""
    inner = "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in enumerate(texts)
    )
    return f'<row r="{number}">{inner}</row>'


GOOD_ROWS = cells(1, *HEADER.split(",")) + cells(2, "1", "INV-1", "7", "2026-01-05", "100.00")


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """No answer takes long, whatever else the machine has to do."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < MOST_SECONDS


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gzip", "zstd"])
def test_a_compressed_bomb_is_refused_by_what_it_unpacks_to(shelf: Any, pack: Any) -> None:
    """No real table shrinks to a two-hundredth; the answer says what to do if this one did."""
    shelf.put("i.csv", pack((HEADER + "\n" + ROW * 3_000_000).encode()))
    (problem,) = shelf.problems(INVOICES, "i.csv")
    assert problem.where == "i.csv"
    assert "unpacks to more than" in problem.found
    assert "200 times" in problem.expected
    assert "unpack it" in problem.remedy


def test_a_compressed_bomb_is_not_read_in_bulk(shelf: Any) -> None:
    """The quick way is for files that keep to the same measure."""
    shelf.put("bomb", gzip.compress((HEADER + "\n" + ROW * 3_000_000).encode()))
    rows = "".join(f"{number},INV-{number},7,2026-01-05,{number}.00\n" for number in range(100_000))
    shelf.put("real", gzip.compress((HEADER + "\n" + rows).encode()))
    scans = [bulk_scan(shelf.file(name), RELATIONS[INVOICES], Source(path=name), 0) for name in ("bomb", "real")]
    assert scans[0] is None
    assert scans[1] is not None


def test_what_is_small_may_be_as_empty_as_it_likes(shelf: Any) -> None:
    """A month of the same row is no bomb."""
    shelf.put("i.csv.gz", HEADER + "\n" + ROW * 100_000)
    assert shelf.read(INVOICES, "i.csv.gz").frame.height == 100_000


def test_a_file_that_is_compressed_twice_is_told(shelf: Any) -> None:
    """Reading on would find bytes that are no text."""
    shelf.put("i.csv.gz", gzip.compress(ROW.encode(), mtime=0))
    (problem,) = shelf.problems(INVOICES, "i.csv.gz")
    assert problem.found == "a compressed file inside a compressed file"


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_bomb_needs_little_memory(tmp_path: Path, kind: str) -> None:
    """Six hundred megabytes of zeros, reported in a fraction of them."""
    path = tmp_path / "bomb.csv"
    with path.open("wb") as stream:
        zeros = bytes(1 << 20)
        packed = gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) if kind == "gz" else None
        with packed or zstandard.ZstdCompressor().stream_writer(stream, closefd=False) as writer:
            for _ in range(600):
                writer.write(zeros)
    told, megabytes = in_a_process(path)
    assert "unpacks to more than" in told
    assert megabytes < MOST_MEGABYTES


def in_a_process(path: Path) -> tuple[str, int]:
    """What reading a file says, and the most memory that a process of its own had; what getrusage says is inherited."""
    text = (
        "import re, sys; from pathlib import Path; from etl import extract; from etl.schemas import RELATIONS\n"
        "from etl.config import Source; from etl.errors import InputError; path = Path(sys.argv[1])\n"
        "try: extract.read_text(extract.source_file(path, path.parent), RELATIONS['accounting_invoices'],"
        " Source(path=path.name))\n"
        "except InputError as error: print(error)\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)"
    )
    command = [sys.executable, "-c", text, str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60, cwd=Path(__file__).parents[2]
    )
    *told, megabytes = done.stdout.splitlines()
    return "\n".join(told), int(megabytes)


FAR = {
    "a cell in the last corner": '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
    "a row behind the last one": '<row r="4294967295"><c r="A4294967295"><v>2</v></c></row>',
    "a column behind the last one": '<row r="9"><c r="ZZZZZZ9"><v>2</v></c></row>',
    "cells without places": '<row r="1048576">' + "<c/>" * 16_000 + "</row>",
    "names with a prefix": '<x:row r="1048576"><x:c r="XFD1048576"><v>2</v></x:c></x:row>',
    "blanks where nobody writes them": "<row r='1048576'><c\n\tr = 'XFD1048576'><v>2</v></c></row>",
    "a sign inside an attribute": '<row r="1048576"><c s=">" r="XFD1048576"><v>2</v></c></row>',
}


@pytest.mark.parametrize("far", FAR.values(), ids=list(FAR))
def test_a_sheet_that_claims_more_cells_than_memory_holds_is_refused(tmp_path: Path, far: str) -> None:
    """A few hundred bytes would end the process otherwise, for the reader makes room for every cell in between."""
    path = tmp_path / "i.xlsx"
    path.write_bytes(workbook(GOOD_ROWS + far))
    told, megabytes = in_a_process(path)
    assert "i.xlsx: found a sheet (xl/worksheets/s.xml) of up to" in told
    assert "Delete the cells far below or next to the table" in told
    assert megabytes < MOST_MEGABYTES


def test_a_sheet_is_measured_whatever_it_is_called(shelf: Any) -> None:
    """And a tag that does not end is no reason to hold all of it."""
    far = '<sheetData><row r="1048576"><c r="XFD1048576"/></row></sheetData>'
    shelf.put("i.xlsx", workbook(GOOD_ROWS, more={"xl/worksheets/s.dat": far}))
    (problem,) = shelf.problems(INVOICES, "i.xlsx")
    assert "(xl/worksheets/s.dat) of up to" in problem.found
    shelf.put("t.xlsx", workbook(GOOD_ROWS + "<c" + " " * 40_000_000 + 'r="XFD1048576"/>'))
    (problem,) = shelf.problems(INVOICES, "t.xlsx")
    assert "bytes without a tag" in problem.found


def test_a_workbook_that_unpacks_to_too_much_is_refused(shelf: Any) -> None:
    """By what its members say they hold: who unpacks them stops there."""
    shelf.put("i.xlsx", workbook(GOOD_ROWS, more={"xl/media/image1.bin": "\0" * 300_000_000}))
    (problem,) = shelf.problems(INVOICES, "i.xlsx")
    assert "unpacks to more than" in problem.found


@pytest.mark.parametrize(
    "more",
    [
        {"xl/vbaProject.bin": "macros"}, {"xl/externalLinks/externalLink1.xml": "<externalLink/>"},
        {"../../../../tmp/escaped.txt": "x", "/etc/passwd": "x", "xl/../../up.xml": "<c r='XFD1'/>"},
    ],
    ids=["macros", "links to other workbooks", "names that lead out"],
)  # fmt: skip
def test_what_else_is_in_a_workbook_is_left_alone(shelf: Any, more: dict[str, str]) -> None:
    """Nothing is unpacked to disk, followed or run; a declared dimension is not believed."""
    shelf.put("i.xlsx", workbook(GOOD_ROWS, '<dimension ref="A1:XFD1048576"/>', more))
    assert shelf.read(INVOICES, "i.xlsx").frame["invoice_id_acct"].to_list() == ["1"]
    assert [path.name for path in shelf.folder.iterdir()] == ["i.xlsx"]


def test_cells_of_formulas_give_what_they_last_showed(shelf: Any) -> None:
    """No formula is ever worked out."""
    formula = '<c r="B2" t="str"><f>HYPERLINK("http://example.invalid")</f><v>INV-1</v></c>'
    rows = GOOD_ROWS.replace('<c r="B2" t="inlineStr"><is><t>INV-1</t></is></c>', formula)
    shelf.put("i.xlsx", workbook(rows))
    assert shelf.read(INVOICES, "i.xlsx").frame["invoice_number"].to_list() == ["INV-1"]


def test_a_parquet_file_that_claims_more_rows_than_its_bytes_tell_apart_is_refused(shelf: Any) -> None:
    """One value, twelve million times, in a few thousand bytes; and one long value, once for each of its rows."""
    names = HEADER.split(",")
    many = pl.DataFrame({name: pl.repeat("x", 12_000_000 if name == "id" else 1, eager=True) for name in names[:1]})
    many.with_columns(pl.lit("x").alias(name) for name in names[1:]).write_parquet(shelf.folder / "many.parquet")
    long = pl.DataFrame({name: ["x" * 100_000] * 5_000 for name in names})
    long.write_parquet(shelf.folder / "long.parquet")
    for name in ("many.parquet", "long.parquet"):
        (problem,) = shelf.problems(INVOICES, name)
        assert "unpacks to more than" in problem.found


def test_a_value_of_ten_megabytes_is_told_with_its_line(shelf: Any) -> None:
    """In a table it is a quotation mark that was never closed; in an answer it is a long text."""
    shelf.put("i.csv", f'{HEADER}\n{ROW}2,"{"x" * 10_000_000}",7,2026-01-05,5\n')
    (problem,) = shelf.problems(INVOICES, "i.csv")
    assert problem.found == "a value of more than 131,072 characters"
    assert problem.line == 3
    shelf.put("c.json", [{"id": 1, "name": "x" * 10_000_000}])
    assert shelf.read(COMPANIES, "c.json").frame.height == 1


def test_ten_thousand_columns_are_read_and_the_rows_may_be_short(shelf: Any) -> None:
    """Only the columns that are ours are kept, however many there are."""
    wide = ",".join(f"c{number}" for number in range(10_000))
    shelf.put("i.csv", f"{HEADER},{wide}\n" + "1,INV-1,7,2026-01-05,5\n" * 20_000)
    assert shelf.read(INVOICES, "i.csv").frame.height == 20_000
    shelf.put("n.csv", f"{wide}\n{'1,' * 10_000}\n")
    (problem,) = shelf.problems(INVOICES, "n.csv")
    assert "and 9988 more" in problem.found


@pytest.mark.parametrize("start", ["", f"{HEADER}\n1,INV-1,7,2026-01-05,5,", '[{"id": 1, "name": "'])
def test_a_line_of_fifty_megabytes_is_read_or_refused(shelf: Any, start: str) -> None:
    """Without a line end anywhere."""
    shelf.put("x", start + "x," * 25_000_000)
    if start.startswith(HEADER):
        assert "fields, the header 5" in shelf.read(INVOICES, "x").frame["read_problem"][0]
    else:
        assert shelf.problems(INVOICES, "x")


@pytest.mark.parametrize(
    "opened", ['{"value":[', '{"QueryResponse":', '{"QueryResponse":{"Invoice":[', '{"a":[', "["], ids=str
)
def test_answers_inside_answers_are_followed_only_so_far(shelf: Any, opened: str) -> None:
    """Each of them has to be read once more, so that a thousand of them would take a thousand times as long.

    Whether they are read in the end or refused: it is reported soon, and no record is lost without a word.
    """
    closed = "".join({"{": "}", "[": "]"}[sign] for sign in reversed(opened) if sign in "{[")
    inner = ",".join(['{"id": 1, "name": "a"}'] * 20_000)
    depth = 900 // len(closed)
    shelf.put("c.json", opened * depth + f"[{inner}]" + closed * depth)
    if opened in {"[", '{"QueryResponse":'}:
        frame = shelf.read(COMPANIES, "c.json").frame
        assert frame.height == (1 if opened == "[" else 20_000)
        assert frame["read_problem"][0] == ("the element is a list, not an object" if opened == "[" else None)
    else:
        assert shelf.problems(COMPANIES, "c.json")


def test_a_key_that_stands_twice_in_a_record_sets_it_aside(shelf: Any) -> None:
    """Nobody knows which of two values was meant; two that are the same are one."""
    shelf.put("c.json", '[{"id":1,"name":"a","id":2},{"id":3,"name":"b","name":"b"},{"id":4,"status":{"id":1,"id":2}}]')
    problems = shelf.read(COMPANIES, "c.json").frame["read_problem"].to_list()
    assert problems == ["the key 'id' is in it twice", None, "the key 'id' is in it twice"]


def test_a_list_that_stands_twice_in_an_answer_is_read_twice(shelf: Any) -> None:
    """No record of it is lost."""
    invoice = '{{"Id":"{}","CustomerRef":{{"value":"7"}},"TotalAmt":5,"TxnDate":"2026-01-05"}}'
    lists = ",".join(f'"Invoice":[{invoice.format(number)}]' for number in (1, 2))
    shelf.put("i.json", f'{{"QueryResponse":{{{lists}}}}}')
    assert shelf.read(INVOICES, "i.json").frame["invoice_id_acct"].to_list() == ["1", "2"]


def test_lines_that_are_no_json_are_told_one_by_one_only_while_they_are_few(shelf: Any) -> None:
    """A hundred of them are rows with reasons, a hundred thousand are another kind of file."""
    good, bad = '{"id": 1, "name": "a"}\n', '{"id": 2, "name"\n'
    shelf.put("few.json", good + bad * 100 + good)
    assert shelf.read(COMPANIES, "few.json").frame["read_problem"].drop_nulls().len() == 100
    shelf.put("many.json", good + bad * 100_000 + good)
    (problem,) = shelf.problems(COMPANIES, "many.json")
    assert "more than 1,000 lines that are not JSON" in problem.found


def test_elements_that_hold_nothing_do_not_fill_the_memory(shelf: Any) -> None:
    """Two characters for each of them would be a table of any size."""
    shelf.put("c.json", "[" + "1," * 1_000_000 + "1]")
    (problem,) = shelf.problems(COMPANIES, "c.json")
    assert "almost all of its rows are empty" in problem.found


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\r\n \n", b"\xfe\xff\x00\n"])
def test_a_byte_order_mark_alone_is_an_empty_file(shelf: Any, content: bytes) -> None:
    """Nothing was exported."""
    shelf.put("i.csv", content)
    (problem,) = shelf.problems(INVOICES, "i.csv")
    assert problem.found == "an empty file"


def test_nuls_and_halves_of_characters_do_not_stop_a_row(shelf: Any) -> None:
    """They are taken out, or shown as lost; a message shows what cannot be seen."""
    shelf.put("i.csv", f"{HEADER}\n1,INV\0-1,7,2026-01-05,5\n")
    assert shelf.read(INVOICES, "i.csv").frame["invoice_number"].to_list() == ["INV-1"]
    shelf.put("c.json", json.dumps([{"id": 1, "name": "a\ud800b", "\udfff": "\ud83d"}]))
    assert shelf.read(COMPANIES, "c.json").frame["company_name"].to_list() == ["a\ufffdb"]
    shelf.put("n.json", json.dumps([{"\ud800\x1b[31m": 1}]))
    (problem,) = shelf.problems(COMPANIES, "n.json")
    assert problem.found == r"records with \ud800\x1b[31m"
    str(problem).encode()


@pytest.mark.parametrize("delimiter", ['"', "\n", " ", "é"])
def test_a_delimiter_that_is_none_is_told(shelf: Any, delimiter: str) -> None:
    """The configuration is corrected, not guessed at."""
    shelf.put("i.csv", f"{HEADER}\n{ROW}")
    (problem,) = shelf.problems(INVOICES, "i.csv", delimiter=delimiter)
    assert problem.found == f"delimiter = {delimiter!r}"
