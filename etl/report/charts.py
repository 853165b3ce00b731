"""Blocked amounts as pictures: one pair of SVGs per currency, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup, escape

MOST_CURRENCIES: Final = 6
"""Currencies with a chart; the table under the charts has every one."""

_LETTER: Final = 6.9
"""Units that a letter takes in the reader's font, which is not known here: with room to spare."""

_MILLIONS: Final = 10_000_000

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how long it is, and the number written at its end."""

    label: str
    amount: Decimal

    @property
    def value(self) -> dict[str, object]:
        """The bar as a chart's datum: the table under the chart has the exact number."""
        return {"label": self.label, "length": float(self.amount), "written": self._written}

    @property
    def _written(self) -> str:
        if not self.amount:
            return ""
        return f"{self.amount:,.0f}" if abs(self.amount) < _MILLIONS else f"{self.amount / 1_000_000:,.1f}M"


@dataclass(frozen=True)
class Picture:
    """The charts of one currency."""

    currency_code: str
    causes: Markup
    ageing: Markup


def pictures(summary: dict[str, Any]) -> list[Picture]:
    """The charts of a summary.

    Args:
        summary: what `summarise` returned.

    Returns:
        One picture for each of the first currencies that have blocked invoices; largest cause on top.
    """
    drawn = []
    room = max((len(cause_title(cause)) for cause in summary["causes"]), default=0) * _LETTER + 14
    for ageing in summary["ageing"][:MOST_CURRENCIES]:
        currency = ageing["currency_code"]
        causes = _cause_bars(summary["causes"], currency)
        ages = [Bar(bucket["bucket"], Decimal(bucket["amount"])) for bucket in ageing["buckets"]]
        drawn.append(
            Picture(
                currency,
                labelled(_lying(causes, room), f"{currency}: blocked amount by cause. {_spoken(causes)}"),
                labelled(_standing(ages), f"{currency}: blocked amount by days past due. {_spoken(ages)}"),
            )
        )
    return drawn


def cause_title(cause: dict[str, Any]) -> str:
    """What a line of the table of causes is called."""
    return str(cause["checks"][0]["title"]) if cause["checks"] else str(cause["code"])


def _cause_bars(causes: Sequence[dict[str, Any]], currency: str) -> list[Bar]:
    bars = [
        Bar(cause_title(cause), Decimal(amount["amount"]))
        for cause in causes
        for amount in cause["amounts"]
        if amount["currency_code"] == currency
    ]
    return sorted(bars, key=lambda bar: (-bar.amount, bar.label))


def _spoken(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{bar.label} {bar.amount:,.2f}" for bar in bars if bar.amount)


def _lying(bars: Sequence[Bar], room: float) -> str:
    """Bars from the left, labels before them in `room` units, numbers behind them."""
    import altair as alt

    y = alt.Y("label:N", sort=None, axis=axis(labelLimit=room, labelPadding=8, minExtent=room, maxExtent=room))
    longest = max((float(bar.amount) for bar in bars), default=0) or 1
    x = alt.X("length:Q", axis=None, scale=alt.Scale(domain=[0, longest * 1.22], nice=False))
    base = alt.Chart(alt.Data(values=[bar.value for bar in bars]))
    lengths = base.mark_bar(size=16, aria=False).encode(x=x, y=y)
    written = base.mark_text(align="left", dx=6, fontSize=12, aria=False, color="currentColor").encode(
        x=x, y=y, text="written:N"
    )
    return svg((lengths + written).properties(width=300, height=alt.Step(27)))


def _standing(bars: Sequence[Bar]) -> str:
    """Bars from the ground, in the order of time."""
    import altair as alt

    x = alt.X("label:N", sort=None, axis=axis(labelAngle=0, labelPadding=8))
    highest = max((float(bar.amount) for bar in bars), default=0) or 1
    y = alt.Y("length:Q", axis=None, scale=alt.Scale(domain=[0, highest * 1.1], nice=False))
    base = alt.Chart(alt.Data(values=[bar.value for bar in bars]))
    heights = base.mark_bar(size=44, aria=False).encode(x=x, y=y)
    written = base.mark_text(baseline="bottom", dy=-5, fontSize=12, aria=False, color="currentColor").encode(
        x=x, y=y, text="written:N"
    )
    return svg((heights + written).properties(width=alt.Step(78), height=150))


def axis(**more: Any) -> Any:
    """An axis in the reader's colours, without a title: the heading beside the chart says what it is of."""
    import altair as alt

    return alt.Axis(title=None, ticks=False, domainColor="currentColor", domainOpacity=0.35, aria=False,
                    labelColor="currentColor", labelFontSize=12, **{"grid": False, **more})  # fmt: skip


def svg(chart: Any) -> str:
    """The chart as an element, without a ground of its own."""
    import vl_convert

    plain = chart.configure(background="transparent", font=_FONT, padding=2).configure_view(stroke=None)
    return str(vl_convert.vegalite_to_svg(plain.to_dict()))


def labelled(svg: str, label: str) -> Markup:
    """The picture as one image with a name; what is drawn in it comes from us, what is written in it is escaped."""
    start, _, rest = svg.partition(">")
    return Markup(f'{start} role="img" aria-label="{escape(label)}">{rest}')  # noqa: S704 (drawn here, text escaped by the renderer)
