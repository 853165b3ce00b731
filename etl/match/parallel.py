"""Two threads: both sides of a match, or batches of its pairs. The result does not depend on their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AT_ONCE: Final = 2
"""More threads would need more memory."""


def map_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Apply `work` to each item, two at a time; the results are in the order of the items."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(work, items))


def run_both(one: Callable[[], Result], other: Callable[[], Result]) -> tuple[Result, Result]:
    """Run both at the same time; their results in order."""
    first, second = map_parallel(lambda work: work(), (one, other))
    return first, second
