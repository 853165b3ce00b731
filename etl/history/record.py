"""From run to run: what the last runs knew, and how this one is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.causes import BY_CODE, DOCUMENTS, UNMAPPED
from etl.config import Settings
from etl.domain import DATABASE, LATEST, Run
from etl.errors import HistoryError, NotFoundError
from etl.history.issues import LAST, Change, Complete, SourceCoverage, judge
from etl.history.store import CHANGES, OPEN, History, PastRun
from etl.warehouse.engine import Engine, literal, published
from etl.warehouse.models import build, read_models

_BLOCKED: Final = ("invoice_id_acct", "primary_cause", "currency_code", "balance_amount")
_CARRIED: Final = (
    "invoice_id_acct", "code_before as primary_cause", "currency_code_before as currency_code",
    "amount_before as balance_amount", "seen_in", "false as was_blocked",
)  # fmt: skip
"""Columns of marts.blocked_invoices, and the same of marts.invoice_changes for what a run could not compare."""
PORTAL_MEMORY: Final[dict[str, pl.DataType]] = {
    "invoice_id_acct": pl.String(),
    "invoice_number": pl.String(),
    "seen_at": pl.Datetime("us"),
    "shown_at": pl.Datetime("us"),
    "balance_amount": pl.Decimal(18, 4),
    "balance_since": pl.Datetime("us"),
}
"""The columns of intermediate.portal_memory: when the portal last showed an invoice, since when it has its balance."""
_UNMAPPED_NOW: Final = f"marts.issues where kind = 'customer' and code in {UNMAPPED}"
_IS_UNMAPPED: Final = (pl.col("kind") == "customer") & pl.col("code").is_in(UNMAPPED)
STATES: Final = (
    "kind", "subject_id", "code", "code_before", "change", "reason", "was_open", "unseen_since", "first_seen_at",
    "times_reopened", "invoices", "currency_code", "amount",
)  # fmt: skip
"""The columns of marts.issue_states."""
_COMPARED: Final = (
    "intermediate.lost_invoices", "intermediate.issue_facts", "marts.invoice_changes",
)  # fmt: skip
_WRITTEN: Final = {
    "new": "opened",
    "reopened": "opened",
    "resolved": "ended",
    "not_checked": "unseen",
    "open": "seen",
}


@dataclass(frozen=True)
class RunEnding:
    """How a published run ended.

    Attributes:
        states: rows of marts.issue_states.
        seconds: how long it took.
    """

    states: pl.DataFrame
    seconds: float


@dataclass(frozen=True)
class RunHistory:
    """What is known of the runs before this one.

    Attributes:
        runs: every run, oldest first.
        open_issues: what stood open after the last of them.
        blocked: the invoices that were blocked when a run last knew; null where the last run cannot be read.
        portal_memory: what the last run remembered of the portal's list, one row per invoice.
    """

    history: History
    runs: list[PastRun] = field(default_factory=list)
    open_issues: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OPEN))
    blocked: pl.DataFrame | None = None
    portal_memory: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PORTAL_MEMORY))

    @property
    def published(self) -> list[PastRun]:
        """The runs that have a report, oldest first."""
        return [run for run in self.runs if run.is_published]

    @cached_property
    def complete_before(self) -> dict[int | None, Complete]:
        """What the last run that saw an issue had read completely, by the run since which it is not looked at."""
        read = {run.number: frozenset(run.facts.get("complete", ())) for run in self.published}
        found: dict[int | None, Complete] = {None: read[max(read)] if read else frozenset()}
        for since in self.open_issues["unseen_since"].drop_nulls().unique():
            found[since] = read[max(number for number in read if number < since)]
        return found

    @cached_property
    def complete_runs(self) -> dict[str, Complete]:
        """What each published run had read completely, by its id; the last one's by `LAST` too."""
        return {name: frozenset(run.facts.get("complete", ())) for run in self.published for name in (run.run_id, LAST)}


