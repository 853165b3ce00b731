"""Rows that name a company: joined by RecID, else Company ID, else a name that one company has; never by a guess."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError
from etl.validate.company_joins import join_companies
from etl.validate.other_keys import settle_keys
from etl.warehouse.engine import Engine
from tests.support.accepted_database import engine_of

Row = dict[str, Any]
NUMBERED = (
    {"company_id_cw": "11", "company_identifier": "QuillFarm", "company_name": "Quill Farm"},
    {"company_id_cw": "12", "company_identifier": "Brack", "company_name": "Brack Dental"},
    {"company_id_cw": "13", "company_identifier": "NorthOne", "company_name": "North Pier"},
    {"company_id_cw": "14", "company_identifier": "NorthTwo", "company_name": "North Pier"},
    {"company_id_cw": "15", "company_identifier": "11", "company_name": "Zeal Optics"},
)
MARKED = tuple(row | {"company_id_cw": f"ID:{row['company_identifier']}"} for row in NUMBERED)
RELATIONS = ("connectwise_contacts", "connectwise_invoices")


def _joined(engine: Engine, relation: str, column: str = "company_id_cw") -> list[str | None]:
    return [value for (value,) in engine.rows(f"select {column} from accepted.{relation} order by rowid")]


def _named(number: str | None, identifier: str | None, name: str | None) -> Row:
    return {"company_id_cw": number, "company_identifier": identifier, "company_name": name}


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize(
    ("row", "company"),
    [
        (_named("12", "Brack", "Brack Dental"), "12"),
        (_named("12", None, "Brack Dental (old name)"), "12"),
        (_named(None, "QUILLFARM", "Quill Farm"), "11"),
        (_named(None, "QuillFarm", "Quill Farm, renamed"), "11"),
        (_named(None, "NorthTwo", "North Pier"), "14"),
        (_named(None, None, "  quill  farm"), "11"),
        (_named(None, None, "North Pier"), None),
        (_named(None, "Gone", "Gone Ltd"), None),
        (_named(None, "Gone", "Quill Farm"), None),
        (_named(None, "Brack", "Quill Farm"), None),
        (_named("12", "QuillFarm", "Quill Farm"), None),
        (_named("12", None, "Quill Farm"), None),
        (_named("99", None, "Quill Farm"), "99"),
    ],
)
def test_each_row_is_joined_to_the_company_that_is_meant_or_to_none(
    relation: str, row: Row, company: str | None
) -> None:
    """RecID first; a Company ID and a name that contradict it, or each other, leave the row alone."""
    engine = engine_of(connectwise_companies=NUMBERED, **{relation: [row]})
    join_companies(engine)
    assert _joined(engine, relation) == [company]


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_company_id_that_is_a_number_is_no_record_id(relation: str) -> None:
    """Zeal Optics has the Company ID 11, which is the RecID of Quill Farm; wherever it stands, nobody gets its rows."""
    own_column = [_named(None, "11", "Zeal Optics"), _named(None, "11", None)]
    engine = engine_of(connectwise_companies=NUMBERED, **{relation: own_column})
    join_companies(engine)
    assert _joined(engine, relation) == ["15", "15"]
    other_column = [_named("11", None, "Zeal Optics")]
    engine = engine_of(connectwise_companies=NUMBERED, **{relation: other_column})
    settle_keys(engine)
    join_companies(engine)
    assert _joined(engine, relation) == [None], "neither the one nor the other: the row contradicts itself"


@settings(max_examples=20, deadline=None)
@given(relation=st.sampled_from(RELATIONS), numbers=st.lists(st.sampled_from(["11", "12", "15"]), min_size=1))
def test_numbers_of_a_list_without_record_ids_meet_no_record_id(relation: str, numbers: list[str]) -> None:
    """A list of companies that has no RecID joins by Company ID or name, and a RecID beside them decides nothing."""
    rows = [_named(number, "Brack", "Brack Dental") for number in numbers]
    engine = engine_of(connectwise_companies=MARKED, **{relation: rows})
    join_companies(engine)
    assert _joined(engine, relation) == ["ID:Brack"] * len(numbers)


def test_contacts_with_nothing_but_a_record_id_are_refused_where_companies_have_none() -> None:
    """Else each company would be said to have no contact."""
    engine = engine_of(connectwise_companies=MARKED, connectwise_contacts=[_named("11", None, None)])
    with pytest.raises(InputError, match="RecID"):
        join_companies(engine)


def test_companies_with_and_without_record_ids_are_not_mixed() -> None:
    """The same company would be there twice."""
    engine = engine_of(connectwise_companies=[NUMBERED[0], MARKED[1]])
    with pytest.raises(InputError, match="1 companies with a RecID and 1 without"):
        join_companies(engine)


@pytest.mark.parametrize(
    ("billed", "served", "company", "redirected"),
    [
        (None, "Brack", "12", None),
        ("Brack Dental", "Brack", "12", None),
        ("Quill Farm", "Brack", "12", "11"),
        ("North Pier", "Brack", None, None),
        ("Head Office", "Brack", None, None),
        ("North Pier", "NorthTwo", "14", None),
    ],
)
def test_an_invoice_is_the_billed_companys(
    billed: str | None, served: str, company: str | None, redirected: str | None
) -> None:
    """Bill To is a name: of another company, it is that one's; of nobody who is known for sure, it is nobody's."""
    row = _named(None, served, None) | {"bill_to_company_name": billed, "invoice_number": "5"}
    engine = engine_of(connectwise_companies=NUMBERED, connectwise_invoices=[row])
    join_companies(engine)
    assert _joined(engine, "connectwise_invoices") == [company]
    assert _joined(engine, "connectwise_invoices", "bill_to_company_id_cw") == [redirected]


def test_it_is_said_by_what_rows_are_joined_and_which_are_not() -> None:
    """Counts by each way, and three examples of what is left."""
    rows = [_named("11", None, "Quill Farm"), _named(None, "Brack", None), _named(None, None, "Quill Farm")]
    rows += [_named(None, None, "North Pier"), *(_named(None, None, f"Gone {place}") for place in range(5))]
    engine = engine_of(connectwise_companies=NUMBERED, connectwise_contacts=rows)
    (said,) = join_companies(engine)
    assert said.text == (
        "connectwise_contacts: 9 rows name a company; joined: 1 by RecID, 1 by Company ID,"
        " 1 by a name that only one company has; not joined: 1, because several companies have the name (North Pier);"
        " not joined: 5, because no company on the list has the Company ID or the name (Gone 0, Gone 1, Gone 2)"
    )
    assert said.note == said.text


def test_lists_that_name_no_company_are_left_as_they_are() -> None:
    """Answers of the API have RecIDs only: nothing is said of them."""
    engine = engine_of(connectwise_companies=NUMBERED, connectwise_contacts=[_named("11", None, None)])
    assert join_companies(engine) == []


def test_the_portals_record_ids_join_by_name_or_not_at_all() -> None:
    """Companies without RecID: a mapping to 11 is no mapping to the company whose Company ID is 11."""
    rows = [{"customer_id_acct": "a", "company_id_cw": "11", "company_name": "Quill Farm"}]
    engine = engine_of(connectwise_companies=MARKED, portal_mappings=rows, portal_invoices=rows)
    assert [one.is_refused for one in join_companies(engine)] == [False, False, False]
    assert _joined(engine, "portal_mappings") == ["ID:QuillFarm"]
    unnamed = [*rows, {"customer_id_acct": "b", "company_id_cw": "11", "company_name": "North Pier"}]
    engine = engine_of(connectwise_companies=MARKED, portal_mappings=unnamed, portal_invoices=unnamed)
    _, mappings, invoices = join_companies(engine)
    assert (mappings.is_refused, invoices.is_refused) == (True, False)
    assert "Export the companies with their RecID" in mappings.text
    assert _joined(engine, "portal_invoices") == ["ID:QuillFarm", None]
