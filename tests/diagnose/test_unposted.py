"""Invoices that ConnectWise has and accounting has not: what waits, what is missing, and what cannot be known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from etl.config import Provider, Settings
from etl.domain import Run
from etl.pipeline.control import write_control
from etl.pipeline.source_scopes import Scope
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, names_in, read_models
from tests.support.accepted_rows import Rows, fill

MODELS = read_models()
BUILT = (
    *names_in(MODELS, "staging"),
    "matching.number_pairs",
    "intermediate.posting_habits",
    "marts.unposted_invoices",
)
CLOSED = Provider(closed_billing_statuses=["Closed"])
INVOICE = {
    "invoice_id_acct": "1", "invoice_number": "INV-7", "customer_id_acct": "c1", "customer_name": "Acme",
    "document_type": "invoice", "document_status": "open", "invoice_date": "2026-05-01", "total_amount": "100",
    "currency_code": "USD",
}  # fmt: skip
BILLED = {
    "invoice_id_cw": "9", "invoice_number": "INV-50", "company_id_cw": "7", "total_amount": "10",
    "currency_code": "USD", "invoice_date": "2026-05-02", "billing_status_name": "Closed",
}  # fmt: skip
COMPANY = {"company_id_cw": "7", "company_name": "Acme", "account_number": "A7"}
# one invoice was received and paid, of a company with an Account ID
PAID = INVOICE | {"invoice_id_acct": "3", "invoice_number": "INV-3", "document_status": "paid", "balance_amount": "0"}
CAME = BILLED | {"invoice_id_cw": "3", "invoice_number": "INV-3", "company_id_cw": "8"}
OTHER = COMPANY | {"company_id_cw": "8", "account_number": "A8"}

FIRST_ID = 90
Unposted = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database."""
    made = Engine(tmp_path_factory.mktemp("unposted") / "run.duckdb", threads=1, memory_gb=0.5)
    yield made
    made.close()


@pytest.fixture
def unposted(engine: Engine) -> Unposted:
    """What becomes of ConnectWise invoices, on Sunday November 22."""

    def found(
        billed: Rows,
        received: Rows | None = None,
        company: dict[str, Any] | None = None,
        **others: Any,
    ) -> list[dict[str, Any]]:
        fill(
            engine,
            connectwise_invoices=[
                CAME,
                *[BILLED | {"invoice_id_cw": str(n)} | row for n, row in enumerate(billed, FIRST_ID)],
            ],
            connectwise_companies=[COMPANY | (company or {}), OTHER],
            accounting_invoices=[INVOICE, PAID] if received is None else received,
        )
        run = Run("test", datetime(2026, 11, 22, 2, tzinfo=UTC))
        provider, scope = others.get("provider", CLOSED), others.get("scope", "all")
        books = Scope("accounting_invoices", scope, date(2026, 5, 1) if scope == "since" else None, "", run.as_of, "")
        write_control(engine, Settings(base=Path(), provider=provider), run, {books.relation: books})
        build(engine, MODELS, BUILT)
        return engine.frame("from marts.unposted_invoices where invoice_id_cw <> '3' order by invoice_id_cw").to_dicts()

    return found


@pytest.mark.parametrize(
    ("billed", "company", "cause"),
    [
        ({"billing_status_name": "Open"}, {}, "CW_NOT_CLOSED"),
        ({"is_closed": "false"}, {}, "CW_NOT_CLOSED"),
        ({}, {"account_number": None}, "CW_NO_ACCOUNT_ID"),
        ({"invoice_date": "2020-01-01"}, {}, "OUTSIDE_EXTRACT_WINDOW"),
        ({}, {}, "CW_NOT_RECEIVED"),
        # nothing says whether it is closed: it was perhaps never batched
        ({"billing_status_name": None}, {}, "CW_STATUS_UNKNOWN"),
        ({"billing_status_name": None}, {"account_number": None}, "CW_NO_ACCOUNT_ID"),
        ({"billing_status_name": None, "is_closed": "true"}, {}, "CW_NOT_RECEIVED"),
        ({"total_amount": "0"}, {}, "CW_ZERO_TOTAL"),
        ({"total_amount": "-10", "is_closed": "false"}, {}, "CW_CREDIT"),
        ({"document_type": "credit_memo", "invoice_date": "2026-11-20"}, {}, "CW_CREDIT"),
        ({"document_type": "unknown"}, {}, "CW_NOT_RECEIVED"),
        # paid in ConnectWise: nobody is to send it again
        ({"balance_amount": "0"}, {}, "CW_PERHAPS_PAID"),
        ({"balance_amount": "4"}, {}, "CW_NOT_RECEIVED"),
    ],
)
def test_an_invoice_that_never_arrived_stopped_somewhere(
    unposted: Unposted, billed: dict[str, str], company: dict[str, Any], cause: str
) -> None:
    """Not closed, no account id, older than the export, or lost between the systems."""
    (found,) = unposted([billed], company=company)
    assert found["cause"] == cause
    is_missing = cause in {"CW_NOT_CLOSED", "CW_NO_ACCOUNT_ID", "CW_NOT_RECEIVED"}
    assert (found["missing_amount"] is not None) == is_missing
    assert (found["total_amount"] is None) == (cause in {"CW_CREDIT", "CW_ZERO_TOTAL"})
    assert ("unbatch" in found["fix"]) == (cause == "CW_NOT_RECEIVED")


