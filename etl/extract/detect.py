"""What a file is, by its content: for `billsight init`, and for telling a user that a file is not what was named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError
from etl.extract.header import Header, is_refused
from etl.extract.opened_file import FileKind, OpenedFile, peek
from etl.extract.profiles.profile import TABLE, TableProfile
from etl.extract.profiles.registry import record_profiles, table_profiles
from etl.extract.read_records import Sample, sample_of
from etl.extract.read_table import best_of, find_in
from etl.extract.record_files import RECORD_KINDS
from etl.extract.row_tables import open_table
from etl.safe_text import readable
from etl.schemas import RELATIONS

_HINTS: Final = {
    "portal_invoices": ("portal",),
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

_LEAST: Final = 0.35


@dataclass(frozen=True)
class Recognition:
    """What a file seems to be.

    Attributes:
        confidence: 0 to 1; below 0.6 a person should look.
        note: what it was recognised by.
    """

    relation: str
    shape: str
    confidence: float
    note: str


@dataclass(frozen=True)
class Sighting:
    """A file of a folder and what it seems to be.

    Attributes:
        recognition: null where it is nothing that is read.
        note: why it is not, or what it was recognised by.
    """

    path: Path
    name: str
    recognition: Recognition | None
    note: str


def recognize(path: Path) -> Recognition | None:
    """Tell what a file is by its content; null where it is nothing that is read."""
    return _sightings(path, path.parent)[0].recognition


def describe_folder(folder: Path) -> list[Sighting]:
    """Every file below a folder, sorted, and what it seems to be; hidden files and those of billsight are left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    visible = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    own = _own_folders(folder)
    return [
        sighting
        for path in visible
        if own.isdisjoint(path.parents) and not path.name.startswith("billsight.toml")
        for sighting in _sightings(path, folder)
    ]


def _own_folders(folder: Path) -> set[Path]:
    """Where runs are published, decisions are kept, and decided files are put: nothing there is an export."""
    places = {path.parent for name in ("latest", "register.sqlite") for path in folder.rglob(name)}
    return {*places, folder / "inbox"} - {folder}


def recognize_document(document: OpenedFile) -> Recognition | None:
    """The best guess at an opened document.

    Raises:
        InputError: a workbook or Parquet file is damaged.
    """
    candidates = _of_records(document) if document.kind in RECORD_KINDS else _of_table(document)
    best = max(candidates, key=lambda seen: seen.confidence, default=None)
    return best if best is not None and best.confidence >= _LEAST else None


def _sightings(path: Path, folder: Path) -> list[Sighting]:
    """What a file seems to be; XML and IIF may hold several lists, and stand for each of them."""
    name = path.relative_to(folder).as_posix()
    source = Source.model_validate({"path": name})
    try:
        document = peek(SourceFile(path, name, ""), source)
        is_of_lists = document.kind in {FileKind.XML, FileKind.IIF}
        found = _of_records(document) if is_of_lists else [recognize_document(document)]
    except InputError as error:
        return [Sighting(path, name, None, "; ".join(problem.found for problem in error.problems))]
    if not found:
        return [Sighting(path, name, None, readable(sample_of(document).shown))]
    return [Sighting(path, name, seen, readable(seen.note if seen else "no known header or record")) for seen in found]


def _of_records(document: OpenedFile) -> list[Recognition]:
    """An answer may hold several lists: the first of them counts most, but need not be one that is read."""
    sample: Sample = sample_of(document)
    return [
        Recognition(
            profile.relation, profile.shape, 0.95 if profile.fits(sample.keys, sample.entity) else 0.9,
            sample.shown if sample.counts else f"{sample.count} {sample.shown}",
        )
        for profile in record_profiles(file_format=document.record_format)
        if any(profile.fits(sample.keys, entity) for entity in sample.entities)
    ]  # fmt: skip


def _of_table(document: OpenedFile) -> list[Recognition]:
    """A header that one profile of a relation refuses is no other table of that relation, either.

    A generic table says too little to be ConnectWise's: its own profiles ask for more.
    """
    table = open_table(document)
    profiles = [
        profile for profile in table_profiles() if (profile.shape, profile.relation[:11]) != (TABLE, "connectwise")
    ]
    found = [(profile, there) for profile in profiles if (there := find_in(table, profile, {})) is not None]
    refused = {profile.relation for profile, there in found if is_refused(there.header, profile)}
    relations = [relation for relation in RELATIONS if relation not in refused]
    best = [best_of(fit for fit in found if fit[0].relation == name) for name in relations]
    named = document.file.name.lower()
    return [_judged(named, fit[0], fit[1].header) for fit in best if fit]


def _judged(name: str, profile: TableProfile, header: Header) -> Recognition:
    """How well a header fits: the share of its captions that are ours, a layout of its own, a little for the name."""
    confidence = 0.45 * header.coverage + 0.25 * len(header.columns) / max(1, len(profile.captions))
    confidence += 0.0 if profile.shape == TABLE else 0.2
    confidence += 0.1 if any(hint in name for hint in _HINTS[profile.relation]) else 0.0
    note = f"{profile.title}: {header.shown}"
    return Recognition(profile.relation, profile.shape, round(min(confidence, 0.99), 2), note)
