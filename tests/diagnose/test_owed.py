"""What the portal shows as owed against the books: a direction, a time, and nothing raised before its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.causes import codes
from etl.config import Portal
from etl.diagnose.owed import judge_amounts
from etl.diagnose.sync import SyncLog

LIST_AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
LAST_SYNC = datetime(2026, 11, 22)
LONG_AGO, AFTER_SYNC, AFTER_LIST = datetime(2026, 10, 1), datetime(2026, 11, 22, 1), datetime(2026, 11, 22, 3)
TIME, MONEY = pl.Datetime("us"), pl.Decimal(18, 4)
RUNS = pl.DataFrame(
    [{"started_at": LAST_SYNC, "finished_at": LAST_SYNC, "from_at": datetime(2026, 1, 1), "is_successful": True}],
    schema_overrides=dict.fromkeys(("started_at", "finished_at", "from_at"), TIME),
)
FACTS: dict[str, tuple[Any, Any]] = {
    "document_status": (pl.String, "open"), "is_invoice": (pl.Boolean, True), "is_present": (pl.Boolean, True),
    "is_amount_comparable": (pl.Boolean, True),
    "is_list_of_open": (pl.Boolean, False), "are_books_older": (pl.Boolean, False),
    "total_amount": (MONEY, 100), "balance_amount": (MONEY, 100),
    "portal_status": (pl.String, None), "portal_total_amount": (MONEY, 100), "portal_balance_amount": (MONEY, 100),
    "balance_since": (TIME, LONG_AGO), "changed_at": (TIME, LONG_AGO),
}  # fmt: skip
MORE, SETTLED, EARLY, PAID_THERE, PENDING = (
    "STALE_AMOUNT", "PORTAL_SHOWS_SETTLED", "PORTAL_NOT_CAUGHT_UP", "PAYMENT_NOT_POSTED", "PAYMENT_IN_TRANSIT",
)  # fmt: skip


def _judged(
    list_at: datetime = LIST_AT, grace_hours: float = 24, **facts: Any
) -> tuple[list[str], int | None, list[str]]:
    """Causes, the difference, and what cannot be decided."""
    row = {name: value for name, (_, value) in FACTS.items()} | facts
    row |= {
        name: None if row[name] is None else Decimal(row[name]) for name, (kind, _) in FACTS.items() if kind == MONEY
    }
    frame = pl.DataFrame([row], schema={name: kind for name, (kind, _) in FACTS.items()})
    log = SyncLog.of(RUNS, Portal(), list_at)
    (found,) = judge_amounts(frame, log, round(list_at.timestamp() * 1_000_000), grace_hours).to_dicts()
    difference = found["difference_amount"]
    told = None if difference is None else int(difference)
    return codes(found["amount_failed"]), told, codes(found["amount_unknown"])


PAID = {"document_status": "paid", "balance_amount": 0}
JUST_NOW = {"balance_since": AFTER_SYNC, "changed_at": AFTER_SYNC}


@pytest.mark.parametrize(
    ("facts", "causes", "difference"),
    [
        ({}, [], None),
        # settled in the books, open in the portal: wrong after a sync that began after the change
        (PAID, [SETTLED], 100),
        ({"document_status": "voided"}, [SETTLED], 100),
        ({"document_status": "deleted"}, [SETTLED], 100),
        (PAID | JUST_NOW, [EARLY], None),
        (PAID | {"balance_since": AFTER_LIST}, [EARLY], None),
        (PAID | {"portal_balance_amount": 0}, [], None),
        (PAID | {"portal_balance_amount": None, "portal_status": "open"}, [SETTLED], 100),
        (PAID | {"portal_balance_amount": None, "is_list_of_open": True}, [SETTLED], 100),
        (PAID | {"portal_balance_amount": None}, [], None),
        (PAID | {"portal_balance_amount": 0, "portal_status": "open"}, [], None),
        (PAID | {"portal_status": "in transit"}, [], None),
        # partly paid in the books, the portal asks for all of it
        ({"balance_amount": 40}, [MORE], 60),
        ({"balance_amount": 40} | JUST_NOW, [EARLY], None),
        # paid in the portal, open in the books
        ({"portal_balance_amount": 0}, [PAID_THERE], 100),
        ({"portal_balance_amount": None, "portal_status": "paid"}, [PAID_THERE], 100),
        ({"portal_balance_amount": 70}, [PAID_THERE], 30),
        ({"portal_balance_amount": 0} | JUST_NOW, [], None),
        ({"portal_balance_amount": 0, "changed_at": None}, [PAID_THERE], 100),
        ({"portal_balance_amount": 0, "portal_status": "in transit"}, [PENDING], None),
        ({"portal_status": "in transit"}, [PENDING], None),
        # a raised total of an invoice that was paid before is no second payment
        (
            {"total_amount": 300, "balance_amount": 200, "portal_total_amount": 100, "portal_balance_amount": 0},
            [MORE], None,
        ),
        # an edited total is neither owed nor paid
        ({"total_amount": 150, "balance_amount": 150}, [MORE], None),
        ({"total_amount": 150, "balance_amount": 150} | JUST_NOW, [EARLY], None),
        ({"total_amount": 80, "balance_amount": 80}, [MORE], 20),
        # nothing that can be compared
        ({"portal_balance_amount": 0, "balance_amount": None}, [], None),
        ({"portal_balance_amount": 0, "is_amount_comparable": False}, [], None),
        ({"portal_balance_amount": 0, "is_present": False}, [], None),
        (PAID | {"is_invoice": False}, [], None),
        # a status and a balance that contradict say nothing of what is owed
        ({"document_status": "paid", "balance_amount": 40, "portal_balance_amount": 100}, [], None),
        ({"total_amount": 10, "balance_amount": 900, "portal_total_amount": 10, "portal_balance_amount": 10}, [], None),
        (PAID | {"portal_status": "paid", "portal_balance_amount": 100}, [], None),
        # below one minor unit there is no balance
        ({"balance_amount": "100.004"}, [], None),
        (PAID | {"portal_balance_amount": "0.004"}, [], None),
    ],
    ids=str,
)  # fmt: skip
def test_a_difference_has_a_direction_and_a_time(
    facts: dict[str, Any], causes: list[str], difference: int | None
) -> None:
    """Loud cases and their quiet twins."""
    assert _judged(**facts)[:2] == (causes, difference)


def test_a_smaller_balance_without_totals_may_be_a_payment_or_an_edit() -> None:
    """A list of balances does not say which, so it is unknown; only nothing at all is a payment."""
    assert _judged(portal_total_amount=None, portal_balance_amount=60) == ([], None, [PAID_THERE])
    assert _judged(portal_total_amount=None, portal_balance_amount=0)[0] == [PAID_THERE]


def test_books_that_are_older_than_the_list_need_not_have_the_payment() -> None:
    """Posted since, or not: nobody can say before newer books are read."""
    assert _judged(portal_balance_amount=0, are_books_older=True) == ([], None, [PAID_THERE])


def test_a_list_that_is_older_than_the_change_says_nothing() -> None:
    """A list of last week is no defect of the portal, however many hours have passed."""
    week_old = LIST_AT - timedelta(days=7)
    paid_since = datetime(2026, 11, 18)
    assert _judged(week_old, **PAID, balance_since=paid_since, changed_at=paid_since)[0] == [EARLY]
    assert _judged(week_old, **PAID)[0] == [EARLY if week_old.replace(tzinfo=None) < LONG_AGO else SETTLED]


def test_waiting_becomes_a_defect_after_the_grace_hours() -> None:
    """Where no sync took the change along, the portal had its chance after some hours."""
    changed = {"balance_since": AFTER_SYNC, "changed_at": AFTER_SYNC}
    assert _judged(**PAID, **changed)[0] == [EARLY]
    assert _judged(LIST_AT + timedelta(hours=24), **PAID, **changed)[0] == [SETTLED]
    assert _judged(grace_hours=0.5, **PAID, **changed)[0] == [SETTLED]


AMOUNTS = st.sampled_from([None, 0, 40, 100, 150])


@given(
    status=st.sampled_from(["open", "paid", "voided", "deleted", "unknown"]),
    word=st.sampled_from([None, "open", "paid", "in transit"]),
    balance=st.sampled_from([0, 40, 100]),
    shown=AMOUNTS,
    total=AMOUNTS,
    changed=st.sampled_from([None, LONG_AGO, AFTER_SYNC, AFTER_LIST]),
    is_known=st.booleans(),
)
def test_nothing_is_raised_before_the_portal_could_know(**drawn: Any) -> None:
    """Whatever both sides say: no defect of a change that no sync took along, at most one cause, no negative sum."""
    facts = {
        "document_status": drawn["status"], "portal_status": drawn["word"], "balance_amount": drawn["balance"],
        "portal_balance_amount": drawn["shown"], "portal_total_amount": drawn["total"],
        "balance_since": drawn["changed"] or AFTER_LIST, "changed_at": drawn["changed"],
        "is_amount_comparable": drawn["is_known"],
    }  # fmt: skip
    causes, difference, _ = _judged(**facts)
    assert len(causes) <= 1
    assert difference is None or difference > 0
    if drawn["changed"] in {AFTER_SYNC, AFTER_LIST}:
        assert not {MORE, SETTLED, PAID_THERE} & set(causes)
    if drawn["word"] == "in transit" or not drawn["is_known"]:
        assert difference is None
    if PAID_THERE in causes:
        assert drawn["status"] not in {"paid", "voided", "deleted"}
