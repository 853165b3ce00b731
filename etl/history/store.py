"""The history: one SQLite file of runs and of what was open in them. Only what changes is written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.errors import HistoryError

SCHEMA_VERSION: Final = 1
KINDS: Final = ("invoice", "customer", "contact")

_TABLES: Final = (
    """
    create table runs (
        run_number integer primary key,
        run_id text not null unique check (run_id <> ''),
        as_of_at text not null,
        exit_code integer not null,
        is_published integer not null check (is_published in (0, 1)),
        seconds real,
        facts text not null check (json_valid(facts))
    ) strict""",
    "create table words (word_id integer primary key, word text not null unique) strict",
    # An issue that ends and comes back is a new episode. The open ones have no end; that one is still seen every
    # run is not written down, only since when it is not: a quiet run costs next to nothing.
    """
    create table episodes (
        subject_id text not null check (subject_id <> ''),
        kind integer not null check (kind between 0 and 2),
        code integer not null references words (word_id),
        first_run integer not null references runs (run_number),
        unseen_since integer references runs (run_number),
        ended_run integer references runs (run_number),
        reason integer references words (word_id),
        primary key (subject_id, kind, code, first_run),
        check ((ended_run is null) = (reason is null)),
        check (ended_run > first_run),
        check (unseen_since > first_run)
    ) strict, without rowid""",
    # an index would forbid it, too, but make the file twice as large
    """
    create trigger open_once before insert on episodes
    when exists (
        select 1 from episodes
        where subject_id = new.subject_id and kind = new.kind and code = new.code and ended_run is null
    )
    begin
        select raise(abort, 'an issue cannot be open twice');
    end""",
)

_OPEN: Final = """
select episodes.kind, episodes.subject_id, words.word, episodes.first_run, episodes.unseen_since
from episodes
inner join words on episodes.code = words.word_id
where episodes.ended_run is null"""

_EARLIER: Final = """
select wanted.kind, wanted.subject_id, wanted.code, min(runs.as_of_at) as first_seen_at, count(*) as times_seen
from temp.wanted as wanted
inner join words on wanted.code = words.word
inner join episodes
    on wanted.subject_id = episodes.subject_id and wanted.kind = episodes.kind and words.word_id = episodes.code
