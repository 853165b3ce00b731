"""XML and IIF in `init` and `check`: the same file may stand for several lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from etl.config import load
from etl.extract import describe_folder, recognize
from etl.pipeline.first_run import write_configuration
from etl.pipeline.setup import check_sources

IIF = (
    "!CUST\tNAME\tEMAIL\nCUST\tNordic Dental\tap@nordic.example\n"
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tDUEDATE\tPAID\n!SPL\tTRNSTYPE\tACCNT\tAMOUNT\n!ENDTRNS\n"
    'TRNS\tINVOICE\t7/16/26\tReceivables\tNordic Dental\t"1,220.89"\tQ-1\t8/15/26\tY\n'
    'SPL\tINVOICE\tSales\t"-1,220.89"\nENDTRNS\n'
)
GL = "<GLExport><Transactions/></GLExport>"
QBO = (
    '<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><QueryResponse><Vendor><Id>1</Id>'
    "<DisplayName>Paper Ltd</DisplayName></Vendor></QueryResponse></IntuitResponse>"
)


def test_a_file_stands_for_each_of_its_lists(shelf: Any) -> None:
    """Customers and invoices of one file are offered under both names; the counts say which records it holds."""
    shelf.put("books.iif", IIF)
    found = {seen.recognition.relation: seen.note for seen in describe_folder(shelf.folder) if seen.recognition}
    assert found == {
        "accounting_invoices": "1 CUST, 1 INVOICE records",
        "accounting_customers": "1 CUST, 1 INVOICE records",
    }


def test_files_that_are_refused_say_why(shelf: Any) -> None:
    """In `init` as in `run`."""
    shelf.put("gl.xml", GL)
    shelf.put("vendors.xml", QBO)
    shelf.put("xcut.iif", IIF[:-9])
    notes = {seen.name: (seen.recognition, seen.note) for seen in describe_folder(shelf.folder)}
    assert notes == {
        "gl.xml": (None, "a ConnectWise GL export batch (<GLExport>)"),
        "vendors.xml": (None, "1 Vendor records"),
        "xcut.iif": (None, "a transaction without ENDTRNS (it begins in line 6)"),
    }
    assert recognize(shelf.folder / "gl.xml") is None


def test_records_of_another_system_are_not_xeros(shelf: Any) -> None:
    """Many systems call a list Invoices."""
    shelf.put("a.xml", "<Invoices><Invoice><Number>7</Number></Invoice></Invoices>")
    assert recognize(shelf.folder / "a.xml") is None


def test_init_and_check_read_what_a_run_reads(tmp_path: Path, shelf: Any) -> None:
    """The written configuration names the file twice, and `check` counts the rows of each list."""
    shelf.put("books.iif", IIF)
    shelf.put("companies.json", [{"id": 1, "identifier": "Nordic", "name": "Nordic Dental", "status": {"id": 1}}])
    shelf.put("contacts.json", [{"id": 5, "firstName": "Ann", "company": {"id": 1}, "communicationItems": []}])
    told = write_configuration(tmp_path, is_forced=False)
    assert "books.iif: invoices of the accounting package (quickbooks_desktop_iif)" in told
    text = (tmp_path / "billsight.toml").read_text(encoding="utf-8")
    assert text.count('path = "books.iif"') == 2
    checked = check_sources(load(tmp_path / "billsight.toml", {}))
    assert "accounting_invoices: books.iif (QuickBooks Desktop transactions (IIF), dates mdy): 1 rows" in checked
    assert "accounting_customers: books.iif (QuickBooks Desktop customer list (IIF)): 1 rows" in checked
    assert "Everything can be read" in checked
