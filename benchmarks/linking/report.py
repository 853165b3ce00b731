"""The tables of the contest: one per data set, a line per contestant and subset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from benchmarks.linking.contest import LIMIT, OURS, Result
from benchmarks.linking.datasets import DataSet

_SPEED: Final = ("wall s", "start s", "net s", "CPU s", "peak GB", "x splink", "x limit")
_SCORES: Final = {
    "auto": ("automatic", "{:,}"),
    "wrong": ("wrong", "{:,}"),
    "precision": ("precision", "{:.3%}"),
    "by firm": ("precision_by_firm", "{:.3%}"),
    "error <": ("error_limit", "{:.3%}"),
    "recall": ("recall_automatic", "{:.3f}"),
    "top 1": ("top_1", "{:.3f}"),
    "top 5": ("top_5", "{:.3f}"),
    "R@P99": ("recall_at_99", "{:.3f}"),
    "R@P99.9": ("recall_at_999", "{:.3f}"),
    "F1": ("best_f1", "{:.3f}"),
    "ECE": ("calibration_error", "{:.3f}"),
    "Brier": ("brier", "{:.3f}"),
}
"""Heading -> figure and how it is written."""
_NOTHING: Final = "-"
_LEFT: Final = 2


def tables(data: DataSet, results: list[Result]) -> Iterator[str]:
    """The figures of one data set, then what is behind them."""
    yield f"## {data.name}: {data.rows:,} records on the larger side"
    yield ""
    yield from _aligned([_head(), *_rows(data, results)])
    notes = [f"{one.contestant}: {one.note}" for one in results if one.note]
    kinds = [(one.contestant, one.scores["natural"]["kinds"]) for one in results if one.scores]
    notes += [f"{who}: wrong by kind: {_listed(wrong)}" for who, wrong in kinds if wrong]
    yield from ["", *notes] if notes else []


def _head() -> tuple[str, ...]:
    return ("contestant", "records", *_SCORES, *_SPEED)


def _rows(data: DataSet, results: list[Result]) -> Iterator[tuple[str, ...]]:
    for subset in data.subsets:
        for one in results:
            is_first = subset == data.subsets[0]
            if one.cost is None or (not is_first and not one.scores.get(subset, {}).get("lefts")):
                continue
            speed = _speed(one, results) if is_first else [""] * len(_SPEED)
            yield (one.contestant, subset if one.scores else "", *_figures(one.scores.get(subset)), *speed)


def _figures(scores: dict[str, Any] | None) -> list[str]:
    if scores is None:
        return [""] * len(_SCORES)
    figures = [(scores[name], form) for name, form in _SCORES.values()]
    return [_NOTHING if figure is None else form.format(figure) for figure, form in figures]


def _speed(one: Result, results: list[Result]) -> list[str]:
    """Ratios are of wall time without the start: how many times quicker than Splink, how many times the limit."""
    if one.cost is None:
        return [""] * len(_SPEED)
    seconds = (one.cost.wall_s, one.start_s, one.net_s, one.cost.cpu_s, one.cost.peak_gb)
    splink = _ratio(results, "splink", lambda other: other.net_s / one.net_s)
    limit = _ratio(results, LIMIT, lambda other: one.net_s / other.net_s)
    return [*(f"{value:.2f}" for value in seconds), splink, limit]


def _ratio(results: list[Result], name: str, ratio: Callable[[Result], float]) -> str:
    found = [one for one in results if one.contestant == name and one.cost]
    return f"{ratio(found[0]):.1f}" if found else _NOTHING


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = [
            cell.ljust(width) if at < _LEFT else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"| {' | '.join(cells)} |"
        if not number:
            marks = ["-" * width if at < _LEFT else f"{'-' * (width - 1)}:" for at, width in enumerate(widths)]
            yield f"| {' | '.join(marks)} |"


def _listed(kinds: dict[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda item: -item[1]))


def as_json(data: DataSet, results: list[Result]) -> dict[str, Any]:
    """The same figures, unrounded, for whoever follows them over time."""
    return {
        "data": data.name,
        "rows": data.rows,
        "results": [
            {
                "contestant": one.contestant, "note": one.note, "start_s": one.start_s, "scores": one.scores,
                **(vars(one.cost) if one.cost else {}),
            }
            for one in results
        ],
    }  # fmt: skip


def failed(results: list[Result]) -> bool:
    """Whether ours has no figures: a peer may fail, ours may not."""
    return any(one.contestant == OURS and one.note for one in results)
