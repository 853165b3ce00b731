"""Runs for tests: invented or copied into a folder of their own, run in-process, compared with their truth."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from etl.config import load
from etl.demo import DemoPlan
from etl.demo.plan import AS_OF
from etl.domain import Run
from etl.pipeline.run import RunOutcome, reconcile
from etl.pipeline.setup import write_demonstration
from etl.warehouse.engine import published

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "data" / "fixtures"
SMALL = DemoPlan(12, 30, 18)
"""For what depends on no particular invoice, and runs many runs."""

VERDICT = ("state", "primary_cause", "causes")

BY_SETTINGS = frozenset({
    "HIDDEN_ZERO", "HIDDEN_BY_TERMS", "HELD_UNTIL_DATE", "PORTAL_LIST_OLDER", "NO_PORTAL_PROFILE",
    "OTHER_BOOK",
})  # fmt: skip
"""Causes that only settings give, or sources that nobody hands out yet: no invented provider has them."""


def invented(folder: Path, plan: DemoPlan) -> Path:
    """An invented provider, its register included."""
    write_demonstration(folder, plan, lambda _: None)
    return _keyed(folder)


def copied(folder: Path, name: str = "night") -> Path:
    """A copy of one of the fixtures, without what runs have left there."""
    shutil.copytree(FIXTURES / name, folder, ignore=shutil.ignore_patterns("out"))
    return _keyed(folder)


def _keyed(folder: Path) -> Path:
    """With a site's key of its own making: runs on copies are then alike to the byte."""
    (folder / "state").mkdir(exist_ok=True)
    (folder / "state" / "site.key").write_bytes(b"an invented key of 32 bytes long")
    for path in (folder / "state").iterdir():
        path.chmod(0o600 if path.name == "site.key" else 0o640)
    return folder


def without(folder: Path, *sources: str) -> Path:
    """The same provider, who does not hand out some of the sources."""
    path = folder / "billsight.toml"
    sections = re.split(r"(?m)^(?=\[)", path.read_text(encoding="utf-8"))
    kept = [part for part in sections if not re.match(rf"\[sources\.({'|'.join(sources)})[].]", part)]
    path.write_text("".join(kept), encoding="utf-8")
    return folder


def run(
    folder: Path, run_id: str = "night", environment: Mapping[str, str] | None = None, as_of: datetime = AS_OF
) -> RunOutcome:
    """A run on the folder, judged at the instant for which its data was invented, or at another."""
    settings = load(folder / "billsight.toml", {"BILLSIGHT_LIMITS__THREADS": "1"} | dict(environment or {}))
    return reconcile(settings, Run(run_id, as_of))


def answers(outcome: RunOutcome) -> pl.DataFrame:
    """The published answer for every invoice."""
    return pl.read_parquet(outcome.folder / "invoices.parquet")


def table(outcome: RunOutcome, relation: str) -> pl.DataFrame:
    """A relation of the published database."""
    with published(outcome.folder / "run.duckdb") as engine:
        return engine.frame(f"from {relation}")


def truth(folder: Path, name: str = "truth_invoices") -> pl.DataFrame:
    """What the folder knows to be true."""
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False)


def differences(expected: pl.DataFrame, found: pl.DataFrame, key: str = "invoice_id_acct") -> list[dict[str, object]]:
    """Every invoice that is judged otherwise than it should be, or is on one side only."""
    keyed = [
        frame.select(key, **{name: pl.col(name).fill_null("") for name in VERDICT}, is_there=True)
        for frame in (expected, found)
    ]
    both = keyed[0].join(keyed[1], on=key, how="full", suffix="_found", coalesce=True)
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_found")) for name in (*VERDICT, "is_there"))
    return both.filter(~is_same).to_dicts()


def latest(folder: Path, relation: str) -> pl.DataFrame:
    """A relation of the run that was published last."""
    with published(folder / "out" / "latest" / "run.duckdb") as engine:
        return engine.frame(f"from {relation}")
