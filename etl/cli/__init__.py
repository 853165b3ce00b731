"""The command line: it reads, calls once, prints once; errors become exit codes here and nowhere else."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from etl import __version__
from etl.cli.options import Root, say
from etl.errors import BillsightError, ExitCode
from etl.limits import limit_errors

UMASK: Final = 0o027
"""Whatever is written holds names and amounts: the group may read it, others nothing."""


COMMANDS: Final = {
    "init": ("etl.cli.run:init", "Write a billsight.toml for the export files in FOLDER"),
    "check": ("etl.cli.run:check", "Check the configuration and read every source, without running"),
    "shapes": (
        "etl.cli.shapes:shapes",
        "List the export files that can be read, how to make them, and what they do not say",
    ),
    "run": (
        "etl.cli.run:run",
        "Read the sources, check every invoice and publish the report",
    ),
    "why": ("etl.cli.run:why_command", "Explain why INVOICE is visible in the portal, or why it is not"),
    "match": (
        "etl.cli.match:match",
        "Find the company in RIGHT for each row of LEFT",
    ),
    "explain": ("etl.cli.match:explain", "Show the evidence for and against CUSTOMER being COMPANY"),
    "mappings": ("etl.cli.mappings:mappings", "Import, list and revert mapping decisions"),
    "contacts": ("etl.cli.contacts:contacts", "Import, list and revert decisions on portal access"),
    "register": ("etl.cli.register:register", "Verify, back up and restore the register of decisions"),
    "runs": ("etl.cli.runs:runs", "List, inspect and compare past runs"),
    "notify": ("etl.cli.notify:notify", "Test the messages, the health check and the metrics"),
    "prune": ("etl.cli.prune:prune_command", "Remove reports and logs that are older than `[retention] days`"),
    "demo-data": ("etl.cli.demo:demo_data", "Write a demo provider into OUT, with the correct answers"),
}
"""Command -> where it is, and what it does. It is imported when it is called, so that help is quick."""


@click.group(
    cls=Root, places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, prog_name="billsight")
def commands() -> None:
    """Why can't my client see this invoice? The answer for every invoice, after every nightly run.

    \b
    Examples:
      billsight init exports/            write a billsight.toml for the files in a folder
      billsight check                    check that every file can be read
      billsight run                      run now and publish the report
      billsight why INV-1042             the answer for one invoice
      billsight mappings import FILE     import reviewed mapping decisions
      billsight contacts import FILE     import decisions on who gets access
    """


def main() -> None:
    """The entry point of `billsight`, after signals and limits."""
    os.umask(UMASK)
    try:
        # our own errors are shown as they are; only another one can come from a limit of the machine
        with _errors_as_exit_codes(), limit_errors(), _errors_as_exit_codes():
            commands(prog_name="billsight", standalone_mode=True)
    except Exception:  # noqa: BLE001 - whatever else it is, it is a bug
        say(traceback.format_exc(), err=True, nl=False)
        raise SystemExit(int(ExitCode.BUG)) from None


@contextmanager
def _errors_as_exit_codes() -> Iterator[None]:
    try:
        yield
    except BillsightError as error:
        say(f"billsight: {error}", err=True)
        raise SystemExit(int(error.exit_code)) from None
