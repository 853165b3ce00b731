"""The normal forms of everything but names: account numbers, tax ids, domains and places, as expressions.

Locality: row, everywhere.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from etl.match.fields.marks import WORD_SIGNS, plain_letters, plain_signs, without_accents
from etl.match.fields.public_suffixes import TOP, registered_domain
from etl.match.word_lists import STATES

_NOTHING: Final = ("NA", "NONE", "NULL", "TBD", "TBA", "UNKNOWN", "TEST", "X", "XX", "XXX", "SAME", "VARIOUS")
_PLACEHOLDERS: Final = (
    *_NOTHING, "NEW", "PENDING", "DEFAULT", "CASH", "COD", "MISC", "PREPAID", "NEWCUSTOMER", "WALKIN",
)  # fmt: skip
_NO_PLACES: Final = (*_NOTHING, "NIL", "UNSPECIFIED", "TBC", "MULTIPLE", "OTHER", "NOTAVAILABLE", "NOCITY")

_LONGEST_CODE: Final = 3
_COUNTRIES: Final[dict[str, str]] = {
    "usa": "us", "united states": "us", "united states of america": "us", "america": "us",
    "uk": "gb", "united kingdom": "gb", "great britain": "gb", "england": "gb", "scotland": "gb", "wales": "gb",
    "northern ireland": "gb", "gbr": "gb", "canada": "ca", "can": "ca", "australia": "au", "aus": "au",
    "new zealand": "nz", "nzl": "nz", "ireland": "ie", "irl": "ie", "south africa": "za", "zaf": "za",
    "germany": "de", "deutschland": "de", "france": "fr", "netherlands": "nl", "the netherlands": "nl", "belgium": "be",
    "spain": "es", "italy": "it", "switzerland": "ch", "austria": "at", "sweden": "se", "norway": "no", "denmark": "dk",
    "finland": "fi", "portugal": "pt", "poland": "pl", "mexico": "mx", "singapore": "sg", "india": "in", "japan": "jp",
    "united arab emirates": "ae", "uae": "ae", "philippines": "ph", "malaysia": "my", "hong kong": "hk",
}  # fmt: skip

COUNTRY_NAMES: Final = tuple(name for name in _COUNTRIES if len(name) > _LONGEST_CODE)
COUNTRY_CODES: Final = tuple(sorted(set(_COUNTRIES.values())))

_NO_HOUSE: Final = (
    r"(?i)\b(?:p\W*o\W*box|box|level|floor|suite|ste|unit|apt|room|shop|lot|bldg|building)\W*\d+(?:\W*-\W*\d+)?[a-z]?\b"
    r"|\b\d+(?:st|nd|rd|th)\W+(?:floor|fl|level)\b"
)
_SHORT_STATES: Final = {
    "ala": "al", "ariz": "az", "ark": "ar", "cal": "ca", "calif": "ca", "colo": "co", "conn": "ct", "del": "de",
    "fla": "fl", "ill": "il", "ind": "in", "kan": "ks", "kans": "ks", "mass": "ma", "mich": "mi", "minn": "mn",
    "miss": "ms", "neb": "ne", "nebr": "ne", "nev": "nv", "okla": "ok", "ore": "or", "penn": "pa", "penna": "pa",
    "tenn": "tn", "tex": "tx", "wash": "wa", "wis": "wi", "wisc": "wi", "wyo": "wy", "alta": "ab", "man": "mb",
    "ont": "on", "que": "qc", "pq": "qc", "sask": "sk",
}  # fmt: skip
_PROVINCES: Final = {
    "ab": "alberta", "bc": "british columbia", "mb": "manitoba", "nb": "new brunswick", "ns": "nova scotia",
    "on": "ontario", "qc": "quebec", "sk": "saskatchewan", "nsw": "new south wales", "qld": "queensland",
    "vic": "victoria", "tas": "tasmania", "act": "australian capital territory",
}  # fmt: skip
_STATE_CODES: Final = {name.replace(" ", ""): code for code, name in (STATES | _PROVINCES).items()} | _SHORT_STATES
KNOWN_STATES: Final = tuple(STATES | _PROVINCES)
"""The codes of the states and provinces that are known by name."""
STATE_NAMES: Final = (*STATES.values(), *_PROVINCES.values())

_HOST_SIGNS: Final = r"\p{L}\p{M}\p{N}.\-"
_DOT: Final = r"[\x{3002}\x{FF0E}\x{FF61}]"
_ENCODED: Final = "xn--"
_LABEL_ENCODED: Final = re.compile(r"\bxn--([a-z0-9-]+)")
MOST_SHARING: Final = 3
"""A domain or phone of more companies than this belongs to a bookkeeper, a landlord or the provider."""
# shorter ones are no tax id or postal code
_FILLERS: Final = "^(EXEMPT|NONE|PENDING|APPLIED|NOTAPPL|UNKNOWN|TEST)|^0?123456789?0?$"
_SHORTEST_TAX_ID, _SHORTEST_POSTAL_CODE = 6, 3
_COUNTRY_LETTERS: Final = 2
_BETWEEN: Final = rf"[^{WORD_SIGNS}]"
_DASH: Final = r"[\p{Pd}\x{2212}]"
_NO_SIGN: Final = r"[^A-Z0-9\p{Co}]"
"""What a tax id or a postal code is written with besides; a sign that must not become a digit stays."""


def account_key(number: pl.Expr, *, is_apart: bool = False) -> pl.Expr:
    """An account number without case, outer blanks, `_C`/`_V` and the leading zeros that spreadsheets lose.

    Args:
        number: as it is written.
        is_apart: keep what stands between its parts: 100-11 and 1001-1 are two numbers.
    """
    written = plain_signs(number).str.to_uppercase().str.strip_chars().str.replace("_[CV]$", "")
    bare = written.str.replace_all(_BETWEEN, "")
    is_filler = bare.str.strip_chars_start("0").is_in(_PLACEHOLDERS) | bare.str.contains(
        "^0*(?:12345+6?7?8?9?|1{4,}|2{4,}|3{4,}|4{4,}|5{4,}|6{4,}|7{4,}|8{4,}|9{4,})?$"
    )
    kept_signs = written.str.replace_all(_DASH, "-").str.replace_all(r"\s+", " ") if is_apart else bare
    return pl.when(~is_filler).then(kept_signs.str.replace(r"^0+(\d+)$", "$1"))


def is_in_parts(number: pl.Expr) -> pl.Expr:
    """True if a sign separates the parts of an account number: `A-12`, not `A12` or `ACME INC`."""
    written = number.str.strip_chars().str.replace("(?i)_[CV]$", "")
    return written.str.contains(rf"[{WORD_SIGNS}]{_BETWEEN}+[{WORD_SIGNS}]") & written.str.contains(r"\d")


def bare_key(key: pl.Expr) -> pl.Expr:
    """The digits of an account key that consists of letters and at least four digits after them."""
    return key.str.extract(rf"^[A-Z]*{_BETWEEN}?0*(\d{{4,}})$", 1)


def tax_key(identifier: pl.Expr) -> pl.Expr:
    """A tax id without punctuation and country letters; null if too short, a word, or a placeholder."""
    bare = plain_signs(identifier).str.to_uppercase().str.replace_all(_NO_SIGN, "")
    key = bare.str.replace(r"^[A-Z]{2}(\d{6,})", "$1")
    is_filler = (key.str.strip_chars(key.str.head(1)) == "") | key.str.contains(_FILLERS)
    return pl.when((key.str.len_chars() >= _SHORTEST_TAX_ID) & key.str.contains(r"\d{4}") & ~is_filler).then(key)


def email_domains(text: pl.Expr) -> pl.Expr:
    """The registered domains of all the addresses in a text."""
    hosts = _decode_hosts(text).str.extract_all(rf"@[{_HOST_SIGNS}]+\.{TOP}")
    return _clean(hosts.list.eval(registered_domain(pl.element().str.strip_chars_start("@"))))


def site_domains(website: pl.Expr) -> pl.Expr:
    """The registered domain of a website, as a list of one or none."""
    host = _decode_hosts(website).str.strip_chars().str.extract(r"^(?:[a-z]+:/+)?([^/:?#\s@]+)", 1)
    hosts = pl.concat_list(host.str.replace(r"^www\d*\.(.+\..+)$", "$1"))
    # by element: the host itself is worked out once
    return _clean(hosts.list.eval(registered_domain(pl.element())))


def label(domain: pl.Expr) -> pl.Expr:
    """The letters and digits of a registered domain before its suffix, without accents, as names are written."""
    letters = without_accents(plain_letters(domain.str.extract(r"^([^.]+)", 1)))
    return letters.str.replace_all(_BETWEEN, "")


def _decode_hosts(text: pl.Expr) -> pl.Expr:
    """Lower case, with international domain names as they are read: `müller.de` of `xn--mller-kva.de`."""
    dotted = text.str.to_lowercase().str.replace_all(_DOT, ".")
    return dotted.map_batches(_decode, return_dtype=pl.String).str.normalize("NFC")


def _decode(texts: pl.Series) -> pl.Series:
    some = texts.str.contains(_ENCODED, literal=True).fill_null(value=False)
    if not some.any():
        return texts
    return texts.scatter(some.arg_true(), [_LABEL_ENCODED.sub(_letters, text) for text in texts.filter(some)])


def _letters(encoded: re.Match[str]) -> str:
    try:
        return encoded[1].encode("ascii").decode("punycode")
    except ValueError:
        return encoded[0]


def postal_key(code: pl.Expr) -> pl.Expr:
    """A postal code without spaces, the last four digits of ZIP+4 and lost leading zeros."""
    written = plain_signs(code).str.to_uppercase()
    short = written.str.replace(rf"^\s*(\d{{4,5}}){_DASH}\d{{4}}\s*$", "$1").str.replace_all(_NO_SIGN, "")
    key = short.str.replace(r"^(\d{5})\d{4}$", "$1").str.strip_chars_start("0")
    is_filler = (key.str.strip_chars(key.str.head(1)) == "") | key.str.contains("^123456?$")
    return pl.when((key.str.len_chars() >= _SHORTEST_POSTAL_CODE) & key.str.contains(r"\d") & ~is_filler).then(key)


def place_key(city: pl.Expr) -> pl.Expr:
    """A city in plain lower-case letters, Saint and Fort written short."""
    key = (
        city.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[^a-z ]", "").str.strip_chars()
        .str.replace("^saint ", "st ").str.replace("^fort ", "ft ").str.replace_all(" +", " ")
    )  # fmt: skip
    return pl.when((key != "") & ~_is_no_place(key)).then(key)


def _is_no_place(key: pl.Expr) -> pl.Expr:
    return key.str.replace_all(" ", "", literal=True).str.to_uppercase().is_in(_NO_PLACES)


def house_key(address: pl.Expr) -> pl.Expr:
    """The first number of an address line; streets are written in too many ways.

    A floor or a box is one only where there is no other, and never the same as a house.
    """
    written = plain_signs(address)
    house = written.str.replace_all(_NO_HOUSE, "").str.extract(r"(\d+\p{Co}?)", 1)
    return pl.coalesce(house, pl.concat_str(pl.lit("#"), written.str.extract(r"(\d+)", 1)))


def country_key(country: pl.Expr) -> pl.Expr:
    """The two-letter code of a country as written; null if unknown: an unknown country contradicts none."""
    plain = country.str.to_lowercase().str.replace_all(r"[^a-z ]", "").str.strip_chars()
    code = plain.replace(_COUNTRIES)
    return pl.when(code.str.len_chars() == _COUNTRY_LETTERS).then(code)


def state_key(state: pl.Expr) -> pl.Expr:
    """The code of a state or province; null if a name is written out and unknown: it would differ from its code."""
    key = state.str.to_lowercase().str.replace_all(r"[^a-z]", "").replace(_STATE_CODES)
    return pl.when(key.str.len_chars().is_between(2, 3) & ~_is_no_place(key)).then(key)


def distinct(values: pl.Expr) -> pl.Expr:
    """The different values of a list, in order."""
    # list.sort is far slower on text
    return values.list.eval(pl.element().drop_nulls().unique().sort())


def _clean(values: pl.Expr) -> pl.Expr:
    return distinct(values).fill_null([])
