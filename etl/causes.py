"""Every reason why an invoice may not show in the portal, in the order in which the gates are checked.

The position in CAUSES is the bit of the cause in a `failed` or `unknown` mask, so the lowest bit set is the
first failing gate. Append-only within a release: published masks are read back by `billsight why`.
Source: ConnectBooster's help pages (G1, G14, D16, Entities, Integrations) and ConnectWise's field list.
"""

from __future__ import annotations

from collections.abc import Iterable

from etl.domain import Cause, CauseClass, Stage

_BILLING, _DESK, _PORTAL, _ANALYST, _NOBODY = (
    "Billing (accounting)",
    "Service desk (ConnectWise)",
    "Portal administrator",
    "Analyst (mapping fixes)",
    "Nobody",
)
_D, _E, _W, _R = CauseClass.DEFECT, CauseClass.EXPECTED, CauseClass.WAITING, CauseClass.REMARK
_EXISTENCE, _IDENTITY, _TRANSPORT, _ACCESS = Stage.EXISTENCE, Stage.IDENTITY, Stage.TRANSPORT, Stage.ACCESS

_MAP_LEGACY = (
    "Support > Company Mapper: open the accounting company, search for the ConnectWise company, Map to this Company"
)
_MAP_CURRENT = "Entities: open the customer's card and map it to the ConnectWise company"
_MAILS = (
    "An earlier date can mail and charge every client with open invoices since then: first list those clients and sums,"
    " and exclude them, disable their rules, or post a hold"
)
_DATE_LEGACY = f"Setup > Accounting Sync: set New Sync From Date to the recommended date, then run the sync. {_MAILS}"
_DATE_CURRENT = f"Integrations: set the sync date to the recommended date, then sync. {_MAILS}"
_RESYNC_LEGACY = (
    "If no payment is pending: Setup > Accounting Sync: set New Sync From Date to before the invoice was created, then"
    f" run the sync. {_MAILS}"
)
_RESYNC_CURRENT = "If no payment is pending: Entities: open the card, find the invoice, Resync"
_LEVEL_LEGACY = "ConnectWise contact > Set Customer Portal Options: raise the level to Portal Security Level Considered Client Admin"
_LEVEL_CURRENT = (
    "Client Profiles: assign this contact a profile other than Revoke Access (or raise the ConnectWise level)"
)

