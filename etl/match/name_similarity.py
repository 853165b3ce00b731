"""The agreement of the names of a pair: equal in a normal form or, if not, the words that they share and lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from etl.match.fields.marks import clashes
from etl.match.name_variants import ALIAS, GUESS, PARENT, PART
from etl.match.parallel import map_parallel
from etl.match.records import NormalizedRecords
from etl.match.scorecard import KINDS_OF_EVIDENCE

_PREFIX_SHARE, _SLIP_SHARE = 0.8, 0.9
"""How much of a word's bits count where only its beginning, or all but a slip, agrees."""

_LEVELS: Final = tuple(KINDS_OF_EVIDENCE["name"])
"""Best first: with several names, the best comparison counts."""
NAME: Final = pl.Enum(_LEVELS)
_MADE: Final = (PART, GUESS)
"""Kinds of names that nobody has written: two of them are not compared."""
_NEAR, _SIMILAR, _ALIKE = 92.0, 84.0, 72.0


def compare_names(pairs: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Find the best comparison of each pair's names.

    Locality: group: customer.

    Args:
        pairs: `customer, company`, rows of the records.
        records: both sides in normal form.

    Returns:
        One row per pair, in its order: `name` (level), `similarity` (0 to 100), `shared_bits`, `left_bits` and
        `right_bits` (of words that only the customer, only the company has), `is_first_shared`, and the rows of the
        names compared, `left_name` and `right_name`.
    """
    compared = _name_pairs(pairs, records)
    levelled = _add_levels(compared, records)
    # among equal names the one that contradicts: a second name must not hide what the first one says
    best = levelled.sort("pair", "order", "is_at_peace", "missing", "name", "left_name", "right_name").unique(
        "pair", keep="first", maintain_order=True
    )
    every = pl.DataFrame({"pair": pl.arange(pairs.height, eager=True, dtype=pl.UInt32)})
    return every.join(best, on="pair", how="left", maintain_order="left").drop(
        "pair", "missing", "order", "is_at_peace"
    )


def _name_pairs(pairs: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Every name of the customer with every name of the company; two parts of names are not compared."""
    customer_names, company_names = (
        naming.table.select("record", "kind").with_row_index(f"{side}_name").rename({"kind": f"{side}_kind"})
        for side, naming in (("left", records.customer_names), ("right", records.company_names))
    )
    numbered = pairs.select("customer", "company").with_row_index("pair")
    both = numbered.join(customer_names, left_on="customer", right_on="record", how="left", maintain_order="left").join(
        company_names, left_on="company", right_on="record", how="left", maintain_order="left"
    )
    is_made = pl.col("left_kind").is_in(_MADE)
    return both.filter(~(is_made & pl.col("right_kind").is_in(_MADE)) | is_made.is_null())


def _add_levels(compared: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Add the level and, for names that are not equal, their words and their spelling."""
    names = compared.filter(pl.col("left_name").is_not_null() & pl.col("right_name").is_not_null())
    left, right = names["left_name"].to_numpy(), names["right_name"].to_numpy()
    customers, companies = records.customer_names, records.company_names
    is_equal = pl.Series(customers.name_key[left] == companies.name_key[right])
    is_moved = (customers.words_key[left] == companies.words_key[right]) & (customers.words_key[left] != 0)
    squashed = customers.table["squashed"].gather(left) == companies.table["squashed"].gather(right)
    # the same letters with other accents are another name
    is_other = is_equal & clashes(customers.table["accents"].gather(left), companies.table["accents"].gather(right))
    left_form, right_form = customers.table["legal_form"].gather(left), companies.table["legal_form"].gather(right)
    flat = names.with_columns(
        is_equal=is_equal & ~is_other,
        is_moved=(pl.Series(is_moved) | squashed) & ~is_other,
        is_same_form=left_form.eq_missing(right_form),
        is_at_peace=(left_form == right_form).fill_null(value=True),
        is_same_tail=customers.table["tail"].gather(left).eq_missing(companies.table["tail"].gather(right)),
    )
    worded = pl.concat((flat, _words(flat, records)), how="horizontal")
    worded = worded.with_columns(missing=pl.col("left_bits") + pl.col("right_bits"))
    worded = worded.lazy().with_columns(name=_level()).collect()
    # a parent that is not equal says nothing: every child has one
    compared = worded.filter((pl.col("left_kind") != PARENT) | (pl.col("name") == "parent"))
    # names that are not equal are ordered by their words, not by their letters
    order = pl.min_horizontal(pl.col("name").to_physical(), pl.lit(_LEVELS.index("near"), dtype=pl.UInt8))
    return compared.with_columns(order=order).select(_COLUMNS)


_COLUMNS: Final = (
    "pair", "name", "similarity", "shared_bits", "left_bits", "right_bits", "is_first_shared", "missing", "left_name",
    "right_name", "order", "is_at_peace",
)  # fmt: skip


def _level() -> pl.Expr:
    similarity = pl.col("similarity")
    is_alias = (pl.col("left_kind") == ALIAS) | (pl.col("right_kind") == ALIAS)
    is_part = (pl.col("left_kind") == PART) | (pl.col("right_kind") == PART)
    is_guess = (pl.col("left_kind") == GUESS) | (pl.col("right_kind") == GUESS)
    is_any = pl.col("is_equal") | pl.col("is_moved")
    level = (
        pl.when((pl.col("left_kind") == PARENT) & is_any).then(pl.lit("parent"))
        .when(is_any & is_guess).then(pl.lit("guess"))
        .when(is_any & is_part).then(pl.lit("part"))
        .when(is_any & is_alias).then(pl.lit("alias"))
        .when(pl.col("is_equal") & ~pl.col("is_same_tail")).then(pl.lit("rearranged"))
        .when(pl.col("is_equal") & pl.col("is_same_form")).then(pl.lit("same"))
        .when(pl.col("is_equal")).then(pl.lit("equal"))
        .when(pl.col("is_moved")).then(pl.lit("rearranged"))
        .when(pl.col("is_cut")).then(pl.lit("cut"))
        .when(similarity >= _NEAR).then(pl.lit("near"))
        .when(similarity >= _SIMILAR).then(pl.lit("similar"))
        .when(similarity >= _ALIKE).then(pl.lit("alike"))
        .otherwise(pl.lit("unlike"))
    )  # fmt: skip
    return level.cast(NAME)


def _words(names: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Spelling and words of the names; equal names share all words and lack none."""
    differ = np.flatnonzero(~(names["is_equal"] | names["is_moved"]).to_numpy())
    left, right = names["left_name"].to_numpy()[differ], names["right_name"].to_numpy()[differ]
    lacking_left, lacking_right = (np.zeros(names.height, dtype=np.float32) for _ in range(2))
    bits = np.append(np.float32(0), records.vocabulary.bits.astype(np.float32))
    shared = bits[records.customer_names.stems].sum(axis=1)[names["left_name"].to_numpy()]
    first = np.ones(names.height, dtype=bool)
    alike = np.full(names.height, 100.0, dtype=np.float32)
    cut = np.zeros(names.height, dtype=bool)
    if len(differ):
        shared[differ], lacking_left[differ], lacking_right[differ], first[differ] = _align(left, right, records)
        tables = (records.customer_names.table, records.company_names.table)
        one, other = (table.select(_SPELT)[rows] for table, rows in zip(tables, (left, right), strict=True))
        alike[differ] = cpdist(one["core"].to_list(), other["core"].to_list(), scorer=fuzz.ratio, workers=-1)
        cut[differ] = (_is_cut(one, other) | _is_cut(other, one)).to_numpy()
    return pl.DataFrame({
        "similarity": alike, "shared_bits": shared, "left_bits": lacking_left, "right_bits": lacking_right,
        "is_first_shared": first, "is_cut": cut,
    })  # fmt: skip


_SPELT: Final = ("core", "squashed_whole", "is_full")


def _is_cut(short: pl.DataFrame, long: pl.DataFrame) -> pl.Series:
    """True if one name is the beginning of the other, and as long as the fields that cut names."""
    both = pl.DataFrame({"short": short["squashed_whole"], "long": long["squashed_whole"]}).with_row_index("row")
    full = both.filter(short["is_full"]).filter(pl.col("long").str.starts_with(pl.col("short")))
    return both["row"].is_in(full["row"].implode())


_AT_ONCE: Final = 100_000


def _align(left: np.ndarray, right: np.ndarray, records: NormalizedRecords) -> tuple[np.ndarray, ...]:
    """Bits of the words shared, only left and only right; whether the first words agree."""
    words = _Words(
        bits=np.append(np.float32(0), records.vocabulary.bits.astype(np.float32)),
        fixed=np.append(np.int32(0), records.corrections + 1),
        beginnings=records.vocabulary.beginnings,
    )
    runs = [slice(start, start + _AT_ONCE) for start in range(0, len(left), _AT_ONCE)]
    customer_stems, company_stems = records.customer_names.stems, records.company_names.stems
    parts = map_parallel(lambda run: _align_batch(customer_stems[left[run]], company_stems[right[run]], words), runs)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


@dataclass(frozen=True)
class _Words:
    """The properties of each word, by its number; 0 is no word.

    Attributes:
        bits: its information.
        fixed: the word of which it is a typo, or itself.
        beginnings: `Vocabulary.beginnings`.
    """

    bits: np.ndarray
    fixed: np.ndarray
    beginnings: tuple[np.ndarray, np.ndarray]


def _align_batch(customer_stems: np.ndarray, company_stems: np.ndarray, words: _Words) -> tuple[np.ndarray, ...]:
    """Compare each word with each word of the other name; the agreement with the best is its share, 0 to 1."""
    share_left, share_right = (np.zeros(side.shape, dtype=np.float32) for side in (customer_stems, company_stems))
    fixed, begins = words.fixed[customer_stems], words.beginnings[1][customer_stems]
    is_first = np.zeros(len(customer_stems), dtype=bool)
    for at in range(company_stems.shape[1]):
        # most names have but few words
        rows = np.flatnonzero(company_stems[:, at])
        share = _shares((customer_stems[rows], fixed[rows], begins[rows]), company_stems[rows, at], words)
        share_left[rows] = np.maximum(share_left[rows], share)
        share_right[rows, at] = np.maximum.reduce(share, axis=1)
        if at == 0:
            is_first[rows] = share[:, 0] > 0
    weight_left, weight_right = words.bits[customer_stems], words.bits[company_stems]
    shared = share_left * weight_left
    return (
        shared.sum(axis=1),
        (weight_left - shared).sum(axis=1),
        (weight_right - share_right * weight_right).sum(axis=1),
        is_first,
    )


def _shares(
    customer_words: tuple[np.ndarray, np.ndarray, np.ndarray], company_word: np.ndarray, words: _Words
) -> np.ndarray:
    """The agreement of each word of a name (as written, corrected, its first letters) with one word of the other."""
    word, (written, fixed, begins) = company_word[:, None], customer_words
    exact = written == word
    slip = (fixed == word) & ~exact
    opens = (begins == words.beginnings[1][word]) & (begins > 0) & ~exact & ~slip
    row, place = np.nonzero(opens)
    agrees = _is_beginning(written[row, place], company_word[row], words.beginnings[0])
    share: np.ndarray = exact + slip * np.float32(_SLIP_SHARE)
    share[row[agrees], place[agrees]] = _PREFIX_SHARE
    return share


def _is_beginning(one: np.ndarray, other: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """True if one word is the beginning of the other."""
    if not len(pairs):
        return np.zeros(len(one), dtype=bool)
    code = (np.minimum(one, other).astype(np.int64) << 32) + np.maximum(one, other)
    is_known: np.ndarray = pairs[np.minimum(np.searchsorted(pairs, code), len(pairs) - 1)] == code
    return is_known
