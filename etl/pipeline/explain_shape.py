"""What a file is, which shape reads it and what is read: `billsight shapes explain`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from etl import extract
from etl.config import Settings, Source
from etl.errors import InputError
from etl.pipeline.deduplicate import is_removal
from etl.schemas import RELATIONS, Relation
from etl.validate import settle_formats, validate

_ROW_NAMES: Final = {
    "connectwise_companies": "company", "connectwise_contacts": "contact", "connectwise_statuses": "status",
    "accounting_customers": "customer", "portal_mappings": "mapping", "sync_runs": "run",
}  # fmt: skip
"""Relation -> what one row of it is, where it has no types of documents."""
_TYPES: Final = {"credit_memo": "credit"}
KINDS: Final = {
    "group header": "group", "repeated header": "header", "preamble": "title", "repeated line item": "line",
}  # fmt: skip
"""Words of the notes on a file -> kinds of rows, where they differ."""
_CENT: Final = Decimal("0.01")
_EXAMPLES: Final = 3


def explain_file(path: Path, settings: Settings | None = None) -> dict[str, Any]:
    """Tell which shape a file has, and what is read.

    Args:
        path: the file.
        settings: of a configuration; the source that names the file says how it is read.

    Returns:
        `profile`, `relation`, `refused` (null or reason and remedy), `documents` (type -> count), `sums` (currency ->
        total and balance of the invoices as text, null where unknown), `balances_unknown` (invoices), `quarantined`
        (rows), `left_out` (kind -> rows), and `notes`, `rows` and `lacking` for people.
    """
    named = _named(path, settings) if settings else None
    file = extract.SourceFile(path, path.name, "")
    shapes = extract.shapes_beside(settings.base) if settings else None
    try:
        relation, source = named or (_recognized(path, shapes), Source.model_validate({"path": path.name}))
        zone = settings.zone_of(source) if settings else ZoneInfo("UTC")
        return explain_text(extract.read_text(file, relation, source, shapes), relation, source, zone)
    except InputError as error:
        return _refused(path, error, named[0].name if named else None, shapes)


def explain_text(found: extract.Extract, relation: Relation, source: Source, zone: ZoneInfo) -> dict[str, Any]:
    """Tell what of a file is read, as `explain_file` does.

    Raises:
        InputError: its dates or amounts can be read in two ways.
    """
    formats = settle_formats(found.frame, relation, source, zone, found.formats)
    kept = found.frame.filter(~is_removal(relation))
    split = validate(kept, relation, formats)
    documents = _documents(split.accepted, relation)
    sums, unknown = _sums(split.accepted, relation)
    removed = found.frame.height - kept.height
    left_out = {**found.shape_notes, **({"deleted": removed} if removed else {})}
    return {
        "profile": found.reader.id,
        "relation": relation.name,
        "refused": None,
        "documents": documents,
        "sums": sums,
        "balances_unknown": unknown,
        "quarantined": split.rejected.height,
        "left_out": {KINDS.get(kind, kind): count for kind, count in sorted(left_out.items())},
        "title": found.profile,
        "absent": list(found.absent),
        "is_open_only": found.is_open_only,
        "warnings": [*found.warnings, *found.unknown],
        "problems": [rule for rules in split.rejected["broken_rules"].head(_EXAMPLES).to_list() for rule in rules],
        "rows": split.accepted.head(_EXAMPLES).to_dicts(),
    }


def contract(explained: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an explanation that programs rely on."""
    keys = (
        "profile", "relation", "refused", "documents", "sums", "balances_unknown", "quarantined", "left_out",
    )  # fmt: skip
    return {key: explained[key] for key in keys}


