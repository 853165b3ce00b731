"""`python -m benchmarks.shapes`: what reading large exports of known shapes costs, against DuckDB's reading of them."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.child import run_child
from benchmarks.shape_files import EXPORTS, write_export
from benchmarks.sizes import OUT

READERS: Final = ("duckdb", "shapes")
_MOST_RATIO: Final = 10.0
_MOST_GB: Final = 4.0


@dataclass(frozen=True)
class ShapeCost:
    """What one reader took for one file: processor time without the start of Python, peak memory with it."""

    rows: int
    cpu_s: float
    peak_gb: float


def measure(path: Path) -> dict[str, ShapeCost]:
    """Both readers, one after the other, each in a process of its own."""
    costs = {}
    for reader in READERS:
        command = (sys.executable, "-m", "benchmarks.shape_reading", reader, str(path))
        child = run_child(command, {"POLARS_MAX_THREADS": "2"}, lambda _: None)
        said = json.loads(child.stdout)
        costs[reader] = ShapeCost(said["rows"], said["cpu_s"], child.cost.peak_gb)
    return costs


def in_lines(name: str, size: int, costs: dict[str, ShapeCost]) -> Iterator[str]:
    """The line of one file, and whether it meets the target."""
    floor, ours = costs["duckdb"], costs["shapes"]
    ratio = ours.cpu_s / floor.cpu_s
    is_met = ratio < _MOST_RATIO and ours.peak_gb < _MOST_GB
    yield (
        f"{name:30} {size / 1e6:6.0f} MB {ours.rows:10,} rows  CPU {ours.cpu_s:6.1f} s, {floor.cpu_s:5.1f} s"
        f"  {ratio:5.1f} x  {ours.peak_gb:5.2f} GB, {floor.peak_gb:5.2f} GB  {'met' if is_met else 'missed'}"
    )


def main() -> None:
    """Write each export, read it twice, print a line, remove it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shapes", description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=int, default=200, help="of each file; default: 200")
    size = parser.parse_args().megabytes * 1_000_000
    folder = OUT / "shapes"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"shapes, DuckDB; target: under {_MOST_RATIO:g} x DuckDB's processor time and {_MOST_GB:g} GB")
    try:
        for number, name in enumerate(EXPORTS):
            path = folder / f"{number}.csv"
            write_export(name, path, size)
            print("\n".join(in_lines(name, size, measure(path))), flush=True)
            path.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
