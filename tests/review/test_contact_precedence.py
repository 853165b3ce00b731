"""Whose decision about access holds: by the same rules as for mappings, whatever a spreadsheet made of the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.errors import ExitCode
from tests.support import contact_provider as world
from tests.support.command_results import Contacts
from tests.support.contact_provider import held, row
from tests.support.decision_files import decide, kinds, save

DAY = timedelta(days=1)
BEFORE = (datetime.now(UTC) - 4 * DAY).replace(minute=0, second=0, microsecond=0)
KIM = {"reviewer": "kim", "decided_at": f"{BEFORE:%Y-%m-%dT%H:%M:%SZ}"}


def filled(clients: Path, name: str, decision: str, **more: str) -> Path:
    """A file of the latest run that decides on company 501."""
    return save(clients / name, decide([row(clients, "501")], decision, **more))


@pytest.mark.parametrize("has_run", [True, False])
def test_an_older_file_without_a_time_does_not_replace_what_somebody_else_decided(
    clients: Path, contacts: Contacts, *, has_run: bool
) -> None:
    """It was filled in before a run that knew of the decision: both are asked, however long ago that was."""
    forgotten = filled(clients, "lee.csv", "nobody")
    contacts("import", filled(clients, "kim.csv", "approve", **KIM), "--as", "kim")
    if has_run:
        world.run(clients, "run-2")
    ended = contacts("import", forgotten, "--as", "lee")
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error"])
    assert "lee's decision, without a time of another person's: kim decided approved CW-61" in ended.err
    assert held(clients) == {"501": ("approved", "61")}
    assert kinds(contacts("import", forgotten, "--as", "lee", "--settled")) == ["apply"]


def test_a_file_of_a_run_that_knew_the_decision_replaces_it(clients: Path, contacts: Contacts) -> None:
    """Whoever fills it in saw what was decided; a person may also change their own decision."""
    contacts("import", filled(clients, "kim.csv", "approve", **KIM), "--as", "kim")
    own = filled(clients, "own.csv", "unsure", reviewer="kim")
    world.run(clients, "run-2")
    assert kinds(contacts("import", filled(clients, "lee.csv", "nobody"), "--as", "lee")) == ["apply"]
    assert kinds(contacts("import", own, "--as", "kim")) == ["error"]
    contacts("revert", "contacts-2")
    assert kinds(contacts("import", own, "--as", "kim")) == ["apply"]


SAVED_AGAIN = (
    {"decided_at": f"{BEFORE:%Y-%m-%d %H:%M:%S+00:00}"}, {"decided_at": f"{BEFORE:%d %b %Y}"},
    {"decided_at": f"{BEFORE:%Y-%m-%d}"}, {"decided_at": ""}, {"note": "as agreed"}, {"reviewer": "KIM"},
)  # fmt: skip


def test_a_revert_lasts_however_the_file_was_saved(clients: Path, contacts: Contacts) -> None:
    """The decision was taken back, not one spelling of it; by hand and in the inbox."""
    contacts("import", filled(clients, "kim.csv", "approve", **KIM), "--as", "kim")
    contacts("revert", "contacts-1", "--as", "boss")
    (clients / "inbox").mkdir(exist_ok=True)
    for number, saved_again in enumerate(SAVED_AGAIN):
        again = filled(clients, f"again-{number}.csv", "approve", **{**KIM, **saved_again})
        ended = contacts("import", again, "--as", "kim")
        assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["stale"]), saved_again
        assert "found a decision that boss reverted on" in ended.err
        again.rename(clients / "inbox" / again.name)
    world.run(clients, "run-2")
    assert held(clients) == {}
    reasons = [path.read_text(encoding="utf-8") for path in (clients / "inbox" / "rejected").glob("*.reasons.txt")]
    assert len(reasons) == len(SAVED_AGAIN)
    assert all("found a decision that boss reverted on" in reason for reason in reasons)
    # the run knew of the revert: whoever decides the same in its files means it
    assert kinds(contacts("import", filled(clients, "new.csv", "approve"), "--as", "lee")) == ["apply"]


def test_another_decision_may_follow_a_revert(clients: Path, contacts: Contacts) -> None:
    """Only what was taken back is refused, and no longer once somebody insists."""
    file = filled(clients, "kim.csv", "approve", **KIM)
    contacts("import", file, "--as", "kim")
    contacts("revert", "contacts-1", "--as", "boss")
    assert "the very file that boss reverted" in contacts("import", file, "--as", "kim").err
    assert kinds(contacts("import", filled(clients, "lee.csv", "unsure"), "--as", "lee")) == ["apply"]
    contacts("revert", "contacts-3")
    assert kinds(contacts("import", file, "--as", "kim", "--again")) == ["apply"]
