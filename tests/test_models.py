"""The joins: which portal row is which invoice, who shares a login, what a company is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Portal, Provider, Settings, Source
from etl.domain import Run
from etl.pipeline.control import write_control
from etl.pipeline.stages import OF_DOCUMENTS, OF_PORTAL
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine
from etl.warehouse.models import Model, build, names_in, read_models
from tests.support import accepted_rows

SETTINGS = Settings(
    base=Path(),
    portal=Portal(hidden_company_types=["Vendor"], hidden_company_statuses=["On Hold"]),
    provider=Provider(inactive_company_statuses=["Former"], closed_billing_statuses=["Closed"]),
    sources={name: Source(path="x") for name in RELATIONS},
)
INVOICE = {
    "invoice_id_acct": "1", "invoice_number": "INV-7", "customer_id_acct": "c1", "customer_name": "Acme",
    "document_type": "invoice", "document_status": "open", "invoice_date": "2026-05-01", "total_amount": "100",
    "currency_code": "USD",
}  # fmt: skip
SHOWN = {"portal_invoice_id": "P1", "invoice_number": "INV-7", "total_amount": "100", "currency_code": "USD"}
BILLED = {
    "invoice_id_cw": "9", "invoice_number": "INV-50", "company_id_cw": "7", "total_amount": "10",
    "currency_code": "USD", "invoice_date": "2026-05-02", "billing_status_name": "Closed",
}  # fmt: skip
COMPANY = {"company_id_cw": "7", "company_name": "Acme", "account_number": "A7"}

Rows = list[dict[str, Any]]
Make = Callable[..., Engine]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A run's database from a few rows of each source, with staging and the named models built."""
    engine = Engine(tmp_path / "run.duckdb", threads=1, memory_gb=0.5)

    def made(*models: str, mapped: dict[str, str] | None = None, **rows: Rows) -> Engine:
        accepted_rows.fill(engine, **rows)
        write_control(engine, SETTINGS, Run("test", datetime(2026, 11, 22, 2, tzinfo=UTC)))
        engine.run("create or replace table quarantine.rows (relation text, broken_rules text[], row_values text)")
        engine.run("create or replace table matching.mappings (customer_id_acct varchar, company_id_cw varchar)")
        for customer, company in (mapped or {}).items():
            engine.run(f"insert into matching.mappings values ('{customer}', '{company}')")
        known = read_models()
        build(engine, known, names_in(known, "staging"))
        build(engine, known, models)
        return engine

    yield made
    engine.close()


def test_a_portal_row_with_the_invoices_id_is_that_invoice(make: Make) -> None:
    """Whatever number it shows; nothing is left to be found by number."""
    shown = [SHOWN | {"invoice_id_acct": "1", "invoice_number": "something else"}]
    engine = make(*OF_DOCUMENTS, *OF_PORTAL, accounting_invoices=[INVOICE], portal_invoices=shown)
    assert engine.rows("select row_key from intermediate.portal_by_id") == [(0,)]
    assert engine.rows("from intermediate.portal_by_number") == []


