"""What the page works with: the reviews, every company to search, the invoices; packed into the page itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import polars as pl

from etl.amounts import money_text
from etl.causes import BY_CODE, CAUSES, READY
from etl.domain import Stage
from etl.report.filters import mask_emails
from etl.report.inputs import EVIDENCE, FRAMES, ReportInputs
from etl.report.packed_columns import columns, packed
from etl.report.worklists import cause_words
from etl.warehouse.engine import Engine

SCHEMA_VERSION: Final = 1
WEAK_CERTAINTY: Final = 0.5
"""A suggestion that is less certain is never approved by one key."""
STRONG_CERTAINTY: Final = 0.9
"""From here on a suggestion with a sufficient lead counts as strong, and can be approved with others."""

_T, _N, _F, _B = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
WORK_FRAMES: Final[dict[str, dict[str, pl.DataType]]] = {
    "proposals": {
        "customer_id_acct": _T, "company_id_cw": _T, "certainty": _F, "lead": _F, "score": _F, "company_city": _T,
        "is_inactive": _B, "is_deleted": _B, "evidence": EVIDENCE,
    },
    "companies": {
        "company_id_cw": _T, "company_identifier": _T, "company_name": _T, "city": _T, "domain": _T,
        "is_inactive": _B, "is_deleted": _B,
    },
    "invoices": {**FRAMES["invoices"], "total_amount": pl.Decimal(38, 4)},
}  # fmt: skip
"""Columns of each frame, which the model `report.page_<frame>` makes and orders."""

_MADE_IN_THE_PAGE: Final = (
    "schema", "run_id", "row_id", "decision", "cw_company_id", "cw_company_name", "cw_company_identifier", "reviewer",
    "decided_at", "note", "evidence", "cb_search_hint",
)  # fmt: skip
_ALIKE: Final = ("company_name", "company_identifier", "domain")
_MARKS: Final = ("\x01", "\x02")
"""Stand for the names of the customer and of the company in what was compared: the names are there already."""


def read_work(engine: Engine) -> dict[str, pl.DataFrame]:
    """Every frame of WORK_FRAMES.

    Args:
        engine: the run's database, with the models of `sql/report`.
    """
    return {name: engine.frame(f"from report.page_{name}") for name in WORK_FRAMES}


def nothing(name: str) -> pl.DataFrame:
    """A frame of WORK_FRAMES without rows."""
    return pl.DataFrame(schema=WORK_FRAMES[name])


@dataclass(frozen=True)
class Work:
    """What can be worked on in the page.

    Attributes:
        fixes: the content of mapping_fixes.csv, row for row: what the page hands back has its columns and words.
        proposals: the same pairs, with certainty, evidence and the state of the company.
        companies: every ConnectWise company that can be searched.
        all_companies: how many there are.
        invoices: those that the page holds.
        ambiguous_lead: a smaller lead over the next candidate is weak.
        allow_override: whether the import takes companies that were not proposed without a flag.
    """

    fixes: pl.DataFrame = field(default_factory=pl.DataFrame)
    proposals: pl.DataFrame = field(default_factory=partial(nothing, "proposals"))
    companies: pl.DataFrame = field(default_factory=partial(nothing, "companies"))
    invoices: pl.DataFrame = field(default_factory=partial(nothing, "invoices"))
    all_companies: int = 0
    ambiguous_lead: float = 0.1
    allow_override: bool = False


@dataclass(frozen=True)
class Payloads:
    """The page's data, packed: the reviews come first, for they are what people open the page for."""

    reviews: str
    invoices: str
    held_invoices: int
    has_reviews: bool


def pack(facts: ReportInputs, work: Work) -> Payloads:
    """Pack what the page works with.

    Args:
        facts: the run, for the run, the queue and the contacts.
        work: the frames that the page works on.

    Returns:
        Texts without markup; the same run gives the same texts.
    """
    return Payloads(
        packed(_reviews(facts, work)),
        packed(_invoices(work.invoices, _nobody(facts))),
        work.invoices.height,
        not work.fixes.is_empty(),
    )


