"""What surrounds the rows of a report: titles, group rows, totals, a footer. Every row left out is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

from etl.extract.header import Header
from etl.extract.profiles.document_terms import document_type
from etl.extract.profiles.profile import TableProfile

_WEEKDAY: Final = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+\w+ \d{1,2}, \d{4}\b"
_BARE: Final = r"(?i)^\s*(?:accrual|cash) basis\s*$"
_FOOTER: Final = (
    rf"(?i)^\s*(?:(?:(?:accrual|cash) basis\W+)?{_WEEKDAY}|(?:accrual|cash) basis\W+(?:\w+ )?\d"
    r"|.*\b\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*GMT)"
)
"""A line with a day or a clock: a firm may be called Cash Basis Bookkeeping."""
_PRINTED: Final = re.compile(
    r"(?P<day>[A-Z][a-z]{2,8} \d{1,2}, \d{4})\s+(?P<clock>\d{1,2}:\d\d)(?::\d\d)?\s*(?P<half>[AaPp][Mm])?\s*GMT"
    r"(?P<hours>[-+]\d{1,2})?(?::?(?P<minutes>\d\d))?"
)
_TOTAL: Final = r"(?i)^\s*(?:TOTAL|Total for .*)$"
_GRAND_TOTAL: Final = r"(?i)^\s*TOTAL\s*$"
_SUMS: Final = ("Total for", "Total")
_RANGE: Final = re.compile(r"(?i)\b(?:19|20)\d\d\b|\ball dates\b|\bas of\b|\bsince\b|\bto date\b")
_COMMA_DECIMALS: Final = re.compile(r",\d{1,2}$")
_NO_GROUP: Final = "no row above has a customer's name: the customer is not known"
_NOT_AMOUNT: Final = re.compile(r"[^0-9.,()\-]")


@dataclass(frozen=True)
class ReportRows:
    """The rows that are records, and what was left out."""

    frame: pl.DataFrame
    notes: dict[str, int]
    warnings: list[str]
    printed_at: datetime | None = None


def window_of(above: Sequence[Sequence[str]]) -> str | None:
    """The range among a report's title lines, as written; an invoice outside of it is not gone."""
    titles = [" ".join(cell.strip() for cell in row if cell.strip()) for row in above]
    return next((title for title in titles[::-1] if _RANGE.search(title)), None)


def printed(footer: str) -> datetime | None:
    """When a report was made, in UTC without a zone: `Accrual Basis Friday, May 15, 2026 01:21 AM GMT-05:00`."""
    said = _PRINTED.search(footer)
    if said is None:
        return None
    hours, minutes = int(said["hours"] or 0), int(said["minutes"] or 0)
    ahead = timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)
    clock = f"{said['day']} {said['clock']} {said['half'] or ''}".strip()
    for form in ("%B %d, %Y %I:%M %p", "%b %d, %Y %I:%M %p", "%B %d, %Y %H:%M", "%b %d, %Y %H:%M"):
        with suppress(ValueError):
            return datetime.strptime(f"{clock} +0000", f"{form} %z").replace(tzinfo=None) - ahead
    return None


def remove(frame: pl.DataFrame, header: Header, profile: TableProfile) -> ReportRows:
    """Leave out totals, footer, repeated headers and group rows; a group's name goes to its rows.

    Locality: whole.
    """
    first = pl.col("_cell/0")
    cells = [pl.col(f"_cell/{at}") for at in range(len(header.cells))]
    filled = pl.sum_horizontal((cell.fill_null("").str.strip_chars() != "").cast(pl.Int32) for cell in cells)
    frame = frame.with_columns(filled.alias("_filled"))
    is_footer = _is_footer(is_grouped=profile.is_grouped)
    is_header = pl.all_horizontal(
        cell.fill_null("").str.strip_chars() == caption for cell, caption in zip(cells, header.cells, strict=True)
    )
    # A company may be called Total: beside its name, its row has a number or an address.
    is_total = first.str.contains(_TOTAL) & _lacks_key(profile)
    reasons = {"footer": is_footer, "repeated header": is_header, "total": is_total}
    if not {"document_type", "customer_name"}.difference(frame.columns):
        reasons["document without a customer"] = _is_nobodys()
    if profile.is_grouped:
        frame = _grouped(frame.with_columns(_ends=is_footer, _sums=is_total))
        reasons = {"repeated header": is_header}
    told = [pl.col("_role")] if profile.is_grouped else []
    reason = pl.coalesce(*told, *(pl.when(holds).then(pl.lit(name)) for name, holds in reasons.items()))
    judged = frame.with_columns(_reason=reason)
    kept = judged.filter(pl.col("_reason").is_null())
    notes = dict(
        judged.get_column("_reason").drop_nulls().value_counts(sort=True, name="n").sort("_reason").iter_rows()
    )
    warnings = _disagreement(judged) + ([] if notes else ["no TOTAL row and no footer: the report may be cut short"])
    footers = judged.filter(pl.col("_reason") == "footer").get_column("_cell/0").to_list()
    printed_at = next((at for at in map(printed, reversed(footers)) if at), None)
    kept = kept.drop("_role", strict=False)
    return ReportRows(
        kept.drop("_reason", *(f"_cell/{at}" for at in range(len(header.cells)))), notes, warnings, printed_at
    )


