"""Which rows of a workbook are hidden, or filtered out: the reader of cells does not say."""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from etl.extract.formats.ods_size import CONTENT

_WORKBOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_TAG: Final = rb"<(?:[\w.-]+:)?%s(?=[\s/>])[^>]*>"
_SHEET: Final = re.compile(_TAG % b"sheet")
_LINK: Final = re.compile(_TAG % b"Relationship")
_ROW: Final = re.compile(_TAG % b"row")
_TABLE: Final = re.compile(rb"<table:table(?=[\s/>])[^>]*>")
_TABLE_ROW: Final = re.compile(rb"<table:table-row(?=[\s/>])[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"""(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MOST_REPEATED: Final = 10_000
"""A longer run of equal rows is the empty end of a sheet."""


def hidden_rows(data: bytes) -> dict[str, frozenset[int]]:
    """The numbers of the hidden rows of each sheet.

    Args:
        data: an XLSX or ODS workbook of an ordinary size.

    Raises:
        zipfile.BadZipFile: it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # names are compared as the readers of cells do: without case, with either slash
        parts = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
        if CONTENT in parts:
            return _of_tables(archive.read(parts[CONTENT]))
        links = {}
        if _LINKS in parts:
            attributes = map(_attributes, _LINK.findall(archive.read(parts[_LINKS])))
            links = {link.get("Id", ""): link.get("Target", "") for link in attributes}
        found = {}
        for sheet in map(_attributes, _SHEET.findall(archive.read(parts[_WORKBOOK]))):
            target = links.get(sheet.get("id", ""), "")
            path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()
            if path in parts:
                found[sheet.get("name", "")] = frozenset(_of_rows(archive.read(parts[path])))
        return found


def _of_rows(sheet: bytes) -> Iterator[int]:
    """A row that names no number stands behind the one before it."""
    number = 0
    for tag in _ROW.findall(sheet):
        row = _attributes(tag)
        number = int(row["r"]) if row.get("r", "").isdecimal() else number + 1
        if row.get("hidden") in {"1", "true"}:
            yield number


def _of_tables(content: bytes) -> dict[str, frozenset[int]]:
    found = {}
    starts = list(_TABLE.finditer(content))
    for table, after in zip(starts, [*starts[1:], None], strict=True):
        number, hidden = 0, set()
        for tag in _TABLE_ROW.findall(content, table.end(), after.start() if after else len(content)):
            row = _attributes(tag)
            repeated = row.get("number-rows-repeated", "1")
            count = int(repeated) if repeated.isdecimal() else 1
            if row.get("visibility") in {"collapse", "filter"} and count <= _MOST_REPEATED:
                hidden |= set(range(number + 1, number + count + 1))
            number += count
        found[_attributes(table[0]).get("name", "")] = frozenset(hidden)
    return found


def _attributes(tag: bytes) -> Mapping[str, str]:
    """Local name -> value."""
    return {
        name.decode(errors="replace"): html.unescape((double or single).decode(errors="replace"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }
