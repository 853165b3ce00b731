"""The error tree and the exit codes.

BillsightError
├── ConfigurationError     78  billsight.toml cannot be used; every problem listed
├── InputError              4  sources cannot be understood; every problem listed
│   ├── SourceMissingError       4  nothing of a source is there; the run can do without an optional one
│   └── RegisterUnusableError    4  a run finds the register damaged, gone, or not the one that the last run used
├── InvariantError           4  a law or a check does not hold; nothing is published
├── RunLockedError              75  another run holds the lock
├── DecisionFileError         6  a decided file cannot be taken as a whole
├── RegisterError         6  the register cannot be read, or does not take what was to be added
├── HistoryError          4  the history of the runs cannot be read or written
├── GateError             4  the run is too odd to be published; every reason listed
│   ├── JoinError         4  too few rows of one list have their counterpart in another
│   │   └── JoinDropError 4  fewer than usual have it
│   └── ClockError        4  the clock of the machine does not fit the sources or the last run
├── SiteKeyError          4  the key of the fix files' fingerprints cannot be read or made
├── PruneBlockedError               4  what may go cannot be known, because a waiting file cannot be read
├── NotFoundError                4  the invoice, contact or run that was asked for is not there
├── ResourcesExhaustedError      4  memory or disk ran out; the last report stays
└── OutputError             4  the report could not be written; the last one stays

Bad rows are not errors: they are rows, in quarantine, with reasons. Findings are neither.

A signal is no error either, and has no ExitCode: the process ends with 130 (SIGINT) or 143 (SIGTERM), as a shell would
say of one that was killed by it. See `etl.signals`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from etl.safe_text import one_line, readable

FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""When nothing more can be written."""


def tells_of_full_disk(said: str) -> bool:
    """True if a library passes on the operating system's message on a full disk."""
    return any(os.strerror(number) in said for number in FULL_DISK)


class ExitCode(IntEnum):
    """The exit codes of the process: an interface, never renumbered."""

    COMPLETE = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    UNUSABLE = 4
    UNREACHABLE = 5
    REFUSED = 6
    FAIL_ON = 10
    LOCKED = 75
    CONFIGURATION = 78


@dataclass(frozen=True, order=True)
class Problem:
    """One problem of an input, described so that a person can fix it.

    Attributes:
        where: the file or the configuration file, as the user named it.
        found: what is there.
        expected: what should be there.
        remedy: what to do.
        line: 1-based line, where there is one.
    """

    where: str
    found: str
    expected: str
    remedy: str
    line: int | None = None

    def __post_init__(self) -> None:
        for name in ("where", "found", "expected", "remedy"):
            object.__setattr__(self, name, readable(getattr(self, name)))

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}, line {self.line}"
        return f"{place}: found {self.found}; expected {self.expected}. {self.remedy}"


class BillsightError(Exception):
    """Something the user can act on; `exit_code` says how the process ends."""

    exit_code: ExitCode = ExitCode.BUG


class _ProblemsError(BillsightError):
    """An error that carries every problem at once."""

    heading = "problems"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.where, p.line or 0, p.found)))
        lines = [f"{self.heading} ({len(self.problems)}):", *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines))


class ConfigurationError(_ProblemsError):
    """The configuration cannot be used."""

    exit_code = ExitCode.CONFIGURATION
    heading = "The configuration cannot be used"


class InputError(_ProblemsError):
    """At least one source cannot be understood as a whole."""

    exit_code = ExitCode.UNUSABLE
    heading = "The sources cannot be read"


class SourceMissingError(InputError):
    """Nothing of a source is there: no file at any of its places."""


class RegisterUnusableError(InputError):
    """The register is damaged, gone, or not the one that the last run used; nothing is judged without it."""

    heading = "The last report stays: the register cannot be used"


class InvariantError(BillsightError):
    """An integrity check failed, so nothing is published."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, violations: Iterable[str]) -> None:
        self.violations = tuple(violations)
        lines = "\n".join(f"  - {one_line(violation)}" for violation in self.violations)
        super().__init__(f"Nothing was published, the last report stays. Integrity checks failed:\n{lines}")


class RunLockedError(BillsightError):
    """Another run is writing to the same output folder."""

    exit_code = ExitCode.LOCKED

    def __init__(self, lock: Path, holder: str) -> None:
        super().__init__(f"Another run holds {lock} ({holder}). Wait for it to end, or stop it first.")


class HistoryError(BillsightError):
    """The history of the runs cannot be read or written."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, path: Path, why: str, remedy: str | None = None) -> None:
        begin = "Or, on purpose, a new history begins with: billsight register init --history."
        remedy = remedy or f"Restore it: billsight register restore --history FILE. {begin}"
        self.message = f"The history {path} cannot be used ({why}). {remedy}"
        super().__init__(f"{self.message} The last report stays.")


class GateError(BillsightError):
    """The run failed a sanity check: the previous report stays, because a wrong one would be believed."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        lines = "\n".join(f"  - {one_line(reason)}" for reason in self.reasons)
        super().__init__(f"Nothing was published, the last report stays. Sanity checks failed:\n{lines}")


class JoinError(GateError):
    """Too few rows of one list have their counterpart in another, whatever was usual.

    Attributes:
        joins: the names of the joins, which hold no values of rows.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.joins = tuple(reasons)
        super().__init__(reasons.values())


class JoinDropError(JoinError):
    """Fewer rows join than usual, which may be right."""


class ClockError(GateError):
    """The clock of the machine does not fit the sources or the last run."""


class NotFoundError(BillsightError):
    """The item that was asked for is not in the run that was read."""

    exit_code = ExitCode.UNUSABLE


class ResourcesExhaustedError(BillsightError):
    """The machine ran out of memory or of disk; the last report stays."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, reason: str, advice: str | None = None) -> None:
        reason = reason.rstrip(".")
        advice = advice or "Give it more: [limits] memory_gb, or space where the output folder lies."
        super().__init__(f"The run could not be finished, the last report stays: {reason}. {advice}")


class OutputError(BillsightError):
    """The output folder could not be written; the last report stays."""

    exit_code = ExitCode.UNUSABLE
