"""The inbox: the run takes it first, moves every file aside with its reasons, and never fails because of one."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.config import load
from etl.domain import Run
from etl.errors import ExitCode
from etl.review import inbox
from etl.review.inbox_memory import Destination, recall, remember
from etl.review.register import Import, Register
from tests.support import provider_runs
from tests.support.decision_files import certain, decide, proposed, save


@pytest.fixture
def folder(decided_on: Path, tmp_path: Path) -> Path:
    """The fixtures after one run, with an empty inbox."""
    copy = shutil.copytree(decided_on, tmp_path / "night", symlinks=True)
    (copy / "inbox").mkdir()
    return copy


def files(folder: Path) -> list[str]:
    """Everything in the inbox."""
    return sorted(
        path.relative_to(folder / "inbox").as_posix()
        for path in (folder / "inbox").rglob("*")
        if path.is_symlink() or path.is_file()
    )


def held(folder: Path) -> int:
    """Judgements beyond those of the fixtures."""
    return Register.open(folder / "state" / "register.sqlite").current().height - 5


def take(folder: Path, run_id: str = "run-2", environment: Mapping[str, str] | None = None) -> inbox.InboxResult:
    """The inbox, without the rest of a run."""
    settings = load(folder / "billsight.toml", environment or {})
    return inbox.take_inbox(settings, Run(run_id, datetime(2026, 11, 23, tzinfo=UTC)))


def test_a_good_file_is_used_by_the_very_night_that_finds_it(folder: Path) -> None:
    """Put there in the evening, mapped in the morning."""
    (row,) = certain(proposed(folder), 1)
    save(folder / "inbox" / "kim.csv", decide([row], "approve", reviewer="kim"))
    outcome = provider_runs.run(folder, "night-2")
    assert outcome.exit_code == ExitCode.COMPLETE
    assert str(outcome.inbox) == "Inbox: 1 taken (1 decision), 0 refused. "
    assert files(folder) == ["done/kim.csv"]
    mapped = provider_runs.table(outcome, "matching.mappings").filter(judged_by="kim")
    assert mapped["customer_id_acct"].to_list() == [row["acct_customer_id"].removeprefix("ACCT-")]
    log = Register.open(folder / "state" / "register.sqlite").log().tail(1)
    owner = (folder / "inbox" / "done" / "kim.csv").owner()
    told = log.select("file_name", "source", "judged_by", "imported_by").rows()
    assert told == [("inbox/kim.csv", "inbox/kim.csv", "kim", owner)]
    assert str(take(folder, "night-3")) == ""


def test_a_bad_file_is_moved_aside_with_its_reasons(folder: Path) -> None:
    """Whatever lies there, the run goes on, and says how many were refused."""
    (row,) = certain(proposed(folder), 1)
    save(folder / "inbox" / "spoilt.csv", decide([row], "approve", acct_customer_id="1.2E+5", row_id=""))
    (folder / "inbox" / "photo.xlsx").write_bytes(b"PK\x03\x04\x00\x00")
    (folder / "inbox" / "empty").write_bytes(b"")
    (folder / "inbox" / "noise.csv").write_bytes(bytes(range(256)) * 50)
    outcome = provider_runs.run(folder, "night-2")
    assert outcome.exit_code == ExitCode.COMPLETE
    assert str(outcome.inbox) == "Inbox: 0 taken (0 decisions), 4 refused. Reasons: inbox/rejected/*.reasons.txt. "
    told = outcome.summary["inbox"]
    assert (told["files_taken"], told["files_refused"], told["rows_refused"], told["decisions"]) == (0, 4, 1, 0)
    page = (outcome.folder / "report.html").read_text(encoding="utf-8")
    assert "could not be imported" in page
    assert "inbox/rejected/*.reasons.txt" in page
    names = ("empty", "noise.csv", "photo.xlsx", "spoilt.csv")
    assert files(folder) == sorted([f"rejected/{name}{end}" for name in names for end in ("", ".reasons.txt")])
    reasons = (folder / "inbox" / "rejected" / "spoilt.csv.reasons.txt").read_text(encoding="utf-8")
    assert re.search(r"line 2: approve 1\.2E\+5 .*: error: found .*last digits are lost; expected .*", reasons)
    assert held(folder) == 0


def test_a_file_that_is_taken_in_part_has_its_reasons_beside_it(folder: Path) -> None:
    """The good rows are in the register, so the file is done; what is left is written down."""
    good, bad = certain(proposed(folder), 2)
    save(folder / "inbox" / "kim.csv", decide([good], "approve") + decide([bad], "perhaps"))
    result = take(folder)
    assert "1 taken (1 decision), 0 refused. Reasons: inbox/done/*.reasons.txt. " in str(result)
    assert (result.facts()["files_taken_in_part"], result.facts()["rows_refused"]) == (1, 1)
    assert files(folder) == ["done/kim.csv", "done/kim.csv.reasons.txt"]
    assert held(folder) == 1


def test_no_name_is_ever_taken_twice(folder: Path) -> None:
    """The same name every evening, and even the name of the reasons."""
    (row,) = certain(proposed(folder), 1)
    for number in (2, 3, 4):
        save(folder / "inbox" / "d.csv", decide([row], "perhaps", note=str(number)))
        take(folder, f"night-{number}")
    (folder / "inbox" / "rejected" / "e.csv.reasons.txt").write_text("mine")
    save(folder / "inbox" / "e.csv", decide([row], "perhaps"))
    take(folder, "night-5")
    names = ("d-2.csv", "d-3.csv", "d.csv", "e-2.csv")
    both = [f"rejected/{name}{end}" for name in names for end in ("", ".reasons.txt")]
    assert files(folder) == sorted([*both, "rejected/e.csv.reasons.txt"])
    assert (folder / "inbox" / "rejected" / "e.csv.reasons.txt").read_text() == "mine"
    assert '"3"' in (folder / "inbox" / "rejected" / "d-2.csv").read_text(encoding="utf-8-sig")


def test_two_people_who_contradict_each_other_are_both_told(folder: Path) -> None:
    """The files of one evening are checked together."""
    (row,) = certain(proposed(folder), 1)
    save(folder / "inbox" / "kim.csv", decide([row], "approve"))
    save(folder / "inbox" / "lee.csv", decide([row], "exclude"))
    assert "0 taken (0 decisions), 2 refused" in str(take(folder))
    assert "lee.csv, line 2 says exclude" in (folder / "inbox/rejected/kim.csv.reasons.txt").read_text()
    assert held(folder) == 0


def test_what_is_open_hidden_or_a_link_is_not_read(folder: Path, tmp_path: Path) -> None:
    """A spreadsheet's lock file stays; a link could lead anywhere, so it is refused unread."""
    (row,) = certain(proposed(folder), 1)
    outside = save(tmp_path / "outside.csv", decide([row], "approve"))
    for name in ("~$d.xlsx", ".~lock.d.csv#", ".hidden.csv"):
        (folder / "inbox" / name).write_bytes(b"x")
    (folder / "inbox" / "link.csv").symlink_to(outside)
    (folder / "inbox" / "sub").mkdir()
    take(folder)
    left = [".hidden.csv", ".~lock.d.csv#", "~$d.xlsx"]
    assert files(folder) == sorted([*left, "rejected/link.csv", "rejected/link.csv.reasons.txt"])
    assert outside.exists()
    assert held(folder) == 0


