"""What can be taken back: an import after which nothing else was decided about its customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_MOST_NAMED: Final = 5


@dataclass(frozen=True)
class RegisterEntry:
    """One import, or the act of taking one back.

    Attributes:
        import_id: its identity.
        imported_by: who.
        imported_at: UTC, as the register writes it.
        reverts: the act that it takes back; null for an import.
        customers: whom it concerns, customers or companies; those of the act that it takes back.
    """

    import_id: str
    imported_by: str
    imported_at: str
    reverts: str | None
    customers: frozenset[str]


@dataclass(frozen=True)
class Obstacle:
    """Why an act cannot be taken back, and what to do instead."""

    found: str
    remedy: str


def obstacle(acts: Sequence[RegisterEntry], import_id: str, command: str = "billsight mappings") -> Obstacle | None:
    """What keeps an act from being taken back.

    What came later and was itself taken back, later too, stands in nobody's way: the two together changed nothing.

    Args:
        acts: every act, in its order.
        import_id: the act to be taken back.
        command: what lists acts and takes them back.

    Returns:
        Null where nothing does: what held before the act can then be restored exactly.
    """
    places = {act.import_id: place for place, act in enumerate(acts)}
    if import_id not in places:
        return Obstacle(f"no import {import_id!r}", f"'{command} list' shows the ids of imports.")
    place = places[import_id]
    again = next((act for act in acts if act.reverts == import_id), None)
    if again is not None:
        found = f"{import_id} was reverted before, by {again.imported_by} on {again.imported_at[:10]}"
        return Obstacle(found, f"To bring it back: {command} revert {again.import_id}")
    gone = _gone(acts)
    in_the_way = [
        act
        for act in acts[place + 1 :]
        if act.import_id not in gone
        and act.customers & acts[place].customers
        and (act.reverts is None or places[act.reverts] <= place)
    ]
    if not in_the_way:
        return None
    later = in_the_way[-1]
    both = sorted(later.customers & acts[place].customers)
    more = f" and {len(both) - _MOST_NAMED} more" if len(both) > _MOST_NAMED else ""
    found = f"{later.import_id} came after {import_id} and concerns {', '.join(both[:_MOST_NAMED])}{more} too"
    return Obstacle(found, f"Revert that first, or decide again: revert {later.import_id}")


def _gone(acts: Sequence[RegisterEntry]) -> set[str]:
    """The acts that no longer count; the latest act always does."""
    gone: set[str] = set()
    for act in reversed(acts):
        if act.reverts is not None and act.import_id not in gone:
            gone.add(act.reverts)
    return gone
