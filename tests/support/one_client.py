"""A provider of one client, small enough to say every value that decides: for laws on single invoices."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.config import load
from etl.domain import Run
from etl.pipeline.run import RunOutcome, reconcile

AS_OF: Final = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
LISTED_AT: Final = "2026-11-28T05:50:00Z"
"""When the portal's list was made."""
CHANGED_AT: Final = "2026-11-10 15:00:00"
_CONFIGURATION: Final = """
[portal]
minimum_security_level = 5
sync_from_date = 2026-11-01
first_sync_from_date = 2024-01-01
time_zone = "UTC"
grace_hours = 24

[limits]
threads = 1

[sources.connectwise_companies]
path = "companies.json"
[sources.connectwise_contacts]
path = "contacts.json"
[sources.connectwise_statuses]
path = "statuses.json"
[sources.portal_mappings]
path = "mappings.csv"
shape = "table"
[sources.sync_runs]
path = "syncs.csv"
shape = "table"
date_order = "ymd"
[sources.accounting_invoices]
path = "invoices.csv"
shape = "table"
date_order = "ymd"
{accounting}
[sources.portal_invoices]
path = "portal.csv"
shape = "table"
date_order = "ymd"
as_of = "{listed_at}"
{portal}
"""

Row = Mapping[str, object]


def invoice(number: int, **others: object) -> dict[str, object]:
    """An open invoice of 100 dollars, as accounting has it."""
    return {
        "invoice_id_acct": f"A{number}", "invoice_number": f"INV-{number}", "customer_id_acct": "C1",
        "customer_name": "Larkfield Bakery", "document_type": "invoice", "document_status": "open",
        "total_amount": "100.00", "balance_amount": "100.00", "currency_code": "USD", "invoice_date": "2026-11-10",
        "due_date": "2026-12-10", "created_at": CHANGED_AT, "modified_at": CHANGED_AT,
    } | others  # fmt: skip


def shown(number: int, **others: object) -> dict[str, object]:
    """The same invoice, as the portal's list has it."""
    return {
        "portal_invoice_id": f"P{number}", "invoice_id_acct": f"A{number}", "invoice_number": f"INV-{number}",
        "customer_id_acct": "C1", "company_id_cw": "101", "total_amount": "100.00", "balance_amount": "100.00",
        "currency_code": "USD",
    } | others  # fmt: skip


class World:
    """The folder of a provider; what is not said stays as it is from one run to the next."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Write what never changes.

        Args:
            folder: where.
            settings: further lines of [sources.accounting_invoices] and of [sources.portal_invoices], by `accounting`
                and `portal`.
        """
        self.folder, self._runs = folder, 0
        self.settings = {"accounting": "", "portal": "", "listed_at": LISTED_AT} | settings
        company = {
            "id": 101, "identifier": "LARKFIELD", "name": "Larkfield Bakery", "status": {"id": 1, "name": "Active"},
            "types": [{"id": 1, "name": "Client"}], "deletedFlag": False,
        }  # fmt: skip
        contact = {
            "id": 501, "firstName": "Ada", "lastName": "Lark", "company": {"id": 101}, "inactiveFlag": False,
            "portalSecurityLevel": 6, "disablePortalLoginFlag": False, "defaultFlag": True,
            "communicationItems": [
                {"type": {"name": "Email"}, "value": "ada@larkfield.example", "defaultFlag": True,
                 "communicationType": "Email"}
            ],
        }  # fmt: skip
        for name, rows in {
            "companies": [company],
            "contacts": [contact],
            "statuses": [{"id": 1, "name": "Active", "inactiveFlag": False}],
        }.items():
            (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        self.write(
            "mappings", [{"customer_id_acct": "C1", "customer_name": "Larkfield Bakery", "company_id_cw": "101"}]
        )
        self.syncs(*(f"2026-11-{day:02d}" for day in range(2, 28)), "2026-11-28")

    def write(self, name: str, rows: Sequence[Row]) -> None:
        """A CSV file of rows that have the same columns."""
        with (self.folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def syncs(self, *days: str) -> None:
        """Syncs that succeeded, at three in the morning of these days."""
        self.write("syncs", [
            {"started_at": f"{day}T03:00:00Z", "from_at": "2026-11-01", "finished_at": f"{day}T03:05:00Z",
             "run_status": "succeeded"}
            for day in days
        ])  # fmt: skip

    def run(self, invoices: Sequence[Row], portal: Sequence[Row]) -> RunOutcome:
        """A run on these invoices and this list; each is a second after the one before."""
        self.write("invoices", invoices)
        self.write("portal", portal)
        path = self.folder / "billsight.toml"
        path.write_text(_CONFIGURATION.format(**self.settings), encoding="utf-8")
        self._runs += 1
        return reconcile(load(path, {}), Run(f"run-{self._runs}", AS_OF.replace(second=self._runs)))
