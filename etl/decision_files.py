"""Decided files as people save them: their bytes, and the rows in them, whatever program wrote them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.delimited import DELIMITERS, first_rows, rows_of
from etl.extract.encoding import decode
from etl.extract.workbook import Sheet, sheets
from etl.review.decisions import ApprovalRefused, Line, is_header, is_undecided, lines_of

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
        ApprovalRefused: it is none.
    """
    expected, remedy = "a fix file", "Save it again as CSV or XLSX."
    try:
        _refuse_odd(file, file.lstat())
        with open(file, "rb", opener=lambda path, flags: os.open(path, flags | _NEVER_WAIT)) as opened:
            _refuse_odd(file, os.fstat(opened.fileno()))
            data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ApprovalRefused(Problem(str(file), f"no readable file ({error.strerror})", expected, remedy)) from None
    if data.startswith(_OLD_WORKBOOK):
        raise ApprovalRefused(Problem(str(file), "an old Excel workbook (.xls)", expected, remedy))
    return data


def _refuse_odd(file: Path, told: os.stat_result) -> None:
    if not stat.S_ISREG(told.st_mode):
        found = "a link to another file" if stat.S_ISLNK(told.st_mode) else "no file (a pipe, a device or a folder)"
        raise ApprovalRefused(Problem(str(file), found, "a fix file", "Put the file itself there."))
    if told.st_size > _MOST_BYTES:
        most, remedy = f"at most {_MOST_BYTES:,}", "Save it again as CSV or XLSX."
        raise ApprovalRefused(Problem(str(file), f"{told.st_size:,} bytes", most, remedy))


def read_rows(data: bytes, where: str) -> DecisionFile:
    """The rows of a file, whatever program saved it.

    Args:
        data: its bytes.
        where: the file, as the user named it.

    Raises:
        ApprovalRefused: it is no fix file, or holds decisions that nobody sees.
    """
    try:
        if data.startswith(_PACKED):
            lines = _lines_of_workbook(sheets(data, where), where)
        else:
            text = decode(data, where).text
            lines = list(lines_of(rows_of(text, _delimiter(text), where), where))
    except InputError as error:
        raise ApprovalRefused(error.problems[0]) from None
    return DecisionFile(lines, hashlib.sha256(data).hexdigest())


def decided_on(file: Path) -> frozenset[str]:
    """The runs whose proposals a file was decided on, as it names them itself.

    Raises:
        ApprovalRefused: it is no file that can be read.
    """
    lines = read_rows(content_of(file), str(file)).lines
    return frozenset(line.cells["run_id"] for line in lines if line.cells["run_id"])


def _lines_of_workbook(book: Sequence[Sheet], where: str) -> list[Line]:
    """The rows of the sheet that holds the decisions; those of a second sheet, or a hidden one, are not passed over."""
    expected = "decisions on one sheet that shows"
    own = [sheet for sheet in book if any(is_header(row) for _, row in sheet.rows[:_HEADER_ROWS])]
    decided = [(sheet, lines) for sheet in own if not all(map(is_undecided, lines := _lines(sheet, where)))]
    hidden = next((sheet for sheet, _ in decided if sheet.is_hidden), None)
    if hidden is not None:
        remedy = "Show the sheet, check what is decided there, and save the file again."
        raise ApprovalRefused(Problem(where, f"decisions on the hidden sheet {hidden.name!r}", expected, remedy))
    if len(decided) > 1:
        names = " and ".join(repr(sheet.name) for sheet, _ in decided)
        remedy = "Keep one of the sheets, or save each as a file of its own."
        raise ApprovalRefused(Problem(where, f"decisions on the sheets {names}", expected, remedy))
    if decided:
        return decided[0][1]
    return _lines((own or book)[0], where) if book else list(lines_of([], where))


def _lines(sheet: Sheet, where: str) -> list[Line]:
    return [replace(line, is_hidden=line.line in sheet.hidden_rows) for line in lines_of(sheet.rows, where)]


def _delimiter(text: str) -> str:
    """The delimiter that makes a header of ours; the comma where none does, so that the refusal tells of the header."""
    for delimiter in DELIMITERS:
        if any(is_header(row) for _, row in first_rows(text, delimiter, _HEADER_ROWS)):
            return delimiter
    return ","
