"""A year of nights: how the history grows, and whether the last night takes longer than the first.

`python -m benchmarks.year` plays the history of a provider with half a million open issues, of which one in a hundred
is resolved every night, and as many open: new ones, and one in a thousand of those that were resolved. With --real it
also runs whole nights on a small provider, one per day, and shows what stays on the disk.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from etl.config import load
from etl.demo import DemoPlan
from etl.domain import Run
from etl.history.store import CHANGES, History, PastRun
from etl.pipeline.run import reconcile
from etl.pipeline.setup import write_demonstration

CODES = ("MISSED_IN_WINDOW", "BACKDATED_ENTRY", "DRAFT", "MISSED_UNDATED", "BEFORE_SYNC_START", "RECREATED_ID")
FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)


def main() -> None:
    """Print a table of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=500_000)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--churn", type=float, default=0.01, help="share of the open issues that ends every night")
    parser.add_argument("--real", type=int, default=0, metavar="NIGHTS", help="whole nights on a small provider, too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _history(Path(folder) / "history.sqlite", chosen)
        if chosen.real:
            _nights(Path(folder) / "small", chosen.real)


def _history(path: Path, chosen: argparse.Namespace) -> None:
    history, seconds, sizes = History(path), list[float](), list[int]()
    for number, changes in enumerate(_changes(chosen)):
        began = time.perf_counter()
        # what every night does: read what is open, look new ones up, write what changed
        history.runs()
        is_open = history.open_issues().height
        history.earlier(changes.filter(pl.col("change") == "opened")) if number else None
        as_of = f"{FIRST + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}"
        history.record(PastRun(0, f"run-{number}", as_of, 0, is_published=True, seconds=1.0, facts=_FACTS), changes)
        seconds.append(time.perf_counter() - began)
        sizes.append(sum(file.stat().st_size for file in path.parent.iterdir() if file.is_file()))
    print(f"history of {chosen.nights} nights, {chosen.issues:,} open issues, {chosen.churn:.1%} end every night")
    print(f"  after the first night  {sizes[0] / 1e6:7.1f} MB  {seconds[0]:6.2f} s (writes them all)")
    print(f"  nights 2 to 8          {sizes[7] / 1e6:7.1f} MB  {median(seconds[1:8]):6.2f} s each")
    print(f"  the last seven         {sizes[-1] / 1e6:7.1f} MB  {median(seconds[-7:]):6.2f} s each, {is_open:,} open")
    print(f"  grown in all           {(sizes[-1] - sizes[0]) / 1e6:7.1f} MB")


_FACTS = {
    "sources": {f"relation_{number}": {"rows": 5_000_000, "age_days": 0.2, "digest": "0" * 64} for number in range(9)}
}


def _changes(chosen: argparse.Namespace) -> Iterator[pl.DataFrame]:
    """Night by night, what opened and ended; the same every time."""
    chance = np.random.default_rng(1)
    is_open = np.arange(chosen.issues)
    ended = np.empty(0, dtype=np.int64)
    fresh = chosen.issues
    yield _frame(is_open, "opened")
    for _ in range(chosen.nights - 1):
        ends = chance.choice(is_open, size=round(len(is_open) * chosen.churn), replace=False)
        backs = chance.choice(ended, size=len(ended) // 1000, replace=False)
        news = np.arange(fresh, fresh + len(ends) - len(backs))
        fresh += len(news)
        is_open = np.concatenate([np.setdiff1d(is_open, ends), backs, news])
        ended = np.concatenate([np.setdiff1d(ended, backs), ends])
        yield pl.concat([_frame(np.concatenate([backs, news]), "opened"), _frame(ends, "ended")])


def _frame(numbers: np.ndarray, change: str) -> pl.DataFrame:
    texts = [str(200_000_000 + number) for number in numbers.tolist()]
    codes = [CODES[number % len(CODES)] for number in numbers.tolist()]
    reason = pl.lit("paid" if change == "ended" else None, dtype=pl.String)
    columns = {"kind": pl.lit("invoice"), "reason": reason, "change": pl.lit(change)}
    return pl.DataFrame({"subject_id": texts, "code": codes}).with_columns(**columns).select(list(CHANGES))


def _nights(folder: Path, nights: int) -> None:
    write_demonstration(folder, DemoPlan(30, 200, 1), lambda _: None)
    settings = load(folder / "billsight.toml", {})
    seconds = []
    for number in range(nights):
        began = time.perf_counter()
        reconcile(settings, Run(f"run-{number:03}", datetime(2026, 11, 22, 2, tzinfo=UTC) + timedelta(days=number)))
        seconds.append(time.perf_counter() - began)
        # the exports of the next day: one more change, so that nothing looks stale
        day = f"{datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=number + 1):%Y-%m-%d}T00:30:00Z"
        invoices = pl.read_csv(folder / "accounting_invoices.csv", infer_schema=False)
        is_touched = pl.int_range(pl.len()) == number % invoices.height
        touched = invoices.with_columns(ModifiedAt=pl.when(is_touched).then(pl.lit(day)).otherwise("ModifiedAt"))
        touched.write_csv(folder / "accounting_invoices.csv")
    sizes = {
        part: sum(f.stat().st_size for f in (folder / part).rglob("*") if f.is_file()) for part in ("out", "state")
    }
    whole = len(list((folder / "out" / "runs").glob("*/report.html")))
    print(f"{nights} whole nights, one per day: first {seconds[0]:.2f} s, last seven {median(seconds[-7:]):.2f} s each")
    print(f"  out {sizes['out'] / 1e6:.1f} MB with {whole} whole reports, state {sizes['state'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
