"""Every reason why an invoice may not show in the portal, in the order in which the checks are made.

The position in CAUSES is the bit of the cause in a `failed`, `unknown` or `reached` mask, so the lowest bit set is the
first failing check. Append-only within a release: published masks are read back by `billsight why`.
Source: ConnectBooster's help pages (G1, G14, D16, Entities, Integrations) and ConnectWise's field list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from etl.domain import Cause, CauseClass, Stage, Subject

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

DOCUMENTS: frozenset[str] = frozenset({"accounting_invoices"})
_PORTAL_LIST = frozenset({"portal_invoices"})
_IDENTITY_SOURCES = DOCUMENTS | {
    "accounting_customers", "connectwise_companies", "connectwise_contacts", "connectwise_statuses",
    "connectwise_invoices", "portal_mappings",
}  # fmt: skip
_SYNC_SOURCES = _IDENTITY_SOURCES | _PORTAL_LIST | {"sync_runs"}
_AMOUNT_SOURCES = _SYNC_SOURCES - {"connectwise_contacts", "connectwise_statuses", "connectwise_invoices"}

NO_LONGER, SYNCED, AGREE = "no longer found", "synced", "the portal and the books agree"
"""Reasons that end the issues of several causes."""
_NOT_MISSED = "not missed"
_EXPORT = "the accounting export does not say whether"
_COMPANIES = "the companies' export does not say"
_CONTACTS = "the contacts' export does not say"
_CONTRADICTORY = (
    "the portal's list of mappings contradicts itself for this customer: it is not known to whom the portal shows it"
)
_STATUSES = "[provider] inactive_company_statuses or active_company_statuses"
_UNSEEN_SYNC = "it is not known whether a sync missed it: {failed}"
PROFILES = "client profiles decide, and they were not read"
"""What is not known of a contact where client profiles decide."""

CAUSES: tuple[Cause, ...] = (
    Cause(
        code="NOT_AN_INVOICE", number="1.1", stage=_EXISTENCE, kind=_E, title="Not an invoice",
        fix_legacy="None: credits and payments are listed elsewhere",
        fix_current="None: see the profile's Can View Credits",
        who=_NOBODY, subject=Subject.DOCUMENT, needs=DOCUMENTS,
        passed_as="an invoice", resolved_as="no invoice any more",
        unknown_as=f"{_EXPORT} it is an invoice: {{passed}}",
    ),
    Cause(
        code="DRAFT", number="1.7", stage=_EXISTENCE, kind=_D, title="Draft, not approved",
        fix_legacy="Approve the invoice in the accounting package",
        who=_BILLING, subject=Subject.DOCUMENT, needs=DOCUMENTS,
        passed_as="not a draft", resolved_as="approved in accounting",
        unknown_as=f"{_EXPORT} it is a draft: {{passed}}",
    ),
    Cause(
        code="DELETED", number="1.8", stage=_EXISTENCE, kind=_E, title="Deleted",
        fix_legacy="If the portal still shows it: Verify Content For Next Sync",
        fix_current="If the portal still shows it and no payment is pending or scheduled: delete its card in Entities",
        who=_NOBODY, subject=Subject.DOCUMENT, needs=DOCUMENTS, passed_as="not deleted", resolved_as="deleted",
        unknown_as=f"{_EXPORT} it is deleted: {{passed}}",
    ),
    Cause(
        code="VOIDED", number="1.9", stage=_EXISTENCE, kind=_E, title="Voided",
        fix_legacy="None",
        who=_NOBODY, subject=Subject.DOCUMENT, needs=DOCUMENTS, passed_as="not voided", resolved_as="voided",
        unknown_as=f"{_EXPORT} it is voided: {{passed}}",
    ),
    Cause(
        code="ZERO_TOTAL", number="1.10", stage=_EXISTENCE, kind=_E, title="Zero total",
        fix_legacy="None",
        fix_current="None: Hide Zero Dollar Invoices in the billing settings decides, for every client",
        who=_NOBODY, subject=Subject.AMOUNT, needs=DOCUMENTS, passed_as="not zero", resolved_as="total set to zero",
        unknown_as=f"{_EXPORT} its total is zero",
    ),
    Cause(
        code="HIDDEN_ZERO", number="1.10", stage=_EXISTENCE, kind=_E, title="Zero total, hidden by a setting",
        fix_legacy="None",
        fix_current="None: Hide Zero Dollar Invoices in the billing settings is on, for every client",
        who=_NOBODY, subject=Subject.AMOUNT, needs=DOCUMENTS,
        passed_as="not hidden as a zero total", resolved_as=NO_LONGER,
        unknown_as=f"{_EXPORT} its total is zero",
    ),
    Cause(
        code="HIDDEN_BY_TERMS", number="1.16", stage=_EXISTENCE, kind=_E, title="Hidden by its payment terms",
        fix_legacy="None: the portal is set to hide these payment terms",
        who=_NOBODY, subject=Subject.TERMS, needs=DOCUMENTS,
        passed_as="not hidden by its terms", resolved_as=NO_LONGER,
        unknown_as=f"{_EXPORT} its terms are hidden: {{passed}}",
    ),
    Cause(
        code="OTHER_BOOK", number="1.17", stage=_EXISTENCE, kind=_E, title="In a book that the portal does not show",
        fix_legacy="None: the portal shows one accounting company",
        who=_NOBODY, subject=Subject.BOOK, needs=DOCUMENTS,
        passed_as="in the book that the portal shows", resolved_as=NO_LONGER,
        unknown_as=f"{_EXPORT} it is in the book that the portal shows: {{passed}}",
    ),
    Cause(
        code="PAID_IN_FULL", number="1.11", stage=_EXISTENCE, kind=_E, title="Paid in full",
        fix_legacy="Look in Invoice History, not Open Invoices",
        who=_NOBODY, subject=Subject.AMOUNT, needs=DOCUMENTS, passed_as="not paid in full", resolved_as="paid",
        unknown_as=f"{_EXPORT} it is paid in full",
    ),
    Cause(
        code="NEGATIVE_BALANCE", number="1.12", stage=_EXISTENCE, kind=_E, title="Negative total or credit balance",
        fix_legacy="Check the document type: a credit is not an open invoice",
        who=_NOBODY, subject=Subject.AMOUNT, needs=DOCUMENTS, passed_as="not negative", resolved_as="credited",
        unknown_as=f"{_EXPORT} its total or its balance is negative",
    ),
    Cause(
        code="FUTURE_DATED", number="1.13", stage=_EXISTENCE, kind=_R, title="Dated in the future",
        fix_legacy="None",
        who=_NOBODY, subject=Subject.DATE, needs=DOCUMENTS, passed_as="not in the future", resolved_as=NO_LONGER,
        unknown_as=f"{_EXPORT} it is dated in the future: {{passed}}",
    ),
    Cause(
        code="HELD_UNTIL_DATE", number="1.13", stage=_EXISTENCE, kind=_W, title="Held back until its date",
        fix_legacy="Wait for the date",
        who=_NOBODY, subject=Subject.DATE, needs=DOCUMENTS, passed_as="not held back", resolved_as=NO_LONGER,
        unknown_as=f"{_EXPORT} it is held back until its date: {{passed}}",
    ),
    Cause(
        code="DUPLICATE_NUMBER", number="1.14", stage=_EXISTENCE, kind=_D, title="Same number on another invoice",
        fix_legacy="Compare the two documents: billing decides which of them the client owes, then sync",
        who=_BILLING, subject=Subject.NUMBER, needs=DOCUMENTS | _PORTAL_LIST,
        passed_as="on no other invoice", resolved_as="renumbered",
        unknown_as=f"{_EXPORT} it is deleted, voided or a draft, so its number may count only once: {{passed}}",
        is_predicted=True,
    ),
    Cause(
        code="NUMBER_REFORMATTED", number="1.15", stage=_EXISTENCE, kind=_R, title="Number written differently elsewhere",
        fix_legacy="Correct the number at its source",
        who=_BILLING, subject=Subject.NUMBER, needs=DOCUMENTS,
        passed_as="written alike everywhere", resolved_as=NO_LONGER,
        unknown_as="the sources do not say whether its number is written differently elsewhere: {passed}",
    ),
    Cause(
        code="CREATED_ONLY_IN_ACCOUNTING", number="1.6", stage=_EXISTENCE, kind=_R, title="Not in ConnectWise",
        fix_legacy="None: Show Accounting Invoice as backup gives the PDF",
        fix_current="None: the PDF comes from accounting",
        who=_NOBODY, subject=Subject.NUMBER, needs=DOCUMENTS, passed_as="known to ConnectWise", resolved_as=NO_LONGER,
        unknown_as="the sources do not say whether ConnectWise has it: {passed}",
    ),
    Cause(
        code="CUSTOMER_EXCLUDED", number="2.0", stage=_IDENTITY, kind=_E, title="Not a portal client, a person says",
        fix_legacy="None, or revert the exclusion",
        who=_ANALYST, subject=Subject.CUSTOMER, needs=_IDENTITY_SOURCES,
        passed_as="not excluded", resolved_as="customer excluded",
        unknown_as="it is not known whether a person excluded {passed}",
    ),
    Cause(
        code="CUSTOMER_NOT_IN_EXTRACT", number="2.1", stage=_IDENTITY, kind=_R, title="Customer missing from the customer extract",
        fix_legacy="Extract inactive customers too",
        who=_ANALYST, subject=Subject.CUSTOMER, needs=_IDENTITY_SOURCES,
        passed_as="in the customer extract", resolved_as=NO_LONGER,
        unknown_as="it is not known whether the customer extract has {customer_id_acct}",
    ),
    Cause(
        code="CUSTOMER_INACTIVE", number="2.2", stage=_IDENTITY, kind=_D, title="Customer inactive, archived or merged",
        fix_legacy="Merged: move its invoices to the surviving customer. Otherwise make it active only if it is still a client",
        who=_BILLING, subject=Subject.CUSTOMER, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="active", resolved_as="customer reactivated",
        unknown_as="{passed}",
        is_predicted=True, is_held_back=True,
    ),
    Cause(
        code="UNMAPPED_NO_CANDIDATE", number="2.3", stage=_IDENTITY, kind=_D, title="Not mapped, no candidate",
        fix_legacy=f"{_MAP_LEGACY}; or exclude it",
        fix_current=f"{_MAP_CURRENT}; or hide it",
        who=_ANALYST, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="mapped", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_unmapped=True, is_predicted=True, is_mapping_work=True,
    ),
    Cause(
        code="UNMAPPED_AMBIGUOUS", number="2.4", stage=_IDENTITY, kind=_D, title="Not mapped, several candidates",
        fix_legacy=f"Choose one. {_MAP_LEGACY}",
        fix_current=f"Choose one. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="mapped", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_unmapped=True, is_predicted=True, is_mapping_work=True,
    ),
    Cause(
        code="UNMAPPED_PROBABLE", number="2.5", stage=_IDENTITY, kind=_D, title="Not mapped, one probable candidate",
        fix_legacy=f"Approve it in mapping_fixes.csv. {_MAP_LEGACY}",
        fix_current=f"Approve it in mapping_fixes.csv. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="mapped", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_unmapped=True, is_predicted=True, is_ready=True, is_mapping_work=True,
    ),
    Cause(
        code="SUBCUSTOMER_UNMAPPED", number="2.6", stage=_IDENTITY, kind=_D, title="Sub-customer not mapped, its parent is",
        fix_legacy=f"Map the sub-customer to the parent's company. {_MAP_LEGACY}",
        fix_current=f"Map the sub-customer to the parent's company. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="mapped", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_unmapped=True, is_predicted=True, is_mapping_work=True,
    ),
    Cause(
        code="UNMAPPED_CERTAIN", number="2.5", stage=_IDENTITY, kind=_D, title="Certain, but the portal has no mapping yet",
        fix_legacy=_MAP_LEGACY,
        fix_current=_MAP_CURRENT,
        who=_PORTAL, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="in the portal too", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_predicted=True, is_ready=True, is_mapping_work=True,
    ),
    Cause(
        code="MAPPING_CONFLICT", number="2.7", stage=_IDENTITY, kind=_D, title="Mapping contradicts the evidence",
        fix_legacy=f"Review first: the wrong client would see these invoices. {_MAP_LEGACY}",
        fix_current=f"Review first: the wrong client would see these invoices. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.MAPPING, needs=_IDENTITY_SOURCES | _PORTAL_LIST,
        passed_as="nothing against it", resolved_as=NO_LONGER,
        unknown_as=_CONTRADICTORY,
        is_mapping_work=True,
    ),
    Cause(
        code="TARGET_MISSING", number="2.8", stage=_IDENTITY, kind=_D, title="Mapped company is gone",
        fix_legacy=f"Remap to the surviving company. {_MAP_LEGACY}",
        fix_current=f"Remap to the surviving company. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.COMPANY, needs=_IDENTITY_SOURCES,
        passed_as="there", resolved_as="company is there",
        unknown_as=f"{_COMPANIES} whether {{company}} still exists",
        is_mapping_work=True, is_held_back=True,
    ),
    Cause(
        code="TARGET_DELETED", number="2.9", stage=_IDENTITY, kind=_D, title="Mapped company is in the recycle bin",
        fix_legacy=f"Remap to the live company. {_MAP_LEGACY}. Only if there is none: restore it in ConnectWise",
        fix_current=f"Remap to the live company. {_MAP_CURRENT}. Only if there is none: restore it in ConnectWise",
        who=_DESK, subject=Subject.COMPANY, needs=_IDENTITY_SOURCES,
        passed_as="not deleted", resolved_as="company restored",
        unknown_as=f"{{company}}: {_COMPANIES} whether it is deleted",
        is_held_back=True,
    ),
    Cause(
        code="TARGET_INACTIVE", number="2.10", stage=_IDENTITY, kind=_D, title="Mapped company is inactive",
        fix_legacy=f"Remap to the active company. {_MAP_LEGACY}. Make it active only if it is still a client",
        fix_current=f"Remap to the active company. {_MAP_CURRENT}. Make it active only if it is still a client",
        who=_DESK, subject=Subject.COMPANY, needs=_IDENTITY_SOURCES,
        passed_as="active", resolved_as="company reactivated",
        unknown_as=f"{{passed}}: whether that is inactive is not known; {_STATUSES} decides",
        is_held_back=True,
    ),
    Cause(
        code="TARGET_HIDDEN", number="2.11", stage=_IDENTITY, kind=_D, title="Company type or status is hidden in the portal",
        fix_legacy=f"If it should show: change the type or status of this company. The hide list changes every client. {_RESYNC_LEGACY}",
        fix_current=f"If it should show: change the type or status of this company. The hide list changes every client. {_RESYNC_CURRENT}",
        who=_PORTAL, subject=Subject.COMPANY, needs=_IDENTITY_SOURCES,
        passed_as="not hidden", resolved_as="company no longer hidden",
        unknown_as=f"{{company}}: {_COMPANIES} whether its type or status is hidden",
        is_held_back=True,
    ),
    Cause(
        code="BILL_TO_ELSEWHERE", number="2.12", stage=_IDENTITY, kind=_D, title="Company bills to another company",
        fix_legacy=f"Map to the bill-to company. {_MAP_LEGACY}",
        fix_current=f"Map to the bill-to company. {_MAP_CURRENT}",
        who=_ANALYST, subject=Subject.COMPANY, needs=_IDENTITY_SOURCES,
        passed_as="billed itself", resolved_as="mapped to the bill-to company",
        unknown_as=f"{{company}}: {_COMPANIES} whom it bills to",
        is_mapping_work=True,
    ),
    Cause(
        code="SYNC_STALLED", number="3.1", stage=_TRANSPORT, kind=_D, title="Sync failed or stopped",
        fix_legacy="Setup > Accounting Sync: restart the sync (QuickBooks Desktop: the Web Connector)",
        fix_current="Integrations > Sync History: restart the sync",
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
    ),
    Cause(
        code="PENDING_NEXT_SYNC", number="3.2", stage=_TRANSPORT, kind=_W, title="Waiting for the next sync",
        fix_legacy="Wait for the next sync",
        who=_NOBODY, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
    ),
    Cause(
        code="PORTAL_LIST_OLDER", number="3.2", stage=_TRANSPORT, kind=_W, title="Newer than the portal's list",
        fix_legacy="Export the portal's list again",
        who=_NOBODY, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
    ),
    Cause(
        code="BEFORE_SYNC_START", number="3.3", stage=_TRANSPORT, kind=_D, title="Older than the sync start",
        fix_legacy=_DATE_LEGACY,
        fix_current=_DATE_CURRENT,
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, gap_reason="before the sync start", is_dated=True,
    ),
    Cause(
        code="RECREATED_ID", number="3.6", stage=_TRANSPORT, kind=_D, title="Recreated: the portal holds the old copy",
        fix_legacy=f"{_RESYNC_LEGACY}. Then reapply its payments",
        fix_current=f"{_RESYNC_CURRENT}. Then reapply its payments",
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, gap_reason="recreated id",
    ),
    Cause(
        code="SKIPPED_WHILE_UNMAPPED", number="3.7", stage=_TRANSPORT, kind=_D, title="Skipped while the customer was unmapped",
        fix_legacy=_RESYNC_LEGACY,
        fix_current=_RESYNC_CURRENT,
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, gap_reason="skipped while unmapped",
    ),
    Cause(
        code="BACKDATED_ENTRY", number="3.5", stage=_TRANSPORT, kind=_D, title="Back-dated entry, missed",
        fix_legacy=_DATE_LEGACY,
        fix_current=_DATE_CURRENT,
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, gap_reason="back-dated entry", is_dated=True,
    ),
    Cause(
        code="MISSED_IN_WINDOW", number="3.4", stage=_TRANSPORT, kind=_D, title="Missed by a sync",
        fix_legacy=_DATE_LEGACY,
        fix_current=_DATE_CURRENT,
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, is_dated=True,
    ),
    Cause(
        code="MISSED_UNDATED", number="3.4", stage=_TRANSPORT, kind=_D, title="Missed; no change time to reason with",
        fix_legacy=_RESYNC_LEGACY,
        fix_current=_RESYNC_CURRENT,
        who=_PORTAL, subject=Subject.SYNC, needs=_SYNC_SOURCES, passed_as=_NOT_MISSED, resolved_as=SYNCED,
        unknown_as=_UNSEEN_SYNC,
        is_missed_by_sync=True, gap_reason="no change time",
    ),
    Cause(
        code="STALE_AMOUNT", number="3.8", stage=_TRANSPORT, kind=_D, title="Portal shows an old amount",
        fix_legacy="If no payment is pending: Verify Content For Next Sync, then run the sync",
        fix_current=_RESYNC_CURRENT,
        who=_PORTAL, subject=Subject.PORTAL_AMOUNT, needs=_AMOUNT_SOURCES, passed_as="up to date", resolved_as=AGREE,
        unknown_as="it is not known whether the portal's amount is old: {passed}",
        figure="shown_not_owed",
    ),
    Cause(
        code="PORTAL_SHOWS_SETTLED", number="3.9", stage=_TRANSPORT, kind=_D, title="Shown but no longer owed",
        fix_legacy="If no payment is pending: Verify Content For Next Sync, then run the sync",
        fix_current=_RESYNC_CURRENT,
        who=_PORTAL, subject=Subject.PORTAL_AMOUNT, needs=_AMOUNT_SOURCES,
        passed_as="not shown after it was settled", resolved_as=AGREE,
        unknown_as="it is not known whether the portal still asks for it: {passed}",
        figure="shown_not_owed",
    ),
    Cause(
        code="PAYMENT_NOT_POSTED", number="3.10", stage=_TRANSPORT, kind=_D, title="Paid in the portal, not in the books",
        fix_legacy="Look up the payment under Pending and under Payments Failing To Sync, then post it in the accounting package. Do not ask the client to pay",
        who=_BILLING, subject=Subject.PORTAL_AMOUNT, needs=_AMOUNT_SOURCES,
        passed_as="no payment that the books lack", resolved_as=AGREE,
        unknown_as="it is not known whether it was paid in the portal: {passed}",
        figure="paid_in_portal",
    ),
    Cause(
        code="PAYMENT_IN_TRANSIT", number="3.11", stage=_TRANSPORT, kind=_R, title="Payment on its way",
        fix_legacy="Wait until the payment has cleared",
        who=_NOBODY, subject=Subject.PORTAL_AMOUNT, needs=_SYNC_SOURCES,
        passed_as="no payment on its way", resolved_as=SYNCED,
        unknown_as="it is not known whether a payment is on its way: {passed}",
    ),
    Cause(
        code="PORTAL_NOT_CAUGHT_UP", number="3.12", stage=_TRANSPORT, kind=_R, title="Portal not caught up yet",
        fix_legacy="Wait for the next sync",
        who=_NOBODY, subject=Subject.PORTAL_AMOUNT, needs=_SYNC_SOURCES,
        passed_as="the portal had time to catch up", resolved_as=SYNCED,
        unknown_as="it is not known whether the portal had time to catch up: {passed}",
    ),
    Cause(
        code="NO_CONTACT", number="4.1", stage=_ACCESS, kind=_D, title="Company has no contact",
        fix_legacy="Create a contact in ConnectWise",
        who=_DESK, subject=Subject.CONTACTS, needs=_IDENTITY_SOURCES,
        passed_as="there is one", resolved_as="a contact can see them",
        unknown_as=f"{_CONTACTS} whether the company has one",
    ),
    Cause(
        code="ONLY_INACTIVE_CONTACTS", number="4.2", stage=_ACCESS, kind=_D, title="Only inactive contacts",
        fix_legacy="Name an active contact. Make one active again only if the person still works there",
        who=_DESK, subject=Subject.CONTACTS, needs=_IDENTITY_SOURCES,
        passed_as="one is active", resolved_as="a contact can see them",
        unknown_as=f"{_CONTACTS} who is active",
    ),
    Cause(
        code="NO_LOGIN_EMAIL", number="4.3", stage=_ACCESS, kind=_D, title="No default e-mail",
        fix_legacy="Add a default e-mail to the contact",
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="has an e-mail", resolved_as="e-mail added",
        unknown_as=f"{_CONTACTS} who has a default e-mail",
        contact_field="e-mail",
    ),
    Cause(
        code="BAD_EMAIL", number="4.3", stage=_ACCESS, kind=_D, title="Default e-mail is not an address",
        fix_legacy="Correct the contact's default e-mail",
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="a proper address", resolved_as="e-mail corrected",
        unknown_as=f"{_CONTACTS} whether the default e-mail is an address",
        contact_field="e-mail",
    ),
    Cause(
        code="DUPLICATE_LOGIN_EMAIL", number="4.4", stage=_ACCESS, kind=_D, title="E-mail shared with another contact",
        fix_legacy="At one company: give the right person this login, and other people an e-mail of their own. At several: change nothing, check that each shows after signing in",
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="shared with nobody", resolved_as="e-mail made unique",
        unknown_as=f"{{failed}}; {_CONTACTS} which of them may log in",
        contact_field="e-mail",
    ),
    Cause(
        code="LOGIN_DISABLED", number="4.5", stage=_ACCESS, kind=_D, title="Portal login disabled",
        fix_legacy="ConnectWise contact > Set Customer Portal Options: untick Disable Login",
        fix_current="ConnectWise contact > portal options: untick Disable Login",
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="may log in", resolved_as="login allowed",
        unknown_as=f"{_CONTACTS} who may log in",
    ),
    Cause(
        code="LEVEL_MISSING", number="4.6", stage=_ACCESS, kind=_D, title="No portal security level",
        fix_legacy=_LEVEL_LEGACY,
        fix_current=_LEVEL_CURRENT,
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="has a level", resolved_as="level raised",
        unknown_as="the contacts' export has no portal security level: access is not checked",
        contact_field="level",
    ),
    Cause(
        code="LEVEL_INVALID", number="4.6", stage=_ACCESS, kind=_D, title="Portal security level is not 1 to 6",
        fix_legacy=_LEVEL_LEGACY,
        fix_current=_LEVEL_CURRENT,
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="a level from 1 to 6", resolved_as="level raised",
        unknown_as=f"{_CONTACTS} which level the contact has",
        contact_field="level",
    ),
    Cause(
        code="LEVEL_TOO_LOW", number="4.7", stage=_ACCESS, kind=_D, title="Portal security level too low",
        fix_legacy=_LEVEL_LEGACY,
        fix_current=_LEVEL_CURRENT,
        who=_DESK, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="level high enough", resolved_as="level raised",
        unknown_as=f"{_CONTACTS} which level the contact has",
        contact_field="level",
    ),
    Cause(
        code="NO_PORTAL_PROFILE", number="4.8", stage=_ACCESS, kind=_D, title="No client profile that shows invoices",
        fix_legacy="Client Profiles: look up the profile of a contact of this company",
        who=_PORTAL, subject=Subject.CONTACT, needs=_IDENTITY_SOURCES,
        passed_as="needs no profile", resolved_as="profile assigned",
        unknown_as=f"{PROFILES}; levels are only hints",
    ),
    Cause(
        code="CONTACT_AT_PARENT_OR_CHILD", number="4.9", stage=_ACCESS, kind=_D, title="Able contact only at a related company",
        fix_legacy="Add a contact at the mapped company",
        fix_current="Add a contact at the mapped company (Show Child Companies in the billing settings changes every client)",
        who=_PORTAL, subject=Subject.CONTACTS, needs=_IDENTITY_SOURCES,
        passed_as="at the company itself", resolved_as="a contact can see them",
        unknown_as=f"{_CONTACTS} whether somebody here can see invoices",
    ),
    Cause(
        code="BILL_EMAIL_NOT_A_CONTACT", number="4.10", stage=_ACCESS, kind=_R, title="Billing e-mail is no contact of the company",
        fix_legacy="Add the person as a contact; check the mapping",
        who=_DESK, subject=Subject.BILLING_EMAIL, needs=_IDENTITY_SOURCES,
        passed_as="a contact's", resolved_as=NO_LONGER,
        unknown_as=f"{_CONTACTS} whether the billing e-mail is a contact's: {{passed}}",
    ),
)  # fmt: skip

BIT: dict[str, int] = {cause.code: bit for bit, cause in enumerate(CAUSES)}
BY_CODE: dict[str, Cause] = {cause.code: cause for cause in CAUSES}

SHOWN_WRONG: tuple[str, ...] = tuple(
    cause.code for cause in CAUSES if cause.subject is Subject.PORTAL_AMOUNT and cause.kind is _D
)
"""Defects of what is shown: the portal and the books differ on what is owed. They hide nothing."""

NOT_YET: tuple[str, ...] = tuple(
    cause.code for cause in CAUSES if cause.subject is Subject.PORTAL_AMOUNT and cause.kind is _R
)
"""Remarks on an amount that ask for nothing but waiting."""

MISSED: tuple[str, ...] = tuple(cause.code for cause in CAUSES if cause.is_missed_by_sync)
"""Causes that a sync from an earlier date, or a single resync, fixes."""

UNMAPPED: tuple[str, ...] = tuple(cause.code for cause in CAUSES if cause.is_unmapped)
"""One issue of a customer under the name that its candidates give it: a rejected candidate makes no new issue."""

PREDICTED: tuple[str, ...] = tuple(cause.code for cause in CAUSES if cause.is_predicted)
"""What only predicts that an invoice does not show: where the portal's list shows it, a remark with its risk."""

