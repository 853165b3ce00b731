"""Rows of shapes that continue others, line items that are added up, and ids that may be another one."""

from __future__ import annotations

import time
from typing import Any, Final

import pytest


def test_rows_that_continue_repeat_the_whole_customer(shelf: Any) -> None:
    """A row with a customer of its own and no name does not take the name of the customer above."""
    shelf.put(
        "h.csv",
        "Customer ID,Customer Name,Transaction,Trans No.,Invoice No.,Date,Date Due,Amount,Amnt Remaining\n"
        "A,Acme,Invoice,1,1,8/13/26,9/12/26,10.00,10.00\n,,Receipt,5,1,8/13/26,,-4.00,\n"
        "B,,Invoice,2,2,8/14/26,9/13/26,7.00,7.00\n",
    )
    rows = shelf.rows("accounting_invoices", "h.csv")
    assert [(row["customer_id_acct"], row.get("customer_name")) for row in rows] == [
        ("A", "Acme"), ("A", "Acme"), ("B", None),
    ]  # fmt: skip
    assert [row["invoice_number"] for row in rows] == ["1", "5", "2"]


MOST_SECONDS: Final = 20
MYOB: Final = "{}\nInclusive\tCo./Last Name\tFirst Name\tInvoice No.\tDate\tInc-Tax Amount\tSale Status\tAmount Paid"


def test_freight_is_added_once(shelf: Any) -> None:
    """Each line repeats it; the balance is what the sum leaves."""
    shelf.put(
        "s.txt",
        f"{MYOB}\tInc-Tax Freight Amount\nX\tBirch\tBo\t7\t13/08/2026\t$10.00\tI\t$4.00\t$3.00\n"
        "X\tBirch\tBo\t7\t13/08/2026\t$20.00\tI\t$4.00\t$3.00\n",
    )
    (row,) = shelf.rows("accounting_invoices", "s.txt")
    amounts = (row["total_amount"], row["balance_amount"])
    assert (row["customer_name"], *map(float, amounts)) == ("Birch, Bo", 33.0, 29.0)


@pytest.mark.parametrize("amount", ["", "n/a"])
def test_a_line_without_an_amount_spoils_the_sum(shelf: Any, amount: str) -> None:
    """A sum that leaves it out would be too small."""
    shelf.put(
        "s.txt",
        f"{MYOB}\nX\tBirch\t\t7\t13/08/2026\t$10.00\tI\t$0.00\nX\tBirch\t\t7\t13/08/2026\t{amount}\tI\t$0.00\n",
    )
    (row,) = shelf.rows("accounting_invoices", "s.txt")
    assert "no amount that can be read" in row["read_problem"]


def test_lines_that_disagree_on_what_is_paid_are_told(shelf: Any) -> None:
    """A balance that is computed of it would be a guess."""
    shelf.put(
        "s.txt",
        f"{MYOB}\nX\tBirch\t\t7\t13/08/2026\t$10.00\tI\t$5.00\nX\tBirch\t\t7\t13/08/2026\t$20.00\tI\t$0.00\n",
    )
    (row,) = shelf.rows("accounting_invoices", "s.txt")
    assert "disagree on _paid" in row["read_problem"]


NETSUITE: Final = "Internal ID,Date,Type,Document Number,Internal ID,Name,Internal ID,Status,Amount\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "31,8/1/2026,Invoice,1,91,Acme,91,Open,5.00\n31,8/2/2026,Invoice,2,92,Acme,92,Open,6.00\n",
            "should say the same",
        ),
        ("91,8/1/2026,Invoice,1,91,Acme,31,Open,5.00\n91,8/1/2026,Invoice,1,91,Acme,31,Open,6.00\n", "several rows"),
    ],
)
def test_an_id_that_may_be_another_one_is_refused(shelf: Any, rows: str, told: str) -> None:
    """Columns in another order, or one row per line: invoices with one id would be one invoice."""
    shelf.put("n.csv", NETSUITE + rows)
    (problem,) = shelf.problems("accounting_invoices", "n.csv")
    assert told in problem.found


def test_an_id_without_a_known_owner_is_not_read(shelf: Any) -> None:
    """Two invoices of one customer stay two."""
    shelf.put(
        "n.csv",
        "Date,Type,Document Number,Name,Internal ID,Status,Amount\n"
        "8/13/2026,Invoice,1,Acme,31,Open,5.00\n8/14/2026,Invoice,2,Acme,31,Open,6.00\n",
    )
    rows = shelf.rows("accounting_invoices", "n.csv")
    assert len({row["invoice_id_acct"] for row in rows}) == 2
    assert {row["has_internal_id"] for row in rows} == {"false"}


@pytest.mark.parametrize("extra", [500, 2_000])
def test_a_report_of_many_columns_is_read_in_time(shelf: Any, extra: int) -> None:
    """A step for each cell within a step for each cell would take minutes."""
    fill, names = "," * (extra + 5), ",".join(f"Field {at}" for at in range(extra))
    rows = [
        f"Open Invoices{fill}", "", f",Date,Transaction type,Num,Due date,Open balance,{names}", f"Ace{fill}",
        f",01/05/2026,Invoice,1001,02/05/2026,100.00{',' * extra}", f"Total for Ace,,,,,100.00{',' * extra}",
    ]  # fmt: skip
    shelf.put("i.csv", "\n".join(rows))
    begun = time.process_time()
    assert shelf.read("accounting_invoices", "i.csv").frame["invoice_number"].to_list() == ["1001"]
    assert time.process_time() - begun < MOST_SECONDS
