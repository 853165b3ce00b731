"""Lines around a portal's list that may say that it goes on, although nobody can read what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from etl.extract.days import ENGLISH_MONTHS, without_days
from etl.extract.page_counters import NUMBER, number_of
from etl.extract.sums import is_sum_word

_ROWS: Final = r"(?:rows?|records?|invoices|items|entries|results?|documents|lines|matches|hits)"
_MORE: Final = (
    r"(?:showing|shown|shows?|display(?:ing|ed|s)?|viewing|pages?|more|next|prev(?:ious)?|first|top|latest|last"
    r"|truncated|limited|partial|remaining|continue[sd]?)"
)
_SAYS_MORE: Final = re.compile(
    rf"\b{_MORE}\b\W*(?:[^\W\d]+\W+)?\d|\d\W*(?:more|shown|displayed|remaining|pages?)\b"
    rf"|\d\s*(?:-|\u2013|to)\s*\d+\s+of\b|\d\s*(?:[^\W\d]+\s+)?{_ROWS}\b|\b{_ROWS}\s*[:=(]\s*\d"
)
LEADS_ON: Final = rf"(?i)\b{_MORE}\b"
"""For both ways of reading: a word that leads to further rows."""
_PAGING: Final = re.compile(
    rf"(?:(?:\b(?:load|show|see|view|click|go|to|for|the|of|list|on|and|are|there|all|{_ROWS})\b|\b{_MORE}\b)\W*+|\W++)+"
)
"""Words and what stands between them, which is taken as a whole: in parts it could be taken in endless ways."""
_LEADS_ON: Final = re.compile(LEADS_ON)
_ALL: Final = re.compile(r"\b(?:all|alle|tous|toutes|todos|todas|tutti|tutte)\b")
_WITHOUT_MEANING: Final = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+"
    rf"|\b(?:{ENGLISH_MONTHS})\.? \d{{1,2}}\b|\b\d{{1,2}} (?:{ENGLISH_MONTHS})\b"
    r"|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d\d)?(?!\d)|\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?"
    r"|(?<![\d-])\+?(?:\(\d{2,5}\)\W?|\d{1,4}[-. ])?(?:\d{3}[-. ])?\d{3,4}[-.]\d{4}(?!\d)|\+\d[\d ()./-]{6,}\d"
    r"|\b\d+(?:\s*-\s*\d+)?\+?\s*(?:days?|weeks?|months?|hours?|years?)\b"
    r"|\b(?:q|quarter|week|wk|month|kw|period|fy)\W{0,2}\d{1,2}\b|(?<![\d.,-])(?:19|20)\d\d(?![\d.,]*\d)"
)
"""Addresses, days, clocks, phones, spans of time and years."""
_NUMBER: Final = re.compile(rf"{NUMBER}(?:[.,]\d+)?\s?(?P<thousands>[km]\b)?")
_DOCUMENT: Final = re.compile(r"[^\W\d_]{1,6}[-_/#.]?\d{2,}[-\w]*")
_CENTS: Final = re.compile(r"[.,]\d\d(?!\d)")
_FEW: Final = 2


def may_go_on(label: str, counts: Sequence[range], *, is_title: bool = False, is_name: bool = False) -> bool:
    """Whether a line may say that the list has more rows than the file.

    Args:
        label: one that is no page counter and no sum.
        counts: how many rows the list may have, counted in each way.
        is_title: it stands above the captions, where addresses and account numbers stand, too.
        is_name: it stands where the names of customers stand.
    """
    text = _WITHOUT_MEANING.sub(" ", without_days(unicodedata.normalize("NFKC", label).casefold()))
    numbers = [_number(found) for found in _NUMBER.finditer(text)]
    if not numbers:
        return not is_title and bool(_PAGING.fullmatch(text) and _LEADS_ON.search(text))
    is_all = not _LEADS_ON.search(text) or bool(_ALL.search(text))
    most = max(numbers)
    if is_all and {most} == set(numbers) and any(most in count for count in counts):
        return False
    if _SAYS_MORE.search(text) or (is_sum_word(re.sub(NUMBER, "", text)) and not _CENTS.search(text)):
        return True
    if is_title:
        return any(number < most and any(number in count for count in counts) for number in numbers)
    return not is_name or len(numbers) >= _FEW


def is_document(label: str, alike: Collection[str]) -> bool:
    """Whether a text is in the form of a document's number.

    Args:
        label: the text.
        alike: the `form_of` the numbers in the list.
    """
    return form_of(label) in alike or bool(_DOCUMENT.fullmatch(label.casefold()))


def form_of(label: str) -> str:
    """A text with each of its runs of letters as one letter and each number as one digit: `INV-1001` is `A-9`."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", label.strip()))


def _number(found: re.Match[str]) -> int:
    number = number_of(found[0])
    return number * 1000 if found["thousands"] else number