def _reviews(facts: ReportInputs, work: Work) -> dict[str, Any]:
    run = facts.run
    companies = _companies(work)
    bands: dict[str, Any] = {
        "ready": READY,
        "weak": WEAK_CERTAINTY,
        "strong": STRONG_CERTAINTY,
        "lead": work.ambiguous_lead,
        "allow_override": work.allow_override,
    }
    site = hashlib.sha256(run.provider_name.encode("utf-8", "replace")).hexdigest()[:12]
    return {
        "schema": SCHEMA_VERSION,
        "run": {"run_id": run.run_id, "site": site, **bands},
        "header": work.fixes.columns,
        "fixes": columns(_fixes(work.fixes, companies)),
        "proposals": _proposals(work),
        "customers": _customers(facts.queue),
        "causes": {code: cause_words(code) for code in facts.queue["primary_cause"].unique().drop_nulls().sort()},
        "companies": {**columns(companies, together=_ALIKE), "held": work.companies.height, "all": work.all_companies},
        "emails": _emails(facts.access),
    }


def _companies(work: Work) -> pl.DataFrame:
    """Every company to search, and after them those that are proposed and not among them."""
    names = list(WORK_FRAMES["companies"])
    if work.fixes.is_empty():
        return work.companies.select(names)
    cities = work.proposals.select("company_id_cw", "company_city", "is_inactive", "is_deleted").unique("company_id_cw")
    proposed = work.fixes.filter(pl.col("cw_company_id").is_not_null()).select(
        pl.col("cw_company_name").alias("company_name"), pl.col("cw_company_identifier").alias("company_identifier"),
        company_id_cw=_company_id(), domain=pl.lit(None, dtype=pl.String),
    )  # fmt: skip
    others = proposed.unique("company_id_cw", keep="first", maintain_order=True).join(
        work.companies, on="company_id_cw", how="anti", maintain_order="left"
    )
    known = others.join(cities, on="company_id_cw", how="left", maintain_order="left").rename({"company_city": "city"})
    return pl.concat([work.companies.select(names), known.select(names)])


def _company_id() -> pl.Expr:
    return pl.col("cw_company_id").str.strip_prefix("CW-")


