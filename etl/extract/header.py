"""Finding the header of a table and which of its columns are ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from etl.errors import Problem
from etl.extract.formats.delimited import Numbered
from etl.extract.profiles.profile import CONNECTWISE_CSV, TABLE, Captions, TableProfile
from etl.extract.profiles.table_guard import foreign_list

HEADER_WITHIN: Final = 20
"""A header further down is no header: reports put at most a few title lines above it."""

_UNTITLED: Final = frozenset({TABLE, CONNECTWISE_CSV})
"""Shapes that are known by some captions alone."""
_FOLDED: Final = re.compile(r"[\W_]+")
_REPORTED: Final = re.compile(r"Company_I[Dd]")
"""COMPANY_ID in capitals may be the interface's company_id in a database that writes all names so."""
_SHOWN: Final = 12
_LEDGER: Final = frozenset(
    {"split", "clr", "debit", "credit", "debitamount", "creditamount", "debitamt", "creditamt", "accountfullname"}
)
_PAID: Final = frozenset({"paid", "amountpaid", "paidamount", "amtpaid", "payments", "totalpaid"})
_MONEY: Final = re.compile(r"balance|remaining|outstanding|unpaid|owed|owing|\bdue\b|\bopen\b|\bpaid\b", re.IGNORECASE)
_NO_MONEY: Final = re.compile(r"\b(?:date|days?|on|terms?|status|is|by|from|to|method|type)\b", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"(?!\d{1,2}\.\d{1,2}\.\d{2,4}$|\d{8}$)[^\w]*\(?-?\W{0,2}[0-9][0-9., ']*\)?(?: ?[A-Z]{3})?")
_FOREIGN: Final = re.compile(r"(?<![a-z])(?:foreign|fcy|fx)(?![a-z])", re.IGNORECASE)
_IS_AMOUNT: Final = re.compile(r"amount|amt|balance|total", re.IGNORECASE)
_READ_AMOUNTS: Final = ("total_amount", "balance_amount")
_LINES: Final = frozenset(
    {"quantity", "qty", "itemname", "itemdescription", "itemprice", "itemtotal", "itemcode", "lineitem", "unitprice"}
    | {"unitamount", "lineamount", "linetotal", "linesubtotal"}
)


@lru_cache(maxsize=4096)
def fold(caption: str) -> str:
    """A caption without case, spaces and punctuation: `Company ID`, `company/id` and `companyId` fold alike."""
    return _FOLDED.sub("", caption.casefold())


@dataclass(frozen=True)
class Header:
    """A header row and what was made of it.

    Attributes:
        cells: the captions, stripped.
        columns: our column -> position.
        groups: our column -> number in the caption -> position, of the cells that together make it.
        missing: groups of columns of which none was found.
        twice: captions that we need and that occur more than once.
        is_named: the configuration says which captions are which columns.
    """

    line: int
    cells: tuple[str, ...]
    columns: Mapping[str, int]
    groups: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    missing: tuple[tuple[str, ...], ...] = ()
    twice: tuple[str, ...] = ()
    is_named: bool = False

    @property
    def positions(self) -> dict[str, int]:
        """Every wanted column -> position; the parts of a group are called column/number."""
        parts = {f"{name}/{number}": at for name, group in self.groups.items() for number, at in sorted(group.items())}
        return {**self.columns, **parts}

    @property
    def captions(self) -> Captions:
        """Which captions are used as what, and which are not used."""
        read = self.positions
        used = {name: self.cells[at] for name, at in read.items() if not name.startswith("_")}
        return Captions(used, tuple(cell for at, cell in enumerate(self.cells) if cell and at not in read.values()))

    @property
    def shown(self) -> str:
        """The captions, for a message."""
        named = [cell for cell in self.cells if cell]
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        return f"the header {', '.join(named[:_SHOWN])}{more}"

    @property
    def is_of_lines(self) -> bool:
        """Whether the rows are line items."""
        return not _LINES.isdisjoint(map(fold, self.cells))

    @property
    def coverage(self) -> float:
        """Share of the captions that are used."""
        used = len(set(self.columns.values()).union(*(group.values() for group in self.groups.values())))
        return used / max(1, sum(bool(cell) for cell in self.cells))


