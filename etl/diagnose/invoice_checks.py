"""Every gate of the taxonomy, evaluated for every invoice: one primary cause, the others listed, and the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from etl.causes import BIT, CAUSES, PREDICTED, SHOWN_WRONG, bits, codes, mask
from etl.config import Portal
from etl.diagnose import cause_masks
from etl.diagnose.owed import judge_amounts
from etl.diagnose.sync import Absence, SyncLog, why_absent, why_not_carried
from etl.domain import CauseClass, MappingSource, MappingState, Stage, State

_EXPECTED = mask(CauseClass.EXPECTED)
# what is shown with another amount is shown: it is reported, and does not block
_BLOCKING = mask(CauseClass.DEFECT, CauseClass.WAITING) & ~bits(SHOWN_WRONG)
_WAITING = mask(CauseClass.WAITING)
_NOT_SENT = bits(["DRAFT", "HELD_UNTIL_DATE"])
_ACCESS = bits(cause.code for cause in CAUSES if cause.stage is Stage.ACCESS)
_HIDING = bits(["TARGET_INACTIVE", "TARGET_HIDDEN", "MAPPING_CONFLICT"])
"""Checks that could hide an invoice: while one is undecided, nothing is visible."""
STATE_CODES = tuple(State)


@dataclass(frozen=True)
class CheckContext:
    """What the judge of a night needs beside the facts.

    Attributes:
        has_portal_list: whether the portal's own list of invoices was read.
        has_connectwise_invoices: whether ConnectWise invoices were read.
        list_at: when the portal's list was made; the run's instant where not given.
        unadvised: `customer_key` of the customers at whose company nobody is to have access: no fix frees by it.
    """

    as_of: datetime
    portal: Portal
    log: SyncLog
    has_portal_list: bool
    has_connectwise_invoices: bool
    list_at: datetime | None = None
    unadvised: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Int64))

    @property
    def list_instant(self) -> int:
        """When the portal's list was made, microseconds since 1970."""
        return round((self.list_at or self.as_of).timestamp() * 1_000_000)


def check_customers(customers: pl.DataFrame, ambiguous_lead: float) -> pl.DataFrame:
    """Judge the identity gates of every customer, and which later gates its invoices reach.

    Locality: row.

    Args:
        customers: rows of marts.customer_facts.
        ambiguous_lead: a smaller lead of the best candidate is ambiguous.

    Returns:
        One row per customer: `failed` and `unknown` (masks), `is_mapped`, `is_transport_reached`,
        `is_access_reached`, `can_anyone_see`, and what marts.invoice_facts joins on.
    """
    is_mapped = pl.col("mapping_state") == MappingState.MAPPED
    has_target = is_mapped & pl.col("has_company").fill_null(value=False)
    is_new_to_portal = (
        is_mapped
        & (pl.col("mapping_source") == MappingSource.CERTAINTY)
        & ~pl.col("is_in_portal").fill_null(value=True)
    )
    gates = _mapping_gates(ambiguous_lead) | {
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
        failed=cause_masks.failed(gates) | access,
        unknown=cause_masks.unknown(gates) | unsure,
        is_mapped=is_mapped,
        is_transport_reached=is_mapped & ~is_new_to_portal,
        is_access_reached=has_target,
        can_anyone_see=has_target & pl.col("can_anyone_see").fill_null(value=False),
    )


def _mapping_gates(ambiguous_lead: float) -> dict[str, pl.Expr]:
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


def check_invoices(facts: pl.DataFrame, night: CheckContext) -> pl.DataFrame:
    """Judge every gate of every invoice.

    Locality: row.

    Args:
        facts: rows of marts.invoice_facts, any number of them.
        night: what is known of the portal and its syncs.

    Returns:
        `row_key`, `failed` and `unknown` (masks), `primary_bit`, `state_code` (position in State), `is_freed_alone`,
        `is_present` (proven in the portal), `is_carried` (by a logged run), `difference_amount` (what is shown and no
        longer owed, or paid in the portal and not in the books).
    """
    seen = facts.with_columns(is_present=pl.col("portal_match").is_not_null() & pl.lit(night.has_portal_list))
    gates = _existence_gates(night)
    own = seen.with_columns(own_failed=cause_masks.failed(gates), own_unknown=cause_masks.unknown(gates)).with_columns(
        is_expected=cause_masks.only(pl.col("own_failed"), codes(_EXPECTED)) != 0
    )
    amounts = judge_amounts(own, night.log, night.list_instant, night.portal.grace_hours)
    whole = own.with_columns(_transport(own, night)).hstack(amounts)
    judged = whole.with_columns(
        failed=pl.col("own_failed")
        | pl.col("amount_failed")
        | _reached(pl.col("customer_failed") | pl.col("transport_failed") | _shown_elsewhere() | _email(facts)),
    ).with_columns(
        # what fails is not unknown as well
        unknown=(
            pl.col("own_unknown")
            | _reached(
                pl.col("customer_unknown") | pl.col("transport_unknown") | pl.col("amount_unknown") | _stranger()
            )
        )
        & ~pl.col("failed"),
    )
    return _advised(_states(judged), night.unadvised).select(
        "row_key", "failed", "unknown", "primary_bit", "state_code", "is_freed_alone", "is_present", "is_carried",
        "difference_amount",
    )  # fmt: skip


