"""The fast path gives what the careful path gives, and sets aside what it cannot vouch for."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from etl.config import Source
from etl.errors import InputError
from etl.extract import bulk_scan, bulk_select, careful_rows, lines_of, read_text
from etl.extract.formats.powershell import CUT_PATTERN
from etl.schemas import RELATIONS, ColumnKind
from etl.validate import Formats, validate
from etl.warehouse.engine import Engine
from tests.soak import runs

HEADER = "id,doc_number,customer_id,customer_name,txn_date,due_date,total,balance,currency,created_at,type,status"
GOOD = "1,INV-1,7,Acme,2026-01-05,2026-02-05T00:00:00Z,100.00,0.00,usd,2026-01-05T10:00:00Z,Invoice,"
UTC = ZoneInfo("UTC")
FORMATS = Formats(date_order=None, zone=UTC, decimal_comma=False, currency_code=None)
TYPES: dict[ColumnKind, Any] = {
    ColumnKind.MONEY: pl.Decimal(18, 4), ColumnKind.DATE: pl.Date,
    ColumnKind.BOOLEAN: pl.Boolean, ColumnKind.INSTANT: pl.Datetime("us"),
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database to run the select in."""
    opened = Engine(tmp_path_factory.mktemp("engine") / "run.duckdb", threads=1, memory_gb=0.5)
    yield opened
    opened.close()


def scan_of(shelf: Any, relation: str, name: str, **source: Any) -> Any:
    """How a file would be scanned."""
    return bulk_scan(shelf.file(name), RELATIONS[relation], Source(path=name, **source), 0)


