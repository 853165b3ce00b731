"""Typos: words of customers that no company has, and the companies' words that were probably meant."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

_SHORTEST, _LONGEST = 5, 24


def correct_typos(stems: pl.DataFrame, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Correct each stem of the customers that no company has to the company's stem that is one typo away.

    A typo is a letter more, less, changed or swapped with the next. Two words that differ in one letter share the word
    itself or the word without one letter, so only those pairs are compared.

    Locality: whole.

    Args:
        stems: the vocabulary's stems.
        left: for each stem whether a customer has it.
        right: for each stem whether a company has it.

    Returns:
        For each stem the number of the stem it is corrected to, or of itself. Of several the commonest.
    """
    numbered = stems.with_row_index("stem").with_columns(is_left=left, is_right=right)
    numbered = numbered.filter(
        pl.col("stem_text").str.len_chars().is_between(_SHORTEST, _LONGEST) & ~pl.col("stem_text").str.contains(r"\d")
    )
    wrong = _shortened_forms(numbered.filter(pl.col("is_left") & ~pl.col("is_right")))
    known = _shortened_forms(numbered.filter("is_right"))
    pairs = wrong.join(known, on="key", suffix="_right").select("stem", "stem_right").unique()
    text = stems["stem_text"]
    distance = cpdist(
        text.gather(pairs["stem"]).to_list(), text.gather(pairs["stem_right"]).to_list(), scorer=OSA.distance
    )
    near = pairs.filter(pl.Series(distance, dtype=pl.Int64) == 1)
    near = near.with_columns(bits=stems["bits"].gather(near["stem_right"]))
    best = near.sort("stem", "bits", "stem_right").unique("stem", keep="first")
    fixed = np.arange(stems.height, dtype=np.int32)
    fixed[best["stem"].to_numpy()] = best["stem_right"].to_numpy()
    return fixed


def _shortened_forms(words: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("stem_text")
    whole = words.select("stem", key=text.hash(2))
    less = (
        words.filter(text.str.len_chars() > at).select(
            "stem", key=pl.concat_str(text.str.slice(0, at), text.str.slice(at + 1)).hash(2)
        )
        for at in range(_LONGEST)
    )
    return pl.concat((whole, *less)).unique()
