"""What stands below a portal's list: a sum of its rows, or how many of all rows a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

import polars as pl

from etl.extract.files import days_in

GOES_ON: Final = "the list goes on"
LABELED: Final = (
    "portal_invoice_id", "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw",
    "company_name", "document_type", "portal_status", "invoice_date", "due_date",
)  # fmt: skip
"""Columns of which a footer fills one; the amounts next to it are those of a sum."""

_SUM: Final = (
    "(?:grand|sub|page|report|overall|sum)?[ -]?totals?|sum|summe|summa|suma|soma|somme|gesamt|insgesamt"
    "|(?:gesamt|zwischen|end)(?:summe|betrag)|(?:sub|eind)?totaal|(?:sub)?totale|totaux|total g[eé]n[eé]ral"
    "|total geral|sous-total|i alt|totalt|yhteensä|razem|celkem|spolu|összesen|ukupno|skupaj|toplam|genel toplam"
    "|σύνολο|итого|всего|разом|合計|総計|小計|合计|总计|小计|總計|합계|총계|الإجمالي|המחיר הכולל|tổng cộng"
)
_BLANK: Final = r"[\s\p{Z}]"
_COUNT: Final = r"([0-9]{1,3}(?:[., '\x{2019}\x{a0}\x{202f}][0-9]{3})+|[0-9]+)"
_ROWS: Final = (
    "rows?|records?|invoices?|items?|entries|results?|documents?|rechnungen|zeilen|einträge|factures?|lignes?|facturas?"
    "|filas|facturen|rijen|fatture|righe"
)
SUM_LABEL: Final = rf"^\W*(?:{_SUM})(?:\W+(?:(?:of|for)\W+)?[0-9][0-9.,]*\W*(?:{_ROWS})?)?(?:\W+[a-z]{{3}})?\W*$"
"""A sum of rows, in small letters: `Subtotal`, `Gesamtsumme`, `Total (12)`, `Total for 12 invoices`, `Total USD`."""
_TO: Final = rf"{_BLANK}*(?:-|\x{{2013}}|\x{{2014}}|to|through|bis|à|al|tot|a){_BLANK}*"
_OF: Final = rf"{_BLANK}+(?:of|out of|of about|von|van|de|sur|di|da|av|af|z|из){_BLANK}+"
PAGE_LABEL: Final = (
    rf"^[^0-9]{{0,40}}?{_COUNT}(?:{_TO}{_COUNT})?{_OF}(?:[a-z]+{_BLANK})?{_COUNT}"
    r"(?:[^0-9]{1,20}[0-9][0-9.,]*){0,2}[^0-9]{0,40}$"
)
"""A part of all rows, in small letters: `1 to 50 of 1,200`, `1-50 von 1.200`, `Page 1 of 24`, `Showing 50 of 1200`."""


_IS_PAGE: Final = r"pag|pág|seite|sida|side|страниц|ページ|页|^\W*p\W*[0-9]"


DATED_LABEL: Final = (
    r"^\W*(?:data |list |report |invoices? )?(?:as of|as at|generated|printed|exported|created|report date|run date"
    r"|downloaded|stand|erstellt)\b.*20[0-9]{2}"
)
"""When the list was made, in small letters: `As of November 28, 2026`, `Generated on 2026-11-28 05:50`."""
_CLOCK: Final = re.compile(r"(?:\b|t)([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?\s*([ap])?\.?(?:m\b)?\s*(utc|gmt|z)?\b")


@dataclass(frozen=True)
class Stated:
    """When a list says that it was made.

    Attributes:
        at: without a zone; the beginning of the day where only that is said.
        is_utc: else the portal's zone is meant.
    """

    at: datetime
    is_utc: bool


def stated_in(texts: Iterable[str]) -> Stated | None:
    """When a list was made, by its title lines and footers; null where none says so, or a day has two readings."""
    for text in texts:
        told = text.casefold()
        days = days_in(told.replace("/", "-")) if re.search(DATED_LABEL, told) else []
        if len(days) == 1 and len(days[0]) == 1:
            (day,) = days[0]
            clock = _CLOCK.search(told)
            return Stated(_with_clock(day.replace(hour=0, minute=0), clock), bool(clock and clock[4]))
    return None


def _with_clock(day: datetime, clock: re.Match[str] | None) -> datetime:
    if clock is None:
        return day
    hour = int(clock[1]) % 12 + (12 if clock[3] == "p" else 0) if clock[3] else int(clock[1])
    return day.replace(hour=hour, minute=int(clock[2]))


def labels(frame: pl.DataFrame) -> list[str]:
    """The texts of rows that have one label and no amounts."""
    texts, is_lone, has_no_amount = _lone(frame)
    return frame.filter(is_lone & has_no_amount).select(pl.coalesce(texts)).to_series().to_list() if texts else []


def _lone(frame: pl.DataFrame) -> tuple[list[pl.Expr], pl.Expr, pl.Expr]:
    texts = [pl.col(name) for name in LABELED if name in frame.columns]
    amounts = [pl.col(name).is_null() for name in ("total_amount", "balance_amount") if name in frame.columns]
    is_lone = pl.sum_horizontal(one.is_not_null().cast(pl.Int32) for one in texts) == 1
    return texts, is_lone, pl.all_horizontal(pl.lit(value=True), *amounts)


def without_footers(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out sums, and page counters that together cover every row; other counters are set aside: the list goes on.

    Locality: whole.
    """
    texts, is_lone, has_no_amount = _lone(frame)
    text = pl.when(is_lone).then(pl.coalesce(texts).str.to_lowercase())
    first, last, whole = (_count(text, group) for group in (1, 2, 3))
    begins = pl.when(last.is_null() & ~text.str.contains(_IS_PAGE)).then(1).otherwise(first)
    ends = pl.coalesce(last, first)
    is_counter = has_no_amount & text.str.contains(PAGE_LABEL) & (begins <= ends) & (ends <= whole)
    counter = pl.struct(
        text.str.contains(_IS_PAGE).alias("page"), begins.alias("begins"), ends.alias("ends"), whole.alias("whole")
    )
    counters = frame.select(pl.when(is_counter).then(counter).alias("counter"))["counter"]
    is_label = text.str.contains(SUM_LABEL) | (has_no_amount & text.str.contains(DATED_LABEL))
    is_sum = frame.select(is_label.fill_null(value=False)).to_series()
    told = pl.Series([_goes_on(one) for one in counters], dtype=pl.String)
    if counters.null_count() == len(counters) or not _is_whole(counters.drop_nulls().to_list()):
        problem = pl.coalesce("read_problem", pl.lit(told))
        return frame.with_columns(read_problem=problem).filter(~is_sum)
    return frame.filter(~is_sum & counters.is_null())


def _goes_on(counter: dict[str, Any] | None) -> str | None:
    if counter is None:
        return None
    return f"{GOES_ON}: this footer shows {counter['begins']:,} to {counter['ends']:,} of {counter['whole']:,}"


def _is_whole(counters: Iterable[dict[str, Any]]) -> bool:
    """Whether the pages that are shown are all pages, without a gap."""
    reached: dict[tuple[bool, int], int] = {}
    for one in sorted(counters, key=itemgetter("begins", "ends")):
        key = (one["page"], one["whole"])
        if one["begins"] <= reached.get(key, 0) + 1:
            reached[key] = max(reached.get(key, 0), one["ends"])
        else:
            reached.setdefault(key, 0)
    return all(there == whole for (_, whole), there in reached.items())


def _count(text: pl.Expr, group: int) -> pl.Expr:
    return text.str.extract(PAGE_LABEL, group).str.replace_all("[^0-9]", "").cast(pl.Int64, strict=False)
