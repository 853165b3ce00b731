"""The rows of a portal's list and the documents of accounting beside it, in a small database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.config import Settings, Source
from etl.domain import Run
from etl.history.record import PORTAL_MEMORY
from etl.pipeline.control import write_control
from etl.pipeline.source_scopes import Scope
from etl.pipeline.stages import OF_DOCUMENTS, OF_PORTAL
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, names_in, read_models
from tests.support import accepted_rows

Rows = list[dict[str, Any]]

AS_OF = datetime(2026, 11, 22, 2, tzinfo=UTC)
SETTINGS = Settings(base=Path(), sources={name: Source(path="x") for name in RELATIONS})
MODELS = read_models()
INVOICE = {
    "invoice_id_acct": "1", "invoice_number": "7700", "customer_id_acct": "c1", "customer_name": "Alder Joinery",
    "document_type": "invoice", "document_status": "open", "invoice_date": "2026-05-01", "total_amount": "500",
    "balance_amount": "500", "currency_code": "USD", "modified_at": "2026-05-01 09:00:00",
}  # fmt: skip
SHOWN = {"portal_invoice_id": "P1", "invoice_number": "7700", "total_amount": "500", "currency_code": "USD"}
CUSTOMERS = [
    {"customer_id_acct": "c1", "customer_name": "Alder Joinery"},
    {"customer_id_acct": "c2", "customer_name": "Birch Dental"},
    {"customer_id_acct": "c3", "customer_name": "Alder Joinery:Workshop", "parent_customer_id_acct": "c1"},
    {"customer_id_acct": "c4", "customer_name": "Nobody Mapped"},
]
COMPANIES = [
    {"company_id_cw": "101", "company_name": "Alder Woodwork LLC"},
    {"company_id_cw": "102", "company_name": "Birch Dental Group"},
    {"company_id_cw": "103", "company_name": "Cedar Freight"},
]
MAPPED = {"c1": "101", "c2": "102", "c3": "101"}


def fill(
    engine: Engine, scopes: dict[str, Scope] | None = None, aside: tuple[tuple[str, str], ...] = (), **given: Rows
) -> None:
    """Accept the rows, set some aside, and find which row is which document."""
    given = {"accounting_customers": CUSTOMERS, "connectwise_companies": COMPANIES} | given
    accepted_rows.fill(engine, **given)
    engine.run("create or replace table quarantine.rows (relation varchar, row_values varchar)")
    for relation, values in aside:
        engine.run(f"insert into quarantine.rows values ('{relation}', '{values}')")
    engine.run("create or replace table matching.mappings (customer_id_acct varchar, company_id_cw varchar)")
    for customer, company in MAPPED.items():
        engine.run(f"insert into matching.mappings values ('{customer}', '{company}')")
    engine.write("ctl.portal_memory", pl.DataFrame(schema=PORTAL_MEMORY))
    write_control(engine, SETTINGS, Run("test", AS_OF), scopes or {})
    build(engine, MODELS, names_in(MODELS, "staging"))
    build(engine, MODELS, [*OF_DOCUMENTS, *OF_PORTAL, "marts.portal_only_invoices"])