CAUSES: tuple[Cause, ...] = (
    Cause("NOT_AN_INVOICE", "1.1", _EXISTENCE, _E, "Not an invoice", "None: credits and payments are listed elsewhere", "None: see the profile's Can View Credits", _NOBODY),
    Cause("DRAFT", "1.7", _EXISTENCE, _D, "Draft, not approved", "Approve the invoice in the accounting package", "Approve the invoice in the accounting package", _BILLING),
    Cause("DELETED", "1.8", _EXISTENCE, _E, "Deleted", "If the portal still shows it: Verify Content For Next Sync", "If the portal still shows it and no payment is pending or scheduled: delete its card in Entities", _NOBODY),
    Cause("VOIDED", "1.9", _EXISTENCE, _E, "Voided", "None", "None", _NOBODY),
    Cause("ZERO_TOTAL", "1.10", _EXISTENCE, _E, "Zero total", "None", "None: Hide Zero Dollar Invoices in the billing settings decides, for every client", _NOBODY),
    Cause("HIDDEN_ZERO", "1.10", _EXISTENCE, _E, "Zero total, hidden by a setting", "None", "None: Hide Zero Dollar Invoices in the billing settings is on, for every client", _NOBODY),
    Cause("HIDDEN_BY_TERMS", "1.16", _EXISTENCE, _E, "Hidden by its payment terms", "None: the portal is set to hide these payment terms", "None: the portal is set to hide these payment terms", _NOBODY),
    Cause("OTHER_BOOK", "1.17", _EXISTENCE, _E, "In a book that the portal does not show", "None: the portal shows one accounting company", "None: the portal shows one accounting company", _NOBODY),
    Cause("PAID_IN_FULL", "1.11", _EXISTENCE, _E, "Paid in full", "Look in Invoice History, not Open Invoices", "Look in Invoice History, not Open Invoices", _NOBODY),
    Cause("NEGATIVE_BALANCE", "1.12", _EXISTENCE, _E, "Negative total or credit balance", "Check the document type: a credit is not an open invoice", "Check the document type: a credit is not an open invoice", _NOBODY),
    Cause("FUTURE_DATED", "1.13", _EXISTENCE, _R, "Dated in the future", "None", "None", _NOBODY),
    Cause("HELD_UNTIL_DATE", "1.13", _EXISTENCE, _W, "Held back until its date", "Wait for the date", "Wait for the date", _NOBODY),
    Cause("DUPLICATE_NUMBER", "1.14", _EXISTENCE, _D, "Same number on another invoice", "Compare the two documents: billing decides which of them the client owes, then sync", "Compare the two documents: billing decides which of them the client owes, then sync", _BILLING),
    Cause("NUMBER_REFORMATTED", "1.15", _EXISTENCE, _R, "Number written differently elsewhere", "Correct the number at its source", "Correct the number at its source", _BILLING),
    Cause("CREATED_ONLY_IN_ACCOUNTING", "1.6", _EXISTENCE, _R, "Not in ConnectWise", "None: Show Accounting Invoice as backup gives the PDF", "None: the PDF comes from accounting", _NOBODY),
    Cause("CUSTOMER_EXCLUDED", "2.0", _IDENTITY, _E, "Not a portal client, a person says", "None, or revert the exclusion", "None, or revert the exclusion", _ANALYST),
    Cause("CUSTOMER_NOT_IN_EXTRACT", "2.1", _IDENTITY, _R, "Customer missing from the customer extract", "Extract inactive customers too", "Extract inactive customers too", _ANALYST),
    Cause("CUSTOMER_INACTIVE", "2.2", _IDENTITY, _D, "Customer inactive, archived or merged", "Merged: move its invoices to the surviving customer. Otherwise make it active only if it is still a client", "Merged: move its invoices to the surviving customer. Otherwise make it active only if it is still a client", _BILLING),
    Cause("UNMAPPED_NO_CANDIDATE", "2.3", _IDENTITY, _D, "Not mapped, no candidate", f"{_MAP_LEGACY}; or exclude it", f"{_MAP_CURRENT}; or hide it", _ANALYST),
    Cause("UNMAPPED_AMBIGUOUS", "2.4", _IDENTITY, _D, "Not mapped, several candidates", f"Choose one. {_MAP_LEGACY}", f"Choose one. {_MAP_CURRENT}", _ANALYST),
    Cause("UNMAPPED_PROBABLE", "2.5", _IDENTITY, _D, "Not mapped, one probable candidate", f"Approve it in mapping_fixes.csv. {_MAP_LEGACY}", f"Approve it in mapping_fixes.csv. {_MAP_CURRENT}", _ANALYST),
    Cause("SUBCUSTOMER_UNMAPPED", "2.6", _IDENTITY, _D, "Sub-customer not mapped, its parent is", f"Map the sub-customer to the parent's company. {_MAP_LEGACY}", f"Map the sub-customer to the parent's company. {_MAP_CURRENT}", _ANALYST),
    Cause("UNMAPPED_CERTAIN", "2.5", _IDENTITY, _D, "Certain, but the portal has no mapping yet", _MAP_LEGACY, _MAP_CURRENT, _PORTAL),
    Cause("MAPPING_CONFLICT", "2.7", _IDENTITY, _D, "Mapping contradicts the evidence", f"Review first: the wrong client would see these invoices. {_MAP_LEGACY}", f"Review first: the wrong client would see these invoices. {_MAP_CURRENT}", _ANALYST),
    Cause("TARGET_MISSING", "2.8", _IDENTITY, _D, "Mapped company is gone", f"Remap to the surviving company. {_MAP_LEGACY}", f"Remap to the surviving company. {_MAP_CURRENT}", _ANALYST),
    Cause("TARGET_DELETED", "2.9", _IDENTITY, _D, "Mapped company is in the recycle bin", f"Remap to the live company. {_MAP_LEGACY}. Only if there is none: restore it in ConnectWise", f"Remap to the live company. {_MAP_CURRENT}. Only if there is none: restore it in ConnectWise", _DESK),
    Cause("TARGET_INACTIVE", "2.10", _IDENTITY, _D, "Mapped company is inactive", f"Remap to the active company. {_MAP_LEGACY}. Make it active only if it is still a client", f"Remap to the active company. {_MAP_CURRENT}. Make it active only if it is still a client", _DESK),
    Cause("TARGET_HIDDEN", "2.11", _IDENTITY, _D, "Company type or status is hidden in the portal", f"If it should show: change the type or status of this company. The hide list changes every client. {_RESYNC_LEGACY}", f"If it should show: change the type or status of this company. The hide list changes every client. {_RESYNC_CURRENT}", _PORTAL),
    Cause("BILL_TO_ELSEWHERE", "2.12", _IDENTITY, _D, "Company bills to another company", f"Map to the bill-to company. {_MAP_LEGACY}", f"Map to the bill-to company. {_MAP_CURRENT}", _ANALYST),
    Cause("SYNC_STALLED", "3.1", _TRANSPORT, _D, "Sync failed or stopped", "Setup > Accounting Sync: restart the sync (QuickBooks Desktop: the Web Connector)", "Integrations > Sync History: restart the sync", _PORTAL),
    Cause("PENDING_NEXT_SYNC", "3.2", _TRANSPORT, _W, "Waiting for the next sync", "Wait for the next sync", "Wait for the next sync", _NOBODY),
    Cause("PORTAL_LIST_OLDER", "3.2", _TRANSPORT, _W, "Newer than the portal's list", "Export the portal's list again", "Export the portal's list again", _NOBODY),
    Cause("BEFORE_SYNC_START", "3.3", _TRANSPORT, _D, "Older than the sync start", _DATE_LEGACY, _DATE_CURRENT, _PORTAL),
    Cause("RECREATED_ID", "3.6", _TRANSPORT, _D, "Recreated: the portal holds the old copy", f"{_RESYNC_LEGACY}. Then reapply its payments", f"{_RESYNC_CURRENT}. Then reapply its payments", _PORTAL),
    Cause("SKIPPED_WHILE_UNMAPPED", "3.7", _TRANSPORT, _D, "Skipped while the customer was unmapped", _RESYNC_LEGACY, _RESYNC_CURRENT, _PORTAL),
    Cause("BACKDATED_ENTRY", "3.5", _TRANSPORT, _D, "Back-dated entry, missed", _DATE_LEGACY, _DATE_CURRENT, _PORTAL),
    Cause("MISSED_IN_WINDOW", "3.4", _TRANSPORT, _D, "Missed by a sync", _DATE_LEGACY, _DATE_CURRENT, _PORTAL),
    Cause("MISSED_UNDATED", "3.4", _TRANSPORT, _D, "Missed; no change time to reason with", _RESYNC_LEGACY, _RESYNC_CURRENT, _PORTAL),
    Cause("STALE_AMOUNT", "3.8", _TRANSPORT, _D, "Portal shows an old amount", "If no payment is pending: Verify Content For Next Sync, then run the sync", _RESYNC_CURRENT, _PORTAL),
    Cause("PORTAL_SHOWS_SETTLED", "3.9", _TRANSPORT, _D, "Shown but no longer owed", "If no payment is pending: Verify Content For Next Sync, then run the sync", _RESYNC_CURRENT, _PORTAL),
    Cause("PAYMENT_NOT_POSTED", "3.10", _TRANSPORT, _D, "Paid in the portal, not in the books", "Look up the payment under Pending and under Payments Failing To Sync, then post it in the accounting package. Do not ask the client to pay", "Look up the payment under Pending and under Payments Failing To Sync, then post it in the accounting package. Do not ask the client to pay", _BILLING),
    Cause("PAYMENT_IN_TRANSIT", "3.11", _TRANSPORT, _R, "Payment on its way", "Wait until the payment has cleared", "Wait until the payment has cleared", _NOBODY),
    Cause("PORTAL_NOT_CAUGHT_UP", "3.12", _TRANSPORT, _R, "Portal not caught up yet", "Wait for the next sync", "Wait for the next sync", _NOBODY),
    Cause("NO_CONTACT", "4.1", _ACCESS, _D, "Company has no contact", "Create a contact in ConnectWise", "Create a contact in ConnectWise", _DESK),
    Cause("ONLY_INACTIVE_CONTACTS", "4.2", _ACCESS, _D, "Only inactive contacts", "Name an active contact. Make one active again only if the person still works there", "Name an active contact. Make one active again only if the person still works there", _DESK),
    Cause("NO_LOGIN_EMAIL", "4.3", _ACCESS, _D, "No default e-mail", "Add a default e-mail to the contact", "Add a default e-mail to the contact", _DESK),
    Cause("BAD_EMAIL", "4.3", _ACCESS, _D, "Default e-mail is not an address", "Correct the contact's default e-mail", "Correct the contact's default e-mail", _DESK),
    Cause("DUPLICATE_LOGIN_EMAIL", "4.4", _ACCESS, _D, "E-mail shared with another contact", "At one company: give the right person this login, and other people an e-mail of their own. At several: change nothing, check that each shows after signing in", "At one company: give the right person this login, and other people an e-mail of their own. At several: change nothing, check that each shows after signing in", _DESK),
    Cause("LOGIN_DISABLED", "4.5", _ACCESS, _D, "Portal login disabled", "ConnectWise contact > Set Customer Portal Options: untick Disable Login", "ConnectWise contact > portal options: untick Disable Login", _DESK),
    Cause("LEVEL_MISSING", "4.6", _ACCESS, _D, "No portal security level", _LEVEL_LEGACY, _LEVEL_CURRENT, _DESK),
    Cause("LEVEL_INVALID", "4.6", _ACCESS, _D, "Portal security level is not 1 to 6", _LEVEL_LEGACY, _LEVEL_CURRENT, _DESK),
    Cause("LEVEL_TOO_LOW", "4.7", _ACCESS, _D, "Portal security level too low", _LEVEL_LEGACY, _LEVEL_CURRENT, _DESK),
    Cause("NO_PORTAL_PROFILE", "4.8", _ACCESS, _D, "No client profile that shows invoices", "Client Profiles: look up the profile of a contact of this company", "Client Profiles: look up the profile of a contact of this company", _PORTAL),
    Cause("CONTACT_AT_PARENT_OR_CHILD", "4.9", _ACCESS, _D, "Able contact only at a related company", "Add a contact at the mapped company", "Add a contact at the mapped company (Show Child Companies in the billing settings changes every client)", _PORTAL),
    Cause("BILL_EMAIL_NOT_A_CONTACT", "4.10", _ACCESS, _R, "Billing e-mail is no contact of the company", "Add the person as a contact; check the mapping", "Add the person as a contact; check the mapping", _DESK),
)  # fmt: skip

