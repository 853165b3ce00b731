"""Taking values out of records."""

from __future__ import annotations

from typing import Any

from etl.extract.profile import Getter


def at(*path: str) -> Getter:
    """The value at a path of keys; null where the path ends early."""

    def get(record: dict[str, Any], entity: str) -> object:
        del entity
        value: object = record
        for key in path:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value

    return get


def first_of(*getters: Getter) -> Getter:
    """The first value that is a plain one and not empty."""

    def get(record: dict[str, Any], entity: str) -> object:
        for getter in getters:
            value = getter(record, entity)
            if value is not None and value != "" and not isinstance(value, dict | list):
                return value
        return None

    return get


def joined(*getters: Getter) -> Getter:
    """All plain values, one behind the other."""

    def get(record: dict[str, Any], entity: str) -> object:
        values = (getter(record, entity) for getter in getters)
        return "; ".join(value for value in values if isinstance(value, str) and value.strip()) or None

    return get
