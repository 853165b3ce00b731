"""Names as a careful user of a peer would prepare them."""

from __future__ import annotations

from typing import Final

import polars as pl

_FORMS: Final = (
    r"(?:\s+(?:llc|llp|pllc|lp|pc|inc|incorporated|corp|corporation|co|company|ltd|limited|ulc|plc|cic|pty|p l|gmbh|"
    r"ag|sa|nv|bv|ltee))+$"
)


def plain(name: pl.Expr) -> pl.Expr:
    """Lower case without accents and punctuation, `&` spelt out."""
    bare = name.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("&", " and ")
    return bare.str.replace_all(r"['\x{2019}.]", "").str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()


def core_name(name: pl.Expr) -> pl.Expr:
    """The plain name without the legal forms at its end."""
    whole = plain(name)
    return whole.str.replace(_FORMS, "")
