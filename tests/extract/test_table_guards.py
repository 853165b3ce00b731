"""A table without a shape of its own is never read as another list, and no line item is an invoice."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.config import Source
from etl.errors import InputError
from etl.extract import Extract, SourceFile, bulk_scan, describe_folder, read_text
from etl.schemas import RELATIONS

LISTS = {
    "connectwise_companies": "RecID,Company ID,Company Name,Status\n101,QUILL,Quill Orchards,Active\n",
    "connectwise_contacts": (
        "RecID,Company RecID,First Name,Last Name,Email Address,Portal Security Level\n"
        "501,101,Kit,Farrow,kit@quill.example,6\n"
    ),
    "connectwise_statuses": "id,name,isClosed\n1,New,false\n2,Closed,true\n",
    "connectwise_invoices": (
        "RecID,Invoice Number,Company RecID,Company Name,Invoice Date,Total,Balance,Billing Status\n"
        "1,4001,101,Quill Orchards,2026-11-20,100.00,100.00,New\n"
    ),
    "accounting_customers": "id,Customer Name,Active,Email\n11,Quill Orchards,true,pay@quill.example\n",
    "accounting_invoices": "Invoice Number,Customer,Date,Amount\nQ-1,Quill Orchards,2026-11-20,100.00\n",
    "portal_invoices": (
        "Portal Invoice ID,Invoice ID,Invoice Number,Customer,Date,Amount,Balance\n"
        "1,9001,Q-1,Quill Orchards,2026-11-20,100.00,100.00\n"
    ),
    "portal_mappings": "Customer ID,Customer Name,Company ID,Company Name\n11,Quill Orchards,101,Quill Orchards\n",
    "sync_runs": (
        "started_at,from_date,finished_at,status\n2026-11-02T05:00:00Z,2026-11-01,2026-11-02T05:05:00Z,succeeded\n"
    ),
}
LEFT_OPEN = {
    ("connectwise_companies", "connectwise_statuses"),
    ("connectwise_statuses", "connectwise_companies"),
    ("accounting_invoices", "portal_invoices"),
}
"""Given, read as: their captions may be of both."""


def _read(folder: Path, text: str, relation: str, **source: object) -> Extract:
    path = folder / "x.csv"
    path.write_text(text)
    named = Source.model_validate({"path": "x.csv", **source})
    return read_text(SourceFile(path, "x.csv", ""), RELATIONS[relation], named)


@pytest.mark.parametrize("given", LISTS)
def test_a_table_given_as_another_relation_is_refused(tmp_path: Path, given: str) -> None:
    """What its captions rule out is refused; what it is is read."""
    assert _read(tmp_path, LISTS[given], given).frame.height
    for relation in RELATIONS:
        if relation == given or (given, relation) in LEFT_OPEN:
            continue
        with pytest.raises(InputError):
            _read(tmp_path, LISTS[given], relation)


@pytest.mark.parametrize(
    ("text", "relation", "told"),
    [
        ("Document No,Name,Balance\nD-1,Quill,10.00\n", "accounting_customers", "a list of documents"),
        ("Num,Name,Date,Total\n7,Quill,2026-11-20,10.00\n", "accounting_customers", "a list of documents"),
        ("Internal ID,Name,Date,Balance\n11,Quill,2026-11-20,5.00\n", "accounting_invoices", "a list of customers"),
        (LISTS["portal_invoices"], "accounting_invoices", "a list of the portal"),
        (LISTS["portal_mappings"], "accounting_customers", "a list of mappings"),
    ],
)
def test_the_message_says_what_the_table_is(tmp_path: Path, text: str, relation: str, told: str) -> None:
    """With the caption that shows it; `init` does not propose it either; named captions overrule it."""
    with pytest.raises(InputError) as error:
        _read(tmp_path, text, relation)
    problem = error.value.problems[0]
    assert told in problem.found
    assert "columns" in problem.remedy
    assert all(one.recognition is None or one.recognition.relation != relation for one in describe_folder(tmp_path))
    if relation == "accounting_customers":
        named = {"customer_name": text.partition("\n")[0].split(",")[1]}
        assert _read(tmp_path, text, relation, columns=named).frame.height == 1


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("id,Number,Customer Name,Date,Balance\n1,A-1,Quill,2026-11-20,5.00\n", "accounting_invoices"),
        ("Customer ID,Name,Balance,Terms\n11,Quill,5.00,Net 30\n", "accounting_customers"),
        ("id,Name,Company,Created Date,Balance\n11,Quill,Quill Inc,2026-01-02,5.00\n", "accounting_customers"),
    ],
)
def test_what_the_captions_leave_open_is_read(tmp_path: Path, text: str, relation: str) -> None:
    """A balance or a day alone makes no list of documents."""
    assert _read(tmp_path, text, relation).frame.height == 1


def test_line_items_are_refused_where_captions_announce_them(tmp_path: Path) -> None:
    """Two rows of one invoice with different amounts; equal rows are one invoice, as before."""
    head = "Invoice Number,Customer,Date,Item Code,Amount\n"
    with pytest.raises(InputError, match="line items"):
        _read(tmp_path, head + "A-1,Quill,2026-11-20,X,1000.00\nA-1,Quill,2026-11-20,Y,50.00\n", "accounting_invoices")
    same = head + "A-1,Quill,2026-11-20,X,1050.00\nA-1,Quill,2026-11-20,Y,1050.00\n"
    assert _read(tmp_path, same, "accounting_invoices").frame.height == 1


def test_rows_that_repeat_a_balance_are_set_aside(tmp_path: Path) -> None:
    """The balance is the invoice's, the amounts are of its lines; two invoices of one number have two balances."""
    head = "Invoice Number,Customer,Date,Amount,Balance\nB-7,Brack,2026-11-20,5.00,5.00\n"
    lines = "A-1,Quill,2026-11-20,1000.00,1050.00\nA-1,Quill,2026-11-20,50.00,1050.00\n"
    found = _read(tmp_path, head + lines, "accounting_invoices").frame["read_problem"].to_list()
    assert found[0] is None
    assert all("line items" in problem for problem in found[1:])
    two = "A-1,Quill,2026-11-20,1000.00,1000.00\nA-1,Quill,2026-11-20,50.00,50.00\n"
    paid = "A-2,Quill,2026-11-20,1000.00,0.00\nA-2,Quill,2026-11-20,50.00,0.00\n"
    assert (
        _read(tmp_path, head + two + paid, "accounting_invoices").frame["read_problem"].null_count()
        == len((head + two + paid).splitlines()) - 1
    )


