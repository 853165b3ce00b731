"""Calls with a deadline: a run waits for other services, but not for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer")


def side_by_side(calls: Sequence[Callable[[], Answer]], seconds: float) -> list[Answer | Exception | None]:
    """The answer of each call, or the error that it ended with; None for those without an answer in time.

    Whoever is left running does not hold up the end of the process.
    """
    answers: list[Answer | Exception | None] = [None] * len(calls)

    def ask(place: int, call: Callable[[], Answer]) -> None:
        try:
            answers[place] = call()
        except Exception as error:  # noqa: BLE001 - an error in a foreign service must not end a run
            answers[place] = error

    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(answers)
