"""Taking values out of records."""

from __future__ import annotations

from typing import Any, Final

from etl.extract.formats.powershell import CutError, Lost, UnreadableError, as_object, is_cut, scalar, shown
from etl.extract.profiles.profile import Getter

_PERHAPS_CUT: Final = frozenset({str, Lost})


def at(*path: str) -> Getter:
    """The value at a path of keys; null where the path ends early.

    Raises:
        CutError: a text stands where an object should be.
    """
    first, *further = path
    last = path[-1]

    def get(record: dict[str, Any], entity: str) -> object:
        del entity
        value: object = record.get(first)
        above = first
        for key in further:
            if value is None:
                return None
            held = as_object(value, above)
            if held is None:
                return None
            value, above = held.get(key), key
        return scalar(value, last) if value.__class__ in _PERHAPS_CUT else value

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
