"""Decided files as people save them: their bytes, and the rows in them, whatever program wrote them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.formats.delimited import DELIMITERS, first_rows, rows_of
from etl.extract.formats.encoding import decode
from etl.extract.formats.workbook import Sheet, sheets
from etl.review.contacts.contact_decisions import CONTACTS
from etl.review.decision_file import NO_HEADER, DecisionFileError, Form, Line, is_header, is_undecided, lines_of
from etl.review.mapping_decisions import MAPPINGS

_MOST_BYTES: Final = 64_000_000
_HEADER_ROWS: Final = 20
_PACKED: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_NEVER_WAIT: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
"""A pipe or a link that takes the place of the file is neither waited for nor followed."""


@dataclass(frozen=True)
class DecisionFile:
    """The rows of a file, and SHA-256 of the bytes that they were read from."""

    lines: Sequence[Line]
    digest: str


def content_of(file: Path) -> bytes:
    """The bytes of an ordinary file of an ordinary size.

    Raises:
        DecisionFileError: it is none.
    """
    expected, remedy = "a fix file", "Save it again as CSV or XLSX."
    try:
        _refuse_odd(file, file.lstat())
        with open(file, "rb", opener=lambda path, flags: os.open(path, flags | _NEVER_WAIT)) as opened:
            _refuse_odd(file, os.fstat(opened.fileno()))
            data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DecisionFileError(Problem(str(file), f"no readable file ({error.strerror})", expected, remedy)) from None
    if data.startswith(_OLD_WORKBOOK):
        raise DecisionFileError(Problem(str(file), "an old Excel workbook (.xls)", expected, remedy))
    return data


def _refuse_odd(file: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        found = (
            "a link to another file"
            if stat.S_ISLNK(status.st_mode)
            else "not a regular file (a pipe, a device or a folder)"
        )
        raise DecisionFileError(Problem(str(file), found, "a fix file", "Put the file itself there."))
    if status.st_size > _MOST_BYTES:
        most, remedy = f"at most {_MOST_BYTES:,}", "Save it again as CSV or XLSX."
        raise DecisionFileError(Problem(str(file), f"{status.st_size:,} bytes", most, remedy))


def read_rows(data: bytes, where: str, form: Form = MAPPINGS) -> DecisionFile:
    """The rows of a file, whatever program saved it.

    Args:
        data: its bytes.
        where: the file, as the user named it.
        form: the kind of fix file that it is to be.

    Raises:
        DecisionFileError: it is no file of this kind, or holds decisions that nobody sees.
    """
    try:
        if data.startswith(_PACKED):
            lines = _lines_of_workbook(sheets(data, where), where, form)
        else:
            text = decode(data, where).text
            rows = list(rows_of(text, _delimiter(text, form), where))
            _refuse_cut(text, rows, where)
            lines = list(lines_of(rows, where, form))
    except InputError as error:
        raise DecisionFileError(error.problems[0]) from None
    except DecisionFileError as error:
        if error.problem.found == NO_HEADER:
            _refuse_other_kind(data, where, form)
        raise
    return DecisionFile(lines, hashlib.sha256(data).hexdigest())


def _refuse_cut(text: str, rows: Sequence[tuple[int, Sequence[str]]], where: str) -> None:
    """A last line that has fewer fields than the header, and no end: the file was not written to its end."""
    if not rows or text.endswith(("\n", "\r")):
        return
    (number, last), fields = rows[-1], max(len(row) for _, row in rows)
    if 0 < len(last) < fields and any(last):
        found = f"a last row with {len(last)} of {fields} fields, and no end of the line"
        remedy = "Save or copy the file again: it was cut off, and rows behind this one may be lost."
        raise DecisionFileError(Problem(where, found, "a whole file", remedy, number))


def _refuse_other_kind(data: bytes, where: str, form: Form) -> None:
    """Name the command for a fix file of the other kind.

    Raises:
        DecisionFileError: it is one.
    """
    other, found, command = (
        (CONTACTS, "contact_fixes.csv", "contacts") if form is MAPPINGS else (MAPPINGS, "mapping_fixes.csv", "mappings")
    )
    if _is_about(data, other):
        remedy = f"This is {found}: use billsight {command} import."
        raise DecisionFileError(Problem(where, found, form.files, remedy))


def decided_on(file: Path) -> frozenset[str]:
    """The runs whose proposals a file was decided on, as it names them itself.

    Raises:
        DecisionFileError: it is no file that can be read.
    """
    data = content_of(file)
    lines = read_rows(data, str(file), CONTACTS if is_about_contacts(data) else MAPPINGS).lines
    return frozenset(line.cells["run_id"] for line in lines if line.cells["run_id"])


def is_about_contacts(data: bytes) -> bool:
    """Whether these are the bytes of a fix file of contacts; in a workbook the sheets with decisions say so.

    What cannot be read is none: the importer of mappings tells what is wrong with it.
    """
    return _is_about(data, CONTACTS)


def _is_about(data: bytes, wanted: Form) -> bool:
    try:
        if data.startswith(_PACKED):
            own = [(sheet, form) for sheet in sheets(data, "") if (form := _form_of(sheet.rows[:_HEADER_ROWS]))]
            decided = [form for sheet, form in own if _is_decided(sheet, form)]
            return wanted in (decided or [form for _, form in own])
        text = decode(data, "").text
        return any(_form_of(first_rows(text, delimiter, _HEADER_ROWS)) is wanted for delimiter in DELIMITERS)
    except Exception:  # noqa: BLE001 whatever a file holds, it never keeps the others from being taken
        return False


def _form_of(rows: Iterable[tuple[int, Sequence[str]]]) -> Form | None:
    """The kind of fix file that its header names; null where it has none."""
    found = (form for _, row in rows for form in (MAPPINGS, CONTACTS) if is_header(row, form))
    return next(found, None)


def _is_decided(sheet: Sheet, form: Form) -> bool:
    try:
        return not all(map(is_undecided, _lines(sheet, "", form)))
    except DecisionFileError:  # of its importer, with the reason
        return True


def _lines_of_workbook(book: Sequence[Sheet], where: str, form: Form) -> list[Line]:
    """The rows of the sheet that holds the decisions; those of a second sheet, or a hidden one, are not passed over."""
    expected = "decisions on one sheet that shows"
    forms = [(sheet, _form_of(sheet.rows[:_HEADER_ROWS])) for sheet in book]
    own = [sheet for sheet, found in forms if found is form]
    decided = [sheet for sheet, found in forms if own and found is not None and _is_decided(sheet, found)]
    hidden = next((sheet for sheet in decided if sheet.is_hidden), None)
    if hidden is not None:
        remedy = "Show the sheet, check what is decided there, and save the file again."
        raise DecisionFileError(Problem(where, f"decisions on the hidden sheet {hidden.name!r}", expected, remedy))
    if len(decided) > 1:
        names = " and ".join(repr(sheet.name) for sheet in decided)
        remedy = "Keep one of the sheets, or save each as a file of its own."
        raise DecisionFileError(Problem(where, f"decisions on the sheets {names}", expected, remedy))
    if decided and decided[0] not in own:
        found, remedy = f"decisions of another kind on the sheet {decided[0].name!r}", "Save it as a file of its own."
        raise DecisionFileError(Problem(where, found, f"a sheet of {form.files}", remedy))
    if book:
        return _lines((decided or own or book)[0], where, form)
    return list(lines_of([], where, form))


def _lines(sheet: Sheet, where: str, form: Form) -> list[Line]:
    return [replace(line, is_hidden=line.line in sheet.hidden_rows) for line in lines_of(sheet.rows, where, form)]


def _delimiter(text: str, form: Form) -> str:
    """The delimiter that makes a header of ours; the comma where none does, so that the refusal tells of the header."""
    for delimiter in DELIMITERS:
        if any(is_header(row, form) for _, row in first_rows(text, delimiter, _HEADER_ROWS)):
            return delimiter
    return ","
