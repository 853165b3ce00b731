"""The gates of an invoice: one state, one primary cause, and nothing judged that was not reached."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.causes import BY_CODE, CAUSES, SHOWN_WRONG, bits, bits_where, codes
from etl.config import Portal
from etl.diagnose.invoice_checks import STATE_CODES, CheckContext, check_invoices
from etl.diagnose.sync import SyncLog
from etl.domain import CauseClass
from tests.soak import runs

AS_OF = datetime(2026, 11, 22, 2, tzinfo=UTC)
RUN = {
    "started_at": datetime(2026, 11, 21), "finished_at": datetime(2026, 11, 21, 1), "from_at": datetime(2026, 1, 1),
    "is_successful": True,
}  # fmt: skip
RUNS = pl.DataFrame([RUN], schema_overrides=dict.fromkeys(("started_at", "finished_at", "from_at"), pl.Datetime("us")))
MONEY = pl.Decimal(18, 4)
FACTS: dict[str, tuple[Any, Any]] = {
    "row_key": (pl.Int64, 0), "is_invoice": (pl.Boolean, True), "document_status": (pl.String, "open"),
    "total_sign": (pl.Int8, 1), "balance_sign": (pl.Int8, 1), "invoice_date": (pl.Date, date(2026, 10, 1)),
    "is_future": (pl.Boolean, False), "is_number_shared": (pl.Boolean, False),
    "created_at": (pl.Datetime("us"), datetime(2026, 10, 1)), "changed_at": (pl.Datetime("us"), datetime(2026, 10, 1)),
    "customer_failed": (pl.UInt64, 0), "customer_unknown": (pl.UInt64, 0), "customer_reached": (pl.UInt64, 0),
    "is_mapped": (pl.Boolean, True),
    "is_transport_reached": (pl.Boolean, True), "is_access_reached": (pl.Boolean, True),
    "can_anyone_see": (pl.Boolean, True), "judged_at": (pl.Datetime("us"), None), "portal_match": (pl.Int8, 1),
    "is_portal_undecided": (pl.Boolean, False), "is_portal_id_old": (pl.Boolean, False),
    "is_number_reformatted": (pl.Boolean, False), "is_shown_here": (pl.Boolean, None),
    "is_in_portal": (pl.Boolean, None),
    "was_shown": (pl.Boolean, False), "is_outside_list": (pl.Boolean, False), "is_hidden_by_terms": (pl.Boolean, False),
    "is_other_book": (pl.Boolean, False),
    "portal_status": (pl.String, None), "portal_total_amount": (MONEY, None), "portal_balance_amount": (MONEY, None),
    "total_amount": (MONEY, Decimal(100)), "balance_amount": (MONEY, Decimal(100)),
    "is_amount_comparable": (pl.Boolean, True), "is_list_of_open": (pl.Boolean, False),
    "are_books_older": (pl.Boolean, False),
    "balance_since": (pl.Datetime("us"), datetime(2026, 10, 1)),
    "is_in_connectwise": (pl.Boolean, True), "is_number_exact_in_connectwise": (pl.Boolean, True),
    "is_bill_email_known": (pl.Boolean, True), "has_bill_email": (pl.Boolean, True),
    "is_shown_elsewhere": (pl.Boolean, False),
    "is_shown_to_stranger": (pl.Boolean, False),
}  # fmt: skip
SCHEMA = {name: kind for name, (kind, _) in FACTS.items()}


def _mask(*causes: str) -> int:
    return bits(causes)


def _night(*, has_list: bool = True, list_at: datetime = AS_OF, **portal: Any) -> CheckContext:
    settings = Portal(**portal)
    log = SyncLog.of(RUNS, settings, list_at)
    return CheckContext(AS_OF, settings, log, has_portal_list=has_list, has_connectwise_invoices=True, list_at=list_at)


def _judged(
    *, has_list: bool = True, night: CheckContext | None = None, **facts: Any
) -> tuple[str, str | None, list[str], list[str]]:
    """State, primary cause, failed and unknown gates of one invoice."""
    row = {name: value for name, (_, value) in FACTS.items()} | facts
    (found,) = check_invoices(pl.DataFrame([row], schema=SCHEMA), night or _night(has_list=has_list)).to_dicts()
    primary = None if found["primary_bit"] is None else CAUSES[found["primary_bit"]].code
    return STATE_CODES[found["state_code"]], primary, codes(found["failed"]), codes(found["unknown"])


@pytest.mark.parametrize(
    ("facts", "state", "failed"),
    [
        ({}, "visible", []),
        ({"document_status": "voided", "total_sign": 0, "balance_sign": 0}, "expected", ["VOIDED"]),
        ({"total_sign": 0, "balance_sign": 0}, "expected", ["ZERO_TOTAL"]),
        ({"balance_sign": 0}, "expected", ["PAID_IN_FULL"]),
        ({"document_status": "paid"}, "expected", ["PAID_IN_FULL"]),
        ({"document_status": "draft", "balance_sign": 0}, "blocked", ["DRAFT"]),
        ({"total_sign": -1, "balance_sign": -1}, "expected", ["NEGATIVE_BALANCE"]),
        ({"is_invoice": False, "total_sign": -1}, "expected", ["NOT_AN_INVOICE", "NEGATIVE_BALANCE"]),
        ({"is_invoice": None, "balance_sign": 0}, "expected", ["PAID_IN_FULL"]),
        ({"is_future": True}, "visible", ["FUTURE_DATED"]),
        ({"is_future": True, "portal_match": None}, "blocked", ["FUTURE_DATED", "MISSED_IN_WINDOW"]),
        ({"is_number_shared": True}, "visible", []),
        # the list shows it, so what only predicts its absence is a remark
        ({"is_number_shared": True, "portal_match": 2}, "visible", ["DUPLICATE_NUMBER"]),
        ({"is_number_shared": True, "portal_match": None}, "blocked", ["DUPLICATE_NUMBER", "MISSED_IN_WINDOW"]),
        ({"customer_failed": _mask("CUSTOMER_INACTIVE")}, "visible", ["CUSTOMER_INACTIVE"]),
        ({"customer_failed": _mask("UNMAPPED_PROBABLE"), "can_anyone_see": False}, "unknown", ["UNMAPPED_PROBABLE"]),
        # certain here, and the portal's list of mappings does not have it: the row itself has to say where it is shown
        (
            {"customer_failed": _mask("UNMAPPED_CERTAIN"), "is_transport_reached": False},
            "unknown",
            ["UNMAPPED_CERTAIN"],
        ),
        (
            {"customer_failed": _mask("UNMAPPED_CERTAIN"), "is_transport_reached": False, "is_shown_here": True},
            "visible",
            ["UNMAPPED_CERTAIN"],
        ),
        # a person mapped it here, and the portal's own list of mappings does not have it
        ({"is_in_portal": False}, "unknown", []),
        ({"is_in_portal": False, "is_shown_here": True}, "visible", []),
        # while a check that could hide it is undecided, nothing is visible
        ({"customer_unknown": _mask("TARGET_INACTIVE")}, "unknown", []),
        ({"is_other_book": True}, "visible", []),
        ({"is_other_book": True, "portal_match": None}, "expected", ["OTHER_BOOK"]),
        ({"is_hidden_by_terms": True}, "visible", []),
        ({"is_hidden_by_terms": True, "portal_match": None}, "expected", ["HIDDEN_BY_TERMS"]),
        # a word that nobody knows: nothing is concluded but what the list shows
        ({"is_invoice": None}, "visible", []),
        ({"is_invoice": None, "portal_match": None}, "unknown", []),
        (
            {"is_invoice": None, "portal_match": None, "customer_failed": _mask("LEVEL_TOO_LOW")},
            "unknown",
            ["LEVEL_TOO_LOW"],
        ),
        ({"portal_match": None, "is_portal_id_old": True}, "blocked", ["RECREATED_ID"]),
        ({"portal_match": None}, "blocked", ["MISSED_IN_WINDOW"]),
        ({"portal_match": None, "is_transport_reached": False}, "unknown", []),
        ({"is_in_connectwise": False}, "visible", ["CREATED_ONLY_IN_ACCOUNTING"]),
        ({"is_number_exact_in_connectwise": False}, "visible", ["NUMBER_REFORMATTED"]),
        ({"is_bill_email_known": False}, "visible", ["BILL_EMAIL_NOT_A_CONTACT"]),
        ({"is_shown_elsewhere": True}, "blocked", ["MAPPING_CONFLICT"]),
        ({"is_shown_to_stranger": True}, "unknown", []),
        ({"is_shown_to_stranger": True, "is_shown_elsewhere": True}, "blocked", ["MAPPING_CONFLICT"]),
    ],
)
def test_each_gate_has_its_state(facts: dict[str, Any], state: str, failed: list[str]) -> None:
    """What is rightly absent, waits, is blocked, or shows with a remark."""
    found = _judged(**facts)
    assert (found[0], found[2]) == (state, failed)


def test_what_is_rightly_absent_is_not_judged_further() -> None:
    """A paid invoice of an unmapped customer is paid: nobody should map a customer for it."""
    customer = _mask("UNMAPPED_NO_CANDIDATE", "CUSTOMER_INACTIVE")
    assert _judged(balance_sign=0, customer_failed=customer, customer_unknown=_mask("TARGET_INACTIVE")) == (
        "expected", "PAID_IN_FULL", ["PAID_IN_FULL"], [],
    )  # fmt: skip


def test_the_first_gate_is_the_primary_cause_and_the_others_are_told() -> None:
    """An inactive company with a contact whose level is too low needs both mended."""
    customer = _mask("TARGET_INACTIVE", "LEVEL_TOO_LOW")
    found = _judged(customer_failed=customer, portal_match=None, can_anyone_see=False)
    assert found == (
        "blocked", "TARGET_INACTIVE", ["TARGET_INACTIVE", "MISSED_IN_WINDOW", "LEVEL_TOO_LOW"], [],
    )  # fmt: skip


NO_BALANCE = {"balance_amount": None, "balance_sign": None}
NO_TOTAL = {"total_amount": None, "total_sign": None}
SETTLED = {"balance_amount": Decimal(0), "balance_sign": 0}


@pytest.mark.parametrize(
    ("facts", "state", "failed", "unknown"),
    [
        (NO_BALANCE, "visible", [], ["PAID_IN_FULL"]),
        (NO_BALANCE | {"portal_match": None}, "blocked", ["MISSED_IN_WINDOW"], ["PAID_IN_FULL"]),
        (NO_BALANCE | {"portal_balance_amount": Decimal(40)}, "visible", [], ["PAID_IN_FULL", "STALE_AMOUNT"]),
        (NO_BALANCE | {"document_status": "draft"}, "blocked", ["DRAFT"], []),
        (SETTLED | {"document_status": "paid"}, "expected", ["PAID_IN_FULL"], []),
        # what is open in part has a total that is not zero: the facts give its sign
        ({"total_amount": None}, "visible", [], []),
        ({"total_amount": None, "portal_match": None}, "blocked", ["MISSED_IN_WINDOW"], []),
        # settled: rightly absent, whatever the total was
        (NO_TOTAL | SETTLED, "expected", ["PAID_IN_FULL"], ["ZERO_TOTAL", "NEGATIVE_BALANCE"]),
        (NO_TOTAL | SETTLED | {"document_status": "voided"}, "expected", ["VOIDED"], ["NEGATIVE_BALANCE"]),
    ],
)
def test_what_is_not_given_is_unknown(facts: dict[str, Any], state: str, failed: list[str], unknown: list[str]) -> None:
    """Without a balance nobody knows whether it is paid, without a total whether that is zero or negative."""
    found = _judged(**facts)
    assert (found[0], found[2], found[3]) == (state, failed, unknown)


def test_without_a_total_a_smaller_amount_is_no_edited_total() -> None:
    """The portal shows less than is open: paid in part there or another total, which nobody can say."""
    shown = {"portal_total_amount": Decimal(100), "portal_balance_amount": Decimal(40)}
    found = _judged(total_amount=None, **shown)
    assert (found[2], found[3]) == ([], ["PAYMENT_NOT_POSTED"])
    assert _judged(total_amount=Decimal(100), **shown)[2] == ["PAYMENT_NOT_POSTED"]


def test_several_claims_on_one_portal_row_prove_nothing() -> None:
    """Neither present nor missed: unknown."""
    assert _judged(portal_match=None, is_portal_undecided=True) == ("unknown", None, [], ["MISSED_IN_WINDOW"])


def test_without_the_list_nothing_is_proven() -> None:
    """Carried by a sync is no proof of arrival, and an earlier match in a list that was not given does not count."""
    assert _judged(has_list=False, portal_match=None) == ("unknown", None, [], [])
    assert _judged(has_list=False)[0] == "unknown"


FACT = st.fixed_dictionaries(
    {
        "is_invoice": st.none() | st.booleans(),
        "document_status": st.sampled_from(["open", "paid", "draft", "voided", "deleted", "unknown"]),
        "total_sign": st.sampled_from([-1, 0, 1]),
        "balance_sign": st.sampled_from([-1, 0, 1]),
        "is_future": st.booleans(),
        "is_number_shared": st.booleans(),
        "portal_match": st.sampled_from([None, 1, 2, 3]),
        "is_portal_undecided": st.booleans(),
        "is_portal_id_old": st.booleans(),
        "was_shown": st.booleans(),
        "portal_status": st.sampled_from([None, "open", "paid", "in transit"]),
        "portal_balance_amount": st.sampled_from([None, Decimal(0), Decimal(40), Decimal(100), Decimal(200)]),
        "customer_failed": st.sampled_from(
            [0, _mask("TARGET_INACTIVE"), _mask("CUSTOMER_EXCLUDED"), _mask("LEVEL_TOO_LOW")]
        ),
        "customer_unknown": st.sampled_from([0, _mask("TARGET_HIDDEN")]),
        "is_transport_reached": st.booleans(),
        "can_anyone_see": st.booleans(),
        "is_in_connectwise": st.booleans(),
        "changed_at": st.sampled_from([None, datetime(2020, 1, 1), datetime(2026, 10, 1), datetime(2026, 11, 21, 20)]),
    }
)


@given(facts=FACT, has_list=st.booleans())
def test_a_state_follows_from_its_gates(facts: dict[str, Any], *, has_list: bool) -> None:
    """Whatever the facts: one state, which the failed gates explain."""
    state, primary, failed, unknown = _judged(has_list=has_list, **facts)
    kinds = [BY_CODE[code].kind for code in failed]
    refuted = {"DUPLICATE_NUMBER"} if has_list and facts["portal_match"] is not None else set()
    harmless = {*SHOWN_WRONG, *refuted}
    blocking = [code for code in failed if BY_CODE[code].kind in {"defect", "waiting"} and code not in harmless]
    assert not set(failed) & set(unknown)
    if CauseClass.EXPECTED in kinds:
        assert (state, primary) == ("expected", next(code for code in failed if BY_CODE[code].kind == "expected"))
    elif blocking and facts["is_invoice"] is None:
        assert (state, primary) == ("unknown", None)
    elif blocking:
        assert primary == blocking[0]
        assert state == ("waiting" if BY_CODE[primary].kind is CauseClass.WAITING else "blocked")
    else:
        assert primary is None
        is_shown = has_list and facts["portal_match"] is not None and facts["can_anyone_see"]
        is_sure = facts["is_transport_reached"] and not facts["customer_unknown"]
        assert state == ("visible" if is_shown and is_sure else "unknown")


@settings(max_examples=runs(50))
@given(facts=st.lists(FACT, max_size=6))
def test_an_invoice_is_judged_alike_in_any_batch(facts: list[dict[str, Any]]) -> None:
    """Row by row or together: the answer does not depend on the neighbours."""
    rows = [{name: value for name, (_, value) in FACTS.items()} | row for row in facts]
    rows = [row | {"row_key": key} for key, row in enumerate(rows)]
    together = check_invoices(pl.DataFrame(rows, schema=SCHEMA), _night())
    apart = [check_invoices(pl.DataFrame([row], schema=SCHEMA), _night()) for row in rows]
    assert together.rows() == [frame.row(0) for frame in apart]
    freed = together.filter("is_freed_alone")
    blocking = bits_where(lambda cause: cause.kind in {CauseClass.DEFECT, CauseClass.WAITING}) & ~_mask(*SHOWN_WRONG)
    assert all((row["failed"] & blocking).bit_count() >= 1 for row in freed.to_dicts())
