"""What a spreadsheet makes of an id or a number."""

from __future__ import annotations

import re

import pytest

from etl.domain import NO_NUMBER, SPOILT

_SPOILT = ["2.02611E+11", "2.02611E11", "2.02611e+11", "########", "#NAME?", "#REF!", "#VALUE!", "1-Nov", "Nov-26",
           "01-Nov-26", "2026-11-01 00:00:00", "1001.0"]  # fmt: skip


@pytest.mark.parametrize("text", _SPOILT)
def test_what_a_spreadsheet_spoilt_is_known(text: str) -> None:
    """It may stand for any document."""
    assert re.fullmatch(SPOILT, text)


@pytest.mark.parametrize("text", ["1001.10", "E+5", "INV-10.0", "1E5", "2026-0", "A-100", "202611000001", "10"])
def test_what_only_resembles_it_is_a_number(text: str) -> None:
    """What no spreadsheet writes is somebody's numbering."""
    assert not re.fullmatch(SPOILT, text)
    assert not re.fullmatch(NO_NUMBER.replace(r"\x{2013}\x{2014}", ""), text)
