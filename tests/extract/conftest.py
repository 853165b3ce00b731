"""A folder to put a source's files into, and short ways to read them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from etl.config import Source
from etl.errors import InputError, Problem
from etl.extract import Extract, SourceFile, find_files, read_text
from etl.schemas import RELATIONS

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Shelf:
    """A folder of source files."""

    folder: Path

    def put(self, name: str, content: Any) -> Path:
        """Write bytes as they are, text as UTF-8, anything else as JSON; compressed where the name says so."""
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content, indent=1)).encode()
        if name.endswith(".gz"):
            content = gzip.compress(content, mtime=0)
        if name.endswith(".zst"):
            content = zstandard.ZstdCompressor().compress(content)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def file(self, name: str) -> SourceFile:
        """One file of the folder."""
        return SourceFile(self.folder / name, name, "")

    def read(self, relation: str, name: str, **source: Any) -> Extract:
        """Read one file."""
        return read_text(self.file(name), RELATIONS[relation], Source(path=name, **source))

    def rows(self, relation: str, name: str, **source: Any) -> Rows:
        """The rows of one file, without empty values and without where they came from."""
        extract = self.read(relation, name, **source)
        dropped = {"source_file", "source_line"}
        return [
            {key: value for key, value in row.items() if value is not None and key not in dropped}
            for row in extract.frame.to_dicts()
        ]

    def find(self, relation: str, path: str | list[str]) -> list[str]:
        """The names of the files that a path finds."""
        return [file.name for file in find_files(self.folder, Source(path=path), RELATIONS[relation])]

    def problems(self, relation: str, name: str, **source: Any) -> tuple[Problem, ...]:
        """What is reported when a file is refused."""
        with pytest.raises(InputError) as refusal:
            self.read(relation, name, **source)
        return refusal.value.problems


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty folder for files."""
    return Shelf(tmp_path)


@pytest.fixture(scope="session")
def common_shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One folder for all examples of a property, which write the same file over and over."""
    return Shelf(tmp_path_factory.mktemp("shelf"))