def both(engine: Engine, shelf: Any, relation: str, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of the select, and those of the careful path."""
    scan = scan_of(shelf, relation, name)
    assert scan is not None
    careful = read_text(shelf.file(name), RELATIONS[relation], Source(path=name)).frame
    return engine.frame(bulk_select(scan, UTC)), careful


def typed(text: pl.DataFrame, relation: str) -> pl.DataFrame:
    """Text that is in its strict form, cast."""
    casts = []
    for column in RELATIONS[relation].columns:
        value = pl.col(column.name)
        if column.kind is ColumnKind.INSTANT:
            value = value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us")
        elif column.kind is ColumnKind.DATE:
            value = value.str.to_date("%Y-%m-%d")
        elif column.kind is ColumnKind.BOOLEAN:
            value = value.str.to_lowercase() == "true"
        elif column.kind is ColumnKind.CURRENCY:
            value = value.str.to_uppercase().fill_null("XXX")
        elif column.kind is ColumnKind.MONEY:
            value = value.cast(TYPES[ColumnKind.MONEY])
        casts.append(value.alias(column.name))
    return text.select(*casts, "source_file")


def test_rows_in_their_strict_form_are_the_same_either_way(engine: Engine, shelf: Any) -> None:
    """Type, status, currency and every value are those of the careful path."""
    rows = [
        GOOD,
        '2,INV-2,7,"Acme, Inc",2026-01-05,,-5,-5.0,,2026-01-05T10:00:00.25Z,Credit Memo,',
        "3,,8,Zoë,1999-12-31,,5.1234,2.50,EUR,,Gutschrift,Offen",
        "4,INV-4,8,Beta,2026-01-05,,0.00,0.00,EUR,,,Awaiting Payment",
        "5,INV-5,8,Beta,2026-01-05,,5.00,,EUR,,,",
    ]
    shelf.put("i.csv", "\n".join([HEADER, *rows, ""]))
    fast, careful = both(engine, shelf, "accounting_invoices", "i.csv")
    assert fast["unparsed"].to_list() == [None] * 5
    assert fast["source_line"].to_list() == [None] * 5
    assert fast.drop("unparsed", "source_line").equals(typed(careful, "accounting_invoices"))
    assert fast["document_status"].to_list() == ["paid", "open", "open", "open", "unknown"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01-05,", "05/01/2026,"),
        ("2026-01-05,", "2026-02-30,"),
        ("2026-01-05,", "1969-12-31,"),
        ("2026-01-05,", "2201-01-01,"),
        ("2026-01-05,", ","),
        ("100.00", '"1,000.00"'),
        ("100.00", "1e2"),
        ("100.00", "1.23456"),
        ("100.00", "1.234"),
        ("100.00", "(5.00)"),
        ("100.00", "+5"),
        ("100.00", "12345678901234"),
        ("usd", "$"),
        ("Acme", " Acme"),
        ("Acme", "Acme\u00a0"),
        ("Acme", "Acmé\u2003"),
        ("Acme", '"Acme\n"'),
        ("1,INV", "1.2E+11,INV"),
        ("1,INV", "1\u0007,INV"),
        ("1,INV", ",INV"),
        ("T10:00:00Z", "T24:00:00Z"),
        ("T10:00:00Z", " 10:00"),
        ("T10:00:00Z", "T10:00:00+15:30"),
        ("T10:00:00Z", "T10:00:00 Europe/Berlin"),
    ],
)
def test_what_is_not_in_its_strict_form_is_set_aside_as_it_is(engine: Engine, shelf: Any, old: str, new: str) -> None:
    """A value that could be read in two ways, or that validation would refuse, is left to the careful path."""
    bad = GOOD.replace(old, new, 1)
    shelf.put("i.csv", "\n".join([HEADER, *[GOOD] * 600, "", bad, GOOD, bad, ""]))
    fast, careful = both(engine, shelf, "accounting_invoices", "i.csv")
    raw = fast["unparsed"].drop_nulls().to_list()
    assert len(raw) == 2
    scan, file = scan_of(shelf, "accounting_invoices", "i.csv"), shelf.file("i.csv")
    lines = lines_of(file, scan, raw)
    first, second = lines
    assert first == 603
    assert second is not None
    again = careful_rows(file, scan, raw, lines).frame
    assert again.equals(careful.filter(pl.col("source_line").is_in([first, second])))


def test_only_mapped_fields_are_set_aside(engine: Engine, shelf: Any) -> None:
    """A secret beside a bad value stays in the file."""
    shelf.put("i.csv", f"{HEADER},portalPassword\n{GOOD.replace('100.00', 'x')},hunter2\n")
    fast, _ = both(engine, shelf, "accounting_invoices", "i.csv")
    assert "hunter2" not in str(fast.to_dicts())
    assert json.loads(fast["unparsed"][0])["total_amount"] == "x"


def test_times_without_an_offset_are_in_the_zone(engine: Engine, shelf: Any) -> None:
    """An hour that the clock skips or shows twice is set aside: the careful path says which one is meant."""
    times = [
        "2026-07-01T10:00:00",
        "2026-01-05 10:00:00",
        "2026-03-08T02:30:00",
        "2026-11-01T01:30:00",
        "2026-11-01T02:30:00",
    ]
    shelf.put("i.csv", "\n".join([HEADER, *(GOOD.replace("2026-01-05T10:00:00Z", time) for time in times), ""]))
    scan = scan_of(shelf, "accounting_invoices", "i.csv")
    fast = engine.frame(bulk_select(scan, ZoneInfo("America/New_York")))
    shown = [None if row["unparsed"] else str(row["created_at"]) for row in fast.to_dicts()]
    assert shown == ["2026-07-01 14:00:00", "2026-01-05 15:00:00", None, None, "2026-11-01 07:30:00"]


def test_offsets_lead_to_utc(engine: Engine, shelf: Any) -> None:
    """QuickBooks writes its times with an offset."""
    shelf.put("i.csv", f"{HEADER}\n{GOOD.replace('10:00:00Z', '21:43:05-07:00')}\n")
    fast, _ = both(engine, shelf, "accounting_invoices", "i.csv")
    assert str(fast["created_at"][0]) == "2026-01-06 04:43:05"


def test_a_compressed_file_is_scanned_alike(engine: Engine, shelf: Any) -> None:
    """What is inside decides, not the name."""
    shelf.put("i.csv", gzip.compress(f"\ufeff{HEADER}\n{GOOD}\n".encode()))
    fast, careful = both(engine, shelf, "accounting_invoices", "i.csv")
    assert fast.drop("unparsed", "source_line").equals(typed(careful, "accounting_invoices"))


def test_three_decimals_are_read_where_the_point_is_certain(engine: Engine, shelf: Any) -> None:
    """1.234 is one thousand and more in a file with decimal commas."""
    shelf.put("i.csv", f"{HEADER}\n{GOOD.replace('100.00', '1.234')}\n")
    scan = scan_of(shelf, "accounting_invoices", "i.csv", decimal_comma=False)
    assert str(engine.frame(bulk_select(scan, UTC))["total_amount"][0]) == "1.2340"
    assert scan_of(shelf, "accounting_invoices", "i.csv", decimal_comma=True) is None


def test_a_padded_file_is_trimmed(engine: Engine, shelf: Any) -> None:
    """Blanks around every value do not send every row the long way."""
    shelf.put("i.csv", f"{HEADER}\n{GOOD.replace(',', ' , ')}\n")
    fast, careful = both(engine, shelf, "accounting_invoices", "i.csv")
    assert fast["unparsed"].to_list() == [None]
    assert fast.drop("unparsed", "source_line").equals(typed(careful, "accounting_invoices"))


@pytest.mark.parametrize(
    ("relation", "text"),
    [
        (
            "accounting_customers",
            "id,display_name,active,updated_at\n7,Acme (deleted),TRUE,2026-01-05T10:00:00Z\n8,,false,\n",
        ),
        ("portal_invoices", "Invoice ID,Invoice Number,Customer Name,Total\n130,1037,Acme,5.00\n,1038,Acme,6.00\n"),
        (
            "portal_invoices",
            (
                "Invoice Number,Card Name,Type,Status,Date,Due Date,Open Balance\n"
                "1037,Acme,Invoice,Open,2026-01-05,2026-02-04,5.00\n1038,Acme,Credit Memo,Partially Paid,,,\n"
                "1039,Acme,Tax-Invoice,PAID IN FULL,,,0.00\n1040,Acme,Statement,Payment pending,,,1.00\n"
                "1041,Acme,,AutoPay,,,1.00\n1042,Acme,,,,,1.00\n"
            ),
        ),
        ("portal_mappings", "Accounting Customer,Company RecID,Company Name\nAcme,250,Acme Dental\nBeta,,\n"),
        (
            "connectwise_companies",
            "id,identifier,name,types,deletedFlag\n250,NW,Northwind,Client; Owner |,false\n1,A,B,,TRUE\n",
        ),
        (
            "connectwise_contacts",
            "id,firstName,company/id,email,otherEmails\n9,Ann,250,a@x.example,b@x.example;c@x.example\n",
        ),
        (
            "connectwise_invoices",
            (
                "invoiceNumber,total,company/id,date,status/closedFlag,type\n0071,5.00,250,2026-01-05,true,Standard\n"
                "0072,5.00,250,2026-01-05,true,Gutschrift\n0073,5.00,250,2026-01-05,true,\n"
            ),
        ),
    ],
)
def test_every_relation_is_the_same_either_way(engine: Engine, shelf: Any, relation: str, text: str) -> None:
    """Keys, marks and lists that are derived in SQL are derived alike."""
    shelf.put("t.csv", text)
    fast, careful = both(engine, shelf, relation, "t.csv")
    assert fast["unparsed"].null_count() == fast.height
    assert fast.drop("unparsed", "source_line").equals(typed(careful, relation))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("small.csv", None),
        ("preamble.csv", f"Our report\n\n{HEADER}\n{GOOD}\n"),
        ("latin.csv", f"{HEADER}\n{GOOD.replace('Acme', 'Zoë')}\n".encode("cp1252")),
        ("xero.csv", "ContactName,InvoiceNumber,InvoiceDate,Total\nAcme,INV-1,2026-01-05,5\n"),
        ("noids.csv", "Invoice Number,Customer Name,Date,Total\nINV-1,Acme,2026-01-05,5\n"),
        ("twice.csv", f"{HEADER},total\n{GOOD},5\n"),
        ("answer.json", [{"Id": "1", "CustomerRef": {"value": "7"}, "TotalAmt": 5}]),
        ("packed.csv.zst", f"{HEADER}\n{GOOD}\n"),
    ],
)
def test_what_needs_more_than_renaming_is_left_to_the_careful_path(shelf: Any, name: str, content: Any) -> None:
    """No scan is no error: `read_text` reads the file, or says what is wrong with it."""
    shelf.put(name, f"{HEADER}\n{GOOD}\n" if content is None else content)
    minimum = 1_000_000 if content is None else 0
    assert bulk_scan(shelf.file(name), RELATIONS["accounting_invoices"], Source(path=name), minimum) is None


ODD = st.one_of(
    st.sampled_from(["", "1", "0", "0.00", "-5.25", "1.2345", "1.234", "1,5", "$5", "USD 5", "5 CR", "1e5", "true"]),
    st.sampled_from(["2026-01-05", "2026-1-5", "05.01.2026", "1969-12-31", "0001-01-01", "9999-12-31", "1.2E+11"]),
    st.sampled_from(["2026-01-05T10:00:00.5Z", "2026-01-05T10:00:00+02:00", "2026-01-05 10:00:00", "2026-01-05T10:00"]),
    st.sampled_from(
        ["void", "Paid", "Awaiting_Payment", "CreditNote", "usd ", "\u2003eur", "a\u0085b", "a\r\nb", "no"]
    ),
    st.sampled_from(["2026-01-05T00:00:00", "no"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)
ROWS = st.tuples(*(st.one_of(*[st.just(good)] * 6, ODD) for good in GOOD.split(",")))


@given(st.lists(ROWS, min_size=1, max_size=8))
@example([(*GOOD.split(",")[:-1], "@{"), tuple(GOOD.split(","))])
@example([tuple(f" {good}" for good in GOOD.split(",")), tuple(f"{good}\u2003" for good in GOOD.split(","))])
@example([("1.2E+11", *GOOD.split(",")[1:]), ("a\x07b", *GOOD.split(",")[1:]), tuple(GOOD.split(","))])
@settings(max_examples=runs(15))
def test_no_row_is_lost_and_none_is_read_differently(
    engine: Engine, common_shelf: Any, rows: list[tuple[str, ...]]
) -> None:
    """Every row is either set aside whole, or accepted with the very values that validation would accept."""
    cells = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    common_shelf.put("i.csv", "\n".join([HEADER, *cells, ""]))
    assume((scan := scan_of(common_shelf, "accounting_invoices", "i.csv")) is not None)  # line items are no invoices
    file = common_shelf.file("i.csv")
    try:
        fast, careful = both(engine, common_shelf, "accounting_invoices", "i.csv")
    except InputError:
        assert 2 * sum(any(re.match(CUT_PATTERN, cell) for cell in row) for row in rows) > len(rows)
        return
    assert fast.height == len(rows)
    lines = lines_of(file, scan, raw := fast["unparsed"].drop_nulls().to_list())
    again = careful_rows(file, scan, raw, lines).frame.sort("source_line")
    is_aside = pl.col("source_line").is_in(list(filter(None, lines)))
    assert again.equals(careful.filter(is_aside))
    accepted = validate(careful.filter(~is_aside), RELATIONS["accounting_invoices"], FORMATS).accepted
    parsed = fast.filter(pl.col("unparsed").is_null()).drop("unparsed")
    assert parsed.drop("source_line").equals(accepted.drop("source_line"))


def test_a_path_with_a_quotation_mark_is_no_sql(engine: Engine, shelf: Any) -> None:
    """Names of files and delimiters are literals."""
    shelf.put("o'brien.csv", f"{HEADER}\n{GOOD}\n")
    fast, _ = both(engine, shelf, "accounting_invoices", "o'brien.csv")
    assert fast["source_file"].to_list() == ["o'brien.csv"]
    assert Path(shelf.folder / "o'brien.csv").exists()


def test_a_blank_far_behind_the_first_rows_is_found(engine: Engine, shelf: Any) -> None:
    """The first rows say how the file is read, but vouch for no other row."""
    shelf.put("i.csv", "\n".join([HEADER, *[GOOD] * 5000, GOOD.replace("Acme", "Acme "), ""]))
    fast, _ = both(engine, shelf, "accounting_invoices", "i.csv")
    assert fast["unparsed"].is_not_null().arg_true().to_list() == [5000]


def test_rows_stay_in_the_order_of_the_file(tmp_path: Path, shelf: Any) -> None:
    """With several threads, too: row keys and every file of the run follow it."""
    shelf.put("i.csv", "\n".join([HEADER, *(f"{n}{GOOD.removeprefix('1')}" for n in range(600_000)), ""]))
    opened = Engine(tmp_path / "run.duckdb", threads=4, memory_gb=1)
    opened.run(f"create table read as {bulk_select(scan_of(shelf, 'accounting_invoices', 'i.csv'), UTC)}")
    misplaced = opened.rows("select count(*) from read where invoice_id_acct <> rowid::varchar")
    opened.close()
    assert misplaced == [(0,)]
