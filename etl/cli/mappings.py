"""`billsight mappings`: the register of judgements."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from etl.cli.options import CONFIG, WHO, Commands, hand_over, import_options, say, user
from etl.config import load
from etl.errors import ExitCode
from etl.review import judgement_list as register
from etl.review.import_decisions import ImportOptions
from etl.review.import_mappings import import_files


@click.group(cls=Commands)
def mappings() -> None:
    """Import, list and revert mapping decisions.

    \b
    Examples:
      billsight mappings import mapping_fixes.xlsx
      billsight mappings history ACCT-00123
      billsight mappings revert import-12
    """


@mappings.command(name="import")
@click.option("--allow-override", is_flag=True, help="Accept companies that were not proposed.")
@import_options
def import_command(
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    allow_override: bool,
    again: bool,
    settled: bool,
    who: str | None,
    config: Path,
) -> None:
    """Import the decisions in FILES into the register, and show the result for each row.

    A file is a reviewed mapping_fixes.csv or .xlsx, or the decisions that the page saved. Rows without a decision are
    ignored. Decisions that no longer agree with the latest run are not imported.

    \b
    Examples:
      billsight mappings import mapping_fixes.xlsx --dry-run
      billsight mappings import decisions.csv --as kim
    """
    settings = load(config)
    may_override = allow_override or settings.review.allow_override
    act = ImportOptions(who, datetime.now(UTC), may_override, dry_run, login=user(), is_again=again, is_settled=settled)
    outcome = import_files(settings, files, act)
    say(outcome, err=outcome.exit_code is ExitCode.REFUSED)
    raise SystemExit(int(outcome.exit_code))


@mappings.command(name="list")
@click.option("--state", type=click.Choice(register.STATES), help="Only these; conflict: the latest run disagrees.")
@CONFIG
def list_command(state: str | None, config: Path) -> None:
    """List the decisions in effect, each with its import."""
    say(register.list_judgements(load(config), state))


@mappings.command()
@click.argument("customer")
@CONFIG
def history(customer: str, config: Path) -> None:
    """Show every decision on CUSTOMER, an id such as ACCT-00123."""
    say(register.history(load(config), customer))


@mappings.command()
@click.argument("import_id")
@WHO
@CONFIG
def revert(import_id: str, who: str | None, config: Path) -> None:
    """Revert IMPORT_ID: the decisions before it apply again. A revert can itself be reverted."""
    say(register.revert(load(config), import_id, ImportOptions(who, datetime.now(UTC), login=user())))


@mappings.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@CONFIG
def export(file: Path | None, config: Path) -> None:
    """Write the whole register as CSV to FILE or to stdout, including superseded and reverted decisions."""
    settings = load(config)
    if file is None:
        hand_over(register.exported(settings))
    else:
        say(register.export(settings, file))
