"""One file to one text frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError, Problem
from etl.extract.detect import recognize_document
from etl.extract.opened_file import FileKind, OpenedFile, open_document, peek
from etl.extract.profiles.profile import TABLE, Extract, RecordProfile
from etl.extract.profiles.registry import every_shape, record_profiles, shapes_of, table_profiles
from etl.extract.read_records import find_refusing, read_records, sample_of, unknown_records
from etl.extract.read_table import best_in, no_header, read_table
from etl.extract.record_files import RECORD_KINDS
from etl.extract.row_tables import open_table
from etl.extract.shapes.catalogue import Shapes
from etl.extract.shapes.read_shape import read_shape
from etl.extract.shapes.recognizer import judge_document
from etl.extract.shapes.verdict import choose, nearest, refusal
from etl.schemas import RELATIONS, Relation

_FEED: Final = '"CDCResponse"'
_FEED_WITHIN: Final = 1_000


def read_text(file: SourceFile, relation: Relation, source: Source, shapes: Shapes | None = None) -> Extract:
    """Read a file as text, unjudged: validation decides which rows are good.

    Args:
        file: what to read.
        relation: what it should hold; no other column is ever read.
        source: shape, encoding, captions and so on, where the configuration names them.
        shapes: those of the configuration; null: those that are shipped.

    Raises:
        InputError: the file as a whole cannot be understood; every problem that was found is listed.
    """
    problems = source_problems(file.name, relation, source, shapes)
    if problems:
        raise InputError(problems)
    document = open_document(file, source, relation, shapes)
    if document.kind in RECORD_KINDS:
        return _read_records(document, relation)
    return _read_table(document, relation)


def captions(file: SourceFile) -> list[str]:
    """The captions in the first row of a table; none where the file is no table.

    Raises:
        InputError: it cannot be read at all.
    """
    document = peek(file, Source(path=file.name), "a table with a row of captions")
    if document.kind in RECORD_KINDS:
        return []
    first = next((rows[0] for rows in open_table(document).candidates() if rows), None)
    return [cell.strip() for cell in first[1] if cell.strip()] if first else []


def source_problems(where: str, relation: Relation, source: Source, shapes: Shapes | None = None) -> list[Problem]:
    """What is wrong with the configuration of a source, whatever its files hold."""
    problems = []
    if source.shape not in {"auto", *shapes_of(relation.name, shapes)}:
        found = f"shape = {source.shape!r}" + ("" if source.shape in every_shape(shapes) else ", which is no shape")
        known = ", ".join(("auto", *shapes_of(relation.name, shapes)))
        problems.append(Problem(where, found, f"one of {known}", f"Correct shape under [sources.{relation.name}]."))
    elif source.columns and source.shape not in {"auto", TABLE}:
        remedy = f"Remove columns, or set shape to {TABLE!r}, under [sources.{relation.name}]."
        problems.append(
            Problem(where, f"columns together with shape = {source.shape!r}", "columns with a table only", remedy)
        )
    if source.delimiter is not None and (source.delimiter in '"\r\n\0 ' or not source.delimiter.isascii()):
        remedy = f"Correct or remove delimiter under [sources.{relation.name}]: without it, it is found out."
        problems.append(Problem(where, f"delimiter = {source.delimiter!r}", "one sign such as ; or a tab", remedy))
    unknown = [name for name in source.columns if name not in relation.names]
    remedy = f"Correct the left-hand names under [sources.{relation.name}.columns]."
    known = ", ".join(relation.names)
    return problems + [
        Problem(where, f"the unknown column {name}", f"columns among {known}", remedy) for name in unknown
    ]


def _read_records(document: OpenedFile, relation: Relation) -> Extract:
    if document.source.columns:
        remedy = "Remove columns for this source, or give the table as CSV, XLSX or Parquet."
        raise InputError(
            [Problem(document.file.name, f"{document.kind.upper()} records", "a table, as columns are named", remedy)]
        )
    profiles = list(record_profiles(relation.name, document.source.shape, document.record_format))
    # the format of XML and IIF names the system; reading tells whether their records are ours
    profile = (
        _profile_of_json(document, profiles, relation) if document.kind is FileKind.JSON else next(iter(profiles), None)
    )
    if profile is None:
        raise InputError(_misfit(document, relation))
    return read_records(document, profile, relation)


def _profile_of_json(
    document: OpenedFile, profiles: Sequence[RecordProfile], relation: Relation
) -> RecordProfile | None:
    """The first profile that the records fit; null where none does.

    Raises:
        InputError: a shape refuses them by name.
    """
    sample = sample_of(document)
    refused = find_refusing(sample, document)
    if refused is not None:
        raise InputError([refusal(refused, relation.help, document.file.name)])
    if not sample.count and profiles:
        return profiles[0]  # an answer without records, or cut off before the first: any profile tells it alike
    if not sample.keys and profiles:
        return profiles[0]  # nothing but broken records: each of them says why
    fitting = (profile for profile in profiles if any(profile.fits(sample.keys, entity) for entity in sample.entities))
    is_feed = _FEED in document.decoded.text[:_FEED_WITHIN]  # of a day on which nothing of this relation changed
    return next(fitting, next((profile for profile in profiles if is_feed and profile.entities), None))


def _read_table(document: OpenedFile, relation: Relation) -> Extract:
    source = document.source
    shape = TABLE if source.columns else source.shape
    table = open_table(document)
    judgment = judge_document(table, document)
    held = choose(judgment, source, relation, document.file.name)
    if held is not None:
        return read_shape(document, held, relation)
    profiles = list(table_profiles(relation.name, shape))
    best = best_in(table, profiles, source.columns)
    if best is not None:
        return read_table(document, best[0], relation, best[1])
    if source.columns and profiles:
        raise InputError(no_header(document, profiles[0], source.columns))
    raise InputError([_with_nearest(problem, nearest(judgment, relation)) for problem in _misfit(document, relation)])


def _with_nearest(problem: Problem, near: str) -> Problem:
    return replace(problem, found=f"{problem.found}; {near}") if near else problem


def _misfit(document: OpenedFile, relation: Relation) -> list[Problem]:
    """The file holds something else, or nothing that is known: say what."""
    where, shape = document.file.name, document.source.shape
    expected = relation.help if shape == "auto" else f"{relation.help} as {shape}"
    seen = recognize_document(document)
    if seen is not None and (seen.relation, seen.shape) != (relation.name, shape):
        remedy = f"Name it under [sources.{seen.relation}], and the right file here."
        if seen.relation == relation.name:
            remedy = f"Set shape to {seen.shape!r} or 'auto' under [sources.{relation.name}]."
        return [Problem(where, f"{RELATIONS[seen.relation].help} ({seen.shape})", expected, remedy)]
    if document.kind in RECORD_KINDS:
        return [unknown_records(document, expected, _remedy(relation))]
    profiles = list(table_profiles(relation.name, shape))
    if not profiles:
        return [Problem(where, "a table", expected, f"Give the answers as JSON, or set shape to {TABLE!r} or 'auto'.")]
    return no_header(document, profiles[-1] if shape == "auto" else profiles[0], {})


def _remedy(relation: Relation) -> str:
    if next(record_profiles(relation.name), None) is None:
        return "Give this list as CSV, XLSX or Parquet."
    return "Name the right file, or export it again with the fields it needs."
