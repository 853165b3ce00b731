"""Before the first run: write a configuration, check it against the files, write a demo provider."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from etl import extract
from etl.config import Settings, Source
from etl.demo import HEADING, DemoPlan, write_demo
from etl.domain import Run
from etl.errors import ClockError, ConfigurationError, HistoryError, InputError, Problem
from etl.files import output_errors
from etl.history.source_status import RunInputs, sources_read
from etl.history.store import History
from etl.pipeline.clock import check_clock_with_runs, check_clock_with_sources
from etl.pipeline.deduplicate import is_removal
from etl.pipeline.load_sources import joins_as_listed
from etl.pipeline.prefetch import files_of
from etl.pipeline.source_scopes import find_scopes, notes
from etl.review.marker import marker_path
from etl.review.register import Import, Judgement, Register
from etl.safe_text import one_line, readable
from etl.schemas import RELATIONS
from etl.validate import settle_formats, validate
from etl.warehouse.engine import Engine

_DEMO_IMPORT: Final = "demonstration"
_MOST_BYTES_FOR_CAPTIONS: Final = 50_000_000
_INACTIVE: Final = re.compile(r"inactive|former|terminat|cancel|closed|lost", re.IGNORECASE)
_MOST_CAPTIONS: Final = 20
_HEADER: Final = """\
# billsight.toml, written by `billsight init`. Lines that begin with # are switched off.
# After changing something: `billsight check`. Paths are relative to this file.

[portal]
# Portal Security Level Considered Client Admin: contacts at or above it see invoices (1 to 6).
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


def write_configuration(folder: Path, *, is_forced: bool) -> str:
    """Recognize the files in a folder and write `billsight.toml` there.

    Returns:
        What was found, file by file, and what is still missing.

    Raises:
        ConfigurationError: there is a configuration already.
        OutputError: it cannot be written.
    """
    target = folder / "billsight.toml"
    if target.exists() and not is_forced:
        remedy = "Keep it, or overwrite it with --force."
        raise ConfigurationError([Problem(str(target), "a configuration", "none yet", remedy)])
    shapes = extract.shapes_beside(folder)
    sightings = extract.describe_folder(folder, shapes)
    recognized = [sighting for sighting in sightings if sighting.recognition is not None]
    with output_errors(target):
        kept = _set_aside(target)
        target.write_text(_header(recognized) + _sources(recognized), encoding="utf-8")
    lines = [one_line(f"{sighting.name}: {_words(sighting)}") for sighting in sightings]
    found = {sighting.recognition.relation for sighting in recognized if sighting.recognition}
    missing = [
        f"Missing: {r.help} [sources.{r.name}]" for r in RELATIONS.values() if r.is_required and r.name not in found
    ]
    before = [f"The configuration that was there is now {kept}."] if kept else []
    return "\n".join([*lines, *missing, *before, f"Wrote {target}. Next: billsight check --config {target}"])


def _set_aside(target: Path) -> Path | None:
    """Rename a configuration that is replaced, so that manual changes are not lost."""
    if not target.is_file():
        return None
    kept = next(path for number in count(1) if not (path := target.with_name(f"{target.name}.{number}")).exists())
    return target.rename(kept)


def _header(sightings: Iterable[extract.Sighting]) -> str:
    """The settings, with the captions that were seen where a caption decides."""
    companies = _captions(sightings, "connectwise_companies", "status_name")
    billed = _captions(sightings, "connectwise_invoices", "billing_status_name")
    inactive = [caption for caption in companies if _INACTIVE.search(caption)] or ["Former client"]
    closed = [caption for caption in billed if "closed" in caption.lower()] or ["Closed"]
    return _HEADER.replace(
        "{company_statuses}", _offered("companies", companies, "inactive_company_statuses", inactive)
    ).replace("{billing_statuses}", _offered("ConnectWise invoices", billed, "closed_billing_statuses", closed))


