"""The command line: it reads, calls once, prints once; errors become exit codes here and nowhere else."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from etl import __version__
from etl.cli import contacts, demo, linker, mappings, night, notify, prune, register, runs
from etl.cli.options import Root, say
from etl.errors import BillsightError, ExitCode
from etl.limits import limits_told

UMASK: Final = 0o027
"""Whatever is written holds names and amounts: the group may read it, others nothing."""


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="billsight")
def commands() -> None:
    """Why can't my client see this invoice? Answered for every invoice, every night.

    \b
    Examples:
      billsight init exports/            write a billsight.toml for the files in a folder
      billsight check                    see whether everything can be read
      billsight run                      run the night and publish the report
      billsight why INV-1042             the answer for one invoice
      billsight mappings import FILE     take in which customer is which company
      billsight contacts import FILE     take in who is to have access
    """


for command in (
    night.init, night.check, night.run, night.why_command, linker.match, linker.explain, mappings.mappings,
    contacts.contacts, register.register, runs.runs, notify.notify, prune.prune_command, demo.demo_data,
):  # fmt: skip
    commands.add_command(command)


def main() -> None:
    """What `billsight` does."""
    os.umask(UMASK)
    try:
        # an error of ours is told as it is; only another one can come from a limit of the machine
        with _errors_told(), limits_told(), _errors_told():
            commands(prog_name="billsight", standalone_mode=True)
    except Exception:  # noqa: BLE001 - whatever else it is, it is a bug
        say(traceback.format_exc(), err=True, nl=False)
        raise SystemExit(int(ExitCode.BUG)) from None


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except BillsightError as error:
        say(f"billsight: {error}", err=True)
        raise SystemExit(int(error.exit_code)) from None