SHOWN_WRONG: tuple[str, ...] = ("STALE_AMOUNT", "PORTAL_SHOWS_SETTLED", "PAYMENT_NOT_POSTED")
"""Defects of what is shown: the portal and the books differ on what is owed. They hide nothing."""

NOT_YET: tuple[str, ...] = ("PAYMENT_IN_TRANSIT", "PORTAL_NOT_CAUGHT_UP")
"""Remarks on an amount that ask for nothing but waiting."""

MISSED: tuple[str, ...] = (
    "BEFORE_SYNC_START", "RECREATED_ID", "SKIPPED_WHILE_UNMAPPED", "BACKDATED_ENTRY", "MISSED_IN_WINDOW",
    "MISSED_UNDATED",
)  # fmt: skip
"""Causes that a sync from an earlier date, or a single resync, fixes."""

UNMAPPED: tuple[str, ...] = (
    "UNMAPPED_NO_CANDIDATE", "UNMAPPED_AMBIGUOUS", "UNMAPPED_PROBABLE", "SUBCUSTOMER_UNMAPPED",
)  # fmt: skip
"""One issue of a customer under the name that its candidates give it: a rejected candidate makes no new issue."""

NOT_IN_PORTAL: tuple[str, ...] = (*UNMAPPED, "UNMAPPED_CERTAIN")
"""Customers that the portal has not mapped, whether or not we know their company."""

