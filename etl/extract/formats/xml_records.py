"""XML answers to records, one after the other, each with the line on which it begins.

Nothing outside of the file is ever read, and no entity that it declares is ever expanded: a file that declares any is
refused. Depth, members of a record and the length of a text have limits that no real answer reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from etl.domain import AnswerPart
from etl.errors import InputError, Problem
from etl.extract.formats.answer_pages import part_of
from etl.extract.formats.json_records import JsonRecord
from etl.extract.formats.xml_layouts import LINES, XmlLayout

DEEPEST: Final = 32
"""Elements inside each other."""
MOST_MEMBERS: Final = 500_000
"""Elements of one record."""
LONGEST: Final = 1_000_000
"""Characters of one text."""
MOST_SAID: Final = 10_000
"""Texts outside of records."""

_PIECE: Final = 1 << 18
_CODES: Final = expat.errors.codes
_CUT: Final = frozenset(
    _CODES[name]
    for name in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_SECOND_ROOT: Final = frozenset(
    _CODES[name] for name in (expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT, expat.errors.XML_ERROR_MISPLACED_XML_PI)
)
_WRONG_ENCODING: Final = frozenset(
    _CODES[name]
    for name in (
        expat.errors.XML_ERROR_INCORRECT_ENCODING,
        expat.errors.XML_ERROR_UNKNOWN_ENCODING,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
_INVALID: Final = _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]
_NONE: Final[dict[str, str]] = {}
_ENCODING: Final = 'Export it again, or set encoding for this source, for example encoding = "cp1252".'
_AGAIN: Final = "Export it again; do not edit it by hand."


@dataclass(slots=True)
class _Element:
    """An element of a record that is not closed yet."""

    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    length: int = 0
    members: dict[str, list[Any]] = field(default_factory=dict)


class XmlAnswer:
    """The records of one file, and what else it says.

    Args:
        data: bytes, which are read as the file declares, or text that was decoded already.
        where: the file as the user names it.
        layout: where its records are.
        is_whole: false where `data` is the beginning of a file.

    Attributes:
        lists: names of the lists that were seen, also of those without a record.
        parts: which part of all records it holds, where it says it.
        size: how long it is.
        warnings: what was odd about its text.
    """

    def __init__(self, data: bytes | str, where: str, layout: XmlLayout, *, is_whole: bool = True) -> None:
        self.where, self.layout, self.is_whole = where, layout, is_whole
        self.data = data.lstrip()
        above = data[: len(data) - len(self.data)]
        self._above = above.count(b"\n") if isinstance(above, bytes) else above.count("\n")
        self.lists: set[str] = set()
        self.parts: list[AnswerPart] = []
        self._remaining: dict[tuple[str, str], int] = {}
        self.size = len(data)
        self.warnings: tuple[str, ...] = ()
        self._path: list[str] = []
        self._open: list[_Element] = []
        self._ready: list[JsonRecord] = []
        self._said: list[tuple[tuple[str, ...], str]] = []
        self._outside: list[str] = []
        self._entity, self._line, self._members, self._count = "", 0, 0, 0
        self._problem: str | None = None
        self._skipped_below = 0

    def goes_on(self, lists: Collection[str]) -> bool:
        """Whether the file says that one of these lists has more records than it holds; the last page counts."""
        return any(count for (name, _), count in self._remaining.items() if name in lists)

    def records(self) -> Iterator[JsonRecord]:
        """Every record, in the order of the file.

        Raises:
            InputError: the file is cut off, damaged or made to do harm, or says that the request failed; the records
                before that place were already given out.
        """
        self._parser = parser = self._new_parser()
        for at in range(0, max(1, len(self.data)), _PIECE):
            piece = self.data[at : at + _PIECE]
            self._parse(parser, piece, is_last=self.is_whole and at + _PIECE >= len(self.data))
            ready, self._ready = self._ready, []
            yield from ready

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SkippedEntityHandler = self._skipped
        return parser

    def _parse(self, parser: expat.XMLParserType, piece: bytes | str, *, is_last: bool) -> None:
        try:
            parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise InputError([self._damage(error)]) from None
        except (LookupError, ValueError) as error:
            found = f"an encoding that is not known ({error})"
            raise InputError([Problem(self.where, found, "XML in UTF-8", _ENCODING, 1)]) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        self._path.append(name)
        if len(self._path) > DEEPEST:
            self._refuse("XML nested too deeply to be records", "a list of records", _AGAIN)
        if self._open:
            self._start_member(name, attributes)
            return
        local = _local(attributes)
        self._outside = []
        if entity := self.layout.entity(self._path):
            self._entity, self._line, self._members, self._problem = entity, self._at(), 0, None
            self._open.append(_Element(local))
            return
        if failure := self.layout.failure(self._path, local):
            self._refuse(failure, "an answer with records", "Correct the request and export it again.")
        held = self.layout.list_of(self._path, local)
        if held is not None:
            self.lists.add(held)
            part = part_of(held, local)
            self.parts += [part] if part else []
            self._note_remaining(held, self.layout.left(local))

    def _start_member(self, name: str, attributes: dict[str, str]) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            self._refuse(f"a record of more than {MOST_MEMBERS:,} elements", "records of invoices", _AGAIN)
        if self._skipped_below:
            return
        if name in LINES:
            self._skipped_below = len(self._path)
            return
        self._open.append(_Element(_local(attributes) if attributes else _NONE))

    def _note_remaining(self, name: str, left: tuple[str, str] | None) -> None:
        """A count that is no number may be any: the list goes on."""
        if left is not None:
            count = left[1].strip()
            self._remaining[name, left[0]] = int(count) if count.isdecimal() and len(count) <= len(f"{LONGEST}") else 1

    def _text(self, text: str) -> None:
        if self._skipped_below:
            return
        held = self._open[-1].texts if self._open else self._outside
        held.append(text)
        if self._open:
            self._open[-1].length += len(text)
        length = self._open[-1].length if self._open else sum(map(len, held))
        if length > LONGEST:
            self._refuse(f"a text of more than {LONGEST:,} characters", "values that end", _AGAIN)

    def _end(self, name: str) -> None:
        if self._skipped_below:
            if len(self._path) == self._skipped_below:
                self._skipped_below = 0
            self._path.pop()
            return
        if not self._open:
            path = tuple(self._path)
            self._path.pop()
            self._end_outside(path)
            return
        name = self._path.pop()
        element = self._open.pop()
        if self._open:
            self._open[-1].members.setdefault(name, []).append(self._value(element, name))
            return
        self._count += 1
        value = {**element.attributes, **_members(element)}
        if not element.members:
            self._problem = self._problem or "the record holds no elements"
        self._ready.append(JsonRecord(self._line, self._entity, value, self._problem))
        if not self._path:
            self._check_end()

    def _end_outside(self, path: tuple[str, ...]) -> None:
        text = "".join(self._outside).strip()
        if text and len(self._said) < MOST_SAID:
            self._said.append((path, text))
        self._outside = []
        if not self._path:
            self._check_end()

    def _check_end(self) -> None:
        counters = {path[-1]: text for path, text in self._said if "pagination" in path[:-1]}
        part = part_of(min(self.lists - {"pagination"}, default=""), counters, self._count)
        self.parts += [part] if part else []
        if failure := self.layout.failure_at_end(self._said):
            self._refuse(failure, "an answer with records", "Correct the request and export it again.")

    def _value(self, element: _Element, name: str) -> Any:
        """A text, an object, a list; a text with a name attribute, as references have, is an object, too."""
        text = "".join(element.texts)
        if element.members:
            if text.strip():
                self._problem = self._problem or f"{name} holds both text and elements"
            return self._list(element, name) or _members(element)
        if element.attributes.get("nil", "").lower() == "true":
            return None
        named, plain = element.attributes.get("name"), text if text.strip() else None
        return plain if named is None else {"value": plain, "name": named}

    def _list(self, element: _Element, name: str) -> list[Any] | None:
        if not self.layout.are_lists_plain or len(element.members) > 1:
            return None
        member = next(iter(element.members))
        return element.members[member] if name in {f"{member}s", f"{member}es"} else None

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        del name, system, public
        if has_subset:
            self._refuse(*DECLARATIONS)

    def _skipped(self, name: str, is_parameter: int) -> None:
        del is_parameter
        self._refuse(f"the entity &{name};, which the file does not hold", "an answer as it was sent", _AGAIN)

    def _at(self) -> int:
        return self._parser.CurrentLineNumber + self._above

    def _refuse(self, found: str, expected: str, remedy: str) -> None:
        raise InputError([Problem(self.where, found, expected, remedy, self._at())])

    def _damage(self, error: expat.ExpatError) -> Problem:
        """What is wrong with the file; the line is where the reader noticed it."""
        is_closed = bool(self._count or self.lists) and not self._path
        if error.code in _SECOND_ROOT or (is_closed and error.code == _INVALID):
            found, remedy = "something behind the end of the answer", "Give each answer in a file of its own."
            return Problem(self.where, found, "one answer", remedy, error.lineno + self._above)
        if error.code in _CUT and error.code not in _WRONG_ENCODING:
            found = f"XML that is cut off after {self._count} complete records"
            remedy = "It is truncated: export or copy it again."
            return Problem(self.where, found, "a complete file", remedy, error.lineno + self._above)
        if error.code in _WRONG_ENCODING or (error.code == _INVALID and self._is_badly_encoded(error)):
            found = "bytes that are not in the encoding that the file declares (UTF-8 where it declares none)"
            return Problem(self.where, found, "XML in the declared encoding", _ENCODING, error.lineno + self._above)
        found = f"text that is not XML ({expat.ErrorString(error.code)})"
        return Problem(self.where, found, "XML", _AGAIN, error.lineno + self._above)

    def _is_badly_encoded(self, error: expat.ExpatError) -> bool:
        """Whether the place that cannot be read is a byte above ASCII."""
        del error
        at = self._parser.ErrorByteIndex
        return isinstance(self.data, bytes) and 0 <= at < len(self.data) and self.data[at] > 127  # noqa: PLR2004


DECLARATIONS: Final = (
    "an XML file with declarations of its own (DTD), which can make a small file fill the memory",
    "an answer as a program sends it, without declarations",
    "Remove the declarations, or export it as JSON or CSV.",
)


def _local(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes without the namespaces of their names."""
    return {name.rpartition(" ")[2]: value for name, value in attributes.items()}


def _members(element: _Element) -> dict[str, Any]:
    """The members of an element; of a name that is there several times, a list."""
    return {name: held[0] if len(held) == 1 else held for name, held in element.members.items()}
