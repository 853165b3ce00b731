"""A provider who exports nothing but list views: companies, contacts and Invoice Search, none of them with a RecID."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.warehouse.engine import published
from tests.support.command_results import Billsight

COMPANIES = """\
Company Name,Company ID,Type,City
Quill Farm,QuillFarm,Client,Leeds
Brack Dental,Brack,Client,York
North Pier,NorthOne,Client,Hull
North Pier,NorthTwo,Client,Ripon
"""
CONTACTS = """\
First Name,Last Name,Company,Email
Ann,Lee,Quill Farm,ann@quill.example
Bo,Ray,North Pier,bo@pier.example
"""
CAPTIONS = (
    "Invoice,Ticket #,Invoice Total,Date,Due Date,Status,Invoice Type,Open/Closed,Invoice Balance,Bill To,Company Name,"
    "Company ID,GL Batch"
)
CLIENTS = {"Ledger One": ("Quill Farm", "QuillFarm", 7000), "Ledger Two": ("North Pier", "NorthTwo", 8000)}
TYPES = ("Agreement", "Standard", "Progress", "Miscellaneous", "DownPayment", "Standard")


def _billed() -> str:
    lines = [
        f'{first + place},,"${first + place}.00",10/1/2026,10/31/2026,Sent,{word},Closed,"${first + place}.00",'
        f"{name},{name},{identifier},B-1"
        for name, identifier, first in CLIENTS.values()
        for place, word in enumerate(TYPES)
    ]
    return "\n".join([CAPTIONS, *lines]) + "\n"


def _booked() -> str:
    lines = [
        f"10/01/2026,Invoice,{first + place},{customer},,10/31/2026,{first + place}.00,{first + place}.00"
        for customer, (_, _, first) in CLIENTS.items()
        for place in range(len(TYPES))
    ]
    return "\n".join(["Date,Transaction type,Num,Name,Memo,Due date,Amount,Open balance", *lines]) + "\n"


def _put(folder: Path, name: str, text: str, kind: str) -> None:
    if kind == "csv":
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    book.save(folder / f"{name}.xlsx")


def _provider(folder: Path, kind: str = "csv", **changed: str) -> Path:
    given = {"companies": COMPANIES, "contacts": CONTACTS, "invoice_search": _billed()} | changed
    for name, text in given.items():
        _put(folder, name, text, kind)
    _put(folder, "invoice_list", _booked(), "csv")
    return folder / "billsight.toml"


def _mapped(folder: Path) -> dict[str, str | None]:
    with published(folder / "out" / "latest" / "run.duckdb") as engine:
        return dict(engine.rows("select customer_id_acct, company_id_cw from matching.mappings"))


def _summary(folder: Path) -> Any:
    return json.loads((folder / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_views_are_enough_for_a_run(tmp_path: Path, billsight: Billsight, kind: str) -> None:
    """Numbers and totals prove the company behind a strange name; what the lists cannot say stays unknown."""
    config = _provider(tmp_path, kind)
    found = billsight("init", tmp_path)
    assert found.code == 0
    for name in ("companies", "contacts", "invoice_search"):
        assert f"{name}.{kind}: ConnectWise " in found.out
    checked = billsight("check", "--config", config)
    assert checked.code == 0
    assert "2 rows name a company; joined: 1 by a name that only one company has; not joined: 1" in checked.out
    assert "12 rows name a company; joined: 12 by Company ID" in checked.out
    assert checked.out.count("the list of companies has no RecID") == 1
    assert "does not know this word" not in checked.out
    assert billsight("run", "--config", config).code == 0
    assert _mapped(tmp_path) == {"Ledger One": "ID:QuillFarm", "Ledger Two": "ID:NorthTwo"}
    remarks = [text for text in _summary(tmp_path)["run"]["remarks"] if "portal security level" in text]
    assert len(remarks) == 1


def test_a_contact_of_one_of_two_namesakes_leaves_open_who_can_look(tmp_path: Path, billsight: Billsight) -> None:
    """Bo may be at either North Pier: neither is said to have no contact. Brack Dental has none, for sure."""
    booked = {"Ledger Two": ("Brack Dental", "Brack", 8000)}
    config = _provider(tmp_path)
    billsight("init", tmp_path)
    billsight("run", "--config", config)
    told = billsight("why", "8001", "--config", config).out
    assert "the contacts' export does not say whether somebody here can see invoices" in told
    assert "[NO_CONTACT]" not in told
    name, identifier, _ = booked["Ledger Two"]
    _put(tmp_path, "invoice_search", _billed().replace("NorthTwo", identifier).replace("North Pier", name), "csv")
    billsight("run", "--config", config)
    assert _mapped(tmp_path)["Ledger Two"] == "ID:Brack"
    told = billsight("why", "8001", "--config", config).out
    assert "does not say whether somebody here can see invoices" not in told


def test_a_name_of_two_companies_proves_nothing(tmp_path: Path, billsight: Billsight) -> None:
    """Invoice Search without its Company ID: six numbers and totals agree, and whose they are is not known."""
    lines = [line.split(",") for line in _billed().splitlines()]
    config = _provider(tmp_path, invoice_search="\n".join(",".join(cells[:-2] + cells[-1:]) for cells in lines) + "\n")
    billsight("init", tmp_path)
    ended = billsight("run", "--config", config)
    assert ended.code == 0
    assert _mapped(tmp_path) == {"Ledger One": "ID:QuillFarm", "Ledger Two": None}
