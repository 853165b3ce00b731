"""Text rows as they come out of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

from etl.schemas import ColumnKind, Relation

Rows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def as_read() -> Rows:
    """Builds the frame that reading a file yields: all columns of the relation as text, then file and line."""

    def build(relation: Relation, rows: Sequence[Mapping[str, object]], first_line: int = 2) -> pl.DataFrame:
        extra = {name for row in rows for name in row} - set(relation.names)
        kinds = {
            column.name: pl.List(pl.String) if column.kind is ColumnKind.TEXTS else pl.String
            for column in relation.columns
        }
        schema = {**kinds, **dict.fromkeys(sorted(extra), pl.String)}
        frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)
        lines = pl.Series(range(first_line, first_line + len(rows)), dtype=pl.Int64)
        return frame.with_columns(source_file=pl.lit("export.csv"), source_line=lines)

    return build
