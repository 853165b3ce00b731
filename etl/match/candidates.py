"""Candidates: each customer is compared with the companies that share its most distinctive keys.

The keys of a customer are looked up among those of the companies, the hits of each pair are added up, and the best few
stay: a product of two sparse matrices of which only the top of each row is kept. It is computed in batches that fit the
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
        key: the key as a number.
        weight: the information of a hit, in sixteenths of a bit.
        flag: what kind of key it is, one bit; several hits of a pair are joined by or.
    """

    record: np.ndarray
    key: np.ndarray
    weight: np.ndarray
    flag: np.ndarray


@dataclass(frozen=True)
class _Hits:
    """A batch of the customers' keys: the position of each in `packed`, the companies' keys, and its number of hits."""

    record: np.ndarray
    first: np.ndarray
    count: np.ndarray
    packed: np.ndarray


def find_candidates(customers: Keys, companies_by_key: Keys, companies: int, always: int) -> pl.DataFrame:
    """Find for each customer the companies with which it shares most.

    Locality: group: customer.

    Args:
        customers: the customers' keys, by customer.
        companies_by_key: the companies' keys, by key; `weight` and `flag` are taken from here.
        companies: how many companies there are.
        always: flags of identifiers: a company that shares one stays, however many others share more.

    Returns:
        `customer, company` (rows), `weight`, `flags`, by customer and company.
    """
    record, first, count = _look_up(customers, companies_by_key)
    packed = (companies_by_key.record.astype(np.int64) << _PACKED) | (
        (companies_by_key.flag.astype(np.int64) << _WEIGHT_BITS)
        | np.minimum(companies_by_key.weight, _MOST_WEIGHT).astype(np.int64)
    )
    parts = map_parallel(
        lambda run: _best(_Hits(record[run], first[run], count[run], packed), companies, always),
        _batches(record, count),
    )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0, np.int64)] * 4
    names = ("customer", "company", "weight", "flags")
    return pl.DataFrame(
        dict(zip(names, columns, strict=True)),
        schema={"customer": pl.UInt32, "company": pl.UInt32, "weight": pl.Int32, "flags": pl.Int32},
    )


def _look_up(customers: Keys, companies: Keys) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Look up the customers' keys among the companies': customer, first row of the companies' keys, and their count."""
    starts = np.flatnonzero(np.diff(companies.key, prepend=~companies.key[:1]))
    places = pl.DataFrame(
        {"key": companies.key[starts], "first": starts, "count": np.diff(starts, append=len(companies.key))}
    )
    asked = pl.DataFrame({"record": customers.record, "key": customers.key})
    hits = asked.join(places, on="key", maintain_order="left")
    return hits["record"].to_numpy(), hits["first"].to_numpy(), hits["count"].to_numpy()


def _batches(record: np.ndarray, count: np.ndarray) -> list[slice]:
    """Cut the keys where a new customer begins, so that each batch has about as many hits as fit the cache."""
    if not len(record):
        return []
    begins = np.flatnonzero(np.diff(record, prepend=-1))
    hits = np.concatenate(([0], np.cumsum(count)))[begins]
    cuts = np.flatnonzero(np.diff(hits // _HITS_AT_ONCE, prepend=-1))
    edges = [*begins[cuts].tolist(), len(record)]
    return [slice(start, end) for start, end in pairwise(edges)]


def _best(hits: _Hits, companies: int, always: int) -> Pairs:
    """The best pairs of each customer."""
    # numbered within the batch, so that a pair fits its bits
    is_next = np.diff(hits.record, prepend=hits.record[:1]) != 0
    record = hits.record[np.flatnonzero(np.concatenate(([True], is_next[1:])))]
    customer, company, weight, flags = _add_up(hits, np.cumsum(is_next), companies)

    is_identified = (flags & always) > 0
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    best = np.repeat(np.maximum.reduceat(weight, starts), np.diff(starts, append=len(customer)))
    worth = np.flatnonzero(is_identified | (weight >= _LEAST_SHARE * best))
    place = _places(customer[worth], np.where(is_identified, _FIRST, 0)[worth] + weight[worth])
    best_rows = worth[place < np.where(is_identified[worth], _MOST_IDENTIFIED, MOST_CANDIDATES)]
    return record[customer[best_rows]], company[best_rows], weight[best_rows], flags[best_rows]


def _add_up(hits: _Hits, number: np.ndarray, companies: int) -> Pairs:
    """Add up the hits of each pair; `number` is that of the customer within the batch."""
    at = np.arange(int(hits.count.sum())) - np.repeat(np.cumsum(hits.count) - hits.count - hits.first, hits.count)
    packed = hits.packed[at]
    packed += np.repeat(number * companies << _PACKED, hits.count)
    packed.sort()
    pair = packed >> _PACKED
    begins = np.flatnonzero(np.diff(pair, prepend=-1))
    weight = np.add.reduceat(packed & _MOST_WEIGHT, begins)
    flags = np.bitwise_or.reduceat((packed >> _WEIGHT_BITS) & _ALL_FLAGS, begins)
    customer, company = np.divmod(pair[begins], companies)
    return customer, company, weight, flags


def _places(customer: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """The place of each pair among those of its customer, 0 for the highest rank; of equals the first comes first."""
    order = np.argsort((customer << _RANK_BITS) - rank, kind="stable")
    ordered = customer[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return place
