"""Decisions about mappings, from files into the register."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.config import Settings
from etl.review.decision_file import Line
from etl.review.import_decisions import Importer, ImportOptions, ImportOutcome, import_decisions
from etl.review.mapping_decisions import MAPPINGS, ParsedDecision
from etl.review.precedence import Importing, Precedence
from etl.review.published_evidence import read_evidence
from etl.review.register import Judgement, Register
from etl.review.row_verdict import Verdict
from etl.review.site.site_state import open_register
from etl.review.verdicts import judge


def import_files(settings: Settings, files: Sequence[Path], act: ImportOptions) -> ImportOutcome:
    """Import decisions about mappings, as `import_decisions` does.

    Args:
        settings: the configuration.
        files: `mapping_fixes.csv` or `.xlsx`, or the decisions that the page saved.
        act: who imports.

    Raises:
        NotFoundError, SiteKeyError, RegisterError: as by `import_decisions`.
    """
    return import_decisions(settings, files, act, MappingImporter)


class MappingImporter(Importer[ParsedDecision]):
    """Decisions on which customer is which company."""

    form = MAPPINGS

    def __init__(self, settings: Settings, act: ImportOptions) -> None:
        self.register: Register = open_register(settings)
        self._known = read_evidence(settings)
        self._may_override = act.may_override

    @staticmethod
    def describe(line: Line) -> str:
        """`approve ACCT-7 CW-10`."""
        return " ".join(filter(None, (line.cells[name] for name in ("decision", "acct_customer_id", "cw_company_id"))))

    def judge(self, lines: Sequence[Line], importing: Importing) -> list[Verdict[ParsedDecision]]:
        """On the evidence of the latest run, and on what was decided before."""
        before = Precedence(self.register.current(), self.register.log(), importing)
        return judge(lines, self._known, before, may_override=self._may_override)

    def judgement(self, decided: ParsedDecision, act: ImportOptions, by: tuple[str, str]) -> Judgement:
        """The row as the register writes it."""
        cells, (who, source) = decided.source.cells, by
        return Judgement(
            customer_id_acct=decided.customer_id_acct,
            company_id_cw=decided.company_id_cw,
            decision=decided.decision,
            # a time in the future becomes that of the import: the clock of the person may run ahead
            judged_at=min(decided.decided_at or act.at, act.at),
            judged_by=cells["reviewer"] or who,
            source=source,
            note=cells["note"] or None,
            evidence_fingerprint=cells["row_fp"],
            snoozed_until=decided.until,
        )
