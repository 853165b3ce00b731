"""Decisions about access are taken in or refused, each with its reasons, and taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.errors import ExitCode
from etl.pipeline.prune_runs import decided_on
from etl.review.contacts.contact_register import ContactRegister
from tests.support import contact_provider as world
from tests.support.command_results import Billsight, Contacts
from tests.support.contact_provider import LEVEL, approve, held, imports, row
from tests.support.decision_files import decide, kinds, save


def test_a_decided_file_is_imported_and_says_what_became_of_each_row(clients: Path, contacts: Contacts) -> None:
    """Who approved, who at the client asked, when, from which file; undecided rows are left alone."""
    asked = decide([row(clients, "504")], "approve", asked_by="Gus Quill", asked_on="2026-11-20", note="on the phone")
    rest = [row(clients, "502"), *decide([row(clients, "503")], "nobody", reviewer="ann")]
    ended = contacts("import", save(clients / "d.csv", asked + rest), "--as", "kim")
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert ended.out.startswith(
        "d.csv: applied: 2 (contacts-1), no-op: 0, stale: 0, error: 0, undecided: 1\n"
        "  line 2: approve CW-504 CW-65: apply\n"
        "  line 4: nobody CW-503: apply\n"
    )
    log = ContactRegister.open(clients / "state" / "register.sqlite").log()
    told = log.select("company_id_cw", "decided_by", "claimed_by", "asked_by", "level_asked", "note").rows()
    assert told == [
        ("504", "kim", "kim", "Gus Quill", 5, "on the phone"), ("503", "ann", "kim", None, None, None),
    ]  # fmt: skip
    assert log["imported_by"].null_count() == 0
    assert "kim" not in set(log["imported_by"])
    assert str(log["asked_on"][0]) == "2026-11-20"


def test_importing_twice_changes_nothing(clients: Path, contacts: Contacts) -> None:
    """The same rows under any name, before and after the next run, and after they were carried out."""
    file = approve(clients, "501", "502")
    assert contacts("import", file).code == ExitCode.COMPLETE
    before, count = held(clients), imports(clients)
    assert kinds(contacts("import", file)) == ["no-op"] * 2
    world.made(clients, {"61": {LEVEL: "5"}})
    world.run(clients, "run-2")
    ended = contacts("import", file.rename(clients / "renamed.csv"))
    assert (kinds(ended), ended.code) == (["no-op"] * 2, ExitCode.COMPLETE)
    assert "Nothing was changed." in ended.out
    assert (held(clients), imports(clients)) == (before, count)


def test_a_dry_run_says_everything_and_does_nothing(clients: Path, contacts: Contacts) -> None:
    """There is not even a register afterwards."""
    ended = contacts("import", approve(clients, "501"), "--dry-run")
    assert (ended.code, kinds(ended)) == (ExitCode.COMPLETE, ["apply"])
    assert "would be applied: 1" in ended.out
    assert held(clients) == {}


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        (("501", {"cw_contact_id": "61"}), "its prefix is lost"),
        (("501", {"cw_contact_id": ""}), "an empty cw_contact_id"),
        (("501", {"cw_company_id": "5.01E+02", "row_id": ""}), "made a number of it"),
        (("501", {"cw_contact_id": "CW-63"}), "who is no contact of CW-501"),
        (("501", {"cw_contact_id": "CW-4711"}), "who is no contact of CW-501"),
        (("504", {"cw_contact_id": "CW-66"}), "who is inactive in ConnectWise"),
        (("504", {}), "Ask the client first"),
        (("504", {"asked_by": "Gus Quill"}), "expected both, or none"),
        (("504", {"asked_by": "Gus Quill", "asked_on": "3/4/2026"}), "asked_on '3/4/2026'"),
        (("504", {"asked_by": "Gus Quill", "asked_on": "2999-01-01"}), "asked_on 2999-01-01"),
        (("501", {"decided_at": "2999-01-01T10:00:00Z"}), "later than the import"),
        (("501", {"decision": "reject"}), "decision 'reject'"),
        (("501", {"decision": "snooze"}), "decision 'snooze'"),
        (("501", {"decision": "snooze:3/4/2027"}), "decision 'snooze:3/4/2027'"),
        (("501", {"row_fp": "FP-0123456789abcdef"}), "FP-0123456789abcdef"),
        (("501", {"row_fp": ""}), "an empty row_fp"),
        (("501", {"level_needed": "6"}), "level_needed 6"),
        (("501", {"row_id": "CW-502"}), "row_id CW-502 next to cw_company_id CW-501"),
        (("501", {"cw_company_id": "CW-502", "row_id": "CW-502"}), "who is no contact of CW-502|FP-[0-9a-f]{16}"),
    ],
)
def test_a_file_whose_only_row_is_wrong_is_refused(
    clients: Path, contacts: Contacts, spoilt: tuple[str, dict[str, str]], found: str
) -> None:
    """Code 6, the reason on stderr with its line, what was expected and what to do; nothing changed."""
    company, spoil = spoilt
    rows = decide([row(clients, company)], "approve")
    ended = contacts("import", save(clients / "d.csv", [rows[0] | spoil]))
    assert (ended.code, ended.out) == (ExitCode.REFUSED, "")
    assert re.search(found, ended.err) or found in ended.err
    assert "d.csv: applied: 0" in ended.err
    assert re.search(r"line 2: .*: error: found .*; expected .*\. \w", ended.err)
    assert held(clients) == {}


def test_every_problem_is_told_at_once_and_good_rows_are_taken(clients: Path, contacts: Contacts) -> None:
    """Two bad rows do not hide each other, nor hold back a third."""
    bad = [row(clients, "501") | {"decision": "perhaps"}, row(clients, "504") | {"decision": "approve"}]
    ended = contacts("import", save(clients / "d.csv", [*bad, *decide([row(clients, "502")], "approve")]))
    assert ended.code == ExitCode.PARTIAL
    assert kinds(ended) == ["error", "error", "apply"]
    assert held(clients) == {"502": ("approved", "63")}


@pytest.mark.parametrize("apart", [True, False])
def test_one_approval_per_company(clients: Path, contacts: Contacts, *, apart: bool) -> None:
    """Two that differ are both refused, in one file or in two; two that agree are one."""
    one, other = (
        decide([row(clients, "501")], "approve"),
        decide([row(clients, "501")], "approve", cw_contact_id="CW-62"),
    )
    other[0] |= {"asked_by": "Wanda Quill", "asked_on": "2026-11-20"}
    files = [save(clients / "a.csv", one), save(clients / "b.csv", other)]
    ended = contacts("import", *(files if apart else [save(clients / "c.csv", one + other)]))
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error", "error"])
    assert "says approved CW-62" in ended.err
    assert held(clients) == {}
    assert kinds(contacts("import", save(clients / "d.csv", one + one))) == ["apply", "no-op"]


def test_an_import_is_taken_back_and_brought_back(clients: Path, contacts: Contacts) -> None:
    """What held before holds again; the file that was taken back does not slip in again, unless that is meant."""
    first = save(clients / "a.csv", decide([row(clients, "501"), row(clients, "502")], "unsure"))
    second = approve(clients, "501")
    contacts("import", first, "--as", "kim")
    contacts("import", second, "--as", "kim")
    both = held(clients)
    refused = contacts("revert", "contacts-1")
    assert refused.code == ExitCode.REFUSED
    assert "contacts-2 came after contacts-1 and concerns 501 too" in refused.err
    ended = contacts("revert", "contacts-2", "--as", "lee")
    assert ended.out.startswith("contacts-2 was reverted (contacts-3): 1 company is as before it.")
    assert "Nothing was changed in ConnectWise" in ended.out
    assert held(clients) == {"501": ("unsure", None), "502": ("unsure", None)}
    assert kinds(contacts("import", second)) == ["stale"]
    assert "billsight contacts revert contacts-3" in contacts("revert", "contacts-2").err
    assert contacts("revert", "contacts-3").code == ExitCode.COMPLETE
    assert held(clients) == both
    contacts("revert", "contacts-4")
    assert kinds(contacts("import", second, "--again", "--as", "kim")) == ["apply"]
    assert held(clients) == both
    assert contacts("revert", "contacts-99").code == ExitCode.REFUSED


def test_an_older_file_does_not_replace_a_newer_decision(clients: Path, contacts: Contacts) -> None:
    """What was imported before, or decided earlier, comes too late."""
    old, new = approve(clients, "501").rename(clients / "a.csv"), decide([row(clients, "501")], "nobody")
    contacts("import", old, "--as", "kim")
    contacts("import", save(clients / "b.csv", new), "--as", "kim")
    ended = contacts("import", old, "--as", "kim")
    assert kinds(ended) == ["stale"]
    assert "superseded by a later decision" in ended.err
    early = decide([row(clients, "501")], "unsure", decided_at="2026-11-13T08:00:00Z")
    ended = contacts("import", save(clients / "c.csv", early), "--as", "kim")
    assert (kinds(ended), "older than what holds" in ended.err) == (["stale"], True)
    assert held(clients) == {"501": ("nobody", None)}
    world.run(clients, "run-2")
    later = save(clients / "e.csv", decide([row(clients, "501")], "approve", cw_contact_id="CW-61"))
    assert kinds(contacts("import", later, "--as", "kim")) == ["apply"]


def test_two_people_who_differ_within_a_day_are_asked(clients: Path, contacts: Contacts) -> None:
    """The later one does not win silently."""
    contacts("import", approve(clients, "501"), "--as", "kim")
    other = save(clients / "e.csv", decide([row(clients, "501")], "nobody"))
    ended = contacts("import", other, "--as", "lee")
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error"])
    assert "kim decided approved CW-61" in ended.err
    assert kinds(contacts("import", other, "--as", "lee", "--settled")) == ["apply"]


def test_a_mapping_file_is_no_file_of_contacts(clients: Path, contacts: Contacts, billsight: Billsight) -> None:
    """And the other way round; both name the command for the file that was given."""
    ended = contacts("import", clients / "out" / "latest" / "mapping_fixes.csv")
    assert (ended.code, "This is mapping_fixes.csv: use billsight mappings" in ended.err) == (
        ExitCode.REFUSED,
        True,
    )
    config = ("--config", clients / "billsight.toml")
    ended = billsight("mappings", "import", clients / "out" / "latest" / "contact_fixes.csv", *config)
    assert (ended.code, "This is contact_fixes.csv: use billsight contacts" in ended.err) == (
        ExitCode.REFUSED,
        True,
    )


def test_a_waiting_file_of_contacts_spares_its_run(clients: Path) -> None:
    """Old runs are pruned, but not the one on which a file in the inbox was decided."""
    assert decided_on(approve(clients, "501")) == {"run-1"}
