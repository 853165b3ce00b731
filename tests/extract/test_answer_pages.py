"""Answers that say that they hold only a part of a list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from etl.domain import AnswerPart
from etl.pipeline.source_scopes import _misses
from tests.support.xml_answers import INVOICES, QBO, QBO_INVOICE, XERO, intacct

RECORD = {"Id": "5", "DocNumber": "5", "CustomerRef": {"value": "4"}, "TxnDate": "2026-10-01", "TotalAmt": 9}
CONTACT = {"ContactID": "c", "Name": "Tern"}
XERO_RECORD = {"InvoiceID": "x", "InvoiceNumber": "I-1", "Type": "ACCREC", "Contact": CONTACT, "Total": 9}
COUNTERS = "<pagination><page>2</page><pageSize>1</pageSize><pageCount>3</pageCount></pagination><Invoices>"
FILES = {
    "xero.xml": (XERO.format(status="OK", kind="ACCREC").replace("<Invoices>", COUNTERS), (2, 2, 3)),
    "xero.json": (
        json.dumps({"pagination": {"page": 1, "pageSize": 100, "itemCount": 150}, "Invoices": [XERO_RECORD]}),
        (1, 1, 2),
    ),
    "intacct.xml": (intacct().replace('count="1"', 'count="1" totalcount="41"'), (41, 41, 41)),
    "online.xml": (
        QBO.format(QBO_INVOICE).replace("<QueryResponse", '<QueryResponse startPosition="31" maxResults="1"'),
        (31, 31, 31),
    ),
    "online.json": (
        json.dumps({"QueryResponse": {"Invoice": [RECORD], "startPosition": 1, "maxResults": 1, "totalCount": 7}}),
        (1, 1, 7),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_an_answer_says_which_part_it_holds(shelf: Any, name: str) -> None:
    """A warning reports it."""
    text, expected = FILES[name]
    shelf.put(name, text)
    found = shelf.read(INVOICES, name)
    assert [(part.begins, part.ends, part.whole) for part in found.parts] == [expected]
    assert [said for said in found.warnings if "only a part" in said]


@pytest.mark.parametrize(
    ("parts", "is_cut"),
    [
        ([(1, 1, 3)], True),
        ([(1, 1, 3), (3, 3, 3)], True),
        ([(1, 1, 3), (3, 3, 3), (2, 2, 3)], False),
        ([(1, 100, 100), (101, 130, 130)], False),
        ([(101, 130, 130)], True),
        ([(1, 1, 2), (2, 2, 2), (1, 1, 2)], True),
        ([(1, 1, 1)], False),
    ],
)
def test_parts_are_whole_together(parts: list[tuple[int, int, int]], *, is_cut: bool) -> None:
    """All pages in one source are the whole list."""
    assert _misses([AnswerPart("Invoices", *part) for part in parts]) == is_cut
