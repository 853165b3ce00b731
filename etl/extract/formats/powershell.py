"""What PowerShell makes of nested values: wrapped lists, and texts such as "@{id=7; name=Acme}" below a depth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from etl.errors import InputError, Problem

_AGAIN: Final = "export it again with ConvertTo-Json -Depth 10"
"""What brings back what was cut off."""

CUT_PATTERN: Final = r"^\s*(?:@\{|System\.(?:Object|Collections|Management)\b)"
"""How a text begins that stands where an object or a list was."""

_CUT: Final = re.compile(CUT_PATTERN)
_OBJECT: Final = re.compile(r"@\{(.*?)\}(?=\s*@\{|\s*$)", re.DOTALL)
_MEMBER: Final = re.compile(r"(?:^|; )(\w+)=")
_FAMILIES: Final = tuple(
    frozenset(names.split())
    for names in (
        # ConnectWise: a reference, a communication item, what is told of a record; QuickBooks; Xero
        "id identifier name _info inactiveFlag closedFlag isClosed currencyCode currencyIdentifier symbol isoCode",
        "id type value extension defaultFlag mobileGuid domain communicationType contactId _info",
        "lastUpdated updatedBy dateEntered enteredBy",
        "value name type",
        "CreateTime LastUpdatedTime LastModifiedByRef",
        "Id Line1 Line2 Line3 Line4 Line5 City Country CountrySubDivisionCode PostalCode Lat Long CountryCode Note",
        "Address FreeFormNumber URI",
        "ContactID ContactNumber ContactStatus Name FirstName LastName EmailAddress Phones Addresses ContactGroups",
        "PhoneType PhoneNumber PhoneAreaCode PhoneCountryCode",
        "AddressType AddressLine1 AddressLine2 AddressLine3 AddressLine4 City Region PostalCode Country AttentionTo",
    )
)
"""The members of the objects that are read; another name may be a part of a value: `x; name=y`."""

_WRAPPER: Final = frozenset({"value", "Count"})
_LONGEST: Final = 60
_TIME_NAMES: Final = frozenset({"lastUpdated", "dateEntered", "CreateTime", "LastUpdatedTime"})
_TIMES: Final = re.compile(r"\d{4}-\d\d-\d\dT\S+|/Date\(\S+\)/")


class UnreadableError(ValueError):
    """A value that cannot be read without guessing."""


class CutError(UnreadableError):
    """A value that was cut off or turned into a text when it was saved, so that nobody knows what it was."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(f"{name} {found}: {_AGAIN}")


@dataclass(frozen=True)
class Lost:
    """A value in a text of PowerShell that may have been another.

    Attributes:
        text: as written; an empty one may have been nothing, a list or an object.
    """

    text: str


def is_cut(value: object) -> bool:
    """Whether a text stands where an object or a list was."""
    return isinstance(value, str) and ("@{" in value or "System." in value) and _CUT.match(value) is not None


def as_object(value: object, name: str) -> dict[str, Any] | None:
    """The object that a member holds; null where it holds none.

    Raises:
        CutError: it holds something else, which cannot be read without guessing.
    """
    if isinstance(value, dict) and not _is_wrapped(value):
        return value
    if value is None or value == "":
        return None
    values = as_list(value, name)
    if values == []:
        return None
    if values is None or len(values) > 1 or not isinstance(values[0], dict) or _is_wrapped(values[0]):
        raise CutError(name, "is a list, not an object")
    return values[0]


def as_list(value: object, name: str) -> list[Any] | None:
    """The list that a member holds, each cut element an object again; null where it holds none.

    Raises:
        CutError: it holds something else, which cannot be read without guessing.
    """
    if value is None:
        return None
    if isinstance(value, dict):
        if not _is_wrapped(value):
            return [value]
        held = value["value"]
        inner = as_list([held] if isinstance(held, dict) else held, name) or []
        if str(value["Count"]) != str(len(inner)):
            raise CutError(name, f"is said to hold {value['Count']} values, and holds {len(inner)}")
        return inner
    if isinstance(value, list):
        if not any(map(is_cut, value)):
            return value
        return [one for element in value for one in (_objects(element, name) if is_cut(element) else [element])]
    return _objects(value, name)


def scalar(value: object, name: str) -> object:
    """A value that was neither an object nor a list.

    Raises:
        CutError: it was one.
    """
    if isinstance(value, Lost) and not value.text:
        return None
    if isinstance(value, Lost) or is_cut(value):
        raise CutError(name, f"is the text {shown(value)}")
    return value


def shown(value: object) -> str:
    """A value, for a message."""
    text = value.text if isinstance(value, Lost) else str(value)
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _is_wrapped(value: dict[str, Any]) -> bool:
    """Whether it is how PowerShell 5 writes some lists: {"value": [...], "Count": 2}."""
    return "Count" in value and value.keys() == _WRAPPER


def _objects(value: object, name: str) -> list[Any]:
    """The objects in a text such as "@{id=1; value=a} @{id=2; value=b}"."""
    text = value.strip() if isinstance(value, str) else ""
    found = [match[1] for match in _OBJECT.finditer(text)]
    if not found or " ".join(text.split()) != " ".join(" ".join(f"@{{{one}}}" for one in found).split()):
        raise CutError(name, f"is {shown(value)}, not an object or a list")
    return [_members(one, name) for one in found]


def _members(text: str, name: str) -> dict[str, Any]:
    places = list(_MEMBER.finditer(text))
    ends = [place.start() for place in places[1:]] + [len(text)]
    pairs = [(place[1], text[place.end() : end]) for place, end in zip(places, ends, strict=True)]
    names = [key for key, _ in pairs]
    if (
        not places
        or places[0].start()
        or len(set(names)) < len(names)
        or not any(family.issuperset(names) for family in _FAMILIES)
    ):
        raise CutError(name, f"is the text {shown(f'@{{{text}}}')}, which can be read in several ways")
    return {key: _value(key, said) for key, said in pairs}


def _value(key: str, said: str) -> object:
    """A member's value; a time is written in the way of a country, unless it is in the standard's form."""
    if key.endswith("Flag") and said in {"True", "False"}:
        return said == "True"
    is_time = key in _TIME_NAMES
    return Lost(said) if not said or (is_time and not _TIMES.fullmatch(said)) else said


def mark_cut_cells(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Rows of a table with a cell such as "System.Object[]", which was a list before Export-Csv, are no good rows.

    Locality: row.
    """
    problems = [
        pl.when(pl.col(name).str.contains(CUT_PATTERN)).then(
            pl.format(f"{name} is the text '{{}}': {_AGAIN}", pl.col(name).str.head(_LONGEST))
        )
        for name in names
    ]  # fmt: skip
    return frame.with_columns(read_problem=pl.coalesce("read_problem", *problems)) if problems else frame


def refuse_if_cut(frame: pl.DataFrame, where: str) -> None:
    """Where most rows have lost objects or lists, the others are no sample of what is missing.

    Raises:
        InputError: more than half of the rows.
    """
    cut = frame.filter(pl.col("read_problem").str.contains(_AGAIN, literal=True))
    if cut.height * 2 > frame.height:
        first = cut.row(0, named=True)
        found = f"{cut.height} of {frame.height} rows that were cut off. For example, {first['read_problem']}"
        remedy = f"E{_AGAIN[1:]}."
        raise InputError([Problem(where, found, "rows with their objects and lists", remedy, first["source_line"])])