def load_history(settings: Settings, check: Callable[[list[str]], None]) -> RunHistory:
    """What the history knows; a run that was published and then killed before it was remembered is added first.

    Args:
        settings: the configuration.
        check: refuses the ids of the published runs that the history holds, unless they are those of this site.

    Raises:
        HistoryError: the history cannot be read, or is not the one that the last run knew.
    """
    history = History(settings.history_path)
    history.check_pages()
    runs = history.runs()
    latest = (settings.out / LATEST).resolve()
    published_ids = [run.run_id for run in runs if run.is_published]
    check(published_ids)
    if latest.name not in published_ids and _catch_up(history, latest, published_ids):
        runs = history.runs()
        published_ids.append(latest.name)
    is_last = published_ids[-1:] == [latest.name]
    past = RunHistory(history, runs, history.open_issues())
    return replace(past, blocked=_blocked(latest), portal_memory=_portal_memory(latest)) if is_last else past


def _catch_up(history: History, folder: Path, published_ids: list[str]) -> bool:
    """Remember a published run from what stands in its own folder: what changed since the run before it."""
    try:
        with published(folder / DATABASE) as engine:
            states = engine.frame("from marts.issue_states")
            facts = json.loads(engine.columns("ctl.remembered", "facts").item())
    except NotFoundError:
        return False
    if facts.pop("after", None) != (published_ids[-1] if published_ids else None):
        return False  # a history that lost more than this run begins anew, or goes on from where it ends
    history.record(_published_run(folder.name, facts, None), _written(states))
    return True


def _blocked(folder: Path) -> pl.DataFrame | None:
    """What the last run calls blocked, and what it could not compare; None if the run cannot be read."""
    try:
        with published(folder / DATABASE) as engine:
            carried = engine.columns("marts.invoice_changes where is_carried", *_CARRIED)
            return pl.concat([_blocked_now(engine, folder.name), carried], how="vertical_relaxed")
    except NotFoundError:
        return None


def _blocked_now(engine: Engine, run_id: str) -> pl.DataFrame:
    """What a run calls blocked, as seen in the run of this name."""
    return engine.columns("marts.blocked_invoices", *_BLOCKED, f"{literal(run_id)} as seen_in", "true as was_blocked")


def _portal_memory(folder: Path) -> pl.DataFrame:
    """What the last run remembered of the portal's list; nothing where it cannot be read."""
    try:
        with published(folder / DATABASE) as engine:
            return engine.frame("from intermediate.portal_memory")
    except NotFoundError:
        return pl.DataFrame(schema=PORTAL_MEMORY)


def compare(engine: Engine, past: RunHistory, reading: SourceCoverage) -> None:
    """Write `marts.issue_states`, what became of every issue, and what is told of it."""
    models = read_models()
    build(engine, models, ["marts.blocked_invoices", "marts.issues"])
    unmapped = engine.columns(_UNMAPPED_NOW, "kind", "subject_id", "code as code_now")
    engine.write("ctl.open_issues", _renamed(past.open_issues, unmapped))
    # where nobody knows what was blocked, nothing is taken to have changed
    before = _blocked_now(engine, LAST) if past.blocked is None else past.blocked
    engine.write("ctl.blocked_before", before)
    engine.write("ctl.compared_codes", _compared_codes(before, reading))
    build(engine, models, _COMPARED)
    facts = engine.frame("from intermediate.issue_facts order by kind, subject_id, code")
    facts = _seen_earlier(past.history, facts).with_columns(was_ended=pl.col("times_seen").is_not_null())
    # of all times that it was seen, every one but the first
    is_back = (pl.col("change") == Change.REOPENED).cast(pl.Int64)
    times_reopened = (pl.col("times_seen") - 1 + is_back).fill_null(0)
    engine.write("marts.issue_states", judge(facts, reading).with_columns(times_reopened=times_reopened).select(STATES))
    build(engine, models, ["marts.changed_issues"])


def _renamed(open_issues: pl.DataFrame, unmapped: pl.DataFrame) -> pl.DataFrame:
    """What stands open, under its code in this run: an unmapped customer's issue goes on, whatever its candidates.

    Args:
        open_issues: what stood open after the last run.
        unmapped: `kind`, `subject_id` and `code_now` of the customers that are unmapped in this run.

    Returns:
        The open issues, with `code_before` as the history has it. Of several of one customer the oldest goes on.
    """
    found = open_issues.with_columns(code_before="code").join(
        unmapped, on=["kind", "subject_id"], how="left", maintain_order="left"
    )
    of_one, is_unmapped = ["kind", "subject_id"], _IS_UNMAPPED & pl.col("code_now").is_not_null()
    oldest = pl.col("first_run").filter(is_unmapped).min().over(of_one)
    has_it = (pl.col("code") == pl.col("code_now")).fill_null(value=False).any().over(of_one)
    is_renamed = is_unmapped & ~has_it & (pl.col("first_run") == oldest)
    return found.with_columns(code=pl.when(is_renamed).then("code_now").otherwise("code")).drop("code_now")


