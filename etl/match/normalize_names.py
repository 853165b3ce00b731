"""The normal form of company names, as expressions: it keeps what distinguishes two firms.

Locality: row, everywhere.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match.fields.marks import SIGNS, WORD_SIGNS, plain_letters, with_gershayim, without_accents
from etl.match.legal_forms import ANY_FORM, GENERIC_FORM, LEGAL_FORMS, SURE_FORM
from etl.match.word_lists import ABBREVIATIONS, GUESSES, LINKS, PHRASES

NUMBER_WORDS: Final[dict[str, str]] = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10",
}  # fmt: skip
"""The words that count firms of one name."""
_ROMAN: Final[dict[str, str]] = {
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18",
    "xix": "19", "xx": "20", **NUMBER_WORDS,
}  # fmt: skip
_WORDS_OF_NUMBERS: Final = "|".join(NUMBER_WORDS)

# straight and curly, single and double, prime, grave and acute; service marks and trade marks, which are no letters
_QUOTES: Final = "['\"`\u00b4\u2018-\u201f\u2032\u2033\u02bc\u00ab\u00bb\u2120\u2122]"
_DELETED: Final = r"(?i)\s*\((?:deleted|inactive)[^)]*\)"
_SEPARATOR: Final = "[:~]"
_NUMBER: Final = (
    r"\d+|\b(?:ii|iii|iv|vi{1,3}|ix|xi{1,3}|xiv|xvi{0,3}|xix|xx)\b| [ivx]\b|\S{2} [a-z]$"
    rf"| (?:{_WORDS_OF_NUMBERS})$"
)
# what a name has that has a number; few names do
_MAY_COUNT: Final = rf"(?i)[^\x00-\x7f]|[\d_]|\b(?:[ivx]+|{_WORDS_OF_NUMBERS}|[a-z])\b"
# how a guess begins
_MAY_BE_SHORT: Final = rf"(?i)\b(?:{'|'.join(sorted({short.split()[0] for short in GUESSES}))})\b"
_SMALL: Final = r"\b(?:and|of|the|for|de)\b"
_IN_BRACKETS: Final = r"\(([^()\s]{3,})\)\s*$"
# (2nd), (2019): part of the name
_NO_ACCOUNT: Final = r"(?i)^(?:\d+(?:st|nd|rd|th)|(?:19|20)\d\d)$"


def plain_spelling(name: pl.Expr) -> pl.Expr:
    """The name in plain lower-case words: no accents, punctuation, quotes or `(deleted)`; the legal form stays.

    `FCU` is written out.
    """
    return write_out(plain(name))


def write_out(words: pl.Expr) -> pl.Expr:
    """The words of `plain` or `accented_form`, with unambiguous abbreviations of several words written out."""
    return _write_out(words, PHRASES)


def may_be_short(name: pl.Expr) -> pl.Expr:
    """True if `write_out_guesses` may change the name; most names need no look."""
    return name.str.contains(_MAY_BE_SHORT)


def write_out_guesses(name: pl.Expr) -> pl.Expr:
    """The plain spelling with probable abbreviations of several words written out; null if it has none."""
    words = plain_spelling(name)
    longer = _write_out(words, GUESSES)
    return pl.when(longer != words).then(longer)


def _write_out(words: pl.Expr, phrases: dict[str, str]) -> pl.Expr:
    framed = pl.concat_str(pl.lit("^"), words, pl.lit(" $"))
    # twice: two that follow each other share the blank between them
    longer = framed.str.replace_many(phrases, leftmost=True).str.replace_many(phrases, leftmost=True)
    return longer.str.strip_chars("^$ ")


def plain(name: pl.Expr) -> pl.Expr:
    """The name in plain lower-case words, with abbreviations as written."""
    return without_accents(accented_form(name))


def accented_form(name: pl.Expr) -> pl.Expr:
    """The name as `plain` writes it, with accents: the same words, separated by blanks."""
    kept = with_gershayim(name.str.replace_all(_DELETED, " "))
    letters = plain_letters(kept.str.replace_all(_QUOTES, ""))
    words = (
        letters.str.replace_all(rf"([{WORD_SIGNS}])(?:\s+\+\s+|\+)([{WORD_SIGNS}])", "$1 and $2")
        .str.replace_all(r"([a-z]\p{M}*)#", "$1 sharp ")
        .str.replace_many({"&": " and ", "+": " plus "})
        # initials belong together: A.O. Smith, L.L.C.
        .str.replace_all(r"\b([a-z]\p{M}*)\.", "$1")
        .str.replace(r"_[cv]\s*$", "")
        # a picture is a word of its own, wherever it stands
        .str.replace_all(f"[{SIGNS}]", " $0 ")
        .str.replace_all(rf"[^{WORD_SIGNS}{SIGNS}]+", " ")
        .str.strip_chars()
        .str.replace("^the ", "")
        .str.replace(" the$", "")
    )
    return pl.when(words != "").then(words)


def core(spelling: pl.Expr) -> pl.Expr:
    """A plain spelling without trailing legal forms; the first word always stays."""
    return spelling.str.replace(f"(?: (?:{ANY_FORM}))+$", "").str.replace(" and$", "")


def normal_name(name: pl.Expr) -> pl.Expr:
    """The normal form of a name: equal for two spellings of one firm; digits stay, because they distinguish firms."""
    return core(plain_spelling(name))


def distinctive_words(words: pl.Expr) -> pl.Expr:
    """The words of a list without links, unambiguous abbreviations written out: two spellings of a name share them."""
    return words.list.eval(pl.element().filter(~pl.element().is_in(LINKS)).replace(ABBREVIATIONS))


def initials(core_name: pl.Expr) -> pl.Expr:
    """The first letter of each word, without blanks."""
    return core_name.str.replace_all(r"(\S)\S*\s*", "$1").str.strip_chars()


def without_links(core_name: pl.Expr) -> pl.Expr:
    """A name without the small words that initials leave out."""
    return core_name.str.replace_all(_SMALL, "")


def form_of(spelling: pl.Expr) -> pl.Expr:
    """The canonical legal form at the end of a plain spelling; null if it has none that could differ."""
    written = spelling.str.extract(f" ({ANY_FORM})$", 1)
    form = written.replace_strict(LEGAL_FORMS, default=None, return_dtype=pl.String)
    return pl.when(form != GENERIC_FORM).then(form)


def doubtful_form(tail: pl.Expr) -> pl.Expr:
    """The doubtful part of a name's legal forms, as `Spa` of `Serenity Spa LLC`; null if nothing is in doubt."""
    left = tail.str.replace(f"(?: (?:{SURE_FORM}))+$", "").str.strip_chars()
    return pl.when(left != "").then(left)


