"""`billsight init` on tables that nobody knows: a person says what the captions mean, and a shape keeps it."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from etl.pipeline.first_run import write_configuration
from tests.support.command_results import Billsight
from tests.support.mapping_person import (
    CONTACTS,
    CUSTOMERS,
    INVOICES,
    JOBS,
    PORTAL,
    Person,
    configured,
    count_sums,
    has_nothing,
    written_shape,
)
from tests.support.orderly_clients import AS_OF, clients
from tests.test_first_run import _on_terminal

GERMAN = """\
Belegnr;Kundennr;Kunde;Belegdatum;Fällig am;Brutto;Offen
RE-1;10001;Müller GmbH;03.11.2026;17.11.2026;1.234,50;1.234,50
RE-2;10002;Schäfer KG;25.11.2026;09.12.2026;99,00;0,00
"""


def test_what_a_person_confirms_becomes_a_shape_with_counts_and_no_row(tmp_path: Path) -> None:
    """Enter takes the proposals; the file's order of dates and its currency are asked, and kept in the shape."""
    (tmp_path / "jobs_2026-11.csv").write_text(JOBS, encoding="utf-8")
    person = Person({"jobs_2026-11.csv": INVOICES}, {"order": ["2"], "currency": ["cad"], "program": ["Job Costs"]})
    said = write_configuration(tmp_path, is_forced=False, ask=person)
    rows, total, balance = count_sums(JOBS, ",", lambda text: text.replace(",", ""))
    shape = written_shape(tmp_path, "jobs")
    assert shape["columns"] == {
        "invoice_number": ["Bill no"], "customer_name": ["Billed to"], "invoice_date": ["Raised on"],
        "due_date": ["Pay by"], "total_amount": ["Value incl tax"], "balance_amount": ["Still owing"],
    }  # fmt: skip
    assert shape["values"] == {"date_order": "dmy", "constants": {"currency_code": "CAD"}}
    assert shape["shape"]["system"] == "Job Costs"
    [example] = shape["example"]
    assert example["documents"] == {"invoice": rows}
    assert {name: Decimal(value) for name, value in example["sums"]["CAD"].items()} == {
        "total": total, "balance": balance,
    }  # fmt: skip
    text = (tmp_path / "shapes" / "jobs.toml").read_text(encoding="utf-8")
    assert not any(value in text for row in JOBS.splitlines()[2:] for value in row.split(",")[:3])
    assert configured(tmp_path)["sources"]["accounting_invoices"] == {"path": "jobs_2026-11.csv"}
    assert "jobs_2026-11.csv: invoices of the accounting package (jobs)" in said
    [confirmed] = person.about("Is this right?")
    assert f"total {total}, open balance {balance}" in confirmed
    [listed] = person.about("jobs_2026-11.csv is not known")
    assert "  3  Billed to: Quill Orchards; Brack Dental; Oskar Freight\n" in listed