def is_header_again(captions: Mapping[str, str]) -> pl.Expr:
    """Whether a row repeats the captions, as the next page of a list does.

    Args:
        captions: our column -> its caption in the file.
    """
    return pl.all_horizontal(
        pl.col(name).fill_null("").str.strip_chars() == caption for name, caption in captions.items()
    )


def _is_footer(*, is_grouped: bool) -> pl.Expr:
    """A line alone with a day or a clock; in a grouped report, as words without either, only below every document."""
    first, is_lone = pl.col("_cell/0"), pl.col("_filled") == 1
    is_last = ~(pl.col("_filled") > 1).fill_null(value=False).cum_max(reverse=True)
    is_dated = first.str.contains(_FOOTER) & (is_last if is_grouped else pl.lit(value=True))
    return (is_lone & (is_dated | (first.str.contains(_BARE) & is_last))).fill_null(value=False)


def _grouped(frame: pl.DataFrame) -> pl.DataFrame:
    """The customer whose name stands above a row, and what a row with something in its first cell is.

    Whatever stands there ends the group above it. A total has an amount or names that group; a name alone opens a
    group, whatever it sounds like. A row below neither is nobody's.

    Locality: whole.
    """
    names: list[str | None] = []
    roles: list[str | None] = []
    group: str | None = None
    cells = frame.select(pl.col("_cell/0").fill_null("").str.strip_chars(), "total_amount", "_filled", "_ends", "_sums")
    for first, amount, filled, ends, sums in cells.iter_rows():
        role = None
        if first:
            is_its_own = group is not None and first.casefold() in {f"{word} {group}".casefold() for word in _SUMS}
            if ends:
                role = "footer"
            elif (sums and (amount or "").strip()) or (filled == 1 and is_its_own):
                role = "total"
            elif filled == 1:
                role = "group header"
            group = first if role == "group header" else None
        names.append(group)
        roles.append(role)
    is_nobodys = pl.col("_role").is_null() & pl.col("customer_name").is_null() & (pl.col("_filled") > 0)
    return (
        frame.with_columns(
            pl.Series("customer_name", names, dtype=pl.String), pl.Series("_role", roles, dtype=pl.String)
        )
        .with_columns(read_problem=pl.coalesce("read_problem", pl.when(is_nobodys).then(pl.lit(_NO_GROUP))))
        .drop("_ends", "_sums")
    )


def _lacks_key(profile: TableProfile) -> pl.Expr:
    """A total has no date; in a list without dates only the very word TOTAL, beside nothing that identifies, is one."""
    if "invoice_date" in profile.captions:
        date = pl.col("invoice_date").fill_null("").str.strip_chars()
        return (date == "") | date.str.contains(_TOTAL)
    return pl.col("_cell/0").str.contains(r"^\s*TOTAL\s*$") & (pl.col("_filled") == 1)


def _is_nobodys() -> pl.Expr:
    """A cheque, a deposit or a journal entry that names nobody is no row of this relation."""
    is_said = pl.col("document_type").fill_null("").str.strip_chars() != ""
    is_own = is_said & document_type("document_type").is_in(["other", "bill", "journal"])
    is_band = ~is_said & (pl.col("_filled") == 1)
    return (is_own | is_band) & (pl.col("customer_name").fill_null("").str.strip_chars() == "")


def _disagreement(judged: pl.DataFrame) -> list[str]:
    if "total_amount" not in judged.columns:
        return []
    grand = judged.filter((pl.col("_reason") == "total") & pl.col("_cell/0").str.contains(_GRAND_TOTAL))
    is_row = pl.col("_reason").is_null() | (pl.col("_reason") == "document without a customer")
    amounts = judged.filter(is_row).get_column("total_amount").to_list()
    if not grand.height:
        return []
    said = _amount(grand.get_column("total_amount").to_list()[-1])
    summed = [_amount(amount) for amount in amounts if amount and amount.strip()]
    known = [amount for amount in summed if amount is not None]
    if said is None or len(known) < len(summed) or sum(known) == said:
        return []
    return ["the TOTAL row is not the sum of the rows: rows are missing, or the export was edited"]


def _amount(text: str | None) -> Decimal | None:
    """A report's amount; the last of its marks separates the decimals, unless three digits follow a comma."""
    digits = _NOT_AMOUNT.sub("", text or "")
    is_negative = digits.startswith(("-", "(")) or digits.endswith("-")
    digits = digits.strip("()-")
    if _COMMA_DECIMALS.search(digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return None
    return -amount if is_negative else amount
