"""A small provider whose files are written as its systems write them, for situations of real life."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.config import load
from etl.domain import Run
from etl.pipeline.run import RunOutcome, reconcile

AS_OF: Final = datetime(2026, 11, 22, 6, tzinfo=UTC)
LAST_SYNC: Final = datetime(2026, 11, 22, 3, tzinfo=UTC)
LIST_AT: Final = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
CLIENTS: Final = ("Alder Joinery Ltd", "Birch Dental Group", "Cedar Freight Inc", "Dogwood Surveyors LLP")

Row = dict[str, Any]


def customer(at: int) -> str:
    """The id of a client's accounting customer."""
    return str(11 + at)


def company(at: int) -> str:
    """The RecID of a client's ConnectWise company."""
    return str(501 + at)


@dataclass
class Provider:
    """What the files hold. Every client has one customer, one company and one contact who may see invoices.

    Attributes:
        invoices: of the accounting package, in QuickBooks Online's form.
        portal: rows of the portal's list; the captions are those that any row has.
        settings: lines for billsight.toml, by table.
    """

    invoices: list[Row] = field(default_factory=list)
    portal: list[Row] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    customers: list[Row] = field(
        default_factory=lambda: [
            {"Id": customer(at), "DisplayName": name, "Active": True} for at, name in enumerate(CLIENTS)
        ]
    )
    companies: list[Row] = field(
        default_factory=lambda: [
            {
                "id": int(company(at)), "identifier": name.replace(" ", ""), "name": name,
                "status": {"id": 1, "name": "Active"}, "types": [{"id": 1, "name": "Client"}], "deletedFlag": False,
            }
            for at, name in enumerate(CLIENTS)
        ]
    )  # fmt: skip
    contacts: list[Row] = field(
        default_factory=lambda: [
            {
                "id": 900 + at, "firstName": "Robin", "lastName": f"Lake{at}", "company": {"id": int(company(at))},
                "inactiveFlag": False, "portalSecurityLevel": 6, "disablePortalLoginFlag": False, "defaultFlag": True,
                "communicationItems": [
                    {"id": at, "value": f"robin@client{at}.example", "defaultFlag": True, "communicationType": "Email"}
                ],
            }
            for at in range(len(CLIENTS))
        ]
    )  # fmt: skip
    statuses: list[Row] = field(default_factory=lambda: [{"id": 1, "name": "Active", "inactiveFlag": False}])
    mappings: list[Row] = field(
        default_factory=lambda: [{"customer_id": customer(at), "company_id": company(at)} for at in range(len(CLIENTS))]
    )
    syncs: list[datetime] = field(
        default_factory=lambda: [LAST_SYNC - timedelta(days=day) for day in range(60, -1, -1)]
    )

    def write(self, folder: Path, *, list_at: datetime = LIST_AT) -> Path:
        """Write the files; a source without rows is left out."""
        folder.mkdir(parents=True, exist_ok=True)
        _json(folder / "companies.json", self.companies)
        _json(folder / "contacts.json", self.contacts)
        _json(folder / "statuses.json", self.statuses)
        _json(folder / "customers.json", {"QueryResponse": {"Customer": self.customers}})
        _json(folder / "invoices.json", {"QueryResponse": {"Invoice": self.invoices}})
        _csv(folder / "portal.csv", self.portal)
        _csv(folder / "mappings.csv", self.mappings)
        runs = [{"started_at": at.isoformat(), "from_date": "2026-01-01", "status": "succeeded"} for at in self.syncs]
        _csv(folder / "syncs.csv", runs)
        files = {
            "connectwise_companies": "companies.json", "connectwise_contacts": "contacts.json",
            "connectwise_statuses": "statuses.json" if self.statuses else "",
            "accounting_customers": "customers.json", "accounting_invoices": "invoices.json",
            "portal_invoices": "portal.csv" if self.portal else "",
            "portal_mappings": "mappings.csv" if self.mappings else "", "sync_runs": "syncs.csv" if self.syncs else "",
        }  # fmt: skip
        tables = {f"sources.{name}": f'path = "{file}"' for name, file in files.items() if file}
        tables |= {"portal": "minimum_security_level = 5\nfirst_sync_from_date = 2026-01-01"}
        text = "".join(
            f"[{name}]\n{lines}\n{self.settings.get(name, '')}\n" for name, lines in sorted(tables.items())
        )  # fmt: skip
        text += "".join(f"[{name}]\n{lines}\n" for name, lines in self.settings.items() if name not in tables)
        (folder / "billsight.toml").write_text(text, encoding="utf-8")
        for name in ("portal.csv", "mappings.csv", "invoices.json"):
            os.utime(folder / name, (list_at.timestamp(), list_at.timestamp()))
        return folder


def invoice(number: str, at: int = 0, **other: Any) -> Row:
    """An open invoice of USD 100 that was made weeks ago; other values replace or add to its own."""
    changed = other.pop("changed", "2026-10-05T09:00:00Z")
    row = {
        "Id": f"q{number}", "DocNumber": number, "CustomerRef": {"value": customer(at), "name": CLIENTS[at]},
        "TxnDate": "2026-10-05", "DueDate": "2026-12-05", "TotalAmt": 100.0, "Balance": 100.0,
        "CurrencyRef": {"value": "USD"}, "MetaData": {"CreateTime": "2026-10-05T09:00:00Z", "LastUpdatedTime": changed},
    }  # fmt: skip
    return row | other


def shown(number: str, at: int = 0, **other: Any) -> Row:
    """A portal row of that invoice: by its id, with customer, company and amounts."""
    row = {
        "invoice_id": f"q{number}", "invoice_number": number, "customer_id": customer(at), "company_id": company(at),
        "total": "100.00", "balance": "100.00", "currency": "USD",
    }  # fmt: skip
    return row | other


def judge(folder: Path, as_of: datetime = AS_OF) -> RunOutcome:
    """Run billsight on the files."""
    before = len(list((folder / "out" / "runs").glob("run*")))
    settings = load(folder / "billsight.toml", {"BILLSIGHT_LIMITS__THREADS": "1"})
    return reconcile(settings, Run(f"run{before}", as_of))


def answers(outcome: RunOutcome) -> dict[str, Row]:
    """The published answers, by invoice number."""
    rows = pl.read_parquet(outcome.folder / "invoices.parquet").to_dicts()
    return {row["invoice_number"]: row for row in rows}


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    captions = list(dict.fromkeys(caption for row in rows for caption in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, captions or ["none"])
        writer.writeheader()
        writer.writerows(rows)
