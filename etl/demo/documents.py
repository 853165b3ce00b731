"""What can happen to one document: the scenarios of existence and transport, a hundred slots of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.causes import bits

SLOTS: Final = 100


class Document(IntEnum):
    """A scenario of existence or transport."""

    PAID = 0
    OPEN = auto()
    PARTLY_PAID = auto()
    BY_NUMBER = auto()
    BY_OTHER_SPELLING = auto()
    BY_NUMBER_AND_TOTAL = auto()
    BY_CARD = auto()
    UNDECIDED = auto()
    SPELT_OTHERWISE_IN_CONNECTWISE = auto()
    NOT_IN_CONNECTWISE = auto()
    STALE = auto()
    STALE_BY_NUMBER = auto()
    EDITED = auto()
    PAID_BUT_SHOWN = auto()
    VOIDED_BUT_SHOWN = auto()
    PAID_JUST_NOW = auto()
    PARTLY_PAID_JUST_NOW = auto()
    PAID_IN_PORTAL = auto()
    PAYMENT_PENDING = auto()
    IN_OUTAGE = auto()
    BEFORE_START = auto()
    BACKDATED = auto()
    LOST = auto()
    RECREATED = auto()
    UNDATED = auto()
    UNDATED_TODAY = auto()
    FRESH = auto()
    CREDIT_MEMO = auto()
    DRAFT = auto()
    DELETED = auto()
    VOIDED = auto()
    ZERO = auto()
    NEGATIVE = auto()
    OVERPAID = auto()
    FUTURE = auto()
    ORIGINAL = auto()
    COPY = auto()


class PortalView(IntEnum):
    """How the portal lists a document.

    BY_NUMBER names the customer, BY_TOTAL nobody. BY_CARD is what a screen of the portal shows: number, card name, due
    date and open balance. UNDECIDED is such a row with the number written differently and no amount: nothing decides.
    """

    NOT = 0
    BY_ID = auto()
    BY_NUMBER = auto()
    BY_OTHER_SPELLING = auto()
    BY_TOTAL = auto()
    BY_CARD = auto()
    UNDECIDED = auto()
    UNDER_OLD_ID = auto()


class When(IntEnum):
    """In which stretch of the calendar a document was last changed."""

    CALM = 0
    OUTAGE = auto()
    BEFORE = auto()
    FRESH = auto()
    NEVER = auto()


class Billed(IntEnum):
    """How ConnectWise lists a document."""

    NOT = 0
    AS_WRITTEN = auto()
    OTHERWISE = auto()


@dataclass(frozen=True)
class _Story:
    """One scenario.

    Attributes:
        slots: how many of a hundred documents.
        causes: gates of existence that fail.
        status: the document's status.
        document_type: the document's type.
        total: of a hundred, how much of the drawn amount the total is.
        balance: of a hundred, how much of the drawn amount is open.
        portal_total, portal_balance: the same as the portal shows them; null for the values of accounting.
        word: the portal's word for the document's status; null is what the portal's balance says.
        is_touched: last changed after the last sync, long after it was made.
        shown_causes: gates that fail where the portal shows the document.
        figure: the figure that the two balances differ by, where the portal shows the document.
    """

    slots: int
    seen: PortalView = PortalView.BY_ID
    when: When = When.CALM
    billed: Billed = Billed.AS_WRITTEN
    causes: tuple[str, ...] = ()
    status: str = "open"
    document_type: str = "invoice"
    total: int = 100
    balance: int = 100
    portal_total: int | None = None
    portal_balance: int | None = None
    word: str | None = None
    is_touched: bool = False
    shown_causes: tuple[str, ...] = ()
    figure: str | None = None


_N = PortalView.NOT
_NOT_OWED, _PAID_THERE = "shown_not_owed", "paid_in_portal"
STORIES: Final[dict[Document, _Story]] = {
    Document.PAID: _Story(32, causes=("PAID_IN_FULL",), status="paid", balance=0),
    Document.OPEN: _Story(18),
    Document.PARTLY_PAID: _Story(3, balance=40),
    Document.BY_NUMBER: _Story(2, PortalView.BY_NUMBER),
    Document.BY_OTHER_SPELLING: _Story(1, PortalView.BY_OTHER_SPELLING),
    Document.BY_NUMBER_AND_TOTAL: _Story(1, PortalView.BY_TOTAL),
    Document.BY_CARD: _Story(3, PortalView.BY_CARD),
    Document.UNDECIDED: _Story(1, PortalView.UNDECIDED),
    Document.SPELT_OTHERWISE_IN_CONNECTWISE: _Story(1, billed=Billed.OTHERWISE),
    Document.NOT_IN_CONNECTWISE: _Story(3, billed=Billed.NOT),
    Document.STALE: _Story(2, balance=70, portal_balance=100, shown_causes=("STALE_AMOUNT",), figure=_NOT_OWED),
    Document.STALE_BY_NUMBER: _Story(
        1, PortalView.BY_NUMBER, balance=70, portal_balance=100, shown_causes=("STALE_AMOUNT",), figure=_NOT_OWED
    ),
    # an edited total is neither owed twice nor paid
    Document.EDITED: _Story(1, portal_total=80, portal_balance=80, shown_causes=("STALE_AMOUNT",)),
    Document.PAID_BUT_SHOWN: _Story(
        2, causes=("PAID_IN_FULL",), status="paid", balance=0, portal_balance=100,
        shown_causes=("PORTAL_SHOWS_SETTLED",), figure=_NOT_OWED,
    ),
    Document.VOIDED_BUT_SHOWN: _Story(
        1, causes=("VOIDED",), status="voided", total=0, balance=0, portal_total=100, portal_balance=100,
        shown_causes=("PORTAL_SHOWS_SETTLED",), figure=_NOT_OWED,
    ),
    Document.PAID_JUST_NOW: _Story(
        2, causes=("PAID_IN_FULL",), status="paid", balance=0, portal_balance=100, is_touched=True,
        shown_causes=("PORTAL_NOT_CAUGHT_UP",),
    ),
    Document.PARTLY_PAID_JUST_NOW: _Story(
        1, balance=40, portal_balance=100, is_touched=True, shown_causes=("PORTAL_NOT_CAUGHT_UP",)
    ),
    Document.PAID_IN_PORTAL: _Story(1, portal_balance=0, shown_causes=("PAYMENT_NOT_POSTED",), figure=_PAID_THERE),
    Document.PAYMENT_PENDING: _Story(1, word="Pending", shown_causes=("PAYMENT_IN_TRANSIT",)),
    Document.IN_OUTAGE: _Story(2, _N, When.OUTAGE),
    Document.BEFORE_START: _Story(1, _N, When.BEFORE),
    Document.BACKDATED: _Story(2, _N),
    Document.LOST: _Story(1, _N),
    Document.RECREATED: _Story(1, PortalView.UNDER_OLD_ID),
    Document.UNDATED: _Story(1, _N, When.NEVER),
    Document.UNDATED_TODAY: _Story(1, _N, When.NEVER),
    Document.FRESH: _Story(2, _N, When.FRESH),
    Document.CREDIT_MEMO: _Story(2, _N, causes=("NOT_AN_INVOICE",), document_type="credit_memo"),
    Document.DRAFT: _Story(1, _N, causes=("DRAFT",), status="draft"),
    Document.DELETED: _Story(1, _N, causes=("DELETED",), status="deleted"),
    Document.VOIDED: _Story(1, _N, causes=("VOIDED",), status="voided", total=0, balance=0),
    Document.ZERO: _Story(1, causes=("ZERO_TOTAL",), total=0, balance=0),
    Document.NEGATIVE: _Story(1, _N, causes=("NEGATIVE_BALANCE",), total=-100, balance=-100),
    Document.OVERPAID: _Story(1, causes=("NEGATIVE_BALANCE",), balance=-10),
    Document.FUTURE: _Story(2, causes=("FUTURE_DATED",)),
    Document.ORIGINAL: _Story(1),
    Document.COPY: _Story(1, _N, billed=Billed.NOT),
}  # fmt: skip

_LAYOUT: Final = [kind for kind, story in STORIES.items() for _ in range(story.slots)]
SLOT_KINDS: Final = np.array(_LAYOUT, dtype=np.int64)
"""Slot -> scenario."""
ORIGINAL_SLOT: Final = _LAYOUT.index(Document.ORIGINAL)
COPY_SLOT: Final = _LAYOUT.index(Document.COPY)


def _masks(name: str) -> npt.NDArray[np.uint64]:
    rows = [bits(getattr(STORIES[kind], name)) for kind in Document]
    return np.array(rows, dtype=np.uint64)


CAUSES: Final = _masks("causes")
"""Per scenario: mask of the gates of existence that fail."""
SHOWN_CAUSES: Final = _masks("shown_causes")
"""Per scenario: mask of the gates that fail where the portal shows the document."""

TYPES: Final = tuple(STORIES[kind].document_type for kind in Document)
STATUSES: Final = tuple(STORIES[kind].status for kind in Document)


FIGURES: Final = tuple(STORIES[kind].figure for kind in Document)


def numbers(name: str, otherwise: str = "") -> npt.NDArray[np.int64]:
    """One numeric field of the stories, per scenario; another field if it is null."""
    stories = [STORIES[kind] for kind in Document]
    values = [getattr(story, name) for story in stories]
    filled = [
        getattr(story, otherwise) if value is None else value for value, story in zip(values, stories, strict=True)
    ]
    return np.array(filled, dtype=np.int64)


def _word(story: _Story) -> str:
    balance = story.balance if story.portal_balance is None else story.portal_balance
    total = story.total if story.portal_total is None else story.portal_total
    said = "Paid" if balance <= 0 else "Open" if balance == total else "Partially Paid"
    return story.word or said


WORDS: Final = tuple(_word(STORIES[kind]) for kind in Document)
"""Per scenario: the portal's word for the document's status."""


SEEN: Final = numbers("seen")
WHEN: Final = numbers("when")
BILLED: Final = numbers("billed")
TOTAL: Final = numbers("total")
BALANCE: Final = numbers("balance")
PORTAL_TOTAL: Final = numbers("portal_total", "total")
PORTAL_BALANCE: Final = numbers("portal_balance", "balance")
IS_TOUCHED: Final = numbers("is_touched").astype(np.bool_)
