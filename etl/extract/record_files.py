"""Files of records, whatever their format: JSON, XML or IIF."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, Protocol

from etl.domain import AnswerPart
from etl.extract.formats.iif import IifFile
from etl.extract.formats.json_records import JsonRecord, json_records
from etl.extract.formats.xml_records import XmlAnswer
from etl.extract.opened_file import FileKind, OpenedFile

RECORD_KINDS: Final = frozenset({FileKind.JSON, FileKind.XML, FileKind.IIF})
"""Kinds of files that hold records, not tables."""

_DECODED: Final = ("utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be")
"""Encodings that the bytes themselves show: they are right, whatever an XML file declares."""


class RecordFile(Protocol):
    """A file of records.

    Attributes:
        lists: after reading: names of the lists that were seen; empty where the format has no names for them.
        parts: after reading: which part of all records each answer holds, where it says it.
        size: characters or bytes of the file.
        warnings: what was odd about its text.
    """

    lists: set[str]
    parts: list[AnswerPart]
    size: int
    warnings: tuple[str, ...]

    def goes_on(self, lists: Collection[str]) -> bool:
        """After reading: whether the file says that one of these lists has more records than it holds."""
        ...

    def records(self) -> Iterator[JsonRecord]:
        """Every record, in the order of the file.

        Raises:
            InputError: the file as a whole cannot be used.
        """
        ...


class _JsonFile:
    def __init__(self, document: OpenedFile) -> None:
        self.text, self.where = document.decoded.text, document.file.name
        self.lists: set[str] = set()
        self.parts: list[AnswerPart] = []
        self.size, self.warnings = len(self.text), document.decoded.warnings

    def goes_on(self, lists: Collection[str]) -> bool:
        del lists
        return False

    def records(self) -> Iterator[JsonRecord]:
        return json_records(self.text, self.where, self.parts)


def open_records(document: OpenedFile) -> RecordFile:
    """The document as records; one of the RECORD_KINDS.

    Raises:
        InputError: the configured encoding does not fit.
    """
    name = document.file.name
    if document.kind is FileKind.IIF:
        file = IifFile(document.decoded.text, name, is_whole=document.is_whole)
        # Windows-1252 is what QuickBooks writes
        file.warnings = tuple(said for said in document.decoded.warnings if "Windows-1252" not in said)
        return file
    layout = document.root.layout if document.kind is FileKind.XML else None
    if layout is None:
        return _JsonFile(document)
    is_decoded = document.source.encoding is not None or document.head.encoding in _DECODED
    data = document.decoded.text.lstrip("\ufeff") if is_decoded else document.data
    return XmlAnswer(data, name, layout, is_whole=document.is_whole)
