"""Names of branches without their place, direction or number, and without the part after a sign.

Such a name says that two companies may belong to one firm. Names never become equal by it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match import normalize_names
from etl.match.fields.normalize_fields import KNOWN_STATES
from etl.match.fields.places import place_names
from etl.match.name_variants import OWN, PART

_MARK: Final = "\x01"
"""Stands before each word of a place."""
_PLACE: Final = rf"{_MARK}\S+"
_DIRECTIONS: Final = (
    "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "central", "downtown",
    "uptown", "midtown", "main", "upper", "lower", "northern", "southern", "eastern", "western", "northside",
    "southside", "eastside", "westside", "inner", "outer", "greater", "nord", "sud", "sued", "est", "ost", "ouest",
    "norte", "sur", "este", "oeste", "noord", "zuid", "oost", "mitte", "centre ville", "centro",
)  # fmt: skip
_CODES: Final = ("n", "s", "e", "w", "ne", "nw", "se", "sw", *KNOWN_STATES)
"""Short for a place at the end of a name only."""
_SITE: Final = (
    "annex|branch|building|bldg|campus|center|centre|ctr|clinic|facility|headquarters|hq|location|office|plant|shop"
    "|site|store|unit|warehouse|practice|division|region|area|county|suite|ste|floor|level|room|mall|plaza|airport"
    "|terminal|station|tower|wing|depot|yard|hub|outlet|showroom|kiosk|department|dept|section|sector|zone|block"
)
_ALONE: Final = (
    "annex|branch|headquarters|hq|location|satellite|airport|mall|terminal|depot|campus|warehouse|showroom|outlet"
    "|corporate|corporate office|(?:head|home|main|branch|satellite) office"
)
_ORDINALS: Final = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_NUMBERS: Final = rf"\d+[a-z]?|\d+(?:st|nd|rd|th)|[ivx]+|one|{'|'.join(normalize_names.NUMBER_WORDS)}|{_ORDINALS}|[a-z]"
_COUNT: Final = rf"(?:(?:no|nr|number|{_SITE}) )?(?:{_NUMBERS})"
_UNIT: Final = rf"(?: (?:{_COUNT}|{_ALONE}|{_PLACE})(?: (?:{_SITE}))*)"
_LAST: Final = rf"(?: (?:of|at|in))?{_UNIT} $"
_TAIL: Final = rf"(?: (?:of|at|in))?{_UNIT}+ $"
_HEAD: Final = rf"^ (?:{_PLACE} )+"
_COMMA: Final = r"\s*,\s*[^,]+(?:,[^,]+)?$"


def branch_names(table: pl.DataFrame, towns: pl.Series) -> pl.DataFrame:
    """Remove from the names of companies the parts that may name a branch.

    Locality: whole; the towns of all records are places.

    Args:
        table: of the companies' names, `record, kind, written, core`.
        towns: those of both sides, see `places.towns`.

    Returns:
        `record, key, is_whole`: the words of each name in their order, and of what is left of it.
    """
    own_and_parts = table.filter(pl.col("kind").is_in([OWN, PART])).select("record", "core", "kind", "written")
    own = own_and_parts.filter(pl.col("kind") == OWN)
    comma = own.filter(pl.col("written").str.contains(",", literal=True)).select(
        "record", core=normalize_names.normal_name(pl.col("written").str.replace(_COMMA, ""))
    )
    parts = pl.concat((own_and_parts.filter(pl.col("kind") == PART).select("record", "core"), comma)).drop_nulls()
    cores = pl.concat((own.select("record", "core"), parts))
    # the longest first: New York City before New York
    places = sorted({*place_names(towns), *_DIRECTIONS}, key=lambda place: (-len(place), place))
    at_end, at_start = _mark_places(pl.col("core"), [*places, *_CODES]), _mark_places(pl.col("core"), places)
    ends = (at_end.str.replace(_TAIL, ""), at_end.str.replace(_LAST, ""), at_start.str.replace(_HEAD, ""))
    left = [cores.select("record", core=_remove_marks(end)) for end in ends]
    derived = pl.concat((parts, *left)).drop_nulls().select("record", key=_key(), is_whole=pl.lit(value=False))
    whole = own.select("record", key=_key(), is_whole=pl.lit(value=True))
    return pl.concat((whole, derived)).unique(["record", "key"], keep="first", maintain_order=True)


def _mark_places(core: pl.Expr, places: list[str]) -> pl.Expr:
    """A name between blanks, with a mark before each word of a place."""
    marked = {f" {place} ": f" {_MARK}{place.replace(' ', f' {_MARK}')} " for place in places}
    framed = pl.concat_str(pl.lit(" "), core, pl.lit(" "))
    # twice: two that follow each other share the blank between them
    return framed.str.replace_many(marked, leftmost=True).str.replace_many(marked, leftmost=True)


def _remove_marks(left: pl.Expr) -> pl.Expr:
    words = left.str.replace_all(_MARK, "", literal=True).str.strip_chars()
    return normalize_names.core(pl.when(words != "").then(words))


def _key() -> pl.Expr:
    return normalize_names.distinctive_words(pl.col("core").str.split(" ")).list.join(" ").hash()
