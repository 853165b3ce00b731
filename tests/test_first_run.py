"""`billsight init`: patterns, several accounting systems, questions, and the settings that --force keeps."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline.first_run import write_configuration
from etl.pipeline.first_run.propose_sources import propose_paths

INVOICES = "Internal ID,Invoice Number,Customer ID,Customer Name,Date,Total,Balance\n{0},N{0},7,Nordic,{1},10,10\n"
XERO = "invoice_id,contact_id,type,date,due_date,amount_due,total,status,invoice_number,updated_date_utc\n"
XERO_ROW = "a,b,ACCREC,2026-11-02,2026-11-20,5,5,AUTHORISED,X1,2026-11-02 10:00:00 UTC\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Exports of three numbered pages, whose dates can be read in two ways and whose amounts have no currency."""
    there = tmp_path / "exports"
    there.mkdir()
    status = [{"id": 1, "name": "Active"}, {"id": 2, "name": "Not Approved"}]
    companies = [
        {"id": at, "identifier": f"C{at}", "name": f"Nordic {at}", "status": status[at % 2]} for at in (1, 2, 3)
    ]  # fmt: skip
    (there / "companies.json").write_text(json.dumps(companies), encoding="utf-8")
    contacts = [{"id": 5, "firstName": "Ann", "company": {"id": 1}, "communicationItems": []}]
    (there / "contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    for page in (1, 2, 3):
        (there / f"invoices-{page}.csv").write_text(INVOICES.format(page, "03/04/2026"), encoding="utf-8")
    return there


def _with_qbo_and_xero(folder: Path) -> None:
    for page in (1, 2, 3):
        (folder / f"invoices-{page}.csv").unlink()
    qbo = [{"Id": "1", "DocNumber": "1", "TxnDate": "2026-11-02", "TotalAmt": 5, "Balance": 5, "CustomerRef": {}}]
    (folder / "qbo.json").write_text(json.dumps({"QueryResponse": {"Invoice": qbo}}), encoding="utf-8")
    (folder / "xero.csv").write_text(XERO + XERO_ROW, encoding="utf-8")


def _read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "billsight.toml").read_text(encoding="utf-8"))