def _offered(where: str, seen: Mapping[str, int], setting: str, captions: Iterable[str]) -> str:
    counted = ", ".join(f"{readable(caption)} ({count})" for caption, count in seen.items())
    listed = ", ".join(map(_quoted, captions))
    line = f"# {setting} = [{listed}]"
    return f"# Statuses seen in the {where}: {counted}\n{line}" if seen else line


def _captions(sightings: Iterable[extract.Sighting], relation: str, column: str) -> dict[str, int]:
    """The values of a column of the recognized files, the commonest first; very large files are left for `check`."""
    counts: Counter[str] = Counter()
    for sighting in sightings:
        if sighting.recognition is None or sighting.recognition.relation != relation:
            continue
        if sighting.path.stat().st_size > _MOST_BYTES_FOR_CAPTIONS:
            continue
        source = Source.model_validate({"path": sighting.name})
        with suppress(InputError, *extract.DAMAGES, OSError):
            file = extract.SourceFile(sighting.path, sighting.name, "")
            frame = extract.read_text(file, RELATIONS[relation], source).frame
            if column in frame.columns:
                counts.update(frame[column].drop_nulls().to_list())
    return dict(counts.most_common(_MOST_CAPTIONS))


def _words(sighting: extract.Sighting) -> str:
    found = sighting.recognition
    if found is None:
        return f"not recognized{': ' + sighting.note if sighting.note else ''}"
    return f"{RELATIONS[found.relation].help} ({found.shape}){': ' + found.note if found.note else ''}"


def _sources(sightings: Iterable[extract.Sighting]) -> str:
    paths: dict[str, list[tuple[str, str]]] = {}
    for sighting in sightings:
        if sighting.recognition is not None:
            paths.setdefault(sighting.recognition.relation, []).append((sighting.name, sighting.recognition.shape))
    parts = []
    for name, relation in RELATIONS.items():
        files = paths.get(name, [])
        listed = ", ".join(_quoted(path) for path, _ in files)
        off = "" if files else "# "
        path = f"[{listed}]" if len(files) > 1 else listed or '"..."'
        shapes = ", ".join(sorted({shape for _, shape in files}))
        parts += [
            "",
            f"# {relation.help}{' (required)' if relation.is_required else ''}{': ' + shapes if shapes else ''}",
            f"{off}[sources.{name}]",
            f"{off}path = {path}",
            '# date_order = "mdy"' if files else None,
            '# currency_code = "USD"' if files and any(c.name == "currency_code" for c in relation.columns) else None,
        ]
    return "\n".join(part for part in parts if part is not None) + "\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it: characters such as a line break are escaped, as in JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def check_sources(settings: Settings, config: Path | None = None) -> str:
    """Read every source as a run would, and report the files and the use of their columns.

    Args:
        settings: the configuration.
        config: where it was read, if that has to be said to the run as well.

    Raises:
        InputError: the problems of all sources.
        GateError: a run would stop, because too little joins.
    """
    problems: list[Problem] = []
    lines: list[str] = []
    shapes = extract.shapes_beside(settings.base)
    for relation, source in ((RELATIONS[name], one) for name in settings.sources for one in settings.sources_of(name)):
        name = relation.name
        try:
            for file in files_of(settings, source, relation):
                try:
                    found = extract.read_text(file, relation, source, shapes)
                    formats = settle_formats(found.frame, relation, source, settings.zone_of(source))
                    split = validate(found.frame.filter(~is_removal(relation)), relation, formats)
                except InputError as error:
                    problems += error.problems
                    continue
                order = f", dates {formats.date_order}" if formats.date_order else ""
                aside = f", {split.rejected.height} would be quarantined" if split.rejected.height else ""
                label = f"{name}: {readable(file.name)} ({found.profile}{order})"
                lines.append(f"{label}: {found.frame.height} rows{aside}")
                lines += extract.describe_columns(found, relation)
                lines += [
                    f"  line {row['source_line']}: {readable('; '.join(row['broken_rules']))}"
                    for row in split.rejected.head(3).to_dicts()
                ]
        except InputError as error:
            problems += error.problems

    if problems:
        raise InputError(problems)
    lines += _together(settings)
    return "\n".join([*lines, f"{_ending(lines)} billsight run{f' --config {config}' if config else ''}"])


