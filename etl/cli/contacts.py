"""`billsight contacts`: decisions about who gets access."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from etl.cli.options import CONFIG, WHO, Commands, say, user
from etl.config import load
from etl.contact_approvals import ContactAct, import_contacts
from etl.contacts import list_contacts, revert_contacts
from etl.errors import ExitCode
from etl.review.contact_states import STATES


@click.group(cls=Commands)
def contacts() -> None:
    """Who is to have access: take in what people decided, look it up, take it back. ConnectWise is never changed.

    \b
    Examples:
      billsight contacts import contact_fixes.csv
      billsight contacts list --state "to do"
      billsight contacts revert contacts-3
    """


@contacts.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each row, and change nothing.")
@click.option("--again", is_flag=True, help="Take again what was superseded or taken back.")
@click.option("--settled", is_flag=True, help="Two people who decided differently within a day have agreed on FILES.")
@WHO
@CONFIG
def import_command(
    files: tuple[Path, ...], *, dry_run: bool, again: bool, settled: bool, who: str | None, config: Path
) -> None:
    """Take the decisions in FILES into the register, and say what became of each row.

    A file is a contact_fixes.csv in which somebody decided, or the decisions that the page saved. Rows without a
    decision are left alone. What no longer agrees with the latest run is not taken.

    \b
    Examples:
      billsight contacts import contact_fixes.csv --dry-run
      billsight contacts import contact_fixes.csv --as kim
    """
    act = ContactAct(user(), datetime.now(UTC), who, dry_run, again, settled)
    outcome = import_contacts(load(config), files, act)
    say(outcome, err=outcome.exit_code is ExitCode.REFUSED)
    raise SystemExit(int(outcome.exit_code))


@contacts.command(name="list")
@click.option("--state", type=click.Choice(STATES), help="Only companies in this state.")
@CONFIG
def list_command(state: str | None, config: Path) -> None:
    """List where each company stands, with the import that its decision came with."""
    say(list_contacts(load(config), state))


@contacts.command()
@click.argument("import_id")
@WHO
@CONFIG
def revert(import_id: str, who: str | None, config: Path) -> None:
    """Take IMPORT_ID back: what held before it holds again. A revert can be taken back in the same way."""
    say(revert_contacts(load(config), import_id, ContactAct(user(), datetime.now(UTC), who)))
