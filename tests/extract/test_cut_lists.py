"""Lines around a portal's list that nobody understands: whether the list is whole is not known then."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pytest

from etl.config import load
from etl.domain import Run
from etl.extract import NOT_UNDERSTOOD
from etl.extract.footers import DIFFERS, GOES_ON, titles_go_on, without_footers
from etl.extract.unread_lines import may_go_on
from etl.pipeline.run import reconcile
from etl.warehouse.engine import Engine
from tests.support import provider_runs
from tests.support.ledger_files import load_files
from tests.support.loading import ALWAYS, NEVER
from tests.support.orderly_clients import AS_OF, clients

PORTAL = "portal_invoices"
COLUMNS = ("invoice_number", "customer_name", "invoice_date", "total_amount", "balance_amount")
ROWS = 12
MOST_SECONDS = 5
TOTAL = sum(range(100, 100 + ROWS))


def _told(*footers: str, at: int = 0, amounts: tuple[str | None, str | None] = (None, None)) -> list[str]:
    """Why the footers of a list of twelve invoices are set aside."""
    rows = [(f"ZB-{2000 + n}", "Acme 77", "2026-10-01", f"{100 + n}.00", f"{100 + n}.00") for n in range(ROWS)]
    lines = [tuple(footer if at == place else None for place in range(3)) + amounts for footer in footers]
    frame = pl.DataFrame([*rows, *lines], schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    found = without_footers(frame.with_columns(read_problem=pl.lit(None, dtype=pl.String)))
    return found["read_problem"].drop_nulls().to_list()


UNREAD = [
    "3,400 invoices found, displaying 1 to 12.", "Found 40 invoices, showing 1-12", "Rows 1-12, 40 total",
    "1-12 of 1.3K", "12 zub 40", "Showing first 12 results", "Showing 12 invoices", "Total 3400, showing 12",
    "1-12 (3400)", "1-12 of many", "3400 items in 24 pages", "12/3400", "Page 1", "40 zorbs", "Total: 40",
]  # fmt: skip


@pytest.mark.parametrize("footer", [*UNREAD, "Next page", "Load more...", "\u2026 more"])
def test_a_line_that_nobody_understands_may_say_that_the_list_goes_on(footer: str) -> None:
    """Below the rows."""
    assert _told(footer) == [NOT_UNDERSTOOD]


@pytest.mark.parametrize("footer", [one for one in UNREAD if one != "40 zorbs"])
def test_the_line_may_stand_where_customers_stand(footer: str) -> None:
    """A customer may have one number in its name, and no word of a page."""
    assert _told(footer, at=1) == [NOT_UNDERSTOOD]


@pytest.mark.parametrize("title", [one for one in UNREAD if one != "40 zorbs"])
def test_the_line_may_stand_above_the_captions(title: str) -> None:
    """The numbers of its rows say so there, or a word of a page."""
    assert titles_go_on([title], ROWS) == (False, True)


QUIET = [
    "12 zorbs", "12 invoices", "Total: 12", "Showing all 12 invoices", "1 to 12 of 12", "As of 2026-11-28",
    "2026-11-28", "28.11.26", "Invoice list 2026", "Zorb Inc - 555-0100", "(212) 555-0100", "Tel. +1 212 555 0100",
    "Printed by kim, page 1 of 1", "Due in the next 30 days", "Accounts receivable", "Total", "Copyright 2026 Zorb",
    "Printed 2026-11-28 14:05", "kim@zorb24.example",
]  # fmt: skip


@pytest.mark.parametrize("line", [*QUIET, "ZB-9", "Acme 77"])
def test_a_line_that_says_nothing_of_further_rows_is_quiet(line: str) -> None:
    """A right count, a day, a phone, a year, the number of a document, or a customer above its rows."""
    assert _told(line) == []


@pytest.mark.parametrize("line", [*QUIET, "Total Wine 24", "24 First Street, Springfield 62704", "Account 10077"])
def test_a_title_that_says_nothing_of_further_rows_is_quiet(line: str) -> None:
    """There are addresses and account numbers above the captions."""
    assert titles_go_on([line], ROWS) == (False, False)


def test_a_customer_with_a_number_in_its_name_is_a_row() -> None:
    """It has no word of a page."""
    assert _told("Total Wine 24", at=1) == []


@pytest.mark.parametrize(
    ("label", "amount", "problem"),
    [
        ("Total (12)", f"{TOTAL:,}.00", None), ("Total", f"{TOTAL}.00", None), ("Total 12 invoices", None, None),
        ("Total (40)", f"{TOTAL}.00", "40"), ("Total 40 invoices", None, "40"), ("Total (12)", "9,000.00", DIFFERS),
        ("Grand total", "9,000.00", DIFFERS), ("Total outstanding", "9,000.00", DIFFERS),
        ("Total outstanding", f"{TOTAL}.00", None), ("Zorb outstanding", "9,000.00", None),
    ],
)  # fmt: skip
def test_a_sum_that_contradicts_its_rows_says_that_rows_are_missing(
    label: str, amount: str | None, problem: str | None
) -> None:
    """By the number in its label, or by its amounts."""
    told = _told(label, amounts=(amount, None))
    assert len(told) == (problem is not None)
    assert all(GOES_ON in one and str(problem) in one for one in told)


def test_a_sum_of_several_currencies_is_not_compared() -> None:
    """It may be in any of them."""
    rows = [("1", "A", "10.00", "USD"), ("2", "A", "10.00", "CAD"), ("Total", None, "17.30", None)]
    columns = ("invoice_number", "customer_name", "total_amount", "currency_code")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    assert without_footers(frame.with_columns(read_problem=pl.lit(None, dtype=pl.String))).height == len(rows) - 1


HEADER = "Invoice Number,Customer,Total"


def _page(first: int, last: int, whole: int) -> str:
    rows = "".join(f"ZB-{2000 + number},Acme,10.00\n" for number in range(first, last + 1))
    return f"{HEADER}\n{rows}{first}-{last} of {whole},,\n"


@pytest.mark.parametrize("whole", [8, 9])
def test_pages_pasted_one_below_the_other_are_one_list(engine: Engine, tmp_path: Path, whole: int) -> None:
    """The captions of the second page are no row; whether all pages are there is asked as ever."""
    (tmp_path / "p.csv").write_text(_page(1, 5, whole) + _page(6, 8, whole))
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        assert (len(loaded.accepted), len(loaded.aside)) == (8, 0 if whole == 8 else 2)
        assert "1 repeated header" in loaded.reports[0].notes


@pytest.mark.parametrize("line", ["Next page", "12 zub 40", "Customer,Company RecID"])
def test_mappings_are_read_alike_either_way(engine: Engine, tmp_path: Path, line: str) -> None:
    """A line that leads on is set aside, and captions are dropped."""
    is_header = "," in line
    (tmp_path / "m.csv").write_text(f"Customer,Company RecID\nAcme,7\n{line}{'' if is_header else ','}\nBolt,8\n")
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, "portal_mappings", bulk_bytes)
        assert (len(loaded.accepted), len(loaded.aside)) == (2, 0 if is_header else 1)


@pytest.mark.parametrize(
    ("line", "place", "setting"),
    [
        ("Showing first 3 results", "above", ""),
        ("Showing first 3 results", "below", ""),
        ("1-3 of 9", "above", "is_complete = true"),
        ("Showing first 3 results", "above", "is_complete = true  # so it is whole"),
        ("Invoice list 2026", "above", "# so it is whole"),
    ],
)
def test_absence_is_concluded_from_no_list_that_may_go_on(tmp_path: Path, line: str, place: str, setting: str) -> None:
    """Unless somebody says that it is whole; what the list itself says clearly stays."""
    is_whole, is_title = "whole" in setting, place == "above"
    provider = clients(tmp_path, 4)
    settings = provider.written()
    listed = tmp_path / "portal_invoices.csv"
    header, *rows = listed.read_text().splitlines()
    lines = [line, header, *rows[:3]] if is_title else [header, *rows[:3], line + "," * header.count(",")]
    listed.write_text("\n".join(lines) + "\n")
    table = "[sources.portal_invoices]\n"
    settings.write_text(settings.read_text().replace(table, f"{table}scope = 'open'\n{setting}\n"))
    outcome = reconcile(load(settings, {"BILLSIGHT_LIMITS__THREADS": "1"}), Run("night", AS_OF))
    scope = provider_runs.table(outcome, "ctl.scopes").filter(pl.col("relation") == PORTAL)
    states = provider_runs.answers(outcome)["state"].to_list()
    assert (bool(scope["cut_reason"][0]), "blocked" in states) == (not is_whole, is_whole)


@pytest.mark.parametrize("marks", ["-" * 500, "- . " * 200, "\x00" * 400])
def test_a_line_of_marks_is_read_in_time(marks: str) -> None:
    """There are endless ways to take it in parts; it is taken as a whole."""
    begun = time.process_time()
    assert not may_go_on(f"load {marks} vork", ())
    assert may_go_on(f"load {marks} more", ())
    assert time.process_time() - begun < MOST_SECONDS
