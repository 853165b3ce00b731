"""What kind of file it is, judged by its content, never by its name."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, NoReturn

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError, Problem
from etl.extract import source_files
from etl.extract.formats import encoding
from etl.extract.formats.encoding import Text
from etl.extract.formats.iif import is_iif
from etl.extract.formats.xml_layouts import XmlRoot, find_root
from etl.extract.formats.xml_records import DECLARATIONS
from etl.extract.shapes.catalogue import Shapes, all_shapes
from etl.schemas import Relation

HEAD_BYTES: Final = 1 << 18
"""Enough of a file to tell what it is."""

BEFORE_TEXT: Final = "\ufeff \t\r\n"
"""Characters that may stand in front of a text."""

_SAMPLE: Final = 4096
_MYOB: Final = re.compile(r"\{\}[ \t,;]*\r?\n[^\s\[{]")
"""The line above the header of a text export of MYOB AccountRight."""

_CONTROLS: Final = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b\x00")
_MAGIC: Final = (
    (b"%PDF", "a PDF file", "Export the list as CSV or XLSX instead."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "Open it and save it as XLSX or CSV."),
    (b"{\\rtf", "a rich-text document", "Export the list as CSV or XLSX instead."),
    (b"\x89PNG", "an image", "Export the list as CSV or XLSX instead."),
    (b"\xff\xd8\xff", "an image", "Export the list as CSV or XLSX instead."),
)


class FileKind(StrEnum):
    """How the bytes are laid out."""

    JSON = "json"
    XML = "xml"
    IIF = "iif"
    DELIMITED = "delimited"
    WORKBOOK = "workbook"
    PARQUET = "parquet"


@dataclass(frozen=True)
class OpenedFile:
    """A file's plain bytes, or the beginning of them.

    Attributes:
        is_whole: false where only the beginning was read.
        shapes: all that may read or refuse it.
    """

    file: SourceFile
    data: bytes
    kind: FileKind
    source: Source
    is_whole: bool = True
    shapes: Shapes = field(default_factory=all_shapes)

    @cached_property
    def decoded(self) -> Text:
        """The text, for all but workbooks and Parquet files."""
        return encoding.decode(self.data, self.file.name, self.source.encoding, is_whole=self.is_whole)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was odd about the text of a delimited file."""
        return self.decoded.warnings if self.kind is FileKind.DELIMITED else ()

    @cached_property
    def head(self) -> Text:
        """The beginning of the text."""
        return encoding.decode(self.data[:HEAD_BYTES], self.file.name, self.source.encoding, is_whole=False)

    @cached_property
    def root(self) -> XmlRoot:
        """The first element of an XML file."""
        return find_root(self.head.text.lstrip(BEFORE_TEXT))

    @property
    def record_format(self) -> str:
        """The format of its records, as profiles name it; empty for a table."""
        if self.kind is FileKind.XML:
            return self.root.layout.name if self.root.layout else ""
        return self.kind.value if self.kind in {FileKind.JSON, FileKind.IIF} else ""


def open_document(file: SourceFile, source: Source, relation: Relation, shapes: Shapes | None = None) -> OpenedFile:
    """Read the whole file and tell its kind.

    Args:
        file: what to read.
        source: its encoding, where the configuration names it.
        relation: what it should hold, for messages.
        shapes: those of the configuration; null: those that are shipped.

    Raises:
        InputError: empty, truncated, or a kind that is not read.
    """
    data = source_files.whole(file)
    kind = _kind(_FileStart(file.name, data, relation.help), source)
    return OpenedFile(file, data, kind, source, shapes=all_shapes() if shapes is None else shapes)


def peek(file: SourceFile, source: Source, expected: str = "a data file", shapes: Shapes | None = None) -> OpenedFile:
    """Read only as much as is needed to tell what the file is; all but JSON and delimited files need the whole.

    Raises:
        InputError: empty or a kind that is not read.
    """
    try:
        data = source_files.head(file.path, HEAD_BYTES)
    except OSError as error:
        raise InputError([Problem(file.name, str(error), "a readable file", "Check its permissions.")]) from None
    kind = _kind(_FileStart(file.name, data, expected, len(data) < HEAD_BYTES), source)
    shapes = all_shapes() if shapes is None else shapes
    if kind not in {FileKind.JSON, FileKind.DELIMITED}:
        return OpenedFile(file, source_files.whole(file), kind, source, shapes=shapes)
    return OpenedFile(file, data, kind, source, len(data) < HEAD_BYTES, shapes)


@dataclass(frozen=True)
class _FileStart:
    """The beginning of a file, or all of it, on the way to telling its kind."""

    name: str
    data: bytes
    expected: str
    is_whole: bool = True

    def refuse(self, found: str, remedy: str) -> NoReturn:
        raise InputError([Problem(self.name, found, self.expected, remedy)]) from None


def _kind(head: _FileStart, source: Source) -> FileKind:
    if not head.data.strip():
        head.refuse("an empty file", "Export it again, or remove it.")
    for magic, found, remedy in _MAGIC:
        if head.data.startswith(magic):
            head.refuse(found, remedy)
    if head.data.startswith(b"PAR1"):
        return FileKind.PARQUET
    if head.data.startswith(b"PK\x03\x04"):
        return _zipped(head)
    sample = encoding.decode(head.data[:HEAD_BYTES], head.name, source.encoding, is_whole=False).text
    if not sample.strip(BEFORE_TEXT) and head.is_whole and len(head.data) <= HEAD_BYTES:
        head.refuse("an empty file", "Export it again, or remove it.")
    return _kind_of_text(head, sample.lstrip(BEFORE_TEXT))


def _kind_of_text(head: _FileStart, sample: str) -> FileKind:
    if sample.startswith("<"):
        return _kind_of_xml(head, find_root(sample))
    if is_iif(sample):
        return FileKind.IIF
    looked_at = head.data[:_SAMPLE]
    if sum(looked_at.count(bytes([byte])) for byte in _CONTROLS) > len(looked_at) // 10:
        head.refuse("a binary file", "Give a JSON, CSV, XLSX or Parquet file.")
    is_json = sample[:1] in {"[", "{"} and not _MYOB.match(sample)
    return FileKind.JSON if is_json else FileKind.DELIMITED


def _kind_of_xml(head: _FileStart, root: XmlRoot) -> FileKind:
    if root.is_web_page:
        remedy = "Was the login page saved instead of the answer? Export it as JSON or CSV."
        head.refuse("a web page (HTML)", remedy)
    if root.has_declarations:
        head.refuse(DECLARATIONS[0], DECLARATIONS[2])
    if root.layout is None:
        head.refuse(*root.refusal)
    return FileKind.XML


def _zipped(head: _FileStart) -> FileKind:
    if not head.is_whole:
        return FileKind.WORKBOOK
    try:
        with zipfile.ZipFile(io.BytesIO(head.data)) as archive:
            inside = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        inside = []
    if not inside:
        head.refuse("a zip or XLSX file that is cut off or damaged", "Copy or export it again.")
    if not any(entry.startswith("xl/") for entry in inside):
        if "content.xml" in inside:
            head.refuse("an OpenDocument file, such as LibreOffice writes", "Save it as XLSX or CSV.")
        head.refuse(f"a zip archive ({', '.join(inside[:3])})", "Unpack it and give the files inside.")
    return FileKind.WORKBOOK
