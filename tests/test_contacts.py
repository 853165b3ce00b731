"""Decisions about access come back: imported, remembered, told by the next run, taken back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.errors import ExitCode
from etl.pruning import decided_on
from etl.review.contact_register import ContactRegister
from tests import contact_world as world
from tests import nights
from tests.command import Billsight, Ended
from tests.contact_world import LEVEL, row, states
from tests.decided import decide, kinds, save, written

Contacts = Callable[..., Ended]


@pytest.fixture(scope="module")
def after_one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider after one run; not to be changed."""
    folder = world.made(tmp_path_factory.mktemp("contacts") / "provider")
    world.run(folder, "run-1")
    return folder


@pytest.fixture
def folder(after_one_run: Path, tmp_path: Path) -> Path:
    """A copy of the provider after one run, with an empty inbox."""
    copy = shutil.copytree(after_one_run, tmp_path / "provider", symlinks=True)
    (copy / "inbox").mkdir()
    return copy


@pytest.fixture
def contacts(folder: Path, billsight: Billsight) -> Contacts:
    """`billsight contacts`, as a shell calls it."""
    return lambda *arguments: billsight("contacts", *arguments, "--config", folder / "billsight.toml")


def held(folder: Path) -> dict[str, tuple[str, str | None]]:
    """Company -> the decision that holds, and its contact."""
    current = ContactRegister.open(folder / "state" / "register.sqlite").current()
    return {row[0]: row[1:] for row in current.select("company_id_cw", "decision", "contact_id_cw").iter_rows()}


def imports(folder: Path) -> int:
    """Acts in the register that are about contacts."""
    return ContactRegister.open(folder / "state" / "register.sqlite").log()["import_id"].n_unique()


def approve(folder: Path, *companies: str) -> Path:
    """A file that approves the proposed contact of these companies."""
    return save(folder / "d.csv", decide([row(folder, one) for one in companies], "approve"))


def test_a_decided_file_is_imported_and_says_what_became_of_each_row(folder: Path, contacts: Contacts) -> None:
    """Who approved, who at the client asked, when, from which file; undecided rows are left alone."""
    asked = decide([row(folder, "504")], "approve", asked_by="Gus Quill", asked_on="2026-11-20", note="on the phone")
    rest = [row(folder, "502"), *decide([row(folder, "503")], "nobody", reviewer="ann")]
    ended = contacts("import", save(folder / "d.csv", asked + rest), "--as", "kim")
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert ended.out.startswith(
        "d.csv: applied: 2 (contacts-1), no-op: 0, stale: 0, error: 0, undecided: 1\n"
        "  line 2: approve CW-504 CW-65: apply\n"
        "  line 4: nobody CW-503: apply\n"
    )
    log = ContactRegister.open(folder / "state" / "register.sqlite").log()
    told = log.select("company_id_cw", "decided_by", "claimed_by", "asked_by", "level_asked", "note").rows()
    assert told == [
        ("504", "kim", "kim", "Gus Quill", 5, "on the phone"), ("503", "ann", "kim", None, None, None),
    ]  # fmt: skip
    assert log["imported_by"].null_count() == 0
    assert "kim" not in set(log["imported_by"])
    assert str(log["asked_on"][0]) == "2026-11-20"


def test_importing_twice_changes_nothing(folder: Path, contacts: Contacts) -> None:
    """The same rows under any name, before and after the next run, and after they were carried out."""
    file = approve(folder, "501", "502")
    assert contacts("import", file).code == ExitCode.COMPLETE
    before, count = held(folder), imports(folder)
    assert kinds(contacts("import", file)) == ["no-op"] * 2
    world.made(folder, {"61": {LEVEL: "5"}})
    world.run(folder, "run-2")
    ended = contacts("import", file.rename(folder / "renamed.csv"))
    assert (kinds(ended), ended.code) == (["no-op"] * 2, ExitCode.COMPLETE)
    assert "Nothing was changed." in ended.out
    assert (held(folder), imports(folder)) == (before, count)


