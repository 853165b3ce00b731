"""Sources into accepted and quarantined rows: every row that was read ends in exactly one of the two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from etl import extract
from etl.config import Settings, Source
from etl.domain import AnswerPart, FileReport, OnStage, Reader, RunStage, utc
from etl.errors import InputError, Problem
from etl.pipeline.deduplicate import Settled, bare, is_removal, remove, set_undecidable_aside, settle
from etl.pipeline.prefetch import IN_TURN, Opener, PreparedFile, opened_ahead
from etl.safe_text import readable
from etl.schemas import RELATIONS, SQL_TYPE, Column, Relation
from etl.validate import Formats, settle_formats, validate
from etl.warehouse.engine import Engine, EngineError

BULK_BYTES: Final = 4_000_000
"""Smaller files are read value by value, larger ones in one typed scan."""

_MOST_LEFT_OVER: Final = 20_000
"""A file with more rows that do not fit is read value by value as a whole."""

_ALL_DIFFERENT: Final = frozenset({"invoice_id_acct", "invoice_number", "invoice_id_cw", "portal_invoice_id"})
"""Texts that hardly two rows share: the dictionary that the engine would make of them costs three times as much."""

_QUARANTINE: Final = """
create table if not exists quarantine.rows (
    relation varchar, source_file varchar, source_line bigint, broken_rules varchar[], row_values varchar
)"""


@dataclass
class Loader:
    """The loader of one run, which fills `accepted.*` and `quarantine.rows`.

    Attributes:
        bulk_bytes: files from this size on are read in one typed scan.
        missing: optional relation -> where its files should have been, once it is loaded.
    """

    engine: Engine
    settings: Settings
    bulk_bytes: int = BULK_BYTES
    missing: dict[str, str] = field(default_factory=dict)
    _shapes: extract.Shapes | None = None

    def load(self, on_stage: OnStage = lambda *_: None) -> list[FileReport]:
        """Load every configured source; what is not configured becomes an empty relation.

        Raises:
            InputError: files cannot be understood; the problems of all of them are listed.
        """
        self.engine.run(_QUARANTINE)
        self._shapes = extract.shapes_beside(self.settings.base)
        problems: list[Problem] = []
        reports: dict[str, list[FileReport]] = {}
        with closing(opened_ahead(Opener(self.settings, self.bulk_bytes, self.missing, self._shapes))) as coming:
            for relation in IN_TURN:
                on_stage(RunStage.LOAD_SOURCES, relation.name)
                self._create(relation)
                try:
                    reports[relation.name] = self._relation(relation, iter(coming.__next__, None))
                except InputError as error:
                    problems += error.problems
        if problems:
            raise InputError(problems)
        return [report for name in RELATIONS for report in reports[name]]

    def _create(self, relation: Relation) -> None:
        columns = ", ".join(map(_stored, relation.columns))
        self.engine.run(
            f"create or replace table {_accepted(relation)}"
            f" ({columns}, source_file varchar, source_line bigint, unparsed varchar)"
        )

    def _relation(self, relation: Relation, opened: Iterable[PreparedFile | InputError]) -> list[FileReport]:
        problems: list[Problem] = []
        files = []
        for one in opened:
            try:
                if isinstance(one, InputError):
                    raise one
                files.append(self._file(one, relation))
                extract.refuse_changed(one.file)
            except InputError as error:
                problems += error.problems
            del one  # its text, which is stored by now, can be large
        if problems:
            raise InputError(problems)
        settled = self._finish(relation, files)
        if relation.name not in self.settings.sources:
            return []
        if relation.is_required and not self.engine.count(_accepted(relation)):
            raise InputError([self._nothing(relation, files)])
        return [self._report(relation, file, settled) for file in files]

    def forget(self, relations: Iterable[str]) -> None:
        """Leave out sources that allow no conclusions, as if they had not been given."""
        for relation in relations:
            self.engine.run(f"truncate {_accepted(RELATIONS[relation])}")

    def _nothing(self, relation: Relation, files: list[_ReadFile]) -> Problem:
        where, rows = ", ".join(file.file.name for file in files), sum(file.rows for file in files)
        finding = f"{rows} rows, and none could be accepted" if rows else "no rows"
        rules = self.engine.rows(
            f"select unnest(broken_rules) as rule from quarantine.rows where relation = '{relation.name}' limit 3"
        )
        why = f" For example: {'; '.join(rule for (rule,) in rules)}." if rules else ""
        return Problem(where, finding, f"at least one of the {relation.help}", f"Export them again.{why}")

    def _file(self, opened: PreparedFile, relation: Relation) -> _ReadFile:
        file, source = opened.file, opened.source
        if opened.scan is not None and (read := self._bulk(file, opened.scan, source)) is not None:
            return read
        extracted = opened.text or extract.read_text(file, relation, source, self._shapes)
        formats = settle_formats(extracted.frame, relation, source, self.settings.zone_of(source), extracted.formats)
        # a 'sync from' date is a day of the portal, wherever the clock of the log stands
        formats = replace(formats, zones={"from_at": self.settings.portal_zone})
        removed = self._store(extracted.frame, relation, formats)
        notes = [f"{count} {reason}" for reason, count in sorted(extracted.shape_notes.items())]
        notes += [f"{removed.height} deletions"] if removed.height else []
        if extracted.window:
            notes.append(f"range: {extracted.window}")
        if formats.unread_columns:
            left_out = ", ".join(sorted(formats.unread_columns))
            notes.append(f"{left_out} left out: its dates can be read in two ways; set date_order to use it")
        notes_text = "; ".join(map(readable, [*notes, *extracted.warnings, *extracted.unknown]))
        made = self._made(file, extracted)
        rows = extracted.frame.height - removed.height
        return _ReadFile(
            file, extracted.profile, rows, notes_text, tuple(extracted.unknown), made, source.as_of, removed,
            goes_on=extracted.goes_on, may_go_on=extracted.may_go_on, parts=extracted.parts,
            is_open_only=extracted.is_open_only, range=extracted.window or "", reader=extracted.reader,
        )  # fmt: skip

    def _made(self, file: extract.SourceFile, extracted: extract.Extract | None = None) -> extract.Made | None:
        zone = self.settings.portal_zone
        stated = extract.earliest(extracted.stated, zone) if extracted else None
        if stated is not None:
            return extract.Made(stated.in_utc(zone), "time in the list", is_day=stated.is_day)
        return extract.made_at(file, zone, extracted.printed_at if extracted else None)

    def _store(self, text: pl.DataFrame, relation: Relation, formats: Formats) -> pl.DataFrame:
        """Accept or quarantine every row but those that only say what is gone, which are returned."""
        gone = text.select(is_removal(relation)).to_series() if text.height else pl.Series([], dtype=pl.Boolean)
        split, removed = (
            validate(text.filter(~gone), relation, formats),
            validate(text.filter(gone), bare(relation), formats),
        )
        self.engine.append(_accepted(relation), split.accepted)
        self._quarantine(relation, split.rejected)
        self._quarantine(relation, removed.rejected)
        return removed.accepted

    def _bulk(self, file: extract.SourceFile, scan: extract.BulkScan, source: Source) -> _ReadFile | None:
        """Read a big file in one typed scan; None if its contents do not fit the scan."""
        relation, accepted = scan.relation, _accepted(scan.relation)
        zone, before = self.settings.zone_of(source), self.engine.count(accepted)
        try:
            select = extract.bulk_select(scan, zone, source.currency_code or "XXX")
            self.engine.run(f"insert into {accepted} by name {select}")
        except EngineError:
            return None
        extracted = self.engine.count(accepted) - before
        if not extracted:
            return None  # whether there is really nothing below the header is not for the quick way to say
        where = f"from {accepted} where unparsed is not null and rowid >= {before}"
        removed: pl.DataFrame | None = None
        unknown: list[str] = []
        left_over = int(self.engine.rows(f"select count(*) {where}")[0][0])
        if left_over > _MOST_LEFT_OVER:
            self._compact(relation, f"rowid < {before}")
            return None
        if left_over:
            raw = [row for (row,) in self.engine.rows(f"select unparsed {where} order by rowid")]
            try:
                found = extract.careful_rows(file, scan, raw, extract.lines_of(file, scan, raw))
                careful, unknown = found.frame, found.unknown
                extracted -= left_over - careful.height
                formats = settle_formats(careful, relation, source, zone)
            except (InputError, *extract.DAMAGES, OSError):
                # a few rows alone may be ambiguous where the whole file is not; or it is not the file any more
                self._compact(relation, f"rowid < {before}")
                return None
            if formats.serial_columns or (formats.decimal_comma and source.decimal_comma is None):
                # these few rows alone settle what is for all rows of the file to settle
                self._compact(relation, f"rowid < {before}")
                return None
            removed = self._store(careful, relation, formats)
            extracted -= removed.height
        notes = "; ".join(map(readable, [*scan.warnings, *unknown]))
        return _ReadFile(
            file, scan.profile.shape, extracted, notes, tuple(unknown), self._made(file), source.as_of, removed,
            bool(left_over), reader=Reader(scan.profile.shape),
        )  # fmt: skip

    def _finish(self, relation: Relation, files: Sequence[_ReadFile]) -> Settled:
        if any(file.has_left_over for file in files):
            self._compact(relation, "unparsed is null")
        unknown = self._remove(relation, files)
        settled = self._settle_copies(relation, files)
        self.engine.run(f"alter table {_accepted(relation)} drop column unparsed")
        notes = {file: [f"{count} deletions of rows that are in no file"] for file, count in unknown.items()}
        return replace(settled, notes={**settled.notes, **{f: notes[f] + settled.notes.get(f, []) for f in notes}})

    def _remove(self, relation: Relation, files: Sequence[_ReadFile]) -> dict[str, int]:
        """Apply the deletions of change feeds; return file -> its deletions of records that no file has."""
        removed = [file.removed for file in files if file.removed is not None and file.removed.height]
        return remove(self.engine, relation, removed, _made_at(files, self.settings.portal_zone)) if removed else {}

    def _compact(self, relation: Relation, condition: str) -> None:
        """Keep some rows by rewriting the table: row ids must not have holes, because they are the run's row keys."""
        accepted = _accepted(relation)
        self.engine.run(f"alter table {accepted} rename to {relation.name}_whole")
        # not made from the rows: such a table would forget how its columns are stored
        self._create(relation)
        self.engine.run(f"insert into {accepted} by name select * from {accepted}_whole where {condition}")
        self.engine.run(f"drop table {accepted}_whole")

    def _settle_copies(self, relation: Relation, files: Sequence[_ReadFile]) -> Settled:
        """Of several rows with one key one stays; the others are quarantined."""
        if set_undecidable_aside(self.engine, relation):
            self._compact(relation, "rowid not in (select position from undecidable)")
        settled = settle(self.engine, relation, _made_at(files, self.settings.portal_zone))
        if settled is None:
            return Settled()
        self._compact(relation, "rowid not in (select position from older)")
        return settled

    def _quarantine(self, relation: Relation, rejected: pl.DataFrame) -> None:
        columns = ("source_file", "source_line", "broken_rules", "row_values")
        self.engine.append("quarantine.rows", rejected.select(pl.lit(relation.name).alias("relation"), *columns))

    def _report(self, relation: Relation, file: _ReadFile, settled: Settled) -> FileReport:
        name = file.file.name.replace("'", "''")
        newest = [column for column in ("modified_at", "created_at", "finished_at") if column in relation.names]
        latest = f"greatest({', '.join(f'max({column})' for column in newest)})" if newest else "null::timestamp"
        accepted, latest_at = self.engine.rows(
            f"select count(*), {latest} from {_accepted(relation)} where source_file = '{name}'"
        )[0]
        quarantined = self.engine.rows(
            f"select count(*) from quarantine.rows where source_file = '{name}' and relation = '{relation.name}'"
        )[0][0]
        notes = "; ".join(filter(None, [file.notes, *map(readable, settled.notes.get(file.file.name, []))]))
        copies = settled.copies.get(file.file.name, 0)
        return FileReport(
            relation.name, file.file, file.profile, file.rows, accepted, quarantined, latest_at, notes, file.unknown,
            copies, _stated(file, self.settings.portal_zone) or file.made,
            file.goes_on, file.may_go_on, file.is_open_only, file.range, file.reader, file.parts,
        )  # fmt: skip


