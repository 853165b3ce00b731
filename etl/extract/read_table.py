"""Tables to a text frame: the header, the furniture of a report, the columns that are ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from etl.errors import InputError, Problem
from etl.extract.conform import conform, split_lists, tidy
from etl.extract.footers import labels, titles_go_on
from etl.extract.formats.delimited import Numbered
from etl.extract.formats.powershell import mark_cut_cells, refuse_if_cut
from etl.extract.header import (
    Header,
    find_header,
    fold,
    header_problems,
    missing_problem,
    nearest_header,
    unread_balance,
)
from etl.extract.opened_file import OpenedFile
from etl.extract.profiles.line_guard import judge_lines, refuse_ids_of_customers
from etl.extract.profiles.profile import TABLE, Extract, TableProfile
from etl.extract.profiles.row_flags import find_flags
from etl.extract.profiles.running_balance import is_bare, why_no_open_balance
from etl.extract.report_titles import is_header_again
from etl.extract.row_tables import Table, open_table
from etl.extract.shapes.verdict import refuse_bills
from etl.extract.source_files import written_at
from etl.extract.stated import is_unread, stated_in
from etl.extract.unknown_words import unknown_terms
from etl.schemas import Relation


@dataclass(frozen=True)
class Found:
    """A header that fits a profile, and in which way of reading the file it was found."""

    table: Table
    candidate: int
    header: Header
    above: Sequence[Numbered]


PORTALS: Final = frozenset({"portal_invoices", "portal_mappings"})
"""Lists that may say in a line of their own when they were made."""
UNREAD_TIME: Final = (
    "line {} says when the list was made, but the time cannot be read: the list may be older than it seems"
)
"""What to say of such a line."""


def find_in(table: Table, profile: TableProfile, configured: Mapping[str, str]) -> Found | None:
    """The header of the profile; null where no way of reading the file shows it."""
    for number, rows in enumerate(table.candidates()):
        header = find_header(rows, profile, configured)
        if header is not None:
            return Found(table, number, _with_flags(header, profile), [row for row in rows if row[0] < header.line])
    return None


def _with_flags(header: Header, profile: TableProfile) -> Header:
    """A header with the columns that flag rows as deleted, void or hidden."""
    flags = find_flags(header.cells, profile.relation, header.positions.values())
    return replace(header, columns={**flags, **header.columns})


_DECISIVE: Final = frozenset(
    {"invoice_id_acct", "customer_id_acct", "parent_customer_id_acct", "merged_into_customer_id_acct", "account_number"}
    | {"document_type", "document_status", "is_active", "balance_amount", "portal_invoice_id", "invoice_id_cw"}
    | {"company_id_cw", "contact_id_cw", "status_id_cw"}
)
"""Columns that no other reading of a file may lose: who and what a row is, and whether anything is still owed."""


def best_in(
    table: Table, profiles: Iterable[TableProfile], configured: Mapping[str, str]
) -> tuple[TableProfile, Found] | None:
    """The profile that a file fits; of several the one that reads most of what decides, else the first."""
    return best_of([(profile, found) for profile in profiles if (found := find_in(table, profile, configured))])


def best_of(fitting: Iterable[tuple[TableProfile, Found]]) -> tuple[TableProfile, Found] | None:
    """The one of several fitting profiles that reads most of what decides."""
    return max(fitting, key=lambda fit: len(_DECISIVE & fit[1].header.columns.keys()), default=None)


def read_table(document: OpenedFile, profile: TableProfile, relation: Relation, found: Found) -> Extract:
    """Every row below the header.

    Raises:
        InputError: the header says that the table is something else, or a caption is there twice; all are listed.
    """
    header = found.header
    problems = header_problems(header, profile, document.file.name)
    if problems:
        raise InputError(problems)
    body = found.table.body(header, header.positions, found.candidate)
    is_list = relation.name in PORTALS
    frame = _without_captions(body.frame, header) if is_list else body.frame
    above = [numbered for numbered in found.above if any(cell.strip() for cell in numbered[1])]
    left_out = {"blank": body.blank, "preamble": len(above), "repeated header": body.frame.height - frame.height}
    notes = {reason: count for reason, count in left_out.items() if count}
    warnings = list(document.warnings)
    frame = mark_cut_cells(frame, [name for name in header.positions if name != "_items"])
    frame = tidy(split_lists(_joined_groups(frame, header), relation), relation)
    titles = [(line, " ".join(filter(None, map(str.strip, row)))) for line, row in above] if is_list else []
    lines = [*titles, *labels(frame)] if is_list else []
    warnings += [UNREAD_TIME.format(line) for line, text in lines if is_unread(text)]
    unknown = unknown_terms(frame)
    before = frame.height
    documents = _documents(frame, header, document.file.name) if _is_ledger(profile) else frame
    documents, header, no_balance = _without_running_balance(documents, header, document, relation)
    finished = profile.finish(documents)
    refuse_if_cut(finished, document.file.name)
    refuse_bills(frame, relation, document.file.name)
    if finished.height < before:
        notes["footer" if is_list else "repeated line item"] = before - finished.height
    warnings += no_balance or _oddities(header, relation, finished)
    return Extract(
        conform(finished, relation, document.file), profile.title, profile.shape, notes, None, warnings, unknown,
        header.captions, None, stated_in([text for _, text in lines], written_at(document.file)) if lines else [],
        *titles_go_on([text for _, text in titles], finished.height),
    )  # fmt: skip


def no_header(document: OpenedFile, profile: TableProfile, configured: Mapping[str, str]) -> list[Problem]:
    """Why the document is no table of this profile: what comes closest to its header, and what that lacks."""
    table = open_table(document)
    nearest = [header for rows in table.candidates() if (header := nearest_header(rows, profile, configured))]
    best = max(nearest, key=lambda header: (len(header.columns), len(header.cells)), default=None)
    problems = [missing_problem(best, profile, document.file.name, configured)]
    if best is not None:
        problems += header_problems(best, profile, document.file.name)
    return list(dict.fromkeys(problems))


def _without_captions(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """The rows of a list without those that repeat its captions."""
    captions = {name: header.cells[at] for name, at in header.columns.items()}
    return frame.filter(~is_header_again(captions))


def _oddities(header: Header, relation: Relation, finished: pl.DataFrame) -> list[str]:
    balance = unread_balance(header.cells, header.columns) if relation.name == "accounting_invoices" else None
    emptiness = None if finished.height else "the file has a header and no rows"
    return [odd for odd in (balance, emptiness) if odd]


def _without_running_balance(
    frame: pl.DataFrame, header: Header, document: OpenedFile, relation: Relation
) -> tuple[pl.DataFrame, Header, list[str]]:
    """Without a `Balance` that is not what is owed of each invoice, and the warning."""
    why = None
    if may_run(header, relation) and "balance_amount" not in document.source.columns:
        why = why_no_open_balance(frame.filter(pl.col("read_problem").is_null()))
    if why is None:
        return frame, header, []
    caption = header.cells[header.columns["balance_amount"]]
    columns = {name: at for name, at in header.columns.items() if name != "balance_amount"}
    warning = f"{caption} is not read as the open balance, so what is still owed is not known: {why}"
    warning += f'; if it is the open balance, set balance_amount = "{caption}" under columns'
    return frame.drop("balance_amount"), replace(header, columns=columns), [warning]


def may_run(header: Header, relation: Relation) -> bool:
    """Whether the rows must show that a balance is an open one, as its caption does not say so."""
    at = header.columns.get("balance_amount")
    return relation.name == "accounting_invoices" and at is not None and is_bare(fold(header.cells[at]))


def _is_ledger(profile: TableProfile) -> bool:
    return profile.shape == TABLE and profile.relation == "accounting_invoices"


def _documents(frame: pl.DataFrame, header: Header, where: str) -> pl.DataFrame:
    """A row for each document of a list of invoices.

    Raises:
        InputError: its rows are line items, or its only id is the customer's.
    """
    refuse_ids_of_customers(frame, header, where)
    return judge_lines(_without_repeated_lines(frame, header), header, where)


def _without_repeated_lines(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """In a list of line items, one row of those that say the same of one document."""
    keys = [name for name in ("invoice_id_acct", "invoice_number") if name in frame.columns]
    if not keys or not header.is_of_lines:
        return frame
    said = [name for name in frame.columns if name not in {"source_line", "read_problem"}]
    is_again = ~pl.struct(said).is_first_distinct()
    return frame.filter(~(is_again & pl.coalesce(keys).is_not_null() & pl.col("read_problem").is_null()))


def _joined_groups(frame: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Cells such as types/0/name, types/1/name become one list; those of our own further use stay apart."""
    for column, group in header.groups.items():
        if not column.startswith("_"):
            parts = [f"{column}/{number}" for number in sorted(group)]
            frame = frame.with_columns(pl.concat_list(parts).list.drop_nulls().alias(column)).drop(parts)
    return frame