def test_a_dry_run_says_everything_and_does_nothing(folder: Path, contacts: Contacts) -> None:
    """There is not even a register afterwards."""
    ended = contacts("import", approve(folder, "501"), "--dry-run")
    assert (ended.code, kinds(ended)) == (ExitCode.COMPLETE, ["apply"])
    assert "would be applied: 1" in ended.out
    assert held(folder) == {}


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
        (("501", {"row_id": "CW-502"}), "row_id CW-502 beside cw_company_id CW-501"),
        (("501", {"cw_company_id": "CW-502", "row_id": "CW-502"}), "who is no contact of CW-502|FP-[0-9a-f]{16}"),
    ],
)
def test_a_file_whose_only_row_is_wrong_is_refused(
    folder: Path, contacts: Contacts, spoilt: tuple[str, dict[str, str]], found: str
) -> None:
    """Code 6, the reason on stderr with its line, what was expected and what to do; nothing changed."""
    company, spoil = spoilt
    rows = decide([row(folder, company)], "approve")
    ended = contacts("import", save(folder / "d.csv", [rows[0] | spoil]))
    assert (ended.code, ended.out) == (ExitCode.REFUSED, "")
    assert re.search(found, ended.err) or found in ended.err
    assert "d.csv: applied: 0" in ended.err
    assert re.search(r"line 2: .*: error: found .*; expected .*\. \w", ended.err)
    assert held(folder) == {}


def test_every_problem_is_told_at_once_and_good_rows_are_taken(folder: Path, contacts: Contacts) -> None:
    """Two bad rows do not hide each other, nor hold back a third."""
    bad = [row(folder, "501") | {"decision": "perhaps"}, row(folder, "504") | {"decision": "approve"}]
    ended = contacts("import", save(folder / "d.csv", [*bad, *decide([row(folder, "502")], "approve")]))
    assert ended.code == ExitCode.PARTIAL
    assert kinds(ended) == ["error", "error", "apply"]
    assert held(folder) == {"502": ("approved", "63")}


@pytest.mark.parametrize("apart", [True, False])
def test_one_approval_per_company(folder: Path, contacts: Contacts, *, apart: bool) -> None:
    """Two that differ are both refused, in one file or in two; two that agree are one."""
    one, other = decide([row(folder, "501")], "approve"), decide([row(folder, "501")], "approve", cw_contact_id="CW-62")
    other[0] |= {"asked_by": "Wanda Quill", "asked_on": "2026-11-20"}
    files = [save(folder / "a.csv", one), save(folder / "b.csv", other)]
    ended = contacts("import", *(files if apart else [save(folder / "c.csv", one + other)]))
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error", "error"])
    assert "says approved CW-62" in ended.err
    assert held(folder) == {}
    assert kinds(contacts("import", save(folder / "d.csv", one + one))) == ["apply", "no-op"]


def test_a_contact_that_was_not_proposed_may_be_approved_when_the_client_asked(
    folder: Path, contacts: Contacts
) -> None:
    """The ids decide; the list then has that contact, and what to change there."""
    rows = decide([row(folder, "501")], "approve", cw_contact_id="CW-62", contact_name="whoever")
    asked = {"asked_by": "Wanda Quill", "asked_on": "2026-11-20"}
    assert contacts("import", save(folder / "d.csv", [rows[0] | asked])).code == ExitCode.COMPLETE
    world.run(folder, "run-2")
    now = row(folder, "501")
    assert (now["state"], now["cw_contact_id"], now["contact_name"]) == ("to do", "CW-62", "Theo Quill")
    assert now["change"] == "change the portal security level from none to 5"


