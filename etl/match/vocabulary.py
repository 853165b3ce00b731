"""The words of all names: each once, with its number, the word that it abbreviates, and its information in bits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from etl.match.word_lists import ABBREVIATIONS, COMMON_WORDS, FILLERS, LINKS, OTHER_WORD_BITS, SHORT_FORMS

_EXPECTED_AMONG: Final = 2000.0
"""What is known of words in general weighs as much as this many companies at hand."""
_LEAST_BITS: Final = 0.5
_STEM_LENGTH: Final = 4
_PREFIX_LETTERS, _LONGEST_PREFIX = 3, 14


@dataclass(frozen=True)
class Vocabulary:
    """Every word of both sides; a word's number is its row.

    Attributes:
        words: `word`; `plain_hash`, the same for sure abbreviations of one word; `stem`, its row in `stems`; `is_link`.
        stems: `stem_text`, `bits` (-log2 of the share of companies that have it) and `is_common`: known to be.
    """

    words: pl.DataFrame
    stems: pl.DataFrame

    @property
    def bits(self) -> np.ndarray:
        """The bits of each stem, by its number."""
        return self.stems["bits"].to_numpy()

    @cached_property
    def beginnings(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of stems in which one begins the other, as sorted numbers; the first letters of each as a number.

        Stems are numbered from 1 here: 0 is no word.
        """
        stems = self.stems.select(stem=pl.int_range(1, pl.len() + 1, dtype=pl.Int64), text="stem_text")
        length = pl.col("text").str.len_chars()
        stems = stems.filter((length >= _PREFIX_LETTERS) & ~pl.col("text").str.contains(r"\d"))
        pairs = [
            stems.filter(length > size).with_columns(key=pl.col("text").str.head(size))
            .join(stems.filter(length == size), left_on="key", right_on="text", suffix="_short")
            .select((pl.min_horizontal("stem", "stem_short") * (1 << 32)) + pl.max_horizontal("stem", "stem_short"))
            .to_series()
            for size in range(_PREFIX_LETTERS, _LONGEST_PREFIX)
        ]  # fmt: skip
        opening = stems.select("stem", opening=pl.col("text").str.head(_PREFIX_LETTERS)).with_columns(
            number=pl.col("opening").rank("dense").cast(pl.Int32)
        )
        letters = np.zeros(self.stems.height + 1, dtype=np.int32)
        letters[opening["stem"].to_numpy()] = opening["number"].to_numpy()
        return np.sort(pl.concat(pairs).to_numpy()), letters


def build_vocabulary(left: pl.DataFrame, right: pl.DataFrame, companies: int) -> Vocabulary:
    """Number the words of both sides and weigh them.

    Locality: whole.

    Args:
        left: `record, word` of the customers.
        right: `record, word` of the companies.
        companies: the number of companies.
    """
    word = pl.col("word")
    words = pl.concat((left.select("word"), right.select("word"))).unique().sort("word")
    words = words.with_columns(
        plain_hash=word.replace(ABBREVIATIONS).hash(1),
        stem_text=_stem(word.replace(SHORT_FORMS)),
        is_link=word.is_in(LINKS),
    )
    stems = words.select(stem_text="stem_text").unique().sort("stem_text").with_row_index("stem")
    words = words.join(stems, on="stem_text", how="left", maintain_order="left")
    counted = _counts(right, words).join(_counts(left, words), on="stem", how="full", coalesce=True, suffix="_left")
    customer_count = max(left["record"].n_unique(), 1)
    # that a customer has a word is no sign that others have it
    more = (pl.col("count_left").fill_null(0).cast(pl.Float64) - 1).clip(0) * (companies / customer_count)
    share = pl.max_horizontal(pl.col("count").fill_null(0), 1 + more)
    expected = pl.coalesce(
        pl.col("stem_text").replace_strict(_common(), default=None, return_dtype=pl.Float64), OTHER_WORD_BITS
    )
    smooth = (share + _EXPECTED_AMONG * pl.lit(2.0).pow(-expected)) / (companies + _EXPECTED_AMONG)
    weighed = stems.join(counted, on="stem", how="left", maintain_order="left").select(
        "stem_text",
        is_common=pl.col("stem_text").is_in([*_common(), *FILLERS]),
        bits=pl.when(pl.col("stem_text").is_in(FILLERS)).then(0.0).otherwise((-smooth.log(2)).clip(_LEAST_BITS)),
    )
    return Vocabulary(words.select("word", "plain_hash", "stem", "is_link"), weighed)


def _common() -> dict[str, float]:
    """The words that are common, in their stems."""
    known = pl.DataFrame({"word": list(COMMON_WORDS), "bits": list(COMMON_WORDS.values())})
    stemmed = known.select(stem=_stem(pl.col("word").replace(SHORT_FORMS)), bits="bits")
    return dict(stemmed.group_by("stem").agg(pl.col("bits").min()).sort("stem").iter_rows())


def _counts(side: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    found = side.join(words.select("word", "stem"), on="word").select("record", "stem").unique()
    return found.group_by("stem").agg(count=pl.len())


def _stem(word: pl.Expr) -> pl.Expr:
    """A word without its plural: `technologies` and `technology` are one."""
    is_long = word.str.len_chars() > _STEM_LENGTH
    return (
        pl.when(is_long & word.str.ends_with("ies")).then(word.str.replace("ies$", "y"))
        .when(is_long & word.str.contains("[^su]s$")).then(word.str.head(-1))
        .otherwise(word)
    )  # fmt: skip
