"""Waiting for others, but never longer than a night can afford."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


def side_by_side(calls: Sequence[Callable[[], Answer]], seconds: float) -> list[Answer | Exception | None]:
    """What each call answers, or the error that it ended with; null for those that have no answer in time.

    Whoever is left running does not hold up the end of the process.
    """
    answers: list[Answer | Exception | None] = [None] * len(calls)

    def ask(place: int, call: Callable[[], Answer]) -> None:
        try:
            answers[place] = call()
        except Exception as error:  # noqa: BLE001 - whatever somebody else's code does must not end a night
            answers[place] = error

    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(answers)
