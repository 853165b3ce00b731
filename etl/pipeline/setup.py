"""Around the first run: check the configuration against the files, and write a demo provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from etl import extract
from etl.config import Settings
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
from etl.pipeline.setting_doubts import find_setting_doubts
from etl.pipeline.source_scopes import find_scopes, notes
from etl.review.marker import marker_path
from etl.review.register import Import, Judgement, Register
from etl.safe_text import readable
from etl.schemas import RELATIONS
from etl.validate import settle_formats, validate
from etl.warehouse.engine import Engine

_DEMO_IMPORT: Final = "demonstration"


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
                    formats = settle_formats(found.frame, relation, source, settings.zone_of(source), found.formats)
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
        lists += [f"  note: {doubt}" for doubt in find_setting_doubts(engine, settings)]
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
