"""What stands below a portal's list: a sum of its rows, or how many of all rows a page shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import polars as pl

from etl.extract.page_counters import Counter, counter_in, is_whole
from etl.extract.stated import is_dated
from etl.extract.sums import PERHAPS, is_sum_word, sums_by_amounts

GOES_ON: Final = "the list goes on"
LABELED: Final = (
    "portal_invoice_id", "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw",
    "company_name", "document_type", "portal_status", "invoice_date", "due_date",
)  # fmt: skip
"""Columns of which a footer fills one; the amounts next to it are those of a sum."""

AMOUNTS: Final = ("total_amount", "balance_amount")
_NAMES: Final = frozenset({"customer_id_acct", "customer_name", "company_id_cw", "company_name"})


class _Lone(NamedTuple):
    """A row with one text: which row, its text, whether it has an amount, and whether the text names a customer."""

    at: int
    label: str
    has_amount: bool
    is_name: bool


def labels(frame: pl.DataFrame) -> list[str]:
    """The texts of rows that have one label and no amounts."""
    return [row.label for row in _lone_rows(frame) if not row.has_amount]


def has_lone_rows(frame: pl.DataFrame) -> bool:
    """Whether any row has one text, which may be a footer: only the rows around it say whether it is one."""
    return bool(_lone_rows(frame))


def without_footers(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out sums, and page counters that together cover every row; other counters are set aside: the list goes on.

    What may be a sum or a document is set aside, too.

    Locality: whole.
    """
    lone = _lone_rows(frame)
    if not lone:
        return frame
    sums, perhaps = _sums(frame, lone)
    dated = {row.at for row in lone if not row.has_amount and is_dated(row.label)}
    out = sums | dated
    counters = _counters(frame.height, lone, out)
    problems: list[str | None] = [None] * frame.height
    for at in perhaps:
        problems[at] = PERHAPS
    if is_whole(counters.values()):
        out |= counters.keys()
    else:
        for at, one in counters.items():
            problems[at] = f"{GOES_ON}: this footer shows {one.begins:,} to {one.ends:,} of {one.whole:,}"
    problem = pl.coalesce("read_problem", pl.Series(problems, dtype=pl.String))
    is_kept = pl.Series([at not in out for at in range(frame.height)], dtype=pl.Boolean)
    return frame.with_columns(read_problem=problem).filter(is_kept)


def _lone_rows(frame: pl.DataFrame) -> list[_Lone]:
    texts = [name for name in LABELED if name in frame.columns]
    if not texts:
        return []
    amounts = [pl.col(name).is_not_null() for name in AMOUNTS if name in frame.columns]
    found = (
        frame.with_row_index("_at")
        .filter(pl.sum_horizontal(pl.col(one).is_not_null().cast(pl.Int32) for one in texts) == 1)
        .select(
            "_at",
            pl.coalesce(texts).alias("_label"),
            pl.any_horizontal(pl.lit(value=False), *amounts).alias("_has_amount"),
            pl.any_horizontal(
                pl.lit(value=False), *(pl.col(one).is_not_null() for one in texts if one in _NAMES)
            ).alias("_is_name"),
        )
    )
    return [_Lone(*row) for row in found.iter_rows()]


def _sums(frame: pl.DataFrame, lone: Sequence[_Lone]) -> tuple[set[int], set[int]]:
    """The rows that are sums, and those that may be documents as well."""
    amounts = [name for name in AMOUNTS if name in frame.columns]
    is_list_of_one_text = sum(name in frame.columns for name in LABELED) < 2  # noqa: PLR2004 every row is lone
    found: dict[int, bool] = {}
    if any(row.has_amount for row in lone) and not is_list_of_one_text:
        found = sums_by_amounts([frame[name].to_list() for name in amounts], {row.at: row.label for row in lone})
    for row in lone:
        # without an amount, a customer or a company may be called so; in a list without amounts it is one
        if is_sum_word(row.label) and (amounts or not row.is_name or any(map(str.isdecimal, row.label))):
            found[row.at] = found.get(row.at, False) or row.has_amount or not row.is_name
    return {at for at, is_sum in found.items() if is_sum}, {at for at, is_sum in found.items() if not is_sum}


def _counters(height: int, lone: Sequence[_Lone], out: Collection[int]) -> dict[int, Counter]:
    """The page counters, each with the rows above it, since the last one that counts the same."""
    found = {row.at: one for row in lone if not row.has_amount and row.at not in out and (one := counter_in(row.label))}
    if not found:
        return {}
    above = list(accumulate((at not in found and at not in out for at in range(height)), initial=0))
    counters: dict[int, Counter] = {}
    last: dict[tuple[bool, int], int] = {}
    for at, one in found.items():
        counters[at] = one.below(above[at] - last.get(one.kind, 0))
        last[one.kind] = above[at]
    return counters
