"""How a command is called in tests, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Billsight = Callable[..., Ended]
Mappings = Callable[..., Ended]
Contacts = Callable[..., Ended]
