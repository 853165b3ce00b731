"""Files that cannot be understood are refused: what was found, what was expected, what to do."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import zstandard

from tests.support.zip_archives import zipped

COMPANIES = json.dumps([{"id": number, "name": f"Company {number}"} for number in range(3)], indent=1)
CONTACTS = json.dumps([{"id": 1, "firstName": "Ann", "communicationItems": []}])
INVOICES = "id,doc_number,customer_id,txn_date,total\n1,INV-1,7,2026-01-05,100.00\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b" \r\n\t", "an empty file"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"<?xml version='1.0'?><!-- <Response> --><n:Orders xmlns:n='x'/>", "an XML file (<Orders>)"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page (HTML)"),
        (zipped({"invoices.csv": "x"}), "a zip archive (invoices.csv)"),
        (zipped({"mimetype": "x", "content.xml": "<a/>"}), "an OpenDocument file, such as LibreOffice writes"),
        (zipped({"invoices.csv": "x"})[:40], "cut off or damaged"),
        (b"!CUST\tNAME\nCUST\tAcme\n", "1 CUST records"),
        (bytes(range(1, 9)) * 50, "a binary file"),
        (b"\x89PNG\r\n", "an image"),
        (b"PAR1 and then nothing", "a Parquet file that cannot be read"),
        (gzip.compress(INVOICES.encode(), mtime=0)[:-9], "a compressed file that ends too early"),
        (zstandard.ZstdCompressor().compress(INVOICES.encode())[:-3], "a compressed file that ends too early"),
        (b"\x1f\x8b\x08 no gzip at all", "compressed file"),
    ],
)
def test_files_that_are_nothing_we_read(shelf: Any, content: bytes, found: str) -> None:
    """The content says what a file is; its name does not."""
    shelf.put("invoices.csv", content)
    (problem,) = shelf.problems("accounting_invoices", "invoices.csv")
    assert found in problem.found
    assert problem.where == "invoices.csv"
    assert problem.remedy


@pytest.mark.parametrize("cut", [5, 30, 60, len(COMPANIES) - 3, len(COMPANIES) - 1])
def test_an_answer_that_is_cut_off_is_refused(shelf: Any, cut: int) -> None:
    """Half a list would make every company behind the cut look missing."""
    shelf.put("c.json", COMPANIES[:cut])
    (problem,) = shelf.problems("connectwise_companies", "c.json")
    assert "cut off" in problem.found
    assert problem.line is not None


def test_an_answer_that_is_cut_off_tells_how_far_it_goes(shelf: Any) -> None:
    """The records before the cut are counted, so that a person sees which page it was."""
    invoices = [{"Id": str(number), "CustomerRef": {"value": "7"}, "TotalAmt": 5} for number in range(9)]
    shelf.put("i.json", json.dumps({"QueryResponse": {"Invoice": invoices}})[:-40])
    (problem,) = shelf.problems("accounting_invoices", "i.json")
    assert "cut off after 8 complete records" in problem.found


def test_the_last_line_of_ndjson_that_is_cut_off_is_refused(shelf: Any) -> None:
    """The same holds line by line, and the line is reported."""
    shelf.put("c.ndjson", '{"id": 1, "name": "A"}\n{"id": 2, "na')
    (problem,) = shelf.problems("connectwise_companies", "c.ndjson")
    assert "cut off after 1 complete records" in problem.found
    assert problem.line == 2


def test_an_answer_that_is_no_json_is_refused(shelf: Any) -> None:
    """The place is reported."""
    shelf.put("c.json", '[{"id": 1, "name": "A"},\n {"id": 2; "name": "B"}, {"id": 3, "name": "C"}]')
    (problem,) = shelf.problems("connectwise_companies", "c.json")
    assert "not JSON" in problem.found
    assert problem.line == 2


def test_an_open_quotation_mark_is_refused(shelf: Any) -> None:
    """It swallows every row behind it, so nothing behind it can be believed; the line on which it opens is reported."""
    rows = "".join(f"{number},INV-{number},7,2026-01-05,100.00\n" for number in range(2, 60))
    shelf.put("i.csv", INVOICES + '1,"INV-1,7,2026-01-05,5\n' + rows)
    (problem,) = shelf.problems("accounting_invoices", "i.csv")
    assert "never closed" in problem.found
    assert problem.line == 3


def test_a_file_of_another_relation_is_told_what_it_is(shelf: Any) -> None:
    """Contacts given as companies are recognised as contacts."""
    shelf.put("c.json", CONTACTS)
    (problem,) = shelf.problems("connectwise_companies", "c.json")
    assert "ConnectWise contacts" in problem.found
    assert "[sources.connectwise_contacts]" in problem.remedy


def test_a_file_of_another_shape_is_told_what_it_is(shelf: Any) -> None:
    """A shape that was set wrong is a clear error, not an empty run."""
    shelf.put("i.json", json.dumps([{"InvoiceID": "1", "Contact": {"ContactID": "7"}}]))
    (problem,) = shelf.problems("accounting_invoices", "i.json", shape="quickbooks_online_json")
    assert "xero_json" in problem.found
    shelf.put("i.csv", INVOICES)
    (problem,) = shelf.problems("accounting_invoices", "i.csv", shape="xero_csv")
    assert "(table)" in problem.found


@pytest.mark.parametrize("shape", ["xero_json", "quickbooks", "connectwise_json "])
def test_a_shape_that_a_relation_does_not_have_is_told(shelf: Any, shape: str) -> None:
    """The shapes that it has are listed."""
    shelf.put("c.json", COMPANIES)
    (problem,) = shelf.problems("connectwise_companies", "c.json", shape=shape)
    assert shape in problem.found
    assert "connectwise_json" in problem.expected


def test_other_records_of_the_same_system_are_not_taken(shelf: Any) -> None:
    """A company type has an id and a name, too."""
    shelf.put("t.json", json.dumps([{"id": 5, "name": "Partner", "vendorFlag": False}]))
    (problem,) = shelf.problems("connectwise_companies", "t.json")
    assert "vendorFlag" in problem.found


def test_an_error_saved_as_an_answer_is_shown(shelf: Any) -> None:
    """A script that saved the error message of the API is found out."""
    shelf.put("c.json", json.dumps({"code": "Unauthorized", "message": "Invalid credentials"}))
    (problem,) = shelf.problems("connectwise_companies", "c.json")
    assert "records with code, message" in problem.found


def test_required_columns_that_are_missing_are_told_with_the_header(shelf: Any) -> None:
    """The user sees the header that was found and every column it lacks."""
    shelf.put("i.csv", "Invoice Number,Memo\nINV-1,x\n")
    (problem,) = shelf.problems("accounting_invoices", "i.csv")
    assert "the header Invoice Number, Memo" in problem.found
    for column in ("customer_id_acct", "invoice_date", "total_amount"):
        assert column in problem.expected


def test_a_caption_that_is_there_twice_is_told(shelf: Any) -> None:
    """Nobody knows which of two totals is meant; all captions that occur twice are reported."""
    shelf.put("i.csv", "id,doc_number,customer_id,txn_date,Total,total,txn_date\n1,INV-1,7,2026-01-05,1,2,2026-01-05\n")
    problems = shelf.problems("accounting_invoices", "i.csv")
    assert ["txn_date" in problem.found or "otal" in problem.found for problem in problems] == [True, True]


def test_an_encoding_that_does_not_fit_is_told(shelf: Any) -> None:
    """A wrong setting is the user's to mend."""
    shelf.put("i.csv", INVOICES.replace("INV", "Ünv").encode("cp1252"))
    assert "not utf-8" in shelf.problems("accounting_invoices", "i.csv", encoding="utf-8")[0].found
    assert "encoding = 'klingon'" in shelf.problems("accounting_invoices", "i.csv", encoding="klingon")[0].found