PREDICTED: tuple[str, ...] = ("DUPLICATE_NUMBER", "CUSTOMER_INACTIVE", *NOT_IN_PORTAL)
"""What only predicts that an invoice does not show: where the portal's list shows it, a remark with its risk."""

BIT: dict[str, int] = {cause.code: bit for bit, cause in enumerate(CAUSES)}
BY_CODE: dict[str, Cause] = {cause.code: cause for cause in CAUSES}


def mask(*kinds: CauseClass) -> int:
    """The bits of every cause of these classes."""
    return bits(cause.code for cause in CAUSES if cause.kind in kinds)


FIGURE_TITLES: dict[str, str] = {
    "shown_not_owed": BY_CODE["PORTAL_SHOWS_SETTLED"].title,
    "paid_in_portal": BY_CODE["PAYMENT_NOT_POSTED"].title,
}
"""The two figures of where the portal and the books differ on what is owed."""

PORTAL_ONLY: dict[str, tuple[str, str]] = {
    "PORTAL_GHOST": (
        "In the portal, not in the accounting extract",
        "Look it up in accounting before anything else: it may be void, deleted, or another company's",
    ),
    "RECREATED_ID": (
        "Recreated in accounting: the portal holds the old copy",
        "If no payment is pending, resync the new invoice, then move payments to it",
    ),
    "NOT_OPEN_IN_ACCOUNTING": (
        "Shown, not open in accounting: paid, void or deleted there?",
        "Look it up in accounting. If it is paid, void or deleted there, and no payment is pending, resync it",
    ),
}
"""Why the portal has an invoice that accounting does not have -> title and what to do."""


def bits(causes: Iterable[str]) -> int:
    """A mask of these causes."""
    return sum(1 << BIT[cause] for cause in causes)


def codes(bits_: int) -> list[str]:
    """The causes in a mask, first gate first."""
    return [cause.code for cause in CAUSES if bits_ >> BIT[cause.code] & 1]
