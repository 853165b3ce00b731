"""A column `Balance` is the open balance only where the rows allow it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.extract.profiles.running_balance import is_settled, why_no_open_balance
from tests.extract.test_bulk import scan_of
from tests.soak import runs

INVOICES = "accounting_invoices"
SCANNING = import_module("etl.extract.profiles.bulk_checks")
HEADER = "id,customer_id,Date,Type,Num,Name,Amount,Balance"
RUNNING = {
    "larger": ["1,1,2026-03-01,Invoice,1,Elm,80.00,80.00", "2,1,2026-03-02,Invoice,2,Elm,30.00,110.00"],
    "paid": [
        "1,1,2026-03-01,Invoice,1,Elm,80.00,80.00",
        "2,1,2026-03-02,Payment,,Elm,-80.00,0.00",
        "3,1,2026-03-03,Invoice,2,Elm,30.00,30.00",
    ],
    "paid without a sign": [
        "1,1,2026-03-01,Invoice,1,Elm,80.00,80.00",
        "4,2,2026-03-01,Invoice,7,Oak,55.00,55.00",
        "2,1,2026-03-02,Payment,,Elm,80.00,0.00",
        "3,1,2026-03-03,Invoice,2,Elm,30.00,30.00",
    ],
    "newest first": [
        "3,1,2026-03-03,Invoice,2,Elm,30.00,30.00",
        "2,1,2026-03-02,Payment,,Elm,-80.00,0.00",
        "1,1,2026-03-01,Invoice,1,Elm,80.00,80.00",
    ],
    "from an opening balance": [
        "1,1,2026-03-01,,1,Elm,80.00,580.00",
        "2,1,2026-03-02,,2,Elm,30.00,610.00",
        "3,2,2026-03-02,,3,Oak,5.00,45.00",
    ],
    "without types": [
        "1,1,2026-03-01,,1,Elm,80.00,80.00",
        "2,1,2026-03-02,,,Elm,-80.00,0.00",
        "3,1,2026-03-03,,2,Elm,30.00,30.00",
    ],
    "of the customer": [
        "1,1,2026-03-01,Invoice,1,Elm,80.00,25.00",
        "2,1,2026-03-02,Invoice,2,Elm,30.00,25.00",
        "3,2,2026-03-02,Invoice,3,Oak,10.00,0.00",
    ],
}
OPEN = {
    "mixed": ["1,1,2026-03-01,Invoice,1,Elm,80.00,0.00", "2,1,2026-03-02,Invoice,2,Elm,30.00,30.00"],
    "a flat fee": ["1,1,2026-04-01,Invoice,1,Elm,80.00,80.00", "2,1,2026-03-01,Invoice,2,Elm,80.00,0.00"],
    "flat fees, the newest open": [
        "1,1,2026-04-01,,1,Elm,80.00,80.00",
        "2,1,2026-03-01,,2,Elm,80.00,0.00",
        "3,2,2026-04-01,,3,Oak,55.00,55.00",
        "4,2,2026-03-01,,4,Oak,55.00,0.00",
    ],
    "flat fees, open and paid in turn": [
        f"{at},1,2026-0{at}-01,Invoice,{at},Elm,80.00,{('80.00', '0.00')[at % 2]}" for at in range(1, 7)
    ],
    "all open": ["1,1,2026-03-01,Invoice,1,Elm,80.00,80.00", "2,1,2026-03-02,Invoice,2,Elm,30.00,30.00"],
    "all paid": ["1,1,2026-03-01,Invoice,1,Elm,80.00,0.00", "2,1,2026-03-02,Invoice,2,Elm,30.00,0.00"],
    "a credit": ["1,1,2026-03-01,Invoice,1,Elm,80.00,10.00", "2,1,2026-03-02,Credit Memo,2,Elm,-30.00,-30.00"],
}


@pytest.mark.parametrize("rows", RUNNING.values(), ids=RUNNING)
def test_a_balance_that_runs_is_not_read(shelf: Any, rows: list[str]) -> None:
    """What is owed is unknown, and the reason is reported; a big file gets the same reading."""
    shelf.put("i.csv", "\n".join([HEADER, *rows, ""]))
    extract = shelf.read(INVOICES, "i.csv")
    assert extract.frame.get_column("balance_amount").null_count() == len(rows)
    assert [one for one in extract.warnings if one.startswith("Balance is not read as the open balance")]
    assert extract.captions is not None
    assert "Balance" in extract.captions.ignored
    assert scan_of(shelf, INVOICES, "i.csv") is None


@pytest.mark.parametrize("rows", OPEN.values(), ids=OPEN)
def test_a_balance_of_each_invoice_is_read(shelf: Any, rows: list[str]) -> None:
    """Nothing speaks against it."""
    shelf.put("i.csv", "\n".join([HEADER, *rows, ""]))
    extract = shelf.read(INVOICES, "i.csv")
    assert extract.frame.get_column("balance_amount").to_list() == [row.split(",")[-1] for row in rows]
    assert not extract.warnings
    assert scan_of(shelf, INVOICES, "i.csv") is not None


def test_a_caption_that_says_open_and_a_person_are_believed(shelf: Any) -> None:
    """Only a caption without such a word is judged by its rows."""
    rows = ["1,1,2026-03-01,Invoice,1,Elm,80.00,95.00", ""]
    shelf.put("i.csv", "\n".join([HEADER.replace("Balance", "Open balance"), *rows]))
    assert shelf.read(INVOICES, "i.csv").frame.get_column("balance_amount").to_list() == ["95.00"]
    shelf.put("j.csv", "\n".join([HEADER, *rows]))
    named = shelf.read(INVOICES, "j.csv", columns={"balance_amount": "Balance"})
    assert named.frame.get_column("balance_amount").to_list() == ["95.00"]


@pytest.mark.parametrize("rows", RUNNING.values(), ids=RUNNING)
def test_a_balance_that_runs_below_the_first_rows_is_found(
    shelf: Any, monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    """The first rows may say nothing of how the others go on: then more are looked at, until they do."""
    monkeypatch.setattr(SCANNING, "_FIRST_ROWS", 1)
    monkeypatch.setattr(SCANNING, "_MORE", 2)
    shelf.put("i.csv", "\n".join([HEADER, *rows, ""]))
    assert scan_of(shelf, INVOICES, "i.csv") is None


@pytest.mark.parametrize("rows", OPEN.values(), ids=OPEN)
def test_a_balance_of_each_invoice_is_scanned_however_few_rows_show_it(
    shelf: Any, monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    """More rows change no verdict of those before them."""
    monkeypatch.setattr(SCANNING, "_FIRST_ROWS", 1)
    shelf.put("i.csv", "\n".join([HEADER, *rows, ""]))
    assert scan_of(shelf, INVOICES, "i.csv") is not None


AMOUNTS = st.sampled_from(["1.00", "-1.00", "2.00", "0.00", "3.00", "1,000", "1,5", "1.234", "2"])
LINES = st.tuples(AMOUNTS, AMOUNTS, st.sampled_from(["Elm", "Oak", None]), st.sampled_from(["Invoice", "Payment"]))
NAMES = ("total_amount", "balance_amount", "customer_name", "document_type")


@given(lines=st.lists(LINES, min_size=1, max_size=12), is_running=st.booleans(), cut=st.integers(1, 12))
@example(lines=[("1.00", "0.00", "Elm", "Invoice"), ("2.00", "0.00", "Elm", "Invoice")], is_running=False, cut=2)
@settings(max_examples=runs(60))
def test_what_the_first_rows_settle_stays_settled(lines: list[tuple[str, ...]], cut: int, *, is_running: bool) -> None:
    """Whatever stands below them, the whole file says the same."""
    if is_running:
        sums = [sum(float(one[0].replace(",", "")) for one in lines[: at + 1]) for at in range(len(lines))]
        lines = [(one[0], f"{balance:.2f}", *one[2:]) for one, balance in zip(lines, sums, strict=True)]
    frame = pl.DataFrame(lines, dict.fromkeys(NAMES, pl.String), orient="row")
    if is_settled(frame.head(cut)):
        assert why_no_open_balance(frame) is None
