"""Columns that flag a row as void, hidden or deleted count, whatever else the row says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.config import Source
from etl.extract import SourceFile, parse_shape, read_text
from etl.extract.shapes.catalogue import all_shapes
from etl.schemas import RELATIONS

ACCOUNTING = "Invoice Number,Customer Name,Invoice Date,Total,Balance,{}\n1,Acme,2026-10-01,5.00,5.00,{}\n"
PORTAL = "Portal Invoice ID,Invoice Number,Customer Name,Total,Balance,{}\n9,1,Acme,5.00,5.00,{}\n"


@pytest.mark.parametrize("caption", ["Voided", "VOID", "is_void", "Voided At", "Cancelled", "canceled_at"])
@pytest.mark.parametrize(
    ("value", "status"),
    [("Yes", "voided"), ("x", "voided"), ("2026-10-03", "voided"), ("No", "open"), ("", "open"), ("0", "open")],
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
     ("Archived", "2026-10-01"), ("Published", "0"), ("Show in Portal", "N"), ("Draft", "yes"), ("Hide", "Yes"),
     ("Show on Portal", "No"), ("Portal Visibility", "Hidden"), ("Client Access", "No"), ("Visibility", "Internal"),
     ("isHidden", "true"), ("visible_to_customer", "0"), ("Displayed to Client", "Not yet released"),
     ("Visible", "Staff only")],
)  # fmt: skip
def test_what_the_portal_hides_is_gone_there(shelf: Any, caption: str, value: str) -> None:
    """A row that clients do not see proves nothing."""
    shelf.put("p.csv", PORTAL.format(caption, value))
    (row,) = shelf.rows("portal_invoices", "p.csv")
    assert row["portal_status"] == "gone"


@pytest.mark.parametrize(
    ("caption", "value"),
    [("Hidden", "No"), ("Visible", "Yes"), ("Void", ""), ("Published", "1"), ("Visibility", "Shown"),
     ("Published On", "2026-10-01"), ("Shows", "yes")],
)  # fmt: skip
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
    assert row["read_problem"] == "flag: 'perhaps' says neither that clients see the invoice nor that they do not"


def test_two_flags_of_the_portal_both_count(shelf: Any) -> None:
    """Not hidden, and not visible to the client either."""
    shelf.put("p.csv", PORTAL.format("Hidden,Visible to Client", "No,No"))
    (row,) = shelf.rows("portal_invoices", "p.csv")
    assert row["portal_status"] == "gone"


@pytest.mark.parametrize("captions", ["Void,Cancelled", "Cancelled,Voided"])
def test_two_flags_of_accounting_both_count(shelf: Any, captions: str) -> None:
    """A list may have one column for each."""
    shelf.put("i.csv", ACCOUNTING.format(captions, "No,Yes"))
    assert shelf.rows("accounting_invoices", "i.csv")[0]["document_status"] == "voided"


def test_an_invoice_without_a_day_is_not_published_where_others_have_one(shelf: Any) -> None:
    """Nothing says that clients see it."""
    shelf.put("p.csv", PORTAL.format("Published", "2026-10-01") + "8,2,Acme,6.00,6.00,\n")
    shown, other = shelf.rows("portal_invoices", "p.csv")
    assert "read_problem" not in shown
    assert other["read_problem"].startswith("flag: '' says neither")


@pytest.mark.parametrize("caption", ["Display Name", "Show Date", "Voucher", "Access Code", "Cancellation Terms"])
def test_other_captions_are_no_flags(shelf: Any, caption: str) -> None:
    """A name is no answer to whether clients see the invoice."""
    shelf.put("p.csv", PORTAL.format(caption, "Acme"))
    assert "read_problem" not in shelf.rows("portal_invoices", "p.csv")[0]


OWN = """
[shape]
id = "own"
system = "House"
relation = "{}"
title = "House"
export = "by hand"
[recognize]
captions_all = ["No", "Who", "Left"]
[columns]
invoice_number = ["No"]
customer_name = ["Who"]
{}
balance_amount = ["Left"]
"""


@pytest.mark.parametrize(
    ("relation", "column", "caption", "value", "found"),
    [("portal_invoices", "", "Hidden", "Yes", ("portal_status", "gone")),
     ("portal_invoices", "", "Visible to Client", "No", ("portal_status", "gone")),
     ("accounting_invoices", 'invoice_date = ["Day"]', "Voided", "Yes", ("document_status", "voided")),
     ("accounting_invoices", 'invoice_date = ["Day"]', "Deleted", "Yes", ("document_status", "deleted"))],
)  # fmt: skip
def test_flags_count_in_a_shape_of_the_users_own(  # noqa: PLR0913
    tmp_path: Path, relation: str, column: str, caption: str, value: str, found: tuple[str, str]
) -> None:
    """Whoever wrote the shape need not have thought of them."""
    path = tmp_path / "own.csv"
    path.write_text(f"No,Who,Day,Left,{caption}\n7,Acme,2026-10-05,5.00,{value}\n", encoding="utf-8")
    shapes = (*all_shapes(), parse_shape(OWN.format(relation, column), "shapes/own.toml", is_own=True))
    source = Source.model_validate({"path": path.name})
    read = read_text(SourceFile(path, path.name, ""), RELATIONS[relation], source, shapes)
    assert read.frame[found[0]].to_list() == [found[1]]


def test_a_void_flag_of_accounting_that_nobody_understands_sets_the_row_aside(shelf: Any) -> None:
    """The row is neither used nor lost."""
    shelf.put("i.csv", ACCOUNTING.format("Voided", "perhaps"))
    (row,) = shelf.rows("accounting_invoices", "i.csv")
    assert row["read_problem"].startswith("void flag: 'perhaps'")
