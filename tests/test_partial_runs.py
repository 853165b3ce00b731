"""A run that lacks a source concludes nothing: what both runs could not say is not checked, counted and named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.history.issues import LAST, SourceCoverage
from etl.history.store import History
from etl.notify.digest import figures
from etl.notify.messages import run_message
from etl.pipeline.run import RunOutcome
from etl.review.register import Import, Judgement, Register
from etl.schemas import RELATIONS
from tests.soak import also
from tests.support import provider_runs, two_runs
from tests.support.two_runs import FILES, OPTIONAL

MOVES = ("newly_blocked", "freed", "not_checked")
SUBSETS = [
    ["portal_invoices"],
    list(OPTIONAL),
    *also(
        [
            ["portal_mappings", "sync_runs"],
            ["accounting_customers", "connectwise_statuses"],
            ["connectwise_invoices", "portal_invoices", "sync_runs"],
        ]
    ),
]
"""The list that shows most, and all at once; `make soak` tries some together."""


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider after its first run; not to be changed."""
    folder = provider_runs.invented(tmp_path_factory.mktemp("first") / "small", provider_runs.SMALL)
    two_runs.night(folder, 1)
    return folder


@pytest.fixture
def folder(first_run: Path, tmp_path: Path) -> Path:
    """A small provider whose runs follow each other; this is after the first."""
    return shutil.copytree(first_run, tmp_path / "small", symlinks=True)


def _taken(folder: Path, sources: list[str]) -> dict[str, bytes]:
    """The files of some sources, removed from the folder."""
    kept = {name: (folder / FILES[name]).read_bytes() for name in sources}
    for name in sources:
        (folder / FILES[name]).unlink()
    return kept


def _given_back(folder: Path, kept: dict[str, bytes]) -> None:
    for name, content in kept.items():
        (folder / FILES[name]).write_bytes(content)


def _moved(run: RunOutcome) -> tuple[int | None, ...]:
    return tuple(run.summary["changes"]["invoices"][move]["invoices"] for move in MOVES)


def _message(run: RunOutcome) -> str:
    told = run_message(figures(run.summary), int(run.exit_code), "link", is_recovered=False)
    return f"{told.title}\n{told.body}"


def _claims_no_change(run: RunOutcome) -> None:
    changes = run.summary["changes"]
    newly, freed, _ = _moved(run)
    assert (newly, freed) == (0, 0)
    assert all(line["change"] == "0.00" for line in changes["blocked"])
    assert changes["blocked_invoices"]["change"] == 0
    words = _message(run)
    assert " newly blocked (" not in words
    assert "freed (" not in words
    assert "(+" not in words


@pytest.mark.parametrize("sources", SUBSETS, ids="+".join)
def test_whatever_source_a_run_lacks_nothing_moved_where_nothing_changed(folder: Path, sources: list[str]) -> None:
    """The same data three times, in the second run without some sources: no run claims that an invoice moved."""
    kept = _taken(folder, sources)
    second = two_runs.night(folder, 2)
    _claims_no_change(second)
    lacking = [RELATIONS[name].help for name in RELATIONS if name in sources]
    assert second.summary["changes"]["not_checked_sources"] == lacking
    assert "no invoice was newly blocked or freed" not in _message(second)
    blocked = [provider_runs.answers(second).filter(state="blocked").height]
    _given_back(folder, kept)
    third = two_runs.night(folder, 3)
    _claims_no_change(third)
    blocked.append(provider_runs.answers(third).filter(state="blocked").height)
    if blocked[0] < blocked[1]:
        assert _moved(second)[2], "what is no longer known to be blocked is counted"
    if third.summary["changes"]["not_compared_sources"]:
        assert "no invoice was newly blocked or freed" not in _message(third)
    fourth = two_runs.night(folder, 4)
    assert _moved(fourth) == (0, 0, 0)
    assert "no invoice was newly blocked or freed" in _message(fourth)


