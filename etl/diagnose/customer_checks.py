"""Every check of the identity of a customer: its mapping, the company behind it, and which later checks are made."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.diagnose import cause_masks
from etl.domain import MappingSource, MappingState, Subject

CONFLICT: Final = ("MAPPING_CONFLICT",)
"""The customer is mapped to one company, and something speaks for another."""
HIDING: Final = ("TARGET_INACTIVE", "TARGET_HIDDEN", *CONFLICT)
"""Checks that could hide an invoice: while one is undecided, nothing is visible."""


def check_customers(customers: pl.DataFrame, ambiguous_lead: float) -> pl.DataFrame:
    """Make the identity checks of every customer, and say which later checks its invoices reach.

    Locality: row.

    Args:
        customers: rows of intermediate.customer_facts.
        ambiguous_lead: a smaller lead of the best candidate is ambiguous.

    Returns:
        One row per customer: `failed`, `unknown` and `reached` (masks), `is_mapped`, `is_transport_reached`,
        `is_access_reached`, `can_anyone_see`, and what intermediate.invoice_facts joins on.
    """
    is_mapped = pl.col("mapping_state") == MappingState.MAPPED
    has_target = is_mapped & pl.col("has_company").fill_null(value=False)
    is_new_to_portal = (
        is_mapped
        & (pl.col("mapping_source") == MappingSource.CERTAINTY)
        & ~pl.col("is_in_portal").fill_null(value=True)
    )
    checks = _mapping_checks(ambiguous_lead) | {
        "UNMAPPED_CERTAIN": ~is_new_to_portal,
        "MAPPING_CONFLICT": ~pl.col("is_conflicting"),
        "TARGET_MISSING": ~is_mapped | pl.col("has_company"),
        "TARGET_DELETED": ~has_target | ~pl.col("is_deleted"),
        "TARGET_INACTIVE": ~has_target | ~pl.col("is_inactive"),
        "TARGET_HIDDEN": ~has_target | ~pl.col("is_hidden"),
        "BILL_TO_ELSEWHERE": ~has_target | pl.col("bill_to_company_id_cw").is_null(),
    }
    access = pl.when(has_target).then(pl.col("access_failed").fill_null(0)).otherwise(cause_masks.NOTHING)
    unsure = pl.when(has_target).then(pl.col("access_unknown").fill_null(0)).otherwise(cause_masks.NOTHING)
    return customers.select(
        "customer_id_acct",
        "customer_name",
        "company_id_cw",
        "company_name",
        "customer_email",
        "is_email_known",
        "bill_to_company_id_cw",
        "mapping_state",
        "mapping_source",
        "judged_at",
        "is_in_portal",
        failed=cause_masks.failed(checks) | access,
        unknown=cause_masks.unknown(checks) | unsure,
        reached=_reached() | pl.when(has_target).then("access_reached").otherwise(cause_masks.NOTHING),
        is_mapped=is_mapped,
        is_transport_reached=is_mapped & ~is_new_to_portal,
        is_access_reached=has_target,
        can_anyone_see=has_target & pl.col("can_anyone_see").fill_null(value=False),
    )


def _mapping_checks(ambiguous_lead: float) -> dict[str, pl.Expr]:
    state = pl.col("mapping_state")
    is_review, is_none = state == MappingState.REVIEW, state == MappingState.NONE
    is_child = pl.col("is_parent_mapped").fill_null(value=False)
    is_tie = (pl.col("best_lead") < ambiguous_lead).fill_null(value=False)
    return {
        "CUSTOMER_EXCLUDED": state != MappingState.EXCLUDED,
        "CUSTOMER_NOT_IN_EXTRACT": pl.col("has_customer_row") | ~pl.col("has_customers"),
        "CUSTOMER_INACTIVE": pl.col("is_active") & pl.col("merged_into_customer_id_acct").is_null(),
        "UNMAPPED_NO_CANDIDATE": ~(is_none & ~is_child),
        "SUBCUSTOMER_UNMAPPED": ~((is_none | is_review) & is_child),
        "UNMAPPED_AMBIGUOUS": ~(is_review & ~is_child & is_tie),
        "UNMAPPED_PROBABLE": ~(is_review & ~is_child & ~is_tie),
    }


def _reached() -> pl.Expr:
    has_mapping = pl.col("company_id_cw").is_not_null()
    subjects = {
        Subject.CUSTOMER: pl.lit(value=True),
        Subject.MAPPING: has_mapping,
        Subject.COMPANY: has_mapping & pl.col("has_company"),
    }
    return cause_masks.reached(
        subjects,
        {
            "CUSTOMER_NOT_IN_EXTRACT": pl.col("has_customers"),
            "UNMAPPED_CERTAIN": has_mapping & pl.col("is_in_portal").is_not_null(),
            # the portal may show the invoices of an unmapped customer to somebody
            "MAPPING_CONFLICT": has_mapping | (pl.col("mapping_state") != MappingState.EXCLUDED),
            "TARGET_MISSING": has_mapping,
        },
    )
