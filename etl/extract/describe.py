"""What is read, in a few lines: the columns of a file for `billsight check`, and all files for `billsight shapes`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from etl.extract.header import fold
from etl.extract.profiles.profile import TABLE, Extract
from etl.extract.profiles.registry import PROFILES
from etl.extract.shapes.catalogue import all_shapes
from etl.extract.shapes.shape import Shape
from etl.safe_text import readable
from etl.schemas import RELATIONS, Relation

_WIDTH: Final = 110
_MOST: Final = 15
_HARD: Final = "\u00a0"
"""A blank at which no line is broken; textwrap breaks at ASCII blanks only."""
_ADDRESS: Final = ("address_line1", "city", "state", "postal_code", "country")
_DERIVED: Final = frozenset({"has_internal_id"})
"""Columns that nobody is expected to give."""


def describe_columns(found: Extract, relation: Relation) -> list[str]:
    """Which captions are read as what, which are ignored, which of our columns nobody gave, and what was odd."""
    lines = [_line("read", _read(found)), _line("ignored", found.captions.ignored if found.captions else ())]
    missing = _line("not given", _not_given(found, relation) if found.frame.height else ())
    return [line for line in (*lines, missing, *_notes(found)) if line]


def _read(found: Extract) -> Iterator[str]:
    for column, caption in found.captions.used.items() if found.captions else ():
        yield caption if fold(caption) == fold(column) else f"{caption} = {column}".replace(" ", _HARD)


def _not_given(found: Extract, relation: Relation) -> list[str]:
    given = {name for name in relation.names if found.frame[name].null_count() < found.frame.height} | _DERIVED
    missing = [name for name in relation.names if name not in given]
    if not set(_ADDRESS) <= set(missing):
        return missing
    return [*(name for name in missing if name not in _ADDRESS), "address"]


def _notes(found: Extract) -> Iterator[str]:
    yield from (_wrapped(f"note: {readable(note)}") for note in (*found.warnings, *found.unknown))


def _line(what: str, names: Iterable[str]) -> str:
    shown = [readable(name) for name in names]
    more = [f"and {len(shown) - _MOST} more"] if len(shown) > _MOST and what == "ignored" else []
    listed = ", ".join([*shown[: _MOST if more else None], *more])
    return _wrapped(f"{what}: {listed}") if listed else ""


def _wrapped(text: str) -> str:
    lines = textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
    return lines.replace(_HARD, " ")


def list_shapes() -> str:
    """Every export that is read, how to make it and what it never says; then those that are refused by name."""
    shapes = sorted(all_shapes(), key=lambda one: (one.system, one.title))
    read = [one for one in shapes if not one.refusal]
    lines: list[str] = []
    for system in dict.fromkeys(one.system for one in read):
        lines.append(system)
        lines += [line for shape in read if shape.system == system for line in _of_shape(shape)]
    lines.append("Answers of APIs, lists of ConnectWise and other files with a reader of their own")
    lines += [f"  {one.title} ({one.shape})" for one in PROFILES if one.shape != TABLE]
    lines.append("Tables with usual captions, or with captions that you name under columns")
    lines += [f"  {one.title}" for one in PROFILES if one.shape == TABLE]
    lines.append("Refused by name")
    lines += [f"  {one.refused_as}" for one in shapes if one.refusal]
    return "\n".join(lines)


def _of_shape(shape: Shape) -> Iterator[str]:
    yield f"  {shape.title} ({shape.id}): {RELATIONS[shape.relation].help}"
    yield f"    export: {shape.export}"
    if shape.knows.absent:
        yield f"    never in it: {', '.join(shape.knows.absent)}"
    if shape.knows.is_open_only:
        yield "    it lists only what is open"
