"""Every shape that is shipped with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

from etl.errors import InputError, Problem
from etl.extract.shapes.shape import Shape
from etl.extract.shapes.shape_file import parse_shape

_FOLDER: Final = "known"
OWN_FOLDER: Final = "shapes"
"""Folder next to the configuration with its own shapes."""

Shapes: TypeAlias = tuple[Shape, ...]
"""All shapes there are for a file."""


@cache
def all_shapes() -> Shapes:
    """The shapes, sorted by their ids.

    Raises:
        InputError: shape files are wrong; the problems of all of them are listed.
    """
    found: list[Shape] = []
    problems: list[Problem] = []
    entries = sorted((files("etl.extract.shapes") / _FOLDER).iterdir(), key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith(".toml"):
            try:
                found.append(parse_shape(entry.read_text(encoding="utf-8"), f"{_FOLDER}/{entry.name}"))
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found)
