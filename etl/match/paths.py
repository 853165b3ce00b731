"""Customers below other customers: `Head Office` is a name only together with what it is the head office of.

Locality: whole; a parent may be known by its id alone.
"""

from __future__ import annotations

import polars as pl

from etl.match import names


def with_paths(customers: pl.DataFrame) -> pl.DataFrame:
    """Add `path`, the names from the topmost customer down, and `leaf`, a last name that says nothing by itself.

    A last name that begins with the name of the topmost customer does: `Acme Dental North` below `Acme Dental`.
    """
    written = pl.coalesce("full_name", "customer_name")
    above = customers.select(parent_customer_id_acct="customer_id_acct", above=written)
    known = customers.join(
        above.unique("parent_customer_id_acct", keep="first", maintain_order=True),
        on="parent_customer_id_acct", how="left", maintain_order="left",
    )  # fmt: skip
    is_path = names.leaf(written).is_not_null()
    joined = pl.concat_str("above", "customer_name", separator=":")
    found = known.with_columns(path=pl.when(is_path).then(written).otherwise(pl.coalesce(joined, written))).drop(
        "above"
    )
    below = found.with_row_index("row").filter(names.leaf(pl.col("path")).is_not_null())
    last = below.select("row", leaf=names.leaf(pl.col("path")), top=names.root(pl.col("path")))
    is_whole = names.plain(pl.col("leaf")).str.starts_with(names.normal_name(pl.col("top")))
    leaves = last.filter(~is_whole.fill_null(value=False)).select("row", "leaf")
    return found.with_row_index("row").join(leaves, on="row", how="left", maintain_order="left").drop("row")
