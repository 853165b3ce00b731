"""What the bytes of a file prove of its values: nothing odd is overlooked, wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.conform import BLANKS
from etl.extract.formats.plain_bytes import is_plain


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_plain_file_needs_no_look_at_each_text(shelf: Any, delimiter: str, end: str) -> None:
    """Blanks inside a text, letters of every language, offsets of times and a byte order mark are harmless."""
    row = ["1", "Zoë & Sons  GmbH", "日本", "2026-01-05T10:00:00+02:00", "-5.00"]
    text = end.join(delimiter.join(line) for line in [["a", "b b", "c", "d", "e"], *[row] * 20_000])
    shelf.put("p.csv", "\ufeff" + text)
    assert is_plain(shelf.file("p.csv").path, delimiter)


@pytest.mark.parametrize("at", [0, 1, 6553, 20_000, 39_999])
@pytest.mark.parametrize(
    "odd",
    [" x", "x ", "\u00a0x", "x\u00a0", "x\u2003", "\u3000x", "\u200bx", "x\ufeff", "\u1680x", "x\u205f", "x\u0085",
     "a\x07b", "a\x1fb", "a\x7fb", "a\tb", "a\rb", '"x"', '" x"', "1.2E+11", "3e+5"],
)  # fmt: skip
def test_one_odd_text_anywhere_is_found(shelf: Any, odd: str, at: int) -> None:
    """In any row, first or last, in any field: then every text is looked at."""
    for column in range(3):
        row = ["INV-1", "Acme", "5.00"]
        rows = [",".join(row)] * 40_000
        row[column] = odd
        rows[at] = ",".join(row)
        shelf.put("p.csv", "\n".join(["a,b,c", *rows]))
        assert not is_plain(shelf.file("p.csv").path, ",")


@given(st.text(st.sampled_from('a1E+ \t\r\n,;"\x07é\u00a0\u2003'), max_size=12), st.integers(0, 12))
def test_what_is_called_plain_is_plain_wherever_a_piece_ends(common_shelf: Any, text: str, shift: int) -> None:
    """The file is looked at piece by piece: nothing hides where two of them meet."""
    piece = 1 << 18
    before = "a,b,c\n" + "x" * (piece - 7 - shift) + ","
    common_shelf.put("p.csv", (before + text).encode())
    if is_plain(common_shelf.file("p.csv").path, ","):
        for value in text.replace("\r\n", "\n").replace("\n", ",").split(","):
            assert value == value.strip(BLANKS)
            assert value.isprintable()
            assert '"' not in value
            assert "E+" not in value
