"""What stands below a portal's list: a sum of its rows, or how many of all rows a page shows."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Counting
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from etl.extract.page_counters import Counter, counter_in, is_whole
from etl.extract.stated import is_dated
from etl.extract.sums import PERHAPS, begins_like_sum, is_sum_word, said_count, sums_by_amounts
from etl.extract.unread_lines import form_of, is_document, may_go_on

GOES_ON: Final = "the list goes on"
NOT_UNDERSTOOD: Final = "the list may go on: nobody understands this line"
DIFFERS: Final = f"{GOES_ON}: this sum is not that of the rows above"
LABELED: Final = (
    "portal_invoice_id", "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw",
    "company_name", "document_type", "portal_status", "invoice_date", "due_date",
)  # fmt: skip
"""Columns of which a footer fills one; the amounts next to it are those of a sum."""

AMOUNTS: Final = ("total_amount", "balance_amount")
NUMBERS: Final = ("portal_invoice_id", "invoice_id_acct", "invoice_number")
_NAMES: Final = frozenset({"customer_id_acct", "customer_name", "company_id_cw", "company_name"})


class _Lone(NamedTuple):
    """A row with one text: which row, its text, whether it has an amount, and what the text is the place of."""

    at: int
    label: str
    has_amount: bool
    is_name: bool
    is_number: bool


def labels(frame: pl.DataFrame) -> list[tuple[int, str]]:
    """The lines and texts of rows that have one label and no amounts."""
    lines = frame["source_line"]
    return [(lines[row.at], row.label) for row in _lone_rows(frame) if not row.has_amount]


def has_lone_rows(frame: pl.DataFrame) -> bool:
    """Whether any row has one text, which may be a footer: only the rows around it say whether it is one."""
    return bool(_lone_rows(frame))


def without_footers(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out sums, and page counters that together cover every row; other counters are set aside: the list goes on.

    What may be a sum or a document is set aside, too, and so are sums that contradict the rows above, and lines that
    nobody understands and that may say that there are more rows.

    Locality: whole.
    """
    lone = _lone_rows(frame)
    if not lone:
        return frame
    forms = _forms(frame, lone)
    sums, perhaps, cut = _sums(frame, lone, forms)
    dated = {row.at for row in lone if not row.has_amount and is_dated(row.label)}
    out = sums | dated
    counters = _counters(lone, out)
    problems: dict[int, str] = {**dict.fromkeys(perhaps, PERHAPS), **cut}
    if is_whole(counters.values()):
        out |= counters.keys()
    else:
        for at, one in counters.items():
            problems[at] = f"{GOES_ON}: this footer shows {one.begins:,} to {one.ends:,} of {one.whole:,}"
    problems |= dict.fromkeys(_unread(frame, lone, {*out, *problems, *counters}, forms), NOT_UNDERSTOOD)
    place = pl.int_range(pl.len())
    problem = place.replace_strict(problems, default=None, return_dtype=pl.String)
    return frame.with_columns(read_problem=pl.coalesce("read_problem", problem)).filter(~place.is_in(list(out)))


def titles_go_on(titles: Sequence[str], rows: int) -> tuple[bool, bool]:
    """Whether a line above the captions says that there are more rows, and whether one may say so.

    Args:
        titles: the lines.
        rows: how many the list has.
    """
    counters = [(title, counter_in(title)) for title in titles]
    is_unread = any(
        counter is None and may_go_on(title, [range(rows, rows + 1)], is_title=True) for title, counter in counters
    )
    return not is_whole(counter.below(rows) for _, counter in counters if counter), is_unread


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
            _is_filled(texts, _NAMES).alias("_is_name"),
            _is_filled(texts, NUMBERS).alias("_is_number"),
        )
    )
    return [_Lone(*row) for row in found.iter_rows()]


def _is_filled(texts: Sequence[str], names: Collection[str]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *(pl.col(one).is_not_null() for one in texts if one in names))


def _sums(
    frame: pl.DataFrame, lone: Sequence[_Lone], forms: Collection[str]
) -> tuple[set[int], set[int], dict[int, str]]:
    """The rows that are sums, those that may be documents as well, and why sums say that rows are missing."""
    amounts = [name for name in AMOUNTS if name in frame.columns]
    found: dict[int, bool] = {}
    differ: set[int] = set()
    if any(row.has_amount for row in lone) and not _is_of_one_text(frame):
        labeled = {row.at: row.label for row in lone}
        found, differ = sums_by_amounts(frame.select(amounts), labeled)
    cut = {}
    for row in lone:
        # without an amount, a customer or a company may be called so; in a list without amounts it is one
        if is_sum_word(row.label) and (amounts or not row.is_name or any(map(str.isdecimal, row.label))):
            found[row.at] = found.get(row.at, False) or row.has_amount or not row.is_name
        elif row.at in differ and not row.is_name and begins_like_sum(row.label):
            cut[row.at] = DIFFERS
    cut |= _contradicted(_Rows.of(lone, found, forms), lone, found, () if _has_currencies(frame) else differ)
    sums = {at for at, is_sum in found.items() if is_sum and at not in cut}
    return sums, found.keys() - sums - cut.keys(), cut


