"""Invoices with a total, a balance or both: what is not known is never reported as owed."""

from __future__ import annotations

import csv
import json
import re
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.cli.run import _summary_line
from etl.config import load
from etl.history.run_list import show_run
from etl.notify.digest import figures
from etl.notify.messages import run_message
from etl.pipeline.run import RunOutcome
from etl.report.why import explain, to_text
from etl.warehouse.models import build, read_models
from tests.support.accepted_database import engine_of
from tests.support.one_client import World, invoice, shown

OTHERS = {"customer_id_acct": "C2", "customer_name": "Harrow Timber"}
"""A customer whom nobody has mapped: what it owes is blocked."""


def _without(column: str, *rows: dict[str, object]) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name != column} for row in rows]


def _unstated(number: int, **others: object) -> dict[str, object]:
    return invoice(number, document_status="", **OTHERS) | others


def _blocked(outcome: RunOutcome) -> dict[str, Any]:
    (row,) = outcome.summary["numbers"]["blocked"]["amounts"]
    return {name: row[name] for name in ("invoices", "amount", "unknown_invoices", "unknown_amount")}


def _why(outcome: RunOutcome, number: int) -> str:
    return to_text(explain(outcome.folder / "run.duckdb", f"INV-{number}"))


def _rows(outcome: RunOutcome) -> dict[str, dict[str, str]]:
    with (outcome.folder / "invoices.csv").open(encoding="utf-8") as file:
        return {row["invoice_number"]: row for row in csv.DictReader(file)}


def test_a_list_without_balances_blocks_nothing_that_is_owed(tmp_path: Path) -> None:
    """The invoice is blocked, its total stands apart, and no place shows it as open."""
    found = World(tmp_path).run(_without("balance_amount", _unstated(1)), [shown(9)])
    assert _blocked(found) == {
        "invoices": 1, "amount": "0.00", "unknown_invoices": 1, "unknown_amount": "100.00",
    }  # fmt: skip
    assert _summary_line(found).startswith(
        "1 of 1 invoices blocked: 1 of them without a known balance (USD 100.00 in total). "
    )
    told = _why(found, 1)
    assert "USD 100.00 in total, its open balance is not known" in told
    assert "Paid in full? the accounting export does not say whether it is paid in full" in told
    assert "100.00 open" not in told
    message = run_message(figures(found.summary), 0, "there", is_recovered=False)
    assert "1 of them without a known balance: USD 100.00 in total" in message.body
    assert "USD 100.00 blocked" not in message.title
    row = _rows(found)["INV-1"]
    assert (row["state"], row["total_amount"], row["balance_amount"], row["balance_source"], row["freed_amount"]) == (
        "blocked", "100.0000", "", "none", "",
    )  # fmt: skip
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert re.search(r">1</data> invoice without a known balance, <data [^>]*>USD 100.00</data> in total", page)
    assert "1 invoices blocked: 1 without a known balance" in show_run(load(tmp_path / "billsight.toml", {}), "latest")
    (issue,) = found.summary["mapping"]["queue"]
    assert [(row["amount"], row["unknown_invoices"]) for row in issue["amounts"]] == [("0.00", 1)]


def test_a_list_without_totals_has_its_balances(tmp_path: Path) -> None:
    """What is open is owed, and whatever only a total could show is not reported."""
    rows = [_unstated(1, balance_amount="40.00"), invoice(2, balance_amount="25.00"), _unstated(3, balance_amount="0")]
    found = World(tmp_path).run(_without("total_amount", *rows), [shown(2, balance_amount="25.00")])
    assert _blocked(found) == {
        "invoices": 1, "amount": "40.00", "unknown_invoices": 0, "unknown_amount": "0.00",
    }  # fmt: skip
    assert _summary_line(found).startswith("1 of 3 invoices blocked: USD 40.00. ")
    assert "USD 40.00 open, its total is not known" in _why(found, 1)
    rows_of = _rows(found)
    assert [(rows_of[f"INV-{n}"]["state"], rows_of[f"INV-{n}"]["primary_cause"]) for n in (2, 3)] == [
        ("visible", ""), ("expected", "PAID_IN_FULL"),
    ]  # fmt: skip
    assert rows_of["INV-1"]["unknown_checks"].split() == ["CUSTOMER_INACTIVE"]
    assert rows_of["INV-3"]["unknown_checks"].split() == ["ZERO_TOTAL", "NEGATIVE_BALANCE"]
    assert (rows_of["INV-1"]["total_amount"], rows_of["INV-1"]["balance_source"]) == ("", "stated")
    assert found.summary["laws"]["money"] == [
        {
            "currency_code": "USD", "staging_amount": "0.00", "marts_amount": "0.00", "staging_balance": "65.00",
            "marts_balance": "65.00", "staging_unknown": "0.00", "marts_unknown": "0.00", "does_hold": True,
        }
    ]  # fmt: skip


def test_a_status_says_what_nobody_owes(tmp_path: Path) -> None:
    """Paid and void documents owe nothing, as their status says; of an open one nobody knows how much."""
    rows = _without(
        "balance_amount",
        *(_unstated(at, document_status=word) for at, word in enumerate(("paid", "void", "open", ""), 1)),
    )
    found = World(tmp_path).run(rows, [shown(9)])
    assert {number: (row["balance_source"], row["balance_amount"]) for number, row in _rows(found).items()} == {
        "INV-1": ("status", "0.0000"), "INV-2": ("status", "0.0000"), "INV-3": ("none", ""), "INV-4": ("none", ""),
    }  # fmt: skip
    assert _blocked(found)["unknown_invoices"] == 2
    assert "USD 0.00 open of 100.00, as its status says" in _why(found, 1)
    assert any("open balance of 2 of 4 invoices is not known" in told for told in found.summary["run"]["remarks"])


