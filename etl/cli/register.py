"""`billsight register`: verify, copy and restore the register, the history and the site key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from etl.cli.options import CONFIG, Commands, say, warn
from etl.config import load
from etl.review.site import site_upkeep
from etl.review.site.site_state import mode_warnings


def _part(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose one of the three; the register by default."""
    history = click.option("--history", "part", flag_value="history", help="The history of runs.")
    key = click.option("--site-key", "part", flag_value="site_key", help="The key that signs fix files.")
    return history(key(command))


@click.group(cls=Commands)
def register() -> None:
    """Verify, back up and restore the register of decisions.

    The same commands verify, back up and restore the history and the site key.

    \b
    Examples:
      billsight register verify
      billsight register backup /mnt/backups/billsight
      billsight register restore
    """


@register.command()
@CONFIG
def verify(config: Path) -> None:
    """Check that no data was lost, changed or swapped since the last import and the last run."""
    settings = load(config)
    for warning in mode_warnings(settings, config):
        warn(warning)
    say(site_upkeep.verify(settings))


@register.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@CONFIG
def backup(folder: Path | None, config: Path) -> None:
    """Copy the register, the history and the site key to FOLDER, or to `backups` next to the register.

    Each import also copies the register to `backups`. The last 30 copies are kept, and one a month of older ones.
    """
    say(site_upkeep.backup(load(config), folder, datetime.now(UTC)))


@register.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@_part
@click.option("--older", is_flag=True, help="Accept a copy that lacks later decisions or runs.")
@CONFIG
def restore(file: Path | None, part: site_upkeep.Part | None, *, older: bool, config: Path) -> None:
    """Restore the register from the copy FILE, or from the newest intact copy.

    The file that is replaced is renamed, never removed.

    \b
    Examples:
      billsight register restore
      billsight register restore --history /mnt/backups/billsight/history-20261122T020000Z.sqlite
    """
    order = site_upkeep.Order(part or "register", datetime.now(UTC), file, older)
    say(site_upkeep.restore(load(config), order))


@register.command()
@_part
@click.option("--forget", is_flag=True, help="Start over although the file is intact.")
@CONFIG
def init(part: site_upkeep.Part | None, *, forget: bool, config: Path) -> None:
    """Start over without the lost file. A file that is still there is renamed, never removed."""
    order = site_upkeep.Order(part or "register", datetime.now(UTC), None, forget)
    say(site_upkeep.begin_again(load(config), order))
