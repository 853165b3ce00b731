"""From run to run: what is new, what is resolved and why, and what nobody looked at."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from etl.config import load
from etl.demo.plan import AS_OF
from etl.domain import Run
from etl.errors import ExitCode, InputError
from etl.history.store import PastRun
from etl.pipeline import run
from etl.pipeline.gates import FailOn
from etl.pipeline.run import RunOutcome, reconcile
from etl.review.register import Import, Judgement, Register
from etl.review.site.site_upkeep import Order, begin_again
from etl.schemas import RELATIONS
from tests.soak import also
from tests.support import provider_runs, two_runs
from tests.support.command_results import Billsight
from tests.support.two_runs import FILES, KEY, OPTIONAL


@pytest.fixture(scope="module")
def second_look(invented_night: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunOutcome]:
    """The invented provider after a second run on the same files; not to be changed."""
    folder = shutil.copytree(invented_night, tmp_path_factory.mktemp("second") / "provider", symlinks=True)
    return folder, two_runs.night(folder, 2)


def test_a_second_look_at_the_same_files_finds_nothing_new(
    invented_night: Path, second_look: tuple[Path, RunOutcome]
) -> None:
    """Everything is still open, nothing is freed, and the numbers of both runs agree."""
    before = two_runs.history(invented_night).open_issues().height
    _, second = second_look
    quiet = {"new": 0, "reopened": 0, "resolved": 0, "not_checked": 0, "open": before}
    assert before > 50
    assert two_runs.counts(second) == quiet
    changes = second.summary["changes"]
    assert changes["since"]["run_id"] == "night-1"
    assert all(row["change"] == "0.00" for row in changes["blocked"])
    assert two_runs.moved(second) == (0, 0)
    assert [night["run_id"] for night in second.summary["trend"]] == ["night-1", "night-2"]
    assert second.exit_code is ExitCode.COMPLETE


@dataclass(frozen=True)
class Mended:
    """What people mended in a provider: ids of what was open."""

    paid: str
    voided: str
    missed: str
    customer: str
    contact: str


def _mend(provider: Path) -> Mended:
    """One invoice is paid, one voided, one synced, a mapping approved, a level raised."""
    drafts, duplicates = (
        two_runs.issues(provider, "invoice", "DRAFT"),
        two_runs.issues(provider, "invoice", "DUPLICATE_NUMBER"),
    )
    paid, voided = drafts[0], next(one for one in duplicates if one not in drafts)
    missed = next(i for i in two_runs.issues(provider, "invoice", "MISSED_IN_WINDOW") if i not in {paid, voided})
    customer = two_runs.issues(provider, "customer", "UNMAPPED_PROBABLE")[0]
    contact = two_runs.issues(provider, "contact", "LEVEL_TOO_LOW")[0]
    is_paid, is_void = pl.col("Id") == paid, pl.col("Id") == voided
    two_runs.edit(provider / "accounting_invoices.csv", lambda rows: rows.with_columns(
        Status=pl.when(is_paid).then(pl.lit("paid")).when(is_void).then(pl.lit("voided")).otherwise("Status"),
        Balance=pl.when(is_paid | is_void).then(pl.lit("0.00")).otherwise("Balance"),
    ))  # fmt: skip
    _show_in_the_portal(provider, missed)
    two_runs.edit_contact(provider, contact, portalSecurityLevel=6)
    candidates = provider_runs.latest(provider, "matching.candidates").filter(customer_id_acct=customer, rank=1)
    approved = Judgement(customer, candidates["company_id_cw"][0], "approved", AS_OF, "kim", "test")
    Register.open(provider / "state" / "register.sqlite").append([approved], Import("import-9", AS_OF, "kim"))
    return Mended(paid, voided, missed, customer, contact)


def _show_in_the_portal(provider: Path, invoice: str) -> None:
    (row,) = provider_runs.latest(provider, "staging.accounting__invoices").filter(invoice_id_acct=invoice).to_dicts()
    shown = {
        "portal_id": "P999999", "invoice_id": invoice, "invoice_number": row["invoice_number"],
        "customer_id": row["customer_id_acct"], "total": str(row["total_amount"]),
        "balance": str(row["balance_amount"]), "currency": row["currency_code"],
    }  # fmt: skip
    two_runs.edit(
        provider / "portal_invoices.csv", lambda rows: pl.concat([rows, pl.DataFrame([shown])], how="diagonal")
    )


def test_what_people_mend_is_resolved_with_its_reason_and_comes_back_as_reopened(provider: Path) -> None:
    """Paid, voided, synced, mapping approved, level raised; then an invoice is unpaid again."""
    original = (provider / "accounting_invoices.csv").read_bytes()
    mended = _mend(provider)
    second = two_runs.night(provider, 2)
    states = two_runs.states(second)
    assert states[mended.paid, "DRAFT"] == ("resolved", "paid")
    assert states[mended.voided, "DUPLICATE_NUMBER"] == ("resolved", "voided")
    assert states[mended.missed, "MISSED_IN_WINDOW"] == ("resolved", "synced")
    assert states[mended.customer, "UNMAPPED_PROBABLE"] == ("resolved", "mapping approved")
    assert states[mended.contact, "LEVEL_TOO_LOW"] == ("resolved", "level raised")
    reasons = {row["reason"] for row in second.summary["changes"]["resolved"]}
    assert reasons >= {"paid", "voided", "synced", "mapping approved", "level raised"}
    assert second.summary["changes"]["invoices"]["freed"]["invoices"] > 0

    (provider / "accounting_invoices.csv").write_bytes(original)
    third = two_runs.night(provider, 3)
    assert two_runs.states(third)[mended.paid, "DRAFT"] == ("reopened", None)
    told = next(row for row in third.summary["changes"]["rows"] if row["subject_id"] == mended.paid)
    assert (told["times_reopened"], told["first_seen_at"]) == (1, "2026-11-22T02:00:00Z")
    between = two_runs.history(provider).episodes_between(1, 3).select("subject_id", "code").rows()
    assert (mended.paid, "DRAFT") not in between, "open before and after is no difference"


def test_a_run_that_failed_and_is_run_again_under_its_name_is_remembered(provider: Path) -> None:
    """What it published takes the place of its failure."""
    invoices = provider / "accounting_invoices.csv"
    content = invoices.read_bytes()
    invoices.write_bytes(b"%PDF-1.7")
    with pytest.raises(InputError):
        two_runs.night(provider, 2)
    invoices.write_bytes(content)
    two_runs.night(provider, 2)
    told = [(run.run_id, run.exit_code, run.is_published) for run in two_runs.history(provider).runs()]
    assert told == [("night-1", 0, True), ("night-2", 0, True)]


def test_a_history_that_is_begun_again_on_purpose_calls_nothing_new(
    second_look: tuple[Path, RunOutcome], tmp_path: Path
) -> None:
    """As the message of a damaged one advises: a first run then."""
    provider = shutil.copytree(second_look[0], tmp_path / "provider", symlinks=True)
    (provider / "state" / "history.sqlite").unlink()
    begin_again(load(provider / "billsight.toml", {}), Order("history", AS_OF))
    night = two_runs.night(provider, 3, fail_on=(FailOn("new"),))
    assert night.summary["changes"]["is_first"] is True
    assert night.exit_code is ExitCode.COMPLETE
    assert two_runs.counts(two_runs.night(provider, 4))["new"] == 0


HOW = ("the file is not there", "it is not configured")
SHOWN = [(OPTIONAL[2], HOW[0]), (OPTIONAL[3], HOW[1]), (OPTIONAL[4], HOW[0])]
"""The one on which no issue hangs alone, and both lists of the portal; `make soak` tries every source in both ways."""


@pytest.mark.parametrize(
    ("source", "how"), [*SHOWN, *also(pair for pair in product(OPTIONAL, HOW) if pair not in SHOWN)]
)
def test_two_nights_without_a_source_resolve_nothing_that_it_showed(provider: Path, source: str, how: str) -> None:
    """Neither the first nor the second run without it, and when it is back everything is as it was."""
    path, configuration = provider / FILES[source], provider / "billsight.toml"
    kept = {one: one.read_bytes() for one in (path, configuration)}
    before = two_runs.history(provider).open_issues().select(*KEY).rows()
    if how == "it is not configured":
        provider_runs.without(provider, source)
    else:
        path.unlink()
    for number in (2, 3):
        night = two_runs.night(provider, number)
        partial = ExitCode.COMPLETE if how == "it is not configured" else ExitCode.PARTIAL
        assert night.exit_code is partial
        if how == "the file is not there":
            assert (two_runs.counts(night)["new"], two_runs.counts(night)["reopened"]) == (0, 0), (
                "what only its absence shows"
            )
            assert two_runs.moved(night)[0] == 0
            shown = [row for row in night.summary["changes"]["rows"] if tuple(row[name] for name in KEY) not in before]
            assert {row["last_seen_at"] for row in shown} <= {night.summary["run"]["as_of_at"]}, "it is seen tonight"
        assert two_runs.counts(night)["resolved"] == 0, provider_runs.table(night, "marts.issue_states").filter(
            change="resolved"
        )
        assert two_runs.moved(night)[1] == 0
        not_checked = two_runs.counts(night)["not_checked"]
        assert (not_checked > 0) == (source != "connectwise_invoices"), "no issue hangs on these alone"
        if not_checked or how == "the file is not there":
            assert night.summary["changes"]["not_checked_sources"] == [RELATIONS[source].help]
    for one, content in kept.items():
        one.write_bytes(content)
    back = two_runs.night(provider, 4)
    still = two_runs.history(provider).open_issues()
    issues = set(provider_runs.table(back, "marts.issues").select(*KEY).iter_rows())
    assert issues == set(before) == set(still.filter(pl.col("unseen_since").is_null()).select(*KEY).iter_rows())
    if how == "the file is not there":
        assert still.height == len(before)
    assert back.exit_code is ExitCode.COMPLETE


def test_an_invoice_that_no_longer_waits_and_is_blocked_is_newly_blocked(provider: Path) -> None:
    """The run before said that the sync may still bring it; in this run somebody has to do something."""
    before = pl.read_parquet(provider / "out" / "latest" / "invoices.parquet")
    later = reconcile(load(provider / "billsight.toml", {}), Run("later", AS_OF + timedelta(days=3)))
    both = provider_runs.answers(later).join(before, on="invoice_id_acct", suffix="_before")
    newly = both.filter((pl.col("state") == "blocked") & (pl.col("state_before") != "blocked"))
    assert set(newly["state_before"]) == {"waiting"}
    assert two_runs.moved(later) == (newly.height, 0)


def test_without_the_last_report_nobody_knows_which_invoices_moved(provider: Path, billsight: Billsight) -> None:
    """The history knows the issues, the report the invoices: where it is gone they are unknown, and never none."""
    shutil.rmtree(provider / "out")
    ended = billsight("run", "--config", provider / "billsight.toml", "--as-of", "2026-11-22T03:00:00Z")
    assert "Since the last run: which invoices are newly blocked or freed is not known. " in ended.out
    changes = json.loads((provider / "out" / "latest" / "summary.json").read_bytes())["changes"]
    assert changes["invoices"] == {
        key: {"invoices": None, "amounts": []} for key in ("newly_blocked", "freed", "not_checked")
    }
    assert changes["counts"]["open"] > 50
    assert not changes["changed"]
    third = reconcile(load(provider / "billsight.toml", {}), Run("third", AS_OF + timedelta(hours=2)))
    assert two_runs.moved(third) == (0, 0)


def test_what_only_a_missing_source_shows_did_not_come_back(provider: Path) -> None:
    """It was resolved once; in this run it is not checked, so it was never reopened."""
    (provider / FILES["portal_mappings"]).unlink()
    second = two_runs.night(provider, 2)
    rows = (
        provider_runs.table(second, "marts.issue_states").filter(~pl.col("was_open"), change="not_checked").select(*KEY)
    )
    for number, change, reason in ((1, "opened", None), (2, "ended", "paid")):
        told = rows.with_columns(
            reason=pl.lit(reason, pl.String), change=pl.lit(change), code_before=pl.lit(None, pl.String)
        )
        run = PastRun(0, f"failed-{number}", "2026-11-22T02:00:01Z", 1, is_published=False, seconds=1)
        two_runs.history(provider).record(run, told)
    third = provider_runs.table(two_runs.night(provider, 3), "marts.issue_states").join(rows, on=KEY)
    assert third.height == rows.height > 0
    assert set(third.select("change", "times_reopened").iter_rows()) == {("not_checked", 0)}


def test_a_published_night_that_was_killed_before_it_was_remembered_is_caught_up_with(
    provider: Path, monkeypatch: pytest.MonkeyPatch, billsight: Billsight
) -> None:
    """Its issues are read back from its own folder: the next run compares with it, and counts nothing twice."""
    drafts = two_runs.issues(provider, "invoice", "DRAFT")
    two_runs.edit(provider / "accounting_invoices.csv", lambda rows: rows.filter(~pl.col("Id").is_in(drafts[:2])))
    with monkeypatch.context() as patch:
        patch.setattr(run, "record", lambda *_: None)
        second = two_runs.night(provider, 2)
    assert [run.run_id for run in two_runs.history(provider).runs()] == ["night-1"]
    third = two_runs.night(provider, 3)
    runs = two_runs.history(provider).runs()
    assert [run.run_id for run in runs] == ["night-1", "night-2", "night-3"]
    assert [run.seconds is None for run in runs] == [False, True, False], "nobody knows how long it took"
    listed = billsight("runs", "list", "--config", provider / "billsight.toml").out.splitlines()
    assert [len(line.split()) for line in listed[2:]] == [len(listed[1].split()) - 1, len(listed[1].split())]
    assert third.summary["changes"]["since"]["run_id"] == "night-2"
    assert two_runs.counts(second)["resolved"] > 0
    assert {key: two_runs.counts(third)[key] for key in ("new", "reopened", "resolved")} == dict.fromkeys(
        ("new", "reopened", "resolved"), 0
    )