class Answers:
    """A person who answers by a word in the question, and presses Enter otherwise."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    def __call__(self, question: str, default: str) -> str:
        """The answer."""
        self.asked.append(question)
        return next((answer for word, answer in self.answers.items() if word in question), default)


@pytest.mark.parametrize(
    ("names", "others", "paths"),
    [
        (["inv-1.csv", "inv-2.csv"], [], ["inv-*.csv"]),
        (["inv-0001.json"], [], ["inv-*.json"]),
        (["inv page 2.csv.gz"], [], ["inv page *.csv.gz"]),
        (["a/inv_2026-11-01.csv", "a/inv_2026-11-02.csv"], [], ["a/inv_*.csv"]),
        (["inv-2026.csv"], [], ["inv-2026.csv"]),
        (["inv-1.csv", "inv-2.csv"], ["inv-lines.csv"], ["inv-1.csv", "inv-2.csv"]),
        (["1.csv", "2.csv"], [], ["1.csv", "2.csv"]),
        (["inv [1].csv", "inv [2].csv"], [], ["inv [1].csv", "inv [2].csv"]),
        (["inv-1.csv", "inv-2.csv", "inv-draft.csv"], [], ["inv-*.csv"]),
    ],
)
def test_numbered_files_become_a_pattern_that_finds_no_other_file(
    tmp_path: Path, names: list[str], others: list[str], paths: list[str]
) -> None:
    """The next page is read, too; a pattern that would find a file of another kind is not proposed."""
    for name in (*names, *others):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert propose_paths(tmp_path, names) == paths


def test_answers_are_written_and_wrong_ones_are_asked_again(folder: Path) -> None:
    """Currency, order of dates, level, hidden statuses and own domains."""
    person = Answers({
        "order": "2", "currency": "cad", "Admin": "9", "A number from 1 to 6": "4",
        "statuses": "2", "domains": "kim@North.example, n.example",
    })  # fmt: skip
    write_configuration(folder, is_forced=False, ask=person)
    found = _read(folder)
    assert found["sources"]["accounting_invoices"] == {
        "path": "invoices-*.csv", "date_order": "dmy", "currency_code": "CAD",
    }  # fmt: skip
    assert found["portal"]["minimum_security_level"] == 4
    assert found["portal"]["hidden_company_statuses"] == ["Active"]
    assert found["provider"]["email_domains"] == ["north.example", "n.example"]
    assert sum("A number from 1 to 6" in question for question in person.asked) == 1


def test_without_a_terminal_what_nobody_knows_is_a_comment(folder: Path) -> None:
    """Complete, without a question."""
    write_configuration(folder, is_forced=False)
    assert _read(folder)["sources"]["accounting_invoices"] == {"path": "invoices-*.csv"}
    assert '# currency_code = "USD"' in (folder / "billsight.toml").read_text(encoding="utf-8")


def _with_types_and_levels(folder: Path) -> None:
    companies = json.loads((folder / "companies.json").read_text(encoding="utf-8"))
    for at, company in enumerate(companies):
        company["types"] = [{"id": 1, "name": "Client"}, {"id": 2, "name": "Prospect"}][: 1 + at % 2]
    (folder / "companies.json").write_text(json.dumps(companies), encoding="utf-8")
    contacts = [
        {"id": at, "company": {"id": at}, "communicationItems": [], "portalSecurityLevel": level}
        for at, level in ((1, 1), (2, 5), (3, 5))
    ]
    (folder / "contacts.json").write_text(json.dumps(contacts), encoding="utf-8")


def test_the_levels_and_types_that_the_files_hold_are_offered(folder: Path) -> None:
    """With how often they are there; a company may have several types."""
    _with_types_and_levels(folder)
    person = Answers({"types": "2", "currency": "-"})
    write_configuration(folder, is_forced=False, ask=person)
    assert _read(folder)["portal"]["hidden_company_types"] == ["Prospect"]
    assert any("Levels in the contacts: 1 (1), 5 (2)" in question for question in person.asked)
    assert "# Levels seen in the contacts: 1 (1), 5 (2)\n" in (folder / "billsight.toml").read_text(encoding="utf-8")


def test_no_level_is_offered_where_none_was_seen(folder: Path) -> None:
    """Contacts without levels leave no line behind."""
    write_configuration(folder, is_forced=False)
    text = (folder / "billsight.toml").read_text(encoding="utf-8")
    assert "Levels seen" not in text
    assert "{" not in text.partition("[sources")[0]


OWN = """\
[shape]
id = "help_desk"
title = "Bills of a help desk"
export = "Bills > Export"
relation = "accounting_invoices"
system = "Help desk"
[recognize]
captions_all = ["Bill No", "Payer Ref", "Sum Due"]
[columns]
invoice_number = ["Bill No"]
customer_id_acct = ["Payer Ref"]
invoice_date = ["Day"]
total_amount = ["Sum Due"]
"""


def test_a_file_of_an_own_shape_is_asked_about_as_any_other(folder: Path) -> None:
    """Its amounts have no currency, and its dates can be read in two ways."""
    for page in (1, 2, 3):
        (folder / f"invoices-{page}.csv").unlink()
    (folder / "shapes").mkdir()
    (folder / "shapes" / "help_desk.toml").write_text(OWN, encoding="utf-8")
    (folder / "bills.csv").write_text("Bill No,Payer Ref,Day,Sum Due\nB1,7,03/04/2026,10\n", encoding="utf-8")
    person = Answers({"order": "2", "currency": "cad"})
    write_configuration(folder, is_forced=False, ask=person)
    assert _read(folder)["sources"]["accounting_invoices"] == {
        "path": "bills.csv", "date_order": "dmy", "currency_code": "CAD",
    }  # fmt: skip


def test_two_accounting_systems_are_never_both_read_in_silence(folder: Path) -> None:
    """Without a terminal both are switched off, and each file says why."""
    _with_qbo_and_xero(folder)
    told = write_configuration(folder, is_forced=False)
    assert "accounting_invoices" not in _read(folder)["sources"]
    assert "Several accounting systems are in this folder: QuickBooks Online (1 files), Xero (1 files)" in told
    text = (folder / "billsight.toml").read_text(encoding="utf-8")
    assert '# path = "qbo.json"' in text
    assert '# path = "xero.csv"' in text


@pytest.mark.parametrize(
    ("both", "sources"),
    [
        ("n", {"path": "xero.csv"}),
        ("y", [{"path": "qbo.json", "book": "QuickBooks Online"}, {"path": "xero.csv", "book": "Xero"}]),
    ],
)
def test_a_person_chooses_the_accounting_system(folder: Path, both: str, sources: object) -> None:
    """Or both, as the books of two companies; the other files are named with the reason."""
    _with_qbo_and_xero(folder)
    person = Answers({"Which one does the portal show": "2", "books of another": both, "currency": "-"})
    told = write_configuration(folder, is_forced=False, ask=person)
    assert _read(folder)["sources"]["accounting_invoices"] == sources
    assert ("not used, because Xero was chosen" in told) == (both == "n")


OLD = """\
portal.minimum_security_level = 3
portal.nonsense = 1
gates.stale_days = 9
[provider]
email_domains = ["north.example"]
[sources.accounting_invoices]
path = "invoices-1.csv"
date_order = "dmy"
scope = "open"
[sources.accounting_invoices.columns]
total_amount = "Total"
[sources.connectwise_contacts]
path = "people.json"
time_zone = "Europe/London"
"""


def test_force_keeps_every_setting_that_still_applies(folder: Path) -> None:
    """A file that the person did not name is not added; a source whose file has another name now finds it."""
    (folder / "billsight.toml").write_text(OLD, encoding="utf-8")
    person = Answers({})
    told = write_configuration(folder, is_forced=True, ask=person)
    found, old = _read(folder), tomllib.loads(OLD)
    assert found["portal"]["minimum_security_level"] == 3
    assert found["gates"] == {"stale_days": 9}
    assert found["provider"]["email_domains"] == ["north.example"]
    assert found["sources"]["accounting_invoices"] == old["sources"]["accounting_invoices"]
    assert found["sources"]["connectwise_contacts"] == {"path": "contacts.json", "time_zone": "Europe/London"}
    assert "Not kept, because no run can use it: [portal] nonsense" in told
    assert "invoices-2.csv: invoices of the accounting package (table)" in told
    assert "Not in your old configuration" in told
    assert (folder / "billsight.toml.1").read_text(encoding="utf-8") == OLD
    assert not any("Admin" in question or "domains" in question for question in person.asked)
    again = write_configuration(folder, is_forced=True)
    assert "Not kept" not in again
    assert _read(folder) == found


MOST_WAITS = 1500
"""Times that a test waits for the terminal, a fifth of a second each."""

LAUNCHER = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from etl.__main__ import main
main()
"""
"""The terminal must be the one that controls the process: only then Ctrl-C is a signal."""


