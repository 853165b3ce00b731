"""How the names of a pair agree: equal in a normal form or, where not, which words they share and which they lack."""

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


def similarity(pairs: pl.DataFrame, profiles: NormalizedRecords) -> pl.DataFrame:
    """The best comparison of each pair's names.

    Locality: group: customer.

    Args:
        pairs: `customer, company`, rows of the profiles.
        profiles: both sides in normal form.

    Returns:
        One row per pair, in its order: `name` (level), `similarity` (0 to 100), `shared_bits`, `left_bits` and
        `right_bits` (of words that only the customer, only the company has), `is_first_shared`, and the rows of the
        names compared, `left_name` and `right_name`.
    """
    compared = _name_pairs(pairs, profiles)
    levelled = _levelled(compared, profiles)
    # among equal names the one that contradicts: a second name must not hide what the first one says
    best = levelled.sort("pair", "order", "is_at_peace", "missing", "name", "left_name", "right_name").unique(
        "pair", keep="first", maintain_order=True
    )
    every = pl.DataFrame({"pair": pl.arange(pairs.height, eager=True, dtype=pl.UInt32)})
    return every.join(best, on="pair", how="left", maintain_order="left").drop(
        "pair", "missing", "order", "is_at_peace"
    )


def _name_pairs(pairs: pl.DataFrame, profiles: NormalizedRecords) -> pl.DataFrame:
    """Every name of the customer beside every name of the company; two parts of names are not compared."""
    left, right = (
        naming.table.select("record", "kind").with_row_index(f"{side}_name").rename({"kind": f"{side}_kind"})
        for side, naming in (("left", profiles.customer_names), ("right", profiles.company_names))
    )
    numbered = pairs.select("customer", "company").with_row_index("pair")
    both = numbered.join(left, left_on="customer", right_on="record", how="left", maintain_order="left").join(
        right, left_on="company", right_on="record", how="left", maintain_order="left"
    )
    is_made = pl.col("left_kind").is_in(_MADE)
    return both.filter(~(is_made & pl.col("right_kind").is_in(_MADE)) | is_made.is_null())


def _levelled(compared: pl.DataFrame, profiles: NormalizedRecords) -> pl.DataFrame:
    """Add the level and, for names that are not equal, their words and their spelling."""
    named = compared.filter(pl.col("left_name").is_not_null() & pl.col("right_name").is_not_null())
    left, right = named["left_name"].to_numpy(), named["right_name"].to_numpy()
    people, firms = profiles.customer_names, profiles.company_names
    is_equal = pl.Series(people.name_key[left] == firms.name_key[right])
    is_moved = (people.words_key[left] == firms.words_key[right]) & (people.words_key[left] != 0)
    squashed = people.table["squashed"].gather(left) == firms.table["squashed"].gather(right)
    # the same letters with other accents are another name
    is_other = is_equal & clashes(people.table["accents"].gather(left), firms.table["accents"].gather(right))
    left_form, right_form = people.table["legal_form"].gather(left), firms.table["legal_form"].gather(right)
    flat = named.with_columns(
        is_equal=is_equal & ~is_other,
        is_moved=(pl.Series(is_moved) | squashed) & ~is_other,
        is_same_form=left_form.eq_missing(right_form),
        is_at_peace=(left_form == right_form).fill_null(value=True),
        is_same_tail=people.table["tail"].gather(left).eq_missing(firms.table["tail"].gather(right)),
    )
    words = _words(flat, profiles)
    told = pl.concat((flat, words), how="horizontal").with_columns(missing=pl.col("left_bits") + pl.col("right_bits"))
    levelled = told.lazy().with_columns(name=_level()).collect()
    # a parent that is not equal says nothing: every child has one
    telling = levelled.filter((pl.col("left_kind") != PARENT) | (pl.col("name") == "parent"))
    # names that are not equal are ordered by their words, not by their letters
    order = pl.min_horizontal(pl.col("name").to_physical(), pl.lit(_LEVELS.index("near"), dtype=pl.UInt8))
    return telling.with_columns(order=order).select(_COLUMNS)


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


