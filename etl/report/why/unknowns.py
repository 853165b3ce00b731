"""What to say of a check that the data cannot decide: what is not known, and never the fault as a fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from etl.causes import BIT
from etl.report.why.queries import Row

Teller = Callable[[Row, str | None], str]

_EXPORT: Final = "the accounting export does not say whether"
_COMPANIES: Final = "the companies' export does not say"
_CONTACTS: Final = "the contacts' export does not say"
_CONTRADICTORY: Final = (
    "the portal's list of mappings contradicts itself for this customer: it is not known to whom the portal shows it"
)
_PROFILES: Final = "client profiles decide, and they were not read"
_STATUSES: Final = "[provider] inactive_company_statuses or active_company_statuses"
_OF_A_SYNC: Final = (
    "SYNC_STALLED", "PENDING_NEXT_SYNC", "PORTAL_LIST_OLDER", "BEFORE_SYNC_START", "RECREATED_ID",
    "SKIPPED_WHILE_UNMAPPED", "BACKDATED_ENTRY", "MISSED_IN_WINDOW", "MISSED_UNDATED",
)  # fmt: skip

UNKNOWN: Final[Mapping[str, str]] = {
    "NOT_AN_INVOICE": f"{_EXPORT} it is an invoice: {{passed}}",
    "DRAFT": f"{_EXPORT} it is a draft: {{passed}}",
    "DELETED": f"{_EXPORT} it is deleted: {{passed}}",
    "VOIDED": f"{_EXPORT} it is voided: {{passed}}",
    "ZERO_TOTAL": f"{_EXPORT} its total is zero",
    "HIDDEN_ZERO": f"{_EXPORT} its total is zero",
    "OTHER_BOOK": f"{_EXPORT} it is in the book that the portal shows: {{passed}}",
    "HIDDEN_BY_TERMS": f"{_EXPORT} its terms are hidden: {{passed}}",
    "PAID_IN_FULL": f"{_EXPORT} it is paid in full",
    "NEGATIVE_BALANCE": f"{_EXPORT} its total or its balance is negative",
    "FUTURE_DATED": f"{_EXPORT} it is dated in the future: {{passed}}",
    "HELD_UNTIL_DATE": f"{_EXPORT} it is held back until its date: {{passed}}",
    "DUPLICATE_NUMBER": f"{_EXPORT} it is deleted, voided or a draft, so its number may count only once: {{passed}}",
    "NUMBER_REFORMATTED": "the sources do not say whether its number is written differently elsewhere: {passed}",
    "CREATED_ONLY_IN_ACCOUNTING": "the sources do not say whether ConnectWise has it: {passed}",
    "CUSTOMER_EXCLUDED": "it is not known whether a person excluded {passed}",
    "CUSTOMER_NOT_IN_EXTRACT": "it is not known whether the customer extract has {customer_id_acct}",
    "CUSTOMER_INACTIVE": "{passed}",
    "UNMAPPED_NO_CANDIDATE": _CONTRADICTORY,
    "UNMAPPED_AMBIGUOUS": _CONTRADICTORY,
    "UNMAPPED_PROBABLE": _CONTRADICTORY,
    "SUBCUSTOMER_UNMAPPED": _CONTRADICTORY,
    "UNMAPPED_CERTAIN": _CONTRADICTORY,
    "MAPPING_CONFLICT": _CONTRADICTORY,
    "TARGET_MISSING": f"{_COMPANIES} whether {{company}} still exists",
    "TARGET_DELETED": f"{{company}}: {_COMPANIES} whether it is deleted",
    "TARGET_INACTIVE": f"{{passed}}: whether that is inactive is not known; {_STATUSES} decides",
    "TARGET_HIDDEN": f"{{company}}: {_COMPANIES} whether its type or status is hidden",
    "BILL_TO_ELSEWHERE": f"{{company}}: {_COMPANIES} whom it bills to",
    **dict.fromkeys(_OF_A_SYNC, "it is not known whether a sync missed it: {failed}"),
    "STALE_AMOUNT": "it is not known whether the portal's amount is old: {passed}",
    "PORTAL_SHOWS_SETTLED": "it is not known whether the portal still asks for it: {passed}",
    "PAYMENT_NOT_POSTED": "it is not known whether it was paid in the portal: {passed}",
    "PAYMENT_IN_TRANSIT": "it is not known whether a payment is on its way: {passed}",
    "PORTAL_NOT_CAUGHT_UP": "it is not known whether the portal had time to catch up: {passed}",
    "NO_CONTACT": f"{_CONTACTS} whether the company has one",
    "ONLY_INACTIVE_CONTACTS": f"{_CONTACTS} who is active",
    "CONTACT_AT_PARENT_OR_CHILD": f"{_CONTACTS} whether somebody here can see invoices",
    "NO_LOGIN_EMAIL": f"{_CONTACTS} who has a default e-mail",
    "BAD_EMAIL": f"{_CONTACTS} whether the default e-mail is an address",
    "DUPLICATE_LOGIN_EMAIL": f"{{failed}}; {_CONTACTS} which of them may log in",
    "LOGIN_DISABLED": f"{_CONTACTS} who may log in",
    "LEVEL_MISSING": "the contacts' export has no portal security level: access is not checked",
    "LEVEL_INVALID": f"{_CONTACTS} which level the contact has",
    "LEVEL_TOO_LOW": f"{_CONTACTS} which level the contact has",
    "NO_PORTAL_PROFILE": f"{_PROFILES}; levels are only hints",
    "BILL_EMAIL_NOT_A_CONTACT": f"{_CONTACTS} whether the billing e-mail is a contact's: {{passed}}",
}
"""Cause -> what is not known. {passed} and {failed} are the values as they are told of a passed and a failed check."""


def tell_unknown(row: Row, code: str, tell: Teller, subject: str) -> str:
    """What is not known, in words.

    Args:
        row: the facts of the invoice.
        code: the cause whose check is unknown.
        tell: the values of its facet.
        subject: of its facet.
    """
    if subject in {"contact", "contacts"} and code != "NO_PORTAL_PROFILE" and _is_unknown(row, "NO_PORTAL_PROFILE"):
        return f"{_PROFILES}; only a hint: {tell(row, code)}"
    if code == "DUPLICATE_LOGIN_EMAIL" and row["login_holders_elsewhere"]:
        # one login of several clients: what to check is said there
        return tell(row, code)
    if subject == "company" and not row["has_company"]:
        return tell(row, None)
    return UNKNOWN[code].format(
        passed=tell(row, None),
        failed=tell(row, code),
        company=f"{row['company_id_cw']} {row['company_name'] or ''}".strip(),
        customer_id_acct=row["customer_id_acct"],
    )


def _is_unknown(row: Row, code: str) -> bool:
    return bool(row["unknown"] >> BIT[code] & 1)
