"""What is wrong with a configuration, in our own words: no message of the settings library is shown."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from etl.config.sections import Settings, Source
from etl.errors import Problem
from etl.safe_text import is_secret_like
from etl.schemas import RELATIONS

_HIDDEN: Final = "(not shown: it may be a secret)"
_PATTERNS: Final[Mapping[str, str]] = MappingProxyType({
    "scope": "all, open or since:2026-01-01",
    "currency_code": "three capital letters such as USD",
    "book": "a name without / and |",
})  # fmt: skip
"""What fits where a pattern decides."""

_KINDS: Final[Mapping[str, str]] = MappingProxyType({
    "int": "a whole number", "float": "a number", "finite": "a number", "decimal": "a number", "bool": "true or false",
    "string": "text in quotes", "list": 'a list such as ["one", "two"]', "tuple": 'a list such as ["one", "two"]',
    "dict": "a table of keys and values", "model": "a table of keys and values", "date": "a date such as 2026-01-31",
    "datetime": "a time such as 2026-01-31T02:00:00Z", "timezone": "a time such as 2026-01-31T02:00:00Z",
    "path": "a path in quotes", "missing": "a value",
})  # fmt: skip
"""The first word of an error's type -> what fits."""

_FORMS: Final = frozenset({"str", "list[str]"})

_LIMITS: Final[Mapping[str, str]] = MappingProxyType({
    "ge": "at least {}", "gt": "more than {}", "le": "at most {}", "lt": "less than {}",
})  # fmt: skip


def setting_problem(path: Path, text: str, detail: Mapping[str, Any]) -> Problem:
    """One error of the settings library as a problem.

    Args:
        path: of `billsight.toml`.
        text: its content, for the number of the line.
        detail: one of `ValidationError.errors()`.
    """
    keys = [str(part) for part in detail["loc"]]
    if keys[0] == "further":  # the second and later sources of a relation
        keys = ["sources", keys[1], *keys[3:]]
    if keys[-1] in _FORMS:  # a value that may take several forms is wrong in each of them
        keys = keys[:-1]
    if detail["type"] == "extra_forbidden":
        return unknown_key(path, text, keys)
    name = _show_name(keys)
    found = f"no {name}" if detail["type"] == "missing" else f"{name} = {_show_value(keys, detail['input'])}"
    remedy = "Add it." if detail["type"] == "missing" else "Correct the value."
    return Problem(str(path), found, _expected(keys, detail), remedy, line_of(text, keys))


def unknown_key(path: Path, text: str, keys: list[str]) -> Problem:
    """A key that no section has, with the known key that comes nearest to it."""
    known = sorted(_known_keys(keys[:-1]))
    expected = f"one of {', '.join(known)}" if known else "a known key"
    near = get_close_matches(keys[-1], known, n=1) or _near_in_other_sections(keys[-1])
    remedy = f"Did you mean {near[0]}? Rename or remove it." if near else "Rename or remove it."
    return Problem(str(path), f"unknown key {_show_name(keys)}", expected, remedy, line_of(text, keys))


def unknown_source(path: Path, text: str, name: str) -> Problem:
    """A table of sources that is called like no relation."""
    near = get_close_matches(name, RELATIONS, n=1)
    remedy = f"Did you mean [sources.{near[0]}]? Rename or remove it." if near else "Rename or remove it."
    expected = f"one of {', '.join(RELATIONS)}"
    return Problem(str(path), f"[sources.{show_word(name)}]", expected, remedy, line_of(text, ["sources", name]))


def show_word(word: str) -> str:
    """A key or a name, unless somebody put a secret in its place."""
    return _HIDDEN if "://" in word or is_secret_like(word) else word


def line_of(text: str, keys: list[str]) -> int | None:
    """The line of the key, or of the key that holds it; None where the file writes it another way."""
    depths = range(len(keys), 0, -1)
    return next((line for depth in depths if (line := _line_of_key(text, keys[:depth])) is not None), None)


def _line_of_key(text: str, keys: list[str]) -> int | None:
    table = ".".join(keys[:-1])
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[] ")
            if current == ".".join(keys):
                return number
        elif current == table and stripped.partition("=")[0].strip() == keys[-1]:
            return number
    return None


def _expected(keys: list[str], detail: Mapping[str, Any]) -> str:
    """What fits, from the type of the error: the library's own sentence is never shown."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if keys[-1] in {"path", "book"}:
        return {"path": "a path in quotes, or a list of them", "book": _PATTERNS["book"]}[keys[-1]]
    if kind == "string_pattern_mismatch":
        return _PATTERNS[keys[-1]]
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind in {"string_too_short", "string_too_long"}:
        length = context.get("min_length", context.get("max_length"))
        return "one character" if length == 1 and keys[-1] == "delimiter" else f"text of {length} or more characters"
    limits = [words.format(f"{context[limit]:g}") for limit, words in _LIMITS.items() if limit in context]
    return " and ".join(limits) or _KINDS.get(kind.partition("_")[0], "a value of another kind")


def _known_keys(tables: list[str]) -> list[str]:
    """The keys of a section; those of the file where no section is named."""
    if tables[:1] == ["sources"] and len(tables) > 1:
        return list(Source.model_fields)
    model: type[BaseModel] = Settings
    for name in tables:
        annotation = model.model_fields[name].annotation if name in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    fields = {name: field for name, field in model.model_fields.items() if not field.exclude}
    return [field.alias or name for name, field in fields.items()]


def _near_in_other_sections(key: str) -> list[str]:
    """The key of another section that it may be, with its section."""
    places = {name: f"{section}.{name}" for section in _known_keys([]) for name in _known_keys([section])}
    return [places[name] for name in get_close_matches(key, places, n=1)]


def _show_name(keys: list[str]) -> str:
    return ".".join(map(show_word, keys))


def _show_value(keys: list[str], value: object) -> str:
    """A value of the wrong kind, unless it may be a secret: those of [notify], addresses, and what looks like one."""
    return _HIDDEN if keys[0] == "notify" else show_word(repr(value))
