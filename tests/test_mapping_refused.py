"""`billsight init` on tables that nobody knows: what it refuses, whatever a person says of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from etl.pipeline.first_run import write_configuration
from tests.support.mapping_person import INVOICES, JOBS, Person, configured, has_nothing, written_shape


@pytest.mark.parametrize(
    ("column", "wrong", "reason"),
    [
        ("total_amount", "4", "Raised on cannot be total_amount: line 3 has '03/11/2026', which is a date"),
        ("total_amount", "3", "Billed to cannot be total_amount: line 3 has 'Quill Orchards', which is not an amount"),
        ("invoice_date", "6", "Value incl tax cannot be invoice_date: line 3 has '1,200.00', which is not a date"),
        ("customer_name", "4", "Raised on cannot be customer_name: line 3 has '03/11/2026', which is a date"),
        ("customer_name", "7", "Still owing cannot be customer_name: line 3 has '0.00', which is an amount"),
        ("customer_id_acct", "1", "Job ref cannot be customer_id_acct: line 6: 'Quill Orchards' has 2 of them"),
        ("invoice_id_acct", "3", "Billed to cannot be invoice_id_acct: line 6 has 'Quill Orchards' again"),
        ("due_date", "4", "Raised on cannot be due_date: it is invoice_date already"),
        ("currency_code", "1", "Job ref cannot be currency_code: line 3 has 'J1', which is not a currency code"),
    ],
)
def test_a_caption_whose_values_contradict_is_refused(tmp_path: Path, column: str, wrong: str, reason: str) -> None:
    """With the value and its line; the column is asked for again."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    person = Person({"jobs.csv": INVOICES}, {column: [wrong, "x"]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    assert person.about(reason)
    assert has_nothing(tmp_path)


RUNNING = """\
Bill no,Billed to,Raised on,Value,Position
1,Quill Orchards,2026-11-03,100.00,100.00
2,Quill Orchards,2026-11-04,50.00,150.00
3,Quill Orchards,2026-11-05,25.00,175.00
"""
SWAPPED = """\
Bill no,Billed to,Raised on,Left,Whole
1,Quill Orchards,2026-11-03,0.00,100.00
2,Brack Dental,2026-11-04,20.00,50.00
3,Oskar Freight,2026-11-05,25.00,25.00
"""


@pytest.mark.parametrize(
    ("text", "answers", "reason"),
    [
        (RUNNING, {"total_amount": ["4"], "balance_amount": ["5"]}, "each balance is the one before plus or minus"),
        (RUNNING, {"total_amount": ["-"], "balance_amount": ["5"]}, "each balance is the one before plus or minus"),
        (
            SWAPPED,
            {"total_amount": ["4"], "balance_amount": ["5"]},
            "line 2 has '100.00', which is more than the total",
        ),
    ],
)
def test_a_balance_that_is_no_open_one_is_refused(
    tmp_path: Path, text: str, answers: dict[str, Sequence[str]], reason: str
) -> None:
    """One that runs from row to row, whether or not the amounts are mapped; and a total given as the balance."""
    (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
    person = Person({"jobs.csv": INVOICES}, answers)
    write_configuration(tmp_path, is_forced=False, ask=person)
    assert person.about(reason)
    shapes = list((tmp_path / "shapes").glob("*.toml"))
    assert all("balance_amount" not in written_shape(tmp_path, path.stem)["columns"] for path in shapes)


def test_a_column_that_is_needed_and_not_given_leaves_the_file_out(tmp_path: Path) -> None:
    """Asked again with the reason; then Enter leaves it out, and nothing is written for it."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    person = Person({"jobs.csv": INVOICES}, {"invoice_date": ["-"]})
    said = write_configuration(tmp_path, is_forced=False, ask=person)
    assert person.about("invoice_date is needed: without it no row can be used.")
    assert "jobs.csv: not recognized: left out as you said" in said
    assert has_nothing(tmp_path)


def test_a_person_who_does_not_confirm_the_sums_writes_nothing(tmp_path: Path) -> None:
    """The last question shows what would be read."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    write_configuration(tmp_path, is_forced=False, ask=Person({"jobs.csv": INVOICES}, {"Is this right?": ["n"]}))
    assert has_nothing(tmp_path)


def test_line_items_are_never_taken_for_invoices(tmp_path: Path) -> None:
    """Rows of one number with different amounts are quarantined, shown, and not confirmed by Enter."""
    text = SWAPPED.replace("Left,Whole", "Part,Room").replace(
        "\n2,Brack Dental,2026-11-04", "\n1,Quill Orchards,2026-11-03"
    )
    (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
    person = Person({"jobs.csv": INVOICES}, {"total_amount": ["5"], "balance_amount": ["-"]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    [confirmed] = person.about("Is this right?")
    assert "the line items of the invoice disagree on total_amount: 100.00, 50.00" in confirmed
    assert has_nothing(tmp_path)


def test_a_file_that_is_refused_by_name_is_not_offered(tmp_path: Path) -> None:
    """A ledger, and prose with commas."""
    ledger = "Date,Transaction type,Num,Name,Split,Amount,Balance\n11/03/2026,Invoice,1,Quill,Sales,10.00,10.00\n"
    (tmp_path / "ledger.csv").write_text(ledger, encoding="utf-8")
    (tmp_path / "notes.md").write_text("As said, so done.\nAs done, so said.\n", encoding="utf-8")
    person = Person({})
    said = write_configuration(tmp_path, is_forced=False, ask=person)
    assert "ledger.csv: not recognized: refused" in said
    assert person.about("is not known") == []


def test_captions_of_another_list_refuse_the_list_that_was_named(tmp_path: Path) -> None:
    """The portal's own id says that it is no list of accounting."""
    (tmp_path / "jobs.csv").write_text(JOBS.replace("Job ref", "Portal ID"), encoding="utf-8")
    said = write_configuration(tmp_path, is_forced=False, ask=Person({"jobs.csv": INVOICES}))
    assert has_nothing(tmp_path), said


KNOWN = """\
[shape]
id = "help_desk"
title = "Bills of a help desk"
export = "Bills > Export"
relation = "accounting_invoices"
system = "Help desk"
[recognize]
captions_all = ["Bill no", "Payer", "Raised on", "Value", "Ticket"]
[columns]
invoice_number = ["Bill no"]
customer_name = ["Payer"]
invoice_date = ["Raised on"]
total_amount = ["Value"]
"""


def test_a_shape_that_would_take_a_known_file_is_not_kept(tmp_path: Path) -> None:
    """A list that is known has the captions of the strange one, and another one."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "help_desk.toml").write_text(KNOWN, encoding="utf-8")
    known = "Bill no,Payer,Raised on,Value,Ticket\n1,Quill,2026-11-03,5.00,T1\n"
    (tmp_path / "known.csv").write_text(known, encoding="utf-8")
    (tmp_path / "strange.csv").write_text(known.replace(",Ticket", "").replace(",T1", ""), encoding="utf-8")
    person = Person({"strange.csv": INVOICES})
    said = write_configuration(tmp_path, is_forced=False, ask=person)
    [listed] = person.about("strange.csv is not known")
    assert "the nearest is Help desk: Bills of a help desk, which has the caption Ticket" in listed
    assert person.about("Is this right?")
    assert "strange.csv is left out: known.csv has its captions, and is known." in said
    assert configured(tmp_path)["sources"]["accounting_invoices"] == {"path": "known.csv", "currency_code": "USD"}
    assert [path.name for path in (tmp_path / "shapes").iterdir()] == ["help_desk.toml"]
