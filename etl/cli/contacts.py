"""`billsight contacts`: decisions about who gets access."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from etl.cli.options import CONFIG, WHO, Commands, import_options, say, user
from etl.config import load
from etl.errors import ExitCode
from etl.review.contacts.contact_list import list_contacts, revert_contacts
from etl.review.contacts.contact_states import STATES
from etl.review.contacts.import_contacts import import_contacts
from etl.review.import_decisions import ImportOptions


@click.group(cls=Commands)
def contacts() -> None:
    """Import, list and revert decisions on portal access.

    ConnectWise is never changed.

    \b
    Examples:
      billsight contacts import contact_fixes.csv
      billsight contacts list --state "to do"
      billsight contacts revert contacts-3
    """


@contacts.command(name="import")
@import_options
def import_command(
    files: tuple[Path, ...], *, dry_run: bool, again: bool, settled: bool, who: str | None, config: Path
) -> None:
    """Import the decisions in FILES into the register, and show the result for each row.

    A file is a reviewed contact_fixes.csv. Rows without a decision are ignored.
    Decisions that no longer agree with the latest run are not imported.

    \b
    Examples:
      billsight contacts import contact_fixes.csv --dry-run
      billsight contacts import contact_fixes.csv --as kim
    """
    act = ImportOptions(who, datetime.now(UTC), is_dry=dry_run, login=user(), is_again=again, is_settled=settled)
    outcome = import_contacts(load(config), files, act)
    say(outcome, err=outcome.exit_code is ExitCode.REFUSED)
    raise SystemExit(int(outcome.exit_code))


@contacts.command(name="list")
@click.option("--state", type=click.Choice(STATES), help="Only companies in this state.")
@CONFIG
def list_command(state: str | None, config: Path) -> None:
    """List the state of each company, with the import of its decision."""
    say(list_contacts(load(config), state))


@contacts.command()
@click.argument("import_id")
@WHO
@CONFIG
def revert(import_id: str, who: str | None, config: Path) -> None:
    """Revert IMPORT_ID: the decisions before it apply again. A revert can itself be reverted."""
    say(revert_contacts(load(config), import_id, ImportOptions(who, datetime.now(UTC), login=user())))
