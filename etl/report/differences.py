"""What the portal and the books say differently of what is owed: two figures, each document in one of them once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from etl.causes import BY_CODE, FIGURES, PORTAL_ONLY
from etl.report.filters import plain
from etl.report.inputs import ReportInputs
from etl.report.worklists import NOT_OPEN, cause_words, plain_row

CAUSES_OF: Final = {
    "shown_not_owed": (*FIGURES["shown_not_owed"], NOT_OPEN),
    "paid_in_portal": FIGURES["paid_in_portal"],
}
"""The causes of each figure, in the order in which they are told."""

Rows = list[dict[str, Any]]


def figure(facts: ReportInputs, name: str, order: Sequence[str]) -> dict[str, Any]:
    """One of the two figures: how many documents, how much per currency, by which cause, and the largest of them.

    Args:
        facts: the run.
        name: a key of CAUSES_OF.
        order: of the currencies on the page.
    """
    counts = facts.difference_counts.filter(pl.col("figure") == name)
    rows = facts.differences.filter(pl.col("figure") == name)
    listed = [{**plain_row(row), **_words(row["cause"])} for row in rows.drop("figure").to_dicts()]
    found = {cause: counts.filter(pl.col("cause") == cause) for cause in CAUSES_OF[name]}
    return {
        "invoices": int(counts["invoices"].sum()),
        "amounts": _amounts(counts, order),
        "causes": [
            {**cause_fix(cause), "invoices": int(part["invoices"].sum()), "amounts": _amounts(part, order)}
            for cause, part in found.items()
            if part.height
        ],
        "shown": len(listed),
        "list": listed,
    }


def cause_fix(code: str) -> dict[str, str]:
    """Title, role and fix of a cause of the figures; one of them is no gate of an invoice and not in the taxonomy."""
    if code in BY_CODE:
        words = cause_words(code)
        return {key: words[key] for key in ("code", "title", "who", "fix_current", "fix_legacy")}
    title, fix = PORTAL_ONLY[code]
    return {
        "code": code,
        "title": title,
        "who": "Billing (accounting)",
        "fix_current": fix,
        "fix_legacy": fix,
    }


def _words(code: str) -> dict[str, str]:
    words = cause_fix(code)
    return {"title": words["title"], "fix": words["fix_current"]}


def _amounts(counts: pl.DataFrame, order: Sequence[str]) -> Rows:
    """Per currency, in the page's order; money of two currencies is never added."""
    places = {code: place for place, code in enumerate(order)}
    summed = counts.group_by("currency_code").agg(pl.col("invoices", "amount").sum()).to_dicts()
    ordered = sorted(summed, key=lambda row: (places.get(row["currency_code"], len(places)), row["currency_code"]))
    return [{key: plain(value) for key, value in row.items()} for row in ordered]
