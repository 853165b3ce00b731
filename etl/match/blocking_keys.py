"""Blocking keys: candidates are the pairs of records that share at least one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

import numpy as np
import polars as pl

from etl.match import normalize_names
from etl.match.candidates import Keys
from etl.match.fields import normalize_fields
from etl.match.fields.identifiers import ACCOUNTS
from etl.match.fields.normalize_fields import MOST_SHARING
from etl.match.fields.own_domains import NAMED
from etl.match.fields.phones import PHONE_DIGITS, TEN
from etl.match.name_table import NameTable, mix64
from etl.match.records import MOST_WITH_KEY, NormalizedRecords

_GRAIN: Final = 16
_PAIRED_WORDS: Final = 6
_STARTS: Final = (10, 5)
_ENDING: Final = 10
_SECOND_WORD: Final = r" (\S{2,}?)s?(?: |$)"
"""Without the plural's s."""
_ACRONYM_LETTERS: Final = (3, 6)


class Flag(IntFlag):
    """The kinds of keys that a pair shares; `LETTERS` does not come from keys, and need not fit their bits."""

    NAME = 1
    ACCOUNT = 2
    TAX = 4
    OWN_DOMAIN = 8
    SHARED_DOMAIN = 16
    PHONE = 32
    COMMON_PHONE = 64
    ACRONYM = 128
    LABEL = 256
    COMMON_DOMAIN = 512
    NAMED_DOMAIN = 1024
    SOLE_DOMAIN = 2048
    LETTERS = 4096


IDENTIFIERS: Final = int(Flag.ACCOUNT | Flag.TAX)
"""A pair that shares one of these is compared, whatever the names are."""

_ACRONYM_OF, _ACRONYM_IS, _LABEL_OF, _LABEL_IS = "acronym of", "acronym is", "label of", "label is"
_SOLE: Final = "sole domain"
_FLAGS: Final = {
    NAMED: Flag.NAMED_DOMAIN, _SOLE: Flag.SOLE_DOMAIN,
    "account": Flag.ACCOUNT, "identifier": Flag.ACCOUNT, "tax": Flag.TAX, "phone": Flag.PHONE,
    _ACRONYM_OF: Flag.ACRONYM, _ACRONYM_IS: Flag.ACRONYM, _LABEL_OF: Flag.LABEL, _LABEL_IS: Flag.LABEL,
}  # fmt: skip
_FIELDS: Final = (*ACCOUNTS, "tax", "domain", "address")
_LEAST_LABEL: Final = 5
_AMERICAN: Final = r"^[2-9]\d{9}$"

# kind of key -> its seed, how much of its bits count, and how many companies may have it
_KINDS: Final[dict[str, tuple[int, float, int]]] = {
    kind: (seed, worth, most)
    for seed, (kind, worth, most) in enumerate((
        ("account", 1.0, MOST_WITH_KEY), ("identifier", 1.0, MOST_WITH_KEY), ("tax", 1.0, MOST_WITH_KEY),
        ("domain", 1.0, MOST_WITH_KEY),
        ("phone", 1.0, MOST_WITH_KEY), ("address", 1.0, 100), ("squashed", 1.0, 100), ("start", 0.5, 60),
        ("ending", 0.5, 60), ("opening", 0.6, 100), (_ACRONYM_OF, 1.0, 50), (_ACRONYM_IS, 1.0, 50),
        (_LABEL_OF, 1.0, 50), (_LABEL_IS, 1.0, 50),
        ("place_key", 1.0, MOST_WITH_KEY), ("postal_key", 1.0, MOST_WITH_KEY),
        ("word", 1.0, 150), ("pair", 0.5, 150), (NAMED, 0.0, MOST_WITH_KEY), (_SOLE, 0.0, 1),
    ), start=10)
}  # fmt: skip


def build_keys(records: NormalizedRecords) -> tuple[Keys, Keys]:
    """Give each record its keys, and each key its weight.

    Locality: whole; a key is worth log2(companies / companies with the key) bits.

    Returns:
        The customers' keys by customer, the companies' by key; only keys that both sides have, kind by kind.
    """
    fixed = np.append(np.int32(0), records.corrections + 1)
    left = _keys_of_side(_Side(records.customer_names, records.customer_keys, records.customers, fixed))
    right = _keys_of_side(_Side(records.company_names, records.company_keys, records.companies))
    companies = records.companies.height
    shared = [
        _shared_keys(of_customers, of_companies, kind, companies)
        for (kind, of_customers), (_, of_companies) in zip(left, right, strict=True)
    ]
    customer_keys, company_keys = (pl.concat(side) for side in zip(*shared, strict=True))
    return _arrays(customer_keys.sort("record")), _arrays(company_keys.sort("key", "record"))


