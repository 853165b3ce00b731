"""Files that were read but could not be moved out of the inbox: no later run reads them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from etl.files import FILE_MODE, make_folder, write_whole

DONE: Final = "done"
REJECTED: Final = "rejected"
_NAME: Final = "inbox.json"
_SCHEMA: Final = 1


@dataclass(frozen=True)
class Destination:
    """Where a file that was read belongs.

    Attributes:
        folder: done or rejected.
        reasons: what was not taken, and why; null where all of it was.
    """

    folder: str
    reasons: str | None


def recall(register: Path) -> dict[str, Destination]:
    """The files that still have to be moved, by SHA-256; none where nothing is remembered, or where it is damaged.

    Args:
        register: the register, beside which they are remembered.
    """
    try:
        found = json.loads(register.with_name(_NAME).read_bytes())
        if found["schema"] != _SCHEMA:
            return {}
        read = {digest: Destination(**destination) for digest, destination in found["read"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {digest: one for digest, one in read.items() if one.folder in {DONE, REJECTED}}


def remember(register: Path, read: Mapping[str, Destination]) -> None:
    """Write down what is still to be moved, in place of what was written before.

    Raises:
        OSError: it cannot be written.
    """
    path = register.with_name(_NAME)
    if not read:
        path.unlink(missing_ok=True)
        return
    content = {"schema": _SCHEMA, "read": {digest: asdict(destination) for digest, destination in read.items()}}
    make_folder(path.parent)
    write_whole(path, (json.dumps(content, sort_keys=True) + "\n").encode(), FILE_MODE)
