"""The invented invoices, a slice at a time: each row is a function of its position, so slices may be cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from etl.demo import documents
from etl.demo.calendar import Calendar
from etl.demo.cast import Population
from etl.demo.chance import Chance, Indices, shuffle_step
from etl.demo.documents import COPY_SLOT, ORIGINAL_SLOT, SLOT_KINDS, SLOTS, Billed, Document, PortalView, When
from etl.demo.plan import DemoPlan

FIRST_NUMBER: Final = 1_001
_DAY: Final = 86_400
_OLD: Final = 120 * _DAY
_TERMS: Final = np.array([14, 30, 45, 60], dtype=np.int64)
# what is drawn: draws for different purposes are independent
_SHIFT, _STEP, _WHO, _AMOUNT, _MINUTES, _SETTLED, _INSTANT, _LAG, _UNSETTLED, _DAYS = range(51, 61)
# steps without a common factor with the number of slots, and the steps back
_STEPS: Final = np.array([step for step in range(1, SLOTS) if np.gcd(step, SLOTS) == 1], dtype=np.int64)
_STEPS_BACK: Final = np.array([pow(int(step), -1, SLOTS) for step in _STEPS], dtype=np.int64)

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Slice:
    """Some invoices in a row; one entry per invoice in every array.

    Attributes:
        at: position in the ledger.
        kind: Document.
        customer: position of the customer.
        number_at: position whose number the invoice bears; another one for a copy.
        has_twin: the other invoice of an original or a copy exists.
        created, changed: seconds since 1970, UTC; not known to anybody where `when` is NEVER.
        when: When.
        day, due_day: days since 1970.
        total, balance, portal_total, portal_balance: hundredths.
        seen: Seen, as the portal lists it in this run.
        is_forgotten: a run passed it over because its customer was not mapped yet.
        billed: Billed, as ConnectWise lists it.
    """

    at: Indices
    kind: npt.NDArray[np.int64]
    customer: Indices
    number_at: Indices
    has_twin: Flags
    created: Indices
    changed: Indices
    when: npt.NDArray[np.int64]
    day: Indices
    due_day: Indices
    total: Indices
    balance: Indices
    portal_total: Indices
    portal_balance: Indices
    seen: npt.NDArray[np.int64]
    is_forgotten: Flags
    billed: npt.NDArray[np.int64]

    @property
    def stop(self) -> int:
        """How many invoices there are up to and with this slice."""
        return int(self.at[-1]) + 1 if len(self.at) else 0


class Ledger:
    """All invoices of a plan, made when they are asked for."""

    def __init__(self, plan: DemoPlan, cast: Population, calendar: Calendar, chance: Chance) -> None:
        self.plan, self.cast, self.calendar = plan, cast, calendar
        self._chance = chance
        self._customers = plan.customers
        self._step = shuffle_step(plan.customers)

    def slices(self) -> Iterator[Slice]:
        """Every invoice, `chunk_rows` at a time."""
        for start in range(0, self.plan.invoices, self.plan.chunk_rows):
            yield self.slice(start, min(start + self.plan.chunk_rows, self.plan.invoices))

    def slice(self, start: int, stop: int) -> Slice:
        """The invoices at positions `start` to `stop` - 1."""
        at = np.arange(start, stop, dtype=np.int64)
        slot, twin_at = self._slots(at)
        has_twin = (twin_at >= 0) & (twin_at < self.plan.invoices)
        number_at = np.where((slot == COPY_SLOT) & has_twin, twin_at, at)

        customer = self._customer(number_at)
        kind = self._kinds(at, np.where((slot == COPY_SLOT) & ~has_twin, Document.OPEN, SLOT_KINDS[slot]), customer)

        when = documents.WHEN[kind]
        created = self._created(at, when)
        cents = self._cents(at, kind)
        day = self._day(at, kind, created)
        seen, is_forgotten = self._seen(at, kind, customer, created)

        return Slice(
            at=at,
            kind=kind,
            customer=customer,
            number_at=number_at,
            has_twin=has_twin,
            created=created,
            changed=self._changed(at, kind, created),
            when=when,
            day=day,
            due_day=day + _TERMS[customer % len(_TERMS)],
            total=documents.TOTAL[kind] * cents // 100,
            balance=documents.BALANCE[kind] * cents // 100,
            portal_total=documents.PORTAL_TOTAL[kind] * cents // 100,
            portal_balance=documents.PORTAL_BALANCE[kind] * cents // 100,
            seen=seen,
            is_forgotten=is_forgotten,
            billed=self._billed(kind, customer),
        )

    def _slots(self, at: Indices) -> tuple[npt.NDArray[np.int64], Indices]:
        """The slot of each position, shuffled within every hundred, and where its twin stands; -1 for none."""
        block, place = at // SLOTS, at % SLOTS
        choice = self._chance.below(len(_STEPS), _STEP, block)
        shift = self._chance.below(SLOTS, _SHIFT, block)
        slot = (place * _STEPS[choice] + shift) % SLOTS
        other = np.where(slot == ORIGINAL_SLOT, COPY_SLOT, ORIGINAL_SLOT)
        twin = block * SLOTS + (other - shift) % SLOTS * _STEPS_BACK[choice] % SLOTS
        return slot, np.where((slot == ORIGINAL_SLOT) | (slot == COPY_SLOT), twin, -1)

    def _kinds(self, at: Indices, kind: npt.NDArray[np.int64], customer: Indices) -> npt.NDArray[np.int64]:
        """Old invoices are mostly paid, but less so by clients who have trouble seeing them.

        Everybody who has trouble has an open invoice: the first one when all customers are gone round.
        """
        has_trouble = self.cast.standing.causes[customer] != 0
        span = self.calendar.calm[-1].stop - self.calendar.calm[0].start
        is_old = at * span // max(1, self.plan.invoices) < span - _OLD
        is_settled = (kind == Document.OPEN) & is_old & ~has_trouble & ~self._chance.one_in(8, _SETTLED, at)
        is_unsettled = (kind == Document.PAID) & has_trouble & self._chance.one_in(2, _UNSETTLED, at)
        is_first = (at % 2 == 0) & (at < 2 * self._customers) & has_trouble & ~np.isin(kind, _PAIR)
        return np.select([is_settled, is_unsettled | is_first], [Document.PAID, Document.OPEN], kind)

    def _customer(self, at: Indices) -> Indices:
        """Every second invoice goes round all customers; the others favour a few large ones."""
        draw = self._chance.below(1 << 20, _WHO, at)
        skewed = (draw * draw >> 20) * self._customers >> 20
        return np.where(at % 2 == 0, at // 2, skewed) % self._customers * self._step % self._customers

    def _created(self, at: Indices, when: npt.NDArray[np.int64]) -> Indices:
        """When each invoice was entered: in order of position, but for those in a stretch of their own."""
        calm = self.calendar.calm_times(at * 64 + self._chance.below(64, _MINUTES, at), self.plan.invoices * 64)
        draw = self._chance.below(1 << 30, _INSTANT, at)
        hole = np.where(at % 3 == 0, 0, len(self.calendar.outages) - 1)
        starts = np.array([stretch.start for stretch in self.calendar.outages])[hole]
        lengths = np.array([stretch.seconds for stretch in self.calendar.outages])[hole]
        before, fresh = self.calendar.before, self.calendar.fresh
        # one invoice is older than all others by far
        aged = before.start - (at < SLOTS) * 900 * _DAY
        return np.select(
            [when == When.OUTAGE, when == When.BEFORE, when == When.FRESH],
            [
                starts + (draw * lengths >> 30),
                aged + (draw * before.seconds >> 30),
                fresh.start + (draw * fresh.seconds >> 30),
            ],
            calm,
        )

    def _changed(self, at: Indices, kind: npt.NDArray[np.int64], created: Indices) -> Indices:
        """When each invoice was last changed: within the hour, or by a payment after the last sync."""
        draw = self._chance.below(3_000, _LAG, at)
        fresh = self.calendar.fresh
        touched = fresh.start + draw * fresh.seconds // 3_000
        return np.where(documents.IS_TOUCHED[kind], touched, created + draw)

    def _cents(self, at: Indices, kind: npt.NDArray[np.int64]) -> Indices:
        """Amounts from a few to some thousands, small ones far more often."""
        draw = self._chance.below(1 << 20, _AMOUNT, at)
        cubed = (draw * draw >> 20) * draw >> 20
        cents = 4_500 + (cubed * 1_450_000 >> 20) // 5 * 5
        return np.where(kind == Document.COPY, cents + 1, cents)

    def _day(self, at: Indices, kind: npt.NDArray[np.int64], created: Indices) -> Indices:
        draw = self._chance.below(300, _DAYS, at)
        day = created // _DAY
        return np.select(
            [kind == Document.BACKDATED, kind == Document.FUTURE, kind == Document.UNDATED_TODAY],
            [day - 40 - draw, self.calendar.as_of_day + 1 + draw % 30, self.calendar.as_of_day],
            day,
        )

    def _seen(
        self, at: Indices, kind: npt.NDArray[np.int64], customer: Indices, created: Indices
    ) -> tuple[npt.NDArray[np.int64], Flags]:
        """How the portal lists each invoice, and which it passed over while the customer was not mapped."""
        standing = self.cast.standing
        is_early = standing.is_late[customer] & (created < self.calendar.judged_at[1])
        # in every second pair the portal holds the copy, too; in every third it holds the original by its number alone
        is_held_twice = (kind == Document.COPY) & (at // SLOTS % 2 == 1)
        is_by_number = (kind == Document.ORIGINAL) & (at // SLOTS % 3 == 0)
        is_bare = standing.is_ahead[customer] & np.isin(documents.SEEN[kind], _BARE)
        seen = np.select(
            [is_held_twice, is_by_number | is_bare], [PortalView.BY_ID, PortalView.BY_NUMBER], documents.SEEN[kind]
        )
        is_held = standing.is_transport_reached[customer] | standing.is_ahead[customer]
        is_open = is_held & ~is_early & self.plan.with_portal_list
        return np.where(is_open, seen, PortalView.NOT), is_early

    def _billed(self, kind: npt.NDArray[np.int64], customer: Indices) -> npt.NDArray[np.int64]:
        standing = self.cast.standing
        proven = standing.needs_proof[customer] & (kind == Document.NOT_IN_CONNECTWISE)
        billed = np.where(proven, Billed.AS_WRITTEN, documents.BILLED[kind])
        return np.where(standing.is_billed[customer], billed, Billed.NOT)


_BARE: Final = (PortalView.BY_TOTAL, PortalView.BY_CARD, PortalView.UNDECIDED)
"""Rows that do not say to which company they are shown."""
_PAIR: Final = (Document.ORIGINAL, Document.COPY)
