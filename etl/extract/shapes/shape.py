"""What a shape file says: how a file is recognized, what its captions and rows mean, and what it cannot know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from etl.domain import FORMATS_BY_FILE, ShapeFormats

TABLES: Final = ("delimited", "workbook", "parquet")
KINDS: Final = (*TABLES, "json")
GROUPS: Final = ("customer", "band", "account")
"""What the headings above the rows can be."""
LINES: Final = ("header repeats", "sum", "refuse")
"""How line items make a document: they repeat its values, or their amounts are added up, or they are refused."""

_MARKS: Final = re.compile(r"[^\w#*%<>$]+|_+")


def fold_caption(caption: str) -> str:
    """A caption in small letters, with one blank for each run of blanks and punctuation.

    `Invoice Number` is not `InvoiceNumber`, and `Trans #` keeps its sign.
    """
    return _MARKS.sub(" ", caption.casefold()).strip()


@dataclass(frozen=True)
class CaptionPattern:
    """A caption of a shape: `Vendor*` is every caption that begins so, `Internal ID#3` the third of that name.

    Attributes:
        folded: the caption, folded.
        is_beginning: whether every caption that begins so is meant.
        occurrence: which of several equal captions, from 1; 0: the only one.
        member: the value is in JSON text, under this key; empty: the cell is the value.
        text: as the shape file writes it.
    """

    folded: str
    is_beginning: bool = False
    occurrence: int = 0
    member: str = ""
    text: str = ""

    @classmethod
    def of(cls, text: str) -> CaptionPattern:
        """Read it as a shape file writes it."""
        rest, member = text, ""
        if found := re.fullmatch(r"(.+)\{(\w+(?:\.\w+)*)\}", rest):
            rest, member = found[1], found[2]
        if found := re.fullmatch(r"(.+?)#(\d)", rest):
            return cls(fold_caption(found[1]), occurrence=int(found[2]), member=member, text=text)
        is_beginning = len(rest) > 1 and rest.endswith("*")
        return cls(
            fold_caption(rest.removesuffix("*") if is_beginning else rest),
            is_beginning=is_beginning,
            member=member,
            text=text,
        )

    def fits(self, folded: str) -> bool:
        """Whether a folded caption is meant."""
        return folded == self.folded or (self.is_beginning and folded.startswith(self.folded))


@dataclass(frozen=True)
class RecognizeRules:
    """The predicates that must all hold.

    Attributes:
        kinds: of files, among `KINDS`.
        titles: lines above the header that name the report, folded; `*` at the end: lines that begin so.
        is_title_required: no file without one of these titles is meant.
        captions_all: captions that must be there.
        captions_any: of each group at least one must be there.
        captions_none: captions of other files.
        is_first_empty: whether the first caption must be empty; null: of no matter.
        groups: `names` or `bands`: what the first headings below the header must be; empty: of no matter.
    """

    kinds: tuple[str, ...] = TABLES
    titles: tuple[CaptionPattern, ...] = ()
    is_title_required: bool = False
    captions_all: tuple[CaptionPattern, ...] = ()
    captions_any: tuple[tuple[CaptionPattern, ...], ...] = ()
    captions_none: tuple[CaptionPattern, ...] = ()
    is_first_empty: bool | None = None
    groups: str = ""

    @property
    def weight(self) -> tuple[bool, int]:
        """How much it asks for: a title first, then captions."""
        return self.is_title_required, len(self.captions_all) + len(self.captions_any)


@dataclass(frozen=True)
class Condition:
    """What a row must say: our column -> the words of which its cell has one, folded; an empty word: an empty cell."""

    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class LeftOut:
    """Rows that are counted and not read, and what they are."""

    when: Condition
    name: str


@dataclass(frozen=True)
class Setting:
    """Values that rows take on: our column -> value, or `{name}` for what another column says."""

    when: Condition
    values: Mapping[str, str]


@dataclass(frozen=True)
class RowRules:
    """What the rows are.

    Attributes:
        group: what a heading above rows gives, among `GROUPS`; empty: no headings.
        totals: expressions of the labels of totals; `{group}` is the name of an open group.
        own_rows: label of the group that holds a parent's own rows, such as `{group} - Other`.
        footer: expression of the lines below the last row.
        skip: expressions of labels that are neither.
        is_bare_total: whether a row with amounts and nothing else is a total.
        document: our columns that lines of one document share; empty: a row is a document.
        lines: how lines make a document, among `LINES`.
        sum_of: our column or helper whose values are added up.
        sum_once: a helper that each line repeats and that is added to the sum once, such as freight.
        inherit: our columns that repeat the row above where all of them are empty.
        unique: our columns in which no value stands twice in a file of this shape.
        same: our columns that say the same in every row.
    """

    group: str = ""
    totals: tuple[str, ...] = ()
    own_rows: str = ""
    footer: str = ""
    skip: tuple[str, ...] = ()
    is_bare_total: bool = False
    document: tuple[str, ...] = ()
    lines: str = ""
    sum_of: str = ""
    sum_once: str = ""
    inherit: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def is_report(self) -> bool:
        """Whether rows can be anything but records, lines, blanks and captions again."""
        return bool(self.group or self.totals or self.footer or self.skip or self.is_bare_total)


@dataclass(frozen=True)
class Values:
    """What cells mean.

    Attributes:
        constants: our column -> the value of every row that has none.
        words: our column -> folded word of the file -> our word.
        left_out: rows that are counted and not read; the first that holds names them.
        settings: what rows of some kind take on.
        computed: our column -> signed columns whose amounts give it, where it is empty.
        joined: our column -> columns whose texts give it, with a comma between, where it is empty.
        key: our columns that are the key of an invoice, in place of an internal id.
        formats: how its dates and amounts are written.
    """

    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    settings: tuple[Setting, ...] = ()
    computed: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    formats: ShapeFormats = FORMATS_BY_FILE


@dataclass(frozen=True)
class Knowledge:
    """What the file can answer.

    Attributes:
        absent: what it never says, in words.
        is_open_only: it lists only what is still open: what is absent is paid, deleted or outside.
    """

    absent: tuple[str, ...] = ()
    is_open_only: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a file is not read, and what to export instead."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Sums:
    """Sums of a currency as text; null: unknown."""

    total: str | None = None
    balance: str | None = None


@dataclass(frozen=True)
class Example:
    """A file of the shape, and what is read from it.

    Attributes:
        text: the file, as CSV.
        documents: type of document -> how many; of other relations the name of a row, such as `customer`.
        sums: currency -> sums of the invoices.
        left_out: kind of row -> how many.
        quarantined: rows that cannot be used.
        warnings: how many there are.
    """

    text: str
    documents: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Sums] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    warnings: int = 0


@dataclass(frozen=True)
class Shape:
    """One layout of export files.

    Attributes:
        id: unique name; that of its file.
        family: what `shape` of a source may say for it and its relatives.
        relation: what its rows are; of a refused shape: empty.
        export: how to make such a file.
        columns: our column (or `_helper`) -> captions, best first.
        not_read: captions that are known and not read, on purpose.
        refusal: null where it is read.
        version: a number that its author raises when it changes.
        digest: sha256 of its file's text.
    """

    id: str
    family: str
    system: str
    title: str
    recognition: RecognizeRules
    relation: str = ""
    export: str = ""
    columns: Mapping[str, tuple[CaptionPattern, ...]] = field(default_factory=dict)
    not_read: tuple[CaptionPattern, ...] = ()
    rows: RowRules = RowRules()
    values: Values = Values()
    knows: Knowledge = Knowledge()
    refusal: Refusal | None = None
    version: int = 1
    digest: str = ""
    examples: tuple[Example, ...] = ()

    @property
    def from_sums(self) -> tuple[str, ...]:
        """The computed columns that need the sum of the line items."""
        needing = [name for name, terms in self.values.computed.items() if "total_amount" in {one for _, one in terms}]
        return tuple(needing) if self.rows.sum_of else ()

    @property
    def full_title(self) -> str:
        """The system and the report."""
        return f"{self.system}: {self.title}"

    @property
    def refused_as(self) -> str:
        """What a refused file is, and why it is not read; a reason that names the report says both."""
        reason = self.refusal.reason if self.refusal else ""
        return reason if self.title.casefold() in reason.casefold() else f"{self.full_title}: {reason}"