NOT_IN_PORTAL: tuple[str, ...] = tuple(
    cause.code for cause in CAUSES if cause.is_predicted and cause.subject is Subject.MAPPING
)
"""Customers that the portal has not mapped, whether or not we know their company."""

READY: tuple[str, ...] = tuple(sorted(cause.code for cause in CAUSES if cause.is_ready))
"""Causes that a glance at the mapping queue and one approval remove."""

FIXED_BY_DATE, FIXED_BY_RESYNC = BY_CODE["MISSED_IN_WINDOW"], BY_CODE["MISSED_UNDATED"]
"""Whose fix is the recommended date, and whose is to resync an invoice by itself."""

FIGURES: dict[str, tuple[str, ...]] = {
    figure: tuple(sorted(cause.code for cause in CAUSES if cause.figure == figure))
    for figure in ("shown_not_owed", "paid_in_portal")
}
"""The two figures of where the portal and the books differ on what is owed -> the causes that they count."""

FIGURE_TITLES: dict[str, str] = {figure: BY_CODE[causes[0]].title for figure, causes in FIGURES.items()}

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
    return sum(1 << BIT[cause] for cause in set(causes))


def bits_where(has: Callable[[Cause], bool]) -> int:
    """A mask of the causes that have a property."""
    return bits(cause.code for cause in CAUSES if has(cause))


def is_in(mask: int, code: str) -> bool:
    """Whether the mask has this cause."""
    return bool(mask & bits([code]))


def codes(mask: int) -> list[str]:
    """The causes in a mask, the first check first."""
    return [cause.code for cause in CAUSES if is_in(mask, cause.code)]
