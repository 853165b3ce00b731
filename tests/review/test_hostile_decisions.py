"""Decided files that mean harm: refused with words, or taken for what they say and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import polars as pl
import pytest

from etl.csv_guard import guard
from etl.errors import ExitCode
from etl.review.register import Register
from tests.support.command_results import Mappings
from tests.support.decision_files import bare, certain, decide, held, kinds, proposed, save, written
from tests.support.zip_archives import zipped
from tests.test_inbox import take


def test_the_name_of_a_night_is_no_path(folder: Path, mappings: Mappings) -> None:
    """Whatever a row says of the run it comes from, it is looked for among the runs only."""
    (row,) = certain(proposed(folder), 1)
    names = ("x" * 300, "../../etc", "/etc/passwd", ".", "..", "a/b", "é" * 200, "night-0")
    wrong = {"row_fp": "FP-0000000000000000"}
    for name in names:
        told = mappings("import", save(folder / "d.csv", decide([row], "approve", run_id=name, **wrong)))
        assert told.code == ExitCode.REFUSED
        assert kinds(told) == ["stale"]
    assert held(folder) == []


ODS = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
FAR_ODS = (
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="1048575"/><table:table-row>'
    '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"/>'
    "</table:table-row></table:table>"
)


def test_what_is_no_fix_file_is_refused_in_words(folder: Path, mappings: Mappings) -> None:
    """Soon, and with what is wrong: a workbook that claims too much is not even opened."""
    path = folder / "d"
    header = "row_fp,decision,acct_customer_id,cw_company_id"
    far = '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    cases = {
        "an old Excel workbook": b"\xd0\xcf\x11\xe0" + bytes(512),
        "no XLSX workbook": zipped({"word/document.xml": "<x/>"}),
        "a workbook that cannot be read": zipped({**ODS, "content.xml": "<x/>"}),
        "a sheet (content.xml) of up to": zipped({**ODS, "content.xml": FAR_ODS}),
        "a sheet (xl/s.xml) of up to": zipped({"xl/workbook.xml": "", "xl/s.xml": far}),
        "unpacks to more than": zipped({"xl/workbook.xml": "", "xl/x": "\0" * 200_000_000}),
        "more than 300,000 rows": (header + "\n" + "1\n" * 400_000).encode(),
        "no header of a fix file": (",".join(f"c{at}" for at in range(10_000)) + "\n").encode() * 30,
        "a value of more than": (header + '\nFP-0,"' + "x" * 10_000_000).encode(),
    }
    for found, content in cases.items():
        path.write_bytes(content)
        begun = time.process_time()
        told = mappings("import", path)
        assert time.process_time() - begun < 20
        assert told.code == ExitCode.REFUSED
        assert found in told.out + told.err, told
    assert held(folder) == []


def test_a_guarded_cell_is_read_as_it_was_before_the_guard(folder: Path, mappings: Mappings) -> None:
    """What the files are guarded with on the way out is taken off on the way in."""
    note = "=see +1 @kim"
    (row,) = certain(proposed(folder), 1)
    guarded = guard(pl.DataFrame(decide([row], "approve", note=note, reviewer="@kim"))).to_dicts()
    assert guarded[0]["note"] == f"'{note}"
    (folder / "d.csv").write_text(written(guarded), encoding="utf-8")
    assert mappings("import", folder / "d.csv").code == ExitCode.COMPLETE
    log = Register.open(folder / "state" / "register.sqlite").log().tail(1)
    assert log.select("note", "judged_by").rows() == [(note, "@kim")]
    assert held(folder) == [(*bare(row), "approved")]


NAMES = ("line\nend.csv", "\x1b[31mred.csv", "caf\udce9.csv", "x" * 250 + ".csv", "é" * 120 + ".csv", "a\"b'c.csv")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("decision", ["approve", "perhaps"])
def test_the_inbox_takes_files_of_any_name(folder: Path, name: str, decision: str) -> None:
    """They are moved to a name that can be seen, with the reasons beside it, and never end the run."""
    (folder / "inbox").mkdir()
    (row,) = certain(proposed(folder), 1)
    save(folder / "inbox" / name, decide([row], decision))
    told = str(take(folder))
    is_good = decision == "approve"
    taken = "Inbox: 1 taken (1 decision), 0 refused. "
    refused = "Inbox: 0 taken (0 decisions), 1 refused. Reasons: inbox/rejected/*.reasons.txt. "
    assert told == (taken if is_good else refused)
    left = [path for path in (folder / "inbox").rglob("*") if not path.is_dir()]
    assert len(left) == (1 if is_good else 2)
    assert all(path.name.isprintable() and path.name.endswith((".csv", ".reasons.txt")) for path in left)
    assert all(path.parent.name in {"done", "rejected"} for path in left)


def test_pipes_and_links_in_the_inbox_are_moved_aside_unread(folder: Path) -> None:
    """A pipe is never waited for, and a loop of links is no more than a link."""
    inbox = folder / "inbox"
    inbox.mkdir()
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "loop.csv").symlink_to("loop.csv")
    (inbox / "zero.csv").symlink_to("/dev/zero")
    (inbox / "folder.csv").mkdir()
    assert "0 taken (0 decisions), 3 refused" in str(take(folder))
    names = sorted(path.name for path in (inbox / "rejected").iterdir() if path.suffix == ".csv")
    assert names == ["loop.csv", "pipe.csv", "zero.csv"]
    reasons = (inbox / "rejected" / "pipe.csv.reasons.txt").read_text(encoding="utf-8")
    assert "found not a regular file (a pipe, a device or a folder)" in reasons
    assert [path.name for path in inbox.iterdir() if path.suffix == ".csv"] == ["folder.csv"]
