"""A whole run against its truth: every cause is found exactly, no more, no less, whatever the provider hands out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl import csv_guard
from etl.causes import CAUSES
from etl.demo import DemoPlan
from etl.domain import State
from etl.errors import ExitCode, InputError
from etl.pipeline import stages
from etl.pipeline.run import RunOutcome
from etl.pipeline.setup import remember
from etl.review.register import Register
from etl.warehouse.engine import Engine
from etl.warehouse.models import Model
from tests.soak import also
from tests.support import provider_runs

EVERY = {cause.code for cause in CAUSES} - provider_runs.BY_SETTINGS
ABSENCES = {"BACKDATED_ENTRY", "SKIPPED_WHILE_UNMAPPED", "MISSED_IN_WINDOW"}
UNMAPPED = {"UNMAPPED_NO_CANDIDATE", "UNMAPPED_AMBIGUOUS", "UNMAPPED_PROBABLE", "SUBCUSTOMER_UNMAPPED"}
OF_A_TARGET = {"TARGET_DELETED", "TARGET_INACTIVE", "TARGET_MISSING", "TARGET_HIDDEN", "BILL_TO_ELSEWHERE"}
PLANS = {
    "a table": DemoPlan(120, 900, 3),
    "QuickBooks Online": DemoPlan(120, 900, 4, "quickbooks_online"),
    "Xero": DemoPlan(120, 900, 5, "xero"),
    "a stalled sync": DemoPlan(120, 900, 6, stalled=True),
    "no list of the portal's": DemoPlan(120, 900, 7, with_portal_list=False),
    "Xero and no list": DemoPlan(120, 900, 8, "xero", with_portal_list=False),
    "one company": DemoPlan(1, 3, 9),
}


def _causes(answers: pl.DataFrame, column: str = "causes") -> set[str]:
    return set(answers[column].str.split(" ").explode().drop_nulls()) - {""}


def _figures(amounts: pl.DataFrame) -> dict[tuple[str, str], Decimal]:
    """Per figure and currency: what is shown and no longer owed, and what was paid in the portal alone."""
    sums = amounts.group_by("figure", "currency_code").agg(pl.col("amount").cast(pl.Decimal(18, 4)).sum())
    return {(figure, currency): amount for figure, currency, amount in sums.rows()}


Judged = Callable[..., tuple[Path, RunOutcome]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The run of a plan, without some of its sources; one for each, not to be changed."""

    @cache
    def by(plan: str, *sources: str) -> tuple[Path, RunOutcome]:
        folder = provider_runs.without(
            provider_runs.invented(tmp_path_factory.mktemp("plan") / "night", PLANS[plan]), *sources
        )
        return folder, provider_runs.run(folder)

    return by


@pytest.mark.parametrize("name", PLANS)
def test_a_night_finds_every_cause_exactly(judged: Judged, name: str) -> None:
    """State, primary cause and all causes of every invoice are those that were invented."""
    (folder, outcome), plan = judged(name), PLANS[name]
    assert provider_runs.differences(provider_runs.truth(folder), provider_runs.answers(outcome)) == []
    assert outcome.exit_code == ExitCode.COMPLETE
    assert outcome.summary["numbers"]["invoices"] == plan.invoices
    if plan.with_portal_list:
        told = _figures(provider_runs.table(outcome, "marts.amount_differences"))
        assert told == _figures(provider_runs.truth(folder, "truth_amounts"))


def test_the_files_say_what_the_database_says(fixture_night: tuple[Path, RunOutcome]) -> None:
    """invoices.parquet has the rows of marts.invoice_visibility; invoices.csv the same, guarded."""
    _, outcome = fixture_night
    answers = provider_runs.answers(outcome)
    told = provider_runs.table(outcome, "marts.invoice_visibility").sort("row_key").select(answers.columns)
    assert_frame_equal(answers, told)
    csv = pl.read_csv(outcome.folder / "invoices.csv", infer_schema=False)
    assert_frame_equal(csv, csv_guard.guard(answers).cast(pl.String))


@pytest.mark.parametrize("seed", [0, *also((1, 2))])
def test_the_truth_is_found_for_other_providers_too(tmp_path: Path, seed: int) -> None:
    """Larger, and never seen while the gates were written."""
    folder = provider_runs.invented(tmp_path, DemoPlan(400, 2_500, 1_000 + seed))
    assert (
        provider_runs.differences(provider_runs.truth(folder), provider_runs.answers(provider_runs.run(folder))) == []
    )


