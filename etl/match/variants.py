"""The names under which a record goes: as written, both halves of a `dba`, and what is left without its tail.

Locality: row.
"""

from __future__ import annotations

from typing import Final

import polars as pl

OWN, ALIAS, PART, PARENT = "own", "alias", "part", "parent"
KINDS: Final = pl.Enum([OWN, ALIAS, PART, PARENT])
"""`own`: a name of the record; `alias`: one side of a `dba`; `part`: a name without its tail; `parent`: not its own."""

_ALIAS: Final = (
    r"(?i)[\s,;(/-]+(?:d[./ ]?b[./ ]?a|t/a|a/?k/?a|f/?k/?a|n/?k/?a|o/a|c/o"
    r"|formerly(?: known as)?|trading as|doing business as|also known as)\.?[\s:]+"
)
_TAIL: Final = r"\s*(?:\s[-\u2013\u2014|@]\s.*|\([^()]*\)\s*|/.*|,\s+[A-Z][A-Za-z .]+,\s+[A-Z]{2}\s*)$"
_PERSON: Final = r"^\s*([A-Z][\w'\u2019-]+),\s+([A-Z][a-z]+(?:\s+[A-Z]\.?)?)\s*$"
_CAMEL: Final = r"(\p{Ll})(\p{Lu}\p{Ll})"


def variants(named: pl.DataFrame) -> pl.DataFrame:
    """Add to each name the other names that it holds.

    Args:
        named: `record, written, kind`.

    Returns:
        `record, written, kind`, each name of a record once: the names given, `Smith, Ann` as `Ann Smith`,
        `AcmeDental` as `Acme Dental`, the halves of `A dba B`, and `Acme` of `Acme - Austin` or `Acme (Austin)`.
    """
    written, is_own = pl.col("written"), pl.col("kind") == OWN
    person = written.str.replace(_PERSON, "$2 $1")
    camel = written.str.replace_all(_CAMEL, "$1 $2")
    halves = written.str.replace(_ALIAS, "\x00").str.split("\x00")
    tail = written.str.replace(_TAIL, "")
    own = named.filter(is_own)
    more = (
        own.filter(written.str.contains(_PERSON)).with_columns(written=person, kind=pl.lit(ALIAS, dtype=KINDS)),
        own.filter(camel != written).with_columns(written=camel, kind=pl.lit(ALIAS, dtype=KINDS)),
        own.filter(written.str.contains(_ALIAS)).with_columns(written=halves, kind=pl.lit(ALIAS, dtype=KINDS))
        .explode("written"),
        own.filter((tail != written) & (tail.str.len_chars() > 1)).with_columns(
            written=tail, kind=pl.lit(PART, dtype=KINDS)
        ),
    )  # fmt: skip
    every = pl.concat((named, *more)).filter(pl.col("written").str.strip_chars(" .,)-") != "")
    return every.unique(["record", "written"], keep="first", maintain_order=True).sort("record", maintain_order=True)
