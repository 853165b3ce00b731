"""A few accepted rows of each source in a database, for tests of the joins."""

from __future__ import annotations

from typing import Any

from etl.schemas import RELATIONS, SQL_TYPE
from etl.warehouse.engine import Engine

Rows = list[dict[str, Any]]


def fill(engine: Engine, **rows: Rows) -> None:
    """Write every relation anew, with the rows that are given of it."""
    for relation in RELATIONS.values():
        columns = ", ".join(f"{column.name} {SQL_TYPE[column.kind]}" for column in relation.columns)
        engine.run(f"create or replace table accepted.{relation.name} ({columns}, source_file varchar)")
        replace(engine, relation.name, rows.get(relation.name, []))


def replace(engine: Engine, relation: str, rows: Rows) -> None:
    """Let the relation hold these rows and no others."""
    engine.run(f"delete from accepted.{relation}")
    for row in rows:
        values = ", ".join("null" if value is None else f"'{value}'" for value in row.values())
        engine.run(f"insert into accepted.{relation} ({', '.join(row)}) values ({values})")
