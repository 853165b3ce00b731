"""Spoiling answers of an API: their records, and how they are put together."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.fuzz.oddities import HALVES, KEYS, RAW, VALUES
from tests.fuzz.shapes import Sample


class _Raw(float):
    """Text to be written as it is, where JSON has a value."""


def spoilt_answer(shape: Sample, chance: random.Random, told: list[str]) -> tuple[str, int | None]:
    """A malformed answer: its text, and its records where every reader must find so many."""
    records = json.loads(json.dumps(shape.records))
    marks: dict[str, str] = {}
    is_counted = True
    for _ in range(chance.choice([0, 1, 1, 2, 3, 6])):
        act = chance.choice(["value", "value", "raw", "key", "drop", "double", "element", "twice", "half", "nest"])
        told.append(act)
        is_counted &= _spoil_record(records, act, chance, marks) is not False
    text = _answered(records, shape.wrap, chance, told)
    for mark, raw in marks.items():
        text = text.replace(f'"{mark}"', raw)
        is_counted &= raw.count("[") < 5 and '{"a":1}' not in raw
    # on a line of its own an empty list is an answer without records
    is_counted &= told[-1] != "lines" or [] not in records
    return text, len(records) if is_counted and records and told[-1] != "none" else None


def _spoil_record(records: list[Any], act: str, chance: random.Random, marks: dict[str, str]) -> bool | None:
    """Damage one of the records; false where nobody can say any more how many there are."""
    if not records:
        return None
    at = chance.randrange(len(records))
    if act == "double":
        records.insert(at, records[at])
        return None
    if act == "element":
        records[at] = chance.choice([None, 5, "x", [], [1], True, {}])
        return False if records[at] == {} else None
    place = _somewhere(records[at], chance)
    if place is not None:
        _spoil_value(place, act, chance, marks)
    # a key such as QueryResponse makes a container of a record
    return False if act in {"key", "nest", "drop"} else None


def _spoil_value(place: tuple[Any, Any], act: str, chance: random.Random, marks: dict[str, str]) -> None:
    holder, key = place
    match act:
        case "value":
            holder[key] = chance.choice([*VALUES, None, 0, -1, 1.5, 10**30, True, [], {}])
        case "half":
            holder[key] = chance.choice(HALVES)
        case "raw" | "twice":
            mark = f"mark {len(marks)}"
            marks[mark] = chance.choice(RAW)
            if act == "twice" and isinstance(holder, dict):
                other = json.dumps(holder[key])
                marks[mark] = f"{other}, {json.dumps(key)}: {chance.choice([other, '7'])}"
            holder[key] = mark
        case "nest":
            holder[key] = {chance.choice(KEYS): holder[key]}
        case "drop":
            del holder[key]
        case "key" if isinstance(holder, dict):
            holder[chance.choice(KEYS)] = holder.pop(key)


def _somewhere(record: Any, chance: random.Random) -> tuple[Any, Any] | None:
    holder: Any = record
    place = None
    while isinstance(holder, dict | list) and holder:
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        place = (holder, key)
        if chance.random() < 0.5:
            break
        holder = holder[key]
    return place


def _answered(records: list[Any], wrap: tuple[str, ...], chance: random.Random, told: list[str]) -> str:
    """An array, the answer it came in, lines, or pages one behind the other."""
    ways = ["own", "own", "own", "pages", "ascii"] + ([] if wrap else ["lines", "value"])
    way = chance.choice(ways)
    told.append(way)
    if way == "lines":
        # a line that is no object is a broken line, and where it stands alone it is the file
        return "".join(json.dumps(record) + "\n" for record in records)
    inner: list[list[Any]] = [records[:2], records[2:]] if way == "pages" else [records]
    texts = []
    for part in inner:
        value: Any = part
        for key in reversed(("value",) if way == "value" else wrap):
            value = {key: value}
        texts.append(json.dumps(value, indent=chance.choice([None, 1])))
    return "\n".join(texts)
