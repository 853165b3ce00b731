"""Which part of all records an answer holds, as it says itself: page 2 of 3, or records 101 to 200 of 450."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from etl.domain import AnswerPart

_LONGEST: Final = 9
"""Digits of a number of records."""


def part_of(name: str, said: Mapping[str, Any], count: int = 0) -> AnswerPart | None:
    """The part that an answer says to hold; null where it says nothing.

    Args:
        name: of its list.
        said: its counters, such as page, pageCount, startPosition, totalcount.
        count: how many records it has.
    """
    numbers = {key.lower(): number for key, value in said.items() if (number := _number(value)) is not None}
    page, items = numbers.get("page"), numbers.get("itemcount")
    if page is not None and (pages := numbers.get("pagecount")) is not None:
        return AnswerPart(name, page, page, max(page, pages))
    if page is not None and items is not None and (size := numbers.get("pagesize")):
        return AnswerPart(name, page, page, max(page, -(-items // size)))
    whole, held = numbers.get("totalcount"), numbers.get("count", count)
    if whole is not None and (left := numbers.get("numremaining")) is not None:
        return AnswerPart(name, whole - left - held + 1, whole - left, whole)
    if (start := numbers.get("startposition")) is not None:
        end = start + numbers.get("maxresults", count) - 1
        return AnswerPart(name, start, end, max(end, whole or 0))
    return None


def _number(value: Any) -> int | None:
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST else None
