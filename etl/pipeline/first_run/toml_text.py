"""The text of `billsight.toml`: a commented template, the values that are known, and the tables of the sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from etl.pipeline.first_run.propose_sources import SourceTable
from etl.safe_text import one_line
from etl.schemas import RELATIONS, Relation

Values = Mapping[str, Mapping[str, Any]]
"""Section -> key -> value."""

HEADER: Final = """\
# billsight.toml, written by `billsight init`. Lines that begin with # are switched off.
# After changing something: `billsight check`. Paths are relative to this file.

[portal]
# Portal Security Level Considered Client Admin: contacts at or above it see invoices (1 to 6).
{security_levels}
minimum_security_level = 6
# Does the ConnectWise security level decide who sees invoices ("levels"), or the portal's Client Profiles ("profiles")?
# On today's ConnectBooster look at Client Profiles: where profiles were assigned there, write "profiles".
access = "levels"
# The portal's current "new sync from" date, and the earliest one that was ever used.
# sync_from_date = 2026-01-01
# first_sync_from_date = 2024-01-01
# Set to true if sync_runs reaches back to the very first sync.
# is_sync_log_complete = false
# Changes younger than this wait for the next sync; a sync that succeeded longer ago than this has stalled.
grace_hours = 24
stall_hours = 48
# The zone in which the portal reads its dates.
time_zone = "UTC"
# hidden_company_types = ["Prospect"]
# hidden_company_statuses = ["Not Approved"]

[provider]
# name = "Your company"
# Your own e-mail domains say nothing about a client.
# email_domains = ["example.com"]
# How many days may pass until an invoice is closed and batched? Until then it is waiting.
# batch_days = 7
# A company is known to be active or inactive if its status is Active, is in connectwise_statuses, or is named here.
{company_statuses}
# active_company_statuses = ["Active"]
{billing_statuses}

[output]
folder = "out"
register = "state/register.sqlite"

[review]
# Each run first imports the decided fix files in this folder. To use it, create the folder.
inbox = "inbox"
# allow_override = false
"""


_SETTING: Final = re.compile(r"(?:# )?(\w+) = ")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def write_value(value: object) -> str:
    """A value as TOML writes it; characters such as a line break are escaped, as in JSON."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(map(write_value, value))}]"
        case dict():
            inner = ", ".join(f"{_key(name)} = {write_value(one)}" for name, one in value.items())
            return f"{{ {inner} }}"
        case _:
            return str(value)


def fill_template(template: str, values: Values) -> str:
    """The template with the known values in place of its own; settings that it lacks end their section."""
    lines: list[str] = []
    left = {section: dict(keys) for section, keys in values.items()}
    for part in re.split(r"(?m)^(?=\[)", template):
        section = part[1 : part.index("]")] if part.startswith("[") else ""
        keys = left.pop(section, {})
        kept = [_filled(line, keys) for line in part.rstrip("\n").split("\n")]
        lines += [*kept, *_assignments(keys), ""]
    for section, keys in left.items():
        lines += [f"[{section}]", *_assignments(keys), ""] if keys else []
    return "\n".join(lines)


def write_sources(tables: Sequence[SourceTable]) -> str:
    """Every relation with its tables; a relation without one is switched off."""
    lines: list[str] = []
    for relation in RELATIONS.values():
        of_relation = [table for table in tables if table.relation == relation.name]
        lines += [_title(relation, of_relation), *_tables(relation, of_relation), ""]
    return "\n".join(lines)


def _filled(line: str, keys: dict[str, Any]) -> str:
    """A line with the known value of its setting, which is taken out of the keys."""
    found = _SETTING.match(line)
    if found is None or found[1] not in keys:
        return line
    return f"{found[1]} = {write_value(keys.pop(found[1]))}"


def _assignments(keys: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(name)} = {write_value(value)}" for name, value in keys.items())


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else write_value(name)


def _title(relation: Relation, tables: Iterable[SourceTable]) -> str:
    shapes = ", ".join(sorted({shape for table in tables for shape in table.shapes}))
    required = " (required)" if relation.is_required else ""
    return f"# {relation.help}{required}{': ' + shapes if shapes else ''}"


def _tables(relation: Relation, tables: Sequence[SourceTable]) -> Iterator[str]:
    if not tables:
        yield from (f"# [sources.{relation.name}]", '# path = "..."')
    several = sum(table.is_on for table in tables) > 1
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield from _comments(table.notes)
        off = "" if table.is_on else "# "
        name = f"sources.{relation.name}"
        settings = {key: value for key, value in table.settings.items() if key != "columns"}
        yield f"{off}{f'[[{name}]]' if several else f'[{name}]'}"
        yield from (f"{off}{line}" for line in _assignments(settings))
        yield from _offers(relation, table)
        if table.settings.get("columns"):
            yield from (f"{off}[{name}.columns]", *(f"{off}{one}" for one in _assignments(table.settings["columns"])))


def _offers(relation: Relation, table: SourceTable) -> Iterator[str]:
    """Settings that files often need, switched off."""
    if table.is_kept:
        return
    if "date_order" not in table.settings:
        yield '# date_order = "mdy"'
    if "currency_code" not in table.settings and "currency_code" in relation.names:
        yield '# currency_code = "USD"'


def _comments(notes: Iterable[str]) -> Iterator[str]:
    return (f"# {one_line(note)}" for note in notes)
