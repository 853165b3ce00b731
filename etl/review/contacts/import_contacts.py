"""Decisions about contacts, from files into the register."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.config import Settings
from etl.review.contacts.contact_access import known_access
from etl.review.contacts.contact_decisions import CONTACTS, ContactDecided
from etl.review.contacts.contact_register import ContactJudgement, ContactRegister
from etl.review.contacts.contact_verdicts import judge_contacts
from etl.review.decision_file import Line
from etl.review.import_decisions import Importer, ImportOptions, ImportOutcome, import_decisions
from etl.review.precedence import Importing
from etl.review.row_verdict import Verdict
from etl.review.site.site_state import open_contacts


def import_contacts(settings: Settings, files: Sequence[Path], act: ImportOptions) -> ImportOutcome:
    """Import decisions about contacts, as `import_decisions` does.

    Args:
        settings: the configuration.
        files: `contact_fixes.csv`, as CSV or a workbook.
        act: who imports.

    Raises:
        NotFoundError, SiteKeyError, RegisterError: as by `import_decisions`.
    """
    return import_decisions(settings, files, act, ContactImporter)


class ContactImporter(Importer[ContactDecided]):
    """Decisions on who gets access."""

    form = CONTACTS

    def __init__(self, settings: Settings, act: ImportOptions) -> None:
        del act
        self.register: ContactRegister = open_contacts(settings)
        self._known = known_access(settings)

    @staticmethod
    def describe(line: Line) -> str:
        """`approve CW-10 CW-4711`; other decisions are about no contact."""
        cells = line.cells
        contact = cells["cw_contact_id"] if cells["decision"].casefold().startswith("approve") else ""
        return " ".join(filter(None, (cells["decision"], cells["cw_company_id"], contact)))

    def judge(self, lines: Sequence[Line], importing: Importing) -> list[Verdict[ContactDecided]]:
        """On the access that the latest run knows, and on what was decided before."""
        return judge_contacts(lines, self._known, self.register.log(), importing)

    def judgement(self, decided: ContactDecided, act: ImportOptions, by: tuple[str, str]) -> ContactJudgement:
        """The row as the register writes it."""
        cells, contact, (who, source) = decided.source.cells, decided.contact_id_cw, by
        return ContactJudgement(
            company_id_cw=decided.company_id_cw,
            contact_id_cw=contact,
            decision=decided.decision,
            snoozed_until=decided.until,
            level_asked=None if contact is None else self._known.level_needed,
            email_fingerprint=None if contact is None else self._known.people[contact].email_fingerprint,
            asked_by=decided.asked_by,
            asked_on=decided.asked_on,
            # a day may have begun in the person's zone, and not yet in UTC
            decided_at=min(decided.decided_at or act.at, act.at),
            decided_by=cells["reviewer"] or who,
            note=cells["note"] or None,
            row_fp=cells["row_fp"],
            row_digest=decided.digest,
            source=source,
        )
