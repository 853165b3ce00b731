"""Every check of the taxonomy, made for every invoice: one primary cause, the others listed, and the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from etl.causes import BIT, BY_CODE, CAUSES, PREDICTED, SHOWN_WRONG, bits, bits_where, codes
from etl.config import Portal
from etl.diagnose import cause_masks
from etl.diagnose.customer_checks import CONFLICT, HIDING
from etl.diagnose.owed import judge_amounts
from etl.diagnose.sync import UNDECIDED, Absence, SyncLog, why_absent, why_not_carried
from etl.domain import CauseClass, Stage, State, Subject

_EXPECTED = bits_where(lambda cause: cause.kind is CauseClass.EXPECTED)
# what is shown with another amount is shown: it is reported, and does not block
_BLOCKING = bits_where(lambda cause: cause.kind in {CauseClass.DEFECT, CauseClass.WAITING}) & ~bits(SHOWN_WRONG)
_WAITING = bits_where(lambda cause: cause.kind is CauseClass.WAITING)
_NOT_SENT = ("DRAFT", "HELD_UNTIL_DATE")
_ACCESS = bits_where(lambda cause: cause.stage is Stage.ACCESS)
_OF_SYNC = tuple(cause.code for cause in CAUSES if cause.subject is Subject.SYNC)
_EXISTENCE = frozenset(cause.subject for cause in CAUSES if cause.stage is Stage.EXISTENCE)
STATE_CODES = tuple(State)


@dataclass(frozen=True)
class CheckContext:
    """What the checks of a run need next to the facts.

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


def check_invoices(facts: pl.DataFrame, context: CheckContext) -> pl.DataFrame:
    """Make every check of every invoice.

    Locality: row.

    Args:
        facts: rows of intermediate.invoice_facts, any number of them.
        context: what is known of the portal and its syncs.

    Returns:
        `row_key`, `failed`, `unknown` and `reached` (masks; what fails or is unknown is reached), `primary_bit`,
        `state_code` (position in State), `is_freed_alone`, `is_present` (proven in the portal), `is_carried` (by a
        logged run), `difference_amount` (what is shown and no longer owed, or paid in the portal and not in the books).
    """
    seen = facts.with_columns(is_present=pl.col("portal_match").is_not_null() & pl.lit(context.has_portal_list))
    checks = _existence_checks(context)
    own = seen.with_columns(
        own_failed=cause_masks.failed(checks), own_unknown=cause_masks.unknown(checks)
    ).with_columns(is_expected=cause_masks.only(pl.col("own_failed"), codes(_EXPECTED)) != 0)
    amounts = judge_amounts(own, context.log, context.list_instant, context.portal.grace_hours)
    whole = own.with_columns(_transport(own, context)).hstack(amounts)
    failed = whole.with_columns(
        failed=pl.col("own_failed")
        | pl.col("amount_failed")
        | _unless_expected(pl.col("customer_failed") | pl.col("transport_failed") | _shown_elsewhere() | _email(facts)),
    )
    later = pl.col("customer_unknown") | pl.col("transport_unknown") | pl.col("amount_unknown") | _stranger()
    # what fails is not unknown as well
    judged = failed.with_columns(unknown=(pl.col("own_unknown") | _unless_expected(later)) & ~pl.col("failed"))
    reached = judged.with_columns(reached=_reached(context) | pl.col("failed") | pl.col("unknown"))
    return _advised(_states(reached), context.unadvised).select(
        "row_key", "failed", "unknown", "reached", "primary_bit", "state_code", "is_freed_alone", "is_present",
        "is_carried", "difference_amount",
    )  # fmt: skip


