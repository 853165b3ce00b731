"""The last message, kept in a small file next to the history, so that one change is one message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.files import write_whole

FILE_MODE: Final = 0o640
FOLDER_MODE: Final = 0o750
_SCHEMA: Final = 1


@dataclass(frozen=True)
class SentMessage:
    """The last message.

    Attributes:
        fingerprint: of its content.
        is_failure: its run failed.
        missed: places, from 1, of the addresses that did not take it.
    """

    fingerprint: str
    is_failure: bool
    missed: tuple[int, ...] = ()


def read_last(path: Path) -> SentMessage | None:
    """Read the last message; None if there was none or the file is unreadable: a message twice is better than none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        missed = tuple(int(place) for place in content["missed"])
        is_failure, fingerprint = content["is_failure"], content["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(fingerprint, str) or not isinstance(is_failure, bool) or content.get("schema") != _SCHEMA:
        return None
    return SentMessage(fingerprint, is_failure, missed)


def write_last(path: Path, sent: SentMessage) -> None:
    """Write the last message, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    content = {"schema": _SCHEMA, "fingerprint": sent.fingerprint, "is_failure": sent.is_failure, "missed": sent.missed}
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, mode=FOLDER_MODE, exist_ok=True)
    write_whole(path, (json.dumps(content, sort_keys=True) + "\n").encode(), FILE_MODE)