def resolve(row: Numbered, profile: TableProfile, configured: Mapping[str, str]) -> Header:
    """Match a row's cells with the profile's captions, or with those the configuration names."""
    line, cells = row[0], tuple(cell.strip().lstrip("\ufeff") for cell in row[1])
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        if cell:
            places.setdefault(fold(cell), []).append(position)
    columns: dict[str, int] = {}
    twice: list[str] = []
    for column, aliases in _aliases(profile, configured).items():
        # One caption is one column, unless the configuration says otherwise.
        is_named = column in configured
        taken = frozenset() if is_named else frozenset(columns.values())
        positions = _positions(aliases, places, cells, taken)
        exact = [at for at in positions if is_named and cells[at] == aliases[0]] or positions
        if exact and (len(exact) == 1 or is_named or not configured):
            columns[column] = exact[0]
            twice += [cells[exact[0]]] if len(exact) > 1 else []
    if "balance_amount" not in configured and _is_running_balance(columns, cells):
        del columns["balance_amount"]
    groups = _groups(cells, profile) if not configured else {}
    have = columns.keys() | groups.keys()
    groups_needed = (*((column,) for column, caption in configured.items() if caption), *profile.required)
    missing = tuple(dict.fromkeys(group for group in groups_needed if have.isdisjoint(group)))
    return Header(line, cells, columns, groups, missing, tuple(dict.fromkeys(twice)), bool(configured))


def find_header(rows: Sequence[Numbered], profile: TableProfile, configured: Mapping[str, str]) -> Header | None:
    """The first row with every required caption; null where there is none."""
    for row in rows[:HEADER_WITHIN]:
        if any(cell.strip() for cell in row[1]):
            header = resolve(row, profile, configured)
            if not header.missing:
                return header if "balance_amount" in configured else _with_due(header, profile, rows)
    return None


def _with_due(header: Header, profile: TableProfile, rows: Sequence[Numbered]) -> Header:
    """Due is a balance where a total and what is paid stand beside it, and amounts below it; else it may be a day."""
    folded = [fold(cell) for cell in header.cells]
    has_balance = "balance_amount" in header.columns or "balance_amount" not in profile.captions
    if has_balance or "total_amount" not in header.columns or folded.count("due") != 1 or _PAID.isdisjoint(folded):
        return header
    at = folded.index("due")
    below = [row[at].strip() for line, row in rows if line > header.line and len(row) > at and row[at].strip()]
    if at in header.columns.values() or not below or not all(map(_AMOUNT.fullmatch, below)):
        return header
    return replace(header, columns={**header.columns, "balance_amount": at})


def unread_balance(captions: Sequence[str], columns: Mapping[str, int]) -> str | None:
    """What to tell of a list of invoices without a balance that has other columns of money; null where there is none.

    Args:
        captions: of the file.
        columns: our column -> position of its caption.
    """
    words = {cell: cell.replace("_", " ") for at, cell in enumerate(captions) if at not in columns.values()}
    money = [cell for cell, text in words.items() if _MONEY.search(text) and not _NO_MONEY.search(text)]
    if "balance_amount" in columns or not money:
        return None
    shown = ", ".join(money[:_SHOWN])
    return f"no balance is read, so what is still owed is not known; name its column under columns (not used: {shown})"


def nearest_header(rows: Sequence[Numbered], profile: TableProfile, configured: Mapping[str, str]) -> Header | None:
    """The row that comes closest to a header, for the message."""
    filled = [row for row in rows[:HEADER_WITHIN] if any(cell.strip() for cell in row[1])]
    headers = [resolve(row, profile, configured) for row in filled]
    return max(
        headers, key=lambda header: (len(header.columns), sum(map(bool, header.cells)), -header.line), default=None
    )


def header_problems(header: Header, profile: TableProfile, where: str) -> list[Problem]:
    """Everything that keeps a found header from being used."""
    refusals = [
        Problem(where, f"{found} (column {caption})", profile.title, remedy, header.line)
        for caption, found, remedy in _refusals(header, profile)
    ]
    return repeated_captions(header, where) + refusals + currency_problems(header, where)


def repeated_captions(header: Header, where: str) -> list[Problem]:
    """Captions that are needed once and are there twice."""
    return [
        Problem(where, f"the caption {caption} more than once", "one such column", "Rename or remove one.", header.line)
        for caption in header.twice
    ]


