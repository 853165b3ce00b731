"""The evidence for one pair, and the fit of the points, from the latest published run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.config import Settings
from etl.domain import DATABASE, LATEST
from etl.errors import NotFoundError
from etl.files import output_errors
from etl.match import linker
from etl.match.certainty import CERTAIN, Policy, decide
from etl.match.fit import fit, surprise
from etl.match.records import NormalizedRecords, normalize_records
from etl.match.scorecard import Scorecard, read_scorecard, score
from etl.review.site.site_state import open_register
from etl.safe_text import one_line
from etl.warehouse.engine import published

_WIDTH: Final = 24
_ENOUGH_JUDGED: Final = 50
_HELD_OUT: Final = 5
"""Every fifth customer is not learned from, but judged by what was learned."""


@dataclass(frozen=True)
class _LatestRun:
    """Both sides of the latest run, and the decisions before it."""

    sides: NormalizedRecords
    invoices: pl.DataFrame
    portal: pl.DataFrame
    judgements: pl.DataFrame


def explain_pair(settings: Settings, customer: str, company: str) -> str:
    """Draw the waterfall of one pair: the evidence for and against it, and the obstacle to certainty.

    Args:
        settings: the configuration; its latest run is read.
        customer: id or name of an accounting customer.
        company: id or name of a ConnectWise company.

    Raises:
        NotFoundError: no run, or no record of that id or name in it.
    """
    latest, card = _latest(settings), read_scorecard(settings.scorecard_path)
    sides = latest.sides
    left = _record(sides.customers, sides.customer_names.table, "customer_id_acct", customer)
    right = _record(sides.companies, sides.company_names.table, "company_id_cw", company)
    pair = pl.DataFrame({"customer": [left], "company": [right]}, schema={"customer": pl.UInt32, "company": pl.UInt32})
    findings = linker.findings(sides, latest.invoices, card, pair)
    decided = linker.prior_decisions(sides, latest.judgements, latest.portal)
    policy = Policy(settings.matching.policy, review_floor=0.0, most_candidates=1_000_000)
    candidates = decide(findings, decided, policy)
    row = candidates.filter((pl.col("customer") == left) & (pl.col("company") == right))
    if row.is_empty():
        row = findings.filter((pl.col("customer") == left) & (pl.col("company") == right)).with_columns(
            rank=pl.lit(None, dtype=pl.Int64), certainty=pl.lit(0.0), lead=pl.lit(None, dtype=pl.Float64),
            decision=pl.lit("none"), has_sole_identifier=pl.lit(value=False),
            reason=pl.lit("a person rejected it, or nothing but a place agrees"),
        )  # fmt: skip
    forms = _forms(row, sides)
    shown_row = linker.candidate_rows(row, sides, card).row(0, named=True)
    return _draw_waterfall(shown_row, forms, candidates.filter(pl.col("customer") == left).height)


def _forms(row: pl.DataFrame, sides: NormalizedRecords) -> str:
    """The names that were compared, in their normal forms."""
    both = ((sides.customer_names, "left_name"), (sides.company_names, "right_name"))
    forms = [naming.table["core"].gather(row[name])[0] for naming, name in both]
    return " | ".join(form or "(none)" for form in forms)


def _latest(settings: Settings) -> _LatestRun:
    with published(settings.out / LATEST / DATABASE) as engine:
        tables = ("accounting__customers", "connectwise__companies", "connectwise__contacts", "portal__mappings")
        customers, companies, contacts, portal = (engine.frame(f"from staging.{table}") for table in tables)
        invoices = engine.frame("from matching.shared_invoices")
    sides = normalize_records(customers, companies, contacts, settings.provider.email_domains)
    return _LatestRun(sides, invoices, portal, open_register(settings).current())


def _record(records: pl.DataFrame, names: pl.DataFrame, key: str, wanted: str) -> int:
    """Find the row of the record by its id or name."""
    by_id = records.filter(pl.col(key) == wanted)["record"]
    if len(by_id):
        return int(by_id[0])
    by_name = names.filter(pl.col("written").str.to_lowercase() == wanted.strip().lower())["record"].unique()
    if len(by_name) == 1:
        return int(by_name[0])
    whose = key.removesuffix("_acct").removesuffix("_cw").removesuffix("_id")
    if len(by_name):
        ids = ", ".join(records.filter(pl.col("record").is_in(by_name.implode()))[key].head(5))
        message = f"{len(by_name)} have the name {wanted!r}; ask by id: {ids}."
    else:
        message = f"The latest run has no {whose} with the id or the name {wanted!r}."
    raise NotFoundError(message)


def _draw_waterfall(row: dict[str, Any], forms: str, candidates: int) -> str:
    parts = row["evidence"]
    most = max(abs(part["points"]) for part in parts) or 1.0
    lines = [f"Customer {row['customer_id_acct']}  ->  company {row['company_id_cw']}", f"Normal form: {forms}", ""]
    total = 0.0
    for part in parts:
        total += part["points"]
        bar = "█" * round(abs(part["points"]) / most * _WIDTH)
        sign = "+" if part["points"] >= 0 else "-"
        text = f"{part['points']:+6.1f}  {total:+6.1f}  {sign} {bar:<{_WIDTH}}  {part['detail']}"
        lines.append(f"  {part['kind']:<22} {text}")
    sure = f"certainty {min(row['certainty'], 0.9999):.4f}"
    odds = sure + (f", rank {row['rank']} of {candidates}" if row["rank"] else "")
    lines += [f"  {'score':<22} {row['score']:+6.1f}", "", f"{odds}. {row['decision'].capitalize()}: {row['reason']}."]
    return "\n".join(map(one_line, lines))


def fit_points(settings: Settings, target: Path) -> str:
    """Fit the points to the register's judgements, and certify them on judgements that were held back.

    Args:
        settings: the configuration; its latest run and register are read.
        target: file that the points are written to, where they are better than those in use.

    Returns:
        What was learned, from how much, and what the held-out judgements say.

    Raises:
        NotFoundError: no run, or too few judgements.
        OutputError: the file cannot be written.
    """
    latest, card = _latest(settings), read_scorecard(settings.scorecard_path)
    judged = _judged(latest, card)
    customers = judged["customer"].n_unique()
    if customers < _ENOUGH_JUDGED:
        message = f"{customers} customers were approved or excluded; {_ENOUGH_JUDGED} are needed to learn anything."
        raise NotFoundError(message)
    held = pl.col("customer_id_acct").hash(5) % _HELD_OUT == 0
    kept, tested = judged.filter(~held), judged.filter(held)
    learned = fit(kept, card, version=f"{card.version}+{customers}")
    before, after = (surprise(tested, points) for points in (card, learned.card))
    lines = [
        f"Learned from {learned.customers} judged customers, tested on {tested['customer'].n_unique()} others.",
        f"Surprise on those, in bits per customer: {before:.4f} with the points in use, {after:.4f} with the new ones.",
        _certified(tested, learned.card, settings),
    ]
    if after >= before:
        return "\n".join([*lines, "The new points are no better: nothing was written."])
    with output_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(learned.card.to_json(), encoding="utf-8")
    return "\n".join([*lines, f'Wrote {target}. To use it: [matching] scorecard = "{target}" in the configuration.'])


def _judged(latest: _LatestRun, card: Scorecard) -> pl.DataFrame:
    """The findings of customers that a person mapped or excluded, with the right answer."""
    sides = latest.sides
    mapped = latest.judgements.filter(pl.col("decision") == "approved")
    approved = linker.number_pairs(mapped, sides).select("customer", "company")
    excluded = latest.judgements.filter(pl.col("decision") == "excluded").join(
        sides.customers.select("customer_id_acct", customer="record"), on="customer_id_acct"
    )
    known = pl.concat((approved.select("customer"), excluded.select("customer"))).unique()
    findings = linker.findings(sides, latest.invoices, card, approved).join(known, on="customer", how="semi")
    right = approved.with_columns(is_right=pl.lit(value=True)).unique()
    judged = findings.join(right, on=["customer", "company"], how="left", maintain_order="left")
    return judged.with_columns(
        pl.col("is_right").fill_null(value=False),
        customer_id_acct=sides.customers["customer_id_acct"].gather(judged["customer"]),
    )


def _certified(judged: pl.DataFrame, card: Scorecard, settings: Settings) -> str:
    scored = judged.with_columns(score=score(card))
    decided = decide(scored, linker.no_decisions(), Policy(settings.matching.policy))
    shown = decided.filter(pl.col("decision") == CERTAIN)
    wrong = shown.join(judged.filter("is_right"), on=["customer", "company"], how="anti").height
    count = shown.height
    if not count:
        return "None of them would have been mapped without asking."
    bound = f"at most {3 / count:.1%} with 95 % confidence (3/n)" if not wrong else "the rule is too loose"
    return f"Of them {count} would have been mapped without asking, {wrong} of these wrongly: {bound}."
