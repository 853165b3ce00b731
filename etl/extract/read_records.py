"""Records of an API answer to a text frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.conform import conform, text_frame, tidy, without_nuls
from etl.extract.formats.json_records import JsonRecord
from etl.extract.formats.powershell import UnreadableError, refuse_if_cut
from etl.extract.opened_file import FileKind, OpenedFile
from etl.extract.profiles.profile import Extract, RecordProfile
from etl.extract.profiles.registry import record_profiles
from etl.extract.record_files import RecordFile, open_records
from etl.extract.row_buffer import refuse_emptiness
from etl.extract.shapes.recognizer import judge_records
from etl.extract.shapes.shape import Shape
from etl.extract.unknown_words import unknown_terms
from etl.schemas import ColumnKind, Relation

SAMPLE: Final = 50
"""Records looked at to tell what they are."""

_SHOWN: Final = 10
_LOOK_EVERY: Final = 65_536


@dataclass(frozen=True)
class Sample:
    """The first records of a file.

    Attributes:
        keys: every key that occurs in them.
        entity: name of the list that the first came from; empty where it has none.
        entities: names of all their lists: a change feed has several in one answer.
        counts: of XML and IIF: how many records each list has.
        count: how many records were looked at.
        line: where the first one begins.
        inner: the keys of the records, and of records in lists inside them: an answer of a system that nobody here
            knows is one record with a list in it.
    """

    keys: frozenset[str]
    entity: str
    count: int
    line: int | None = None
    entities: frozenset[str] = frozenset({""})
    counts: Mapping[str, int] = field(default_factory=dict)
    inner: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """What the records look like, for a message."""
        if self.counts:
            return f"{', '.join(f'{count} {entity}' for entity, count in self.counts.items())} records"
        if not self.keys:
            return "no records"
        named = sorted(self.keys)
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        of = f"{self.entity} " if self.entity else ""
        return f"{of}records with {', '.join(named[:_SHOWN])}{more}"


def sample_of(document: OpenedFile) -> Sample:
    """Look at the first records of JSON, and at the lists of all of XML and IIF, which may begin with others.

    Raises:
        InputError: XML or IIF that cannot be read; for JSON, reading the whole file reports it, with the line.
    """
    seen: list[JsonRecord] = []
    file = open_records(document)
    counts: Counter[str] = Counter()
    lists: set[str] = set()
    if document.kind is FileKind.JSON:
        with suppress(InputError):
            seen.extend(islice(file.records(), SAMPLE))
    else:
        for record in file.records():
            counts[record.entity] += 1
            if len(seen) < SAMPLE:
                seen.append(record)
        lists = counts.keys() | (file.lists - ({""} if seen else set()))
    objects = [record for record in seen if record.value is not None]
    keys = frozenset(key for record in objects for key in record.value or ())
    first = next(iter(objects), None)
    entities = frozenset(record.entity for record in objects) | lists or frozenset({""})
    inner = frozenset(key for record in objects for key in _keys_inside(record.value or {}))
    line = first.line if first else None
    return Sample(keys, first.entity if first else "", len(seen), line, entities, counts, keys | inner)


def _keys_inside(record: dict[str, Any]) -> Iterator[str]:
    for value in record.values():
        for one in value[:SAMPLE] if isinstance(value, list) else ():
            yield from one if isinstance(one, dict) else ()


def find_refusing(sample: Sample, document: OpenedFile) -> Shape | None:
    """The shape that refuses records by their keys, or by those of records inside them where no profile reads them."""
    refused = judge_records(sample.keys, document.shapes)
    is_read = any(profile.fits(sample.keys, "") for profile in record_profiles(file_format=document.record_format))
    return refused if refused or is_read else judge_records(sample.inner, document.shapes)


def read_records(document: OpenedFile, profile: RecordProfile, relation: Relation) -> Extract:
    """Every record of the document as a row.

    Raises:
        InputError: the file is cut off or is not JSON, or most of its records have lost what they held.
    """
    lists = frozenset(column.name for column in relation.columns if column.kind is ColumnKind.TEXTS)
    names = [*profile.fields, "source_line", "read_problem"]
    others: Counter[str] = Counter()
    file = open_records(document)
    rows = list(_rows(file, document.file.name, _Read(profile, lists, others)))
    if not rows and document.kind is not FileKind.JSON:
        _refuse_others(document, file, profile, others)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    texts = text_frame(dict(zip(names[:-2], columns[:-2], strict=True)), lists)
    recorded = [
        pl.Series("source_line", columns[-2], dtype=pl.Int64),
        pl.Series("read_problem", columns[-1], dtype=pl.String),
    ]
    clean = tidy(without_nuls(texts).with_columns(recorded), relation)
    finished = profile.finish(clean)
    refuse_if_cut(clean, document.file.name)
    if why := profile.refuses(finished):
        raise InputError([Problem(document.file.name, why, profile.title, "Export the list again with them.")])
    warnings = list(file.warnings)
    if not rows:
        warnings.append("the file holds no records")
    text = conform(finished, relation, document.file)
    notes = {f"{entity} records, which are none of the {relation.help}": others[entity] for entity in sorted(others)}
    goes_on = file.goes_on(profile.entities)
    if goes_on:
        warnings.append("the file says that the list has more records than it holds: export all of them in one file")
    elif not all(part.is_all for part in file.parts):
        warnings.append("the file says that it holds only a part of the list: give all parts in the same source")
    return Extract(
        text, profile.title, profile.shape, notes, warnings=warnings, unknown=unknown_terms(clean), goes_on=goes_on,
        parts=tuple(file.parts),
    )  # fmt: skip


def unknown_records(document: OpenedFile, expected: str, remedy: str) -> Problem:
    """What is in the file, for a message."""
    sample = sample_of(document)
    return Problem(document.file.name, sample.shown, expected, remedy, sample.line)


@dataclass(frozen=True)
class _Read:
    """How records are read, and the counts of those that are left out."""

    profile: RecordProfile
    lists: frozenset[str]
    others: Counter[str]

    def is_left_out(self, record: JsonRecord) -> bool:
        """Whether a record is none of the profile's; a broken record may be anybody's: it is quarantined."""
        if record.value is None:
            return False
        entities = self.profile.entities
        is_other = bool(record.entity and entities) and record.entity not in entities
        kind = record.entity if is_other else self.profile.left_out(record.value)
        if kind is not None:
            self.others[kind] += 1
        return kind is not None


def _refuse_others(document: OpenedFile, file: RecordFile, profile: RecordProfile, others: Counter[str]) -> None:
    """A file without any record of the profile is read only where it shows that it would have held them.

    Raises:
        InputError: it holds others, or no list at all.
    """
    is_list_there = bool(file.lists & profile.entities) or ("" in file.lists and not others)
    if is_list_there:
        return
    listed = ", ".join(f"{others[kind]} {kind}" for kind in sorted(others))
    found = f"{listed} records" if listed else "no list of records"
    fitting = (one for one in record_profiles(file_format=profile.format) if one.entities & others.keys())
    named = next((f"Name it under [sources.{one.relation}], and the right file here." for one in fitting), None)
    raise InputError([Problem(document.file.name, found, profile.title, named or "Export the right list.")])


def _rows(file: RecordFile, where: str, read: _Read) -> Iterator[tuple[object, ...]]:
    """The values of each record, its line and what is wrong with it; records of other entities are only counted."""
    getters = [(name, get, name in read.lists) for name, get in read.profile.fields.items()]
    for number, record in enumerate(file.records()):
        if number % _LOOK_EVERY == 0:
            refuse_emptiness(where, number * len(getters), file.size)
        if read.is_left_out(record):
            continue
        problems = [record.problem] if record.problem else []
        values: list[object] = []
        for name, get, is_list in getters:
            value = None
            try:
                value = None if record.value is None else get(record.value, record.entity)
            except UnreadableError as error:
                problems.append(str(error))
            if isinstance(value, bool):
                value = "true" if value else "false"
            elif not is_list and isinstance(value, dict | list):
                problems.append(f"{name} is {'a list' if isinstance(value, list) else 'an object'}, not a value")
                value = None
            values.append(value)
        yield (*values, record.line, "; ".join(dict.fromkeys(problems)) or None)
