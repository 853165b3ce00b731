"""Reading a TOML table with every problem noted: unknown keys, wrong kinds, words that are none of those that fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from etl.errors import Problem

_KINDS: Final[Mapping[type, str]] = {
    str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table",
}  # fmt: skip


_QUOTED: Final = re.compile("'([^']*)'")


@dataclass
class TomlSection:
    """A table of a TOML file, on its way into a dataclass.

    Attributes:
        where: the file.
        name: the table's name, such as `recognize`; empty: the whole file.
        problems: what is wrong, of all tables of the file together.
        asked: the keys that were asked for.
    """

    where: str
    name: str
    values: Mapping[str, Any]
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def note(self, key: str, found: str, expected: str, known: Iterable[str] = ()) -> None:
        """Add a problem of one key; a known word that is nearly what was found is offered."""
        named = _QUOTED.search(found)
        near = get_close_matches(named[1] if named else found, list(known), 1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Correct {self._spelt(key)}."
        self.problems.append(Problem(self.where, f"{self._spelt(key)}: {found}", expected, remedy))

    def text(self, key: str, known: Sequence[str] = (), *, is_needed: bool = False) -> str:
        """A text, among the known words where there are any; empty where it is not given."""
        value = self._value(key, str, is_needed=is_needed)
        if value and known and value not in known:
            self.note(key, repr(value), f"one of {', '.join(known)}", known)
            return ""
        return value or ""

    def texts(self, key: str, known: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts; a single text is a list of one."""
        return self._texts(key, self._listed(key), known)

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of texts."""
        return tuple(
            self._texts(key, one if isinstance(one, list) else [one], ()) for one in self._value(key, list) or ()
        )

    def flag(self, key: str) -> bool | None:
        """True or false; null where it is not given."""
        value = self._value(key, bool)
        return None if value is None else bool(value)

    def number(self, key: str, absent: int = 0) -> int:
        """A whole number; the one for `absent` where it is not given."""
        value = self._value(key, int)
        if isinstance(value, bool):
            self.note(key, "true or false", "a number")
            return absent
        return absent if value is None else int(value)

    def section(self, key: str, *, is_needed: bool = False) -> TomlSection:
        """A table below this one; an empty one where it is not given."""
        value = self._value(key, dict, is_needed=is_needed)
        return TomlSection(self.where, self._spelt(key), value or {}, self.problems)

    def sections(self, key: str) -> list[TomlSection]:
        """A list of tables."""
        values = self._value(key, list) or []
        for one in values:
            if not isinstance(one, dict):
                self.note(key, _kind(one), "a list of tables")
        tables = [one for one in values if isinstance(one, dict)]
        return [
            TomlSection(self.where, f"{self._spelt(key)}[{at}]", one, self.problems) for at, one in enumerate(tables, 1)
        ]

    def texts_by_key(self, known: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
        """Every key of the table with its texts."""
        for key in self.values:
            if known and key not in known and not key.startswith("_"):
                self.asked.add(key)
                self.note(
                    key, f"the unknown column {key!r}", "a column of the relation, or a helper such as _type", known
                )
        return {key: self.texts(key) for key in self.values}

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.values:
            if key not in self.asked:
                near = get_close_matches(key, sorted(self.asked), 1)
                remedy = f"Did you mean {near[0]!r}?" if near else f"Remove {self._spelt(key)}."
                known = ", ".join(sorted(self.asked))
                self.problems.append(
                    Problem(self.where, f"the unknown key {self._spelt(key)}", f"one of {known}", remedy)
                )

    def _spelt(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _value(self, key: str, kind: type, *, is_needed: bool = False) -> Any:
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            if is_needed:
                self.note(key, "nothing", _KINDS[kind])
            return None
        if not isinstance(value, kind):
            self.note(key, _kind(value), _KINDS[kind])
            return None
        return value

    def _listed(self, key: str) -> list[Any]:
        self.asked.add(key)
        value = self.values.get(key, [])
        return value if isinstance(value, list) else [value]

    def _texts(self, key: str, values: Sequence[Any], known: Sequence[str]) -> tuple[str, ...]:
        for one in values:
            if not isinstance(one, str):
                self.note(key, _kind(one), "a text, or a list of texts")
            elif known and one not in known:
                self.note(key, repr(one), f"among {', '.join(known)}", known)
        return tuple(one for one in values if isinstance(one, str) and (not known or one in known))


def _kind(value: Any) -> str:
    return f"{_KINDS.get(type(value), type(value).__name__)} ({str(value)[:40]})"