def test_the_night_of_the_fixtures_is_found_exactly(fixture_night: tuple[Path, RunOutcome]) -> None:
    """Ordinary pages with three malformed documents among them: those are in quarantine, and nothing else is."""
    folder, outcome = fixture_night
    assert provider_runs.differences(provider_runs.truth(folder), provider_runs.answers(outcome)) == []
    aside = pl.read_csv(outcome.folder / "quarantine.csv", infer_schema=False)
    assert aside["source_file"].to_list() == ["accounting_invoices-spoilt.json"] * 3
    assert aside["broken_rules"].is_not_null().all()
    assert outcome.exit_code == ExitCode.COMPLETE, "three of nine hundred do not make a night partial"


def test_what_is_in_one_system_only_is_found_exactly(fixture_night: tuple[Path, RunOutcome]) -> None:
    """ConnectWise invoices that never arrived in accounting, and portal rows that accounting does not have."""
    folder, outcome = fixture_night
    for name, relation in (("truth_unposted", "unposted_invoices"), ("truth_portal_only", "portal_only_invoices")):
        expected = provider_runs.truth(folder, name)
        found = provider_runs.table(outcome, f"marts.{relation}").select(expected.columns)
        assert sorted(found.rows()) == sorted(expected.rows()), relation


def test_what_the_portal_and_the_books_differ_on_is_found_exactly(fixture_night: tuple[Path, RunOutcome]) -> None:
    """Invoice by invoice: the figure and the amount; nothing of a payment that the portal had no chance to hear of."""
    folder, outcome = fixture_night
    expected = provider_runs.truth(folder, "truth_amounts").with_columns(pl.col("amount").cast(pl.Decimal(18, 4)))
    found = provider_runs.table(outcome, "marts.amount_differences").select(expected.columns)
    assert sorted(found.rows()) == sorted(expected.rows())
    assert {figure for figure, _ in _figures(expected)} == {"shown_not_owed", "paid_in_portal"}


def test_every_customer_is_mapped_as_it_should_be(fixture_night: tuple[Path, RunOutcome]) -> None:
    """The mapping of each customer, and that nobody was mapped who must not be."""
    folder, outcome = fixture_night
    expected = provider_runs.truth(folder, "truth_mappings")
    found = provider_runs.table(outcome, "matching.mappings").select(expected.columns)
    known = found.join(expected, on="customer_id_acct", how="semi")
    assert sorted(map(str, known.rows())) == sorted(map(str, expected.rows()))


@pytest.mark.parametrize("shape", ["quickbooks_report", "xero_csv"])
def test_files_written_by_hand_are_judged_as_their_author_meant(tmp_path: Path, shape: str) -> None:
    """Reports without ids and without times, judged by number."""
    folder = provider_runs.copied(tmp_path / shape, f"shapes/{shape}")
    outcome = provider_runs.run(folder)
    expected = provider_runs.truth(folder, "truth_by_number")
    assert provider_runs.differences(expected, provider_runs.answers(outcome), "invoice_number") == []
    assert expected.height == outcome.summary["numbers"]["invoices"]


def test_every_cause_of_the_taxonomy_occurs(fixture_night: tuple[Path, RunOutcome], judged: Judged) -> None:
    """A gate that never fails in any test is a gate that nobody has tried."""
    _, stalled = judged("a stalled sync")
    ordinary = provider_runs.answers(fixture_night[1])
    assert _causes(ordinary) == EVERY - {"SYNC_STALLED"}
    assert _causes(ordinary) | _causes(provider_runs.answers(stalled)) == EVERY
    assert set(ordinary["state"]) == set(State)


