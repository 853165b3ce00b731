"""What was read in this run: completely, or not, and then why, for nothing is concluded from what was not read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Final

from etl.config import Settings
from etl.domain import FileReport, Run
from etl.history.coverage import Balances, Vanished
from etl.history.issues import Complete
from etl.history.store import PastRun
from etl.schemas import RELATIONS

USUAL_RUNS: Final = 7
"""The last runs that say what is usual."""
FEWEST_RUNS: Final = 3
"""Fewer say nothing about how fresh a source usually is."""
_UNDATED: Final = "portal_invoices"
"""Its rows carry no times; but while invoices go on changing, so does the portal's list of them."""
_INVOICES: Final = "accounting_invoices"
A_LOG: Final = "sync_runs"
"""A log that has no new rows tells of a sync that stands still, which is what it is there for."""
_FAR: Final = 3
"""Times older than usual."""
_GAPS: Final = 1.5
"""A source is not stale before this many times the days that usually lie between two of its files."""
_RANGE: Final = re.compile(r"(?:^|; )range: ([^;]*)")
_UNTIL: Final = re.compile(r"\s*(?:[-\u2013\u2014]|\b(?:to|through|thru|until)\b)\s*")
_AS_OF: Final = re.compile(r"\s*(?:as (?:of|at)|per|stand|to date)\b", re.IGNORECASE)
"""A range that ends on the day of the report, and begins nowhere."""
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SAME_ROW: Final = timedelta(days=0.2)
"""Ages are kept to a tenth of a day."""


@dataclass(frozen=True)
class SourceRead:
    """What became of one source in this run.

    Attributes:
        rows: that were read.
        age_days: age of its newest row, or of its last change; null where nobody can tell.
        digest: of its files; empty where there are none.
        unchanged_since: the instant of the first run that found these very files.
        trouble: why it was not read completely, in a sentence; null where it was.
        is_stale: whether that is its age.
        is_unjoined: whether that is how little of it joins.
        balances: how many rows have a balance, and how many of these are zero; null where that says nothing.
        range: the range that a report names, as it is compared with other reports; empty where it names none.
    """

    relation: str
    rows: int
    age_days: float | None
    digest: str
    unchanged_since: str
    trouble: str | None = None
    is_stale: bool = False
    is_unjoined: bool = False
    balances: Balances | None = None
    range: str = ""


@dataclass(frozen=True)
class RunInputs:
    """What a run knows before it judges anything.

    Attributes:
        files: what became of each source file.
        missing: relation -> where its files should have been, for sources whose files are not there.
        past: the runs before, oldest first.
        unjoined: relation -> why too little of it joins.
        balances: relation -> its balances.
        vanished: what was open in the last run and is in no file now; null where nobody looked.
    """

    settings: Settings
    run: Run
    files: Sequence[FileReport]
    missing: dict[str, str]
    past: Sequence[PastRun]
    unjoined: Mapping[str, str] = field(default_factory=dict)
    balances: Mapping[str, Balances] = field(default_factory=dict)
    vanished: Vanished | None = None


def usual_runs(past: Sequence[PastRun]) -> list[PastRun]:
    """The last published runs, as far back as a person last accepted that there is less."""
    return _since_accepted(past)[-USUAL_RUNS:]


def _since_accepted(past: Sequence[PastRun]) -> list[PastRun]:
    runs = [run for run in past if run.is_published]
    accepted = max((place for place, run in enumerate(runs) if run.facts.get("is_shrink_accepted")), default=0)
    return runs[accepted:]


def usual_rows(past: Sequence[PastRun], source: SourceRead) -> list[float]:
    """How many rows a source had in the last runs, of reports over the same range."""
    found = [run.facts.get("sources", {}).get(source.relation, {}) for run in usual_runs(past)]
    return [float(one["rows"]) for one in found if one.get("rows") and one.get("range", "") == source.range]


def sources_read(inputs: RunInputs) -> list[SourceRead]:
    """What became of every source that is configured."""
    named = [name for name in RELATIONS if name in inputs.settings.sources]
    invoices = (file.newest_change_at for file in inputs.files if file.relation == _INVOICES)
    newest = max((at for at in invoices if at), default=None)
    return [_read(inputs, name, newest) for name in named]


def complete(read: Sequence[SourceRead]) -> Complete:
    """The sources from whose silence something can be concluded."""
    return frozenset(source.relation for source in read if source.trouble is None)


def absent(read: Sequence[SourceRead]) -> Complete:
    """The sources of which there was nothing, or nothing recent."""
    return frozenset(
        source.relation
        for source in read
        if source.trouble and (not source.rows or source.is_stale or source.is_unjoined)
    )


def unused(read: Sequence[SourceRead]) -> list[str]:
    """The sources that are left out, as if they had not been given: what does not join."""
    return [one.relation for one in read if one.is_unjoined]


def facts(read: Sequence[SourceRead]) -> dict[str, Any]:
    """What is remembered of the sources: numbers, and digests of files."""
    return {
        source.relation: {
            "rows": source.rows,
            "age_days": source.age_days,
            "digest": source.digest,
            "unchanged_since": source.unchanged_since,
            "range": source.range,
            "balances": None if source.balances is None else [source.balances.rows, source.balances.zeros],
        }
        for source in read
    }


