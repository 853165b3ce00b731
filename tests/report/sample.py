"""A small invented run: three currencies, about forty blocked invoices, every section of the page filled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from etl.report.inputs import FRAMES, ReportInputs, RunFacts, empty
from etl.schemas import RELATIONS
from tests.report import sample_rows as given
from tests.report.sample_changes import sample_changes, sample_trend

AS_OF = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = AS_OF.date()

# customer, ConnectWise company (empty: not mapped), state, primary cause, all causes, unknown checks, currency, balances
_PLAN: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("Heritage Motor Works", "", "blocked", "UNMAPPED_PROBABLE", "UNMAPPED_PROBABLE", "", "USD",
     "18450.00 6230.50 2210.00 940.25"),
    ("Granite Dental Group", "", "blocked", "UNMAPPED_AMBIGUOUS", "UNMAPPED_AMBIGUOUS", "", "USD",
     "7320.00 4115.75 1880.00"),
    ("Falcon Logistics (Tulsa)", "", "blocked", "UNMAPPED_NO_CANDIDATE", "UNMAPPED_NO_CANDIDATE", "", "USD",
     "3275.40 1260.00"),
    ("Summit Studio", "Summit Studio LLC", "blocked", "UNMAPPED_CERTAIN", "UNMAPPED_CERTAIN LEVEL_TOO_LOW", "", "USD",
     "5240.00 3890.00 415.00"),
    ("Delta Health Partners", "Delta Health", "blocked", "MAPPING_CONFLICT", "MAPPING_CONFLICT", "", "USD",
     "9875.00 2140.10"),
    ("Lakeside Veterinary", "Lakeside Veterinary Clinic", "blocked", "LEVEL_TOO_LOW", "LEVEL_TOO_LOW BILL_EMAIL_NOT_A_CONTACT", "", "USD",
     "2640.00 2640.00 2640.00 980.00"),
    ("Orchard Realty", "Orchard Realty Co.", "blocked", "LOGIN_DISABLED", "LOGIN_DISABLED", "", "USD",
     "1499.99 860.00"),
    ("Northwind Traders", "Northwind Traders Inc.", "blocked", "MISSED_IN_WINDOW", "MISSED_IN_WINDOW", "", "USD",
     "4310.00 2995.00 1120.00 655.00 310.00"),
    ("Copper Kettle Catering", "Copper Kettle", "blocked", "BACKDATED_ENTRY", "BACKDATED_ENTRY LEVEL_TOO_LOW", "", "USD",
     "1780.00 420.00"),
    ("Quarry Hill School", "Quarry Hill School", "blocked", "BEFORE_SYNC_START", "BEFORE_SYNC_START", "", "USD",
     "12800.00"),
    ("Maple Leaf Surveyors", "Maple Leaf Surveyors", "blocked", "MISSED_IN_WINDOW", "MISSED_IN_WINDOW", "", "CAD",
     "3120.00 1544.20 990.00"),
    ("Prairie Foods Ltd.", "", "blocked", "UNMAPPED_PROBABLE", "UNMAPPED_PROBABLE", "", "CAD",
     "2480.00 610.35"),
    ("Rideau Architects", "Rideau Architects", "blocked", "NO_CONTACT", "NO_CONTACT", "", "CAD",
     "1875.00"),
    ("Brennan & Söhne GmbH", "Brennan & Soehne", "blocked", "NO_LOGIN_EMAIL", "NO_LOGIN_EMAIL", "", "EUR",
     "1234.50 780.00"),
    ("Atelier du Pont", "Atelier du Pont", "blocked", "DRAFT", "DRAFT", "", "EUR",
     "640.00"),
    ("Northwind Traders", "Northwind Traders Inc.", "waiting", "PENDING_NEXT_SYNC", "PENDING_NEXT_SYNC", "", "USD",
     "1320.00 480.00"),
    ("Harbor Freight Lines", "Harbor Freight Lines", "waiting", "FUTURE_DATED", "FUTURE_DATED", "", "USD",
     "2600.00"),
    ("Cedar Park Clinic", "Cedar Park Clinic", "unknown", "", "", "MISSED_UNDATED", "USD",
     "1150.00 275.00"),
)  # fmt: skip

_COUNTS: tuple[tuple[str, str, str, int, str], ...] = (
    ("visible", "", "USD", 512, "418220.15"),
    ("visible", "", "CAD", 64, "51230.00"),
    ("visible", "", "EUR", 21, "17400.75"),
    ("visible", "STALE_AMOUNT", "USD", 3, "2950.00"),
    ("expected", "PAID_IN_FULL", "USD", 208, "0.00"),
    ("expected", "PAID_IN_FULL", "CAD", 31, "0.00"),
    ("expected", "NOT_AN_INVOICE", "USD", 17, "-4210.00"),
    ("expected", "VOIDED", "USD", 6, "0.00"),
)


_IDS = {name: f"{100 + place:05d}" for place, name in enumerate(sorted({line[0] for line in _PLAN}))}


def sample_facts() -> ReportInputs:
    """The sample run."""
    invoices = _invoices()
    cells = _cells(invoices)
    return ReportInputs(
        run=_run(),
        cells=cells,
        customers_by_state=_frame("customers_by_state", _customers(invoices, ["state"])),
        customers_by_cause=_frame("customers_by_cause", _customers(invoices, ["state", "primary_cause"])),
        queue=_queue(invoices),
        candidates=_frame("candidates", given.candidates(_IDS)),
        access=_frame("access", given.ACCESS),
        gaps=_frame("gaps", given.GAPS),
        backfill=_frame("backfill", given.BACKFILL),
        resyncs=_frame("resyncs", given.RESYNCS),
        arrivals=_frame("arrivals", given.ARRIVALS),
        missed_plan=_frame(
            "missed_plan", [{"is_held_back": False, "invoices": 11}, {"is_held_back": True, "invoices": 2}]
        ),
        missed_days=_frame("missed_days", given.MISSED_DAYS),
        invoices=invoices,
        unposted=_frame("unposted", given.UNPOSTED),
        unposted_counts=_counted("unposted_counts", given.UNPOSTED),
        portal_only=_frame("portal_only", given.PORTAL_ONLY),
        portal_only_counts=_counted("portal_only_counts", given.PORTAL_ONLY),
        differences=_frame("differences", given.DIFFERENCES),
        difference_counts=_difference_counts(),
        needing_counts=_frame("needing_counts", [{"invoices": invoices.height + 3}]),
        scopes=_frame("scopes", given.SCOPES),
        portal_form=_frame("portal_form", given.FORM),
        quarantine_rules=_frame("quarantine_rules", given.RULES),
        quarantine_examples=_frame("quarantine_examples", given.EXAMPLES),
        sources=_frame("sources", given.SOURCES),
        money=_money(cells),
        changes=sample_changes(),
        trend=sample_trend(),
    )


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FRAMES[name]) if rows else empty(name)


def _difference_counts() -> pl.DataFrame:
    kept = ("figure", "cause", "currency_code", "amount")
    return _frame("difference_counts", [{key: row[key] for key in kept} | {"invoices": 1} for row in given.DIFFERENCES])


def _run() -> RunFacts:
    return RunFacts(
        run_id="2026-11-22T020000Z-7f3a",
        as_of_at=AS_OF,
        provider_name="Blue Mesa IT",
        minimum_level=6,
        read=tuple(RELATIONS),
        partial_reasons=("ConnectWise contacts: 2.1 % of the rows were quarantined, the limit is 1 %.",),
        remarks=("Sync runs were read from 2026-06-01 on; older syncs are not known.",),
        versions={"billsight": "0.1.0", "duckdb": "2.0.0", "polars": "2.1.0"},
        settings={
            "portal.minimum_security_level": "6", "portal.sync_from_date": "2026-11-20",
            "portal.grace_hours": "24", "portal.time_zone": "America/Denver", "matching.ambiguous_lead": "0.10",
            "backfill.most_resyncs": "5",
        },
    )  # fmt: skip


@dataclass(frozen=True)
class _Numbered:
    """A line of the plan and how many invoices stand before it."""

    line: tuple[str, ...]
    before: int


def _invoices() -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for line in _PLAN:
        rows += [_invoice(_Numbered(line, len(rows)), place) for place in range(len(line[7].split()))]
    order = pl.col("state").replace_strict({"blocked": 1, "waiting": 2, "unknown": 3}, return_dtype=pl.Int8)
    frame = _frame("invoices", rows)
    return frame.sort(order, pl.col("balance_amount"), pl.col("invoice_id_acct"), descending=[False, True, False])


def _invoice(numbered: _Numbered, place: int) -> dict[str, Any]:
    customer, company, state, primary, causes, unknown, currency, balances = numbered.line
    number = numbered.before + place
    balance = Decimal(balances.split()[place])
    defects = [code for code in causes.split() if code != "BILL_EMAIL_NOT_A_CONTACT"]
    dated = TODAY - timedelta(days=12 + number * 4)
    due = None if number % 17 == 16 else dated + timedelta(days=30)
    return {
        "invoice_id_acct": str(7100 + number), "invoice_number": f"INV-{1042 + number}",
        "customer_id_acct": _IDS[customer],
        "customer_name": customer, "company_id_cw": str(4000 + len(company)) if company else None,
        "company_name": company or None, "state": state, "primary_cause": primary or None,
        "causes": causes or None, "unknown_checks": unknown or None, "currency_code": currency,
        "balance_amount": balance,
        "freed_amount": balance if state == "blocked" and len(defects) == 1 else Decimal(0),
        "invoice_date": dated, "due_date": due, "days_past_due": None if due is None else (TODAY - due).days,
    }  # fmt: skip


_BUCKET = (
    pl.when(pl.col("days_past_due").is_null()).then(pl.lit("no due date"))
    .when(pl.col("days_past_due") <= 0).then(pl.lit("not due"))
    .when(pl.col("days_past_due") <= 30).then(pl.lit("1-30"))
    .when(pl.col("days_past_due") <= 60).then(pl.lit("31-60"))
    .when(pl.col("days_past_due") <= 90).then(pl.lit("61-90"))
    .otherwise(pl.lit("over 90"))
)  # fmt: skip


def _cells(invoices: pl.DataFrame) -> pl.DataFrame:
    keys = ["currency_code", "state", "primary_cause", "unknown_checks", "ageing_bucket"]
    counted = invoices.with_columns(ageing_bucket=_BUCKET).group_by(keys, maintain_order=True).agg(
        invoices=pl.len().cast(pl.Int64),
        amount=pl.col("balance_amount").sum(),
        unknown_invoices=pl.col("balance_amount").null_count().cast(pl.Int64), unknown_amount=pl.lit(Decimal(0)),
        freed_invoices=(pl.col("freed_amount") > 0).sum().cast(pl.Int64),
        freed_amount=pl.col("freed_amount").sum(),
        oldest_days_past_due=pl.col("days_past_due").max(),
    )  # fmt: skip
    others = [
        {
            "currency_code": currency, "state": state, "primary_cause": cause or None, "ageing_bucket": "not due",
            "invoices": number, "amount": Decimal(amount), "unknown_invoices": 0, "unknown_amount": Decimal(0),
            "freed_invoices": 0, "freed_amount": Decimal(0),
        }
        for state, cause, currency, number, amount in _COUNTS
    ]  # fmt: skip
    return pl.concat([counted.cast(dict(FRAMES["cells"])), _frame("cells", others)])


def _customers(invoices: pl.DataFrame, keys: list[str]) -> list[dict[str, Any]]:
    counted = invoices.drop_nulls(keys).group_by(keys, maintain_order=True).agg(
        customers=pl.col("customer_id_acct").n_unique().cast(pl.Int64)
    )  # fmt: skip
    others = [("visible", "STALE_AMOUNT", 74), ("expected", "PAID_IN_FULL", 61)]
    named = [{"state": state, "primary_cause": cause, "customers": number} for state, cause, number in others]
    return [*counted.to_dicts(), *({key: row[key] for key in (*keys, "customers")} for row in named)]


_REASONS = {
    "Heritage Motor Works": "the name alone agrees; no independent signal",
    "Granite Dental Group": "the lead over the next candidate is under 0.10",
    "Falcon Logistics (Tulsa)": "no company comes near this name",
    "Summit Studio": "account number and exact name agree",
    "Delta Health Partners": "14 invoice numbers and totals belong to Delta Healthcare Systems",
    "Prairie Foods Ltd.": "two customers claim this company",
}


_MAPPED = {"Summit Studio": "Summit Studio LLC", "Delta Health Partners": "Delta Health"}


def _queue(invoices: pl.DataFrame) -> pl.DataFrame:
    blocked = invoices.filter((pl.col("state") == "blocked") & pl.col("customer_name").is_in(list(_REASONS)))
    rows = blocked.group_by("customer_id_acct", "customer_name", "currency_code", "primary_cause").agg(
        invoices=pl.len(), amount=pl.col("balance_amount").sum(), oldest_days_past_due=pl.col("days_past_due").max()
    ).sort("amount", descending=True).to_dicts()  # fmt: skip
    for rank, row in enumerate(rows, 1):
        is_mapped = row["primary_cause"] in {"UNMAPPED_CERTAIN", "MAPPING_CONFLICT"}
        is_conflict = row["primary_cause"] == "MAPPING_CONFLICT"
        row |= {
            "queue_rank": rank, "unknown_invoices": 0, "reason": _REASONS[row["customer_name"]],
            "mapping_state": "mapped" if is_mapped else "review",
            "mapping_source": "portal" if is_conflict else "certainty" if is_mapped else "nobody",
            "company_id_cw": "41183" if is_mapped else None,
            "company_name": _MAPPED.get(row["customer_name"]),
            "conflict_company_id_cw": "41190" if is_conflict else None,
            "conflict_company_name": "Delta Healthcare Systems" if is_conflict else None,
            "certainty": None, "best_lead": None, "candidate_count": 2,
        }  # fmt: skip
    return _frame("queue", rows)


def _counted(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    counted = pl.DataFrame(rows).group_by("cause", "currency_code", maintain_order=True).agg(
        invoices=pl.len(), amount=pl.col("total_amount").sum()
    )  # fmt: skip
    return counted.cast(dict(FRAMES[name]))


def _money(cells: pl.DataFrame) -> pl.DataFrame:
    summed = cells.group_by("currency_code").agg(
        staging_amount=pl.col("amount").sum(),
        marts_amount=pl.col("amount").sum(),
        staging_balance=pl.col("amount").sum(),
        marts_balance=pl.col("amount").sum(),
        staging_unknown=pl.lit(0),
        marts_unknown=pl.lit(0),
    )
    return summed.with_columns(does_hold=pl.lit(value=True)).sort("currency_code").cast(dict(FRAMES["money"]))
