"""Sanity gates: a run that looks wrong is not published, because its report would be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median
from typing import Any, Final, Literal

from etl.errors import GateError, JoinDropError, JoinError
from etl.history.coverage import Coverage, coverage, coverage_of_known, is_open_by_shape, is_open_only
from etl.history.source_status import A_LOG, RunInputs, SourceRead, freshest_allowed, usual_rows, usual_runs
from etl.history.store import PastRun
from etl.schemas import RELATIONS
from etl.validate.joins import FEWEST_ROWS, Join, Measured
from etl.warehouse.engine import Engine

_FEW_ROWS: Final = 10
"""So few rows may go missing from any source: a share of a short list says little."""
_LOWER: Final = "Export both lists again from the same system. If the share is right, lower [gates] join_share."
_LOOK: Final = "Nothing joins: check these columns. One of them does not hold the key of the other list."
_ACCEPT: Final = "Export it again. If the number is right, run once with --accept-shrink."


@dataclass(frozen=True)
class FailOn:
    """A condition on which a published run ends with another exit code.

    Attributes:
        what: `new`: an issue that was not open the previous run; `any`: a blocked invoice; `amount`: more blocked
            money in one currency than `limit`.
    """

    what: Literal["new", "any", "amount"]
    limit: Decimal = Decimal(0)

    def is_matched(self, summary: Mapping[str, Any]) -> bool:
        """True if the run meets the condition; nothing is new in a first run, which has no previous one."""
        blocked = summary["numbers"]["blocked"]
        if self.what == "new":
            counts = summary["changes"]["counts"]
            return bool(counts["new"] + counts["reopened"])
        if self.what == "any":
            return bool(blocked["invoices"])
        return any(Decimal(row["amount"]) > self.limit for row in blocked["amounts"])


@dataclass(frozen=True)
class RunOptions:
    """The options of a run on the command line.

    Attributes:
        is_shrink_accepted: that there is less than usual is right.
        fail_on: the condition that the exit code must report.
    """

    is_shrink_accepted: bool = False
    fail_on: tuple[FailOn, ...] = ()


def check_sources(inputs: RunInputs, sources: Sequence[SourceRead], *, is_shrink_accepted: bool) -> None:
    """Compare the sources with the usual run.

    Raises:
        GateError: a source has far fewer rows than usual, or the invoices are too old; all of it is listed.
    """
    reasons = [] if is_shrink_accepted else [reason for source in sources if (reason := _shrunk(inputs, source))]
    invoices = next(source for source in sources if source.relation == "accounting_invoices")
    days = inputs.settings.gates.too_old_days
    age = invoices.age_days
    most = None if age is None else freshest_allowed(inputs, invoices.relation, age, days)
    if most is not None and age is not None and age > most:
        reasons.append(
            f"{RELATIONS[invoices.relation].help}: the newest is {age:g} days old (limit: {most:g} days)."
            " Export them again, or raise [gates] too_old_days."
        )
    if reasons:
        raise GateError(reasons)


def _shrunk(inputs: RunInputs, source: SourceRead) -> str | None:
    before, most = usual_rows(inputs.past, source), inputs.settings.gates.shrink_share
    if not before or not source.digest or source.relation == A_LOG:
        # never seen, over another range, or not there: that is another matter; and logs are cut off now and then
        return None
    if source.rows and _is_open_only(inputs, source):
        return _vanished(inputs, source)
    usually = median(before)
    if source.rows and source.rows >= min(usually * (1 - most), usually - _FEW_ROWS):
        return None
    lost = 1 - source.rows / usually
    return (
        f"{RELATIONS[source.relation].help}: {source.rows} rows, usually {usually:g}:"
        f" {lost:.0%} fewer (limit: {most:.0%}). {_ACCEPT}"
    )


def _is_open_only(inputs: RunInputs, source: SourceRead) -> bool:
    past = usual_runs(inputs.past)
    if is_open_by_shape(inputs.files, source.relation, inputs.settings):
        return True
    return source.balances is not None and is_open_only(source.balances, past, source.relation, inputs.settings)


def _vanished(inputs: RunInputs, source: SourceRead) -> str | None:
    """The complaint about open invoices that are gone from the list, although the portal still shows a balance."""
    gone, most = inputs.vanished, inputs.settings.gates.shrink_share
    if source.relation != "accounting_invoices" or gone is None or gone.still_open < _FEW_ROWS:
        return None
    if gone.still_open <= most * gone.before:
        return None
    return (
        f"{RELATIONS[source.relation].help}: {gone.still_open} of {gone.before} invoices that were open in the last run"
        f" are missing, although the portal still shows them as open (limit: {most:.0%}). {_ACCEPT}"
    )


def check_coverage(inputs: RunInputs, sources: Sequence[SourceRead], engine: Engine) -> None:
    """Compare the share of the open money whose customers are mapped with that of the last runs.

    A run that lacks a source maps fewer, of course: it is partial, and says so. Customers first seen in this run
    do not count.

    Args:
        inputs: the run and what came before it.
        sources: what became of its sources.
        engine: its database.

    Raises:
        GateError: it fell further than is allowed.
    """
    usually = usual_coverage(inputs.past)
    if (
        usually is None
        or any(source.trouble for source in sources)
        or not _is_fallen(inputs, usually, coverage(engine))
    ):
        return
    known = coverage_of_known(engine, inputs.settings)
    if _is_fallen(inputs, usually, known):
        message = (
            f"only {known.share:.0%} of the open money belongs to customers that are mapped, usually {usually:.0%}."
            " Check that the lists of companies and of the portal's mappings are complete. If the share is right,"
            " run once with --accept-shrink."
        )
        raise GateError([message])


def _is_fallen(inputs: RunInputs, usually: float, now: Coverage) -> bool:
    fell = 0.0 if now.share is None else usually - now.share
    return fell > inputs.settings.gates.coverage_drop and fell * now.customers >= _FEW_ROWS


def usual_coverage(past: Sequence[PastRun]) -> float | None:
    """The share that is usually mapped; None if unknown."""
    shares = [run.facts["coverage"] for run in usual_runs(past) if run.facts.get("coverage") is not None]
    return float(median(shares)) if shares else None


def check_joins(inputs: RunInputs, measured: Measured, *, is_shrink_accepted: bool) -> dict[str, str]:
    """Compare how much joins with what must join, and with the last runs.

    Args:
        inputs: the run and what came before it.
        measured: its joins.
        is_shrink_accepted: whether a fall is right.

    Returns:
        relation -> why it is not used.

    Raises:
        JoinError: too few invoices have customers, or too few companies have contacts.
        JoinDropError: fewer of them than usual, and no less than must be.
    """
    past = () if is_shrink_accepted else inputs.past
    complaints = [(join.question, _apart(replace(inputs, past=past), join, measured)) for join in measured.joins]
    stopping = {question.name: why for question, why in complaints if why and question.stops}
    if stopping:
        # the option lifts the comparison with the past alone
        is_drop = all(why.endswith(_ACCEPT) for why in stopping.values())
        raise (JoinDropError if is_drop else JoinError)(stopping)
    return {
        question.source: f"{RELATIONS[question.source].help} are not used, because too few of their rows join. {why}"
        for question, why in complaints
        if why and question.source
    }


def _apart(inputs: RunInputs, join: Join, measured: Measured) -> str | None:
    if join.share is None or join.rows < FEWEST_ROWS:
        return None
    gates = inputs.settings.gates
    least = min(gates.join_share, join.question.least or 1.0)
    before = [run.facts.get("joins", {}).get(join.question.name) for run in usual_runs(inputs.past)]
    shares = [float(share) for share in before if share is not None]
    is_few = join.share < least
    if not is_few and not (shares and median(shares) - join.share > gates.join_drop):
        return None
    why = f"at least {least:.0%} must join" if is_few else f"usually {median(shares):.0%} join"
    advice = (_LOOK if not join.joined else _LOWER) if is_few else _ACCEPT
    compared = f"Compared: {join.question.compared}."
    finding = f"{join.sentence.removesuffix('.')}. {join.share:.0%} join, {why}."
    return " ".join([finding, compared, *measured.better(join), advice])