def _ending(lines: Iterable[str]) -> str:
    """The closing line of a check: whether a run would read everything."""
    printed = list(lines)
    if any(line.startswith("A run would stop") for line in printed):
        return "A run would stop, see above: correct that first. Next:"
    if any(line.startswith("A run would be partial") for line in printed):
        return "Not everything can be read: a run would be partial, see above. Next:"
    if any(line.endswith(" would be quarantined") for line in printed):
        return "Every file can be read, but some rows would be quarantined, see above. Next:"
    return "Everything can be read. Next:"


def _together(settings: Settings) -> list[str]:
    """The joins of the sources, the scope of each list, and reasons for a partial run: read once, as a run does."""
    with TemporaryDirectory() as folder, closing(Engine(Path(folder) / "check.duckdb")) as engine:
        joins, troubles, inputs = joins_as_listed(engine, settings, Run("check", datetime.now(UTC), is_by_clock=True))
        lists = [f"  {note}" for note in notes(find_scopes(engine, inputs, sources_read(inputs)))]
        partial = [f"A run would be partial (exit code 3): {trouble}" for trouble in troubles]
        partial += _of_clock(engine, inputs)
    return ["Joins:", *(f"  {line}" for line in joins), *(["Lists:", *lists] if lists else []), *partial]


def _of_clock(engine: Engine, inputs: RunInputs) -> list[str]:
    """The complaint of a run by the clock of this machine."""
    with suppress(HistoryError):
        inputs = replace(inputs, past=History(inputs.settings.history_path).runs())
    try:
        check_clock_with_runs(inputs.run, inputs.past)
        check_clock_with_sources(engine, inputs)
    except ClockError as error:
        return [f"A run would stop (exit code 4): {reason}" for reason in error.reasons]
    return []


def write_demonstration(out: Path, plan: DemoPlan, on_progress: Callable[[str], None]) -> str:
    """Write a demo provider, with the judgements of its people in its register.

    Raises:
        ConfigurationError: somebody works in that folder.
        OutputError: it cannot be written.
    """
    _refuse_site(out)
    with output_errors(out):
        write_demo(out, plan, lambda done, total: on_progress(f"{done:,} of {total:,} invoices written"))
    remember(out / "judgements.csv", out / "state" / "register.sqlite", plan.as_of)
    return f"Wrote {out}. Next: billsight run --config {out / 'billsight.toml'} --as-of {plan.as_of:%Y-%m-%dT%H:%M:%SZ}"


def _refuse_site(out: Path) -> None:
    """A demonstration may replace a demonstration, and nothing else."""
    configuration, register = out / "billsight.toml", out / "state" / "register.sqlite"
    problems = []
    if configuration.exists() and not configuration.read_text("utf-8", "replace").startswith(HEADING):
        problems.append((configuration, "a configuration"))
    if register.exists() or marker_path(register).exists():
        acts = Register.open(register).log()["import_id"].unique()
        if not set(acts) <= {_DEMO_IMPORT}:
            problems.append((register, "a register with decisions of people"))
    if problems:
        remedy = "Give a new folder: a demonstration never replaces what people work with."
        raise ConfigurationError([Problem(str(path), found, "none yet", remedy) for path, found in problems])


def remember(file: Path, register: Path, at: datetime) -> None:
    """Append the judgements of a demo provider to a new register."""
    for path in (register, marker_path(register)):
        path.unlink(missing_ok=True)
    rows = pl.read_csv(file, infer_schema=False).to_dicts()
    judgements = [
        Judgement(
            customer_id_acct=row["customer_id_acct"], company_id_cw=row["company_id_cw"] or None,
            decision=row["decision"], judged_at=datetime.fromisoformat(row["judged_at"]).replace(tzinfo=UTC),
            judged_by=row["judged_by"], source=file.name,
        )
        for row in rows
    ]  # fmt: skip
    Register.open(register).append(judgements, Import(_DEMO_IMPORT, at, "billsight demo-data", file.name))
