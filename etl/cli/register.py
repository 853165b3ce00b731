"""`billsight register`: what the site must not lose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from etl import registers
from etl.cli.options import CONFIG, Commands, say, warn
from etl.config import load
from etl.state import mode_warnings


def _part(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which of the three; the register where nothing is said."""
    history = click.option("--history", "part", flag_value="history", help="The history of runs.")
    key = click.option("--site-key", "part", flag_value="site_key", help="The key of the fix files' fingerprints.")
    return history(key(command))


@click.group(cls=Commands)
def register() -> None:
    """Verify, copy and restore what the site must not lose: people's decisions, the history and the site's key.

    \b
    Examples:
      billsight register verify
      billsight register backup /mnt/backups/billsight
      billsight register restore
    """


@register.command()
@CONFIG
def verify(config: Path) -> None:
    """Check that nothing was lost, changed or swapped since the last import and the last run."""
    settings = load(config)
    for warning in mode_warnings(settings, config):
        warn(warning)
    say(registers.verify(settings))


@register.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@CONFIG
def backup(folder: Path | None, config: Path) -> None:
    """Copy register, history and site key to FOLDER; to the folder `backups` next to the register if none is named.

    The register is copied there by itself after each import. The last 30 copies stay, and of older ones one a month.
    """
    say(registers.backup(load(config), folder, datetime.now(UTC)))


@register.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@_part
@click.option("--older", is_flag=True, help="Take the copy although it lacks what was added later.")
@CONFIG
def restore(file: Path | None, part: registers.Part | None, *, older: bool, config: Path) -> None:
    """Restore the register from the copy FILE; from the newest whole copy if none is named.

    What was in its place is renamed, never removed.

    \b
    Examples:
      billsight register restore
      billsight register restore --history /mnt/backups/billsight/history-20261122T020000Z.sqlite
    """
    order = registers.Order(part or "register", datetime.now(UTC), file, older)
    say(registers.restore(load(config), order))


@register.command()
@_part
@click.option("--forget", is_flag=True, help="Give up what is there, although it is whole.")
@CONFIG
def init(part: registers.Part | None, *, forget: bool, config: Path) -> None:
    """Begin again without what was lost, on purpose. What is there is renamed, never removed."""
    order = registers.Order(part or "register", datetime.now(UTC), None, forget)
    say(registers.begin_again(load(config), order))
