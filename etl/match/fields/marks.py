"""Letters and their marks: which marks are accents, and which make another letter.

On a Latin letter a mark is an accent: `Müller` and `Muller` are one name, and `Má`, `Mà` and `Mả` are three. Marks that
only Vietnamese has, two marks on one letter, and all marks of other scripts are letters. Digits of other scripts are
digits; superscripts, fractions and circled digits are none. Pictures and symbols are words, but for those of ASCII,
registered signs and lines; gershayim within a Hebrew word are letters, however they are typed.

Locality: row, everywhere.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import numpy as np
import polars as pl

# strokes through letters are marks, too, but for the Vietnamese d
_LETTERS: Final[dict[str, str]] = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o\u0338", "ł": "l\u0338", "ð": "d\u0338", "þ": "th", "\u0131": "i",
}  # fmt: skip
_DIGITS: Final = "0123456789"
_PRIVATE: Final = 0x100000
_GUARD: Final = "\U0010fffd"
_LAST: Final = 0x1FFFF
"""No digit stands behind it."""
_MARK: Final = r"[\x{300}-\x{36f}]"
# hook above, horn and dot below, or more than one
_NO_ACCENT: Final = r"(\p{Latin})(\p{M}{2,}|[\x{309}\x{31b}\x{323}])"
_LETTER: Final = r"\P{M}\p{M}*"
WORD_SIGNS: Final = r"\p{L}\p{M}\p{N}\p{Co}"
"""What words are made of, within brackets; a sign that must not become a digit is one of the private ones."""
SIGNS: Final = r"[\p{So}\p{Sm}\p{Sc}--[\x00-\x7f\xa9\xae\x{2500}-\x{257f}]]"
"""Symbols and pictures that distinguish names, within brackets."""
_GERSHAYIM: Final = r"(\p{Hebrew})(?:''|[\"\x{201c}-\x{201f}\x{2033}\x{5f4}])\b"
_GERESH: Final = r"(\p{Hebrew})['`\x{b4}\x{2018}-\x{201b}\x{2032}\x{2bc}\x{5f3}]\b"


@cache
def _signs() -> dict[str, str]:
    """Each digit of another script as a digit, and each sign that would become one as a sign of its own."""
    replacements = {}
    for sign in map(chr, range(0x80, _LAST)):
        if unicodedata.category(sign) == "Nd":
            replacements[sign] = str(unicodedata.digit(sign))
        elif unicodedata.decomposition(sign) and any(
            letter in _DIGITS for letter in unicodedata.normalize("NFKD", sign)
        ):
            replacements[sign] = chr(_PRIVATE + len(replacements))
    return replacements


def plain_signs(text: pl.Expr) -> pl.Expr:
    """A text without ligatures, full and half width, with the digits of any script as `0` to `9`; marks stand alone."""
    return text.str.replace_many(_signs()).str.normalize("NFKD")


def with_gershayim(text: pl.Expr) -> pl.Expr:
    """A text in which the quotes within Hebrew words are letters."""
    doubled = text.str.replace_all(_GERSHAYIM, "$1\U0010fff4")
    return doubled.str.replace_all(_GERESH, "$1\U0010fff3")


def plain_letters(text: pl.Expr) -> pl.Expr:
    """A text as `plain_signs` gives it, in lower case; marks without a letter are left out."""
    return (
        plain_signs(text)
        .str.to_lowercase()
        .str.replace_many(_LETTERS)
        .str.replace_all(rf"(^|[^{WORD_SIGNS}])\p{{M}}+", "$1")
    )


def without_accents(letters: pl.Expr) -> pl.Expr:
    """What `plain_letters` gives without accents: equal for all spellings of a name that may be one, and for others."""
    guarded = letters.str.replace_all(_NO_ACCENT, f"$1{_GUARD}$2")
    bare = guarded.str.replace_all(rf"(\p{{Latin}}){_MARK}", "$1")
    return bare.str.replace_all(_GUARD, "", literal=True).str.normalize("NFC")


def clashes(left: pl.Series, right: pl.Series) -> pl.Series:
    """Compare the accents of two spellings: they clash if one letter has two different accents.

    Args:
        left: words with their accents, apart by blanks; null where there is no accent.
        right: the same words of the other name.
    """
    rows = pl.DataFrame({"left": left, "right": right}).with_row_index("row")
    sides = pl.col("left", "right")
    letters = rows.filter(pl.col("left") != pl.col("right")).with_columns(
        sides.str.normalize("NFD").str.extract_all(_LETTER)
    )
    same_length = pl.col("left").list.len() == pl.col("right").list.len()
    split = letters.filter(same_length).explode("left", "right")
    shorter = pl.min_horizontal(sides.str.len_chars())
    is_other = (pl.col("left") != pl.col("right")) & (shorter > 1)
    clashing = pl.concat((letters.filter(~same_length)["row"], split.filter(is_other)["row"])).unique()
    has_clash = np.zeros(rows.height, dtype=np.bool_)
    has_clash[clashing.to_numpy()] = True
    return pl.Series(has_clash)
