"""Figures for Prometheus, in the file that node_exporter's textfile collector reads: numbers alone, no names."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from etl.files import write_whole
from etl.notify.digest import Figures

if TYPE_CHECKING:
    from prometheus_client import Metric

FILE_MODE: Final = 0o644
"""Everybody may read it, for node_exporter runs as somebody else; there is nothing secret in it."""

SUCCESS, CODE, DURATION = (
    "billsight_last_success_timestamp_seconds", "billsight_last_run_exit_code", "billsight_run_duration_seconds",
)  # fmt: skip
_HELP: Final = {
    SUCCESS: "When a run was last published, also a partial one; 0 if that is not known.",
    CODE: "Exit code of the last run.",
    DURATION: "How long the last run took.",
    "billsight_source_rows": "Rows that were read, per source, in the run that was last published.",
    "billsight_source_age_seconds": "Age of the newest change in a source at the start of that run.",
    "billsight_invoices_blocked": "Invoices that are blocked, each under its primary cause.",
    "billsight_blocked_amount": "Open amount of the blocked invoices, per primary cause and currency.",
    "billsight_shown_not_owed_invoices": "Documents for which the portal asks for more than is owed.",
    "billsight_shown_not_owed_amount": "What the portal asks for and is no longer owed, per currency.",
    "billsight_paid_in_portal_invoices": "Invoices that were paid in the portal and not in the books.",
    "billsight_paid_in_portal_amount": "What was paid in the portal and not in the books, per currency.",
    "billsight_issues": "Issues per state: new, reopened, open, not_checked, resolved.",
    "billsight_quarantined_rows": "Rows that were quarantined, per source.",
    "billsight_decisions_pending": "Customers whose mapping waits for a decision.",
}
Samples = Iterable[tuple[dict[str, str], float]]
"""Labels and value of each."""


@dataclass(frozen=True)
class Ending:
    """The end of a run.

    Attributes:
        at: seconds since 1970.
    """

    at: float
    exit_code: int
    seconds: float


def write_run(path: Path, run: Figures, ending: Ending) -> None:
    """Write the metrics of a published run.

    Raises:
        OSError: the file cannot be written.
    """
    _write(path, [_family(name, found) for name, found in (_of(ending, ending.at) | _samples(run)).items()])


def write_failure(path: Path, ending: Ending) -> None:
    """Write that a run failed: its exit code and duration are new, everything else stays as the last report left it.

    Alerts are on the age of the last success, so that one is never lost; where it is not known it is 0, and the
    alert comes.

    Raises:
        OSError: the file cannot be written.
    """
    kept = {family.name: family for family in _families(path) if family.name in _HELP}
    success = sum(sample.value for sample in kept[SUCCESS].samples) if SUCCESS in kept else 0.0
    new = {name: _family(name, found) for name, found in _of(ending, success).items()}
    _write(path, (kept | new).values())


def is_writable(path: Path) -> str:
    """The reason why the file cannot be written; empty if it can. Its contents stay."""
    try:
        if path.is_dir():
            return os.strerror(errno.EISDIR)
        with tempfile.TemporaryFile(dir=path.parent):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def _of(ending: Ending, success: float) -> dict[str, Samples]:
    return {SUCCESS: [({}, success)], CODE: [({}, ending.exit_code)], DURATION: [({}, round(ending.seconds, 3))]}


def _samples(run: Figures) -> dict[str, Samples]:
    sources, fixes = run.sources, run.fixes
    return {
        "billsight_source_rows": (({"source": s.name}, s.rows) for s in sources),
        "billsight_source_age_seconds": (
            ({"source": s.name}, s.age_seconds) for s in sources if s.age_seconds is not None
        ),
        "billsight_invoices_blocked": (({"cause": fix.code}, fix.blocked.invoices) for fix in fixes),
        "billsight_blocked_amount": (
            ({"cause": fix.code, "currency": money.currency_code}, float(money.amount))
            for fix in fixes
            for money in fix.blocked.amounts
        ),
        **{f"billsight_{one.name}_invoices": [({}, one.pile.invoices)] for one in run.differences},
        **{
            f"billsight_{one.name}_amount": [
                ({"currency": money.currency_code}, float(money.amount)) for money in one.pile.amounts
            ]
            for one in run.differences
        },
        "billsight_issues": (({"state": state}, number) for state, number in run.changes.states.items()),
        "billsight_quarantined_rows": (({"source": s.name}, s.quarantined) for s in sources),
        "billsight_decisions_pending": [({}, run.pending)],
    }


def _family(name: str, samples: Samples) -> Metric:
    from prometheus_client import Metric

    family = Metric(name, _HELP[name], "gauge")
    for labels, value in samples:
        family.add_sample(name, labels, value)
    return family


def _families(path: Path) -> list[Metric]:
    """The metrics of the file; none if it is missing or damaged."""
    from prometheus_client.parser import text_string_to_metric_families

    with suppress(OSError, ValueError, KeyError, IndexError):
        return list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    return []


@dataclass(frozen=True)
class _Collected:
    families: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def _write(path: Path, families: Iterable[Metric]) -> None:
    """Not by the client's own write_to_textfile: it gives the file no mode, and leaves what was killed lying about."""
    from prometheus_client import generate_latest

    write_whole(path, generate_latest(_Collected(list(families))), FILE_MODE)