def test_before_the_first_night_files_wait(folder: Path) -> None:
    """There is nothing to check them against; the run says so and goes on, and the next one takes them."""
    (row,) = certain(proposed(folder), 1)
    save(folder / "inbox" / "kim.csv", decide([row], "approve"))
    (folder / "out" / "latest").unlink()
    outcome = provider_runs.run(folder, "night-2")
    assert "1 file waits for the next run" in str(outcome.inbox)
    assert files(folder) == ["kim.csv"]
    assert "1 taken" in str(take(folder, "night-3"))


def test_overrides_need_the_configuration(folder: Path) -> None:
    """Nobody stands beside the run to say that it is certain."""
    (row,) = certain(proposed(folder), 1)
    rows = decide([row], "override", cw_company_id="CW-1003")
    save(folder / "inbox" / "d.csv", rows)
    assert "1 refused" in str(take(folder))
    save(folder / "inbox" / "d.csv", rows)
    allowed = take(folder, "night-3", {"BILLSIGHT_REVIEW__ALLOW_OVERRIDE": "true"})
    assert "1 taken (1 decision), 0 refused" in str(allowed)


def test_without_an_inbox_nothing_is_said_or_made(folder: Path) -> None:
    """The folder is how it is switched on."""
    (folder / "inbox").rmdir()
    assert str(take(folder)) == ""
    assert not (folder / "inbox").exists()
    (folder / "inbox").write_text("a file of that name")
    assert str(take(folder, "night-3")) == ""