def currency_problems(header: Header, where: str) -> list[Problem]:
    """Amounts in the home currency and foreign ones: a currency in its own column is of one of them only."""
    read = [header.cells[header.columns[name]] for name in _READ_AMOUNTS if name in header.columns]
    foreign = [cell for cell in header.cells if _FOREIGN.search(cell) and _IS_AMOUNT.search(cell)]
    if header.is_named or "currency_code" not in header.columns or not foreign or not set(read) - set(foreign):
        return []
    found = f"amounts in two currencies: {', '.join([*read, *foreign])}"
    remedy = "Name the columns whose amounts are in that currency under columns, or export without foreign amounts."
    return [Problem(where, found, "amounts in the currency of the same row", remedy, header.line)]


def is_refused(header: Header, profile: TableProfile) -> bool:
    """Whether a caption says that the table is something else."""
    return bool(_refusals(header, profile))


def _refusals(header: Header, profile: TableProfile) -> list[tuple[str, str, str]]:
    """Caption, what it shows the table to be, what to do."""
    folded = {fold(cell) for cell in header.cells if cell}
    refusals = [(caption, *why) for caption, why in profile.refused.items() if fold(caption) in folded]
    starred = next((cell for cell in header.cells if cell.startswith("*")), None)
    if profile.is_starred_refused and starred:
        remedy = "Give the exported list: the template holds what was to be imported, not what is in the books."
        refusals.append((starred, "an import template", remedy))
    if profile.shape in _UNTITLED and not header.is_named:
        refusals += foreign_list(header.cells, [*map(fold, header.cells)], header.columns, profile.relation)
    return refusals


def missing_problem(header: Header | None, profile: TableProfile, where: str, configured: Mapping[str, str]) -> Problem:
    """No header was found: name what came closest and what it lacks."""
    if header is None:
        return Problem(where, "no header", profile.title, "Export it again with its header line.")
    lacking = "; ".join(_spelt(group, profile, configured) for group in header.missing) or "a header"
    remedy = "Add these columns to the export, or name the file's captions under columns."
    return Problem(where, header.shown, f"{profile.title} with {lacking}", remedy, header.line)


def _aliases(profile: TableProfile, configured: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The captions of each column; those that the configuration names come first, and an empty one is not read."""
    named = {column: (caption,) for column, caption in configured.items() if caption}
    known = {column: (column, *aliases) for column, aliases in profile.captions.items() if column not in configured}
    return {**named, **known}


def _positions(
    aliases: tuple[str, ...], places: Mapping[str, list[int]], cells: tuple[str, ...], taken: frozenset[int]
) -> list[int]:
    """Where the best alias stands that the header has; more than one place is a problem to tell.

    `Company ID` and `Company_ID` are the identifier that people see, `company/id` and `company_id` the record's number:
    an alias with a slash fits no caption with a space, and `company/id` none that a report writes.
    """
    for alias in aliases:
        there = places.get(fold(alias), [])
        alike = [at for at in there if at not in taken and not ("/" in alias and _is_for_people(cells[at]))]
        if alike:
            return alike
    return []


def _is_for_people(caption: str) -> bool:
    """Whether a caption is of a view (`Company ID`) or of a report (`Company_ID`), not of an interface."""
    return " " in caption or _REPORTED.fullmatch(caption) is not None


def _is_running_balance(columns: Mapping[str, int], cells: tuple[str, ...]) -> bool:
    """Whether the balance is the one that a ledger keeps from row to row, which is no invoice's."""
    is_plain = "balance_amount" in columns and fold(cells[columns["balance_amount"]]) == "balance"
    return is_plain and not _LEDGER.isdisjoint(map(fold, cells))


def _groups(cells: tuple[str, ...], profile: TableProfile) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for column, pattern in profile.patterns.items():
        for at, cell in enumerate(cells):
            match = re.fullmatch(pattern, re.sub(r"[._]", "/", cell.lower()))
            if match:
                found.setdefault(column, {}).setdefault(int(match[1][:6]), at)
    return found


def _spelt(group: tuple[str, ...], profile: TableProfile, configured: Mapping[str, str]) -> str:
    names = []
    for column in group:
        caption = configured.get(column) or next(iter(profile.captions.get(column, ())), "")
        names.append(f"{column} ({caption})" if caption and fold(caption) != fold(column) else column)
    return " or ".join(names)
