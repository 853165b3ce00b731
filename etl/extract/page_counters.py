"""Which part of all rows a footer shows: `1 to 50 of 1,200`, `Page 1/24`, `第1页 共24页`, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from etl.extract.days import without_days

_LONGEST: Final = 160
NUMBER: Final = r"(?<!\d)(?:\d{1,3}(?:[., '\u2019\u066c]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+)(?!\d)"
_A, _B, _C = (f"(?P<{name}>{NUMBER})" for name in ("first", "last", "whole"))
_TO: Final = r"\s*(?:[-\u2013\u2014~\u301c]|\.{2,3}|(?!of\b)[^\W\d]{1,8})\s*"
_OF: Final = r"of|out of|of about|von|van|de|sur|di|da|av|af|z|od|din|из|من"
_ANY_OF: Final = r"(?=\D*(?:[^\W\d]|/))\D{1,20}?"
"""Between a range and the whole stands a word, or a stroke; which word is of no matter."""
_PAGE: Final = (
    r"(?:pag|pág|seite|sida|side|страниц|ページ|页|頁|페이지|صفحة|stron|sivu|oldal|sayfa|halaman|trang)[^\W\d]*"
)
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_A}{_TO}{_B}{_ANY_OF}{_C}",
        rf"(?:共|全|总|總|총|合計)\s*{_C}\D{{1,12}}?{_A}(?:{_TO}{_B})?",
        rf"{_C}\s*(?:件|行|条|건)\s*(?:中|중)\D{{0,4}}{_A}(?:\s*[-~\u2013\u301c]\s*{_B})?",
        rf"{_A}\s*(?:页|頁|ページ|페이지)\D{{0,6}}{_C}\s*(?:页|頁|ページ|페이지)",
        rf"{_A}\s+(?:{_OF})\s+(?:[^\W\d]+\s+)?{_C}",
        rf"(?P<page>{_PAGE}|\bp\b)\W{{0,3}}{_A}\s*/\s*{_C}",
        rf"{_A}\s*/\s*{_C}\s*(?P<page>{_PAGE})",
    )
)
_PAGE_BEFORE: Final = re.compile(rf"(?:{_PAGE}|\bp)\W{{0,3}}$")
_PAGE_AFTER: Final = re.compile(rf"\s*{_PAGE}")
_NO_COUNT: Final = re.compile(
    rf"\b\d{{1,2}}/\d{{1,2}}/\d{{4}}\b|\b\d{{1,2}}:\d\d(?::\d\d)?|\b(?:q|quarter|week|wk|month|kw|period)\W{{0,2}}\d{{1,2}}\b"
    rf"|{NUMBER}\s+(?:[^\W\d]+\s+)?(?:per|pro|par|por)\b"
)
"""A day, a clock, a part of a year, or how many rows a page has."""
_SLACK: Final = 10


@dataclass(frozen=True)
class Counter:
    """What a footer says that it shows.

    Attributes:
        begins: the first row, or page.
        ends: the last one.
        whole: how many there are.
        is_page: pages are counted, not rows.
        is_either: `24 of 24` may be rows or pages; how many rows stand above it decides.
        rows: how many rows stand above it, since the last counter of this kind.
    """

    begins: int
    ends: int
    whole: int
    is_page: bool
    is_either: bool = False
    rows: int = 0

    @property
    def kind(self) -> tuple[bool, int]:
        """Counters of one kind count the same."""
        return self.is_page, self.whole

    def below(self, rows: int) -> Counter:
        """The counter with as many rows above it: they are those that it counts, or it counts pages."""
        if self.is_either and not _fits(rows, self.ends):
            return replace(self, begins=self.ends, is_page=True, rows=rows)
        return replace(self, rows=rows)


def counter_in(label: str) -> Counter | None:
    """The counter that a label is; null for any other label."""
    text = _NO_COUNT.sub(" ", without_days(unicodedata.normalize("NFKC", label).casefold()))
    if len(text) > _LONGEST or not any(character.isdecimal() for character in text):
        return None
    for form in _FORMS:
        found = form.search(text)
        if found and (counter := _counter(found, text)):
            return counter
    return None


def _counter(found: re.Match[str], text: str) -> Counter | None:
    parts = found.groupdict()
    first, whole = number_of(parts["first"]), number_of(parts["whole"])
    last = number_of(parts["last"]) if parts.get("last") else None
    before = text[: found.start("first")]
    is_page = bool(
        parts.get("page")
        or _PAGE_BEFORE.search(before)
        or (last is None and any(_PAGE_AFTER.match(text, found.end(name)) for name in ("first", "whole")))
    )
    if not is_page:  # of rows that a filter left over, the whole is what it left them from
        whole = max([whole, *map(number_of, re.findall(NUMBER, text[found.end() :]))])
    begins = 1 if last is None and not is_page else first
    ends = first if last is None else last
    return Counter(begins, ends, whole, is_page, last is None and not is_page) if begins <= ends <= whole else None


def number_of(written: str) -> int:
    """A number with separators, in any script."""
    return int("".join(character for character in written if character.isdecimal()))


def is_whole(counters: Iterable[Counter]) -> bool:
    """Whether the parts that are shown are all parts, without a gap, and their rows stand above them."""
    reached: dict[tuple[bool, int], int] = {}
    for one in sorted(counters, key=attrgetter("begins", "ends")):
        is_there = one.rows > 0 if one.is_page else _fits(one.rows, one.ends - one.begins + 1)
        before = reached.get(one.kind, 0)
        reached[one.kind] = max(before, one.ends) if is_there and one.begins <= before + 1 else before
    return all(there == whole for (_, whole), there in reached.items())


def _fits(rows: int, said: int) -> bool:
    """Whether so many rows are those that are said; a few more may be titles, one less is a row that is not there."""
    return said <= rows <= said + max(2, said // _SLACK)
