"""The packaged folders (`sql/`, `reports/`), in a checkout or in a wheel."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def resource(name: str) -> Traversable:
    """The folder `name`: inside the package in a wheel, next to it in a checkout."""
    packaged = files("etl") / name
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / name
