"""`billsight notify`: test notifications."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import CONFIG, Commands, say, warn
from etl.config import load
from etl.notify.notifier import Notifier
from etl.review.site.site_state import mode_warnings


@click.group(cls=Commands)
def notify() -> None:
    """Test the messages, the health check and the metrics.

    \b
    Example:
      billsight notify test
    """


@notify.command()
@CONFIG
def test(config: Path) -> None:
    """Send a test to every configured target, and show whether it worked.

    The health check gets a log entry, which does not change its state. The metrics stay as they are. The exit code is 0
    if everything worked, and 5 if something did not work or no target is configured.

    \b
    Examples:
      billsight notify test
      billsight notify test --config clients/north/billsight.toml
    """
    settings = load(config)
    for warning in mode_warnings(settings, config):
        warn(warning)
    trial = Notifier(settings).try_out()
    say(trial)
    raise SystemExit(int(trial.exit_code))
