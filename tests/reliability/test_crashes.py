"""The small version of `make crash`: a dozen nights, killed at any moment while somebody reads and somebody decides."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import pytest

from etl.manifest import verify
from tests.decided import proposed
from tests.reliability import crashes
from tests.reliability.reader import Reader

KILLS = 12


@pytest.mark.slow
def test_killed_nights_leave_a_whole_report_a_whole_register_and_nothing_that_grows(tmp_path: Path) -> None:
    """After each kill `latest` is whole, no decision is lost or taken twice, and the next night succeeds."""
    site = crashes.prepared(tmp_path / "night", seed=5)
    reader = crashes.crash(site, KILLS)
    assert site.died.total() == KILLS
    assert reader.faults == []
    assert reader.reads > KILLS
    assert len(reader.runs) > 1


def _run(out: Path, content: bytes, told: bytes) -> None:
    folder = out / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "report.html").write_bytes(content)
    digest = hashlib.sha256(told).hexdigest()
    entry = f'{{"name": "report.html", "bytes": {len(told)}, "sha256": "{digest}"}}'
    (folder / "manifest.json").write_text(f'{{"run_id": "one", "outputs": [{entry}]}}')
    (out / "latest").symlink_to("runs/one")


def test_the_reader_sees_what_is_torn_and_what_is_missing(tmp_path: Path) -> None:
    """A check that cannot fail is no check."""
    _run(tmp_path / "whole", b"whole", b"whole")
    _run(tmp_path / "torn", b"who", b"whole")
    assert (Reader(tmp_path / "whole")._read(), verify(tmp_path / "whole" / "latest")) == ([], [])
    assert Reader(tmp_path / "torn")._read() == ["report.html of one is torn"]
    (tmp_path / "whole" / "latest").unlink()
    with Reader(tmp_path / "whole") as reader:
        while not reader.reads:
            pass
    assert "latest" in reader.faults[0]


def test_a_lost_decision_and_a_leftover_are_seen(folder: Path) -> None:
    """As above, for what is looked at after each kill."""
    site = crashes.Site(folder, Random(1), proposed=proposed(folder))
    (folder / "inbox").mkdir()
    site.hand_in()
    crashes.check(site)
    (site.folder / "inbox" / "d-0001.csv").unlink()
    (site.out / ".latest-a").touch()
    (site.out / ".latest-b").touch()
    (site.out / "latest" / "invoices.csv").write_text("other")
    with pytest.raises(crashes.Broken, match=r"invoices\.csv has 5 bytes.* grow; d-0001\.csv is lost"):
        crashes.check(site)