def test_the_next_run_says_what_was_done(folder: Path, contacts: Contacts) -> None:
    """Done with the level and all else that was asked for; anything less is still to do."""
    assert contacts("import", approve(folder, "501", "502", "503"), "--as", "kim").code == ExitCode.COMPLETE
    outcome = world.run(folder, "run-2")
    assert states(folder) == {"501": "to do", "502": "to do", "503": "to do", "504": "to decide"}
    assert outcome.summary["contacts"]["states"] == {"to decide": 1, "to do": 3}
    # 503 had the level from the beginning, and lacks the e-mail
    world.made(folder, {"61": {LEVEL: "5"}, "63": {LEVEL: "6"}})
    outcome = world.run(folder, "run-3")
    assert states(folder) == {"503": "to do", "504": "to decide"}
    assert outcome.summary["contacts"]["states"] == {"done": 2, "to decide": 1, "to do": 1}
    decided = {one["company_id_cw"]: one for one in outcome.summary["contacts"]["decided"]}
    assert decided["501"]["state"] == "done"
    assert decided["501"]["decided_by"] == "kim"
    assert re.fullmatch(r"approved \d{4}-\d\d-\d\d, not done yet", decided["503"]["state_detail"])
    world.made(folder, {"61": {LEVEL: "5"}, "63": {LEVEL: "6"}, "64": {"default_email": "noor@thornbury.example"}})
    assert world.run(folder, "run-4").summary["contacts"]["states"] == {"done": 3, "to decide": 1}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"is_inactive": "true"}, "the contact is inactive"),
        ({"company_id_cw": "502"}, "no longer at this company"),
        (None, "no longer at this company"),
        ({"default_email": "other@elsewhere.example"}, "e-mail has changed"),
    ],
)
def test_an_approval_whose_evidence_changed_is_stale_and_says_so(
    folder: Path, contacts: Contacts, change: dict[str, str] | None, told: str
) -> None:
    """It stays on the list: somebody approved another person than the one who would now get access."""
    contacts("import", approve(folder, "501"))
    world.made(folder, {"61": change})
    world.run(folder, "run-2")
    assert row(folder, "501")["state"] == "stale"
    assert told in row(folder, "501")["state_detail"]
    # the file was decided on what is no longer so, and a fresh decision replaces the stale one
    again = contacts("import", save(folder / "e.csv", decide([row(folder, "501")], "nobody")))
    assert kinds(again) == ["apply"]
    world.run(folder, "run-3")
    assert row(folder, "501")["state"] == "nobody"


def test_a_row_that_was_decided_on_other_evidence_is_not_taken(folder: Path, contacts: Contacts) -> None:
    """A level that changed between the run and the import; money and other companies change nothing."""
    files = [approve(folder, "501").rename(folder / "a.csv"), approve(folder, "502").rename(folder / "b.csv")]
    world.made(folder, {"62": {LEVEL: "1"}})
    world.run(folder, "run-2")
    ended = contacts("import", *files)
    assert (ended.code, kinds(ended)) == (ExitCode.PARTIAL, ["stale", "apply"])
    assert "who is active there has changed since" in ended.out


def test_a_company_that_is_to_have_no_login_is_counted_apart(folder: Path, contacts: Contacts) -> None:
    """It is no longer in the page's queue, and its row gives no advice; a login that appears anyway is told."""
    contacts("import", save(folder / "d.csv", decide([row(folder, "501")], "nobody")))
    outcome = world.run(folder, "run-2")
    told = outcome.summary["contacts"]
    assert (told["nobody"], told["companies"], told["closed"], told["listed"]) == (1, 3, 4, 4)
    assert "501" not in {one["company_id_cw"] for one in told["queue"]}
    last = world.listed(folder)[-1]
    assert (last["cw_company_id"], last["cw_contact_id"], last["change"]) == ("CW-501", "", "")
    assert "to have no access, as was decided; " in (outcome.folder / "report.html").read_text(encoding="utf-8")
    world.made(folder, {"61": {LEVEL: "6"}})
    world.run(folder, "run-3")
    assert "but somebody has" in row(folder, "501")["state_detail"]


