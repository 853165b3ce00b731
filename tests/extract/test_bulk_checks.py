"""What all rows of a big file must show before one select reads them."""

from __future__ import annotations

from pathlib import Path

from etl.extract.profiles.bulk_checks import has_line_items

COLUMNS = {"invoice_id_acct": 0, "invoice_number": 1, "total_amount": 2, "balance_amount": 3}


def test_a_file_whose_lines_end_otherwise_is_left_to_the_careful_reader(tmp_path: Path) -> None:
    """The quick look sees one line and no columns: it cannot rule out line items, and does not fail."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"Id|Number|Total|Balance\r1|INV-1|5.00|5.00\r2|INV-2|6.00|6.00\r")
    assert has_line_items(path, COLUMNS, "|")


def test_rows_without_a_common_number_are_no_line_items(tmp_path: Path) -> None:
    """No row needs a closer look then."""
    path = tmp_path / "x.csv"
    path.write_text("Id,Number,Total,Balance\n1,INV-1,5.00,5.00\n2,INV-2,6.00,6.00\n", encoding="utf-8")
    assert not has_line_items(path, COLUMNS, ",")
