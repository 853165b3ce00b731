"""Every shape that is shipped with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

from etl.errors import InputError, Problem
from etl.extract.shapes.shape import Shape
from etl.extract.shapes.shape_file import parse_shape
from etl.schemas import RELATIONS

_FOLDER: Final = "known"
OWN_FOLDER: Final = "shapes"
"""Folder beside the configuration with shapes of its own."""

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


def list_shapes() -> str:
    """Every file that is read, how to export it, and what it never says; then those that are refused by name."""
    lines: list[str] = []
    shapes = sorted(all_shapes(), key=lambda one: (one.system, one.title))
    read = [one for one in shapes if not one.refusal]
    for system in dict.fromkeys(one.system for one in read):
        lines.append(system)
        for shape in (one for one in read if one.system == system):
            lines.append(f"  {shape.title} ({shape.id}): {RELATIONS[shape.relation].help}")
            lines.append(f"    export: {shape.export}")
            if shape.knows.absent:
                lines.append(f"    never in it: {', '.join(shape.knows.absent)}")
            if shape.knows.is_open_only:
                lines.append("    it lists only what is open")
    lines.append("Refused by name")
    lines += [f"  {one.full_title}: {one.refusal.reason}" for one in shapes if one.refusal]
    return "\n".join(lines)
