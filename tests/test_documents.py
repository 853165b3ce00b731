"""A document is what it is, not the row that describes it: from however many files, none is lost and none doubled."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError
from etl.warehouse.engine import Engine
from tests.soak import runs
from tests.support.ledger_files import IDS, kept, load_files, write_ledger, write_table

WORDS = {"invoice": "Invoice", "credit_memo": "Credit Memo"}


@dataclass(frozen=True)
class Document:
    """One document of the books."""

    id: str
    kind: str
    number: str | None
    customer: str
    day: date
    total: Decimal
    currency: str = "USD"

    @property
    def looks(self) -> tuple[object, ...]:
        """What a list without ids distinguishes it by at first."""
        return (self.kind, self.number or self.total, self.customer, self.day)


def _json(path: Path, documents: Sequence[Document]) -> None:
    answer: dict[str, list[dict[str, object]]] = {}
    for one in documents:
        record = {
            "Id": one.id, "DocNumber": one.number, "CustomerRef": {"value": IDS[one.customer], "name": one.customer},
            "TxnDate": one.day.isoformat(), "TotalAmt": float(one.total), "Balance": float(one.total),
            "CurrencyRef": {"value": one.currency},
        }  # fmt: skip
        answer.setdefault({"invoice": "Invoice", "credit_memo": "CreditMemo"}[one.kind], []).append(record)
    path.write_text(json.dumps({"QueryResponse": answer}), encoding="utf-8")


def _with_ids(path: Path, documents: Sequence[Document]) -> None:
    rows = [
        (d.id, WORDS[d.kind], d.number, IDS[d.customer], d.customer, d.day, d.total, d.total, d.currency)
        for d in documents
    ]
    write_table(path, "Invoice ID,Type,Number,Customer ID,Customer Name,Date,Total,Balance,Currency", *rows)


def _without_ids(path: Path, documents: Sequence[Document]) -> None:
    rows = [(WORDS[d.kind], d.number, d.customer, d.day, f"{d.total:.1f}", d.total, d.currency) for d in documents]
    write_table(path, "Document Type,Number,Customer,Invoice Date,Total Amount,Balance,Currency", *rows)


def _report(path: Path, documents: Sequence[Document]) -> None:
    rows = [
        (
            f"{d.day:%m/%d/%Y}",
            WORDS[d.kind],
            (d.number or "").lower(),
            d.customer,
            f"{d.total:,.2f}",
            f"{d.total:.2f}",
            d.currency,
        )
        for d in documents
    ]
    total = sum((d.total for d in documents), Decimal(0))
    header = ("Date", "Transaction type", "Num", "Name", "Amount", "Open balance", "Currency")
    lines = [("Invoices",), (), header, *rows, ("TOTAL", "", "", "", f"{total:,.2f}", "", "")]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def _workbook(path: Path, documents: Sequence[Document]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, as_day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Type", "Number", "Customer", "Date", "Total", "Balance", "Currency", "Due Date"])
        for line, d in enumerate(documents, 1):
            sheet.write_row(line, 0, [WORDS[d.kind], d.number or "", d.customer])
            sheet.write_datetime(line, 3, datetime(d.day.year, d.day.month, d.day.day), as_day)
            sheet.write_row(line, 4, [float(d.total), float(d.total), d.currency])


WRITERS = {
    "json": _json, "ids": _with_ids, "table": _without_ids, "report": _report, "book": _workbook,
}  # fmt: skip
SUFFIXES = {"json": "json", "book": "xlsx"}

DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "invoice", "credit_memo"]),
        st.sampled_from([None, None, "1001", "INV-7", "a12"]),
        st.sampled_from(sorted(IDS)),
        st.dates(date(2026, 11, 13), date(2026, 11, 15)),
        st.sampled_from([Decimal(250), Decimal(400), Decimal("1250.5")]),
        st.sampled_from(["USD", "CAD"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=runs(15), deadline=None)
@given(rows=DOCUMENTS, data=st.data())
def test_any_split_over_files_and_formats_counts_each_document_once(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    """Whatever file describes it, in whatever order, format or spelling: none lost, none doubled, sums agree."""
    documents = [Document(str(9000 + number), *row) for number, row in enumerate(rows)]
    folder = tmp_path_factory.mktemp("split")
    looks = sorted({document.looks for document in documents}, key=repr)
    kinds = data.draw(st.lists(st.sampled_from(sorted(WRITERS)), min_size=1, max_size=3))
    told: set[Document] = set()
    for number, kind in enumerate(kinds):
        # a list without ids that has only one of two that look alike is not wrong, but says less than it seems to
        chosen = data.draw(st.sets(st.sampled_from(looks), min_size=1))
        part = data.draw(st.permutations([document for document in documents if document.looks in chosen]))
        WRITERS[kind](folder / f"{data.draw(st.sampled_from('abc'))}{number}.{SUFFIXES.get(kind, 'csv')}", part)
        told.update(part)
    loaded = load_files(engine, folder, date_order="mdy")
    expected = sorted((d.kind, d.customer, d.day, d.total, d.currency) for d in told)
    found = kept(engine, "document_type", "customer_name", "invoice_date", "total_amount", "currency_code")
    assert sorted(found) == expected
    assert len(set(kept(engine, "invoice_id_acct"))) == len(told)
    assert all(r.rows_extracted == r.rows_accepted + r.rows_quarantined for r in loaded.reports)
    assert sum(r.rows_quarantined - r.rows_copied for r in loaded.reports) == 0


def test_an_id_whose_number_or_total_alone_differs_is_one_document_of_one_book(engine: Engine, tmp_path: Path) -> None:
    """Invoices are renumbered and edited; the newer row holds."""
    write_ledger(tmp_path / "a.csv", ("1", "1001", "Acme", "100", "100", "open", "2026-11-14T10:00:00Z"))
    write_ledger(tmp_path / "b.csv", ("1", "1001-A", "Acme", "120", "120", "open", "2026-11-15T10:00:00Z"))
    load_files(engine, tmp_path)
    assert kept(engine, "invoice_number", "total_amount") == [("1001-A", Decimal(120))]


def test_files_that_contradict_each_other_without_an_order_are_refused_and_dated_ones_are_not(
    engine: Engine, tmp_path: Path
) -> None:
    """The day in the name is an order; the newer file supersedes, and what differs is reported."""
    row = ("1", "1001", "Acme")
    write_ledger(tmp_path / "list-one.csv", (*row, "100", "100", "open", ""))
    write_ledger(tmp_path / "list-two.csv", (*row, "120", "120", "open", ""))
    with pytest.raises(InputError, match=r"contradict list-.*1001"):
        load_files(engine, tmp_path)
    (tmp_path / "list-two.csv").rename(tmp_path / "list-2026-11-28.csv")
    (tmp_path / "list-one.csv").rename(tmp_path / "list-2026-11-29.csv")
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "total_amount") == [(Decimal(100),)]
    assert "another amount" in "".join(report.notes for report in loaded.reports)


def test_an_amount_without_a_currency_takes_the_one_of_the_same_amount(engine: Engine, tmp_path: Path) -> None:
    """A list that names no currency says less, whichever file comes last; another amount proves no currency."""
    row = Document("9", "invoice", "1001", "Acme", date(2026, 11, 14), Decimal(100), "CAD")
    _json(tmp_path / "a.json", [row])
    header = "Document Type,Number,Customer,Invoice Date,Total Amount,Balance"
    for total, name in ((100, "b.csv"), (73, "b.csv"), (100, "b-2026-11-29.csv")):
        for path in tmp_path.glob("*.csv"):
            path.unlink()
        write_table(tmp_path / name, header, ("Invoice", "1001", "Acme", "2026-11-14", total, total))
        load_files(engine, tmp_path)
        assert kept(engine, "invoice_id_acct", "total_amount", "currency_code") == [("9", Decimal(100), "CAD")]


def test_of_two_balances_without_an_order_the_smaller_holds_and_is_told(engine: Engine, tmp_path: Path) -> None:
    """Payments lower a balance; a void or deleted document was open before."""
    write_ledger(
        tmp_path / "a.csv",
        ("1", "1001", "Acme", "100", "40", "open", ""),
        ("2", "1002", "Acme", "0", "0", "void", ""),
    )
    write_ledger(
        tmp_path / "b.csv",
        ("1", "1001", "Acme", "100", "100", "open", ""),
        ("2", "1002", "Acme", "70", "70", "open", ""),
    )
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "invoice_number", "balance_amount", "document_status") == [
        ("1001", Decimal(40), "open"), ("1002", Decimal(0), "voided"),
    ]  # fmt: skip
    assert "2 documents have another amount in b.csv" in loaded.reports[0].notes


HEADER = "Number,Customer Name,Date,Total,Balance"


@pytest.mark.parametrize(
    ("lists", "documents"),
    [
        (([("INV-4001", "100")], [("4001", "100")]), 1),
        (([("Invoice #4001", "100")], [("INV-4001", "100")]), 1),
        (([("INV-4001", "100")], [("4001", "70")]), 2),
        (([("A-4001", "100")], [("4001", "100")]), 2),
        (([("INV-4001", "100"), ("4001", "100")], [("4001", "100")]), 2),
    ],
)
def test_the_word_before_a_number_makes_no_other_document(
    engine: Engine, tmp_path: Path, lists: tuple[list[tuple[str, str]], ...], documents: int
) -> None:
    """In two lists without ids, where customer, day and total agree, and no list has both spellings."""
    for name, rows in zip("ab", lists, strict=True):
        write_table(
            tmp_path / f"{name}.csv", HEADER, *((number, "Acme", "2026-11-14", total, total) for number, total in rows)
        )
    load_files(engine, tmp_path)
    assert len(kept(engine, "invoice_id_acct")) == documents


def test_equal_rows_without_ids_count_as_often_as_they_stand_in_one_file(engine: Engine, tmp_path: Path) -> None:
    """Two visits of one day at one price; of several files the one that has more of them is right."""
    visit = ("Acme", "2026-11-14", "250", "250")
    write_table(tmp_path / "a.csv", "Number,Customer,Invoice Date,Total,Balance", ("", *visit), ("", *visit))
    write_table(tmp_path / "b.csv", "Number,Customer,Invoice Date,Total,Balance", *[("", *visit)] * 3)
    load_files(engine, tmp_path)
    assert kept(engine, "invoice_id_acct") == [
        ("|Acme|2026-11-14|250",), ("|Acme|2026-11-14|250|#2",), ("|Acme|2026-11-14|250|#3",),
    ]  # fmt: skip


def test_two_kinds_of_documents_may_share_an_id(engine: Engine, tmp_path: Path) -> None:
    """The credit memo is another document, and gets an id that no other has."""
    write_table(
        tmp_path / "a.csv", "Invoice ID,Type,Number,Customer ID,Date,Total",
        ("5", "Invoice", "1001", "58", "2026-11-14", "100"), ("5", "Credit Memo", "1001", "58", "2026-11-14", "-100"),
    )  # fmt: skip
    load_files(engine, tmp_path)
    assert kept(engine, "invoice_id_acct", "document_type") == [("5", "invoice"), ("5 (credit_memo)", "credit_memo")]


def test_rows_of_a_portal_list_without_ids_that_differ_both_stay(engine: Engine, tmp_path: Path) -> None:
    """A deposit and the rest under one number are two rows; the same row on two pages is one."""
    write_table(
        tmp_path / "a.csv", "Invoice Number,Customer,Total,Balance",
        ("1001", "Acme", "40", "0"), ("1001", "Acme", "60", "60"), *[("1002", "Acme", "5", "5")] * 2,
    )  # fmt: skip
    load_files(engine, tmp_path, "portal_invoices")
    assert kept(engine, "invoice_number", "total_amount", relation="portal_invoices") == [
        ("1001", Decimal(40)), ("1001", Decimal(60)), ("1002", Decimal(5)),
    ]  # fmt: skip
