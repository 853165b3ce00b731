"""Which shapes a table has: predicates, not scores. Exactly one may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from etl.extract.formats.delimited import Numbered
from etl.extract.header import HEADER_WITHIN, Header
from etl.extract.opened_file import FileKind, OpenedFile
from etl.extract.profiles.profile import Captions
from etl.extract.profiles.row_flags import find_flags
from etl.extract.row_tables import RowTable, Table
from etl.extract.shapes.named_patterns import AGEING_BAND
from etl.extract.shapes.shape import CaptionPattern, RecognizeRules, Shape, fold_caption

_MOST_LACKING: Final = 4
_LONGEST: Final = 400
"""Characters of a caption or a title: a longer cell is neither."""
_WIDEST: Final = 2_000
"""Captions of a header: no shape has its own further to the right."""


@dataclass(frozen=True)
class Held:
    """A shape that holds, and where in the table.

    Attributes:
        candidate: which way of reading the file shows it.
        header: its captions; `columns` are the shape's, `twice` the captions that are needed once and are there twice.
        above: the lines above the header.
    """

    shape: Shape
    table: Table
    candidate: int
    header: Header
    above: Sequence[Numbered]


@dataclass(frozen=True)
class Near:
    """A shape that does not hold, and what speaks against it."""

    shape: Shape
    lacking: tuple[str, ...]
    found: int


@dataclass(frozen=True)
class Judgment:
    """What all shapes say of a table.

    Attributes:
        held: the shapes that hold; of one shape only the first place, except in several sheets.
        near: the others of which something was found, the nearest first.
    """

    held: tuple[Held, ...]
    near: tuple[Near, ...]

    @property
    def refused(self) -> Held | None:
        """The shape that refuses the file, the one that asks for most; null where none does."""
        refusing = [one for one in self.held if one.shape.refusal]
        return max(refusing, key=lambda one: one.shape.recognition.weight, default=None)

    @property
    def read(self) -> tuple[Held, ...]:
        """The shapes that hold and read it."""
        return tuple(one for one in self.held if not one.shape.refusal)


def judge(table: Table, kind: FileKind, shapes: Iterable[Shape]) -> Judgment:
    """Hold every shape against a table.

    Args:
        table: the opened file.
        kind: its kind.
        shapes: all there are: a title of one speaks against the others.
    """
    every = tuple(shapes)
    heads = [_Head(rows, every) for rows in table.candidates()]
    is_book = isinstance(table, RowTable) and bool(table.sheets)
    held: list[Held] = []
    near: list[Near] = []
    for shape in every:
        if kind.value not in shape.recognition.kinds:
            continue
        places = [(at, row) for at, head in enumerate(heads) if (row := head.place(shape)) is not None]
        for at, row in places if is_book else places[:1]:
            header = bind(heads[at].rows[row], shape)
            held.append(Held(shape, table, at, header, heads[at].rows[:row]))
        if not places:
            nearest = max((head.near(shape) for head in heads), key=lambda one: (one.found, -len(one.lacking)))
            near += [nearest] if nearest.found else []
    near.sort(key=lambda one: (len(one.lacking), -one.found))
    return Judgment(tuple(held), tuple(near))


def judge_document(table: Table, document: OpenedFile) -> Judgment:
    """What the shapes of a configuration say of a file."""
    return judge(table, document.kind, document.shapes)


def judge_records(keys: Iterable[str], shapes: Iterable[Shape]) -> Shape | None:
    """The shape that refuses records with these keys; null where none does."""
    folded = [fold_caption(key) for key in keys]
    refusing = [
        shape
        for shape in shapes
        if shape.refusal and "json" in shape.recognition.kinds and _fits_keys(folded, shape.recognition)
    ]
    return max(refusing, key=lambda one: one.recognition.weight, default=None)


def _fits_keys(folded: Sequence[str], rule: RecognizeRules) -> bool:
    groups = [*((one,) for one in rule.captions_all), *rule.captions_any]
    return all(_has(folded, group) for group in groups) and not _has(folded, rule.captions_none)


@dataclass(frozen=True)
class _Asked:
    """What a shape asks of the captions of a header, and which rows have it.

    Attributes:
        cells: the rows in which a header may be, folded.
        groups: captions of which a row must have one, with the rows that have one.
    """

    rule: RecognizeRules
    cells: Sequence[Sequence[str]]
    groups: Sequence[tuple[tuple[CaptionPattern, ...], frozenset[int]]]

    def count(self, at: int) -> tuple[int, int]:
        """How much a row lacks, and how many of the captions that are asked for it has."""
        found = sum(at in rows for _, rows in self.groups)
        if not self.groups:
            # a shape without captions of its own is known by its title: the row with the most cells below is its header
            return int(sum(map(bool, self.cells[at])) < 2), 0  # noqa: PLR2004 a title is one cell
        return len(self.groups) - found + self._is_first_wrong(at), found

    def lacking(self, at: int) -> list[str]:
        """The captions that a row lacks, in words."""
        missing = [group for group, rows in self.groups if at not in rows]
        lacking = ["the caption " + " or ".join(pattern.text for pattern in group) for group in missing]
        if self._is_first_wrong(at):
            lacking.append(f"{'an empty' if self.rule.is_first_empty else 'a'} first caption")
        return lacking

    def _is_first_wrong(self, at: int) -> bool:
        """Whether the first caption is empty, or not, against what the shape says; asked where all others are."""
        first = self.cells[at][:1]
        has_all = bool(self.groups) and all(at in rows for _, rows in self.groups)
        return has_all and self.rule.is_first_empty is not None and bool(first and first[0]) is self.rule.is_first_empty


class _Head:
    """The first rows of a table in one way of reading it."""

    def __init__(self, rows: Sequence[Numbered], shapes: Sequence[Shape]) -> None:
        self.rows = rows
        self.shapes = shapes

    @cached_property
    def folded(self) -> list[list[str]]:
        """The cells of the rows in which a header may be, folded."""
        return [
            [fold_caption(cell) if len(cell) <= _LONGEST else "" for cell in row[:_WIDEST]]
            for _, row in self.rows[:HEADER_WITHIN]
        ]

    @cached_property
    def titles(self) -> list[str]:
        """The text of each of these rows, folded."""
        return [" ".join(filter(None, cells)) for cells in self.folded]

    @cached_property
    def _rows_of(self) -> dict[str, dict[int, int]]:
        """Folded cell -> row that has it -> how often."""
        rows_of: dict[str, dict[int, int]] = {}
        for row, cells in enumerate(self.folded):
            for cell in filter(None, cells):
                times = rows_of.setdefault(cell, {})
                times[row] = times.get(row, 0) + 1
        return rows_of

    def place(self, shape: Shape) -> int | None:
        """Which row is the header of the shape; null where none is, or something else speaks against it."""
        asked = self._asked_by(shape)
        having = [rows for _, rows in asked.groups]
        among = sorted(frozenset.intersection(*having)) if having else range(len(self.folded))
        row = next((at for at in among if not asked.count(at)[0]), None)
        return None if row is None or self._against(row, shape) else row

    def near(self, shape: Shape) -> Near:
        """What keeps the shape from holding, in the row that comes closest."""
        if not self.folded:
            return Near(shape, (), 0)
        asked = self._asked_by(shape)
        counts = ((*asked.count(at), at) for at in range(len(self.folded)))
        _, found, row = min(counts, key=lambda one: (one[0] - one[1], one[2]))
        lacking = [*asked.lacking(row), *self._against(row, shape)]
        return Near(shape, tuple(lacking[:_MOST_LACKING]), found)

    def _asked_by(self, shape: Shape) -> _Asked:
        rule = shape.recognition
        groups = [*((one,) for one in rule.captions_all), *rule.captions_any]
        return _Asked(rule, self.folded, [(group, frozenset().union(*map(self._rows_with, group))) for group in groups])

    def _rows_with(self, pattern: CaptionPattern) -> frozenset[int]:
        """The rows that have a caption as often as it asks for."""
        cells = filter(pattern.fits, self._rows_of) if pattern.is_beginning else [pattern.folded]
        times = (self._rows_of.get(cell, {}) for cell in cells)
        return frozenset(row for rows in times for row, count in rows.items() if count >= pattern.occurrence)

    def _against(self, row: int, shape: Shape) -> list[str]:
        """Captions of other files, a title of another report, or headings of another kind."""
        rule = shape.recognition
        cells = self.folded[row]
        there = [cell for cell in dict.fromkeys(cells) if cell and _has(cells, rule.captions_none, cell)]
        against = [f"no caption {self.rows[row][1][cells.index(cell)].strip()}" for cell in there]
        titles = self.titles[:row]
        own = any(_is_title(title, rule) for title in titles)
        if rule.is_title_required and not own:
            against.append(f"the title {rule.titles[0].text}")
        other = next((title for title in titles for one in self.shapes if _is_title(title, one.recognition)), None)
        if other and not own:
            against.append(f"no title of another report ({other})")
        if rule.groups and self._headings(row) not in {rule.groups, ""}:
            against.append(
                "headings that are customers" if rule.groups == "names" else "headings that are ageing bands"
            )
        return against

    def _headings(self, row: int) -> str:
        """What the first heading below a header is: `bands`, `names`, or empty where there is none."""
        lone = (
            cells[0].strip()
            for _, cells in self.rows[row + 1 :]
            if cells and cells[0].strip() and not any(map(str.strip, cells[1:]))
        )
        first = next(lone, None)
        if first is None:
            return ""
        return "bands" if AGEING_BAND.fullmatch(first) else "names"


def bind(row: Numbered, shape: Shape) -> Header:
    """The shape's columns in a header: each takes its best caption that no other column has."""
    cells = tuple(cell.strip().lstrip("\ufeff") for cell in row[1])
    folded = [fold_caption(cell) for cell in cells]
    columns: dict[str, int] = {}
    twice: list[str] = []
    taken: set[int] = set()
    for column, patterns in shape.columns.items():
        for pattern in patterns:
            places = [
                at for at, cell in enumerate(folded) if pattern.fits(cell) and (pattern.member or at not in taken)
            ]
            if pattern.occurrence:
                every = [at for at, cell in enumerate(folded) if pattern.fits(cell)]
                places = every[pattern.occurrence - 1 : pattern.occurrence]
            if places:
                columns[column] = places[0]
                taken |= set() if pattern.member else {places[0]}
                twice += [cells[places[0]]] if len(places) > 1 and not pattern.is_beginning else []
                break
    columns |= {name: at for name, at in find_flags(cells, shape.relation, taken).items() if name not in columns}
    return Header(row[0], cells, columns, twice=tuple(dict.fromkeys(twice)))