def test_a_snooze_hides_the_row_until_its_day(folder: Path, contacts: Contacts) -> None:
    """And not longer."""
    contacts("import", save(folder / "d.csv", decide([row(folder, "501")], "snooze:2026-11-20")))
    outcome = world.run(folder, "run-2")
    assert "501" not in states(folder)
    assert (outcome.summary["contacts"]["snoozed"], outcome.summary["contacts"]["listed"]) == (1, 3)
    outcome = world.run(folder, "run-3", datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert (states(folder)["501"], outcome.summary["contacts"]["snoozed"]) == ("to decide", 0)


def test_a_contact_that_was_not_read_is_not_called_gone(folder: Path, contacts: Contacts) -> None:
    """Its row was set aside: nobody knows whether it has access now."""
    contacts("import", approve(folder, "501"))
    world.made(folder, {"61": {"is_inactive": "perhaps"}})
    outcome = world.run(folder, "run-2")
    assert nights.table(outcome, "quarantine.rows").height == 1
    assert states(folder)["501"] == "not checked"


def test_the_list_tells_where_each_company_stands(folder: Path, contacts: Contacts) -> None:
    """By the latest run, and by what was decided since."""
    asked = {"asked_by": "Gus Quill", "asked_on": "2026-11-20"}
    contacts("import", save(folder / "d.csv", [row(folder, "504") | {"decision": "approve"} | asked]), "--as", "kim")
    lines = contacts("list").out.splitlines()
    assert lines[0].split() == ["company", "state", "contact", "by", "import", "why"]
    assert [line.split()[0] for line in lines[1:]] == ["CW-501", "CW-502", "CW-503", "CW-504"]
    told = r"CW-504 Elm Dental\s+to do\s+CW-65\s+kim\s+contacts-1\s+approved .* after the latest run"
    assert re.search(told, lines[4])
    assert "asked by Gus Quill on 2026-11-20" in lines[4]
    world.run(folder, "run-2")
    assert "not done yet" in contacts("list", "--state", "to do").out
    assert contacts("list", "--state", "nobody").out == "No companies: nobody.\n"
    contacts("revert", "contacts-1")
    assert "its decision was taken back" in contacts("list", "--state", "to decide").out


def test_an_import_is_taken_back_and_brought_back(folder: Path, contacts: Contacts) -> None:
    """What held before holds again; the file that was taken back does not slip in again, unless that is meant."""
    first = save(folder / "a.csv", decide([row(folder, "501"), row(folder, "502")], "unsure"))
    second = approve(folder, "501")
    contacts("import", first, "--as", "kim")
    contacts("import", second, "--as", "kim")
    both = held(folder)
    refused = contacts("revert", "contacts-1")
    assert refused.code == ExitCode.REFUSED
    assert "contacts-2 came after contacts-1 and concerns 501 too" in refused.err
    ended = contacts("revert", "contacts-2", "--as", "lee")
    assert ended.out.startswith("contacts-2 was taken back (contacts-3): 1 company is as before it.")
    assert "Nothing was changed in ConnectWise" in ended.out
    assert held(folder) == {"501": ("unsure", None), "502": ("unsure", None)}
    assert kinds(contacts("import", second)) == ["stale"]
    assert "billsight contacts revert contacts-3" in contacts("revert", "contacts-2").err
    assert contacts("revert", "contacts-3").code == ExitCode.COMPLETE
    assert held(folder) == both
    contacts("revert", "contacts-4")
    assert kinds(contacts("import", second, "--again", "--as", "kim")) == ["apply"]
    assert held(folder) == both
    assert contacts("revert", "contacts-99").code == ExitCode.REFUSED


def test_an_older_file_does_not_replace_a_newer_decision(folder: Path, contacts: Contacts) -> None:
    """What was imported before, or decided earlier, comes too late."""
    old, new = approve(folder, "501").rename(folder / "a.csv"), decide([row(folder, "501")], "nobody")
    contacts("import", old, "--as", "kim")
    contacts("import", save(folder / "b.csv", new), "--as", "kim")
    ended = contacts("import", old, "--as", "kim")
    assert kinds(ended) == ["stale"]
    assert "superseded by a later decision" in ended.err
    early = decide([row(folder, "501")], "unsure", decided_at="2026-11-13T08:00:00Z")
    ended = contacts("import", save(folder / "c.csv", early), "--as", "kim")
    assert (kinds(ended), "older than what holds" in ended.err) == (["stale"], True)
    assert held(folder) == {"501": ("nobody", None)}


def test_two_people_who_differ_within_a_day_are_asked(folder: Path, contacts: Contacts) -> None:
    """The later one does not win silently."""
    contacts("import", approve(folder, "501"), "--as", "kim")
    other = save(folder / "e.csv", decide([row(folder, "501")], "nobody"))
    ended = contacts("import", other, "--as", "lee")
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error"])
    assert "kim decided approved CW-61" in ended.err
    assert kinds(contacts("import", other, "--as", "lee", "--settled")) == ["apply"]


def test_a_mapping_file_is_no_file_of_contacts(folder: Path, contacts: Contacts, billsight: Billsight) -> None:
    """And the other way round; both name the file that is wanted."""
    ended = contacts("import", folder / "out" / "latest" / "mapping_fixes.csv")
    assert (ended.code, "Give contact_fixes.csv" in ended.err) == (ExitCode.REFUSED, True)
    config = ("--config", folder / "billsight.toml")
    ended = billsight("mappings", "import", folder / "out" / "latest" / "contact_fixes.csv", *config)
    assert (ended.code, "Give mapping_fixes.csv" in ended.err) == (ExitCode.REFUSED, True)


def test_the_inbox_takes_contacts_too(folder: Path) -> None:
    """The very run that finds the file uses it, says so, and moves it; a bad one is moved aside with its reasons."""
    good = decide([row(folder, "501")], "approve", reviewer="kim")
    save(folder / "inbox" / "kim.csv", good)
    (folder / "inbox" / "semicolons.csv").write_text(
        written(decide([row(folder, "502")], "nobody"), ";"), encoding="utf-8-sig", newline=""
    )
    save(folder / "inbox" / "bad.csv", decide([row(folder, "503")], "perhaps"))
    newer = [{**row(folder, "503"), "schema": "99", "decision": "nobody"}]
    save(folder / "inbox" / "newer.csv", newer)
    outcome = world.run(folder, "run-2")
    assert str(outcome.inbox) == "Inbox: 2 taken (2 decisions), 2 refused. "
    there = sorted(path.relative_to(folder / "inbox").as_posix() for path in (folder / "inbox").rglob("*.*"))
    assert there == [
        "done/kim.csv", "done/semicolons.csv", "rejected/bad.csv", "rejected/bad.csv.reasons.txt",
        "rejected/newer.csv", "rejected/newer.csv.reasons.txt",
    ]  # fmt: skip
    reasons = (folder / "inbox" / "rejected" / "bad.csv.reasons.txt").read_text(encoding="utf-8")
    assert "line 2: perhaps CW-503: error: found decision 'perhaps'; expected approve, nobody, unsure" in reasons
    assert "Update billsight" in (folder / "inbox/rejected/newer.csv.reasons.txt").read_text(encoding="utf-8")
    assert states(folder) == {"501": "to do", "502": "nobody", "503": "to decide", "504": "to decide"}
    log = ContactRegister.open(folder / "state" / "register.sqlite").log()
    assert log.select("decided_by", "source").rows()[0] == ("kim", "inbox/kim.csv")
    saved = json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8"))
    assert saved["contacts"]["states"] == {"nobody": 1, "to decide": 2, "to do": 1}
    world.made(folder, {"61": {LEVEL: "5"}})
    assert world.run(folder, "run-3").summary["contacts"]["states"] == {"done": 1, "nobody": 1, "to decide": 2}


def test_a_waiting_file_of_contacts_spares_its_run(folder: Path) -> None:
    """Old runs are pruned, but not the one on which a file in the inbox was decided."""
    assert decided_on(approve(folder, "501")) == {"run-1"}


def test_the_states_are_a_relation_of_the_run(folder: Path) -> None:
    """One row per mapped company, without the fingerprint's key or a decision that nobody made."""
    frame = nights.latest(folder, "marts.contact_states")
    assert frame.height == 4
    assert frame["row_fp"].str.contains(r"^FP-[0-9a-f]{16}$").all()
    assert frame.filter(pl.col("decision").is_not_null()).is_empty()
