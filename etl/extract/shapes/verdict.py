"""What follows from the shapes that hold: which one reads a file, or why none does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from etl.config import Source
from etl.errors import InputError, Problem
from etl.extract.profiles.document_terms import VENDOR_WORDS, document_type, fold_term
from etl.extract.profiles.profile import TABLE
from etl.extract.row_tables import RowTable
from etl.extract.shapes.recognizer import Held, Judgment, telltale
from etl.extract.shapes.shape import Shape
from etl.schemas import RELATIONS, Relation

_OF_CLIENTS: Final = frozenset({"invoice", "sales_receipt", "estimate", "pro_forma", "retainer"})
"""Types of documents that only clients get: vendors send bills and credits, too."""
_LEAST_FOUND: Final = 2
"""Captions that a shape must have found in a file to be shown as the nearest."""


def choose(judgment: Judgment, source: Source, relation: Relation, where: str) -> Held | None:
    """The one shape that reads a file for a relation; null where older ways of reading are to be tried.

    Args:
        judgment: what all shapes say.
        source: its `shape` may name a shape or a family; with `columns`, a person says what the file is.
        relation: what the file should hold.
        where: the file, for messages.

    Raises:
        InputError: the file is refused by name, holds something else, or fits two shapes.
    """
    is_stated = bool(source.columns) and source.shape == TABLE
    refused = judgment.refused
    if refused and not is_stated:
        raise InputError([refusal(refused.shape, relation.help, where, refused)])
    if source.columns or source.shape == TABLE:
        return None
    wanted = [one for one in judgment.read if source.shape in {"auto", one.shape.family, one.shape.id}]
    fitting = [one for one in wanted if one.shape.relation == relation.name]
    if fitting:
        return _only(fitting, where)
    if judgment.read:
        raise InputError([_other(judgment.read, source, relation, where)])
    return None


def refusal(shape: Shape, expected: str, where: str, held: Held | None = None) -> Problem:
    """Why a file is refused, and what to export instead; of a table, which title or caption shows it."""
    shown = telltale(held) if held else ""
    found = shape.refused_as + (f" ({shown})" if shown else "")
    line = held.header.line if held else None
    return Problem(where, found, expected, shape.refusal.remedy if shape.refusal else "", line)


def two_shapes(fitting: Sequence[Held], where: str) -> Problem:
    """A file that fits two shapes, or one in two sheets, may be read in two ways: name both."""
    first = fitting[0]
    if len({one.shape.id for one in fitting}) == 1 and isinstance(first.table, RowTable):
        names = [first.table.sheets[one.candidate] for one in fitting]
        return Problem(where, f"the sheets {' and '.join(names)}, which fit alike", "one sheet", "Name it as sheet.")
    titles = " and ".join(f"{one.shape.full_title} ({one.shape.id})" for one in fitting)
    return Problem(where, f"a file that fits {titles}", "one shape", "Name the right one as shape.", first.header.line)


def nearest(judgment: Judgment, relation: Relation | None = None) -> str:
    """The shape that nearly holds, and what it lacks; empty where none comes near.

    Args:
        judgment: what all shapes say.
        relation: only shapes of it; null: of all.
    """
    near = [
        one
        for one in judgment.near
        if not one.shape.refusal
        and one.found >= _LEAST_FOUND
        and (relation is None or one.shape.relation == relation.name)
    ]
    if not near:
        return ""
    return f"the nearest is {near[0].shape.full_title}, which has {', '.join(near[0].lacking)}"


def refuse_bills(frame: pl.DataFrame, relation: Relation, where: str) -> None:
    """A table of what is owed to vendors is no list of invoices, whatever its captions are.

    Raises:
        InputError: there are bills, payments of bills or the like, and nothing that only clients get.
    """
    if relation.name != "accounting_invoices" or "document_type" not in frame.columns or frame.is_empty():
        return
    written = frame.select(pl.col("document_type").unique())
    said = written.select(word=fold_term("document_type"), kind=document_type("document_type"))
    is_of_vendors = (said.get_column("word").is_in(VENDOR_WORDS) | (said.get_column("kind") == "bill")).any()
    if is_of_vendors and _OF_CLIENTS.isdisjoint(said.get_column("kind")):
        remedy = "Export what clients owe: Open Invoices, A/R Aging Detail or Invoice List by Date."
        raise InputError([Problem(where, "a list of bills: what you owe, not what clients owe", relation.help, remedy)])


def _only(fitting: Sequence[Held], where: str) -> Held:
    if len(fitting) > 1:
        raise InputError([two_shapes(fitting, where)])
    return fitting[0]


def _other(read: Sequence[Held], source: Source, relation: Relation, where: str) -> Problem:
    shape = read[0].shape
    found = f"{RELATIONS[shape.relation].help} ({shape.full_title}, shape {shape.family})"
    if shape.relation == relation.name:
        remedy = f"Set shape to {shape.family!r} or 'auto' under [sources.{relation.name}]."
        return Problem(where, found, f"{relation.help} as {source.shape}", remedy)
    remedy = f"Name it under [sources.{shape.relation}], and the right file here."
    return Problem(where, found, relation.help, remedy)
