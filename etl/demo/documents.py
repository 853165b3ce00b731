"""What can happen to one document: the scenarios of existence and transport, a hundred slots of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.taxonomy import BIT

SLOTS: Final = 100


class Document(IntEnum):
    """A scenario of existence or transport."""

    PAID = 0
    OPEN = auto()
    PARTLY_PAID = auto()
    BY_NUMBER = auto()
    BY_OTHER_SPELLING = auto()
    BY_NUMBER_AND_TOTAL = auto()
    SPELT_OTHERWISE_IN_CONNECTWISE = auto()
    NOT_IN_CONNECTWISE = auto()
    STALE = auto()
    STALE_BY_NUMBER = auto()
    IN_OUTAGE = auto()
    BEFORE_START = auto()
    BACKDATED = auto()
    LOST = auto()
    RECREATED = auto()
    UNDATED = auto()
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


class Seen(IntEnum):
    """How the portal lists a document."""

    NOT = 0
    BY_ID = auto()
    BY_NUMBER = auto()
    BY_OTHER_SPELLING = auto()
    BY_TOTAL = auto()
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
    """

    slots: int
    seen: Seen = Seen.BY_ID
    when: When = When.CALM
    billed: Billed = Billed.AS_WRITTEN
    causes: tuple[str, ...] = ()
    status: str = "open"
    document_type: str = "invoice"
    total: int = 100
    balance: int = 100


_N = Seen.NOT
STORIES: Final[dict[Document, _Story]] = {
    Document.PAID: _Story(45, causes=("PAID_IN_FULL",), status="paid", balance=0),
    Document.OPEN: _Story(18),
    Document.PARTLY_PAID: _Story(3, balance=40),
    Document.BY_NUMBER: _Story(2, Seen.BY_NUMBER),
    Document.BY_OTHER_SPELLING: _Story(1, Seen.BY_OTHER_SPELLING),
    Document.BY_NUMBER_AND_TOTAL: _Story(1, Seen.BY_TOTAL),
    Document.SPELT_OTHERWISE_IN_CONNECTWISE: _Story(1, billed=Billed.OTHERWISE),
    Document.NOT_IN_CONNECTWISE: _Story(3, billed=Billed.NOT),
    Document.STALE: _Story(2, balance=70),
    Document.STALE_BY_NUMBER: _Story(1, Seen.BY_NUMBER, balance=70),
    Document.IN_OUTAGE: _Story(2, _N, When.OUTAGE),
    Document.BEFORE_START: _Story(1, _N, When.BEFORE),
    Document.BACKDATED: _Story(2, _N),
    Document.LOST: _Story(1, _N),
    Document.RECREATED: _Story(1, Seen.UNDER_OLD_ID),
    Document.UNDATED: _Story(1, _N, When.NEVER),
    Document.FRESH: _Story(2, _N, When.FRESH),
    Document.CREDIT_MEMO: _Story(2, _N, causes=("NOT_AN_INVOICE",), document_type="credit_memo"),
    Document.DRAFT: _Story(1, _N, causes=("DRAFT",), status="draft"),
    Document.DELETED: _Story(1, _N, causes=("DELETED",), status="deleted"),
    Document.VOIDED: _Story(2, _N, causes=("VOIDED",), status="voided", total=0, balance=0),
    Document.ZERO: _Story(1, causes=("ZERO_TOTAL",), total=0, balance=0),
    Document.NEGATIVE: _Story(1, _N, causes=("NEGATIVE_BALANCE",), total=-100, balance=-100),
    Document.OVERPAID: _Story(1, causes=("NEGATIVE_BALANCE",), balance=-10),
    Document.FUTURE: _Story(2, causes=("FUTURE_DATED",)),
    Document.ORIGINAL: _Story(1),
    Document.COPY: _Story(1, _N, billed=Billed.NOT),
}

_LAYOUT: Final = [kind for kind, story in STORIES.items() for _ in range(story.slots)]
SLOT_KINDS: Final = np.array(_LAYOUT, dtype=np.int64)
"""Slot -> scenario."""
ORIGINAL_SLOT: Final = _LAYOUT.index(Document.ORIGINAL)
COPY_SLOT: Final = _LAYOUT.index(Document.COPY)

CAUSES: Final = np.array([sum(1 << BIT[cause] for cause in STORIES[kind].causes) for kind in Document], dtype=np.uint64)
"""Per scenario: mask of the gates of existence that fail."""

TYPES: Final = tuple(STORIES[kind].document_type for kind in Document)
STATUSES: Final = tuple(STORIES[kind].status for kind in Document)


def numbers(name: str) -> npt.NDArray[np.int64]:
    """One numeric field of the stories, per scenario."""
    return np.array([int(getattr(STORIES[kind], name)) for kind in Document], dtype=np.int64)


SEEN: Final = numbers("seen")
WHEN: Final = numbers("when")
BILLED: Final = numbers("billed")
TOTAL: Final = numbers("total")
BALANCE: Final = numbers("balance")
