"""Where the decision about each company's access stands: to decide, to do, done, and what else there is."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from etl.causes import BY_CODE, bits_where, codes
from etl.review.fix_files import SCHEMA_VERSION

TO_DECIDE, TO_DO, DONE, NOBODY = "to decide", "to do", "done", "nobody"
UNSURE, SNOOZED, STALE, NOT_CHECKED = "unsure", "snoozed", "stale", "not checked"
STATES: Final = (TO_DECIDE, TO_DO, STALE, UNSURE, NOT_CHECKED, SNOOZED, NOBODY, DONE)
"""In the order in which they are worked on; done and nobody ask for nothing."""

_OF_EMAIL: Final = bits_where(lambda cause: cause.contact_field == "e-mail")
_OF_LEVEL: Final = bits_where(lambda cause: cause.contact_field == "level")
_WHOSE: Final = "check whether somebody else has it now than the person it was approved for, and decide again"
MADE: Final = "|"
"""In the key of a contact that is listed without RecID: company and name."""
_LEVEL: Final = re.compile(r"([1-6])(?:\.0+)?")

Row = Mapping[str, Any]

_T, _B = pl.String(), pl.Boolean()
SHAPE: Final[Mapping[str, pl.DataType]] = {
    "company_id_cw": _T, "company_name": _T, "row_fp": _T, "is_closed": _B, "is_listed": _B, "state": _T,
    "state_detail": _T, "import_id": _T, "decision": _T, "decided_by": _T, "decided_at": pl.Datetime("us"),
    "asked_by": _T, "asked_on": pl.Date(), "approved_contact_id_cw": _T, "contact_id_cw": _T, "contact_name": _T,
    "contact_email": _T, "contact_role": _T, "level_now": _T, "level_needed": pl.Int64(), "change": _T,
    "contacts": pl.Int64(), "why_nobody": _T, "blocked_invoices": pl.Int64(), "would_see": _T,
}  # fmt: skip
"""The columns of marts.contact_states."""


@dataclass(frozen=True)
class Evidence:
    """What a run knows about access.

    Attributes:
        access: marts.company_access.
        people: marts.contact_checks.
        level_needed: the lowest portal security level that sees invoices.
        as_of_date: the day of the run.
        is_complete: whether every contact was read, so that one who is missing is gone.
        key: the site's key.
    """

    access: pl.DataFrame
    people: pl.DataFrame
    level_needed: int
    as_of_date: date
    is_complete: bool
    key: bytes

    def unsure_of(self, contact_id_cw: str) -> str | None:
        """Why a contact that was not found may be there; null where it is gone."""
        if not self.is_complete:
            return "the contacts were not read completely"
        is_made = self.people["contact_id_cw"].str.contains(MADE, literal=True)
        is_other = len(is_made) > 0 and bool((is_made != (MADE in contact_id_cw)).all())
        return "the contacts had RecIDs then and have none now, or the other way round" if is_other else None


def email_fingerprint(email: str | None, key: bytes) -> str | None:
    """An e-mail that can be compared, and not read."""
    return None if email is None else _digest(["e-mail", email.casefold()], key)


def approved_email(person: Row, key: bytes) -> str | None:
    """The e-mail that an approval of this contact is about; null where the e-mail itself is to change."""
    return None if person["failed"] & _OF_EMAIL else email_fingerprint(person["default_email"], key)


def _digest(values: list[Any], key: bytes) -> str:
    text = json.dumps([SCHEMA_VERSION, *values], ensure_ascii=True, separators=(",", ":"))
    return f"FP-{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]}"


def access_fingerprints(evidence: Evidence) -> dict[str, str]:
    """Mapped company -> fingerprint: of the level needed, and of each contact's level, e-mail and activity.

    It depends neither on the run nor on money: a row that was decided on Monday still holds on Wednesday.
    """
    columns = ("contact_id_cw", "is_active", "is_login_disabled", "portal_security_level", "default_email")
    people = evidence.people.filter(pl.col("company_id_cw").is_in(evidence.access["company_id_cw"].implode()))
    found: dict[str, list[list[Any]]] = {}
    for company, *one in people.sort("contact_id_cw").select("company_id_cw", *columns).iter_rows():
        found.setdefault(company, []).append(one)
    return {
        company: _digest(["access", company, evidence.level_needed, found.get(company, [])], evidence.key)
        for company in evidence.access["company_id_cw"]
    }


def contact_states(evidence: Evidence, decisions: pl.DataFrame) -> pl.DataFrame:
    """Every mapped company, and every company that somebody decided on, with where its decision stands.

    Args:
        evidence: what the run knows.
        decisions: what the register holds, as `ContactRegister.current` gives it.

    Returns:
        The columns of SHAPE, most blocked invoices first. `state` is null for a company that nothing was decided
        about and that somebody can look into. `is_listed` says whether contact_fixes.csv has it.
    """
    prints = access_fingerprints(evidence)
    access = {row["company_id_cw"]: row for row in evidence.access.iter_rows(named=True)}
    held = {row["company_id_cw"]: row for row in decisions.iter_rows(named=True)}
    named = {row["contact_id_cw"] for row in held.values()} | {row["proposed_contact_id_cw"] for row in access.values()}
    wanted = evidence.people.filter(pl.col("contact_id_cw").is_in([one for one in named if one is not None]))
    people = {row["contact_id_cw"]: row for row in wanted.iter_rows(named=True)}
    standing = _Standing(evidence, people, prints)
    rows = [_row(standing, company, access.get(company), held.get(company)) for company in {**access, **held}]
    frame = pl.DataFrame(rows, schema=dict(SHAPE), orient="row")
    return frame.sort("blocked_invoices", "company_id_cw", descending=[True, False], nulls_last=True)


@dataclass(frozen=True)
class _Standing:
    """Says where a decision stands."""

    evidence: Evidence
    people: Mapping[str, Row]
    prints: Mapping[str, str]

    def of(self, access: Row | None, held: Row | None) -> tuple[str | None, str]:
        """The state, and why."""
        is_closed = access is not None and access["can_anyone_see"] is False
        open_state = TO_DECIDE if is_closed else None
        if held is None:
            return open_state, ""
        on = f"{held['decided_at']:%Y-%m-%d}"
        if held["decision"] == "approved":
            return self._approved(held, f"approved {on}")
        if held["decision"] == "nobody":
            if access is not None and access["can_anyone_see"]:
                return STALE, f"decided {on} that nobody is to have access, but somebody has: decide again"
            return NOBODY, f"decided {on} that nobody is to have access"
        if not is_closed:
            return None, ""
        if held["decision"] == "snoozed":
            until = held["snoozed_until"]
            is_over = until <= self.evidence.as_of_date
            return (TO_DECIDE, f"snoozed until {until}") if is_over else (SNOOZED, f"snoozed until {until}")
        if self.prints.get(held["company_id_cw"]) != held["row_fp"]:
            return STALE, f"unsure {on}; a level, an e-mail or who is active there has changed since: decide again"
        return UNSURE, f"unsure {on}"

    def _approved(self, held: Row, said: str) -> tuple[str, str]:
        person, asked = self.people.get(held["contact_id_cw"]), held["level_asked"]
        if person is None or person["company_id_cw"] != held["company_id_cw"]:
            reason = None if person else self.evidence.unsure_of(held["contact_id_cw"])
            if reason:
                return NOT_CHECKED, f"{said}; {reason}"
            return STALE, f"{said}, but the contact is no longer at this company in ConnectWise: decide again"
        if not person["is_active"]:
            return STALE, f"{said}, but the contact is inactive in ConnectWise: decide again"
        if person["portal_security_level"] is None and not person["is_level_told"]:
            return NOT_CHECKED, f"{said}; the export has no portal security level"
        email = held["email_fingerprint"]
        is_other = email is not None and email != email_fingerprint(person["default_email"], self.evidence.key)
        has_access = _level(person) >= asked and not person["failed"]
        if is_other:
            rest = f", and it has access: {_WHOSE}" if has_access else ": decide again"
            return STALE, f"{said}, but the contact's e-mail has changed since{rest}"
        if has_access:
            return DONE, f"{said}, done"
        if asked != self.evidence.level_needed:
            return STALE, f"{said} with level {asked}, but {self.evidence.level_needed} is needed now: decide again"
        return TO_DO, f"{said}, not done yet"


def _level(person: Row) -> int:
    found = _LEVEL.fullmatch(person["portal_security_level"] or "")
    return int(found[1]) if found else 0


def _row(standing: _Standing, company: str, access: Row | None, held: Row | None) -> dict[str, Any]:
    state, detail = standing.of(access, held)
    known, decided = access or {}, held or {}
    is_closed = known.get("can_anyone_see") is False
    is_advised = (is_closed and state not in {NOBODY, DONE}) or state in {TO_DO, NOT_CHECKED}
    named = decided.get("contact_id_cw") if state in {TO_DO, NOT_CHECKED} else known.get("proposed_contact_id_cw")
    person = standing.people.get(named or "", {}) if is_advised else {}
    change = known.get("fixes") if is_advised else None
    if state in {TO_DO, NOT_CHECKED} and person and named != known.get("proposed_contact_id_cw"):
        change = _change(person, decided["level_asked"])
    return {
        "company_id_cw": company,
        "company_name": known.get("company_name"),
        "row_fp": standing.prints.get(company),
        "is_closed": is_closed,
        "is_listed": (is_closed and state != SNOOZED) or state in {TO_DO, STALE, NOT_CHECKED},
        "state": state,
        "state_detail": detail,
        **{name: decided.get(name) for name in ("import_id", "decision", "decided_by", "decided_at")},
        **{name: decided.get(name) for name in ("asked_by", "asked_on")},
        "approved_contact_id_cw": decided.get("contact_id_cw"),
        "contact_id_cw": named if is_advised else None,
        "contact_name": person.get("contact_name"),
        "contact_email": person.get("default_email"),
        "contact_role": person.get("contact_role"),
        "level_now": person.get("portal_security_level"),
        "level_needed": standing.evidence.level_needed,
        "change": change,
        "contacts": known.get("contact_count"),
        "why_nobody": known.get("access_causes"),
        "blocked_invoices": known.get("blocked_invoices"),
        "would_see": known.get("gains") if is_advised else None,
    }


def _change(person: Row, asked: int) -> str:
    """What to change so that this contact has access; the checks that fail, in their order."""
    was = person["portal_security_level"] or "none"
    steps = [f"change the portal security level from {was} to {asked}"] if _level(person) < asked else []
    steps += [f"correct: {BY_CODE[code].title}" for code in codes(person["failed"] & ~_OF_LEVEL)]
    return "; ".join(steps)
