"""The floors: what DuckDB alone needs to read the night's sources into tables, and to write the night's answers."""

from __future__ import annotations

import json
import resource
import sys
import time
import tomllib
from pathlib import Path
from typing import Any, Final

import duckdb

from benchmarks.child import answer
from etl.causes import SHOWN_WRONG

_IN_CSV: Final = {
    "all": "true",
    "blocked": f"state not in ('visible', 'expected') or regexp_matches(causes, '{'|'.join(SHOWN_WRONG)}')",
}
"""Which answers stand in invoices.csv, by what the run says of it."""


def read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Every source of the configuration into a table of its own, types found by DuckDB, closed to disk."""
    sources = tomllib.loads((folder / "billsight.toml").read_text(encoding="utf-8"))["sources"]
    for name, source in sources.items():
        reader = "read_json" if source["path"].endswith(".json") else "read_csv"
        connection.execute(f"create table {name} as from {reader}('{folder / source['path']}')")
    connection.close()
    answer({})


def write(connection: duckdb.DuckDBPyConnection, night: Path, out: Path) -> None:
    """The night's answers from a table into the same two files, with the same rows; only that is timed."""
    connection.execute(f"create table answers as from read_parquet('{night / 'invoices.parquet'}')")
    holds = json.loads((night / "summary.json").read_bytes())["invoices_csv"]["holds"]
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    connection.execute(f"copy answers to '{out / 'floor.parquet'}' (format parquet, compression zstd)")
    connection.execute(f"copy (from answers where {_IN_CSV[holds]}) to '{out / 'floor.csv'}' (format csv, header)")
    wall_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    answer({"wall_s": wall_s, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime})


def main(what: str, threads: str, memory_gb: str, *folders: str) -> None:
    """Read FOLDER with the database in OUT, or write the answers of the night in FOLDER to OUT."""
    folder, out = map(Path, folders)
    config: dict[str, Any] = {"threads": threads, "memory_limit": f"{memory_gb}GB"}
    connection = duckdb.connect(str(out / "floor.duckdb"), config=config)
    (read(connection, folder) if what == "read" else write(connection, folder, out))


if __name__ == "__main__":
    main(*sys.argv[1:])
