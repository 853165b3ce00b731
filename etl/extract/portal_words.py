"""What a portal's words say of one invoice: a phrase counts only where every word of it is understood."""

from __future__ import annotations

from functools import reduce
from typing import Final

import polars as pl

from etl.extract.days import ENGLISH_MONTHS
from etl.extract.invoice_terms import PORTAL_STATUSES, fold_term

APART: Final = r"[^\p{L}\p{M}\p{N}]+"
"""What stands between two words, for both engines."""
APOSTROPHES: Final = r"['\x{2019}]"

_MONTH: Final = f"(?:{ENGLISH_MONTHS})"
_NUMBER: Final = "[0-9]+(?: [0-9]+)*"
_CLOCK: Final = "(?: [0-9]{1,2} [0-9]{2}(?: [0-9]{2})?(?: ?[ap]m)?)?"
_DAY: Final = (
    f"(?:on )?(?:20[0-9]{{2}} [0-9]{{1,2}} [0-9]{{1,2}}|[0-9]{{1,2}} [0-9]{{1,2}} 20[0-9]{{2}}"
    f"|{_MONTH} [0-9]{{1,2}}(?: 20[0-9]{{2}})?|[0-9]{{1,2}} {_MONTH}(?: 20[0-9]{{2}})?){_CLOCK}"
    "|on [0-9]{1,2} [0-9]{1,2}|today|yesterday"
)
_WAY: Final = (
    "(?:(?:by|via|with|through|using) )?(?:ach|eft|e ?che(?:ck|que)|(?:credit |debit )?card|che(?:ck|que)|cash|wire"
    "|(?:bank |wire )?transfer|direct debit|auto ?pay|online|phone)"
)
_REFERENCE: Final = f"(?:che(?:ck|que)|card|ending(?: in)?|ref|reference|confirmation|transaction|receipt) {_NUMBER}"
_OWED: Final = (
    "(?:unpaid|un paid|not (?:yet )?(?:been )?paid(?: yet)?|open|outstanding|(?:past |over ?)due|due"
    "|(?:partial(?:ly)?|partly|part|half) ?paid|partial(?:ly)?|paid (?:in part|partial(?:ly)?|partly|in parts)"
    "|part(?:ial)? payment)"
)
_ABOUT_OWED: Final = (
    f"{_OWED}|{_DAY}|{_NUMBER}|days?|weeks?|months?|since|for|by|in|from|balance|amount|invoice|payment|still"
)
_MOVING: Final = "(?:pending|processing|scheduled|submitted|in transit)"
_ABOUT_MOVING: Final = (
    f"{_MOVING}|{_DAY}|{_WAY}|{_REFERENCE}|{_NUMBER}|for|payments?|is|being|bank|settlement|clearance"
)
_ABOUT_PAID: Final = f"in full|off|thanks|thank you|invoices?|by (?:client|customer)|{_DAY}|{_WAY}|{_REFERENCE}"
_GONE: Final = (
    "(?:void|voided|cancell?ed|deleted|reversed|removed|hidden|draft|unpublished|unreleased|undelivered|unsent)"
)
_NO: Final = "(?:not|never|isnt|wasnt|hasnt|arent|cannot|cant|yet to be|no longer)(?: (?:yet|been|be|being|is))*"

PORTAL_PHRASES: Final[tuple[tuple[str, str | None], ...]] = (
    (f"(?:^| ){_NO} (?:visible|published|shown|displayed|released|viewable|accessible)(?: |$)", "gone"),
    (f"^(?:invoice |is |still )*{_NO} (?:delivered|sent|issued|uploaded|synced|shared|available)(?: |$)", "gone"),
    (f"^{_GONE} (?:.* )?(?:pending|requested|request|failed|declined|rejected|error|undone|no|false)(?: |$)", None),
    (f"^{_GONE}(?: |$)", "gone"),
    (f"^(?:invoice |payment |still )*{_OWED}(?: (?:{_ABOUT_OWED}))*$", "open"),
    (f"^(?:paid |(?:{_ABOUT_MOVING}) )*{_MOVING}(?: (?:{_ABOUT_MOVING}))*$", "in transit"),
    (f"^(?:invoice |closed |fully |auto ?|now )*(?:paid|settled)(?: (?:{_ABOUT_PAID}))*$", "paid"),
)
"""Phrases of the portal, spaced -> ours; the first that fits. Null, or none that fits: nobody can tell what is owed;
a word that is not listed may take back what the others say (`Paid, not confirmed`, `Processing failed`).
What is hidden from clients, or not there yet, proves nothing."""


def portal_status(column: str) -> pl.Expr:
    """What the portal says is owed, in our words; null where it has no word that says so."""
    known = fold_term(column).replace_strict(PORTAL_STATUSES, default=None, return_dtype=pl.String)
    words = spaced(column)
    # from the last phrase to the first, each of which holds before those behind it
    phrase = reduce(
        lambda behind, one: pl.when(words.str.contains(one[0])).then(pl.lit(one[1], dtype=pl.String)).otherwise(behind),
        reversed(PORTAL_PHRASES), pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    return pl.coalesce(known, phrase)


def spaced(column: str) -> pl.Expr:
    """The words of a column in lower case, one space between two of them."""
    bare = pl.col(column).str.to_lowercase().str.replace_all(APOSTROPHES, "")
    return bare.str.replace_all(APART, " ").str.strip_chars(" ")
