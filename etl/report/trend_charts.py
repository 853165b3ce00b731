"""The blocked amount, run by run: one chart per currency, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

from etl.report.charts import MOST_CURRENCIES, axis, labelled, svg

_MOST_DAYS: Final = 6
"""Days written under the chart."""
_SUMS: Final = "datum.value ? replace(format(datum.value, '~s'), 'G', 'B') : '0'"
_WIDE, _NARROW = 900, 400


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
    return labelled(_line(points, width), f"{currency}: blocked amount of {len(points)} runs. {_spoken(points)}")


def _spoken(points: Sequence[TrendPoint]) -> str:
    low, high = (found(points, key=lambda point: point.amount) for found in (min, max))
    named_points = [("first", points[0]), ("lowest", low), ("highest", high), ("this run", points[-1])]
    words = "; ".join(f"{word} {point.amount:,.2f} on {point.as_of_at[:10]}" for word, point in named_points)
    partial = ", ".join(point.as_of_at[:10] for point in points if point.is_partial)
    return f"{words}; partial runs: {partial}" if partial else words


def _line(points: Sequence[TrendPoint], width: int) -> str:
    """A line from the ground of zero, so that a small change looks small; a ring around each partial run."""
    import altair as alt

    start, end = points[0].seconds, points[-1].seconds
    days = axis(values=_days(points), labelExpr="utcFormat(datum.value * 1000, '%-d %b')", labelPadding=8)
    sums = axis(grid=True, gridColor="currentColor", gridOpacity=0.14, domain=False, tickCount=3, labelPadding=8,
                labelExpr=_SUMS, minExtent=40, maxExtent=40)  # fmt: skip
    highest = max(float(point.amount) for point in points) or 1
    x = alt.X("seconds:Q", axis=days, scale=alt.Scale(domain=[start, max(end, start + 1)], nice=False))
    y = alt.Y("amount:Q", axis=sums, scale=alt.Scale(domain=[0, highest], nice=3))
    values = [
        {"seconds": point.seconds, "amount": float(point.amount), "is_partial": point.is_partial} for point in points
    ]
    base, latest = alt.Chart(alt.Data(values=values)), alt.Chart(alt.Data(values=values[-1:]))
    partial = alt.Chart(alt.Data(values=[value for value in values if value["is_partial"]]))
    drawn: dict[str, Any] = {"aria": False, "color": "currentColor"}
    layers = [
        base.mark_area(**drawn, opacity=0.1).encode(x=x, y=y),
        base.mark_line(**drawn, strokeWidth=2).encode(x=x, y=y),
        latest.mark_point(**drawn, filled=True, size=36, opacity=1).encode(x=x, y=y),
        partial.mark_point(**drawn, size=70, opacity=1).encode(x=x, y=y),
    ]
    return svg(alt.layer(*layers).properties(width=width, height=130))


def _days(points: Sequence[TrendPoint]) -> list[int]:
    """Instants to write under the chart: the first, the last, and some between, no day twice."""
    by_day = {point.as_of_at[:10]: point.seconds for point in points}
    places = list(by_day.values())
    step = max(-(-(len(places) - 1) // (_MOST_DAYS - 1)), 1)
    return places[::-1][::step][::-1]
