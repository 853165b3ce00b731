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
from etl.errors import ConfigurationError, Problem
from etl.safe_text import is_secret_like
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
    problems = [_unknown_key(path, text, [name]) for name in document if name in _INTERNAL]
    problems += _source_problems(path, text, document)
    given = {name: value for name, value in document.items() if name not in _INTERNAL}
    try:
        settings = Settings.model_validate({**given, "base": path.parent})
    except ValidationError as error:
        problems += [_problem(path, text, dict(detail)) for detail in error.errors()]
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
            [Problem(str(path), _safe_key(str(error)), "TOML", "Correct that place in the file.")]
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
    unknown = [
        Problem(
            str(path), f"[sources.{_safe_key(name)}]", f"one of {', '.join(RELATIONS)}", "Rename or remove it.",
            _line_of(text, ["sources", name]),
        )
        for name in configured - set(RELATIONS)
    ]  # fmt: skip
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
            f"[sources.{name}] {'without a book' if book is None else f'with book = {_safe_key(repr(book))}'}",
            f"one of {choices}, because other sources name their book",
            "Set book there: the portal's sources name the book that the portal shows.",
        )
        for name, of_sources in books.items()
        for book in of_sources
        if any(any(others) for others in books.values()) and book not in accounting
    ]


_EXPECTED: Final = {
    "scope": "all, open or since:2026-01-01",
    "currency_code": "three capital letters such as USD",
    "book": "a name without / and |",
}
"""The accepted values of settings with a pattern, in words."""
_HIDDEN: Final = "(not shown: it may be a secret)"


def _problem(path: Path, text: str, detail: dict[str, Any]) -> Problem:
    keys = [str(part) for part in detail["loc"]]
    if keys[0] == "further":  # the second and later sources of a relation
        keys = ["sources", keys[1], *keys[3:]]
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, text, keys)
    name = _safe_name(keys)
    found = f"{name} = {_safe_value(keys, detail['input'])}" if detail["type"] != "missing" else f"no {name}"
    message = detail["msg"].removeprefix("Value error, ")
    expected = _EXPECTED.get(keys[-1], message) if detail["type"] == "string_pattern_mismatch" else message
    return Problem(str(path), found, expected, "Correct the value.", _line_of(text, keys))


def _unknown_key(path: Path, text: str, keys: list[str]) -> Problem:
    found = f"unknown key {_safe_name(keys)}"
    return Problem(str(path), found, "a known key", "Check its spelling.", _line_of(text, keys))


def _safe_name(keys: list[str]) -> str:
    return ".".join(map(_safe_key, keys))


def _safe_key(word: str) -> str:
    """A key or a name as shown in an error; hidden if it may be a secret."""
    return _HIDDEN if "://" in word or is_secret_like(word) else word


def _safe_value(keys: list[str], value: object) -> str:
    """A value of the wrong kind, unless it may be a secret: those of [notify], addresses, and what looks like one."""
    written = repr(value)
    return _HIDDEN if keys[0] == "notify" else _safe_key(written)


def _line_of(text: str, keys: list[str]) -> int | None:
    """The line of the key, found by its table and name; None if the file writes it another way."""
    table = ".".join(keys[:-1])
    current, lines = "", text.splitlines()
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ")
            if current == ".".join(keys):
                return number
        elif current == table and stripped.partition("=")[0].strip() == keys[-1]:
            return number
    return None
