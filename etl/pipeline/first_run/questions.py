"""The questions of the first run: short, one at a time, each with a default; the answers are settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from etl import extract
from etl.config import Source
from etl.errors import InputError
from etl.pipeline.first_run.captions_seen import MOST_BYTES, SeenCaptions, list_counts
from etl.pipeline.first_run.propose_sources import SourceTable
from etl.safe_text import readable
from etl.schemas import RELATIONS
from etl.validate import settle_formats

Ask = Callable[[str, str], str]
"""Shows a question and its default, and returns what the person typed, or the default."""

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
PRICED: Final = ("accounting_invoices", "portal_invoices", "connectwise_invoices")
"""Relations whose amounts need a currency."""
_ORDERS: Final = {"1": "mdy", "2": "dmy"}
_BOTH: Final = 2


class LeftOutError(Exception):
    """The person leaves a file out."""


@dataclass
class Conversation:
    """Questions, each with what has to be said before it.

    Attributes:
        ask: asks the person.
        said: sentences that wait for the next question.
    """

    ask: Ask
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """Put a sentence before the next question."""
        self.said.append(sentence)

    def __call__(self, question: str, default: str) -> str:
        """The answer."""
        whole, self.said = "\n".join([*self.said, question]), []
        return self.ask(whole, default).strip()


def ask_systems(names: Mapping[str, Sequence[str]], ask: Ask) -> tuple[str, ...]:
    """Ask which accounting system the portal shows.

    Returns:
        That system; or all of them, the one that the portal shows first, if they are separate companies.
    """
    systems = list(names)
    listed = "\n".join(f"  {at}  {system} ({len(names[system])} files)" for at, system in enumerate(systems, 1))
    question = f"Files of several accounting systems are here:\n{listed}\nWhich one does the portal show? (number)"
    chosen = systems[ask_number(ask, question, len(systems), "1") - 1]
    others = " and ".join(system for system in systems if system != chosen)
    if not ask_yes(ask, f"Read {others} as well, as the books of another company? (y/n)", "n"):
        return (chosen,)
    return (chosen, *(system for system in systems if system != chosen))


def ask_settings(seen: SeenCaptions, values: Mapping[str, dict[str, Any]], ask: Ask) -> dict[str, dict[str, Any]]:
    """Ask for the settings that no file gives; what is set already is not asked.

    Args:
        seen: the captions in the files.
        values: section -> key -> value, as kept.
        ask: asks the person.
    """
    portal, provider = dict(values.get("portal", {})), dict(values.get("provider", {}))
    if "minimum_security_level" not in portal:
        question = "Portal Security Level Considered Client Admin? Contacts at or above it see invoices. (1 to 6)"
        levels = dict(sorted(seen.count("connectwise_contacts", "portal_security_level").items()))
        question += f"\nLevels in the contacts: {list_counts(levels)}" if levels else ""
        portal["minimum_security_level"] = ask_number(ask, question, 6, "6")
    hidden = (("hidden_company_statuses", "statuses", "status_name"), ("hidden_company_types", "types", "type_names"))
    for key, words, column in hidden:
        if key in portal:
            continue
        captions = [*seen.count("connectwise_companies", column)]
        if captions and (chosen := _several(ask, f"Which {words} of companies does the portal hide?", captions)):
            portal[key] = chosen
    if "email_domains" not in provider and (domains := _domains(ask)):
        provider["email_domains"] = domains
    return {**values, "portal": portal, "provider": provider}


def ask_tables(  # noqa: PLR0913 - the sources, their files and whom to ask
    folder: Path, shapes: extract.Shapes, tables: Sequence[SourceTable], ask: Ask, settled: Collection[str] = ()
) -> list[SourceTable]:  # fmt: skip
    """Ask for the currency and the order of dates of files that do not give them.

    Args:
        folder: of the files.
        shapes: those of the folder.
        tables: the sources.
        ask: asks the person.
        settled: files of which this was asked already.
    """
    formats = {
        id(table): _unknown_formats(folder, shapes, table, settled)
        for table in tables
        if table.is_on and not table.is_kept
    }
    priced = [table for table in tables if "currency_code" in formats.get(id(table), {})]
    code = ask_currency(ask, formats[id(priced[0])]["currency_code"]) if priced else ""
    asked: list[SourceTable] = []
    for table in tables:
        unknown = formats.get(id(table), {})
        more: dict[str, str] = {}
        if "date_order" in unknown:
            name = readable(unknown["date_order"])
            question = f"In which order are the dates in {name}, such as 03/04/2026?\n  1  month first\n  2  day first"
            more["date_order"] = _ORDERS[str(ask_number(ask, f"{question}\nNumber", _BOTH, "1"))]
        if code and "currency_code" in unknown:
            more["currency_code"] = code
        asked.append(table.with_settings(**more) if more else table)
    return asked


def _unknown_formats(
    folder: Path, shapes: extract.Shapes, table: SourceTable, settled: Collection[str]
) -> dict[str, str]:  # fmt: skip
    """The settings that the files of a table need, each with the file that needs it."""
    unknown: dict[str, str] = {}
    relation = RELATIONS[table.relation]
    for name in table.files:
        if name in settled or (folder / name).stat().st_size > MOST_BYTES:
            continue
        source = Source.model_validate({**table.settings, "path": name})
        with suppress(InputError, *extract.DAMAGES, OSError):
            file = extract.SourceFile(folder / name, name, "")
            found = extract.read_text(file, relation, source, shapes)
            if table.relation in PRICED and source.currency_code is None and found.frame["currency_code"].null_count():
                unknown.setdefault("currency_code", name)
            readings = [source.model_copy(update={"date_order": order}) for order in (None, *_ORDERS.values())]
            is_read = [_can_settle(found, relation, one) for one in readings]
            if source.date_order is None and is_read == [False, True, True]:
                unknown.setdefault("date_order", name)
    return unknown


def _can_settle(found: extract.Extract, relation: Any, source: Source) -> bool:
    try:
        settle_formats(found.frame, relation, source, ZoneInfo("UTC"), found.formats)
    except InputError:
        return False
    return True


def ask_currency(ask: Ask, name: str) -> str:
    """Ask for the currency of a file's amounts; empty where it is left open."""
    question = f"{readable(name)} has amounts without a currency. Which one is it, such as USD? (- leaves it open)"
    for answer in _answers(ask, question, "USD", "Three letters, such as USD, or -."):
        if answer == "-" or _CURRENCY.fullmatch(answer.upper()):
            return "" if answer == "-" else answer.upper()
    raise AssertionError


