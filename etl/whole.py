"""Small files that others read at any moment: the old content or the new, never a part."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_ASIDE: Final = ".new"
_ABANDONED: Final = 3600.0
"""Seconds after which what a killed run left beside the file is removed."""


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """Write a file aside, give it its mode, and put it in its place by one rename.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    clear_abandoned(path)
    # beside the file, for a rename is whole only within one file system
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_ASIDE, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(aside).unlink()
        raise


def clear_abandoned(path: Path, seconds: float = _ABANDONED) -> None:
    """Remove what killed runs left next to a file, once it is this old; another run may be writing now."""
    for aside in path.parent.glob(f".{path.name}.*{_ASIDE}"):
        with suppress(OSError):
            if aside.stat().st_mtime <= time.time() - seconds:
                aside.unlink()
