"""Which files each source reads: patterns that find the next page, too, and one accounting system at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from etl.extract import Sighting

_NUMBERS: Final = re.compile(r"\d+(?:[-_. ]\d+)*")
_FIRST_PAGE: Final = re.compile(
    r"(?:^|[-_. ])(?:p|page|part)?[-_. ]?(?:0+\d+|1)$|(?:page|part)[-_. ]?\d+$", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]{2}")
ACCOUNTING: Final = ("accounting_customers", "accounting_invoices")
"""Relations that come from the accounting package."""


@dataclass(frozen=True)
class SourceTable:
    """One table of a source in `billsight.toml`.

    Attributes:
        relation: what its files hold.
        settings: key -> value, in the order in which they are written.
        shapes: of its files.
        files: the files that it reads now, relative to the folder.
        notes: comments above it.
        is_on: False where it is written as a comment.
        is_kept: whether it is from the configuration that was there.
    """

    relation: str
    settings: Mapping[str, Any]
    shapes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_on: bool = True
    is_kept: bool = False

    def with_settings(self, **more: object) -> SourceTable:
        """The table with further settings."""
        return replace(self, settings={**self.settings, **more})


@dataclass(frozen=True)
class Systems:
    """The accounting systems of a folder.

    Attributes:
        names: each system -> its files, in the order of their names.
        chosen: those that are used; empty where nobody could be asked.
    """

    names: Mapping[str, Sequence[str]]
    chosen: tuple[str, ...] = field(default=())


def find_systems(seen: Iterable[Sighting]) -> dict[str, list[str]]:
    """The accounting systems that wrote the files of a folder, each with its files; tables may not say theirs."""
    found: dict[str, list[str]] = {}
    for sighting in seen:
        what = sighting.recognition
        if what is not None and what.relation in ACCOUNTING and what.system:
            files = found.setdefault(what.system, [])
            files += [] if sighting.name in files else [sighting.name]
    return found


def propose_tables(folder: Path, seen: Sequence[Sighting], systems: Systems) -> list[SourceTable]:
    """A table for each relation; of several accounting systems one each.

    Args:
        folder: where the files are.
        seen: the recognized files that no kept table reads.
        systems: the accounting systems, and which of them are used.
    """
    groups: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in seen:
        if sighting.recognition is not None:
            groups.setdefault((sighting.recognition.relation, _group(sighting, systems)), []).append(sighting)
    return [
        _of_system(_proposed(folder, relation, files), system, systems) for (relation, system), files in groups.items()
    ]


def _group(sighting: Sighting, systems: Systems) -> str:
    """The system whose table a file belongs to; empty where there is but one table."""
    what = sighting.recognition
    if what is None or what.relation not in ACCOUNTING or len(systems.names) < 2:  # noqa: PLR2004 - two of them
        return ""
    if not what.system and len(systems.chosen) == 1:
        return systems.chosen[0]
    return what.system or NO_SYSTEM


NO_SYSTEM: Final = "no system"


def _proposed(folder: Path, relation: str, files: Sequence[Sighting]) -> SourceTable:
    names = [sighting.name for sighting in files]
    paths = propose_paths(folder, names)
    shapes = tuple(sorted({sighting.recognition.shape for sighting in files if sighting.recognition}))
    return SourceTable(relation, {"path": paths[0] if len(paths) == 1 else paths}, shapes, tuple(names))


def _of_system(table: SourceTable, system: str, systems: Systems) -> SourceTable:
    """The table of one of several systems: on where it was chosen, with its book where several were."""
    if not system:
        return table
    if not systems.chosen:
        note = f"{_of(system)}. Uncomment the system that the portal shows."
        return replace(table, is_on=False, notes=(note,))
    if system not in systems.chosen:
        note = f"{_of(system)}: not used, because {' and '.join(systems.chosen)} was chosen."
        return replace(table, is_on=False, notes=(note,))
    return table.with_settings(book=system) if len(systems.chosen) > 1 else table


def _of(system: str) -> str:
    return "Files that do not say which system wrote them" if system == NO_SYSTEM else f"Files of {system}"


def propose_paths(folder: Path, names: Iterable[str]) -> list[str]:
    """Patterns and names that find these files and no other one: where files are numbered, the next one is found, too.

    Args:
        folder: where the files are.
        names: relative to the folder.
    """
    left = sorted(set(names))
    mine = set(left)
    paths: list[str] = []
    patterns: dict[str, list[str]] = {}
    for name in left:
        if (pattern := _pattern(name)) is not None:
            patterns.setdefault(pattern, []).append(name)
    for pattern, files in patterns.items():
        found = {path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file()}
        is_paged = len(files) > 1 or _FIRST_PAGE.search(_stem(files[0])) is not None
        if is_paged and found <= mine and mine & found & set(left):
            paths.append(pattern)
            left = [name for name in left if name not in found]
    return sorted([*paths, *left])


def _pattern(name: str) -> str | None:
    """A name with a star for its numbers; None where it has none, or too little else."""
    parent, slash, last = name.rpartition("/")
    if any(sign in name for sign in "*?[") or not _NUMBERS.search(last):
        return None
    stem = _stem(last)
    starred = _NUMBERS.sub("*", stem)
    return f"{parent}{slash}{starred}{last[len(stem) :]}" if _WORD.search(starred) and starred != stem else None


def _stem(name: str) -> str:
    """A file's name without its folder and its endings, such as .csv.gz."""
    last = name.rpartition("/")[2]
    return re.sub(r"(?:\.[A-Za-z]+[0-9]?)+$", "", last)
