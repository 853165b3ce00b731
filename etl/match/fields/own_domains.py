"""Domains that bear the name of their firm: the firm's own, never a provider's.

Another domain may belong to its internet access, its bookkeeper or its landlord, whatever the lists know.

Locality: whole; a word is as distinctive as it is rare among the companies, and a town's name is not distinctive.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from etl.match import normalize_names
from etl.match.fields import normalize_fields
from etl.match.fields.normalize_fields import COUNTRY_CODES, KNOWN_STATES
from etl.match.fields.places import place_names, place_words
from etl.match.legal_forms import LEGAL_FORMS
from etl.match.name_table import MOST_WORDS, NameTable, split_words
from etl.match.name_variants import GUESS
from etl.match.vocabulary import Vocabulary
from etl.match.word_lists import COMMON_WORDS, STATES

NAMED: Final = "named domain"
"""The kind of a domain that bears its company's name."""

_LEAST_BITS: Final = 7.0
_LEAST_LETTERS: Final = 3
_PROVIDERS: Final = (
    "net", "web", "tel", "isp", "dsl", "www", "online", "network", "networks", "media", "digital", "cloud", "data",
    "communications", "communication", "internet", "mail", "host", "hosting", "store", "shop", "market",
    "broadband", "wireless", "wifi", "fiber", "fibre", "cable", "cablevision", "telecom", "telephone", "tele", "email",
)  # fmt: skip
"""Words of providers' names: where the firm has none of them in its own name, the domain is not its own."""
_UMLAUTS: Final = {"ae": "a", "oe": "o", "ue": "u"}
_ADDED: Final = sorted({
    re.sub("([aou])e", r"\1", word)
    for word in (*COMMON_WORDS, *LEGAL_FORMS, *(name.replace(" ", "") for name in STATES.values()),
                 "usa", "the", "team")
    if len(word) >= _LEAST_LETTERS and " " not in word and word not in _PROVIDERS
})  # fmt: skip
"""What a label may hold besides the name."""
_SHORT_FORMS: Final = tuple(form for form in LEGAL_FORMS if len(form) < _LEAST_LETTERS)
_CODES: Final = sorted({*KNOWN_STATES, *COUNTRY_CODES, *_SHORT_FORMS, "hq"})
"""What may stand behind the name and nowhere else: `zaventtx`, but no `escape` of a Cape Dental."""
_GAP: Final = "-"
"""Stands where a word of the name was."""
_EXPLAINED: Final = rf"^(?:{'|'.join(_ADDED)}|{_GAP})*(?:{'|'.join(_CODES)})?\d*$"
_ROW: Final = ["record", "name", "key_text"]


def named_domains(keys: pl.DataFrame, naming: NameTable, vocabulary: Vocabulary, towns: pl.Series) -> pl.DataFrame:
    """The domains that bear the name of their company.

    They are its whole name, or hold a distinctive word, or all of several common words, or begin with
    its initials; and whatever else they hold are words of its name, common words, or a code of a place behind it. The
    name of a place is no firm's, unless it is the whole name of the firm.

    Args:
        keys: `record, kind, key_text` of the companies.
        naming: their names.
        vocabulary: the words of all names.
        towns: those of both sides, see `places.towns`.

    Returns:
        `record, kind, key_text`, of the kind `NAMED`.
    """
    label = _short(normalize_fields.label(pl.col("key_text")))
    labels = keys.filter(pl.col("kind") == "domain").select("record", "key_text", label=label)
    # numbered before any is left out: the words of a name are found by its number
    table = naming.table.with_row_index("name").filter(pl.col("kind") != GUESS)
    labeled_names = labels.join(
        table.select("record", "name", "core", squashed=_short(pl.col("squashed"))), on="record"
    )
    hits = _hits(labeled_names, _words(naming, vocabulary, towns))
    candidates = labeled_names.join(hits, on=_ROW, how="left", maintain_order="left").with_columns(_initials())
    is_in = pl.col("label").str.contains(pl.col("squashed"), literal=True) & pl.col("core").str.contains(" ")
    is_place = pl.col("label").is_in([place.replace(" ", "") for place in place_names(towns)])
    bears = (
        (pl.col("label") == pl.col("squashed"))
        | (~is_place & (pl.col("is_distinctive") | is_in) & _without_words().str.contains(_EXPLAINED))
        | pl.col("label").str.strip_prefix(pl.col("initials")).str.contains(_EXPLAINED)
    )
    return candidates.filter(bears).select("record", kind=pl.lit(NAMED), key_text="key_text").unique()


def _words(naming: NameTable, vocabulary: Vocabulary, towns: pl.Series) -> pl.DataFrame:
    """`name, word, is_distinctive`: true if the word distinguishes a firm from others."""
    stems = vocabulary.stems.with_row_index("stem").select("stem", "bits", "is_common")
    weighed = (
        vocabulary.words.select("word", "stem").with_columns(pl.col("stem").cast(pl.UInt32)).join(stems, on="stem")
    )
    is_place = pl.col("word").is_in(place_words(towns))
    marked = weighed.select(
        "word",
        is_distinctive=~pl.col("is_common") & (pl.col("bits") >= _LEAST_BITS) & ~is_place
        & ~pl.col("word").is_in(_PROVIDERS) & ~pl.col("word").str.contains(r"^\d+$"),
    )  # fmt: skip
    return (
        split_words(naming.table).join(marked, on="word").select("name", "is_distinctive", word=_short(pl.col("word")))
    )


def _short(letters: pl.Expr) -> pl.Expr:
    """German umlauts without their e: `mueller-bau` bears Müller Bau."""
    return letters.str.replace_many(_UMLAUTS)


def _hits(labeled_names: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """The words of each name that its label holds, the longest first, and whether one of them is distinctive."""
    pairs = labeled_names.select(*_ROW, "label").join(words, on="name")
    length, word = pl.col("word").str.len_chars(), pl.col("word")
    is_in = pl.when(length < _LEAST_LETTERS + 1).then(pl.col("label").str.starts_with(word)).otherwise(
        pl.col("label").str.contains(word, literal=True)
    )  # fmt: skip
    hits = pairs.filter(is_in & (length > 1)).with_columns(
        is_distinctive=pl.col("is_distinctive") & (length >= _LEAST_LETTERS)
    )
    ordered = hits.sort(*_ROW, length, word, descending=[False] * len(_ROW) + [True, False])
    return ordered.group_by(_ROW).agg("word", pl.col("is_distinctive").any())


def _without_words() -> pl.Expr:
    """A label without the words of the name."""
    rest = pl.col("label")
    for at in range(MOST_WORDS):
        word = pl.col("word").list.get(at, null_on_oob=True)
        rest = pl.when(word.is_null()).then(rest).otherwise(rest.str.split(word).list.join(_GAP))
    return rest


def _initials() -> pl.Expr:
    """The initials that a label begins with: `iff` of `International Flavors & Fragrances`; null if none fit."""
    every = (
        normalize_names.initials(pl.col("core")),
        normalize_names.initials(normalize_names.without_links(pl.col("core"))),
    )
    fits = (
        pl.when((letters.str.len_chars() >= _LEAST_LETTERS) & pl.col("label").str.starts_with(letters)).then(letters)
        for letters in every
    )
    return pl.coalesce(fits).alias("initials")
