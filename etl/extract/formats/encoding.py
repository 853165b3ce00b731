"""Bytes to text: byte-order mark, strict UTF-8, else Windows-1252."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from etl.errors import InputError, Problem

_MARKS: Final = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 4096
_FEWEST_PAIRS: Final = 4
_C1_CONTROLS: Final = re.compile("[\x80-\x9f]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Text:
    """The text of a file, how it was read, and what was odd about it."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, where: str, encoding: str | None = None, *, is_whole: bool = True) -> Text:
    """Read bytes as text; nothing but an encoding named wrong by the user is an error.

    Args:
        data: the bytes.
        where: the file as the user names it.
        encoding: what the configuration says; null: found out.
        is_whole: false where `data` is the beginning of a file and may end inside a character.

    Raises:
        InputError: the configured encoding is not known, or does not fit.
    """
    if encoding is not None:
        return _configured(data, where, encoding)
    name = _marked(data) or _unmarked_utf16(data)
    if name is not None:
        return _as_text(_incremental(data, name, "replace", is_whole=is_whole), name)
    try:
        return _as_text(_incremental(data, "utf-8", "strict", is_whole=is_whole), "utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        return _as_text(text, "cp1252", "not UTF-8: read as Windows-1252; set encoding where accents look wrong")


def _marked(data: bytes) -> str | None:
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: mostly Latin text has a zero in every second byte."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    pairs = len(sample) // 2
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[offset::2].count(0), sample[1 - offset :: 2].count(0)
        if pairs >= _FEWEST_PAIRS and zeros > 0.7 * pairs and others < 0.1 * pairs:
            return name
    return None


def _incremental(data: bytes, name: str, errors: str, *, is_whole: bool) -> str:
    return codecs.getincrementaldecoder(name)(errors).decode(data, is_whole)


def _configured(data: bytes, where: str, encoding: str) -> Text:
    remedy = "Correct or remove encoding for this source: without it the encoding is found out."
    try:
        text = data.decode(encoding, "strict")
        return _as_text(text.removeprefix("\ufeff"), encoding)
    except LookupError:
        problem = Problem(where, f"encoding = {encoding!r}", "an encoding such as utf-8, utf-16 or cp1252", remedy)
    except (UnicodeError, ValueError) as error:
        problem = Problem(where, f"bytes that are not {encoding} ({error})", f"a file in {encoding}", remedy)
    raise InputError([problem])


def _as_text(text: str, encoding: str, *warnings: str) -> Text:
    notes = list(warnings)
    if "\0" in text:
        notes.append(f"{text.count(chr(0))} NUL characters were left out")
        text = text.replace("\0", "")
    if text.isascii():
        return Text(text, encoding, tuple(notes))
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    if "\ufffd" in text:
        notes.append("replacement characters (U+FFFD): letters were lost before or while the file was written")
    if _C1_CONTROLS.search(text):
        notes.append("control characters U+0080 to U+009F: the file was probably converted with a wrong encoding")
    return Text(text, encoding, tuple(notes))