def test_a_file_that_cannot_be_moved_is_not_applied_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken back stays taken back; once the file can be moved it is, with its reasons."""
    good, bad = certain(proposed(folder), 2)
    save(folder / "inbox" / "d.csv", decide([good], "approve") + decide([bad], "perhaps"))
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_free", lambda *_: folder / "no-such-folder" / "d.csv")
        told = str(take(folder))
        assert "1 taken (1 decision), 0 refused: d.csv was read, but cannot be moved" in told
        register = Register.open(folder / "state" / "register.sqlite")
        register.revert("import-2", Import("back", datetime(2026, 11, 23, tzinfo=UTC), "kim"))
        assert str(take(folder, "run-3")).startswith("Inbox: d.csv was read, but cannot be moved")
    assert held(folder) == 0
    assert str(take(folder, "run-4")) == ""
    assert files(folder) == ["done/d.csv", "done/d.csv.reasons.txt"]
    assert held(folder) == 0
    assert not (folder / "state" / "inbox.json").exists()


@pytest.mark.parametrize("change", ["grows", "is replaced", "keeps its size and time"])
def test_a_file_that_is_still_being_written_waits(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Half a file is no decision; the next run takes the whole one."""
    one, other = certain(proposed(folder), 2)
    path = save(folder / "inbox" / "d.csv", decide([one], "approve"))

    def write(seconds: float) -> None:
        assert seconds > 0
        before = path.stat()
        if change == "grows":
            save(path, decide([one, other], "approve"))
        elif change == "is replaced":
            save(folder / "new", decide([one], "exclude")).replace(path)
        else:
            path.write_bytes(path.read_bytes().replace(b"approve", b"exclude"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", write)
        assert "d.csv is still being written, and waits for the next run" in str(take(folder))
    assert (files(folder), held(folder)) == (["d.csv"], 0)
    assert "1 taken" in str(take(folder))


def test_a_newer_version_is_never_moved_unread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saves the file again while the first version is imported: that one stays, and is read next."""
    one, other = certain(proposed(folder), 2)
    path = save(folder / "inbox" / "d.csv", decide([one], "approve"))
    imported = inbox.import_files

    def save_again(*arguments: Any) -> Any:
        outcome = imported(*arguments)
        save(folder / "new", decide([one, other], "approve")).replace(path)
        return outcome

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "import_files", save_again)
        assert "1 taken (1 decision), 0 refused: d.csv changed after it was read" in str(take(folder))
    assert files(folder) == ["d.csv"]
    assert "1 taken (1 decision), 0 refused" in str(take(folder))
    assert (files(folder), held(folder)) == (["done/d.csv"], 2)


def test_what_is_imported_is_what_was_seen_to_hold_still(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes between the two is imported as it was seen, and read again by the next run."""
    (one,) = certain(proposed(folder), 1)
    path = save(folder / "inbox" / "d.csv", decide([one], "approve"))
    imported = inbox.import_files

    def cut_before(*arguments: Any) -> Any:
        os.truncate(path, 100)
        return imported(*arguments)

    monkeypatch.setattr(inbox, "import_files", cut_before)
    assert "1 taken (1 decision), 0 refused: d.csv changed after it was read" in str(take(folder))
    assert (files(folder), held(folder)) == (["d.csv"], 1)


@pytest.mark.parametrize("name", ["done", "rejected"])
@pytest.mark.parametrize("kind", ["a file", "a symbolic link"])
def test_a_folder_that_is_none_stops_the_inbox(folder: Path, tmp_path: Path, name: str, kind: str) -> None:
    """Nothing is read, nothing leaves the inbox, and the run says what to do."""
    save(folder / "inbox" / "d.csv", decide(certain(proposed(folder), 1), "approve"))
    (tmp_path / "elsewhere").mkdir()
    if kind == "a file":
        (folder / "inbox" / name).write_text("mine", encoding="utf-8")
    else:
        (folder / "inbox" / name).symlink_to(tmp_path / "elsewhere")
    told = str(take(folder))
    assert f"inbox/{name} is {kind}, not a folder, so no file is read: give it another name" in told
    assert (files(folder), held(folder)) == (sorted(["d.csv", name]), 0)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", '{"schema": 9}', '{"schema": 1, "read": []}',
     '{"schema": 1, "read": {"x": {"folder": "../.."}}}',
     '{"schema": 1, "read": {"x": {"folder": "../..", "reasons": null}}}'],
)  # fmt: skip
def test_a_damaged_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    """Nothing is moved to where a damaged file says."""
    (tmp_path / "inbox.json").write_text(content, encoding="utf-8")
    assert recall(tmp_path / "register.sqlite") == {}
    remember(tmp_path / "register.sqlite", {"x": Destination("done", "why")})
    assert recall(tmp_path / "register.sqlite") == {"x": Destination("done", "why")}
