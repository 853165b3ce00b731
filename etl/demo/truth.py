"""What a run must find: composed from the scenarios, without looking at how a run finds it.

The gates are checked in the order of the taxonomy:
- what is rightly absent (credit memos, paid, void, deleted, zero, negative) is expected; later gates are not reached,
  but what the portal shows of it is still compared;
- a draft has not been sent yet: nothing is missing from the portal; a future date alone keeps nothing back;
- who is not mapped, or mapped only here, has nothing in the portal, unless the portal's list shows it; who is not
  mapped has no contacts to look at;
- what the portal's list shows, nothing that merely predicts its absence keeps from being visible; but a row that names
  no company shows the invoice to somebody, and to whom only the portal's own list of mappings can say.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.causes import PREDICTED, SHOWN_WRONG, UNMAPPED, bits, bits_where, codes
from etl.demo import documents, texts
from etl.demo.documents import Billed, Document, PortalView, When
from etl.demo.ledger import Ledger, Slice
from etl.domain import CauseClass, State

Masks = npt.NDArray[np.uint64]

_EXPECTED: Final = bits_where(lambda cause: cause.kind is CauseClass.EXPECTED)
_WAITING: Final = bits_where(lambda cause: cause.kind is CauseClass.WAITING)


# a wrong amount is shown, so it does not stand in the way
_SHOWN_WRONG: Final = bits(SHOWN_WRONG)
_BLOCKING: Final = bits_where(lambda cause: cause.kind in {CauseClass.DEFECT, CauseClass.WAITING}) & ~_SHOWN_WRONG
_NOT_MAPPED: Final = bits(UNMAPPED)
_PREDICTING: Final = bits(PREDICTED)
_IN_PORTAL: Final = np.uint64(1 << 63)
"""A bit that no cause has: the portal's list shows the invoice."""
_TO_NOBODY_KNOWN: Final = np.uint64(1 << 62)
"""Another one: nothing says to which company the portal shows it."""
_ORIGINALS: Final = (Document.ORIGINAL, Document.COPY)


def causes(invoices: Slice, ledger: Ledger) -> Masks:
    """Every gate that fails, per invoice, as a mask; bits beyond all causes say whether the portal shows it."""
    standing = ledger.cast.standing
    own = documents.CAUSES[invoices.kind] | _numbers(invoices, ledger)
    is_expected = (own & np.uint64(_EXPECTED)) != 0
    later = standing.causes[invoices.customer]
    is_awaited = standing.is_transport_reached[invoices.customer] & (invoices.kind != Document.DRAFT)
    later = later | np.where(is_awaited, _transport(invoices, ledger), np.uint64(0))
    shown = np.where(is_shown(invoices), documents.SHOWN_CAUSES[invoices.kind] | _IN_PORTAL, np.uint64(0))
    is_unnamed = (invoices.seen == PortalView.BY_TOTAL) & ~standing.is_listed[invoices.customer]
    shown = shown | np.where(is_unnamed, _TO_NOBODY_KNOWN, np.uint64(0))
    return np.asarray(own | shown | np.where(is_expected, np.uint64(0), later))


def is_shown(invoices: Slice) -> npt.NDArray[np.bool_]:
    """Whether a row of the portal's list is certainly the invoice."""
    return ~np.isin(invoices.seen, (PortalView.NOT, PortalView.UNDER_OLD_ID, PortalView.UNDECIDED))


def differences(invoices: Slice, ledger: Ledger) -> pl.DataFrame:
    """What the portal and the books differ on: shown and no longer owed, or paid in the portal and not in the books."""
    figures = pl.Series(documents.FIGURES).gather(invoices.kind)
    kept = np.flatnonzero(figures.is_not_null().to_numpy() & is_shown(invoices))
    return pl.DataFrame(
        {
            "figure": figures.gather(kept),
            "invoice_id_acct": texts.invoice_ids(invoices.at[kept], ledger.plan.shape),
            "currency_code": ledger.cast.customers["currency"].gather(invoices.customer[kept]),
            "amount": texts.money(np.abs(invoices.portal_balance - invoices.balance)[kept]),
        }
    )


def _bit(cause: str) -> np.uint64:
    return np.uint64(bits([cause]))


