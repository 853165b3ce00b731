"""The CSV guard: text that a spreadsheet would take for a formula, and CSV files that are safe in one.

Text that a spreadsheet would take for a formula gets a leading apostrophe. Files are UTF-8 with a byte order mark,
CRLF, every field quoted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Final

import polars as pl

_SPACE: Final = "\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
_SIGN: Final = "=+\\-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212\ufe62\ufe63\ufe66\ufe6b"
_FORMULA: Final = f"(?:[\\x00\t\n\r]|[{_SPACE}]*[{_SIGN}])"
FORMULA: Final = rf"\A{_FORMULA}"
"""Text that a spreadsheet may take for a formula: a tab or line end first, or a sign (also full-width) after nothing
but spaces, control and invisible characters."""
_MARKED: Final = rf"\A'*{_FORMULA}"
"""What gets the apostrophe: a formula, and text that reads like a guarded one. So each loses exactly its own."""
_GUARDED: Final = re.compile(rf"'(?='*{_FORMULA})")


def guard(frame: pl.DataFrame) -> pl.DataFrame:
    """Neutralize every text cell that a spreadsheet would take for a formula.

    Numbers, dates and booleans stay as they are: -12.50 is a number, not a formula.

    Locality: row.

    Args:
        frame: any frame.

    Returns:
        The same frame; where needed a leading apostrophe, which `unguarded` takes off. Column names and order stay.
        Source: OWASP, CSV injection; CWE-1236.
    """
    text = pl.selectors.string(include_categorical=True)
    return frame.with_columns(guarded(text.cast(pl.String)))


def guarded(text: pl.Expr) -> pl.Expr:
    """The guard as an expression over text, for files too large for a frame."""
    return pl.when(text.str.contains(_MARKED)).then(text.str.replace(r"\A", "'")).otherwise(text)


def unguarded(text: str) -> str:
    """The text as it was before the guard: `guarded` adds one apostrophe, and this takes off exactly that one."""
    return text[1:] if _GUARDED.match(text) else text


def write_csv(frame: pl.DataFrame, path: Path | IO[bytes]) -> None:
    """Write a guarded file that spreadsheets open as it is."""
    guard(frame).write_csv(path, include_bom=True, line_terminator="\r\n", quote_style="always")
