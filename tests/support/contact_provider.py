"""A provider of four clients into which nobody can look yet: for decisions about access."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.config import load
from etl.domain import Run
from etl.pipeline.run import RunOutcome, reconcile
from etl.review.contacts.contact_register import ContactRegister
from tests.support.decision_files import Rows, decide, save

AS_OF: Final = datetime(2026, 11, 12, 6, tzinfo=UTC)
NAMES: Final = {"501": "Cobblewick Joinery", "502": "Saltmarsh Optics", "503": "Thornbury Kennels", "504": "Elm Dental"}
LEVEL: Final = "portal_security_level"
_SETTINGS: Final = """
[portal]
minimum_security_level = 5
sync_from_date = 2026-11-01
access = "levels"
[limits]
threads = 1
"""
PEOPLE: Final[Mapping[str, Mapping[str, str]]] = {
    "61": {
        "first_name": "Wanda", "company_id_cw": "501", LEVEL: "2", "default_email": "wanda@cobblewick.example",
        "is_default_billing": "true",
    },
    "62": {"first_name": "Theo", "company_id_cw": "501", LEVEL: "", "default_email": "theo@cobblewick.example"},
    "63": {
        "first_name": "Tess", "company_id_cw": "502", LEVEL: "3", "default_email": "tess@saltmarsh.example",
        "is_default_billing": "true",
    },
    "64": {"first_name": "Noor", "company_id_cw": "503", LEVEL: "6", "default_email": "", "is_default_billing": "true"},
    "65": {"first_name": "Gus", "company_id_cw": "504", LEVEL: "1", "default_email": "gus@elm.example"},
    "66": {
        "first_name": "Ida", "company_id_cw": "504", LEVEL: "1", "default_email": "ida@elm.example",
        "is_inactive": "true",
    },
}  # fmt: skip
"""Contact -> what it has: 61 to 64 are billing contacts, 65 is not, 66 is inactive."""


def made(folder: Path, changed: Mapping[str, Mapping[str, str] | None] | None = None) -> Path:
    """The provider, with contacts changed or, where that says null, removed."""
    folder.mkdir(exist_ok=True)
    tables: dict[str, list[Mapping[str, str]]] = {
        "connectwise_companies": [
            {"company_id_cw": one, "company_name": name, "status_name": "Active", "is_status_inactive": "false"}
            for one, name in NAMES.items()
        ],
        "connectwise_contacts": _contacts(changed or {}),
        "accounting_customers": [
            {"customer_id_acct": f"c{one}", "customer_name": name, "is_active": "true"} for one, name in NAMES.items()
        ],
        "accounting_invoices": [
            {
                "invoice_id_acct": one, "invoice_number": f"7{one}", "customer_id_acct": f"c{one}",
                "customer_name": name, "document_type": "invoice", "document_status": "open",
                "invoice_date": "2026-11-10", "total_amount": "120", "balance_amount": "120", "currency_code": "USD",
                "created_at": "2026-11-10T09:00:00Z",
            }
            for one, name in NAMES.items()
        ],
        "portal_mappings": [
            {"customer_id_acct": f"c{one}", "customer_name": name, "company_id_cw": one, "company_name": name}
            for one, name in NAMES.items()
        ],
    }  # fmt: skip
    sources = "".join(f'[sources.{name}]\npath = "{name}.csv"\nshape = "table"\n' for name in tables)
    (folder / "billsight.toml").write_text(_SETTINGS + sources, encoding="utf-8")
    for name, rows in tables.items():
        _save(folder / f"{name}.csv", rows)
    return folder


def _contacts(changed: Mapping[str, Mapping[str, str] | None]) -> list[Mapping[str, str]]:
    common = {"last_name": "Quill", "is_inactive": "false", "is_login_disabled": "false", "is_default_billing": "false"}
    rows: list[Mapping[str, str]] = []
    for contact, person in PEOPLE.items():
        change = changed.get(contact, {})
        if change is not None:
            rows.append({"contact_id_cw": contact, **common, **person, **change})
    return rows


def _save(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO(newline="")
    names = sorted({name for row in rows for name in row})
    table = csv.DictWriter(text, names, restval="")
    table.writeheader()
    table.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def run(folder: Path, run_id: str, as_of: datetime = AS_OF) -> RunOutcome:
    """A run on the provider."""
    return reconcile(load(folder / "billsight.toml"), Run(run_id, as_of))


def listed(folder: Path) -> Rows:
    """The rows of contact_fixes.csv of the latest run."""
    text = (folder / "out" / "latest" / "contact_fixes.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def row(folder: Path, company: str) -> dict[str, str]:
    """The row of one company."""
    return next(one for one in listed(folder) if one["cw_company_id"] == f"CW-{company}")


def states(folder: Path) -> dict[str, str]:
    """Company -> state, as contact_fixes.csv has it."""
    return {one["cw_company_id"].removeprefix("CW-"): one["state"] for one in listed(folder)}


def held(folder: Path) -> dict[str, tuple[str, str | None]]:
    """Company -> the decision that holds, and its contact."""
    current = ContactRegister.open(folder / "state" / "register.sqlite").current()
    return {row[0]: row[1:] for row in current.select("company_id_cw", "decision", "contact_id_cw").iter_rows()}


def imports(folder: Path) -> int:
    """Acts in the register that are about contacts."""
    return ContactRegister.open(folder / "state" / "register.sqlite").log()["import_id"].n_unique()


def approve(folder: Path, *companies: str) -> Path:
    """A file that approves the proposed contact of these companies."""
    return save(folder / "d.csv", decide([row(folder, one) for one in companies], "approve"))
