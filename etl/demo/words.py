"""Invented names: put together from parts so that no two firms are taken for each other, at any size."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from etl.demo.chance import Indices

_ONSETS: Final = (
    "Ald", "Ash", "Bar", "Bel", "Bren", "Cal", "Car", "Chal", "Cor", "Dal", "Den", "Dun", "Eld", "Fal", "Fen", "Gar",
    "Gil", "Had", "Hal", "Har", "Hol", "Kel", "Ken", "Lan", "Lin", "Mar", "Mel", "Mor", "Nor", "Oak", "Pem", "Pres",
    "Ral", "Red", "Sel", "Stan", "Thorn", "Wal", "Wes", "Win",
)  # fmt: skip
_MIDDLES: Final = ("", "ber", "ding", "el", "en", "er", "ing", "ling", "low", "mer", "sing", "ton")
_ENDINGS: Final = (
    "bank", "berry", "born", "bridge", "brook", "bury", "by", "church", "cliff", "combe", "cote", "croft", "dale", "field",
    "ford", "gate", "grave", "ham", "hurst", "land", "ley", "man", "mead", "moor", "shaw", "stead", "stone", "ville",
    "ward", "wick",
)  # fmt: skip
SURNAMES: Final = len(_ONSETS) * len(_MIDDLES) * len(_ENDINGS)

TRADES: Final = (
    "Accounting", "Architects", "Auto Group", "Bakery", "Brewing", "Builders", "Cabinetry", "Chiropractic", "Credit Union",
    "Dental", "Design", "Electric", "Engineering", "Equipment", "Eye Care", "Family Law", "Fabrication", "Farms",
    "Financial", "Foods", "Freight", "Glass", "Insurance", "Interiors", "Landscaping", "Law Group", "Legal", "Logistics",
    "Machine Works", "Marine", "Marketing", "Medical", "Mechanical", "Orthopedics", "Packaging", "Pediatrics", "Plumbing",
    "Printing", "Property", "Realty", "Roofing", "Seafood", "Staffing", "Supply", "Surveying", "Title", "Veterinary",
    "Wealth",
)  # fmt: skip
PLACES: Final = (
    ("USD", "Millbrook Falls", "OH"), ("USD", "Cedar Point", "NY"), ("USD", "Larkspur", "PA"), ("USD", "Fort Ansel", "TX"),
    ("USD", "Saint Orrin", "MN"), ("USD", "Pine Harbor", "ME"), ("USD", "Quarry Hill", "VT"), ("USD", "Elmsworth", "NJ"),
    ("CAD", "Port Hadley", "ON"), ("CAD", "Maple Reach", "BC"), ("EUR", "Ballyrone", "Cork"), ("GBP", "Thornwick", "Kent"),
)  # fmt: skip
"""Currency, city, region."""
COUNTRIES: Final = {"USD": "United States", "CAD": "Canada", "EUR": "Ireland", "GBP": "United Kingdom"}
STREETS: Final = (
    "Main Street",
    "Mill Road",
    "Station Road",
    "Harbor Way",
    "Elm Avenue",
    "Commerce Drive",
    "Court Square",
)
FIRST_NAMES: Final = (
    "Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Liam", "Maya", "Nadia",
    "Oscar", "Priya", "Quinn", "Rosa", "Samuel", "Tessa", "Umar", "Vera", "Wes", "Ximena", "Yusuf", "Zoe",
)  # fmt: skip
TITLES: Final = ("Controller", "Office Manager", "Owner", "Bookkeeper", "Operations Lead", "Technician", "Partner")

_RARE: Final = (
    "zyq",
    "xuv",
    "qux",
    "vyz",
    "kyx",
    "zuk",
    "jyv",
    "xyz",
    "quj",
    "vux",
    "zyj",
    "kuq",
    "xyk",
    "juz",
    "qyv",
    "vuk",
)
"""Syllables that no ordinary name has: a name made of them resembles nothing."""


def surnames(at: Indices) -> pl.Series:
    """Invented surnames; 14,400 of them."""
    place = at % SURNAMES
    parts = (
        pl.Series(_ONSETS).gather(place % len(_ONSETS)),
        pl.Series(_MIDDLES).gather(place // len(_ONSETS) % len(_MIDDLES)),
        pl.Series(_ENDINGS).gather(place // (len(_ONSETS) * len(_MIDDLES))),
    )
    return parts[0] + parts[1] + parts[2]


def surname_pairs(at: Indices) -> tuple[pl.Series, pl.Series]:
    """The two surnames of each firm: no pair comes twice, and firms that share one differ much in the other."""
    first = (at * 6_101 + 4_177) % SURNAMES
    second = (first * 2_741 + at // SURNAMES * 7_919 + 9_203) % SURNAMES
    return surnames(first), surnames(second)


def strangers(at: Indices) -> pl.Series:
    """Names of two words that occur nowhere else."""
    word = np.asarray(at, dtype=np.int64)
    size = len(_RARE)
    syllables = [pl.Series(_RARE).gather(word // size**place % size) for place in range(5)]
    first = (syllables[0] + syllables[1] + syllables[2]).str.to_titlecase()
    second = (syllables[4] + syllables[3] + syllables[2] + syllables[1] + syllables[0]).str.to_titlecase()
    return first + " " + second


def chosen(words: tuple[str, ...], at: Indices) -> pl.Series:
    """The words at these positions."""
    return pl.Series(words).gather(at % len(words))
