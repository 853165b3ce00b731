"""The checks of a customer: its mapping and the company behind it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from etl.causes import codes
from etl.diagnose.customer_checks import check_customers

CUSTOMER: dict[str, tuple[Any, Any]] = {
    "customer_id_acct": (pl.String, "c"), "customer_name": (pl.String, "C"), "company_id_cw": (pl.String, "7"),
    "company_name": (pl.String, "C Inc"), "customer_email": (pl.String, None), "is_email_known": (pl.Boolean, True),
    "mapping_state": (pl.String, "mapped"), "mapping_source": (pl.String, "portal"),
    "judged_at": (pl.Datetime("us"), None), "has_customer_row": (pl.Boolean, True), "has_customers": (pl.Boolean, True),
    "is_active": (pl.Boolean, True), "merged_into_customer_id_acct": (pl.String, None),
    "is_conflicting": (pl.Boolean, False), "best_lead": (pl.Float64, None), "is_parent_mapped": (pl.Boolean, None),
    "is_in_portal": (pl.Boolean, True), "has_company": (pl.Boolean, True), "is_deleted": (pl.Boolean, False),
    "is_inactive": (pl.Boolean, False), "is_hidden": (pl.Boolean, False), "bill_to_company_id_cw": (pl.String, None),
    "access_failed": (pl.UInt64, 0), "access_unknown": (pl.UInt64, 0), "access_reached": (pl.UInt64, 0),
    "can_anyone_see": (pl.Boolean, True),
}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "failed", "unknown"),
    [
        ({}, [], []),
        ({"mapping_state": "excluded", "mapping_source": "judgement"}, ["CUSTOMER_EXCLUDED"], []),
        ({"mapping_state": "none"}, ["UNMAPPED_NO_CANDIDATE"], []),
        ({"mapping_state": "none", "is_parent_mapped": True}, ["SUBCUSTOMER_UNMAPPED"], []),
        ({"mapping_state": "review", "is_parent_mapped": True, "best_lead": 0.9}, ["SUBCUSTOMER_UNMAPPED"], []),
        ({"mapping_state": "review", "best_lead": 0.05}, ["UNMAPPED_AMBIGUOUS"], []),
        ({"mapping_state": "review", "best_lead": 0.10}, ["UNMAPPED_PROBABLE"], []),
        ({"mapping_state": "review"}, ["UNMAPPED_PROBABLE"], []),
        ({"mapping_source": "certainty", "is_in_portal": False}, ["UNMAPPED_CERTAIN"], []),
        ({"mapping_source": "certainty", "is_in_portal": None}, [], []),
        ({"mapping_source": "judgement", "is_in_portal": False}, [], []),
        ({"has_company": False, "is_deleted": None, "is_inactive": None, "is_hidden": None}, ["TARGET_MISSING"], []),
        ({"is_inactive": None, "is_deleted": None}, [], ["TARGET_DELETED", "TARGET_INACTIVE"]),
        ({"is_active": None}, [], ["CUSTOMER_INACTIVE"]),
        ({"merged_into_customer_id_acct": "d"}, ["CUSTOMER_INACTIVE"], []),
        ({"has_customer_row": False, "has_customers": False}, [], []),
        ({"has_customer_row": False}, ["CUSTOMER_NOT_IN_EXTRACT"], []),
        ({"bill_to_company_id_cw": "9", "is_hidden": True}, ["TARGET_HIDDEN", "BILL_TO_ELSEWHERE"], []),
    ],
)
def test_a_customer_is_judged_once_for_all_its_invoices(
    facts: dict[str, Any], failed: list[str], unknown: list[str]
) -> None:
    """Mapping and company; what nobody says is unknown, not fine."""
    columns = {name: kind for name, (kind, _) in CUSTOMER.items()}
    row = {name: value for name, (_, value) in CUSTOMER.items()} | facts
    if row["mapping_state"] != "mapped":
        row |= {"company_id_cw": None, "has_company": False}
    (found,) = check_customers(pl.DataFrame([row], schema=columns), 0.10).to_dicts()
    assert (codes(found["failed"]), codes(found["unknown"])) == (failed, unknown)
