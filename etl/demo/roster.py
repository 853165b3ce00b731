"""Which scenario each customer plays: every one once among the first sixty, then mostly ordinary ones by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.demo.accesses import ABLE, Access
from etl.demo.chance import Chance, Indices
from etl.demo.identities import CHILDREN, Identity
from etl.demo.plan import DemoPlan

_CYCLE: Final = 60
PARENTS: Final = 5
"""The first customers of every sixty are plain and mapped: the others may be their sub-customers."""

_LEADS: Final = tuple((Identity.MAPPED, ABLE[place % len(ABLE)]) for place in range(PARENTS))
_IDENTITIES: Final = tuple((kind, Access.BILLING) for kind in Identity if kind is not Identity.MAPPED)
_ACCESSES: Final = tuple((Identity.MAPPED, kind) for kind in Access if kind not in ABLE)
_MIXTURES: Final = (
    (Identity.JUDGED_LATE, Access.LEVEL_LOW),
    (Identity.INACTIVE_BY_FLAG, Access.LEVEL_LOW),
    (Identity.CERTAIN_BY_ACCOUNT, Access.NO_CONTACT),
    (Identity.INACTIVE, Access.DISABLED),
)
_ROSTER: Final = _LEADS + _IDENTITIES + _ACCESSES + _MIXTURES

# out of a hundred customers beyond the first sixty; the rest is shared out among all scenarios
_PLAIN: Final = ((Identity.MAPPED, 55), (Identity.MAPPED_BY_NAME, 10), (Identity.JUDGED, 4), (Identity.RENAMED, 3))
_ABLE_SHARE: Final = 85
_INVOICES_EACH: Final = 10
_IDENTITY, _ACCESS, _ABLE, _ANY = 1, 2, 3, 4


@dataclass(frozen=True)
class Roster:
    """The scenarios of all customers.

    Attributes:
        identity: Identity per customer.
        access: Access of the customer's own company, per customer.
        parent: position of the parent customer; -1 for those that have none.
    """

    identity: npt.NDArray[np.int64]
    access: npt.NDArray[np.int64]
    parent: Indices

    @classmethod
    def of(cls, plan: DemoPlan, chance: Chance) -> Roster:
        """Cast the scenarios."""
        at = np.arange(plan.customers, dtype=np.int64)
        identity, access = _identity(chance, at), _access(chance, at)
        leads = at % _CYCLE < PARENTS
        identity[leads] = Identity.MAPPED
        first = at[:_CYCLE]
        identity[first] = [_ROSTER[place][0] if place < len(_ROSTER) else Identity.MAPPED for place in first.tolist()]
        access[first] = [
            _ROSTER[place][1] if place < len(_ROSTER) else ABLE[place % len(ABLE)] for place in first.tolist()
        ]
        identity = _fitting(identity, plan)
        # who is certain by an e-mail domain has contacts with that domain
        access[identity == Identity.CERTAIN_BY_NAME] = Access.BILLING
        is_child = np.isin(identity, CHILDREN)
        return cls(identity, access, np.where(is_child, at // _CYCLE * _CYCLE + at % PARENTS, -1))


def _identity(chance: Chance, at: Indices) -> npt.NDArray[np.int64]:
    table = [kind for kind, share in _PLAIN for _ in range(share)]
    plain = np.resize(np.array(table, dtype=np.int64), 100)
    plain[len(table) :] = -1
    drawn = plain[chance.below(100, _IDENTITY, at)]
    return np.where(drawn < 0, chance.below(len(Identity), _ANY, at), drawn)


def _access(chance: Chance, at: Indices) -> npt.NDArray[np.int64]:
    able = np.array(ABLE, dtype=np.int64)[chance.below(len(ABLE), _ABLE, at)]
    other = np.array([kind for kind in Access if kind is not Access.CHILD_ONLY], dtype=np.int64)
    drawn = chance.below(100, _ACCESS, at)
    return np.where(drawn < _ABLE_SHARE, able, other[drawn % len(other)])


def _fitting(identity: npt.NDArray[np.int64], plan: DemoPlan) -> npt.NDArray[np.int64]:
    """Leave out what the shape cannot express, and certainty by invoices where a customer may have too few of them."""
    swaps: dict[Identity, Identity] = {}
    if plan.shape == "xero":
        swaps |= {Identity.CHILD_UNMAPPED: Identity.NO_CANDIDATE, Identity.CHILD_MAPPED: Identity.RENAMED}
    if plan.invoices < _INVOICES_EACH * plan.customers:
        swaps |= {Identity.CERTAIN_BY_INVOICES: Identity.CERTAIN_BY_ACCOUNT}
    fitting = identity.copy()
    for kind, other in swaps.items():
        fitting[identity == kind] = other
    return fitting
