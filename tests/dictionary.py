"""The generated pages of the documentation: `make docs` writes them, a test holds that they are current."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from etl.causes import CAUSES
from etl.config import Backfill, Gates, Limits, Matching, Notify, Output, Portal, Provider, Retention, Review, Source
from etl.extract.profiles.registry import PROFILES, shapes_of
from etl.extract.shapes.catalogue import all_shapes
from etl.match.certainty_rules import CONTESTED, GROUNDS, STRICT, obstacles
from etl.match.scorecard import KINDS_OF_EVIDENCE, PRIOR, PRIOR_WORDS, read_scorecard
from etl.resources import resource
from etl.schemas import RELATIONS, SQL_TYPE, Column, Relation
from etl.warehouse.models import FOLDERS, HEADER_KEYS

DOCS: Final = Path(__file__).parents[1] / "docs"
DICTIONARY: Final = DOCS / "data-dictionary.md"
GUIDE: Final = DOCS / "guide.md"

JUDGED: Final[Mapping[str, str]] = {
    "ctl.blocked_before": "what was blocked in the last run that could check it; if none could, what is blocked now",
    "ctl.causes": "the taxonomy: every cause with its bit, stage, kind, title, fixes and who can do it",
    "ctl.compared_codes": "for each cause: whether this run and an earlier run both read the sources that decide it",
    "ctl.open_issues": "issues open after the last run; those of unmapped customers with the cause of this run",
    "ctl.remembered": "one row: the numbers of the run, as the history remembers them",
    "ctl.portal_memory": "what the last run remembered of the portal's list and of open books",
    "ctl.run": "one row: the run, its instant, and what was configured and given",
    "ctl.scopes": "what each list holds, as of when, and where that is known from",
    "ctl.states": "the states of an invoice",
    "matching.candidates": "candidates per customer, ranked: certainty, score, its parts, decision and reason",
    "matching.judgements": "decisions of people that apply in this run, without customers whose snooze ends today",
    "matching.mappings": "one row per customer: its company, who says so, and why",
    "matching.repeated_pairs": "pairs of one number that prove nothing: it stands for several invoices on a side",
    "marts.backfill_options": "'sync from' dates worth considering: what each recovers, re-reads and leaves to resyncs",
    "marts.cause_sets": "every set of causes that occurs, as a mask and in words",
    "marts.company_checks": "access of every mapped company: gates it fails, the contact to propose, what to change",
    "marts.contact_states": "every mapped or decided company: where the decision about its access stands",
    "marts.contact_checks": "access of every contact: the gates it fails, its role, whether it is proposed",
    "marts.customer_checks": "identity of every customer: the gates it fails, which later gates its invoices reach",
    "marts.gap_invoices": "which invoice lies in which gap",
    "marts.invoice_checks": "checks that each invoice reaches, fails or leaves unknown, as masks; what counts it",
    "marts.issue_states": "every issue that is not simply as it was: what became of it, and why it is resolved",
    "marts.sync_gaps": "missed invoices in gaps: reason, times, invoices, customers, amounts",
    "quarantine.rows": "every row that was quarantined: file, line, every rule it broke, its values as read",
}
"""What no SQL file makes: written by the program, columns in its own docstrings."""

_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "portal": Portal, "provider": Provider, "matching": Matching, "backfill": Backfill, "limits": Limits,
    "output": Output, "review": Review, "gates": Gates, "notify": Notify, "retention": Retention,
    "sources.<relation>": Source,
}  # fmt: skip


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    captions = list(head)
    yield f"| {' | '.join(captions)} |"
    yield f"|{'---|' * len(captions)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in row)} |"


def dictionary() -> str:
    """docs/data-dictionary.md."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from `etl/schemas.py`, the headers in `sql/` and `etl/causes.py` by `make docs`.",
        "",
        "Ids say whose they are (`_acct`: the accounting package, `_cw`: ConnectWise). Amounts stand beside their",
        "`currency_code`; `_at` is an instant in UTC, `_date` a calendar day; booleans begin with `is_` or `has_`.",
        "",
        "## What is read",
        "",
        "Only these columns are ever read. What validation lets through lands in `accepted.<relation>`, with",
        "`source_file` and `source_line` (null for rows that were read in bulk); the rest in `quarantine.rows`.",
    ]
    for relation in RELATIONS.values():
        lines += ["", *_relation(relation)]
    lines += ["", "## What a run makes of it", "", "In `run.duckdb`, one schema per step.", ""]
    lines += _table(("relation", "one row per", "what it holds", "units"), _models())
    lines += [
        "",
        "## Causes",
        "",
        "In the order in which the gates are checked; the first that fails is the primary cause.",
        "",
    ]
    lines += _table(
        ("cause", "no.", "stage", "kind", "what it means", "fix, legacy interface", "fix, current interface", "who"),
        ((f"`{c.code}`", c.number, c.stage, c.kind, c.title, c.fix_legacy, c.fix_current, c.who) for c in CAUSES),
    )
    return "\n".join(lines) + "\n"


