"""A small provider whose every client is in order: files to be changed, one kind of disorder at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

Row = dict[str, Any]
AS_OF: Final = datetime(2026, 11, 29, 6, tzinfo=UTC)
_FIRST: Final = ("Quill", "Brack", "Oskar", "Thistle", "Mellow", "North", "Zeal", "Umber")
_SECOND: Final = ("Orchards", "Dental", "Freight", "Surveyors")
_SYNC_RUNS: Final[list[Row]] = [
    {"started_at": f"2026-11-{day:02}T05:00:00Z", "from_date": f"2026-11-{day - 1:02}",
     "finished_at": f"2026-11-{day:02}T05:05:00Z", "status": "succeeded"}
    for day in range(2, 30)
]  # fmt: skip
_SETTINGS: Final = """
[portal]
minimum_security_level = 5
sync_from_date = 2026-11-28
first_sync_from_date = 2024-01-01

"""


@dataclass
class Clients:
    """The rows of every file, by relation.

    Attributes:
        settings: what stands in the configuration before the sources.
    """

    folder: Path
    rows: dict[str, list[Row]]
    settings: str = field(default=_SETTINGS)

    def change(self, relation: str, change: Callable[[int, Row], Row | None]) -> Clients:
        """Change every row of a file, by its place; null takes it out."""
        changed = [change(place, dict(row)) for place, row in enumerate(self.rows[relation])]
        self.rows[relation] = [row for row in changed if row is not None]
        return self

    def written(self) -> Path:
        """Write the files and the configuration."""
        sections = []
        for relation, rows in self.rows.items():
            pl.DataFrame(rows, infer_schema_length=None).write_csv(self.folder / f"{relation}.csv")
            sections.append(f'[sources.{relation}]\npath = "{relation}.csv"\n')
        path = self.folder / "billsight.toml"
        path.write_text(self.settings + "\n".join(sections), encoding="utf-8")
        return path


def clients(folder: Path, number: int) -> Clients:
    """So many clients, one open invoice each, all of them shown."""
    names = [f"{_FIRST[place % 8]} {_SECOND[place // 8 % 4]}" for place in range(number)]
    rows: dict[str, list[Row]] = {
        "connectwise_companies": [
            {"RecID": 101 + place, "Company ID": name.replace(" ", "").upper(), "Company Name": name,
             "Status": "Active", "Deleted": "false"}
            for place, name in enumerate(names)
        ],
        "connectwise_contacts": [
            {"RecID": 501 + place, "Company RecID": 101 + place, "First Name": "Kit", "Last Name": f"Farrow{place}",
             "Email Address": f"billing@client{place}.example", "Portal Security Level": 6, "Inactive": "false",
             "Disable Portal Login": "false"}
            for place in range(number)
        ],
        "accounting_customers": [
            {"id": 11 + place, "Customer Name": name, "Active": "true"} for place, name in enumerate(names)
        ],
        "accounting_invoices": [
            {"id": 9001 + place, "Invoice Number": f"INV-{4001 + place}", "Customer ID": 11 + place,
             "Customer Name": name, "Date": "2026-11-10", "Total": f"{100 + place}.00",
             "Balance": f"{100 + place}.00", "Currency": "USD", "Status": "open",
             "Created At": "2026-11-10T09:00:00Z", "Modified At": "2026-11-10T09:00:00Z"}
            for place, name in enumerate(names)
        ],
        "portal_invoices": [
            {"portal_id": f"P{place}", "invoice_id": 9001 + place, "invoice_number": f"INV-{4001 + place}",
             "customer_id": 11 + place, "company_id": 101 + place, "total": f"{100 + place}.00",
             "balance": f"{100 + place}.00", "currency": "USD"}
            for place in range(number)
        ],
        "portal_mappings": [
            {"Customer ID": 11 + place, "Customer Name": name, "Company ID": 101 + place, "Company Name": name}
            for place, name in enumerate(names)
        ],
        "sync_runs": _SYNC_RUNS,
    }  # fmt: skip
    return Clients(folder, rows)
