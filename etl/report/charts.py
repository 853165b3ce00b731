"""Blocked amounts as pictures: one pair of SVGs per currency, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from markupsafe import Markup

MOST_CURRENCIES: Final = 6
"""Currencies with a chart; the table under the charts has every one."""

_LETTER: Final = 6.9
"""Units that a letter takes in the reader's font, which is not known here: with room to spare."""

_MILLIONS: Final = 10_000_000
_LYING_WIDTH, _LYING_STEP, _LYING_BAR = 300, 27, 16
_STANDING_HEIGHT, _STANDING_STEP, _STANDING_BAR = 150, 78, 44
_FOOT: Final = 24
"""Units under a chart for the words of its axis."""

_SVG: Final = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" width="{width}" height="{height}"'
    ' viewBox="0 0 {width} {height}" font-size="12" fill="currentColor">{content}</svg>'
)
_RECT: Final = Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>')
_TEXT: Final = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')
_LINE: Final = Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="currentColor" stroke-opacity="{}"/>')
AXIS_OPACITY, GRID_OPACITY = 0.35, 0.14


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, and how long it is."""

    label: str
    amount: Decimal

    @property
    def written(self) -> str:
        """The number at its end: the table under the chart has the exact one."""
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
                _draw_lying(causes, room, f"{currency}: blocked amount by cause. {_spoken(causes)}"),
                _draw_standing(ages, f"{currency}: blocked amount by days past due. {_spoken(ages)}"),
            )
        )
    return drawn


def cause_title(cause: dict[str, Any]) -> str:
    """What a line of the table of causes is called."""
    return str(cause["checks"][0]["title"]) if cause["checks"] else str(cause["code"])


def draw(size: tuple[float, float], parts: Iterable[Markup], label: str) -> Markup:
    """One image with a name, in the reader's colors.

    Args:
        size: width and height.
        parts: its elements.
        label: what it shows, in words.
    """
    width, height = map(place, size)
    return _SVG.format(label=label, width=width, height=height, content=Markup().join(parts))


def write_text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    """Words at a place; `anchor` is `start`, `middle` or `end`."""
    return _TEXT.format(place(x), place(y), anchor, words)


def draw_line(start: tuple[float, float], end: tuple[float, float], opacity: float) -> Markup:
    """A straight line of an axis or a grid."""
    return _LINE.format(*map(place, (*start, *end)), opacity)


def place(number: float) -> str:
    """A coordinate, to a hundredth of a unit."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


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


def _lengths(bars: Sequence[Bar], room: float) -> list[float]:
    """The length of each bar; the longest leaves a part of the room to its number."""
    longest = max((float(bar.amount) for bar in bars if bar.amount > 0), default=1.0)
    return [max(float(bar.amount), 0) / longest * room for bar in bars]


def _draw_lying(bars: Sequence[Bar], room: float, label: str) -> Markup:
    """Bars from the left, labels before them in `room` units, numbers behind them."""
    height, middle = _LYING_STEP * len(bars), _LYING_STEP / 2
    parts = [draw_line((room, 0), (room, height), AXIS_OPACITY)]
    for row, (bar, length) in enumerate(zip(bars, _lengths(bars, _LYING_WIDTH / 1.22), strict=True)):
        top = _LYING_STEP * row
        parts += [
            write_text(room - 8, top + middle + 4, bar.label, "end"),
            _RECT.format(*map(place, (room, top + middle - _LYING_BAR / 2, length, _LYING_BAR))),
            write_text(room + length + 6, top + middle + 4, bar.written),
        ]
    return draw((room + _LYING_WIDTH, height), parts, label)


def _draw_standing(bars: Sequence[Bar], label: str) -> Markup:
    """Bars from the ground, in the order of time."""
    ground, width = _STANDING_HEIGHT, _STANDING_STEP * len(bars)
    parts = [draw_line((0, ground), (width, ground), AXIS_OPACITY)]
    for column, (bar, length) in enumerate(zip(bars, _lengths(bars, ground / 1.1), strict=True)):
        middle = _STANDING_STEP * (column + 0.5)
        parts += [
            _RECT.format(*map(place, (middle - _STANDING_BAR / 2, ground - length, _STANDING_BAR, length))),
            write_text(middle, ground - length - 5, bar.written, "middle"),
            write_text(middle, ground + 17, bar.label, "middle"),
        ]
    return draw((width, ground + _FOOT), parts, label)
