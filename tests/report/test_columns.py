"""What the page carries comes out of it as it went in."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from etl.report.packed_columns import EPOCH, columns, packed
from etl.report.scripts import joined, text

pytestmark = pytest.mark.browser

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
NUMBERED = st.integers(0, 99_999).map(lambda number: f"INV-{number:05d}")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | TEXT,
            "number": NUMBERED,
            "id": st.integers(0, 10**12).map(str),
            "word": st.sampled_from(["blocked", "visible"]),
            "amount": st.none() | st.decimals(-(10**9), 10**9, places=4),
            "day": st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1)),
            "ratio": st.none() | st.integers(0, 10_000).map(lambda part: part / 10_000),
            "rank": st.integers(0, 9),
            "is_deleted": st.none() | st.booleans(),
            "left": st.none() | TEXT,
            "right": st.none() | TEXT,
        }
    ),
    min_size=1,
    max_size=12,
)
SCHEMA = {
    **dict.fromkeys(("name", "number", "id", "word"), pl.String()), "amount": pl.Decimal(18, 4), "day": pl.Date(),
    "ratio": pl.Float64(), "rank": pl.Int64(), "is_deleted": pl.Boolean(), "left": pl.String(), "right": pl.String(),
}  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return (value - EPOCH).days
    return int(value) if isinstance(value, bool) else value


@pytest.fixture(scope="module")
def read(browser: Any) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """The page's own reader of columns."""
    page: Page = browser.new_page()
    script = joined({"columns": text("columns.js", "page")})
    reader = """(packed) => { %s
      const table = modules.columns.readers(packed);
      const names = Object.keys(table).filter((name) => typeof table[name] === "function");
      return Array.from({length: table.rows}, (_, row) => Object.fromEntries(names.map((n) => [n, table[n](row)])));
    }"""
    return lambda content: page.evaluate(reader % script, content)


@settings(max_examples=60)
@given(rows=ROWS)
def test_every_value_comes_back(
    read: Callable[[dict[str, Any]], list[dict[str, Any]]], rows: list[dict[str, Any]]
) -> None:
    """Texts of any script, ids with leading zeros, exact amounts, dates, and what is missing."""
    frame = pl.DataFrame(rows, schema=SCHEMA)
    content = json.loads(json.dumps(columns(frame, together=("left", "right"))))
    assert read(content) == [{name: _plain(value) for name, value in row.items()} for row in frame.to_dicts()]


def test_the_same_content_is_packed_into_the_same_letters() -> None:
    """Letters that no markup is made of; and what cannot be written as UTF-8 does not stop the run."""
    content = {"name": "</script>", "odd": "\ud800"}
    assert packed(content) == packed(content)
    assert packed(content).replace("+", "").replace("/", "").rstrip("=").isalnum()
    assert json.loads(gzip.decompress(base64.b64decode(packed(content)))) == {"name": "</script>", "odd": "?"}
