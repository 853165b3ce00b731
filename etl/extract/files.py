"""From the configuration to the files on disk, and from a file to its plain bytes."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from etl.config import Source
from etl.errors import InputError, Problem, SourceMissing
from etl.schemas import Relation

COMPRESSIONS: Final = (".gz", ".zst")
FOLDER_SUFFIXES: Final = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx"}
    # Not read, but somebody put data there: better a clear refusal than a silent gap.
    | {".xls", ".xml", ".qbxml", ".iif", ".zip"}
)
"""What is taken from a folder; a file named by itself or by a pattern may be called anything."""

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_CHUNK: Final = 1 << 20
_NOTHING: Final = ("no file", "a folder without data files")


@dataclass(frozen=True, order=True)
class SourceFile:
    """One file of a source.

    Attributes:
        path: where it is.
        name: its path as the user would say it, relative to the configuration's folder.
        digest: sha256 of the bytes on disk.
    """

    path: Path
    name: str
    digest: str


def find_files(base: Path, source: Source, relation: Relation) -> list[SourceFile]:
    """The files of a source, sorted by name.

    Args:
        base: folder of the configuration.
        source: names a file, a glob or a folder, or a list of them.
        relation: what the files should hold; for the message.

    Raises:
        SourceMissing: no name finds anything.
        InputError: a name finds nothing, or a file cannot be read; all of them are listed.
    """
    patterns = [source.path] if isinstance(source.path, str) else source.path
    problems: list[Problem] = []
    found: dict[Path, SourceFile] = {}
    for pattern in patterns:
        paths = _matches(base, pattern)
        if not paths:
            problems.append(_nothing(base, pattern, relation))
        for path in paths:
            try:
                found.setdefault(path.resolve(), source_file(path, base))
            except OSError as error:
                problems.append(_unreadable(_name(path, base), error))
    if not patterns:
        problems.append(_nothing(base, "", relation))
    if problems and all(problem.found in _NOTHING for problem in problems) and not found:
        raise SourceMissing(problems)
    if problems:
        raise InputError(problems)
    return sorted(found.values(), key=lambda file: file.name)


def source_file(path: Path, base: Path) -> SourceFile:
    """The file with its digest.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SourceFile(path, _name(path, base), digest)


def whole(file: SourceFile) -> bytes:
    """Every byte of the file, decompressed.

    Raises:
        InputError: it cannot be read, or the compressed stream is cut off or damaged.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise InputError([_unreadable(file.name, error)]) from None
    try:
        if data.startswith(GZIP_MAGIC):
            return gzip.decompress(data)
        return _unpack_zstd(data) if data.startswith(ZSTD_MAGIC) else data
    except EOFError:
        problem = Problem(
            file.name,
            "a compressed file that ends too early",
            "a complete file",
            "It is truncated: copy or export it again.",
        )
    except (OSError, zlib.error, zstandard.ZstdError) as error:
        problem = Problem(
            file.name, f"a damaged compressed file ({error})", "an intact file", "Copy or export it again."
        )
    raise InputError([problem])


def head(path: Path, size: int) -> bytes:
    """At most `size` decompressed bytes from the beginning; fewer where the file is shorter or damaged.

    Raises:
        OSError: it cannot be read.
    """
    with open_plain(path) as stream:
        chunks: list[bytes] = []
        try:
            while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
                chunks.append(chunk)
                size -= len(chunk)
        except (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile):
            pass  # the head of a damaged file is good enough to tell what it is; `whole` reports the damage
        return b"".join(chunks)


def open_plain(path: Path) -> IO[bytes]:
    """The file as a stream of decompressed bytes."""
    stream = path.open("rb")
    magic = stream.read(4)
    stream.seek(0)
    if magic.startswith(GZIP_MAGIC):
        stream.close()
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic == ZSTD_MAGIC:
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True, closefd=True)
        return cast("IO[bytes]", reader)
    return stream


def _unpack_zstd(data: bytes) -> bytes:
    parts: list[bytes] = []
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        parts.append(frame.decompress(data))
        if not frame.eof:
            raise EOFError
        data = frame.unused_data
    return b"".join(parts)


def _matches(base: Path, pattern: str) -> list[Path]:
    path = base / pattern
    if path.is_dir():
        return sorted(entry for entry in path.iterdir() if entry.is_file() and _is_data(entry))
    if path.is_file():
        return [path]
    if not any(sign in pattern for sign in "*?["):
        return []
    root = Path(path.anchor) if Path(pattern).is_absolute() else base
    relative = str(path.relative_to(root)) if root != base else pattern
    return sorted(entry for entry in root.glob(relative) if entry.is_file())


def _is_data(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in COMPRESSIONS]
    return not path.name.startswith((".", "~$")) and bool(suffixes) and suffixes[-1] in FOLDER_SUFFIXES


def _name(path: Path, base: Path) -> str:
    try:
        return path.relative_to(base).as_posix()
    except ValueError:
        return Path(os.path.normpath(path)).as_posix()


def _nothing(base: Path, pattern: str, relation: Relation) -> Problem:
    is_folder = bool(pattern) and (base / pattern).is_dir()
    found = _NOTHING[is_folder]
    remedy = f"Correct path under [sources.{relation.name}]: a file, a glob or a folder, relative to {base}."
    return Problem(pattern or "(empty path)", found, relation.help, remedy)


def _unreadable(name: str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(name, f"a file that cannot be read ({reason})", "a readable file", "Check its permissions.")
