"""JSON to records, element by element, each with the line on which it begins; numbers stay the text they are."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final

from etl.domain import AnswerPart
from etl.errors import InputError, Problem
from etl.extract.formats.answer_pages import part_of
from etl.extract.formats.powershell import CutError, is_cut, shown
from etl.safe_text import readable

_DATA: Final = "data"
CONTAINERS: Final = frozenset({"QueryResponse", "CDCResponse"})
"""Members that hold lists of records, not records."""

RECORD_LISTS: Final = frozenset(
    {"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate", "Payment", "JournalEntry", "Bill"}
    | {"Customer", "Vendor", "Invoices", "CreditNotes", "Contacts", "value", _DATA}
)
"""Members that hold records; the member's name is the entity of its records."""

_IDENTIFYING: Final = frozenset(
    {"id", "identifier", "invoiceNumber", "InvoiceID", "CreditNoteID", "ContactID", "CustomerRef", "DisplayName"}
)
_ANSWER: Final = re.compile(
    r'\{\s*(?:"\w+"\s*:\s*(?:"[^"\\]*"|[-+\w.]+|\{[^{}]*\})\s*,\s*)*'
    r'"(?:(?:QueryResponse|CDCResponse)"\s*:\s*[\[{]|(?:Invoices|Contacts|value)"\s*:\s*\[)'
)
"""An answer that says early that it is one, so that it need not be parsed as a whole to see that."""

_SPACE: Final = re.compile(r"[ \t\r\n\ufeff]*")
_CUT_WITHIN: Final = 8
_DEEPEST: Final = 16
"""Of answers inside answers; each is read once more to find its records."""

_MOST_BROKEN: Final = 1_000
"""Lines of NDJSON that are no records; with more of them it is no NDJSON."""

