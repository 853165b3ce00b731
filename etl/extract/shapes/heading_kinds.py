"""Headings that are no customers: terms, months, types of documents, accounts, ageing bands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from etl.extract.shapes.named_patterns import AGEING_BAND

_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_CERTAIN: Final = {
    "age": r"(?:over |> ?)?\d+(?: ?[-\u2013] ?\d+| ?\+| and over| or more)?(?: days)? (?:past due|overdue|days)"
    r"|\d+(?: days)? (?:and over|or more)|\d+ ?[-\u2013] ?\d+(?: days)?|\d+ ?\+(?: days)?"
    r"|current \(.*due\)|not(?: yet)? (?:over)?due|> ?\d+(?: days)?|over \d+(?: days)?",
    "terms": r"net ?\d+(?: days)?|due (?:up)?on receipt|\d+% ?\d+,? net ?\d+|\d+ days(?: net)?|not specified|no terms",
    "date": rf"{_MONTH},? \d{{4}}|q[1-4] \d{{4}}|week of .*|\d{{1,4}}[-/.]\d{{1,2}}(?:[-/.]\d{{1,4}})?",
    "type": r"invoices?|credit (?:memo|note)s?|payments?|sales receipts?|(?:statement|stmt) charges?"
    r"|journal entr(?:y|ies)",
    "account": r"(?:\d+ ?\W ?)?accounts receivable(?: ?\(a/r\))?|undeposited funds|.* income",
    "status": r"overdue|unpaid|partially paid|paid in full|voided",
}
_PERHAPS: Final = r"current|older|open|paid|closed|sales|services|(?:19|20)\d\d|" + _MONTH
_COUNT: Final = re.compile(r"\s*\(\d+\)$")


def not_customers(headings: Sequence[tuple[str, bool]]) -> str | None:
    """What the headings of a report are, where they are not certain to be customers; null where they may be.

    Args:
        headings: each label, and whether it stands inside another group.
    """
    perhaps = 0
    for written, is_inside in headings:
        label = _COUNT.sub("", " ".join(written.split()))
        for kind, pattern in _CERTAIN.items():
            if re.fullmatch(pattern, label, re.IGNORECASE):
                return f"{kind} ({label})"
        if AGEING_BAND.fullmatch(label) or re.fullmatch(_PERHAPS, label, re.IGNORECASE):
            perhaps += 1
            if is_inside:
                return label
    return headings[0][0] if headings and perhaps == len(headings) else None
