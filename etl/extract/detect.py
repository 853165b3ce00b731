"""What a file is, by its content: for `billsight init`, and for telling a user that a file is not what was named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError, Problem
from etl.extract.header import Header, is_refused
from etl.extract.opened_file import FileKind, OpenedFile, peek
from etl.extract.profiles.profile import TABLE, TableProfile
from etl.extract.profiles.registry import record_profiles, table_profiles
from etl.extract.read_records import Sample, find_refusing, sample_of
from etl.extract.read_table import best_of, find_in
from etl.extract.record_files import RECORD_KINDS
from etl.extract.row_tables import Table, open_table
from etl.extract.shapes.catalogue import OWN_FOLDER, Shapes
from etl.extract.shapes.recognizer import Held, Judgment, judge_document
from etl.extract.shapes.shape import Shape
from etl.extract.shapes.verdict import nearest, refusal, two_shapes
from etl.safe_text import readable
from etl.schemas import RELATIONS

_HINTS: Final = {
    "portal_invoices": ("portal", "booster"),
    "portal_mappings": ("mapping", "mapper"),
    "sync_runs": ("sync",),
    "connectwise_companies": ("compan",),
    "connectwise_contacts": ("contact",),
    "connectwise_statuses": ("status",),
    "connectwise_invoices": ("connectwise", "cw_"),
    "accounting_customers": ("customer",),
    "accounting_invoices": ("accounting", "invoice"),
}
"""What a file's name may say where its content leaves a choice."""

_PORTALS_CAPTION: Final = "portal"
"""What a caption of a list says that only the portal can have written."""
_SYSTEMS: Final = ("ConnectWise", "QuickBooks Online", "QuickBooks Desktop", "Xero", "Sage Intacct")
_LEAST: Final = 0.35
_READ: Final = "a list that is read"
_NO_HEADER: Final = "no known header or record"


@dataclass(frozen=True)
class Recognition:
    """What a file seems to be.

    Attributes:
        confidence: 0 to 1; below 0.6 a person should look.
        note: what it was recognised by.
        system: the accounting package or PSA that wrote it; empty: a table that does not say so.
    """

    relation: str
    shape: str
    confidence: float
    note: str
    system: str = ""


@dataclass(frozen=True)
class Sighting:
    """A file of a folder and what it seems to be.

    Attributes:
        recognition: null where it is nothing that is read.
        note: why it is not, or what it was recognised by.
        is_unknown: a table that no shape and no profile knows, and that nothing refuses.
    """

    path: Path
    name: str
    recognition: Recognition | None
    note: str
    is_unknown: bool = False


class _Content:
    """What is in a file: each way of looking at it is used once, however many questions are asked."""

    def __init__(self, document: OpenedFile) -> None:
        self.document = document

    @property
    def is_of_records(self) -> bool:
        return self.document.kind in RECORD_KINDS

    @property
    def is_of_lists(self) -> bool:
        """Whether it may hold several lists, as XML and IIF do."""
        return self.document.kind in {FileKind.XML, FileKind.IIF}

    @cached_property
    def sample(self) -> Sample:
        return sample_of(self.document)

    @cached_property
    def table(self) -> Table:
        return open_table(self.document)

    @cached_property
    def judgment(self) -> Judgment:
        """What the shapes say of a table; of records there is none."""
        return Judgment((), ()) if self.is_of_records else judge_document(self.table, self.document)

    @cached_property
    def refused(self) -> tuple[Shape, Held | None] | None:
        """The shape that refuses it, and where in a table."""
        if self.document.kind is FileKind.JSON:
            shape = find_refusing(self.sample, self.document)
            return (shape, None) if shape else None
        held = self.judgment.refused
        return (held.shape, held) if held else None

    @property
    def objection(self) -> Problem | None:
        """Why it is refused by name, or which two shapes it fits; null where nothing speaks against it."""
        where = self.document.file.name
        if self.refused:
            return refusal(self.refused[0], _READ, where, self.refused[1])
        return two_shapes(self.judgment.read, where) if len(self.judgment.read) > 1 else None

    @property
    def unknown(self) -> str:
        """What to say of a file that is nothing that is read."""
        if self.is_of_lists:
            return self.sample.shown
        near = nearest(self.judgment)
        return f"{_NO_HEADER}; {near}" if near else _NO_HEADER


def recognize(path: Path, shapes: Shapes | None = None) -> Recognition | None:
    """Tell what a file is by its content; null where it is nothing that is read."""
    return _sightings(path, path.parent, shapes)[0].recognition


def recognize_or_refuse(path: Path, shapes: Shapes | None = None) -> Recognition:
    """Tell what a file is by its content.

    Raises:
        InputError: it is refused by name, fits two shapes, or is nothing that is read.
    """
    content = _peeked(path, path.name, shapes)
    if content.objection is not None:
        raise InputError([content.objection])
    seen = _recognized(content)
    if seen is None:
        remedy = (
            "`billsight shapes` lists what can be read, and how to export it."
            " `billsight init` on a terminal asks what the captions of an unknown table mean;"
            " a shape of your own is known with --config."
        )
        raise InputError([Problem(path.name, content.unknown, _READ, remedy)])
    return seen


def refusing_shape(path: Path, shapes: Shapes | None = None) -> str | None:
    """The id of the shape that refuses a file; null where none does."""
    try:
        refused = _peeked(path, path.name, shapes).refused
    except InputError:
        return None
    return refused[0].id if refused else None


def _peeked(path: Path, name: str, shapes: Shapes | None) -> _Content:
    return _Content(peek(SourceFile(path, name, ""), Source.model_validate({"path": name}), shapes=shapes))