def test_a_source_that_is_no_longer_configured_makes_nothing_new() -> None:
    """Customers that the portal's list mapped before are not newly unmapped because nobody gave it: not checked."""
    before = frozenset(RELATIONS) - {"sync_runs"}
    tonight = before - {"portal_mappings"}
    reading = SourceCoverage(tonight, given=tonight, runs={LAST: before})
    assert not reading.can_begin("UNMAPPED_PROBABLE")
    assert reading.can_begin("DRAFT"), "it takes the documents alone"
    assert SourceCoverage(tonight, given=tonight, runs={LAST: tonight}).can_begin("UNMAPPED_PROBABLE")
    assert SourceCoverage(tonight, given=tonight).can_begin("UNMAPPED_PROBABLE"), (
        "a first night has no other to lack anything"
    )


def test_the_first_of_two_runs_may_lack_a_source_as_well(tmp_path: Path) -> None:
    """What the second run finds with the portal's list may have been so for weeks: it is not newly blocked."""
    folder = provider_runs.invented(tmp_path / "small", provider_runs.SMALL)
    kept = _taken(folder, ["portal_invoices"])
    two_runs.night(folder, 1)
    _given_back(folder, kept)
    second = two_runs.night(folder, 2)
    _claims_no_change(second)
    unchecked = second.summary["changes"]["invoices"]["not_checked"]
    assert unchecked["invoices"] > 0
    assert unchecked["amounts"]
    assert second.summary["changes"]["not_compared_sources"] == [RELATIONS["portal_invoices"].help]
    assert "Read in this run only, so not compared: " in _message(second)


def _pay(folder: Path, invoice: str) -> None:
    is_paid = pl.col("Id") == invoice
    two_runs.edit(folder / "accounting_invoices.csv", lambda rows: rows.with_columns(
        Status=pl.when(is_paid).then(pl.lit("paid")).otherwise("Status"),
        Balance=pl.when(is_paid).then(pl.lit("0.00")).otherwise("Balance"),
    ))  # fmt: skip


def test_a_real_change_elsewhere_is_reported_all_the_same(folder: Path) -> None:
    """Accounting was read in both runs: an invoice that was paid is freed, whatever became of the portal's list."""
    answers = pl.read_parquet(folder / "out" / "latest" / "invoices.parquet").filter(state="blocked")
    paid = answers.sort("balance_amount", "invoice_id_acct").to_dicts()[-1]
    _taken(folder, ["portal_invoices"])
    _pay(folder, paid["invoice_id_acct"])
    second = two_runs.night(folder, 2)
    newly, freed, unchecked = _moved(second)
    assert (newly, freed) == (0, 1)
    assert unchecked
    changed = {row["currency_code"]: row["change"] for row in second.summary["changes"]["blocked"]}
    assert float(changed.pop(paid["currency_code"])) == -float(paid["balance_amount"])
    assert set(changed.values()) <= {"0.00"}
    assert second.summary["changes"]["blocked_invoices"]["change"] == -1


def test_what_vanished_while_accounting_was_not_read_completely_is_not_freed(folder: Path) -> None:
    """Many rows are in quarantine: an invoice that is no longer there may be one of those that nobody can read."""
    answers = pl.read_parquet(folder / "out" / "latest" / "invoices.parquet").filter(state="blocked")
    gone, file = answers["invoice_id_acct"][0], folder / "accounting_invoices.csv"
    whole = file.read_bytes()
    two_runs.edit(file, lambda rows: rows.filter(pl.col("Id") != gone).with_row_index().with_columns(
        TotalAmt=pl.when(pl.col("index") % 20 == 0).then(pl.lit("many")).otherwise("TotalAmt")
    ).drop("index"))  # fmt: skip
    second = two_runs.night(folder, 2, is_shrink_accepted=True)
    assert second.summary["run"]["is_partial"]
    newly, freed, unchecked = _moved(second)
    assert (newly, freed) == (0, 0)
    assert unchecked
    file.write_bytes(whole)
    two_runs.edit(file, lambda rows: rows.filter(pl.col("Id") != gone))
    assert _moved(two_runs.night(folder, 3))[:2] == (0, 1), "now it is known: it was compared with what it was before"


