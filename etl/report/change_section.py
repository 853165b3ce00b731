"""What changed since the run before, and the runs that led here: their places in the summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from etl.history.changes import SHOWN_RUNS, UNKNOWN
from etl.report.filters import mask_emails
from etl.report.inputs import ReportInputs

SHOWN_ROWS: Final = 200
"""Changed issues that are listed, so that the page stays small; the counts are of all of them."""

CHANGE_WORDS: Final = {
    "new": ("New", "not known before"),
    "reopened": ("Reopened", "was resolved once, and is back"),
    "open": ("Still open", "as it was"),
    "not_checked": ("Not checked", "its source was not read: nothing is concluded"),
    "resolved": ("Resolved", "gone, and its source was read"),
}
"""Every state that an issue can be in: the word, and what it means."""

KIND_WORDS: Final = {"invoice": "Invoices", "customer": "Customers", "contact": "Contacts"}


_NOTHING: Final = dict.fromkeys(CHANGE_WORDS, 0)

FIRST_RUN: Final[Mapping[str, Any]] = {
    "since": None,
    "is_first": True,
    "counts": _NOTHING,
    "kinds": [{"kind": kind, **_NOTHING} for kind in KIND_WORDS],
    "causes": [],
    "invoices": {"newly_blocked": UNKNOWN, "freed": UNKNOWN, "not_checked": UNKNOWN},
    "resolved": [],
    "blocked": [],
    "blocked_change": None,
    "not_checked_sources": [],
    "not_compared_sources": [],
    "rows": [],
}
"""What there is to say of a run that has none before it."""


def changes(facts: ReportInputs, blocked_invoices: int, order: Sequence[str]) -> dict[str, Any]:
    """The part `changes` of the summary: what history found, and what the page shows of it.

    Args:
        facts: the run; `changes` of it is what history found, or null on a first run.
        blocked_invoices: how many invoices are blocked in this run.
        order: of the currencies on the page.

    Returns:
        What was found, and with it `changed`, the issues that are not merely still open, `shown`, how many of these
        are in `rows`, and `blocked_invoices`, now and before. Addresses in names are masked.
    """
    found = FIRST_RUN if facts.changes is None else facts.changes
    rows = [{**row, "name": mask_emails(row["name"] or "")} for row in found["rows"][:SHOWN_ROWS]]
    before = _blocked_before(facts, found["since"])
    return {
        **found,
        "invoices": {name: _ordered(part, order) for name, part in found["invoices"].items()},
        "resolved": [_ordered(line, order) for line in found["resolved"]],
        "blocked": _by_currency(found["blocked"], order),
        "rows": rows,
        "shown": len(rows),
        "changed": sum(found["counts"][state] for state in CHANGE_WORDS if state != "open"),
        "blocked_invoices": {
            "invoices": blocked_invoices,
            "before": before,
            "change": None if before is None else found["blocked_change"],
        },
    }


def _ordered(part: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    return {**part, "amounts": _by_currency(part["amounts"], order)}


def _by_currency(rows: Sequence[dict[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    """Rows in the page's order of currencies, then those that the run does not have any more."""
    places = {code: place for place, code in enumerate(order)}
    return sorted(rows, key=lambda row: (places.get(row["currency_code"], len(places)), row["currency_code"]))


def trend(facts: ReportInputs) -> list[dict[str, Any]]:
    """The part `trend` of the summary: the last runs, oldest first."""
    return [dict(point) for point in facts.trend[-SHOWN_RUNS:]]


def _blocked_before(facts: ReportInputs, since: Mapping[str, Any] | None) -> int | None:
    """Blocked invoices of the run that is compared with; null where that is not known."""
    counted = {point["run_id"]: point["blocked_invoices"] for point in facts.trend}
    return None if since is None else counted.get(since["run_id"])