def _read(inputs: RunInputs, name: str, newest: datetime | None) -> SourceRead:
    files = [file for file in inputs.files if file.relation == name]
    rows = sum(file.rows_extracted for file in files)
    digests = "\n".join(sorted(file.source.digest for file in files))
    digest = hashlib.sha256(digests.encode()).hexdigest() if files else ""
    since = _unchanged_since(inputs, name, digest)
    age = _age(inputs, name, since, newest)
    trouble = _trouble(inputs, name, files)
    apart = None if trouble else inputs.unjoined.get(name)
    stale = None if trouble or apart or age is None else _stale(inputs, name, age)
    return SourceRead(
        name, rows, age, digest, since, trouble or apart or stale, stale is not None, apart is not None,
        inputs.balances.get(name), _range(files),
    )  # fmt: skip


def changed_ranges(past: Sequence[PastRun], read: Sequence[SourceRead]) -> list[str]:
    """The reports that are over another range than in the last run, whose rows are therefore not compared."""
    last = next((run for run in reversed(past) if run.is_published), None)
    before = last.facts.get("sources", {}) if last else {}
    return [
        f"{RELATIONS[source.relation].help}: the report's range changed from '{was}' to '{source.range or 'none'}':"
        " its number of rows is not compared with earlier runs"
        for source in read
        if (was := before.get(source.relation, {}).get("range")) and was != source.range
    ]


def _range(files: list[FileReport]) -> str:
    """Where the ranges of its reports begin, and the years that they name: their ends move on from day to day."""
    found = [text for file in files for text in _RANGE.findall(file.notes)]
    return "; ".join(sorted(map(_range_of, found)))


def _range_of(text: str) -> str:
    if _AS_OF.match(text):
        return "as of"
    return f"{_UNTIL.split(text)[0].strip()} ({', '.join(sorted(set(_YEAR.findall(text))))})"


def _unchanged_since(inputs: RunInputs, name: str, digest: str) -> str:
    now = inputs.run.as_of_at
    last = next((run for run in reversed(inputs.past) if run.is_published), None)
    before = last.facts.get("sources", {}).get(name, {}) if last else {}
    return str(before["unchanged_since"]) if digest and before.get("digest") == digest else now


def _age(inputs: RunInputs, name: str, since: str, newest: datetime | None) -> float | None:
    """Days since the newest row changed; of a list without times, since it last was another one."""
    if name == A_LOG:
        return None
    dates = [file.newest_change_at for file in inputs.files if file.relation == name and file.newest_change_at]
    if name == _UNDATED:
        # where no invoice changed, a list that did not change says nothing
        unchanged = datetime.fromisoformat(since)
        return None if newest is None or newest.replace(tzinfo=UTC) <= unchanged else _days(inputs.run, unchanged)
    return _days(inputs.run, max(dates).replace(tzinfo=UTC)) if dates else None


def _days(run: Run, since: datetime) -> float:
    return round(max(0.0, (run.as_of - since).total_seconds() / 86_400), 1)


def _trouble(inputs: RunInputs, name: str, files: list[FileReport]) -> str | None:
    help_ = RELATIONS[name].help
    if name in inputs.missing:
        return f"{help_}: {inputs.missing[name]}, so nothing was concluded from them"
    rows, aside = sum(f.rows_extracted for f in files), sum(f.rows_quarantined - f.rows_copied for f in files)
    if not rows:
        return f"{help_}: the files have no rows, so nothing was concluded from them"
    if aside > inputs.settings.limits.quarantine_share * rows:
        return f"{aside} of {rows} rows of {help_} are in quarantine: see Data quality"
    return None


def _stale(inputs: RunInputs, name: str, age: float) -> str | None:
    most = freshest_allowed(inputs, name, age, inputs.settings.gates.stale_days)
    if most is None or age <= most:
        return None
    help_ = RELATIONS[name].help
    return f"{help_}: nothing in them is newer than {age:g} days, so nothing is concluded from what they lack"


def freshest_allowed(inputs: RunInputs, name: str, age: float, days: float) -> float | None:
    """The age from which a source is too old, given how old it usually is; null where that is not known.

    Args:
        inputs: the run and what came before it.
        name: relation of the source.
        age: of its newest row in this run.
        days: no source is too old before.
    """
    gap = _usual_gap(inputs, name)
    if name == _UNDATED:
        return max(days, _GAPS * gap)
    newest = inputs.run.as_of - timedelta(days=age)
    others: list[float] = []
    same: list[float] = []
    for run in _since_accepted(inputs.past):
        known = run.facts.get("sources", {}).get(name, {}).get("age_days")
        if known is not None:
            is_same = abs(datetime.fromisoformat(run.as_of_at) - timedelta(days=known) - newest) <= _SAME_ROW
            (same if is_same else others).append(float(known))
    # if every run that ended in the row that is the newest in this run counted, a standstill would become usual
    before = [*others, *same[:FEWEST_RUNS]][-USUAL_RUNS:]
    return max(days, _FAR * median(before), _GAPS * gap) if len(before) >= FEWEST_RUNS else None


def _usual_gap(inputs: RunInputs, name: str) -> float:
    """The days that usually lie between two files of a source that differ; 0 where nobody knows."""
    known = (run.facts.get("sources", {}).get(name, {}).get("unchanged_since") for run in _since_accepted(inputs.past))
    since = [datetime.fromisoformat(one) for one in dict.fromkeys(known) if one]
    gaps = [(after - before).total_seconds() / 86_400 for before, after in pairwise(since)]
    return median(gaps[-USUAL_RUNS:]) if gaps else 0.0
