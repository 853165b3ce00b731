"""Which companies each customer is compared with: those that share the keys that tell most.

The keys of a customer are looked up among those of the companies, the hits of each pair are added up, and the best few
stay: a product of two sparse matrices of which only the top of each row is kept. It is computed in runs that fit the
processor's cache, each hit packed into one number, so that adding up is sorting.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from etl.match.parallel import map_parallel

MOST_CANDIDATES: Final = 10
_MOST_IDENTIFIED: Final = 40
_LEAST_SHARE: Final = 0.2
_HITS_AT_ONCE: Final = 500_000
_WEIGHT_BITS, _FLAG_BITS = 10, 12
_MOST_WEIGHT: Final = (1 << _WEIGHT_BITS) - 1
_ALL_FLAGS: Final = (1 << _FLAG_BITS) - 1
_PACKED: Final = _WEIGHT_BITS + _FLAG_BITS
_RANK_BITS, _FIRST = 32, 1 << 24

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Keys:
    """The keys of one side, sorted by record (customers) or by key (companies).

    Attributes:
        record: row of the record.
        key: what it is found under, as a number.
        weight: what a hit tells, in sixteenths of a bit.
        flag: what kind of key it is, one bit; several hits of a pair are joined by or.
    """

    record: np.ndarray
    key: np.ndarray
    weight: np.ndarray
    flag: np.ndarray


@dataclass(frozen=True)
class _Hits:
    """A run of the customers' keys: where in `packed`, the companies' keys, each begins, and how many it hits."""

    record: np.ndarray
    first: np.ndarray
    count: np.ndarray
    packed: np.ndarray


def candidates(left: Keys, right: Keys, companies: int, always: int) -> pl.DataFrame:
    """For each customer the companies with which it shares most.

    Locality: group: customer.

    Args:
        left: the customers' keys, by customer.
        right: the companies' keys, by key; `weight` and `flag` are taken from here.
        companies: how many companies there are.
        always: flags of identifiers: whoever shares one stays, however many others share more.

    Returns:
        `customer, company` (rows), `weight`, `flags`, by customer and company.
    """
    record, first, count = _found(left, right)
    packed = (right.record.astype(np.int64) << _PACKED) | (
        (right.flag.astype(np.int64) << _WEIGHT_BITS) | np.minimum(right.weight, _MOST_WEIGHT).astype(np.int64)
    )
    parts = map_parallel(
        lambda run: _best(_Hits(record[run], first[run], count[run], packed), companies, always), _runs(record, count)
    )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0, np.int64)] * 4
    names = ("customer", "company", "weight", "flags")
    return pl.DataFrame(
        dict(zip(names, columns, strict=True)),
        schema={"customer": pl.UInt32, "company": pl.UInt32, "weight": pl.Int32, "flags": pl.Int32},
    )


def _found(left: Keys, right: Keys) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The customers' keys that companies have: whose, where those of the companies begin, and how many they are."""
    starts = np.flatnonzero(np.diff(right.key, prepend=~right.key[:1]))
    known = pl.DataFrame({"key": right.key[starts], "first": starts, "count": np.diff(starts, append=len(right.key))})
    asked = pl.DataFrame({"record": left.record, "key": left.key})
    found = asked.join(known, on="key", maintain_order="left")
    return found["record"].to_numpy(), found["first"].to_numpy(), found["count"].to_numpy()


def _runs(record: np.ndarray, count: np.ndarray) -> list[slice]:
    """Cut the keys where a new customer begins, so that each run has about as many hits as fit the cache."""
    if not len(record):
        return []
    begins = np.flatnonzero(np.diff(record, prepend=-1))
    hits = np.concatenate(([0], np.cumsum(count)))[begins]
    cuts = np.flatnonzero(np.diff(hits // _HITS_AT_ONCE, prepend=-1))
    edges = [*begins[cuts].tolist(), len(record)]
    return [slice(start, end) for start, end in pairwise(edges)]


def _best(hits: _Hits, companies: int, always: int) -> Pairs:
    """Add up the hits of each pair, and keep the best pairs of each customer."""
    is_next = np.diff(hits.record, prepend=hits.record[:1]) != 0
    # numbered within the run, so that a pair fits its bits
    number, record = np.cumsum(is_next), hits.record[np.flatnonzero(np.concatenate(([True], is_next[1:])))]
    at = np.arange(int(hits.count.sum())) - np.repeat(np.cumsum(hits.count) - hits.count - hits.first, hits.count)
    packed = hits.packed[at]
    packed += np.repeat(number * companies << _PACKED, hits.count)
    packed.sort()
    pair = packed >> _PACKED
    begins = np.flatnonzero(np.diff(pair, prepend=-1))
    weight = np.add.reduceat(packed & _MOST_WEIGHT, begins)
    flags = np.bitwise_or.reduceat((packed >> _WEIGHT_BITS) & _ALL_FLAGS, begins)
    customer, company = np.divmod(pair[begins], companies)
    is_identified = (flags & always) > 0
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    best = np.repeat(np.maximum.reduceat(weight, starts), np.diff(starts, append=len(customer)))
    worth = np.flatnonzero(is_identified | (weight >= _LEAST_SHARE * best))
    place = _places(customer[worth], np.where(is_identified, _FIRST, 0)[worth] + weight[worth])
    kept = worth[place < np.where(is_identified[worth], _MOST_IDENTIFIED, MOST_CANDIDATES)]
    return record[customer[kept]], company[kept], weight[kept], flags[kept]


def _places(customer: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """The place of each pair among those of its customer, 0 for the highest rank; of equals the first comes first."""
    order = np.argsort((customer << _RANK_BITS) - rank, kind="stable")
    ordered = customer[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return place
