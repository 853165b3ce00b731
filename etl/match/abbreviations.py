"""Abbreviated names: short names such as `WAFD` whose letters a long name has in the same order.

Most of these agree by accident. The search is therefore limited to customers without any other candidate, and to lists
with few short names.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match.blocking_keys import Flag
from etl.match.records import NormalizedRecords

_SHORT: Final = r"^([a-z]{3,5})(?: |$)"
_MOST_BEARERS: Final = 2
_MOST_SHORT: Final = 2_000
"""Among more short names than these, every customer's letters are found somewhere."""
_MOST_EACH: Final = 5
_NAMES_AT_ONCE: Final = 500
_PAIR: Final = ["customer", "company"]


def find_abbreviations(likely: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Find the companies whose first word abbreviates the name of a customer without a likely company.

    Locality: group: customer; the companies' short names are the same for all.

    Args:
        likely: `customer`: those with a likely company, or one that an identifier or the name points to.
        records: both sides in normal form.

    Returns:
        `customer, company, flags` (`Flag.LETTERS`), at most five pairs per customer, by customer and company.
    """
    shorts = _shorts(records.company_names.table)
    if shorts.height > _MOST_SHORT:
        shorts = shorts.clear()
    # 21Vianet is VNET
    letters = pl.col("squashed").str.replace_all(r"[^a-z]+", "")
    asked = records.customer_names.table.select(customer="record", letters=letters)
    asked = asked.join(likely, on="customer", how="anti", maintain_order="left")
    runs = range(0, max(asked.height, 1), _NAMES_AT_ONCE)
    hits = pl.concat(_hits(asked.slice(start, _NAMES_AT_ONCE), shorts) for start in runs)
    # in a long name many are found, by accident
    kept = hits.unique(_PAIR).filter(pl.len().over("customer") <= _MOST_EACH)
    return kept.select(*_PAIR, flags=pl.lit(int(Flag.LETTERS), dtype=pl.Int32)).sort(_PAIR)


def _shorts(names: pl.DataFrame) -> pl.DataFrame:
    """The first words of names that may be an abbreviation and that few companies share."""
    first = names.select(company="record", short=pl.col("core").str.extract(_SHORT, 1)).drop_nulls().unique()
    return first.filter(pl.len().over("short") <= _MOST_BEARERS)


def _hits(customers: pl.DataFrame, shorts: pl.DataFrame) -> pl.DataFrame:
    initial, letter = pl.col("letters").str.head(1), pl.col("short").str.head(1)
    pairs = customers.with_columns(initial=initial).join(shorts.with_columns(initial=letter), on="initial")
    hits = pairs.filter(pl.col("letters") != pl.col("short")).with_columns(rest=pl.col("letters").str.slice(1))
    for place in range(1, 5):
        # one letter after the other; a short name that has ended is found
        sought = pl.col("short").str.slice(place, 1)
        at = pl.col("rest").str.find(sought, literal=True)
        hits = hits.with_columns(at=at).drop_nulls("at").with_columns(rest=pl.col("rest").str.slice(pl.col("at") + 1))
    return hits.select(_PAIR)
