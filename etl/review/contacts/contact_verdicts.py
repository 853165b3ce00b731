"""What becomes of each decision about a contact: apply, no-op, stale or error. All rows are checked first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from etl.errors import Problem
from etl.review.contacts.contact_decisions import ContactDecided, read_contact_decision
from etl.review.contacts.contact_rule import ContactRule, KnownAccess, describe_decision, said
from etl.review.decision_file import Line
from etl.review.precedence import Importing
from etl.review.row_verdict import Verdict, hold_back


def judge_contacts(
    lines: Sequence[Line], known: KnownAccess, log: pl.DataFrame, importing: Importing
) -> list[Verdict[ContactDecided]]:
    """Judge every decided row of all the files that are imported together.

    Args:
        lines: rows with a decision.
        known: what the latest run knows.
        log: everything that was ever decided, as `ContactRegister.log` gives it.
        importing: how the import is meant.

    Returns:
        One verdict per row, in their order. A company is decided once: where its rows differ, or one of them is an
        error, none of them is applied.
    """
    read = [(line, read_contact_decision(line)) for line in lines]
    first: dict[str, dict[object, ContactDecided]] = defaultdict(dict)
    for _, found in read:
        if isinstance(found, ContactDecided):
            first[found.company_id_cw].setdefault(said(found), found)
    rule = ContactRule(known, log, importing)
    verdicts: list[Verdict[ContactDecided]] = []
    for line, found in read:
        if isinstance(found, Problem):
            verdicts.append(Verdict(line, "error", problem=found))
            continue
        of_company = first[found.company_id_cw]
        opposite = next((other for key, other in of_company.items() if key != said(found)), None)
        if opposite is not None:
            verdicts.append(Verdict(line, "error", found, _contradiction(found, opposite)))
            continue
        verdict = rule.judge(found)
        if verdict.kind == "apply" and (same := of_company[said(found)]) is not found:
            wrong = line.problem(f"{same.source.place(line)} says the same", "one row", "Nothing to do.")
            verdict = replace(verdict, kind="no-op", problem=wrong)
        verdicts.append(verdict)
    return hold_back(verdicts, ("error",), "company", _company)


def _contradiction(one: ContactDecided, other: ContactDecided) -> Problem:
    against = f"{other.source.place(one.source)} says {describe_decision(*said(other))}"
    found = f"{describe_decision(*said(one))}, but {against}"
    return one.source.problem(found, "one decision for a company", "Keep one of the two: neither was taken.")


def _company(line: Line) -> str:
    return line.cells["cw_company_id"].casefold()