def _seen_earlier(history: History, facts: pl.DataFrame) -> pl.DataFrame:
    """Issues with when they were first seen and how often; one of an unmapped customer under any of its codes."""
    key = ["kind", "subject_id", "code"]
    wanted = facts.select(*key, code_now="code").with_columns(
        code=pl.when(_IS_UNMAPPED).then(pl.lit(UNMAPPED)).otherwise(pl.concat_list("code"))
    )
    wanted = wanted.explode("code")
    found = wanted.join(history.earlier(wanted.select(key).unique()), on=key)
    seen = found.group_by("kind", "subject_id", code="code_now").agg(
        pl.col("first_seen_at").min(), pl.col("times_seen").sum()
    )
    return facts.join(seen, on=key, how="left", maintain_order="left")


def _compared_codes(before: pl.DataFrame, reading: SourceCoverage) -> pl.DataFrame:
    """Of each cause, whether this run can be compared with each run that an invoice was last seen in."""
    codes = sorted({*BY_CODE, *before["primary_cause"].drop_nulls()})
    runs = [LAST, *before["seen_in"].unique().sort()]
    rows = [
        (code, run_id, reading.is_compared(code, run_id), reading.had_enough(code, run_id))
        for code in codes
        for run_id in dict.fromkeys(runs)
    ]
    flags = ("is_compared", "had_enough")
    schema = {"code": pl.String, "seen_in": pl.String, **dict.fromkeys(flags, pl.Boolean)}
    compared = pl.DataFrame(rows, schema, orient="row")
    return compared.with_columns(are_documents_read=pl.lit(reading.complete >= DOCUMENTS))


def stage_facts(engine: Engine, facts: Mapping[str, Any]) -> None:
    """Write into the run itself what the history will hold once it is published."""
    engine.write("ctl.remembered", pl.DataFrame({"facts": [json.dumps(facts, ensure_ascii=False, sort_keys=True)]}))


def record(past: RunHistory, run: Run, facts: Mapping[str, Any], ended: RunEnding) -> str | None:
    """Remember a run that was published.

    Args:
        past: what was known before it.
        run: the run.
        facts: its numbers; `exit_code` and `as_of_at` among them.
        ended: its issues, and how long it took.

    Returns:
        Why it could not be remembered, where it could not; the next run then does it.
    """
    try:
        past.history.record(_published_run(run.run_id, facts, ended.seconds), _written(ended.states))
    except HistoryError as error:
        return error.message
    return None


def record_failure(settings: Settings, run: Run, exit_code: int, seconds: float) -> None:
    """Remember that a run failed; whatever made it fail may keep the history from being written, too."""
    failed = PastRun(0, run.run_id, run.as_of_at, exit_code, is_published=False, seconds=round(seconds, 1))
    with suppress(HistoryError, OSError):
        History(settings.history_path).record(failed, pl.DataFrame(schema=CHANGES))


def _published_run(run_id: str, facts: Mapping[str, Any], seconds: float | None) -> PastRun:
    kept = {key: value for key, value in facts.items() if key not in {"exit_code", "as_of_at", "after"}}
    return PastRun(0, run_id, facts["as_of_at"], facts["exit_code"], is_published=True, seconds=seconds, facts=kept)


def _written(states: pl.DataFrame) -> pl.DataFrame:
    """What the history has to write down: a state that merely goes on is none of it."""
    is_news = (pl.col("change") != Change.NOT_CHECKED) | (pl.col("unseen_since").is_null() & pl.col("was_open"))
    return states.filter(is_news).select(
        "kind", "subject_id", "code", "reason", "code_before",
        change=pl.col("change").replace_strict(_WRITTEN, return_dtype=pl.String),
    )  # fmt: skip