def _contradicted(
    rows: _Rows, lone: Sequence[_Lone], found: Collection[int], differ: Collection[int]
) -> dict[int, str]:
    """The sums whose number of rows, or whose amounts, are not those of the rows above."""
    cut, before = {}, -1
    for row in lone:
        if row.at not in found:
            continue
        said = said_count(row.label) if is_sum_word(row.label) else None
        if said is not None and said not in rows.between(before, row.at) and said not in rows.between(-1, row.at):
            cut[row.at] = f"{GOES_ON}: this sum is of {said:,} rows"
        elif row.at in differ and is_sum_word(row.label):
            cut[row.at] = DIFFERS
        before = row.at
    return cut


@dataclass(frozen=True)
class _Rows:
    """How many rows of a list stand between two others: at least, and at most.

    Attributes:
        uncertain: lines that may be no rows, in their order.
        none: those of them that certainly are none.
    """

    uncertain: Sequence[int]
    none: Sequence[int]

    @classmethod
    def of(cls, lone: Sequence[_Lone], out: Collection[int], forms: Collection[str]) -> _Rows:
        """Lines of one text are rows if they have a document's number, and may be if they have more."""
        uncertain = [row for row in lone if row.at in out or not (row.is_number and is_document(row.label, forms))]
        none = [row.at for row in uncertain if row.at in out or not (row.has_amount or row.is_name)]
        return cls([row.at for row in uncertain], none)

    def between(self, after: int, before: int, *, without: int = 0) -> range:
        """How many rows there can be between two of them.

        Args:
            after: the row above; -1: the captions.
            before: the row below.
            without: how many rows are not to count.
        """
        least, most = (_rows_before(before, no) - _rows_before(after + 1, no) for no in (self.uncertain, self.none))
        return range(least, max(least, most - without) + 1)


def _rows_before(at: int, no_rows: Sequence[int]) -> int:
    """How many lines above one are rows.

    Args:
        at: the line.
        no_rows: the lines that are none, in their order.
    """
    return at - bisect_left(no_rows, at)


def _forms(frame: pl.DataFrame, lone: Sequence[_Lone]) -> set[str]:
    """The forms of the numbers of a list's documents."""
    full = frame.filter(~pl.int_range(pl.len()).is_in([row.at for row in lone]))
    forms = set()
    for name in (name for name in NUMBERS if name in frame.columns):
        # plain digits and letters first: there are far fewer forms than numbers
        plain = full[name].drop_nulls().str.replace_all("[0-9]+", "9").str.replace_all("[A-Za-z]+", "A")
        forms |= {form_of(one) for one in plain.unique()}
    if _is_of_one_text(frame):
        times = Counting(form_of(row.label) for row in lone)
        forms |= {form for form, number in times.items() if number > 1}
    return forms


def _is_of_one_text(frame: pl.DataFrame) -> bool:
    """Whether every row has one text."""
    return sum(name in frame.columns for name in LABELED) < 2  # noqa: PLR2004 a row of a list has two


def _has_currencies(frame: pl.DataFrame) -> bool:
    return "currency_code" in frame.columns and frame["currency_code"].drop_nulls().n_unique() > 1


def _unread(frame: pl.DataFrame, lone: Sequence[_Lone], known: Collection[int], forms: Collection[str]) -> set[int]:
    """The rows that nobody understands and that may say that the list goes on."""
    rest = [row for row in lone if not row.has_amount and row.at not in known]
    if not rest:
        return set()
    rows = _Rows.of(lone, known, forms)
    labels = pl.Series([row.label for row in rest])
    names = {one for name in _NAMES.intersection(frame.columns) for one in labels.filter(labels.is_in(frame[name]))}
    is_single = _is_of_one_text(frame)
    found = set()
    for row in rest:
        whole = rows.between(-1, frame.height, without=int(row.is_name))
        counts = (rows.between(-1, row.at), whole)
        is_row = row.is_number and is_document(row.label, forms)
        is_heading = not row.is_name and row.label in names
        if not is_row and not is_heading and may_go_on(row.label, counts, is_name=row.is_name or is_single):
            found.add(row.at)
    return found


def _counters(lone: Sequence[_Lone], out: Collection[int]) -> dict[int, Counter]:
    """The page counters, each with the rows above it, since the last one that counts the same."""
    found = {row.at: one for row in lone if not row.has_amount and row.at not in out and (one := counter_in(row.label))}
    no_rows = sorted({*found, *out})
    counters: dict[int, Counter] = {}
    last: dict[tuple[bool, int], int] = {}
    for at, one in found.items():
        above = _rows_before(at, no_rows)
        counters[at] = one.below(above - last.get(one.kind, 0))
        last[one.kind] = above
    return counters
