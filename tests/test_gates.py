"""Runs that look wrong are not published; and the history can be asked about all of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.config import load
from etl.demo.plan import AS_OF
from etl.domain import Run
from etl.errors import ExitCode, GateError
from etl.pipeline.run import reconcile
from etl.review.site.site_upkeep import Order, begin_again
from tests.support import provider_runs, two_runs
from tests.support.command_results import Billsight
from tests.support.two_runs import FILES, OPTIONAL


@pytest.mark.parametrize("source", OPTIONAL)
def test_a_source_that_lost_all_its_rows_stops_the_night(provider: Path, source: str) -> None:
    """An empty list says that nothing is there, which would be believed."""
    path = provider / FILES[source]
    path.write_bytes(b"[]" if path.suffix == ".json" else path.read_bytes().splitlines(keepends=True)[0])
    if source == "sync_runs":
        assert two_runs.night(provider, 2).exit_code is ExitCode.PARTIAL
        return
    with pytest.raises(GateError, match=r"0 rows, usually \d+: 100% fewer"):
        two_runs.night(provider, 2)
    assert (provider / "out" / "latest").readlink().name == "night-1"


def test_a_night_that_lost_rows_is_not_published_unless_a_person_says_so(provider: Path) -> None:
    """Half of the invoices and of the contacts: both are reported at once; afterwards that is what is usual."""
    two_runs.edit(provider / "accounting_invoices.csv", lambda rows: rows.head(rows.height // 2))
    contacts = json.loads((provider / "connectwise_contacts.json").read_text())
    (provider / "connectwise_contacts.json").write_text(json.dumps(contacts[: len(contacts) // 2]))
    with pytest.raises(GateError, match=r"(?s)contacts: \d+ rows, usually.*invoices.*: 35\d rows, usually 70\d") as e:
        two_runs.night(provider, 2)
    assert len(e.value.reasons) == 2
    assert (provider / "out" / "latest").readlink().name == "night-1"
    assert [(run.run_id, run.exit_code) for run in two_runs.history(provider).runs()] == [
        ("night-1", 0),
        ("night-2", 4),
    ]
    two_runs.night(provider, 3, is_shrink_accepted=True)
    assert two_runs.night(provider, 4).exit_code is ExitCode.COMPLETE


def test_a_night_whose_mappings_collapsed_is_not_published(provider: Path) -> None:
    """Every row is there, but hardly any customer can be distinguished from another."""
    begin_again(load(provider / "billsight.toml", {}), Order("register", AS_OF, is_meant=True))
    two_runs.edit(provider / "portal_mappings.csv", lambda rows: rows.with_columns(company_id=pl.lit("")))
    two_runs.edit(provider / "accounting_customers.csv", lambda rows: rows.with_columns(
        AccountNumber=pl.lit(""), TaxId=pl.lit(""), Email=pl.lit(""), Phone=pl.lit(""), Street=pl.lit(""),
        Name=pl.format("Client {}", pl.col("Id")), FullName=pl.format("Client {}", pl.col("Id")),
    ))  # fmt: skip
    with pytest.raises(GateError, match=r"only \d+% of the open money belongs to .* mapped, usually \d+%"):
        reconcile(load(provider / "billsight.toml", {"BILLSIGHT_GATES__COVERAGE_DROP": "0.1"}), Run("bad", AS_OF))


def test_invoices_that_are_far_older_than_usual_stop_the_night_and_a_stale_list_makes_it_partial(
    provider: Path,
) -> None:
    """Usual is what three runs had; the portal's list has no dates, but it should change when invoices do."""
    for number in (2, 3):
        two_runs.night(provider, number)
    settings = load(provider / "billsight.toml", {})
    with pytest.raises(GateError, match=r"the newest is 4\d(\.\d)? days old"):
        reconcile(settings, Run("late", AS_OF + timedelta(days=41)))
    later = (AS_OF + timedelta(days=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    two_runs.edit(provider / "accounting_invoices.csv", lambda rows: rows.with_columns(
        ModifiedAt=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(later)).otherwise("ModifiedAt")
    ))  # fmt: skip
    night = reconcile(settings, Run("stale", AS_OF + timedelta(days=8)))
    assert night.exit_code is ExitCode.PARTIAL
    told = "the portal's own list of invoices: nothing in them is newer than 8 days"
    assert f"{told}, so nothing is concluded from what they lack" in night.summary["run"]["partial_reasons"]
    listed = provider_runs.table(night, "ctl.scopes").filter(pl.col("relation") == "portal_invoices")
    assert listed["made_at"].item() <= AS_OF.replace(tzinfo=None), "copied again, it is no newer"
    assert two_runs.counts(night)["resolved"] == 0


def test_the_history_can_be_asked(provider: Path, billsight: Billsight) -> None:
    """All runs, one run, the difference of two; and what is not there is reported."""
    drafts = two_runs.issues(provider, "invoice", "DRAFT")
    two_runs.edit(provider / "accounting_invoices.csv", lambda rows: rows.filter(pl.col("Id") != drafts[0]))
    two_runs.night(provider, 2)
    named = ("--config", provider / "billsight.toml")
    listed = billsight("runs", "list", *named)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["run", "night-1", "night-2"]
    shown = billsight("runs", "show", "latest", *named).out
    assert "every file is as it was published" in shown
    assert "invoices of the accounting package: " in shown
    assert json.loads(billsight("runs", "show", "night-1", "--json", *named).out)["run_id"] == "night-1"
    told = billsight("runs", "diff", "night-1", "latest", *named)
    assert f"- invoice {drafts[0]}: DRAFT (Draft, not approved): gone from the extract" in told.out
    back = billsight("runs", "diff", "night-2", "night-1", *named)
    assert f"+ invoice {drafts[0]}: DRAFT (Draft, not approved)" in back.out
    assert back.code == 0
    missing = billsight("runs", "show", "night-7", *named)
    assert (missing.code, "runs list" in missing.err) == (ExitCode.UNUSABLE, True)
    several = billsight("runs", "show", "night", *named)
    assert "beginning of 2 runs" in several.err