def _on_terminal(folder: Path, keys: list[bytes]) -> tuple[int, str]:
    """Run `init` on a pseudo-terminal, and press the next keys whenever a question waits."""
    control, terminal = pty.openpty()
    command = [sys.executable, "-c", LAUNCHER, "init", str(folder)]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    os.close(terminal)
    shown, answered, left = b"", 0, list(keys)
    try:
        for _ in range(MOST_WAITS):
            if select.select([control], [], [], 0.2)[0]:
                try:
                    shown += os.read(control, 4096)
                except OSError:  # the terminal is closed
                    break
                if left and shown.count(b"]: ") > answered and shown.endswith(b"]: "):
                    answered = shown.count(b"]: ")
                    os.write(control, left.pop(0))
            elif process.poll() is not None:
                break
        return process.wait(60), shown.decode()
    finally:
        process.kill()
        os.close(control)


def test_on_a_terminal_init_asks(folder: Path) -> None:
    """One question at a time; Enter takes the default."""
    code, shown = _on_terminal(folder, [b"\n", b"2\n", b"5\n", b"2\n", b"n.example\n"])
    assert code == 0, shown
    found = _read(folder)
    assert found["portal"]["minimum_security_level"] == 5, shown
    assert found["portal"]["hidden_company_statuses"] == ["Active"]
    assert found["provider"]["email_domains"] == ["n.example"]
    assert found["sources"]["accounting_invoices"] == {
        "path": "invoices-*.csv", "date_order": "dmy", "currency_code": "USD",
    }  # fmt: skip


def test_ctrl_c_writes_nothing(folder: Path) -> None:
    """In the middle of the questions."""
    code, shown = _on_terminal(folder, [b"\n", b"\x03"])
    assert code == 128 + signal.SIGINT, shown
    assert "Nothing was written." in shown
    assert not (folder / "billsight.toml").exists()
