"""Amounts are read exactly or not at all."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.validate.money import MONEY, STRICT_MONEY, amounts, complaint, named_currency

NO_BREAK, THIN, NARROW = "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}"


def read(text: str | None, *, decimal_comma: bool = False) -> Decimal | None:
    """The amount that one text says."""
    series = amounts(pl.Series([text], dtype=pl.String), decimal_comma=decimal_comma)
    assert series.dtype == MONEY
    value: Decimal | None = series.item()
    return value


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.5"),
        ("1,234.50", "1234.5"),
        ("12,345,678.9012", "12345678.9012"),
        ("(1,234.50)", "-1234.5"),
        ("( 12.00 )", "-12"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("- $ 5.00", "-5"),
        ("+5", "5"),
        ("$5.00", "5"),
        ("US$5.00", "5"),
        ("($5.00)", "-5"),
        ("$(5.00)", "-5"),
        ("(5.00) USD", "-5"),
        ("-$53,277.15", "-53277.15"),
        ("12.00-", "-12"),
        ("12.00 CR", "-12"),
        ("12.00cr", "-12"),
        ("12.00 DR", "12"),
        ("USD 12.00", "12"),
        ("USD -12.00", "-12"),
        ("USD12.00", "12"),
        ("12.00 EUR", "12"),
        ("$12.00 CAD", "12"),
        ("12.00 €", "12"),
        ("£12", "12"),
        (f"1{NO_BREAK}234{NO_BREAK}567.89", "1234567.89"),
        (f"1{THIN}234.5", "1234.5"),
        (f"1{NARROW}234.5", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\N{RIGHT SINGLE QUOTATION MARK}234.50", "1234.5"),
        ("\N{MINUS SIGN}12.00", "-12"),
        (".50", "0.5"),
        ("-.5", "-0.5"),
        ("0012.00", "12"),
        ("12.500000", "12.5"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("-99999999999999.9999", "-99999999999999.9999"),
        ("100.10000000000001", "100.1"),
        ("100.09999999999999", "100.1"),
        ("-0.30000000000000004", "-0.3"),
        ("0.0000", "0"),
    ],
)
def test_an_amount_means_what_people_mean_by_it(text: str, amount: str) -> None:
    """Signs, brackets, credit marks, currencies and thousands change nothing but what they say."""
    assert read(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("€ 1.234,50", "1234.5"),
        ("1.234.567,89", "1234567.89"),
        ("1.234", "1234"),
        ("1234,5", "1234.5"),
        ("(0,125)", "-0.125"),
        ("1 234,50 EUR", "1234.5"),
        ("12,00-", "-12"),
        ("1234", "1234"),
    ],
)
def test_with_a_decimal_comma_the_points_stand_between_thousands(text: str, amount: str) -> None:
    """The file's decimal sign decides, not the look of one value."""
    assert read(text, decimal_comma=True) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "abc", "-", "$", "()", "1e5", "1E+05", "1.5e3", "inf", "nan", "0x1F", "1_000", "1,23,4", "1,234,5", "0,123",
        "12,34.5", "1,234 567", "1\n234",
        "1.234.567", "12.", "5-5", "-5-", "(-5)", "-(5)", "(5", "5)", "(5)-", "-5 CR", "5 5", "USD 5 EUR",
        "5 apples", "٣", "5%", "12.00 XYZ", "5\n6",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    """A wrong amount is worse than none: exponents, broken groups and double signs are not guessed at."""
    assert read(text) is None
    assert pl.select(complaint(pl.lit(text), decimal_comma=False)).item() == "is not an amount"


@pytest.mark.parametrize(
    "text", ["1.23456", "0.00001", "100.100001", "1.0000000012", "100.1000499999999", "1.000012345678"]
)
def test_decimals_beyond_the_fourth_are_refused_unless_a_float_made_them(text: str) -> None:
    """Money is kept to four decimals; more of them are somebody's, so they are not rounded away."""
    assert read(text) is None
    assert pl.select(complaint(pl.lit(text), decimal_comma=False)).item() == "has more than 4 decimals"


def test_more_than_fourteen_digits_are_refused() -> None:
    """An id in the amount column does not become a debt."""
    assert read("123456789012345") is None
    assert read("00000000123456789012345.00") is None
    told = pl.select(complaint(pl.lit("123456789012345"), decimal_comma=False)).item()
    assert told == "has more than 14 digits before the decimals"


def test_blank_is_not_nought() -> None:
    """An unknown amount stays unknown."""
    assert read(None) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USD 12.00", "USD"),
        ("12.00 EUR", "EUR"),
        ("€ 5", "EUR"),
        ("$5", None),
        ("£5", None),
        ("12.00 CR", None),
        ("5", None),
    ],
)
def test_an_amount_names_its_currency_only_where_no_other_shares_the_sign(text: str, code: str | None) -> None:
    """A dollar sign may be any of twenty dollars."""
    assert pl.select(named_currency(pl.lit(text))).item() == code


@given(st.from_regex(STRICT_MONEY.rstrip("$") + r"\Z"))
def test_the_strict_form_reads_as_a_decimal_does(text: str) -> None:
    """What is read in bulk and what is read with care is the same money."""
    assert read(text) == Decimal(text)


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_an_amount_survives_being_written_by_a_person(value: Decimal) -> None:
    """However it is written, the money is the same."""
    point = f"{abs(value):,.4f}"
    comma = point.translate(str.maketrans(",.", ".,"))
    sign = "-" if value < 0 else ""
    assert read(f"{sign}{point}") == value
    assert read(f"{sign}$ {point}") == value
    assert read(f"({point})" if sign else point) == value
    assert read(f"{point} CR" if sign else f"{point} DR") == value
    assert read(f"{sign}{comma} EUR", decimal_comma=True) == value
    assert read(f"{sign}{point.replace(',', NO_BREAK)}") == value


@given(st.integers(0, 10**7 - 1), st.integers(0, 9999))
def test_the_noise_of_a_float_is_not_money(units: int, fraction: int) -> None:
    """What arithmetic on floats adds at the far end is taken off again."""
    value = Decimal(f"{units}.{fraction:04d}")
    assert read(f"{value}00000001") == value
    assert read(f"{value}999999") == value + Decimal("0.0001")


@given(st.text(max_size=40), st.booleans())
@settings(max_examples=300)
def test_no_text_breaks_the_reading(text: str, decimal_comma: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    """Any text is an amount or it is not."""
    value = read(text, decimal_comma=decimal_comma)
    assert value is None or any(character.isdigit() for character in text)


def test_each_value_keeps_its_place() -> None:
    """Reading every spelling once does not mix up the rows."""
    texts = ["$2", None, "1", "$2", "x", "(3)", "1"]
    read_back = amounts(pl.Series(texts), decimal_comma=False).to_list()
    assert read_back == [Decimal(2), None, Decimal(1), Decimal(2), None, Decimal(-3), Decimal(1)]
