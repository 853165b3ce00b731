"""What surrounds the rows of a report: titles, group rows, totals, a footer. Every row left out is counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

from etl.extract.captions import Header
from etl.extract.invoice_terms import document_type
from etl.extract.profile import TableProfile

_FOOTER: Final = (
    r"(?i)^\s*(?:(?:accrual|cash) basis\b|(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+\w+ \d{1,2}, \d{4}\b"
    r"|.*\b\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*GMT)"
)
_PRINTED: Final = re.compile(
    r"(?P<day>[A-Z][a-z]{2,8} \d{1,2}, \d{4})\s+(?P<clock>\d{1,2}:\d\d)(?::\d\d)?\s*(?P<half>[AaPp][Mm])?\s*GMT"
    r"(?P<hours>[-+]\d{1,2})?(?::?(?P<minutes>\d\d))?"
)
_TOTAL: Final = r"(?i)^\s*(?:TOTAL|Total for .*)$"
_GRAND_TOTAL: Final = r"(?i)^\s*TOTAL\s*$"
_RANGE: Final = re.compile(r"(?i)\b(?:19|20)\d\d\b|\ball dates\b|\bas of\b|\bsince\b|\bto date\b")
_COMMA_DECIMALS: Final = re.compile(r",\d{1,2}$")
_NOT_AMOUNT: Final = re.compile(r"[^0-9.,()\-]")


@dataclass(frozen=True)
class Told:
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


def remove(frame: pl.DataFrame, header: Header, profile: TableProfile) -> Told:
    """Leave out totals, footer, repeated headers and group rows; a group's name goes to its rows.

    Locality: whole.
    """
    first = pl.col("_cell/0")
    cells = [pl.col(f"_cell/{at}") for at in range(len(header.cells))]
    filled = pl.sum_horizontal((cell.fill_null("").str.strip_chars() != "").cast(pl.Int32) for cell in cells)
    frame = frame.with_columns(filled.alias("_filled"))
    is_footer = first.str.contains(_FOOTER) & (pl.col("_filled") == 1)
    is_header = pl.all_horizontal(
        cell.fill_null("").str.strip_chars() == caption for cell, caption in zip(cells, header.cells, strict=True)
    )
    # A company may be called Total: beside its name, its row has a number or an address.
    is_total = first.str.contains(_TOTAL) & _lacks_key(profile)
    reasons = {"footer": is_footer, "repeated header": is_header, "total": is_total}
    if not {"document_type", "customer_name"}.difference(frame.columns):
        reasons["document without a customer"] = _is_nobodys()
    if profile.is_grouped:
        is_group = first.fill_null("").str.strip_chars().ne("") & (pl.col("_filled") == 1)
        reasons["group header"] = is_group
        frame = frame.with_columns(customer_name=pl.when(is_group & ~is_total & ~is_footer).then(first).forward_fill())
    reason = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in reasons.items())
    judged = frame.with_columns(_reason=reason)
    kept = judged.filter(pl.col("_reason").is_null())
    notes = dict(
        judged.get_column("_reason").drop_nulls().value_counts(sort=True, name="n").sort("_reason").iter_rows()
    )
    warnings = _disagreement(judged) + ([] if notes else ["no TOTAL row and no footer: the report may be cut short"])
    footers = judged.filter(pl.col("_reason") == "footer").get_column("_cell/0").to_list()
    printed_at = next((at for at in map(printed, reversed(footers)) if at), None)
    return Told(kept.drop("_reason", *(f"_cell/{at}" for at in range(len(header.cells)))), notes, warnings, printed_at)


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
