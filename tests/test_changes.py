"""From night to night: what is new, what is resolved and why, and what nobody looked at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl import pipeline
from etl.config import load
from etl.demo import DemoPlan
from etl.demo.plan import AS_OF
from etl.domain import Run
from etl.errors import ExitCode, GateTripped
from etl.gates import Orders
from etl.history.store import History
from etl.pipeline import Outcome, reconcile
from etl.review.register import Import, Judgement, Register
from tests import nights
from tests.command import Billsight

OPTIONAL = (
    "accounting_customers", "connectwise_statuses", "connectwise_invoices", "portal_invoices", "portal_mappings",
    "sync_runs",
)  # fmt: skip
KEY = ("kind", "subject_id", "code")
FILES = {name: f"{name}.{'json' if name == 'connectwise_statuses' else 'csv'}" for name in OPTIONAL}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented provider after one night; not to be changed."""
    folder = nights.invented(tmp_path_factory.mktemp("changes") / "provider", DemoPlan(60, 500, 3))
    nights.run(folder, "night-1")
    return folder


@pytest.fixture
def provider(first: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(first, tmp_path / "provider", symlinks=True)


def _night(folder: Path, number: int, **orders: Any) -> Outcome:
    settings = load(folder / "billsight.toml", {"BILLSIGHT_LIMITS__THREADS": "1"})
    night = Run(f"night-{number}", AS_OF + timedelta(seconds=number - 1))
    return reconcile(settings, night, lambda _: None, Orders(**orders))


def _history(folder: Path) -> History:
    return History(folder / "state" / "history.sqlite")


def _counts(outcome: Outcome) -> dict[str, int]:
    return dict(outcome.summary["changes"]["counts"])


def _edit(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    change(pl.read_csv(path, infer_schema=False)).write_csv(path)


def _states(outcome: Outcome) -> dict[tuple[str, str], tuple[str, str | None]]:
    """(subject, code) -> (change, reason), of what is not as it was."""
    rows = nights.table(outcome, "marts.issue_states").iter_rows(named=True)
    return {(row["subject_id"], row["code"]): (row["change"], row["reason"]) for row in rows}


def _issues(folder: Path, kind: str, code: str) -> list[str]:
    found = nights.latest(folder, "marts.issues").filter((pl.col("kind") == kind) & (pl.col("code") == code))
    return sorted(found["subject_id"])


def test_a_second_look_at_the_same_files_finds_nothing_new(provider: Path) -> None:
    """Everything is still open, nothing is freed, and the numbers of both nights agree."""
    before = _history(provider).open_issues().height
    second = _night(provider, 2)
    quiet = {"new": 0, "reopened": 0, "resolved": 0, "not_checked": 0, "open": before}
    assert before > 50
    assert _counts(second) == quiet
    changes = second.summary["changes"]
    assert changes["since"]["run_id"] == "night-1"
    assert all(row["change"] == "0.00" for row in changes["blocked"])
    assert [part["invoices"] for part in changes["invoices"].values()] == [0, 0]
    assert [night["run_id"] for night in second.summary["trend"]] == ["night-1", "night-2"]
    assert second.exit_code is ExitCode.COMPLETE


def test_what_people_mend_is_resolved_with_its_reason_and_comes_back_as_reopened(provider: Path) -> None:
    """Paid, voided, synced, mapping approved, level raised; then an invoice is unpaid again."""
    drafts, duplicates = _issues(provider, "invoice", "DRAFT"), _issues(provider, "invoice", "DUPLICATE_NUMBER")
    paid, voided = drafts[0], next(one for one in duplicates if one not in drafts)
    missed = next(i for i in _issues(provider, "invoice", "MISSED_IN_WINDOW") if i not in (paid, voided))
    (customer, *_), (contact, *_) = (
        _issues(provider, "customer", "UNMAPPED_PROBABLE"),
        _issues(provider, "contact", "LEVEL_TOO_LOW"),
    )
    mappings = nights.latest(provider, "matching.candidates")
    company = mappings.filter((pl.col("customer_id_acct") == customer) & (pl.col("rank") == 1))["company_id_cw"][0]

    invoices, original = provider / "accounting_invoices.csv", (provider / "accounting_invoices.csv").read_bytes()
    is_paid, is_void = pl.col("Id") == paid, pl.col("Id") == voided
    _edit(invoices, lambda rows: rows.with_columns(
        Status=pl.when(is_paid).then(pl.lit("paid")).when(is_void).then(pl.lit("voided")).otherwise("Status"),
        Balance=pl.when(is_paid | is_void).then(pl.lit("0.00")).otherwise("Balance"),
    ))  # fmt: skip
    (row,) = nights.latest(provider, "staging.accounting__invoices").filter(invoice_id_acct=missed).to_dicts()
    shown = {
        "portal_id": "P999999", "invoice_id": missed, "invoice_number": row["invoice_number"],
        "customer_id": row["customer_id_acct"], "total": str(row["total_amount"]),
        "balance": str(row["balance_amount"]), "currency": row["currency_code"],
    }  # fmt: skip
    _edit(provider / "portal_invoices.csv", lambda rows: pl.concat([rows, pl.DataFrame([shown])], how="diagonal"))
    contacts = json.loads((provider / "connectwise_contacts.json").read_text())
    for one in contacts:
        if str(one["id"]) == contact:
            one["portalSecurityLevel"] = 6
    (provider / "connectwise_contacts.json").write_text(json.dumps(contacts))
    approved = Judgement(customer, company, "approved", AS_OF, "kim", "test")
    Register.open(provider / "state" / "register.sqlite").append([approved], Import("import-9", AS_OF, "kim"))

    second = _night(provider, 2)
    states = _states(second)
    assert states[paid, "DRAFT"] == ("resolved", "paid")
    assert states[voided, "DUPLICATE_NUMBER"] == ("resolved", "voided")
    assert states[missed, "MISSED_IN_WINDOW"] == ("resolved", "synced")
    assert states[customer, "UNMAPPED_PROBABLE"] == ("resolved", "mapping approved")
    assert states[contact, "LEVEL_TOO_LOW"] == ("resolved", "level raised")
    reasons = {row["reason"] for row in second.summary["changes"]["resolved"]}
    assert reasons >= {"paid", "voided", "synced", "mapping approved", "level raised"}
    assert second.summary["changes"]["invoices"]["freed"]["invoices"] > 0

    invoices.write_bytes(original)
    third = _night(provider, 3)
    assert _states(third)[paid, "DRAFT"] == ("reopened", None)
    told = next(row for row in third.summary["changes"]["rows"] if row["subject_id"] == paid)
    assert (told["times_reopened"], told["first_seen_at"]) == (1, "2026-11-22T02:00:00Z")
    between = _history(provider).episodes_between(1, 3).select("subject_id", "code", "is_open").rows()
    assert (paid, "DRAFT", 1) not in between, "open before and after is no difference"


@pytest.mark.parametrize("source", OPTIONAL)
@pytest.mark.parametrize("how", ["the file is not there", "it is not configured"])
def test_two_nights_without_a_source_resolve_nothing_that_it_showed(provider: Path, source: str, how: str) -> None:
    """Neither the first nor the second night without it, and when it is back everything is as it was."""
    path, configuration = provider / FILES[source], provider / "billsight.toml"
    kept = {one: one.read_bytes() for one in (path, configuration)}
    before = _history(provider).open_issues().select(*KEY).rows()
    if how == "it is not configured":
        nights.without(provider, source)
    else:
        path.unlink()
    for number in (2, 3):
        night = _night(provider, number)
        partial = ExitCode.COMPLETE if how == "it is not configured" else ExitCode.PARTIAL
        assert night.exit_code is partial
        if how == "the file is not there":
            assert (_counts(night)["new"], _counts(night)["reopened"]) == (0, 0), "what only its absence shows"
            assert night.summary["changes"]["invoices"]["newly_blocked"]["invoices"] == 0
        assert _counts(night)["resolved"] == 0, nights.table(night, "marts.issue_states").filter(change="resolved")
        assert night.summary["changes"]["invoices"]["freed"]["invoices"] == 0
        assert night.summary["changes"]["not_checked_sources"]
    for one, content in kept.items():
        one.write_bytes(content)
    back = _night(provider, 4)
    still = _history(provider).open_issues()
    issues = set(nights.table(back, "marts.issues").select(*KEY).iter_rows())
    assert issues == set(before) == set(still.filter(pl.col("unseen_since").is_null()).select(*KEY).iter_rows())
    if how == "the file is not there":
        assert still.height == len(before)
    assert back.exit_code is ExitCode.COMPLETE


@pytest.mark.parametrize("source", OPTIONAL)
def test_a_source_that_lost_all_its_rows_stops_the_night(provider: Path, source: str) -> None:
    """An empty list says that nothing is there, which would be believed."""
    path = provider / FILES[source]
    path.write_bytes(b"[]" if path.suffix == ".json" else path.read_bytes().splitlines(keepends=True)[0])
    if source == "sync_runs":
        assert _night(provider, 2).exit_code is ExitCode.PARTIAL
        return
    with pytest.raises(GateTripped, match=r"0 rows, usually \d+: 100% fewer"):
        _night(provider, 2)
    assert (provider / "out" / "latest").readlink().name == "night-1"


def test_a_row_in_quarantine_is_not_gone(provider: Path) -> None:
    """Its invoice cannot be read tonight: that is not the same as not being there."""
    drafts = _issues(provider, "invoice", "DRAFT")
    _edit(provider / "accounting_invoices.csv", lambda rows: rows.filter(pl.col("Id") != drafts[1]).with_columns(
        TotalAmt=pl.when(pl.col("Id") == drafts[0]).then(pl.lit("many")).otherwise("TotalAmt")
    ))  # fmt: skip
    states = _states(_night(provider, 2))
    assert states[drafts[0], "DRAFT"] == ("not_checked", None)
    assert states[drafts[1], "DRAFT"] == ("resolved", "gone from the extract")


def test_a_published_night_that_was_killed_before_it_was_remembered_is_caught_up_with(
    provider: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its issues are read back from its own folder: the next night compares with it, and counts nothing twice."""
    drafts = _issues(provider, "invoice", "DRAFT")
    _edit(provider / "accounting_invoices.csv", lambda rows: rows.filter(~pl.col("Id").is_in(drafts[:2])))
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "record", lambda *_: None)
        second = _night(provider, 2)
    assert [run.run_id for run in _history(provider).runs()] == ["night-1"]
    third = _night(provider, 3)
    assert [run.run_id for run in _history(provider).runs()] == ["night-1", "night-2", "night-3"]
    assert third.summary["changes"]["since"]["run_id"] == "night-2"
    assert _counts(second)["resolved"] > 0
    assert {key: _counts(third)[key] for key in ("new", "reopened", "resolved")} == dict.fromkeys(
        ("new", "reopened", "resolved"), 0
    )


def test_a_night_that_lost_rows_is_not_published_unless_a_person_says_so(provider: Path) -> None:
    """Half of the invoices and most of the contacts: both are told at once; afterwards that is what is usual."""
    _edit(provider / "accounting_invoices.csv", lambda rows: rows.head(rows.height // 2))
    contacts = json.loads((provider / "connectwise_contacts.json").read_text())
    (provider / "connectwise_contacts.json").write_text(json.dumps(contacts[: len(contacts) // 3]))
    with pytest.raises(
        GateTripped, match=r"(?s)contacts: \d+ rows, usually.*invoices.*: 25\d rows, usually 5\d\d"
    ) as e:
        _night(provider, 2)
    assert len(e.value.reasons) == 2
    assert (provider / "out" / "latest").readlink().name == "night-1"
    assert [(run.run_id, run.exit_code) for run in _history(provider).runs()] == [("night-1", 0), ("night-2", 4)]
    _night(provider, 3, is_shrink_accepted=True)
    assert _night(provider, 4).exit_code is ExitCode.COMPLETE


def test_a_night_whose_mappings_collapsed_is_not_published(provider: Path) -> None:
    """Every row is there, but hardly any customer can be told from another."""
    (provider / "state" / "register.sqlite").unlink()
    _edit(provider / "portal_mappings.csv", lambda rows: rows.with_columns(company_id=pl.lit("")))
    _edit(provider / "accounting_customers.csv", lambda rows: rows.with_columns(
        AccountNumber=pl.lit(""), TaxId=pl.lit(""), Email=pl.lit(""), Phone=pl.lit(""), Street=pl.lit(""),
        Name=pl.format("Client {}", pl.col("Id")), FullName=pl.format("Client {}", pl.col("Id")),
    ))  # fmt: skip
    with pytest.raises(GateTripped, match=r"only \d+% of the customers are mapped, usually \d+%"):
        reconcile(load(provider / "billsight.toml", {"BILLSIGHT_GATES__COVERAGE_DROP": "0.1"}), Run("bad", AS_OF))


def test_invoices_that_are_far_older_than_usual_stop_the_night_and_a_stale_list_makes_it_partial(
    provider: Path,
) -> None:
    """Usual is what three nights had; the portal's list has no dates, but it should change when invoices do."""
    for number in (2, 3):
        _night(provider, number)
    settings = load(provider / "billsight.toml", {})
    with pytest.raises(GateTripped, match=r"the newest is 4\d(\.\d)? days old"):
        reconcile(settings, Run("late", AS_OF + timedelta(days=41)))
    later = (AS_OF + timedelta(days=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _edit(provider / "accounting_invoices.csv", lambda rows: rows.with_columns(
        ModifiedAt=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(later)).otherwise("ModifiedAt")
    ))  # fmt: skip
    night = reconcile(settings, Run("stale", AS_OF + timedelta(days=8)))
    assert night.exit_code is ExitCode.PARTIAL
    assert any(
        "the portal's own list" in reason and "8" in reason for reason in night.summary["run"]["partial_reasons"]
    )
    assert nights.table(night, "ctl.run")["has_portal_list"].to_list() == [False], "what it lacks is not called missed"
    assert _counts(night)["resolved"] == 0


def test_the_history_can_be_asked(provider: Path, billsight: Billsight) -> None:
    """All runs, one run, the difference of two; and what is not there is told."""
    drafts = _issues(provider, "invoice", "DRAFT")
    _edit(provider / "accounting_invoices.csv", lambda rows: rows.filter(pl.col("Id") != drafts[0]))
    _night(provider, 2)
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
    assert back.code == 0
    missing = billsight("runs", "show", "night-7", *named)
    assert (missing.code, "runs list" in missing.err) == (ExitCode.UNUSABLE, True)
    several = billsight("runs", "show", "night", *named)
    assert "beginning of 2 runs" in several.err
