"""What people work on in the sample run: its reviews, its companies, its invoices."""

from __future__ import annotations

import polars as pl

from etl.report.inputs import ReportInputs
from etl.report.page_data import WORK_FRAMES, Payloads, Work, pack
from etl.review.fix_files import mapping_fixes

OTHERS = (
    ("42100", "HarborPoint", "Harbor Point Marina", "Duluth", "harborpoint.example", False, False),
    ("42101", "FalconLog", "Falcon Logistics Tulsa", "Tulsa", "falcon-logistics.example", False, False),
    ("42102", "OldFalcon", "Falcon Freight (closed)", "Tulsa", None, True, True),
    ("42103", "Elan", "Élan Vital Spa", "Québec", "elan.example", False, False),
)
"""Companies that nobody proposes: id, identifier, name, city, domain, inactive, deleted."""


def proposed(facts: ReportInputs) -> pl.DataFrame:
    """The sample's customers and candidates, as report.mapping_fixes has them."""
    customers = facts.queue.group_by("customer_id_acct", maintain_order=True).agg(
        pl.col("customer_name", "mapping_state", "reason", "company_id_cw").first(),
        blocked_invoices=pl.col("invoices").sum(), largest_amount=pl.col("amount").max(),
        blocked_amounts=(pl.col("currency_code") + " " + pl.col("amount").cast(pl.String)).sort().str.join("; "),
    )  # fmt: skip
    candidates = facts.candidates.rename({"company_id_cw": "proposed_company_id_cw"})
    return customers.join(candidates, on="customer_id_acct", how="left")


def sample_work(facts: ReportInputs) -> Work:
    """Everything that the sample's page works on."""
    pairs = proposed(facts)
    proposals = pairs.rename({"company_id_cw": "mapped", "proposed_company_id_cw": "company_id_cw"})
    known = facts.candidates.select(
        "company_id_cw", "company_identifier", "company_name", pl.col("company_city").alias("city"),
        pl.lit(None, dtype=pl.String).alias("domain"), "is_inactive", "is_deleted",
    ).unique("company_id_cw", maintain_order=True)  # fmt: skip
    others = pl.DataFrame(OTHERS, schema=WORK_FRAMES["companies"], orient="row")
    companies = pl.concat([known, others])
    return Work(
        fixes=mapping_fixes(pairs, facts.run.run_id),
        proposals=proposals.select(list(WORK_FRAMES["proposals"])),
        companies=companies,
        invoices=facts.invoices.with_columns(total_amount=pl.col("balance_amount")),
        all_companies=companies.height,
    )


def packed_work(facts: ReportInputs) -> Payloads:
    """The same, as the page carries it."""
    return pack(facts, sample_work(facts))
