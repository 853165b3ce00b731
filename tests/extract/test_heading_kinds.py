"""Groups of a report that are no customers."""

from __future__ import annotations

from typing import Any

import pytest

HEADINGS = ["Net 15", "August 2026", "Payment", "61 and over", "31 - 60 days overdue", "Current (not due)"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_report_that_is_not_grouped_by_customer_is_refused(shelf: Any, heading: str) -> None:
    """One heading of another kind is enough, wherever it stands."""
    rows = [",Date,Transaction type,Num,Due date,Open balance"]
    for number, name in enumerate(["Elm Works", heading]):
        rows += [f"{name},,,,,", f",08/13/2026,Invoice,{number},09/13/2026,10.00", f"Total for {name},,,,,10.00"]
    shelf.put("o.csv", "\n".join([*rows, ""]))
    assert f"({heading})" in shelf.problems("accounting_invoices", "o.csv")[0].found
