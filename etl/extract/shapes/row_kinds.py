"""What each row below a header is: a record, a heading, a total, a footer, the captions again, or nothing known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.extract.header import Header
from etl.extract.shapes.group_stack import Groups, LabelRow, resolve_groups
from etl.extract.shapes.shape import RowRules, Shape
from etl.extract.shapes.total_checks import check_totals
from etl.schemas import RELATIONS, ColumnKind

_AMOUNT: Final = r"^[^\w]{0,3}\(?[-+]?[^\w]{0,3}[0-9][0-9.,' ]*\)?-?(?: ?%| ?[A-Za-z]{2,3})?$"
NO_GROUP: Final = "no row above has a customer's name: the customer is not known"
_ODD: Final = "the row is no document, no heading and no total"
_ODD_IN_GROUPS: Final = f"{_ODD}: the customer is not known"
_BARE_FOOTER: Final = r"^[^0-9]*$"


@dataclass(frozen=True)
class KindRows:
    """The rows of a table by their kind.

    Attributes:
        frame: the records and the rows that nobody understands, which have a `read_problem`.
        counts: kind -> how many rows are left out.
        warnings: totals that disagree, groups that do not close.
        footers: the texts of the footers.
        headings: of each group its label, and whether it is inside another group.
    """

    frame: pl.DataFrame
    counts: dict[str, int]
    warnings: list[str]
    footers: list[str]
    headings: list[tuple[str, bool]]


def cell_names(header: Header) -> list[str]:
    """The names under which the cells of a row are held."""
    return [f"_cell/{at}" for at in range(len(header.cells))]


def judge_rows(frame: pl.DataFrame, header: Header, shape: Shape) -> KindRows:
    """Find the kind of every row, give each record its group, and hold the totals against the rows.

    Args:
        frame: our columns, `_cell/0` and so on, `source_line` and `read_problem`; no blank rows.
        header: of the table.
        shape: its shape.

    Locality: whole.
    """
    rules = shape.rows
    judged = _with_kinds(frame.with_row_index("_row"), header, shape)
    labels = _label_rows(judged)
    groups = resolve_groups(labels, rules, _last_record(judged))
    judged = _with_groups(judged, groups)
    counts = judged.filter(~pl.col("_kind").is_in(["record", "unknown"])).get_column("_kind").value_counts(name="n")
    footers = judged.filter(pl.col("_kind") == "footer").get_column("_label").to_list()
    warnings = [*check_totals(judged, groups, rules), *groups.warnings]
    kept = judged.filter(pl.col("_kind").is_in(["record", "unknown"])).with_columns(read_problem=_problem(rules))
    if rules.group == "customer":
        own = [pl.col("customer_name")] if "customer_name" in kept.columns else []
        kept = kept.with_columns(pl.coalesce(pl.col("_group_name"), *own).alias("customer_name"))
    kept = kept.drop("_row", "_kind", "_label", "_at", "_indent", "_has_amount", "_group", "_group_name")
    label_of = {label.row: label.label for label in labels}
    inside = (
        path != " ".join(label_of[row].split()) for row, path in zip(groups.heading_rows, groups.paths, strict=True)
    )
    headings = list(zip((label_of[row] for row in groups.heading_rows), inside, strict=True))
    return KindRows(kept, dict(sorted(counts.iter_rows())), warnings, footers, headings)


def _with_kinds(frame: pl.DataFrame, header: Header, shape: Shape) -> pl.DataFrame:
    """With `_kind` (`label` where only the rows around say what it is), `_label`, `_at`, `_indent`, `_has_amount`.

    Most rows of a big file are plainly records: only the others are looked at closely.
    """
    names = cell_names(header)
    frame = frame.with_columns(pl.col(names).fill_null(""))
    is_record = frame.select(_is_plainly_record(header, shape)).to_series()
    records = frame.get_column("_row").filter(is_record)
    close = _kinds_of(frame.filter(~is_record), header, shape, int(records[-1]) if records.len() else -1)
    found = close.select("_row", "_kind", "_label", "_at", "_indent", "_has_amount")
    return (
        frame.drop(names)
        .join(found, on="_row", how="left", maintain_order="left")
        .with_columns(pl.col("_kind").fill_null("record"), pl.col("_has_amount").fill_null(value=False))
    )


def _is_plainly_record(header: Header, shape: Shape) -> pl.Expr:
    """Whether a row has two cells that no total and no footer has, and begins neither as a heading nor as captions."""
    cells = [pl.col(name).str.strip_chars() for name in cell_names(header)]
    money = _money_positions(header, shape)
    lead = _lead(header)
    texts = pl.sum_horizontal((cell != "").cast(pl.Int32) for at, cell in enumerate(cells) if at not in money)
    is_heading = pl.any_horizontal(pl.lit(value=False), *(cell != "" for cell in cells[: max(lead, 1)]))
    is_header = cells[lead].str.to_lowercase() == header.cells[lead].lower()
    is_plain = (texts > 1) & ~is_header
    return is_plain & ~is_heading if shape.rows.group else is_plain


def _kinds_of(frame: pl.DataFrame, header: Header, shape: Shape, last_record: int) -> pl.DataFrame:
    """The kinds of rows that may be anything; the last row of those left out is plainly a record."""
    rules = shape.rows
    names = cell_names(header)
    cells = [pl.col(name).str.strip_chars() for name in names]
    money = _money_positions(header, shape)
    label = pl.coalesce(pl.when(cell != "").then(cell) for cell in cells)
    raw = pl.coalesce(pl.when(cell != "").then(pl.col(name)) for name, cell in zip(names, cells, strict=True))
    # each in a step of its own: an expression of all cells within one for each cell grows with their square
    frame = frame.with_columns(
        label.alias("_label"),
        pl.coalesce(pl.when(cell != "").then(pl.lit(at)) for at, cell in enumerate(cells)).alias("_at"),
        (raw.str.len_chars() - raw.str.strip_chars_start().str.len_chars()).alias("_indent"),
        pl.sum_horizontal((cell != "").cast(pl.Int32) for cell in cells).alias("_filled"),
        pl.all_horizontal(
            cell.str.to_lowercase() == caption.lower() for cell, caption in zip(cells, header.cells, strict=True)
        ).alias("_is_header"),
    ).with_columns(
        _only_amounts(cells, money, pl.col("_at")).alias("_has_money_only"),
        _only_amounts(cells, money, pl.lit(-1)).alias("_is_bare"),
    )
    is_lone = pl.col("_filled") == 1
    is_last = (pl.col("_row") > last_record) & ~(~is_lone).cum_max(reverse=True)
    surroundings = (
        pl.when(pl.col("_is_header"))
        .then(pl.lit("repeated header"))
        .when(is_lone & _is_footer(rules, is_last))
        .then(pl.lit("footer"))
        .when((is_lone | pl.col("_has_money_only")) & _fits_any(pl.col("_label"), rules.skip))
        .then(pl.lit("skipped line"))
    )
    bare = pl.when(pl.lit(rules.is_bare_total) & pl.col("_is_bare")).then(pl.lit("total"))
    kind = pl.coalesce(surroundings, _label_kind(rules, header, is_lone), bare, pl.lit("record"))
    has_amount = (pl.col("_filled") > 1) & pl.col("_has_money_only")
    return frame.with_columns(kind.alias("_kind"), has_amount.alias("_has_amount"))


def _lead(header: Header) -> int:
    """The position of the first caption."""
    return next((at for at, cell in enumerate(header.cells) if cell), 0)


def _label_kind(rules: RowRules, header: Header, is_lone: pl.Expr) -> pl.Expr:
    """Rows that begin where headings stand; without headings, the rows whose label is a total's; else null."""
    is_total_like = _fits_any(pl.col("_label"), _loosened(rules.totals))
    money_only = pl.col("_has_money_only")
    if not rules.group:
        return pl.when((is_lone | money_only) & is_total_like).then(pl.lit("label"))
    lead = _lead(header)
    in_area = pl.col("_at") < max(lead, 1)
    is_label = in_area & (is_lone | (money_only & is_total_like))
    return pl.when(is_label).then(pl.lit("label")).when(in_area & pl.lit(lead > 0)).then(pl.lit("unknown"))


