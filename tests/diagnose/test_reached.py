"""Which checks are made: one behind another that makes it meaningless is neither passed nor failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from etl.causes import CAUSES, bits, codes
from etl.config import Portal
from etl.diagnose.access_checks import check_companies
from etl.diagnose.customer_checks import check_customers
from etl.diagnose.invoice_checks import CheckContext, check_invoices
from etl.diagnose.sync import SyncLog
from etl.domain import Stage, Subject
from tests.diagnose.test_causes import FACT, FACTS, RUNS
from tests.diagnose.test_customer_checks import CUSTOMER
from tests.soak import runs

AS_OF = datetime(2026, 11, 22, 2, tzinfo=UTC)
Fields = dict[str, tuple[Any, Any]]
COMPANY: Fields = {
    "contact_count": (pl.Int64, 1), "active_contact_count": (pl.Int64, 1), "able_contact_count": (pl.Int64, 1),
    "perhaps_able_contact_count": (pl.Int64, 0), "related_able_count": (pl.Int64, 0),
    "perhaps_unknown": (pl.UInt64, 0), "proposed_unknown": (pl.UInt64, 0),
    "proposed_failed": (pl.UInt64, 0), "proposed_level": (pl.String, "6"),
}  # fmt: skip


def _frame(fields: Fields, facts: dict[str, Any]) -> pl.DataFrame:
    row = {name: value for name, (_, value) in fields.items()} | facts
    return pl.DataFrame([row], schema={name: kind for name, (kind, _) in fields.items()})


def _of(*subjects: str) -> set[str]:
    return {cause.code for cause in CAUSES if cause.subject in subjects}


def _reached(facts: dict[str, Any], *, has_list: bool = True, has_billed: bool = True) -> set[str]:
    portal = Portal()
    log = SyncLog.of(RUNS, portal, AS_OF)
    context = CheckContext(AS_OF, portal, log, has_portal_list=has_list, has_connectwise_invoices=has_billed)
    return set(codes(check_invoices(_frame(FACTS, facts), context)["reached"][0]))


EXISTENCE = {cause.code for cause in CAUSES if cause.stage is Stage.EXISTENCE}
SYNC, AMOUNT, EMAIL = _of(Subject.SYNC), _of(Subject.PORTAL_AMOUNT), _of(Subject.BILLING_EMAIL)
PAID = {"balance_sign": 0, "document_status": "paid"}
DRAFT = {"document_status": "draft"}


@pytest.mark.parametrize(
    ("facts", "later"),
    [
        ({}, SYNC | EMAIL),
        ({"portal_balance_amount": 100}, SYNC | AMOUNT | EMAIL),
        # what is rightly absent needs no further check
        (PAID, set()),
        # a draft is not sent
        (DRAFT, EMAIL),
        ({"is_transport_reached": False, "portal_match": None}, EMAIL),
        # one reason decides for what is absent
        ({"portal_match": None, "is_portal_id_old": True}, {"RECREATED_ID"} | EMAIL),
        ({"portal_match": None, "is_portal_undecided": True}, {"MISSED_IN_WINDOW"} | EMAIL),
        ({"is_access_reached": False}, SYNC),
        ({"has_bill_email": False}, SYNC),
    ],
)
def test_what_is_behind_the_document_is_checked_where_it_can_matter(facts: dict[str, Any], later: set[str]) -> None:
    """Transport of what is sent, amounts of what is shown, the billing e-mail where the company is known."""
    assert _reached(facts) - EXISTENCE == later


def test_without_the_portals_list_what_a_sync_carried_passes() -> None:
    """Although nothing proves that it arrived: no other cause is found."""
    assert _reached({"portal_match": None}, has_list=False) - EXISTENCE == SYNC | EMAIL


@pytest.mark.parametrize(
    ("facts", "has_list", "has_billed", "missing"),
    [
        ({}, True, True, set()),
        ({"document_status": "voided", "total_sign": 0}, True, True, {"ZERO_TOTAL"}),
        ({}, True, False, {"CREATED_ONLY_IN_ACCOUNTING"}),
        ({}, False, False, {"CREATED_ONLY_IN_ACCOUNTING", "NUMBER_REFORMATTED"}),
        ({}, False, True, set()),
    ],
)
def test_the_document_is_compared_with_what_was_read(
    facts: dict[str, Any], *, has_list: bool, has_billed: bool, missing: set[str]
) -> None:
    """What no source could show is not passed."""
    assert EXISTENCE - _reached(facts, has_list=has_list, has_billed=has_billed) == missing


MAPPING, TARGET = _of(Subject.MAPPING), _of(Subject.COMPANY)
UNMAPPED = {"company_id_cw": None, "has_company": False, "mapping_state": "none"}


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, set()),
        ({"is_in_portal": None}, {"UNMAPPED_CERTAIN"}),
        ({"has_customers": False}, {"CUSTOMER_NOT_IN_EXTRACT"}),
        ({"has_company": False}, TARGET - {"TARGET_MISSING"}),
        ({"has_company": None}, TARGET - {"TARGET_MISSING"}),
        (UNMAPPED, MAPPING - {"MAPPING_CONFLICT"} | TARGET),
        (UNMAPPED | {"mapping_state": "excluded"}, MAPPING | TARGET),
    ],
)
def test_a_company_is_checked_where_there_is_one(facts: dict[str, Any], missing: set[str]) -> None:
    """Behind a customer without a mapping nothing is checked but what speaks against every mapping."""
    (reached,) = check_customers(_frame(CUSTOMER, facts), 0.1)["reached"]
    assert _of(Subject.CUSTOMER) | MAPPING | TARGET == set(codes(reached)) | missing
    assert not set(codes(reached)) & missing


@pytest.mark.parametrize(("has_company", "access"), [(True, {"NO_CONTACT"}), (False, set())])
def test_access_is_checked_at_a_company_that_is_known(access: set[str], *, has_company: bool) -> None:
    """The mask is the company's; without a company there is none."""
    facts = {"has_company": has_company, "access_reached": bits(["NO_CONTACT"])}
    (reached,) = check_customers(_frame(CUSTOMER, facts), 0.1)["reached"]
    assert {code for code in codes(reached) if code in _of(Subject.CONTACTS)} == access


NOBODY = {"contact_count": 0, "active_contact_count": 0, "able_contact_count": 0, "proposed_failed": None}
CONTACTS, CONTACT = _of(Subject.CONTACTS), _of(Subject.CONTACT)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, CONTACTS | CONTACT),
        (NOBODY, set()),
        ({"proposed_failed": None}, CONTACTS | CONTACT),
        (NOBODY | {"proposed_failed": 0}, CONTACT),
    ],
)
def test_the_checks_of_a_contact_need_a_contact(facts: dict[str, Any], expected: Iterable[str]) -> None:
    """That nobody is there has one reason; of a contact who is not there nothing is passed."""
    assert set(codes(check_companies(_frame(COMPANY, facts), Portal())["reached"][0])) == expected


@settings(max_examples=runs(100))
@given(fact=FACT)
def test_what_fails_or_is_unknown_was_checked(fact: dict[str, Any]) -> None:
    """A result needs a check; that is how the three masks are read."""
    portal = Portal()
    context = CheckContext(
        AS_OF, portal, SyncLog.of(RUNS, portal, AS_OF), has_portal_list=True, has_connectwise_invoices=True
    )
    row = check_invoices(_frame(FACTS, fact), context).row(0, named=True)
    assert (row["failed"] | row["unknown"]) & ~row["reached"] == 0
