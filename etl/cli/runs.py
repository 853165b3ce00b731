"""`billsight runs`: the history."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import CONFIG, Commands, hand_over, say
from etl.config import load
from etl.history import run_list as history


@click.group(cls=Commands)
def runs() -> None:
    """List, inspect and compare past runs.

    \b
    Examples:
      billsight runs list
      billsight runs show latest
      billsight runs diff 2026-11-21 2026-11-22
    """


@runs.command(name="list")
@click.option("--last", default=30, show_default=True, type=click.IntRange(min=1), help="Number of runs.")
@CONFIG
def list_command(last: int, config: Path) -> None:
    """List the last runs, including failed ones."""
    say(history.list_runs(load(config), last))


@runs.command()
@click.argument("run", default="latest")
@click.option("--json", "as_json", is_flag=True, help="Print the stored record as JSON.")
@CONFIG
def show(run: str, *, as_json: bool, config: Path) -> None:
    """Show what RUN read and found, and whether its files are intact. RUN is an ID or the first part of one."""
    text = history.show_run(load(config), run, as_json=as_json)
    if as_json:
        hand_over(f"{text}\n".encode())
    else:
        say(text)


@runs.command()
@click.argument("earlier")
@click.argument("later", default="latest")
@click.option("--all", "is_whole", is_flag=True, help="List every issue.")
@CONFIG
def diff(earlier: str, later: str, *, is_whole: bool, config: Path) -> None:
    """List the issues that opened, and those that were resolved and why, between EARLIER and LATER.

    \b
    Example:
      billsight runs diff 2026-11-15T020000Z-4b1c latest
    """
    say(history.diff_runs(load(config), earlier, later, is_whole=is_whole))