def test_a_run_reads_what_was_confirmed(tmp_path: Path, billsight: Billsight) -> None:
    """The sums of the run are those of the list, counted without billsight."""
    clients(tmp_path, 3).written().unlink()
    (tmp_path / "accounting_invoices.csv").write_text(JOBS, encoding="utf-8")
    person = Person({"accounting_invoices.csv": INVOICES}, {"order": ["2"]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    configuration = tmp_path / "billsight.toml"
    checked = billsight("check", "--config", configuration)
    assert "accounting_invoices: accounting_invoices.csv (accounting_invoices: " in checked.out, checked.err
    ran = billsight("run", "--config", configuration, "--as-of", AS_OF.isoformat(), "--run-id", "one")
    assert ran.code in {0, 3}, ran.err
    with (tmp_path / "out" / "runs" / "one" / "invoices.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    rows, total, balance = count_sums(JOBS, ",", lambda text: text.replace(",", ""))
    assert (len(found), sum(Decimal(row["total_amount"]) for row in found)) == (rows, total)
    assert sum(Decimal(row["balance_amount"]) for row in found) == balance
    assert {row["invoice_date"] for row in found} == {"2026-11-03", "2026-11-05", "2026-11-07", "2026-11-08"}
    assert {row["currency_code"] for row in found} == {"USD"}


def test_a_german_list_with_semicolons_and_a_comma_is_proposed_whole(tmp_path: Path) -> None:
    """One date tells the order, one amount the sign: nothing of it is asked, and the shape keeps both."""
    (tmp_path / "offene_posten.csv").write_bytes(GERMAN.encode("cp1252"))
    person = Person({"offene_posten.csv": INVOICES}, {"currency": ["EUR"]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    shape = written_shape(tmp_path, "offene_posten")
    assert shape["values"] == {"date_order": "dmy", "decimal_comma": True, "constants": {"currency_code": "EUR"}}
    assert shape["columns"]["customer_id_acct"] == ["Kundennr"]
    assert shape["columns"]["customer_name"] == ["Kunde"]
    rows, total, balance = count_sums(GERMAN, ";", lambda text: text.replace(".", "").replace(",", "."))
    [example] = shape["example"]
    assert (example["documents"]["invoice"], example["sums"]["EUR"]) == (
        rows, {"total": str(total), "balance": str(balance)},
    )  # fmt: skip
    assert person.about("order") == []


def _workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["Client register"])
        sheet.write_row(2, 0, ["Trading as", "Our key", "Mail to", "Ring"])
        for at, name in enumerate(("Quill Orchards", "Brack Dental", "Oskar Freight")):
            sheet.write_row(3 + at, 0, [name, 501 + at, f"ap@client{at}.example", f"+1 555 010{at}"])


def test_a_workbook_of_customers_with_strange_captions_is_changed_by_number(tmp_path: Path) -> None:
    """A caption that nothing proposes is given by its number; a wrong number is asked again."""
    _workbook(tmp_path / "clients.xlsx")
    answers = {"customer_id_acct": ["9", "2"], "phone_number": ["4"]}
    person = Person({"clients.xlsx": CUSTOMERS}, answers)
    write_configuration(tmp_path, is_forced=False, ask=person)
    shape = written_shape(tmp_path, "clients")
    assert shape["columns"] == {
        "customer_name": ["Trading as"], "customer_id_acct": ["Our key"], "email": ["Mail to"],
        "phone_number": ["Ring"],
    }  # fmt: skip
    assert shape["rows"] == {"unique": ["customer_id_acct"]}
    assert shape["example"][0]["documents"] == {"customer": 3}
    assert configured(tmp_path)["sources"]["accounting_customers"] == {"path": "clients.xlsx"}
    assert person.about("9 is none of the numbers above.")


def test_without_a_terminal_there_are_comments_and_no_source(tmp_path: Path) -> None:
    """They name the file, its captions, and where it says how a shape is written."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    write_configuration(tmp_path, is_forced=False)
    text = (tmp_path / "billsight.toml").read_text(encoding="utf-8")
    assert "# jobs.csv is not read: no known header or record" in text
    assert "Its captions: Job ref, Bill no, Billed to" in text
    assert "docs/shapes.md" in text
    assert "sources" not in configured(tmp_path)
    assert has_nothing(tmp_path)


def test_force_keeps_what_was_confirmed_and_does_not_ask_again(tmp_path: Path) -> None:
    """The shape and the source stay as they are, and so does a left-out file."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    write_configuration(tmp_path, is_forced=False, ask=Person({"jobs.csv": INVOICES}, {"order": ["2"]}))
    shape, source = (tmp_path / "shapes" / "jobs.toml").read_bytes(), configured(tmp_path)["sources"]
    person = Person({})
    write_configuration(tmp_path, is_forced=True, ask=person)
    assert person.about("is not known") == []
    assert person.about("order") == []
    assert (tmp_path / "shapes" / "jobs.toml").read_bytes() == shape
    assert configured(tmp_path)["sources"] == source


@pytest.mark.parametrize(("answer", "path"), [("y", ["inv_a.csv", "inv_b.csv"]), ("n", "inv_a.csv")])
def test_a_second_file_of_a_new_shape_is_asked_about(tmp_path: Path, answer: str, path: object) -> None:
    """With its sums; it has no shape of its own, and where the person says no it is in no source."""
    (tmp_path / "inv_a.csv").write_text(JOBS, encoding="utf-8")
    (tmp_path / "inv_b.csv").write_text(JOBS.replace("B-10", "B-20"), encoding="utf-8")
    person = Person({"inv_a.csv": INVOICES}, {"order": ["2"], "Read it, too?": [answer]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    [question] = person.about("Read it, too?")
    assert "inv_b.csv has the captions of a shape that you just confirmed" in question
    assert [path.name for path in (tmp_path / "shapes").iterdir()] == ["inv_a.toml"]
    assert configured(tmp_path)["sources"]["accounting_invoices"]["path"] == path


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    """No shape is overwritten, and none has the name of one that is shipped."""
    (tmp_path / "wave_invoices.csv").write_text(JOBS, encoding="utf-8")
    write_configuration(tmp_path, is_forced=False, ask=Person({"wave_invoices.csv": INVOICES}))
    assert [path.name for path in (tmp_path / "shapes").iterdir()] == ["wave_invoices_2.toml"]


def test_equal_captions_are_told_apart_by_their_place(tmp_path: Path) -> None:
    """The second `Value` is `Value#2` in the shape, and is read."""
    text = "Bill no,Billed to,Raised on,Value,Value\n1,Quill,2026-11-03,7.00,70.00\n2,Brack,2026-11-04,8.00,80.00\n"
    (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
    person = Person({"jobs.csv": INVOICES}, {"total_amount": ["5"], "balance_amount": ["4"]})
    write_configuration(tmp_path, is_forced=False, ask=person)
    shape = written_shape(tmp_path, "jobs")
    assert (shape["columns"]["total_amount"], shape["columns"]["balance_amount"]) == (["Value#2"], ["Value#1"])
    assert shape["example"][0]["sums"]["USD"] == {"total": "150.00", "balance": "15.00"}


CONTACTS_TEXT = (
    "Login,Firm handle,Given,Family,Clearance\nann@quill.example,QUILL,Ann,Lee,6\nbo@brack.example,BRACK,Bo,Ray,1\n"
)
SHOWN = "Showing 1 to 2 of 9\nBill no,Card,Whole,Left\nB-1,Quill Orchards,10.00,0.00\nB-2,Brack Dental,20.00,5.00\n"


def test_contacts_without_ids_are_known_by_company_and_name(tmp_path: Path) -> None:
    """The company by its Company ID, as in a list view of ConnectWise."""
    (tmp_path / "people.csv").write_text(CONTACTS_TEXT, encoding="utf-8")
    person = Person(
        {"people.csv": CONTACTS}, {"company_identifier": ["2"], "portal_security_level": ["5"], "is_inactive": ["-"]}
    )
    write_configuration(tmp_path, is_forced=False, ask=person)
    [confirmed] = person.about("Is this right?")
    assert "2 contact" in confirmed
    assert "contact_id_cw QUILL|Ann Lee" in confirmed
    assert configured(tmp_path)["sources"]["connectwise_contacts"] == {"path": "people.csv"}


def test_a_list_of_the_portal_that_goes_on_is_still_seen_to_go_on(tmp_path: Path, billsight: Billsight) -> None:
    """A shape of the user's own loses nothing of what the lines above a portal's list say."""
    clients(tmp_path, 2).written().unlink()
    (tmp_path / "portal_invoices.csv").write_text(SHOWN, encoding="utf-8")
    person = Person(
        {"portal_invoices.csv": PORTAL}, {"customer_name": ["2"], "total_amount": ["3"], "balance_amount": ["4"]}
    )
    write_configuration(tmp_path, is_forced=False, ask=person)
    assert written_shape(tmp_path, "portal_invoices")["columns"]["invoice_number"] == ["Bill no"]
    checked = billsight("check", "--config", tmp_path / "billsight.toml")
    assert "It may be cut: the file says that there are more rows." in checked.out, checked.err


def test_on_a_terminal_a_mapping_is_typed(tmp_path: Path) -> None:
    """The keys of a person: the list, every proposal by Enter, the order, the currency, the sums."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    columns = [b"\n"] * 11
    keys = [b"1\n", *columns, b"Job Costs\n", b"2\n", b"\n", b"y\n", b"\n", b"\n"]
    code, shown = _on_terminal(tmp_path, keys)
    assert code == 0, shown
    assert written_shape(tmp_path, "jobs")["values"] == {"date_order": "dmy", "constants": {"currency_code": "USD"}}, (
        shown
    )
    assert "Proposed: 2  Bill no: B-1001; B-1002; B-1003" in shown


def test_ctrl_c_in_the_middle_writes_no_shape(tmp_path: Path) -> None:
    """Even after the sums were confirmed: shapes and configuration are written together."""
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    keys = [b"1\n", *[b"\n"] * 11, b"\n", b"2\n", b"\n", b"y\n", b"\x03"]
    _, shown = _on_terminal(tmp_path, keys)
    assert "Nothing was written." in shown
    assert [path.name for path in tmp_path.iterdir()] == ["jobs.csv"]
