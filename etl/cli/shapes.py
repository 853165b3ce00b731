"""Which files can be read: `billsight shapes` and `billsight shapes explain`."""

from __future__ import annotations

from pathlib import Path

import click

from etl.cli.options import hand_over, say
from etl.config import load
from etl.extract import list_shapes
from etl.pipeline.explain_shape import contract, explain_file, in_words
from etl.safe_text import json_text


@click.group(invoke_without_command=True)
@click.pass_context
def shapes(context: click.Context) -> None:
    """List the export files that can be read, how to make them, and what they do not say.

    \b
    Examples:
      billsight shapes
      billsight shapes explain "Open Invoices.csv"
    """
    if context.invoked_subcommand is None:
        say(list_shapes())


@shapes.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option(
    "--config", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read FILE as this configuration says; without it, no configuration is needed.",
)  # fmt: skip
def explain(file: Path, config: Path | None, *, as_json: bool) -> None:
    """Show which shape FILE has, what is read from it, and what is left out.

    \b
    Examples:
      billsight shapes explain "Open Invoices.csv"
      billsight shapes explain invoices.csv --config billsight.toml --json
    """
    explained = explain_file(file, load(config) if config else None)
    if as_json:
        hand_over((json_text(contract(explained), indent=2) + "\n").encode())
    else:
        say(in_words(explained))
