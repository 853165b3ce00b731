"""Whether the history is what was published, at any moment: looked at in a copy, so that looking mends nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from etl.history.store import History
from etl.warehouse.engine import published

_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def copied(state: Path) -> Iterator[Path]:
    """The databases as they lie there, with what SQLite has left beside them."""
    with TemporaryDirectory(prefix="billsight-state-") as folder:
        yield copytree(state, Path(folder) / "state")


def damages(state: Path) -> list[str]:
    """What SQLite finds wrong in any database."""
    found = []
    for database in sorted(state.glob("*.sqlite")):
        with closing(sqlite3.connect(database)) as connection:
            told = connection.execute("pragma integrity_check").fetchall()
        found += [f"{database.name}: {row}" for (row,) in told if row != "ok"]
    return found


def beside(state: Path) -> list[str]:
    """What SQLite keeps only while somebody writes, or until the next one opens the database."""
    return sorted(path.name for path in state.iterdir() if path.name.endswith(_BESIDE))


@dataclass
class Memory:
    """What the history has to know.

    Attributes:
        was_latest: every run that `latest` ever pointed to, in their order.
        caught_up: runs that were killed when they were published and not remembered yet.
    """

    was_latest: list[str] = field(default_factory=list)
    caught_up: set[str] = field(default_factory=set)

    def follow(self, latest: Path) -> None:
        """Notice what was published since."""
        name = latest.readlink().name
        if self.was_latest[-1:] != [name]:
            self.was_latest.append(name)

    def faults(self, state: Path, runs: Path, *, is_ended: bool) -> list[str]:
        """What the history does not know, or knows wrongly.

        Args:
            state: a copy of the state.
            runs: the folder of the published runs.
            is_ended: whether the in the last run went through: else it may have been published and not remembered yet.
        """
        history = History(state / "history.sqlite")
        known = [run.run_id for run in history.runs() if run.is_published]
        if not is_ended and known == self.was_latest[:-1]:
            self.caught_up.add(self.was_latest[-1])
        elif known != self.was_latest:
            return [f"the history knows {known[-3:]}, published were {self.was_latest[-3:]}"]
        database = runs / known[-1] / "run.duckdb" if known else None
        # where a run is published and not remembered yet, the one before may be pruned
        return _other_issues(history, database) if database and (is_ended or database.exists()) else []


def _other_issues(history: History, database: Path) -> list[str]:
    """Issues that are open in the history and not in its in the last run, or the other way round, or twice."""
    key = ("kind", "subject_id", "code")
    with published(database) as engine:
        night = Counter(engine.frame("from marts.issues").select(key).iter_rows())
    known = Counter(history.open_issues().select(key).iter_rows())
    return [
        *(f"{' '.join(issue)} is open in the history and not in its last night" for issue in known - night),
        *(f"{' '.join(issue)} is open in the last night and not in the history" for issue in night - known),
    ][:5]
