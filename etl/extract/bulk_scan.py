"""The fast path for big tables: one strict SQL select over the file; what does not fit its strict form is set aside.

Reading text and judging it value by value costs several times what the SQL engine needs to read typed columns. A big
file is almost always clean, so it is cast strictly in one pass, and the few rows that do not fit come back as they are,
for the same careful reading that small files get. Both ways must give the same rows.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from etl.config import Source
from etl.domain import SourceFile
from etl.errors import InputError, Problem
from etl.extract.conform import BLANKS, conform, split_lists, tidy, without_nuls
from etl.extract.footers import has_lone_rows
from etl.extract.formats.compression import DAMAGES, GZIP_MAGIC, ZSTD_MAGIC, open_plain, refuse_bomb
from etl.extract.formats.delimited import first_rows, numbered
from etl.extract.formats.plain_bytes import is_plain
from etl.extract.formats.powershell import mark_cut_cells
from etl.extract.header import header_problems, unread_balance
from etl.extract.opened_file import FileKind, OpenedFile, peek
from etl.extract.profiles.bulk_checks import has_line_items, has_running_balance
from etl.extract.profiles.line_guard import has_lone_id
from etl.extract.profiles.profile import CONNECTWISE_CSV, TABLE, Extract, TableProfile
from etl.extract.profiles.registry import table_profiles
from etl.extract.read import source_problems
from etl.extract.read_table import PORTALS, Found, best_in, may_run
from etl.extract.report_titles import is_header_again
from etl.extract.row_tables import RowTable, open_table
from etl.extract.shapes.catalogue import Shapes
from etl.extract.shapes.recognizer import judge_document
from etl.extract.unknown_words import unknown_terms
from etl.schemas import Relation

_SHAPES: Final = frozenset({TABLE, CONNECTWISE_CSV})
_SAMPLE_ROWS: Final = 500
_UTF8: Final = frozenset({"utf-8", "utf-8-sig", "utf8"})
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "accounting_invoices": frozenset({"invoice_id_acct", "customer_id_acct"}),
    "accounting_customers": frozenset({"customer_id_acct"}),
    "portal_invoices": frozenset(),
    "portal_mappings": frozenset(),
    "connectwise_companies": frozenset(),
    "connectwise_contacts": frozenset({"default_email"}),
    "connectwise_invoices": frozenset(),
}
"""Columns whose derivation is too particular for SQL: a file that lacks them is read as text."""


@dataclass(frozen=True)
class BulkScan:
    """A file that one select can read.

    Attributes:
        captions: every caption of the file, in order.
        columns: our column -> position of its caption; what is not here is not in the file.
        is_padded: the first rows have blanks around their values.
        is_plain: no value is quoted, has blanks around it or a control character in it, in no row of the file.
        is_gzip: it is compressed, whatever its name says.
        book: the accounting company that ids belong to, where it is named.
        is_point_certain: the configuration says that a point separates the decimals; else 1.234 may be over a thousand.
    """

    path: Path
    name: str
    relation: Relation
    profile: TableProfile
    delimiter: str
    captions: tuple[str, ...]
    columns: Mapping[str, int]
    is_padded: bool = False
    is_point_certain: bool = False
    is_gzip: bool = False
    is_plain: bool = False
    book: str | None = None

    @property
    def warnings(self) -> list[str]:
        """What is odd about the captions."""
        warning = unread_balance(self.captions, self.columns) if self.relation.name == "accounting_invoices" else None
        return [warning] if warning else []


def bulk_scan(  # noqa: PLR0913 what read_text takes, and from which size on
    file: SourceFile, relation: Relation, source: Source, minimum_bytes: int, shapes: Shapes | None = None
) -> BulkScan | None:
    """Whether a file can be read by one select: big, delimited, UTF-8, header on its first line, columns only renamed.

    Null means that `read_text` should read it, or say what is wrong with it.
    """
    try:
        if file.path.stat().st_size < minimum_bytes or relation.name not in _NEEDED or _is_pattern(file.path):
            return None
        if source.decimal_comma or _magic(file.path) == ZSTD_MAGIC:
            return None
        if source_problems(file.name, relation, source, shapes):
            return None
        document = peek(file, source, shapes=shapes)
        is_text = document.kind is FileKind.DELIMITED and b"\0" not in document.data
        if not is_text or document.decoded.encoding.lower() not in _UTF8:
            return None
        return _scan(document, relation, source)
    except (OSError, InputError, *DAMAGES):
        return None


def _is_pattern(path: Path) -> bool:
    """Whether the SQL engine would take the name for a pattern, or for a place that is none on this disk."""
    text = str(path)
    return not text.isprintable() or "://" in text or any(sign in text for sign in "*?[]{}~")


def lines_of(file: SourceFile, scan: BulkScan, raw_rows: Sequence[str]) -> list[int | None]:
    """The physical lines of rows that were set aside, found by reading the file a second time.

    Args:
        file: the file that was scanned.
        scan: how it was scanned.
        raw_rows: the rows' `unparsed` texts.

    Returns:
        for each of them the line; equal rows take the lines on which such rows stand, one after the other.
    """
    names = list(scan.columns)
    wanted: dict[tuple[str, ...], list[int]] = {}
    for number, raw in enumerate(raw_rows):
        values = json.loads(raw)
        wanted.setdefault(tuple(values.get(name) or "" for name in names), []).append(number)
    lines: list[int | None] = [None] * len(raw_rows)
    positions = [scan.columns[name] for name in names]
    width = len(scan.captions)
    with open_plain(file.path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
        for line, row in numbered(text, scan.delimiter, scan.name):
            # the header may stand in the file a second time, but it is a row only there
            if line > 1 and len(row) == width and (queue := wanted.get(tuple(row[at] for at in positions))):
                lines[queue.pop(0)] = line
    return lines


def careful_rows(file: SourceFile, scan: BulkScan, raw_rows: Sequence[str], lines: Sequence[int | None]) -> Extract:
    """The rows that were set aside, as `read_text` would have given them; rows without any value are left out.

    Raises:
        InputError: one of them repeats the captions of a portal's list, or may be a footer of it, which only the rows
            around it can say.
    """
    records = [json.loads(row) for row in raw_rows]
    data = [pl.Series(name, [record.get(name) for record in records], dtype=pl.String) for name in scan.columns]
    data.append(pl.Series("source_line", lines, dtype=pl.Int64))
    data.append(pl.Series("read_problem", [None] * len(records), dtype=pl.String))
    written = mark_cut_cells(without_nuls(pl.DataFrame(data)), scan.columns)
    frame = tidy(split_lists(written, scan.relation), scan.relation)
    filled = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in scan.columns))
    captions = {name: scan.captions[at] for name, at in scan.columns.items()}
    is_of_list = scan.relation.name in PORTALS
    if is_of_list and (has_lone_rows(filled) or written.select(is_header_again(captions).any()).item()):
        remedy = "Nothing is to be done: the file is read line by line."
        raise InputError([Problem(file.name, "a row with one text, or with the captions", "rows", remedy)])
    text = conform(scan.profile.finish(filled), scan.relation, file)
    return Extract(text, scan.profile.title, scan.profile.shape, unknown=unknown_terms(filled))


def _magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _scan(document: OpenedFile, relation: Relation, source: Source) -> BulkScan | None:
    table = open_table(document)
    shape = TABLE if source.columns else source.shape
    if judge_document(table, document).held:
        return None
    best = best_in(table, table_profiles(relation.name, shape), source.columns)
    if best is None or not isinstance(table, RowTable) or not _is_plain(best[1], best[0], document):
        return None
    profile, found = best
    delimiter = table.delimiters[found.candidate]
    captions, columns = found.header.cells, dict(found.header.columns)
    is_padded, is_certain = _has_padding(document, delimiter), source.decimal_comma is False
    path, name = document.file.path, document.file.name
    is_gzip = _magic(path).startswith(GZIP_MAGIC)
    if is_gzip:
        refuse_bomb(path, name)
    is_doubtful = "balance_amount" not in source.columns and may_run(found.header, relation)
    is_list = relation.name == "accounting_invoices" and profile.shape == TABLE
    if (is_doubtful and has_running_balance(path, columns, delimiter)) or (
        is_list and has_line_items(path, columns, delimiter)
    ):
        return None
    plain = not is_padded and not is_gzip and is_plain(path, delimiter)
    return BulkScan(
        path, name, relation, profile, delimiter, captions, columns, is_padded, is_certain, is_gzip, plain,
        source.book,
    )  # fmt: skip


def _is_plain(found: Found, profile: TableProfile, document: OpenedFile) -> bool:
    """Whether the columns need renaming and nothing else."""
    header = found.header
    is_renaming = (
        profile.shape in _SHAPES and not header.groups and not any(name.startswith("_") for name in header.columns)
    )
    is_renaming = is_renaming and not (
        profile.relation == "accounting_invoices" and (header.is_of_lines or has_lone_id(header))
    )
    is_first = header.line == 1 and not any("\n" in cell or "\r" in cell for cell in header.cells)
    needed = _NEEDED[profile.relation] <= header.columns.keys()
    return is_renaming and is_first and needed and not header_problems(header, profile, document.file.name)


def _has_padding(document: OpenedFile, delimiter: str) -> bool:
    rows = first_rows(document.decoded.text, delimiter, _SAMPLE_ROWS)
    return any(cell != cell.strip(BLANKS) for _, row in rows[1:] for cell in row)
