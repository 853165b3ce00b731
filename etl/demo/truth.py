"""What a night must find: composed from the scenarios, without looking at how a night finds it.

The gates are checked in the order of the taxonomy:
- what is rightly absent (credit memos, paid, void, deleted, zero, negative) is expected; later gates are not reached;
- a draft or a future invoice has not been sent yet: nothing is missing from the portal;
- who is not mapped, or mapped only here, has nothing in the portal; who is not mapped has no contacts to look at.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.demo import documents
from etl.demo.documents import Billed, Document, Seen, When
from etl.demo.ledger import Ledger, Slice
from etl.domain import CauseClass, State
from etl.taxonomy import BIT, codes, mask

Masks = npt.NDArray[np.uint64]

_EXPECTED: Final = mask(CauseClass.EXPECTED)
_WAITING: Final = mask(CauseClass.WAITING)
# an old amount is shown, so it does not stand in the way
_BLOCKING: Final = mask(CauseClass.DEFECT, CauseClass.WAITING) & ~(1 << BIT["STALE_AMOUNT"])
_NOT_SENT: Final = (Document.DRAFT, Document.FUTURE)
_ORIGINALS: Final = (Document.ORIGINAL, Document.COPY)


def causes(invoices: Slice, ledger: Ledger) -> Masks:
    """Every gate that fails, per invoice, as a mask."""
    standing = ledger.cast.standing
    own = documents.CAUSES[invoices.kind] | _numbers(invoices, ledger)
    is_expected = (own & np.uint64(_EXPECTED)) != 0
    later = standing.causes[invoices.customer]
    is_awaited = standing.is_transport_reached[invoices.customer] & ~np.isin(invoices.kind, _NOT_SENT)
    later = later | np.where(is_awaited, _transport(invoices, ledger), np.uint64(0))
    return np.asarray(own | np.where(is_expected, np.uint64(0), later))


def _bit(cause: str) -> np.uint64:
    return np.uint64(1 << BIT[cause])


def _numbers(invoices: Slice, ledger: Ledger) -> Masks:
    """The gates that compare numbers."""
    is_pair = np.isin(invoices.kind, _ORIGINALS) & invoices.has_twin
    is_double = is_pair & (invoices.seen != Seen.BY_ID)
    is_reformatted = (invoices.seen == Seen.BY_OTHER_SPELLING) | (invoices.billed == Billed.OTHERWISE)
    # a copy's number is in ConnectWise: its original's
    is_borrowed = (invoices.kind == Document.COPY) & ledger.cast.standing.is_billed[invoices.customer]
    is_unbilled = (invoices.billed == Billed.NOT) & ~is_borrowed
    return np.asarray(
        is_double * _bit("DUPLICATE_NUMBER")
        | is_reformatted * _bit("NUMBER_REFORMATTED")
        | is_unbilled * _bit("CREATED_ONLY_IN_ACCOUNTING")
    )


def _transport(invoices: Slice, ledger: Ledger) -> Masks:
    """Why each invoice is not in the portal; for what is there, whether its amount is old."""
    after = "SYNC_STALLED" if ledger.calendar.stalled else "PENDING_NEXT_SYNC"
    when = invoices.when
    if not ledger.plan.with_portal_list:
        # the log tells what no run carried; what was carried may or may not have arrived. Without the time of creation
        # a late change proves nothing: the invoice may have come with an earlier run
        is_dated = ledger.plan.shape != "xero"
        return np.select(
            [when == When.BEFORE, (when == When.FRESH) & is_dated, (when == When.OUTAGE) & is_dated],
            [_bit("BEFORE_SYNC_START"), _bit(after), _bit("MISSED_IN_WINDOW")],
            np.uint64(0),
        )
    is_stale = (invoices.portal_balance != invoices.balance) * _bit("STALE_AMOUNT")
    is_shown = (invoices.seen != Seen.NOT) & (invoices.seen != Seen.UNDER_OLD_ID)
    return np.select(
        [
            is_shown,
            invoices.seen == Seen.UNDER_OLD_ID,
            when == When.NEVER,
            when == When.FRESH,
            when == When.BEFORE,
            when == When.OUTAGE,
            invoices.is_forgotten,
            invoices.kind == Document.BACKDATED,
        ],
        [
            is_stale,
            _bit("RECREATED_ID"),
            _bit("MISSED_UNDATED"),
            _bit(after),
            _bit("BEFORE_SYNC_START"),
            _bit("MISSED_IN_WINDOW"),
            _bit("SKIPPED_WHILE_UNMAPPED"),
            _bit("BACKDATED_ENTRY"),
        ],
        _bit("MISSED_IN_WINDOW"),
    )


def verdicts(masks: Masks, *, with_portal_list: bool) -> pl.DataFrame:
    """State, primary cause and all causes, per mask.

    Args:
        masks: the gates that fail, per invoice.
        with_portal_list: without it nothing is proven to be visible.

    Returns:
        `state`, `primary_cause` and `causes`, one row per invoice.
    """
    kinds, place = np.unique(masks, return_inverse=True)
    rows = [_verdict(int(bits), with_portal_list=with_portal_list) for bits in kinds.tolist()]
    table = pl.DataFrame(rows, schema=dict.fromkeys(("state", "primary_cause", "causes"), pl.String), orient="row")
    return table[place] if rows else table


def _verdict(bits: int, *, with_portal_list: bool) -> tuple[str, str | None, str]:
    expected, blocking = bits & _EXPECTED, bits & _BLOCKING
    first = _lowest(expected or blocking)
    if expected:
        state = State.EXPECTED
    elif first & _WAITING:
        state = State.WAITING
    elif blocking:
        state = State.BLOCKED
    else:
        state = State.VISIBLE if with_portal_list else State.UNKNOWN
    return state.value, next(iter(codes(first)), None), " ".join(codes(bits))


def _lowest(bits: int) -> int:
    return bits & -bits