@pytest.mark.parametrize(
    ("dates", "waits"),
    [
        ({"invoice_date": "2026-11-20"}, True),
        ({"invoice_date": "2026-11-15"}, False),
        ({"invoice_date": "2026-11-16"}, True),
        ({"invoice_date": "2026-11-13"}, False),
        ({"invoice_date": "2026-11-02", "modified_at": "2026-11-19 08:00:00"}, True),
        ({"invoice_date": "2026-11-02", "modified_at": "2026-11-03 08:00:00"}, False),
        ({"invoice_date": "2027-01-31"}, True),
    ],
)
@pytest.mark.parametrize("status", ["Closed", "New", None])
def test_an_invoice_waits_for_five_working_days_to_be_closed_and_batched(
    unposted: Unposted, dates: dict[str, str], waits: Any, status: str | None
) -> None:
    """From its date or its last change on, whatever its status; nothing of it is missing money until then."""
    (found,) = unposted([{"billing_status_name": status} | dates])
    assert (found["cause"] == "CW_WAITING") == waits
    assert waits == found["fix"].startswith("Wait")
    assert not waits or found["missing_amount"] is None


@pytest.mark.parametrize(("pairs", "lag", "waits"), [(20, 30, True), (19, 30, False), (20, 2, False), (25, 0, False)])
def test_a_site_that_batches_monthly_waits_as_long_as_it_usually_does(
    unposted: Unposted, pairs: int, lag: int, waits: Any
) -> None:
    """Measured over at least twenty invoices that arrived: nine of ten came within that time."""
    sent, came = _received(pairs, lag)
    # something came yesterday, so the export is of yesterday
    came.append(INVOICE | {"created_at": "2026-11-21 12:00:00"})
    (found,) = unposted([*sent, {"invoice_date": "2026-11-01"}], came)
    assert (found["cause"] == "CW_WAITING") == waits


def _received(pairs: int, lag: int) -> tuple[Rows, Rows]:
    """Invoices of October 1, and what accounting made of each some days later."""
    sent: Rows = [
        {"invoice_id_cw": f"a{n}", "invoice_number": f"8{n:03}", "invoice_date": "2026-10-01"} for n in range(pairs)
    ]
    created = f"2026-10-{1 + lag:02} 12:00:00"
    settled = PAID | {"created_at": created}
    return sent, [settled | {"invoice_id_acct": f"a{n}", "invoice_number": f"8{n:03}"} for n in range(pairs)]


@pytest.mark.parametrize(("days", "waits"), [(21, True), (20, False), (0, False)])
def test_the_setting_beats_what_is_usual(unposted: Unposted, days: int, waits: Any) -> None:
    """The provider knows when it batches."""
    sent, came = _received(20, 30)
    came.append(INVOICE | {"created_at": "2026-11-22 01:00:00"})
    provider = Provider(closed_billing_statuses=["Closed"], batch_days=days)
    (found,) = unposted([*sent, {"invoice_date": "2026-11-01"}], came, provider=provider)
    assert (found["cause"] == "CW_WAITING") == waits


def test_an_export_that_is_older_than_the_invoice_proves_nothing(unposted: Unposted) -> None:
    """What came after the newest invoice of accounting was made is waited for, however long ago that is."""
    sent, came = _received(20, 2)
    (found,) = unposted([*sent, {"invoice_date": "2026-10-05"}], came)
    assert found["cause"] == "CW_WAITING"