def test_what_was_not_checked_one_run_is_freed_by_the_next_that_can_tell(folder: Path) -> None:
    """Missed, then nobody looked, then it is in the portal: freed, and said once."""
    answers = pl.read_parquet(folder / "out" / "latest" / "invoices.parquet")
    missed = answers.filter(state="blocked", primary_cause="MISSED_IN_WINDOW", causes="MISSED_IN_WINDOW")
    (row,) = missed.sort("invoice_id_acct").head(1).to_dicts()
    shown = {
        "portal_id": "P999999", "invoice_id": row["invoice_id_acct"], "invoice_number": row["invoice_number"],
        "customer_id": row["customer_id_acct"], "total": str(row["total_amount"]),
        "balance": str(row["balance_amount"]), "currency": row["currency_code"],
    }  # fmt: skip
    kept = _taken(folder, ["portal_invoices", "sync_runs"])
    assert _moved(two_runs.night(folder, 2))[1] == 0
    _given_back(folder, kept)
    two_runs.edit(
        folder / FILES["portal_invoices"], lambda rows: pl.concat([rows, pl.DataFrame([shown])], how="diagonal")
    )
    assert _moved(two_runs.night(folder, 3))[1] == 1
    assert _moved(two_runs.night(folder, 4)) == (0, 0, 0)


def test_without_the_last_report_and_with_other_sources_no_amount_is_compared(folder: Path) -> None:
    """The history knows the sums of the last run, but not of which invoices: a source that is gone explains them."""
    shutil.rmtree(folder / "out")
    _taken(folder, ["portal_invoices"])
    second = two_runs.night(folder, 2)
    assert _moved(second) == (None, None, None)
    assert {line["change"] for line in second.summary["changes"]["blocked"]} == {None}
    assert second.summary["changes"]["blocked_invoices"]["change"] is None
    words = _message(second)
    assert "which invoices were newly blocked or freed is not known" in words
    assert "(unchanged)" not in words


def _reject_all(folder: Path, customer: str) -> None:
    """No company is like it any more."""
    found = provider_runs.latest(folder, "matching.candidates").filter(customer_id_acct=customer)["company_id_cw"]
    rejected = [Judgement(customer, company, "rejected", two_runs.AS_OF, "kim", "test") for company in found]
    Register.open(folder / "state" / "register.sqlite").append(rejected, Import("import-7", two_runs.AS_OF, "kim"))


def test_rejecting_the_last_candidate_is_the_same_issue(provider: Path) -> None:
    """An unmapped customer stays one issue: not new, not resolved, not reopened, and first seen when it was."""
    customer = two_runs.issues(provider, "customer", "UNMAPPED_PROBABLE")[0]
    _reject_all(provider, customer)
    second = two_runs.night(provider, 2)
    assert customer in two_runs.issues(provider, "customer", "UNMAPPED_NO_CANDIDATE")
    (state,) = provider_runs.table(second, "marts.issue_states").filter(kind="customer", subject_id=customer).to_dicts()
    assert (state["change"], state["code"], state["code_before"], state["times_reopened"]) == (
        "open", "UNMAPPED_NO_CANDIDATE", "UNMAPPED_PROBABLE", 0,
    )  # fmt: skip
    counts = two_runs.counts(second)
    assert (counts["new"], counts["resolved"], counts["reopened"]) == (0, 0, 0)
    first, history = two_runs.counts(second)["open"], History(provider / "state" / "history.sqlite")
    assert history.open_issues().height == first
    (episode,) = history.open_issues().filter(kind="customer", subject_id=customer).to_dicts()
    assert (episode["code"], episode["first_run"]) == ("UNMAPPED_NO_CANDIDATE", 1)
    by_code: dict[str, Any] = {
        row["code"]: row["open"] for row in second.summary["changes"]["causes"] if row["kind"] == "customer"
    }
    found = provider_runs.table(second, "marts.issues").filter(kind="customer")
    assert by_code == dict.fromkeys(by_code, 0) | dict(found.group_by("code").len().iter_rows())
    third = two_runs.night(provider, 3)
    assert json.dumps(two_runs.counts(third)) == json.dumps({**counts, "open": first})
