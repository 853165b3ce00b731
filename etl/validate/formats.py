"""The formats of the dates and amounts of one file, inferred from all of its values and never guessed.

Every value votes by what can read it. A date order is settled when it alone reads the file's numeric dates, or all but
one in a hundred of those that speak against the others; a decimal sign is settled when some value can only be read with
it and none only without. Where the values leave a choice that changes what is read, the file is refused and the
configuration has to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from etl.config import Source
from etl.domain import FORMATS_BY_FILE, DateOrder, ShapeFormats
from etl.errors import InputError, Problem
from etl.schemas import Relation
from etl.validate.dates import ORDERS
from etl.validate.format_clues import PAIRS, observe

MOST_STRAYS: Final = 0.01
"""Values that contradict an order that was found, as a share of those that contradict the next best one."""

MOST_IMPOSSIBLE: Final = 0.2
"""A larger share of a column's dates that its order cannot read, and others can, refuses the file."""

LEAST_SERIALS: Final = 0.95
"""Five-digit numbers are day numbers of a spreadsheet where at least this share of a column are such."""


@dataclass(frozen=True)
class Formats:
    """The formats of one file.

    Attributes:
        date_order: order of dates such as 03/04/2026; None where the file has none of them.
        zone: where the clocks of times without an offset stand.
        decimal_comma: 1.234,50 rather than 1,234.50.
        currency_code: currency of rows that name none.
        serial_columns: columns that hold the day numbers of a spreadsheet.
        zones: columns whose clocks stand in another zone than the file's.
        unread_columns: optional dates that can be read in two ways; they are left out.
        book: the accounting company that ids belong to, where it is named.
    """

    date_order: DateOrder | None
    zone: ZoneInfo
    decimal_comma: bool
    currency_code: str | None
    serial_columns: frozenset[str] = frozenset()
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)
    unread_columns: frozenset[str] = frozenset()
    book: str | None = None


def settle_formats(  # noqa: PLR0913 - a file, and everything that can say how it is written
    text: pl.DataFrame | Iterable[pl.DataFrame],
    relation: Relation,
    source: Source,
    zone: ZoneInfo,
    stated: ShapeFormats = FORMATS_BY_FILE,
) -> Formats:
    """Infer the formats of a file; the configuration has precedence, then what its shape says of all its files.

    Locality: whole.

    Args:
        text: all rows of the file as read, whole or in batches; batches are looked at one after the other.
        relation: what the rows are.
        source: the configuration of the file.
        zone: where the clocks of times without an offset stand.
        stated: what the shape of the file says.

    Raises:
        InputError: dates or amounts can be read in two ways, not in the configured one, or not as the shape says; all
            problems are listed.
    """
    batches = [text] if isinstance(text, pl.DataFrame) else text
    evidence = _FormatEvidence(observe(batches, relation), f"[sources.{relation.name}]")
    order, problems = (source.date_order, []) if source.date_order else _found_order(evidence, stated.date_order)
    unread = _left_out(evidence, relation) if problems else frozenset[str]()
    if unread:
        problems = []
    elif order is not None and not problems:
        problems += _impossible(evidence, order)
    comma = stated.decimal_comma if source.decimal_comma is None else source.decimal_comma
    if source.decimal_comma is None:
        problems += _unclear_decimals(evidence) if comma is None else _other_decimals(evidence, comma=comma)
    if problems:
        raise InputError(problems)
    decimal_comma = evidence.seen("comma") > 0 if comma is None else comma
    serials = _serial_columns(evidence)
    return Formats(order, zone, decimal_comma, source.currency_code, serials, unread_columns=unread, book=source.book)


@dataclass(frozen=True)
class _FormatEvidence:
    """The marks of a file, and the table of the configuration that can overrule them."""

    marks: pl.DataFrame
    table: str

    def seen(self, mark: str) -> int:
        """The number of values with the mark."""
        return int(self.marks.filter(pl.col("mark") == mark)["seen"].sum())

    def of_columns(self, mark: str) -> dict[str, int]:
        """The number of values of each column with the mark."""
        return dict(self.marks.filter(pl.col("mark") == mark).select("column", "seen").iter_rows())

    def first(self, *marks: str, column: str | None = None) -> dict[str, Any] | None:
        """The first value with one of the marks, and its position."""
        bearers = self.marks.filter(pl.col("mark").is_in(marks) & (pl.col("column") == column if column else True))
        return bearers.row(0, named=True) if bearers.height else None


