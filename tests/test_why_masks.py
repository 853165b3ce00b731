"""The command and the page say the same of a check: both read the masks of the run."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.causes import CAUSES, codes
from etl.errors import NotFoundError
from etl.report.why import explain
from etl.warehouse.engine import Engine, published


@pytest.fixture(scope="module")
def night(decided_on: Path) -> Path:
    """The published run of the fixtures."""
    return decided_on / "out" / "runs" / "night-1"


MASKS = ("failed", "unknown", "reached")


def _by_masks(folder: Path) -> pl.DataFrame:
    """The published answers with the masks of their checks, one invoice for each set of masks and state."""
    with published(folder / "run.duckdb") as engine:
        masks = engine.frame(f"""
            select answers.invoice_id_acct, {", ".join(f"checks.{name}" for name in MASKS)}
            from marts.invoice_visibility as answers
            inner join marts.invoice_checks as checks on answers.row_key = checks.row_key""")
    answers = pl.read_parquet(folder / "invoices.parquet")
    assert len(masks) == len(answers)
    return answers.join(masks, on="invoice_id_acct").unique([*MASKS, "state"], maintain_order=True, keep="first")


def _result_of(row: dict[str, Any], code: str) -> str:
    words = {"failed": "failed", "unknown": "unknown", "reached": "passed"}
    return next((word for name, word in words.items() if code in codes(row[name])), "not reached")


def test_every_check_has_the_result_that_the_masks_have(night: Path) -> None:
    """The page counts the masks, the command reads them: for every invoice of the fixtures they say the same."""
    rows = _by_masks(night).to_dicts()
    assert len(rows) > len(CAUSES)
    for row in rows:
        (answer,) = explain(night / "run.duckdb", row["invoice_id_acct"])
        assert {check.cause: check.result for check in answer.checks} == {
            cause.code: _result_of(row, cause.code) for cause in CAUSES
        }


def test_a_run_that_an_older_version_published_is_not_misread(night: Path, tmp_path: Path) -> None:
    """It has no mask of what was reached: the command says to run again."""
    older = tmp_path / "run.duckdb"
    shutil.copy(night / "run.duckdb", older)
    with closing(Engine(older)) as engine:
        engine.run("alter table marts.invoice_checks drop column reached")
    with pytest.raises(NotFoundError, match=r"Another version may have written it\. Run again\."):
        explain(older, pl.read_parquet(night / "invoices.parquet")["invoice_id_acct"][0])
