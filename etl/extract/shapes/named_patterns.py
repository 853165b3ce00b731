"""Expressions that many shapes share; a shape file calls them by name, such as `@printed-at`."""

from __future__ import annotations

import re
from typing import Final

_WEEKDAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
AGEING_BAND: Final = re.compile(
    r"(?:current|not(?: yet)? due|older|over \d+(?: days)?|> ?\d+(?: days)?|< ?\d+(?: days| month)?"
    r"|\d+ ?[-\u2013] ?\d+(?: days)?(?: past due)?|\d+ (?:or more days|days and over|days or more|\+)(?: past due)?"
    r"|\d+\+(?: days)?(?: past due)?|\d+ months?)(?: \(\d+\))?",
    re.IGNORECASE,
)
"""A heading that says how old the rows below it are."""

PATTERNS: Final = {
    "@printed-at": (
        rf"(?:(?:accrual|cash) basis\W+)?{_WEEKDAY},?\s+(?:\w+ \d{{1,2}}|\d{{1,2}} \w+),? \d{{4}}\b.*"
        r"|(?:accrual|cash) basis\W+(?:\w+ )?\d.*"
        r"|.*\b\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*GMT.*"
        r"|(?:accrual|cash) basis"
    ),
    "@total-for": (r"Total for {group}(?: with (?:sub\W?\w+|subs))?", r"TOTAL"),
    "@total-of": (r"Total {group}", r"TOTAL"),
}
"""Name -> expression, or several; the whole line must fit."""
