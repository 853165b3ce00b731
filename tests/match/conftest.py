"""A small run for the match: frames in, candidates and mappings out, the SQL run as on a real run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.match import linker
from etl.match.certainty import Policy, decide
from etl.match.records import normalize_records
from etl.match.resolve import Decisions, resolve_mappings
from etl.match.scorecard import read_scorecard
from etl.pipeline.stages import share_numbers
from etl.review.register import CURRENT
from etl.schemas import RELATIONS, ColumnKind
from etl.warehouse.engine import Engine
from etl.warehouse.models import read_models

TYPES = {ColumnKind.BOOLEAN: pl.Boolean, ColumnKind.TEXTS: pl.List(pl.String), ColumnKind.INSTANT: pl.Datetime("us")}
Row = dict[str, Any]


@dataclass(frozen=True)
class Night:
    """The rows of a run; columns that a row lacks are null."""

    customers: list[Row]
    companies: list[Row]
    contacts: list[Row] = field(default_factory=list)
    invoices: list[Row] = field(default_factory=list)
    billed: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    portal: list[Row] = field(default_factory=list)
    own_domains: tuple[str, ...] = ()
    policy: str = "strict"


@dataclass(frozen=True)
class Answer:
    """What the match says about a run."""

    candidates: pl.DataFrame
    mappings: pl.DataFrame

    def of(self, customer: str, company: str) -> Row:
        """The candidate row of a pair."""
        pair = (pl.col("customer_id_acct") == customer) & (pl.col("company_id_cw") == company)
        return self.candidates.filter(pair).row(0, named=True)

    def proposed(self, customer: str) -> list[str]:
        """The companies proposed to a customer, best first."""
        return self.candidates.filter(pl.col("customer_id_acct") == customer)["company_id_cw"].to_list()

    def certain(self) -> set[tuple[str, str]]:
        """The certain pairs."""
        rows = self.candidates.filter(pl.col("decision") == "certain")
        return set(rows.select("customer_id_acct", "company_id_cw").rows())

    def mapping(self, customer: str) -> Row:
        """The mapping of a customer."""
        return self.mappings.filter(pl.col("customer_id_acct") == customer).row(0, named=True)


def relation(name: str, rows: list[Row], **more: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """Rows as a frame with all the columns of an input relation and some more."""
    schema: dict[str, Any] = {column.name: TYPES.get(column.kind, pl.String) for column in RELATIONS[name].columns}
    schema |= more
    return pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema)


def _invoices(rows: list[Row]) -> pl.DataFrame:
    schema = {
        "customer_id_acct": pl.String, "company_id_cw": pl.String, "bill_to_company_id_cw": pl.String,
        "number_key": pl.String, "total_amount": pl.Decimal(18, 4), "document_type": pl.String,
        "currency_code": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame([{"document_type": "invoice", "currency_code": "USD", **row} for row in rows], schema=schema)
    keys = pl.int_range(pl.len(), dtype=pl.Int64)
    return frame.with_columns(row_key=keys, row_key_cw=keys, exact_number=pl.col("number_key"))


class Match:
    """The whole match, as the pipeline runs it."""

    night = Night

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._models = read_models()
        self._card = read_scorecard()
        self._nothing = self._shared([], [])

    def __call__(self, night: Night) -> Answer:
        """Match one run."""
        customers = relation("accounting_customers", night.customers, has_customer_row=pl.Boolean)
        companies = relation("connectwise_companies", night.companies, is_inactive=pl.Boolean, is_hidden=pl.Boolean)
        contacts = relation("connectwise_contacts", night.contacts)
        both = normalize_records(customers, companies, contacts, night.own_domains)
        # lists of which one is empty share nothing, and most runs of the tests have none
        is_alone = not (night.invoices and night.billed)
        card, shared = self._card, self._nothing if is_alone else self._shared(night.invoices, night.billed)
        judgements = pl.DataFrame([{key: row.get(key) for key in CURRENT} for row in night.judgements], schema=CURRENT)
        portal = relation("portal_mappings", night.portal)
        decided = linker.prior_decisions(both, judgements, portal)
        shown = decide(linker.findings(both, shared, card), decided, Policy(night.policy))
        candidates = linker.candidate_rows(shown, both, card)
        known = Decisions(judgements, portal, companies)
        return Answer(candidates, resolve_mappings(customers, candidates, known))

    def _shared(self, invoices: list[Row], billed: list[Row]) -> pl.DataFrame:
        self._engine.write("staging.accounting__invoices", _invoices(invoices))
        self._engine.write("staging.connectwise__invoices", _invoices(billed))
        return share_numbers(self._engine, self._models)


@pytest.fixture(scope="session")
def match() -> Iterator[Match]:
    """How a test asks: `match(match.night(customers, companies))`."""
    engine = Engine(Path(":memory:"), threads=2)
    yield Match(engine)
    engine.close()
