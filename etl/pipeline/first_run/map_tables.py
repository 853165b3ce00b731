"""Tables that nobody knows become shapes of the user's own, if the person at the terminal says what they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from etl import extract
from etl.config import Source
from etl.errors import InputError
from etl.extract import Sighting, UnknownTable
from etl.pipeline.explain_shape import explain_text, in_words
from etl.pipeline.first_run.ask_formats import ask_formats
from etl.pipeline.first_run.ask_mapping import ask_columns, ask_relation, list_captions
from etl.pipeline.first_run.captions_seen import MOST_BYTES
from etl.pipeline.first_run.own_shape import OwnShape, choose_id
from etl.pipeline.first_run.questions import PRICED, Ask, Conversation, LeftOutError, ask_currency, ask_yes
from etl.safe_text import one_line, readable
from etl.schemas import RELATIONS
from etl.validate.money import named_currency

_ZONE: Final = ZoneInfo("UTC")
_REMEDY: Final = (
    "Looked for: an export of a known system (`billsight shapes` lists them), or a table with usual captions.",
    "To read such a file: run `billsight init --force` on a terminal, which asks what its captions mean,",
    "or write a shape for it in shapes/ (docs/shapes.md), and name it in a source above.",
)


@dataclass
class Mappings:
    """What a person made of the tables that nobody knows.

    Attributes:
        shapes: those of the folder, then the new ones.
        files: the text of each new shape's file, relative to the folder.
        names: the files that the new shapes read.
        declined: files that the person leaves out.
        remarks: what was said after the last question.
    """

    shapes: extract.Shapes
    files: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def applied(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """The files of a folder, with what the person said of them."""
        return [self._applied(one) for one in sightings]

    def _applied(self, sighting: Sighting) -> Sighting:
        if sighting.name not in self.names:
            return replace(sighting, note="left out as you said") if sighting.name in self.declined else sighting
        seen = extract.recognize(sighting.path, self.shapes)
        return replace(sighting, recognition=seen, note=seen.note if seen else "", is_unknown=False)


def map_tables(
    sightings: Sequence[Sighting], known: Collection[str], shapes: extract.Shapes, ask: Ask
) -> Mappings:  # fmt: skip
    """Ask what each unknown table is.

    Args:
        sightings: the files of a folder.
        known: those that the configuration reads as a person said.
        shapes: those of the folder.
        ask: asks the person.
    """
    found, talk, system = Mappings(shapes), Conversation(ask), ""
    for sighting in sightings:
        if not sighting.is_unknown or sighting.name in known or sighting.path.stat().st_size > MOST_BYTES:
            continue
        table = extract.find_unknown_table(sighting.path, sighting.name, shapes, is_whole=True)
        if table is None:
            continue
        try:
            alike = _made(sighting, found)
            if alike is not None:
                _ask_alike(talk, sighting, alike, found)
                continue
            own, text = _ask_shape(talk, sighting, table, found.shapes, system)
        except LeftOutError:
            found.declined.add(sighting.name)
            continue
        except InputError as error:
            talk.say(f"{readable(sighting.name)} is left out: {_shown(error)}")
            continue
        system, shapes_now = own.system, own.parsed(found.shapes)
        other = _known_alike(own, sightings, shapes_now)
        if other is not None:
            talk.say(f"{readable(sighting.name)} is left out: {readable(other)} has its captions, and is known.")
            continue
        found.files[own.file], found.shapes = text, shapes_now
        found.names.add(sighting.name)
    return replace(found, remarks=talk.said)


def describe_unknown(sightings: Iterable[Sighting], shapes: extract.Shapes) -> str:
    """Comments for the configuration about tables that are not read, and how they can be; empty where there is none.

    Args:
        sightings: tables that nobody knows.
        shapes: those of the folder.
    """
    lines: list[str] = []
    for sighting in sightings:
        table = extract.find_unknown_table(sighting.path, sighting.name, shapes)
        if table is not None:
            lines.append(f"{sighting.name} is not read: {sighting.note}. Its captions: {list_captions(table)}")
    if not lines:
        return ""
    lines += _REMEDY
    return "\n" + "".join(f"# {one_line(line)}\n" for line in lines)


def _made(sighting: Sighting, found: Mappings) -> str | None:
    """The relation of a file that a shape made in this run reads; null where none does."""
    seen = extract.recognize(sighting.path, found.shapes) if found.files else None
    return seen.relation if seen else None


def _known_alike(own: OwnShape, sightings: Iterable[Sighting], shapes: extract.Shapes) -> str | None:
    """A file that is known, and that the new shape would read in place of what reads it now; null where none is."""
    for sighting in sightings:
        if sighting.recognition is not None and sighting.path.stat().st_size <= MOST_BYTES:
            seen = extract.recognize(sighting.path, shapes)
            if seen is None or seen.shape == own.id:
                return sighting.name
    return None


def _ask_alike(talk: Conversation, sighting: Sighting, relation: str, found: Mappings) -> None:
    """Ask whether a further file of a new shape is read, too."""
    found.declined.add(sighting.name)
    words = in_words(_explained(sighting, relation, found.shapes))
    question = f"{readable(sighting.name)} has the captions of a shape that you just confirmed:\n{words}"
    # what is taken for the portal's list proves presence, and another list may have the same captions
    default = "n" if relation == "portal_invoices" else "y"
    if ask_yes(talk, f"{question}\nRead it, too? (y/n)", default):
        found.declined.remove(sighting.name)
        found.names.add(sighting.name)


def _ask_shape(  # noqa: PLR0913 - a file, what is known of it, and whom to ask
    talk: Conversation, sighting: Sighting, table: UnknownTable, shapes: extract.Shapes, system: str
) -> tuple[OwnShape, str]:
    """The shape of a file as the person confirms it, and the text of its file.

    Raises:
        LeftOutError: the person leaves the file out.
        InputError: it cannot be read as the person says.
    """
    relation = ask_relation(talk, table, sighting.note)
    columns = ask_columns(talk, table, relation, shapes)
    name = choose_id(sighting.name, relation, extract.taken_names(shapes))
    program = talk("Which program wrote it?", system or name) or name
    captions = {column: table.spelled(at) for column, at in columns.items()}
    own = OwnShape(name, program, PurePosixPath(sighting.name).name, relation, captions, tuple(table.known_by))
    found = _read(sighting, relation, own.parsed(shapes))
    own = replace(own, formats=ask_formats(talk, found, relation, sighting.name))
    if relation in PRICED and "currency_code" not in captions and _lacks_currency(found, relation):
        own = replace(own, currency_code=ask_currency(talk, sighting.name))
    explained = _explained(sighting, relation, own.parsed(shapes))
    rows = sum(explained["documents"].values())
    if not rows:
        reasons = "; ".join(explained["problems"]) or "no rows"
        talk.say(f"{readable(sighting.name)} is left out: no row of it can be used ({readable(reasons)}).")
        raise LeftOutError
    question = f"So it is read:\n{in_words(explained)}\nIs this right? Then {own.file} keeps it. (y/n)"
    if not ask_yes(talk, question, "n" if explained["quarantined"] else "y"):
        raise LeftOutError
    return own, own.text(explained)


def _read(sighting: Sighting, relation: str, shapes: extract.Shapes) -> extract.Extract:
    file = extract.SourceFile(sighting.path, sighting.name, "")
    source = Source.model_validate({"path": sighting.name})
    return extract.read_text(file, RELATIONS[relation], source, shapes)


def _explained(sighting: Sighting, relation: str, shapes: extract.Shapes) -> dict[str, Any]:
    source = Source.model_validate({"path": sighting.name})
    return explain_text(_read(sighting, relation, shapes), RELATIONS[relation], source, _ZONE)


def _lacks_currency(found: extract.Extract, relation: str) -> bool:
    """Whether an amount has no currency, neither in a column nor in its text."""
    amounts = [name for name in ("total_amount", "balance_amount") if name in RELATIONS[relation].names]
    named = [named_currency(pl.col(name)).is_null() & pl.col(name).is_not_null() for name in amounts]
    return bool(found.frame.select(pl.any_horizontal(named).any()).item())


def _shown(error: InputError) -> str:
    return "; ".join(f"{readable(one.found)}. {readable(one.remedy)}" for one in error.problems)