def _numbers(invoices: Slice, ledger: Ledger) -> Masks:
    """The gates that compare numbers."""
    is_pair = np.isin(invoices.kind, _ORIGINALS) & invoices.has_twin
    is_double = is_pair & (invoices.seen != PortalView.BY_ID)
    # of a row that nothing decides, nobody knows whose number it is
    is_reformatted = (invoices.seen == PortalView.BY_OTHER_SPELLING) | (invoices.billed == Billed.OTHERWISE)
    # a copy's number is in ConnectWise: its original's
    is_borrowed = (invoices.kind == Document.COPY) & ledger.cast.standing.is_billed[invoices.customer]
    is_unbilled = (invoices.billed == Billed.NOT) & ~is_borrowed
    return np.asarray(
        is_double * _bit("DUPLICATE_NUMBER")
        | is_reformatted * _bit("NUMBER_REFORMATTED")
        | is_unbilled * _bit("CREATED_ONLY_IN_ACCOUNTING")
    )


def _transport(invoices: Slice, ledger: Ledger) -> Masks:
    """Why each invoice is not in the portal; nothing for what is there, and for what may be there."""
    after = "SYNC_STALLED" if ledger.calendar.stalled else "PENDING_NEXT_SYNC"
    when = invoices.when
    if not ledger.plan.with_portal_list:
        # the log shows what no run carried; what was carried may or may not have arrived. Without the time of creation
        # a late change proves nothing: the invoice may have come with an earlier run
        is_dated = ledger.plan.shape != "xero"
        return np.select(
            [when == When.BEFORE, (when == When.FRESH) & is_dated, (when == When.OUTAGE) & is_dated],
            [_bit("BEFORE_SYNC_START"), _bit(after), _bit("MISSED_IN_WINDOW")],
            np.uint64(0),
        )
    return np.select(
        [
            is_shown(invoices) | (invoices.seen == PortalView.UNDECIDED),
            invoices.seen == PortalView.UNDER_OLD_ID,
            # dated after the day of the last sync, and no time says whether that sync could carry it
            invoices.kind == Document.UNDATED_TODAY,
            when == When.NEVER,
            (when == When.FRESH) | documents.IS_TOUCHED[invoices.kind],
            when == When.BEFORE,
            when == When.OUTAGE,
            invoices.is_forgotten,
            invoices.kind == Document.BACKDATED,
        ],
        [
            np.uint64(0),
            _bit("RECREATED_ID"),
            np.uint64(0),
            _bit("MISSED_UNDATED"),
            _bit(after),
            _bit("BEFORE_SYNC_START"),
            _bit("MISSED_IN_WINDOW"),
            _bit("SKIPPED_WHILE_UNMAPPED"),
            _bit("BACKDATED_ENTRY"),
        ],
        _bit("MISSED_IN_WINDOW"),
    )


def verdicts(masks: Masks) -> pl.DataFrame:
    """State, primary cause and all causes, per mask.

    Args:
        masks: the gates that fail, per invoice, and whether the portal shows it: else it is not proven to be visible.

    Returns:
        `state`, `primary_cause` and `causes`, one row per invoice.
    """
    kinds, place = np.unique(masks, return_inverse=True)
    rows = [_verdict(int(bits)) for bits in kinds.tolist()]
    table = pl.DataFrame(rows, schema=dict.fromkeys(("state", "primary_cause", "causes"), pl.String), orient="row")
    return table[place] if rows else table


def _verdict(bits: int) -> tuple[str, str | None, str]:
    in_portal = bool(bits & int(_IN_PORTAL))
    expected, blocking = bits & _EXPECTED, bits & _BLOCKING
    if in_portal:
        blocking &= ~_PREDICTING
    first = _lowest(expected or blocking)
    if expected:
        state = State.EXPECTED
    elif first & _WAITING:
        state = State.WAITING
    elif blocking:
        state = State.BLOCKED
    else:
        # of a company that nobody knows to be the customer's, nobody knows who can look
        is_proven = in_portal and not bits & (_NOT_MAPPED | int(_TO_NOBODY_KNOWN))
        state = State.VISIBLE if is_proven else State.UNKNOWN
    return state.value, next(iter(codes(first)), None), " ".join(codes(bits))


def _lowest(bits: int) -> int:
    return bits & -bits
