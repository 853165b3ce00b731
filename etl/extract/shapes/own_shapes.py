"""The shapes of one configuration: those that are shipped, and a user's own next to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.profiles.registry import every_shape
from etl.extract.shapes.catalogue import OWN_FOLDER, Shapes, all_shapes
from etl.extract.shapes.shape import Shape
from etl.extract.shapes.shape_file import parse_shape

_AUTO: Final = "auto"


def shapes_beside(folder: Path) -> Shapes:
    """All shapes of a configuration, read each time: two configurations share nothing.

    Args:
        folder: that of the configuration; `shapes/*.toml` in it are shapes of the user's own.

    Raises:
        InputError: files of the user's own are wrong, or take a name that is taken; the problems of all are listed.
    """
    taken = taken_names(all_shapes())
    found: list[Shape] = []
    problems: list[Problem] = []
    for path in sorted((folder / OWN_FOLDER).glob("*.toml")):
        where = f"{OWN_FOLDER}/{path.name}"
        try:
            shape = parse_shape(_text(path, where), where, is_own=True)
        except InputError as error:
            problems += error.problems
            continue
        found.append(shape)
        for key, name in {"id": shape.id, "family": shape.family}.items():
            if name in taken and (key == "id" or not _is_family(name, shape.relation)):
                found_there = f"shape.{key}: {name!r}, which is the name of a shape that is shipped"
                problems.append(Problem(where, found_there, "a name of its own", f"Choose another {key}."))
    if problems:
        raise InputError(problems)
    return (*all_shapes(), *found)


def taken_names(shapes: Shapes) -> frozenset[str]:
    """The names that no further shape may have next to these."""
    return frozenset({_AUTO, *every_shape(shapes), *(shape.id for shape in shapes)})


def _is_family(name: str, relation: str) -> bool:
    """Whether shapes of a relation that are shipped have this family, which others may join."""
    return any(shape.family == name and shape.relation == relation for shape in all_shapes())


def _text(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        found = f"text that cannot be read ({why})"
        raise InputError([Problem(where, found, "a shape file", "Save it as UTF-8.")]) from None
