"""What one decision about a contact is held against: the latest run, and what was decided before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from etl.errors import Problem
from etl.review.contacts.contact_decisions import ContactDecided
from etl.review.precedence import Importing, Precedence
from etl.review.row_verdict import Kind, Verdict

_FINGERPRINT: Final = re.compile(r"FP-[0-9a-f]{16}")
_DECIDE_AGAIN: Final = "Decide on this company again in the files of the latest run."
_FRESH: Final = "The row was edited or made elsewhere: decide in a fresh copy of the file."
_NEEDS_NO_ASKING: Final = ("billing contact", "default billing contact")
_ZONES: Final = timedelta(hours=14)
"""So much earlier than in UTC it is any time of the day in the easternmost zone."""


@dataclass(frozen=True)
class Person:
    """A contact as the latest run knows it.

    Attributes:
        company_id_cw: its company.
        role: its part at the company.
        email_fingerprint: of its e-mail; null where the e-mail itself is to change.
    """

    company_id_cw: str | None
    is_active: bool
    role: str
    email_fingerprint: str | None


@dataclass(frozen=True)
class KnownAccess:
    """What the latest published run knows about access.

    Attributes:
        run_id: that run.
        as_of_date: its day.
        level_needed: the lowest portal security level that sees invoices.
        fingerprints: mapped company -> fingerprint of its evidence.
        people: contact -> what is known of it.
        was_written: whether a run of that id wrote that fingerprint for that company; null where that is not known.
    """

    run_id: str
    as_of_date: date
    level_needed: int
    fingerprints: Mapping[str, str]
    people: Mapping[str, Person]
    was_written: Callable[[str, str, str], bool | None]


def said(decided: ContactDecided) -> tuple[str, str | None, date | None]:
    """What makes two rows say the same: decision, contact, day."""
    return decided.decision, decided.contact_id_cw, decided.until


def describe_decision(decision: str, contact: str | None, until: date | None) -> str:
    """The same in words."""
    return f"{decision}{f' CW-{contact}' if contact else ''}{f' until {until}' if until else ''}"


class ContactRule:
    """Judges one row that can be read and that no other contradicts."""

    def __init__(self, known: KnownAccess, log: pl.DataFrame, importing: Importing) -> None:
        self._known = known
        self._importing = importing
        decided = log.drop_nulls("company_id_cw")
        self._held = {row["company_id_cw"]: row for row in decided.filter("holds").iter_rows(named=True)}
        self._taken: dict[str, str] = dict(decided.select("row_digest", "import_id").iter_rows())
        self._before = Precedence(decided.filter("holds"), log, importing)

    def judge(self, decided: ContactDecided) -> Verdict[ContactDecided]:
        """The verdict; what the register holds already is no-op, however old the file."""
        line, held = decided.source, self._held.get(decided.company_id_cw)
        if held is not None and _holds(decided, held):
            problem = line.problem("the register holds it already", "something new", "Nothing to do.")
            return Verdict(line, "no-op", decided, problem)
        objection = self._before.objection(decided)
        if objection is not None:
            return Verdict(line, objection[0], decided, objection[1])
        checks: list[tuple[Kind, Callable[[ContactDecided], Problem | None]]] = [
            ("stale", self._again), ("error", self._time), ("error", self._unread), ("stale", self._evidence),
            ("error", self._target), ("stale", self._snooze),
        ]  # fmt: skip
        for kind, check in checks:
            wrong = check(decided)
            if wrong is not None:
                return Verdict(line, kind, decided, wrong)
        return Verdict(line, "apply", decided)

    def _again(self, decided: ContactDecided) -> Problem | None:
        """A row counts once: what superseded it stands."""
        import_id = self._taken.get(decided.digest)
        if import_id is None or self._importing.is_again:
            return None
        remedy = "To take it all the same: import with --again. Or decide in the files of a later run."
        found = f"a row of {import_id}, which was superseded by a later decision"
        return decided.source.problem(found, "something decided since", remedy)

    def _time(self, decided: ContactDecided) -> Problem | None:
        if decided.asked_on is not None and decided.asked_on > (self._importing.at + _ZONES).date():
            found = f"asked_on {decided.asked_on}"
            return decided.source.problem(found, "a day that has come", "Correct the date.")
        return None

    def _unread(self, decided: ContactDecided) -> Problem | None:
        """What the run never wrote: an edited fingerprint or level, or a contact from elsewhere."""
        line, known = decided.source, self._known
        written, run_id, company = line.cells["row_fp"], line.cells["run_id"], decided.company_id_cw
        if not _FINGERPRINT.fullmatch(written):
            found = f"row_fp {written!r}" if written else "an empty row_fp"
            return line.problem(found, "the fingerprint that the run wrote", _FRESH)
        if known.fingerprints.get(company) != written and known.was_written(run_id, company, written) is False:
            expected = f"the fingerprint that {run_id} wrote for CW-{company}"
            return line.problem(f"row_fp {written}", expected, _FRESH)
        return None

    def _evidence(self, decided: ContactDecided) -> Problem | None:
        """Whether the row was decided on the evidence of the latest run."""
        line, known, company = decided.source, self._known, decided.company_id_cw
        now, run_id = known.fingerprints.get(company), line.cells["run_id"] or "an older run"
        if now is None:
            found = f"a row of {run_id}; no customer is mapped to CW-{company} any more"
            return line.problem(found, f"a company of {known.run_id}", _DECIDE_AGAIN)
        if now == line.cells["row_fp"]:
            return None
        found = f"a row of {run_id}; a level, an e-mail or who is active there has changed since"
        return line.problem(found, f"the evidence of {known.run_id}", _DECIDE_AGAIN)

    def _target(self, decided: ContactDecided) -> Problem | None:
        """Whether this person may be given access, at this level, on this request."""
        line, known, contact = decided.source, self._known, decided.contact_id_cw
        if contact is None:
            return None
        level = line.cells["level_needed"].removesuffix(".0")
        if level and level != str(known.level_needed):
            return line.problem(f"level_needed {level}", f"{known.level_needed}, as {known.run_id} wrote it", _FRESH)
        person = known.people.get(contact)
        if person is None or person.company_id_cw != decided.company_id_cw:
            found = f"CW-{contact}, who is no contact of CW-{decided.company_id_cw}"
            return line.problem(found, "a contact of this company", "Choose a contact of this company in ConnectWise.")
        if not person.is_active:
            remedy = "Choose a contact who is active, or activate this one in ConnectWise first."
            return line.problem(f"CW-{contact}, who is inactive in ConnectWise", "an active contact", remedy)
        if decided.asked_by is None and person.role not in _NEEDS_NO_ASKING:
            found = f"CW-{contact}, who is not the billing contact, and an empty asked_by"
            remedy = "Ask the client first. Then write who asked for it into asked_by, and the day into asked_on."
            return line.problem(found, "who at the client asked, and when", remedy)
        return None

    def _snooze(self, decided: ContactDecided) -> Problem | None:
        if decided.until is None or decided.until > self._known.as_of_date:
            return None
        return decided.source.problem(f"a snooze until {decided.until}, which has come", "a later day", _DECIDE_AGAIN)


def _saying(held: Mapping[str, Any]) -> tuple[str, str | None, date | None]:
    return held["decision"], held["contact_id_cw"], held["snoozed_until"]


def _holds(decided: ContactDecided, held: Mapping[str, Any]) -> bool:
    """Whether the register holds exactly this row, or the same decision on the same evidence and request."""
    is_same = said(decided) == _saying(held) and decided.source.cells["row_fp"] == held["row_fp"]
    asked = (decided.asked_by, decided.asked_on)
    return decided.digest == held["row_digest"] or (
        is_same and asked in {(None, None), (held["asked_by"], held["asked_on"])}
    )
