"""Amounts in the home currency are never labeled with the foreign currency that is beside them."""

from __future__ import annotations

from typing import Any

import pytest

INVOICES = "accounting_invoices"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Date,Transaction type,Num,Name,Due date,Amount,Foreign amount,Currency,Open balance,Foreign open balance",
            "11/03/2026,Invoice,7,Quill,12/03/2026,685.00,500.00,EUR,685.00,500.00",
        ),
        ("id,customer_id,Date,Number,Total,Total (FCY),Currency", "1,9,2026-11-03,7,685.00,500.00,EUR"),
        ("id,customer_id,Date,Number,Amount,fx_amount,Currency", "1,9,2026-11-03,7,685.00,500.00,EUR"),
    ],
)
def test_amounts_in_two_currencies_are_refused(shelf: Any, header: str, row: str) -> None:
    """Nothing says which of them the currency of the row is; a person can say it."""
    shelf.put("i.csv", f"{header}\n{row}\n")
    problems = shelf.problems(INVOICES, "i.csv")
    assert any("amounts in two currencies" in problem.found for problem in problems)


def test_a_person_says_which_amounts_they_are(shelf: Any) -> None:
    """With the captions named, the file is read; and one currency alone is no doubt."""
    shelf.put("i.csv", "id,customer_id,Date,Number,Total,Foreign total,Currency\n1,9,2026-11-03,7,685.00,500.00,EUR\n")
    named = {"total_amount": "Foreign total"}
    assert shelf.read(INVOICES, "i.csv", columns=named).frame["total_amount"].to_list() == ["500.00"]
    shelf.put("j.csv", "id,customer_id,Date,Number,Total,Foreign total\n1,9,2026-11-03,7,685.00,500.00\n")
    assert shelf.read(INVOICES, "j.csv").frame["total_amount"].to_list() == ["685.00"]
