"""The strip of sync gaps: when the missed invoices were created, on one line of time."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

_WIDTH: Final = 1000.0
_HEIGHT: Final = 38.0
_GROUND: Final = 40.0
_LOWEST: Final = 4.0
_MOST_BARS: Final = 200


def gap_strip(sync: dict[str, Any]) -> dict[str, Any] | None:
    """Missed invoices by the day, or the days, of their creation; null where nothing with a time was missed.

    Args:
        sync: the part `sync` of the summary.

    Returns:
        `marks` with start, width, top and height; `first` and `last` day; `chosen`, where the recommended date lies.
    """
    days = [(date.fromisoformat(row["created_date"]), row["invoices"]) for row in sync["missed_days"]]
    if not days:
        return None
    chosen = date.fromisoformat(sync["recommended"]["sync_from_date"]) if sync["recommended"] else None
    first = min(days[0][0], chosen or days[0][0])
    span = (days[-1][0] - first).days + 1
    step = -(-span // _MOST_BARS)
    bars: dict[int, int] = {}
    for day, invoices in days:
        place = (day - first).days // step
        bars[place] = bars.get(place, 0) + invoices
    unit, most = _WIDTH / -(-span // step), max(bars.values())
    return {
        "marks": [_mark(place * unit, unit, invoices / most) for place, invoices in bars.items()],
        "first": first.isoformat(),
        "last": days[-1][0].isoformat(),
        "chosen": None if chosen is None else f"{(chosen - first).days // step * unit:.1f}",
        "days": step,
        "invoices": sum(bars.values()),
    }


def _mark(start: float, unit: float, share: float) -> dict[str, str]:
    height = max(_HEIGHT * share, _LOWEST)
    width = max(unit * 0.8, 2.0)
    numbers = {"start": start, "width": width, "top": _GROUND - height, "height": height}
    return {name: f"{number:.1f}" for name, number in numbers.items()}