def _fixes(fixes: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """The file's cells as it writes them; what a company or the evidence says is put together again in the page."""
    if fixes.is_empty():
        return fixes
    places = companies.select("company_id_cw", place=pl.int_range(pl.len(), dtype=pl.Int64))
    found = fixes.select(company_id_cw=_company_id()).join(
        places, on="company_id_cw", how="left", maintain_order="left"
    )["place"]
    kept = fixes.select(pl.all().exclude(_MADE_IN_THE_PAGE)).with_columns(pl.all().cast(pl.String).fill_null(""))
    return kept.with_columns(company=found.fill_null(-1))


def _proposals(work: Work) -> dict[str, Any]:
    """The evidence of the pairs, in the file's order: `counts` says how many parts each pair has."""
    if work.fixes.is_empty():
        return {"counts": [], "parts": columns(pl.DataFrame())}
    keys = work.fixes.select(
        "acct_customer_name", "cw_company_name",
        customer_id_acct=pl.col("acct_customer_id").str.strip_prefix("ACCT-"), company_id_cw=_company_id(),
    )  # fmt: skip
    pairs = keys.join(
        work.proposals, on=["customer_id_acct", "company_id_cw"], how="left", nulls_equal=True, maintain_order="left"
    )
    proposals = pairs.select(pl.col("evidence").fill_null([]), "acct_customer_name", "cw_company_name")
    parts = [
        {**part, "points": str(part["points"]), "detail": _shortened(part["detail"], names)}
        for evidence, *names in proposals.iter_rows()
        for part in evidence
    ]
    frame = pl.DataFrame(parts, schema=dict.fromkeys(("kind", "points", "verdict", "detail"), pl.String()))
    return {"counts": proposals["evidence"].list.len().to_list(), "parts": columns(frame)}


def _shortened(detail: str | None, names: list[str | None]) -> str:
    """What was compared, its addresses masked, with a mark where the customer's or the company's name stands."""
    text = mask_emails(detail or "")
    for mark in _MARKS:
        text = text.replace(mark, "\N{REPLACEMENT CHARACTER}")
    for mark, name in zip(_MARKS, names, strict=True):
        text = text.replace(name, mark) if name and len(name) > 1 else text
    return text


def _customers(queue: pl.DataFrame) -> list[list[Any]]:
    """Per customer of the queue, in its order: id, cause, mapped to, conflict, oldest, amounts."""
    customers = []
    ordered = queue.sort("queue_rank", "currency_code")
    for key, part in ordered.partition_by("customer_id_acct", as_dict=True, maintain_order=True).items():
        rows = part.to_dicts()
        ages = [row["oldest_days_past_due"] for row in rows if row["oldest_days_past_due"] is not None]
        first = rows[0]
        amounts = [
            [
                row["currency_code"],
                money_text(row["amount"]) if row["unknown_invoices"] < row["invoices"] else None,
                row["invoices"],
                *([row["unknown_invoices"]] if row["unknown_invoices"] else []),
            ]
            for row in rows
        ]
        names = ("company_name", "mapping_source", "conflict_company_id_cw", "conflict_company_name")
        customers.append(
            [key[0], first["primary_cause"], *(first[name] for name in names), max(ages, default=None), amounts]
        )
    return customers


def _emails(access: pl.DataFrame) -> dict[str, str]:
    """Addresses of the contacts that are proposed, for a reader who asks for one."""
    known = access.filter(
        pl.col("proposed_contact_email").is_not_null() & pl.col("proposed_contact_id_cw").is_not_null()
    )
    return dict(
        known.sort("proposed_contact_id_cw").select("proposed_contact_id_cw", "proposed_contact_email").iter_rows()
    )


def _nobody(facts: ReportInputs) -> list[str]:
    """Companies where a person decided that nobody gets access: the page repeats no advice about it."""
    return facts.contact_states.filter(state="nobody")["company_id_cw"].sort().to_list()


def _invoices(invoices: pl.DataFrame, nobody: list[str]) -> dict[str, Any]:
    """Invoices by columns; a customer is written once, with the company that it is mapped to."""
    customers = invoices.select("customer_id_acct", "customer_name", "company_id_cw", "company_name").unique(
        subset="customer_id_acct", keep="first", maintain_order=True
    )
    places = customers.select("customer_id_acct").with_row_index("customer").cast({"customer": pl.Int64})
    rows = invoices.join(places, on="customer_id_acct", how="left", nulls_equal=True, maintain_order="left")
    kept = rows.select(
        "invoice_id_acct", "invoice_number", "customer", "state", "primary_cause", "causes", "unknown_checks",
        "currency_code", "balance_amount", "invoice_date",
        paid_amount=pl.col("total_amount") - pl.col("balance_amount"),
        # without a balance nobody knows what is paid
        total_alone=pl.when(pl.col("balance_amount").is_null()).then(pl.col("total_amount")),
        term_days=(pl.col("due_date") - pl.col("invoice_date")).dt.total_days(),
        # an invoice without a date can still have a due date
        due_alone=pl.when(pl.col("invoice_date").is_null()).then(pl.col("due_date")),
        is_freed=(pl.col("freed_amount") > 0).fill_null(value=True),
    )  # fmt: skip
    aged = invoices.drop_nulls(["due_date", "days_past_due"]).head(1)
    today = aged.select(pl.col("due_date").cast(pl.Int32) + pl.col("days_past_due")).to_series().to_list()
    return {
        "schema": SCHEMA_VERSION,
        "today": today[0] if today else 0,
        "customers": columns(customers, together=("customer_name", "company_name")),
        "invoices": columns(kept),
        "causes": _named_causes(invoices),
        "stages": [stage.value for stage in Stage],
        "nobody": nobody,
    }


def _named_causes(invoices: pl.DataFrame) -> Mapping[str, dict[str, str]]:
    """The causes that the invoices name, in the order in which they are checked."""
    texts = pl.concat([invoices[name].cast(pl.String) for name in ("causes", "unknown_checks", "primary_cause")])
    named = {code for text in texts.drop_nulls().unique().to_list() for code in text.split()}
    return {cause.code: cause_words(cause.code) for cause in CAUSES if cause.code in named & set(BY_CODE)}
