"""The vocabulary: words and small types that several packages share; the causes themselves are in `etl/causes.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

DateOrder = Literal["ymd", "mdy", "dmy"]
"""The order of the parts of a date such as 03/04/2026."""

_MONTH: Final = "(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec)"
MALFORMED_ID: Final = "|".join((
    r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+",
    r"[0-9][.,][0-9]+[Ee][+-]?[0-9]+",
    r"[0-9]+[.,]0",
    r"#+",
    r"#(?:NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!)",
    rf"[0-9]{{1,2}}-{_MONTH}(?:-[0-9]{{2}}(?:[0-9]{{2}})?)?",
    rf"{_MONTH}-[0-9]{{2}}(?:[0-9]{{2}})?",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]00:00:00(?:\.0+)?",
))  # fmt: skip
"""An id or a number of which a spreadsheet made an amount, a day or a mistake, as a pattern of the whole text.

It may stand for any document. Both engines read it; SQL calls it `written_number`.
"""

IDENTIFIED: Final = "ID:"
"""Before the Company ID of a company that is listed without RecID: no RecID has it, so the two are never mixed up."""

NO_NUMBER: Final = r"(?i:n/?a|n\.a\.|tbd|tba|none|null|nil|unknown|\(none\)|\(blank\))|[-\x{2013}\x{2014}_.?]+|0+"
"""What people write where there is no number."""


TRUE_WORDS: Final = (
    "true", "yes", "y", "t", "1", "on", "ja", "oui", "sí", "si", "sì", "sim", "wahr", "vrai", "verdadero", "verdadeiro",
    "vero", "waar", "да",
)  # fmt: skip
FALSE_WORDS: Final = (
    "false", "no", "n", "f", "0", "off", "nein", "nee", "non", "não", "falsch", "faux", "falso", "onwaar", "нет",
)  # fmt: skip
"""What a flag says, in small letters."""


RUNS, LATEST, DATABASE, MANIFEST = "runs", "latest", "run.duckdb", "manifest.json"
"""What an output folder holds: the folder of runs, the link to the last one; its database and its manifest."""
FIX_SHEET: Final = "mapping_fixes"
"""The one sheet of mapping_fixes.xlsx."""
_PATTERN: Final = frozenset("*?[]{}")

NO_MONEY: Final = 0.005
"""Below one minor unit there is no balance, and no difference; SQL calls it `no_money()`."""


def utc(at: datetime, zone: tzinfo) -> datetime:
    """An instant in UTC, without a zone.

    Args:
        at: with a zone or without one.
        zone: of instants without one.
    """
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(tzinfo=None)


class State(StrEnum):
    """The state of one invoice in a run."""

    VISIBLE = "visible"
    BLOCKED = "blocked"
    WAITING = "waiting"
    EXPECTED = "expected"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """The stage of an invoice's way to the portal at which a check stands; stages are checked in this order."""

    EXISTENCE = "existence"
    IDENTITY = "identity"
    TRANSPORT = "transport"
    ACCESS = "access"


class RunStage(StrEnum):
    """The stages of a run, in their order; the value is the key in the run log."""

    LOAD_SOURCES = "load_sources"
    IMPORT_INBOX = "import_inbox"
    MATCH = "match"
    CHECK_ACCESS = "check_access"
    CHECK_INVOICES = "check_invoices"
    FIND_SYNC_GAPS = "find_sync_gaps"
    COMPARE_RUNS = "compare_runs"
    CHECK_INVARIANTS = "check_invariants"
    WRITE_OUTPUTS = "write_outputs"
    VERIFY = "verify"
    PUBLISH = "publish"
    RECORD = "record"
    PRUNE = "prune"

    @property
    def label(self) -> str:
        """The label that the terminal shows during the stage."""
        return _STAGE_LABELS[self]


