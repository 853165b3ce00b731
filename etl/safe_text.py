"""Text from data, made safe to print: nothing in it steers a terminal, forges a line or turns its neighbors round."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_LONGEST: Final = 1_000
_BLANK: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)
"""Characters that do something to a terminal, that turn the order of letters round, or that no file can hold."""
_RIGHT: Final = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RIGHT_TO_LEFT: Final = re.compile(rf"[{_RIGHT}](?:[ .,'\"&\d-]?[{_RIGHT}\u0300-\u036f])*")
"""Hebrew, Arabic and their like; words that one space, mark or digit parts are one text, columns are not."""
_SECRET: Final = re.compile(
    r"://[^/\s]*@"  # user information of an address
    r"|[?&]\w*(?:token|key|secret|password|pwd|sig)\w*="
    r"|\b(?:xox[a-z]|gh[a-z]|glpat|sk|pk)[-_]\w"  # what tokens of well-known services begin with
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    r"|(?<![a-z0-9])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{20,}",
    re.IGNORECASE,
)
_FIRST_STRONG, _POP = "\u2068", "\u2069"


def readable(text: str) -> str:
    """What a file says or is called, for one line of a message: nothing unseen in it, and not without end."""
    return one_line(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def one_line(text: str) -> str:
    """A text of any length as one line: breaks become blanks, what is not seen becomes an escape."""
    return text if text.isprintable() else _UNSEEN.sub(_escaped, _BLANK.sub(" ", text))


def printable(text: str) -> str:
    """Lines for a person: each as `one_line`, and text that runs from right to left isolated from what is around it."""
    return "\n".join(_isolated(one_line(line)) for line in text.split("\n"))


def json_text(value: Any, *, indent: int, is_sorted: bool = False) -> str:
    """A value as JSON for a program: what is not seen is escaped, all else stands as it is."""
    written = json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=is_sorted)
    return "\n".join(_UNSEEN.sub(_escaped_in_json, line) for line in written.split("\n"))


def is_secret_like(text: str) -> bool:
    """Whether it holds what looks like a password or a token, or an address with one."""
    return _SECRET.search(text) is not None


def _isolated(line: str) -> str:
    return line if line.isascii() else _RIGHT_TO_LEFT.sub(lambda found: f"{_FIRST_STRONG}{found[0]}{_POP}", line)


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def _escaped_in_json(found: re.Match[str]) -> str:
    return "\\u007f" if found[0] == "\x7f" else json.dumps(found[0])[1:-1]
