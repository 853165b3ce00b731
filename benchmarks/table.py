"""The table of ratios, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from benchmarks.session import FLOOR, NIGHT, WRITING, Measured

_HEAD: Final = ("size", "what", "wall s", "CPU s", "peak GB", "x floor")
_LEFT: Final = 2
_MOST_FLOORS: Final = 3.0
_MOST_GB: Final = 4.0
_SMALL_SHARE: Final = 0.01


def ratios(measured: Iterable[Measured]) -> Iterator[str]:
    """The table: one line per size and contestant."""
    rows = [_HEAD]
    for one in measured:
        floor = one.costs.get(FLOOR)
        for what, cost in one.costs.items():
            ratio = f"{cost.wall_s / floor.wall_s:.2f}" if floor else ""
            rows.append((one.size.name, what, f"{cost.wall_s:.2f}", f"{cost.cpu_s:.2f}", f"{cost.peak_gb:.2f}", ratio))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) if at < _LEFT else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
        yield "  ".join(cells).rstrip()


def behind(one: Measured) -> Iterator[str]:
    """Where the night's time went, what it wrote, whether it is right, whether it meets its target."""
    night = one.costs[NIGHT]
    yield f"{one.size.name}: {one.size.companies:,} companies, {one.size.invoices:,} invoices"
    small = {stage: seconds for stage, seconds in one.stages.items() if seconds < _SMALL_SHARE * night.wall_s}
    stages = {stage: seconds for stage, seconds in one.stages.items() if stage not in small}
    for stage, seconds in [*stages.items(), (f"{len(small)} smaller stages", sum(small.values()))]:
        yield f"  {seconds:8.2f} s  {seconds / night.wall_s:4.0%}  {stage}"
    files = sorted(one.written.items(), key=lambda file: -file[1])
    large = ", ".join(f"{name} {size / 1e6:,.1f}" for name, size in files[:4])
    yield f"  written: {sum(one.written.values()) / 1e6:,.1f} MB ({large})"
    yield from (f"  {note}" for note in one.notes)
    if floor := one.costs.get(FLOOR):
        both = floor.wall_s + one.costs[WRITING].wall_s
        yield f"  the night against reading and writing together: {night.wall_s / both:.2f} x"
        is_met = night.wall_s < _MOST_FLOORS * floor.wall_s and night.peak_gb < _MOST_GB
        if one.size.name == "M":
            yield f"  target (under {_MOST_FLOORS:g} x the floor and {_MOST_GB:g} GB): {'met' if is_met else 'missed'}"
