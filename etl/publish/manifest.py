"""`manifest.json`: the inputs and the output files of a run, each with its sha256."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from etl.config import Settings
from etl.domain import MANIFEST, FileReport, Run
from etl.errors import InvariantError
from etl.files import output_errors
from etl.publish.publication import Publication
from etl.publish.verify import differences

SCHEMA_VERSION: Final = 1
KEPT: Final = frozenset({MANIFEST, "summary.json"})
"""What stays of a run when the rest of it is pruned."""

_HASHERS: Final = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class Written:
    """A run whose files are written and closed, with its inputs.

    Attributes:
        files: what became of each source file.
        summary: the content of summary.json.
        state: the register, history and site's key that it was made with, as `etl.review.site.site_state` tells them.
    """

    settings: Settings
    run: Run
    files: list[FileReport]
    summary: dict[str, Any]
    state: dict[str, Any]


def seal(written: Written, publication: Publication) -> None:
    """Read every file of the run again, compare it with the summary, and write `manifest.json` next to it.

    Raises:
        InvariantError: a file does not say what the summary says.
        OutputError: a file could not be read, or the manifest not written.
    """
    folder = publication.folder
    outputs = sorted(path for path in folder.rglob("*") if path.is_file())
    with output_errors(folder), ThreadPoolExecutor(_HASHERS) as pool:
        # the large ones first, so that no processor waits for one of them in the end
        hashed = {path: pool.submit(_digest, path) for path in sorted(outputs, key=_size, reverse=True)}
        wrong = differences(folder, written.summary)
        digests = {path: hashed[path].result() for path in outputs}
    if wrong:
        raise InvariantError(wrong)
    with output_errors(folder):
        sealed = [_entry(path.relative_to(folder).as_posix(), path, digests[path]) for path in outputs]
        manifest = _manifest(written, sealed)
    publication.write(MANIFEST, _to_json(manifest))


def verify(folder: Path) -> list[str]:
    """Compare a published run with its manifest.

    Args:
        folder: the folder of the run, or `latest`.

    Returns:
        What differs, in words; nothing where the run is whole, or was pruned and what is to stay is whole.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        entries = {entry["name"]: entry for entry in manifest["outputs"]}
    except FileNotFoundError:
        return [f"{MANIFEST} is missing"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{MANIFEST} cannot be read ({type(error).__name__}: {error})"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    if there <= KEPT:
        entries = {name: entry for name, entry in entries.items() if name in KEPT}
    wrong = [f"{name} is not in the manifest" for name in sorted(there - entries.keys() - {MANIFEST})]
    wrong += [f"{name} is missing" for name in sorted(entries.keys() - there)]
    with ThreadPoolExecutor(_HASHERS) as pool:
        checked = pool.map(_differs, ((folder / name, entries[name]) for name in sorted(entries.keys() & there)))
        return wrong + [difference for difference in checked if difference is not None]


def _differs(expected: tuple[Path, dict[str, Any]]) -> str | None:
    path, entry = expected
    try:
        if _size(path) != entry["bytes"]:
            return f"{entry['name']} has {_size(path)} bytes, the manifest says {entry['bytes']}"
        return None if _digest(path) == entry["sha256"] else f"{entry['name']} is not the file that was published"
    except OSError as error:
        return f"{entry['name']} cannot be read ({error.strerror})"


def counts(files: list[FileReport], summary: dict[str, Any]) -> dict[str, Any]:
    """The numbers of rows read and of results, without any personal data."""
    relations = sorted({file.relation for file in files})
    kinds = ("rows_extracted", "rows_accepted", "rows_quarantined")
    return {
        "invoices": summary["numbers"]["invoices"],
        "blocked_invoices": summary["numbers"]["blocked"]["invoices"],
        "files": len(files),
        "sources": {
            name: {kind: sum(getattr(file, kind) for file in files if file.relation == name) for kind in kinds}
            for name in relations
        },
    }


def configuration_digest(settings: Settings) -> str:
    """The sha256 of the settings in effect, with defaults and environment; independent of their folder."""
    canonical = json.dumps(
        _plain(settings.model_dump(), settings.base.absolute()),
        sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str,
    )  # fmt: skip
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any, base: Path) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one, base) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, base) for one in value]
    if isinstance(value, Path):
        return (value.relative_to(base) if value.is_relative_to(base) else value).as_posix()
    return value


def _manifest(written: Written, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    run, summary = written.run, written.summary
    return {
        "schema": SCHEMA_VERSION,
        "run_id": run.run_id,
        "as_of_at": summary["run"]["as_of_at"],
        "versions": {**summary["run"]["versions"], "python": platform.python_version()},
        "configuration_sha256": configuration_digest(written.settings),
        "counts": counts(written.files, summary),
        "state": written.state,
        "inputs": list(_inputs(written)),
        "outputs": outputs,
    }


def _inputs(written: Written) -> Iterable[dict[str, Any]]:
    for file in sorted(written.files, key=lambda file: (file.relation, file.file)):
        entry = _entry(file.file, file.source.path, file.source.digest)
        read_by = {"shape": asdict(file.reader)} if file.reader else {}
        yield {"relation": file.relation, **entry, **read_by}


def _entry(name: str, path: Path, digest: str) -> dict[str, Any]:
    return {"name": name, "bytes": _size(path), "sha256": digest}


def _size(path: Path) -> int:
    return path.stat().st_size


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_json(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
