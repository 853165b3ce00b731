"""Situations of real life, each with its right answer, through the files and a whole run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.laws.provider import AS_OF, LAST_SYNC, LIST_AT, Provider, Row, answers, invoice, judge, shown

EDITED = {"TotalAmt": 130.0, "Balance": 130.0}
OTHERS = {"customer_id": "12", "company_id": "502", "total": "7"}
NO_AMOUNT = {"total": "", "balance": ""}
NO_ID = {"invoice_id": ""}
ALIKE = NO_ID | {"invoice_number": "{n}-1", "total": "9", "balance": "9"}
WORD, ZEROS = NO_ID | {"invoice_number": "Rechnung {n}"}, NO_ID | {"invoice_number": "000{n}"}
CREDIT, FUTURE = {"total": "-100", "balance": "-100"}, {"TxnDate": "2027-01-10"}
PAYMENT = {"type": "Payment", "portal_id": "payment {n}"}
BARE = NO_ID | {"customer_id": "", "company_id": ""}
JUST_NOW = {"changed": (LAST_SYNC + timedelta(hours=1)).isoformat()}
SINCE_THE_LIST = {"changed": (LIST_AT + timedelta(minutes=10)).isoformat()}
PAID = {"Balance": 0.0}


@dataclass(frozen=True)
class Situation:
    """One invoice, the rows that the portal has for it, and the right answer.

    Attributes:
        causes: that must be listed, exactly; null: any.
        unknown: a check that must be undecided.
    """

    law: str
    name: str
    state: str
    causes: tuple[str, ...] | None = ()
    own: Row = field(default_factory=dict)
    rows: tuple[Row, ...] = ({},)
    unknown: str = ""


PROOF, BEATS, AMOUNTS, WAITS = "presence needs proof", "proof beats inference", "amounts", "waiting is not blocked"
MISSED, REFORMATTED = ("MISSED_IN_WINDOW",), ("NUMBER_REFORMATTED",)
PAID_UP = ("PAID_IN_FULL",)
SETTLED, EARLY = ("PAID_IN_FULL", "PORTAL_SHOWS_SETTLED"), ("PAID_IN_FULL", "PORTAL_NOT_CAUGHT_UP")
SITUATIONS = (
    Situation(PROOF, "by its id", "visible"),
    Situation(PROOF, "not on the list", "blocked", MISSED, rows=()),
    Situation(PROOF, "edited total", "visible", ("STALE_AMOUNT",), own=EDITED),
    Situation(PROOF, "edited just now", "visible", ("PORTAL_NOT_CAUGHT_UP",), own=EDITED | JUST_NOW),
    Situation(PROOF, "an id that is another's", "blocked", MISSED, rows=({"invoice_number": "X77", "total": "7.00"},)),
    Situation(PROOF, "number and customer", "visible", rows=(NO_ID,)),
    Situation(PROOF, "number and company", "visible", rows=(NO_ID | {"customer_id": ""},)),
    Situation(PROOF, "number and total alone", "visible", rows=(BARE,)),
    Situation(PROOF, "number alone", "unknown", rows=(BARE | NO_AMOUNT,), unknown=MISSED[0]),
    Situation(PROOF, "somebody else's number", "blocked", MISSED, rows=(NO_ID | OTHERS,)),
    Situation(PROOF, "alike, other amount", "blocked", MISSED, rows=(ALIKE,)),
    Situation(PROOF, "a word before it", "visible", REFORMATTED, rows=(WORD,)),
    Situation(PROOF, "zeros before it", "visible", REFORMATTED, rows=(ZEROS,)),
    Situation(PROOF, "zeros, no amount", "unknown", rows=(ZEROS | NO_AMOUNT,), unknown=MISSED[0]),
    Situation(PROOF, "only its credit is there", "blocked", MISSED, rows=(NO_ID | CREDIT,)),
    Situation(PROOF, "only a payment with its id", "unknown", rows=(PAYMENT,), unknown=MISSED[0]),
    Situation(PROOF, "only a credit with its id", "unknown", rows=(CREDIT,), unknown=MISSED[0]),
    Situation(PROOF, "only a payment with its number", "blocked", MISSED, rows=(NO_ID | PAYMENT,)),
    Situation(AMOUNTS, "a payment of it beside it", "visible", rows=({}, PAYMENT | {"total": "40", "balance": "0"})),
    Situation(PROOF, "twice on the list", "visible", rows=({}, {"portal_id": "twice"})),
    Situation(BEATS, "a future date", "visible", ("FUTURE_DATED",), own=FUTURE),
    Situation(BEATS, "a future date, absent", "blocked", ("FUTURE_DATED", *MISSED), own=FUTURE, rows=()),
    Situation(AMOUNTS, "paid long ago, still open there", "expected", SETTLED, own=PAID),
    Situation(AMOUNTS, "paid an hour ago", "expected", EARLY, own=PAID | JUST_NOW),
    Situation(AMOUNTS, "paid after the list", "expected", EARLY, own=PAID | SINCE_THE_LIST),
    Situation(AMOUNTS, "paid, and shown as paid", "expected", PAID_UP, own=PAID, rows=({"balance": "0"},)),
    Situation(AMOUNTS, "paid, not on the list", "expected", PAID_UP, own=PAID, rows=()),
    Situation(AMOUNTS, "partly paid here", "visible", ("STALE_AMOUNT",), own={"Balance": 40.0}),
    Situation(AMOUNTS, "partly paid just now", "visible", ("PORTAL_NOT_CAUGHT_UP",), own={"Balance": 40.0} | JUST_NOW),
    Situation(AMOUNTS, "paid there, open here", "visible", ("PAYMENT_NOT_POSTED",), rows=({"balance": "0"},)),
    Situation(AMOUNTS, "partly paid there", "visible", ("PAYMENT_NOT_POSTED",), rows=({"balance": "60"},)),
    Situation(AMOUNTS, "a payment is pending", "visible", ("PAYMENT_IN_TRANSIT",), rows=({"status": "Pending"},)),
    Situation(AMOUNTS, "a payment is processing", "expected", PAID_UP, own=PAID, rows=({"status": "Processing"},)),
    Situation(AMOUNTS, "a word that says nothing", "visible", rows=({"status": "AutoPay"},)),
    Situation(AMOUNTS, "no balance, no word", "expected", PAID_UP, own=PAID, rows=({"balance": ""},)),
    Situation(AMOUNTS, "half a cent", "visible", rows=({"balance": "100.004"},)),
    Situation(WAITS, "made after the last sync", "waiting", ("PENDING_NEXT_SYNC",), own=JUST_NOW, rows=()),
    Situation(WAITS, "made after the list", "waiting", ("PENDING_NEXT_SYNC",), own=SINCE_THE_LIST, rows=()),
)  # fmt: skip


def _number(at: int) -> str:
    return f"{4100 + at * 7}"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """The answers of one run in which every situation happens to an invoice of its own."""
    provider = Provider()
    for at, situation in enumerate(SITUATIONS):
        number, client = _number(at), at % 4
        provider.invoices.append(invoice(number, client, **situation.own))
        for row in situation.rows:
            other = {key: value.replace("{n}", number) for key, value in row.items()}
            # a row for somebody else names somebody else
            if other.get("customer_id") == "12" and client == 1:
                other |= {"customer_id": "13", "company_id": "503"}
            provider.portal.append(shown(number, client, **other))
    provider.portal.append({"invoice_number": "paid long ago", "invoice_id": "old", "total": "5", "balance": "0"})
    provider.settings["sources.portal_invoices"] = 'scope = "all"\nis_complete = true'
    return answers(judge(provider.write(tmp_path_factory.mktemp("situations"))))


@pytest.mark.parametrize("at", range(len(SITUATIONS)), ids=[f"{s.law}: {s.name}" for s in SITUATIONS])
def test_a_situation_has_its_answer(at: int, found: dict[str, Row]) -> None:
    """State and causes, through the files and the whole run."""
    situation, answer = SITUATIONS[at], found[_number(at)]
    assert answer["state"] == situation.state
    assert situation.causes is None or tuple(answer["causes"].split()) == situation.causes
    assert situation.unknown in answer["unknown_checks"]


def _one(provider: Provider, tmp_path: Any, number: str = "4100", **when: Any) -> Row:
    return answers(judge(provider.write(tmp_path / "one", **when)))[number]


def test_an_old_list_proves_presence_and_no_absence(tmp_path: Any) -> None:
    """What a list of last week shows is shown; what is newer than it waits for a newer list, and is not missed."""
    provider = Provider(
        [invoice("4100"), invoice("4101", changed="2026-11-19T09:00:00Z"), invoice("4102")], [shown("4100")]
    )
    folder = provider.write(tmp_path / "old", list_at=AS_OF - timedelta(days=7))
    found = answers(judge(folder))
    assert found["4100"]["state"] == "visible"
    assert (found["4101"]["state"], found["4101"]["causes"]) == ("waiting", "PORTAL_LIST_OLDER")
    assert (found["4102"]["state"], found["4102"]["causes"]) == ("blocked", "MISSED_IN_WINDOW")


def test_a_list_of_one_page_may_be_cut(tmp_path: Any) -> None:
    """Fifty rows are a page: what is not on it is unknown, unless somebody says that the list is whole."""
    rows = [shown(str(number)) for number in range(4200, 4250)]
    invoices = [invoice(str(number)) for number in range(4200, 4250)]
    provider = Provider([invoice("4100"), *invoices], rows)
    assert _one(provider, tmp_path)["state"] == "unknown"
    provider.settings["sources.portal_invoices"] = "is_complete = true"
    assert _one(provider, tmp_path)["causes"] == "MISSED_IN_WINDOW"


def test_a_list_that_begins_somewhere_misses_nothing_older(tmp_path: Any) -> None:
    """Invoices before the first day of the list are unknown."""
    provider = Provider([invoice("4100"), invoice("4101", TxnDate="2026-11-10")], [shown("4102")])
    provider.settings["sources.portal_invoices"] = 'scope = "since:2026-11-01"'
    found = answers(judge(provider.write(tmp_path / "one")))
    assert found["4100"]["state"] == "unknown"
    assert found["4101"]["causes"] == "MISSED_IN_WINDOW"


def test_what_left_a_list_of_open_invoices_may_be_paid_there(tmp_path: Any) -> None:
    """Shown on one run, gone on the next two, open in the books: unknown all the time, never missed."""
    provider = Provider([invoice("4100"), invoice("4101")], [shown("4100"), shown("4101")])
    folder = provider.write(tmp_path / "open")
    assert answers(judge(folder))["4100"]["state"] == "visible"
    provider.portal.pop(0)
    for day in (1, 2):
        later = timedelta(days=day)
        provider.syncs.append(LAST_SYNC + later)
        provider.write(folder, list_at=LIST_AT + later)
        answer = answers(judge(folder, AS_OF + later))["4100"]
        assert (answer["state"], answer["causes"]) == ("unknown", "")


def test_without_a_change_time_the_first_run_that_saw_it_settled_counts(tmp_path: Any) -> None:
    """An extract without times: paid, and still open in the portal. Nothing is raised on the first run."""
    provider = Provider([invoice("4100", Balance=0.0), invoice("4101")], [shown("4100"), shown("4101")])
    for row in provider.invoices:
        del row["MetaData"]["LastUpdatedTime"]
    folder = provider.write(tmp_path / "untimed")
    assert answers(judge(folder))["4100"]["causes"] == "PAID_IN_FULL PORTAL_NOT_CAUGHT_UP"
    provider.syncs.append(LAST_SYNC + timedelta(days=1))
    provider.portal[1]["total"] = "100"
    provider.write(folder, list_at=LIST_AT + timedelta(days=1))
    found = answers(judge(folder, AS_OF + timedelta(days=1)))
    assert found["4100"]["causes"] == "PAID_IN_FULL PORTAL_SHOWS_SETTLED"


def test_a_list_as_its_screen_shows_it_is_enough(tmp_path: Any) -> None:
    """Number, card name, due date and open balance: found by the name of the mapped company."""
    provider = Provider([invoice("4100"), invoice("4101", 1, TotalAmt=300.0)])
    provider.customers[0]["DisplayName"] = provider.invoices[0]["CustomerRef"]["name"] = "AJ workshop"
    provider.portal = [
        {
            "Invoice Number": "4100",
            "Card Name": "Alder Joinery Ltd",
            "Due Date": "12/05/2026",
            "Open Balance": "$100.00",
        },
        {
            "Invoice Number": "4101",
            "Card Name": "Birch Dental Group",
            "Due Date": "12/05/2026",
            "Open Balance": "$100.00",
        },
    ]
    found = answers(judge(provider.write(tmp_path / "screen")))
    assert {row["state"] for row in found.values()} == {"visible"}
    assert {row["causes"] for row in found.values()} == {""}


def test_a_portal_that_holds_future_invoices_back_is_waited_for(tmp_path: Any) -> None:
    """Only where the site says so."""
    provider = Provider([invoice("4100", TxnDate="2027-01-10")], [shown("4102")])
    provider.settings["portal"] = "holds_future_invoices = true"
    found = _one(provider, tmp_path)
    assert (found["state"], found["causes"]) == ("waiting", "HELD_UNTIL_DATE")


def test_nothing_is_visible_while_a_status_is_undecided(tmp_path: Any) -> None:
    """A company whose status is called Inactive, and nothing that says what that means."""
    provider = Provider([invoice("4100"), invoice("4101", 1)], [shown("4100"), shown("4101", 1)], statuses=[])
    provider.companies[0]["status"] = {"id": 2, "name": "Inactive"}
    found = answers(judge(provider.write(tmp_path / "status")))
    assert (found["4100"]["state"], found["4100"]["unknown_checks"]) == ("unknown", "TARGET_INACTIVE")


def test_an_inactive_customer_whose_invoice_shows_is_a_remark(tmp_path: Any) -> None:
    """The list shows it at a company where somebody has access; absent, the inactive customer is the cause."""
    provider = Provider([invoice("4100"), invoice("4101")], [shown("4100"), shown("4102")])
    provider.customers[0]["Active"] = False
    found = answers(judge(provider.write(tmp_path / "inactive")))
    assert (found["4100"]["state"], found["4100"]["causes"]) == ("visible", "CUSTOMER_INACTIVE")
    assert (found["4101"]["state"], found["4101"]["primary_cause"]) == ("blocked", "CUSTOMER_INACTIVE")


def test_a_row_without_a_date_may_be_older_than_books_that_begin_somewhere(tmp_path: Any) -> None:
    """It may be open there: it is in no figure. With a date inside the books it is."""
    rows = [shown("3900"), shown("3901", date="2026-11-02"), shown("3902", date="2025-03-01")]
    provider = Provider([invoice("4100")], [shown("4100"), *rows])
    provider.settings["sources.accounting_invoices"] = 'scope = "since:2026-01-01"'
    figure = judge(provider.write(tmp_path / "since")).summary["shown_not_owed"]
    assert [row["invoice_number"] for row in figure["list"]] == ["3901"]


def test_a_row_that_cannot_be_read_ends_no_issue(tmp_path: Any) -> None:
    """Missed on one run; on the next its row is there, without an id, and its total is no amount: not resolved."""
    numbers = [str(number) for number in range(4101, 4231)]
    rows = [shown(number, invoice_id="") for number in numbers]
    provider = Provider([invoice("4100"), *map(invoice, numbers)], rows)
    provider.settings["sources.portal_invoices"] = 'scope = "all"\nis_complete = true'
    folder = provider.write(tmp_path / "aside")
    assert answers(judge(folder))["4100"]["causes"] == "MISSED_IN_WINDOW"
    provider.portal.append(shown("4100", invoice_id="", total="a lot", balance=""))
    provider.write(folder)
    outcome = judge(folder, AS_OF + timedelta(minutes=1))
    assert answers(outcome)["4100"]["state"] == "unknown"
    counts = outcome.summary["changes"]["counts"]
    assert (counts["resolved"], counts["not_checked"]) == (0, 1)


@pytest.mark.parametrize("by", [NO_ID, {}], ids=["by number", "by id"])
@pytest.mark.parametrize(
    ("companies", "state"),
    [(("Alder Joinery Ltd",), "visible"), (("Alder Joinery Ltd", "ALDER  Joinery, Ltd."), "unknown")],
    ids=["of one company", "of two companies"],
)
def test_a_name_shows_an_invoice_at_the_one_company_that_has_it(
    tmp_path: Any, by: Row, companies: tuple[str, ...], state: str
) -> None:
    """The portal's mappings lack the customer: the row's name is proof only where one company has it."""
    row = shown("4100", **by, company_id="", customer_id="", company_name=companies[0])
    provider = Provider([invoice("4100")], [row])
    provider.mappings = provider.mappings[1:]
    provider.customers[0]["PrimaryTaxIdentifier"] = "47-1122983"
    provider.companies += [
        provider.companies[0] | {"id": 600 + at, "identifier": f"other{at}", "name": name}
        for at, name in enumerate(companies[1:])
    ]
    provider.companies[0]["taxIdentifier"] = "47-1122983"
    assert _one(provider, tmp_path)["state"] == state
