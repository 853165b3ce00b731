"""From the configuration to the files on disk, and from a file to its plain bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from etl.config import Source
from etl.domain import Made, SourceFile, utc
from etl.errors import InputError, Problem, SourceMissingError
from etl.extract.days import days_in
from etl.extract.formats.compression import DAMAGES, open_plain, unpacked
from etl.safe_text import readable
from etl.schemas import Relation

COMPRESSIONS: Final = (".gz", ".zst")
FOLDER_SUFFIXES: Final = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xml", ".qbxml", ".iif"}
    # Not read, but somebody put data there: better a clear refusal than a silent gap.
    | {".xls", ".zip"}
)
"""What is taken from a folder; a file named by itself or by a pattern may be called anything."""

_CHUNK: Final = 1 << 20
_NOTHING: Final = ("no file", "a folder without data files")


def find_files(base: Path, source: Source, relation: Relation) -> list[SourceFile]:
    """The files of a source, sorted by name.

    Args:
        base: folder of the configuration.
        source: names a file, a glob or a folder, or a list of them.
        relation: what the files should hold; for the message.

    Raises:
        SourceMissingError: no name finds anything.
        InputError: a name finds nothing, or what is no file, or leads elsewhere, or cannot be read; all are listed.
    """
    patterns = [source.path] if isinstance(source.path, str) else source.path
    problems: list[Problem] = []
    found: dict[Path, SourceFile] = {}
    for pattern in patterns:
        try:
            paths = _matches(base, pattern)
            if not paths:
                problems.append(_nothing(base, pattern, relation))
            for path in paths:
                problem = _unfit(path, base, base / pattern)
                if problem is None:
                    found.setdefault(path.resolve(), source_file(path, base))
                else:
                    problems.append(problem)
        except (OSError, ValueError, RuntimeError) as error:
            problems.append(_unreadable(_name(base / pattern, base), error))
    if not patterns:
        problems.append(_nothing(base, "", relation))
    if problems and all(problem.found in _NOTHING for problem in problems) and not found:
        raise SourceMissingError(problems)
    if problems:
        raise InputError(problems)
    return sorted(found.values(), key=lambda file: file.name)


def source_file(path: Path, base: Path) -> SourceFile:
    """The file with its digest.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        stamp = _stamp(os.fstat(stream.fileno()))
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SourceFile(path, _name(path, base), digest, stamp)


def made_at(file: SourceFile, zone: ZoneInfo, printed_at: datetime | None = None) -> Made | None:
    """When a file was made: by its footer, else by the last day in its name that is not after the file's own time.

    Args:
        file: invoices-2026-11-29.csv, invoices_20261129_0600.json, portal Nov 29, 2026.csv.
        zone: of the days in names.
        printed_at: the time in its footer, UTC without a zone.
    """
    if printed_at is not None:
        return Made(printed_at, "time in its footer")
    written = utc(written_at(file), UTC)
    found = [[utc(day, zone) for day in days] for days in days_in(file.path.name)]
    last = utc(written.replace(tzinfo=UTC).astimezone(zone).replace(hour=23, minute=59, second=59, tzinfo=None), zone)
    believed = [(min(days), len(days) == 1) for days in found if min(days) <= last]
    if not believed:
        return None
    at, is_certain = max(believed)
    is_day = at.replace(tzinfo=UTC).astimezone(zone).time() == time()
    return Made(at, _NAME, is_certain, is_day)


_NAME: Final = "date in the file's name"
SETTING: Final = "setting as_of"
"""Why it is known when a file was made, where the configuration says it; no guess is better."""


def written_at(file: SourceFile) -> datetime:
    """When the file was written to last, UTC."""
    return datetime.fromtimestamp(file.stamp[1] / 1e9 if file.stamp else file.path.stat().st_mtime, UTC)


