"""Counts of companies of one name, whether they are compared or not; other accents make another name."""

from __future__ import annotations

import polars as pl

from etl.match.fields.marks import clashes
from etl.match.name_table import NameTable
from etl.match.name_variants import OWN

_SPELLING = ["key", "accents"]


def namesakes(naming: NameTable, companies: int) -> pl.Series:
    """The number of companies with the name of each company; 1 if the name is unique."""
    own = own_names(naming)
    most = _count_companies(own, own).group_by("record").agg(namesakes=pl.col("count").max())
    return _fill_records(most, "namesakes", companies)


def bearers(customer_names: NameTable, company_names: NameTable, customers: int) -> pl.Series:
    """The number of companies with one of the names of each customer, whether they are compared or not."""
    # two names of one customer may lead to one company: that is one bearer
    counts = (
        _count_companies(own_names(customer_names), own_names(company_names))
        .group_by("record")
        .agg(bearers=pl.max_horizontal(pl.col("count").max(), pl.col("company").n_unique()))
    )
    return _fill_records(counts, "bearers", customers)


def own_names(naming: NameTable) -> pl.DataFrame:
    """`record, key, accents`: each name of a record once; the spelling without accents, where it has one."""
    named = naming.table.select("record", "kind", "accents").with_columns(key=naming.name_key)
    own = named.filter(pl.col("kind") == OWN).drop("kind")
    return own.sort("record", "key", "accents", nulls_last=False).unique(["record", "key"], keep="first")


def _count_companies(names: pl.DataFrame, company_names: pl.DataFrame) -> pl.DataFrame:
    """Count the companies that have each of the names, with the first of them."""
    per_key = company_names.group_by("key").agg(count=pl.len(), company=pl.col("record").min())
    spelled = company_names.drop_nulls("accents").group_by(_SPELLING).agg(others=pl.len())
    pairs = names.select(_SPELLING).drop_nulls().unique().join(spelled, on="key", suffix="_other")
    other = pairs.filter(clashes(pairs["accents"], pairs["accents_other"]))
    counts = names.join(per_key, on="key").join(
        other.group_by(_SPELLING).agg(pl.col("others").sum()), on=_SPELLING, how="left"
    )
    others = pl.col("others").fill_null(0)
    return counts.with_columns(
        count=pl.col("count") - others,
        # the first may be one of the others
        company=pl.when(others == 0)
        .then(pl.col("company").cast(pl.Int64))
        .otherwise(-1 - pl.col("record").cast(pl.Int64)),
    ).filter(pl.col("count") > 0)


def _fill_records(counts: pl.DataFrame, column: str, records: int) -> pl.Series:
    every = pl.DataFrame({"record": pl.arange(records, eager=True, dtype=pl.UInt32)})
    return every.join(counts, on="record", how="left", maintain_order="left")[column].fill_null(0)