@dataclass(frozen=True)
class _ReadFile:
    """A file that was read, with the number of its rows, accepted or not."""

    file: extract.SourceFile
    profile: str
    rows: int
    notes: str
    unknown: tuple[str, ...] = ()
    made: extract.Made | None = None
    as_of: datetime | None = None
    removed: pl.DataFrame | None = None
    has_left_over: bool = False
    goes_on: bool = False
    may_go_on: bool = False
    is_open_only: bool = False
    range: str = ""
    reader: Reader | None = None
    parts: tuple[AnswerPart, ...] = ()


def _stated(file: _ReadFile, zone: ZoneInfo) -> extract.Made | None:
    """The time at which a file was made, by the setting `as_of` of its source."""
    return extract.Made(utc(file.as_of, zone), extract.SETTING) if file.as_of else None


def _made_at(files: Sequence[_ReadFile], zone: ZoneInfo) -> dict[str, datetime]:
    """File -> the time at which it was made, UTC without a zone, if setting, footer or name say so unambiguously.

    The setting `as_of` wins. Several files with one setting keep their own order, and none is newer than it says.
    """
    sharing = Counter(one.as_of for one in files)
    instants: dict[str, datetime] = {}
    for one in files:
        stated = _stated(one, zone)
        guess = one.made.at if one.made is not None and one.made.is_certain else None
        if stated is not None:
            instants[one.file.name] = stated.at if guess is None or sharing[one.as_of] == 1 else min(guess, stated.at)
        elif guess is not None:
            instants[one.file.name] = guess
    return instants


def _stored(column: Column) -> str:
    compression = " using compression zstd" if column.name in _ALL_DIFFERENT else ""
    return f"{column.name} {SQL_TYPE[column.kind]}{compression}"


def _accepted(relation: Relation) -> str:
    return f"accepted.{relation.name}"
