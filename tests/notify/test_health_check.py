"""The health check hears of every run that begins and of how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from typing import Any

import pytest

from etl.errors import ExitCode
from tests.support import provider_runs
from tests.support.http_receiver import AS_OF, KEY, Site


def test_the_health_check_hears_start_and_end(site: Site) -> None:
    """With ids and counts, in front of what the address asks for; a run that failed sends its code."""
    site.set("ping_url_file", "ping")
    (site.folder / "urls").write_text("# nobody yet\n", encoding="utf-8")
    site.night("night-1")
    start, end = site.receiver.take()
    assert (start.path, end.path) == (f"/ping/{KEY}/start?create=1", f"/ping/{KEY}/0?create=1")
    assert start.body == "run night-1 begins"
    assert re.fullmatch(r"run night-1: exit code 0, \d+ of 30 invoices blocked, \d+ s", end.body)
    content = site.spoil()
    site.night("night-2")
    assert [one.path.partition("?")[0] for one in site.receiver.take()] == [f"/ping/{KEY}/start", f"/ping/{KEY}/4"]
    site.mend(content)
    site.set("when", "change")
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(f"{text}\n[limits]\nquarantine_share = 0\n", encoding="utf-8")
    rows = content.decode().splitlines()
    rows[1] = re.sub(r",-?\d+\.\d\d,", ",twelve,", rows[1], count=1)
    site.mend("\n".join(rows).encode())
    assert site.night("night-3").code == ExitCode.PARTIAL
    _, partial = site.receiver.take()
    assert partial.path == f"/ping/{KEY}/0?create=1"
    assert "exit code 3, partial" in partial.body


def test_the_health_check_is_told_again_where_that_may_help(site: Site) -> None:
    """A server that stumbles gets two more chances; one that does not know the check does not."""
    site.set("ping_url_file", "ping")
    site.tell()
    site.receiver.take()
    site.receiver.statuses = [200, 503, 429, 200]
    assert site.tell() == []
    assert len(site.receiver.take()) == 4
    site.receiver.statuses = [200, 404, 200]
    assert site.tell() == ["the health check was not reached (0): it answered with HTTP status 404"]
    assert len(site.receiver.take()) == 2


def test_a_night_that_is_stopped_tells_nobody(site: Site) -> None:
    """It ends at once, and whoever heard that it began waits in vain."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(provider_runs.ROOT)}
    environment["BILLSIGHT_PING_URL"] = f"http://{site.receiver.place}/ping/{KEY}"
    command = [sys.executable, "-m", "etl", "run", "--config", str(site.config), "--as-of", AS_OF]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as night:
        while not site.receiver.requests:
            assert night.poll() is None
            time.sleep(0.02)
        night.send_signal(signal.SIGTERM)
    assert night.returncode == 128 + signal.SIGTERM
    assert [one.path for one in site.receiver.take()] == [f"/ping/{KEY}/start"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/ping/key", "file:///etc/passwd", "hc", "http://[::1/x"])
def test_a_health_check_that_cannot_be_reached_is_a_warning(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice, for the beginning and the end."""
    monkeypatch.setenv("BILLSIGHT_PING_URL", address)
    start, end = site.tell()
    assert start.startswith("the health check was not reached (start): it")
    assert end.startswith("the health check was not reached (0): it")
    assert address not in start + end


def test_user_information_is_basic_authentication_and_no_name_to_look_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host alone is asked for, and neither its name nor a warning has the password in it."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def listening(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(str(host))
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", listening)
    monkeypatch.setenv("BILLSIGHT_PING_URL", f"http://kim:pa55%40word@{site.receiver.place}/ping/{KEY}")
    (site.folder / "urls").write_text("# nobody yet\n", encoding="utf-8")
    assert [warning for warning in site.tell() if "health check" in warning] == []
    start, _ = site.receiver.take()
    assert b64decode(start.authorization.removeprefix("Basic ")).decode() == "kim:pa55@word"
    assert set(asked) == {"127.0.0.1"}


@pytest.mark.parametrize(
    "address", ["https://kim:pa/ss@h.example/x", "https://kim:pa#ss@h.example", "https://kim:12?3@h.example/x"]
)
def test_a_password_that_ends_the_host_too_early_is_refused(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be taken for the host is a part of the secret: nobody is asked for it, and it is not repeated."""
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: asked.append(str(host)) or [])
    monkeypatch.setenv("BILLSIGHT_PING_URL", address)
    (site.folder / "urls").write_text("# nobody yet\n", encoding="utf-8")
    said = "".join(site.tell())
    assert "in a user name or password write @ as %40" in said
    assert "kim" not in said
    assert asked == []