def test_a_login_is_shared_among_active_contacts_however_it_is_written(make: Make) -> None:
    """Case does not matter, who has left or may not log in does not count, and neither does a deleted company."""
    contacts = [
        {"contact_id_cw": "1", "company_id_cw": "7", "default_email": "office@acme.example"},
        {"contact_id_cw": "2", "company_id_cw": "8", "default_email": "Office@Acme.Example", "is_inactive": "false"},
        {"contact_id_cw": "3", "company_id_cw": "7", "default_email": "ann@acme.example"},
        {"contact_id_cw": "4", "company_id_cw": "7", "default_email": "ann@acme.example", "is_inactive": "true"},
        {"contact_id_cw": "5", "company_id_cw": None, "default_email": None},
        {"contact_id_cw": "6", "company_id_cw": "7", "default_email": "ANN@acme.example", "is_login_disabled": "true"},
        {"contact_id_cw": "7", "company_id_cw": "7", "default_email": "OFFICE@acme.example"},
        {"contact_id_cw": "8", "company_id_cw": "9", "default_email": "office@acme.example"},
    ]
    companies = [COMPANY, COMPANY | {"company_id_cw": "9", "is_deleted": "true"}]
    engine = make("intermediate.contact_facts", connectwise_contacts=contacts, connectwise_companies=companies)
    holders = (
        "select contact_id_cw, login_holders_here, login_holders_elsewhere from intermediate.contact_facts order by 1"
    )
    assert engine.rows(holders) == [
        ("1", 1, 1), ("2", 0, 2), ("3", 0, 0), ("4", 1, 0), ("5", 0, 0), ("6", 1, 0), ("7", 1, 1), ("8", 0, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("company", "status", "told"),
    [
        ({}, {}, (None, False, None)),
        ({"status_id_cw": "2"}, {"is_inactive": "true"}, (True, False, None)),
        ({"status_id_cw": "2"}, {"is_inactive": "false"}, (False, False, None)),
        ({"status_id_cw": "2"}, {"is_inactive": None}, (None, False, None)),
        ({"status_name": "FORMER"}, {}, (True, False, None)),
        ({"status_name": "On hold"}, {}, (None, True, None)),
        ({"type_names": "[Client, VENDOR]"}, {}, (None, True, None)),
        ({"bill_to_company_id_cw": "7"}, {}, (None, False, None)),
        ({"bill_to_company_id_cw": "8"}, {}, (None, False, "8")),
    ],
)
def test_a_company_is_what_its_status_and_types_mean(
    make: Make, company: dict[str, str], status: dict[str, Any], told: tuple[Any, ...]
) -> None:
    """Inactive, hidden, billed elsewhere; where nobody says, unknown."""
    statuses = [{"status_id_cw": "2", "status_name": "Some"} | status]
    engine = make(connectwise_companies=[COMPANY | company], connectwise_statuses=statuses)
    sql = "select is_inactive, is_hidden, bill_to_company_id_cw from staging.connectwise__companies"
    assert engine.rows(sql) == [told]


def test_a_customer_without_a_row_is_known_from_its_invoices(make: Make) -> None:
    """One row per customer, wherever it occurs."""
    customers = [{"customer_id_acct": "c2", "customer_name": "Bolt"}]
    invoices = [
        INVOICE,
        INVOICE | {"invoice_id_acct": "2"},
        INVOICE | {"invoice_id_acct": "3", "customer_id_acct": "c2"},
    ]
    engine = make(accounting_customers=customers, accounting_invoices=invoices)
    sql = "select customer_id_acct, customer_name, has_customer_row from staging.accounting__customers order by 1"
    assert engine.rows(sql) == [("c1", "Acme", False), ("c2", "Bolt", True)]


@pytest.mark.parametrize(
    ("status", "balance", "known"),
    [("open", None, "None"), ("paid", None, "0.0000"), ("open", "40", "40.0000")],
)
def test_without_a_balance_what_is_open_is_unknown_unless_the_invoice_is_paid(
    make: Make, status: str, balance: str | None, known: str
) -> None:
    """A total is never taken for what is owed."""
    row = INVOICE | {"document_status": status, "balance_amount": balance}
    engine = make(accounting_invoices=[row])
    assert [str(amount) for (amount,) in engine.rows("select balance_amount from staging.accounting__invoices")] == [
        known
    ]


def test_a_number_is_shared_only_by_live_invoices(make: Make) -> None:
    """A voided copy, a draft or a credit memo of the same number is no second invoice; no number is no number."""
    invoices = [
        INVOICE,
        INVOICE | {"invoice_id_acct": "2", "document_status": "voided"},
        INVOICE | {"invoice_id_acct": "3", "document_status": "draft"},
        INVOICE | {"invoice_id_acct": "4", "document_type": "credit_memo"},
        INVOICE | {"invoice_id_acct": "5", "invoice_number": "INV-8"},
        INVOICE | {"invoice_id_acct": "6", "invoice_number": "inv-8"},
    ]
    engine = make("intermediate.shared_numbers", accounting_invoices=invoices)
    assert engine.rows("select exact_number, holders from intermediate.shared_numbers") == [("INV-8", 2)]


@pytest.mark.parametrize("number", ["2.02611E+11", "1,2E+19", "5E+05", "1001.0", "1001,0"])
def test_a_number_that_a_spreadsheet_spoilt_equals_no_other(make: Make, number: str) -> None:
    """It may stand for a hundred invoices: on no side has it a key, so that it is neither a duplicate nor a match."""
    engine = make(
        accounting_invoices=[INVOICE | {"invoice_number": number}],
        portal_invoices=[SHOWN | {"invoice_number": number}],
        connectwise_invoices=[BILLED | {"invoice_number": number}],
    )
    for relation in ("accounting__invoices", "portal__invoices", "connectwise__invoices"):
        select = f"select invoice_number, exact_number, number_key from staging.{relation}"
        assert engine.rows(select) == [(number, None, None)]


def test_a_number_that_only_resembles_a_spoilt_one_is_a_number(make: Make) -> None:
    """What no spreadsheet writes is somebody's numbering."""
    numbers = ["1001.10", "E+5", "INV-10.0", "1E5", "10+0", "2026-0"]
    rows = [INVOICE | {"invoice_id_acct": number, "invoice_number": number} for number in numbers]
    engine = make(accounting_invoices=rows)
    assert engine.rows("select exact_number from staging.accounting__invoices order by row_key") == [
        (number,) for number in numbers
    ]


NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True)


class _Listener:
    """Remembers what is built."""

    def __init__(self) -> None:
        self.built: list[str] = []

    def run(self, sql: str) -> None:
        """Note the relation."""
        self.built.append(sql.split()[4])


@given(names=NAMES, arrows=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
def test_a_model_is_built_after_what_it_reads(names: list[str], arrows: set[tuple[int, int]]) -> None:
    """Whatever reads whatever, as long as it does not go round."""
    reads = {name: tuple(names[low] for low, high in sorted(arrows) if low < high == at and high < len(names))
             for at, name in enumerate(names)}  # fmt: skip
    models = {name: Model(name, reads[name], "table", "", "", "select 1") for name in names}
    listener = _Listener()
    build(listener, models, names)  # type: ignore[arg-type]
    assert sorted(listener.built) == sorted(names)
    assert all(listener.built.index(read) < listener.built.index(name) for name in names for read in reads[name])
