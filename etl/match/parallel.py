"""Two things at a time: both sides of a match, or runs of its pairs. What is done is the same, whoever is first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AT_ONCE: Final = 2
"""More would hold more in memory: what each thread works on."""


def map_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What `work` makes of each item, in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(work, items))


def run_both(one: Callable[[], Result], other: Callable[[], Result]) -> tuple[Result, Result]:
    """What both give."""
    first, second = map_parallel(lambda work: work(), (one, other))
    return first, second
