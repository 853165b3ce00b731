"""Real shapes to damage: small files as the systems write them, each with what is known about it beforehand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from etl import config
from etl.demo import DemoPlan
from etl.demo.plan import Shape
from tests.support import provider_runs

Kind = Literal["table", "json", "text", "decisions"]

_ROWS = 12
_RECORDS = 5
_LISTS = ("QueryResponse", "Invoices", "Contacts")
_NOT_READ = ("truth_", "judgements")


@dataclass(frozen=True)
class Sample:
    """One small file.

    Attributes:
        relation: what it holds; `decisions` for a decided file.
        rows: cells of a table, the header among them.
        records: the elements of an API answer.
        text: a whole file of XML or IIF.
        wrap: the members above the records: `("QueryResponse", "Invoice")`.
        source: how its source is configured.
        is_counted: whether every row below the header, or every record, is a row of the relation.
    """

    name: str
    kind: Kind
    relation: str
    rows: tuple[tuple[str, ...], ...] = ()
    records: tuple[Any, ...] = ()
    text: str = ""
    wrap: tuple[str, ...] = ()
    source: dict[str, Any] = field(default_factory=dict)
    is_counted: bool = True


def shapes(folder: Path) -> list[Sample]:
    """Every shape there is.

    Args:
        folder: for invented providers; the fixtures after one run stand in its `night`.
    """
    found = [*_of_folder(folder / "night", "fixtures")]
    for name in ("xero_csv", "quickbooks_report"):
        found += _of_folder(provider_runs.FIXTURES / "shapes" / name, name)
    plans: tuple[Shape, ...] = ("table", "quickbooks_online", "xero")
    for shape in plans:
        if not (folder / shape).exists():
            provider_runs.invented(folder / shape, DemoPlan(6, 20, 1, shape))
        found += _of_folder(folder / shape, shape)
    return [*found, *_decisions(folder / "night")]


def _of_folder(folder: Path, named: str) -> Iterator[Sample]:
    """The configured files of a folder, cut to a few rows; the configuration as it is, and none at all."""
    settings = config.load(folder / "billsight.toml", {})
    for relation, source in settings.sources.items():
        patterns = [source.path] if isinstance(source.path, str) else source.path
        for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
            told = source.model_dump(exclude={"path"}, exclude_defaults=True)
            name = f"{named}/{path.name}"
            if path.suffix == ".json":
                yield _answer(path, Sample(name, "json", relation, source=told))
            else:
                yield _table(path, Sample(name, "table", relation, source=told))


def _table(path: Path, shape: Sample) -> Sample:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    is_report = not all(rows[0][:3]) or len(rows[0]) < 2
    kept = rows if is_report else rows[: _ROWS + 1]
    counted = (not is_report and shape.relation != "accounting_invoices") or shape.source.get("shape") == "table"
    return replace(shape, rows=tuple(map(tuple, kept)), is_counted=counted and not is_report)


def _answer(path: Path, shape: Sample) -> Sample:
    value = json.loads(path.read_text(encoding="utf-8"))
    wrap: list[str] = []
    while isinstance(value, dict):
        key = next(key for key, inner in value.items() if isinstance(inner, list) or key in _LISTS)
        wrap.append(key)
        value = value[key]
    return replace(shape, records=tuple(value[:_RECORDS]), wrap=tuple(wrap))


def _decisions(night: Path) -> Iterator[Sample]:
    """The fix file of the run with decisions written into it, some of them good."""
    text = (night / "out" / "latest" / "mapping_fixes.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    words = ("approve", "reject", "exclude", "unsure", "snooze:2027-01-05", "", "approve", "override")
    # customers with a company first: the others can be excluded only
    rows = sorted(rows, key=lambda row: not row["cw_company_id"])[: _ROWS * 2]
    decided = [{**row, "decision": words[at % len(words)], "reviewer": "kim"} for at, row in enumerate(rows)]
    for name, part in (("decisions", decided), ("approved", [dict(row, decision="approve") for row in rows[:4]])):
        lines = (tuple(part[0]), *(tuple(row.values()) for row in part))
        yield Sample(name, "decisions", "decisions", rows=lines, is_counted=False)
