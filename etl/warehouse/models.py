"""The SQL models: one file is one select, its folder the schema, its name the relation, its header a tested promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from etl.resources import resource
from etl.warehouse.engine import Engine

HEADER_KEYS = ("model", "grain", "kind", "reads", "purpose", "units", "source")
FOLDERS = ("staging", "matching", "intermediate", "marts", "report", "checks")


@dataclass(frozen=True)
class Model:
    """One SQL file.

    Attributes:
        name: `schema.relation`.
        reads: the relations that it selects from.
        kind: `table`, or `view` where a copy of a big relation would only cost.
    """

    name: str
    reads: tuple[str, ...]
    kind: str
    grain: str
    purpose: str
    sql: str


def read_models() -> dict[str, Model]:
    """Every model under `sql/`, by name."""
    models = {}
    for folder in FOLDERS:
        directory = resource("sql") / folder
        for file in sorted(directory.iterdir(), key=lambda entry: entry.name) if directory.is_dir() else ():
            if file.name.endswith(".sql"):
                model = _parse(file.read_text(encoding="utf-8"))
                models[model.name] = model
    return models


def _parse(text: str) -> Model:
    header: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        body = line[2:].strip()
        name, colon, rest = body.partition(":")
        if colon and name in HEADER_KEYS:
            key, body = name, rest.strip()
        header[key] = f"{header.get(key, '')} {body}".strip()
    reads = tuple(part.strip() for part in header["reads"].split(",") if part.strip())
    return Model(header["model"], reads, header.get("kind", "table"), header["grain"], header["purpose"], text)


def build(engine: Engine, models: Mapping[str, Model], names: Iterable[str]) -> None:
    """Build the named models, each after those of them that it reads."""
    wanted = set(names)
    order = TopologicalSorter({name: wanted & set(models[name].reads) for name in sorted(wanted)})
    for name in order.static_order():
        engine.run(f"create or replace {models[name].kind} {name} as\n{models[name].sql}")


def names_in(models: Mapping[str, Model], *schemas: str) -> list[str]:
    """The models of these schemas."""
    return [name for name in models if name.partition(".")[0] in schemas]