_STAGE_LABELS: Final = {
    RunStage.LOAD_SOURCES: "Reading sources",
    RunStage.IMPORT_INBOX: "Importing decided files from the inbox",
    RunStage.MATCH: "Matching customers to companies",
    RunStage.CHECK_ACCESS: "Checking portal access",
    RunStage.CHECK_INVOICES: "Checking invoice visibility",
    RunStage.FIND_SYNC_GAPS: "Finding sync gaps",
    RunStage.COMPARE_RUNS: "Comparing with earlier runs",
    RunStage.CHECK_INVARIANTS: "Checking integrity",
    RunStage.WRITE_OUTPUTS: "Writing the report and the files",
    RunStage.VERIFY: "Verifying the written files",
    RunStage.PUBLISH: "Publishing",
    RunStage.RECORD: "Recording the run",
    RunStage.PRUNE: "Pruning old runs",
}


class OnStage(Protocol):
    """Called when a stage begins."""

    def __call__(self, stage: RunStage, relation: str | None = None, /) -> None:
        """Begin a stage, or its part for one relation."""


class CauseClass(StrEnum):
    """The class of a failing check: a defect to fix, an expected absence, a wait, or a remark on the evidence."""

    DEFECT = "defect"
    EXPECTED = "expected"
    WAITING = "waiting"
    REMARK = "remark"


class MappingState(StrEnum):
    """The current truth about one accounting customer."""

    MAPPED = "mapped"
    REVIEW = "review"
    NONE = "none"
    EXCLUDED = "excluded"


class MappingSource(StrEnum):
    """The source of a mapping, strongest first."""

    JUDGEMENT = "judgement"
    PORTAL = "portal"
    CERTAINTY = "certainty"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Run:
    """The clock and the identity of one run, which come from here alone.

    Attributes:
        run_id: folder name of the run, `YYYY-MM-DDTHHMMSSZ-xxxx`.
        as_of: the instant the run is judged at, UTC, time-zone aware.
        is_by_clock: whether the machine's clock says so, and not a person.
    """

    run_id: str
    as_of: datetime
    is_by_clock: bool = False

    @property
    def as_of_at(self) -> str:
        """The instant as the history writes it, UTC: `2026-11-22T02:00:00Z`."""
        return f"{self.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Subject(StrEnum):
    """What a check looks at; checks of one subject share the values that decide them."""

    DOCUMENT = "document"
    AMOUNT = "amount"
    BOOK = "book"
    TERMS = "terms"
    DATE = "date"
    NUMBER = "number"
    CUSTOMER = "customer"
    MAPPING = "mapping"
    COMPANY = "company"
    SYNC = "sync"
    PORTAL_AMOUNT = "portal's amount"
    CONTACTS = "contacts"
    CONTACT = "contact"
    BILLING_EMAIL = "billing e-mail"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One check of the taxonomy: why an invoice may not show, and what to do about it.

    Attributes:
        code: stable identifier.
        number: place in the taxonomy.
        title: a few words for a table.
        fix_legacy: the fix in the words of the legacy portal interface.
        fix_current: the fix in the words of today's portal interface; empty where they are the same.
        who: who can do it.
        needs: relations without which nobody can say that the cause is gone.
        passed_as: the meaning of a passed check.
        unknown_as: what is not known, with {passed} and {failed} for the values of a passed and of a failed check.
        resolved_as: why an issue of this cause is resolved; for an expected cause, why the issues of its invoice are.
        is_missed_by_sync: a sync from an earlier date, or a single resync, fixes it.
        is_dated: the recommended 'sync from' date fixes it, where that date reaches back far enough.
        gap_reason: name of the sync gaps that it makes; None if their reason has to be found.
        is_held_back: no sync brings such an invoice before a person decides about its customer or company.
        is_unmapped: it has its name from the candidates of an unmapped customer.
        is_predicted: it only predicts that an invoice does not show: the portal's list may refute it.
        is_ready: one look and one approval fix it.
        is_mapping_work: a new mapping fixes it.
        figure: the figure of the page that counts it.
        contact_field: what of the contact it is about, if that is its e-mail or its level.
    """

    code: str
    number: str
    stage: Stage
    kind: CauseClass
    title: str
    fix_legacy: str
    fix_current: str = ""
    who: str
    subject: Subject
    needs: frozenset[str]
    passed_as: str
    unknown_as: str
    resolved_as: str
    is_missed_by_sync: bool = False
    is_dated: bool = False
    gap_reason: str | None = None
    is_held_back: bool = False
    is_unmapped: bool = False
    is_predicted: bool = False
    is_ready: bool = False
    is_mapping_work: bool = False
    figure: str | None = None
    contact_field: str | None = None

    def __post_init__(self) -> None:
        """Take the fix of the legacy interface where today's has the same words."""
        if not self.fix_current:
            object.__setattr__(self, "fix_current", self.fix_legacy)


