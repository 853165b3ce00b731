"""`billsight prune`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from etl.cli.options import CONFIG, say
from etl.config import load
from etl.pipeline.prune_runs import Pruned, prune
from etl.publish.publication import lock

_MEGABYTE = 1_000_000


@click.command(name="prune")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
@CONFIG
def prune_command(*, dry_run: bool, config: Path) -> None:
    """Remove reports and logs that are older than `[retention] days`.

    Every run also does this. Numbers and manifests stay. So do the run that `latest` names and the runs that a file in
    the inbox was decided on.

    \b
    Examples:
      billsight prune --dry-run
      billsight prune --config clients/north/billsight.toml
    """
    settings = load(config)
    if not settings.out.is_dir():
        say(f"{settings.out} does not exist: nothing to prune.")
        return
    with lock(settings.out, "prune") as held:
        pruned = prune(held, settings, datetime.now(UTC), is_dry=dry_run)
    say(_summary(pruned, settings.retention.days, is_dry=dry_run))


def _summary(pruned: Pruned, days: int, *, is_dry: bool) -> str:
    runs, logs = len(pruned.runs), len(pruned.logs)
    done = "Would prune" if is_dry else "Pruned"
    counts = f"{runs} run{'' if runs == 1 else 's'}, {logs} log{'' if logs == 1 else 's'}"
    listed = [f"  {name}" for name in pruned.runs] if is_dry else []
    line = f"{done} {counts}: {pruned.freed / _MEGABYTE:,.1f} MB. Kept: {days} days. {pruned}"
    return "\n".join([*listed, line.rstrip()])
