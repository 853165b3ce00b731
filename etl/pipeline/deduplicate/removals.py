"""Deletions of a change feed: an id and a status, and nothing else. They are no rows, they act on rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import polars as pl

from etl.schemas import Relation
from etl.warehouse.engine import Engine

_GONE: Final = ("voided", "deleted")
_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "accounting_invoices": (
        "coalesce(rows.has_internal_id, true) and coalesce(rows.document_type, 'invoice') = removed.kind",
        "document_status = removed.status",
    ),
    "accounting_customers": ("true", "is_active = false"),
}
"""Relation -> on which of the rows with the id a deletion acts, and what it does."""


def is_removal(relation: Relation) -> pl.Expr:
    """True if a row, as text, says that a record with an id is gone, without saying what it was.

    Locality: row.
    """
    if relation.name not in _ACTS:
        return pl.lit(value=False)
    needed = [column.name for column in relation.columns if column.required and column.name not in relation.key]
    is_bare = pl.any_horizontal(pl.col(name).is_null() for name in needed)
    if relation.one_of:
        is_bare = is_bare | pl.all_horizontal(pl.col(name).is_null() for name in relation.one_of)
    is_gone = pl.col("is_active") == "false"
    if relation.name == "accounting_invoices":
        is_gone = pl.col("document_status").is_in(_GONE) & (pl.col("has_internal_id") == "true")
    return (is_bare & is_gone & pl.col("read_problem").is_null()).fill_null(value=False)


def bare(relation: Relation) -> Relation:
    """The relation with its key as the only required columns."""
    columns = [replace(column, required=column.name in relation.key) for column in relation.columns]
    return replace(relation, columns=tuple(columns), one_of=())


def remove(
    engine: Engine, relation: Relation, removals: Sequence[pl.DataFrame], made_at: Mapping[str, datetime]
) -> dict[str, int]:
    """Mark deleted rows that were read from a file that does not know of the deletion yet.

    A row of another file is older than a deletion if neither the row nor anything else in its file changed later: a
    later export that still has the document knows better.

    Args:
        engine: the run's database.
        relation: whose rows are in `accepted`.
        removals: typed rows that say nothing but what is gone.
        made_at: file -> when it was made, where that is known.

    Returns:
        File -> its deletions of what no file has, which therefore do nothing.
    """
    deletions = pl.concat(removals).select(
        pl.col(relation.key[0]).alias("id"),
        pl.col("document_type" if "document_type" in relation.names else "customer_id_acct").alias("kind"),
        pl.col("document_status" if "document_status" in relation.names else "customer_id_acct").alias("status"),
        pl.col("modified_at").alias("gone_at"),
        "source_file",
    )
    ages = pl.DataFrame(
        {"source_file": list(made_at), "made_at": list(made_at.values())},
        schema={"source_file": pl.String, "made_at": pl.Datetime("us")},
    )
    engine.write("accepted.removals", deletions)
    engine.write("accepted.ages", ages)
    unknown = _act(engine, relation)
    engine.run("drop table accepted.removals; drop table accepted.ages")
    return unknown


def _act(engine: Engine, relation: Relation) -> dict[str, int]:
    table, (which, act) = f"accepted.{relation.name}", _ACTS[relation.name]
    engine.run(f"""
        create or replace temp table known_ages as
        select source_file, greatest(max(rows.modified_at), max(ages.made_at)) as made_at
        from {table} as rows
        full join accepted.ages as ages using (source_file)
        group by source_file;

        create or replace temp table removed as
        select removals.* replace (coalesce(removals.gone_at, known_ages.made_at) as gone_at)
        from accepted.removals as removals
        left join known_ages using (source_file)
        qualify row_number() over (partition by id, kind order by gone_at desc nulls first) = 1;

        update {table} as rows
        set {act}, modified_at = greatest(rows.modified_at, removed.gone_at)
        from removed
        cross join known_ages
        where rows.{relation.key[0]} = removed.id and {which}
            and rows.source_file = known_ages.source_file
            and coalesce(rows.modified_at <= removed.gone_at, true)
            and (rows.source_file = removed.source_file or coalesce(known_ages.made_at <= removed.gone_at, true))""")
    rows = engine.rows(f"""
        select removed.source_file, count(*)
        from removed
        anti join {table} as rows on rows.{relation.key[0]} = removed.id and {which}
        group by 1""")
    engine.run("drop table removed; drop table known_ages")
    return {str(file): int(count) for file, count in rows}
