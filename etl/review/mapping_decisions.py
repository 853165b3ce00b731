"""What a person decided about a mapping, in one row of mapping_fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from etl.errors import Problem
from etl.review.decision_file import Form, Line, hidden_row
from etl.review.decision_values import SNOOZE, read_id, read_instant, read_until
from etl.review.fix_files import MAPPING_SCHEMA
from etl.review.register import Decision

DECISIONS: Final = ("approve", "reject", "exclude", "unsure", "override")
"""What the drop-down offers; the sixth, snooze, has a day behind it."""
NEEDED: Final = ("row_fp", "decision", "acct_customer_id", "cw_company_id")
SHOWN: Final = ("cw_company_name", "cw_company_identifier", "score", "rank", "certainty", "lead", "evidence")
"""What a row says of its company."""
_READ: Final = (*NEEDED, "schema", "run_id", "row_id", "reviewer", "decided_at", "note", *SHOWN)
_WORDS: Final[Mapping[str, str]] = {
    **{word: word for word in (*DECISIONS, "snooze")},
    "approved": "approve", "accept": "approve", "y": "approve", "yes": "approve",
    "rejected": "reject", "n": "reject", "no": "reject",
    "excluded": "exclude", "not a customer": "exclude",
    "?": "unsure", "overridden": "override", "snoozed": "snooze",
}  # fmt: skip
_DECISION: Final[Mapping[str, Decision]] = {
    "approve": "approved", "override": "approved", "reject": "rejected", "exclude": "excluded", "unsure": "unsure",
    "snooze": "snoozed",
}  # fmt: skip
_ROW_ID: Final = re.compile(r"(?P<customer>.*)/(?:CW-.*|NONE)", re.DOTALL | re.IGNORECASE)
MAPPINGS: Final = Form(NEEDED, _READ, "mapping_fixes.csv, mapping_fixes.xlsx or the page's decisions", MAPPING_SCHEMA)


@dataclass(frozen=True)
class ParsedDecision:
    """What one row decides.

    Attributes:
        action: approve, reject, exclude, unsure, override or snooze.
        customer_id_acct: as the file has it, without the prefix.
        company_id_cw: the company; null where the decision is about the customer alone.
        until: the day on which a snoozed customer comes back.
        decided_at: UTC; null where the file does not say, or not clearly.
    """

    source: Line
    action: str
    customer_id_acct: str
    company_id_cw: str | None
    until: date | None
    decided_at: datetime | None

    @property
    def decision(self) -> Decision:
        """The decision as the register names it."""
        return _DECISION[self.action]


def read_decision(line: Line) -> ParsedDecision | Problem:
    """What the row decides, or what is wrong with it.

    Args:
        line: a row with a decision.
    """
    if (hidden := hidden_row(line)) is not None:
        return hidden
    written = line.cells["decision"].casefold()
    snoozed = SNOOZE.fullmatch(written)
    action = "snooze" if snoozed else _WORDS.get(written.rstrip(".:!"))
    if action is None:
        expected = f"{', '.join(DECISIONS)} or snooze:2026-12-01"
        return line.problem(f"decision {line.cells['decision']!r}", expected, "Write one of these, or leave it empty.")
    customer = read_id(line, "acct_customer_id", "ACCT")
    if isinstance(customer, Problem):
        return customer
    company: str | None = None
    if action in {"approve", "reject", "override"}:
        found = read_id(line, "cw_company_id", "CW")
        if isinstance(found, Problem):
            return found
        company = found
    until = None
    if action == "snooze":
        until = read_until(line, snoozed[1] if snoozed else "")
        if until is None:
            expected = "a day that can be read in one way only, such as snooze:2026-12-01"
            return line.problem(f"decision {line.cells['decision']!r}", expected, "Write the day behind the colon.")
    return _standing(line) or ParsedDecision(
        line, action, customer, company, until, read_instant(line.cells["decided_at"])
    )


def _standing(line: Line) -> Problem | None:
    """What was torn apart: a column that was sorted, or moved, without the others."""
    row_id, customer = line.cells["row_id"], line.cells["acct_customer_id"]
    named = _ROW_ID.fullmatch(row_id)
    if not row_id or _unprefixed(named["customer"] if named else row_id) == _unprefixed(customer):
        return None
    remedy = "Rows and ids no longer match: columns were sorted separately. Decide in a fresh copy of the file."
    return line.problem(f"row_id {row_id} next to acct_customer_id {customer}", "both of the same customer", remedy)


def _unprefixed(customer: str) -> str:
    """An id without the prefix, whose case is nobody's; the case of the rest belongs to the id."""
    return customer[5:] if customer[:5].upper() == "ACCT-" else customer
