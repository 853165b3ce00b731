"""The page: one self-contained file that needs no network and lets nothing but our own script run."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from etl.causes import CAUSES, FIGURE_TITLES
from etl.domain import State
from etl.report.change_section import CHANGE_WORDS, KIND_WORDS
from etl.report.charts import cause_title, pictures
from etl.report.filters import FILTERS
from etl.report.gap_strip import gap_strip
from etl.report.page_data import Payloads
from etl.report.scripts import grid_script, page_script, text
from etl.report.trend_charts import trend_of

STATE_WORDS: Final = {
    State.VISIBLE: ("Visible", "In the portal, mapped, and somebody at the client can see it."),
    State.BLOCKED: ("Blocked", "Something is wrong that a person can fix."),
    State.WAITING: ("Waiting", "Nothing is wrong: the next sync, or a date, will show it."),
    State.UNKNOWN: ("Unknown", "Nothing wrong was found, but the sources of this run cannot prove that it shows."),
    State.EXPECTED: ("Not expected", "It should not show as open: paid, void, zero, a credit, or excluded."),
}


def render(summary: dict[str, Any], payloads: Payloads) -> str:
    """The report as HTML.

    Args:
        summary: what `summarise` returned; every number that stands on the page comes from it.
        payloads: what people work on in the page, packed.

    Returns:
        A whole document. Names from the data are escaped; the same run gives the same text.
    """
    style, grid, script = text("report.css"), grid_script(), page_script()
    nonce = _nonce(summary, payloads)
    return _environment().get_template("report.html.j2").render(
        summary=summary,
        payloads=payloads,
        pictures=pictures(summary),
        trend=trend_of(summary),
        blocked=blocked_by_currency(summary),
        state_bar=state_bar(summary["states"]),
        state_words=STATE_WORDS,
        change_words=CHANGE_WORDS,
        kind_words=KIND_WORDS,
        figure_titles=FIGURE_TITLES,
        first_causes=_first_causes(summary),
        gap_strip=gap_strip(summary["sync"]),
        policy=policy([style], [grid, script], nonce),
        nonce=nonce,
        # ours, not the data's: a test holds that none can close its element
        style=Markup(style),  # noqa: S704
        grid=Markup(grid),  # noqa: S704
        script=Markup(script),  # noqa: S704
    )  # fmt: skip


def _first_causes(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """The causes that invoices of the run stand under first, in the order in which they are checked."""
    named = {code for line in (*summary["causes"], *summary["absences"]) for code in line["code"].split()}
    return [(cause.code, cause.title) for cause in CAUSES if cause.code in named]


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


def policy(styles: list[str], scripts: list[str], nonce: str) -> str:
    """The content security policy: these styles, these scripts, the styles of the grid, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_digest(script) for script in scripts)}",
            f"style-src {' '.join(_digest(style) for style in styles)} 'nonce-{nonce}'",
            # the grid's arrows
            "img-src data:",
            "connect-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _nonce(summary: dict[str, Any], payloads: Payloads) -> str:
    """What the grid marks its styles with: of this run's content, so that no name in the data can know it."""
    content = json.dumps(summary, sort_keys=True) + payloads.reviews + payloads.invoices
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(FILTERS)
    return environment
