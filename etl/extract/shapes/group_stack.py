"""Headings, the groups they open, and the totals that close them: the only part that looks at rows one by one.

Totals are paired with headings first. Then it is known which headings stay open while others come, so that
a sub-customer's rows are not taken for those of its parent, with or without an indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from etl.extract.shapes.named_patterns import AGEING_BAND
from etl.extract.shapes.shape import RowRules

_COUNT: Final = re.compile(r"\s*\(\d+\)$")
_SHOWN: Final = 3


@dataclass(frozen=True)
class LabelRow:
    """A row with a label, which may be a heading or a total.

    Attributes:
        row: its place among the rows.
        depth: position of its first cell, and blanks before the text.
        has_amount: whether the row has amounts, too.
        is_odd: it has more than that: nobody knows what it is, and it ends the groups.
    """

    row: int
    label: str
    depth: tuple[int, int]
    has_amount: bool
    is_odd: bool = False

    @cached_property
    def name(self) -> str:
        """The label to compare names with."""
        return _plain(self.label)


@dataclass(frozen=True)
class Total:
    """The total of a group: its row, and which group; null: of everything above."""

    row: int
    label: str
    group: int | None


@dataclass
class Groups:
    """What the labels are.

    Attributes:
        kinds: row -> `group header`, `total` or `unknown`.
        after: row -> the innermost group that is open below it; -1: none.
        paths: of each group: its name with those of the groups around it, `Parent:Child`.
        heading_rows: of each group: the row of its heading.
        ends: of each group: the row of its last total; null where it has none.
        totals: to be held against the rows.
    """

    kinds: dict[int, str] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    heading_rows: list[int] = field(default_factory=list)
    ends: list[int | None] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def resolve_groups(labels: Sequence[LabelRow], rules: RowRules, last_record: int) -> Groups:
    """Tell headings from totals, and find the group that is open below each label.

    Args:
        labels: in their order.
        rules: of the shape.
        last_record: the row of the last record: a lone `TOTAL` below it is no customer of that name.
    """
    groups = Groups()
    headings: list[LabelRow] = []
    opened: list[int] = []
    last: dict[str, int] = {}
    for label in labels:
        if label.is_odd:
            opened.clear()
            groups.kinds[label.row] = "unknown"
            continue
        found = _total_of(label, rules, (headings, opened, last))
        if found is not None:
            del opened[opened.index(found) if found in opened else len(opened) :]
            groups.ends[found] = label.row
            _note_total(groups, label, found)
        elif _is_total(label, rules, last_record):
            _note_total(groups, label, None)
            _warn_of_strangers(groups, label, rules)
        elif not rules.group or (rules.group == "band" and not AGEING_BAND.fullmatch(label.label)):
            groups.kinds[label.row] = "unknown"
        else:
            opened.append(len(headings))
            last[label.name] = len(headings)
            headings.append(label)
            groups.heading_rows.append(label.row)
            groups.ends.append(None)
            groups.kinds[label.row] = "group header"
    _find_open(groups, labels, headings, rules)
    _warn_of_open_ones(groups, headings)
    return groups


def _note_total(groups: Groups, label: LabelRow, group: int | None) -> None:
    groups.kinds[label.row] = "total"
    groups.totals.append(Total(label.row, label.label, group))


def _total_of(
    label: LabelRow, rules: RowRules, seen: tuple[Sequence[LabelRow], Sequence[int], Mapping[str, int]]
) -> int | None:
    """Which heading a total belongs to: an open one of its name, else with amounts the last one that was open."""
    headings, opened, last = seen
    for name in _names_in(label.label, rules):
        still = next((at for at in reversed(opened) if headings[at].name == name), None)
        found = last.get(name) if still is None and label.has_amount else still
        if found is not None:
            return found
    return None


def _names_in(label: str, rules: RowRules) -> Iterator[str]:
    """The names whose total a label may be; the shortest first: `Total for Acme with sub-customers` is Acme's."""
    for expression in rules.totals:
        if "{group}" in expression:
            for name in (".+?", ".+"):
                match = re.fullmatch(expression.replace("{group}", f"(?P<group>{name})"), label, re.IGNORECASE)
                if match:
                    yield _plain(match["group"])


def _is_total(label: LabelRow, rules: RowRules, last_record: int) -> bool:
    """Whether a label without a group of its name is a total: by its words and amounts, or at the end by its words."""
    fits = [one for one in rules.totals if re.fullmatch(one.replace("{group}", ".+"), label.label, re.IGNORECASE)]
    is_end = label.row > last_record and any("{group}" not in one for one in fits)
    return bool(fits) and (label.has_amount or is_end or not rules.group)


def _warn_of_strangers(groups: Groups, label: LabelRow, rules: RowRules) -> None:
    is_grand = any(re.fullmatch(one, label.label, re.IGNORECASE) for one in rules.totals if "{group}" not in one)
    if not is_grand:
        groups.totals.pop()
        groups.warnings.append(f"{label.label!r} is the total of a group that is not open: rows may be missing")


def _find_open(groups: Groups, labels: Sequence[LabelRow], headings: Sequence[LabelRow], rules: RowRules) -> None:
    """Which group is open below each label, and the path of each group."""
    number = {row: at for at, row in enumerate(groups.heading_rows)}
    totals = {total.row: total.group for total in groups.totals}
    stack: list[int] = []
    for label in labels:
        kind = groups.kinds[label.row]
        if kind == "group header":
            at = number[label.row]
            stack = [open_ for open_ in stack if _stays(groups, headings, open_, label)]
            stack.append(at)
            groups.paths.append(_path(groups, headings, stack, rules))
        elif kind == "total" and (group := totals.get(label.row)) is not None and group in stack:
            is_over = groups.ends[group] == label.row
            stack = stack[: stack.index(group) + (not is_over)]
        elif rules.group != "band":
            stack = []
        groups.after[label.row] = stack[-1] if stack else -1


def _stays(groups: Groups, headings: Sequence[LabelRow], group: int, heading: LabelRow) -> bool:
    """Whether a group stays open when a heading comes: its total is still to come, or the heading stands deeper."""
    end = groups.ends[group]
    return end > heading.row if end is not None else headings[group].depth < heading.depth


def _path(groups: Groups, headings: Sequence[LabelRow], stack: Sequence[int], rules: RowRules) -> str:
    label = _named(headings[stack[-1]].label)
    if len(stack) == 1:
        return label
    above, parent = groups.paths[stack[-2]], _named(headings[stack[-2]].label)
    if rules.own_rows and _plain(label) == _plain(rules.own_rows.replace("{group}", parent)):
        return above
    return label if label.startswith(f"{above}:") else f"{above}:{label}"


def _warn_of_open_ones(groups: Groups, headings: Sequence[LabelRow]) -> None:
    """Where some groups have totals, all have: one without lost its end."""
    if not any(end is not None for end in groups.ends):
        return
    lost = [_named(heading.label) for heading, end in zip(headings, groups.ends, strict=True) if end is None]
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        groups.warnings.append(f"no total closes {', '.join(map(repr, lost[:_SHOWN]))}{more}: rows may be missing")


def _plain(name: str) -> str:
    return " ".join(_COUNT.sub("", name).split()).casefold()


def _named(label: str) -> str:
    return " ".join(label.split())
