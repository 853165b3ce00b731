"""Tables to a text frame: the header, the furniture of a report, the columns that are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from etl.errors import InputError, Problem
from etl.extract import furniture
from etl.extract.captions import Header, find_header, header_problems, missing_problem, nearest_header
from etl.extract.delimited import Numbered
from etl.extract.documents import Document, Kind
from etl.extract.frames import conform, split_lists, tidy
from etl.extract.invoice_terms import DOCUMENT_STATUSES, DOCUMENT_TYPES, unknown_words
from etl.extract.profile import Extract, TableProfile
from etl.extract.tables import Table, open_table
from etl.schemas import Relation


@dataclass(frozen=True)
class Found:
    """A header that fits a profile, and in which way of reading the file it was found."""

    table: Table
    candidate: int
    header: Header
    above: Sequence[Numbered]


def find_in(table: Table, profile: TableProfile, configured: Mapping[str, str]) -> Found | None:
    """The header of the profile; null where no way of reading the file shows it."""
    for number, rows in enumerate(table.candidates()):
        header = find_header(rows, profile, configured)
        if header is not None:
            return Found(table, number, header, [row for row in rows if row[0] < header.line])
    return None


def read_table(document: Document, profile: TableProfile, relation: Relation, found: Found) -> Extract:
    """Every row below the header.

    Raises:
        InputError: the header says that the table is something else, or a caption is there twice; all are listed.
    """
    header = found.header
    problems = header_problems(header, profile, document.file.name)
    if problems:
        raise InputError(problems)
    wanted = {
        **header.positions,
        **({f"_cell/{at}": at for at in range(len(header.cells))} if profile.is_report else {}),
    }
    body = found.table.body(header, wanted, found.candidate)
    notes = {"blank": body.blank} if body.blank else {}
    above = [row for _, row in found.above if any(cell.strip() for cell in row)]
    if above:
        notes["preamble"] = len(above)
    frame, warnings = body.frame, list(_decoding_warnings(document))
    printed_at = None
    if profile.is_report:
        told = furniture.remove(frame, header, profile)
        frame, notes = told.frame, {**notes, **told.notes}
        warnings += told.warnings
        printed_at = told.printed_at
    frame = tidy(split_lists(_joined_groups(frame, header), relation), relation)
    warnings += _unknown_terms(frame)
    before = frame.height
    finished = profile.finish(frame)
    if finished.height < before:
        notes["repeated line item"] = before - finished.height
    if not finished.height:
        warnings.append("the file has a header and no rows")
    window = furniture.window_of(above) if profile.is_report else None
    rows = conform(finished, relation, document.file)
    return Extract(rows, profile.title, profile.shape, notes, window, warnings, printed_at)


def no_header(document: Document, profile: TableProfile, configured: Mapping[str, str]) -> list[Problem]:
    """Why the document is no table of this profile: what comes closest to its header, and what that lacks."""
    table = open_table(document)
    nearest = [header for rows in table.candidates() if (header := nearest_header(rows, profile, configured))]
    best = max(nearest, key=lambda header: (len(header.columns), len(header.cells)), default=None)
    problems = [missing_problem(best, profile, document.file.name, configured)]
    if best is not None:
        problems += header_problems(best, profile, document.file.name)
    return list(dict.fromkeys(problems))


def _decoding_warnings(document: Document) -> tuple[str, ...]:
    return document.decoded.warnings if document.kind is Kind.DELIMITED else ()


def _joined_groups(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Cells such as types/0/name, types/1/name become one list; those of our own further use stay apart."""
    for column, group in header.groups.items():
        if not column.startswith("_"):
            parts = [f"{column}/{number}" for number in sorted(group)]
            frame = frame.with_columns(pl.concat_list(parts).list.drop_nulls().alias(column)).drop(parts)
    return frame


def _unknown_terms(frame: pl.DataFrame) -> list[str]:
    warnings = []
    for column, known, taken in (
        ("document_type", DOCUMENT_TYPES, "taken as other"),
        ("document_status", DOCUMENT_STATUSES, "the amounts decide"),
    ):
        if column in frame.columns and "invoice_id_cw" not in frame.columns:
            words = unknown_words(frame, column, known)
            warnings += [f"{column} {', '.join(words)} is not known: {taken}"] if words else []
    return warnings
