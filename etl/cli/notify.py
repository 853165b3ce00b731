"""`billsight notify`: who is told of the nights."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import CONFIG, Commands, say, warn
from etl.config import load
from etl.state import mode_warnings
from etl.telling import Teller


@click.group(cls=Commands)
def notify() -> None:
    """Who is told of the nights: messages, a health check, metrics.

    \b
    Example:
      billsight notify test
    """


@notify.command()
@CONFIG
def test(config: Path) -> None:
    """Send a test to everybody who would be told of a night, and say of each whether it worked.

    The health check gets a remark, which changes nothing about its state; the metrics stay as they are. Ends with 0
    when everything worked, and with 5 when something did not, or when nobody would be told.

    \b
    Examples:
      billsight notify test
      billsight notify test --config clients/north/billsight.toml
    """
    settings = load(config)
    for warning in mode_warnings(settings, config):
        warn(warning)
    trial = Teller(settings).try_out()
    say(trial)
    raise SystemExit(int(trial.exit_code))
