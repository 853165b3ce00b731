"""Rows are accepted whole and typed, or rejected with every reason; none is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.schemas import RELATIONS, SQL_TYPE, ColumnKind, Relation
from etl.validate import Formats, Split, accepted_schema, validate

INVOICES = RELATIONS["accounting_invoices"]
CONTACTS = RELATIONS["connectwise_contacts"]
FORMATS = Formats("mdy", ZoneInfo("America/New_York"), decimal_comma=False, currency_code=None)
GOOD = {"invoice_id_acct": "17", "customer_id_acct": "4", "invoice_date": "03/15/2026", "total_amount": "$1,234.50"}
Build = Callable[..., pl.DataFrame]

POLARS_TYPE: dict[str, pl.DataType | type[pl.DataType]] = {
    "varchar": pl.String, "decimal(18, 4)": pl.Decimal(18, 4), "date": pl.Date, "timestamp": pl.Datetime("us"),
    "boolean": pl.Boolean, "bigint": pl.Int64, "varchar[]": pl.List(pl.String),
}  # fmt: skip

TEXT = (
    st.none()
    | st.text(max_size=12)
    | st.sampled_from(["", " ", "1", "2026-03-15", "03/15/2026", "1,234.50", "USD 5", "yes", "eur"])
)


def rules_of(as_read: Build, **values: str | None) -> list[str]:
    """The rules that a good invoice breaks once these values are in it."""
    split = validate(as_read(INVOICES, [{**GOOD, **values}]), INVOICES, FORMATS)
    return list(split.rejected["broken_rules"].item()) if split.rejected.height else []


def accepted_row(as_read: Build, formats: Formats = FORMATS, **values: str | None) -> dict[str, object]:
    """The typed row of a good invoice with these values in it."""
    split = validate(as_read(INVOICES, [{**GOOD, **values}]), INVOICES, formats)
    assert split.rejected["broken_rules"].to_list() == []
    return split.accepted.row(0, named=True)


def test_a_good_row_is_typed(as_read: Build) -> None:
    """Text in; decimals, days, instants and booleans out; file and line stay beside them."""
    row = accepted_row(
        as_read, has_internal_id="Yes", balance_amount="(5)", currency_code="usd", modified_at="3/15/2026 10:00 AM",
        invoice_number=" INV-1 ", reference="  ",
    )  # fmt: skip
    assert row["invoice_id_acct"] == "17"
    assert row["has_internal_id"] is True
    assert row["invoice_number"] == "INV-1"
    assert row["reference"] is None
    assert row["invoice_date"] == date(2026, 3, 15)
    assert row["due_date"] is None
    assert row["total_amount"] == Decimal("1234.5")
    assert row["balance_amount"] == Decimal(-5)
    assert row["currency_code"] == "USD"
    assert row["modified_at"] == datetime(2026, 3, 15, 14)
    assert (row["source_file"], row["source_line"]) == ("export.csv", 2)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"invoice_id_acct": None}, "invoice_id_acct: missing"),
        ({"invoice_id_acct": "  "}, "invoice_id_acct: missing"),
        (
            {"total_amount": None, "balance_amount": " "},
            "total_amount or balance_amount: missing, and one of them is needed",
        ),
        ({"total_amount": "abc"}, "total_amount: 'abc' is not an amount"),
        ({"total_amount": "1.23456"}, "total_amount: '1.23456' has more than 4 decimals"),
        ({"balance_amount": "1e5"}, "balance_amount: '1e5' is not an amount"),
        ({"invoice_date": "31/31/2026"}, "invoice_date: '31/31/2026' is not a date in order mdy"),
        ({"modified_at": "noon"}, "modified_at: 'noon' is not a date or time in order mdy"),
        ({"invoice_date": "12/31/1969"}, "invoice_date: '12/31/1969' is before 1970"),
        ({"due_date": "2201-01-01"}, "due_date: '2201-01-01' is after 2200"),
        ({"created_at": "0001-01-01T00:00:00"}, "created_at: '0001-01-01T00:00:00' is before 1970"),
        ({"has_internal_id": "maybe"}, "has_internal_id: 'maybe' is neither true nor false"),
        ({"currency_code": "US$"}, "currency_code: 'US$' is not a currency code of three letters"),
        (
            {"invoice_id_acct": "1.23E+19"},
            "invoice_id_acct: '1.23E+19' is an id that a spreadsheet changed: export it again as text",
        ),
        (
            {"invoice_id_acct": "1001.0"},
            "invoice_id_acct: '1001.0' is an id that a spreadsheet changed: export it again as text",
        ),
        (
            {"customer_id_acct": "1E+05"},
            "customer_id_acct: '1E+05' is an id that a spreadsheet changed: export it again as text",
        ),
        ({"customer_id_acct": "4\x07"}, "customer_id_acct: '4\x07' has a control character"),
        ({"currency_code": "EUR", "total_amount": "USD 5"}, "total_amount: 'USD 5' names another currency than EUR"),
        ({"balance_amount": "x" * 99}, f"balance_amount: '{'x' * 80}…' is not an amount"),
        ({"read_problem": "too few cells"}, "too few cells"),
    ],
)
def test_a_broken_rule_is_told_in_a_sentence(as_read: Build, values: dict[str, str | None], rule: str) -> None:
    """Column, value and what is wrong; and nothing else is wrong with the row."""
    assert rules_of(as_read, **values) == [rule]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("invoice_date", "01/01/1970"),
        ("invoice_date", "12/31/2200"),
        ("invoice_id_acct", "1E5"),
        ("invoice_id_acct", "0017"),
        ("invoice_number", "1.2E+5"),
        ("customer_name", "Bell\x07"),
        ("customer_id_acct", "Smith\tand\nSons"),
        ("balance_amount", ""),
        ("read_problem", None),
    ],
)
def test_what_is_odd_but_true_is_kept(as_read: Build, column: str, value: str | None) -> None:
    """A rule that rejects more than it must hides money."""
    assert rules_of(as_read, **{column: value}) == []


def test_every_broken_rule_of_a_row_is_told(as_read: Build) -> None:
    """Whoever mends the row mends it once."""
    rules = rules_of(as_read, invoice_id_acct=None, invoice_date="soon", total_amount="much", read_problem="cut off")
    assert rules == [
        "cut off",
        "invoice_id_acct: missing",
        "invoice_date: 'soon' is not a date in order mdy",
        "total_amount: 'much' is not an amount",
    ]


def test_a_rejected_row_is_kept_as_it_was_read(as_read: Build) -> None:
    """Its values stand in the columns and, without the empty ones, in one JSON object; no column is added to it."""
    name = 'A "quoted"\nname \\ é'
    text = as_read(INVOICES, [GOOD, {**GOOD, "total_amount": "abc", "customer_name": name}])
    rejected = validate(text, INVOICES, FORMATS).rejected
    assert rejected.columns == [*INVOICES.names, "source_file", "source_line", "broken_rules", "row_values"]
    assert rejected.drop("broken_rules", "row_values").equals(text.slice(1))
    assert json.loads(rejected["row_values"].item()) == {**GOOD, "total_amount": "abc", "customer_name": name}


def test_a_missing_currency_is_the_one_that_the_amount_or_the_configuration_names(as_read: Build) -> None:
    """The row goes first, then the file; XXX is honest where nobody says."""
    euro = replace(FORMATS, currency_code="EUR")
    assert accepted_row(as_read)["currency_code"] == "XXX"
    assert accepted_row(as_read, euro)["currency_code"] == "EUR"
    assert accepted_row(as_read, euro, currency_code="cad")["currency_code"] == "CAD"
    assert accepted_row(as_read, euro, total_amount="USD 5")["currency_code"] == "USD"


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, True) for text in ("true", "TRUE", "Yes", "y", "T", "1")]
    + [(text, False) for text in ("false", "FALSE", "No", "n", "F", "0")],
)
def test_yes_and_no_are_read_in_their_common_forms(as_read: Build, text: str, *, value: bool) -> None:
    """Upper and lower case are one."""
    assert accepted_row(as_read, has_internal_id=text)["has_internal_id"] is value


def test_lists_of_texts_stay_lists(as_read: Build) -> None:
    """A contact's other addresses are not joined into one."""
    row = {"contact_id_cw": "1", "other_emails": ["a@x.example", "b@x.example"]}
    split = validate(as_read(CONTACTS, [row, {**row, "contact_id_cw": None}]), CONTACTS, FORMATS)
    assert split.accepted["other_emails"].to_list() == [row["other_emails"]]
    assert json.loads(split.rejected["row_values"].item()) == {"other_emails": row["other_emails"]}


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_no_rows_have_the_declared_types_too(as_read: Build, relation: Relation) -> None:
    """An empty source makes an empty table, not one without types."""
    declared = {column.name: POLARS_TYPE[SQL_TYPE[column.kind]] for column in relation.columns}
    expected = pl.Schema({**declared, "source_file": pl.String, "source_line": pl.Int64})
    split = validate(as_read(relation, []), relation, FORMATS)
    assert split.accepted.schema == accepted_schema(relation) == expected
    assert split.rejected.schema["broken_rules"] == pl.List(pl.String)
    assert split.rejected.schema["row_values"] == pl.String


