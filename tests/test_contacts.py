"""What a run makes of decisions about access, and how it is reported."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from etl.causes import BY_CODE
from etl.config import load
from etl.errors import ExitCode
from etl.pipeline.run import RunOutcome
from etl.review.contacts.contact_register import ContactRegister
from etl.review.contacts.import_contacts import import_contacts
from etl.review.import_decisions import ImportOptions
from tests.report.opening import opened
from tests.soak import also
from tests.support import contact_provider as world
from tests.support import provider_runs
from tests.support.command_results import Billsight, Contacts
from tests.support.contact_provider import LEVEL, approve, row, states
from tests.support.decision_files import decide, kinds, save, written


def test_a_contact_that_was_not_proposed_may_be_approved_when_the_client_asked(
    clients: Path, contacts: Contacts
) -> None:
    """The ids decide; the list then has that contact, and what to change there."""
    rows = decide([row(clients, "501")], "approve", cw_contact_id="CW-62", contact_name="whoever")
    asked = {"asked_by": "Wanda Quill", "asked_on": "2026-11-20"}
    assert contacts("import", save(clients / "d.csv", [rows[0] | asked])).code == ExitCode.COMPLETE
    world.run(clients, "run-2")
    now = row(clients, "501")
    assert (now["state"], now["cw_contact_id"], now["contact_name"]) == ("to do", "CW-62", "Theo Quill")
    assert now["change"] == "change the portal security level from none to 5"


def test_the_next_run_says_what_was_done(clients: Path, contacts: Contacts) -> None:
    """Done with the level and all else that was asked for; anything less is still to do."""
    assert contacts("import", approve(clients, "501", "502", "503"), "--as", "kim").code == ExitCode.COMPLETE
    outcome = world.run(clients, "run-2")
    assert states(clients) == {"501": "to do", "502": "to do", "503": "to do", "504": "to decide"}
    assert outcome.summary["contacts"]["states"] == {"to decide": 1, "to do": 3}
    # 503 had the level from the beginning, and lacks the e-mail
    world.made(clients, {"61": {LEVEL: "5"}, "63": {LEVEL: "6"}})
    outcome = world.run(clients, "run-3")
    assert states(clients) == {"503": "to do", "504": "to decide"}
    assert outcome.summary["contacts"]["states"] == {"done": 2, "to decide": 1, "to do": 1}
    decided = {one["company_id_cw"]: one for one in outcome.summary["contacts"]["decided"]}
    assert decided["501"]["state"] == "done"
    assert decided["501"]["decided_by"] == "kim"
    assert re.fullmatch(r"approved \d{4}-\d\d-\d\d, not done yet", decided["503"]["state_detail"])
    world.made(clients, {"61": {LEVEL: "5"}, "63": {LEVEL: "6"}, "64": {"default_email": "noor@thornbury.example"}})
    assert world.run(clients, "run-4").summary["contacts"]["states"] == {"done": 3, "to decide": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {
            "501": ("61", {"default_email": "other@elsewhere.example"}, "e-mail has changed"),
            "502": ("63", {"is_inactive": "true"}, "the contact is inactive"),
            "503": ("64", None, "no longer at this company"),
        },
        *also([{"501": ("61", {"company_id_cw": "502"}, "no longer at this company")}]),
    ],
    ids="+".join,
)
def test_an_approval_whose_evidence_changed_is_stale_and_says_so(
    clients: Path, contacts: Contacts, changed: dict[str, tuple[str, dict[str, str] | None, str]]
) -> None:
    """It stays on the list: somebody approved another person than the one who would now get access."""
    contacts("import", approve(clients, *changed))
    world.made(clients, {contact: change for contact, change, _ in changed.values()})
    world.run(clients, "run-2")
    for company, (_, _, told) in changed.items():
        assert row(clients, company)["state"] == "stale", company
        assert told in row(clients, company)["state_detail"]
    # the file was decided on what is no longer so, and a fresh decision replaces the stale one
    fresh = decide([row(clients, company) for company in changed], "nobody")
    assert kinds(contacts("import", save(clients / "e.csv", fresh))) == ["apply"] * len(changed)
    world.run(clients, "run-3")
    assert {row(clients, company)["state"] for company in changed} == {"nobody"}


def test_a_row_that_was_decided_on_other_evidence_is_not_taken(clients: Path, contacts: Contacts) -> None:
    """A level that changed between the run and the import; money and other companies change nothing."""
    files = [approve(clients, "501").rename(clients / "a.csv"), approve(clients, "502").rename(clients / "b.csv")]
    world.made(clients, {"62": {LEVEL: "1"}})
    world.run(clients, "run-2")
    ended = contacts("import", *files)
    assert (ended.code, kinds(ended)) == (ExitCode.PARTIAL, ["stale", "apply"])
    assert "who is active there has changed since" in ended.out


@pytest.fixture(scope="module")
def nobody_at_501(closed_to_all: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunOutcome]:
    """The provider after a run that knows of a decision: nobody at that company gets access; not to be changed."""
    folder = shutil.copytree(closed_to_all, tmp_path_factory.mktemp("nobody") / "clients", symlinks=True)
    made = decide([row(folder, "501")], "nobody", reviewer="kim", decided_at="2026-11-12T10:00:00Z")
    options = ImportOptions("kim", datetime.now(UTC))
    imported = import_contacts(load(folder / "billsight.toml"), [save(folder / "d.csv", made)], options)
    assert imported.exit_code is ExitCode.COMPLETE
    return folder, world.run(folder, "run-2")


@pytest.fixture
def decided(nobody_at_501: tuple[Path, RunOutcome], tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(nobody_at_501[0], tmp_path / "decided", symlinks=True)


def test_a_company_that_is_to_have_no_login_is_counted_apart(
    nobody_at_501: tuple[Path, RunOutcome], decided: Path
) -> None:
    """It is no longer in the page's queue, and its row gives no advice; a login that appears anyway is reported."""
    clients, outcome = decided, nobody_at_501[1]
    told = outcome.summary["contacts"]
    assert (told["nobody"], told["companies"], told["closed"], told["listed"]) == (1, 3, 4, 4)
    assert "501" not in {one["company_id_cw"] for one in told["queue"]}
    last = world.listed(clients)[-1]
    assert (last["cw_company_id"], last["cw_contact_id"], last["change"]) == ("CW-501", "", "")
    assert "to have no access, as was decided; " in (outcome.folder / "report.html").read_text(encoding="utf-8")
    world.made(clients, {"61": {LEVEL: "6"}})
    world.run(clients, "run-3")
    assert "but somebody has" in row(clients, "501")["state_detail"]


