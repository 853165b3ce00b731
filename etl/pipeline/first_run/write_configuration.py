"""`billsight init`: recognize the files of a folder, ask what they do not say, and write `billsight.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

from etl import extract
from etl.errors import ConfigurationError, Problem
from etl.extract import Sighting
from etl.files import output_errors, write_whole
from etl.pipeline.first_run.captions_seen import SeenCaptions, offer_captions
from etl.pipeline.first_run.kept_settings import KeptSettings, read_kept_settings
from etl.pipeline.first_run.map_tables import Mappings, describe_unknown, map_tables
from etl.pipeline.first_run.propose_sources import ACCOUNTING, SourceTable, Systems, find_systems, propose_tables
from etl.pipeline.first_run.questions import Ask, ask_settings, ask_systems, ask_tables
from etl.pipeline.first_run.toml_text import fill_template, write_sources
from etl.safe_text import one_line
from etl.schemas import BOOKED, RELATIONS
from etl.signals import unstoppable

_MODE: Final = 0o640
_FORMATS: Final = ("date_order", "time_zone", "currency_code", "decimal_comma")
"""Settings of a source that a file of another name has, too."""


def write_configuration(folder: Path, *, is_forced: bool, ask: Ask | None = None) -> str:
    """Recognize the files in a folder and write `billsight.toml` there.

    Args:
        folder: of the exports.
        is_forced: whether a configuration that is there is replaced; its settings stay.
        ask: asks the person at the terminal; None: nobody can be asked.

    Returns:
        What was found, file by file, and what is still missing.

    Raises:
        ConfigurationError: there is a configuration already.
        OutputError: it cannot be written.
    """
    target = folder / "billsight.toml"
    if target.exists() and not is_forced:
        remedy = "Keep it, or write it again with --force: its settings stay, and a copy of it."
        raise ConfigurationError([Problem(str(target), "a configuration", "none yet", remedy)])
    kept = read_kept_settings(target)
    shapes = extract.shapes_beside(folder)
    sightings = extract.describe_folder(folder, shapes)
    by_hand = {file for table in kept.tables for file in table.files}
    mapped = map_tables(sightings, by_hand, shapes, ask) if ask is not None else Mappings(shapes)
    sightings = mapped.applied(sightings)
    recognized = [sighting for sighting in sightings if sighting.recognition is not None]
    systems = _choose_systems(recognized, kept, ask)
    new = _new_tables(folder, recognized, kept, systems)
    tables = [*(_retired(table, new) for table in kept.tables), *new]
    values = {section: dict(keys) for section, keys in kept.values.items()}
    seen = SeenCaptions(recognized, mapped.shapes)
    if ask is not None:
        tables = ask_tables(folder, mapped.shapes, tables, ask, mapped.names)
        values = ask_settings(seen, values, ask)
    text = fill_template(offer_captions(seen), values) + write_sources(tables)
    text += describe_unknown([one for one in sightings if one.is_unknown and one.name not in by_hand], shapes)
    before = _replace(target, text, mapped.files)
    lines = [one_line(line) for sighting in sightings for line in _lines(sighting, tables)]
    remarks = [*mapped.remarks, *_of_systems(systems), *kept.remarks, *_missing(tables), *before]
    return "\n".join([*lines, *remarks, f"Wrote {target}. Next: billsight check --config {target}"])


def _choose_systems(recognized: Sequence[Sighting], kept: KeptSettings, ask: Ask | None) -> Systems:
    """The accounting systems; where a kept table reads one of them, that is the choice of a person."""
    names = find_systems(recognized)
    read = {file for table in kept.tables if table.relation in ACCOUNTING for file in table.files}
    decided = tuple(system for system, files in names.items() if not read.isdisjoint(files))
    if len(names) == 1 or len(decided) == 1:
        return Systems(names, decided or tuple(names))
    if not names or decided:
        return Systems(names)
    return Systems(names, ask_systems(names, ask) if ask is not None else ())


def _new_tables(
    folder: Path, recognized: Sequence[Sighting], kept: KeptSettings, systems: Systems
) -> list[SourceTable]:  # fmt: skip
    """Tables for the files that no kept table reads; a relation that a kept table reads stays as it is."""
    read = {(table.relation, file) for table in kept.tables for file in table.files}
    files = {file for _, file in read}
    lists = {sighting.name for sighting in recognized if _count(recognized, sighting.name) > 1}
    new = [
        sighting
        for sighting in recognized
        if sighting.recognition
        and (sighting.recognition.relation, sighting.name) not in read
        and (sighting.name not in files or sighting.name in lists)
    ]
    proposed = [_beside(table, kept.tables) for table in propose_tables(folder, new, systems)]
    if len(systems.chosen) < 2:  # noqa: PLR2004 - the books of two companies
        return proposed
    book = systems.chosen[0]
    is_of_portal = {table.relation: table.relation in BOOKED and table.relation not in ACCOUNTING for table in proposed}
    return [table.with_settings(book=book) if is_of_portal[table.relation] else table for table in proposed]


def _count(recognized: Iterable[Sighting], name: str) -> int:
    return sum(sighting.name == name for sighting in recognized)


def _beside(table: SourceTable, kept: Iterable[SourceTable]) -> SourceTable:
    """A new table next to those that a person wrote: they have precedence, unless they find no file."""
    old = [one for one in kept if one.relation == table.relation]
    if any(one.files for one in old):
        note = "Not in your old configuration. To read these files, add them to path above."
        return replace(table, is_on=False, notes=(*table.notes, note))
    if not old or not table.is_on:
        return table
    formats = {name: old[0].settings[name] for name in _FORMATS if name in old[0].settings}
    return table.with_settings(**formats)


def _retired(table: SourceTable, new: Iterable[SourceTable]) -> SourceTable:
    """A kept table; it is switched off if it finds no file, and a new table of its relation does."""
    if table.files or not any(one.relation == table.relation and one.is_on for one in new):
        return table
    return replace(table, is_on=False, notes=("From your old configuration: it finds no file now.",))


def _replace(target: Path, text: str, shapes: Mapping[str, str]) -> list[str]:
    """Write new shapes and the configuration; one that was there is renamed, so that nothing in it is lost.

    Args:
        target: the configuration.
        text: its own.
        shapes: file next to it -> text.
    """
    with output_errors(target), unstoppable():
        for name, shape in shapes.items():
            path = target.parent / name
            path.parent.mkdir(exist_ok=True)
            write_whole(path, shape.encode(), _MODE)
        kept = None
        if target.is_file():
            free = (target.with_name(f"{target.name}.{number}") for number in count(1))
            kept = target.rename(next(path for path in free if not path.exists()))
        write_whole(target, text.encode(), _MODE)
    written = [f"Wrote {target.parent / name}." for name in shapes]
    return [*written, *([f"The configuration that was there is now {kept}."] if kept else [])]


def _lines(sighting: Sighting, tables: Iterable[SourceTable]) -> list[str]:
    """What a file is and why, and whether a run will read it."""
    found = sighting.recognition
    if found is None:
        by_hand = next((table for table in tables if table.is_on and sighting.name in table.files), None)
        if by_hand is not None:
            return [f"{sighting.name}: {RELATIONS[by_hand.relation].help} (as your configuration says)"]
        return [f"{sighting.name}: not recognized{': ' + sighting.note if sighting.note else ''}"]
    words = f"{RELATIONS[found.relation].help} ({found.shape}){': ' + found.note if found.note else ''}"
    of_file = [table for table in tables if sighting.name in table.files]
    mine = [table for table in of_file if table.relation == found.relation]
    if any(table.is_on for table in mine):
        return [f"{sighting.name}: {words}"]
    other = next((RELATIONS[table.relation].help for table in of_file if table.is_on), None)
    if other is not None:
        return [f"{sighting.name}: {other} (as your configuration says)"]
    reason = next((note for table in mine for note in table.notes), "")
    return [f"{sighting.name}: {words}. Switched off. {reason}".rstrip()]


def _of_systems(systems: Systems) -> list[str]:
    if systems.chosen or not systems.names:
        return []
    names = ", ".join(f"{system} ({len(files)} files)" for system, files in systems.names.items())
    remedy = "Their sources are switched off: uncomment those of the one that the portal shows."
    return [f"Several accounting systems are in this folder: {names}. {remedy}"]


def _missing(tables: Iterable[SourceTable]) -> list[str]:
    found = {table.relation for table in tables}
    return [
        f"Missing: {relation.help} [sources.{relation.name}]"
        for relation in RELATIONS.values()
        if relation.is_required and relation.name not in found
    ]