def refuse_changed(file: SourceFile) -> None:
    """A file that was written to while it was read holds neither the old rows nor the new ones.

    Raises:
        InputError: it is not the file any more whose digest was taken.
    """
    try:
        is_same = file.stamp is None or _stamp(file.path.stat()) == file.stamp
    except OSError as error:
        raise InputError([_unreadable(file.name, error)]) from None
    if not is_same:
        remedy = "Somebody was still writing it: let the export end before the run begins."
        raise InputError([Problem(file.name, "a file that changed while it was read", "a finished file", remedy)])


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def whole(file: SourceFile) -> bytes:
    """Every byte of the file, decompressed.

    Raises:
        InputError: it cannot be read, the compressed stream is cut off or damaged, or it unpacks to too much.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise InputError([_unreadable(file.name, error)]) from None
    try:
        return unpacked(data, file.name)
    except EOFError:
        problem = Problem(
            file.name,
            "a compressed file that ends too early",
            "a complete file",
            "It is truncated: copy or export it again.",
        )
    except DAMAGES as error:
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
        except DAMAGES:
            pass  # the head of a damaged file is good enough to tell what it is; `whole` reports the damage
        return b"".join(chunks)


def _matches(base: Path, pattern: str) -> list[Path]:
    """Everything of that name, whatever it is; of a folder, what is called like data."""
    path = base / pattern
    if path.is_dir():
        return sorted(entry for entry in path.iterdir() if _is_data(entry))
    if path.exists() or path.is_symlink():
        return [path]
    if not _is_glob(pattern):
        return []
    root = Path(path.anchor) if Path(pattern).is_absolute() else base
    relative = str(path.relative_to(root)) if root != base else pattern
    # a folder that a pattern finds by the way is not meant, unless it is called like data
    return sorted(entry for entry in root.glob(relative) if not entry.is_dir() or _is_data(entry))


def _is_glob(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


def _is_data(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in COMPRESSIONS]
    return not path.name.startswith((".", "~$")) and bool(suffixes) and suffixes[-1] in FOLDER_SUFFIXES


def _unfit(path: Path, base: Path, named: Path) -> Problem | None:
    """Why an entry cannot be read as a file of the source.

    What the configuration names may lie anywhere. What merely lies in a folder it names was perhaps put there by
    somebody else: a link from there leads to no file that nobody named.
    """
    name, expected = _name(path, base), "a file"
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Problem(name, "a link that leads nowhere", expected, "Put the file itself there, or remove the link.")
    if not stat.S_ISREG(mode):
        remedy = "Remove or rename it, or name the right file in path: only files are read."
        return Problem(name, _KINDS.get(stat.S_IFMT(mode), "no file"), expected, remedy)
    if path == named:
        return None
    root = _fixed(named).resolve()
    if path.resolve().is_relative_to(root):
        return None
    remedy = "Put the file itself there, or name in path where the link leads to: what is named may lie anywhere."
    return Problem(name, f"a link that leads out of its folder, to {path.resolve()}", f"a file below {root}", remedy)


_KINDS: Final = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}  # fmt: skip


def _fixed(named: Path) -> Path:
    """The folder that is named before anything is left open."""
    parts: Iterable[str] = named.parts
    return Path(*_before_glob(parts)) if _is_glob(str(named)) and not named.is_dir() else named


def _before_glob(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        if _is_glob(part):
            return
        yield part


def _name(path: Path, base: Path) -> str:
    """As the user would say it; a name that nobody can see or write is spelt out."""
    try:
        return readable(path.relative_to(base).as_posix())
    except ValueError:
        return readable(Path(os.path.normpath(path)).as_posix())


def _nothing(base: Path, pattern: str, relation: Relation) -> Problem:
    is_folder = bool(pattern) and (base / pattern).is_dir()
    found = _NOTHING[is_folder]
    remedy = f"Correct path under [sources.{relation.name}]: a file, a glob or a folder, relative to {base.absolute()}."
    return Problem(pattern or "(empty path)", found, relation.help, remedy)


def _unreadable(name: str, error: Exception) -> Problem:
    reason = getattr(error, "strerror", None) or str(error)
    return Problem(name, f"a file that cannot be read ({reason})", "a readable file", "Check its name and permissions.")