def test_a_snooze_hides_the_row_until_its_day(clients: Path, contacts: Contacts) -> None:
    """And not longer."""
    contacts("import", save(clients / "d.csv", decide([row(clients, "501")], "snooze:2026-11-20")))
    outcome = world.run(clients, "run-2")
    assert "501" not in states(clients)
    assert (outcome.summary["contacts"]["snoozed"], outcome.summary["contacts"]["listed"]) == (1, 3)
    outcome = world.run(clients, "run-3", datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert (states(clients)["501"], outcome.summary["contacts"]["snoozed"]) == ("to decide", 0)


def test_a_contact_that_was_not_read_is_not_called_gone(clients: Path, contacts: Contacts) -> None:
    """Its row was set aside: nobody knows whether it has access now."""
    contacts("import", approve(clients, "501"))
    world.made(clients, {"61": {"is_inactive": "perhaps"}})
    outcome = world.run(clients, "run-2")
    assert provider_runs.table(outcome, "quarantine.rows").height == 1
    assert states(clients)["501"] == "not checked"


def test_the_list_tells_where_each_company_stands(clients: Path, contacts: Contacts) -> None:
    """By the latest run, and by what was decided since."""
    asked = {"asked_by": "Gus Quill", "asked_on": "2026-11-20"}
    contacts("import", save(clients / "d.csv", [row(clients, "504") | {"decision": "approve"} | asked]), "--as", "kim")
    lines = contacts("list").out.splitlines()
    assert lines[0].split() == ["company", "state", "contact", "by", "import", "why"]
    assert [line.split()[0] for line in lines[1:]] == ["CW-501", "CW-502", "CW-503", "CW-504"]
    told = r"CW-504 Elm Dental\s+to do\s+CW-65\s+kim\s+contacts-1\s+approved .* after the latest run"
    assert re.search(told, lines[4])
    assert "asked by Gus Quill on 2026-11-20" in lines[4]
    world.run(clients, "run-2")
    assert "not done yet" in contacts("list", "--state", "to do").out
    assert contacts("list", "--state", "nobody").out == "No companies: nobody.\n"
    contacts("revert", "contacts-1")
    assert "its decision was reverted" in contacts("list", "--state", "to decide").out


def test_the_inbox_takes_contacts_too(clients: Path) -> None:
    """The very run that finds the file uses it, says so, and moves it; a bad one is moved aside with its reasons."""
    good = decide([row(clients, "501")], "approve", reviewer="kim")
    save(clients / "inbox" / "kim.csv", good)
    (clients / "inbox" / "semicolons.csv").write_text(
        written(decide([row(clients, "502")], "nobody"), ";"), encoding="utf-8-sig", newline=""
    )
    save(clients / "inbox" / "bad.csv", decide([row(clients, "503")], "perhaps"))
    newer = [{**row(clients, "503"), "schema": "99", "decision": "nobody"}]
    save(clients / "inbox" / "newer.csv", newer)
    outcome = world.run(clients, "run-2")
    assert str(outcome.inbox) == "Inbox: 2 taken (2 decisions), 2 refused. Reasons: inbox/rejected/*.reasons.txt. "
    there = sorted(path.relative_to(clients / "inbox").as_posix() for path in (clients / "inbox").rglob("*.*"))
    assert there == [
        "done/kim.csv", "done/semicolons.csv", "rejected/bad.csv", "rejected/bad.csv.reasons.txt",
        "rejected/newer.csv", "rejected/newer.csv.reasons.txt",
    ]  # fmt: skip
    reasons = (clients / "inbox" / "rejected" / "bad.csv.reasons.txt").read_text(encoding="utf-8")
    assert "line 2: perhaps CW-503: error: found decision 'perhaps'; expected approve, nobody, unsure" in reasons
    assert "Update billsight" in (clients / "inbox/rejected/newer.csv.reasons.txt").read_text(encoding="utf-8")
    assert states(clients) == {"501": "to do", "502": "nobody", "503": "to decide", "504": "to decide"}
    log = ContactRegister.open(clients / "state" / "register.sqlite").log()
    assert log.select("decided_by", "source").rows()[0] == ("kim", "inbox/kim.csv")
    saved = json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8"))
    assert saved["contacts"]["states"] == {"nobody": 1, "to decide": 2, "to do": 1}
    world.made(clients, {"61": {LEVEL: "5"}})
    assert world.run(clients, "run-3").summary["contacts"]["states"] == {"done": 1, "nobody": 1, "to decide": 2}


def test_the_states_are_a_relation_of_the_run(clients: Path) -> None:
    """One row per mapped company, without the fingerprint's key or a decision that nobody made."""
    frame = provider_runs.latest(clients, "marts.contact_states")
    assert frame.height == 4
    assert frame["row_fp"].str.contains(r"^FP-[0-9a-f]{16}$").all()
    assert frame.filter(pl.col("decision").is_not_null()).is_empty()


def test_no_advice_is_repeated_where_nobody_is_to_have_access(
    closed_to_all: Path, nobody_at_501: tuple[Path, RunOutcome], decided: Path, billsight: Billsight
) -> None:
    """The invoice stays blocked, but giving access frees nothing: in the files, the numbers and the answer."""
    clients = decided

    def freed(folder: Path = clients) -> dict[str, float]:
        answers = pl.read_csv(folder / "out" / "latest" / "invoices.csv")
        assert set(answers["state"]) == {"blocked"}
        return dict(answers.select("customer_id_acct", "freed_amount").iter_rows())

    def why(number: str, *more: str, folder: Path = clients) -> str:
        return billsight("why", number, *more, "--config", folder / "billsight.toml").out

    assert freed(closed_to_all) == {"c501": 120, "c502": 120, "c503": 120, "c504": 120}
    assert "Wanda Quill (default billing contact): raise" in why("7501", folder=closed_to_all)
    summary = nobody_at_501[1].summary
    assert freed() == {"c501": 0, "c502": 120, "c503": 120, "c504": 120}
    amounts = [amount for cause in summary["causes"] for amount in cause["amounts"]]
    assert sum(amount["freed_invoices"] for amount in amounts) == 3
    assert sum(float(amount["freed_amount"]) for amount in amounts) == 360
    told = why("7501")
    sentence = "kim decided on 2026-11-12 that nobody at this client gets access"
    assert f"No advice about access: {sentence}" in told
    assert not re.search("frees|Fix|raise the portal", told)
    (answer,) = json.loads(why("7501", "--json"))
    assert (answer["fixes"], answer["no_advice"]) == ([], sentence)
    assert "frees USD 120.00" in why("7502")
    page = (clients / "out" / "latest" / "report.html").read_text(encoding="utf-8")
    assert "a person decided that nobody gets access: its invoices count under" in page
    billsight("contacts", "revert", "contacts-1", "--config", clients / "billsight.toml")
    world.run(clients, "run-3")
    assert freed()["c501"] == 120


def test_the_page_advises_no_access_where_nobody_is_to_have_it(
    nobody_at_501: tuple[Path, RunOutcome], page: Page
) -> None:
    """The check fails as before; beside it stands the decision, not a fix."""
    opened(page, (nobody_at_501[0] / "out" / "latest" / "report.html").as_uri())
    detail = page.locator("#invoice-detail")
    sentence = "A person decided that nobody at this client gets access: no fix is advised."
    for number, is_told in (("7501", True), ("7502", False)):
        page.fill("#find", number)
        page.locator("#invoice-grid .ag-cell").nth(1).click()
        expect(detail).to_contain_text(number)
        expect(detail).to_contain_text("Somebody can see it: no")
        told = detail.inner_text()
        assert (sentence in told, "The fix of the first cause alone frees it." in told) == (is_told, not is_told)
        assert (BY_CODE["LEVEL_TOO_LOW"].fix_current in told) == (not is_told)
