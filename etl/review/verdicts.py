"""What becomes of each decided row: apply, no-op, stale or error. The whole is checked before anything is done."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from etl.errors import Problem
from etl.review.decision_file import Line
from etl.review.mapping_decisions import ParsedDecision, read_decision
from etl.review.precedence import Precedence
from etl.review.row_check import Shown, misplaced
from etl.review.row_verdict import Kind, Verdict, hold_back

_Key = tuple[str, str | None, str, date | None]
"""Customer, company, decision, day: what makes two rows say the same."""

_FINGERPRINT: Final = re.compile(r"FP-[0-9a-f]{16}")
_DECIDE_AGAIN: Final = "Decide on this customer again in the files or on the page of the latest run."


@dataclass(frozen=True)
class PublishedEvidence:
    """What the latest published run knows.

    Attributes:
        run_id: that run.
        as_of_date: its day.
        customers: every accounting customer.
        companies: every ConnectWise company -> whether it is in the recycle bin.
        candidates: customer -> companies that were proposed to it.
        fingerprints: customer -> fingerprint -> company of each of its rows (null: the row of a customer without
            candidates); customers that nothing is to be decided about have none.
        was_written: whether a run of that id wrote that fingerprint for that customer; null where that is not known.
        rows_of: customer -> company -> what the run wrote into that row.
    """

    run_id: str
    as_of_date: date
    customers: frozenset[str]
    companies: Mapping[str, bool]
    candidates: Mapping[str, frozenset[str]]
    fingerprints: Mapping[str, Mapping[str, str | None]]
    was_written: Callable[[str, str, str], bool | None]
    rows_of: Callable[[str], Mapping[str | None, Shown]]


def judge(
    lines: Sequence[Line], evidence: PublishedEvidence, before: Precedence, *, may_override: bool
) -> list[Verdict[ParsedDecision]]:
    """Judge every decided row of all the files that are imported together.

    Args:
        lines: rows with a decision.
        evidence: what the latest run knows.
        before: what was decided before, and when.
        may_override: whether a company that was not proposed may be approved.

    Returns:
        One verdict per row, in their order. A customer is decided as a whole: where one of its rows is an error or
        stale, none of them is applied.
    """
    read = [(line, read_decision(line)) for line in lines]
    held = _held(before.current)
    contradicted = _contradictions([found for _, found in read if isinstance(found, ParsedDecision)])
    rule = _MappingRule(evidence, held, before, may_override=may_override)
    verdicts: list[Verdict[ParsedDecision]] = []
    said: dict[_Key, Line] = {}
    for line, found in read:
        if isinstance(found, Problem):
            verdicts.append(Verdict(line, "error", problem=found))
            continue
        if (opposite := contradicted.get(id(line))) is not None:
            verdicts.append(Verdict(line, "error", found, _contradiction(found, opposite)))
            continue
        verdict = rule.judge(found)
        key = _key(found)
        if verdict.kind == "apply" and key in said:
            other = said[key].place(line)
            problem = line.problem(f"{other} says the same", "one row", "Nothing to do.")
            verdict = Verdict(line, "no-op", found, problem)
        said.setdefault(key, line)
        verdicts.append(verdict)
    return hold_back(verdicts, ("stale", "error"), "customer", _customer)


def _key(decided: ParsedDecision) -> _Key:
    return decided.customer_id_acct, decided.company_id_cw, decided.decision, decided.until


def _held(current: pl.DataFrame) -> frozenset[_Key]:
    """What the register holds, as the rows of a file would say it."""
    company = pl.when(pl.col("decision").is_in(["approved", "rejected"])).then(pl.col("company_id_cw"))
    return frozenset(current.select("customer_id_acct", company, "decision", "snoozed_until").iter_rows())


def _contradictions(decided: Sequence[ParsedDecision]) -> dict[int, ParsedDecision]:
    """Row -> a row that says something else of the same customer; neither is to be believed.

    To reject a company agrees with everything but to approve that same company.
    """
    first: dict[_Key, ParsedDecision] = {}
    for one in decided:
        first.setdefault(_key(one), one)
    settled: dict[str, list[ParsedDecision]] = defaultdict(list)
    for (customer, *_), one in first.items():
        # a second one contradicts whatever is neither a rejection nor itself: no third is needed
        if one.decision != "rejected" and len(settled[customer]) < 2:  # noqa: PLR2004
            settled[customer].append(one)
    found: dict[int, ParsedDecision] = {}
    for one in decided:
        customer, company, decision, _ = _key(one)
        is_rejected = decision == "rejected"
        opposite = first.get((customer, company, "approved" if is_rejected else "rejected", None))
        if not is_rejected:
            opposite = next((other for other in settled[customer] if _key(other) != _key(one)), opposite)
        if opposite is not None:
            found[id(one.source)] = opposite
    return found


def _contradiction(one: ParsedDecision, other: ParsedDecision) -> Problem:
    said, against = (each.action + (f" CW-{each.company_id_cw}" if each.company_id_cw else "") for each in (one, other))
    found = f"{said}, but {other.source.place(one.source)} says {against}"
    return one.source.problem(found, "one decision for a customer", "Keep one of the two: neither was taken.")


def _customer(line: Line) -> str:
    """The customer as it is written: A&B is not a&b. Only the case of the prefix is nobody's."""
    written = line.cells["acct_customer_id"]
    return f"ACCT-{written[5:]}" if written[:5].upper() == "ACCT-" else written


