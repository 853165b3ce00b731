"""SIGINT and SIGTERM: whatever the process is busy with, it stops at once, tidies up, says one line and ends.

It stops as a kill would, without unwinding: DuckDB and Polars look at signals when they please, and an exception that
can come up at any line is harder to reason about than an end at any moment, which every run has to bear anyhow. A
thread that waits for nothing else sees the signal even while the main thread is busy in native code.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_NOT_PUBLISHED: Final = "Nothing was published, the last report stays."


class _Stop:
    """Pending clean-up actions and the signal that triggers them."""

    def __init__(self) -> None:
        self.message = _NOT_PUBLISHED
        self.acts: list[Callable[[int], None]] = []
        self.holds = 0
        self.pending: int | None = None
        self.lock = threading.RLock()

    def come(self, number: int) -> None:
        """Stop now, or as soon as no block holds the signal back."""
        with self.lock:
            if self.holds:
                self.pending = self.pending or number
                return
            code = 128 + number
            for act in reversed(self.acts):
                with suppress(Exception):
                    act(code)
            with suppress(OSError):
                line = f"billsight: stopped by {signal.Signals(number).name}. {self.message}\n"
                os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, line.encode())
            os._exit(code)


_STOP: Final = _Stop()


def stop_on_signals() -> None:
    """From now on SIGINT ends the process with 130 and SIGTERM with 143; only the main thread can ask for that."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    for number in SIGNALS:
        # whoever started us may have asked that we ignore it, as nohup does
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: _STOP.come(number))
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), name="signals", daemon=True).start()


def _watch(reading: int) -> None:
    while received := os.read(reading, 1):
        if received[0] in SIGNALS:
            _STOP.come(received[0])


@contextmanager
def at_stop(act: Callable[[int], None]) -> Iterator[None]:
    """Run `act` with the exit code if a stop comes within the block; the innermost action runs first."""
    with _STOP.lock:
        _STOP.acts.append(act)
    try:
        yield
    finally:
        with _STOP.lock:
            _STOP.acts.remove(act)


@contextmanager
def unstoppable() -> Iterator[None]:
    """Hold signals back within the block; for a few steps that belong together, never for long work."""
    with _STOP.lock:
        _STOP.holds += 1
    try:
        yield
    finally:
        with _STOP.lock:
            _STOP.holds -= 1
            if _STOP.pending is not None:
                _STOP.come(_STOP.pending)


def set_stop_message(sentence: str | None) -> None:
    """Set the message of a stop from now on; None for the message that nothing was published."""
    with _STOP.lock:
        _STOP.message = sentence or _NOT_PUBLISHED
