"""Taking values out of records."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from etl.extract.powershell import CutError, UnreadableError, as_object, is_cut, scalar, shown
from etl.extract.profile import Getter


def at(*path: str) -> Getter:
    """The value at a path of keys; null where the path ends early.

    Raises:
        CutError: a text stands where an object should be.
    """

    def get(record: dict[str, Any], entity: str) -> object:
        del entity
        value: object = record.get(path[0])
        for above, key in pairwise(path):
            held = as_object(value, above)
            if held is None:
                return None
            value = held.get(key)
        return scalar(value, path[-1])

    return get


def named(key: str, member: str) -> Getter:
    """A member of a reference that may be given by its name alone, which then says nothing of the others."""
    whole = at(key, member)

    def get(record: dict[str, Any], entity: str) -> object:
        value = record.get(key)
        is_name = isinstance(value, str) and not is_cut(value)
        return None if is_name else whole(record, entity)

    return get


def reference(key: str, member: str) -> Getter:
    """The id in a reference; an id may stand alone, but a name is none.

    Raises:
        CutError: there is a name, or a text, where the reference should be.
    """
    whole = at(key, member)

    def get(record: dict[str, Any], entity: str) -> object:
        value = record.get(key)
        if isinstance(value, str) and value.strip() and not is_cut(value):
            if value.strip().lstrip("-").isdigit():
                return value
            raise CutError(key, f"is the text {shown(value)}, not an object with its {member}")
        return whole(record, entity)

    return get


def first_of(*getters: Getter) -> Getter:
    """The first value that is a plain one and not empty.

    Raises:
        UnreadableError: there is none, and one of them cannot be read.
    """

    def get(record: dict[str, Any], entity: str) -> object:
        unreadable: UnreadableError | None = None
        for getter in getters:
            try:
                value = getter(record, entity)
            except UnreadableError as error:
                unreadable = unreadable or error
                continue
            if value is not None and value != "" and not isinstance(value, dict | list):
                return value
        if unreadable:
            raise unreadable
        return None

    return get


def joined(*getters: Getter) -> Getter:
    """All plain values, one behind the other."""

    def get(record: dict[str, Any], entity: str) -> object:
        values = (getter(record, entity) for getter in getters)
        return "; ".join(value for value in values if isinstance(value, str) and value.strip()) or None

    return get
