"""The names of one side, ready to be compared: hashes for what must be equal, word numbers for what may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from etl.match import normalize_names
from etl.match.fields.marks import without_accents
from etl.match.vocabulary import Vocabulary

MOST_WORDS: Final = 8
"""Words beyond these are not compared one by one; hashes and spelling look at all of them."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class NameTable:
    """The names of one side in normal form, by record.

    Attributes:
        table: `record, kind, written, is_full, core, squashed, legal_form, number_words, tail, accents`, by name;
            `tail` is what was taken for legal forms where that is in doubt; `accents`: its words with their accents
            where it has any; `is_common`: all its words are known to be common.
        stems: word numbers per name, 0 where there is no more word: [names, 8].
        name_key: one number for the words in their order; sure abbreviations are spelt out, links left out.
        words_key: one number for the words in any order, in their stems, without fillers.
    """

    table: pl.DataFrame
    stems: np.ndarray
    name_key: np.ndarray
    words_key: np.ndarray


def build_names(variants: pl.DataFrame) -> pl.DataFrame:
    """Bring names to their normal form; a name of punctuation alone has none and is left out.

    Locality: row.

    Args:
        variants: `record, written, kind, is_full`.
    """
    # lazy: what expressions have in common is computed once
    lettered = variants.lazy().with_columns(accented=normalize_names.accented_form(pl.col("written")))
    plain = lettered.with_columns(plain=without_accents(pl.col("accented")))
    spelled = plain.with_columns(spelling=normalize_names.write_out(pl.col("plain")))
    core = normalize_names.core(pl.col("spelling"))
    cored = (
        spelled.with_columns(core=core, legal_form=normalize_names.form_of(pl.col("spelling")))
        .drop_nulls("core")
        .collect()
    )
    squashed = (pl.col(name).str.replace_all(" ", "", literal=True) for name in ("core", "plain"))
    return cored.with_columns(
        number_words=normalize_names.numbers(pl.col("core")),
        tail=normalize_names.doubtful_form(pl.col("spelling").str.slice(pl.col("core").str.len_chars())),
        accents=_accents(cored),
        **dict(zip(("squashed", "squashed_whole"), squashed, strict=True)),
    ).drop("spelling", "plain", "accented")


def _accents(cored: pl.DataFrame) -> pl.Series:
    """The words of each name with their accents, links and legal form left out; null if it has no accent."""
    rows = cored.select("accented", "plain", "core").with_row_index("row")
    some = rows.filter(pl.col("accented").str.normalize("NFC") != pl.col("plain"))
    words = (
        normalize_names.write_out(pl.col("accented"))
        .str.split(" ")
        .list.head(pl.col("core").str.count_matches(" ") + 1)
    )
    found = some.select("row", accents=normalize_names.distinctive_words(words).list.join(" "))
    return rows.select("row").join(found, on="row", how="left", maintain_order="left")["accents"]


def split_words(table: pl.DataFrame) -> pl.DataFrame:
    """The words of each name: `name` (row of the table), `record`, `word`, in order."""
    words = table.select("record", word=pl.col("core").str.split(" ")).with_row_index("name")
    return words.explode("word")


def build_name_table(table: pl.DataFrame, words: pl.DataFrame, vocabulary: Vocabulary) -> NameTable:
    """Number the words of the names.

    Args:
        table: the names of `build_names`.
        words: their words by `split_words`.
        vocabulary: the words of both sides.
    """
    numbered = words.join(vocabulary.words, on="word", how="left", maintain_order="left")
    name, stem = numbered["name"].to_numpy(), numbered["stem"].to_numpy()
    first = np.flatnonzero(np.diff(name, prepend=-1))
    place = np.arange(len(name)) - np.repeat(first, np.diff(first, append=len(name)))
    matrix = np.zeros((table.height, MOST_WORDS), dtype=np.int32)
    tells = vocabulary.bits[stem] > 0
    fits = (place < MOST_WORDS) & tells
    matrix[name[fits], place[fits]] = stem[fits] + 1
    ordered = _order_keys(numbered, first)
    bag = np.where(tells, mix64(stem.astype(np.uint64)), np.uint64(0))
    rare = np.add.reduceat((~vocabulary.stems["is_common"].to_numpy()[stem]).astype(np.int64), first)
    return NameTable(
        table.with_columns(is_common=pl.Series(rare == 0)),
        matrix,
        ordered,
        np.add.reduceat(bag, first),
    )


def _order_keys(numbered: pl.DataFrame, first: np.ndarray) -> np.ndarray:
    """One number per name for its words and their order; links count only where there is nothing else."""
    length = np.diff(first, append=numbered.height)
    counts = ~numbered["is_link"].to_numpy()
    counts |= np.repeat(~np.logical_or.reduceat(counts, first), length)
    before = np.cumsum(counts)
    place = before - np.repeat(before[first] - counts[first], length)
    words = mix64(numbered["plain_hash"].to_numpy() ^ mix64(place.astype(np.uint64)))
    return np.add.reduceat(np.where(counts, words, np.uint64(0)), first)


def mix64(numbers: np.ndarray) -> np.ndarray:
    """Spread numbers over 64 bits, the same number always to the same place (splitmix64)."""
    spread = (numbers + np.uint64(1)) * _ODD
    spread = (spread ^ (spread >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))
