"""Decided files as people save them: their bytes, and the rows in them, whatever program wrote them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.errors import InputError, Problem
from etl.extract.delimited import DELIMITERS, first_rows, rows_of
from etl.extract.encoding import decode
from etl.extract.workbook import sheet_rows
from etl.review.contact_decisions import CONTACTS
from etl.review.decisions import MAPPINGS, ApprovalRefused, Form, Line, is_header, lines_of

_MOST_BYTES: Final = 64_000_000
_HEADER_ROWS: Final = 20
_PACKED: Final = b"PK\x03\x04"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class DecisionFile:
    """The rows of a file, and which bytes they were read from."""

    lines: Sequence[Line]
    digest: str


def read_rows(data: bytes, where: str, form: Form = MAPPINGS) -> DecisionFile:
    """The rows of a file, whatever program saved it.

    Args:
        data: its bytes.
        where: the file, as the user named it.
        form: the kind of fix file that it is to be.

    Raises:
        ApprovalRefused: it is no file of this kind, or cannot be read.
    """
    try:
        if data.startswith(_PACKED):
            lines = list(lines_of(sheet_rows(data, where, None), where, form))
        else:
            text = decode(data, where).text
            lines = list(lines_of(rows_of(text, _delimiter(text, form), where), where, form))
    except InputError as error:
        raise ApprovalRefused(error.problems[0]) from None
    return DecisionFile(lines, hashlib.sha256(data).hexdigest())


def decided_on(file: Path) -> frozenset[str]:
    """The runs whose proposals a file was decided on, as it names them itself.

    Raises:
        ApprovalRefused: it is no file that can be read.
    """
    data = content_of(file)
    lines = read_rows(data, str(file), CONTACTS if is_about_contacts(data) else MAPPINGS).lines
    return frozenset(line.cells["run_id"] for line in lines if line.cells["run_id"])


def is_about_contacts(data: bytes) -> bool:
    """Whether these are the bytes of a fix file of contacts; what cannot be read is none."""
    try:
        read_rows(data, "", CONTACTS)
    except ApprovalRefused as error:
        return error.problem.line is not None  # a header of contacts, and below it what is refused
    except Exception:  # noqa: BLE001 whatever a file holds, the importer of mappings tells what is wrong with it
        return False
    return True


def content_of(file: Path) -> bytes:
    """The bytes of an ordinary file of an ordinary size.

    Raises:
        ApprovalRefused: it is none.
    """
    expected, remedy = "a fix file", "Save it again as CSV or XLSX."
    try:
        told = file.lstat()
        if not stat.S_ISREG(told.st_mode):
            found = "a link to another file" if stat.S_ISLNK(told.st_mode) else "no file (a pipe, a device or a folder)"
            raise ApprovalRefused(Problem(str(file), found, expected, "Put the file itself there."))
        if told.st_size > _MOST_BYTES:
            raise ApprovalRefused(Problem(str(file), f"{told.st_size:,} bytes", f"at most {_MOST_BYTES:,}", remedy))
        data = file.read_bytes()
    except OSError as error:
        raise ApprovalRefused(Problem(str(file), f"no readable file ({error.strerror})", expected, remedy)) from None
    if data.startswith(_OLD_WORKBOOK):
        raise ApprovalRefused(Problem(str(file), "an old Excel workbook (.xls)", expected, remedy))
    return data


def _delimiter(text: str, form: Form) -> str:
    """The delimiter that makes a header of ours; the comma where none does, so that the refusal tells of the header."""
    for delimiter in DELIMITERS:
        if any(is_header(row, form) for _, row in first_rows(text, delimiter, _HEADER_ROWS)):
            return delimiter
    return ","
