"""Variants of names: as written, both halves of a `dba`, and the name without its tail.

Locality: row.
"""

from __future__ import annotations

from typing import Final

import polars as pl

OWN, ALIAS, PART, GUESS, PARENT = "own", "alias", "part", "guess", "parent"
KINDS: Final = pl.Enum([OWN, ALIAS, PART, GUESS, PARENT])
"""`own`: a name of the record; `alias`: one side of a `dba`; `part`: a name without its tail; `guess`: with what is
probably short written out; `parent`: not its own."""

_ALIAS: Final = (
    r"(?i)[\s,;(/-]+(?:d[./ ]?b[./ ]?a|t/a|a/?k/?a|f/?k/?a|n/?k/?a|o/a|c/o"
    r"|formerly(?: known as)?|trading as|doing business as|also known as)\.?[\s:]+"
)
_TAIL: Final = r"\s*(?:\s[-\u2013\u2014|@]\s.*|\([^()]*\)\s*|/.*|,\s+[A-Z][A-Za-z .]+,\s+[A-Z]{2}\s*)$"
# an account number before the name: 1042 Acme, AC-10422 - Acme
_HEAD: Final = r"^(?:[A-Za-z]{1,3}-?)?\d{4,}(?:\s*[-\u2013:])?\s+"
_PERSON: Final = r"^\s*([A-Z][\w'\u2019-]+),\s+([A-Z][a-z]+(?:\s+[A-Z]\.?)?)\s*$"
_CAMEL: Final = r"(\p{Ll})(\p{Lu}\p{Ll})"
_THE: Final = "(?i)^the |,? the$"
_BEFORE_TOWN: Final = r"(?i)[\s,(\u2013/-]*(?:\s(?:of|at|in))?[\s,(\u2013/-]*$"
# exports cut names at 30, 31, 40, 41 or 50 characters, and then the blank at the end
_CUT_LENGTHS: Final = (29, 30, 31, 39, 40, 41, 49, 50)


def add_variants(names: pl.DataFrame) -> pl.DataFrame:
    """Add to each name the other names that it holds.

    Args:
        names: `record, written, kind, source`: the text of the field that the name stands in.

    Returns:
        `record, written, kind, is_full`, each name of a record once: the names given, `Smith, Ann` as `Ann Smith`,
        `AcmeDental` as `Acme Dental`, the halves of `A dba B`, and `Acme` of `Acme - Austin`, `Acme (Austin)` or
        `1042 Acme`. `is_full`: it ends where its field ends, and the field is as long as those that are cut.
    """
    written, is_own = pl.col("written"), pl.col("kind") == OWN
    person = written.str.replace(_PERSON, "$2 $1")
    camel = written.str.replace_all(_CAMEL, "$1 $2")
    halves = written.str.replace(_ALIAS, "\x00").str.split("\x00")
    part = written.str.replace(_HEAD, "").str.replace(_TAIL, "")
    own = names.filter(is_own)
    sides = own.filter(written.str.contains(_ALIAS)).with_columns(written=halves, kind=pl.lit(ALIAS, dtype=KINDS))
    whole = pl.concat((own, sides.explode("written")))
    more = (
        own.filter(written.str.contains(_PERSON)).with_columns(written=person, kind=pl.lit(ALIAS, dtype=KINDS)),
        own.filter(camel != written).with_columns(written=camel, kind=pl.lit(ALIAS, dtype=KINDS)),
        whole[own.height:],
        whole.filter((part != written) & (part.str.len_chars() > 1)).with_columns(
            written=part, kind=pl.lit(PART, dtype=KINDS)
        ),
    )  # fmt: skip
    every = pl.concat((names, *more)).filter(pl.col("written").str.strip_chars(" .,)-") != "")
    once = every.unique(["record", "written"], keep="first", maintain_order=True).sort("record", maintain_order=True)
    field = pl.col("source").str.strip_chars()
    is_full = field.str.len_chars().is_in(_CUT_LENGTHS) & field.str.ends_with(written.str.strip_chars())
    return once.select("record", "written", "kind", is_full=is_full)


def without_town(written: pl.Expr, town: pl.Expr) -> pl.Expr:
    """`First National Bank` of `First National Bank of Sparta` in Sparta; null if less than two words are left."""
    name, place = (text.str.strip_chars(" .,)") for text in (written.str.replace_all(_THE, ""), town))
    bare = name.str.head(name.str.len_chars() - place.str.len_chars())
    rest = bare.str.replace(_BEFORE_TOWN, "")
    is_behind = name.str.to_lowercase().str.ends_with(place.str.to_lowercase()) & (place != "") & (rest != bare)
    return pl.when(is_behind & rest.str.contains(r"\S\s+\S")).then(rest)
