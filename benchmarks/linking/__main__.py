"""`python -m benchmarks.linking`: our linker beside other people's, on invented providers and on labelled cases."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from benchmarks.linking.contest import Contest
from benchmarks.linking.datasets import VARIANTS, DataSet, count_of, invented, labelled
from benchmarks.linking.report import as_json, failed, tables
from benchmarks.sizes import OUT, SEED

PEERS: Final = ("splink", "splink_narrow", "sparse_dot_topn", "rapidfuzz", "exact")
_SIZES: Final = "1k,10k"
_VERSIONS: Final = ("polars", "duckdb", "rapidfuzz", "splink", "sparse_dot_topn", "scikit-learn")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking", description=__doc__)
    parser.add_argument(
        "--sizes", type=_sizes, help=f"default: {_SIZES}; none with --cases. For example 1k,10k,100k,1m"
    )
    parser.add_argument("--peers", type=_peers, default=PEERS, help=f"default: {','.join(PEERS)}")
    parser.add_argument("--variants", type=_variants, default=VARIANTS, help=f"default: {','.join(VARIANTS)}")
    parser.add_argument("--cases", type=Path, metavar="DIR", help="folders with left.csv, right.csv and truth.csv")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the invented providers; default: {SEED}")
    parser.add_argument("--out", type=Path, default=OUT / "linking", metavar="DIR", help="where predictions are left")
    parser.add_argument("--no-limits", action="store_true", help="peers run at every size, however long it takes")
    options = parser.parse_args()
    if options.sizes is None:
        options.sizes = () if options.cases else _sizes(_SIZES)
    return options


def _sizes(text: str) -> tuple[str, ...]:
    sizes = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for size in sizes:
        try:
            count_of(size)
        except ValueError as error:
            message = f"{size!r} is no size; write 500, 10k or 1m"
            raise argparse.ArgumentTypeError(message) from error
    return sizes


def _peers(text: str) -> tuple[str, ...]:
    peers = tuple(dict.fromkeys(part for part in text.split(",") if part))
    if not set(peers) <= set(PEERS):
        message = f"choose from {', '.join(PEERS)}"
        raise argparse.ArgumentTypeError(message)
    return peers


def _variants(text: str) -> tuple[str, ...]:
    variants = tuple(variant for variant in VARIANTS if variant in text.split(","))
    if not variants:
        message = f"choose from {', '.join(VARIANTS)}"
        raise argparse.ArgumentTypeError(message)
    return variants


def _tell(text: str) -> None:
    """Progress, on one line that the next one overwrites."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r\033[K" + text[:width], end="", file=sys.stderr, flush=True)


def _machine() -> str:
    found = []
    for name in _VERSIONS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores, {memory_gb:.0f} GB, Python {platform.python_version()}, {', '.join(found)}"


def _data(options: argparse.Namespace) -> Iterator[DataSet]:
    for size in options.sizes:
        yield from (data for data in invented(size, options.seed, _tell) if data.folder.name in options.variants)
    if options.cases:
        yield from labelled(options.cases)


def main() -> None:
    """Measure what was asked for; one table per data set, as soon as it is known."""
    options = _options()
    out = options.out.resolve()
    smallest = next(invented("1", options.seed, _tell))
    contest = Contest(options.peers, smallest, out / "predictions", _tell, is_limited=not options.no_limits)
    print(_machine())
    told, is_failed = [], False
    for data in _data(options):
        results = contest.measure(data)
        _tell("")
        print("\n".join(["", *tables(data, results)]), flush=True)
        told.append(as_json(data, results))
        is_failed |= failed(results)
    (out / "linking.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if is_failed else 0)


if __name__ == "__main__":
    main()