inner join runs on episodes.first_run = runs.run_number
group by 1, 2, 3"""

_INSERT: Final = """
insert into runs (run_id, as_of_at, exit_code, is_published, seconds, facts) values (?, ?, ?, ?, ?, ?)"""

OPEN: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(), "subject_id": pl.String(), "code": pl.String(), "first_run": pl.Int64(),
    "unseen_since": pl.Int64(),
}  # fmt: skip
EARLIER: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(), "subject_id": pl.String(), "code": pl.String(), "first_seen_at": pl.String(),
    "times_seen": pl.Int64(),
}  # fmt: skip
CHANGES: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(), "subject_id": pl.String(), "code": pl.String(), "reason": pl.String(), "change": pl.String(),
    "code_before": pl.String(),
}  # fmt: skip
BETWEEN: Final[dict[str, pl.DataType]] = {
    "kind": pl.String(), "subject_id": pl.String(), "code": pl.String(), "reason": pl.String(),
    "was_open": pl.Int64(), "is_open": pl.Int64(),
}  # fmt: skip


@dataclass(frozen=True)
class PastRun:
    """One run that is remembered.

    Attributes:
        number: its place in the order of runs.
        as_of_at: the instant it was judged at, UTC, `2026-11-22T02:00:00Z`.
        exit_code: how it ended.
        is_published: whether it has a report.
        seconds: how long it took; null where that is not known.
        facts: its numbers, as `etl.history.record` writes them; empty for a run that failed.
    """

    number: int
    run_id: str
    as_of_at: str
    exit_code: int
    is_published: bool
    seconds: float | None
    facts: dict[str, Any] = field(default_factory=dict)


class History:
    """The history in one file; a file that is missing is an empty history.

    Args:
        path: the file.

    Raises:
        HistoryError: by every method: the file is no history, is damaged, or is one of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def check_pages(self) -> None:
        """Refuse a file with damaged pages, also where nothing that is asked for lies on them."""
        with self._connected() as connection:
            (answer,) = connection.execute("pragma quick_check(1)").fetchone()
            if answer != "ok":
                raise HistoryError(self._path, f"it is damaged: {str(answer).splitlines()[-1]}")

    def runs(self) -> list[PastRun]:
        """Every run, oldest first."""
        columns = "run_number, run_id, as_of_at, exit_code, is_published, seconds, facts"
        with self._connected() as connection:
            rows = connection.execute(f"select {columns} from runs order by run_number").fetchall()
        return [
            PastRun(number, run_id, as_of_at, exit_code, bool(is_published), seconds, json.loads(facts))
            for number, run_id, as_of_at, exit_code, is_published, seconds, facts in rows
        ]

    def open_issues(self) -> pl.DataFrame:
        """What was open after the last run: columns of OPEN."""
        with self._connected() as connection:
            return _frame(connection.execute(_OPEN).fetchall(), OPEN)

    def earlier(self, issues: pl.DataFrame) -> pl.DataFrame:
        """Those of these issues that were seen before, when first and how often: columns of EARLIER.

        Args:
            issues: `kind`, `subject_id` and `code`.
        """
        with self._connected() as connection, connection:
            connection.execute("begin")
            connection.execute("create temp table wanted (kind integer, subject_id text, code text)")
            keys = _numbered(issues.select("kind", "subject_id", "code"))
            connection.executemany("insert into temp.wanted values (?, ?, ?)", keys.iter_rows())
            return _frame(connection.execute(_EARLIER).fetchall(), EARLIER)

    def record(self, run: PastRun, changes: pl.DataFrame) -> None:
        """Add a run, with what changed in it, in one transaction; a run that is there already changes nothing.

        Args:
            run: its number is not used: it becomes the next.
            changes: columns of CHANGES: `reason` is null where the issue did not end; `change` is `opened`, `ended`,
                `unseen` (open before, and not looked at) or `seen` (looked at again); `code_before` is the code under
                which an open issue stood until now, null for a new one.
        """
        with self._connected(is_written=True) as connection, connection:
            connection.execute("begin immediate")
            if known := connection.execute("select is_published from runs where run_id = ?", (run.run_id,)).fetchone():
                if known[0] or not run.is_published:
                    return
                # it failed, and was run again under its id; nothing refers to a run that failed
                connection.execute("delete from runs where run_id = ?", (run.run_id,))
            added = connection.execute(
                _INSERT,
                (run.run_id, run.as_of_at, run.exit_code, run.is_published, run.seconds, _json(run.facts)),
            )
            _apply(connection, int(added.lastrowid or 0), changes)

    def episodes_between(self, earlier: int, later: int) -> pl.DataFrame:
        """What opened after one run, and what ended after it, up to another.

        Args:
            earlier: number of the one run.
            later: number of the other.

        Returns:
            Columns of BETWEEN: `was_open` after the earlier, `is_open` after the later.
        """
        query = """
            with open_ones as (
                select
                    kind, subject_id, code, reason,
                    first_run <= :earlier and coalesce(ended_run > :earlier, 1) as was_open,
                    first_run <= :later and coalesce(ended_run > :later, 1) as is_open
                from episodes
            )

            select kind, subject_id, codes.word, max(reasons.word), max(was_open) as was_open, max(is_open) as is_open
            from open_ones
            inner join words as codes on open_ones.code = codes.word_id
            left join words as reasons on open_ones.reason = reasons.word_id
            where was_open or is_open
            group by 1, 2, 3
            having max(was_open) <> max(is_open)
            order by 1, 2, 3"""
        with self._connected() as connection:
            return _frame(connection.execute(query, {"earlier": earlier, "later": later}).fetchall(), BETWEEN)

    @contextmanager
    def _connected(self, *, is_written: bool = False) -> Iterator[sqlite3.Connection]:
        # a history that does not exist yet is read as an empty one, and is not made by being read
        mode = "rwc" if is_written else "rw"
        is_there = self._has_file(is_written=is_written)
        location = f"{self._path.resolve().as_uri()}?mode={mode}" if is_there else ":memory:"
        try:
            with closing(sqlite3.connect(location, uri=True, isolation_level=None)) as connection:
                self._prepare(connection)
                yield connection
        except sqlite3.OperationalError as error:
            remedy = "Free some space where it lies, and let this user write there; SQLite needs both even for reading."
            raise HistoryError(self._path, str(error), remedy) from None
        except sqlite3.DatabaseError as error:
            raise HistoryError(self._path, str(error)) from None

    def _has_file(self, *, is_written: bool) -> bool:
        """Whether there is a file that holds anything, or will be one: then its folder is made."""
        try:
            if is_written:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            return is_written or (self._path.exists() and self._path.stat().st_size > 0)
        except OSError as error:
            remedy = f"Make {self._path.parent} a folder where this user may write, or name another in [output]."
            raise HistoryError(self._path, error.strerror or str(error), remedy) from None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = int(connection.execute("pragma user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise HistoryError(self._path, f"written by a newer version ({version})")
        if version == 0:
            if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                raise HistoryError(self._path, "not a history")
            connection.execute("pragma journal_mode = wal")
            with connection:
                connection.execute("begin immediate")
                for table in _TABLES:
                    connection.execute(table)
                connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")


def _apply(connection: sqlite3.Connection, number: int, changes: pl.DataFrame) -> None:
    words = _words(connection, changes)
    coded = _numbered(changes).with_columns(
        pl.col("code", "reason", "code_before").replace_strict(words, return_dtype=pl.Int64, default=None)
    )
    # what opens is sorted, so that it is added where its neighbours lie
    key = ("subject_id", "kind", "code")
    coded = coded.sort(key)
    connection.executemany(
        "insert into episodes (first_run, subject_id, kind, code) values (?, ?, ?, ?)",
        coded.filter(pl.col("change") == "opened").select(pl.lit(number), *key).iter_rows(),
    )
    this_one = "where subject_id = ? and kind = ? and code = ? and ended_run is null"
    connection.executemany(
        f"update episodes set code = ? {this_one}",
        coded.filter(pl.col("code_before") != pl.col("code"))
        .select("code", "subject_id", "kind", "code_before")
        .iter_rows(),
    )
    connection.executemany(
        f"update episodes set ended_run = ?, reason = ? {this_one}",
        coded.filter(pl.col("change") == "ended").select(pl.lit(number), "reason", *key).iter_rows(),
    )
    for change, since in (("unseen", number), ("seen", None)):
        connection.executemany(
            f"update episodes set unseen_since = ? {this_one}",
            coded.filter(pl.col("change") == change).select(pl.lit(since), *key).iter_rows(),
        )


def _words(connection: sqlite3.Connection, changes: pl.DataFrame) -> dict[str, int]:
    """The number of every code and reason; new ones are added."""
    used = pl.concat([changes["code"], changes["reason"], changes["code_before"]]).drop_nulls().unique().sort()
    connection.executemany("insert or ignore into words (word) values (?)", ((word,) for word in used))
    return {word: number for number, word in connection.execute("select word_id, word from words")}


def _frame(rows: list[tuple[Any, ...]], columns: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as SQLite gives them, with the words of their kinds."""
    stored = {**columns, "kind": pl.Int64()}
    return pl.DataFrame(rows, schema=stored, orient="row").with_columns(
        pl.col("kind").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String)
    )


def _numbered(issues: pl.DataFrame) -> pl.DataFrame:
    """Issues with their kinds as SQLite holds them."""
    numbers = {kind: number for number, kind in enumerate(KINDS)}
    return issues.with_columns(pl.col("kind").replace_strict(numbers, return_dtype=pl.Int64))


def _json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
