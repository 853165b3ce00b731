"""Columns that flag a row as void, hidden or deleted count, whatever else the row says."""

from __future__ import annotations

from typing import Any

import pytest

ACCOUNTING = "Invoice Number,Customer Name,Invoice Date,Total,Balance,{}\n1,Acme,2026-10-01,5.00,5.00,{}\n"
PORTAL = "Portal Invoice ID,Invoice Number,Customer Name,Total,Balance,{}\n9,1,Acme,5.00,5.00,{}\n"


@pytest.mark.parametrize("caption", ["Voided", "VOID", "is_void", "Voided At", "Cancelled", "canceled_at"])
@pytest.mark.parametrize(
    ("value", "status"),
    [("Yes", "void"), ("x", "void"), ("2026-10-03", "void"), ("No", "open"), ("", "open"), ("0", "open")],
)
def test_a_document_that_is_flagged_as_void_is_void(shelf: Any, caption: str, value: str, status: str) -> None:
    """The status column may be missing, or lag behind."""
    shelf.put("i.csv", ACCOUNTING.format(caption, value))
    (row,) = shelf.rows("accounting_invoices", "i.csv")
    assert row["document_status"] == status
    assert "read_problem" not in row


def test_a_deleted_document_is_deleted_even_if_it_is_void(shelf: Any) -> None:
    """A void document is still in the books; a deleted one is not."""
    shelf.put("i.csv", ACCOUNTING.format("Voided,Deleted", "Yes,Yes"))
    assert shelf.rows("accounting_invoices", "i.csv")[0]["document_status"] == "deleted"


@pytest.mark.parametrize(
    ("caption", "value"),
    [("Hidden", "Yes"), ("Visible", "No"), ("Visible to Client", "FALSE"), ("Void", "1"), ("Deleted", "true"),
     ("Archived", "2026-10-01"), ("Published", "0"), ("Show in Portal", "N"), ("Draft", "yes")],
)  # fmt: skip
def test_what_the_portal_hides_is_gone_there(shelf: Any, caption: str, value: str) -> None:
    """A row that clients do not see proves nothing."""
    shelf.put("p.csv", PORTAL.format(caption, value))
    (row,) = shelf.rows("portal_invoices", "p.csv")
    assert row["portal_status"] == "gone"


@pytest.mark.parametrize(("caption", "value"), [("Hidden", "No"), ("Visible", "Yes"), ("Void", ""), ("Published", "1")])
def test_what_the_portal_shows_stays(shelf: Any, caption: str, value: str) -> None:
    """A flag that does not apply says nothing of what is owed."""
    shelf.put("p.csv", PORTAL.format(caption, value))
    (row,) = shelf.rows("portal_invoices", "p.csv")
    assert row.get("portal_status") is None
    assert "read_problem" not in row


@pytest.mark.parametrize("caption", ["Void", "Hidden", "Visible", "Deleted"])
def test_a_flag_that_nobody_understands_sets_the_row_aside(shelf: Any, caption: str) -> None:
    """The row is neither used nor lost."""
    shelf.put("p.csv", PORTAL.format(caption, "perhaps"))
    (row,) = shelf.rows("portal_invoices", "p.csv")
    assert " flag: 'perhaps' says neither that " in row["read_problem"]


def test_a_void_flag_of_accounting_that_nobody_understands_sets_the_row_aside(shelf: Any) -> None:
    """The row is neither used nor lost."""
    shelf.put("i.csv", ACCOUNTING.format("Voided", "perhaps"))
    (row,) = shelf.rows("accounting_invoices", "i.csv")
    assert row["read_problem"].startswith("void flag: 'perhaps'")
