"""Customers below other customers: `Head Office` is a name only together with the name of its parent.

Locality: whole; a parent may be known by its id alone, and so may the parent's own.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match import normalize_names

_MOST_LEVELS: Final = 10
"""More parents than these are a circle."""


def with_paths(customers: pl.DataFrame) -> pl.DataFrame:
    """Add `path`, the names from the topmost customer down, and `leaf`, a last name that says nothing by itself.

    A last name that begins with the name of the topmost customer does: `Acme Dental North` below `Acme Dental`.
    """
    customers_with_paths = customers.with_columns(_paths(customers))
    below = customers_with_paths.with_row_index("row").filter(normalize_names.leaf(pl.col("path")).is_not_null())
    last = below.select("row", leaf=normalize_names.leaf(pl.col("path")), top=normalize_names.root(pl.col("path")))
    leaf, top = normalize_names.plain(pl.col("leaf")), normalize_names.normal_name(pl.col("top"))
    # whole words: Acmeville does not bear the name of Acme
    is_whole = pl.concat_str(leaf, pl.lit(" ")).str.starts_with(pl.concat_str(top, pl.lit(" ")))
    leaves = last.filter(~is_whole.fill_null(value=False)).select("row", "leaf")
    return (
        customers_with_paths.with_row_index("row").join(leaves, on="row", how="left", maintain_order="left").drop("row")
    )


def _paths(customers: pl.DataFrame) -> pl.Series:
    """The path of each customer: as written, or composed from the names of its parents."""
    written = pl.coalesce("full_name", "customer_name")
    names = customers.select(
        "customer_id_acct", "parent_customer_id_acct", "customer_name", written=written,
        is_path=normalize_names.leaf(written).is_not_null(),
    )  # fmt: skip
    parents = names.unique("customer_id_acct", keep="first", maintain_order=True).select(
        next="customer_id_acct", above="written", after=_next()
    )
    first = names.select(path="written", rest=pl.coalesce("customer_name", "written"), next=_next())
    climbing = first.with_columns(one=pl.lit(None, dtype=pl.String))
    for level in range(_MOST_LEVELS):
        joined = pl.concat_str("above", "rest", separator=":")
        step = climbing.join(parents, on="next", how="left", maintain_order="left")
        rest, one = pl.coalesce(joined, "rest"), joined if level == 0 else pl.col("one")
        climbing = step.select("path", rest=rest, next="after", one=one)
        if climbing["next"].is_null().all():
            break
    # who is in a circle has one parent, and no topmost one
    is_circle = pl.col("next").is_not_null()
    path = pl.when(pl.col("one").is_null()).then("path").when(is_circle).then("one").otherwise("rest")
    return climbing.select(path=path).to_series()


def _next() -> pl.Expr:
    """The parent by id; null above a path that is written out."""
    return pl.when(~pl.col("is_path")).then("parent_customer_id_acct")
