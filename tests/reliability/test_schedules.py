"""The crontab line and the units of systemd: what is written there works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etl.errors import ExitCode
from tests.dictionary import DOCS
from tests.reliability.calling import environment
from tests.support import provider_runs

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Minute, hour, day, month, day of the week."""

COMMAND = "/usr/local/bin/billsight"


def _crontab() -> tuple[list[str], str]:
    """The five fields of the line, and its command."""
    text = (DOCS / "reliability.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?ms)^```cron\n(.*?)^```", text)
    (line,) = block.splitlines()
    *fields, command = line.split(maxsplit=5)
    return fields, command


def _billsight(folder: Path) -> Path:
    """The command, as an installation would put it there."""
    script = folder / "billsight"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m etl "$@"\n')
    script.chmod(0o755)
    return script


def test_the_crontab_line_is_one() -> None:
    """Five fields, each a star or a number that can be; and no percent sign, which cron takes for a new line."""
    fields, command = _crontab()
    assert len(fields) == len(FIELDS)
    for field, (least, most) in zip(fields, FIELDS, strict=True):
        assert field == "*" or least <= int(field) <= most
    assert "%" not in command
    assert command.startswith("cd /srv/billing && billsight run ")


def test_the_command_of_the_crontab_is_quiet_when_all_is_well_and_tells_what_is_wrong(tmp_path: Path) -> None:
    """As cron calls it: by `sh`, with hardly any environment. What it prints is mailed."""
    folder = provider_runs.invented(tmp_path / "billing", provider_runs.SMALL)
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    _billsight(bin_folder)
    command = _crontab()[1].replace("/srv/billing", shlex.quote(str(folder)))
    cron = {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(provider_runs.ROOT)}

    def mailed() -> str:
        ended = subprocess.run(["/bin/sh", "-c", command], env=cron, capture_output=True, text=True, check=False)
        return ended.stdout + ended.stderr

    assert mailed() == ""
    assert (folder / "out" / "latest" / "report.html").exists()
    (folder / "connectwise_contacts.json").write_bytes(b"")
    said = mailed()
    assert "billsight: The sources cannot be read (1):\n  - connectwise_contacts.json: found " in said
    assert "billsight ended with 4\n" in said


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Copies of the units, whose command is there."""
    folder = shutil.copytree(DOCS / "systemd", tmp_path / "units")
    service = folder / "billsight.service"
    text = service.read_text(encoding="utf-8")
    assert f"ExecStart={COMMAND} run " in text
    service.write_text(text.replace(COMMAND, str(_billsight(tmp_path))), encoding="utf-8")
    return folder


def _verified(units: Path) -> str:
    """What systemd finds wrong with the units."""
    if os.environ.get("BILLSIGHT_WITHOUT_SYSTEMD") == "1":
        pytest.skip("without systemd, as asked for")
    analyze = os.environ.get("SYSTEMD_ANALYZE") or shutil.which("systemd-analyze")
    if not analyze:
        pytest.fail("No systemd-analyze: 'make test' installs it, SYSTEMD_ANALYZE=/path/to/it names one.")
    command = [analyze, "verify", *map(str, sorted(units.iterdir()))]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    said = ended.stdout + ended.stderr
    return said or ("" if ended.returncode == 0 else f"ended with {ended.returncode}")


def test_systemd_finds_nothing_wrong_with_the_units(units: Path) -> None:
    """As they are, and with the credentials switched on."""
    assert _verified(units) == ""
    service = units / "billsight.service"
    text = service.read_text(encoding="utf-8")
    assert text.count("#LoadCredential=") == 2
    service.write_text(text.replace("#LoadCredential=", "LoadCredential="), encoding="utf-8")
    assert _verified(units) == ""


def test_a_mistake_in_a_unit_is_seen(units: Path) -> None:
    """A check that cannot fail is no check."""
    timer = units / "billsight.timer"
    timer.write_text(timer.read_text(encoding="utf-8").replace("Persistent=true", "Persistant=true"), encoding="utf-8")
    assert "Persistant" in _verified(units)


def test_the_service_takes_for_success_what_was_published_without_being_asked_to_fail() -> None:
    """0 is success anyhow; 3 was published; all other codes leave people with yesterday's report."""
    text = (DOCS / "systemd" / "billsight.service").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^SuccessExitStatus=(.*)$", text) == [str(int(ExitCode.PARTIAL))]
    settings = dict(re.findall(r"(?m)^(\w+)=(.*)$", text))
    assert (settings["Type"], settings["UMask"], settings["ProtectSystem"]) == ("oneshot", "0027", "strict")
    assert settings["ReadWritePaths"] == settings["WorkingDirectory"]
    assert {"TimeoutStartSec", "User"} <= set(settings)
    assert re.search(r"(?m)^#OnFailure=", text)
    timer = dict(re.findall(r"(?m)^(\w+)=(.*)$", (DOCS / "systemd" / "billsight.timer").read_text(encoding="utf-8")))
    assert (timer["Persistent"], "RandomizedDelaySec" in timer) == ("true", True)
