"""Which files of the inbox hold still: a file that is still being written, or is replaced while it is read, waits."""

from __future__ import annotations

import hashlib
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.review.decision_file import DecisionFileError
from etl.review.read_decision_file import content_of


@dataclass(frozen=True)
class Seen:
    """What a file was at one moment.

    Attributes:
        identity: kind, bytes and time of the last change; not the inode, which some network disks make up anew.
        digest: SHA-256 of its bytes; null where they are not read.
        content: its bytes; null where they are not read.
        refusal: why they are not read, as those of a link or a pipe.
    """

    file: Path
    identity: tuple[int, ...]
    digest: str | None = None
    content: bytes | None = None
    refusal: DecisionFileError | None = None

    def read(self) -> bytes:
        """The bytes that were seen, whatever the file holds by now.

        Raises:
            DecisionFileError: they were not read.
        """
        if self.content is None:
            raise self.refusal or AssertionError(self.file)
        return self.content

    def is_now(self, other: Seen | None) -> bool:
        """Whether nothing has changed: the same file with the same bytes."""
        return other is not None and (self.identity, self.digest) == (other.identity, other.digest)


def look(file: Path) -> Seen | None:
    """What a file is now; null where it is gone."""
    identity = _identity(file)
    if identity is None:
        return None
    try:
        content = content_of(file)
    except DecisionFileError as error:
        seen = Seen(file, identity, refusal=error)
    else:
        seen = Seen(file, identity, hashlib.sha256(content).hexdigest(), content)
    # what changed meanwhile is neither the one nor the other
    return seen if _identity(file) == identity else None


def settled(files: Sequence[Path], seconds: float) -> tuple[list[Seen], list[Path]]:
    """Look at files twice.

    Args:
        files: what lies in the inbox.
        seconds: between the two looks; zero: one look is enough.

    Returns:
        The files whose size, time and bytes held still, and those that are still moving.
    """
    digests = {}
    if files and seconds:
        for file in files:
            seen = look(file)
            # the bytes are kept of the second look only
            digests[file] = None if seen is None else (seen.identity, seen.digest)
        time.sleep(seconds)
    held: list[Seen] = []
    moving: list[Path] = []
    for file in files:
        now = look(file)
        if now is not None and (not seconds or digests[file] == (now.identity, now.digest)):
            held.append(now)
        elif now is not None or _identity(file) is not None:
            moving.append(file)
    return held, moving


def _identity(file: Path) -> tuple[int, ...] | None:
    try:
        status = file.lstat()
    except OSError:
        return None
    return stat.S_IFMT(status.st_mode), status.st_size, status.st_mtime_ns
