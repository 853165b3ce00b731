"""What people were told last, so that one change is one message: a small file beside the history."""

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
        is_failure: it told of a night that failed.
        missed: places, from 1, of the addresses that did not take it.
    """

    fingerprint: str
    is_failure: bool
    missed: tuple[int, ...] = ()


def last_told(path: Path) -> SentMessage | None:
    """The last message; null where there was none, or where the file cannot be read: better told twice than never."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        missed = tuple(int(place) for place in found["missed"])
        is_failure, fingerprint = found["is_failure"], found["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(fingerprint, str) or not isinstance(is_failure, bool) or found.get("schema") != _SCHEMA:
        return None
    return SentMessage(fingerprint, is_failure, missed)


def remember(path: Path, told: SentMessage) -> None:
    """Write it down, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    content = {"schema": _SCHEMA, "fingerprint": told.fingerprint, "is_failure": told.is_failure, "missed": told.missed}
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, mode=FOLDER_MODE, exist_ok=True)
    write_whole(path, (json.dumps(content, sort_keys=True) + "\n").encode(), FILE_MODE)
