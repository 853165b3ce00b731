"""The recommended sync date of a run: whom it mails and charges, and what never drags it back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from etl.demo.plan import AS_OF
from etl.pipeline.run import RunOutcome
from etl.report.why import explain, to_text
from tests.support import provider_runs


@pytest.fixture(scope="module")
def run(fixture_night: tuple[Path, RunOutcome]) -> RunOutcome:
    """A run on a provider that has missed invoices of every kind."""
    return fixture_night[1]


def test_the_clients_who_are_mailed_and_charged_are_listed_past_due_first(run: RunOutcome) -> None:
    """Every missed invoice that the date brings is counted once, under its client and currency."""
    sync = run.summary["sync"]
    arrivals, best = sync["arrivals"], sync["recommended"]
    assert arrivals["invoices"] >= best["invoices_recovered"] > 0
    assert sum(row["invoices"] for row in arrivals["list"]) == arrivals["invoices"]
    for entry in arrivals["amounts"]:
        of_one = [row for row in arrivals["list"] if row["currency_code"] == entry["currency_code"]]
        for name in ("amount", "overdue_amount"):
            assert sum(Decimal(row[name]) for row in of_one) == Decimal(entry[name])
    past_due = [bool(row["overdue_invoices"]) for row in arrivals["list"]]
    assert past_due == sorted(past_due, reverse=True)
    assert any(past_due)
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "Before you set it: exclude these clients, disable their rules, or post a hold." in page


def test_neither_former_clients_nor_long_ago_dates_are_in_the_plan(run: RunOutcome) -> None:
    """Held back, too old and without a time: counted apart, so that every missed invoice is in one number."""
    sync, missed = run.summary["sync"], provider_runs.table(run, "marts.missed_invoices")
    best = sync["recommended"]
    assert date.fromisoformat(best["sync_from_date"]) >= AS_OF.date() - timedelta(days=181)
    assert best["single_resyncs"] == sync["resyncs"] == len(sync["resync_list"]) <= 5
    assert sync["held_back"] == missed["is_held_back"].sum() > 0
    assert best["left_over"] == sync["left_over"] > 0
    in_plan = best["invoices_recovered"] + best["single_resyncs"] + best["left_over"]
    assert in_plan + sync["held_back"] == missed.height
    held_back = set(missed.filter("is_held_back")["invoice_id_acct"])
    assert not held_back & {row["invoice_id_acct"] for row in sync["resync_list"]}


def test_the_command_warns_before_the_date_is_set(run: RunOutcome) -> None:
    """An invoice that the date brings: how many clients it mails, and what to do first."""
    start = date.fromisoformat(run.summary["sync"]["recommended"]["sync_from_date"]) + timedelta(days=1)
    missed = provider_runs.table(run, "marts.missed_invoices").filter(
        ~pl.col("is_held_back"), pl.col("created_at") > start, cause="MISSED_IN_WINDOW"
    )
    told = to_text(explain(Path(run.folder) / "run.duckdb", missed["invoice_id_acct"][0]))
    assert "the portal mails these clients, and AutoPay charges by due date. Before you set it: exclude" in told
