"""A full disk, a read-only folder, a source that cannot be read: a clear error, and the last report stays."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from etl.errors import ExitCode
from etl.publish.manifest import verify
from tests.reliability.calling import hidden
from tests.reliability.places import Seen, can_mount, night_where, night_with_small_files
from tests.support.command_results import Ended
from tests.support.decision_files import certain, decide, proposed, save

needs_mounts = pytest.mark.skipif(not can_mount(), reason="needs a namespace of its own: unshare --user --mount")

KILOBYTE, MEGABYTE = 1_000, 1_000_000
WHERE = {
    "nothing at all": 0,
    "the database's first pages": 60 * KILOBYTE,
    "the answers": 300 * KILOBYTE,
    "the page": 700 * KILOBYTE,
    "the database": 4 * MEGABYTE,
    "the database's end": 12 * MEGABYTE,
}
"""What no longer fits, and the bytes that are free when the run begins."""


@pytest.fixture
def decided(decided_on: Path, tmp_path: Path) -> Path:
    """The fixtures after one run, with a decided file in the inbox."""
    folder = shutil.copytree(decided_on, tmp_path / "night", symlinks=True)
    (folder / "inbox").mkdir()
    save(folder / "inbox" / "kim.csv", decide(certain(proposed(folder), 1), "approve"))
    return folder


def _is_clear(night: Ended) -> None:
    """Code 4, nothing on stdout, and words instead of a traceback."""
    assert (night.code, night.out) == (ExitCode.UNUSABLE, ""), night
    assert night.err.startswith("billsight: ")
    assert "Traceback" not in night.err
    assert "last report stays" in night.err or "cannot be read" in night.err


def _stays(seen: Seen) -> None:
    assert (seen.latest, seen.wrong, seen.hidden, seen.register) == ("night-1", [], [], "ok")


@needs_mounts
@pytest.mark.parametrize("what", WHERE)
def test_a_full_disk_is_told_and_the_last_report_stays(provider: Path, what: str) -> None:
    """Wherever the run comes to the end of it; what it had written is removed again."""
    seen = night_where(provider, "out", f"full:{WHERE[what]}")
    _is_clear(seen.night)
    assert re.search(r"No space left|disk is full", seen.night.err), seen.night.err
    _stays(seen)


@needs_mounts
def test_a_disk_with_just_enough_is_enough(provider: Path) -> None:
    """The tests above fail for want of space, not for being on another disk."""
    seen = night_where(provider, "out", f"full:{40 * MEGABYTE}")
    assert seen.night.code == 0
    assert (seen.latest != "night-1", seen.wrong, seen.hidden) == (True, [], [])


@pytest.mark.parametrize("most_bytes", [0, 100 * KILOBYTE, MEGABYTE, 8 * MEGABYTE])
def test_a_limit_on_files_is_told_like_a_full_disk(provider: Path, most_bytes: int) -> None:
    """`ulimit -f`, or a quota: the system refuses in the middle of a file."""
    night = night_with_small_files(provider, most_bytes)
    _is_clear(night)
    assert (provider / "out" / "latest").readlink() == Path("runs/night-1")
    assert verify(provider / "out" / "latest") == []
    assert hidden(provider) == []


@needs_mounts
def test_a_register_that_cannot_grow_keeps_the_file_in_the_inbox(decided: Path) -> None:
    """SQLite cannot even read it then: the run says what to do, and the decision is not lost."""
    seen = night_where(decided, "state", "full:0")
    _is_clear(seen.night)
    assert "Free some space where it lies" in seen.night.err
    assert seen.inbox == ["kim.csv"]
    _stays(seen)


@needs_mounts
def test_an_inbox_that_is_full_does_no_harm(decided: Path) -> None:
    """The reasons cannot be written beside the file, so it stays where it is, and is not read again."""
    row = certain(proposed(decided), 1)
    save(decided / "inbox" / "kim.csv", decide(row, "perhaps"))
    seen = night_where(decided, "inbox", "full:0")
    assert seen.night.code == 0, seen.night
    assert "kim.csv was read, but cannot be moved" in seen.night.out
    assert seen.inbox == ["kim.csv"]


@needs_mounts
def test_an_output_folder_that_is_read_only_is_told(provider: Path) -> None:
    """Before anything is read."""
    seen = night_where(provider, "out", "read-only")
    _is_clear(seen.night)
    assert "Read-only file system" in seen.night.err
    _stays(seen)


@needs_mounts
def test_a_register_in_a_read_only_folder_is_told_as_that(decided: Path) -> None:
    """It is not damaged, and nobody should restore it."""
    seen = night_where(decided, "state", "read-only")
    _is_clear(seen.night)
    assert "let this user write there" in seen.night.err
    assert "Restore" not in seen.night.err
    assert seen.inbox == ["kim.csv"]
    _stays(seen)


@needs_mounts
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_a_source_that_may_not_be_read_is_told(provider: Path) -> None:
    """Which file, and what to do."""
    seen = night_where(provider, "accounting_invoices.csv", "unreadable")
    _is_clear(seen.night)
    assert "accounting_invoices.csv: found a file that cannot be read (Permission denied)" in seen.night.err
    _stays(seen)