_Cut = (json.JSONDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One element: an object, or what stands where an object should be.

    Attributes:
        entity: name of the list it came from, such as Invoice; empty for a plain array.
        value: the object; null where there is a problem.
        problem: why it is not a record.
    """

    line: int
    entity: str
    value: dict[str, Any] | None
    problem: str | None = None


def json_records(text: str, where: str, parts: list[AnswerPart] | None = None) -> Iterator[JsonRecord]:
    """Every record of an array, of an answer with its list inside, of NDJSON, or of several of these in a row.

    Args:
        text: the file.
        where: the file, for messages.
        parts: takes what each answer says of the part that it holds.

    Raises:
        InputError: the text is cut off or is not JSON; records before that place were already given out.
    """
    return _Walk(text, where, [] if parts is None else parts).documents()


class _Walk:
    """A position in the text and the line it is on."""

    def __init__(self, text: str, where: str, parts: list[AnswerPart]) -> None:
        self.text, self.where, self.parts = text, where, parts
        self.line, self.counted, self.records, self.broken, self.depth = 1, 0, 0, 0, 0
        self.doubled: str | None = None
        self.decoder = json.JSONDecoder(
            parse_float=str, parse_int=str, parse_constant=str, strict=False, object_pairs_hook=self._object
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object; of a key that stands in it twice with two values, nobody knows which one was meant."""
        value = dict(pairs)
        if len(value) < len(pairs):
            twice = [key for key, said in pairs if value[key] != said]
            self.doubled = self.doubled or (f"the key {readable(twice[0])[:80]!r} is in it twice" if twice else None)
        return value

    def _decode(self, at: int) -> tuple[Any, int]:
        self.doubled = None
        return self.decoder.raw_decode(self.text, at)

    def documents(self) -> Iterator[JsonRecord]:
        at = self._skip(0)
        while at < len(self.text):
            start, self.depth = at, 0
            try:
                at = yield from self._document(at)
                at = self._skip(at)
            except _Cut as error:
                at = yield from self._next_line(start, error)

    def _document(self, at: int) -> Generator[JsonRecord, None, int]:
        """One array or object of the text; returns the position behind it."""
        if self.text[at] == "[":
            return (yield from self._elements(at, ""))
        answer = _ANSWER.match(self.text, at)
        if answer and not any(f'"{key}"' in answer[0] for key in _IDENTIFYING):
            return (yield from self._members(at))
        try:
            value, end = self._decode(at)
        except json.JSONDecodeError:
            if self.records == 0:  # the first records of an answer that is cut off are whole
                yield from self._members(at)
            raise
        yield from self._records(value, at, "")
        return end

    def _next_line(self, start: int, error: Exception) -> Generator[JsonRecord, None, int]:
        """In NDJSON a broken line is a broken record; anywhere else, and on the last line, it is the file."""
        end = self.text.find("\n", start)
        rest = self._skip(end) if end >= 0 else len(self.text)
        is_line = self.records > 0 and self.text[start] != "[" and "\n" in self.text[max(0, start - 2) : start]
        if not is_line or rest >= len(self.text):
            raise InputError([self._problem(error, start)])
        self.broken += 1
        if self.broken > _MOST_BROKEN:
            found = f"more than {_MOST_BROKEN:,} lines that are not JSON"
            raise InputError([Problem(self.where, found, "one object on each line", "Export it again.", self.line)])
        yield JsonRecord(self._line_at(start), "", None, "the line is not a JSON object")
        return rest

    def _elements(self, at: int, entity: str) -> Generator[JsonRecord, None, int]:
        """The elements of the array that opens at `at`; returns the position behind it."""
        at = self._skip(at + 1)
        if self.text[at : at + 1] == "]":
            return at + 1
        while True:
            start = at
            value, at = self._decode(at)
            yield from self._records(value, start, entity)
            at = self._skip(at)
            sign = self.text[at : at + 1]
            if sign == "]":
                return at + 1
            at = self._skip(self._expect(",", at))

    def _records(self, value: Any, start: int, entity: str) -> Iterator[JsonRecord]:
        line = self._line_at(start)
        if is_cut(value):
            self.records += 1
            yield JsonRecord(line, entity, None, str(CutError("the element", f"is the text {shown(value)}")))
        elif not isinstance(value, dict):
            self.records += 1
            yield JsonRecord(line, entity, None, f"the element is {_article(value)}, not an object")
        elif _is_container(value):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise RecursionError
            yield from self._members(start)
            self.depth -= 1
        else:
            self.records += 1
            yield JsonRecord(line, entity, value, self.doubled)

    def _members(self, at: int) -> Generator[JsonRecord, None, int]:
        """The records in an answer such as {"QueryResponse": {"Invoice": [...]}}; returns the position behind it."""
        said: dict[str, Any] = {}
        listed, before = "", self.records
        at = self._skip(at + 1)
        while self.text[at : at + 1] != "}":
            key, at = self._decode(at)
            at = self._skip(self._expect(":", self._skip(at)))
            entity = "" if key in CONTAINERS or key == "value" else str(key)
            is_list = key in CONTAINERS or key in RECORD_LISTS
            listed = listed or (entity if is_list else "")
            if is_list and self.text[at : at + 1] == "[":
                at = yield from self._elements(at, entity)
            elif key in CONTAINERS and self.text[at : at + 1] == "{":
                at = yield from self._members(at)
            else:
                start = at
                value, at = self._decode(at)
                if is_list and (isinstance(value, dict) or is_cut(value)):
                    yield from self._records(value, start, entity)
                said |= value if key == "pagination" and isinstance(value, dict) else {key: value}
            at = self._skip(at)
            if self.text[at : at + 1] != "}":
                at = self._skip(self._expect(",", at))
        part = part_of(listed, said, self.records - before)
        self.parts += [part] if part else []
        return at + 1

    def _expect(self, sign: str, at: int) -> int:
        if self.text[at : at + 1] != sign:
            message = f"Expecting {sign!r}"
            raise json.JSONDecodeError(message, self.text, at)
        return at + 1

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _line_at(self, at: int) -> int:
        if at < self.counted:  # an answer is walked a second time, from its beginning
            return self.text.count("\n", 0, at) + 1
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line

    def _problem(self, error: Exception, start: int) -> Problem:
        line = self.text.count("\n", 0, start) + 1
        if isinstance(error, json.JSONDecodeError):
            line = self.text.count("\n", 0, error.pos) + 1
            end = len(self.text.rstrip())
            if error.msg.startswith("Unterminated") or error.pos > end - _CUT_WITHIN:
                found = f"JSON that is cut off after {self.records} complete records"
                return Problem(self.where, found, "a complete file", "It is truncated: export or copy it again.", line)
            near = self.text[error.pos : error.pos + 20].splitlines()[:1]
            found = f"text that is not JSON ({error.msg} at {''.join(near)!r})"
            return Problem(self.where, found, "JSON", "Export it again; do not edit it by hand.", line)
        return Problem(
            self.where, "JSON nested too deeply to be records", "a list of records", "Export it again.", line
        )


def _is_container(value: dict[str, Any]) -> bool:
    names = value.keys()
    if not names.isdisjoint(CONTAINERS):
        return True
    lists = [value[name] for name in names & RECORD_LISTS if name != _DATA or _is_of_intacct(value[name])]
    return names.isdisjoint(_IDENTIFYING) and any(isinstance(entry, list | dict) or is_cut(entry) for entry in lists)


def _is_of_intacct(listed: Any) -> bool:
    """Whether a list is one of Sage Intacct's: many systems call their lists `data`."""
    return isinstance(listed, list) and any(isinstance(one, dict) and "RECORDNO" in one for one in listed)


def _article(value: Any) -> str:
    names = {str: "a text or a number", bool: "true or false", list: "a list", type(None): "null"}
    return names[type(value)]
