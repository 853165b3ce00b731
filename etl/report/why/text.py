"""An answer as text for a terminal, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Final

from etl.amounts import with_currency
from etl.causes import BY_CODE, NOT_YET, SHOWN_WRONG
from etl.domain import CauseClass
from etl.report.why.answer import Answer, Check, Fix
from etl.report.why.queries import ANSWER, Row
from etl.report.why.values import amounts, difference, money, one_login, plain
from etl.safe_text import json_text, one_line

_VERDICT: Final = {
    "visible": "VISIBLE: it is in the portal, its customer is mapped, and somebody there can see it",
    "blocked": "BLOCKED",
    "waiting": "WAITING",
    "expected": "EXPECTED, not a fault",
    "unknown": "UNKNOWN: nothing wrong was found, and nothing proves that it shows",
}
_UNPROVEN: Final = "UNKNOWN: nothing proves that it shows, and nothing that it does not"
_PASSED, _NOT_REACHED = "passed", "not reached"


def to_json(answers: list[Answer]) -> str:
    """The answers as JSON, one object per invoice."""
    objects = [
        {
            "run_id": answer.invoice["run_id"],
            "invoice": {name: plain(answer.invoice[name]) for name in ANSWER},
            "checks": [asdict(check) for check in answer.checks],
            "fixes": [asdict(fix) for fix in answer.fixes],
            "no_advice": answer.no_advice,
            "contact": answer.contact and {name: plain(value) for name, value in answer.contact.items()},
        }
        for answer in answers
    ]
    return json_text(objects, indent=2) + "\n"


def to_text(answers: list[Answer]) -> str:
    """The answers for a terminal: the verdict, the chain, the fix."""
    return "\n".join("\n".join(map(one_line, _lines(answer))) + "\n" for answer in answers)


def _lines(answer: Answer) -> Iterator[str]:
    row = answer.invoice
    yield f"{row['invoice_number'] or 'without a number'} (id {row['invoice_id_acct']}), {row['customer_name']}"
    yield f"{amounts(row)}, {_due(row)}"
    yield ""
    yield _verdict(row)
    for stage, checks in groupby(answer.checks, lambda check: check.stage):
        yield ""
        yield from _stage(stage, list(checks))
    yield from _fix_lines(answer)
    yield from _contact_lines(answer)


def _due(row: Row) -> str:
    if row["due_date"] is None:
        return "no due date"
    days = row["days_past_due"]
    return f"due {row['due_date']}" + (f", {days} days ago" if days > 0 else "")


def _verdict(row: Row) -> str:
    cause = row["primary_cause"]
    named = "" if cause is None else f": {BY_CODE[cause].title} [{cause}]"
    if row["state"] == "unknown" and row["failed"]:
        return f"{_UNPROVEN}{named}{difference(row)}"
    return f"{_VERDICT[row['state']]}{named}{difference(row)}"


def _stage(stage: str, checks: list[Check]) -> Iterator[str]:
    if all(check.result == _NOT_REACHED for check in checks):
        yield f"{stage}: not reached"
        return
    yield stage
    for subject in dict.fromkeys(check.subject for check in checks):
        of_subject = [check for check in checks if check.subject == subject]
        # what is wrong comes first; passed checks of one subject share a line
        for check in of_subject:
            if check.result not in {_PASSED, _NOT_REACHED}:
                yield _line(
                    check, f"{check.title}{_remark(check)}{'?' if check.result == 'unknown' else ':'} {check.values}"
                )
        yield from _together(of_subject)


def _line(check: Check, text: str) -> str:
    return f"  {check.result:<12} {check.subject:<16} {text}"


def _remark(check: Check) -> str:
    return " (a remark, it hides nothing)" if check.kind == CauseClass.REMARK else ""


def _together(checks: list[Check]) -> Iterator[str]:
    passed = [check for check in checks if check.result == _PASSED]
    if passed:
        phrases = dict.fromkeys(BY_CODE[check.cause].passed_as for check in passed)
        has_values = any(check.result in {"failed", "unknown"} for check in checks)
        yield _line(passed[0], ", ".join(phrases) if has_values else f"{passed[0].values} ({', '.join(phrases)})")
    unreached = [check for check in checks if check.result == _NOT_REACHED]
    if unreached:
        yield _line(unreached[0], ", ".join(check.cause for check in unreached))


def _fix_lines(answer: Answer) -> Iterator[str]:
    row = answer.invoice
    if answer.no_advice is not None:
        yield from ("", f"No advice about access: {answer.no_advice}")
    for place, fix in enumerate(answer.fixes):
        yield ""
        yield _fix_heading(row, fix, place)
        yield f"  legacy interface:  {fix.legacy}"
        yield f"  current interface: {fix.current}"
        if fix.detail:
            yield f"  {fix.detail}"
        if fix.warning:
            yield f"  {fix.warning}"


def _fix_heading(row: Row, fix: Fix, place: int) -> str:
    if fix.cause in NOT_YET:
        return f"What to do: wait. {BY_CODE[fix.cause].title} [{fix.cause}]"
    if fix.cause in SHOWN_WRONG and row["state"] != "blocked":
        return f"Fix, by {fix.who}: {BY_CODE[fix.cause].title} [{fix.cause}]"
    if row["primary_cause"] is None:
        return f"All the same: {BY_CODE[fix.cause].title} [{fix.cause}], by {fix.who}"
    if row["state"] != "blocked":
        return "What to do: nothing"
    if place:
        return f"Then: {BY_CODE[fix.cause].title} [{fix.cause}], by {fix.who}"
    if row["is_freed_alone"]:
        balance = row["balance_amount"]
        known = "" if balance is None else with_currency(money(balance), row["currency_code"])
        freed = known or "it; what of it is open is not known"
        return f"Fix, by {fix.who}: frees {freed}"
    return f"Fix, by {fix.who}: not enough alone, see below"


def _contact_lines(answer: Answer) -> Iterator[str]:
    person, row = answer.contact, answer.invoice
    if person is None:
        return
    yield ""
    yield _contact_line(person, row)
    if len(person["login_companies"] or []) > 1:
        yield f"  {one_login(person['default_email'], person['login_companies'])}"


def _contact_line(person: Row, row: Row) -> str:
    name = f"{person['contact_name']} <{person['default_email']}>"
    company = row["company_id_cw"]
    if company is None:
        return f"{name}: cannot see it, because the customer is not mapped to a company"
    if person["company_id_cw"] != company:
        own = f"{person['company_id_cw'] or 'none'} {person['company_name'] or ''}".strip()
        theirs = f"{company} {row['company_name']}"
        return f"{name}: cannot see it. The contact belongs to company {own}, the invoice to {theirs}"
    if person["can_see"] and row["state"] == "visible":
        return f"{name}: can see it"
    if person["can_see"]:
        return f"{name}: can see this company's invoices, and will see this one as soon as the portal shows it"
    if person["broken_checks"]:
        return f"{name}: cannot see invoices in the portal. {_titles(person['broken_checks'])}"
    unknown = _titles(person["unknown_checks"]) or "The export does not say whether the contact is active"
    return f"{name}: it is not known whether this person can see invoices in the portal. Not checked: {unknown}"


def _titles(codes: str) -> str:
    titles = [
        "The contact is inactive" if code == "CONTACT_INACTIVE" else f"{BY_CODE[code].title} [{code}]"
        for code in codes.split()
    ]
    return "; ".join(titles)
