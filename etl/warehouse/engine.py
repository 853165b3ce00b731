"""The only door to DuckDB: one `.duckdb` file per run, frames in and frames out."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from etl.causes import CAUSES
from etl.domain import MALFORMED_ID, NO_MONEY, NO_NUMBER
from etl.errors import NotFoundError, ResourcesExhaustedError, tells_of_full_disk
from etl.resources import resource

SCHEMAS = ("ctl", "accepted", "quarantine", "staging", "matching", "intermediate", "marts", "report", "checks")


MACROS: Final = f"""
    create or replace macro no_money() as {NO_MONEY};
    create or replace macro written_number(number) as
        case when regexp_full_match(trim(number), '{MALFORMED_ID}|{NO_NUMBER}') then null else upper(number) end"""
"""The bound of no money, and an invoice number as written, in upper case; null for a placeholder."""
_SESSION: Final = "set timezone = 'UTC'; set preserve_insertion_order = true; set enable_progress_bar = false"


class EngineError(Exception):
    """The engine could not do what the SQL says; the message is its own."""


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _translate(error: duckdb.Error) -> Exception:
    """Distinguish errors that the user can fix from our own."""
    is_full = isinstance(error, duckdb.OutOfMemoryException) or tells_of_full_disk(str(error))
    return ResourcesExhaustedError(str(error).splitlines()[0]) if is_full else EngineError(str(error))


class _Stream:
    """An Arrow stream, through which DuckDB and Polars read each other's tables without pyarrow.

    Polars remembers every type it was ever given; were it given DuckDB's own, DuckDB would complain on stderr at exit.
    """

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


class Engine:
    """The database of one run.

    Args:
        path: the `.duckdb` file; made when missing.
        threads: most threads to use.
        memory_gb: memory before the engine spills to disk.
        is_read_only: for looking at a published run.
    """

    def __init__(self, path: Path, *, threads: int = 2, memory_gb: float = 2.0, is_read_only: bool = False) -> None:
        try:
            self._connection = duckdb.connect(
                str(path),
                read_only=is_read_only,
                config={"threads": threads, "memory_limit": f"{memory_gb}GB", "autoinstall_known_extensions": "false"},
            )
        except duckdb.Error as error:
            raise _translate(error) from None
        self.run(_SESSION)
        # texts are handed over as they lie, not copied one behind the other
        self.run("set arrow_output_version = '1.4'; set produce_arrow_string_view = true")
        # one checkpoint at the end instead of one after each big table
        self.run("set checkpoint_threshold = '1TB'")
        # every checkpoint would rewrite big tables, only to even out their row groups
        self.run("set max_vacuum_tasks = 0")
        if not is_read_only:
            for schema in SCHEMAS:
                self.run(f"create schema if not exists {schema}")
            self.run(MACROS)
            for file in sorted((resource("sql") / "functions").iterdir(), key=lambda entry: entry.name):
                self.run(file.read_text(encoding="utf-8"))

    def beside(self) -> Engine:
        """Open the same database for another thread: neither waits for the other's statements."""
        other = copy.copy(self)
        other._connection = self._connection.cursor()  # noqa: SLF001 - it is one of us
        other.run(_SESSION)
        return other

    def run(self, sql: str) -> None:
        """Execute statements; their results are dropped."""
        try:
            self._connection.execute(sql)
        except duckdb.Error as error:
            raise _translate(error) from None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The result as tuples; for a handful of values."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise _translate(error) from None

    def count(self, relation: str) -> int:
        """Number of rows of a relation."""
        return int(self.rows(f"select count(*) from {relation}")[0][0])

    def frame(self, sql: str) -> pl.DataFrame:
        """The result as a frame."""
        try:
            return pl.DataFrame(_Stream(self._connection.sql(sql)))
        except duckdb.Error as error:
            raise _translate(error) from None

    def columns(self, relation: str, *names: str) -> pl.DataFrame:
        """Some columns of a relation; only these are read."""
        return self.frame(f"select {', '.join(names)} from {relation}")

    def has(self, relation: str) -> bool:
        """Whether there is a table or view of this name, as `schema.relation`."""
        schema, _, name = relation.partition(".")
        named = f"table_schema = {literal(schema)} and table_name = {literal(name)}"
        return self.count(f"information_schema.tables where {named}") > 0

    def batches(self, relation: str, key: str, starts: range) -> Iterator[pl.DataFrame]:
        """A relation in slices by a dense whole number, in its order, in bounded memory.

        Args:
            relation: may be a view: of the tables behind it, too, only the slice is read.
            key: the number, which every row has and no two share.
            starts: the first number of each slice.
        """
        for start in starts:
            where = f"{key} between {start} and {start + starts.step - 1}"
            yield self.frame(f"select * from {relation} where {where}").sort(key)

    def write(self, relation: str, frame: pl.DataFrame) -> None:
        """Create or replace the table `relation` from a frame."""
        self._with(frame, f"create or replace table {relation} as select * from frame_in")

    def append(self, relation: str, frame: pl.DataFrame) -> None:
        """Append a frame to a table, by column name."""
        if not frame.is_empty():
            self._with(frame, f"insert into {relation} by name select * from frame_in")

    def _with(self, frame: pl.DataFrame, sql: str) -> None:
        self._connection.register("frame_in", _Stream(frame))
        try:
            self.run(sql)
        finally:
            self._connection.unregister("frame_in")

    def save(self) -> None:
        """Write everything to the file; closing does so too, but hides errors.

        Raises:
            ResourcesExhaustedError: the disk is full.
        """
        self.run("checkpoint")

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        self._connection.close()
        del self._connection


@contextmanager
def published(database: Path) -> Iterator[Engine]:
    """Open the database of a published run for reading.

    Raises:
        NotFoundError: no run has been published yet, or another version wrote it.
    """
    if not database.exists():
        message = f"{database} was not found: no run has been published yet. Run 'billsight run' first."
        raise NotFoundError(message)
    try:
        with closing(Engine(database.resolve(), is_read_only=True)) as engine:
            _refuse_other_causes(engine)
            yield engine
    except EngineError as error:
        reason = str(error).splitlines()[0]
        message = f"{database} cannot be read ({reason}). Another version may have written it. Run again."
        raise NotFoundError(message) from None


def _refuse_other_causes(engine: Engine) -> None:
    """A mask of causes means something else where a version has more of them, or in another order.

    Raises:
        EngineError: the run was published by such a version.
    """
    if engine.has("ctl.causes"):
        order = engine.columns("ctl.causes", "bit", "code").sort("bit")["code"].to_list()
        if order != [cause.code for cause in CAUSES]:
            reason = "its checks are other ones, or in another order"
            raise EngineError(reason)
