"""The files of one relation, loaded in one of both ways: carefully, or in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.config import Settings
from etl.domain import FileReport
from etl.pipeline.load import _QUARANTINE, Loader
from etl.pipeline.prefetch import Opener
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine

NEVER, ALWAYS = 1 << 40, 0
"""From which size on a file is read in one typed scan."""


@dataclass(frozen=True)
class Loaded:
    """What became of the files of one relation."""

    accepted: list[tuple[Any, ...]]
    aside: list[tuple[Any, ...]]
    reports: list[FileReport]


def load(engine: Engine, settings: Settings, bulk_bytes: int) -> Loaded:
    """Load the one source of the settings into a database that holds nothing else."""
    (relation,) = (RELATIONS[name] for name in settings.sources)
    engine.run(f"drop table if exists quarantine.rows; {_QUARANTINE}")
    loader = Loader(engine, settings, bulk_bytes)
    loader._create(relation)
    reports = loader._relation(relation, Opener(settings, bulk_bytes, {}).opened_of(relation))
    names = ", ".join(relation.names)
    return Loaded(
        engine.rows(f"select {names}, source_file from accepted.{relation.name} order by all"),
        engine.rows("from quarantine.rows order by source_file, row_values, source_line"),
        reports,
    )