def _shared_keys(
    customer_records: pl.DataFrame, company_records: pl.DataFrame, kind: str, companies: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The keys of one kind that both sides have, and not too many companies."""
    _, worth, most = _KINDS[kind]
    customer_records, company_records = customer_records.unique(), company_records.unique()
    sharing = company_records.group_by("key").agg(sharing=pl.len()).filter(pl.col("sharing") <= most)
    customer_keys = customer_records.join(sharing, on="key", how="semi")
    hit = sharing.join(customer_keys.select("key").unique(), on="key", how="semi")
    company_keys = company_records.join(hit.with_columns(weight=_weight(companies, worth), flag=_flag(kind)), on="key")
    nothing = pl.lit(0, dtype=pl.Int32)
    return customer_keys.with_columns(weight=nothing, flag=nothing), company_keys.drop("sharing")


def _weight(companies: int, worth: float) -> pl.Expr:
    return ((1 + companies / pl.col("sharing")).log(2) * _GRAIN * worth).round().cast(pl.Int32)


def _flag(kind: str) -> pl.Expr:
    if kind == "phone":
        phone = pl.when(pl.col("sharing") <= MOST_SHARING).then(int(Flag.PHONE)).otherwise(int(Flag.COMMON_PHONE))
        return phone.cast(pl.Int32)
    if kind != "domain":
        return pl.lit(int(_FLAGS.get(kind, Flag.NAME)), dtype=pl.Int32)
    flag = (
        pl.when(pl.col("sharing") == 1).then(int(Flag.OWN_DOMAIN))
        .when(pl.col("sharing") <= MOST_SHARING).then(int(Flag.SHARED_DOMAIN))
        .otherwise(int(Flag.COMMON_DOMAIN))
    )  # fmt: skip
    return flag.cast(pl.Int32)


def _arrays(frame: pl.DataFrame) -> Keys:
    return Keys(*(frame[name].to_numpy() for name in ("record", "key", "weight", "flag")))


@dataclass(frozen=True)
class _Side:
    """The records of one side from which its keys are built; `fixed` is given for the customers only."""

    naming: NameTable
    fields: pl.DataFrame
    records: pl.DataFrame
    fixed: np.ndarray | None = None


_Kind = tuple[str, pl.DataFrame]


def _keys_of_side(side: _Side) -> Iterator[_Kind]:
    """The keys of one side, kind by kind, so that memory holds one kind at a time: `record, key`."""
    table, stems = side.naming.table, side.naming.stems
    squashed, is_customer = pl.col("squashed"), side.fixed is not None
    second = pl.col("core").str.extract(_SECOND_WORD, 1)
    opening = pl.concat_str(pl.col("core").str.head(3), second, separator=" ")
    record = table["record"].to_numpy()
    matrices = [stems] if side.fixed is None else _with_corrections(stems, side.fixed)
    yield _key_table(table, "squashed", squashed)
    for length in _STARTS:
        yield _key_table(table, "start", squashed.str.head(length))
    yield _key_table(table, "ending", squashed.str.tail(_ENDING))
    yield _key_table(table, "opening", opening)
    yield from _acronyms(table, is_customer=is_customer)
    yield from _labels(table, side.fields, is_customer=is_customer)
    yield from _names_in_place(side)
    yield from _domains(side, is_customer=is_customer)
    yield _phones(side.fields, is_customer=is_customer)
    for kind in _FIELDS:
        yield _key_table(side.fields.filter(pl.col("kind") == kind), kind, pl.col("key_text"))
    yield "word", pl.concat(part for matrix in matrices for part in _single_words(record, matrix))
    yield "pair", pl.concat(part for matrix in matrices for part in _word_pairs(record, matrix))


def _with_corrections(stems: np.ndarray, fixed: np.ndarray) -> list[np.ndarray]:
    """The words as written and, for names with a typo, the corrected words."""
    corrected = fixed[stems]
    has_slip = (corrected != stems).any(axis=1)
    return [stems, np.where(has_slip[:, None], corrected, 0)]


def _key_table(table: pl.DataFrame, kind: str, text: pl.Expr) -> tuple[str, pl.DataFrame]:
    texts = table.select("record", text=text).filter(pl.col("text").str.len_bytes() > 0)
    return kind, texts.select("record", key=pl.col("text").hash(_KINDS[kind][0]))


def _acronyms(table: pl.DataFrame, *, is_customer: bool) -> list[_Kind]:
    """`IFF` finds `International Flavors & Fragrances`, in both directions; two long names never meet this way."""
    core, (least, most) = pl.col("core"), _ACRONYM_LETTERS
    long = table.filter(core.str.count_matches(" ", literal=True) >= least - 1)
    short = table.filter(core.str.len_bytes().is_between(least, most) & ~core.str.contains("[^a-z]"))
    whole, letters = (
        long.select("record", text=normalize_names.initials(normalize_names.without_links(core))),
        short.select("record", text=core),
    )
    # what is the long name on one side is the short one on the other
    pairs = ((_ACRONYM_OF, whole, letters), (_ACRONYM_IS, letters, whole))
    return [
        _key_table(of_customer if is_customer else of_company, kind, pl.col("text"))
        for kind, of_customer, of_company in pairs
    ]


def _labels(table: pl.DataFrame, fields: pl.DataFrame, *, is_customer: bool) -> list[_Kind]:
    """`Taseko Mines` finds the company whose website is tasekomines.com, whatever its current name."""
    sites = fields.filter(pl.col("kind") == "domain").with_columns(squashed=normalize_fields.label(pl.col("key_text")))
    whole = table.filter(pl.col("squashed") != pl.col("squashed_whole"))
    named = pl.concat((table.select("record", "squashed"), whole.select("record", squashed="squashed_whole")))
    pairs = ((_LABEL_OF, named, sites), (_LABEL_IS, sites, named))
    long = pl.col("squashed").str.len_bytes() >= _LEAST_LABEL
    return [
        _key_table((of_customer if is_customer else of_company).filter(long), kind, pl.col("squashed"))
        for kind, of_customer, of_company in pairs
    ]


def _domains(side: _Side, *, is_customer: bool) -> list[_Kind]:
    """Domains that bear the company's name, and those that one company has, and one family of customers."""
    text, whose = pl.col("key_text"), "family" if is_customer else "record"
    domains = side.fields.filter(pl.col("kind") == "domain")
    named = domains if is_customer else side.fields.filter(pl.col("kind") == NAMED)
    owned = domains.join(side.records.select("record", whose), on="record") if is_customer else domains
    sole = owned.filter(pl.col(whose).n_unique().over("key_text") == 1)
    return [_key_table(named, NAMED, text), _key_table(sole, _SOLE, text)]


def _phones(fields: pl.DataFrame, *, is_customer: bool) -> _Kind:
    """Two numbers of ten digits meet if all ten are the same, any others if the last nine are.

    A number of North America has ten digits and no zero before them, and meets no others.
    """
    numbers, text = fields.filter(pl.col("kind") == "phone"), pl.col("key_text")
    is_ten, is_american = text.str.len_chars() >= TEN, text.str.contains(_AMERICAN)
    tens, others = numbers.filter(is_ten), numbers.filter(~is_ten)
    abroad = numbers.filter(~is_american)
    last = text.str.tail(PHONE_DIGITS)
    # what meets other numbers only is on one side for numbers of ten digits, on the other side for the others
    parts = (
        tens,
        (abroad if is_customer else others).with_columns(key_text=pl.concat_str(pl.lit("l"), last)),
        (others if is_customer else tens.filter(~is_american)).with_columns(key_text=pl.concat_str(pl.lit("r"), last)),
    )
    return _key_table(pl.concat(parts), "phone", text)


def _names_in_place(side: _Side) -> list[_Kind]:
    """Namesakes in one town come before the others; words in another order or in the plural are no other name."""
    words = side.naming.table.select("record", words=side.naming.words_key).filter(pl.col("words") != 0)
    named = words.join(side.records.select("record", "place_key", "postal_key"), on="record")
    return [
        _key_table(named, place, pl.concat_str("words", place, separator="\x1f"))
        for place in ("place_key", "postal_key")
    ]


def _single_words(record: np.ndarray, stems: np.ndarray) -> list[pl.DataFrame]:
    return [_hash_keys(record, stems[:, at].astype(np.uint64)) for at in range(stems.shape[1])]


def _word_pairs(record: np.ndarray, stems: np.ndarray) -> list[pl.DataFrame]:
    """Every two words of a name: they find `First State Bank` where each single word is too common."""
    parts = []
    for one in range(_PAIRED_WORDS):
        for other in range(one + 1, _PAIRED_WORDS):
            low, high = np.minimum(stems[:, one], stems[:, other]), np.maximum(stems[:, one], stems[:, other])
            both = (low.astype(np.uint64) << np.uint64(32)) | high.astype(np.uint64)
            parts.append(_hash_keys(record, np.where((low > 0) & (low != high), both, np.uint64(0))))
    return parts


def _hash_keys(record: np.ndarray, numbers: np.ndarray) -> pl.DataFrame:
    """Keys of numbers; 0 is none."""
    there = numbers > 0
    return pl.DataFrame({"record": record[there], "key": mix64(numbers[there])})