def _existence_gates(night: CheckContext) -> dict[str, pl.Expr]:
    status = pl.col("document_status")
    is_void = status == "voided"
    is_gone = status.is_in(["voided", "deleted", "draft"])
    # a balance of zero is settled, unless the total is known to be zero as well
    is_owing = pl.col("total_sign").fill_null(1) > 0
    is_paid = is_owing & ((pl.col("balance_sign") == 0) | (status == "paid")) & ~is_gone
    is_shared = pl.col("is_number_shared") & pl.col("is_invoice").fill_null(value=False) & ~is_gone
    is_zero = (pl.col("total_sign") == 0) & ~is_void
    is_held = pl.col("is_future") & ~pl.col("is_present") & pl.lit(night.portal.holds_future_invoices)
    in_connectwise = pl.col("is_in_connectwise") | ~pl.lit(night.has_connectwise_invoices)
    return {
        "NOT_AN_INVOICE": pl.col("is_invoice"),
        "DRAFT": status != "draft",
        "DELETED": status != "deleted",
        "VOIDED": ~is_void,
        "ZERO_TOTAL": ~is_zero | pl.lit(night.portal.hides_zero_invoices),
        "HIDDEN_ZERO": ~is_zero | pl.lit(not night.portal.hides_zero_invoices),
        "OTHER_BOOK": ~pl.col("is_other_book") | pl.col("is_present"),
        "HIDDEN_BY_TERMS": ~pl.col("is_hidden_by_terms") | pl.col("is_present"),
        "PAID_IN_FULL": ~is_paid,
        "NEGATIVE_BALANCE": ~((pl.col("total_sign") < 0) | (pl.col("balance_sign").fill_null(0) < 0)),
        "FUTURE_DATED": ~pl.col("is_future") | is_held,
        "HELD_UNTIL_DATE": ~is_held,
        "DUPLICATE_NUMBER": ~is_shared | (pl.col("portal_match") == 1).fill_null(value=False),
        "NUMBER_REFORMATTED": ~(
            pl.col("is_number_reformatted")
            | (pl.col("is_in_connectwise") & ~pl.col("is_number_exact_in_connectwise").fill_null(value=True))
        ),
        "CREATED_ONLY_IN_ACCOUNTING": in_connectwise,
    }


def _shown_elsewhere() -> pl.Expr:
    """The worst there is: the portal shows the invoice to another company than the one its customer is mapped to."""
    return cause_masks.failed({"MAPPING_CONFLICT": ~(pl.col("is_mapped") & pl.col("is_shown_elsewhere"))})


def _stranger() -> pl.Expr:
    """Unknown where the portal's row names somebody else, and does not tell whom it shows the invoice to."""
    is_stranger = pl.col("is_mapped") & pl.col("is_shown_to_stranger")
    return cause_masks.unknown({"MAPPING_CONFLICT": pl.when(~is_stranger).then(pl.lit(value=True))})


def _email(facts: pl.DataFrame) -> pl.Expr:
    """The remark on a billing e-mail that is no contact's, where the company is known and an e-mail is given."""
    if facts.is_empty():
        return cause_masks.NOTHING
    is_stranger = pl.col("is_access_reached") & pl.col("has_bill_email") & ~pl.col("is_bill_email_known")
    return cause_masks.failed({"BILL_EMAIL_NOT_A_CONTACT": ~is_stranger})


def _reached(mask_: pl.Expr) -> pl.Expr:
    """Later gates do not matter for what is rightly absent."""
    return pl.when("is_expected").then(cause_masks.NOTHING).otherwise(mask_)


