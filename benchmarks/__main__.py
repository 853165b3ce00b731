"""`python -m benchmarks`: the night against its floor and its peer, in one table of ratios."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.session import Limits, Measured, Session
from benchmarks.sizes import OUT, SIZES
from benchmarks.table import behind, ratios

_PEERS = ("duckdb", "pandas")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sizes", nargs="*", metavar="S|M|L", help="default: S M")
    parser.add_argument("--peers", type=_peers, default=frozenset(_PEERS), help="default: duckdb,pandas")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave what the last round wrote in DIR")
    parser.add_argument("--threads", type=int, default=2, help="of the night's and the floor's DuckDB; default: 2")
    parser.add_argument(
        "--memory-gb", type=float, default=2.0, help="limit of the night's and the floor's DuckDB; default: 2"
    )
    parser.add_argument("--rounds", type=int, help="default: S 3, M 2, L 1")
    options = parser.parse_args()
    options.sizes = options.sizes or ["S", "M"]
    if unknown := set(options.sizes) - set(SIZES):
        parser.error(f"no such size: {', '.join(sorted(unknown))}; there are {', '.join(SIZES)}")
    return options


def _peers(text: str) -> frozenset[str]:
    peers = frozenset(text.split(",")) - {""}
    if not peers <= set(_PEERS):
        message = f"choose from {', '.join(_PEERS)}"
        raise argparse.ArgumentTypeError(message)
    return peers


def _tell(text: str) -> None:
    """Progress, on one line that the next one overwrites."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + text[:width], end="", file=sys.stderr, flush=True)


def _machine(limits: Limits, peers: frozenset[str]) -> str:
    """Where it was measured, and the versions of those who took part: no other need be installed."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {version(name)}" for name in sorted({"duckdb", "polars"} | peers))
    return (
        f"{os.cpu_count()} cores, {memory_gb:.0f} GB; DuckDB: {limits.threads} threads, {limits.memory_gb:g} GB;"
        f" Python {platform.python_version()}, {versions}; the best of all rounds"
    )


def main() -> None:
    """Measure the sizes that were asked for."""
    options = _options()
    limits, work = Limits(options.threads, options.memory_gb), (options.keep or OUT / "work").resolve()
    measured: list[Measured] = []
    for name in dict.fromkeys(options.sizes):
        size = SIZES[name]
        if (missing := size.missing_gb) > 0:
            print(f"{name} skipped: {missing:.0f} GB more of free disk are needed")
            continue
        folder = work / name
        session = Session(size, limits, folder, _tell)
        try:
            measured.append(session.measure(options.peers, options.rounds or size.rounds))
        finally:
            if not options.keep:
                shutil.rmtree(folder, ignore_errors=True)
    _tell("")
    print("\n".join([_machine(limits, options.peers), "", *ratios(measured)]))
    for one in measured:
        print("\n".join(["", *behind(one)]))


if __name__ == "__main__":
    main()