def describe_folder(folder: Path, shapes: Shapes | None = None) -> list[Sighting]:
    """Every file below a folder, sorted, and what it seems to be; hidden files and those of billsight are left out.

    Args:
        folder: where the configuration is, or will be.
        shapes: those of its configuration; null: those that are shipped.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    visible = [
        path for path in paths if not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]
    own = _own_folders(folder)
    return [
        sighting
        for path in visible
        if own.isdisjoint(path.parents) and not _is_own_file(path, folder)
        for sighting in _sightings(path, folder, shapes)
    ]


def _is_own_file(path: Path, folder: Path) -> bool:
    """Whether it is a configuration, or a shape next to it."""
    is_shape = path.suffix == ".toml" and path.parent == folder / OWN_FOLDER
    return is_shape or path.name.startswith("billsight.toml")


def _own_folders(folder: Path) -> set[Path]:
    """Where runs are published, decisions are kept, and decided files are put: nothing there is an export."""
    places = {path.parent for name in ("latest", "register.sqlite") for path in folder.rglob(name)}
    return {*places, folder / "inbox"} - {folder}


def recognize_document(document: OpenedFile) -> Recognition | None:
    """The best guess at an opened document.

    Raises:
        InputError: a workbook or Parquet file is damaged.
    """
    return _recognized(_Content(document))


def _recognized(content: _Content) -> Recognition | None:
    read = content.judgment.read
    if read:
        return None if len(read) > 1 else _of_shape(read[0])
    candidates = _of_records(content) if content.is_of_records else _of_table(content.document, content.table)
    # a file of several lists is first of all one of invoices
    best = max(
        candidates,
        key=lambda seen: (content.is_of_lists and seen.relation == "accounting_invoices", seen.confidence),
        default=None,
    )
    return best if best is not None and best.confidence >= _LEAST else None


def _sightings(path: Path, folder: Path, shapes: Shapes | None) -> list[Sighting]:
    """What a file seems to be; XML and IIF may hold several lists, and stand for each of them."""
    name = path.relative_to(folder).as_posix()
    try:
        content = _peeked(path, name, shapes)
        against = content.objection
        if against is not None:
            return [Sighting(path, name, None, readable(f"refused, {against.found}. {against.remedy}"))]
        found = _of_records(content) if content.is_of_lists else [_recognized(content)]
        return [
            Sighting(
                path, name, seen, readable(seen.note if seen else content.unknown),
                seen is None and not content.is_of_records,
            )
            for seen in found or [None]
        ]  # fmt: skip
    except InputError as error:
        return [Sighting(path, name, None, "; ".join(problem.found for problem in error.problems))]


def _of_records(content: _Content) -> list[Recognition]:
    """An answer may hold several lists: the first of them counts most, but need not be one that is read."""
    sample = content.sample
    return [
        Recognition(
            profile.relation, profile.shape, 0.95 if profile.fits(sample.keys, sample.entity) else 0.9,
            sample.shown if sample.counts else f"{sample.count} {sample.shown}", _system(profile.title),
        )
        for profile in record_profiles(file_format=content.document.record_format)
        if any(profile.fits(sample.keys, entity) for entity in sample.entities)
    ]  # fmt: skip


def _of_shape(held: Held) -> Recognition:
    note = f"{held.shape.full_title}: {held.header.shown}"
    return Recognition(
        held.shape.relation, held.shape.family, 0.95, note, _system(held.shape.system) or held.shape.system
    )


def _system(words: str) -> str:
    """The system that a title begins with; empty where it begins with none."""
    return next((system for system in _SYSTEMS if words.startswith(system)), "")


def _of_table(document: OpenedFile, table: Table) -> list[Recognition]:
    """A header that one profile of a relation refuses is no other table of that relation, either.

    A generic table says too little to be ConnectWise's: its own profiles ask for more.
    """
    profiles = [
        profile for profile in table_profiles() if (profile.shape, profile.relation[:11]) != (TABLE, "connectwise")
    ]
    found = [(profile, there) for profile in profiles if (there := find_in(table, profile, {})) is not None]
    refused = {profile.relation for profile, there in found if is_refused(there.header, profile)}
    relations = [relation for relation in RELATIONS if relation not in refused]
    best = [best_of(fit for fit in found if fit[0].relation == name) for name in relations]
    named = document.file.name.lower()
    fits = {profile.relation: (profile, found.header) for profile, found in filter(None, best)}
    if (
        "accounting_invoices" in fits
        and "portal_invoices" in fits
        and not _is_portals(named, fits["portal_invoices"][1])
    ):
        del fits["portal_invoices"]
    return [_judged(named, profile, header) for profile, header in fits.values()]


def _is_portals(name: str, header: Header) -> bool:
    """Whether a list of invoices says that the portal wrote it: what is taken for the portal's list proves presence."""
    is_named = any(hint in name for hint in _HINTS["portal_invoices"])
    return is_named or any(_PORTALS_CAPTION in caption.casefold() for caption in header.cells)


def _judged(name: str, profile: TableProfile, header: Header) -> Recognition:
    """How well a header fits: the share of its captions that are ours, a layout of its own, a little for the name."""
    confidence = 0.45 * header.coverage + 0.25 * len(header.columns) / max(1, len(profile.captions))
    confidence += 0.0 if profile.shape == TABLE else 0.2
    confidence += 0.1 if any(hint in name for hint in _HINTS[profile.relation]) else 0.0
    note = f"{profile.title}: {header.shown}"
    return Recognition(
        profile.relation, profile.shape, round(min(confidence, 0.99), 2), note, _system(profile.title)
    )  # fmt: skip
