"""A shape file that is wrong says everything that is wrong, with what was meant; groups and lines of the engine."""

from __future__ import annotations

import io
from typing import Any, Final

import openpyxl
import polars as pl
import pytest

from etl.errors import InputError
from etl.extract.shapes.cell_values import apply_values
from etl.extract.shapes.group_stack import LabelRow, resolve_groups
from etl.extract.shapes.shape import CaptionPattern, RowRules, fold_caption
from etl.extract.shapes.shape_file import parse_shape

GOOD: Final = """
[shape]
id = "x"
system = "X"
relation = "accounting_invoices"
title = "Invoices"
export = "Export"
[recognize]
captions_all = ["Number"]
[columns]
invoice_number = ["Number"]
total_amount = ["Amount"]
[[example]]
text = "Number,Amount"
"""
FOR: Final = RowRules("customer", (r"Total( for)? {group}( with sub-\w+)?", "TOTAL"), "{group} - Other")


def test_a_shape_is_read() -> None:
    """What is not said has its usual value; the id is the family."""
    shape = parse_shape(GOOD, "known/x.toml")
    assert (shape.id, shape.family, shape.relation) == ("x", "x", "accounting_invoices")
    assert shape.columns["total_amount"] == (CaptionPattern.of("Amount"),)
    assert not shape.rows.is_report