def _found_order(
    evidence: _FormatEvidence, stated: DateOrder | None
) -> tuple[DateOrder | None, list[Problem]]:  # fmt: skip
    """The one order that the file's numeric dates allow, or the problem if there is none.

    Args:
        evidence: the marks of the file.
        stated: the order that its shape says: then no date may contradict it.
    """
    if stated is not None:
        stray = evidence.first(f"not {stated}")
        said = f"date_order = {stated}"
        return stated, [] if stray is None else [_against_shape(evidence, stray, said, "date_order")]
    if not evidence.seen("numeric"):
        return None, []
    against = {order: evidence.seen(f"not {order}") for order in ORDERS}
    best, second, _ = sorted(ORDERS, key=lambda order: (against[order], ORDERS.index(order)))
    if against[best] > MOST_STRAYS * against[second]:
        return None, [_contradicting(evidence, best, second)]
    survivors = [order for order in ORDERS if against[order] == 0]
    unclear = evidence.first(*(f"{one} or {other}" for one, other in PAIRS if {one, other} <= set(survivors)))
    if unclear is not None:
        return None, [_ambiguous(evidence, unclear, survivors)]
    return best, []


def _left_out(evidence: _FormatEvidence, relation: Relation) -> frozenset[str]:
    """The numeric dates, where all of them only help; else none."""
    numeric = frozenset(evidence.of_columns("numeric"))
    optional = {column.name for column in relation.columns if column.is_optional}
    return numeric if numeric <= optional else frozenset()


def _impossible(evidence: _FormatEvidence, order: DateOrder) -> list[Problem]:
    """Columns in which too many dates are written in another order."""
    dated = evidence.of_columns("dated")
    problems = []
    for column, count in evidence.of_columns(f"not {order}").items():
        first = evidence.first(f"not {order}", column=column)
        if first is not None and count > MOST_IMPOSSIBLE * dated[column]:
            share = f"{count} of {dated[column]} values of {column}"
            found = f"{share} that are no dates in order {order}, such as {first['value']!r}"
            remedy = f"date_order is probably wrong: correct it in {evidence.table}, or repair the file."
            problems.append(_problem(first, found, f"dates in order {order}", remedy))
    return problems


def _contradicting(evidence: _FormatEvidence, *orders: DateOrder) -> Problem:
    strays = [evidence.first(f"not {order}") or {} for order in orders]
    samples = " and ".join(_placed(stray) for stray in strays)
    remedy = f"Set {_either('date_order', orders)} in {evidence.table}; rows in another order are then quarantined."
    return _problem(strays[0], f"{samples}, which no one order can read", "dates in one order", remedy)


def _ambiguous(evidence: _FormatEvidence, first: dict[str, Any], orders: list[DateOrder]) -> Problem:
    found = f"{_quoted(first)}, and no date that tells {' from '.join(orders)}"
    remedy = f"Set {_either('date_order', orders)} in {evidence.table}."
    return _problem(first, found, "dates that can be read in one way only", remedy)


def _unclear_decimals(evidence: _FormatEvidence) -> list[Problem]:
    point, comma, either = (evidence.first(mark) for mark in ("point", "comma", "either"))
    remedy = f"Set decimal_comma = true (1.234,50) or decimal_comma = false (1,234.50) in {evidence.table}."
    if point and comma:
        finding = f"{_placed(point)} and {_placed(comma)}"
        return [
            _problem(comma, finding, "one decimal sign in all amounts", f"{remedy} Other rows are then quarantined.")
        ]
    if either and not point and not comma:
        finding = f"{_quoted(either)}, and no amount that tells the decimal sign"
        return [_problem(either, finding, "amounts that can be read in one way only", remedy)]
    return []


def _other_decimals(evidence: _FormatEvidence, *, comma: bool) -> list[Problem]:
    """The first amount that another decimal sign than the shape's reads alone, or without a third decimal."""
    other = "point" if comma else "comma"
    stray = evidence.first(other, f"thousands by {other}")
    said = f"decimal_comma = {str(comma).lower()}"
    return [] if stray is None else [_against_shape(evidence, stray, said, "decimal_comma")]


def _against_shape(evidence: _FormatEvidence, stray: dict[str, Any], said: str, key: str) -> Problem:
    found = f"{_quoted(stray)}, which contradicts {said} of the file's shape"
    remedy = f"Correct the shape, or set {key} in {evidence.table}; rows that it cannot read are then quarantined."
    return _problem(stray, found, f"values as {said} reads them", remedy)


def _serial_columns(evidence: _FormatEvidence) -> frozenset[str]:
    dated = evidence.of_columns("dated")
    serials = evidence.of_columns("serial")
    return frozenset(column for column, count in serials.items() if count >= LEAST_SERIALS * dated[column])


def _either(key: str, values: Iterable[str]) -> str:
    return " or ".join(f'{key} = "{value}"' for value in values)


def _quoted(first: dict[str, Any]) -> str:
    return f"{first['column']} {first['value']!r}"


def _placed(first: dict[str, Any]) -> str:
    line = first["source_line"]
    return _quoted(first) if line is None else f"{_quoted(first)} (line {line})"


def _problem(first: dict[str, Any], finding: str, expected: str, remedy: str) -> Problem:
    return Problem(first["source_file"] or "", finding, expected, remedy, first["source_line"])