def account_in_name(name: pl.Expr) -> pl.Expr:
    """The account of `Name (ACCT)`: one word with a digit or `_` in the last brackets; others may be places."""
    word = _in_brackets(name)
    return pl.when(_is_account(word)).then(word)


def without_account(name: pl.Expr) -> pl.Expr:
    """The name of `Name (ACCT)`; brackets that may hold a place or a number of the name itself stay."""
    bare = name.str.replace_all(_DELETED, "")
    return (
        pl.when(_is_account(_in_brackets(name)))
        .then(bare.str.replace(_IN_BRACKETS, "").str.strip_chars_end())
        .otherwise(bare)
    )


def leaf(name: pl.Expr) -> pl.Expr:
    """`Child` of `Parent:Child` or `Parent~Child`; null if it has no parent."""
    return _segment(name, f"{_SEPARATOR}([^:~]+)$")


def parent(name: pl.Expr) -> pl.Expr:
    """`Parent` of `Parent:Child`; null if it has none."""
    return _segment(name, f"^(.*[^:~\\s])\\s*{_SEPARATOR}[^:~]*$")


def root(name: pl.Expr) -> pl.Expr:
    """The first of `Root:Parent:Child`; null if it has no parent."""
    return _segment(name, f"^([^:~]+){_SEPARATOR}")


def numbers(core_name: pl.Expr) -> pl.Expr:
    """The numbers in a normal name, in order; Roman ones and a last letter too: `Fund V` is not `VI`."""
    found = core_name.str.extract_all(_NUMBER)
    arabic = found.list.eval(pl.element().str.extract(r"(\S+)$", 1).replace(_ROMAN).str.strip_chars_start("0"))
    return arabic.list.join(" ").fill_null("")


def numbers_in(written: pl.Series) -> pl.Series:
    """The numbers of names as written; names without any are not normalized, which saves time."""
    rows = written.to_frame("written").with_row_index("row")
    some = rows.filter(pl.col("written").str.contains(_MAY_COUNT))
    found = some.select("row", numbers=numbers(normal_name(pl.col("written"))))
    return rows.select("row").join(found, on="row", how="left", maintain_order="left")["numbers"].fill_null("")


def _in_brackets(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all(_DELETED, "").str.extract(_IN_BRACKETS, 1)


def _is_account(word: pl.Expr) -> pl.Expr:
    return word.str.contains("[0-9_]") & ~word.str.contains(_NO_ACCOUNT)


def _segment(name: pl.Expr, pattern: str) -> pl.Expr:
    found = name.str.replace_all(_DELETED, "").str.extract(pattern, 1).str.strip_chars()
    return pl.when(found != "").then(found)
