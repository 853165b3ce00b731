"""Runs apart: one provider whose exports change from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from etl.config import load
from etl.demo.plan import AS_OF
from etl.domain import Run
from etl.history.store import History
from etl.pipeline.gates import RunOptions
from etl.pipeline.run import RunOutcome, reconcile
from tests.support import provider_runs

OPTIONAL = (
    "accounting_customers", "connectwise_statuses", "connectwise_invoices", "portal_invoices", "portal_mappings",
    "sync_runs",
)  # fmt: skip
KEY = ("kind", "subject_id", "code")
FILES = {name: f"{name}.{'json' if name == 'connectwise_statuses' else 'csv'}" for name in OPTIONAL}


def night(folder: Path, number: int, **orders: Any) -> RunOutcome:
    """A run by its number, a second after the one before; orders as those of `etl.pipeline.gates`."""
    settings = load(folder / "billsight.toml", {"BILLSIGHT_LIMITS__THREADS": "1"})
    night = Run(f"night-{number}", AS_OF + timedelta(seconds=number - 1))
    return reconcile(settings, night, lambda _: None, RunOptions(**orders))


def history(folder: Path) -> History:
    """Its history."""
    return History(folder / "state" / "history.sqlite")


def counts(outcome: RunOutcome) -> dict[str, int]:
    """Issues by what became of them."""
    return dict(outcome.summary["changes"]["counts"])


def edit(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Change a CSV file."""
    change(pl.read_csv(path, infer_schema=False)).write_csv(path)


def states(outcome: RunOutcome) -> dict[tuple[str, str], tuple[str, str | None]]:
    """(subject, code) -> (change, reason), of what is not as it was."""
    rows = provider_runs.table(outcome, "marts.issue_states").iter_rows(named=True)
    return {(row["subject_id"], row["code"]): (row["change"], row["reason"]) for row in rows}


def issues(folder: Path, kind: str, code: str) -> list[str]:
    """The subjects of what is open in the latest run."""
    found = provider_runs.latest(folder, "marts.issues").filter((pl.col("kind") == kind) & (pl.col("code") == code))
    return sorted(found["subject_id"])


def moved(night: RunOutcome) -> tuple[int | None, int | None]:
    """Invoices that are newly blocked, and that are freed; null where nobody knows."""
    newly, freed = (night.summary["changes"]["invoices"][part]["invoices"] for part in ("newly_blocked", "freed"))
    return newly, freed


def edit_contact(provider: Path, contact: str, **fields: Any) -> None:
    """Change fields of one contact."""
    path = provider / "connectwise_contacts.json"
    contacts = json.loads(path.read_text())
    path.write_text(json.dumps([{**one, **(fields if str(one["id"]) == contact else {})} for one in contacts]))
