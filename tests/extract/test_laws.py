"""Whatever bytes come, they are read or refused; nothing crashes, nothing is lost, the same bytes give the same."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.config import Source
from etl.errors import InputError
from etl.extract import Extract, bulk_scan, read_text, recognize
from etl.schemas import RELATIONS, ColumnKind

STARTS = st.sampled_from(
    [
        b"",
        b"[",
        b'[{"id": 1, "name": ',
        b'{"QueryResponse": {"Invoice": [',
        b'{"Invoices": ',
        b"PAR1",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"id,doc_number,customer_id,txn_date,total\n",
        b"Date,Transaction type,Num,Name,Amount\n",
        b"ContactName,InvoiceNumber,InvoiceDate,Total\n",
        b"started_at,from_date,status\n",
    ]
)
BYTES = st.one_of(
    st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
KEYS = st.sampled_from(
    (
        *("id", "Id", "name", "firstName", "company", "status", "types", "type", "communicationItems", "value"),
        *("defaultFlag", "invoiceNumber", "total", "CustomerRef", "TotalAmt", "DisplayName", "QueryResponse"),
        *("CDCResponse", "Invoice", "Invoices", "Contact", "InvoiceID", "ContactID", "Name", "Phones", "Addresses"),
        *("inactiveFlag", "portalPassword"),
    )
)
ANSWERED = ("connectwise_companies", "connectwise_contacts", "accounting_invoices", "accounting_customers")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


def whole(extract: Extract, relation: str) -> None:
    """The frame keeps its contract."""
    expected = {
        column.name: pl.List(pl.String) if column.kind is ColumnKind.TEXTS else pl.String
        for column in RELATIONS[relation].columns
    }
    recorded = {"source_file": pl.String, "source_line": pl.Int64, "read_problem": pl.String}
    assert dict(extract.frame.schema) == {**expected, **recorded}
    assert extract.frame["source_line"].null_count() == 0


def judge(shelf: Any, relation: str, name: str) -> None:
    """Either a frame that keeps its contract, or problems that a person can act on."""
    try:
        extract = shelf.read(relation, name)
    except InputError as refusal:
        problems = refusal.problems
    else:
        whole(extract, relation)
        return
    assert problems
    assert all(problem.where and problem.found and problem.expected and problem.remedy for problem in problems)


@given(relation=st.sampled_from(list(RELATIONS)), start=STARTS, rest=BYTES)
@settings(max_examples=200)
@example(relation="accounting_invoices", start=b"[" * 100_000, rest=b"")
@example(relation="accounting_invoices", start=b'{"a":' * 50_000, rest=b"")
@example(relation="accounting_invoices", start=b'{"QueryResponse":' * 50_000, rest=b"")
@example(relation="accounting_invoices", start=b'{"value":[' * 50_000, rest=b"")
@example(relation="accounting_invoices", start=b'id,doc_number,customer_id,txn_date,total\n"', rest=b"x" * 200_000)
def test_arbitrary_bytes_are_read_or_refused(common_shelf: Any, relation: str, start: bytes, rest: bytes) -> None:
    """There is no third way, whatever the file is said to be."""
    path = common_shelf.put("x", start + rest)
    recognize(path)
    bulk_scan(common_shelf.file("x"), RELATIONS[relation], Source(path="x"), 0)
    judge(common_shelf, relation, "x")


@given(relation=st.sampled_from(ANSWERED), value=JSON)
@settings(max_examples=200)
def test_arbitrary_answers_are_read_or_refused(common_shelf: Any, relation: str, value: Any) -> None:
    """Answers whose parts are of the wrong kind give rows with reasons."""
    common_shelf.put("x.json", value)
    judge(common_shelf, relation, "x.json")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(rows=st.lists(st.tuples(*[CELLS] * 5), max_size=12))
def test_every_row_of_a_table_is_a_row_or_is_counted(common_shelf: Any, rows: list[tuple[str, ...]]) -> None:
    """Rows and notes together are what stands below the header."""
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    common_shelf.put("x.csv", "\n".join(["id,doc_number,customer_id,txn_date,total", *lines, ""]))
    extract = common_shelf.read("accounting_invoices", "x.csv")
    assert extract.frame.height + extract.shape_notes.get("blank", 0) == len(rows)
    assert extract.frame["read_problem"].null_count() == extract.frame.height


@given(records=st.lists(st.dictionaries(st.sampled_from(["name", "identifier"]), st.text(max_size=8)), max_size=10))
def test_every_record_of_an_answer_is_a_row(common_shelf: Any, records: list[dict[str, str]]) -> None:
    """An array, its NDJSON and its pages give the same rows."""
    numbered = [{"id": number, "name": "x", **record} for number, record in enumerate(records)]
    common_shelf.put("a.json", numbered)
    common_shelf.put("b.json", "\n".join(json.dumps(record) for record in numbered) + "\n" if numbered else "[]")
    common_shelf.put("c.json", {"value": numbered})
    rows = [common_shelf.rows("connectwise_companies", name) for name in ("a.json", "b.json", "c.json")]
    assert len(rows[0]) == len(records)
    assert rows[0] == rows[1] == rows[2]


def test_the_same_bytes_give_the_same_frame(shelf: Any) -> None:
    """Reading is a function of the file."""
    shelf.put("x.csv", "id,doc_number,customer_id,txn_date,total\n1,a,2,2026-01-05,3\n")
    file, source = shelf.file("x.csv"), Source(path="x.csv")
    first, second = (read_text(file, RELATIONS["accounting_invoices"], source) for _ in range(2))
    assert first.frame.equals(second.frame)
    assert (first.shape_notes, first.warnings) == (second.shape_notes, second.warnings)