def instant(text: str) -> datetime:
    """An ISO 8601 instant, in UTC; that is also taken for the zone of one that names none.

    Raises:
        ValueError: it is none, or none of a year from 1 to 9999 in UTC.
    """
    found = datetime.fromisoformat(text)
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def is_run_id(name: str) -> bool:
    """True if the text can name a run's folder, leads nowhere else, and is no pattern of files."""
    return Path(name).name == name and name[:1] not in {"", "."} and name.isprintable() and not set(name) & _PATTERN


@dataclass(frozen=True, order=True)
class SourceFile:
    """One file of a source.

    Attributes:
        path: where it is.
        name: its path as the user would say it, relative to the configuration's folder.
        digest: sha256 of the bytes on disk.
        stamp: its size and when it was written, as the digest was taken; null where nobody looked.
    """

    path: Path
    name: str
    digest: str
    stamp: tuple[int, int] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Made:
    """The time at which a file was made, as stated in the file or its name.

    Attributes:
        at: UTC, without a zone; the earliest instant where the name can be read in two ways.
        reason: where that is known from.
        is_certain: it can be read in one way only.
        is_day: only the day is known, and `at` is its beginning.
    """

    at: datetime
    reason: str
    is_certain: bool = True
    is_day: bool = False


class AnswerPart(NamedTuple):
    """Which part of all records an answer holds; pages or records are counted, from 1.

    Attributes:
        name: of the list.
        begins: the first one.
        ends: the last one.
        whole: how many there are.
    """

    name: str
    begins: int
    ends: int
    whole: int

    @property
    def is_all(self) -> bool:
        """Whether nothing is missing."""
        return self.begins <= 1 and self.ends >= self.whole


@dataclass(frozen=True)
class Reader:
    """The shape that read a file.

    Attributes:
        id: its name.
        version: of a shape that is data; null where code reads it. So is the digest, sha256 of the shape's text.
    """

    id: str
    version: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class ShapeFormats:
    """How all files of a shape are written, as the shape says; null: each file shows it.

    Attributes:
        date_order: order of dates such as 03/04/2026.
        decimal_comma: 1.234,50 rather than 1,234.50.
    """

    date_order: DateOrder | None = None
    decimal_comma: bool | None = None


FORMATS_BY_FILE: Final = ShapeFormats()
"""Those of a shape that says nothing of them."""


@dataclass(frozen=True)
class FileReport:
    """The result of loading one source file.

    Attributes:
        source: the file.
        profile: the shape it was recognised as.
        newest_change_at: latest change time in it, UTC.
        notes: skipped furniture, windows, warnings: in words.
        unknown: words in it that nobody here knows, and what was made of them.
        rows_copied: quarantined rows that an accepted one stands for: nothing of them is missing.
        made: when it was made, as a setting, its footer or its name says.
        goes_on: a title line says that there are more rows than it has.
        may_go_on: a title line may say so.
        parts: which part of all records each of its answers holds, where they say it.
        is_open_only: its shape lists only what is still open.
        range: the range in its title lines, as written; empty: none.
        reader: the shape that read it.
    """

    relation: str
    source: SourceFile
    profile: str
    rows_extracted: int
    rows_accepted: int
    rows_quarantined: int
    newest_change_at: datetime | None
    notes: str
    unknown: tuple[str, ...] = ()
    rows_copied: int = 0
    made: Made | None = None
    goes_on: bool = False
    may_go_on: bool = False
    is_open_only: bool = False
    range: str = ""
    reader: Reader | None = None
    parts: tuple[AnswerPart, ...] = ()

    @property
    def file(self) -> str:
        """The name of the file, as the user knows it."""
        return self.source.name