@pytest.mark.parametrize(
    ("wrong", "told", "meant"),
    [
        ('relation = "accounting_invoice"', "shape.relation: 'accounting_invoice'", "accounting_invoices"),
        ('invoice_numbr = ["Number"]', "columns.invoice_numbr", "invoice_number"),
        ('[recognize]\ncaption_all = ["A"]', "recognize.caption_all", "captions_all"),
        ('total_amount = "Amount"\n[rows]\ngroup = "costumer"', "rows.group: 'costumer'", "customer"),
        ('total_amount = "Amount"\n[rows]\nfooter = ["@printed"]', "rows.footer: '@printed'", "@printed-at"),
        ('total_amount = "Amount"\n[rows]\ntotal = ["("]', "rows.total: '('", ""),
        ('total_amount = "Amount"\n[rows]\nlines = "sum"', "rows.document", ""),
        ('total_amount = "Amount"\n[values]\ncomputed = { balance_amount = "total_amount - _pad" }', "'_pad'", ""),
        ("total_amount = 5", "columns.total_amount: a number (5)", ""),
        ('reference = ["Amount"]', "columns.total_amount: nothing", ""),
    ],
)
def test_what_is_wrong_is_told(wrong: str, told: str, meant: str) -> None:
    """The file, the key, what was found and what may have been meant."""
    key = wrong.partition(" = ")[0]
    old = {
        "relation": 'relation = "accounting_invoices"', "invoice_numbr": 'invoice_number = ["Number"]',
        "[recognize]\ncaption_all": '[recognize]\ncaptions_all = ["Number"]',
    }.get(key, 'total_amount = ["Amount"]')  # fmt: skip
    with pytest.raises(InputError) as refusal:
        parse_shape(GOOD.replace(old, wrong), "known/x.toml")
    found = [f"{problem.found} {problem.remedy}" for problem in refusal.value.problems]
    assert any(told in one and meant in one for one in found), found
    assert {problem.where for problem in refusal.value.problems} == {"known/x.toml"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """A name that is not the file's, no example and an unknown table are three problems."""
    text = GOOD.replace('id = "x"', 'id = "y"').partition("[[example]]")[0] + "[row]\n"
    with pytest.raises(InputError) as refusal:
        parse_shape(text, "known/x.toml")
    told = " ".join(problem.found for problem in refusal.value.problems)
    assert len(refusal.value.problems) == 3
    assert all(word in told for word in ("shape.id", "example", "key row"))


@pytest.mark.parametrize(
    ("caption", "folded"),
    [
        ("Transaction  Type", "transaction type"),
        ("TRANSACTION_TYPE", "transaction type"),
        ("InvoiceNumber", "invoicenumber"),
        ("Invoice Number", "invoice number"),
        ("P. O. #", "p o #"),
        ("CustomerRef/value", "customerref value"),
        ("customerref__value", "customerref value"),
        ("< 1 Month", "< 1 month"),
        ("*ContactName", "*contactname"),
    ],
)
def test_captions_fold_case_blanks_and_punctuation_only(caption: str, folded: str) -> None:
    """A join of words is another caption."""
    assert fold_caption(caption) == folded


def _groups(
    *labels: tuple[str, int, bool], rules: RowRules = FOR, last: int = 99
) -> tuple[list[str], list[Any], list[str]]:
    """The kinds, the path that is open below each label, and the warnings; a label is text, indentation, amounts."""
    rows = [LabelRow(at * 2, text, (0, indent), has_amount) for at, (text, indent, has_amount) in enumerate(labels)]
    found = resolve_groups(rows, rules, last)
    opened = [found.paths[group] if (group := found.after[row.row]) >= 0 else None for row in rows]
    return [found.kinds[row.row] for row in rows], opened, found.warnings


def test_a_row_below_the_total_of_a_child_is_its_parents() -> None:
    """With an indentation or without one: the parent's total is still to come."""
    for indent in (0, 3):
        _, opened, warnings = _groups(
            ("Acme", 0, False), ("Warehouse", indent, False), ("Total for Warehouse", indent, True),
            ("Total for Acme", 0, True),
        )  # fmt: skip
        assert opened == ["Acme", "Acme:Warehouse", "Acme", None]
        assert warnings == []


def test_a_total_of_its_own_rows_does_not_close_a_parent() -> None:
    """The total with sub-customers comes later."""
    _, opened, _ = _groups(
        ("Acme", 0, False), ("Total for Acme", 0, True), ("Warehouse", 0, False), ("Total for Warehouse", 0, True),
        ("Total for Acme with sub-customers", 0, True),
    )  # fmt: skip
    assert opened == ["Acme", "Acme", "Acme:Warehouse", "Acme", None]


def test_a_customer_may_be_called_as_a_total() -> None:
    """Total Wine is a total only where Wine is open."""
    kinds, opened, warnings = _groups(
        ("Total Wine", 0, False), ("Total Total Wine", 0, True), ("Wine", 0, False), ("Total Wine", 0, True),
        ("TOTAL", 0, True),
    )  # fmt: skip
    assert kinds == ["group header", "total", "group header", "total", "total"]
    assert opened == ["Total Wine", None, "Wine", None, None]
    assert warnings == []


def test_groups_without_totals_follow_each_other() -> None:
    """A report without totals has no end of a group but the next heading."""
    assert _groups(("Acme", 0, False), ("Beta", 0, False))[1:] == (["Acme", "Beta"], [])


def test_what_does_not_fit_is_a_warning() -> None:
    """A group that never closes where others do, and the total of no group."""
    _, opened, warnings = _groups(
        ("Acme", 0, False), ("Total Acme", 0, True), ("Beta", 0, False), ("Total Zed", 0, True)
    )
    assert opened[-1] is None
    assert ["'Total Zed'" in warnings[0], "'Beta'" in warnings[1]] == [True, True]


def test_the_parents_own_rows_are_the_parents() -> None:
    """QuickBooks Desktop puts them into a group of their own."""
    _, opened, _ = _groups(
        ("Acme", 0, False), ("Branch", 0, False), ("Total Branch", 0, True), ("Acme - Other", 0, False),
        ("Total Acme - Other", 0, True), ("Total Acme", 0, True),
    )  # fmt: skip
    assert opened == ["Acme", "Acme:Branch", "Acme", "Acme", "Acme", None]


def test_only_known_bands_are_headings_of_bands() -> None:
    """Anything else above the rows of an ageing report is not understood."""
    rules = RowRules("band", ("Total for {group}", "TOTAL"))
    kinds, _, _ = _groups(("CURRENT (9)", 0, False), ("Total for CURRENT", 0, True), ("Acme", 0, False), rules=rules)
    assert kinds == ["group header", "total", "unknown"]


def test_totals_are_held_against_their_rows(shelf: Any) -> None:
    """A group's total that lost a row is reported, though nothing else is wrong."""
    shelf.put(
        "r.csv",
        ",Date,Transaction type,Num,Amount,Open balance\nAcme,,,,,\n,01/20/2026,Invoice,1,10.00,10.00\n"
        "Total for Acme,,,,35.00,35.00\nTOTAL,,,,35.00,35.00\n",
    )
    warnings = shelf.read("accounting_invoices", "r.csv").warnings
    assert any("'Total for Acme' is not the sum" in one for one in warnings)
    assert any("TOTAL row is not the sum" in one for one in warnings)


def test_two_sheets_that_fit_alike_are_told(shelf: Any) -> None:
    """Nobody knows which one is meant; the one that fits is read, wherever it is."""
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    for name in ("August", "September"):
        sheet = book.create_sheet(name)
        sheet.append(["ContactName", "InvoiceNumber", "InvoiceDate", "Total", "Currency"])
        sheet.append(["Acme", f"INV-{name}", "15/07/2026", 10, "GBP"])
    out = io.BytesIO()
    book.save(out)
    shelf.put("two.xlsx", out.getvalue())
    (problem,) = shelf.problems("accounting_invoices", "two.xlsx")
    assert "the sheets August and September" in problem.found
    rows = shelf.rows("accounting_invoices", "two.xlsx", sheet="August")
    assert [row["invoice_number"] for row in rows] == ["INV-August"]
    del book["September"]
    out = io.BytesIO()
    book.save(out)
    shelf.put("one.xlsx", out.getvalue())
    assert len(shelf.rows("accounting_invoices", "one.xlsx")) == 1


def test_a_report_of_bands_without_customers_is_not_read(shelf: Any) -> None:
    """An ageing band is no customer."""
    shelf.put(
        "r.csv",
        ",Date,Transaction type,Num,Due date,Amount,Open balance\n91 or more days past due,,,,,,\n"
        ",05/02/2026,Invoice,9,06/01/2026,500.00,500.00\n",
    )
    assert shelf.problems("accounting_invoices", "r.csv")


@pytest.mark.parametrize(
    "header", ["Date,Transaction type,Num,Name,Amount,Open balance", "Date,Type,Number,Customer,Total,Balance"]
)
def test_a_list_of_bills_is_no_list_of_invoices(shelf: Any, header: str) -> None:
    """Whatever its captions say, its rows say what it is."""
    shelf.put("b.csv", f"{header}\n2026-08-01,Bill,B-1,Cable Wholesale,500.00,500.00\n")
    (problem,) = shelf.problems("accounting_invoices", "b.csv")
    assert "a list of bills" in problem.found


def test_a_list_that_holds_only_what_is_open_says_so(shelf: Any) -> None:
    """And of which day it is, where that is before it was printed."""
    report = (
        'Harbor IT,,,,\nOpen Invoices,,,,\n"As of September 10, 2026",,,,\n\n,Date,Transaction type,Num,Open balance\n'
        "Acme,,,,\n,08/20/2026,Invoice,1,10.00\nTotal for Acme,,,,10.00\n"
        '"Wednesday, September 30, 2026 01:48 PM GMT-05:00",,,,\n'
    )
    shelf.put("o.csv", report)
    found = shelf.read("accounting_invoices", "o.csv")
    assert found.is_open_only
    assert [f"{one.at:%Y-%m-%d}" for one in found.stated] == ["2026-09-10"]


def test_values_below_zero_empty_cells_and_keys() -> None:
    """An amount below zero is recognized, a cell is emptied, and columns make the key of an invoice."""
    values = """[values]
key = ["invoice_number", "customer_name"]
[[values.set]]
when = { balance_amount = ["@negative"] }
to = { document_type = "credit note", total_amount = "" }
[[example]]"""
    shape = parse_shape(GOOD.replace("[[example]]", values), "known/x.toml")
    rows = {
        "invoice_number": ["7", "8", None],
        "customer_name": ["Orchard", "Orchard", "Orchard"],
        "total_amount": ["5", "6", "7"],
        "balance_amount": ["5", "(6.00)", None],
    }
    frame, _ = apply_values(pl.DataFrame(rows), shape)
    assert frame["document_type"].to_list() == [None, "credit note", None]
    assert frame["total_amount"].to_list() == ["5", None, "7"]
    assert frame["invoice_id_acct"].to_list() == ["7|Orchard", "8|Orchard", None]
    assert frame["has_internal_id"].unique().to_list() == ["false"]


@pytest.mark.parametrize(
    "text",
    [
        (
            ",Type,Date,Num,Due Date,Aging,Open Balance\nPaper Mill,,,,,,\n,Bill,05/13/2026,7,06/12/2026,30,90.00\n"
            ",Credit,05/14/2026,8,,,-5.00\nTotal Paper Mill,,,,,,85.00\n"
        ),
        (
            "Type,Date,Num,Name,Due Date,Amount,Open Balance\n"
            "Item Receipt,05/13/2026,7,Paper Mill,06/12/2026,30.00,30.00\n"
            "Credit,05/14/2026,8,Paper Mill,,-5.00,-5.00\n"
        ),
        (
            "ContactName,InvoiceNumber,InvoiceDate,DueDate,PlannedDate,Total,InvoiceAmountDue,Currency,Status\n"
            "Paper Mill,B-7,13 May 2026,12 Jun 2026,,90.00,90.00,USD,Awaiting Payment\n"
        ),
    ],
)
def test_what_may_be_owed_to_vendors_is_no_list_of_invoices(shelf: Any, text: str) -> None:
    """Vendors give credits, too; without a type nothing says which side owes."""
    shelf.put("a.csv", text)
    (problem,) = shelf.problems("accounting_invoices", "a.csv")
    assert "you owe" in problem.found or "you do" in problem.found