def test_what_a_setting_says_of_zero_totals_and_future_dates_is_told_as_such(tmp_path: Path) -> None:
    """Hidden zero totals stay expected; a future invoice waits for its date only where the portal does not show it."""
    folder = provider_runs.invented(tmp_path, PLANS["a table"])
    settings = {"BILLSIGHT_PORTAL__HIDES_ZERO_INVOICES": "true", "BILLSIGHT_PORTAL__HOLDS_FUTURE_INVOICES": "true"}
    answers = provider_runs.answers(provider_runs.run(folder, environment=settings))
    assert {"HIDDEN_ZERO", "HELD_UNTIL_DATE"} <= _causes(answers)
    shown = provider_runs.truth(folder, "portal_invoices")["invoice_id"].drop_nulls()
    is_zero = pl.col("causes").str.contains("ZERO_TOTAL")
    is_held = pl.col("causes").str.contains("FUTURE_DATED") & ~pl.col("invoice_id_acct").is_in(shown.implode())
    is_waiting = is_held & (pl.col("state") != "expected")
    truth = provider_runs.truth(folder).select(
        "invoice_id_acct",
        state=pl.when(is_waiting).then(pl.lit("waiting")).otherwise("state"),
        primary_cause=pl.when(is_zero).then(pl.lit("HIDDEN_ZERO"))
        .when(is_waiting).then(pl.lit("HELD_UNTIL_DATE"))
        .otherwise("primary_cause"),
        # what waits for its date has not been passed over by a sync
        causes=pl.when(is_zero).then(pl.col("causes").str.replace("ZERO_TOTAL", "HIDDEN_ZERO"))
        .when(is_held).then(
            pl.col("causes").str.replace("FUTURE_DATED", "HELD_UNTIL_DATE").str.replace(" SKIPPED_WHILE_UNMAPPED", "")
        )
        .otherwise("causes"),
    )  # fmt: skip
    assert provider_runs.differences(truth, answers) == []


def test_a_list_that_is_older_than_a_change_says_nothing_of_it(tmp_path: Path) -> None:
    """What was missed before the list was made stays so; what changed after it is newer than the list, not missed."""
    folder = provider_runs.invented(tmp_path, PLANS["a table"])
    path, made = folder / "billsight.toml", datetime(2026, 9, 1, 12, tzinfo=UTC)
    table = '[sources.portal_invoices]\npath = "portal_invoices.csv"\n'
    text = path.read_text(encoding="utf-8")
    assert table in text
    path.write_text(text.replace(table, f"{table}as_of = {made.isoformat()}\n"), encoding="utf-8")
    answers = provider_runs.answers(provider_runs.run(folder))
    changed = provider_runs.truth(folder, "accounting_invoices").select(
        invoice_id_acct="Id", changed_at=pl.col("ModifiedAt").str.to_datetime(time_zone="UTC")
    )
    truth = provider_runs.truth(folder).join(changed, on="invoice_id_acct")
    # the last sync before the list began within the day
    before = truth.filter(pl.col("changed_at") < made - timedelta(days=1))
    assert provider_runs.differences(before, answers.join(before, on="invoice_id_acct", how="semi")) == []
    after = truth.filter((pl.col("changed_at") > made) & pl.col("causes").str.contains("|".join(ABSENCES)))
    assert after.height
    told = answers.join(after, on="invoice_id_acct", how="semi")["causes"]
    assert told.str.contains("PORTAL_LIST_OLDER").all()
    assert not told.str.contains("|".join(ABSENCES)).any()


WITHHELD = {
    # without the log, what is missing is still missing; only why cannot be said as finely
    "sync_runs": (ABSENCES, {"MISSED_IN_WINDOW"}),
    "connectwise_statuses": ({"TARGET_INACTIVE"}, set()),
    "accounting_customers": (
        {"BILL_EMAIL_NOT_A_CONTACT", "CUSTOMER_INACTIVE", "CUSTOMER_NOT_IN_EXTRACT"} | UNMAPPED,
        {"UNMAPPED_NO_CANDIDATE"},
    ),
    "connectwise_invoices": (
        {"CREATED_ONLY_IN_ACCOUNTING", "NUMBER_REFORMATTED", "UNMAPPED_CERTAIN"},
        {"UNMAPPED_PROBABLE"},
    ),
}


@pytest.mark.parametrize("source", WITHHELD)
def test_a_source_that_is_not_given_takes_only_what_it_alone_can_tell(judged: Judged, source: str) -> None:
    """Every other cause is still found exactly."""
    folder, outcome = judged("a table", source)
    lost, gained = set[str](), set[str]()
    for row in provider_runs.differences(provider_runs.truth(folder), provider_runs.answers(outcome)):
        expected, found = (set(str(row[name]).split()) for name in ("causes", "causes_found"))
        lost |= expected - found
        gained |= found - expected
    may_be_lost, may_be_gained = WITHHELD[source]
    assert lost
    assert lost <= may_be_lost
    assert gained <= may_be_gained


