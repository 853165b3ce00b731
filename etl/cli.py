"""The command line: it reads, calls once, prints once; errors become exit codes here and nowhere else."""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from etl import __version__, explaining, setup, why
from etl import mappings as register
from etl.approvals import Act, import_files
from etl.config import load
from etl.demo import DemoPlan
from etl.domain import Run
from etl.errors import BillsightError, ExitCode
from etl.linking import LEFT, RIGHT, Request, link_tables
from etl.match.certainty import POLICIES
from etl.match.scorecard import read_scorecard
from etl.pipeline import Outcome, reconcile

CONFIG = click.option(
    "--config", "config", default="billsight.toml", show_default=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration.",
)  # fmt: skip


WHO = click.option("--as", "who", metavar="WHO", help="Who does this; the user who is logged in where not given.")


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are used."""
        del ctx
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="billsight")
def commands() -> None:
    """Why can't my client see this invoice? Answered for every invoice, every night.

    \b
    Examples:
      billsight init exports/            write a billsight.toml for the files in a folder
      billsight check                    see whether everything can be read
      billsight run                      run the night and publish the report
      billsight why INV-1042             the answer for one invoice
      billsight mappings import FILE     take in what was decided
    """


@commands.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Overwrite a billsight.toml that is there already.")
def init(folder: Path, *, force: bool) -> None:
    """Look at the files in FOLDER, recognise each, and write a commented billsight.toml there.

    \b
    Example:
      billsight init exports/
    """
    click.echo(setup.write_configuration(folder, is_forced=force))


@commands.command()
@CONFIG
def check(config: Path) -> None:
    """Check the configuration and read every source, without running the night.

    \b
    Examples:
      billsight check
      billsight check --config clients/north/billsight.toml
    """
    click.echo(setup.check_sources(load(config)))


@commands.command()
@CONFIG
@click.option(
    "--as-of", metavar="INSTANT", help="Judge the night at this instant instead of now: 2026-11-22T02:00:00Z."
)
@click.option("--run-id", help="Name of the run's folder; made from the instant where not given.")
def run(config: Path, as_of: str | None, run_id: str | None) -> None:
    """Run the night: read the sources, answer for every invoice, publish the report and the fix files.

    Nothing is published unless everything is; `latest` in the output folder then points to it.

    \b
    Examples:
      billsight run
      billsight run --config clients/north/billsight.toml
      billsight run --as-of 2026-11-22T02:00:00Z
    """
    outcome = reconcile(load(config), _run(as_of, run_id), _progress())
    click.echo(_summary_line(outcome))
    raise SystemExit(int(outcome.exit_code))


@commands.command(name="why")
@click.argument("invoice")
@click.option("--contact", metavar="EMAIL", help="The person who asks: can this contact see it?")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@CONFIG
def why_command(invoice: str, *, contact: str | None, as_json: bool, config: Path) -> None:
    """Say why INVOICE, a number or an internal id, does or does not show, from the latest published night.

    \b
    Examples:
      billsight why INV-1042
      billsight why INV-1042 --contact ann@client.example
      billsight why INV-1042 --json
    """
    answers = why.explain(load(config).out / "latest" / "night.duckdb", invoice, contact)
    click.echo(why.to_json(answers) if as_json else why.to_text(answers), nl=False)


@commands.command()
@click.argument("left", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.argument("right", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of to the terminal.")
@click.option(
    "--policy", type=click.Choice(list(POLICIES)),
    help="What is certain; strict, or names where there is nothing but names to compare.",
)  # fmt: skip
@click.option("--left-column", multiple=True, metavar="OURS=CAPTION", help="A column of LEFT that is not found.")
@click.option("--right-column", multiple=True, metavar="OURS=CAPTION", help="A column of RIGHT that is not found.")
@click.option("--candidates", default=5, show_default=True, type=click.IntRange(1, 50), help="Most per row of LEFT.")
@click.option("--fit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Learn, see below.")
@CONFIG
def match(left: Path | None, right: Path | None, config: Path, fit: Path | None, **how: Any) -> None:
    """Say which company of RIGHT each row of LEFT is, with certainty and evidence; no night is needed.

    The columns are found by their captions: id, name, account_number, tax_identifier, email, phone_number, website,
    address_line1, city, state, postal_code, country. With --fit, learn instead what each finding is worth from the
    register's judgements on the latest night, test it on judgements that were held back, and write FILE.

    \b
    Examples:
      billsight match customers.csv companies.csv --out matches.csv
      billsight match erp.xlsx crm.parquet --left-column id=Debitor --left-column name=Firma
      billsight match --fit state/scorecard.json
    """
    if fit is not None:
        click.echo(explaining.fit_points(load(config), fit))
        return
    if left is None or right is None:
        message = "Give both tables: billsight match LEFT RIGHT."
        raise click.UsageError(message)
    columns = {LEFT: _columns(how["left_column"]), RIGHT: _columns(how["right_column"])}
    request = Request(left, right, columns, how["policy"], how["candidates"])
    found = link_tables(request, read_scorecard(), _progress())
    with click.open_file(str(how["out"] or "-"), "wb") as stream:
        for number, rows in enumerate(found.rows()):
            rows.write_csv(stream, include_header=number == 0)
    click.echo("\n".join(found.notes), err=True)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    named = dict(pair.partition("=")[::2] for pair in pairs)
    if not all(named.values()):
        message = "write OURS=CAPTION, for example name=Firma"
        raise click.BadParameter(message, param_hint="--left-column, --right-column")
    return named


@commands.command()
@click.argument("customer")
@click.argument("company")
@CONFIG
def explain(customer: str, company: str, *, config: Path) -> None:
    """Draw what speaks for and against CUSTOMER being COMPANY, both by id or name, from the latest night.

    \b
    Examples:
      billsight explain 1042 250
      billsight explain "Acme Dental" "Acme Dental, LLC"
    """
    click.echo(explaining.explain_pair(load(config), customer, company))


@commands.group(cls=_Commands)
def mappings() -> None:
    """Which customer is which company: take in what people decided, look it up, take it back.

    \b
    Examples:
      billsight mappings import mapping_fixes.xlsx
      billsight mappings history ACCT-00123
      billsight mappings revert import-12
    """


@mappings.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each row, and change nothing.")
@click.option("--allow-override", is_flag=True, help="Take companies that were not proposed.")
@WHO
@CONFIG
def import_command(
    files: tuple[Path, ...], *, dry_run: bool, allow_override: bool, who: str | None, config: Path
) -> None:
    """Take the decisions in FILES into the register, and say what became of each row.

    A file is a mapping_fixes.csv or .xlsx in which somebody decided, or the decisions that the page saved. Rows
    without a decision are left alone. What no longer agrees with the latest night is not taken.

    \b
    Examples:
      billsight mappings import mapping_fixes.xlsx --dry-run
      billsight mappings import decisions.csv --as kim
    """
    settings = load(config)
    may_override = allow_override or settings.review.allow_override
    outcome = import_files(settings, files, Act(who or _user(), datetime.now(UTC), may_override, dry_run))
    click.echo(outcome, err=outcome.exit_code is ExitCode.REFUSED)
    raise SystemExit(int(outcome.exit_code))


@mappings.command(name="list")
@click.option("--state", type=click.Choice(register.STATES), help="Only these; conflict: the latest night disagrees.")
@CONFIG
def list_command(state: str | None, config: Path) -> None:
    """List the judgements that hold, with the import that each came with."""
    click.echo(register.list_judgements(load(config), state))


@mappings.command()
@click.argument("customer")
@CONFIG
def history(customer: str, config: Path) -> None:
    """Tell everything that was decided about CUSTOMER, an id such as ACCT-00123."""
    click.echo(register.history(load(config), customer))


@mappings.command()
@click.argument("import_id")
@WHO
@CONFIG
def revert(import_id: str, who: str | None, config: Path) -> None:
    """Take IMPORT_ID back: what held before it holds again. A revert can be taken back in the same way."""
    click.echo(register.revert(load(config), import_id, who or _user(), datetime.now(UTC)))


@mappings.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@CONFIG
def export(file: Path | None, config: Path) -> None:
    """Write the whole register as CSV to FILE, or to the terminal: also what was superseded or taken back."""
    click.echo(register.export(load(config), file))


@commands.command(name="demo-data")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--companies", default=120, show_default=True, type=click.IntRange(min=1), help="ConnectWise companies.")
@click.option("--invoices", default=900, show_default=True, type=click.IntRange(min=0), help="Accounting invoices.")
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed gives the same bytes.")
@click.option(
    "--shape", default="table", show_default=True, type=click.Choice(["table", "quickbooks_online", "xero"]),
    help="How the accounting package exports.",
)  # fmt: skip
def demo_data(out: Path, **plan: Any) -> None:
    """Write an invented provider into OUT, of any size, with the truth beside it: which cause each invoice has.

    \b
    Examples:
      billsight demo-data demo/
      billsight demo-data --companies 20000 --invoices 5000000 --seed 7 demo/
    """
    click.echo(setup.write_demonstration(out, DemoPlan(**plan), _progress()))


def _run(as_of: str | None, run_id: str | None) -> Run:
    instant = datetime.now(UTC) if as_of is None else _instant(as_of)
    name = run_id or f"{instant:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return Run(name, instant)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not an instant such as 2026-11-22T02:00:00Z"
        raise click.BadParameter(message, param_hint="--as-of") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _user() -> str:
    """Who is logged in; scheduled jobs may have no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _progress() -> Callable[[str], None]:
    """Tell the stages on a terminal; be silent in cron."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda stage: click.echo(f"  {stage} ...", err=True)


def _summary_line(outcome: Outcome) -> str:
    blocked = outcome.summary["numbers"]["blocked"]
    told = [f"{row['currency_code']} {Decimal(row['amount']):,.2f}" for row in blocked["amounts"]]
    amounts = ", ".join(told) or "nothing"
    line = f"{blocked['invoices']} of {outcome.summary['numbers']['invoices']} invoices blocked: {amounts}. "
    reasons = outcome.summary["run"]["partial_reasons"]
    partial = f"Partial: {'; '.join(reasons)}. " if reasons else ""
    return f"{line}{partial}{outcome.inbox}Report: {outcome.folder / 'report.html'}"


def main() -> None:
    """The entry point of `billsight`."""
    try:
        commands(standalone_mode=True)
    except BillsightError as error:
        click.echo(f"billsight: {error}", err=True)
        raise SystemExit(int(error.exit_code)) from None
