"""A secret in the wrong place of the configuration is pointed at, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.config import load
from etl.errors import ConfigurationError, ExitCode
from tests.support import provider_runs
from tests.support.command_results import Billsight

PASSWORD = "pa55word"
TOKEN = "T0pS3cr3tT0pS3cr3tT0p4"
ADDRESS = f"https://kim:{PASSWORD}@hc.example/{TOKEN}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A small provider's configuration."""
    return provider_runs.copied(tmp_path / "night") / "billsight.toml"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (f'urls_file = "json://kim:{PASSWORD}@hook.example/{TOKEN}"', "notify.urls_file"),
        (f'ping_url_file = "{ADDRESS}"', "notify.ping_url_file"),
        (f'metrics_file = "{ADDRESS}"', "notify.metrics_file"),
        (f'report_link = "{ADDRESS}"', "notify.report_link"),
        (f'when = "{PASSWORD}"', "notify.when"),
        (f'urls_file = ["{PASSWORD}"]', "notify.urls_file"),
        (f'password = "{PASSWORD}"', "unknown key notify.password"),
        (f'"{ADDRESS}" = 1', "unknown key notify."),
        (f'threads = "{TOKEN}"', "limits.threads"),
        (f'threads = {{ url = "{ADDRESS}" }}', "limits.threads"),
        (f'safety_days = "xoxb-{PASSWORD}"', "backfill.safety_days"),
    ],
)
def test_an_error_names_the_key_and_the_line_and_not_the_secret(
    config: Path, billsight: Billsight, line: str, key: str
) -> None:
    """Whether the key or the value is wrong."""
    section = key.removeprefix("unknown key ").partition(".")[0]
    text = config.read_text(encoding="utf-8")
    assert f"[{section}]" not in text
    config.write_text(f"{text}\n[{section}]\n{line}\n", encoding="utf-8")
    ended = billsight("check", "--config", config)
    assert ended.code == ExitCode.CONFIGURATION
    assert key in ended.err
    assert f"line {len(text.splitlines()) + 3}: found" in ended.err or f'"{ADDRESS}"' in line
    for secret in (PASSWORD, TOKEN, "hc.example"):
        assert secret not in ended.out + ended.err


@pytest.mark.parametrize("zone", [TOKEN, ADDRESS])
def test_a_message_of_a_rule_repeats_no_secret(config: Path, zone: str) -> None:
    """Nor the name of an unknown source, or the place of a known one."""
    text = config.read_text(encoding="utf-8")
    zoned = text.replace('time_zone = "America/New_York"', f'time_zone = "{zone}"', 1)
    assert zoned != text
    placed = zoned.replace('path = "', f'path = "{ADDRESS}', 1)
    config.write_text(f"{placed}\n[sources.{TOKEN}]\npath = 'x'\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load(config, {})
    assert len(raised.value.problems) == 3
    for secret in (PASSWORD, TOKEN, "hc.example"):
        assert secret not in str(raised.value)


@pytest.mark.parametrize("secret", [TOKEN, PASSWORD, "correct horse battery", "T1/B2/abc", "k" * 300])
@pytest.mark.parametrize("kind", ["urls_file", "ping_url_file"])
def test_a_secret_in_the_place_of_its_file_is_not_repeated(
    config: Path, billsight: Billsight, kind: str, secret: str
) -> None:
    """Whatever it looks like: there is no such file. The key is named."""
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[notify]\n{kind} = "{secret}"\n', encoding="utf-8")
    ended = billsight("notify", "test", "--config", config)
    assert ended.code == ExitCode.UNREACHABLE
    assert f"cannot be read from the file that [notify] {kind} names: " in ended.out
    assert secret not in ended.out + ended.err


@pytest.mark.parametrize(
    ("line", "mode"),
    [
        (f"# ping: {ADDRESS}", 0o644),
        (f'report_link = "https://reports.example/?token={PASSWORD}"', 0o604),
        (f"# ping: {ADDRESS}", 0o640),
        ('report_link = "https://reports.example/latest/2026-11/report.html"', 0o644),
    ],
)
def test_a_configuration_with_a_secret_is_not_for_everybody(
    config: Path, billsight: Billsight, line: str, mode: int
) -> None:
    """A warning, as for a file of addresses; the secret is not in it. One without is nobody's business."""
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[notify]\n{line}\n", encoding="utf-8")
    config.chmod(mode)
    is_told = PASSWORD in line and mode != 0o640
    for words in (("check",), ("notify", "test")):
        ended = billsight(*words, "--config", config)
        said = ended.out + ended.err
        assert ("holds what seems to be a secret in line " in said) is is_told
        assert PASSWORD not in said


@pytest.mark.parametrize(
    "link",
    [
        "https://kim:pa55word@reports.example/x",
        "https://kim@reports.example",
        "https://kim:pa/55@reports.example/x",
        "https://kim:pa#55@reports.example/x",
        "https://kim:pa?55@reports.example",
        "//kim:pa55@reports.example/x",
        "kim:pa55@reports.example/x",
        "https://reports.example/x@y/z",
    ],
)
def test_a_link_with_a_user_is_refused(config: Path, link: str) -> None:
    """Also where the password has a character in it that ends the host."""
    config.write_text(f'{config.read_text(encoding="utf-8")}\n[notify]\nreport_link = "{link}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="without user and password") as raised:
        load(config, {})
    assert "kim" not in str(raised.value)


@pytest.mark.parametrize(
    "link",
    ["https://reports.example/x?to=a@b.example", "https://reports.example/#a@b", "https://[::1]:8/x", "/srv/out"],
)
def test_a_link_may_have_an_at_sign_in_its_query(config: Path, link: str) -> None:
    """It is no user there."""
    config.write_text(f'{config.read_text(encoding="utf-8")}\n[notify]\nreport_link = "{link}"\n', encoding="utf-8")
    assert load(config, {}).notify.report_link == link


@pytest.mark.parametrize("lines", ['base = "/etc"', 'warnings = ["x"]', "[further]\nx = 1", "[warnings]\nx = 1"])
def test_what_the_settings_hold_for_themselves_is_no_key(config: Path, lines: str) -> None:
    """It is refused as any unknown key, not ignored."""
    config.write_text(f"{lines}\n\n{config.read_text(encoding='utf-8')}", encoding="utf-8")
    name = lines.strip("[").partition("]")[0].partition(" ")[0]
    with pytest.raises(ConfigurationError, match=rf"line 1: found unknown key {name};") as raised:
        load(config, {})
    assert len(raised.value.problems) == 1


def test_a_variable_for_what_is_no_section_changes_nothing(config: Path) -> None:
    """The file is refused for it, in words."""
    text = config.read_text(encoding="utf-8")
    config.write_text(f"backfill = 5\n{text}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="backfill"):
        load(config, {"BILLSIGHT_BACKFILL__SAFETY_DAYS": "2", "BILLSIGHT_BASE__X": "1"})
