"""What all rows of a big file must show before one select reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.extract.profiles.bulk_checks import has_line_items

COLUMNS = {"invoice_id_acct": 0, "invoice_number": 1, "total_amount": 2, "balance_amount": 3}


def _found(folder: Path, lines: list[str], columns: dict[str, int] = COLUMNS, end: str = "\n") -> bool:
    path = folder / "x.csv"
    path.write_bytes(end.join(["Id|Number|Total|Balance", *lines, ""]).encode())
    return has_line_items(path, columns, "|")


@pytest.mark.parametrize("lines", [["1|INV-1|5.00|5.00", "2|INV-2|6.00|6.00"], ["1||5.00|11.00", "2||6.00|11.00"]])
def test_rows_without_a_common_number_are_no_line_items(tmp_path: Path, lines: list[str]) -> None:
    """No row needs a closer look then; rows without a number have none in common."""
    assert not _found(tmp_path, lines)


@pytest.mark.parametrize("other", ["INV-1", " INV-1 "])
def test_rows_of_one_number_with_one_balance_are_line_items(tmp_path: Path, other: str) -> None:
    """Blanks around it make a number no other one."""
    assert _found(tmp_path, ["1|INV-1|5.00|11.00", f"2|{other}|6.00|11.00"])


@pytest.mark.parametrize(("second", "is_found"), [("1|9|6.00|11.00", True), ("2|9|6.00|11.00", False)])
def test_without_a_number_the_id_is_what_they_share(tmp_path: Path, second: str, is_found: bool) -> None:  # noqa: FBT001
    """As for a file that is read with care."""
    columns = {name: at for name, at in COLUMNS.items() if name != "invoice_number"}
    assert _found(tmp_path, ["1|9|5.00|11.00", second], columns) is is_found


def test_a_file_whose_lines_end_otherwise_is_left_to_the_careful_reader(tmp_path: Path) -> None:
    """The quick look sees one line and no columns: it cannot rule out line items, and does not fail."""
    assert _found(tmp_path, ["1|INV-1|5.00|5.00", "2|INV-2|6.00|6.00"], end="\r")