@pytest.mark.parametrize("scope", ["open", "unknown", "since", "all"])
def test_an_export_that_need_not_hold_everything_says_nothing_of_paid_ones(unposted: Unposted, scope: str) -> None:
    """The missing one may be paid, whatever ConnectWise says of it; so says the scope, not the rows."""
    received = [INVOICE | {"invoice_id_acct": str(n), "balance_amount": "9"} for n in range(60)]
    (found,) = unposted([{"balance_amount": "10"}], received, scope=scope)
    assert found["cause"] == ("CW_NOT_RECEIVED" if scope in {"since", "all"} else "CW_PERHAPS_PAID")
    # not closed is not closed, wherever the paid ones are
    (found,) = unposted([{"billing_status_name": "New"}], received, scope=scope)
    assert found["cause"] == "CW_NOT_CLOSED"


def test_an_account_id_is_missing_only_where_others_have_one(unposted: Unposted) -> None:
    """Where invoices arrive without it, it is not what holds them back."""
    received = [PAID, PAID | {"invoice_id_acct": "1", "invoice_number": "INV-7"}]
    (found,) = unposted([{}, {"invoice_number": "INV-7"}], received, company={"account_number": None})
    assert found["cause"] == "CW_NOT_RECEIVED"
    (found,) = unposted([{}], received, company={"account_number": None})
    assert found["cause"] == "CW_NO_ACCOUNT_ID"


KINDS = {
    "billing_status_name": ("Closed", "New", None),
    "invoice_date": ("2026-01-01", "2026-04-30", "2026-05-01", "2026-11-16", "2026-11-17", "2026-11-22", "2027-02-01"),
    "total_amount": ("0", "10", "-10"),
    "balance_amount": (None, "0", "10"),
    "document_type": (None, "invoice", "unknown", "credit_memo"),
}
EVERY = [dict(zip(KINDS, values, strict=True)) for values in product(*KINDS.values())]


def test_sending_again_is_advised_only_where_it_was_closed_and_nothing_else_explains_it(unposted: Unposted) -> None:
    """Closed, owed, older than a batch takes, and inside what accounting exported: of every kind of row."""
    judged = [(EVERY[int(found["invoice_id_cw"]) - FIRST_ID], found) for found in unposted(EVERY)]
    assert len(judged) == len(EVERY)
    for row, found in judged:
        if "unbatch" in found["fix"] or found["cause"] == "CW_NOT_RECEIVED":
            assert (row["billing_status_name"], row["total_amount"]) == ("Closed", "10")
            assert row["document_type"] != "credit_memo"
            assert row["balance_amount"] != "0"
            assert "2026-05-01" <= row["invoice_date"] < "2026-11-17"
            assert "Remove Records" in found["fix"]
        if found["missing_amount"] is not None:
            assert row["billing_status_name"] is not None
            assert row["invoice_date"] < "2026-11-17"
    assert "CW_NOT_RECEIVED" in {found["cause"] for _, found in judged}


@pytest.mark.parametrize(
    ("batches", "scope", "cause"),
    [
        ((None, "B-7"), "all", "CW_NOT_BATCHED"),
        ((None, "B-7"), "open", "CW_NOT_BATCHED"),
        (("B-8", "B-7"), "all", "CW_NOT_RECEIVED"),
        ((None, None), "all", "CW_NOT_RECEIVED"),
        ((None, None), "open", "CW_PERHAPS_PAID"),
    ],
)
def test_an_invoice_in_no_gl_batch_was_not_sent(
    unposted: Unposted, batches: tuple[str | None, str | None], scope: str, cause: str
) -> None:
    """An empty batch says so only where the list names the batches of others; without them nothing is known."""
    found, _ = unposted([{"gl_batch": batch, "invoice_number": f"INV-6{batch}"} for batch in batches], scope=scope)
    assert found["cause"] == cause


@pytest.mark.parametrize("changed", [{"billing_status_name": "New"}, {"invoice_date": "2026-11-20"}])
def test_what_waits_is_not_asked_for_its_batch(unposted: Unposted, changed: dict[str, str]) -> None:
    """Not closed, or of this week: the batch comes later."""
    first, _ = unposted([{"gl_batch": None, **changed}, {"gl_batch": "B-7", "invoice_number": "INV-61"}])
    assert first["cause"] in {"CW_NOT_CLOSED", "CW_WAITING"}


def test_what_was_deleted_in_connectwise_is_not_missing(unposted: Unposted) -> None:
    """A loader keeps the rows of what is gone."""
    assert unposted([{"is_deleted": "true"}]) == []