def _relation(relation: Relation) -> Iterator[str]:
    yield f"### {relation.name}"
    yield ""
    need = "Required" if relation.is_required else "Optional"
    yield f"{need}: {relation.help}. One row per `{', '.join(relation.key)}`."
    yield ""
    yield from _table(
        ("column", "type", "required", "what it is"),
        ((f"`{c.name}`", SQL_TYPE[c.kind], _need(relation, c), c.help) for c in relation.columns),
    )


def _need(relation: Relation, column: Column) -> str:
    if column.name in relation.one_of:
        return "one of them"
    return "yes" if column.required else ""


def headers() -> dict[str, dict[str, str]]:
    """Model -> the keys of its header."""
    found = {}
    for folder in FOLDERS:
        directory = resource("sql") / folder
        for file in sorted(directory.iterdir(), key=lambda entry: entry.name):
            if not file.name.endswith(".sql"):
                continue
            header, key = dict[str, str](), ""
            for line in file.read_text(encoding="utf-8").splitlines():
                if not line.startswith("--"):
                    break
                name, colon, rest = line[2:].strip().partition(":")
                key, text = (name, rest) if colon and name in HEADER_KEYS else (key, line[2:])
                header[key] = f"{header.get(key, '')} {text.strip()}".strip()
            found[header["model"]] = header
    return found


def _models() -> list[tuple[str, str, str, str]]:
    made = [(f"`{name}`", h["grain"], h["purpose"].rstrip("."), h["units"]) for name, h in headers().items()]
    judged = [(f"`{name}`", "", purpose, "") for name, purpose in JUDGED.items()]
    order = {schema: place for place, schema in enumerate(("ctl", "quarantine", *FOLDERS))}
    return sorted([*made, *judged], key=lambda row: (order[row[0].strip("`").partition(".")[0]], row[0]))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=field.default_factory is not None)
    if value in (None, [], {}, "") or field.default_factory is not None:
        return ""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def settings() -> str:
    """The reference of the configuration, for the guide."""
    lines: list[str] = []
    for name, part in _PARTS.items():
        lines += ["", f"`[{name}]` {(part.__doc__ or '').strip()}", ""]
        rows = (
            (f"`{field.alias or key}`", _kind(field), _default(field), field.description or "")
            for key, field in part.model_fields.items()
        )
        lines += _table(("key", "value", "default", "what it is"), rows)
    return "\n".join(lines).strip()


def _kind(field: FieldInfo) -> str:
    names = {str: "text", int: "number", float: "number", bool: "true or false", date: "date", Path: "path"}
    told = re.sub(r"typing\.|\bNoneType\b| \| None", "", str(field.annotation))
    choices = re.findall(r"'([^']*)'", told)
    if "Literal" in told:
        return " or ".join(f"`{choice}`" for choice in choices)
    if "dict" in told:
        return "table"
    if told.startswith("list"):
        return "list of text"
    if "list" in told:
        return "text, or list of text"
    return next((word for kind, word in names.items() if kind.__name__ in told), "text")


def shapes() -> str:
    """Which relation can be read in which shape, for the guide."""
    titles = {(profile.relation, profile.shape): profile.title for profile in PROFILES}
    titles |= {(shape.relation, shape.id): shape.full_title for shape in all_shapes()}
    families = {shape.family for shape in all_shapes()} - {shape.id for shape in all_shapes()}
    rows = [
        (f"`{name}`", relation.help, "yes" if relation.is_required else "", "<br>".join(
            f"`{shape}`: {titles[name, shape]}" for shape in shapes_of(name) if shape not in families
        ))
        for name, relation in RELATIONS.items()
    ]  # fmt: skip
    return "\n".join(_table(("source", "what it is", "required", "shapes"), rows))


def scorecard() -> str:
    """What each piece of evidence is worth, for the guide."""
    card = read_scorecard()
    rows: list[tuple[object, ...]] = [(PRIOR, PRIOR_WORDS, f"{card.prior:+g}")]
    rows += [
        (kind, level.words, f"{card.points[kind][finding]:+g}")
        for kind, levels in KINDS_OF_EVIDENCE.items()
        for finding, level in levels.items()
    ]
    return "\n".join(_table(("evidence", "finding", "points"), rows))


def clauses() -> str:
    """What makes a candidate certain, and what keeps it from being so, for the guide."""
    grounds = (f"- {words}" for words in GROUNDS)
    against = (f"- {words}" for words in [*obstacles(STRICT), CONTESTED])
    return "\n".join(["One of these must hold:", "", *grounds, "", "None of these may hold:", "", *against])


def guide(text: str) -> str:
    """The guide with its generated parts made anew."""
    parts = {"settings": settings(), "shapes": shapes(), "scorecard": scorecard(), "clauses": clauses()}
    for name, made in parts.items():
        start, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}\n\n{made}\n\n{end}{after}"
    return text


def write() -> None:
    """Write every generated page."""
    DICTIONARY.write_text(dictionary(), encoding="utf-8")
    GUIDE.write_text(guide(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