def test_an_id_of_the_customer_makes_no_invoice(tmp_path: Path) -> None:
    """A lone Internal ID with several numbers is refused; without it the same list is read."""
    head = "Date,Invoice Number,Customer,Internal ID,Amount\n"
    text = f"{head}2026-11-20,A-1,Quill,77,100.00\n2026-11-21,A-2,Quill,77,50.00\n"
    with pytest.raises(InputError, match="ids with several invoice numbers"):
        _read(tmp_path, text, "accounting_invoices")
    named = {
        "invoice_id_acct": "", "invoice_number": "Invoice Number", "customer_name": "Customer", "invoice_date": "Date",
        "total_amount": "Amount",
    }  # fmt: skip
    assert _read(tmp_path, text, "accounting_invoices", columns=named).frame["invoice_id_acct"].n_unique() == 2
    own = text.replace("A-2,Quill,77", "A-2,Quill,78")
    assert _read(tmp_path, own, "accounting_invoices").frame["invoice_id_acct"].to_list() == ["77", "78"]


PAYMENTS = [
    "Payment Date,Customer,Invoice Number,Date,Amount,Reference", "Date,Customer,Invoice No,Amount,Payment Method",
    "Customer Name,Invoice #,Transaction Date,Check Number,Amount", "Invoice Number,Client,Date,Total,Amount Applied",
]  # fmt: skip


