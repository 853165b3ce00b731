"""A portal's list as people copy it: its footers, and the words of its sync log."""

from __future__ import annotations

import os
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.config import load
from etl.domain import Run
from etl.extract import GOES_ON
from etl.pipeline.run import reconcile
from etl.warehouse.engine import Engine
from tests.soak import also
from tests.support import provider_runs
from tests.support.ledger_files import WRITTEN, kept, load_files
from tests.support.loading import ALWAYS, NEVER
from tests.support.orderly_clients import AS_OF, clients

PORTAL = "portal_invoices"
HEADER = "Date,Invoice Number,Customer,Status,Amount,Balance"
ROWS = "2026-11-14,1001,Acme,Open,10.00,10.00\n2026-11-15,1002,Bolt,Paid,20.00,0.00\n"


@pytest.mark.parametrize(
    ("title", "goes_on"),
    [
        ("Showing 1 to 50 of 1200", True), ("Zorb 1 vi 50 vorks 1200", True), ("Page 1/24", True), ("24 of 24", True),
        ("Showing 1 to 2 of 2", False), ("2 of 2", False), ("Page 1 of 1", False), ("Zorbs of 2026", False),
        ("1 to 30 November 2026", False), ("Q1 of 2026", False), ("2026-11-01 - 2026-11-28", False),
        ("28. November 2026, Page 1 of 3", True), ("2 of 2 on 11/28/2026 05:50", False),
    ],
)  # fmt: skip
def test_a_page_counter_above_the_captions_counts_too(
    engine: Engine, tmp_path: Any, title: str, *, goes_on: bool
) -> None:
    """It takes no row away."""
    (tmp_path / "p.csv").write_text(f'"{title}"\n{HEADER}\n{ROWS}')
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        assert ([report.goes_on for report in loaded.reports], len(loaded.accepted)) == ([goes_on], 2)


GOING_ON = [
    "1 to 50 of 1,200", "1-50 von 1.200", "Page 1 of 24", "Showing 50 of 1200", "Seite 1 von 24",
    "1 \u2013 50 sur 1\u202f200", "Page 24 of 24", "1151-1200 of 1200 entries", "Page 1 of 24 (1,200 items)",
    "Showing 1 to 2 of 2 entries (filtered from 3,000 total entries)", "1-61/1200", "Page 1/24", "24 of 24",
    "\u7b2c1\u9875 \u517124\u9875", "\uff11-\uff15\uff10 of \uff11\uff12\uff10\uff10", "1 of 2",
    "Zorb 1 vi 50 vorks 1200", "1-3 of 3",
    "\u0639\u0631\u0636 \u0661 \u0625\u0644\u0649 \u0665\u0660 \u0645\u0646 \u0661\u0662\u0660\u0660",
]  # fmt: skip
PLACED = [(footer, number % 3) for number, footer in enumerate(GOING_ON)]
"""Each of them in one column, every column in turn; `make soak` tries all pairs."""


@pytest.mark.parametrize(
    ("footer", "place"), [*PLACED, *also(pair for pair in product(GOING_ON, range(3)) if pair not in PLACED)]
)
def test_a_page_counter_that_leaves_rows_out_says_that_the_list_goes_on(
    engine: Engine, tmp_path: Any, footer: str, place: int
) -> None:
    """In whichever column it lies, read either way; the last page alone is not the whole list."""
    cells = ["", "", "", "", "", ""]
    cells[place] = f'"{footer}"'
    (tmp_path / "p.csv").write_text(f"{HEADER}\n{ROWS}{','.join(cells)}\n")
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        assert kept(engine, "invoice_number", relation=PORTAL) == [("1001",), ("1002",)]
        ((_, _, _, rules, _),) = loaded.aside
        assert any(GOES_ON in rule for rule in rules)


WHOLE = [
    ["+", "+", "1 to 2 of 2"], ["+", "+", "Zorb 1 vi 2 vorks 2"], ["+", "+", "2 of 2"], ["+", "+", "Page 1 of 1"],
    ["+", "+", "1 of 1"], ["+", "Page 1 of 3", "+", "Page 2 of 3", "+", "Page 3 of 3"],
    ["+", "+", "1-2 of 5", "+", "+", "3-4 of 5", "+", "5-5 of 5"], ["+", "+", "2 of 2", "Page 1/1"],
    ["+", "+", "\u7b2c1\u9875 \u51711\u9875"],
    ["+", "+", "Zorbal=20"], ["+", "+", "Zorb=20", "+", "+", "Zorb=20", "Zorbissimal=40"], ["+", "+", "Total (2)=20"],
    ["+", "+", "Total for 2 invoices=20"], ["+", "+", "Grand Total:=20"], ["+", "TOTAL USD=10"],
]  # fmt: skip


def _lines(body: list[str]) -> str:
    """A plus is a row of 10.00; a footer may have an amount."""
    rows = [f"2026-11-14,{1000 + at},Acme,Open,10.00,10.00" for at, _ in enumerate(body)]
    lines = [
        row if one == "+" else ",{},,,{},".format(*(*one.split("="), "")[:2])
        for one, row in zip(body, rows, strict=True)
    ]
    return f"{HEADER}\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("body", WHOLE)
def test_a_footer_of_a_whole_list_is_no_row(engine: Engine, tmp_path: Any, body: list[str]) -> None:
    """Sums in any language, by their amounts, and pages that are all there, with the rows that they count."""
    (tmp_path / "p.csv").write_text(_lines(body))
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        assert (len(loaded.accepted), loaded.aside) == (body.count("+"), [])


