"""A bookkeeper who keeps the books of two clients with one login, and a portal whose client profiles decide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.report.why import explain, to_json, to_text
from tests.support import provider_runs

BOOKKEEPER = "wanda@ledger-and-quill.example"
SETTINGS = """
[portal]
minimum_security_level = 5
sync_from_date = 2026-11-01
"""
TABLES = {
    "connectwise_companies": (
        "company_id_cw,company_name,status_name,is_status_inactive,is_deleted",
        "501,Cobblewick Joinery,Active,false,false",
        "502,Saltmarsh Optics,Active,false,false",
        "503,Thornbury Kennels,Active,false,false",
        "504,Old Saltmarsh Optics,Active,false,true",
    ),
    "connectwise_contacts": (
        (
            "contact_id_cw,first_name,last_name,company_id_cw,is_inactive,portal_security_level,is_login_disabled,"
            "default_email"
        ),
        "61,Wanda,Quill,501,false,6,false,wanda@ledger-and-quill.example",
        "62,Wanda,Quill,502,false,6,false,Wanda@Ledger-and-Quill.example",
        "63,Theo,Marsh,503,false,2,false,theo@thornbury.example",
        "64,Tess,Marsh,503,false,6,false,tess@thornbury.example",
        "65,Tess,Marsh,504,false,6,false,tess@thornbury.example",
    ),
    "accounting_customers": (
        "customer_id_acct,customer_name,is_active",
        "c1,Cobblewick Joinery,true",
        "c2,Saltmarsh Optics,true",
        "c3,Thornbury Kennels,true",
    ),
    "accounting_invoices": (
        (
            "invoice_id_acct,invoice_number,customer_id_acct,customer_name,document_type,document_status,invoice_date,"
            "total_amount,balance_amount,currency_code,created_at"
        ),
        "1,7001,c1,Cobblewick Joinery,invoice,open,2026-11-10,120,120,USD,2026-11-10T09:00:00Z",
        "2,7002,c2,Saltmarsh Optics,invoice,open,2026-11-10,130,130,USD,2026-11-10T09:00:00Z",
        "3,7003,c3,Thornbury Kennels,invoice,open,2026-11-10,140,140,USD,2026-11-10T09:00:00Z",
    ),
    "portal_invoices": (
        (
            "portal_invoice_id,invoice_id_acct,invoice_number,customer_id_acct,company_id_cw,total_amount,balance_amount,"
            "currency_code"
        ),
        "P1,1,7001,c1,501,120,120,USD",
        "P2,2,7002,c2,502,130,130,USD",
        "P3,3,7003,c3,503,140,140,USD",
    ),
    "portal_mappings": (
        "customer_id_acct,customer_name,company_id_cw,company_name",
        "c1,Cobblewick Joinery,501,Cobblewick Joinery",
        "c2,Saltmarsh Optics,502,Saltmarsh Optics",
        "c3,Thornbury Kennels,503,Thornbury Kennels",
    ),
}
ONE_LOGIN = (
    "one login, two clients (501 Cobblewick Joinery, 502 Saltmarsh Optics): check that both show after signing in"
)

Published = Callable[[str], Path]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The run of this provider, by what gives access."""
    folders: dict[str, Path] = {}

    def by(access: str) -> Path:
        if access not in folders:
            folder = tmp_path_factory.mktemp(access)
            sources = "".join(f'[sources.{name}]\npath = "{name}.csv"\nshape = "table"\n' for name in TABLES)
            (folder / "billsight.toml").write_text(f'{SETTINGS}access = "{access}"\n{sources}', encoding="utf-8")
            for name, lines in TABLES.items():
                (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
            folders[access] = provider_runs.run(folder, as_of=datetime(2026, 11, 12, 6, tzinfo=UTC)).folder
        return folders[access]

    return by


def _answers(folder: Path) -> dict[str, tuple[str, str, str]]:
    rows = pl.read_parquet(folder / "invoices.parquet").to_dicts()
    return {row["invoice_number"]: (row["state"], row["causes"], row["unknown_checks"]) for row in rows}


def test_a_login_with_two_clients_blocks_neither(published: Published) -> None:
    """Both are unknown; a second login at a company in the recycle bin leaves the third as it is."""
    assert _answers(published("levels")) == {
        "7001": ("unknown", "", "DUPLICATE_LOGIN_EMAIL"),
        "7002": ("unknown", "", "DUPLICATE_LOGIN_EMAIL"),
        "7003": ("visible", "", ""),
    }


def test_why_names_the_clients_of_the_login(published: Published) -> None:
    """What to check, once for the invoice and once for the person who asks; merging is never a word."""
    database = published("levels") / "run.duckdb"
    text = to_text(explain(database, "7002", BOOKKEEPER.upper()))
    assert "  unknown      contact          E-mail shared with another contact? Wanda Quill" in text
    assert text.count(ONE_LOGIN) == 2
    assert "it is not known whether this person can see invoices in the portal" in text
    assert re.search(r"\bmerge\b", text, re.IGNORECASE) is None
    (told,) = json.loads(to_json(explain(database, "7001", BOOKKEEPER)))
    assert told["contact"]["company_id_cw"] == "501"
    assert told["contact"]["login_companies"] == ["501 Cobblewick Joinery", "502 Saltmarsh Optics"]


def test_why_says_which_client_a_stranger_to_the_invoice_has(published: Published) -> None:
    """The bookkeeper asks for an invoice of a third client."""
    text = to_text(explain(published("levels") / "run.duckdb", "7003", BOOKKEEPER))
    assert "cannot see it. The contact belongs to company 501 Cobblewick Joinery" in text
    assert ONE_LOGIN in text
    # one client, and a copy of the contact in the recycle bin
    alone = to_text(explain(published("levels") / "run.duckdb", "7003", "tess@thornbury.example"))
    assert alone.endswith("Tess Marsh <tess@thornbury.example>: can see it\n")


@pytest.mark.parametrize("access", ["levels", "profiles"])
def test_no_file_says_merge_and_nobody_is_to_be_changed(published: Published, access: str) -> None:
    """Neither the contacts' fixes nor the page."""
    folder = published(access)
    assert pl.read_csv(folder / "contact_fixes.csv", infer_schema=False).is_empty()
    assert "merge the contacts" not in (folder / "report.html").read_text(encoding="utf-8").lower()


def test_where_client_profiles_decide_nothing_is_visible_and_nothing_blocked(published: Published) -> None:
    """Access is not checked, and both the report and `why` say so."""
    folder = published("profiles")
    for state, causes, unknown in _answers(folder).values():
        assert (state, causes) == ("unknown", "")
        assert "NO_PORTAL_PROFILE" in unknown
    remarks = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["run"]["remarks"]
    assert any("access is not checked" in remark for remark in remarks)
    text = to_text(explain(folder / "run.duckdb", "7003", "theo@thornbury.example"))
    assert "client profiles decide, and they were not read; levels are only hints" in text
    assert "cannot see invoices in the portal" not in text
