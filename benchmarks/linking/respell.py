"""How accounting writes the name of a company: every share is a constant here, and counted in the README."""

from __future__ import annotations

from typing import Final

import polars as pl

from benchmarks.linking import words
from benchmarks.linking.contacts import kept
from benchmarks.linking.names import Dice, brands, flag, forms, surnames

LONGEST: Final = 41
"""What the accounting system keeps of a name."""

_DROPPED, _VARIED, _CHANGED, _ADDED = 0.35, 0.15, 0.03, 0.05
_SHORTENED: Final = 0.16 / 0.33
"""Sixteen names in a hundred; about a third of them have a word that is ever shortened."""
_SHARES: Final = {
    "and": 0.5, "order": 0.04, "tail": 0.025, "squash": 0.02, "acronym": 0.012, "typo": 0.12, "accents": 0.7,
    "the": 0.5, "dba": 0.035, "child": 0.035, "city": 0.035, "number": 0.025, "note": 0.01, "upper": 0.08,
    "lower": 0.03, "marks": 0.12,
}  # fmt: skip
_NAME: Final = pl.col("name")


def rewritten(dice: Dice, frame: pl.DataFrame) -> pl.Series:
    """The name as accounting has it."""
    frame = frame.with_columns(name=_core(dice, frame), form=form_in_accounting(dice, frame))
    frame = frame.with_columns(name=with_form(dice, frame))
    for step in (_surroundings, _letters):
        for change in step(dice, frame):
            frame = frame.with_columns(name=change)
    return frame.select(_NAME.str.slice(0, LONGEST).str.strip_chars(" ,-(")).to_series()


def form_in_accounting(dice: Dice, frame: pl.DataFrame) -> pl.Expr:
    """Dropped, varied, changed, or added where there is none."""
    draw, form = flag(dice.rng.random(frame.height)), pl.col("form")
    other = pl.lit(forms(dice, frame["country"]))
    return (
        pl.when(form == "").then(pl.when(draw < _ADDED).then(other).otherwise(form))
        .when(draw < _DROPPED).then(pl.lit(""))
        .when(draw < _DROPPED + _VARIED).then(form.replace(words.FORM_VARIANTS))
        .when(draw < _DROPPED + _VARIED + _CHANGED).then(other)
        .otherwise(form)
    )  # fmt: skip


def with_form(dice: Dice, frame: pl.DataFrame) -> pl.Expr:
    """Name and legal form, sometimes with a comma between them."""
    comma = pl.when(flag(dice.happens(frame.height, 0.35))).then(pl.lit(", ")).otherwise(pl.lit(" "))
    form = pl.col("form").str.strip_prefix(", ")
    return pl.when(form == "").then(_NAME).otherwise(pl.concat_str("name", comma, form))


def shortened(name: pl.Expr) -> pl.Expr:
    """Every word that people shorten is shortened."""
    table = {f" {word} ": f" {short} " for word, short in words.SHORTENED.items()}
    padded = pl.concat_str(pl.lit(" "), name, pl.lit(" "))
    return padded.str.replace_many(list(table), list(table.values())).str.strip_chars()


def misspelt(dice: Dice, count: int, name: pl.Expr) -> pl.Expr:
    """One slip of the hand: a letter is lost, doubled, replaced, or swapped with its neighbour."""
    length = name.str.len_chars()
    at = (1 + flag(dice.rng.random(count)) * (length - 2)).cast(pl.Int64).clip(1)
    before, here, after = name.str.slice(0, at), name.str.slice(at, 1), name.str.slice(at + 1)
    kind = flag(dice.rng.integers(0, 4, count))
    other = pl.lit(dice.pick("aeiourstln", count))
    changed = (
        pl.when(kind == 0).then(pl.concat_str(before, after))
        .when(kind == 1).then(pl.concat_str(before, here, here, after))
        .when(kind == 2).then(pl.concat_str(before, other, after))
        .otherwise(pl.concat_str(before, after.str.slice(0, 1), here, after.str.slice(1)))
    )  # fmt: skip
    return pl.when(length >= 4).then(changed).otherwise(name)


def _core(dice: Dice, frame: pl.DataFrame) -> pl.Series:
    """Lead and tail, respelt."""
    count = frame.height
    name = frame.select(name=pl.concat_str("lead", "tail", separator=" ").str.strip_chars())
    words_in = _NAME.str.count_matches(" ") + 1
    swapped = _NAME.str.replace(r"^(\S+) (.+)$", "$2, $1")
    plain = _NAME.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_all("ø", "o")
    changes = {
        "the": _NAME.str.strip_prefix("The "),
        "and": pl.when(_NAME.str.contains(" & ", literal=True))
        .then(_NAME.str.replace_all(" & ", " and ", literal=True))
        .otherwise(_NAME.str.replace(" and ", " & ", literal=True)),
        "accents": plain,
        "short": shortened(_NAME),
        "tail": pl.when(words_in > 2).then(_NAME.str.replace(r" \S+$", "")).otherwise(_NAME),
        "order": swapped,
        "squash": _NAME.str.replace(" ", "", literal=True),
        "typo": misspelt(dice, count, _NAME),
        "acronym": pl.when(words_in > 2)
        .then(_NAME.str.replace_all(r"(\w)\w*\W*", "$1").str.to_uppercase())
        .otherwise(_NAME),
    }
    for what, change in changes.items():
        share = _SHARES.get(what, _SHORTENED)
        name = name.with_columns(name=kept(dice, change, share, count).otherwise(_NAME))
    return name.to_series()


def _surroundings(dice: Dice, frame: pl.DataFrame) -> list[pl.Expr]:
    """What is written before or behind a name."""
    count = frame.height
    person = dice.pick(words.GIVEN, count) + " " + surnames(dice, count)
    owner = (person + " ").zip_with(pl.Series(dice.happens(count, 0.5)), brands(dice, count) + " LLC ")
    as_trader = pl.lit(dice.pick(["dba ", "DBA ", "d/b/a ", "t/a "], count))
    parent = pl.lit(surnames(dice, count) + dice.pick([" Family Trust:", " Management:", " Holdings:"], count))
    child = pl.lit(":" + dice.pick(words.CHILDREN, count))
    number = pl.col("account").fill_null(pl.lit(dice.numbers(10_000, 99_999, count)))
    changes = {
        "city": pl.concat_str("name", pl.lit(" - "), "city"),
        "dba": pl.concat_str(pl.lit(owner), as_trader, "name"),
        "child": pl.when(flag(dice.happens(count, 0.5)))
        .then(pl.concat_str(parent, "name"))
        .otherwise(pl.concat_str("name", child)),
        "number": pl.when(flag(dice.happens(count, 0.5)))
        .then(pl.concat_str(number, pl.lit(" "), "name"))
        .otherwise(pl.concat_str("name", pl.lit(" ("), number, pl.lit(")"))),
        "note": pl.concat_str("name", pl.lit(dice.pick(words.NOTES, count))),
    }
    return [kept(dice, change, _SHARES[what], count).otherwise(_NAME) for what, change in changes.items()]


def _letters(dice: Dice, frame: pl.DataFrame) -> list[pl.Expr]:
    """Case and punctuation."""
    changes = {
        "marks": _NAME.str.replace_all(r"[.,'\x{2019}]", ""),
        "upper": _NAME.str.to_uppercase(),
        "lower": _NAME.str.to_lowercase(),
    }
    return [kept(dice, change, _SHARES[what], frame.height).otherwise(_NAME) for what, change in changes.items()]