def in_words(explained: Mapping[str, Any]) -> str:
    """An explanation for a person."""
    if explained["refused"]:
        why = explained["refused"]
        return f"Not read: {why['reason']}.\n{why['remedy']}"
    lines = [f"{explained['title']} ({explained['profile']}): {RELATIONS[explained['relation']].help}"]
    lines += [f"  {count} {kind}" for kind, count in explained["documents"].items()]
    for code, sums in explained["sums"].items():
        total, balance = (sums[name] or "unknown" for name in ("total", "balance"))
        lines.append(f"  invoices in {code}: total {total}, open balance {balance}")
    unknown = explained["balances_unknown"]
    lines += [f"  the open balance of {unknown} invoices is unknown"] if unknown else []
    lines += [f"  left out: {count} {kind}" for kind, count in explained["left_out"].items()]
    lines += [f"  quarantined: {explained['quarantined']}"] if explained["quarantined"] else []
    lines += [f"    {problem}" for problem in explained["problems"]]
    lines += [f"  note: {warning}" for warning in explained["warnings"]]
    lines += [f"  never in such a file: {', '.join(explained['absent'])}"] if explained["absent"] else []
    lines += (
        ["  it lists only what is open: an invoice that is absent is paid, deleted or outside of it"]
        if (explained["is_open_only"])
        else []
    )
    shown = [
        ", ".join(f"{name} {value}" for name, value in row.items() if _is_shown(name, value))
        for row in explained["rows"]
    ]
    return "\n".join(
        [*lines, *(["The first rows, as they were understood:"] if shown else []), *(f"  {row}" for row in shown)]
    )


def _is_shown(name: str, value: object) -> bool:
    return value is not None and name not in {"source_file", "has_internal_id"}


def _named(path: Path, settings: Settings) -> tuple[Relation, Source] | None:
    """The relation and the source of a configuration that name the file."""
    for name in settings.sources:
        for source in settings.sources_of(name):
            try:
                files = extract.find_files(settings.base, source, RELATIONS[name])
            except InputError:
                continue
            if any(file.path.resolve() == path.resolve() for file in files):
                return RELATIONS[name], source
    return None


def _recognized(path: Path, shapes: extract.Shapes | None) -> Relation:
    """The relation that a file's content shows.

    Raises:
        InputError: it is refused, or nothing that is read.
    """
    seen = extract.recognize_or_refuse(path, shapes)
    return RELATIONS[seen.relation]


def _refused(path: Path, error: InputError, relation: str | None, shapes: extract.Shapes | None) -> dict[str, Any]:
    reason = "; ".join(dict.fromkeys(problem.found for problem in error.problems))
    remedy = " ".join(dict.fromkeys(problem.remedy for problem in error.problems))
    return {
        "profile": extract.refusing_shape(path, shapes),
        "relation": relation,
        "refused": {"reason": reason, "remedy": remedy},
        "documents": {},
        "sums": {},
        "balances_unknown": 0,
        "quarantined": 0,
        "left_out": {},
    }


def _documents(accepted: pl.DataFrame, relation: Relation) -> dict[str, int]:
    if "document_type" not in accepted.columns:
        return {_ROW_NAMES[relation.name]: accepted.height}
    types = accepted.select(pl.col("document_type").fill_null("invoice").replace(_TYPES).alias("type"))
    counts = types["type"].value_counts(name="rows").sort(["rows", "type"], descending=[True, False])
    return dict(counts.iter_rows())


def _sums(accepted: pl.DataFrame, relation: Relation) -> tuple[dict[str, dict[str, str | None]], int]:
    """Currency -> sums of its invoices, null where none of them has the amount; and how many balances are unknown."""
    if not {"document_type", "total_amount", "balance_amount", "currency_code"} <= set(relation.names):
        return {}, 0
    invoices = accepted.filter(pl.col("document_type").fill_null("invoice") == "invoice")
    sums = {}
    for code in sorted(invoices["currency_code"].drop_nulls().unique()):
        own = invoices.filter(pl.col("currency_code") == code)
        sums[code] = {"total": _sum(own["total_amount"]), "balance": _sum(own["balance_amount"])}
    return sums, invoices["balance_amount"].null_count()


def _sum(amounts: pl.Series) -> str | None:
    known = amounts.drop_nulls()
    if not known.len():
        return None
    whole = sum(known.to_list(), Decimal(0)).normalize()
    exponent = whole.as_tuple().exponent
    return format(whole if isinstance(exponent, int) and exponent < -2 else whole.quantize(_CENT), "f")  # noqa: PLR2004