def test_what_cannot_be_decided_is_unknown_and_not_passed(judged: Judged) -> None:
    """Without the statuses nobody knows which companies are inactive, and the run says so."""
    folder, outcome = judged("a table", "connectwise_statuses")
    answers = provider_runs.answers(outcome)
    truth = provider_runs.truth(folder).filter(pl.col("causes").str.contains("TARGET_INACTIVE"))
    undecided = answers.filter(pl.col("unknown_checks").str.contains("TARGET_INACTIVE"))
    told = set(undecided["invoice_id_acct"]) | set(
        answers.filter(pl.col("causes").str.contains("TARGET_INACTIVE"))["invoice_id_acct"]
    )
    assert set(truth["invoice_id_acct"]) <= told
    assert undecided.height


def test_without_the_portals_mappings_nothing_is_said_about_them(tmp_path: Path) -> None:
    """What the documents themselves say stays exactly as it was; no mapping is called new to the portal."""
    folder = provider_runs.without(provider_runs.invented(tmp_path, PLANS["a table"]), "portal_mappings")
    found = provider_runs.answers(provider_runs.run(folder))
    assert "UNMAPPED_CERTAIN" not in _causes(found)
    truth = provider_runs.truth(folder)
    own = pl.col("state") == "expected"
    same = truth.filter(own & ~pl.col("causes").str.contains("CUSTOMER_EXCLUDED"))
    again = found.join(same, on="invoice_id_acct", how="semi")
    assert provider_runs.differences(same, again) == []


def test_with_neither_list_nor_log_only_what_is_certain_is_said(tmp_path: Path) -> None:
    """No invoice is called visible, and none is called missed without a reason that its own dates give."""
    folder = provider_runs.without(provider_runs.invented(tmp_path, PLANS["a table"]), "portal_invoices", "sync_runs")
    answers = provider_runs.answers(provider_runs.run(folder))
    assert State.VISIBLE not in set(answers["state"])
    assert not _causes(answers) & (ABSENCES | {"RECREATED_ID", "STALE_AMOUNT", "SYNC_STALLED"})
    assert "MISSED_IN_WINDOW" in _causes(answers, "unknown_checks")


def test_a_required_source_without_a_row_is_no_night(tmp_path: Path) -> None:
    """An export that came out empty must not look like a run on which nothing is blocked."""
    with pytest.raises(InputError, match="at least one of the invoices of the accounting package"):
        provider_runs.run(provider_runs.invented(tmp_path, DemoPlan(20, 0, 10)))


def test_the_register_in_the_fixtures_holds_the_judgements_beside_it(tmp_path: Path) -> None:
    """The file that the first run opens was made from judgements.csv, and opening it leaves it as it is."""
    night = provider_runs.FIXTURES / "night"
    committed = night / "state" / "register.sqlite"
    before = committed.read_bytes()
    remember(night / "judgements.csv", tmp_path / "register.sqlite", provider_runs.AS_OF)
    made = Register.open(tmp_path / "register.sqlite").current()
    assert made.height > 0
    assert Register.open(committed).current().equals(made)
    assert committed.read_bytes() == before
    assert [path.name for path in committed.parent.iterdir()] == ["register.sqlite"]


def test_a_night_that_is_refused_does_not_join_the_documents_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is joined beside the mapping of customers takes long, and nobody will read it."""
    joined: list[object] = []
    is_refused = threading.Event()

    def share_numbers(*_: object) -> None:
        assert is_refused.wait(20)

    def refuse(*_: object) -> None:
        threading.Timer(0.2, is_refused.set).start()
        raise InputError([])

    def build(engine: Engine, models: dict[str, Model], names: Iterable[str]) -> None:
        joined.extend(name for name in names if name in stages.OF_DOCUMENTS)
        original(engine, models, names)

    original = stages.build
    monkeypatch.setattr(stages, "share_numbers", share_numbers)
    monkeypatch.setattr(stages, "_map", refuse)
    monkeypatch.setattr(stages, "build", build)
    with pytest.raises(InputError):
        provider_runs.run(provider_runs.invented(tmp_path, provider_runs.SMALL))
    assert joined == []
