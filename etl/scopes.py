"""What each list holds: everything or only what is open, when it was made, and whether it is whole.

Absence means something only in a list that would show the thing. What nobody states is guessed with a reason, and a
guess never makes a list say more: an older instant, a cut list and an unknown scope all conclude less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from etl.config import Source
from etl.engine import Engine
from etl.loading import FileReport
from etl.schemas import RELATIONS
from etl.sources import Evening, SourceRead

OF_INTEREST: Final = ("accounting_invoices", "portal_invoices", "portal_mappings")
"""The lists from whose silence something follows."""
_ENOUGH_ROWS: Final = 50
_PAGES: Final = frozenset({25, 30, 40, 50, *range(100, 1001, 100), 250, 2000, 2500, 5000, 10_000})
"""Numbers of rows at which screens and interfaces end a page."""
_DATE: Final = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")

_SETTLED: Final = {
    "portal_invoices": "portal_status = 'paid' or abs(balance_amount) < 0.01",
    "accounting_invoices": "document_status in ('paid', 'voided', 'deleted') or abs(balance_amount) < 0.01",
}
_TOLD: Final = {
    "portal_invoices": "portal_status is not null or balance_amount is not null",
    "accounting_invoices": "document_status in ('paid', 'open', 'voided', 'deleted') or balance_amount is not null",
}


@dataclass(frozen=True)
class Scope:
    """What one list holds.

    Attributes:
        kind: all, open, since, or unknown.
        since: the first day of a list that begins somewhere.
        reason: where the scope is known from.
        made_at: when the list was made, UTC; never later than the run.
        made_reason: where that is known from.
        is_cut: the list may go on where the file ends.
    """

    relation: str
    kind: str
    since: date | None
    reason: str
    made_at: datetime
    made_reason: str
    is_cut: bool = False

    def told(self) -> str:
        """In a sentence, for the notes of the run."""
        holds = {"all": "everything", "open": "only what is open", "unknown": "not known"}.get(
            self.kind, f"everything since {self.since}"
        )
        cut = (
            " It may be cut: its number of rows is that of a page, or too many rows are in quarantine."
            f" Set [sources.{self.relation}] is_complete where it is whole."
            if self.is_cut
            else ""
        )
        return (
            f"{RELATIONS[self.relation].help}: scope {holds} ({self.reason});"
            f" made {self.made_at:%Y-%m-%d %H:%M} UTC ({self.made_reason}).{cut}"
        )


def find_scopes(engine: Engine, evening: Evening, read: Sequence[SourceRead]) -> dict[str, Scope]:
    """The scope of every list that was given.

    Args:
        engine: holds the accepted rows.
        evening: the run, and what became of each file.
        read: what became of each source; a list that has not changed since an earlier run is as old as that run.
    """
    unchanged = {source.relation: source.unchanged_since for source in read}
    broken = {source.relation for source in read if source.trouble and not source.is_stale}
    found = {}
    for relation in OF_INTEREST:
        files = [file for file in evening.files if file.relation == relation]
        if files:
            source = evening.settings.sources[relation]
            kind, since, reason = _scope(engine, relation, source)
            made = _made_files(files, evening.settings.portal_zone)
            if relation in unchanged:
                made.append((datetime.fromisoformat(unchanged[relation]).astimezone(UTC), "unchanged since that run"))
            made_at, made_reason = _made(source, made, evening)
            is_page = _is_page(files) if source.is_complete is None else not source.is_complete
            is_cut = is_page or relation in broken
            found[relation] = Scope(relation, kind, since, reason, made_at, made_reason, is_cut)
    return found


def _scope(engine: Engine, relation: str, source: Source) -> tuple[str, date | None, str]:
    if source.scope is not None:
        kind, _, day = source.scope.partition(":")
        return kind, date.fromisoformat(day) if day else None, "setting scope"
    if relation not in _SETTLED:
        return "unknown", None, "no setting"
    rows, settled = engine.rows(f"""
        select count(*) filter (where {_TOLD[relation]}), count(*) filter (where {_SETTLED[relation]})
        from accepted.{relation}""")[0]
    if settled:
        return "all", None, f"it has {settled} settled rows"
    if rows >= _ENOUGH_ROWS:
        return "open", None, f"none of its {rows} rows is settled"
    return "unknown", None, "too few rows to tell"


def _made(source: Source, made: Sequence[tuple[datetime, str]], evening: Evening) -> tuple[datetime, str]:
    """The earliest instant that is known of the files; the run's where all are later."""
    now = evening.run.as_of.astimezone(UTC)
    if source.as_of is not None:
        stated = source.as_of if source.as_of.tzinfo else source.as_of.replace(tzinfo=evening.settings.portal_zone)
        return min(stated.astimezone(UTC), now), "setting as_of"
    at, reason = min(made)
    return (at, reason) if at < now else (now, "not older than the run")


def _made_files(files: Sequence[FileReport], zone: ZoneInfo) -> list[tuple[datetime, str]]:
    return [_made_file(file, zone) for file in files]


def _made_file(file: FileReport, zone: ZoneInfo) -> tuple[datetime, str]:
    written = datetime.fromtimestamp(file.source.path.stat().st_mtime, UTC)
    days = [day for match in _DATE.findall(file.source.path.name) if (day := _day(*match)) is not None]
    earlier = [day for day in days if day <= written.astimezone(zone).date()]
    if not earlier or max(earlier) == written.astimezone(zone).date():
        return written, "time of the file"
    return datetime.combine(max(earlier), time(), zone).astimezone(UTC), "date in the file's name"


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _is_page(files: Sequence[FileReport]) -> bool:
    return any(file.rows_extracted in _PAGES for file in files)


def notes(scopes: Mapping[str, Scope]) -> list[str]:
    """One sentence per list."""
    return [scope.told() for scope in scopes.values()]
