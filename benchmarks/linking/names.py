"""Invented company names, drawn by the million: a lead, a trade and a legal form, so that relatives can share parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.linking import words

Flags = npt.NDArray[np.bool_]

_SHAPES: Final = {
    "surname": 0.20, "person": 0.07, "firm": 0.09, "brand": 0.27, "place": 0.11, "image": 0.16, "letters": 0.05,
    "body": 0.05,
}  # fmt: skip
_WITH_FORM: Final = 0.62
_WITH_GROUP: Final = 0.22
_WITHOUT_TRADE: Final = 0.2
_INVENTED_SURNAMES: Final = 0.45


@dataclass(frozen=True)
class Dice:
    """Chance with a seed: every draw of the generator comes from here."""

    rng: np.random.Generator

    def happens(self, count: int, share: float) -> Flags:
        """True for about this share."""
        return self.rng.random(count) < share

    def pick(self, choices: Sequence[str], count: int, *, is_crowded: bool = False) -> pl.Series:
        """Words; crowded: the first ones far more often than the last ones, as surnames are."""
        shares = 1 / (np.arange(len(choices)) + 8.0)
        at = self.rng.choice(len(choices), count, p=shares / shares.sum() if is_crowded else None)
        return pl.Series("", list(choices), dtype=pl.String).gather(at)

    def numbers(self, low: int, high: int, count: int) -> pl.Series:
        """Whole numbers from low to high, which is left out, as text."""
        return pl.Series(self.rng.integers(low, high, count)).cast(pl.String)

    def letters(self, count: int) -> pl.Series:
        """One capital letter each."""
        return self.pick("ABCDEFGHJKLMNPRSTVW", count)


def flag(values: npt.NDArray[Any]) -> pl.Expr:
    """A drawn column as an expression."""
    return pl.lit(pl.Series(values))


def surnames(dice: Dice, count: int) -> pl.Series:
    """Common ones crowd at the top of the list; rarer ones are put together."""
    rare = dice.pick(words.NAME_HEADS, count) + dice.pick(words.NAME_TAILS, count)
    return rare.zip_with(
        pl.Series(dice.happens(count, _INVENTED_SURNAMES)), dice.pick(words.SURNAMES, count, is_crowded=True)
    )


def brands(dice: Dice, count: int) -> pl.Series:
    """Made-up words of two or three syllables: half a million of them."""
    head, end = dice.pick(words.BRAND_HEADS, count), dice.pick(words.BRAND_ENDS, count)
    heart = dice.pick(words.BRAND_HEARTS, count)
    return (head + heart + end).zip_with(pl.Series(dice.happens(count, 0.8)), head + end)


def towns(dice: Dice, count: int) -> pl.Series:
    """Towns that could be anywhere."""
    return dice.pick(words.TOWN_HEADS, count, is_crowded=True) + dice.pick(words.TOWN_TAILS, count)


def trades(dice: Dice, count: int) -> pl.Series:
    """What a company does, sometimes with a word that says nothing."""
    trade, group = dice.pick(words.TRADES, count, is_crowded=True), dice.pick(words.GROUPS, count, is_crowded=True)
    return (trade + " " + group).zip_with(pl.Series(dice.happens(count, _WITH_GROUP)), trade)


def _bodies(dice: Dice, count: int) -> pl.Series:
    return dice.pick(words.BODIES, count) + " " + towns(dice, count)


def _letters(dice: Dice, count: int) -> pl.Series:
    first, second, third = dice.letters(count), dice.letters(count), dice.letters(count)
    dotted = first + "." + second + ". " + surnames(dice, count)
    return dotted.zip_with(pl.Series(dice.happens(count, 0.4)), first + second + third)


def names(dice: Dice, place: pl.DataFrame) -> pl.DataFrame:
    """One company per row of its place (city, country): lead, tail (its trade, or empty), legal form (or empty)."""
    count = place.height
    shape = pl.Series(list(_SHAPES)).gather(dice.rng.choice(len(_SHAPES), count, p=list(_SHAPES.values())))
    nature = dice.pick(words.ADJECTIVES, count) + " " + dice.pick(words.NOUNS, count)
    leads = {
        "surname": surnames(dice, count),
        "person": dice.pick(words.GIVEN, count) + " " + surnames(dice, count),
        "firm": surnames(dice, count) + " & " + surnames(dice, count),
        "brand": brands(dice, count),
        "place": towns(dice, count).zip_with(pl.Series(dice.happens(count, 0.6)), place["city"]),
        "image": nature.zip_with(pl.Series(dice.happens(count, 0.85)), "The " + nature),
        "letters": _letters(dice, count),
        "body": dice.pick(words.ORDERS, count),
    }
    trade = trades(dice, count)
    bare = pl.Series(dice.happens(count, _WITHOUT_TRADE)) & shape.is_in(["brand", "firm", "image"])
    tail = trade.zip_with(~bare, pl.Series([""], dtype=pl.String).new_from_index(0, count))
    tail = dice.pick(words.PRACTICES, count).zip_with((shape == "firm") & ~bare, tail)
    tail = _bodies(dice, count).zip_with(shape == "body", tail)
    lead = pl.coalesce(pl.when(pl.lit(shape) == one).then(pl.lit(drawn)) for one, drawn in leads.items())
    form = pl.lit(forms(dice, place["country"]))
    is_formal = flag(dice.happens(count, _WITH_FORM)) & pl.lit(shape != "body")
    return pl.select(lead=lead, tail=pl.lit(tail), form=pl.when(is_formal).then(form).otherwise(pl.lit("")))


def forms(dice: Dice, country: pl.Series) -> pl.Series:
    """A legal form of each country."""
    table = pl.DataFrame(words.LEGAL_FORMS)
    drawn = {one: dice.pick(table[one].to_list(), len(country), is_crowded=True) for one in table.columns}
    choices = (pl.when(pl.lit(country) == one).then(pl.lit(form)) for one, form in drawn.items())
    return pl.select(form=pl.coalesce(choices)).to_series()


def core(frame: pl.DataFrame) -> pl.Series:
    """Lead and tail as one text."""
    return frame.select(pl.concat_str("lead", "tail", separator=" ").str.strip_chars()).to_series()
