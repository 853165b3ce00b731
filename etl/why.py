"""The answer for one invoice: the chain of checks with the values that decided, then the fix."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from etl.engine import Engine, EngineRefusal
from etl.errors import NotFound
from etl.taxonomy import BIT, BY_CODE, CAUSES

_FACTS: Final = """
    select answers.*, facts.* exclude (row_key, invoice_date, created_at, document_status, judged_at),
        checks.failed, checks.unknown, checks.is_present, checks.is_carried, checks.is_freed_alone,
        customers.is_active as customer_is_active, customers.has_customer_row, customers.is_conflicting,
        customers.has_company, customers.is_deleted as company_is_deleted, customers.is_inactive as company_is_inactive,
        customers.is_hidden as company_is_hidden, customers.bill_to_company_id_cw, customers.is_in_portal,
        customers.merged_into_customer_id_acct,
        mappings.certainty, mappings.best_lead, mappings.candidate_count, mappings.reason as mapping_reason,
        mappings.judged_at, mappings.judged_by, mappings.conflict_company_id_cw,
        access.contact_count, access.able_contact_count, access.proposed_contact_name, access.proposed_contact_email,
        access.proposed_level, access.fixes as contact_fix,
        invoices.bill_email, by_id.portal_balance_amount,
        this_run.as_of_at, this_run.as_of_date, this_run.minimum_security_level, this_run.has_portal_list,
        this_run.has_sync_runs, this_run.run_id,
        (select max(started_at) from staging.sync__runs where is_successful) as last_sync_at
    from marts.invoice_visibility as answers
    cross join ctl.run as this_run
    inner join staging.accounting__invoices as invoices on answers.row_key = invoices.row_key
    inner join marts.invoice_facts as facts on answers.row_key = facts.row_key
    inner join marts.invoice_checks as checks on answers.row_key = checks.row_key
    left join marts.customer_facts as customers on answers.customer_id_acct = customers.customer_id_acct
    left join matching.mappings as mappings on answers.customer_id_acct = mappings.customer_id_acct
    left join marts.company_access as access on answers.company_id_cw = access.company_id_cw
    left join marts.portal_by_id as by_id on answers.row_key = by_id.row_key
    where {condition}
    order by answers.row_key"""

_VALUES: Final[dict[str, str]] = {
    "NOT_AN_INVOICE": "document type {document_type}",
    "DRAFT": "status {document_status}",
    "DELETED": "status {document_status}",
    "VOIDED": "status {document_status}",
    "ZERO_TOTAL": "total {currency_code} {total_amount}",
    "PAID_IN_FULL": "balance {currency_code} {balance_amount} of {total_amount}, status {document_status}",
    "NEGATIVE_BALANCE": "total {currency_code} {total_amount}, balance {balance_amount}",
    "FUTURE_DATED": "dated {invoice_date}, judged on {as_of_date}",
    "DUPLICATE_NUMBER": "number {invoice_number}",
    "NUMBER_REFORMATTED": "number {invoice_number}",
    "CREATED_ONLY_IN_ACCOUNTING": "number {invoice_number}",
    "CUSTOMER_EXCLUDED": "mapping state {mapping_state}, judged by {judged_by} at {judged_at}",
    "CUSTOMER_NOT_IN_EXTRACT": "customer {customer_id_acct}",
    "CUSTOMER_INACTIVE": "active: {customer_is_active}, merged into: {merged_into_customer_id_acct}",
    "UNMAPPED_NO_CANDIDATE": "mapping state {mapping_state}, {candidate_count} candidates",
    "UNMAPPED_AMBIGUOUS": "mapping state {mapping_state}, {candidate_count} candidates, lead {best_lead}",
    "UNMAPPED_PROBABLE": "mapping state {mapping_state}, certainty {certainty}: {mapping_reason}",
    "SUBCUSTOMER_UNMAPPED": "mapping state {mapping_state}",
    "UNMAPPED_CERTAIN": "mapped by {mapping_source}, in the portal: {is_in_portal}",
    "MAPPING_CONFLICT": "mapped to {company_id_cw} by {mapping_source}, evidence for {conflict_company_id_cw}",
    "TARGET_MISSING": "company {company_id_cw} read: {has_company}",
    "TARGET_DELETED": "company {company_id_cw} deleted: {company_is_deleted}",
    "TARGET_INACTIVE": "company {company_id_cw} inactive: {company_is_inactive}",
    "TARGET_HIDDEN": "company {company_id_cw} hidden: {company_is_hidden}",
    "BILL_TO_ELSEWHERE": "company {company_id_cw} bills to {bill_to_company_id_cw}",
    "STALE_AMOUNT": "portal {portal_balance_amount}, accounting {balance_amount}",
    "NO_CONTACT": "{contact_count} contacts",
    "ONLY_INACTIVE_CONTACTS": "{contact_count} contacts, {able_contact_count} can see",
    "CONTACT_AT_PARENT_OR_CHILD": "{contact_count} contacts here, {able_contact_count} can see",
    "NO_LOGIN_EMAIL": "{proposed_contact_name}: e-mail {proposed_contact_email}",
    "BAD_EMAIL": "{proposed_contact_name}: e-mail {proposed_contact_email}",
    "DUPLICATE_LOGIN_EMAIL": "{proposed_contact_name}: e-mail {proposed_contact_email}",
    "LOGIN_DISABLED": "{proposed_contact_name}",
    "LEVEL_MISSING": "{proposed_contact_name}: level {proposed_level}, needed {minimum_security_level}",
    "LEVEL_INVALID": "{proposed_contact_name}: level {proposed_level}, needed {minimum_security_level}",
    "LEVEL_TOO_LOW": "{proposed_contact_name}: level {proposed_level}, needed {minimum_security_level}",
    "BILL_EMAIL_NOT_A_CONTACT": "e-mail {bill_email}",
}
_SYNC: Final = "created {created_at}, changed {changed_at}, last successful sync {last_sync_at}"


@dataclass(frozen=True)
class Check:
    """One gate of one invoice.

    Attributes:
        result: passed, failed, unknown, or not reached.
        values: what decided, in words.
    """

    cause: str
    stage: str
    title: str
    result: str
    values: str


@dataclass(frozen=True)
class Answer:
    """Why one invoice does or does not show.

    Attributes:
        invoice: the row of marts.invoice_visibility and the facts it was judged on.
        checks: the chain, in order.
        contact: the checks of the contact that was asked about, where one was.
    """

    invoice: dict[str, Any]
    checks: tuple[Check, ...]
    contact: dict[str, Any] | None = None

    @property
    def fix(self) -> dict[str, str] | None:
        """What to do, in the words of both interfaces, and who does it; null where there is nothing to mend."""
        code = self.invoice["primary_cause"]
        if code is None:
            return None
        cause = BY_CODE[code]
        return {"cause": code, "legacy": cause.fix_legacy, "current": cause.fix_current, "who": cause.who}


def explain(database: Path, invoice: str, contact: str | None = None) -> list[Answer]:
    """Answer for every invoice that carries the number, or has the id.

    Args:
        database: `night.duckdb` of a published run.
        invoice: number or internal id, as a person writes it.
        contact: e-mail of the person who asks.

    Raises:
        NotFound: no run, no such invoice in it, or no such contact.
    """
    engine = _opened(database)
    try:
        rows = _found(engine, invoice)
        if not rows:
            raise NotFound(_elsewhere(engine, invoice))
        person = None if contact is None else _contact(engine, contact)
        return [Answer(row, tuple(_chain(row)), person) for row in rows]
    finally:
        engine.close()


def _opened(database: Path) -> Engine:
    if not database.exists():
        message = f"{database} is not there: no night was published yet. Run 'billsight run' first."
        raise NotFound(message)
    try:
        return Engine(database, is_read_only=True)
    except EngineRefusal as error:
        message = f"{database} cannot be opened ({error}). Another version may have written it: run the night again."
        raise NotFound(message) from None


def _found(engine: Engine, invoice: str) -> list[dict[str, Any]]:
    text = _literal(invoice.strip())
    key = _number_key(invoice)
    conditions = [
        f"answers.invoice_id_acct = {text} or upper(trim(answers.invoice_number)) = upper({text})",
        f"invoices.number_key = {_literal(key)}" if key else "false",
    ]
    for condition in conditions:
        frame = engine.frame(_FACTS.format(condition=condition))
        if len(frame):
            return frame.to_dicts()
    return []


def _number_key(number: str) -> str:
    """The key by which numbers are compared, as staging has it."""
    bare = number.upper().translate(str.maketrans("", "", " #-/._"))
    return bare.removeprefix("INV").lstrip("0")


def _elsewhere(engine: Engine, invoice: str) -> str:
    """What can be said of an invoice that accounting does not have."""
    key = _literal(_number_key(invoice))
    unposted = engine.rows(f"""
        select unposted.cause, unposted.fix, unposted.company_name
        from marts.unposted_invoices as unposted
        inner join staging.connectwise__invoices as invoices on unposted.invoice_id_cw = invoices.invoice_id_cw
        where invoices.number_key = {key}""")
    if unposted:
        cause, fix, company = unposted[0]
        return f"{invoice} is not in accounting: ConnectWise has it for {company} ({cause}). {fix}."
    portal = engine.rows(f"select cause from marts.portal_only_invoices where invoice_number = {_literal(invoice)}")
    if portal:
        return f"{invoice} is only in the portal ({portal[0][0]}): accounting does not have it. Verify Content For Next Sync."
    quarantined = engine.rows(f"""
        select source_file, source_line, broken_rules from quarantine.rows
        where relation = 'accounting_invoices' and contains(row_values, {_literal(invoice)}) limit 1""")
    if quarantined:
        file, line, rules = quarantined[0]
        return f"{invoice} is in quarantine: {file}, line {line}: {'; '.join(rules)}."
    return f"{invoice} is in none of the sources of this night. Check the number, or widen the accounting export."


def _contact(engine: Engine, email: str) -> dict[str, Any]:
    frame = engine.frame(f"from marts.contact_access where lower(default_email) = lower({_literal(email)}) limit 1")
    if not len(frame):
        message = f"No ConnectWise contact logs in with {email}. Look for another address, or create the contact."
        raise NotFound(message)
    return frame.to_dicts()[0]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _chain(row: dict[str, Any]) -> list[Check]:
    is_expected = row["state"] == "expected"
    return [
        Check(
            cause.code, str(cause.stage), cause.title,
            _result(row, cause.code, str(cause.stage), is_expected=is_expected),
            _worded(_VALUES.get(cause.code, _SYNC), row),
        )
        for cause in CAUSES
    ]  # fmt: skip


def _result(row: dict[str, Any], code: str, stage: str, *, is_expected: bool) -> str:
    bit = 1 << BIT[code]
    if row["failed"] & bit:
        return "failed"
    if row["unknown"] & bit:
        return "unknown"
    not_sent = row["document_status"] == "draft" or row["is_future"]
    is_reached = {
        "existence": True,
        "identity": not is_expected or "CUSTOMER_EXCLUDED" in (row["causes"] or "").split(),
        "transport": not is_expected and not not_sent and row["is_transport_reached"],
        "access": not is_expected and row["is_access_reached"],
    }[stage]
    if is_reached and stage == "transport" and not row["is_present"] and not row["is_carried"]:
        # another transport gate decided, or nothing could
        return "unknown" if not row["failed"] else "not reached"
    return "passed" if is_reached else "not reached"


def _worded(template: str, row: dict[str, Any]) -> str:
    shown = {key: _shown(value) for key, value in row.items()}
    return template.format(**shown)


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def to_json(answers: list[Answer]) -> str:
    """The answers as JSON, one object per invoice."""
    plain = [
        {
            "invoice": {key: _plain(value) for key, value in answer.invoice.items()},
            "checks": [vars(check) for check in answer.checks],
            "fix": answer.fix,
            "contact": answer.contact,
        }
        for answer in answers
    ]
    return json.dumps(plain, ensure_ascii=False, indent=2, default=str) + "\n"


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def to_text(answers: list[Answer]) -> str:
    """The answers for a terminal: the verdict, the chain, the fix."""
    return "\n".join(_text(answer) for answer in answers)


def _text(answer: Answer) -> str:
    row = answer.invoice
    title = "" if row["primary_cause"] is None else f": {BY_CODE[row['primary_cause']].title}"
    lines = [
        f"{row['invoice_number'] or row['invoice_id_acct']}  {row['customer_name']}  "
        f"{row['currency_code']} {row['balance_amount']:,.2f} open of {row['total_amount']:,.2f}",
        f"{row['state'].upper()}{title}",
        "",
    ]
    for stage in dict.fromkeys(check.stage for check in answer.checks):
        reached = [check for check in answer.checks if check.stage == stage and check.result != "not reached"]
        lines.append(f"  {stage}" if reached else f"  {stage}: not reached")
        lines += [f"    {check.result:<8} {check.title} ({check.values})" for check in reached]
    return "\n".join([*lines, *_fix_lines(answer), *_contact_lines(answer)]) + "\n"


def _fix_lines(answer: Answer) -> list[str]:
    row, fix = answer.invoice, answer.fix
    if fix is None:
        words = {
            "visible": "It is in the portal, its company is mapped, and somebody there can see it.",
            "unknown": "Nothing wrong was found, and nothing proves that it shows: see the unknown checks.",
        }
        return ["", f"  {words.get(row['state'], 'Nothing to mend.')}"]
    freed = (
        f"frees {row['currency_code']} {row['balance_amount']:,.2f}"
        if row["is_freed_alone"]
        else "needs more than this fix"
    )
    of_contact = [f"  Contact: {row['proposed_contact_name']}: {row['contact_fix']}"] if row["contact_fix"] else []
    return [
        "",
        f"  Fix ({fix['who']}; {freed})",
        f"    legacy interface:  {fix['legacy']}",
        f"    current interface: {fix['current']}",
        *of_contact,
    ]


def _contact_lines(answer: Answer) -> list[str]:
    person = answer.contact
    if person is None:
        return []
    company = answer.invoice["company_id_cw"]
    if company is None or person["company_id_cw"] != company:
        place = f"belongs to company {_shown(person['company_id_cw'])}, the invoice to {_shown(company)}"
        return ["", f"  {person['default_email']} cannot see it: the contact {place}."]
    if person["can_see"]:
        return ["", f"  {person['default_email']} can look into the portal for this company."]
    return ["", f"  {person['default_email']} cannot see it: {person['broken_checks']}."]
