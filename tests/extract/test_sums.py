"""Sums of a portal's list: found by prefix sums, and the same as by adding up row by row."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.sums import is_sum_word, sums_by_amounts

Cells = list[str | None]

AMOUNTS = st.sampled_from(
    [None, "", "0", "1.00", "2,00", "3", "-1", "(2)", "4-", ".5", "5.", "--", "1.2.3", "x", "$3.00", "1,000", "1.000,5"]
)
LABELS = st.sampled_from(["Total", "Acme", "TOTAL-77", "Grand total", "A1"])


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[Cells], dict[int, str]]:
    """Columns of amounts, and the rows with one text; many of these are sums of rows above."""
    height = draw(st.integers(1, 8))
    column = st.lists(AMOUNTS, min_size=height, max_size=height)
    columns = draw(st.lists(column, min_size=1, max_size=2))
    lone = dict(sorted(draw(st.dictionaries(st.integers(0, height - 1), LABELS)).items()))
    for before, at in zip([-1, *lone], lone, strict=False):
        begin = draw(st.sampled_from([0, before + 1]))
        for cells in columns if draw(st.booleans()) else []:
            above = [_amount(text, comma=False) for text in cells[begin:at]]
            cells[at] = None if None in above else str(sum(filter(None, above), Decimal(0)))
    return columns, lone


@given(lists())
def test_sums_are_those_that_adding_up_row_by_row_finds(listed: tuple[list[Cells], dict[int, str]]) -> None:
    """In both readings, with signs, parentheses, groups, cells that cannot be read and sums between the rows."""
    columns, lone = listed
    frame = pl.DataFrame({f"amount {place}": pl.Series(cells, dtype=pl.String) for place, cells in enumerate(columns)})
    assert sums_by_amounts(frame, lone) == _added_up(columns, lone)


LONGEST = "9" * 17 + "." + "9" * 18
TWICE = "1" + "9" * 17 + "." + "9" * 17 + "8"


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        (LONGEST, TWICE, ({2: True}, set())),
        (LONGEST, TWICE[:-1] + "7", ({}, {2})),
        ("1" + "0" * 18, "2" + "0" * 18, ({}, set())),
        ("1." + "0" * 18 + "1", "2." + "0" * 18 + "2", ({}, set())),
    ],
)
def test_the_longest_amounts_are_added_up_exactly(
    above: str, below: str, found: tuple[dict[int, bool], set[int]]
) -> None:
    """And longer ones are not read: such a row is no sum by its amount, and contradicts no other."""
    assert sums_by_amounts(pl.DataFrame({"amount": [above, above, below]}), {2: "Acme"}) == found


def _added_up(columns: list[Cells], lone: dict[int, str]) -> tuple[dict[int, bool], set[int]]:
    found: dict[int, bool] = {}
    differ: set[int] = set()
    for comma in (False, True):
        everything: list[int] = []
        since: list[int] = []
        for at in range(len(columns[0])):
            if at in lone and any(cells[at] is not None for cells in columns):
                above = [(rows, _compared(columns, rows, at, comma=comma)) for rows in (everything, since)]
                equal = [
                    rows for rows, pairs in above if any(one for _, one in pairs) and all(a == b for a, b in pairs)
                ]
                if equal:
                    is_certain = any(len(rows) > 1 and lone.keys().isdisjoint(rows) for rows in equal)
                    found[at] = found.get(at, False) or (is_certain and not re.search(r"\d", lone[at]))
                elif any(map(any, above[0][1])) and all(None not in pair for pair in above[0][1]):
                    differ.add(at)
                if found.get(at) or is_sum_word(lone[at]):
                    since = []
                    continue
            everything.append(at)
            since.append(at)
    return found, differ - found.keys()


def _compared(
    columns: list[Cells], rows: list[int], at: int, *, comma: bool
) -> list[tuple[Decimal | None, Decimal | None]]:
    """The sum of some rows and the amount of one, in each column that the one fills."""
    filled = [[_amount(cells[row], comma=comma) for row in [*rows, at]] for cells in columns if cells[at] is not None]
    return [(None if None in above else sum(filter(None, above), Decimal(0)), one) for *above, one in filled if rows]


def _amount(text: str | None, *, comma: bool) -> Decimal | None:
    if text is None:
        return Decimal(0)
    digits = re.sub(r"[^0-9.,()\-]", "", text)
    is_negative = digits.startswith(("-", "(")) or digits.endswith("-")
    plain = digits.strip("()-").replace("." if comma else ",", "").replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", plain):
        return None
    return -Decimal(plain) if is_negative else Decimal(plain)
