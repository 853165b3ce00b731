"""How a file is written is found from its values, or asked for; it is never guessed."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Source
from etl.errors import InputError, Problem
from etl.schemas import RELATIONS
from etl.validate import Formats, settle_formats, validate

INVOICES = RELATIONS["accounting_invoices"]
ZONE = ZoneInfo("America/New_York")
Build = Callable[..., pl.DataFrame]


def settle(text: pl.DataFrame, **source: object) -> Formats:
    """The formats of a file under this configuration."""
    return settle_formats(text, INVOICES, Source.model_validate({"path": "export.csv", **source}), ZONE)


def refusal(text: pl.DataFrame, **source: object) -> Problem:
    """The one problem for which the file is refused."""
    with pytest.raises(InputError) as raised:
        settle(text, **source)
    (problem,) = raised.value.problems
    return problem


def dated(as_read: Build, *texts: str) -> pl.DataFrame:
    """A file of these invoice dates."""
    return as_read(INVOICES, [{"invoice_date": text} for text in texts])


def priced(as_read: Build, *texts: str) -> pl.DataFrame:
    """A file of these amounts."""
    return as_read(INVOICES, [{"total_amount": text} for text in texts])


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "03/15/2026"], "mdy"),
        (["03/04/2026", "15/03/2026"], "dmy"),
        (["7/16/98", "03/04/05"], "mdy"),
        (["26-03-04", "99-12-31"], "ymd"),
        (["03/04/2026 10:00", "03/15/2026 12:30 PM"], "mdy"),
        (["2026-03-04", "15 Mar 2026", "31/31/2026"], None),
        ([], None),
    ],
)
def test_an_order_is_found_where_a_value_proves_it(as_read: Build, texts: list[str], order: str | None) -> None:
    """A day beyond the twelfth distinguishes days from months; dates that need no order say nothing."""
    assert settle(dated(as_read, *texts)).date_order == order


def test_a_proof_in_one_column_counts_for_the_whole_file(as_read: Build) -> None:
    """One program wrote the file, in one order."""
    text = as_read(INVOICES, [{"invoice_date": "03/04/2026", "due_date": "03/31/2026"}])
    assert settle(text).date_order == "mdy"


def test_dates_that_may_be_read_in_two_orders_refuse_the_file(as_read: Build) -> None:
    """The sentence names file, line and value, and what to write where."""
    problem = refusal(dated(as_read, "2026-01-01", "05/05/2026", "03/04/2026"))
    assert (problem.where, problem.line) == ("export.csv", 4)
    assert "invoice_date '03/04/2026'" in problem.found
    assert 'date_order = "mdy" or date_order = "dmy" in [sources.accounting_invoices]' in problem.remedy


def test_dates_that_every_order_reads_alike_need_no_answer(as_read: Build) -> None:
    """The fifth of May is the fifth of May; whatever order is taken reads it."""
    text = dated(as_read, "05/05/2026", "06/06/2026")
    formats = settle(text)
    assert formats.date_order in ("mdy", "dmy")


def test_the_configured_order_settles_ambiguous_dates(as_read: Build) -> None:
    """The answer to the refusal above is believed."""
    assert settle(dated(as_read, "03/04/2026"), date_order="dmy").date_order == "dmy"


def test_dates_in_two_orders_refuse_the_file(as_read: Build) -> None:
    """Two proofs against each other are none; both are shown."""
    problem = refusal(dated(as_read, "03/15/2026", "15/03/2026", "03/04/2026"))
    assert "'03/15/2026' (line 2)" in problem.found
    assert "'15/03/2026' (line 3)" in problem.found


def test_one_stray_among_hundreds_is_a_bad_row_not_a_bad_file(as_read: Build) -> None:
    """A typing slip is quarantined; it neither stops the run nor turns the order."""
    text = dated(as_read, *["03/15/2026"] * 100, "15/03/2026")
    formats = settle(text)
    assert formats.date_order == "mdy"
    rules = validate(text, INVOICES, formats).rejected["broken_rules"].to_list()[-1]
    assert "invoice_date: '15/03/2026' is not a date in order mdy" in rules


def test_more_than_one_stray_in_a_hundred_is_a_file_in_two_orders(as_read: Build) -> None:
    """Where slips are that common, the dates that look right are not safe either."""
    refusal(dated(as_read, *["03/15/2026"] * 98, "15/03/2026"))


@pytest.mark.parametrize(("impossible", "is_refused"), [(2, False), (3, True)])
def test_a_configured_order_that_a_fifth_of_the_dates_contradicts_refuses_the_file(
    as_read: Build, impossible: int, *, is_refused: bool
) -> None:
    """Below that, the rows are quarantined; above it, the configuration is wrong."""
    text = dated(as_read, *["03/04/2026"] * (10 - impossible), *["03/15/2026"] * impossible)
    if is_refused:
        problem = refusal(text, date_order="dmy")
        assert "date_order is probably wrong" in problem.remedy
        assert "3 of 10 values of invoice_date" in problem.found
        assert "'03/15/2026'" in problem.found
    else:
        assert settle(text, date_order="dmy").date_order == "dmy"


def test_dates_that_no_order_reads_do_not_accuse_the_order(as_read: Build) -> None:
    """Rubbish is a matter of rows."""
    assert settle(dated(as_read, "31/31/2026", "soon", "15/03/2026"), date_order="dmy").date_order == "dmy"


def test_day_numbers_are_believed_where_a_column_is_full_of_them(as_read: Build) -> None:
    """A spreadsheet that lost its date format shows them everywhere, not here and there."""
    full = dated(as_read, *["45731"] * 19, "2026-03-15")
    assert settle(full).serial_columns == {"invoice_date"}
    assert settle(dated(as_read, "45731", "2026-03-15")).serial_columns == frozenset()


@pytest.mark.parametrize(
    ("texts", "decimal_comma"),
    [
        (["1234.50"], False),
        (["1,234", "1234.5"], False),
        (["1,234,567"], False),
        (["0.125", "1.250"], False),
        (["1234,50", "1.234"], True),
        (["1.234.567"], True),
        (["€ 1.234,50"], True),
        (["1234", "(5)", "$7"], False),
        (["abc", "1.2.3"], False),
        ([], False),
    ],
)
def test_the_decimal_sign_is_found_where_a_value_proves_it(
    as_read: Build, texts: list[str], *, decimal_comma: bool
) -> None:
    """A value proves the sign without which it could not be read."""
    assert settle(priced(as_read, *texts)).decimal_comma is decimal_comma


@pytest.mark.parametrize("texts", [["1,234"], ["1.234", "50"], ["1.234", "2,345"]])
def test_amounts_that_may_be_a_thousand_times_as_much_refuse_the_file(as_read: Build, texts: list[str]) -> None:
    """1,234 is one invoice or a thousand of them: the configuration has to say."""
    problem = refusal(priced(as_read, *texts))
    assert problem.line == 2
    assert "decimal_comma = true" in problem.remedy
    assert "[sources.accounting_invoices]" in problem.remedy


def test_amounts_that_prove_both_signs_refuse_the_file(as_read: Build) -> None:
    """Then no value of the file can be trusted by its look; both proofs are shown."""
    problem = refusal(priced(as_read, "12.50", "12,50"))
    assert "'12.50' (line 2)" in problem.found
    assert "'12,50' (line 3)" in problem.found


@pytest.mark.parametrize("decimal_comma", [True, False])
def test_the_configured_decimal_sign_is_believed(as_read: Build, *, decimal_comma: bool) -> None:
    """Whatever the values look like: those that it cannot read are quarantined."""
    text = priced(as_read, "1,234", "12.50", "12,50")
    assert settle(text, decimal_comma=decimal_comma).decimal_comma is decimal_comma


def test_every_problem_of_a_file_is_told_at_once(as_read: Build) -> None:
    """One look at the configuration is enough."""
    with pytest.raises(InputError) as raised:
        settle(as_read(INVOICES, [{"invoice_date": "03/04/2026", "total_amount": "1,234"}]))
    assert len(raised.value.problems) == 2


@given(
    dates=st.lists(
        st.sampled_from(["03/04/2026", "03/15/2026", "15/03/2026", "2026-01-01", "05/05/26", "x", ""]), max_size=12
    ),
    cut=st.integers(0, 12),
)
def test_a_file_in_batches_is_settled_as_the_whole(as_read: Build, dates: list[str], cut: int) -> None:
    """How much is held in memory decides nothing."""
    text = dated(as_read, *dates)
    source = Source(path="export.csv")

    def outcome(given: pl.DataFrame | list[pl.DataFrame]) -> object:
        try:
            return settle_formats(given, INVOICES, source, ZONE)
        except InputError as error:
            return error.problems

    assert outcome([text.head(cut), text.slice(cut)]) == outcome(text)


@given(st.lists(st.text(max_size=12) | st.from_regex(r"\A[0-9]{1,4}[-/.,][0-9]{1,3}[-/.,]?[0-9]{0,4}\Z"), max_size=8))
def test_any_text_is_settled_or_refused(as_read: Build, texts: list[str]) -> None:
    """Rubbish never ends in a traceback."""
    rows = [{"invoice_date": text, "total_amount": text, "modified_at": text} for text in texts]
    try:
        settle(as_read(INVOICES, rows))
        remedies = []
    except InputError as error:
        remedies = [problem.remedy for problem in error.problems]
    assert all("[sources.accounting_invoices]" in remedy for remedy in remedies)
