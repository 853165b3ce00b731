"""One run: `billsight init`, `check`, `run` and `why`."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from etl.amounts import NO_BALANCE, NO_CURRENCY, with_currency
from etl.causes import FIGURE_TITLES
from etl.cli.options import CONFIG, asking, hand_over, progress, say, warn
from etl.config import load
from etl.domain import DATABASE, LATEST, Run, instant
from etl.notify.messages import count
from etl.notify.notifier import notifying
from etl.pipeline import setup
from etl.pipeline.first_run import write_configuration
from etl.pipeline.gates import FailOn, RunOptions
from etl.pipeline.run import RunOutcome, reconcile
from etl.report import why
from etl.review.site.site_state import mode_warnings
from etl.safe_text import readable
from etl.signals import set_stop_message

_USUAL: Final = "billsight.toml"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Write it again: keep the settings, and a copy of the old file.")
def init(folder: Path, *, force: bool) -> None:
    """Write a billsight.toml for the export files in FOLDER.

    Each file is recognized by its content. On a terminal, init asks what the files do not say; without one, these
    settings are comments. Ctrl-C writes nothing.

    \b
    Examples:
      billsight init exports/
      billsight init exports/ --force    write it again: the settings stay, and so does a copy
    """
    set_stop_message("Nothing was written.")
    say(write_configuration(folder, is_forced=force, ask=asking()))


@click.command()
@CONFIG
def check(config: Path) -> None:
    """Check the configuration and read every source, without running.

    \b
    Examples:
      billsight check
      billsight check --config clients/north/billsight.toml
    """
    settings = load(config)
    for warning in mode_warnings(settings, config):
        warn(warning)
    say(setup.check_sources(settings, None if str(config) == _USUAL else config))


def _fail_on(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[FailOn, ...]:
    del context
    found = []
    for text in given:
        what, _, limit = text.partition(":")
        if what in {"new", "any"} and not limit:
            found.append(FailOn("new" if what == "new" else "any"))
        elif what == "amount" and re.fullmatch(r"\d+(\.\d+)?", limit):
            found.append(FailOn("amount", Decimal(limit)))
        else:
            message = f"{text!r} is neither new, nor any, nor an amount such as amount:50000"
            raise click.BadParameter(message, param=option)
    return tuple(found)


@click.command()
@CONFIG
@click.option("--as-of", metavar="INSTANT", help="Run as of this UTC time instead of now: 2026-11-22T02:00:00Z.")
@click.option("--run-id", help="Name of the run's folder. The default is made from the time.")
@click.option("--accept-shrink", is_flag=True, help="Accept fewer rows or mappings than usual in this run.")
@click.option(
    "--fail-on", multiple=True, metavar="new|any|amount:N", callback=_fail_on,
    help="Publish, but exit with code 10 if there is a new issue (new), a blocked invoice (any), or if more than N is"
    " blocked in one currency (amount:N).",
)  # fmt: skip
def run(
    config: Path, as_of: str | None, run_id: str | None, *, accept_shrink: bool, fail_on: tuple[FailOn, ...]
) -> None:
    """Read the sources, check every invoice and publish the report.

    A run publishes the report and the fix files, or nothing. `latest` in the output folder then points to the run.

    \b
    Examples:
      billsight run
      billsight run --config clients/north/billsight.toml
      billsight run --as-of 2026-11-22T02:00:00Z
      billsight run --fail-on new --fail-on amount:50000
      billsight run --accept-shrink
    """
    settings, this_run = load(config), _run(as_of, run_id)
    for warning in mode_warnings(settings, config):
        warn(warning)
    with notifying(settings, this_run, warn) as notifier:
        outcome = reconcile(settings, this_run, progress(), RunOptions(accept_shrink, fail_on))
        if outcome.trouble:
            warn(f"the run is published, but not yet in the history; the next run adds it. {outcome.trouble}")
        for remark in outcome.remarks:
            warn(readable(remark))
        for warning in notifier.published(outcome.summary, outcome.folder, outcome.exit_code):
            warn(warning)
    say(_summary_line(outcome))
    raise SystemExit(int(outcome.exit_code))


@click.command(name="why")
@click.argument("invoice")
@click.option("--contact", metavar="EMAIL", help="Also answer for this contact: can this person see the invoice?")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@CONFIG
def why_command(invoice: str, *, contact: str | None, as_json: bool, config: Path) -> None:
    """Explain why INVOICE is visible in the portal, or why it is not.

    INVOICE is a number or an internal ID. The answer comes from the latest published run.

    \b
    Examples:
      billsight why INV-1042
      billsight why INV-1042 --contact ann@client.example
      billsight why INV-1042 --json
    """
    answers = why.explain(load(config).out / LATEST / DATABASE, invoice, contact)
    if as_json:
        hand_over(why.to_json(answers).encode())
    else:
        say(why.to_text(answers), nl=False)


def _run(as_of: str | None, run_id: str | None) -> Run:
    at = datetime.now(UTC) if as_of is None else _instant(as_of)
    return Run(run_id or f"{at:%Y-%m-%dT%H%M%SZ}-{secrets.token_hex(2)}", at, is_by_clock=as_of is None)


def _instant(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError:
        message = f"{text!r} is not a UTC time such as 2026-11-22T02:00:00Z"
        raise click.BadParameter(message, param_hint="--as-of") from None


def _moved(changes: dict[str, Any]) -> str:
    """The numbers of newly blocked, freed and uncompared invoices, with the reasons for the latter."""
    invoices = changes["invoices"]
    newly, freed, unchecked = (invoices[which]["invoices"] for which in ("newly_blocked", "freed", "not_checked"))
    if newly is None:
        return "which invoices are newly blocked or freed is not known"
    unread = [*changes["not_checked_sources"], *changes["not_compared_sources"]]
    if not unchecked and not unread:
        return f"{newly} newly blocked, {freed} freed"
    why = f" (not read in both runs: {', '.join(unread)})" if unread else ""
    return f"{newly} newly blocked, {freed} freed, {unchecked} not checked{why}"


def _difference(words: str, figure: dict[str, Any]) -> str:
    if not figure["invoices"]:
        return ""
    amounts = ", ".join(_amount(row, "amount") for row in figure["amounts"])
    return f"{words}: {count(figure['invoices'], 'invoice')}, {amounts}. "


def _amount(row: dict[str, Any], name: str) -> str:
    return with_currency(f"{Decimal(row[name]):,.2f}", row["currency_code"])


def _without_currency(blocked: dict[str, Any]) -> str:
    """The remedy, once, where an amount has no currency."""
    if all(row["currency_code"] != NO_CURRENCY for row in blocked["amounts"]):
        return ""
    return 'No currency is named: set currency_code, such as "USD", under [sources.accounting_invoices]. '


def _owed(blocked: dict[str, Any]) -> str:
    """The known balances of the blocked invoices, and apart from them the totals of those without one."""
    rows = blocked["amounts"]
    known = [row for row in rows if row["invoices"] > row["unknown_invoices"]]
    unknown = [row for row in rows if row["unknown_invoices"]]
    parts = [", ".join(_amount(row, "amount") for row in known)] if known else []
    if unknown:
        invoices = sum(row["unknown_invoices"] for row in unknown)
        totals = ", ".join(_amount(row, "unknown_amount") for row in unknown)
        parts.append(f"{invoices:,} of them {NO_BALANCE} ({totals} in total)")
    return "; ".join(parts) or "nothing"


def _summary_line(outcome: RunOutcome) -> str:
    numbers, changes = outcome.summary["numbers"], outcome.summary["changes"]
    line = f"{numbers['blocked']['invoices']} of {numbers['invoices']} invoices blocked: {_owed(numbers['blocked'])}. "
    line += "".join(_difference(words, outcome.summary[name]) for name, words in FIGURE_TITLES.items())
    since = "" if changes["is_first"] else f"Since the last run: {_moved(changes)}. "
    reasons = outcome.summary["run"]["partial_reasons"]
    partial = f"Partial: {'; '.join(reasons)}. " if reasons else ""
    unknown = outcome.summary["known"]["unknown_invoices"]
    unsure = f"For {unknown} the data cannot tell whether they show. " if unknown else ""
    unsure += _without_currency(numbers["blocked"])
    return f"{line}{unsure}{since}{partial}{outcome.inbox}{outcome.pruned}Report: {outcome.folder / 'report.html'}"
