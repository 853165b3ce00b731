"""Under which keys a record can be found: candidates are the pairs that share at least one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.match.profiles import Profiles

MOST_WITH_KEY: Final = 400
"""A key of more companies than this is dropped: it would only make work."""
_MOST_WITH_WORD: Final = 120
"""Words in more names than this are found in pairs, which are rarer."""
_IDENTIFIERS: Final = ("account", "tax")
"""Whoever shares one of these is looked at, whatever the names are."""
_GRAIN: Final = 16
"""Bits are kept in sixteenths: their sums are exact, whatever their order."""
_MOST_WORDS: Final = 8
_START, _SHORT_START = 10, 5

_ID: Final = "record_id"


@dataclass(frozen=True)
class Keys:
    """The keys of both sides.

    Attributes:
        customers: `customer_id_acct, key_kind, key_text, key_bits, is_identifier`; only keys that a company has.
        companies: `company_id_cw, key_kind, key_text`; only keys that at most 400 companies have.
    """

    customers: pl.DataFrame
    companies: pl.DataFrame


def keys(profiles: Profiles) -> Keys:
    """Say under which keys each record is found, and how much each key tells.

    Locality: whole; a key is worth log2(companies / companies with the key) bits.
    """
    company_names = profiles.companies.with_columns(kind=pl.lit("own"))
    right = pl.concat((_names(company_names, "company_id_cw"), _fields(profiles.companies, "company_id_cw")))
    left = pl.concat(
        (_names(profiles.customer_names, "customer_id_acct"), _fields(profiles.customers, "customer_id_acct"))
    )
    bits = ((1 + profiles.companies.height / pl.col("sharing")).log(2) * _GRAIN).round() / _GRAIN
    most = pl.when(pl.col("key_kind") == "word").then(_MOST_WITH_WORD).otherwise(MOST_WITH_KEY)
    worth = right.group_by("key_kind", "key_text").agg(sharing=pl.len()).filter(pl.col("sharing") <= most)
    worth = worth.select("key_kind", "key_text", key_bits=bits, is_identifier=pl.col("key_kind").is_in(_IDENTIFIERS))
    on = ["key_kind", "key_text"]
    return Keys(
        customers=left.join(worth, on=on, maintain_order="left").rename({_ID: "customer_id_acct"}),
        companies=right.join(worth, on=on, how="semi", maintain_order="left").rename({_ID: "company_id_cw"}),
    )


def _names(named: pl.DataFrame, record_id: str) -> pl.DataFrame:
    squashed = pl.col("squashed_name")
    start = pl.when(squashed.str.len_chars() > _START).then(squashed.str.head(_START)).otherwise(
        squashed.str.head(_SHORT_START)
    )  # fmt: skip
    whole = [
        _keyed(named, record_id, kind, expression)
        for kind, expression in (("name", pl.col("sorted_name")), ("squashed", squashed), ("start", start))
    ]
    words = named.select(pl.col(record_id).alias(_ID), words=pl.col("words").list.head(_MOST_WORDS)).drop_nulls()
    return pl.concat((*whole, _single(words), _paired(words))).unique(maintain_order=True)


def _single(words: pl.DataFrame) -> pl.DataFrame:
    return _keyed(words.explode("words").drop_nulls(), _ID, "word", pl.col("words"))


def _paired(words: pl.DataFrame) -> pl.DataFrame:
    """Every two words of a name: what finds `First State Bank` when each word alone is everywhere."""
    numbered = words.with_row_index("name").explode("words").drop_nulls()
    both = numbered.join(numbered.drop(_ID), on="name", suffix="_other")
    both = both.filter(pl.col("words") < pl.col("words_other"))
    return _keyed(both, _ID, "pair", pl.concat_str("words", "words_other", separator=" "))


def _fields(profile: pl.DataFrame, record_id: str) -> pl.DataFrame:
    lists = {"account": "account_keys", "domain": "domain_keys", "phone": "phone_keys"}
    several = [
        _keyed(profile.select(record_id, column).explode(column), record_id, kind, pl.col(column))
        for kind, column in lists.items()
    ]
    return pl.concat((*several, _keyed(profile, record_id, "tax", pl.col("tax_key")))).unique(maintain_order=True)


def _keyed(frame: pl.DataFrame, record_id: str, kind: str, text: pl.Expr) -> pl.DataFrame:
    found = frame.select(pl.col(record_id).alias(_ID), key_kind=pl.lit(kind), key_text=text)
    return found.filter(pl.col("key_text").str.len_chars() > 0)