def test_columns_beside_an_answer_are_told(shelf: Any) -> None:
    """Captions are for tables; an answer has its own names."""
    shelf.put("c.json", COMPANIES)
    (problem,) = shelf.problems("connectwise_companies", "c.json", columns={"company_id_cw": "id"})
    assert "a table" in problem.expected
    (problem,) = shelf.problems(
        "connectwise_companies", "c.json", shape="connectwise_json", columns={"company_id_cw": "id"}
    )
    assert "columns together with shape" in problem.found


@pytest.mark.parametrize(
    ("relation", "name", "inner"),
    [("connectwise_companies", "types", {"vendorFlag": False, "defaultFlag": True}),
     ("connectwise_contacts", "communicationItems", {"communicationType": "Email", "contactId": 1, "value": "a@a.it"}),
     ("connectwise_companies", "agreements", {"agreementStatus": "Active", "company": {}})],
)  # fmt: skip
def test_what_lies_inside_a_record_does_not_refuse_it(
    shelf: Any, relation: str, name: str, inner: dict[str, Any]
) -> None:
    """A list of its own is refused by the same keys."""
    own = {"firstName": "Ann"} if relation == "connectwise_contacts" else {"identifier": "A", "name": "A"}
    shelf.put("r.json", [{"id": 1, **own, name: [inner]}])
    assert shelf.read(relation, "r.json").frame.height == 1
    shelf.put("inner.json", [inner])
    assert "billsight does not need this list" in shelf.problems(relation, "inner.json")[0].found