class _MappingRule:
    """Judges one row that can be read and that no other contradicts."""

    def __init__(
        self, evidence: PublishedEvidence, held: frozenset[_Key], before: Precedence, *, may_override: bool
    ) -> None:
        self._published = evidence
        self._before = before
        self._held = held
        self._may_override = may_override
        self._customers = {customer.lstrip("0"): customer for customer in evidence.customers}
        self._companies = {company.lstrip("0"): company for company in evidence.companies}

    def judge(self, decided: ParsedDecision) -> Verdict[ParsedDecision]:
        """The verdict; what the register holds already is no-op, however old the file."""
        line = decided.source
        wrong = self._unknown(decided)
        if wrong is not None:
            return Verdict(line, "error", decided, wrong)
        if _key(decided) in self._held:
            problem = line.problem("the register holds it already", "something new", "Nothing to do.")
            return Verdict(line, "no-op", decided, problem)
        objection = self._before.objection(decided)
        if objection is not None:
            return Verdict(line, objection[0], decided, objection[1])
        kind, wrong = self._evidence(decided)
        if wrong is None:
            kind, wrong = "error", self._target(decided)
        if wrong is None and decided.until is not None and decided.until <= self._published.as_of_date:
            wrong = line.problem(f"a snooze until {decided.until}, which has come", "a later day", _DECIDE_AGAIN)
            kind = "stale"
        return Verdict(line, "apply", decided) if wrong is None else Verdict(line, kind, decided, wrong)

    def _unknown(self, decided: ParsedDecision) -> Problem | None:
        """Ids that the run does not know."""
        line, customer, company = decided.source, decided.customer_id_acct, decided.company_id_cw
        if customer not in self._published.customers:
            near = self._customers.get(customer.lstrip("0"))
            lost = f": leading zeros are lost, ACCT-{near} is meant" if near else ""
            found = f"ACCT-{customer}, which the latest run does not know{lost}"
            remedy = "Copy the id from mapping_fixes.csv as text."
            return line.problem(found, "a customer of the latest run", remedy)
        if company is not None and company not in self._published.companies:
            near = self._companies.get(company.lstrip("0"))
            lost = f": leading zeros are lost, CW-{near} is meant" if near else ""
            found = f"CW-{company}, which the latest run does not know{lost}"
            remedy = "Copy the id from mapping_fixes.csv, or find the company on the page."
            return line.problem(found, "a company of the latest run", remedy)
        return None

    def _evidence(self, decided: ParsedDecision) -> tuple[Kind, Problem | None]:
        """Whether the row was decided on the evidence of the latest run."""
        line, customer, evidence = decided.source, decided.customer_id_acct, self._published
        written, run_id = line.cells["row_fp"], line.cells["run_id"]
        if not _FINGERPRINT.fullmatch(written):
            found = f"row_fp {written!r}" if written else "an empty row_fp"
            remedy = "The row was edited or made by hand: decide in a fresh copy of the file."
            return "error", line.problem(found, "the fingerprint that the run wrote", remedy)
        known = evidence.fingerprints.get(customer)
        if known is not None and written in known:
            wrong = misplaced(decided, known[written], evidence.rows_of(customer))
            return ("apply", None) if wrong is None else ("error", wrong)
        if evidence.was_written(run_id, customer, written) is False:
            remedy = "The row was edited or made elsewhere: decide in a fresh copy of the file."
            return "error", line.problem(
                f"row_fp {written}", f"the fingerprint that {run_id} wrote for ACCT-{customer}", remedy
            )
        remedy = self._before.needs_run(customer) or _DECIDE_AGAIN
        if known is None:
            found = f"a row of {run_id or 'an older run'}; ACCT-{customer} no longer asks for a decision"
            return "stale", line.problem(found, f"a customer to decide on in {evidence.run_id}", remedy)
        found = f"a row of {run_id or 'an older run'}; the evidence has changed since"
        return "stale", line.problem(found, f"the evidence of {evidence.run_id}", remedy)

    def _target(self, decided: ParsedDecision) -> Problem | None:
        """Whether the company may be decided on."""
        line, company = decided.source, decided.company_id_cw
        if company is None:
            return None
        is_proposed = company in self._published.candidates.get(decided.customer_id_acct, frozenset())
        if decided.action == "reject":
            remedy = "Leave the row empty, or exclude the customer."
            return None if is_proposed else line.problem(f"reject CW-{company}", "a company that was proposed", remedy)
        if self._published.companies[company]:
            remedy = "Choose a company that is in use, or restore this one in ConnectWise first."
            return line.problem(f"CW-{company}, which is deleted in ConnectWise", "a company in use", remedy)
        if is_proposed:
            return None
        if decided.action == "approve":
            remedy = "Choose a candidate; or write override as the decision, if it is certain."
            return line.problem(f"approve CW-{company}", "a company that was proposed to the customer", remedy)
        if not self._may_override:
            remedy = "If it is certain, import with --allow-override, or set allow_override under [review]."
            return line.problem(f"override with CW-{company}, which was not proposed", "a candidate", remedy)
        return None
