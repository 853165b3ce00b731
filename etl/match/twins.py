"""Twins: companies of one name, domain or phone, each with contacts of its own, that may be mistaken for each other.

They are the practices of a group, or two owners of one franchise. Only an identifier decides between them.
"""

from __future__ import annotations

import polars as pl

from etl.match.branches import branch_names
from etl.match.fields.normalize_fields import MOST_SHARING
from etl.match.fields.phones import PHONE_DIGITS, phone_keys
from etl.match.name_table import NameTable
from etl.match.namesakes import own_names

_KEY = ["kind", "key"]


def is_peopled(contacts: pl.DataFrame) -> pl.Expr:
    """`is_peopled`: true if a live company has contacts of its own."""
    has_contacts = pl.col("record").is_in(contacts["record"].unique().implode())
    return (pl.col("target").is_null() & has_contacts).alias("is_peopled")


def twins(companies: pl.DataFrame, keys: pl.DataFrame, naming: NameTable, towns: pl.Series) -> pl.Series:
    """Mark each company whose name, domain or phone another company with contacts has, too.

    A name that adds a place, a direction or a number to the other's is the same: it is a branch's.

    Locality: whole; a phone or a domain of more than three is a bookkeeper's or a landlord's, and a domain counts where
    it bears the name of both.

    Args:
        companies: `record, phone_number, namesakes, is_peopled`.
        keys: `record, kind, key_text`: the domains that bear their names.
        naming: the names of the companies.
        towns: those of both sides.
    """
    phones = companies.select("record", key=phone_keys(pl.col("phone_number"))).explode("key").drop_nulls()
    # some write the country and some do not: the last nine digits are the same
    numbers = phones.with_columns(pl.col("key").str.tail(PHONE_DIGITS))
    shared = pl.concat((
        numbers.select("record", kind=pl.lit("phone"), key=pl.col("key").hash()),
        keys.select("record", "kind", key=pl.col("key_text").hash()),
    )).unique()  # fmt: skip
    few = shared.filter(pl.len().over(_KEY).is_between(2, MOST_SHARING))
    several = companies.filter(pl.col("namesakes") > 1).select("record")
    own = own_names(naming).join(several, on="record", how="semi")
    named = own.select("record", kind=pl.lit("name"), key="key")
    lives = companies.select("record", "is_peopled")
    met = pl.concat((few, named)).join(lives, on="record")
    others = met.filter(pl.col("is_peopled").sum().over(_KEY) > pl.col("is_peopled").cast(pl.UInt32))
    found = pl.concat((others["record"], _find_branches(naming, lives, towns))).unique()
    return companies.select(pl.col("record").is_in(found.implode())).to_series()


def _find_branches(naming: NameTable, lives: pl.DataFrame, towns: pl.Series) -> pl.Series:
    """Find the companies with a branch, by its name, that has contacts, and such branches."""
    named = branch_names(naming.table, towns).join(lives, on="record")
    peopled = named.filter("is_peopled").select("key", is_whole=~pl.col("is_whole")).unique()
    return named.join(peopled, on=["key", "is_whole"], how="semi")["record"]
