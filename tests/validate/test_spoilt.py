"""What a spreadsheet makes of an id or a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.domain import MALFORMED_ID, NO_NUMBER
from etl.warehouse.engine import Engine, literal

_SPOILT = ["2.02611E+11", "2.02611E11", "2.02611e+11", "########", "#NAME?", "#REF!", "#VALUE!", "1-Nov", "Nov-26",
           "01-Nov-26", "2026-11-01 00:00:00", "1001.0"]  # fmt: skip


@pytest.mark.parametrize("text", _SPOILT)
def test_what_a_spreadsheet_spoilt_is_known(text: str) -> None:
    """It may stand for any document."""
    assert re.fullmatch(MALFORMED_ID, text)


@pytest.mark.parametrize("text", ["1001.10", "E+5", "INV-10.0", "1E5", "2026-0", "A-100", "202611000001", "10"])
def test_what_only_resembles_it_is_a_number(text: str) -> None:
    """What no spreadsheet writes is somebody's numbering."""
    assert not re.fullmatch(MALFORMED_ID, text)
    assert not re.fullmatch(NO_NUMBER.replace(r"\x{2013}\x{2014}", ""), text)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """A database with the functions of the project."""
    opened = Engine(Path(":memory:"), threads=1, memory_gb=0.5)
    yield opened
    opened.close()


_NOBODYS = ["N/A", "n.a.", "nil", "TBA", "(none)", "(Blank)", "unknown", "-", "\u2014", "?", "000", "...", "#CALC!"]
_SOMEBODYS = ["inv-7", "A-100", "1E5", "NIL-4", "0042", "2026-11", "11-2026", "N-A"]


@pytest.mark.parametrize("text", [*_SPOILT, *_NOBODYS, *_SOMEBODYS])
def test_sql_and_the_rest_agree_on_what_is_a_number(engine: Engine, text: str) -> None:
    """A number that says nothing says nothing in every comparison."""
    is_none = text not in _SOMEBODYS
    pattern = f"{MALFORMED_ID}|{NO_NUMBER}".replace(r"\x{2013}\x{2014}", "\u2013\u2014")
    assert bool(re.fullmatch(pattern, text)) == is_none
    assert engine.rows(f"select written_number({literal(text)})") == [(None if is_none else text.upper(),)]