def _together(split: Split) -> list[int]:
    return sorted([*split.accepted["source_line"], *split.rejected["source_line"]])


@given(data=st.data())
def test_every_row_is_in_exactly_one_half(as_read: Build, data: st.DataObject) -> None:
    """Accepted plus rejected is the input, so quarantine cannot hide money; and no text breaks the reading."""
    relation = data.draw(st.sampled_from(list(RELATIONS.values())))
    cells = {c.name: st.none() | st.lists(TEXT) if c.kind is ColumnKind.TEXTS else TEXT for c in relation.columns}
    rows = data.draw(st.lists(st.fixed_dictionaries(cells), max_size=6))
    text = as_read(relation, rows)
    split = validate(text, relation, FORMATS)
    assert _together(split) == text["source_line"].to_list()
    assert split.accepted.schema == accepted_schema(relation)
    assert all(split.rejected["broken_rules"].to_list())
    assert all(isinstance(json.loads(values), dict) for values in split.rejected["row_values"])
    required = [column.name for column in relation.columns if column.required]
    assert split.accepted.select(required).null_count().sum_horizontal().sum() == 0
    if relation.one_of:
        assert split.accepted.filter(pl.all_horizontal(pl.col(relation.one_of).is_null())).is_empty()


@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys(GOOD, TEXT)), max_size=8), cut=st.integers(0, 8))
def test_a_batch_is_judged_as_its_rows_are(as_read: Build, rows: list[dict[str, str | None]], cut: int) -> None:
    """Row by row: no row changes what is read of another, so a file may be read in batches of any size."""
    text = as_read(INVOICES, rows)
    whole = validate(text, INVOICES, FORMATS)
    parts = [validate(part, INVOICES, FORMATS) for part in (text.head(cut), text.slice(cut))]
    assert pl.concat([part.accepted for part in parts]).equals(whole.accepted)
    assert pl.concat([part.rejected for part in parts]).equals(whole.rejected)
