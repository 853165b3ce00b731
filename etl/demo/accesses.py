"""Who may look: the scenarios of access, each with its contacts and the gates that fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.causes import bits

MINIMUM_LEVEL: Final = 5


class Access(IntEnum):
    """Which contacts a company has."""

    BILLING = 0
    MANAGER = auto()
    LARGE = auto()
    SINGLE = auto()
    NO_CONTACT = auto()
    ONLY_INACTIVE = auto()
    NO_EMAIL = auto()
    BAD_EMAIL = auto()
    SHARED_EMAIL = auto()
    EMAIL_OF_LEAVER = auto()
    DISABLED = auto()
    LEVEL_MISSING = auto()
    LEVEL_INVALID = auto()
    LEVEL_LOW = auto()
    NOBODY_NAMED = auto()
    LOW_AND_DISABLED = auto()
    NEITHER_EMAIL_NOR_LEVEL = auto()
    PARENT_ONLY = auto()
    PARENT_AND_INACTIVE = auto()
    CHILD_ONLY = auto()


ABLE: Final = (Access.BILLING, Access.MANAGER, Access.LARGE, Access.SINGLE)
UNDER_PARENT: Final = (Access.PARENT_ONLY, Access.PARENT_AND_INACTIVE)


@dataclass(frozen=True)
class _Contact:
    """One contact of a scenario.

    Attributes:
        level: portal security level; null for none.
        email: how the login is written: own, none, other (an address, but not the default), bad, shared, SHARED or
            provider.
        role: billing or default (the company points to it), default billing or default flag (it says so itself).
        is_inactive: null for unknown, which counts as no.
        is_bill_email: the accounting customer's e-mail is this contact's.
        is_leaver: no longer at any company.
    """

    level: int | None
    email: str = "own"
    role: str = ""
    is_inactive: bool | None = False
    is_disabled: bool | None = False
    is_bill_email: bool = False
    is_leaver: bool = False


_USER, _BLOCKED_USER = _Contact(2), _Contact(1, is_disabled=True, is_bill_email=True)
_BILL = "billing"

CONTACTS: Final[dict[Access, tuple[_Contact, ...]]] = {
    Access.BILLING: (_Contact(6, role=_BILL, is_bill_email=True), _USER, _Contact(1)),
    Access.MANAGER: (_Contact(3, role=_BILL, is_bill_email=True), _Contact(5, role="default"), _Contact(1), _USER),
    Access.LARGE: (
        _Contact(1), _USER, _Contact(6, role="default billing flag", is_bill_email=True), _Contact(None, email="none"),
        _Contact(3, is_inactive=True), _Contact(1, email="provider"), _Contact(4, is_disabled=True),
    ),
    Access.SINGLE: (_Contact(5, is_inactive=None, is_disabled=None, is_bill_email=True),),
    Access.NO_CONTACT: (),
    Access.ONLY_INACTIVE: (
        _Contact(6, role=_BILL, is_inactive=True, is_bill_email=True),
        _Contact(6, role="default flag", is_inactive=True),
    ),
    Access.NO_EMAIL: (_Contact(6, email="none", role="default billing flag"), _BLOCKED_USER),
    Access.BAD_EMAIL: (_Contact(6, email="bad", role=_BILL), _Contact(2, is_bill_email=True)),
    Access.SHARED_EMAIL: (
        _Contact(6, email="shared", role=_BILL, is_bill_email=True),
        _Contact(6, email="SHARED", role="default flag"), _USER,
    ),
    Access.EMAIL_OF_LEAVER: (
        _Contact(6, email="shared", role="default", is_bill_email=True),
        _Contact(2, email="SHARED", is_disabled=True, is_leaver=True),
    ),
    Access.DISABLED: (_Contact(6, role=_BILL, is_disabled=True, is_bill_email=True), _Contact(1)),
    Access.LEVEL_MISSING: (_Contact(None, role="default flag", is_bill_email=True), _Contact(None, email="other")),
    Access.LEVEL_INVALID: (_Contact(9, role="default", is_bill_email=True), _Contact(0, is_disabled=True)),
    Access.LEVEL_LOW: (_Contact(4, role=_BILL, is_bill_email=True), _Contact(3), _Contact(1, email="none")),
    # nobody is named: fewest broken checks, then the highest level, decide
    Access.NOBODY_NAMED: (
        _Contact(None), _Contact(4, is_disabled=True), _Contact(4, is_bill_email=True), _Contact(3),
        _Contact(9, email="other"),
    ),
    Access.LOW_AND_DISABLED: (_Contact(2, role=_BILL, is_disabled=True, is_bill_email=True), _USER),
    Access.NEITHER_EMAIL_NOR_LEVEL: (_Contact(None, email="other", role=_BILL, is_bill_email=True), _Contact(3)),
    Access.PARENT_ONLY: (),
    Access.PARENT_AND_INACTIVE: (_Contact(6, role=_BILL, is_inactive=True),),
    Access.CHILD_ONLY: (),
}  # fmt: skip

_BROKEN: Final[dict[Access, tuple[str, ...]]] = {
    Access.NO_CONTACT: ("NO_CONTACT",),
    Access.ONLY_INACTIVE: ("ONLY_INACTIVE_CONTACTS",),
    Access.NO_EMAIL: ("NO_LOGIN_EMAIL",),
    Access.BAD_EMAIL: ("BAD_EMAIL",),
    Access.SHARED_EMAIL: ("DUPLICATE_LOGIN_EMAIL",),
    Access.DISABLED: ("LOGIN_DISABLED",),
    Access.LEVEL_MISSING: ("LEVEL_MISSING",),
    Access.LEVEL_INVALID: ("LEVEL_INVALID",),
    Access.LEVEL_LOW: ("LEVEL_TOO_LOW",),
    Access.NOBODY_NAMED: ("LEVEL_TOO_LOW",),
    Access.LOW_AND_DISABLED: ("LOGIN_DISABLED", "LEVEL_TOO_LOW"),
    Access.NEITHER_EMAIL_NOR_LEVEL: ("NO_LOGIN_EMAIL", "LEVEL_MISSING"),
    Access.PARENT_ONLY: ("CONTACT_AT_PARENT_OR_CHILD",),
    Access.PARENT_AND_INACTIVE: ("CONTACT_AT_PARENT_OR_CHILD",),
    Access.CHILD_ONLY: ("CONTACT_AT_PARENT_OR_CHILD",),
}

CAUSES: Final = np.array([bits(_BROKEN.get(kind, ())) for kind in Access], dtype=np.uint64)
"""Per scenario: mask of the access gates that fail."""


def contact_table() -> pl.DataFrame:
    """Every scenario's contacts: one row each, numbered within the scenario."""
    rows = [
        {"access": int(kind), "place": place, **vars(contact)}
        for kind, contacts in CONTACTS.items()
        for place, contact in enumerate(contacts)
    ]
    schema = {
        "access": pl.Int64, "place": pl.Int64, "level": pl.Int64, "email": pl.String, "role": pl.String,
        "is_inactive": pl.Boolean, "is_disabled": pl.Boolean, "is_bill_email": pl.Boolean, "is_leaver": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def bill_places() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Per scenario: the place of the contact whose e-mail the customer bears (-1: none), and whether it is active."""
    places = np.full(len(Access), -1, dtype=np.int64)
    active = np.zeros(len(Access), dtype=np.bool_)
    for kind, contacts in CONTACTS.items():
        for place, contact in enumerate(contacts):
            if contact.is_bill_email:
                places[kind], active[kind] = place, contact.is_inactive is not True
    return places, active