@pytest.mark.parametrize(
    ("body", "aside"),
    [
        (["+", "+", "SUM-1001=30"], 0), (["+", "+", "TOTAL-77=12"], 0), (["+", "+", "Total 77=12"], 0),
        (["+", "+", "SUM-1001=20"], 1), (["+", "Zorbal=10"], 1), (["+", "+", "Zorbal=19"], 0),
        (["+", "+", "2044=20"], 1),
        (["+", "Page 1 of 3", "Page 2 of 3", "Page 3 of 3"], 3), (["+", "1-2 of 3", "+", "3-3 of 3"], 2),
    ],
)  # fmt: skip
def test_a_row_that_may_be_a_document_is_never_left_out(
    engine: Engine, tmp_path: Any, body: list[str], aside: int
) -> None:
    """It is kept, or set aside where it equals the rows above; pages without the rows that they count are not whole."""
    (tmp_path / "p.csv").write_text(_lines(body))
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        assert (len(loaded.accepted), len(loaded.aside)) == (len(body) - aside, aside)


@pytest.mark.parametrize(
    ("footer", "is_row"), [("1-2 of 2", False), ("As of 2026-11-28", False), ("Zorbal", True), ("Total", True)]
)
def test_the_portals_mappings_have_footers_too(engine: Engine, tmp_path: Any, footer: str, *, is_row: bool) -> None:
    """A customer without a company is a row."""
    (tmp_path / "m.csv").write_text(f"Customer,Company RecID\nAcme,7\nBolt,8\n{footer},\n")
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, "portal_mappings", bulk_bytes)
        assert (len(loaded.accepted), loaded.aside) == (3 if is_row else 2, [])


@pytest.mark.parametrize("number", ["3 of 12", "Total", "10 of 5", "Zorbal"])
def test_what_sounds_like_a_footer_next_to_a_customer_is_a_row(engine: Engine, tmp_path: Any, number: str) -> None:
    """A document may be the third of twelve, and a customer may be called Total."""
    (tmp_path / "p.csv").write_text(f"{HEADER}\n{ROWS},{number},Total,,,\n")
    loaded = load_files(engine, tmp_path, PORTAL)
    assert (len(loaded.accepted), loaded.aside) == (3, [])


def test_left_out_footers_are_counted_as_footers(shelf: Any) -> None:
    """They are no repeated line items."""
    shelf.put("p.csv", f"{HEADER}\n{ROWS},Total,,,30.00,10.00\n")
    assert shelf.read(PORTAL, "p.csv").shape_notes == {"footer": 1}


LOGS = {
    "Success!": "succeeded", "Completed (0 errors)": "succeeded", "Completed with 0 errors": "succeeded",
    "Completed: 120 invoices": "succeeded", "OK.": "succeeded", "done, no errors": "succeeded",
    "errors: 0, ok": "succeeded", "In progress: 10/12": "running",
    "Completed with 3 errors": "failed", "Partial": "failed", "Partially completed": "failed",
    "Completed, 2 failed": "failed", "Completed with 10 errors": "failed", "In progress": "running", "Done maybe": None,
    "Completed, issues: 0": "succeeded", "Finished. Problems = 0, skipped = 0": "succeeded", "0 errors": "succeeded",
    "Complete 10/12": "failed", "Completed 10 of 12 invoices": "failed", "Done: 1,100 out of 1,200": "failed",
    "Completed 12 of 12": "succeeded", "Complete 12/12, 3/4": "failed", "Complete 83%": "failed",
    "Done 100%": "succeeded",
    "Done 11/28/2026": "succeeded", "Done 12/10": None, "Completed: 12 invoices issued": None, "Success: 0": None,
    "Issues: 10": "failed", "Completed, issues: 0.5": "failed", "Vork": None,
}  # fmt: skip


def test_the_log_says_how_a_sync_ended(shelf: Any) -> None:
    """Nothing that went wrong is success; a part is not the whole; other words are set aside."""
    rows = "".join(f'2026-11-14T05:00:00Z,2026-11-01,2026-11-14T05:10:00Z,"{word}"\n' for word in LOGS)
    shelf.put("s.csv", f"started_at,from_date,finished_at,status\n{rows}")
    frame = shelf.read("sync_runs", "s.csv").frame
    told = [
        None if row["read_problem"] else row["run_status"]
        for row in frame.select("run_status", "read_problem").to_dicts()
    ]
    assert dict(zip(LOGS, told, strict=True)) == LOGS


@pytest.mark.parametrize("as_of", [None, "2026-11-27T09:00:00+00:00"])
def test_the_time_in_a_portals_list_is_that_of_the_list_in_a_run(tmp_path: Path, as_of: str | None) -> None:
    """What changed later is not missed, whenever the file was copied; the setting as_of wins."""
    provider = clients(tmp_path, 3)
    settings = provider.written()
    listed = tmp_path / "portal_invoices.csv"
    listed.write_text('"Data as of November 27, 2026 06:15 PM"\n' + listed.read_text())
    os.utime(listed, (WRITTEN, WRITTEN))
    if as_of:
        table = "[sources.portal_invoices]\n"
        settings.write_text(settings.read_text().replace(table, f"{table}as_of = {as_of}\n"))
    outcome = reconcile(load(settings, {"BILLSIGHT_LIMITS__THREADS": "1"}), Run("night", AS_OF))
    scope = provider_runs.table(outcome, "ctl.scopes").filter(pl.col("relation") == PORTAL)
    said = (
        (datetime(2026, 11, 27, 9), "setting as_of") if as_of else (datetime(2026, 11, 27, 18, 15), "time in the list")
    )
    assert scope.select("made_at", "made_reason").row(0) == said
    assert provider_runs.answers(outcome)["state"].to_list() == ["visible"] * 3
