"""Text from data, made safe to print: nothing in it steers a terminal, forges a line or turns its neighbors round."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from unicodedata import category

_LONGEST: Final = 1_000
_BLANK: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_NOT_PLAIN: Final = re.compile(r"[^ -~]")
_FILLERS: Final = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing: fillers, variation selectors, the empty Braille pattern."""
_RIGHT: Final = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RIGHT_TO_LEFT: Final = re.compile(rf"[{_RIGHT}](?:[ .,'\"&\d-]?[{_RIGHT}\u0300-\u036f])*")
"""Hebrew, Arabic and their like; words that one space, mark or digit parts are one text, columns are not."""
_KEY_NAMES: Final = (
    r"(?:pass(?:word|wd|phrase)|pwd|(?:access|auth|bearer|bot|refresh|session)[ _-]?token"
    r"|(?:access|account|api|auth|private|secret)[ _-]?key|(?:access|api|auth|client)[ _-]?secret)"
)
_SECRET: Final = re.compile(
    "|".join(
        (
            r"://[^\s?#]*@",  # a user in an address; also where the password has a slash in it
            r"://[^\s?#]*/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",  # an address to keep, as of a health check
            r"\bhooks\.slack\.com/\w|\b(?:discord|msteams|slack|tgram|workflows)://\w",
            r"\b(?:discord(?:app)?|webhook\.office|logic\.azure)\.com\b\S*/(?:webhook\w*|workflows)/\w",
            rf"[?&][^\s=&]*(?:{_KEY_NAMES}|token|secret|(?<![a-z])(?:key|sig|signature))=[^\s&#]",
            rf"{_KEY_NAMES}[\"']?\s*[:=]\s*[\"']?[^\s\"']",
            r"(?:secret|token)[\"']?\s*(?:=\s*[\"']?[^\s\"']|:\s*[\"']?(?=[a-z_.-]*\d)[\w.-]{8,})",
            r"\bbearer\s+(?=[^\s\d]*\d)[\w.~+/-]{8,}|\bbasic\s+[a-z0-9+/]{6,}={1,2}",
            r"\bauthorization[\"']?:\s*[\"']?(?:basic|bearer|token)\s+\w",
            r"-----BEGIN [A-Z ]*PRIVATE KEY|\bPuTTY-User-Key-File",
            r"\beyJ[\w-]{8,}\.[\w-]{8,}",  # a JSON web token
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
            # what tokens of other services begin with
            r"\b(?:xox[a-z]-\w|gh[oprsu]_\w{8}|github_pat_\w|glpat-\w{8}|[prs]k_(?:live|test)_\w|sk-(?:ant|or|proj)-\w)",
        )
    ),
    re.IGNORECASE,
)
_LONG_WORD: Final = re.compile(r"(?<![a-z0-9])[a-z0-9_]{20,}", re.IGNORECASE)
_DIGEST: Final = re.compile(r"(?:sha\d+_?)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96,128})")
_MIXED: Final = re.compile(r"[a-z]\d{1,3}[a-z]", re.IGNORECASE)
_FIRST_STRONG, _POP = "\u2068", "\u2069"


def readable(text: str) -> str:
    """Text of a file, or its name, for one line of a message: without invisible signs, and of limited length."""
    return one_line(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def one_line(text: str) -> str:
    """A text of any length as one line: breaks become blanks, what is not seen becomes an escape."""
    return _NOT_PLAIN.sub(lambda found: _escaped(found[0]), _BLANK.sub(" ", text))


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns, each row one line; the first may be the captions."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(one_line(line.rstrip()) for line in lines)


def printable(text: str) -> str:
    """Lines for a person: each as `one_line`, and text that runs from right to left isolated from what is around it."""
    return "\n".join(_isolated(one_line(line)) for line in text.split("\n"))


def json_text(value: Any, *, indent: int, is_sorted: bool = False) -> str:
    """A value as JSON for a program: what is not seen is escaped, all else stands as it is."""
    written = json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=is_sorted)
    return "\n".join(_NOT_PLAIN.sub(lambda found: _escaped_in_json(found[0]), line) for line in written.split("\n"))


def is_secret_like(text: str) -> bool:
    """True if the text seems to hold a password, a token, or an address with one.

    Names, numbers of invoices, GUIDs and digests of files are none.
    """
    return _SECRET.search(text) is not None or any(map(_is_random, _LONG_WORD.findall(text)))


def _is_random(word: str) -> bool:
    """True if letters and digits alternate as in no written word; false for digests and dates."""
    return _MIXED.search(word) is not None and _DIGEST.fullmatch(word.lower()) is None


def _isolated(line: str) -> str:
    return line if line.isascii() else _RIGHT_TO_LEFT.sub(lambda found: f"{_FIRST_STRONG}{found[0]}{_POP}", line)


def _is_unseen(char: str) -> bool:
    """Controls, formats, surrogates, separators of lines, what Unicode has not assigned; and letters without a form."""
    return (not char.isprintable() and category(char) != "Zs") or _FILLERS.match(char) is not None


def _escaped(char: str) -> str:
    return ascii(char)[1:-1] if _is_unseen(char) else char


def _escaped_in_json(char: str) -> str:
    if not _is_unseen(char):
        return char
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]
