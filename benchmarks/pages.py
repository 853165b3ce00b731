"""An invented night for the page alone: as many invoices and reviews as wanted, shaped like real ones."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from etl.history.changes import SHOWN_RUNS
from etl.report.change_section import FIRST_RUN, SHOWN_ROWS
from etl.report.inputs import FRAMES, ReportInputs, RunFacts
from etl.report.page_data import WORK_FRAMES, Work
from etl.review.fix_files import mapping_fixes

AS_OF: Final = datetime(2026, 11, 22, 2)
_SYLLABLES: Final = (
    "al",
    "bar",
    "cor",
    "den",
    "el",
    "far",
    "gar",
    "hol",
    "ing",
    "jor",
    "kel",
    "lor",
    "mar",
    "nor",
    "ost",
)
_TRADES: Final = ("Dental", "Law", "Freight", "Clinic", "Foods", "Realty", "Design", "Capital", "School", "Surveying")
_FORMS: Final = ("LLC", "Inc", "PLLC", "Co.", "", "")
_CITIES: Final = ("Boise", "Tulsa", "Reno", "Denver", "Mesa", "Fort Ansel", "Carson City", "Regina", "Duluth")
_CAUSES: Final = (
    ("blocked", "UNMAPPED_PROBABLE", "UNMAPPED_PROBABLE"),
    ("blocked", "UNMAPPED_AMBIGUOUS", "UNMAPPED_AMBIGUOUS LEVEL_TOO_LOW"),
    ("blocked", "LEVEL_TOO_LOW", "LEVEL_TOO_LOW BILL_EMAIL_NOT_A_CONTACT"),
    ("blocked", "MISSED_IN_WINDOW", "MISSED_IN_WINDOW"),
    ("blocked", "NO_CONTACT", "NO_CONTACT"),
    ("waiting", "PENDING_NEXT_SYNC", "PENDING_NEXT_SYNC"),
    ("visible", None, None),
)
_KINDS: Final = (
    ("name", "very similar: {w} | {a}"), ("e-mail domain", "equal, and of this company only: {d}"),
    ("phone", "equal: ending in {n}"), ("postal code", "different: {n} | {m}"), ("city", "equal: {c} | {c}"),
    ("address", "house number and place are equal: {m} | {m}"), ("rarity", "the name is very rare"),
)  # fmt: skip


@dataclass
class Plan:
    """How large the night is; the same plan gives the same night."""

    invoices: int
    reviews: int
    chance: random.Random = field(default_factory=lambda: random.Random(4))

    @property
    def customers(self) -> int:
        """Customers with invoices."""
        return max(self.reviews * 2, self.invoices // 12)


def night(plan: Plan) -> tuple[ReportInputs, Work]:
    """What the page of such a night is made of."""
    names = [_name(plan.chance) for _ in range(plan.customers)]
    customers = [(str(100 + place), name) for place, name in enumerate(names)]
    queue, pairs, companies = _reviews(plan, customers[: plan.reviews])
    invoices = _invoices(plan, customers)
    run = RunFacts("2026-11-22T020000Z-bench", AS_OF, "Benchmark")
    facts = ReportInputs(
        run,
        cells=_cells(invoices),
        queue=queue,
        invoices=invoices.head(100),
        candidates=_candidates(pairs),
        changes=_changes(invoices),
        trend=[_past(back) for back in reversed(range(SHOWN_RUNS))],
    )
    work = Work(
        fixes=mapping_fixes(pairs, run.run_id),
        proposals=pairs.drop("company_id_cw")
        .rename({"proposed_company_id_cw": "company_id_cw"})
        .select(list(WORK_FRAMES["proposals"])),
        companies=companies,
        invoices=invoices,
        all_companies=companies.height,
    )
    return facts, work


def _changes(invoices: pl.DataFrame) -> dict[str, Any]:
    """As many changed issues as a page lists."""
    rows = [
        {
            "state": "resolved", "kind": "invoice", "subject_id": row["invoice_id_acct"],
            "name": f"{row['invoice_number']} · {row['customer_name']}", "code": row["primary_cause"],
            "title": "Not mapped, one probable candidate", "reason": "mapping approved",
            "currency_code": row["currency_code"], "amount": str(row["balance_amount"]),
            "first_seen_at": "2026-10-02T02:00:00Z", "last_seen_at": "2026-11-21T02:00:00Z", "times_reopened": 1,
        }
        for row in invoices.head(SHOWN_ROWS).to_dicts()
    ]  # fmt: skip
    since = {"run_id": _past(1)["run_id"], "as_of_at": _past(1)["as_of_at"]}
    return {**FIRST_RUN, "is_first": False, "since": since, "rows": rows}


def _past(back: int) -> dict[str, Any]:
    at = (AS_OF - timedelta(days=back)).isoformat() + "Z"
    amounts = [{"currency_code": code, "amount": f"{100_000 + 971 * back}.25"} for code in ("USD", "CAD")]
    counts = {"new": 12, "reopened": 1, "resolved": 9, "open": 400}
    return {"run_id": at, "as_of_at": at, "is_partial": False, "blocked_invoices": 400, "amounts": amounts, **counts}


def _name(chance: random.Random) -> str:
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))).title() for _ in range(2)]
    return " ".join([words[0], "&", words[1], chance.choice(_TRADES), chance.choice(_FORMS)]).strip()


def _invoices(plan: Plan, customers: list[tuple[str, str]]) -> pl.DataFrame:
    chance, rows = plan.chance, []
    for number in range(plan.invoices):
        customer_id, name = chance.choice(customers)
        state, primary, causes = chance.choice(_CAUSES)
        dated = date(2024, 6, 1) + timedelta(days=900 * number // plan.invoices - chance.randrange(5))
        balance = Decimal(chance.randrange(5_000, 2_000_000)) / 100
        rows.append(
            {
                "invoice_id_acct": str(200_000_000 + number * 3), "invoice_number": f"INV-{10_000 + number}",
                "customer_id_acct": customer_id, "customer_name": name, "company_id_cw": str(1000 + int(customer_id)),
                "company_name": name, "state": state, "primary_cause": primary, "causes": causes,
                "unknown_checks": None,
                "currency_code": chance.choice(("USD", "USD", "USD", "CAD")), "balance_amount": balance,
                "total_amount": balance, "freed_amount": balance if primary == causes else Decimal(0),
                "invoice_date": dated, "due_date": dated + timedelta(days=30),
                "days_past_due": (AS_OF.date() - dated).days - 30,
            }
        )  # fmt: skip
    return pl.DataFrame(rows, schema=WORK_FRAMES["invoices"])


def _reviews(plan: Plan, customers: list[tuple[str, str]]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The queue, its pairs as report.mapping_fixes has them, and the companies."""
    queue, pairs, companies = [], [], []
    for rank, (customer_id, name) in enumerate(customers, 1):
        amount = Decimal(40_000_000 // rank + 9) / 100
        told = {
            "customer_id_acct": customer_id,
            "customer_name": name,
            "mapping_state": "review",
            "reason": "only the name agrees",
            "company_id_cw": None,
        }
        queue.append(
            told
            | {
                "queue_rank": rank,
                "currency_code": "USD",
                "primary_cause": "UNMAPPED_PROBABLE",
                "invoices": 4,
                "amount": amount,
                "unknown_invoices": 0,
                "oldest_days_past_due": rank % 300,
            }
        )
        for place in range(1, plan.chance.randint(1, 5) + 1):
            company = _company(plan.chance, 1000 + len(companies), name)
            companies.append(company)
            pairs.append(
                told
                | _pair(plan.chance, place, name, company)
                | {"blocked_invoices": 4, "largest_amount": amount, "blocked_amounts": f"USD {amount}"}
            )
    return (
        pl.DataFrame(queue, schema={**FRAMES["queue"]}),
        pl.DataFrame(pairs, schema=_PAIR),
        pl.DataFrame(companies, schema=WORK_FRAMES["companies"]),
    )


def _company(chance: random.Random, number: int, name: str) -> dict[str, Any]:
    other = f"{name.split(maxsplit=1)[0]} {_name(chance)}"
    return {
        "company_id_cw": str(number),
        "company_identifier": other.replace(" ", "")[:25],
        "company_name": other,
        "city": chance.choice(_CITIES),
        "domain": f"{other.split()[1].lower()}.example",
        "is_inactive": False,
        "is_deleted": False,
    }


def _pair(chance: random.Random, place: int, name: str, company: dict[str, Any]) -> dict[str, Any]:
    words = {
        "w": name,
        "a": company["company_name"],
        "d": company["domain"],
        "n": chance.randrange(10**6),
        "m": chance.randrange(10**4),
        "c": company["city"],
    }
    parts = [
        {
            "kind": kind,
            "points": chance.choice((-2.0, 1.0, 2.5, 6.0)),
            "verdict": "agrees",
            "detail": detail.format(**words),
        }
        for kind, detail in chance.sample(_KINDS, chance.randint(3, 7))
    ]
    return {
        "proposed_company_id_cw": company["company_id_cw"], "company_identifier": company["company_identifier"],
        "company_name": company["company_name"], "company_city": company["city"], "is_inactive": False,
        "is_deleted": False,
        "rank": place, "certainty": round(chance.random() / place, 6), "lead": round(chance.random(), 6),
        "score": sum(part["points"] for part in parts), "evidence": parts,
    }  # fmt: skip


_PAIR: Final = {
    **{name: FRAMES["queue"][name] for name in ("customer_id_acct", "customer_name", "mapping_state", "reason")},
    **{name: kind for name, kind in FRAMES["candidates"].items() if name != "customer_id_acct"},
    "proposed_company_id_cw": pl.String(),
    "blocked_invoices": pl.Int64(), "largest_amount": pl.Decimal(38, 4), "blocked_amounts": pl.String(),
}  # fmt: skip


def _candidates(pairs: pl.DataFrame) -> pl.DataFrame:
    return (
        pairs.drop("company_id_cw")
        .rename({"proposed_company_id_cw": "company_id_cw"})
        .select(list(FRAMES["candidates"]))
    )


def _cells(invoices: pl.DataFrame) -> pl.DataFrame:
    counted = invoices.group_by("currency_code", "state", "primary_cause", "unknown_checks", maintain_order=True).agg(
        invoices=pl.len().cast(pl.Int64), amount=pl.col("balance_amount").sum(),
        unknown_invoices=pl.lit(0, dtype=pl.Int64), unknown_amount=pl.lit(0), freed_invoices=pl.lit(0, dtype=pl.Int64),
        freed_amount=pl.col("freed_amount").sum(), oldest_days_past_due=pl.col("days_past_due").max(),
        ageing_bucket=pl.lit("31-60"),
    )  # fmt: skip
    return counted.select(list(FRAMES["cells"])).cast(dict(FRAMES["cells"]))
