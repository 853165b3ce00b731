"""The registered domain of a host: the name before the longest public suffix.

Suffixes are the rules of the Public Suffix List, and hosts on which each client has a name of its own.

Locality: row, everywhere.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from etl.match.fields.shared_domains import FOLDER

LIST: Final = FOLDER / "public_suffixes.list"
MOST_LABELS: Final = 3
"""Longer suffixes are hosts of machines."""
TOP: Final = r"(?:xn--[\p{L}\p{N}-]+|[\p{L}\p{M}]{2,})"
"""A domain of the highest level, in the letters of its script or encoded."""
_LABEL: Final = r"[^.@]+"
# for countries that the list does not know so well, and for hosts
_SUFFIX: Final = (
    r"(?:(?:co|com|net|org|gov|govt|ac|edu|or|ne|gob|asn|id|ltd|plc|me|sch|nhs|police|school|geek|maori|iwi)\.\p{L}{2}"
    r"|web\.(?:bo|do|id|lk|nf|pk|tj|tr|ve|za)|(?:cri|gen|health|kiwi|mil)\.nz|(?:gr|go|lg)\.jp|(?:law|nom)\.za|gv\.at"
    r"|(?:ab|bc|gc|mb|nb|nf|nl|ns|nt|nu|on|pe|qc|sk|yk|yt)\.ca|(?:act|nsw|nt|qld|sa|tas|vic|wa)\.(?:edu|gov)\.au"
    r"|(?:k12|cc|lib|state|ci|co|town|city)\.[a-z]{2}\.us|[a-z]{2}\.us|(?:br|de|eu|gb|qc|uk|us|za)\.com|(?:gb|uk)\.net"
    r"|(?:onmicrosoft|sharepoint)\.(?:com|\p{L}{2})|myshopify\.com|wordpress\.com|wixsite\.com|square\.site"
    r"|pages\.dev|(?:netlify|vercel|web)\.app"
    r"|blogspot\.com|weebly\.com|squarespace\.com|godaddysites\.com|github\.io|herokuapp\.com"
    rf"|azurewebsites\.net|hubspot\.com|zendesk\.com|freshdesk\.com|{TOP})"
)


def registered_domain(host: pl.Expr) -> pl.Expr:
    """The registered domain of a host: `acme.co.uk` of `mail.acme.co.uk`; of a suffix alone, the suffix."""
    listed = [_below(host, labels) for labels in range(MOST_LABELS, 1, -1)]
    return pl.coalesce(*listed, host.str.extract(rf"({_LABEL}\.{_SUFFIX})$", 1))


def _below(host: pl.Expr, labels: int) -> pl.Expr:
    """The name before a listed suffix of so many labels; null if the host has none."""
    rules = _rules()
    suffix, parent = _end(host, labels), _end(host, labels - 1)
    is_any = parent.is_in(_of(rules, "*.")) & ~suffix.is_in(_of(rules, "!"))
    return pl.when(suffix.is_in(_of(rules, "")) | is_any).then(_end(host, labels + 1))


def _end(host: pl.Expr, labels: int) -> pl.Expr:
    return host.str.extract(rf"((?:{_LABEL}\.){{{labels - 1}}}{_LABEL})$", 1)


def _of(rules: dict[str, list[str]], mark: str) -> pl.Expr:
    return pl.lit(pl.Series(rules[mark], dtype=pl.String)).implode()


@cache
def _rules() -> dict[str, list[str]]:
    """The suffixes, those whose every name is one (`*.`), and the names that are none all the same (`!`)."""
    rules: dict[str, list[str]] = {"": [], "*.": [], "!": []}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            mark = next(mark for mark in ("*.", "!", "") if line.startswith(mark))
            rules[mark].append(line.removeprefix(mark))
    return rules
