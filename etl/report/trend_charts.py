"""The blocked amount, run by run: one chart per currency, the same bytes for the same numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from etl.report.charts import (
    AXIS_OPACITY,
    GRID_OPACITY,
    MOST_CURRENCIES,
    draw,
    draw_line,
    place,
    write_text,
)

_MOST_DAYS: Final = 6
"""Days written under the chart."""
_MOST_SUMS: Final = 4
"""Sums written beside the chart, without the zero."""
_WIDE, _NARROW, _HEIGHT = 900, 400, 130
_LEFT, _TOP, _FOOT = 48, 8, 24
"""Units for the sums, above the highest line, and for the days."""
_AREA: Final = Markup('<path class="area" d="{} L{},{} L{},{} Z" fill-opacity="0.1"/>')
_TRACE: Final = Markup('<path class="trace" d="{}" fill="none" stroke="currentColor" stroke-width="2"/>')
_DOT: Final = Markup('<circle class="dot" cx="{}" cy="{}" r="3.4"/>')
_RING: Final = Markup('<circle class="ring" cx="{}" cy="{}" r="4.7" fill="none" stroke="currentColor"/>')
_UNITS: Final = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class TrendPoint:
    """One run of one currency; a currency that a run does not name had nothing blocked."""

    as_of_at: str
    amount: Decimal
    is_partial: bool

    @property
    def seconds(self) -> int:
        """Its place in time: a run that is missing leaves its room."""
        return int(datetime.fromisoformat(self.as_of_at).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Trend:
    """The runs as charts and as lines of a table.

    Attributes:
        charts: currency, this run's amount (null for none) and chart, of the first currencies only.
        currencies: every currency that was blocked on one of the runs; the table has a column for each.
    """

    charts: list[tuple[str, str | None, Markup]]
    currencies: list[str]
    has_partial: bool


def trend_of(summary: dict[str, Any]) -> Trend:
    """The trend of a summary; without charts where there are fewer than two runs."""
    points = summary["trend"]
    found = {entry["currency_code"] for point in points for entry in point["amounts"]}
    currencies = [code for code in summary["currencies"] if code in found]
    currencies += sorted(found - set(currencies))
    drawn = currencies[:MOST_CURRENCIES] if len(points) > 1 else []
    width = _WIDE if len(drawn) == 1 else _NARROW
    return Trend(
        [(code, _amount(points[-1], code), _picture(code, _points(points, code), width)) for code in drawn],
        currencies,
        any(point["is_partial"] for point in points),
    )


def _points(points: Sequence[dict[str, Any]], currency: str) -> list[TrendPoint]:
    return [
        TrendPoint(point["as_of_at"], Decimal(_amount(point, currency) or 0), point["is_partial"]) for point in points
    ]


def _amount(point: dict[str, Any], currency: str) -> str | None:
    return next((entry["amount"] for entry in point["amounts"] if entry["currency_code"] == currency), None)


def _picture(currency: str, points: Sequence[TrendPoint], width: int) -> Markup:
    """A line from the ground of zero, so that a small change looks small; a ring around each partial run."""
    sums = _sums(max((float(point.amount) for point in points if point.amount > 0), default=1.0))
    start, end = points[0].seconds, points[-1].seconds

    def across(seconds: int) -> float:
        return _LEFT + (seconds - start) / max(end - start, 1) * (width - _LEFT)

    def down(amount: float) -> float:
        return _TOP + _HEIGHT * (1 - amount / sums[-1])

    ground, places = down(0), [(across(point.seconds), down(float(point.amount))) for point in points]
    path = "M" + " L".join(f"{place(x)},{place(y)}" for x, y in places)
    (first, _), (last, height) = places[0], places[-1]
    parts = [draw_line((_LEFT, down(amount)), (width, down(amount)), GRID_OPACITY) for amount in sums]
    parts += [write_text(_LEFT - 8, down(amount) + 4, _short(amount), "end") for amount in (0, *sums)]
    parts += [draw_line((_LEFT, ground), (width, ground), AXIS_OPACITY)]
    parts += [write_text(across(at), ground + 17, _day(at), _anchor(at, start, end)) for at in _days(points)]
    parts += [_AREA.format(path, *map(place, (last, ground, first, ground))), _TRACE.format(path)]
    parts += [_DOT.format(place(last), place(height))]
    partial = (at for at, point in zip(places, points, strict=True) if point.is_partial)
    parts += [_RING.format(place(x), place(y)) for x, y in partial]
    label = f"{currency}: blocked amount of {len(points)} runs. {_spoken(points)}"
    return draw((width + 6, ground + _FOOT), parts, label)


def _spoken(points: Sequence[TrendPoint]) -> str:
    low, high = (found(points, key=lambda point: point.amount) for found in (min, max))
    named_points = [("first", points[0]), ("lowest", low), ("highest", high), ("this run", points[-1])]
    words = "; ".join(f"{word} {point.amount:,.2f} on {point.as_of_at[:10]}" for word, point in named_points)
    partial = ", ".join(point.as_of_at[:10] for point in points if point.is_partial)
    return f"{words}; partial runs: {partial}" if partial else words


def _sums(highest: float) -> list[float]:
    """Round sums up to the highest amount or just beyond, evenly apart, at most four."""
    power = 10 ** math.floor(math.log10(highest))
    steps = (power * factor / 10 for factor in (1, 2, 2.5, 5, 10, 20, 25, 50))
    step = next(one for one in steps if highest / one <= _MOST_SUMS)
    return [step * count for count in range(1, math.ceil(highest / step) + 1)]


def _short(amount: float) -> str:
    """A sum in few letters: 250k, 1.2M."""
    size, letter = next(((size, letter) for size, letter in _UNITS if amount >= size), (1, ""))
    return f"{amount / size:,.6g}{letter}"


def _day(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%b} {at.day}"


def _anchor(at: int, start: int, end: int) -> str:
    """The last day ends where the chart does."""
    return "end" if at == end and at > start else "middle"


def _days(points: Sequence[TrendPoint]) -> list[int]:
    """Instants to write under the chart: the last, and some before it, evenly apart; no day twice."""
    by_day = {point.as_of_at[:10]: point.seconds for point in points}
    places = list(by_day.values())
    step = max(-(-(len(places) - 1) // (_MOST_DAYS - 1)), 1)
    return places[::-1][::step][::-1]
