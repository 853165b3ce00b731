"""The reader of XML: damaged files, attacks, encodings, limits, and whatever else may come."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InputError
from etl.extract.formats import xml_records
from etl.extract.formats.json_records import JsonRecord
from etl.extract.formats.xml_layouts import find_root
from etl.extract.formats.xml_records import XmlAnswer
from tests.support.xml_answers import AMOUNTS, INVOICES, qbxml

BOMB = '<!DOCTYPE QBXML [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><QBXML><QBXMLMsgsRs/></QBXML>'
OUTSIDE = '<!DOCTYPE QBXML [<!ENTITY a SYSTEM "file:///etc/hostname">]><QBXML><QBXMLMsgsRs>&a;</QBXMLMsgsRs></QBXML>'
CASES = {
    "entities": (BOMB, "declarations of its own", None),
    "a file outside": (OUTSIDE, "declarations of its own", None),
    "an entity of elsewhere": ('<!DOCTYPE QBXML SYSTEM "qb.dtd"><QBXML><QBXMLMsgsRs>\n&a;', "the entity &a;", 2),
    "an unknown entity": ("<QBXML>\n<QBXMLMsgsRs>&a;", "text that is not XML", 2),
    "cut off": (qbxml(AMOUNTS, AMOUNTS)[:-60], "cut off after 2 complete records", 12),
    "damaged": (qbxml(AMOUNTS).replace("</TxnDate>", "</TxnDat>"), "text that is not XML", 11),
    "two answers": (qbxml(AMOUNTS) + qbxml(AMOUNTS), "behind the end of the answer", 15),
    "two roots": ("<QBXML><QBXMLMsgsRs/></QBXML>\n<QBXML/>", "behind the end of the answer", 2),
    "a text behind": ("<QBXML><QBXMLMsgsRs/></QBXML>\nok", "behind the end of the answer", 2),
    "too deep": ("<QBXML>" + "<a>" * 40, "nested too deeply", 1),
    "no list": ("<QBXML/>", "no list of records", None),
    "another encoding": ('<?xml version="1.0" encoding="utf-16"?><QBXML/>', "not in the encoding", 1),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?><QBXML/>', "encoding", 1),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_files_are_one_clear_error(shelf: Any, case: str) -> None:
    """Each with its line, where there is one; nothing is expanded, and nothing outside is read."""
    content, found, line = CASES[case]
    shelf.put("a.xml", content)
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert found in problem.found
    assert problem.line == line
    assert "hostname" not in str(problem)


def test_bytes_that_are_not_utf_8(shelf: Any) -> None:
    """They are reported as such, and the setting that reads them is named."""
    data = qbxml(AMOUNTS).replace("Nordic", "Nørdic").encode("cp1252")
    shelf.put("a.xml", data)
    (problem,) = shelf.problems(INVOICES, "a.xml")
    assert "not in the encoding" in problem.found
    assert problem.line == 6
    assert "encoding" in problem.remedy
    named = shelf.rows(INVOICES, "a.xml", encoding="cp1252")
    declared = data.replace(b'version="1.0"', b'version="1.0" encoding="windows-1252"')
    shelf.put("b.xml", declared)
    assert named == shelf.rows(INVOICES, "b.xml")
    assert named[0]["customer_name"] == "Nørdic Dental:Harbor"


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_the_bytes_show(shelf: Any, written: str) -> None:
    """PowerShell changes the encoding of a file and leaves what it declares."""
    text = "\n" * (written == "utf-8-sig") + qbxml(AMOUNTS).replace('"1.0"', '"1.0" encoding="utf-8"')
    shelf.put("a.xml", text.encode(written))
    assert shelf.rows(INVOICES, "a.xml")[0]["customer_name"] == "Nordic Dental:Harbor"


def test_limits_of_one_record(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no real record reaches is refused before it fills the memory."""
    monkeypatch.setattr(xml_records, "MOST_MEMBERS", 5)
    shelf.put("a.xml", qbxml(AMOUNTS))
    assert "a record of more than 5 elements" in shelf.problems(INVOICES, "a.xml")[0].found
    monkeypatch.setattr(xml_records, "MOST_MEMBERS", 500)
    monkeypatch.setattr(xml_records, "LONGEST", 20)
    shelf.put("b.xml", qbxml(AMOUNTS + f"<Memo>{'x' * 30}</Memo>"))
    assert "a text of more than 20 characters" in shelf.problems(INVOICES, "b.xml")[0].found


def test_a_long_answer_is_read_piece_by_piece(shelf: Any) -> None:
    """Records, sums and lines are those of an independent count."""
    shelf.put("a.xml.gz", qbxml(*[AMOUNTS] * 3_000))
    frame = shelf.read(INVOICES, "a.xml.gz").frame
    assert frame.height == 3_000
    assert sum(map(Decimal, frame["total_amount"])) == 3_000 * Decimal("108.25")
    assert frame["source_line"].to_list() == list(range(11, 3_011))


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)


@given(st.lists(st.dictionaries(st.sampled_from(["TxnID", "RefNumber", "Memo", "Other"]), TEXTS, min_size=1)))
def test_whatever_is_written_is_read(records: list[dict[str, str]]) -> None:
    """Texts, records and their lines survive, however the file is cut into pieces."""
    listed = [
        f"<InvoiceRet>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in record.items())}</InvoiceRet>"
        for record in records
    ]
    text = qbxml().replace("</InvoiceQueryRs>", "\n".join([*listed, "</InvoiceQueryRs>"]))
    answer = XmlAnswer(text.encode(), "a.xml", find_root(text).layout)  # type: ignore[arg-type]
    found = [record for record in answer.records() if record.entity == "InvoiceRet"]
    assert [record.value for record in found] == [
        {key: value if value.strip() else None for key, value in record.items()} for record in records
    ]
    assert [record.problem for record in found] == [None] * len(records)
    first = text[: text.index("<InvoiceQueryRs")].count("\n") + 3
    assert [record.line for record in found] == list(range(first, first + len(records)))


@given(st.integers(0, 1_200), TEXTS, st.sampled_from(["", "<a>", "</b>", "&", "]]>", "<!--", "\0", '<a b="']))
def test_whatever_comes_is_read_or_refused(at: int, text: str, sign: str) -> None:
    """A malformed answer never raises anything but a refusal, which has a line."""
    whole = qbxml(AMOUNTS, AMOUNTS).encode()
    data = whole[:at] + f"{sign}{quoteattr(text)}".encode() + whole[at + len(text) :]
    layout = find_root(whole.decode()).layout
    assert layout is not None
    answer = XmlAnswer(data, "a.xml", layout)
    found: list[JsonRecord] = []
    lines: list[int | None] = [1]
    try:
        found = list(answer.records())
    except InputError as error:
        lines = [problem.line for problem in error.problems]
    assert all(lines)
    assert len(found) <= 3
