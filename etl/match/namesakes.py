"""How many companies have a name, whether they are compared or not; with other accents it is another name."""

from __future__ import annotations

import polars as pl

from etl.match.fields.marks import clashes
from etl.match.name_table import NameTable
from etl.match.name_variants import OWN

_SPELLING = ["key", "accents"]


def namesakes(naming: NameTable, companies: int) -> pl.Series:
    """How many companies have the name of each; 1 where nobody else has it."""
    own = own_names(naming)
    most = _counted(own, own).group_by("record").agg(namesakes=pl.col("count").max())
    return _each(most, "namesakes", companies)


def bearers(theirs: NameTable, ours: NameTable, customers: int) -> pl.Series:
    """How many companies have one of the names of each customer, whether they are compared or not."""
    # two names of one customer may lead to one company: that is one bearer
    met = (
        _counted(own_names(theirs), own_names(ours))
        .group_by("record")
        .agg(bearers=pl.max_horizontal(pl.col("count").max(), pl.col("company").n_unique()))
    )
    return _each(met, "bearers", customers)


def own_names(naming: NameTable) -> pl.DataFrame:
    """`record, key, accents`: each name of a record once; the spelling without accents, where it has one."""
    named = naming.table.select("record", "kind", "accents").with_columns(key=naming.name_key)
    own = named.filter(pl.col("kind") == OWN).drop("kind")
    return own.sort("record", "key", "accents", nulls_last=False).unique(["record", "key"], keep="first")


def _counted(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The names asked for that companies have: by how many, and the first of them."""
    per_key = known.group_by("key").agg(count=pl.len(), company=pl.col("record").min())
    spelled = known.drop_nulls("accents").group_by(_SPELLING).agg(others=pl.len())
    pairs = asked.select(_SPELLING).drop_nulls().unique().join(spelled, on="key", suffix="_other")
    other = pairs.filter(clashes(pairs["accents"], pairs["accents_other"]))
    met = asked.join(per_key, on="key").join(
        other.group_by(_SPELLING).agg(pl.col("others").sum()), on=_SPELLING, how="left"
    )
    others = pl.col("others").fill_null(0)
    return met.with_columns(
        count=pl.col("count") - others,
        # the first may be one of the others
        company=pl.when(others == 0)
        .then(pl.col("company").cast(pl.Int64))
        .otherwise(-1 - pl.col("record").cast(pl.Int64)),
    ).filter(pl.col("count") > 0)


def _each(found: pl.DataFrame, column: str, records: int) -> pl.Series:
    every = pl.DataFrame({"record": pl.arange(records, eager=True, dtype=pl.UInt32)})
    return every.join(found, on="record", how="left", maintain_order="left")[column].fill_null(0)
