"""Whose word holds: a decision that was taken back stays so, and the time of a decision counts, not that of its import.

A row is held against what the register knows about its customer, or of a decision about a contact about its company.
What two people decided differently within a day is for them to settle; what is older than the word that holds, or was
taken back after it was decided, is not taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import polars as pl

from etl.errors import Problem
from etl.review.contacts.contact_decisions import ContactDecided
from etl.review.decision_file import Line
from etl.review.mapping_decisions import ParsedDecision

A_DAY: Final = timedelta(days=1)
SKEW: Final = timedelta(minutes=5)
"""So far a clock may run ahead without anybody noticing."""

_ZONES: Final = timedelta(hours=14)
"""So much earlier than in UTC it is any time of the day in the easternmost zone."""

_OF_MAPPINGS: Final = {
    "customer_id_acct": "about", "company_id_cw": "chosen", "judged_at": "decided_at", "judged_by": "decided_by",
}  # fmt: skip
_OF_CONTACTS: Final = {"company_id_cw": "about", "contact_id_cw": "chosen"}

_Key = tuple[str, str | None, str]
Objection = tuple[Literal["stale", "error"], Problem]


@dataclass(frozen=True)
class Importing:
    """How an import is meant.

    Attributes:
        at: now, UTC.
        who: the person who decided a row, where its file does not name one.
        digests: file -> SHA-256.
        run_id: the latest run.
        known: number of imports that the register had when the latest run read it; `None` where that is not known.
        is_again: what was taken back is to be taken again.
        is_settled: two people who differed have agreed on what the file says.
    """

    at: datetime
    who: Callable[[Line], str]
    digests: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    known: int | None = None
    is_again: bool = False
    is_settled: bool = False


@dataclass(frozen=True)
class _Word:
    """What one row says.

    Attributes:
        about: the customer; of a decision about a contact the company.
        chosen: the company, or the contact; null where the row chooses none.
        at: when it was decided, UTC; null where the file does not say. Of a snooze the column may hold the day until
            which it lasts instead.
    """

    line: Line
    about: str
    chosen: str | None
    decision: str
    at: datetime | None

    @property
    def key(self) -> _Key:
        """What makes two rows decide the same."""
        return self.about, self.chosen, self.decision

    @property
    def earliest(self) -> datetime | None:
        """The earliest moment that the time in the file may mean."""
        return None if self.at is None else self.at - (_ZONES if _is_rough(self.line) else timedelta())


@dataclass(frozen=True)
class _Undone:
    """Who took something back, when, and by which act."""

    who: str
    at: datetime
    act_id: str
    place: int

    def __str__(self) -> str:
        return f"{self.who} reverted on {self.at:%Y-%m-%d %H:%M} UTC ({self.act_id})"


class Precedence:
    """Judges a row by what was decided about its customer, or about its company, before.

    Args:
        current: what holds, as `Register.current` or `ContactRegister.current` gives it.
        log: everything that was ever added, as `log` of the same register gives it.
        importing: how the import is meant.
    """

    def __init__(self, current: pl.DataFrame, log: pl.DataFrame, importing: Importing) -> None:
        self.current = current
        self._importing = importing
        self._is_of_contacts = "contact_id_cw" in log.columns
        names = _OF_CONTACTS if self._is_of_contacts else _OF_MAPPINGS
        log = log.rename(names)
        self._held: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in current.rename(names).iter_rows(named=True):
            self._held[row["about"]].append(row)
        imports = log.unique("import_id", keep="first", maintain_order=True)
        self._places = {name: place for place, name in enumerate(imports["import_id"], 1)}
        undone = _undone(imports, self._places)
        self._keys: dict[_Key, _Undone] = {}
        self._since: dict[str, _Undone] = {}
        for row in log.filter(pl.col("import_id").is_in(list(undone))).drop_nulls("decision").iter_rows(named=True):
            key = (row["about"], row["chosen"], row["decision"])
            self._keys[key] = self._since[row["about"]] = undone[row["import_id"]]
        self._digests = {
            row["file_digest"]: undone[row["import_id"]]
            for row in imports.drop_nulls("file_digest").iter_rows(named=True)
            if row["import_id"] in undone
        }

    def objection(self, decided: ParsedDecision | ContactDecided) -> Objection | None:
        """Why a row is not taken, whatever its evidence; `None` if nothing that was decided before is in its way."""
        word = _word(decided)
        future = self._future(word)
        if future is not None:
            return "error", future
        return self._taken_back(word) or self._overtaken(word)

    def needs_run(self, customer: str) -> str | None:
        """What to do about a customer whose decision was taken back after the latest run, which still used it."""
        undone, known = self._since.get(customer), self._importing.known
        if undone is None or known is None or undone.place <= known:
            return None
        return f"Its decision is one that {undone}, after that run: run billsight once, and decide in its files."

    def _future(self, word: _Word) -> Problem | None:
        at, line, now = word.at, word.line, self._importing.at
        if at is None or at <= now + (_ZONES if _is_rough(line) else SKEW):
            return None
        found = f"decided_at {line.cells['decided_at']}, which is later than the import at {now:%Y-%m-%d %H:%M} UTC"
        remedy = "The clock of that computer runs ahead, or the date is wrong: correct it and decide again."
        return line.problem(found, "a time that has come", remedy)

    def _taken_back(self, word: _Word) -> Objection | None:
        line, importing = word.line, self._importing
        if importing.is_again:
            return None
        of_file = self._digests.get(importing.digests.get(line.where, ""))
        of_row, earliest = self._keys.get(word.key), word.earliest
        if of_row is not None and (self._knew(line, of_row.place) or (earliest and earliest > of_row.at)):
            of_row = None
        undone = of_file or of_row
        if undone is None:
            return None
        what = "the very file that" if of_file else "a decision that"
        remedy = "To take it all the same: import with --again. Or decide in the files of a run that came after."
        return "stale", line.problem(f"{what} {undone}", "something decided after that", remedy)

    def _overtaken(self, word: _Word) -> Objection | None:
        for held in self._held[word.about]:
            # a company has one decision about its access: a new one ends it, whatever it says
            if self._is_of_contacts or _supersedes(word, held):
                found = self._against(word, held)
                if found is not None:
                    return found
        return None

    def _against(self, word: _Word, held: dict[str, Any]) -> Objection | None:
        line, at = word.line, word.at
        who, other = line.cells["reviewer"] or self._importing.who(line), held["decided_by"] or ""
        held_at = held["decided_at"].replace(tzinfo=UTC)
        chosen = f" CW-{held['chosen']}" if held["chosen"] else ""
        theirs = f"{other} decided {held['decision']}{chosen} on {held_at:%Y-%m-%d %H:%M} UTC ({held['import_id']})"
        if at is not None and at + (A_DAY if _is_rough(line) else timedelta()) < held_at:
            found = f"{who}'s decision of {at:%Y-%m-%d %H:%M} UTC, which is older than what holds: {theirs}"
            return "stale", line.problem(found, "a newer decision", "Nothing to do; or decide again, if that is wrong.")
        is_one = who.casefold().strip() == other.casefold().strip()
        is_agreed = is_one or word.key == (held["about"], held["chosen"], held["decision"])
        if is_agreed or held["decision"] in {"unsure", "snoozed"} or self._importing.is_settled:
            return None
        is_close = (word.earliest or self._importing.at) - held_at <= A_DAY
        if is_close or (at is None and not self._knew(line, self._places.get(held["import_id"], 0))):
            when = "within a day" if is_close else "without a time"
            found = f"{who}'s decision, {when} of another person's: {theirs}"
            remedy = "Ask both. Then import what they agreed on with --settled."
            return "error", line.problem(found, "one decision of both", remedy)
        return None

    def _knew(self, line: Line, place: int) -> bool:
        """Whether the file is of the latest run, and that run knew of the act at this place already."""
        known = self._importing.known
        return known is not None and place <= known and line.cells["run_id"] == self._importing.run_id


def _undone(imports: pl.DataFrame, places: Mapping[str, int]) -> dict[str, _Undone]:
    """Imports that do not count: each with the act that took it back in the end."""
    rows = {row["import_id"]: row for row in imports.iter_rows(named=True)}
    takers = {row["reverts"]: name for name, row in rows.items() if row["reverts"]}
    found = {}
    for name, row in rows.items():
        last, steps = name, 0
        while row["reverts"] is None and last in takers:
            last, steps = takers[last], steps + 1
        if steps % 2:
            act = rows[last]
            who = act["claimed_by"] or act["imported_by"]
            found[name] = _Undone(who, act["imported_at"].replace(tzinfo=UTC), last, places[last])
    return found


def _word(decided: ParsedDecision | ContactDecided) -> _Word:
    at = decided.decided_at
    at = None if at is not None and decided.until == at.date() else at
    if isinstance(decided, ContactDecided):
        return _Word(decided.source, decided.company_id_cw, decided.contact_id_cw, decided.decision, at)
    return _Word(decided.source, decided.customer_id_acct, decided.company_id_cw, decided.decision, at)


def _supersedes(word: _Word, held: Mapping[str, Any]) -> bool:
    """Whether the row would end what holds about a customer; as the register has it."""
    is_same_pair: bool = word.chosen == held["chosen"]
    if held["decision"] == "rejected":
        return word.decision == "approved" and is_same_pair
    if word.decision == "snoozed":
        return held["decision"] in {"unsure", "snoozed"}
    if word.decision == "rejected":
        return held["decision"] == "approved" and is_same_pair
    return True


def _is_rough(line: Line) -> bool:
    """Whether the file tells the day alone, or a time of which nobody knows the zone."""
    try:
        return datetime.fromisoformat(line.cells["decided_at"]).tzinfo is None
    except ValueError:
        return True
