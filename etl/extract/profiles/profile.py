"""What a reader is: a profile per shape and relation, and what reading gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl

from etl.domain import FORMATS_BY_FILE, AnswerPart, Reader, ShapeFormats
from etl.extract.stated import Stated

CONNECTWISE_JSON: Final = "connectwise_json"
CONNECTWISE_CSV: Final = "connectwise_csv"
QUICKBOOKS_ONLINE_JSON: Final = "quickbooks_online_json"
QUICKBOOKS_ONLINE_XML: Final = "quickbooks_online_xml"
QUICKBOOKS_DESKTOP_QBXML: Final = "quickbooks_desktop_qbxml"
QUICKBOOKS_DESKTOP_IIF: Final = "quickbooks_desktop_iif"
XERO_JSON: Final = "xero_json"
XERO_XML: Final = "xero_xml"
SAGE_INTACCT_JSON: Final = "sage_intacct_json"
SAGE_INTACCT_XML: Final = "sage_intacct_xml"
TABLE: Final = "table"

Getter = Callable[[dict[str, Any], str], object]
"""Takes one value from a record and the name of the list the record came from."""

Transform = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Captions:
    """What became of the captions of a table.

    Attributes:
        used: our column -> the file's caption.
        ignored: captions that are none of ours.
    """

    used: Mapping[str, str]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Extract:
    """What one file gave.

    Attributes:
        frame: the relation's columns as text, then source_file, source_line and read_problem (null: the row is fine).
        profile: the title of the profile that read it.
        shape: the shape it was read as.
        shape_notes: rows that are no records, counted per reason.
        window: the range in a report's title lines: what is outside of it is not gone.
        warnings: what was odd, told to the user.
        unknown: words for types and states that nobody here knows, and what is made of them.
        captions: of a table: what became of them; null for records.
        printed_at: when the report was made, as its footer says.
        stated: each time at which a list of the portal was made, as its title lines and footers say.
        goes_on: the file says that there are more rows than it has.
        may_go_on: a title line may say so, and nobody understands it.
        formats: how its shape says that all of its files are written.
        parts: which part of all records each of its answers holds, where they say it.
        shape_read: of a file whose shape is data: which one.
        is_open_only: it lists only what is still open.
        absent: what such a file never says, in words.
    """

    frame: pl.DataFrame
    profile: str
    shape: str
    shape_notes: dict[str, int] = field(default_factory=dict)
    window: str | None = None
    warnings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    captions: Captions | None = None
    printed_at: datetime | None = None
    stated: list[Stated] = field(default_factory=list)
    goes_on: bool = False
    may_go_on: bool = False
    shape_read: Reader | None = None
    is_open_only: bool = False
    absent: tuple[str, ...] = ()
    parts: tuple[AnswerPart, ...] = ()
    formats: ShapeFormats = FORMATS_BY_FILE

    @property
    def reader(self) -> Reader:
        """The shape that read it."""
        return self.shape_read or Reader(self.shape)


def unchanged(frame: pl.DataFrame) -> pl.DataFrame:
    """The transform of a profile that needs none."""
    return frame


def nothing_left_out(record: dict[str, Any]) -> str | None:
    """What a profile that takes every record calls one that it leaves out."""
    del record
    return None


def nothing_refused(frame: pl.DataFrame) -> str | None:
    """What a profile that takes every frame has against one."""
    del frame
    return None


@dataclass(frozen=True)
class RecordProfile:
    """How the records of an API answer become rows.

    Attributes:
        fields: our column (or `_column`, for `finish` only) -> where its value is in a record.
        requires: every key of at least one of these sets must be among the records' keys.
        never: a key that says it is something else.
        entities: names of the lists that hold such records; a plain array has none.
        finish: row-local transform that derives what no single field says.
        refuses: why a finished frame as a whole is not to be used; null where it is.
        is_strict: a list of the right name is not enough: its records must have the keys, too.
        format: of the files: `json`, `iif`, or the name of an XML layout.
        left_out: what a record is that is of another kind, although its list is ours; null where it is one of ours.
    """

    shape: str
    relation: str
    title: str
    fields: Mapping[str, Getter]
    requires: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    finish: Transform = unchanged
    refuses: Callable[[pl.DataFrame], str | None] = nothing_refused
    is_strict: bool = False
    format: str = "json"
    left_out: Callable[[dict[str, Any]], str | None] = nothing_left_out

    def fits(self, keys: frozenset[str], entity: str) -> bool:
        """Whether records with these keys, from a list of this name, are this profile's."""
        if entity and self.entities and not (self.is_strict and keys):
            return entity in self.entities
        if entity and self.entities and entity not in self.entities:
            return False
        return keys.isdisjoint(self.never) and any(required <= keys for required in self.requires)


@dataclass(frozen=True)
class TableProfile:
    """How the columns of a table become ours.

    Attributes:
        captions: our column (or `_column`, for `finish` only) -> captions of the file, best first.
        required: of each group at least one column must be in the header.
        refused: caption that says the table is something else -> what it is and what to export instead.
        patterns: our column -> expression pattern of the captions that together make it, such as types/0/name.
        finish: transform that derives what no single column says.
        is_starred_refused: a caption with a star says that it is an import template.
    """

    shape: str
    relation: str
    title: str
    captions: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    finish: Transform = unchanged
    is_starred_refused: bool = False


Profile = RecordProfile | TableProfile
