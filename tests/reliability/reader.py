"""A reader that never rests: it opens `latest` and holds every file against the manifest, while runs come and go."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PAUSE_SECONDS = 0.05


class Reader:
    """Reads `latest` in a loop, from a thread of its own.

    Attributes:
        reads: complete readings so far.
        runs: the runs that were read.
        faults: what was missing or torn; nothing, if the promise holds.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="reader", daemon=True)
        self.reads = 0
        self.runs: set[str] = set()
        self.faults: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _read_on(self) -> None:
        while not self._is_over.is_set():
            try:
                self.faults += self._read()
            except (OSError, ValueError, KeyError) as error:
                self.faults.append(f"{type(error).__name__}: {error}")
            self.reads += 1
            self._is_over.wait(PAUSE_SECONDS)

    def _read(self) -> list[str]:
        """One reading; the folder is opened once, so that it stays the same whatever `latest` becomes meanwhile."""
        folder = os.open(self._out / "latest", os.O_RDONLY | os.O_DIRECTORY)
        try:
            manifest: dict[str, Any] = json.loads(_content(folder, "manifest.json"))
            self.runs.add(manifest["run_id"])
            return [
                f"{entry['name']} of {manifest['run_id']} is torn"
                for entry in manifest["outputs"]
                if hashlib.sha256(_content(folder, entry["name"])).hexdigest() != entry["sha256"]
            ]
        finally:
            os.close(folder)


def _content(folder: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()