def _is_footer(rules: RowRules, is_last: pl.Expr) -> pl.Expr:
    """A footer stands below the last record; in a table without headings one with a day may stand at a page's end."""
    if not rules.footer:
        return pl.lit(value=False)
    is_dated = pl.lit(not rules.group) & ~pl.col("_label").str.contains(_BARE_FOOTER)
    return _fits_any(pl.col("_label"), [rules.footer]) & (is_last | is_dated)


def _money_positions(header: Header, shape: Shape) -> set[int]:
    """Where amounts may stand in the row of a total: not in columns of ours that hold texts and dates."""
    columns = RELATIONS[shape.relation].columns
    texts = {column.name for column in columns if column.kind is not ColumnKind.MONEY}
    return set(range(len(header.cells))) - {at for name, at in header.columns.items() if name in texts}


def _only_amounts(cells: Sequence[pl.Expr], money: set[int], label_at: pl.Expr) -> pl.Expr:
    """Whether every cell is empty or an amount, but for the one at a place."""
    return pl.all_horizontal(
        (cell == "") | (label_at == at) | (cell.str.contains(_AMOUNT) if at in money else pl.lit(value=False))
        for at, cell in enumerate(cells)
    )


def _loosened(totals: Iterable[str]) -> list[str]:
    return [one.replace("{group}", ".+") for one in totals]


