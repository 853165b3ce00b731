"""Where the portal and the books differ on what is owed: two figures, reported everywhere, never too early."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from etl.cli.run import _summary_line
from etl.config import load
from etl.history.run_list import show_run
from etl.notify.digest import figures
from etl.notify.messages import run_message
from etl.pipeline.run import RunOutcome
from etl.report.filters import certainty
from etl.report.why import explain, to_text
from tests.support import two_runs
from tests.support.one_client import World, invoice, shown

PAID = {"balance_amount": "0.00", "document_status": "paid"}
FIGURES = ("shown_not_owed", "paid_in_portal")


def _figure(outcome: RunOutcome, name: str) -> tuple[int, dict[str, str]]:
    found = outcome.summary[name]
    return found["invoices"], {row["currency_code"]: row["amount"] for row in found["amounts"]}


def _why(outcome: RunOutcome, number: int) -> str:
    return to_text(explain(outcome.folder / "run.duckdb", f"INV-{number}"))


def _advice(text: str) -> str:
    """What is advised: without what is advised against."""
    return re.sub(r"\b(not|never)\s+(\w+\s+){0,2}(resync|delete)", "", text, flags=re.IGNORECASE)


def test_a_paid_invoice_that_the_portal_still_asks_for_is_told_everywhere(tmp_path: Path) -> None:
    """It stays rightly absent, and is in the figure, the issues, the answer, the page, the message, the last line."""
    found = World(tmp_path).run([invoice(1, **PAID), invoice(2)], [shown(1), shown(2)])
    assert _figure(found, "shown_not_owed") == (1, {"USD": "100.00"})
    assert _figure(found, "paid_in_portal") == (0, {})
    (row,) = found.summary["shown_not_owed"]["list"]
    assert (row["invoice_number"], row["customer_name"], row["cause"], row["amount"], row["who"]) == (
        "INV-1", "Larkfield Bakery", "PORTAL_SHOWS_SETTLED", "100.00", "Portal administrator",
    )  # fmt: skip
    assert "pending" in row["fix"]
    assert two_runs.states(found) == {("A1", "PORTAL_SHOWS_SETTLED"): ("new", None)}
    told = _why(found, 1)
    assert "EXPECTED, not a fault: Paid in full [PAID_IN_FULL]; but the portal still asks for USD 100.00" in told
    assert "Fix, by Portal administrator: Shown but no longer owed [PORTAL_SHOWS_SETTLED]" in told
    assert "What to do: nothing" not in told
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert "Where the portal and the books differ" in page
    assert "Shown but no longer owed: 1 invoice, USD 100.00. " in _summary_line(found)
    body = run_message(figures(found.summary), 0, "there", is_recovered=False).body
    assert "Shown but no longer owed: 1 invoice, USD 100.00" in body


def test_a_payment_that_only_the_portal_has_is_the_other_figure(tmp_path: Path) -> None:
    """The client is not asked again, and nobody is advised to bring the old balance back."""
    found = World(tmp_path).run([invoice(1), invoice(2)], [shown(1, balance_amount="0.00"), shown(2)])
    assert _figure(found, "paid_in_portal") == (1, {"USD": "100.00"})
    assert _figure(found, "shown_not_owed") == (0, {})
    told = _why(found, 1)
    assert "VISIBLE" in told
    assert "USD 100.00 was paid in the portal, and the books do not have the payment" in told
    assert not re.search(r"resync|delete|verify content|run the sync", _advice(told), re.IGNORECASE)
    assert "Paid in the portal, not in the books: 1 invoice, USD 100.00. " in _summary_line(found)
    assert two_runs.states(found) == {("A1", "PAYMENT_NOT_POSTED"): ("new", None)}
    absences = {(line["state"], line["code"]): line["invoices"] for line in found.summary["absences"]}
    assert absences == {("visible", "PAYMENT_NOT_POSTED"): 1}, "it is visible, and told apart"


QUIET: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "a payment two hours ago": (PAID | {"modified_at": "2026-11-28 04:00:00"}, {}),
    "a part payment two hours ago": ({"balance_amount": "40.00", "modified_at": "2026-11-28 04:00:00"}, {}),
    "a pending payment": ({}, {"portal_status": "Pending"}),
    "a scheduled payment of nothing yet": ({}, {"portal_status": "Scheduled", "balance_amount": "0.00"}),
    "an edited total": ({"total_amount": "150.00", "balance_amount": "150.00"}, {}),
    "a total lowered two hours ago": (
        {"total_amount": "80.00", "balance_amount": "80.00", "modified_at": "2026-11-28 04:00:00"}, {}
    ),
    "equal": ({}, {}),
    "paid on both sides": (PAID, {"balance_amount": "0.00"}),
    "another currency": (PAID, {"currency_code": "EUR"}),
    "less than a minor unit": ({}, {"balance_amount": "99.996"}),
}  # fmt: skip


@pytest.mark.parametrize("has_status", [True, False])
def test_quiet_situations_are_in_no_figure(has_status: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """No number, no line, no section; and where the portal only needs time, no advice but waiting.

    Each situation is an invoice of its own: in a list that has a column of statuses, and in one that has none.
    """
    cases = {name: case for name, case in QUIET.items() if ("portal_status" in case[1]) == has_status}
    status = {"portal_status": "Open"} if has_status else {}
    books = [invoice(number, **case[0]) for number, case in enumerate(cases.values(), 2)]
    rows = [shown(number, **case[1]) for number, case in enumerate(cases.values(), 2)]
    found = World(tmp_path).run([invoice(1), *books], [shown(1, **status), *rows])
    assert [_figure(found, figure) for figure in FIGURES] == [(0, {}), (0, {})]
    assert not [key for key, value in _leaves(found.summary) if re.search("owed|settled", key) and _is_number(value)]
    assert "longer owed" not in _summary_line(found)
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert 'id="amounts"' not in page
    for number, name in enumerate(cases, 2):
        if "ago" in name or "scheduled" in name or "pending" in name:
            told = _why(found, number)
            assert "What to do: wait." in told, name
            assert not re.search(r"\b(resync|delete|no longer owed|verify content)\b", told, re.IGNORECASE), name


def _leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for name, one in value.items() for leaf in _leaves(one, f"{key}.{name}")]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one, key)]
    return [(key, value)]


def _is_number(value: Any) -> bool:
    return re.fullmatch(r"[\d.]*[1-9][\d.]*", str(value)) is not None


def test_a_leftover_row_of_open_only_books_is_looked_up_and_never_deleted(tmp_path: Path) -> None:
    """Shown with a balance, not open in accounting: in the figure, to be looked up; without a balance: nothing."""
    world = World(tmp_path, accounting='scope = "open"')
    found = world.run([invoice(1)], [shown(1), shown(8), shown(9, balance_amount="0.00")])
    assert _figure(found, "shown_not_owed") == (1, {"USD": "100.00"})
    (row,) = found.summary["shown_not_owed"]["list"]
    assert (row["cause"], row["invoice_number"], row["invoice_id_acct"]) == ("NOT_OPEN_IN_ACCOUNTING", "INV-8", None)
    assert row["fix"].startswith("Look it up in accounting")
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"delete (it|its card)", page, re.IGNORECASE)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunOutcome]:
    """Runs that follow each other on one provider, by what is so in them; not to be changed.

    1 and 3 are paid and still asked for, 2 is in order, 4 is paid in the portal only. From the second run on the books
    have the payment of 4. Of 1, the portal needs time in the second run, and has caught up in the fourth alone.
    """
    world = World(tmp_path_factory.mktemp("followed"))
    paid, late = invoice(1, **PAID), invoice(1, **PAID | {"modified_at": "2026-11-28 04:00:00"})
    rest = [invoice(2), invoice(3, **PAID)]
    posted = [*rest, invoice(4, **PAID)]
    listed = [shown(1), shown(2), shown(3), shown(4, balance_amount="0.00")]
    silent = [{name: row[name] for name in row if name != "balance_amount"} for row in listed]
    return {
        "found": world.run([paid, *rest, invoice(4)], listed),
        "late": world.run([late, *posted], listed),
        "silent": world.run([paid, *posted], silent),
        "agreed": world.run([paid, *posted], [shown(1, balance_amount="0.00"), *listed[1:]]),
        "again": world.run([paid, *posted], listed),
    }


def test_an_amount_that_differs_is_resolved_only_by_a_run_that_looked(followed: dict[str, RunOutcome]) -> None:
    """Not checked while the portal needs time or its list says no amounts; resolved once they agree."""
    key = ("A1", "PORTAL_SHOWS_SETTLED")
    states = {name: two_runs.states(outcome) for name, outcome in followed.items()}
    assert states["found"][key] == states["found"]["A3", "PORTAL_SHOWS_SETTLED"] == ("new", None)
    assert ("A3", "PORTAL_SHOWS_SETTLED") not in states["late"], "it is open as it was"
    assert states["late"][key] == ("not_checked", None)
    assert states["silent"][key] == ("not_checked", None)
    assert states["agreed"][key] == ("resolved", "the portal and the books agree")
    assert states["again"][key] == ("reopened", None)
    body = run_message(figures(followed["again"].summary), 0, "there", is_recovered=False)
    assert ", 1 new;" in body.body
    assert body.is_news


def test_a_payment_that_reaches_the_books_is_resolved(followed: dict[str, RunOutcome]) -> None:
    """By the documents alone: they say that the invoice is paid."""
    key = ("A4", "PAYMENT_NOT_POSTED")
    assert two_runs.states(followed["found"])[key] == ("new", None)
    assert two_runs.states(followed["late"])[key] == ("resolved", "paid")


def test_what_each_list_holds_is_told_with_its_reason(tmp_path: Path) -> None:
    """Scope, as-of time and completeness: in the summary, on the page, each with where it is known from."""
    world = World(tmp_path, accounting='scope = "since:2026-01-01"', portal="is_complete = false")
    found = world.run([invoice(1)], [shown(1)])
    told = {row["relation"]: row for row in found.summary["scopes"]}
    assert (told["accounting_invoices"]["kind"], told["accounting_invoices"]["since"]) == ("since", "2026-01-01")
    assert told["accounting_invoices"]["reason"] == "setting scope"
    portal = told["portal_invoices"]
    assert (portal["made_at"], portal["made_reason"], portal["cut_reason"]) == (
        "2026-11-28T05:50:00Z", "setting as_of", "setting is_complete says so",
    )  # fmt: skip
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert "Everything since 2026-01-01" in page
    assert "Perhaps cut" in page


def test_the_figure_is_the_difference(tmp_path: Path) -> None:
    """What is asked too much, whether or not something is still owed; each amount in a currency of its own."""
    cases = {"USD": ("0.00", "30.00"), "CAD": ("30.00", "100.00"), "EUR": ("99.99", "100.00")}
    books = [
        invoice(number, balance_amount=owed, currency_code=code)
        for number, (code, (owed, _)) in enumerate(cases.items(), 1)
    ]
    rows = [
        shown(number, balance_amount=asked, currency_code=code)
        for number, (code, (_, asked)) in enumerate(cases.items(), 1)
    ]
    found = World(tmp_path).run([*books, invoice(9)], [*rows, shown(9)])
    differences = {"USD": "30.00", "CAD": "70.00", "EUR": "0.01"}
    assert _figure(found, "shown_not_owed") == (3, differences)
    amounts = [amount for issue in found.summary["shown_not_owed"]["causes"] for amount in issue["amounts"]]
    assert {row["currency_code"]: (row["invoices"], row["amount"]) for row in amounts} == {
        code: (1, difference) for code, difference in differences.items()
    }


def test_an_edited_total_is_no_new_issue_of_a_figure_that_it_is_not_in(tmp_path: Path) -> None:
    """The portal shows less than is owed: an old amount, and nothing that anybody was asked too much or paid."""
    edited = invoice(1, total_amount="130.00", balance_amount="130.00")
    found = World(tmp_path).run([edited, invoice(2, **PAID)], [shown(1), shown(2)])
    assert _figure(found, "shown_not_owed") == (1, {"USD": "100.00"})
    assert two_runs.states(found) == {("A2", "PORTAL_SHOWS_SETTLED"): ("new", None)}


def test_people_read_that_no_currency_is_named_and_which_setting_names_it(tmp_path: Path) -> None:
    """Programs read XXX; a candidate of an unmapped customer is an estimate, which is never whole."""
    world = World(tmp_path)
    world.write("mappings", [{"customer_id_acct": "C9", "customer_name": "Gone", "company_id_cw": "109"}])
    without = {"currency_code": ""}
    found = world.run([invoice(1, **without), invoice(2, **without)], [shown(9, customer_id_acct="C9")])
    blocked = found.summary["numbers"]["blocked"]
    assert [(row["currency_code"], row["amount"]) for row in blocked["amounts"]] == [("XXX", "200.00")]
    line, answer = _summary_line(found), _why(found, 1)
    shown_run = show_run(load(tmp_path / "billsight.toml", {}), "latest", as_json=False)
    for text in (line, answer, shown_run):
        assert "XXX" not in text
        assert "(no currency)" in text
    assert line.count("set currency_code") == 1
    assert "[sources.accounting_invoices]" in line
    assert re.search(r"estimate (> 99\.9 %|\d{1,2}\.\d %)", answer)
    assert not re.search(r"100(\.0)? %", answer)


def test_the_setting_is_not_asked_for_where_currencies_are_named(tmp_path: Path) -> None:
    """Nothing is missing then."""
    world = World(tmp_path)
    world.write("mappings", [{"customer_id_acct": "C9", "customer_name": "Gone", "company_id_cw": "109"}])
    assert "currency_code" not in _summary_line(world.run([invoice(1)], [shown(9, customer_id_acct="C9")]))


@pytest.mark.parametrize(("ratio", "words"), [(1.0, "> 99.9 %"), (0.999999, "> 99.9 %"), (0.5, "50.0 %")])
def test_an_estimate_is_never_whole(ratio: float, words: str) -> None:
    """Whatever rounding made of it."""
    assert certainty(ratio) == words
