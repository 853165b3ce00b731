"""Where invented companies are and how one reaches them."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from polars.expr.whenthen import Then

from benchmarks.linking import words
from benchmarks.linking.names import Dice, core, flag, names, surnames, towns

_HOMES: Final = 8
_AT_HOME: Final = 0.5
_IN_A_TOWN: Final = 0.35
_TLD: Final = {"US": ".com", "CA": ".ca", "GB": ".co.uk", "AU": ".com.au"}
_CALLING: Final = {"US": "1", "CA": "1", "GB": "44", "AU": "61"}
_AUSTRALIAN_DIGITS: Final = 9


def places(dice: Dice, count: int, homes: np.ndarray | None = None) -> pl.DataFrame:
    """City, state, postal code, country and area code; half of them in the few cities where the provider is at home."""
    cities = pl.DataFrame(
        [city.replace("_", " ").split("/") for city in words.CITIES],
        schema=["city", "state", "prefix", "area", "country"], orient="row",
    )  # fmt: skip
    at = dice.rng.integers(0, cities.height, count)
    if homes is not None:
        at = np.where(dice.happens(count, _AT_HOME), homes[dice.rng.integers(0, len(homes), count)], at)
    found = cities[at].with_columns(
        city=pl.when(flag(dice.happens(count, _IN_A_TOWN))).then(pl.lit(towns(dice, count))).otherwise("city")
    )
    return found.with_columns(postal_code=postal_codes(dice, found)).drop("prefix")


def home_cities(dice: Dice) -> np.ndarray:
    """The cities where this provider has most of its clients."""
    return dice.rng.choice(len(words.CITIES), _HOMES, replace=False)


def postal_codes(dice: Dice, cities: pl.DataFrame) -> pl.Series:
    """A code that begins as the city's do, in the manner of its country."""
    count = cities.height
    two, digit, other = (dice.numbers(low, high, count) for low, high in ((10, 100), (1, 10), (0, 10)))
    first, second = dice.letters(count), dice.letters(count)
    prefix = cities["prefix"]
    kinds = {
        "CA": prefix + " " + digit + first + other,
        "GB": prefix + digit + " " + other + first + second,
    }
    chosen = [pl.when(pl.lit(cities["country"]) == one).then(pl.lit(code)) for one, code in kinds.items()]
    return pl.select(code=pl.coalesce(*chosen, pl.lit(prefix + two))).to_series()


def phones(dice: Dice, cities: pl.DataFrame) -> pl.Series:
    """National digits, without a leading zero."""
    rest = pl.Series(dice.rng.integers(20_000_000, 99_999_999, cities.height)).cast(pl.String)
    length = pl.when(pl.col("country") == "AU").then(_AUSTRALIAN_DIGITS).otherwise(10)
    digits = pl.concat_str("area", pl.lit(rest)).str.slice(0, length)
    return cities.select(digits).to_series()


def domains(dice: Dice, frame: pl.DataFrame) -> pl.Series:
    """A domain of its own for each company, made of its name, of its first words, or of its initials and a word."""
    count = frame.height
    whole = _slug(core(frame), 34)
    initials = core(frame).str.replace_all(r"(\w)\w*\W*", "$1").str.to_lowercase() + _slug(surnames(dice, count), 8)
    chosen = pl.Series(dice.rng.choice(3, count, p=[0.55, 0.3, 0.15]))
    slug = _slug(frame["lead"], 24).zip_with(chosen == 1, whole)
    slug = initials.zip_with(chosen == 2, slug)
    ending = pl.col("country").replace_strict(_TLD)
    nth = pl.int_range(pl.len()).over("slug")
    number = pl.when(nth > 0).then(nth.cast(pl.String)).otherwise(pl.lit(""))
    return frame.with_columns(slug=slug).select(pl.concat_str("slug", number, ending)).to_series()


def _slug(texts: pl.Series, length: int) -> pl.Series:
    plain = texts.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[^a-z0-9]", "")
    return plain.str.slice(0, length)


def invent(dice: Dice, count: int, homes: np.ndarray) -> pl.DataFrame:
    """Companies with names, places, phones and domains: what is true of each, before anybody writes it down."""
    place = places(dice, count, homes)
    frame = pl.concat([names(dice, place), place], how="horizontal")
    street = dice.numbers(1, 9_900, count) + " " + dice.pick(words.STREETS, count)
    return frame.with_columns(
        street=street, phone=phones(dice, frame), domain=domains(dice, frame), account=pl.lit(None, pl.String)
    )


def written_phones(dice: Dice, frame: pl.DataFrame) -> pl.Expr:
    """The digits as people write them: five manners in North America, three elsewhere."""
    manner = flag(dice.rng.integers(0, 5, frame.height))
    digits, area = pl.col("phone"), pl.col("phone").str.slice(0, 3)
    middle, last = digits.str.slice(3, 3), digits.str.slice(6)
    calling = pl.col("country").replace_strict(_CALLING)
    american = (
        pl.when(manner == 0).then(pl.concat_str(pl.lit("("), area, pl.lit(") "), middle, pl.lit("-"), last))
        .when(manner == 1).then(pl.concat_str(area, middle, last, separator="-"))
        .when(manner == 2).then(digits)
        .when(manner == 3).then(pl.concat_str(pl.lit("+1 "), area, pl.lit(" "), middle, pl.lit(" "), last))
        .otherwise(pl.concat_str(area, middle, last, separator="."))
    )  # fmt: skip
    other = (
        pl.when(manner < 2).then(pl.concat_str(pl.lit("0"), area, pl.lit(" "), middle, last))
        .when(manner == 2).then(pl.concat_str(pl.lit("0"), digits))
        .otherwise(pl.concat_str(pl.lit("+"), calling, pl.lit(" "), digits))
    )  # fmt: skip
    return pl.when(calling == "1").then(american).otherwise(other)


def written_websites(dice: Dice, frame: pl.DataFrame) -> pl.Expr:
    """The domain as people write websites."""
    ways = dice.pick(["", "www.", "http://www.", "https://www.", "https://"], frame.height)
    slash = dice.pick(["", "", "/"], frame.height)
    return pl.concat_str(pl.lit(ways), "domain", pl.lit(slash))


def kept(dice: Dice, values: pl.Expr, share: float, count: int) -> Then:
    """The values of about this share; nothing for the others."""
    return pl.when(flag(dice.happens(count, share))).then(values)