def _fits_any(text: pl.Expr, expressions: Iterable[str]) -> pl.Expr:
    joined = "|".join(f"(?:{one})" for one in expressions)
    return text.str.contains(f"(?i)^(?:{joined})$") if joined else pl.lit(value=False)


def _label_rows(judged: pl.DataFrame) -> list[LabelRow]:
    shown = judged.filter(pl.col("_kind").is_in(["label", "unknown"]))
    rows = shown.select("_row", "_label", "_at", "_indent", "_has_amount", pl.col("_kind") == "unknown").iter_rows()
    return [
        LabelRow(row, label, (at, indent), has_amount, is_odd) for row, label, at, indent, has_amount, is_odd in rows
    ]


def _last_record(judged: pl.DataFrame) -> int:
    rows = judged.filter(pl.col("_kind") == "record").get_column("_row")
    return int(rows[-1]) if rows.len() else -1


def _with_groups(judged: pl.DataFrame, groups: Groups) -> pl.DataFrame:
    """With the kinds of the labels, and for each row `_group`, the innermost open one, and `_group_name`, its path."""
    row = pl.col("_row").cast(pl.Int64)
    kinds = row.replace_strict(groups.kinds, default=None, return_dtype=pl.String)
    after = row.replace_strict(groups.after, default=None, return_dtype=pl.Int64)
    group = after.forward_fill().fill_null(-1)
    names = pl.Series([*groups.paths, None], dtype=pl.String)
    framed = judged.with_columns(pl.coalesce(kinds, "_kind").alias("_kind"), group.alias("_group"))
    place = framed.get_column("_group")
    at = place.replace({-1: len(groups.paths)})
    return framed.with_columns(names.gather(at).alias("_group_name"))


def _problem(rules: RowRules) -> pl.Expr:
    is_odd = pl.col("_kind") == "unknown"
    odd = pl.when(is_odd).then(pl.lit(_ODD_IN_GROUPS if rules.group == "customer" else _ODD))
    is_nobodys = pl.lit(rules.group == "customer") & pl.col("_group_name").is_null()
    return pl.coalesce("read_problem", odd, pl.when(is_nobodys).then(pl.lit(NO_GROUP)))