def _transport(facts: pl.DataFrame, night: CheckContext) -> list[pl.Series]:
    """The transport gates: the cause of an absence as a bit, and whether it can be told at all."""
    is_sent = (cause_masks.only(pl.col("own_failed"), codes(_NOT_SENT)) == 0) & ~pl.col("is_expected")
    is_reached = facts.select(is_sent & pl.col("is_transport_reached")).to_series().to_numpy()
    is_present = facts["is_present"].to_numpy()
    # a word for a document that nobody knows may stand for one that the portal never has
    is_doubtful = facts["is_invoice"].is_null().to_numpy()
    is_undecided = is_doubtful | (facts["is_portal_undecided"].to_numpy() & night.has_portal_list)
    looked_at = np.flatnonzero(is_reached & ~is_present & ~is_undecided)
    absent = Absence.of(facts[looked_at])
    if night.has_portal_list:
        found = why_absent(absent, night.log, night.portal, (night.as_of, night.list_instant))
    else:
        found = why_not_carried(absent, night.log, night.portal, night.as_of)
    failed = np.zeros(len(facts), dtype=np.uint64)
    unknown = np.zeros(len(facts), dtype=np.uint64)
    failed[looked_at] = _bits_of(found)
    unknown[looked_at[found == "?"]] = bits(["MISSED_IN_WINDOW"])
    unknown[is_reached & ~is_present & is_undecided] = bits(["MISSED_IN_WINDOW"])
    carried = np.zeros(len(facts), dtype=np.bool_)
    carried[looked_at] = night.log.is_carried(absent.changed) | night.log.is_carried(absent.created)
    return [
        pl.Series("transport_failed", failed),
        pl.Series("transport_unknown", unknown),
        pl.Series("is_carried", carried),
    ]


def _bits_of(found: np.typing.NDArray[np.str_]) -> np.typing.NDArray[np.uint64]:
    names, inverse = np.unique(found, return_inverse=True)
    table = np.array([1 << BIT[name] if name in BIT else 0 for name in names.tolist()], dtype=np.uint64)
    return table[inverse] if len(table) else np.zeros(0, dtype=np.uint64)


def _advised(judged: pl.DataFrame, unadvised: pl.Series) -> pl.DataFrame:
    """Nothing is freed by giving access where a person decided that nobody is to have it."""
    if unadvised.is_empty():
        return judged
    is_unwanted = pl.col("customer_key").is_in(unadvised.implode()) & ((pl.col("failed") & _ACCESS) != 0)
    return judged.with_columns(is_freed_alone=pl.col("is_freed_alone") & ~is_unwanted)


def _states(whole: pl.DataFrame) -> pl.DataFrame:
    expected = cause_masks.only(pl.col("failed"), codes(_EXPECTED))
    refuted = pl.when("is_present").then(bits(PREDICTED)).otherwise(0).cast(pl.UInt64)
    told = cause_masks.only(pl.col("failed"), codes(_BLOCKING)) & ~refuted
    # nothing is concluded of a document whose word nobody knows
    blocking = pl.when(pl.col("is_invoice").is_not_null()).then(told).otherwise(cause_masks.NOTHING)
    primary = pl.when(expected != 0).then(cause_masks.first(expected)).otherwise(cause_masks.first(blocking))
    is_waiting = cause_masks.first(blocking).is_in([BIT[code] for code in codes(_WAITING)]).fill_null(value=False)
    # a mapping that the portal's own list does not have shows nothing, unless the row itself names the company
    is_mapped_there = pl.col("is_transport_reached") & pl.col("is_in_portal").fill_null(value=True)
    is_shown = is_mapped_there | pl.col("is_shown_here").fill_null(value=False)
    is_visible = pl.col("is_present") & pl.col("can_anyone_see") & is_shown & ((pl.col("unknown") & _HIDING) == 0)
    code = (
        pl.when(expected != 0).then(STATE_CODES.index(State.EXPECTED))
        .when(is_waiting).then(STATE_CODES.index(State.WAITING))
        .when(blocking != 0).then(STATE_CODES.index(State.BLOCKED))
        .when(is_visible & (told == 0)).then(STATE_CODES.index(State.VISIBLE))
        .otherwise(STATE_CODES.index(State.UNKNOWN))
    )  # fmt: skip
    return whole.with_columns(
        primary_bit=primary,
        state_code=code.cast(pl.UInt8),
        is_freed_alone=(expected == 0) & (blocking.bitwise_count_ones() == 1) & ~is_waiting,
    )
