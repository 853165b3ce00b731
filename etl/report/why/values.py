"""The values that decide each check, in the words of somebody who reads the row aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from etl.amounts import with_currency
from etl.causes import BY_CODE, PROFILES, bits_where, is_in
from etl.domain import Subject
from etl.report.why.queries import Row

_PAIR: Final = 2
_MOST_CLIENTS: Final = 5
"""Most clients of one login that are named."""
_FOUND_BY: Final = {
    1: "found by its id", 2: "found by number and customer", 3: "found by number and amount",
    4: "found by a number that is written differently, and the amount",
}  # fmt: skip

_OF_CONTACTS: Final = bits_where(lambda cause: cause.subject in {Subject.CONTACTS, Subject.CONTACT})


def money(amount: Decimal | None) -> str:
    """An amount with its decimals: two, or more where it has them."""
    if amount is None:
        return "none"
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount:,.4f}"


def instant(moment: datetime | None) -> str:
    """A time, to the minute; a source that gives none does not say that it never was."""
    return "not given" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _document(row: Row, _: str | None) -> str:
    kind = "type not known" if row["document_type"] == "unknown" else row["document_type"] or "type not given"
    return f"{kind.replace('_', ' ')}, {row['document_status'] or 'status not given'}"


def amounts(row: Row) -> str:
    """What is open of what; nothing is said of an amount that nobody gives."""
    balance, total, currency = row["balance_amount"], row["total_amount"], row["currency_code"]
    if balance is None:
        return f"{with_currency(money(total), currency)} in total, its open balance is not known"
    whole = "its total is not known" if total is None else f"of {money(total)}"
    source = ", as its status says" if row["balance_source"] == "status" else ""
    return f"{with_currency(money(balance), currency)} open{',' if total is None else ''} {whole}{source}"


def _amount(row: Row, _: str | None) -> str:
    return amounts(row)


def _date(row: Row, _: str | None) -> str:
    return f"dated {row['invoice_date']}, judged on {row['as_of_date']}"


def _book(row: Row, _: str | None) -> str:
    return f"book {row['book'] or 'not named'}"


def _terms(row: Row, _: str | None) -> str:
    return f"payment terms {row['payment_terms'] or 'not given'}"


def _number(row: Row, failed: str | None) -> str:
    number = row["invoice_number"] or "no number"
    if failed == "DUPLICATE_NUMBER":
        return f"{number} is also on {row['same_number_ids'] or 'another invoice'}"
    if failed == "NUMBER_REFORMATTED":
        return f"{number} here, {row['other_spellings'] or 'written otherwise elsewhere'}"
    if failed == "CREATED_ONLY_IN_ACCOUNTING":
        return f"no ConnectWise invoice has {number}"
    return str(number)


def _customer(row: Row, failed: str | None) -> str:
    who = f"{row['customer_id_acct']} {row['customer_name'] or ''}".strip()
    if failed == "CUSTOMER_EXCLUDED":
        return f"{who}, excluded by {_judge(row)}"
    if failed == "CUSTOMER_NOT_IN_EXTRACT":
        return f"{who}, known from its invoices only"
    if row["merged_into_customer_id_acct"]:
        return f"{who}, merged into {row['merged_into_customer_id_acct']}"
    standing = {True: "active", False: "inactive", None: "nothing says whether it is active"}
    return f"{who}, {standing[row['customer_is_active']]}"


def _judge(row: Row) -> str:
    return f"{row['judged_by'] or 'a person'} on {row['judged_at']:%Y-%m-%d}" if row["judged_at"] else "a person"


def _company_of(row: Row) -> str:
    return f"{row['company_id_cw']} {row['company_name'] or '(not among the companies that were read)'}"


def _mapping(row: Row, failed: str | None) -> str:
    if failed == "MAPPING_CONFLICT":
        named = _company_id_and_name(row, "conflict")
        if row["company_id_cw"] and not named and row["is_present"]:
            return (
                f"to {_company_of(row)} by {_mapper(row)}, but the portal's list shows this invoice to another company"
            )
        other = named or "no company that was read"
        if row["company_id_cw"]:
            return f"to {_company_of(row)} by {_mapper(row)}, but the evidence is for {other}"
        return f"not mapped, but the portal may show it to {other}: {row['mapping_reason']}"
    if failed == "SUBCUSTOMER_UNMAPPED":
        parent = _company_id_and_name(row, "parent") or "no company"
        return f"not mapped; its parent {row['parent_customer_id_acct']} is mapped to {parent}"
    if row["company_id_cw"]:
        return f"to {_company_of(row)} by {_mapper(row)}"
    if row["mapping_state"] == "excluded":
        return "excluded"
    if not row["candidates"]:
        return f"not mapped; {row['mapping_reason'] or 'no company is like it'}"
    counted = "one candidate" if row["candidate_count"] == 1 else f"{row['candidate_count'] or 0} candidates"
    return f"not mapped; {counted}: {row['candidates']}; {row['mapping_reason']}"


def _company_id_and_name(row: Row, which: str) -> str:
    """What is known of a company beside the invoice's own; empty where nothing is."""
    return " ".join(part for part in (row[f"{which}_company_id_cw"], row[f"{which}_company_name"]) if part)


