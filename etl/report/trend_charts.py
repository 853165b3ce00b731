"""The blocked amount, night by night: one chart per currency, the same bytes for the same numbers."""

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
    """One night of one currency; a currency that a night does not name had nothing blocked."""

    as_of_at: str
    amount: Decimal
    is_partial: bool

    @property
    def seconds(self) -> int:
        """Its place in time: a night that is missing leaves its room."""
        return int(datetime.fromisoformat(self.as_of_at).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Trend:
    """The nights as charts and as lines of a table.

    Attributes:
        charts: currency, this run's amount (null for none) and chart, of the first currencies only.
        currencies: every currency that was blocked on one of the nights; the table has a column for each.
    """

    charts: list[tuple[str, str | None, Markup]]
    currencies: list[str]
    has_partial: bool


def trend_of(summary: dict[str, Any]) -> Trend:
    """The trend of a summary; without charts where there are fewer than two nights."""
    nights = summary["trend"]
    found = {entry["currency_code"] for night in nights for entry in night["amounts"]}
    currencies = [code for code in summary["currencies"] if code in found]
    currencies += sorted(found - set(currencies))
    drawn = currencies[:MOST_CURRENCIES] if len(nights) > 1 else []
    width = _WIDE if len(drawn) == 1 else _NARROW
    return Trend(
        [(code, _amount(nights[-1], code), _picture(code, _nights(nights, code), width)) for code in drawn],
        currencies,
        any(night["is_partial"] for night in nights),
    )


def _nights(nights: Sequence[dict[str, Any]], currency: str) -> list[TrendPoint]:
    return [
        TrendPoint(night["as_of_at"], Decimal(_amount(night, currency) or 0), night["is_partial"]) for night in nights
    ]


def _amount(night: dict[str, Any], currency: str) -> str | None:
    return next((entry["amount"] for entry in night["amounts"] if entry["currency_code"] == currency), None)


def _picture(currency: str, nights: Sequence[TrendPoint], width: int) -> Markup:
    return labelled(_line(nights, width), f"{currency}: blocked amount of {len(nights)} runs. {_spoken(nights)}")


def _spoken(nights: Sequence[TrendPoint]) -> str:
    low, high = (found(nights, key=lambda night: night.amount) for found in (min, max))
    told = [("first", nights[0]), ("lowest", low), ("highest", high), ("this run", nights[-1])]
    words = "; ".join(f"{word} {night.amount:,.2f} on {night.as_of_at[:10]}" for word, night in told)
    partial = ", ".join(night.as_of_at[:10] for night in nights if night.is_partial)
    return f"{words}; partial runs: {partial}" if partial else words


def _line(nights: Sequence[TrendPoint], width: int) -> str:
    """A line from the ground of zero, so that a small change looks small; a ring around each partial night."""
    import altair as alt

    start, end = nights[0].seconds, nights[-1].seconds
    days = axis(values=_days(nights), labelExpr="utcFormat(datum.value * 1000, '%-d %b')", labelPadding=8)
    sums = axis(grid=True, gridColor="currentColor", gridOpacity=0.14, domain=False, tickCount=3, labelPadding=8,
                labelExpr=_SUMS, minExtent=40, maxExtent=40)  # fmt: skip
    highest = max(float(night.amount) for night in nights) or 1
    x = alt.X("seconds:Q", axis=days, scale=alt.Scale(domain=[start, max(end, start + 1)], nice=False))
    y = alt.Y("amount:Q", axis=sums, scale=alt.Scale(domain=[0, highest], nice=3))
    values = [
        {"seconds": night.seconds, "amount": float(night.amount), "is_partial": night.is_partial} for night in nights
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


def _days(nights: Sequence[TrendPoint]) -> list[int]:
    """Instants to write under the chart: the first, the last, and some between, no day twice."""
    by_day = {night.as_of_at[:10]: night.seconds for night in nights}
    places = list(by_day.values())
    step = max(-(-(len(places) - 1) // (_MOST_DAYS - 1)), 1)
    return places[::-1][::step][::-1]
