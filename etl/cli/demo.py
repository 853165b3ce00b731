"""`billsight demo-data`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from etl.cli.options import progress, say
from etl.demo import DemoPlan
from etl.pipeline import setup


@click.command(name="demo-data")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--companies", default=120, show_default=True, type=click.IntRange(min=1), help="ConnectWise companies.")
@click.option("--invoices", default=900, show_default=True, type=click.IntRange(min=0), help="Accounting invoices.")
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed gives the same bytes.")
@click.option(
    "--shape", default="table", show_default=True, type=click.Choice(["table", "quickbooks_online", "xero"]),
    help="How the accounting package exports.",
)  # fmt: skip
def demo_data(out: Path, **plan: Any) -> None:
    """Write a demo provider into OUT, with the correct answers.

    The provider has the size that you ask for. The answers are in the files truth_*.csv: the cause of each invoice, and
    the company of each customer.

    \b
    Examples:
      billsight demo-data demo/
      billsight demo-data --companies 20000 --invoices 5000000 --seed 7 demo/
    """
    say(setup.write_demonstration(out, DemoPlan(**plan), progress()))
