"""The marker beside the register: a small file that knows what the register held when something was last added."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from etl.files import write_whole
from etl.review.chain import ChainHead

MODE: Final = 0o640
_SUFFIX: Final = ".head"


class MarkerError(Exception):
    """The file holds no marker; it says nothing, and nothing is concluded from it."""


@dataclass(frozen=True)
class Marker:
    """What the site knows of its register.

    Attributes:
        head: the end of the register's chain; the register may be ahead of it, never behind.
        given_up: what a person gave up on purpose, by its digest, run or fingerprint: it is no longer missed.
    """

    head: ChainHead = field(default_factory=ChainHead)
    given_up: frozenset[str] = field(default_factory=frozenset)


def marker_path(register: Path) -> Path:
    """The marker of a register."""
    return register.with_name(f"{register.name}{_SUFFIX}")


def read_marker(register: Path) -> Marker | None:
    """The marker of a register; `None` if it has none.

    Raises:
        MarkerError: the file is no marker.
        OSError: it cannot be read.
    """
    try:
        content = marker_path(register).read_bytes()
    except FileNotFoundError:
        return None
    try:
        fields = json.loads(content)
        if fields.pop("check") != _check(fields):
            raise MarkerError
        return Marker(ChainHead(fields["imports"], fields["head"]), frozenset(fields["given_up"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MarkerError from None


def write_marker(register: Path, marker: Marker) -> None:
    """Write the marker in one step.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    fields = {"imports": marker.head.imports, "head": marker.head.digest, "given_up": sorted(marker.given_up)}
    content = json.dumps(fields | {"check": _check(fields)}, indent=1, sort_keys=True) + "\n"
    write_whole(marker_path(register), content.encode(), MODE)


def _check(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]