def _domains(ask: Ask) -> list[str]:
    question = "Your own e-mail domains, such as example.com? They say nothing about a client. (- leaves it open)"
    for answer in _answers(ask, question, "-", "Domains with commas between them, such as example.com, or -."):
        domains = [part.strip().lower().rpartition("@")[2] for part in answer.split(",") if part.strip()]
        if answer == "-" or (domains and all(map(_DOMAIN.fullmatch, domains))):
            return [] if answer == "-" else domains
    raise AssertionError


def _several(ask: Ask, question: str, choices: Sequence[str]) -> list[str]:
    listed = "\n".join(f"  {at}  {readable(choice)}" for at, choice in enumerate(choices, 1))
    asked = f"{question}\n{listed}\nNumbers with commas between them (- for none)"
    for answer in _answers(ask, asked, "-", f"Numbers from 1 to {len(choices)}, or -."):
        parts = [] if answer == "-" else [part.strip() for part in answer.split(",")]
        if all(part in map(str, range(1, len(choices) + 1)) for part in parts):
            return [choices[int(part) - 1] for part in dict.fromkeys(parts)]
    raise AssertionError


def ask_number(ask: Ask, question: str, highest: int, default: str) -> int:
    """Ask for a number from 1 on."""
    for answer in _answers(ask, question, default, f"A number from 1 to {highest}."):
        if answer in map(str, range(1, highest + 1)):
            return int(answer)
    raise AssertionError


def ask_yes(ask: Ask, question: str, default: str) -> bool:
    """Ask for yes or no."""
    for answer in _answers(ask, question, default, "y or n."):
        if answer.lower() in {"y", "yes", "n", "no"}:
            return answer.lower().startswith("y")
    raise AssertionError


def _answers(ask: Ask, question: str, default: str, hint: str) -> Iterator[str]:
    """Ask until the caller takes an answer."""
    yield ask(question, default).strip()
    while True:
        yield ask(hint, default).strip()
