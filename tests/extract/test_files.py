"""Finding files, and bytes that become text."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from etl.config import Source
from etl.errors import InputError
from etl.extract import find_files
from etl.schemas import RELATIONS

INVOICES = "id,doc_number,customer_id,customer_name,txn_date,total\n1,INV-1,7,Café «Zoë»,2026-01-05,100.00\n"


def test_a_path_is_a_file_a_pattern_a_folder_or_several(shelf: Any) -> None:
    """Each file is found once, sorted, named as the user would name it; a folder gives data files only."""
    for name in ("b/2.json", "b/1.csv.gz", "b/.hidden.csv", "b/notes.md", "b/~$open.xlsx", "a.csv"):
        shelf.put(name, "x")
    assert shelf.find("accounting_invoices", "a.csv") == ["a.csv"]
    assert shelf.find("accounting_invoices", "b") == ["b/1.csv.gz", "b/2.json"]
    assert shelf.find("accounting_invoices", "b/*.json") == ["b/2.json"]
    assert shelf.find("accounting_invoices", ["b", "a.csv", "**/*.csv.gz"]) == ["a.csv", "b/1.csv.gz", "b/2.json"]
    assert shelf.find("accounting_invoices", str(shelf.folder / "*.csv")) == ["a.csv"]


def test_the_digest_is_that_of_the_bytes_on_disk(shelf: Any) -> None:
    """Two runs on the same file can be seen to be so."""
    path = shelf.put("a.csv.gz", "x")
    (file,) = find_files(shelf.folder, Source(path="a.csv.gz"), RELATIONS["accounting_invoices"])
    assert file.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_path_that_finds_nothing_is_told(shelf: Any) -> None:
    """All problems at once."""
    (shelf.folder / "empty").mkdir()
    with pytest.raises(InputError) as refusal:
        shelf.find("accounting_invoices", ["no.csv", "*.json", "empty"])
    found = {problem.where: problem.found for problem in refusal.value.problems}
    assert found == {"no.csv": "no file", "*.json": "no file", "empty": "a folder without data files"}


@pytest.mark.parametrize("name", ["i.csv", "i.csv.gz", "i.csv.zst"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_every_usual_encoding_gives_the_same_row(shelf: Any, name: str, encoding: str) -> None:
    """Byte-order marks, UTF-16 without one, Windows-1252, plain or compressed: the customer has the same name."""
    shelf.put(name, INVOICES.encode(encoding))
    (row,) = shelf.rows("accounting_invoices", name)
    assert (row["customer_name"], row["invoice_id_acct"]) == ("Café «Zoë»", "1")


def test_windows_1252_is_told(shelf: Any) -> None:
    """It is a guess."""
    shelf.put("i.csv", INVOICES.encode("cp1252"))
    assert "Windows-1252" in shelf.read("accounting_invoices", "i.csv").warnings[0]


@pytest.mark.parametrize(("text", "warning"), [("Caf\ufffd", "U+FFFD"), ("Caf\x85", "U+0080"), ("Ca\0f", "NUL")])
def test_signs_of_a_damaged_text_are_told(shelf: Any, text: str, warning: str) -> None:
    """Lost letters cannot be brought back; the user should know."""
    shelf.put("i.csv", INVOICES.replace("Café", text))
    assert warning in shelf.read("accounting_invoices", "i.csv").warnings[0]


def test_half_characters_and_nuls_in_answers_do_no_harm(shelf: Any) -> None:
    """An escape may name half a character, or none."""
    shelf.put("c.json", '[{"id": 1, "name": "A\\ud800B\\u0000C", "types": [{"name": "\\udfff"}]}]')
    (row,) = shelf.rows("connectwise_companies", "c.json")
    assert row["company_name"] == "A\ufffdBC"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(shelf: Any, newline: str) -> None:
    """Old and new systems end their lines differently."""
    shelf.put("i.csv", (INVOICES + INVOICES.splitlines()[1] + "\n").replace("\n", newline))
    assert shelf.read("accounting_invoices", "i.csv").frame["source_line"].to_list() == [2, 3]
