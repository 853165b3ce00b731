"""What becomes of one decided row, whatever it decides about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from etl.errors import Problem
from etl.review.decision_file import Line

Kind = Literal["apply", "no-op", "stale", "error"]
D_co = TypeVar("D_co", covariant=True)


@dataclass(frozen=True)
class Verdict(Generic[D_co]):
    """What becomes of one decided row.

    Attributes:
        decided: what it decides; null where that cannot be read.
        problem: why it is not applied; null for apply.
    """

    line: Line
    kind: Kind
    decided: D_co | None = None
    problem: Problem | None = None


def hold_back(
    verdicts: Sequence[Verdict[D_co]], kinds: Sequence[Kind], subject: str, key: Callable[[Line], str]
) -> list[Verdict[D_co]]:
    """Refuse the good rows of a subject of which another row is refused: half of a decision may be the wrong half.

    Args:
        verdicts: of every row.
        kinds: what refuses the other rows; the last outranks those before it.
        subject: what rows are about, as a message names it: customer, company.
        key: the subject of a row.
    """
    wrong = {key(one.line): one for kind in kinds for one in reversed(verdicts) if one.kind == kind}
    verdicts_after = []
    for verdict in verdicts:
        other = wrong.get(key(verdict.line))
        if verdict.kind == "apply" and other is not None:
            found = f"a row whose {subject} is refused in {other.line.place(verdict.line)}"
            problem = verdict.line.problem(found, f"no refused row of this {subject}", "Correct that row.")
            verdicts_after.append(replace(verdict, kind=other.kind, problem=problem))
        else:
            verdicts_after.append(verdict)
    return verdicts_after