def telltale(held: Held) -> str:
    """What a shape is known by in a file: a title, or a caption; empty where it is neither."""
    rule = held.shape.recognition
    if rule.is_title_required:
        lines = (" ".join(filter(None, map(str.strip, cells))) for _, cells in held.above)
        title = next((line for line in lines if _is_title(fold_caption(line), rule)), None)
        return f"title {title}" if title else ""
    asked = rule.captions_any[0] if rule.captions_any else rule.captions_all
    caption = next((one for one in held.header.cells if _fits_any(fold_caption(one), asked)), None)
    return f"column {caption}" if caption else ""


def captions_of(held: Held) -> Captions:
    """Which captions are read, and which are not; those that are known and not read are left out."""
    found = held.header.captions
    known = held.shape.not_read
    return Captions(found.used, tuple(one for one in found.ignored if not _fits_any(fold_caption(one), known)))


def _has(cells: Sequence[str], group: Sequence[CaptionPattern], cell: str | None = None) -> bool:
    """Whether one of the captions is there, as often as it asks for; with a cell: whether this cell is the caption."""
    among = cells if cell is None else [cell]
    return any(
        pattern.fits(one) and cells.count(one) >= pattern.occurrence for one in among if one for pattern in group
    )


def _fits_any(cell: str, patterns: Iterable[CaptionPattern]) -> bool:
    return any(pattern.fits(cell) for pattern in patterns)


def _is_title(line: str, rule: RecognizeRules) -> bool:
    return bool(line) and any(one.fits(line) or one.fits(line.removesuffix(" report")) for one in rule.titles)
