"""How much is tried: in every session what finds each kind of fault, in `make soak` far more of the same kinds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Final

IS_SOAK: Final = os.environ.get("BILLSIGHT_SOAK") == "1"
"""Whether this is `make soak`."""
_TIMES: Final = 12


def runs(few: int) -> int:
    """Examples for Hypothesis where each takes long: so few, and in `make soak` twelve times as many."""
    return few * _TIMES if IS_SOAK else few


def also(rest: Iterable[Any]) -> list[Any]:
    """What is tried in `make soak` only: more of a kind that is tried in every session."""
    return list(rest) if IS_SOAK else []
