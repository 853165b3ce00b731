"""The settings of a configuration that `init --force` replaces: every one that still applies stays."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from etl.config import Settings, Source
from etl.errors import InputError
from etl.extract import find_files
from etl.pipeline.first_run.propose_sources import SourceTable
from etl.safe_text import readable
from etl.schemas import RELATIONS


@dataclass(frozen=True)
class KeptSettings:
    """What stays of a configuration.

    Attributes:
        values: section -> key -> value.
        tables: the sources.
        remarks: what did not stay, and why.
    """

    values: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    tables: tuple[SourceTable, ...] = ()
    remarks: tuple[str, ...] = ()


def read_kept_settings(target: Path) -> KeptSettings:
    """Read the configuration that is to be replaced; an empty result where there is none."""
    if not target.is_file():
        return KeptSettings()
    try:
        document = tomllib.loads(target.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return KeptSettings(remarks=("The old configuration is not TOML: nothing of it could be kept.",))
    values: dict[str, dict[str, Any]] = {}
    remarks: list[str] = []
    for section, keys in document.items():
        if section == "sources":
            continue
        for key, value in keys.items() if isinstance(keys, dict) else [("", keys)]:
            if key and _is_valid(section, key, value):
                values.setdefault(section, {})[key] = value
            else:
                name = f"[{section}] {key}" if key else section
                remarks.append(f"Not kept, because no run can use it: {readable(name)}")
    tables, lost = _tables(target.parent, document.get("sources", {}))
    return KeptSettings(values, tuple(tables), (*remarks, *lost))


def _is_valid(section: str, key: str, value: object) -> bool:
    if section not in Settings.model_fields or Settings.model_fields[section].exclude:
        return False
    try:
        Settings.model_validate({section: {key: value}, "base": Path()})
    except ValidationError:
        return False
    return True


def _tables(folder: Path, sources: object) -> tuple[list[SourceTable], list[str]]:
    tables: list[SourceTable] = []
    remarks: list[str] = []
    for name, given in sources.items() if isinstance(sources, dict) else []:
        for one in given if isinstance(given, list) else [given]:
            try:
                if name not in RELATIONS:
                    raise KeyError(name)  # noqa: TRY301 - one way out
                tables.append(_table(folder, name, one))
            except (KeyError, ValidationError):
                remarks.append(f"Not kept, because no run can use it: {readable(f'[sources.{name}]')}")
    return tables, remarks


def _table(folder: Path, name: str, given: Mapping[str, Any]) -> SourceTable:
    """A source as it was, and the files that it finds now."""
    source = Source.model_validate(given)
    files: list[str] = []
    for pattern in [source.path] if isinstance(source.path, str) else source.path:
        one = source.model_copy(update={"path": pattern})
        try:
            files += [file.name for file in find_files(folder, one, RELATIONS[name])]
        except InputError:
            continue
    return SourceTable(name, dict(given), files=tuple(files), is_kept=True)
