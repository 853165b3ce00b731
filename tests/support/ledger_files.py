"""Lists of accounting written to files and loaded, for tests of what becomes of their rows."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl.config import Settings, Source
from etl.warehouse.engine import Engine
from tests.support.loading import NEVER, Loaded, load

WRITTEN = datetime(2026, 12, 31, tzinfo=UTC).timestamp()
"""When the files were written: no day in their names is after it."""
IDS = {"Acme": "58", "Bolt & Sons": "59"}
INVOICES, CUSTOMERS = "accounting_invoices", "accounting_customers"


def load_files(
    engine: Engine, folder: Path, relation: str = INVOICES, bulk_bytes: int = NEVER, **source: Any
) -> Loaded:
    """Load every file of a folder as one source, or one relation."""
    named = Source(**{"path": ["*.csv", "*.json", "*.xlsx"]} | source)
    for path in folder.iterdir():
        os.utime(path, (WRITTEN, WRITTEN))
    files = [name for name in ("*.csv", "*.json", "*.xlsx") if list(folder.glob(name))]
    return load(engine, Settings(base=folder, sources={relation: named.model_copy(update={"path": files})}), bulk_bytes)


def kept(engine: Engine, *columns: str, relation: str = INVOICES) -> list[tuple[Any, ...]]:
    """Columns of the rows that hold."""
    return engine.rows(f"select {', '.join(columns)} from accepted.{relation} order by all")


def write_table(path: Path, header: str, *rows: Sequence[object]) -> None:
    """A CSV file; the header is written with commas."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        writer.writerows(rows)


LEDGER = "Invoice ID,Number,Customer ID,Customer Name,Date,Total,Balance,Status,Modified"


def write_ledger(path: Path, *rows: tuple[object, ...]) -> None:
    """Rows of id, number, customer, total, balance, status, modified."""
    write_table(path, LEDGER, *((r[0], r[1], IDS[r[2]], r[2], "2026-11-14", *r[3:]) for r in rows))
