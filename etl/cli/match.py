"""`billsight match` and `billsight explain`: the linker on its own, and its evidence for one pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from etl.cli.options import CONFIG, hand_over, progress, say
from etl.config import load
from etl.csv_guard import guard
from etl.files import output_errors
from etl.match.certainty_rules import POLICIES
from etl.match.scorecard import read_scorecard
from etl.pipeline import explain_pair
from etl.pipeline.link_tables import LEFT, RIGHT, Request, link_tables

_STDOUT: Final = Path("-")


@click.command()
@click.argument("left", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.argument("right", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here instead of to the terminal.")
@click.option(
    "--policy", type=click.Choice(list(POLICIES)),
    help="When a match is certain: strict; or names, if there are only names and towns to compare.",
)  # fmt: skip
@click.option("--left-column", multiple=True, metavar="OURS=CAPTION", help="A column of LEFT that is not recognized.")
@click.option("--right-column", multiple=True, metavar="OURS=CAPTION", help="A column of RIGHT that is not recognized.")
@click.option(
    "--candidates",
    default=5,
    show_default=True,
    type=click.IntRange(1, 50),
    help="Most for a row of LEFT.",
)
@click.option(
    "--fit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Fit the scorecard to past judgements and write it to FILE.",
)
@CONFIG
def match(left: Path | None, right: Path | None, config: Path, fit: Path | None, **how: Any) -> None:
    """Find the company in RIGHT for each row of LEFT.

    The result has the certainty and the evidence. No run is needed. Columns are recognized by their captions: id, name,
    account_number, tax_identifier, email, phone_number, website, address_line1, city, state, postal_code, country.
    With --fit, billsight instead computes the weight of each kind of evidence from the judgements in the register on
    the latest run, tests the weights on judgements that it set apart, and writes FILE.

    \b
    Examples:
      billsight match customers.csv companies.csv --out matches.csv
      billsight match erp.xlsx crm.parquet --left-column id=Debitor --left-column name=Firma
      billsight match --fit state/scorecard.json
    """
    if fit is not None:
        say(explain_pair.fit_points(load(config), fit))
        return
    if left is None or right is None:
        message = "Give both tables: billsight match LEFT RIGHT."
        raise click.UsageError(message)
    columns = {LEFT: _columns(how["left_column"]), RIGHT: _columns(how["right_column"])}
    request = Request(left, right, columns, how["policy"], how["candidates"])
    found = link_tables(request, read_scorecard(), progress())
    chunks = (guard(rows).write_csv(include_header=not number).encode() for number, rows in enumerate(found.rows()))
    out = how["out"] or _STDOUT
    with output_errors(out):
        if out == _STDOUT:
            for chunk in chunks:
                hand_over(chunk)
        else:
            with out.open("wb") as stream:
                stream.writelines(chunks)
    say("\n".join(found.notes), err=True)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    named = dict(pair.partition("=")[::2] for pair in pairs)
    if not all(named.values()):
        message = "write OURS=CAPTION, for example name=Firma"
        raise click.BadParameter(message, param_hint="--left-column, --right-column")
    return named


@click.command()
@click.argument("customer")
@click.argument("company")
@CONFIG
def explain(customer: str, company: str, *, config: Path) -> None:
    """Show the evidence for and against CUSTOMER being COMPANY.

    Both are IDs or names in the latest run.

    \b
    Examples:
      billsight explain 1042 250
      billsight explain "Acme Dental" "Acme Dental, LLC"
    """
    say(explain_pair.explain_pair(load(config), customer, company))
