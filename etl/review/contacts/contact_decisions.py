"""What a person wrote into a fix file of contacts, read back as it was meant. Nothing is guessed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from etl.errors import Problem
from etl.review.contacts.contact_register import ContactDecision
from etl.review.decision_file import Form, Line, hidden_row
from etl.review.decision_values import SNOOZE, read_day, read_id, read_instant
from etl.review.fix_files import SCHEMA_VERSION

CONTACT_DECISIONS: Final = ("approve", "nobody", "unsure")
"""What may be written; the fourth, snooze, has a day behind it."""

_NEEDED: Final = ("row_fp", "decision", "cw_company_id", "cw_contact_id")
CONTACTS: Final = Form(
    _NEEDED,
    (
        *_NEEDED, "schema", "run_id", "row_id", "level_needed", "asked_by", "asked_on", "reviewer", "decided_at",
        "note",
    ),
    "contact_fixes.csv or the page's decisions about contacts",
    SCHEMA_VERSION,
)  # fmt: skip
"""`contact_fixes.csv`, and the decisions that the page saves."""

_WORDS: Final[Mapping[str, ContactDecision]] = {
    "approve": "approved", "approved": "approved", "nobody": "nobody", "unsure": "unsure", "?": "unsure",
}  # fmt: skip
_COPY: Final = "Copy the id from contact_fixes.csv as text."


@dataclass(frozen=True)
class ContactDecided:
    """What one row decides about the access of a company.

    Attributes:
        company_id_cw: as the file has it, without the prefix.
        contact_id_cw: the contact that is to have access; null unless approved.
        until: the day on which a snoozed company comes back.
        asked_by: who at the client asked; null where the row does not say.
        asked_on: when they asked.
        decided_at: UTC; null where the file does not say, or not clearly.
    """

    source: Line
    decision: ContactDecision
    company_id_cw: str
    contact_id_cw: str | None
    until: date | None
    asked_by: str | None
    asked_on: date | None
    decided_at: datetime | None

    @property
    def digest(self) -> str:
        """Of the row and its run: the same row gives the same one, whatever the file is called."""
        column_names = ("run_id", "row_fp", "asked_by", "asked_on", "reviewer", "decided_at", "note")
        row = [self.decision, self.company_id_cw, self.contact_id_cw, str(self.until)]
        text = json.dumps([*row, *(self.source.cells[name] for name in column_names)])
        return hashlib.sha256(text.encode()).hexdigest()


def read_contact_decision(line: Line) -> ContactDecided | Problem:
    """What the row decides, or what is wrong with it.

    Args:
        line: a row with a decision.
    """
    if (hidden := hidden_row(line)) is not None:
        return hidden
    written = line.cells["decision"].casefold().rstrip(".!")
    snoozed = SNOOZE.fullmatch(written)
    decision: ContactDecision | None = "snoozed" if snoozed else _WORDS.get(written)
    if decision is None:
        expected = f"{', '.join(CONTACT_DECISIONS)} or snooze:2026-12-01"
        return line.problem(f"decision {line.cells['decision']!r}", expected, "Write one of these, or leave it empty.")
    until = read_day(snoozed[1]) if snoozed else None
    if snoozed and until is None:
        expected = "a day that can be read in one way only, such as snooze:2026-12-01"
        return line.problem(f"decision {line.cells['decision']!r}", expected, "Write the day behind the colon.")
    company = _id(line, "cw_company_id")
    if isinstance(company, Problem):
        return company
    contact = _id(line, "cw_contact_id") if decision == "approved" else None
    if isinstance(contact, Problem):
        return contact
    asked_on = read_day(line.cells["asked_on"])
    at = read_instant(line.cells["decided_at"])
    asked_by = line.cells["asked_by"] or None
    decided = ContactDecided(line, decision, company, contact, until, asked_by, asked_on, at)
    return _standing(line) or _asked(decided) or decided


def _id(line: Line, column: str) -> str | Problem:
    found = read_id(line, column, "CW")
    return replace(found, remedy=_COPY) if isinstance(found, Problem) else found


def _standing(line: Line) -> Problem | None:
    """What was torn apart: a column that was sorted, or moved, without the others."""
    row_id, company = line.cells["row_id"], line.cells["cw_company_id"]
    if not row_id or row_id.casefold() == company.casefold():
        return None
    remedy = "Rows and ids no longer match: columns were sorted separately. Decide in a fresh copy of the file."
    return line.problem(f"row_id {row_id} next to cw_company_id {company}", "both of the same company", remedy)


def _asked(decided: ContactDecided) -> Problem | None:
    """Who asked and when belong together, and the day must be clear."""
    line = decided.source
    if line.cells["asked_on"] and decided.asked_on is None:
        expected = "a day that can be read in one way only, such as 2026-11-20"
        return line.problem(f"asked_on {line.cells['asked_on']!r}", expected, "Write the day as year-month-day.")
    if (decided.asked_by is None) != (decided.asked_on is None):
        found = f"asked_by {line.cells['asked_by']!r} and asked_on {line.cells['asked_on']!r}"
        remedy = "Write who at the client asked for it, and on which day."
        return line.problem(found, "both, or none", remedy)
    return None
