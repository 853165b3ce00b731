"""Companies that another one may be mistaken for: of one name, domain or phone, and each with contacts of its own.

They are the practices of a group, or two owners of one franchise: only an identifier tells which of them is meant.
"""

from __future__ import annotations

import polars as pl

from etl.match import fields
from etl.match.fields import MOST_SHARING
from etl.match.naming import Naming
from etl.match.variants import OWN

_KEY = ["kind", "key"]


def twins(companies: pl.DataFrame, contacts: pl.DataFrame, keys: pl.DataFrame, naming: Naming) -> pl.Series:
    """Whether another company has the name, a domain or the phone of each, and contacts.

    Locality: whole; a phone or a domain of more than three is a bookkeeper's or a landlord's, and a domain counts where
    it bears the name of both.

    Args:
        companies: `record, phone_number, target, namesakes`.
        contacts: `record`, of their companies.
        keys: `record, kind, key_text`: the domains that bear their names.
        naming: the names of the companies.
    """
    numbers = companies.select("record", key=fields.phone_keys(pl.col("phone_number"))).explode("key").drop_nulls()
    shared = pl.concat((
        numbers.select("record", kind=pl.lit("phone"), key=pl.col("key").hash()),
        keys.select("record", "kind", key=pl.col("key_text").hash()),
    )).unique()  # fmt: skip
    few = shared.filter(pl.len().over(_KEY).is_between(2, MOST_SHARING))
    own = naming.table.select("record", "kind").with_columns(key=naming.name_key).filter(pl.col("kind") == OWN)
    several = companies.filter(pl.col("namesakes") > 1).select("record")
    named = own.join(several, on="record", how="semi").select("record", kind=pl.lit("name"), key="key").unique()
    has_contacts = pl.col("record").is_in(contacts["record"].unique().implode())
    alive = companies.select("record", is_peopled=pl.col("target").is_null() & has_contacts)
    met = pl.concat((few, named)).join(alive, on="record")
    others = met.filter(pl.col("is_peopled").sum().over(_KEY) > pl.col("is_peopled").cast(pl.UInt32))
    return companies.select(pl.col("record").is_in(others["record"].unique().implode())).to_series()
