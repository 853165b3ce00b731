"""The demonstration's own configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from etl.demo.accesses import MINIMUM_LEVEL
from etl.demo.accounting import CUSTOMER_CAPTIONS, INVOICE_CAPTIONS
from etl.demo.calendar import ZONE, Calendar
from etl.demo.companies import OWN_DOMAIN
from etl.demo.connectwise import BATCH_DAYS
from etl.demo.plan import DemoPlan, Shape

HEADING: Final = "# An invented service provider"
"""How the configuration of a demonstration begins."""
_HEAD = (
    HEADING
    + """ ({companies} companies, {invoices} accounting documents, seed {seed}).
# The truth is next to it in truth_*.csv; billsight demo-data adds judgements.csv to the register.

[portal]
minimum_security_level = {level}
sync_from_date = {sync_from}
first_sync_from_date = {first_from}
is_sync_log_complete = true
grace_hours = 24
stall_hours = 48
time_zone = "{zone}"
hidden_company_types = ["Vendor", "Prospect"]
hidden_company_statuses = ["On Hold"]

[provider]
name = "Northgate IT"
email_domains = ["{domain}"]
inactive_company_statuses = ["Former Client", "Not Approved"]
closed_billing_statuses = ["Closed"]
batch_days = {batch_days}

[sources.connectwise_companies]
path = "connectwise_companies.json"
shape = "connectwise_json"

[sources.connectwise_contacts]
path = "connectwise_contacts.json"
shape = "connectwise_json"

[sources.connectwise_statuses]
path = "connectwise_statuses.json"
shape = "connectwise_json"

[sources.connectwise_invoices]
path = "connectwise_invoices.csv"
shape = "connectwise_csv"
"""
)

# a number of rows that is a page's would otherwise count as a list that is cut
_WHOLE = 'scope = "all"\nis_complete = true\n'
_INVOICES: Mapping[Shape, str] = {
    "table": 'path = "accounting_invoices.csv"\nshape = "table"\ndate_order = "ymd"\n',
    # page files, and drafts in a table: each file is recognised for itself
    "quickbooks_online": (
        'path = ["accounting_invoices-*.json", "accounting_credit_memos-*.json", "accounting_drafts.csv"]\n'
    ),
    "xero": 'path = ["accounting_invoices-*.json", "accounting_credit_notes-*.json"]\nshape = "xero_json"\n',
}
_CUSTOMERS: Mapping[Shape, str] = {
    "table": 'path = "accounting_customers.csv"\nshape = "table"\n',
    "quickbooks_online": 'path = "accounting_customers-*.json"\nshape = "quickbooks_online_json"\n',
    "xero": 'path = "accounting_customers-*.json"\nshape = "xero_json"\n',
}
_PORTAL: Mapping[str, Mapping[str, str]] = {
    "portal_invoices": {
        "portal_invoice_id": "portal_id", "invoice_id_acct": "invoice_id", "invoice_number": "invoice_number",
        "customer_id_acct": "customer_id", "customer_name": "card_name", "company_id_cw": "company_id",
        "portal_status": "status", "invoice_date": "date", "due_date": "due_date", "total_amount": "total",
        "balance_amount": "balance", "currency_code": "currency",
    },
    "portal_mappings": {
        "customer_id_acct": "customer_id", "customer_name": "customer_name", "company_id_cw": "company_id",
        "company_name": "company_name",
    },
    "sync_runs": {
        "started_at": "started_at", "from_at": "from_date", "finished_at": "finished_at", "run_status": "status",
    },
}  # fmt: skip


def settings_text(plan: DemoPlan, calendar: Calendar) -> str:
    """The text of billsight.toml."""
    head = _HEAD.format(
        companies=plan.companies,
        invoices=plan.invoices,
        seed=plan.seed,
        level=MINIMUM_LEVEL,
        batch_days=BATCH_DAYS,
        sync_from=calendar.sync_from,
        first_from=calendar.first_from,
        zone=ZONE,
        domain=OWN_DOMAIN,
    )
    parts = [head]
    for relation, text, captions in (
        ("accounting_customers", _CUSTOMERS[plan.shape], CUSTOMER_CAPTIONS),
        ("accounting_invoices", _INVOICES[plan.shape], INVOICE_CAPTIONS),
    ):
        columns_ = _columns(relation, captions) if plan.shape == "table" else ""
        held = _WHOLE if relation == "accounting_invoices" else ""
        parts.append(f"[sources.{relation}]\n{text}{held}{columns_}")
    for relation, columns in _PORTAL.items():
        if relation != "portal_invoices" or plan.with_portal_list:
            source = f'[sources.{relation}]\npath = "{relation}.csv"\nshape = "table"\ndate_order = "ymd"\n'
            held = _WHOLE if relation == "portal_invoices" else ""
            parts.append(source + held + _columns(relation, columns))
    return "\n".join(parts)


def _columns(relation: str, columns: Mapping[str, str]) -> str:
    return f"\n[sources.{relation}.columns]\n" + "".join(f'{name} = "{caption}"\n' for name, caption in columns.items())
