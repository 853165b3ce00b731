"""A file whose shape is known, read as that shape says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from etl.domain import Reader
from etl.errors import InputError, Problem
from etl.extract.conform import conform, split_lists, tidy
from etl.extract.footers import labels, titles_go_on
from etl.extract.formats.powershell import mark_cut_cells, refuse_if_cut
from etl.extract.header import currency_problems, repeated_captions, unread_balance
from etl.extract.opened_file import OpenedFile
from etl.extract.profiles import generic_table
from etl.extract.profiles.connectwise_csv import finish_companies, finish_listed_contacts, finish_listed_invoices
from etl.extract.profiles.document_terms import document_type
from etl.extract.profiles.profile import Extract, Transform
from etl.extract.read_table import PORTALS, UNREAD_TIME
from etl.extract.report_titles import as_of_lines, is_header_again, printed, window_of
from etl.extract.row_buffer import Body
from etl.extract.shapes.cell_values import apply_values, complete_sums
from etl.extract.shapes.document_lines import join_lines, refuse_doubtful
from etl.extract.shapes.heading_kinds import not_customers
from etl.extract.shapes.recognizer import Held, captions_of
from etl.extract.shapes.row_kinds import cell_names, judge_rows
from etl.extract.shapes.verdict import refuse_bills
from etl.extract.source_files import written_at
from etl.extract.stated import is_unread, stated_in
from etl.extract.unknown_words import unknown_terms
from etl.schemas import Relation

FINISH: Final[Mapping[str, Transform]] = {
    **{profile.relation: profile.finish for profile in generic_table.PROFILES},
    "connectwise_companies": finish_companies,
    "connectwise_contacts": finish_listed_contacts,
    "connectwise_invoices": finish_listed_invoices,
}
"""Relation -> what derives keys, types and states."""
_NOBODYS: Final = "document without a customer"
_OURS: Final = ("other", "bill", "journal")
"""Types that are no document of a client where nobody is named."""


def read_shape(document: OpenedFile, held: Held, relation: Relation) -> Extract:
    """Every record below the header.

    Raises:
        InputError: a caption that is needed once is there twice, or the file holds line items that are refused.
    """
    _refuse_columns(document, held, relation)
    header, shape = held.header, held.shape
    is_report = shape.rows.is_report
    cells = {name: at for at, name in enumerate(cell_names(header))} if is_report else {}
    body = held.table.body(header, {**header.positions, **cells}, held.candidate)
    notes: Counter[str] = Counter(_surroundings(held, body))
    frame, warnings, footers = body.frame, list(document.warnings), []
    if is_report and frame.height:
        apart = judge_rows(frame, header, shape)
        _refuse_other_groups(document, held, apart.headings)
        frame, warnings, footers = apart.frame, [*warnings, *apart.warnings], apart.footers
        notes.update(apart.counts)
        if not apart.counts and (shape.rows.totals or shape.rows.footer):
            warnings.append("no TOTAL row and no footer: the report may be cut short")
    elif frame.height:
        captions = {name: header.cells[at] for name, at in header.columns.items()}
        frame = frame.filter(~is_header_again(captions))
        notes.update({"repeated header": body.frame.height - frame.height})
    frame = tidy(split_lists(mark_cut_cells(frame, list(header.columns)), relation), relation)
    frame, left_out = apply_values(frame, shape)
    notes.update(left_out)
    frame, nobodys = _without_strangers(frame, relation)
    notes.update({_NOBODYS: nobodys} if nobodys else {})
    before, unknown = frame.height, unknown_terms(frame)
    refuse_doubtful(frame, shape, document.file.name)
    joined = complete_sums(join_lines(frame, shape, document.file.name), shape)
    notes.update({"repeated line item": before - joined.height} if before > joined.height else {})
    finished = FINISH[relation.name](joined)
    refuse_bills(joined, relation, document.file.name)
    refuse_if_cut(finished, document.file.name)
    warnings += [] if finished.height else ["the file has a header and no rows"]
    found = _extract(document, held, relation, (finished, dict(+notes), warnings, unknown, footers))
    return _of_portal(found, document, held, joined) if relation.name in PORTALS else found


def _extract(
    document: OpenedFile,
    held: Held,
    relation: Relation,
    read: tuple[pl.DataFrame, dict[str, int], list[str], list[str], list[str]],
) -> Extract:
    finished, notes, warnings, unknown, footers = read
    shape, header = held.shape, held.header
    lines = [row for _, row in held.above]
    printed_at = next((at for at in map(printed, reversed(footers)) if at), None)
    as_of = stated_in(as_of_lines(lines), written_at(document.file))
    as_of = [one for one in as_of if printed_at is None or one.at.date() < printed_at.date()]
    is_list = relation.name == "accounting_invoices"
    balance = unread_balance(header.cells, header.columns) if is_list and not shape.not_read else None
    return Extract(
        conform(finished, relation, document.file),
        shape.full_title,
        shape.family,
        notes,
        window_of(lines),
        warnings + ([balance] if balance else []),
        unknown,
        captions_of(held),
        printed_at,
        as_of,
        shape_read=Reader(shape.id, shape.version, shape.digest),
        is_open_only=shape.knows.is_open_only,
        absent=shape.knows.absent,
        formats=shape.values.formats,
    )


def _of_portal(found: Extract, document: OpenedFile, held: Held, frame: pl.DataFrame) -> Extract:
    """With what lines of a portal's list say: when it was made, and whether it goes on.

    Args:
        found: what was read.
        document: its file.
        held: its shape.
        frame: the rows with the footers among them.
    """
    above = [(line, " ".join(filter(None, map(str.strip, row)))) for line, row in held.above]
    titles = [(line, text) for line, text in above if text]
    lines = [*titles, *labels(frame)]
    unread = [UNREAD_TIME.format(line) for line, text in lines if is_unread(text)]
    goes_on, may_go_on = titles_go_on([text for _, text in titles], found.frame.height)
    footers = frame.height - found.frame.height
    return replace(
        found,
        shape_notes={**found.shape_notes, **({"footer": footers} if footers else {})},
        warnings=[*found.warnings, *unread],
        stated=stated_in([text for _, text in lines], written_at(document.file)),
        goes_on=goes_on,
        may_go_on=may_go_on,
    )


def _refuse_columns(document: OpenedFile, held: Held, relation: Relation) -> None:
    where = document.file.name
    problems = repeated_captions(held.header, where)
    problems += currency_problems(held.header, where) if relation.name == "accounting_invoices" else []
    if problems:
        raise InputError(problems)


def _refuse_other_groups(document: OpenedFile, held: Held, headings: list[tuple[str, bool]]) -> None:
    kind = not_customers(headings) if held.shape.rows.group == "customer" else None
    if kind is not None:
        found = f"{held.shape.full_title} grouped by {kind}: the customer of an invoice is not known"
        remedy = "Group it by customer and export it again."
        raise InputError([Problem(document.file.name, found, "headings that are customers", remedy)])


def _surroundings(held: Held, body: Body) -> dict[str, int]:
    above = sum(any(cell.strip() for cell in row) for _, row in held.above)
    return {name: count for name, count in {"blank": body.blank, "preamble": above}.items() if count}


def _without_strangers(frame: pl.DataFrame, relation: Relation) -> tuple[pl.DataFrame, int]:
    """Without checks, deposits and journal entries that name nobody; and how many those are.

    Locality: row.
    """
    if relation.name != "accounting_invoices" or {"document_type", "customer_name"}.difference(frame.columns):
        return frame, 0
    is_ours = pl.col("document_type").is_not_null() & document_type("document_type").is_in(_OURS)
    is_nobodys = is_ours & pl.col("customer_name").is_null() & pl.col("read_problem").is_null()
    kept = frame.filter(~is_nobodys)
    return kept, frame.height - kept.height
