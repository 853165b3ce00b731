"""Runs that are reported, by the real command to a real server: once per change, and never at the cost of the run."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat

import pytest

from etl.errors import ExitCode
from etl.notify import send
from etl.pipeline import stages
from tests.support.http_receiver import TOKEN, Site


def test_one_change_is_one_message(site: Site) -> None:
    """The first run, a change, a failure, the next failure of another kind, and the recovery; nothing in between."""
    site.night("night-1")
    (first,) = site.receiver.take()
    assert first.message["type"] == "info"
    assert re.match(r"\S.*: [A-Z]{3} [\d,]+\.\d\d.* blocked$", first.message["title"])
    assert str(site.folder / "out" / "runs" / "night-1" / "report.html") in first.message["message"]
    assert site.night("night-2").err == ""
    assert site.receiver.take() == []
    site.pay()
    site.night("night-3")
    (changed,) = site.receiver.take()
    assert changed.message["title"] != first.message["title"]
    content = site.spoil()
    ended = [site.night(f"night-{number}") for number in (4, 5)]
    assert [end.code for end in ended] == [ExitCode.UNUSABLE] * 2
    (failed,) = site.receiver.take()
    assert failed.message["type"] == "failure"
    assert "exit code 4" in failed.message["title"]
    assert str(site.folder / "out" / "latest" / "report.html") in failed.message["message"]
    site.mend(content)
    site.night("night-6")
    (recovered,) = site.receiver.take()
    assert recovered.message["message"].startswith("The runs work again.")
    assert site.night("night-7").code == ExitCode.COMPLETE
    assert site.receiver.take() == []


def test_a_failure_tells_neither_files_nor_values(site: Site) -> None:
    """The error's text names the file; the message does not."""
    site.spoil()
    ended = site.night("night-1")
    assert "accounting_invoices.csv" in ended.err
    (failed,) = site.receiver.take()
    assert "accounting_invoices" not in failed.body
    assert "InputError" in failed.message["message"]
    assert "There is no report yet." in failed.message["message"]


def test_every_night_is_told_where_that_is_wanted(site: Site) -> None:
    """`when = "always"`."""
    site.set("when", "always")
    assert site.tell() + site.tell() == []
    assert len(site.receiver.take()) == 2


def test_what_was_told_is_forgotten_only_towards_telling_again(site: Site) -> None:
    """A damaged or missing memory sends the message; what is written is small, for the group alone, and no secret."""
    site.tell()
    assert stat.S_IMODE(site.told.stat().st_mode) == 0o640
    assert set(json.loads(site.told.read_text(encoding="utf-8"))) == {"schema", "fingerprint", "is_failure", "missed"}
    damages = [b"", b"{", b"[]", b"\xff\xfe", b'{"schema": 1}', b"[" * 100_000, b'{"missed": [[]]}']
    for damage in damages:
        site.told.write_bytes(damage)
        assert site.tell() == []
    site.told.unlink()
    site.tell()
    assert len(site.receiver.take()) == len(damages) + 2
    assert [path.name for path in site.told.parent.iterdir() if "notified" in path.name] == ["notified.json"]


def test_what_a_killed_run_left_does_not_pile_up(site: Site) -> None:
    """The next run removes what is old beside the memory; what another run writes at this moment stays."""
    old, young = (site.told.with_name(f".notified.json.{name}.new") for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"{")
    os.utime(old, (0, 0))
    site.tell()
    assert (old.exists(), young.exists()) == (False, True)


def test_a_memory_that_cannot_be_written_is_a_warning(site: Site) -> None:
    """The message is out; the next run may send it again."""
    shutil.rmtree(site.told.parent)
    site.told.parent.write_bytes(b"a file where a folder should be")
    (warning,) = site.tell()
    assert "so the same message may be sent again" in warning
    assert len(site.receiver.take()) == 1


def test_an_address_that_does_not_answer_is_a_warning_and_is_tried_again(site: Site) -> None:
    """The run ends as it would have; the others are notified once, the missing one as soon as it works."""
    urls = [site.address("one"), site.address("two")]
    closed = "json://127.0.0.1:9/closed"  # nobody listens at that port
    (site.folder / "urls").write_text(f"{urls[0]}\n{closed}\n", encoding="utf-8")
    ended = site.night("night-1")
    assert ended.code == ExitCode.COMPLETE
    reason = "the service did not take the message, or could not be reached"
    assert ended.err == f"billsight: warning: address 2 (json) did not work: {reason}\n"
    assert [one.path for one in site.receiver.take()] == [f"/one/{TOKEN}"]
    (site.folder / "urls").write_text("\n".join(urls), encoding="utf-8")
    assert site.tell() == []
    assert [one.path for one in site.receiver.take()] == [f"/two/{TOKEN}"]
    assert site.tell() == []
    assert site.receiver.take() == []


def test_what_nobody_was_told_is_told_the_next_night(site: Site) -> None:
    """A message that reached nobody was not said."""
    site.receiver.statuses = [500]
    (warning,) = site.tell()
    assert "did not work" in warning
    site.receiver.take()
    assert site.tell() == []
    assert len(site.receiver.take()) == 1


@pytest.mark.parametrize("secret", ["not an address", "https://hooks.example/T00/B00/xyz", "nosuch://x", "json://"])
def test_an_address_that_is_none_is_a_warning(site: Site, secret: str) -> None:
    """Nothing of it is repeated: it may be a secret that lost its beginning."""
    (site.folder / "urls").write_text(secret, encoding="utf-8")
    warnings = site.tell()
    assert warnings[0] == "address 1 did not work: this is no address that apprise understands"
    assert not re.search("example|nosuch|json", "".join(warnings))


def test_a_receiver_that_never_answers_does_not_hold_up_the_night(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting is bounded, whatever the other side does."""
    monkeypatch.setattr(send, "LONGEST", 0.2)
    site.receiver.is_dumb = True
    assert site.tell() == ["address 1 (json) did not work: no answer within 0.2 seconds"]
    site.receiver.released.set()


def test_a_bug_is_told_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its code, and the error is printed."""

    def broken(*_: object) -> None:
        message = "Acme Dental"
        raise KeyError(message)

    monkeypatch.setattr(stages, "write_control", broken)
    ended = site.night("night-1")
    assert (ended.code, "KeyError: 'Acme Dental'" in ended.err) == (1, True)
    (bug,) = site.receiver.take()
    assert "exit code 1, KeyError" in bug.message["message"]
    assert "Acme" not in bug.body


def test_telling_that_breaks_is_a_warning(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where billsight itself is wrong; its text is not reported, for it may carry a secret."""

    def broken(*_: object) -> None:
        raise ValueError(TOKEN)

    monkeypatch.setattr(send, "_asset", broken)
    ended = site.night("night-1")
    assert ended.code == ExitCode.COMPLETE
    assert ended.err == "billsight: warning: the message could not be sent: ValueError\n"
