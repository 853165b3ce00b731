"""Who may open a file, by its mode: what everybody on a machine can read or change is told, and how to fix it."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def open_to_all(path: Path, words: str, wanted: str = "0640") -> str | None:
    """What is wrong with the mode of a file that holds something private; `None` if nothing is, or it is not there.

    Args:
        path: the file.
        words: what it holds.
        wanted: the mode that it should have.
    """
    if os.name != "posix" or not _mode(path) & stat.S_IRWXO:
        return None
    return f"{path} holds {words}, and everybody on this machine may open it: chmod {wanted} {path}"


def writable_by_all(path: Path, words: str) -> str | None:
    """What is wrong with the mode of a file or folder that everybody may read, but not write; `None` if nothing is."""
    mode = _mode(path)
    is_shared = bool(mode & stat.S_ISVTX)  # as /tmp: everybody may add files, and nobody may replace those of others
    if os.name != "posix" or not mode & stat.S_IWOTH or is_shared:
        return None
    return f"{path} holds {words}, and everybody on this machine may change it: chmod o-w {path}"


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0