def test_a_document_without_any_amount_is_set_aside(tmp_path: Path) -> None:
    """With the reason, and the others are judged."""
    found = World(tmp_path).run([invoice(1), invoice(2, total_amount="", balance_amount="")], [shown(1)])
    assert found.summary["numbers"]["invoices"] == 1
    aside = (found.folder / "quarantine.csv").read_text(encoding="utf-8")
    assert "total_amount or balance_amount: missing, and one of them is needed" in aside


@pytest.mark.parametrize("column", ["total_amount", "balance_amount"])
def test_the_portals_row_is_compared_with_what_is_known(tmp_path: Path, column: str) -> None:
    """A portal row without an id is the invoice by number and customer; the missing amount contradicts nothing."""
    rows = _without(column, invoice(1), invoice(2))
    listed = [shown(1, invoice_id_acct=""), shown(2, invoice_id_acct="", balance_amount="30.00")]
    found = World(tmp_path).run(rows, listed)
    own = "CUSTOMER_INACTIVE"
    unknown = {
        number: [one for one in row["unknown_checks"].split() if one != own] for number, row in _rows(found).items()
    }
    if column == "balance_amount":
        assert unknown == {number: ["PAID_IN_FULL", "STALE_AMOUNT"] for number in ("INV-1", "INV-2")}
        assert "accounting gives no balance" in _why(found, 1)
    else:
        assert unknown == {"INV-1": [], "INV-2": ["PAYMENT_NOT_POSTED"]}
    assert {row["state"] for row in _rows(found).values()} == {"visible"}
    assert not found.summary["shown_not_owed"]["invoices"]
    assert not found.summary["paid_in_portal"]["invoices"]


def test_money_is_conserved_whatever_is_known(tmp_path: Path) -> None:
    """Totals and balances each, per currency; known balances and totals without one add up to all that was read."""
    amounts = [("100.00", "40.00"), ("100.00", ""), ("", "15.00"), ("70.00", "70.00"), ("30.00", "")]
    rows = [
        _unstated(at, total_amount=total, balance_amount=balance, currency_code="EUR" if at == 4 else "USD")
        for at, (total, balance) in enumerate(amounts, 1)
    ]
    found = World(tmp_path).run(rows, [shown(9)])
    told = {row["currency_code"]: row for row in found.summary["numbers"]["blocked"]["amounts"]}
    assert {code: (row["amount"], row["unknown_invoices"], row["unknown_amount"]) for code, row in told.items()} == {
        "USD": ("55.00", 2, "130.00"), "EUR": ("70.00", 0, "0.00"),
    }  # fmt: skip
    answers = pl.read_parquet(found.folder / "invoices.parquet")
    assert answers["balance_amount"].sum() == Decimal(125)
    assert all(row["does_hold"] for row in found.summary["laws"]["money"])
    assert "USD 55.00, EUR 70.00; 2 of them without a known balance (USD 130.00 in total)" in _summary_line(found)
    assert json.loads((found.folder / "summary.json").read_text(encoding="utf-8")) == found.summary


AMOUNT = st.none() | st.integers(-50, 50).map(Decimal)
STAGED = st.lists(
    st.tuples(
        AMOUNT, AMOUNT, st.sampled_from(["open", "paid", "draft", "voided", "deleted", "unknown", None]),
        st.sampled_from(["USD", "EUR"]),
    ).filter(lambda row: row[0] is not None or row[1] is not None),
    min_size=1,
    max_size=8,
)  # fmt: skip
NOTHING_OPEN = ("paid", "voided", "deleted")


@settings(max_examples=30, deadline=None)
@given(rows=STAGED)
def test_a_balance_is_stated_or_follows_from_a_status_or_is_not_known(rows: list[tuple[Any, ...]]) -> None:
    """No total is ever a balance, and the sum of the known balances is the sum of the stated ones."""
    given_rows = [
        {"invoice_id_acct": str(at), "total_amount": total, "balance_amount": balance, "document_status": status,
         "currency_code": currency}
        for at, (total, balance, status, currency) in enumerate(rows)
    ]  # fmt: skip
    with closing(engine_of(accounting_invoices=given_rows)) as engine:
        build(engine, read_models(), ["staging.accounting__invoices"])
        found = engine.rows("select balance_amount, balance_source from staging.accounting__invoices order by row_key")
    for (_, balance, status, _), (told, source) in zip(rows, found, strict=True):
        if balance is not None:
            assert (told, source) == (balance, "stated")
        elif status in NOTHING_OPEN:
            assert (told, source) == (0, "status")
        else:
            assert (told, source) == (None, "none")
    assert sum(told or 0 for told, _ in found) == sum(balance or 0 for _, balance, _, _ in rows)


@pytest.mark.parametrize(("balance", "state"), [("40.00", "visible"), ("30.00", "unknown")])
def test_a_number_written_differently_counts_where_the_open_balance_agrees(
    tmp_path: Path, balance: str, state: str
) -> None:
    """Without a total, another balance may be of the same invoice, paid in part: neither shown nor missed."""
    rows = _without("total_amount", invoice(1, balance_amount="40.00"))
    listed = shown(1, invoice_id_acct="", invoice_number="0001", total_amount="", balance_amount=balance)
    found = World(tmp_path).run(rows, [listed])
    assert _rows(found)["INV-1"]["state"] == state
