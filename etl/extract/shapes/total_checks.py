"""Totals held against the rows they are of, before both part."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.shapes.group_stack import Groups
from etl.extract.shapes.shape import RowRules
from etl.extract.sums import units

AMOUNTS: Final = ("total_amount", "balance_amount")
_MOST: Final = 3
_WHY: Final = "rows are missing, or the export was edited"


def check_totals(judged: pl.DataFrame, groups: Groups, rules: RowRules) -> list[str]:
    """Warnings about totals that are not the sums of their rows.

    Args:
        judged: all rows with `_row`, `_kind`, `_group` and our amounts as text.
        groups: with their totals.
        rules: of the shape.

    Locality: whole.
    """
    columns = [name for name in AMOUNTS if name in judged.columns]
    if not columns or not (groups.totals or rules.is_bare_total):
        return []
    wrong: dict[int, str] = {}
    for column in columns:
        point = _wrong(_units(judged, column, comma=False), groups, rules)
        comma = _wrong(_units(judged, column, comma=True), groups, rules) if point else point
        wrong |= point if len(point) <= len(comma) else comma
    problems = [wrong[row] for row in sorted(wrong)]
    more = [f"{len(problems) - _MOST} more totals are not the sums of their rows"] if len(problems) > _MOST else []
    return [*problems[:_MOST], *more]


def _units(judged: pl.DataFrame, column: str, *, comma: bool) -> pl.DataFrame:
    """The amounts in their smallest units, and what the records above sum up to."""
    is_record = pl.col("_kind") == "record"
    text = pl.col(column).str.strip_chars().replace("", None)
    amounts = judged.select(
        "_row", "_group", "_kind", units(text, comma=comma).alias("own"), text.is_not_null().alias("is_there")
    )
    return amounts.with_columns(
        pl.when(is_record).then(pl.col("own").fill_null(0)).otherwise(0).cum_sum().alias("sum"),
        (is_record & pl.col("own").is_null()).cast(pl.Int64).cum_sum().alias("unread"),
    )


def _wrong(amounts: pl.DataFrame, groups: Groups, rules: RowRules) -> dict[int, str]:
    """Row of a total -> the warning, where the amount is not the sum; amounts that cannot be read say nothing."""
    rows = [total.row for total in groups.totals]
    starts = [groups.heading_rows[total.group] if total.group is not None else 0 for total in groups.totals]
    ends = amounts[rows].rows(named=True)
    begins = amounts[starts].rows(named=True)
    direct = dict(
        amounts.filter(pl.col("_kind") == "record").group_by("_group").agg(pl.col("own").fill_null(0).sum()).iter_rows()
    )
    wrong = {}
    for total, end, begin in zip(groups.totals, ends, begins, strict=True):
        before, lost = (0, 0) if total.group is None else (begin["sum"], begin["unread"])
        said = end["own"]
        if not end["is_there"] or said is None or end["unread"] > lost:
            continue
        of_its_own = direct.get(total.group, 0) if total.group is not None else None
        if said not in {end["sum"] - before, of_its_own}:
            named = "TOTAL row" if total.group is None else f"row {total.label!r}"
            wrong[total.row] = f"the {named} is not the sum of the rows: {_WHY}"
    return wrong | (_wrong_bare(amounts, groups) if rules.is_bare_total else {})


def _wrong_bare(amounts: pl.DataFrame, groups: Groups) -> dict[int, str]:
    """Rows of an amount alone: the sum since the last one, or of everything above."""
    wrong = {}
    named = {total.row for total in groups.totals}
    last = 0
    rows = amounts.filter((pl.col("_kind") == "total") & ~pl.col("_row").is_in(list(named)) & pl.col("is_there"))
    for row, own, whole, unread in rows.select("_row", "own", "sum", "unread").iter_rows():
        if own is not None and unread == 0 and own not in {whole, whole - last}:
            wrong[row] = f"a total of an amount alone is not the sum of the rows: {_WHY}"
        last = whole
    return wrong
