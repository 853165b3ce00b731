"""A table that no shape and no profile knows: its captions and its values, for the person who says what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError, Problem
from etl.extract import source_files
from etl.extract.conform import BLANKS, GUARDED
from etl.extract.formats.delimited import Numbered
from etl.extract.header import HEADER_WITHIN, Header, fold
from etl.extract.opened_file import FileKind, peek
from etl.extract.profiles.registry import table_profiles
from etl.extract.profiles.table_guard import foreign_list
from etl.extract.row_tables import Table, open_table
from etl.extract.shapes.catalogue import Shapes
from etl.extract.shapes.shape import CaptionPattern, fold_caption
from etl.schemas import RELATIONS

_ENDINGS: Final = frozenset({".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm"})
"""Of names of tables: prose with commas is no table, and nobody is asked about it."""
_LEAST: Final = 2
"""Captions of a table."""
_LONGEST: Final = 80
"""Characters of a caption; a longer text is a sentence."""
_EVEN: Final = 0.8
"""Rows as wide as the header, as a share of those below it: of prose with commas fewer are."""
_VALUE: Final = re.compile(r"[\W\d]*\d[\W\d]*")
"""What a caption is not: digits and signs alone, as in a date or an amount."""
_FILLED: Final = 0.5
"""Captions of a header, as a share of the cells of the fullest row below: a title line has fewer."""


@dataclass(frozen=True)
class UnknownTable:
    """A table and the row that seems to be its header.

    Attributes:
        name: of the file, relative to the folder.
        header: its captions; none of them is bound.
    """

    name: str
    header: Header
    table: Table
    candidate: int

    @property
    def places(self) -> list[int]:
        """The positions of the captions that can be named."""
        return [at for at in range(len(self.header.cells)) if self.spelled(at)]

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Every row below the header: its cells under their positions, as text, and `source_line`."""
        wanted = {str(at): at for at in range(len(self.header.cells))}
        frame = self.table.body(self.header, wanted, self.candidate).frame
        cells = pl.col(*wanted).str.strip_chars(BLANKS)
        return frame.with_columns(cells.str.replace(GUARDED, "${1}").str.strip_chars(BLANKS).replace("", None))

    def spelled(self, at: int) -> str:
        """A caption as a shape file names it; empty where it has none, or no shape file can name it."""
        caption = self.header.cells[at]
        folded = [fold_caption(cell) for cell in self.header.cells]
        again = folded[: at + 1].count(folded[at])
        text = f"{caption}#{again}" if folded.count(folded[at]) > 1 else caption
        pattern = CaptionPattern.of(text)
        wanted = 0 if text == caption else again
        fitting = [cell for cell in folded if cell == folded[at] or pattern.fits(cell)]
        is_plain = pattern.folded == folded[at] and pattern.occurrence == wanted and not pattern.member
        return text if folded[at] and is_plain and len(set(fitting)) == 1 else ""

    @property
    def known_by(self) -> list[str]:
        """The captions by which such a file is known again; one with digits may name a day."""
        spelled = map(self.spelled, self.places)
        return [caption for caption in spelled if not any(map(str.isdigit, caption))]

    def why_not(self, relation: str, columns: Mapping[str, int]) -> Problem | None:
        """Why its captions say that it is no list of a relation; null where they leave it open.

        Args:
            relation: what a person says that it is.
            columns: our column -> position of its caption.
        """
        cells = self.header.cells
        named = {fold(cell): cell for cell in cells if cell}
        refused = [
            (named[fold(caption)], *why)
            for profile in table_profiles(relation)
            for caption, why in profile.refused.items()
            if fold(caption) in named
        ]
        against = [*refused, *foreign_list(cells, [*map(fold, cells)], columns, relation)]
        if not against:
            return None
        caption, found, remedy = against[0]
        return Problem(self.name, f"{found} (column {caption})", RELATIONS[relation].help, remedy, self.header.line)


def known_captions(relation: str, column: str, shapes: Shapes) -> tuple[str, ...]:
    """Every caption that a profile or a shape of a relation has for one of our columns."""
    of_profiles = (one for profile in table_profiles(relation) for one in profile.captions.get(column, ()))
    of_shapes = (
        one.folded
        for shape in shapes
        if shape.relation == relation
        for one in shape.columns.get(column, ())
        if not one.member and not one.occurrence
    )
    return tuple(dict.fromkeys([*of_profiles, *of_shapes]))


def find_unknown_table(path: Path, name: str, shapes: Shapes, *, is_whole: bool = False) -> UnknownTable | None:
    """The table in a file that nothing knows; null where it seems to be none.

    Args:
        path: the file.
        name: as the user names it.
        shapes: those of the folder.
        is_whole: whether all of its rows are wanted; else its beginning is read.
    """
    if _ENDINGS.isdisjoint(map(str.casefold, path.suffixes)):
        return None
    file, source = SourceFile(path, name, ""), Source.model_validate({"path": name})
    try:
        document = peek(file, source, shapes=shapes)
        if document.kind not in {FileKind.DELIMITED, FileKind.WORKBOOK}:
            return None
        if is_whole and not document.is_whole:
            document = replace(document, data=source_files.whole(file), is_whole=True)
        table = open_table(document)
    except InputError:
        return None
    found = [(at, header) for at, rows in enumerate(table.candidates()) if (header := _header(rows)) is not None]
    if not found:
        return None
    candidate, header = max(found, key=lambda one: sum(map(bool, one[1].cells)))
    return UnknownTable(name, header, table, candidate)


def _header(rows: Sequence[Numbered]) -> Header | None:
    """The first row that is as wide as those below it and holds no value; null where there is none."""
    for at, (line, row) in enumerate(rows[:HEADER_WITHIN]):
        cells = tuple(cell.strip().lstrip("\ufeff") for cell in row)
        filled = [cell for cell in cells if cell]
        below = [other for _, other in rows[at + 1 :] if any(map(str.strip, other))]
        if len(filled) < _LEAST or not below or any(len(cell) > _LONGEST or _VALUE.fullmatch(cell) for cell in filled):
            continue
        widths = [sum(bool(cell.strip()) for cell in other) for other in below]
        even = sum(_LEAST <= width <= len(cells) for width in widths)
        if even >= _EVEN * len(below) and len(filled) >= _FILLED * max(widths):
            return Header(line, cells, {})
    return None
