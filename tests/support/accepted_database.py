"""A database that holds what was accepted, without files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from etl.schemas import RELATIONS, SQL_TYPE
from etl.warehouse.engine import Engine

Rows = Iterable[Mapping[str, Any]]


def engine_of(**given: Rows) -> Engine:
    """Every accepted relation, those that are given with rows; what a row lacks is null."""
    engine = Engine(Path(":memory:"), threads=1, memory_gb=0.5)
    for relation in RELATIONS.values():
        columns = ", ".join(f"{column.name} {SQL_TYPE[column.kind]}" for column in relation.columns)
        engine.run(f"create table accepted.{relation.name} ({columns}, source_file varchar, source_line bigint)")
        rows = list(given.get(relation.name, ()))
        if rows:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            engine.append(f"accepted.{relation.name}", frame.select(pl.exclude(pl.Null)))
    return engine