def _mapper(row: Row) -> str:
    if row["mapping_source"] == "judgement":
        return _judge(row)
    if row["mapping_source"] == "portal":
        return "the portal's own mapping"
    return f"certainty: {row['mapping_reason']}"


def _company(row: Row, failed: str | None) -> str:
    if not row["has_company"]:
        return f"{row['company_id_cw']} is not among the companies that were read"
    status = row["status_name"] or "not given"
    company = _company_of(row)
    faults = {
        "TARGET_DELETED": f"{company} is in the recycle bin",
        "TARGET_HIDDEN": f"{company}: type {row['type_names'] or 'not given'}, status {status}",
        "BILL_TO_ELSEWHERE": (f"{company} bills to {_company_id_and_name(row, 'bill_to') or 'another company'}"),
    }
    return faults.get(failed or "", f"{company}, status {status}")


def _sync(row: Row, failed: str | None) -> str:
    if row["is_present"]:
        return f"in the portal, {_FOUND_BY.get(row['portal_match'], 'found')}"
    times = f"created {instant(row['created_at'])}, changed {instant(row['changed_at'])}"
    synced = "none in the log" if row["last_sync_at"] is None else instant(row["last_sync_at"])
    last = f"last successful sync {synced}" if row["has_sync_log"] else "no sync log was given"
    if not row["has_portal_list"]:
        place = "a sync carried it; without the portal's list nothing proves that it arrived" if failed is None else ""
        return "; ".join(part for part in (place, times, last) if part)
    if row["is_portal_undecided"]:
        return f"a row of the portal's list is like it, and nothing decides whether it is this invoice; {times}"
    if row["was_shown"]:
        return f"it was on the portal's list of open invoices before, and is not now: paid there? {times}"
    if failed == "PORTAL_LIST_OLDER":
        is_mapped_since = row["judged_at"] is not None and row["judged_at"] > row["portal_list_at"]
        mapped = (
            f", before {_judge(row)} mapped the customer: enter the mapping in the portal" if is_mapped_since else ""
        )
        return f"the portal's list was made {instant(row['portal_list_at'])}{mapped}; {times}; {last}"
    return "; ".join(part for part in ("not in the portal's list", times, last, row["gap"]) if part)


def _portal_amount(row: Row, _: str | None) -> str:
    shown = row["portal_balance_amount"]
    said = f", status {row['portal_status']}" if row["portal_status"] else ""
    portal = f"the portal gives no balance{said}" if shown is None else f"portal {money(shown)} open{said}"
    if row["balance_amount"] is None:
        return f"{portal}; accounting gives no balance"
    return f"{portal}; accounting {with_currency(money(row['balance_amount']), row['currency_code'])} open"


def _contacts(row: Row, failed: str | None) -> str:
    count, able = row["contact_count"] or 0, row["able_contact_count"] or 0
    if able:
        return f"{able} of {count} can see invoices: {row['able_contacts']}"
    counted = "1 contact" if count == 1 else f"{count or 'no'} contacts"
    active = f", {row['active_contact_count'] or 'none'} active" if count else ""
    related = ", somebody at a related company can" if failed == "CONTACT_AT_PARENT_OR_CHILD" else ""
    sees = "nobody is known to see invoices" if row["unknown"] & _OF_CONTACTS else "nobody can see invoices"
    return f"{counted}{active}, {sees}{related}"