@pytest.mark.parametrize("relation", ["accounting_invoices", "portal_invoices"])
@pytest.mark.parametrize("header", PAYMENTS)
def test_payments_are_no_invoices(tmp_path: Path, header: str, relation: str) -> None:
    """Each row names the invoice that it pays: its day and its amount are the payment's."""
    row = ",".join({"Date": "2026-10-05", "Transaction Date": "2026-10-05"}.get(one, "7") for one in header.split(","))
    with pytest.raises(InputError, match="a list of payments"):
        _read(tmp_path, f"{header}\n{row}\n", relation)


@pytest.mark.parametrize(
    ("header", "found"),
    [("Number,Customer,Date,Expiry Date,Total,Status", "quotes or estimates"),
     ("Quote Number,Number,Customer,Date,Total", "quotes or estimates"),
     ("Number,Customer,Order Date,Date,Total,Status", "orders"),
     ("Number,Customer,Date,Amount,Frequency,Next Date", "subscriptions or recurring"),
     ("Transaction ID,Date,Customer,Amount,Fee,Net,Status", "card payments")],
)  # fmt: skip
def test_other_documents_are_no_invoices(tmp_path: Path, header: str, found: str) -> None:
    """They have a number, a customer, a day and an amount, too."""
    row = ",".join("2026-10-05" if "Date" in one else "7" for one in header.split(","))
    with pytest.raises(InputError, match=found):
        _read(tmp_path, f"{header}\n{row}\n", "accounting_invoices")


@pytest.mark.parametrize("more", ["Order Number", "Valid Until", "Frequency", "Fee"])
def test_an_invoice_may_name_an_order(tmp_path: Path, more: str) -> None:
    """Its own number, a due date or a balance says what it is."""
    text = f"Number,Customer,Date,Amount,Due Date,{more}\nQ-1,Quill Orchards,2026-11-20,100.00,2026-12-20,7\n"
    assert _read(tmp_path, text, "accounting_invoices").frame.height == 1


@pytest.mark.parametrize("more", ["Balance", "Due Date", "Status", "Type"])
def test_invoices_with_a_column_about_payment_are_invoices(tmp_path: Path, more: str) -> None:
    """A list of invoices has what a list of payments cannot have."""
    text = f"Invoice Number,Customer,Date,Amount,Payment Method,{more}\nQ-1,Quill Orchards,2026-11-20,100.00,Card,\n"
    assert _read(tmp_path, text, "accounting_invoices").frame.height == 1


def test_a_lone_id_is_judged_by_all_rows_of_a_big_file_too(tmp_path: Path) -> None:
    """One select would take each row for itself; with an id that says whose it is, it may."""
    text = "Internal ID,Invoice Number,Customer ID,Date,Amount\n77,A-1,7,2026-11-20,100.00\n77,A-2,7,2026-11-21,50.00\n"
    for caption, is_scanned in (("Internal ID", False), ("Invoice ID", True)):
        path = tmp_path / "big.csv"
        path.write_text(text.replace("Internal ID", caption), encoding="utf-8")
        file, source = SourceFile(path, path.name, ""), Source(path=path.name)
        scan = bulk_scan(file, RELATIONS["accounting_invoices"], source, 0)
        assert (scan is not None) is is_scanned


@pytest.mark.parametrize(("balance", "is_scanned"), [("30.00,30.00", False), ("10.00,20.00", True)])
def test_line_items_of_a_big_file_are_read_with_care(tmp_path: Path, balance: str, is_scanned: bool) -> None:  # noqa: FBT001
    """One select would take each of them for an invoice; with balances of their own they are invoices."""
    first, second = balance.split(",")
    path = tmp_path / "big.csv"
    rows = f"1,A-1,7,2026-11-20,10.00,{first}\n2,A-1,7,2026-11-20,20.00,{second}\n"
    path.write_text(f"id,Invoice Number,Customer ID,Date,Amount,Open Balance\n{rows}", encoding="utf-8")
    file, source = SourceFile(path, path.name, ""), Source(path=path.name)
    assert (bulk_scan(file, RELATIONS["accounting_invoices"], source, 0) is not None) is is_scanned
