"""The page: one self-contained file that needs no network and lets nothing but our own script run."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from etl.domain import State
from etl.report.cells import FILTERS
from etl.report.charts import cause_title, pictures
from etl.resources import resource

STATE_WORDS: Final = {
    State.VISIBLE: ("Visible", "In the portal, mapped, and somebody at the client can see it."),
    State.BLOCKED: ("Blocked", "Something is wrong that a person can fix."),
    State.WAITING: ("Waiting", "Nothing is wrong: the next sync, or a date, will show it."),
    State.UNKNOWN: ("Unknown", "Nothing wrong was found, but tonight's sources cannot prove that it shows."),
    State.EXPECTED: ("Not expected", "It should not show as open: paid, void, zero, a credit, or excluded."),
}


def render(summary: dict[str, Any]) -> str:
    """The report as HTML.

    Args:
        summary: what `summarise` returned; every number on the page comes from it.

    Returns:
        A whole document. Names from the data are escaped; the same summary gives the same text.
    """
    style, script = _text("report.css"), _text("report.js")
    return _environment().get_template("report.html.j2").render(
        summary=summary,
        pictures=pictures(summary),
        blocked=blocked_by_currency(summary),
        state_bar=state_bar(summary["states"]),
        state_words=STATE_WORDS,
        policy=policy(style, script),
        # ours, not the data's: a test holds that neither can close its element
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )  # fmt: skip


def blocked_by_currency(summary: dict[str, Any]) -> list[tuple[str, list[tuple[dict[str, Any], dict[str, Any]]]]]:
    """The lines of the table of causes, per currency, largest amount first, as the charts have them."""
    found = []
    for currency in summary["currencies"]:
        lines = [
            (cause, amount)
            for cause in summary["causes"]
            for amount in cause["amounts"]
            if amount["currency_code"] == currency
        ]
        if lines:
            lines.sort(key=lambda line: (-Decimal(line[1]["amount"]), cause_title(line[0])))
            found.append((currency, lines))
    return found


def state_bar(states: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The states as parts of one bar of a thousand units, none that has invoices too thin to see."""
    counted = [(entry["state"], max(entry["invoices"], 0)) for entry in states]
    total = sum(number for _, number in counted) or 1
    widths = [(state, max(1000 * number / total, 4.0)) for state, number in counted if number]
    scale = 1000 / sum(width for _, width in widths) if widths else 1
    parts, start = [], 0.0
    for state, width in widths:
        parts.append({"state": state, "start": f"{start:.1f}", "width": f"{width * scale:.1f}"})
        start += width * scale
    return parts


def policy(style: str, script: str) -> str:
    """The content security policy: this style, this script, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "connect-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS)
    return environment


def _text(name: str) -> str:
    """A file of `reports/`; line ends are made one kind, for the policy's digest is of what the browser sees."""
    return (resource("reports") / name).read_text(encoding="utf-8").replace("\r\n", "\n")
