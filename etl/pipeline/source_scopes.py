"""The scope of each list: all or only open items, the time at which it was made, and whether it is complete.

Absence means something only in a list that would show the thing. What nobody states is guessed with a reason, and a
guess never makes a list say more: an older instant, a cut list and an unknown scope all conclude less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from etl.config import Source
from etl.domain import AnswerPart, FileReport
from etl.extract import GOES_ON, NOT_UNDERSTOOD, SETTING, written_at
from etl.history.coverage import stated
from etl.history.source_status import RunInputs, SourceRead
from etl.safe_text import readable
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine

OF_INTEREST: Final = ("accounting_invoices", "portal_invoices", "portal_mappings")
"""The lists from whose silence something follows."""
_ENOUGH_ROWS: Final = 50
_FEW_SETTLED: Final = 0.05
"""A list with a smaller share of settled rows need not hold all of them."""
_PAGES: Final = frozenset({20, 25, 30, 40, 50, 75, *range(100, 1001, 100), 250, 2000, 2500, 5000, 10_000})
"""Numbers of rows at which screens and interfaces end a page."""

_WORDS: Final = {
    "all": "everything", "open": "only what is open", "since": "everything since", "unknown": "not known",
}  # fmt: skip
_CUT: Final = "it was not read completely, or too many of its rows were quarantined"
_PART: Final = "the files say that they hold only some of the pages"
_LEFT_OUT: Final = "the file says that there are more rows"
_MAY_GO_ON: Final = (
    "a line above or below its rows may say that there are more. If these are all, set is_complete = true"
)

_WHOLE: Final = re.compile(r"(?i)\ball dates\b|\bas (?:of|at)\b")
"""Title lines that name no range."""
_SETTLED: Final = {
    "portal_invoices": "portal_status = 'paid' or abs(balance_amount) <= no_money()",
    "accounting_invoices": "document_status in ('paid', 'voided', 'deleted') or abs(balance_amount) <= no_money()",
}
_HAS_STATE: Final = {
    "portal_invoices": "portal_status is not null or balance_amount is not null",
    "accounting_invoices": "document_status in ('paid', 'open', 'voided', 'deleted') or balance_amount is not null",
}


@dataclass(frozen=True)
class Scope:
    """The scope of one list.

    Attributes:
        kind: all, open, since, or unknown.
        since: the first day of a list that begins somewhere.
        reason: where the scope is known from.
        made_at: when the list was made, UTC; never later than the run.
        made_reason: where that is known from.
        cut_reason: why the list may go on where the file ends, and what to do; empty where it is taken as complete.
    """

    relation: str
    kind: str
    since: date | None
    reason: str
    made_at: datetime
    made_reason: str
    cut_reason: str = ""

    @property
    def is_cut(self) -> bool:
        """True if the list may go on where the file ends."""
        return bool(self.cut_reason)

    @property
    def holds(self) -> str:
        """The scope in words."""
        return f"{_WORDS[self.kind]} {self.since or ''}".strip()

    def sentence(self) -> str:
        """The scope as a sentence for the notes of the run."""
        cut = f" It may be cut: {self.cut_reason}." if self.is_cut else ""
        return (
            f"{RELATIONS[self.relation].help}: scope {self.holds} ({self.reason});"
            f" made {self.made_at:%Y-%m-%d %H:%M} UTC ({self.made_reason}).{cut}"
        )


def find_scopes(engine: Engine, inputs: RunInputs, sources: Sequence[SourceRead]) -> dict[str, Scope]:
    """The scope of every list that was given.

    Args:
        engine: holds the accepted rows.
        inputs: the run, and what became of each file.
        sources: what became of each source; a list that was not read completely is cut.
    """
    broken = {source.relation for source in sources if source.trouble and not source.is_stale}
    first_seen = {source.relation: datetime.fromisoformat(source.unchanged_since) for source in sources}
    scopes = {}
    for relation in OF_INTEREST:
        files = [file for file in inputs.files if file.relation == relation]
        if files:
            source = stated(inputs.settings.sources_of(relation))
            kind, since, reason = _of_shapes(source, files) or _scope(engine, relation, source)
            made_at, made_reason = _made(files, inputs, first_seen[relation])
            cut = _CUT if relation in broken else _left_out(engine, relation, source, files) or _page(source, files)
            scopes[relation] = Scope(relation, kind, since, reason, made_at, made_reason, cut)
    return scopes


def _left_out(engine: Engine, relation: str, source: Source, files: Sequence[FileReport]) -> str:
    """The reason why the list has, or may have, more rows than the file; empty if there is none."""
    if any(file.goes_on for file in files) or _has_line(engine, relation, GOES_ON):
        return _LEFT_OUT
    if any(_misses(group) for group in _parts(files).values()):
        return _PART
    is_unread = any(file.may_go_on for file in files) or _has_line(engine, relation, NOT_UNDERSTOOD)
    return _MAY_GO_ON if is_unread and not source.is_complete else ""


def _parts(files: Sequence[FileReport]) -> dict[str, list[AnswerPart]]:
    """Name of each list -> the parts of it that are there."""
    parts: dict[str, list[AnswerPart]] = {}
    for file in files:
        for part in file.parts:
            parts.setdefault(part.name, []).append(part)
    return parts


def _misses(parts: Sequence[AnswerPart]) -> bool:
    """Whether the parts together leave some of the whole out; a part that is there more often shows another whole."""
    often = Counter(parts)
    if len({(part.whole, count) for part, count in often.items()}) > len({part.whole for part in parts}):
        return True
    reached = 0
    for part in sorted(parts, key=lambda one: one.begins):
        if part.begins <= reached + 1:
            reached = max(reached, part.ends)
    return reached < max(max(part.whole, part.ends) for part in parts)


def _has_line(engine: Engine, relation: str, reason: str) -> bool:
    found = f"relation = '{relation}' and array_to_string(broken_rules, ' ') like '%{reason}%'"
    return engine.count(f"quarantine.rows where {found}") > 0


def _of_shapes(source: Source, files: Sequence[FileReport]) -> tuple[str, date | None, str] | None:
    """What the shapes and the title lines of the files say; null where they say nothing, or a setting does.

    A range says that there may be more outside of it, so silence proves nothing, whatever the rows look like.
    """
    if source.scope is not None:
        return None
    if all(file.is_open_only for file in files):
        return "open", None, f"{files[0].profile} lists only what is open"
    ranges = [file.range for file in files if file.range and not _WHOLE.search(file.range)]
    if ranges and all(file.range for file in files):
        return "unknown", None, f"the title says {readable(ranges[0])}"
    return None


def _scope(engine: Engine, relation: str, source: Source) -> tuple[str, date | None, str]:
    if source.scope is not None:
        kind, _, day = source.scope.partition(":")
        return kind, date.fromisoformat(day) if day else None, "setting scope"
    if relation not in _SETTLED:
        return "unknown", None, "no setting"
    rows, settled = (engine.count(f"accepted.{relation} where {which[relation]}") for which in (_HAS_STATE, _SETTLED))
    if settled and settled >= _FEW_SETTLED * rows:
        return "all", None, f"{settled} of its {rows} rows {'is' if settled == 1 else 'are'} settled"
    if settled:
        return "unknown", None, f"only {settled} of its {rows} rows {'is' if settled == 1 else 'are'} settled"
    if rows >= _ENOUGH_ROWS:
        return "open", None, f"none of its {rows} rows is settled"
    return "unknown", None, "too few rows to tell"


def _made(files: Sequence[FileReport], inputs: RunInputs, first_seen: datetime) -> tuple[datetime, str]:
    """The earliest known instant of the files; that of the first run that had them, if all are later."""
    now, zone = inputs.run.as_of.astimezone(UTC), inputs.settings.portal_zone
    at, reason = min(_made_file(file, zone) for file in files)
    if reason == SETTING:
        return min(at, now), reason
    if at < first_seen:
        return at, reason
    if first_seen < now:
        return first_seen.astimezone(UTC), "time of the first run that had these files"
    return now, "time of the run: the file is newer"


def _made_file(file: FileReport, zone: ZoneInfo) -> tuple[datetime, str]:
    written, made = written_at(file.source), file.made
    if made is None:
        return written, "time of the file"
    at = made.at.replace(tzinfo=UTC)
    if made.reason == SETTING:
        return at, made.reason
    is_more_exact = made.is_day and at.astimezone(zone).date() == written.astimezone(zone).date()
    return (written, "time of the file") if at > written or is_more_exact else (at, made.reason)


def _page(source: Source, files: Sequence[FileReport]) -> str:
    """The reason why a list may be one page of several; empty if there is none."""
    if source.is_complete is not None:
        return "" if source.is_complete else "setting is_complete says so"
    page = next((file for file in files if file.rows_extracted in _PAGES), None)
    if page is None:
        return ""
    return f"the {page.rows_extracted} rows of {page.file} are a full page. If these are all, set is_complete = true"


def notes(scopes: Mapping[str, Scope]) -> list[str]:
    """One sentence per list."""
    return [scope.sentence() for scope in scopes.values()]
