"""A decided file comes back as whatever a spreadsheet made of it; what is no fix file is refused as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from etl.errors import ExitCode
from tests.support.command_results import Mappings
from tests.support.decision_files import Rows, bare, certain, decide, held, kinds, proposed, save, written

BLANKS = {"a": "", "b": ""}
SAVED: dict[str, Callable[[Rows], bytes]] = {
    "as it was": lambda rows: written(rows).encode("utf-8-sig"),
    "semicolons": lambda rows: written(rows, ";").encode("utf-8-sig"),
    "tabs and UTF-16": lambda rows: written(rows, "\t").encode("utf-16"),
    "Windows-1252": lambda rows: written(rows, ";").encode("cp1252", "replace"),
    "no quotes": lambda rows: "\r\n".join(
        "\t".join(cell.replace("\n", " ") for cell in cells) for cells in [list(rows[0]), *(r.values() for r in rows)]
    ).encode(),
    "a mark read as text": lambda rows: b"\xc3\xaf\xc2\xbb\xc2\xbf" + written(rows, ";").encode(),
    "sep= in front": lambda rows: b"sep=;\r\n" + written(rows, ";").encode(),
    "blank columns and rows": lambda rows: (
        written([row | BLANKS for row in rows]) + "\r\n" + "," * 26 + "\r\n" + "," * 26 + "\r\n"
    ).encode(),
    "dates and numbers rewritten": lambda rows: written(
        [row | {"decided_at": "22.11.2025 10:30", "schema": "2,0", "score": "10,0", "lead": "9,1E-01"} for row in rows]
    ).encode(),
    "apostrophes in front": lambda rows: written([{k: f"'{v}" for k, v in row.items()} for row in rows]).encode(),
    "capitals and blanks": lambda rows: written(
        [row | {"decision": f" {row['decision'].upper()}\u00a0"} for row in rows]
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("saved", SAVED)
def test_a_file_is_read_however_a_spreadsheet_saved_it(folder: Path, mappings: Mappings, saved: str) -> None:
    """Delimiters, encodings, quotes, blanks and numbers differ with the program and its locale."""
    rows = decide(certain(proposed(folder), 3), "approve")
    (folder / "d.csv").write_bytes(SAVED[saved](rows))
    ended = mappings("import", folder / "d.csv")
    assert (ended.code, kinds(ended)) == (ExitCode.COMPLETE, ["apply"] * 3), ended.err
    assert sorted(held(folder)) == sorted((*bare(row), "approved") for row in rows)


def test_the_workbook_comes_back_too(folder: Path, mappings: Mappings) -> None:
    """Decided in a cell, saved, imported; the same fingerprints as the CSV."""
    rows = proposed(folder)
    book = openpyxl.load_workbook(folder / "out" / "latest" / "mapping_fixes.xlsx")
    sheet = book["mapping_fixes"]
    captions = [cell.value for cell in sheet[1]]
    assert captions == list(rows[0])
    prints = [cell.value for cell in sheet[chr(ord("A") + captions.index("row_fp"))][1:]]
    assert prints == [row["row_fp"] for row in rows]
    (row,) = certain(rows, 1)
    sheet.cell(rows.index(row) + 2, captions.index("decision") + 1, "Approve")
    book.save(folder / "d.xlsx")
    ended = mappings("import", folder / "d.xlsx")
    assert (ended.code, kinds(ended)) == (ExitCode.COMPLETE, ["apply"])
    assert f"line {rows.index(row) + 2}: Approve" in ended.out
    assert held(folder) == [(*bare(row), "approved")]


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 nor an old one", b"a,b\n1,2\n", b"\x00" * 100,
     b'"row_fp","decision","acct_customer_id","cw_company_id"\n"open'],
    ids=["empty", "a PDF", "a broken workbook", "a broken old workbook", "another table", "zeros", "an open quote"],
)  # fmt: skip
def test_a_file_that_is_no_fix_file_is_refused_as_a_whole(folder: Path, mappings: Mappings, content: bytes) -> None:
    """With what is wrong with it and what to give instead; what lies beside it is taken."""
    (folder / "bad.csv").write_bytes(content)
    ended = mappings("import", folder / "bad.csv")
    assert (ended.code, ended.out) == (ExitCode.REFUSED, "")
    assert re.search(r"bad\.csv: refused\. .*found .*; expected .*\. \w", ended.err)
    good = save(folder / "good.csv", decide(certain(proposed(folder), 1), "approve"))
    assert mappings("import", folder / "bad.csv", good).code == ExitCode.PARTIAL
    assert len(held(folder)) == 1


@pytest.mark.parametrize("end", [",", "", '"'], ids=["between two fields", "in a field", "behind a field"])
def test_a_file_that_was_cut_off_is_refused(folder: Path, mappings: Mappings, end: str) -> None:
    """Rows behind the cut may be lost, and so may the end of the row before it."""
    text = written(decide(certain(proposed(folder), 3), "approve")).replace("\r\n", "\n")
    head, first, second, _ = text.splitlines(keepends=True)
    half = '","'.join(second.split('","')[:9])
    path = folder / "d.csv"
    path.write_text(head + first + half + {",": '",', "": '"', '"': '","x"'}[end], encoding="utf-8")
    told = mappings("import", path)
    assert told.code == ExitCode.REFUSED
    assert "and no end of the line; expected a whole file. Save or copy the file again" in told.err
    assert held(folder) == []


def test_a_last_line_without_an_end_is_whole_with_all_of_its_fields(folder: Path, mappings: Mappings) -> None:
    """Many programs write none; and some leave away the empty fields at the end of a row."""
    path = folder / "d.csv"
    path.write_text(written(decide(certain(proposed(folder), 1), "approve")).rstrip("\r\n"), encoding="utf-8")
    assert mappings("import", path, "--dry-run").code == ExitCode.COMPLETE
    path.write_text(path.read_text(encoding="utf-8").rstrip('",') + '"\n', encoding="utf-8")
    assert mappings("import", path, "--dry-run").code == ExitCode.COMPLETE
