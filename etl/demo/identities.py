"""Who a customer is: the scenarios of identity, and what each of them must come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.causes import bits


class Identity(IntEnum):
    """How a customer stands to its company."""

    MAPPED = 0
    MAPPED_BY_NAME = auto()
    RENAMED = auto()
    JUDGED = auto()
    JUDGED_LATE = auto()
    EXCLUDED = auto()
    NOT_IN_EXTRACT = auto()
    INACTIVE = auto()
    MERGED = auto()
    NO_CANDIDATE = auto()
    AMBIGUOUS = auto()
    PROBABLE = auto()
    CHILD_UNMAPPED = auto()
    CHILD_MAPPED = auto()
    CERTAIN_BY_ACCOUNT = auto()
    CERTAIN_BY_NAME = auto()
    CERTAIN_BY_INVOICES = auto()
    CONFLICT = auto()
    TARGET_MISSING = auto()
    TARGET_DELETED = auto()
    INACTIVE_BY_FLAG = auto()
    INACTIVE_BY_CAPTION = auto()
    HIDDEN_BY_TYPE = auto()
    HIDDEN_BY_STATUS = auto()
    BILLED_ELSEWHERE = auto()
    MAPPED_SINCE = auto()
    SHOWN_UNMAPPED = auto()


@dataclass(frozen=True)
class _Traits:
    """What a scenario of identity comes to.

    Attributes:
        causes: the identity gates that fail.
        state: the mapping's state.
        has_company: a company of its own is in ConnectWise.
        is_listed: the portal's own mappings hold a company for the customer.
        is_judged: a person mapped it.
        has_account: the customer bears the company's Account ID.
        has_details: the customer bears the company's address, phone and e-mail.
        is_billed: its invoices are made in ConnectWise.
        is_transport_reached: whether the invoices should be in the portal by now.
        is_access_reached: whether the mapped company is known.
        is_ahead: the portal shows the invoices at the company, although its list of mappings lacks the customer.
    """

    causes: tuple[str, ...] = ()
    state: str = "mapped"
    has_company: bool = True
    is_listed: bool = True
    is_judged: bool = False
    has_account: bool = True
    has_details: bool = True
    is_billed: bool = True
    is_transport_reached: bool = True
    is_access_reached: bool = True
    is_ahead: bool = False


def _unmapped(cause: str, state: str, *, has_company: bool = False) -> _Traits:
    return _Traits(
        (cause,), state, has_company, is_listed=False, has_account=False, has_details=False, is_billed=False,
        is_transport_reached=False, is_access_reached=False,
    )  # fmt: skip


def _certain(*, by_account: bool, by_details: bool, is_ahead: bool = False) -> _Traits:
    return _Traits(
        ("UNMAPPED_CERTAIN",),
        is_listed=False,
        has_account=by_account,
        has_details=by_details,
        is_transport_reached=False,
        is_ahead=is_ahead,
    )


TRAITS: Final[dict[Identity, _Traits]] = {
    Identity.MAPPED: _Traits(),
    Identity.MAPPED_BY_NAME: _Traits(has_account=False),
    # the portal was mapped by hand: nothing on the customer says who it is
    Identity.RENAMED: _Traits(has_account=False, has_details=False),
    Identity.JUDGED: _Traits(is_listed=False, is_judged=True, has_account=False),
    Identity.JUDGED_LATE: _Traits(is_listed=False, is_judged=True, has_account=False),
    Identity.EXCLUDED: _unmapped("CUSTOMER_EXCLUDED", "excluded"),
    Identity.NOT_IN_EXTRACT: _Traits(("CUSTOMER_NOT_IN_EXTRACT",)),
    Identity.INACTIVE: _Traits(("CUSTOMER_INACTIVE",)),
    Identity.MERGED: _Traits(("CUSTOMER_INACTIVE",)),
    Identity.NO_CANDIDATE: _unmapped("UNMAPPED_NO_CANDIDATE", "none"),
    Identity.AMBIGUOUS: _unmapped("UNMAPPED_AMBIGUOUS", "review", has_company=True),
    Identity.PROBABLE: _unmapped("UNMAPPED_PROBABLE", "review", has_company=True),
    Identity.CHILD_UNMAPPED: _unmapped("SUBCUSTOMER_UNMAPPED", "review"),
    Identity.CHILD_MAPPED: _Traits(has_company=False, has_account=False, has_details=False, is_billed=False),
    Identity.CERTAIN_BY_ACCOUNT: _certain(by_account=True, by_details=True),
    Identity.CERTAIN_BY_NAME: _certain(by_account=False, by_details=True),
    Identity.CERTAIN_BY_INVOICES: _certain(by_account=False, by_details=False),
    Identity.CONFLICT: _Traits(("MAPPING_CONFLICT",)),
    Identity.TARGET_MISSING: _Traits(
        ("TARGET_MISSING",),
        has_company=False,
        has_account=False,
        has_details=False,
        is_billed=False,
        is_access_reached=False,
    ),
    Identity.TARGET_DELETED: _Traits(("TARGET_DELETED",)),
    Identity.INACTIVE_BY_FLAG: _Traits(("TARGET_INACTIVE",)),
    Identity.INACTIVE_BY_CAPTION: _Traits(("TARGET_INACTIVE",)),
    Identity.HIDDEN_BY_TYPE: _Traits(("TARGET_HIDDEN",)),
    Identity.HIDDEN_BY_STATUS: _Traits(("TARGET_HIDDEN",)),
    Identity.BILLED_ELSEWHERE: _Traits(("BILL_TO_ELSEWHERE",)),
    # mapped in the portal after its list of mappings was made
    Identity.MAPPED_SINCE: _certain(by_account=True, by_details=True, is_ahead=True),
    Identity.SHOWN_UNMAPPED: replace(_unmapped("UNMAPPED_NO_CANDIDATE", "none", has_company=True), is_ahead=True),
}

CAUSES: Final = np.array([bits(TRAITS[kind].causes) for kind in Identity], dtype=np.uint64)
"""Per scenario: mask of the identity gates that fail."""


def trait(name: str) -> npt.NDArray[np.bool_]:
    """One yes-or-no trait, per scenario."""
    return np.array([getattr(TRAITS[kind], name) for kind in Identity], dtype=np.bool_)


NAMED_ALIKE: Final = (
    Identity.AMBIGUOUS, Identity.PROBABLE, Identity.CERTAIN_BY_NAME, Identity.CERTAIN_BY_INVOICES, Identity.CONFLICT,
)  # fmt: skip
"""Their names must be written alike on both sides."""

NAMED_UNLIKE: Final = (
    Identity.RENAMED, Identity.EXCLUDED, Identity.NO_CANDIDATE, Identity.TARGET_MISSING, Identity.SHOWN_UNMAPPED,
)  # fmt: skip
"""Their names must resemble no company's."""

CHILDREN: Final = (Identity.CHILD_UNMAPPED, Identity.CHILD_MAPPED)
