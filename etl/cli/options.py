"""What several commands share: options, the clock, who asks, progress."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

import click

CONFIG = click.option(
    "--config", "config", default="billsight.toml", show_default=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration.",
)  # fmt: skip


WHO = click.option("--as", "who", metavar="WHO", help="The name of who does this; the login is recorded with it.")


class Commands(click.Group):
    """A group that lists its commands in the order in which they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are used."""
        del ctx
        return list(self.commands)


def user() -> str:
    """Who is logged in, by the system's own account, which no variable changes; some have no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return f"user {os.getuid()}"


def progress() -> Callable[[str], None]:
    """Tell the stages on a terminal; be silent in cron."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda stage: click.echo(f"  {stage} ...", err=True)


def warn(sentence: str) -> None:
    """Tell what went wrong beside the work, on stderr; it changes no exit code."""
    click.echo(f"billsight: warning: {sentence}", err=True)
