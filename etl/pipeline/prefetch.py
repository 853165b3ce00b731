"""Source files found, digested and parsed, by another thread while those before them are stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from etl import extract
from etl.config import Settings, Source
from etl.domain import RUNS
from etl.errors import InputError, Problem, SourceMissingError
from etl.schemas import RELATIONS, Relation

_FIRST: Final = (
    "portal_invoices", "connectwise_companies", "connectwise_invoices", "connectwise_contacts", "accounting_invoices",
)  # fmt: skip
IN_TURN: Final = [RELATIONS[name] for name in dict.fromkeys((*_FIRST, *RELATIONS))]
"""The order of loading: what is large and only scanned beside what is parsed here, so that both are done at once."""

AHEAD: Final = 4
"""Items opened ahead; with the None after each relation, about two large sources."""


@dataclass(frozen=True)
class PreparedFile:
    """A file to load, with its source: its scan, or its text if it cannot be scanned."""

    source: Source
    file: extract.SourceFile
    scan: extract.BulkScan | None
    text: extract.Extract | None


Coming: TypeAlias = PreparedFile | InputError | None
"""An opened file, or its problem; None after the last file of each relation."""


@dataclass(frozen=True)
class Opener:
    """Opens the files of a run.

    Attributes:
        bulk_bytes: files from this size on are scanned by the engine.
        shapes: those of the configuration; null: those that are shipped.
        missing: called with the optional relations without files, and the places where they should be.
    """

    settings: Settings
    bulk_bytes: int
    missing: dict[str, str]
    shapes: extract.Shapes | None = None

    def opened(self) -> Iterator[Coming]:
        """Every file of every relation, in the order of `IN_TURN`."""
        for relation in IN_TURN:
            yield from self.opened_of(relation)
            yield None

    def opened_of(self, relation: Relation) -> Iterator[PreparedFile | InputError]:
        """Every file of one relation."""
        seen: set[Path] = set()
        for source in self.settings.sources_of(relation.name):
            try:
                files = self._files(relation, source)
            except InputError as error:
                yield error
                continue
            for file in files:
                try:
                    self._refuse_twice(file, relation, seen)
                    scan = extract.bulk_scan(file, relation, source, self.bulk_bytes, self.shapes)
                    text = None if scan else extract.read_text(file, relation, source, self.shapes)
                    yield PreparedFile(source, file, scan, text)
                except InputError as error:
                    yield error

    def _refuse_twice(self, file: extract.SourceFile, relation: Relation, seen: set[Path]) -> None:
        path = file.path.resolve()
        if path in seen:
            remedy = f"Correct path in one of the [[sources.{relation.name}]]."
            raise InputError([Problem(file.name, "a file that two sources name", "one source for each file", remedy)])
        seen.add(path)

    def _files(self, relation: Relation, source: Source) -> list[extract.SourceFile]:
        """The files of a source; an optional source may have none."""
        try:
            return files_of(self.settings, source, relation)
        except SourceMissingError as error:
            if relation.is_required:
                raise
            places = ", ".join(problem.where for problem in error.problems)
            self.missing[relation.name] = f"{error.problems[0].found} at {places}"
            return []


def files_of(settings: Settings, source: Source, relation: Relation) -> list[extract.SourceFile]:
    """The files of a source; what a run wrote is no source of another.

    Raises:
        SourceMissingError: no name finds anything.
        InputError: as by `extract.find_files`, or a file is in the folder of the runs.
    """
    files = extract.find_files(settings.base, source, relation)
    own = (settings.out / RUNS).resolve()
    remedy = f"Correct path under [sources.{relation.name}]: it must not lead into the output folder."
    problems = [
        Problem(file.name, "a file that a run wrote", "an export", remedy)
        for file in files
        if own in file.path.resolve().parents
    ]
    if problems:
        raise InputError(problems)
    return files


def opened_ahead(opener: Opener) -> Generator[Coming]:
    """Open `AHEAD` items ahead of the consumer: memory holds so many and no more.

    To be closed by whoever takes them: what was not begun by then is not opened.
    """
    items = opener.opened()

    def following() -> list[Coming]:
        return list(islice(items, 1))

    aside = ThreadPoolExecutor(1)
    try:
        coming = deque(aside.submit(following) for _ in range(AHEAD))
        while found := coming.popleft().result():
            coming.append(aside.submit(following))
            # not kept here, too: it can be large
            yield found.pop()
    finally:
        aside.shutdown(cancel_futures=True)
