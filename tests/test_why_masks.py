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
from etl.report.why import Answer, explain, to_text
from etl.warehouse.engine import Engine, published
from tests.support.visible_texts import UNSPOKEN

MASKS = ("failed", "unknown", "reached")
RESULTS = {"passed", "failed", "unknown", "not reached"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def night(decided_on: Path) -> Path:
    """The published run of the fixtures."""
    return decided_on / "out" / "runs" / "night-1"


@pytest.fixture(scope="module")
def explained(night: Path) -> list[tuple[Row, Answer]]:
    """One invoice for each set of masks and state: its published answer with the masks, and what the command says."""
    with published(night / "run.duckdb") as engine:
        masks = engine.frame(f"""
            select answers.invoice_id_acct, {", ".join(f"checks.{name}" for name in MASKS)}
            from marts.invoice_visibility as answers
            inner join marts.invoice_checks as checks on answers.row_key = checks.row_key""")
    answers = pl.read_parquet(night / "invoices.parquet")
    assert len(masks) == len(answers)
    rows = answers.join(masks, on="invoice_id_acct").unique([*MASKS, "state"], maintain_order=True, keep="first")
    assert set(rows.select("state", "causes").iter_rows()) == set(answers.select("state", "causes").iter_rows())
    assert len(rows) > len(CAUSES)
    found = []
    for row in rows.to_dicts():
        (answer,) = explain(night / "run.duckdb", row["invoice_id_acct"])
        found.append((row, answer))
    return found


def _result_of(row: Row, code: str) -> str:
    words = {"failed": "failed", "unknown": "unknown", "reached": "passed"}
    return next((word for name, word in words.items() if code in codes(row[name])), "not reached")


def test_every_check_has_the_result_that_the_masks_have(explained: list[tuple[Row, Answer]]) -> None:
    """The page counts the masks, the command reads them: for every invoice of the fixtures they say the same."""
    for row, answer in explained:
        assert {check.cause: check.result for check in answer.checks} == {
            cause.code: _result_of(row, cause.code) for cause in CAUSES
        }


def test_every_gate_is_shown_and_says_what_the_night_said(explained: list[tuple[Row, Answer]]) -> None:
    """For every set of causes that occurs: no gate is left out, and none is shown otherwise than it was judged."""
    for row, answer in explained:
        text = to_text([answer])
        results = {check.cause: check.result for check in answer.checks}
        assert list(results) == [cause.code for cause in CAUSES]
        assert set(results.values()) <= RESULTS
        assert [code for code, result in results.items() if result == "failed"] == row["causes"].split()
        assert [code for code, result in results.items() if result == "unknown"] == row["unknown_checks"].split()
        assert all(bool(check.values) == (check.result != "not reached") for check in answer.checks)
        said = "\n".join(line for line in text.splitlines() if " interface: " not in line)
        assert not UNSPOKEN.search(said), said


def test_nobody_is_told_to_raise_a_level_where_somebody_can_see(explained: list[tuple[Row, Answer]]) -> None:
    """The change for a contact is reported only where an access gate failed: never a blanket raise."""
    access = {cause.code for cause in CAUSES if cause.stage == "access" and cause.kind == "defect"}
    for row, answer in explained:
        told = any("portal security level" in (fix.detail or "") for fix in answer.fixes)
        assert not told or access & set(row["causes"].split())


def test_a_run_that_an_older_version_published_is_not_misread(night: Path, tmp_path: Path) -> None:
    """It has no mask of what was reached: the command says to run again."""
    older = tmp_path / "run.duckdb"
    shutil.copy(night / "run.duckdb", older)
    with closing(Engine(older)) as engine:
        engine.run("alter table marts.invoice_checks drop column reached")
    with pytest.raises(NotFoundError, match=r"Another version may have written it\. Run again\."):
        explain(older, pl.read_parquet(night / "invoices.parquet")["invoice_id_acct"][0])


def test_a_run_with_other_checks_is_not_read(night: Path, tmp_path: Path) -> None:
    """Its masks would be read as other causes."""
    database = tmp_path / "run.duckdb"
    shutil.copy(night / "run.duckdb", database)
    with closing(Engine(database)) as engine:
        engine.run("update ctl.causes set code = 'OF_ANOTHER_VERSION' where bit = 3")
    with pytest.raises(NotFoundError, match="Another version may have written it"), published(database):
        pass