def _contact(row: Row, failed: str | None) -> str:
    if row["able_contact_count"]:
        return f"enough that {row['able_contacts']} can"
    person = f"{row['proposed_contact_name']} ({row['proposed_contact_role']})"
    email = row["proposed_contact_email"] or "no e-mail"
    level = f"level {row['proposed_level'] or 'none'}, needed {row['minimum_security_level']}"
    faults = {
        "LOGIN_DISABLED": f"{person}: login disabled",
        "DUPLICATE_LOGIN_EMAIL": f"{person}: {_shared_login(row, email)}",
        "NO_LOGIN_EMAIL": f"{person}: no default e-mail",
        "BAD_EMAIL": f"{person}: {email}",
    }
    if failed is None:
        return f"{person}: {email}, {level}"
    return faults.get(failed, f"{person}: {level}")


def _shared_login(row: Row, email: str) -> str:
    others = row["login_companies"] or []
    if row["login_holders_elsewhere"] and len(others) > 1:
        return one_login(email, others)
    if row["login_holders_elsewhere"]:
        return f"{email} is also the login of a contact without a company: check that this one shows after signing in"
    count = row["login_holders_here"] or 0
    return f"{email} is also the login of {count} other contact{'' if count == 1 else 's'} of this company"


def one_login(email: str, companies: Sequence[str]) -> str:
    """What to check of a login that has several clients."""
    rest = len(companies) - _MOST_CLIENTS
    listed = ", ".join(companies[:_MOST_CLIENTS]) + (f" and {rest} more" if rest > 0 else "")
    if len(companies) == _PAIR:
        return f"{email}: one login, two clients ({listed}): check that both show after signing in"
    return f"{email}: one login, {len(companies)} clients ({listed}): check that each shows after signing in"


def _billing_email(row: Row, _: str | None) -> str:
    return f"{row['bill_email'] or row['customer_email'] or 'none given'}"


_WORDS: Final[Mapping[Subject, Callable[[Row, str | None], str]]] = {
    Subject.DOCUMENT: _document,
    Subject.AMOUNT: _amount,
    Subject.BOOK: _book,
    Subject.TERMS: _terms,
    Subject.DATE: _date,
    Subject.NUMBER: _number,
    Subject.CUSTOMER: _customer,
    Subject.MAPPING: _mapping,
    Subject.COMPANY: _company,
    Subject.SYNC: _sync,
    Subject.PORTAL_AMOUNT: _portal_amount,
    Subject.CONTACTS: _contacts,
    Subject.CONTACT: _contact,
    Subject.BILLING_EMAIL: _billing_email,
}
"""Subject -> its values; given the row and the check that failed, or None where it passed."""


def values(row: Row, code: str, result: str) -> str:
    """What decided the check; empty where it was not reached."""
    if result == "not reached":
        return ""
    if result == "unknown":
        return _unknown(row, code)
    return _WORDS[BY_CODE[code].subject](row, None if result == "passed" else code)


def _unknown(row: Row, code: str) -> str:
    """What is not known, and never the fault as a fact."""
    cause = BY_CODE[code]
    words = _WORDS[cause.subject]
    has_hints = is_in(row["unknown"], "NO_PORTAL_PROFILE") and code != "NO_PORTAL_PROFILE"
    if has_hints and cause.subject in {Subject.CONTACT, Subject.CONTACTS}:
        return f"{PROFILES}; only a hint: {words(row, code)}"
    if code == "DUPLICATE_LOGIN_EMAIL" and row["login_holders_elsewhere"]:
        # one login of several clients: what to check is said there
        return words(row, code)
    if cause.subject is Subject.COMPANY and not row["has_company"]:
        return words(row, None)
    return cause.unknown_as.format(
        passed=words(row, None),
        failed=words(row, code),
        company=f"{row['company_id_cw']} {row['company_name'] or ''}".strip(),
        customer_id_acct=row["customer_id_acct"],
    )


def difference(row: Row) -> str:
    """What the portal and the books say differently of what is owed; empty where they agree."""
    if row["difference_amount"] is None:
        return ""
    amount = with_currency(money(row["difference_amount"]), row["currency_code"])
    if is_in(row["failed"], "PAYMENT_NOT_POSTED"):
        return f"; but {amount} was paid in the portal, and the books do not have the payment"
    if is_in(row["failed"], "PORTAL_SHOWS_SETTLED"):
        return f"; but the portal still asks for {amount}"
    return f"; but the portal asks for {amount} more than is owed"


def plain(value: Any) -> Any:
    """A value as JSON has it: amounts and times as text."""
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == round(value, 2) else str(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)
