"""The rows of the sample run that are written by hand; columns in the order of FRAMES."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from etl.report.inputs import FRAMES

Rows = list[dict[str, Any]]


def at(*parts: int) -> datetime:
    """A UTC instant as the frames hold it, without its zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc, arg-type]


def rows(name: str, *values: tuple[Any, ...]) -> Rows:
    """Rows of a frame, from tuples in the order of its columns."""
    return [dict(zip(FRAMES[name], row, strict=True)) for row in values]


def _gap(gap_id: str, reason: str, days: tuple[int, int], told: tuple[int, int, str, str]) -> tuple[Any, ...]:
    first, last = (at(2026, 11, 22, 14, 5) - timedelta(days=back) for back in days)
    return gap_id, reason, first, last, first - timedelta(hours=2), *told


GAPS = rows(
    "gaps",
    _gap("G1", "inside an outage", (41, 38), (
        5, 2, "USD 7,305.00; CAD 4,664.20",
        "No sync succeeded between 12 and 15 October; the next one began at the 15th.")),
    _gap("G2", "back-dated entry", (30, 30), (
        2, 1, "USD 2,200.00", "Dated before the sync's from date, entered after it.")),
    _gap("G3", "one customer only", (25, 22), (
        3, 1, "USD 2,085.00; CAD 990.00", "Only Northwind Traders was missed.")),
    _gap("G4", "before the sync start", (620, 620), (
        1, 1, "USD 12,800.00", "Last changed before the earliest sync.")),
)  # fmt: skip

MISSED_DAYS = rows(
    "missed_days", (date(2025, 3, 12), 1), (date(2026, 10, 12), 5), (date(2026, 10, 23), 2), (date(2026, 10, 28), 3)
)

BACKFILL = rows(
    "backfill",
    (1, date(2026, 10, 11), 10, 1, 0, 148, True, "USD 11,590.00; CAD 5,654.20",
     "One day before the oldest missed creation but one."),
    (2, date(2025, 3, 11), 11, 0, 0, 1904, False, "USD 24,390.00; CAD 5,654.20",
     "Every missed invoice; reads twenty months again."),
    (3, date(2026, 10, 22), 5, 6, 0, 96, False, "USD 4,285.00; CAD 990.00",
     "Leaves the outage of October to single resyncs."),
)  # fmt: skip

ARRIVALS = rows(
    "arrivals",
    ("00110", "USD", "4018", "Heritage Motor Works", "Orchard Realty", 6, 0, Decimal("9590.00"), 4, Decimal("8100.00")),
    ("00111", "CAD", None, "Prairie Foods Ltd.", None, 4, 0, Decimal("5654.20"), 0, Decimal(0)),
)  # fmt: skip

RESYNCS = rows(
    "resyncs",
    ("7127", "INV-1069", "Quarry Hill School", "USD", Decimal("12800.00"),
     at(2025, 3, 12, 16, 20), at(2025, 3, 12, 16, 20)),
)  # fmt: skip

ACCESS = rows(
    "access",
    ("4026", "Lakeside Veterinary Clinic", False, 3, 0, "LEVEL_TOO_LOW", "9001", "Jane Okafor", "jane@lakesidevet.com",
     "billing contact", "4", 6, "raise the portal security level from 4 to 6", 4, "4 invoices, USD 8,900.00"),
    ("4018", "Orchard Realty Co.", False, 3, 0, "LOGIN_DISABLED", "9002", "Tom Brandt", "t.brandt@orchardrealty.com",
     "default contact", "6", 6, "untick Disable Login", 2, "2 invoices, USD 2,359.99"),
    ("4016", "Brennan & Soehne", False, 2, 0, "NO_LOGIN_EMAIL LEVEL_MISSING", "9003", "Uwe Brennan", None,
     "default billing contact", None, 6, "add a default e-mail; set the portal security level to 6", 2,
     "2 invoices, EUR 2,014.50"),
    ("4017", "Rideau Architects", False, 0, 0, "NO_CONTACT", None, None, None, None, None, 6,
     "create a contact with level 6", 1, "1 invoice, CAD 1,875.00"),
    ("4099", "Old Mill Bakery", False, 1, 0, "LEVEL_TOO_LOW", "9004", "Ann Mill", "ann@oldmill.com", "contact", "1", 6,
     "raise the portal security level from 1 to 6", 0, None),
)  # fmt: skip

UNPOSTED = rows(
    "unposted",
    ("88101", "10881", "4011", "Juniper Labs", Decimal("2310.00"), "USD", date(2026, 11, 3), "CW_NOT_CLOSED",
     "Close the invoice, then batch it"),
    ("88107", "10887", "4012", "Tern Island Ferries", Decimal("655.20"), "USD", date(2026, 11, 9), "CW_NO_ACCOUNT_ID",
     "Fill in the company's Account ID, close the invoice, then batch it"),
)  # fmt: skip

PORTAL_ONLY = rows(
    "portal_only", ("P-5512", "INV-0931", "Harbor Freight Lines", Decimal("712.00"), "USD", "PORTAL_GHOST")
)

DIFFERENCES = rows(
    "differences",
    ("shown_not_owed", "PORTAL_SHOWS_SETTLED", "7301", "INV-0902", "Orchard Realty", "USD", Decimal("1240.00"),
     "Portal administrator"),
    ("shown_not_owed", "STALE_AMOUNT", "7302", "INV-0911", "Summit Studio", "USD", Decimal("310.50"),
     "Portal administrator"),
    ("shown_not_owed", "NOT_OPEN_IN_ACCOUNTING", None, "INV-0877", "Rideau Architects", "CAD", Decimal("96.00"),
     "Billing (accounting)"),
    ("paid_in_portal", "PAYMENT_NOT_POSTED", "7303", "INV-0935", "Delta Health Partners", "USD", Decimal("815.25"),
     "Billing (accounting)"),
)  # fmt: skip

