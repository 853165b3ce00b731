"""Workbooks with decisions about access: what nobody sees is refused, and no sheet of another kind is passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from etl.errors import Problem
from etl.review import inbox
from etl.review.contacts.contact_decisions import CONTACTS, read_contact_decision
from etl.review.decision_file import DecisionFileError, Form
from etl.review.import_decisions import FileOutcome
from etl.review.mapping_decisions import MAPPINGS
from etl.review.read_decision_file import is_about_contacts, read_rows
from etl.review.register import RegisterError
from tests.support import contact_provider as world
from tests.support.contact_provider import approve

ABOUT = {MAPPINGS: "acct_customer_id", CONTACTS: "cw_contact_id"}
"""The caption that distinguishes one kind of file from the other."""


def book(sheets: Mapping[str, tuple[Form, str]], change: Callable[[Workbook], object] = lambda _: None) -> bytes:
    """Sheets of one row: name -> the kind, and the decision."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, (form, decision) in sheets.items():
        sheet = made.create_sheet(name)
        sheet.append(["row_fp", "decision", "cw_company_id", ABOUT[form]])
        sheet.append(["FP-0123456789abcdef", decision, "CW-1", "CW-2" if form is CONTACTS else "ACCT-2"])
    change(made)
    saved = BytesIO()
    made.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("given", "asked", "command"),
    [(CONTACTS, MAPPINGS, "billsight contacts import"), (MAPPINGS, CONTACTS, "billsight mappings import")],
)
def test_a_fix_file_of_the_other_kind_is_named_with_its_command(given: Form, asked: Form, command: str) -> None:
    """Who gives contact_fixes.csv to the mappings reads which command takes it, and the reverse."""
    text = ",".join(["row_fp", "decision", "cw_company_id", ABOUT[given]]) + "\nFP-0123456789abcdef,approve,CW-1,2\n"
    for data in (text.encode(), book({"one": (given, "approve")})):
        with pytest.raises(DecisionFileError, match=f"use {command}"):
            read_rows(data, "fixes", asked)
    with pytest.raises(DecisionFileError, match="no header of a fix file"):
        read_rows(b"a,b\n1,2\n", "fixes", asked)


def test_a_decision_on_a_hidden_row_is_refused() -> None:
    """As in a file of mappings."""

    def hide(made: Workbook) -> None:
        made["c"].row_dimensions[2].hidden = True

    for change, is_refused in ((hide, True), (lambda _: None, False)):
        (line,) = read_rows(book({"c": (CONTACTS, "approve")}, change), "c.xlsx", CONTACTS).lines
        found = read_contact_decision(line)
        assert isinstance(found, Problem) == is_refused
        assert not is_refused or "a decision on a hidden row" in str(found)


def test_decisions_on_a_hidden_sheet_are_refused() -> None:
    """With the name of the sheet."""

    def hide(made: Workbook) -> None:
        made.create_sheet("notes")
        made["c"].sheet_state = "hidden"

    with pytest.raises(DecisionFileError, match="decisions on the hidden sheet 'c'"):
        read_rows(book({"c": (CONTACTS, "approve")}, hide), "c.xlsx", CONTACTS)


@pytest.mark.parametrize(
    ("mapping", "contact", "is_contacts"),
    [("", "", True), ("", "approve", True), ("approve", "", False), ("approve", "approve", True)],
)
def test_a_workbook_of_both_kinds_is_of_the_kind_that_is_decided(
    mapping: str, contact: str, *, is_contacts: bool
) -> None:
    """Where both are, it is refused by either importer: no decision is passed over."""
    data = book({"m": (MAPPINGS, mapping), "c": (CONTACTS, contact)})
    assert is_about_contacts(data) == is_contacts
    for form, own, other in ((MAPPINGS, mapping, contact), (CONTACTS, contact, mapping)):
        if other:
            found = "on the sheets 'm' and 'c'" if own else "of another kind on the sheet"
            with pytest.raises(DecisionFileError, match=f"decisions {found}"):
                read_rows(data, "both.xlsx", form)
        else:
            assert [line.cells["decision"] for line in read_rows(data, "both.xlsx", form).lines] == [own]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00\xff", b"row_fp,decision,cw_company_id\n", b"a,b\n" * 50])
def test_what_is_no_file_of_contacts_is_left_to_the_other_importer(data: bytes) -> None:
    """Whatever it holds."""
    assert not is_about_contacts(data)


def test_a_mapping_file_with_a_column_of_contacts_stays_one() -> None:
    """A person may add columns."""
    header = b"row_fp,decision,acct_customer_id,cw_company_id"
    assert not is_about_contacts(header + b",cw_contact_id\n")
    assert is_about_contacts(header.replace(b"acct_customer_id", b"cw_contact_id") + b"\n")


def test_one_kind_of_file_does_not_hold_up_the_other(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be checked now waits where it is; what can is taken and moved."""
    (clients / "inbox").mkdir(exist_ok=True)
    approve(clients, "501").rename(clients / "inbox" / "about.csv")
    (clients / "inbox" / "other.csv").write_text("nothing of ours\n", encoding="utf-8")

    def refuse(*_: object) -> FileOutcome:
        raise RegisterError(clients, "another import came between", "Try again.")

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "import_contacts", refuse)
        outcome = world.run(clients, "run-2")
    assert "0 taken (0 decisions), 1 refused: 1 file waits for the next run" in str(outcome.inbox)
    assert (clients / "inbox" / "about.csv").exists()
    assert (clients / "inbox" / "rejected" / "other.csv").exists()
    assert str(world.run(clients, "run-3").inbox) == "Inbox: 1 taken (1 decision), 0 refused. "
