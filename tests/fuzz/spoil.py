"""Spoiling: one shape and one seed give one input, always the same."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass, field, replace
from typing import Any

import zstandard

from tests.fuzz.answers import spoilt_answer
from tests.fuzz.oddities import BYTES
from tests.fuzz.record_texts import spoilt_text
from tests.fuzz.shapes import Sample
from tests.fuzz.tables import spoilt_table
from tests.fuzz.texts import LOSSY, encoded

_LIKELY = 0.35


@dataclass(frozen=True)
class Spoilt:
    """An input.

    Attributes:
        name: of the file.
        rows: how many rows or records a reader has to account for; null where spoiling made that unknown.
        told: what was done to it, for the one-line account.
    """

    shape: Sample
    name: str
    data: bytes
    rows: int | None
    source: dict[str, Any]
    told: list[str] = field(default_factory=list)


def spoilt(all_shapes: list[Sample], chance: random.Random) -> Spoilt:
    """One input."""
    shape = chance.choice(all_shapes)
    told = [shape.name]
    text, rows = spoilt_answer(shape, chance, told) if shape.kind == "json" else ("", None)
    if shape.kind == "json":
        data, name = encoded(text, chance, told), "x.json"
        rows = rows if told[-1] not in LOSSY else None
    elif shape.kind == "text":
        data, name = encoded(spoilt_text(shape, chance, told), chance, told), shape.name
    else:
        data, name, rows = spoilt_table(shape, chance, told)
    source = _source(shape, chance, told)
    # read in an encoding that is not its own, anything may look like a title above the table
    rows = None if "encoding" in source else rows
    one = Spoilt(shape, name, data, rows, source, told)
    return _packed(_bytewise(one, chance), chance)


def _source(shape: Sample, chance: random.Random, told: list[str]) -> dict[str, Any]:
    """The source as it is configured, now and then otherwise."""
    source = dict(shape.source)
    odd = {
        "shape": chance.choice(["auto", "table", "xero_csv", "connectwise_json"]), "encoding": "cp1252",
        "delimiter": chance.choice([",", ";", "\t", "|", "^"]), "date_order": chance.choice(["ymd", "mdy", "dmy"]),
        "decimal_comma": chance.random() < 0.5, "time_zone": "America/New_York", "sheet": "S", "currency_code": "USD",
    }  # fmt: skip
    if chance.random() < 0.15:
        key = chance.choice(list(odd))
        source[key] = odd[key]
        told.append(f"{key}={odd[key]}")
    if chance.random() < 0.1 and "columns" in source:
        del source["columns"]
        told.append("no columns")
    return source


def _bytewise(one: Spoilt, chance: random.Random) -> Spoilt:
    if chance.random() > _LIKELY or not one.data:
        return one
    data = bytearray(one.data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        act = chance.choice(["flip", "insert", "cut", "drop", "splice", "double", "zeros"])
        one.told.append(act)
        at = chance.randrange(len(data) + 1)
        if act == "flip" and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif act == "insert":
            data[at:at] = chance.choice(BYTES) * chance.choice([1, 1, 1, 20])
        elif act == "cut":
            del data[at:]
        elif act == "drop":
            del data[at : at + chance.choice([1, 2, 50])]
        elif act == "splice":
            other = chance.randrange(len(data) + 1)
            data[at:at] = data[other : other + chance.choice([10, 200])]
        elif act == "double":
            data += data[: 1 << 18]
        else:
            data[at : at + 4] = b"\0\0\0\0"
    return replace(one, data=bytes(data), rows=None)


def _packed(one: Spoilt, chance: random.Random) -> Spoilt:
    """Compressed, whole or damaged; the rows of what is whole are the same."""
    if chance.random() > 0.12:
        return one
    way = chance.choice(["gz", "zst", "gz twice", "gz in parts"])
    one.told.append(way)
    half = len(one.data) // 2
    data = {
        "gz": lambda: gzip.compress(one.data, mtime=0),
        "zst": lambda: zstandard.ZstdCompressor().compress(one.data),
        "gz twice": lambda: gzip.compress(gzip.compress(one.data, mtime=0), mtime=0),
        "gz in parts": lambda: gzip.compress(one.data[:half], mtime=0) + gzip.compress(one.data[half:], mtime=0),
    }[way]()
    packed = replace(one, data=data, name=f"{one.name}.{way[:3].strip()}", rows=None if way == "gz twice" else one.rows)
    return _bytewise(packed, chance) if chance.random() < 0.4 else packed