def _existence_checks(context: CheckContext) -> dict[str, pl.Expr]:
    status = pl.col("document_status")
    is_void = status == "voided"
    is_gone = status.is_in(["voided", "deleted", "draft"])
    # a balance of zero is settled, unless the total is known to be zero as well
    is_owing = pl.col("total_sign").fill_null(1) > 0
    is_paid = is_owing & ((pl.col("balance_sign") == 0) | (status == "paid")) & ~is_gone
    is_shared = pl.col("is_number_shared") & pl.col("is_invoice").fill_null(value=False) & ~is_gone
    is_zero = (pl.col("total_sign") == 0) & ~is_void
    is_held = pl.col("is_future") & ~pl.col("is_present") & pl.lit(context.portal.holds_future_invoices)
    in_connectwise = pl.col("is_in_connectwise") | ~pl.lit(context.has_connectwise_invoices)
    return {
        "NOT_AN_INVOICE": pl.col("is_invoice"),
        "DRAFT": status != "draft",
        "DELETED": status != "deleted",
        "VOIDED": ~is_void,
        "ZERO_TOTAL": ~is_zero | pl.lit(context.portal.hides_zero_invoices),
        "HIDDEN_ZERO": ~is_zero | pl.lit(not context.portal.hides_zero_invoices),
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
    return cause_masks.where(pl.col("is_mapped") & pl.col("is_shown_elsewhere"), CONFLICT)


def _stranger() -> pl.Expr:
    """Unknown where the portal's row names somebody else, and does not tell whom it shows the invoice to."""
    return cause_masks.where(pl.col("is_mapped") & pl.col("is_shown_to_stranger"), CONFLICT)


def _email(facts: pl.DataFrame) -> pl.Expr:
    """The remark on a billing e-mail that is no contact's, where the company is known and an e-mail is given."""
    if facts.is_empty():
        return cause_masks.NOTHING
    is_stranger = pl.col("is_access_reached") & pl.col("has_bill_email") & ~pl.col("is_bill_email_known")
    return cause_masks.failed({"BILL_EMAIL_NOT_A_CONTACT": ~is_stranger})


def _unless_expected(mask: pl.Expr) -> pl.Expr:
    """Later checks do not matter for what is rightly absent."""
    return pl.when("is_expected").then(cause_masks.NOTHING).otherwise(mask)


def _reached(context: CheckContext) -> pl.Expr:
    """The checks that can be made, whatever they find."""
    is_present = pl.col("is_present")
    is_in_connectwise_known = pl.lit(context.has_connectwise_invoices)
    own = cause_masks.reached(
        dict.fromkeys(_EXISTENCE, pl.lit(value=True)),
        {
            "ZERO_TOTAL": pl.col("document_status") != "voided",
            "NUMBER_REFORMATTED": is_in_connectwise_known | pl.lit(context.has_portal_list),
            "CREATED_ONLY_IN_ACCOUNTING": is_in_connectwise_known,
        },
    )
    is_sent = _is_sent() & (pl.col("is_transport_reached") | is_present)
    are_all_passed = cause_masks.only(pl.col("failed") | pl.col("unknown"), _OF_SYNC) == 0
    later = cause_masks.reached(
        {
            # one reason decides for what is absent; what a sync carried passes, although nothing proves that it arrived
            Subject.SYNC: is_sent & (is_present | pl.col("is_carried")) & are_all_passed,
            Subject.PORTAL_AMOUNT: is_sent & is_present & pl.col("portal_balance_amount").is_not_null(),
            Subject.BILLING_EMAIL: pl.col("is_access_reached") & pl.col("has_bill_email"),
        }
    )
    return own | _unless_expected(pl.col("customer_reached") | later)


def _is_sent() -> pl.Expr:
    return cause_masks.only(pl.col("own_failed"), _NOT_SENT) == 0


def _transport(facts: pl.DataFrame, context: CheckContext) -> list[pl.Series]:
    """The transport checks: the cause of an absence as a bit, and whether it is known at all."""
    is_sent = _is_sent() & ~pl.col("is_expected")
    is_reached = facts.select(is_sent & pl.col("is_transport_reached")).to_series().to_numpy()
    is_present = facts["is_present"].to_numpy()
    # a word for a document that nobody knows may stand for one that the portal never has
    is_doubtful = facts["is_invoice"].is_null().to_numpy()
    is_undecided = is_doubtful | (facts["is_portal_undecided"].to_numpy() & context.has_portal_list)
    looked_at = np.flatnonzero(is_reached & ~is_present & ~is_undecided)
    absent = Absence.of(facts[looked_at])
    if context.has_portal_list:
        found = why_absent(absent, context.log, context.portal, (context.as_of, context.list_instant))
    else:
        found = why_not_carried(absent, context.log, context.portal, context.as_of)
    failed = np.zeros(len(facts), dtype=np.uint64)
    unknown = np.zeros(len(facts), dtype=np.uint64)
    failed[looked_at] = _bits_of(found)
    unknown[looked_at[found == "?"]] = bits(UNDECIDED)
    unknown[is_reached & ~is_present & is_undecided] = bits(UNDECIDED)
    carried = np.zeros(len(facts), dtype=np.bool_)
    carried[looked_at] = context.log.is_carried(absent.changed) | context.log.is_carried(absent.created)
    return [
        pl.Series("transport_failed", failed),
        pl.Series("transport_unknown", unknown),
        pl.Series("is_carried", carried),
    ]


def _bits_of(found: np.typing.NDArray[np.str_]) -> np.typing.NDArray[np.uint64]:
    names, inverse = np.unique(found, return_inverse=True)
    table = np.array([bits([name] if name in BY_CODE else []) for name in names.tolist()], dtype=np.uint64)
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
    found = cause_masks.only(pl.col("failed"), codes(_BLOCKING)) & ~refuted
    # nothing is concluded of a document whose word nobody knows
    blocking = pl.when(pl.col("is_invoice").is_not_null()).then(found).otherwise(cause_masks.NOTHING)
    primary = pl.when(expected != 0).then(cause_masks.first(expected)).otherwise(cause_masks.first(blocking))
    is_waiting = cause_masks.first(blocking).is_in([BIT[code] for code in codes(_WAITING)]).fill_null(value=False)
    # a mapping that the portal's own list does not have shows nothing, unless the row itself names the company
    is_mapped_there = pl.col("is_transport_reached") & pl.col("is_in_portal").fill_null(value=True)
    is_shown = is_mapped_there | pl.col("is_shown_here").fill_null(value=False)
    is_visible = (
        pl.col("is_present") & pl.col("can_anyone_see") & is_shown & (cause_masks.only(pl.col("unknown"), HIDING) == 0)
    )
    code = (
        pl.when(expected != 0).then(STATE_CODES.index(State.EXPECTED))
        .when(is_waiting).then(STATE_CODES.index(State.WAITING))
        .when(blocking != 0).then(STATE_CODES.index(State.BLOCKED))
        .when(is_visible & (found == 0)).then(STATE_CODES.index(State.VISIBLE))
        .otherwise(STATE_CODES.index(State.UNKNOWN))
    )  # fmt: skip
    return whole.with_columns(
        primary_bit=primary,
        state_code=code.cast(pl.UInt8),
        is_freed_alone=(expected == 0) & (blocking.bitwise_count_ones() == 1) & ~is_waiting,
    )
