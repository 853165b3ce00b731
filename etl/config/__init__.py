"""Settings: `billsight.toml` and the environment, frozen; unknown keys are errors, and all are reported at once."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from etl.config.sections import (
    Backfill,
    Gates,
    Limits,
    Matching,
    Notify,
    Output,
    Portal,
    Provider,
    Retention,
    Review,
    Settings,
    Source,
)  # fmt: skip
from etl.config.setting_problems import setting_problem, show_word, unknown_key, unknown_source
from etl.errors import ConfigurationError, Problem
from etl.schemas import BOOKED, RELATIONS

__all__ = (
    "Backfill", "Gates", "Limits", "Matching", "Notify", "Output", "Portal", "Provider", "Retention", "Review",
    "Settings", "Source", "load",
)  # fmt: skip

ENVIRONMENT_PREFIX = "BILLSIGHT_"
_INTERNAL: Final = frozenset(name for name, field in Settings.model_fields.items() if field.exclude)
"""What `load` adds to the settings; no file may give it."""


def load(path: Path, environment: dict[str, str] | None = None) -> Settings:
    """Read and check the configuration.

    Args:
        path: `billsight.toml`; relative paths in it are relative to its folder.
        environment: variables such as BILLSIGHT_PORTAL__GRACE_HOURS=12 overrule the file.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or breaks rules; all of them are listed.
    """
    text = _text_of(path)
    document = _document(path, text)
    _overrule(document, os.environ if environment is None else environment)
    problems = [unknown_key(path, text, [name]) for name in document if name in _INTERNAL]
    problems += _source_problems(path, text, document)
    given = {name: value for name, value in document.items() if name not in _INTERNAL}
    try:
        settings = Settings.model_validate({**given, "base": path.parent})
    except ValidationError as error:
        problems += dict.fromkeys(setting_problem(path, text, dict(detail)) for detail in error.errors())
        raise ConfigurationError(problems) from None
    problems += _book_problems(path, settings)
    if problems:
        raise ConfigurationError(problems)
    return settings


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        remedy = "Write one with 'billsight init FOLDER', or name yours with --config."
        raise ConfigurationError([Problem(str(path), "no file", "the configuration", remedy)]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([Problem(str(path), str(error), "a readable UTF-8 file", "Save it again.")]) from None


def _document(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            [Problem(str(path), show_word(str(error)), "TOML", "Correct that place in the file.")]
        ) from None


def _overrule(document: dict[str, Any], environment: Any) -> None:
    for name in sorted(environment):
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and key:
            table = document.setdefault(section, {})
            if isinstance(table, dict):  # else the file is refused for it
                table[key] = environment[name]


def _source_problems(path: Path, text: str, document: dict[str, Any]) -> list[Problem]:
    sources = document.get("sources")
    configured = set(sources) if isinstance(sources, dict) else set()
    unknown = [unknown_source(path, text, name) for name in sorted(configured - set(RELATIONS))]
    missing = [
        Problem(str(path), f"no [sources.{name}]", f"{relation.help}", "Name its file, glob or folder under path.")
        for name, relation in RELATIONS.items()
        if relation.is_required and name not in configured
    ]
    return unknown + missing


def _book_problems(path: Path, settings: Settings) -> list[Problem]:
    """The problems of missing books: ids are comparable only if all sources that have them name their book."""
    books = {name: [source.book for source in settings.sources_of(name)] for name in BOOKED}
    accounting = {book for name in BOOKED if name.startswith("accounting") for book in books[name] if book}
    choices = ", ".join(sorted(accounting)) or "a book of the accounting sources"
    return [
        Problem(
            str(path),
            f"[sources.{name}] {'without a book' if book is None else f'with book = {show_word(repr(book))}'}",
            f"one of {choices}, because other sources name their book",
            "Set book there: the portal's sources name the book that the portal shows.",
        )
        for name, of_sources in books.items()
        for book in of_sources
        if any(any(others) for others in books.values()) and book not in accounting
    ]
