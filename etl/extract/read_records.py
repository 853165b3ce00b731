"""Records of an API answer to a text frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.conform import conform, text_frame, tidy, without_nuls
from etl.extract.formats.json_records import JsonRecord, json_records
from etl.extract.formats.powershell import UnreadableError, refuse_if_cut
from etl.extract.opened_file import OpenedFile
from etl.extract.profiles.profile import Extract, RecordProfile
from etl.extract.row_buffer import refuse_emptiness
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
    inner: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """What the records look like, for a message."""
        if not self.keys:
            return "no records"
        named = sorted(self.keys)
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        of = f"{self.entity} " if self.entity else ""
        return f"{of}records with {', '.join(named[:_SHOWN])}{more}"


def sample_of(document: OpenedFile) -> Sample:
    """Look at the first records; a file that ends within them is no error here."""
    seen: list[JsonRecord] = []
    with suppress(InputError):  # cut off or not JSON: reading the whole file tells it, with the line
        seen.extend(islice(json_records(document.decoded.text, document.file.name), SAMPLE))
    objects = [record for record in seen if record.value is not None]
    keys = frozenset(key for record in objects for key in record.value or ())
    first = next(iter(objects), None)
    entities = frozenset(record.entity for record in objects) or frozenset({""})
    inner = frozenset(key for record in objects for key in _keys_inside(record.value or {}))
    return Sample(keys, first.entity if first else "", len(seen), first.line if first else None, entities, keys | inner)


def _keys_inside(record: dict[str, Any]) -> Iterator[str]:
    for value in record.values():
        for one in value[:SAMPLE] if isinstance(value, list) else ():
            yield from one if isinstance(one, dict) else ()


def read_records(document: OpenedFile, profile: RecordProfile, relation: Relation) -> Extract:
    """Every record of the document as a row.

    Raises:
        InputError: the file is cut off or is not JSON, or most of its records have lost what they held.
    """
    lists = frozenset(column.name for column in relation.columns if column.kind is ColumnKind.TEXTS)
    names = [*profile.fields, "source_line", "read_problem"]
    others: Counter[str] = Counter()
    rows = list(_rows(document, profile, lists, others))
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
    warnings = list(document.decoded.warnings)
    if not rows:
        warnings.append("the file holds no records")
    text = conform(finished, relation, document.file)
    notes = {f"{entity} records, which are none of the {relation.help}": others[entity] for entity in sorted(others)}
    return Extract(text, profile.title, profile.shape, notes, warnings=warnings, unknown=unknown_terms(clean))


def unknown_records(document: OpenedFile, expected: str, remedy: str) -> Problem:
    """What is in the file, for a message."""
    sample = sample_of(document)
    return Problem(document.file.name, sample.shown, expected, remedy, sample.line)


def _rows(
    document: OpenedFile, profile: RecordProfile, lists: frozenset[str], others: Counter[str]
) -> Iterator[tuple[object, ...]]:
    """The values of each record, its line and what is wrong with it; records of other entities are only counted."""
    getters = [(name, get, name in lists) for name, get in profile.fields.items()]
    text, where = document.decoded.text, document.file.name
    for number, record in enumerate(json_records(text, where)):
        if number % _LOOK_EVERY == 0:
            refuse_emptiness(where, number * len(getters), len(text))
        # a broken record may be anybody's: it is set aside, not left out
        is_other = bool(record.entity and profile.entities) and record.entity not in profile.entities
        if is_other and record.value is not None:
            others[record.entity] += 1
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
