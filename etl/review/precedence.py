"""Whose word holds: a decision that was taken back stays so, and the time of a decision counts, not that of its import.

A row is held against what the register knows about its customer. What two people decided differently within a day is
for them to settle; what is older than the word that holds, or was taken back after it was decided, is not taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import polars as pl

from etl.errors import Problem
from etl.review.decisions import Decided, Line

A_DAY: Final = timedelta(days=1)
SKEW: Final = timedelta(minutes=5)
"""So far a clock may run ahead without anybody noticing."""

_ZONES: Final = timedelta(hours=14)
"""So much earlier than in UTC it is any time of the day in the easternmost zone."""

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
class _Undone:
    """Who took something back, when, and by which act."""

    who: str
    at: datetime
    act_id: str
    place: int

    def __str__(self) -> str:
        return f"{self.who} took back on {self.at:%Y-%m-%d %H:%M} UTC ({self.act_id})"


class Precedence:
    """Judges a row by what was decided about its customer before.

    Args:
        current: what holds, as `Register.current` gives it.
        log: everything that was ever added, as `Register.log` gives it.
        importing: how the import is meant.
    """

    def __init__(self, current: pl.DataFrame, log: pl.DataFrame, importing: Importing) -> None:
        self.current = current
        self._importing = importing
        self._held: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in current.iter_rows(named=True):
            self._held[row["customer_id_acct"]].append(row)
        imports = log.unique("import_id", keep="first", maintain_order=True)
        self._places = {name: place for place, name in enumerate(imports["import_id"], 1)}
        undone = _undone(imports, self._places)
        self._keys: dict[_Key, _Undone] = {}
        self._since: dict[str, _Undone] = {}
        for row in log.filter(pl.col("import_id").is_in(list(undone))).drop_nulls("decision").iter_rows(named=True):
            key = (row["customer_id_acct"], row["company_id_cw"], row["decision"])
            self._keys[key] = self._since[row["customer_id_acct"]] = undone[row["import_id"]]
        self._digests = {
            row["file_digest"]: undone[row["import_id"]]
            for row in imports.drop_nulls("file_digest").iter_rows(named=True)
            if row["import_id"] in undone
        }

    def objection(self, decided: Decided) -> Objection | None:
        """Why a row is not taken, whatever its evidence; `None` if nothing that was decided before is in its way."""
        future = self._future(decided)
        if future is not None:
            return "error", future
        return self._taken_back(decided) or self._overtaken(decided)

    def needs_run(self, customer: str) -> str | None:
        """What to do about a customer whose decision was taken back after the latest run, which still used it."""
        undone, known = self._since.get(customer), self._importing.known
        if undone is None or known is None or undone.place <= known:
            return None
        return f"Its decision is one that {undone}, after that run: run billsight once, and decide in its files."

    def _future(self, decided: Decided) -> Problem | None:
        at, line, now = _decided_at(decided), decided.source, self._importing.at
        if at is None or at <= now + (_ZONES if _is_rough(line) else SKEW):
            return None
        found = f"decided_at {line.cells['decided_at']}, which is later than the import at {now:%Y-%m-%d %H:%M} UTC"
        remedy = "The clock of that computer runs ahead, or the date is wrong: correct it and decide again."
        return line.problem(found, "a time that has come", remedy)

    def _taken_back(self, decided: Decided) -> Objection | None:
        line, importing = decided.source, self._importing
        if importing.is_again:
            return None
        of_file = self._digests.get(importing.digests.get(line.where, ""))
        of_row = self._keys.get((decided.customer_id_acct, decided.company_id_cw, decided.decision))
        if of_row is not None and (self._knew(line, of_row.place) or _is_after(decided, of_row.at)):
            of_row = None
        undone = of_file or of_row
        if undone is None:
            return None
        what = "the very file that" if of_file else "a decision that"
        remedy = "To take it all the same: import with --again. Or decide in the files of a run that came after."
        return "stale", line.problem(f"{what} {undone}", "something decided after that", remedy)

    def _overtaken(self, decided: Decided) -> Objection | None:
        for held in self._held[decided.customer_id_acct]:
            if _supersedes(decided, held):
                found = self._against(decided, held)
                if found is not None:
                    return found
        return None

    def _against(self, decided: Decided, held: dict[str, Any]) -> Objection | None:
        line, at = decided.source, _decided_at(decided)
        who, other = line.cells["reviewer"] or self._importing.who(line), held["judged_by"] or ""
        held_at = held["judged_at"].replace(tzinfo=UTC)
        company = f" CW-{held['company_id_cw']}" if held["company_id_cw"] else ""
        theirs = f"{other} decided {held['decision']}{company} on {held_at:%Y-%m-%d %H:%M} UTC ({held['import_id']})"
        if at is not None and at + (A_DAY if _is_rough(line) else timedelta()) < held_at:
            found = f"{who}'s decision of {at:%Y-%m-%d %H:%M} UTC, which is older than what holds: {theirs}"
            return "stale", line.problem(found, "a newer decision", "Nothing to do; or decide again, if that is wrong.")
        is_apart = who.casefold().strip() != other.casefold().strip()
        if not is_apart or held["decision"] in {"unsure", "snoozed"} or self._importing.is_settled:
            return None
        is_close = (_earliest(decided) or self._importing.at) - held_at <= A_DAY
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


def _supersedes(decided: Decided, held: Mapping[str, Any]) -> bool:
    """Whether the row would end what holds; as the register has it."""
    is_same_pair: bool = decided.company_id_cw == held["company_id_cw"]
    if held["decision"] == "rejected":
        return decided.decision == "approved" and is_same_pair
    if decided.decision == "snoozed":
        return held["decision"] in {"unsure", "snoozed"}
    if decided.decision == "rejected":
        return held["decision"] == "approved" and is_same_pair
    return True


def _decided_at(decided: Decided) -> datetime | None:
    """When it was decided; of a snooze the column may hold the day until which it lasts instead."""
    at = decided.decided_at
    return None if at is not None and decided.until == at.date() else at


def _is_after(decided: Decided, at: datetime) -> bool:
    earliest = _earliest(decided)
    return earliest is not None and earliest > at


def _earliest(decided: Decided) -> datetime | None:
    """The earliest moment that the time in the file may mean."""
    at = _decided_at(decided)
    return None if at is None else at - (_ZONES if _is_rough(decided.source) else timedelta())


def _is_rough(line: Line) -> bool:
    """Whether the file tells the day alone, or a time of which nobody knows the zone."""
    try:
        return datetime.fromisoformat(line.cells["decided_at"]).tzinfo is None
    except ValueError:
        return True
