"""What invoices.csv holds: all invoices, those that need somebody, or nothing; and that the page says which."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl import csv_guard
from etl.config import load
from etl.config.setting_types import InvoicesCsv
from etl.errors import ConfigurationError
from etl.pipeline.run import RunOutcome
from etl.publish.verify import differences
from etl.report.invoice_files import choose_csv
from tests.support import provider_runs

SETTING = "BILLSIGHT_OUTPUT__INVOICES_CSV"


@pytest.mark.parametrize(
    ("setting", "invoices", "content"),
    [
        ("auto", 200_000, "all"), ("auto", 200_001, "blocked"), ("all", 5_000_000, "all"), ("blocked", 3, "blocked"),
        ("none", 3, "none"),
    ],
)  # fmt: skip
def test_a_file_that_nobody_can_open_is_not_written(setting: InvoicesCsv, invoices: int, content: str) -> None:
    """`auto` writes all invoices as long as a spreadsheet can show them; who says otherwise gets it."""
    assert choose_csv(setting, invoices) == content


def test_the_csv_of_those_that_need_somebody_leaves_out_what_is_in_order(tmp_path: Path) -> None:
    """Blocked, waiting, unknown, and shown with a wrong amount; counted in another way, none is missing."""
    outcome = provider_runs.run(provider_runs.copied(tmp_path / "night"), environment={SETTING: "blocked"})
    answers = provider_runs.answers(outcome)
    needing = answers.filter(pl.Series(_needs_somebody(row["state"], row["causes"]) for row in answers.to_dicts()))
    csv = pl.read_csv(outcome.folder / "invoices.csv", infer_schema=False)
    assert_frame_equal(csv, csv_guard.guard(needing).cast(pl.String))
    assert 0 < needing.height < answers.height
    assert needing["state"].is_in(["visible", "expected"]).any()
    assert outcome.summary["invoices_csv"] == {"holds": "blocked", "rows": needing.height}
    page = _words(outcome)
    assert "The same is in invoices.parquet" in page
    assert f"The {needing.height} that need somebody are in invoices.csv, too." in page


def test_without_the_csv_nothing_points_to_it(tmp_path: Path) -> None:
    """Neither a link nor a sentence; and one that lies there all the same is a file too many."""
    folder = provider_runs.invented(tmp_path / "night", provider_runs.SMALL)
    outcome = provider_runs.run(folder, environment={SETTING: "none"})
    assert not (outcome.folder / "invoices.csv").exists()
    page = (outcome.folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(?<![A-Za-z_])invoices\.csv", page), "sources of the provider have such names, too"
    assert outcome.summary["invoices_csv"] == {"holds": "none", "rows": 0}
    (outcome.folder / "invoices.csv").write_text("invoice_id_acct\n1\n", encoding="utf-8")
    wrong = differences(outcome.folder, outcome.summary)
    assert "invoices.csv: it was written, and the setting says none" in wrong


def test_another_word_is_refused(tmp_path: Path) -> None:
    """The message names the setting and its words."""
    folder = provider_runs.copied(tmp_path / "night")
    with pytest.raises(ConfigurationError, match=r"(?s)invoices_csv.*auto.*all.*blocked.*none"):
        load(folder / "billsight.toml", {SETTING: "some"})


def _needs_somebody(state: str, causes: str) -> bool:
    wrong = {"STALE_AMOUNT", "PORTAL_SHOWS_SETTLED", "PAYMENT_NOT_POSTED"}
    return state in {"blocked", "waiting", "unknown"} or not wrong.isdisjoint(causes.split())


def _words(outcome: RunOutcome) -> str:
    text = (outcome.folder / "report.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))
