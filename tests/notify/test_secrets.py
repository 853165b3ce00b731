"""Addresses are taken from where they are put and seen nowhere else; and `billsight notify test`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etl.errors import ExitCode
from etl.notify import send
from tests.support import provider_runs
from tests.support.command_results import Billsight
from tests.support.http_receiver import AS_OF, KEY, TOKEN, Site


@pytest.mark.parametrize("kind", ["a folder", "unreadable text", "missing", "empty"])
def test_a_file_of_addresses_that_cannot_be_used_is_a_warning(site: Site, kind: str) -> None:
    """The run ends as it would have, and `notify test` says what is wrong."""
    path = site.folder / "urls"
    path.unlink()
    if kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"\xff\xfe\x00" if kind == "unreadable text" else b"")
        path.chmod(0o640)
    (warning,) = site.tell()
    assert "the addresses for messages" in warning
    tried = site.test()
    assert tried.code == ExitCode.UNREACHABLE
    place = "the file that [notify] urls_file names" if kind == "missing" else str(path)
    assert place in tried.out
    assert (str(path) in tried.out) is (kind != "missing")


def test_a_file_of_secrets_that_everybody_may_open_is_a_warning(site: Site) -> None:
    """And it is used."""
    (site.folder / "urls").chmod(0o644)
    (warning,) = site.tell()
    assert "everybody on this machine may open it: chmod 0640" in warning
    assert len(site.receiver.take()) == 1
    tried = site.test()
    assert tried.code == ExitCode.COMPLETE
    assert "warning: " in tried.out


def test_the_environment_overrules_credentials_and_credentials_the_file(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty variable notifies nobody: a run that is run by hand."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    site.test()
    (credentials / "notify_urls").write_text(site.address("credential"), encoding="utf-8")
    (credentials / "notify_urls").chmod(0o400)
    site.test()
    monkeypatch.setenv("BILLSIGHT_NOTIFY_URLS", f"{site.address('a')} {site.address('b')}\n{site.address('a')}")
    site.test()
    monkeypatch.setenv("BILLSIGHT_NOTIFY_URLS", "")
    assert site.tell() == []
    paths = [one.path.split("/")[1] for one in site.receiver.take()]
    assert [paths[0], paths[1], *sorted(paths[2:])] == ["hook", "credential", "a", "b"]


def test_a_test_says_of_each_whether_it_worked(site: Site) -> None:
    """One line each, never more of an address than its kind; the check's state and the metrics stay as they were."""
    site.set("ping_url_file", "ping")
    site.set("metrics_file", "billsight.prom")
    ended = site.test()
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert ended.out.splitlines() == [
        "address 1 (json) worked",
        "the health check worked",
        "the file that [notify] metrics_file names can be written (metrics)",
    ]
    message, remark = site.receiver.take()
    assert "This one is a test" in message.message["message"]
    assert remark.path == f"/ping/{KEY}/log?create=1"
    assert not (site.folder / "billsight.prom").exists()
    assert not site.told.exists()


def test_a_test_that_fails_ends_with_its_code(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each failing line says why; one that works is reported as such."""
    monkeypatch.setenv("BILLSIGHT_NOTIFY_URLS", f"{site.address()} json://127.0.0.1:9/{TOKEN} {TOKEN}")
    monkeypatch.setenv("BILLSIGHT_PING_URL", f"http://127.0.0.1:9/{KEY}")
    site.set("metrics_file", "no-such-folder/billsight.prom")
    ended = site.test()
    assert (ended.code, ended.err) == (ExitCode.UNREACHABLE, "")
    first, second, third, check, metrics = ended.out.splitlines()
    assert first == "address 1 (json) worked"
    assert second.startswith("address 2 (json) did not work: ")
    assert third.startswith("address 3 did not work: ")
    assert check.startswith("the health check did not work: it could not be reached (")
    assert metrics == "the file that [notify] metrics_file names cannot be written: No such file or directory (metrics)"


def test_where_nothing_is_configured_the_way_is_shown(billsight: Billsight, provider: Path) -> None:
    """With a section that can be copied; and a run says nothing about it."""
    ended = billsight("notify", "test", "--config", provider / "billsight.toml")
    assert ended.code == ExitCode.UNREACHABLE
    for word in ("[notify]", "urls_file", "ping_url_file", "metrics_file", "BILLSIGHT_NOTIFY_URLS", "ping_url"):
        assert word in ended.out
    assert billsight("run", "--config", provider / "billsight.toml", "--as-of", AS_OF).err == ""
    assert not (provider / "state" / "notified.json").exists()


def test_secrets_are_nowhere_but_where_they_were_put(site: Site) -> None:
    """Not in what is printed, the published run, the memory or the metrics; also where the other side fails."""
    site.set("ping_url_file", "ping")
    site.set("metrics_file", "billsight.prom")
    said = []
    for number, status in enumerate([200, 500]):
        site.receiver.statuses = [status] * 9
        if status != 200:
            site.pay()
        ended = site.night(f"night-{number}")
        said += [ended.out, ended.err]
        ended = site.test()
        said += [ended.out, ended.err]
    assert "did not work" in "".join(said)
    told = [path for path in site.folder.rglob("*") if path.is_file() and path.name not in {"urls", "ping"}]
    assert {"report.html", "notified.json", "billsight.prom", "summary.json"} <= {path.name for path in told}
    for secret in (TOKEN, KEY, "pa55word"):
        assert secret not in "".join(said)
        assert [path.name for path in told if secret.encode() in path.read_bytes()] == []


def test_what_apprise_logs_stays_with_it(site: Site) -> None:
    """In a process of its own that logs everything: none of it is on stderr, with addresses that fail."""
    shutil.rmtree(site.folder / "state")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(provider_runs.ROOT), "PYTHONWARNINGS": "default"}
    environment["BILLSIGHT_NOTIFY_URLS"] = (
        f"json://kim:pa55word@127.0.0.1:9/{TOKEN} mailto://kim:pa55word@127.0.0.1:9?from=a@b.example&to=c@d.example"
    )
    command = [
        sys.executable,
        "-c",
        "import logging; logging.basicConfig(level=1); from etl.cli import main; main()",
        "notify",
        "test",
        "--config",
        str(site.config),
    ]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == ExitCode.UNREACHABLE
    assert ended.stderr == ""
    assert ended.stdout.count("did not work") == 2
    assert TOKEN not in ended.stdout


def test_a_night_without_messages_imports_nothing_for_them() -> None:
    """`billsight --help` and a run that notifies nobody stay as quick as they were."""
    script = (
        "import sys; from etl.cli import main; sys.argv = ['billsight', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'apprise', 'prometheus_client', 'requests', 'urllib.request'} & set(sys.modules)))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(provider_runs.ROOT)}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"


def test_what_is_left_running_does_not_hold_up_the_end() -> None:
    """The process ends although somebody never answered."""
    script = (
        "import threading; from etl.notify.deadline import side_by_side\n"
        "print(side_by_side([lambda: 1, threading.Event().wait, lambda: 1 // 0], 1.0))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(provider_runs.ROOT)}
    command = [sys.executable, "-c", script]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout == "[1, None, ZeroDivisionError('integer division or modulo by zero')]\n"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        ("MailTo://kim:pa55word@mail.example", "mailto"),
    ],
)
def test_an_address_is_known_by_its_kind_alone(address: str, kind: str) -> None:
    """Also where it is the web address that the service itself hands out."""
    service = send._service(address, send._asset())
    assert service is not None
    assert send._kind(service, address) == kind