def _words(named: pl.DataFrame, profiles: NormalizedRecords) -> pl.DataFrame:
    """Spelling and words of the names; where the names are equal, all words are shared and none is missing."""
    height = named.height
    differ = np.flatnonzero(~(named["is_equal"] | named["is_moved"]).to_numpy())
    left, right = named["left_name"].to_numpy()[differ], named["right_name"].to_numpy()[differ]
    lacking_left, lacking_right = (np.zeros(height, dtype=np.float32) for _ in range(2))
    bits = np.append(np.float32(0), profiles.vocabulary.bits.astype(np.float32))
    shared = bits[profiles.customer_names.stems].sum(axis=1)[named["left_name"].to_numpy()]
    first = np.ones(height, dtype=bool)
    alike = np.full(height, 100.0, dtype=np.float32)
    cut = np.zeros(height, dtype=bool)
    if len(differ):
        shared[differ], lacking_left[differ], lacking_right[differ], first[differ] = _aligned(left, right, profiles)
        tables = (profiles.customer_names.table, profiles.company_names.table)
        theirs, ours = (table.select(_SPELT)[rows] for table, rows in zip(tables, (left, right), strict=True))
        alike[differ] = cpdist(theirs["core"].to_list(), ours["core"].to_list(), scorer=fuzz.ratio, workers=-1)
        cut[differ] = (_is_cut(theirs, ours) | _is_cut(ours, theirs)).to_numpy()
    return pl.DataFrame({
        "similarity": alike, "shared_bits": shared, "left_bits": lacking_left, "right_bits": lacking_right,
        "is_first_shared": first, "is_cut": cut,
    })  # fmt: skip


_SPELT: Final = ("core", "squashed_whole", "is_full")


def _is_cut(short: pl.DataFrame, long: pl.DataFrame) -> pl.Series:
    """One name is the beginning of the other, and as long as the fields that cut names."""
    both = pl.DataFrame({"short": short["squashed_whole"], "long": long["squashed_whole"]}).with_row_index("row")
    full = both.filter(short["is_full"]).filter(pl.col("long").str.starts_with(pl.col("short")))
    return both["row"].is_in(full["row"].implode())


_AT_ONCE: Final = 100_000


def _aligned(left: np.ndarray, right: np.ndarray, profiles: NormalizedRecords) -> tuple[np.ndarray, ...]:
    """Bits of the words shared, only left and only right; whether the first words agree."""
    words = _Words(
        bits=np.append(np.float32(0), profiles.vocabulary.bits.astype(np.float32)),
        fixed=np.append(np.int32(0), profiles.corrections + 1),
        beginnings=profiles.vocabulary.beginnings,
    )
    runs = [slice(start, start + _AT_ONCE) for start in range(0, len(left), _AT_ONCE)]
    people, firms = profiles.customer_names.stems, profiles.company_names.stems
    parts = map_parallel(lambda run: _run_aligned(people[left[run]], firms[right[run]], words), runs)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


@dataclass(frozen=True)
class _Words:
    """What is known of each word, by its number; 0 is no word.

    Attributes:
        bits: what it tells.
        fixed: the word it is a slip of, or itself.
        beginnings: `Vocabulary.beginnings`.
    """

    bits: np.ndarray
    fixed: np.ndarray
    beginnings: tuple[np.ndarray, np.ndarray]


def _run_aligned(theirs: np.ndarray, ours: np.ndarray, words: _Words) -> tuple[np.ndarray, ...]:
    """Each word is held against each of the other name; how well the best agrees is its share, 0 to 1."""
    share_left, share_right = (np.zeros(side.shape, dtype=np.float32) for side in (theirs, ours))
    fixed, begins = words.fixed[theirs], words.beginnings[1][theirs]
    is_first = np.zeros(len(theirs), dtype=bool)
    for at in range(ours.shape[1]):
        # most names have but few words
        rows = np.flatnonzero(ours[:, at])
        share = _shares((theirs[rows], fixed[rows], begins[rows]), ours[rows, at], words)
        share_left[rows] = np.maximum(share_left[rows], share)
        share_right[rows, at] = np.maximum.reduce(share, axis=1)
        if at == 0:
            is_first[rows] = share[:, 0] > 0
    weight_left, weight_right = words.bits[theirs], words.bits[ours]
    shared = share_left * weight_left
    return (
        shared.sum(axis=1),
        (weight_left - shared).sum(axis=1),
        (weight_right - share_right * weight_right).sum(axis=1),
        is_first,
    )


def _shares(theirs: tuple[np.ndarray, np.ndarray, np.ndarray], ours: np.ndarray, words: _Words) -> np.ndarray:
    """How well each word of a name agrees with one word of the other: the words, corrected, and their first letters."""
    word, (written, fixed, begins) = ours[:, None], theirs
    exact = written == word
    slip = (fixed == word) & ~exact
    opens = (begins == words.beginnings[1][word]) & (begins > 0) & ~exact & ~slip
    row, place = np.nonzero(opens)
    agrees = _is_beginning(written[row, place], ours[row], words.beginnings[0])
    share: np.ndarray = exact + slip * np.float32(_SLIP_SHARE)
    share[row[agrees], place[agrees]] = _PREFIX_SHARE
    return share


def _is_beginning(one: np.ndarray, other: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Whether one word is how the other begins."""
    if not len(pairs):
        return np.zeros(len(one), dtype=bool)
    code = (np.minimum(one, other).astype(np.int64) << 32) + np.maximum(one, other)
    is_known: np.ndarray = pairs[np.minimum(np.searchsorted(pairs, code), len(pairs) - 1)] == code
    return is_known
