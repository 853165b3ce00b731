"""The order of dates and the decimal sign that a shape says of all its files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from etl import extract
from etl.config import Source
from etl.errors import InputError
from etl.extract.shapes.catalogue import all_shapes
from etl.pipeline.explain_shape import explain_text
from etl.schemas import RELATIONS

SHAPE = """
[shape]
id = "quarry"
system = "Quarry Ledger"
relation = "accounting_invoices"
title = "Open items"
export = "Print > Open items"
[recognize]
captions_all = ["Voucher", "Debtor", "Posted on", "Still open"]
[columns]
invoice_number = ["Voucher"]
customer_name = ["Debtor"]
invoice_date = ["Posted on"]
balance_amount = ["Still open"]
"""
HEAD = "Voucher;Debtor;Posted on;Still open\n"
DAY_FIRST = '[values]\ndate_order = "dmy"\n'
COMMA = "[values]\ndecimal_comma = true\n"
POINT = "[values]\ndecimal_comma = false\n"


def _read(folder: Path, values: str, *rows: str, **settings: Any) -> dict[str, Any]:
    path = folder / "items.csv"
    path.write_text(HEAD + "".join(f"Q-{at};Quill;{row}\n" for at, row in enumerate(rows)), encoding="utf-8")
    shapes = (*all_shapes(), extract.parse_shape(SHAPE + values, "shapes/quarry.toml", is_own=True))
    relation, source = RELATIONS["accounting_invoices"], Source.model_validate({"path": "items.csv", **settings})
    found = extract.read_text(extract.SourceFile(path, path.name, ""), relation, source, shapes)
    return explain_text(found, relation, source, ZoneInfo("UTC"))


def test_a_shape_says_the_order_of_dates(tmp_path: Path) -> None:
    """A date of two readings needs no setting; without the key the file is refused."""
    assert _read(tmp_path, DAY_FIRST, "03/04/2026;5.00")["rows"][0]["invoice_date"] == date(2026, 4, 3)
    with pytest.raises(InputError, match="can be read in one way only"):
        _read(tmp_path, "", "03/04/2026;5.00")


def test_the_setting_of_the_source_outranks_the_shape(tmp_path: Path) -> None:
    """Both of them, the order and the sign."""
    found = _read(tmp_path, DAY_FIRST, "03/04/2026;5.00", "03/25/2026;6.00", date_order="mdy")
    assert [row["invoice_date"] for row in found["rows"]] == [date(2026, 3, 4), date(2026, 3, 25)]
    found = _read(tmp_path, COMMA, "2026-03-04;1.234", decimal_comma=False)  # a person says so of these very files
    assert found["rows"][0]["balance_amount"] == Decimal("1.234")


def test_a_date_that_contradicts_the_shape_refuses_the_file_with_its_line(tmp_path: Path) -> None:
    """One is enough: the others may be read wrong, too."""
    rows = [f"{day:02}/04/2026;5.00" for day in range(1, 29)]
    with pytest.raises(InputError) as error:
        _read(tmp_path, DAY_FIRST, *rows, "12/25/2026;6.00")
    [problem] = error.value.problems
    assert problem.line == len(rows) + 2
    assert problem.found == "invoice_date '12/25/2026', which contradicts date_order = dmy of the file's shape"
    assert "[sources.accounting_invoices]" in problem.remedy


def test_a_date_that_no_order_reads_is_quarantined(tmp_path: Path) -> None:
    """It says nothing about the others."""
    found = _read(tmp_path, DAY_FIRST, "03/04/2026;5.00", "13/25/2026;6.00")
    assert (found["documents"], found["quarantined"]) == ({"invoice": 1}, 1)
    assert found["problems"] == ["invoice_date: '13/25/2026' is not a date in order dmy"]


@pytest.mark.parametrize(
    ("values", "amount", "stray"),
    [(COMMA, "1.234", "1,234.50"), (POINT, "1,234", "1.234,50"), (COMMA, "1.234", "1,250"), (POINT, "1,234", "1.250")],
)  # fmt: skip
def test_a_shape_says_the_decimal_sign(tmp_path: Path, values: str, amount: str, stray: str) -> None:
    """1.234 alone may be both; an amount that the other sign reads better refuses the file with its line."""
    found = _read(tmp_path, values, f"2026-03-04;{amount}")
    assert found["rows"][0]["balance_amount"] == Decimal(1234)
    with pytest.raises(InputError) as error:
        _read(tmp_path, values, f"2026-03-04;{amount}", f"2026-03-05;{stray}")
    [problem] = error.value.problems
    assert problem.line == 3
    assert f"balance_amount '{stray}', which contradicts decimal_comma = " in problem.found


def test_a_computed_balance_follows_the_sign_of_the_shape(tmp_path: Path) -> None:
    """2.000 less 500 is 1500 where the shape says that a comma is the sign."""
    text = SHAPE.replace('balance_amount = ["Still open"]', 'total_amount = ["Still open"]\n_paid = ["Paid"]')
    path = tmp_path / "items.csv"
    path.write_text(HEAD.strip() + ";Paid\nQ-1;Quill;2026-03-04;2.000;500\n", encoding="utf-8")
    computed = COMMA + 'computed = { balance_amount = "total_amount - _paid" }\n'
    shapes = (*all_shapes(), extract.parse_shape(text + computed, "shapes/quarry.toml", is_own=True))
    relation, source = RELATIONS["accounting_invoices"], Source.model_validate({"path": "items.csv"})
    found = extract.read_text(extract.SourceFile(path, path.name, ""), relation, source, shapes)
    explained = explain_text(found, relation, source, ZoneInfo("UTC"))
    assert explained["rows"][0]["balance_amount"] == Decimal(1500)


def test_another_word_than_an_order_is_an_error_of_the_shape() -> None:
    """With what may have been meant."""
    with pytest.raises(InputError) as error:
        extract.parse_shape(SHAPE + '[values]\ndate_order = "dym"\n', "shapes/quarry.toml", is_own=True)
    [problem] = error.value.problems
    assert problem.found == "values.date_order: 'dym'"
    assert problem.expected == "one of ymd, mdy, dmy"