SCOPES = rows(
    "scopes",
    ("accounting_invoices", "since", date(2024, 1, 1), "setting scope", at(2026, 11, 22, 1, 0), "time of the file",
     False, "Accounting invoices: since 2024."),
    ("portal_invoices", "open", None, "none of its 500 rows is settled", at(2026, 11, 21), "date in the file's name",
     True, "The portal's list: open."),
)  # fmt: skip

FORM = rows("portal_form", (1, 412))

RULES = rows(
    "quarantine_rules",
    ("connectwise_contacts", "contact_id_cw_is_present", 6),
    ("accounting_invoices", "total_amount_is_money", 2),
    ("accounting_invoices", "invoice_date_is_a_date", 1),
)

EXAMPLES = rows(
    "quarantine_examples",
    ("accounting_invoices", "qbo/invoices.json", 4411, ["total_amount_is_money", "invoice_date_is_a_date"],
     '{"invoice_id_acct": "9911", "total_amount": "12..50", "bill_email": "ap@example.com"}'),
    ("connectwise_contacts", "cw/contacts.csv", 17, ["contact_id_cw_is_present"],
     '{"first_name": "Ann", "default_email": "ann.smith@example.co.uk"}'),
)  # fmt: skip


def _source(relation: str, file: str, profile: str, counts: tuple[int, int]) -> tuple[Any, ...]:
    fresh = at(2026, 11, 22, 1, 47) - timedelta(minutes=len(file))
    return relation, file, profile, sum(counts), *counts, f"{len(file):064x}", fresh, ""


SOURCES = rows(
    "sources",
    _source("connectwise_companies", "cw/companies.json", "ConnectWise REST answer", (122, 0)),
    _source("connectwise_contacts", "cw/contacts.csv", "ConnectWise table", (281, 6)),
    _source("accounting_invoices", "qbo/invoices.json", "QuickBooks Online API", (611, 2)),
    _source("accounting_invoices", "qbo/invoices-2025.json.gz", "QuickBooks Online API", (295, 0)),
    _source("accounting_customers", "qbo/customers.json", "QuickBooks Online API", (84, 0)),
    _source("portal_invoices", "portal/invoices.csv", "table", (600, 0)),
    _source("sync_runs", "portal/sync-log.csv", "table", (171, 0)),
)


def _candidate(
    customer: str, place: int, company: tuple[str, str, str], evidence: list[tuple[str, float, str]]
) -> tuple[Any, ...]:
    company_id, company_name, city = company
    score = sum(points for _, points, _ in evidence)
    certainty = 1.0 if score > 40 else round(1 / (1 + 2 ** (-(score - 8) / 2)), 4)
    parts = [
        {"kind": kind, "points": points, "verdict": "agrees" if points > 0 else "contradicts", "detail": detail}
        for kind, points, detail in evidence
    ]
    lead = 0.31 if place == 1 else -0.31
    short = company_name.replace(" ", "")[:12]
    is_inactive = company_id == "41122"
    return (customer, place, company_id, short, company_name, city, is_inactive, False, certainty, score, lead, parts)


def candidates(ids: dict[str, str]) -> Rows:
    """The candidates of the customers for review; `ids` gives the accounting id of each customer's name."""
    return rows(
        "candidates",
        _candidate(ids["Heritage Motor Works"], 1, ("41120", "Heritage Motorworks Inc", "Boise"), [
            ("name", 11.5, "heritage motor works = heritage motorworks"), ("postal_code", 3.0, "83702 = 83702"),
            ("email_domain", -1.5, "heritagemotor.com, no contact uses it")]),
        _candidate(ids["Heritage Motor Works"], 2, ("41122", "Heritage Motors", "Tulsa"), [
            ("name", 6.0, "heritage motor works ~ heritage motors"), ("city", -2.5, "Boise, Tulsa")]),
        _candidate(ids["Granite Dental Group"], 1, ("40731", "Granite Dental Group North", "Reno"), [
            ("name", 9.0, "granite dental group, granite dental group north"), ("phone", 4.5, "last 7 digits agree"),
            ("city", -2.0, "Carson City, Reno")]),
        _candidate(ids["Granite Dental Group"], 2, ("40732", "Granite Dental Group South", "Carson City"), [
            ("name", 9.0, "granite dental group, granite dental group south"),
            ("city", 1.5, "Carson City = Carson City")]),
        _candidate(ids["Summit Studio"], 1, ("41183", "Summit Studio LLC", "Denver"), [
            ("account_number", 24.0, "C-1180 = C-1180"), ("name", 12.0, "summit studio = summit studio"),
            ("email_domain", 6.5, "billing@summit.studio, two contacts use the domain")]),
        _candidate(ids["Delta Health Partners"], 1, ("41190", "Delta Healthcare Systems", "Mesa"), [
            ("shared_invoices", 28.0, "14 numbers and totals agree"),
            ("name", 2.0, "delta health ~ delta healthcare")]),
        _candidate(ids["Prairie Foods Ltd."], 1, ("42007", "Prairie Foods", "Regina"), [
            ("name", 10.5, "prairie foods = prairie foods"), ("phone", 4.0, "last 7 digits agree")]),
    )  # fmt: skip
