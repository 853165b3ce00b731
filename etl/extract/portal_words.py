"""What a portal's words say of one invoice: a phrase counts only where every word of it is understood."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.days import ENGLISH_MONTHS
from etl.extract.hiding_words import DENIED, HIDING, OTHER_THING
from etl.extract.profiles.document_terms import PORTAL_STATUSES, SHOWN, SHOWN_WORDS, fold_term, lower

APART: Final = r"[^\p{L}\p{M}\p{N}?\x{ff1f}\x{61f}]+"
"""What stands between two words, for both engines. A question mark stays: it takes back the word before it."""
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
_ZERO_OWED: Final = (
    f"(?:^| )(?:{_OWED}|balance|amount)(?: (?:balance|amount|invoice|payment|in|for|by|since|still|due))*"
    " 0+(?: 0+)*(?: [^0-9]|$)"
)
_ABOUT_SHOWN: Final = (
    f"{SHOWN_WORDS}|{_DAY}|{_NUMBER}|{_WAY}|{_REFERENCE}|invoice|to|by|with|for|at|on|is|was|has|been|the|and|yes|true"
    "|client|customer|contact|portal"
)

PORTAL_PHRASES: Final[tuple[tuple[bool, str, str], ...]] = (
    (False, f"^(?:paid |(?:{_ABOUT_MOVING}) )*{_MOVING}(?: (?:{_ABOUT_MOVING}))*$", "in transit"),
    (True, OTHER_THING, SHOWN),
    (False, DENIED, SHOWN),
    *((False, pattern, "gone") for pattern in HIDING),
    (False, _ZERO_OWED, SHOWN),
    (False, f"^(?:invoice |payment |still )*{_OWED}(?: (?:{_ABOUT_OWED}))*$", "open"),
    (False, f"^(?:invoice |closed |fully |auto ?|now )*(?:paid|settled)(?: (?:{_ABOUT_PAID}))*$", "paid"),
    (False, f"^(?:(?:{_ABOUT_SHOWN}) )*(?:{_ABOUT_SHOWN})$", SHOWN),
)
"""Phrases of the portal: whether they are read as written, in lower case, or else spaced; the pattern; ours.

The first that fits holds. If none fits, nobody can tell what is owed: a word that is not listed may take back what the
others say (`Paid, not confirmed`, `Paid?`). What is hidden from clients, or may be, proves nothing.
"""


def portal_status(column: str) -> pl.Expr:
    """What the portal says is owed, in our words; null where it has no word that says so."""
    said = said_status(column)
    return pl.when(said != SHOWN).then(said)


def said_status(column: str) -> pl.Expr:
    """As `portal_status`, but `shown` where we know the words and they say nothing of what is owed."""
    known = fold_term(column).replace_strict(PORTAL_STATUSES, default=None, return_dtype=pl.String)
    words, written = spaced(column), lower(column)
    # from the last phrase to the first, each of which holds before those behind it
    phrase = pl.lit(None, dtype=pl.String)
    for is_written, like, ours in reversed(PORTAL_PHRASES):
        fits = (written if is_written else words).str.contains(like)
        phrase = pl.when(fits).then(pl.lit(ours)).otherwise(phrase)
    return pl.coalesce(known, phrase)


def spaced(column: str) -> pl.Expr:
    """The words of a column in lower case, one space between two of them."""
    bare = lower(column).str.replace_all(APOSTROPHES, "")
    return bare.str.replace_all(APART, " ").str.strip_chars(" ")
