"""Phone numbers in the form that is compared, one by one where a cell holds several.

Locality: row, everywhere.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from etl.match.fields.marks import plain_signs

TEN, PHONE_DIGITS = 10, 9
"""Two phone numbers of ten digits are compared whole, others by their last nine."""
# ten digits of North America are a number by themselves, and what follows them is an extension or the next number
_PHONE: Final = r"(?:\+?1[\s.\-]*)?\(?[2-9]\d\d\)?[\s.\-/]*\d{3}[\s.\-]*\d{4}\b|\+?\(?\d[\d\s().\-/]{5,}\d"
# what stands before the ten digits of a number: a prefix of calls abroad, and North America
_BEFORE_TEN: Final = r"^(?:00|011)?1(\d{10})$"
# or another country whose numbers have ten, or a zero: no number of North America
_ABROAD: Final = r"^(?:00|011)?(?:(?:44|49|52|63|91)0?|0)(\d{10})$"
_NO_PHONE: Final = "0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}|1234567|7654321|5551212"
_SHORTEST, _LONGEST = 7, 15
_DASH: Final = r"[\p{Pd}\x{2212}]"
_DOT: Final = r"[\x{00B7}\x{2022}\x{2024}\x{2219}\x{22C5}\x{30FB}]"
_PERHAPS_SEVERAL: Final = r"(?s)/|(?:\d\D*){12}"
_RUN: Final = re.compile(r"\+?\(?\d[\d\s().\-/]*\d")
_BETWEEN: Final = re.compile(r"(\s*/\s*|\s*\n\s*|\s+-\s+|\.\s+)")
_STRONG: Final = ("/", "\n")
"""What stands between two numbers, or between a number and the other endings of it."""


def phone_keys(text: pl.Expr) -> pl.Expr:
    """Every phone number in a text: all ten digits, behind a zero where they are not North American; or the last nine.

    With and without the country code they are the same; two of ten digits are if all ten are. An extension is left out.
    A run of digits that cannot be split into numbers gives none.
    """
    digits = pl.element().str.replace_all(r"\D", "").str.replace(_BEFORE_TEN, "$1").str.replace(_ABROAD, "0$1")
    is_whole = (digits.str.len_chars() == TEN) | digits.str.contains(_ABROAD)
    key = pl.when(is_whole).then(digits).otherwise(digits.str.tail(PHONE_DIGITS))
    is_phone = digits.str.len_chars().is_between(_SHORTEST, _LONGEST) & ~digits.str.contains(_NO_PHONE)
    written = plain_signs(text).str.replace_all(_DASH, "-").str.replace_all(_DOT, ".")
    found = written.map_batches(_separate_numbers, return_dtype=pl.String).str.extract_all(_PHONE)
    # list.sort is far slower on text
    keys = found.list.eval(pl.when(is_phone).then(key).drop_nulls().unique().sort())
    return keys.fill_null([])


def _separate_numbers(texts: pl.Series) -> pl.Series:
    """Texts with a semicolon between any two numbers."""
    some = texts.str.contains(_PERHAPS_SEVERAL).fill_null(value=False)
    if not some.any():
        return texts
    return texts.scatter(some.arg_true(), [_RUN.sub(_separate, text) for text in texts.filter(some)])


def _separate(run: re.Match[str]) -> str:
    return "; ".join(half for number in _numbers(run[0]) for half in _halves(number))


def _numbers(run: str) -> list[str]:
    """The numbers in a run of digits: a part that is too short belongs to an area code before it, or is an ending."""
    number, *others = _BETWEEN.split(run)
    numbers = []
    for sign, part in zip(others[::2], others[1::2], strict=True):
        digits, more = _count(number), _count(part)
        is_abroad = number.startswith(("+", "00"))
        is_next = more >= _SHORTEST and digits >= (TEN if is_abroad else _SHORTEST)
        if is_next or (digits >= TEN and sign.strip(" ") in _STRONG):
            numbers.append(number)
            number = part
        elif digits >= _SHORTEST and not (is_abroad or (number.startswith("1") and digits + more == TEN + 1)):
            # seven digits and an ending: another number, or the rest of this one
            number = ""
        else:
            number = f"{number} {part}"
    return [*numbers, number]


def _halves(number: str) -> list[str]:
    """Two numbers that are grouped alike, with nothing but a blank between them."""
    groups = [(match.start(), len(match[0])) for match in re.finditer(r"\d+", number)]
    half = len(groups) // 2
    lengths = [length for _, length in groups]
    if lengths[:half] != lengths[half:] or sum(lengths[:half]) < _SHORTEST:
        return [number]
    return [number[: groups[half][0]], number[groups[half][0] :]]


def _count(text: str) -> int:
    return sum(sign.isdigit() for sign in text)
