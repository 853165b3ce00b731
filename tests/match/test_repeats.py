"""Pairs of invoice numbers that prove nothing, against the slow way of counting."""

from __future__ import annotations

from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from etl.match.ambiguous_numbers import ambiguous_pairs

PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12, unique=True)


@given(pairs=PAIRS)
def test_a_pair_is_repeated_where_either_side_has_another_partner(pairs: list[tuple[int, int]]) -> None:
    """In the order in which they came."""
    ours, theirs = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    frame = pl.DataFrame(pairs, schema={"row_key": pl.Int64, "row_key_cw": pl.Int64}, orient="row")
    assert ambiguous_pairs(frame).rows() == [pair for pair in pairs if ours[pair[0]] > 1 or theirs[pair[1]] > 1]
