"""What the charts draw: lengths and places by the amounts, inside the picture, whatever the amounts are."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.report.charts import Picture, pictures
from etl.report.trend_charts import trend_of

SVG = "{http://www.w3.org/2000/svg}"
AMOUNTS = st.one_of(
    st.just(Decimal(0)), st.decimals(-1000, 10**15, places=2), st.decimals("0.01", 5, places=2),
    st.sampled_from([Decimal(1000), Decimal(10**6), Decimal(10**9)]),
)  # fmt: skip


def _drawn(causes: list[Decimal], ages: list[Decimal], title: str = "Cause") -> Picture:
    summary: dict[str, Any] = {
        "causes": [
            {
                "code": "C",
                "checks": [{"title": f"{title} {place}"}],
                "amounts": [{"currency_code": "USD", "amount": str(amount)}],
            }
            for place, amount in enumerate(causes)
        ],
        "ageing": [
            {
                "currency_code": "USD",
                "buckets": [{"bucket": f"B{place}", "amount": str(amount)} for place, amount in enumerate(ages)],
            }
        ],
    }
    (picture,) = pictures(summary)
    return picture


def _line(amounts: list[Decimal], partial: set[int]) -> ET.Element:
    points = [
        {
            "as_of_at": f"{date(2026, 11, 1) + timedelta(days=place)}T02:00:00Z",
            "amounts": [{"currency_code": "USD", "amount": str(amount)}],
            "is_partial": place in partial,
        }
        for place, amount in enumerate(amounts)
    ]
    ((_, _, svg),) = trend_of({"trend": points, "currencies": ["USD"]}).charts
    return _parsed(svg)


def _parsed(svg: str) -> ET.Element:
    found = ET.fromstring(svg)  # noqa: S314 - drawn here
    numbers = [
        value for one in found.iter() for name, value in one.attrib.items() if name not in {"aria-label", "xmlns"}
    ]
    assert not [value for value in numbers if re.search(r"nan|inf|[0-9]e[-+]|-0$", value)]
    return found


def _numbers(drawn: ET.Element, tag: str, name: str) -> list[float]:
    return [float(one.attrib[name]) for one in drawn.iter(f"{SVG}{tag}")]


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=12))
def test_bars_are_as_long_as_their_amounts(amounts: list[Decimal]) -> None:
    """The longest leaves room for its number; an amount of nothing, or less, has no length."""
    picture = _drawn(amounts, amounts)
    for svg, side in ((picture.causes, "width"), (picture.ageing, "height")):
        drawn = _parsed(svg)
        lengths = _numbers(drawn, "rect", side)
        ordered = sorted(amounts, reverse=True) if side == "width" else amounts
        longest = max(*amounts, Decimal(0))
        assert len(lengths) == len(amounts)
        for length, amount in zip(lengths, ordered, strict=True):
            share = max(amount, Decimal(0)) / longest if longest else Decimal(0)
            assert length == pytest.approx(float(share) * max(lengths), abs=0.02)
        ends = [a + b for a, b in zip(_numbers(drawn, "rect", "x"), _numbers(drawn, "rect", "width"), strict=True)]
        assert all(0 <= end <= float(drawn.attrib["width"]) for end in ends)
        assert all(0 <= top <= float(drawn.attrib["height"]) for top in _numbers(drawn, "rect", "y"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(0, 10**15, places=2), min_size=2, max_size=30), st.sets(st.integers(0, 29)))
def test_a_line_has_a_place_for_each_run(amounts: list[Decimal], partial: set[int]) -> None:
    """In the order of time, as high as the amounts, inside the picture; a ring around each partial run."""
    drawn = _line(amounts, partial)
    path = next(one.attrib["d"] for one in drawn.iter(f"{SVG}path") if one.attrib["class"] == "trace")
    places = [tuple(map(float, point.split(","))) for point in path[1:].split(" L")]
    assert len(places) == len(amounts)
    assert all(left[0] < right[0] for left, right in pairwise(places))
    for one, (_, height) in zip(amounts, places, strict=True):
        for other, (_, other_height) in zip(amounts, places, strict=True):
            assert one <= other or height <= other_height, "more is higher"
    assert all(0 <= x <= float(drawn.attrib["width"]) and 0 <= y <= float(drawn.attrib["height"]) for x, y in places)
    rings = [one for one in drawn.iter(f"{SVG}circle") if one.attrib["class"] == "ring"]
    assert len(rings) == len(partial & set(range(len(amounts))))


@pytest.mark.parametrize(
    ("highest", "sums"),
    [
        ("1030085.19", ["0", "500k", "1M", "1.5M"]), ("88989.96", ["0", "25k", "50k", "75k", "100k"]),
        ("0.5", ["0", "0.2", "0.4", "0.6"]), ("0", ["0", "0.25", "0.5", "0.75", "1"]),
        ("1000", ["0", "250", "500", "750", "1k"]), ("50000000000000", ["0", "20,000B", "40,000B", "60,000B"]),
    ],
)  # fmt: skip
def test_sums_beside_a_line_are_round_and_reach_its_highest_point(highest: str, sums: list[str]) -> None:
    """At most four above zero, in letters that fit."""
    drawn = _line([Decimal(0), Decimal(highest)], set())
    assert [one.text for one in drawn.iter(f"{SVG}text") if one.attrib["text-anchor"] == "end"][: len(sums)] == sums


def test_words_from_the_data_are_words_in_the_picture() -> None:
    """Whatever signs they have."""
    title = "<b>\"A\" & 'B'</b>"
    drawn = _parsed(_drawn([Decimal(5)], [Decimal(5)], title).causes)
    assert f"{title} 0" in [one.text for one in drawn.iter(f"{SVG}text")]
    assert title in drawn.attrib["aria-label"]
