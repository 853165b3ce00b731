"""Another key is used only where it alone explains every row and the names beside it agree; else nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.validate.other_keys import settle_keys
from etl.warehouse.engine import Engine
from tests.support.accepted_database import engine_of

Row = dict[str, Any]
NAMES = ("Quill Farm", "Brack Dental", "Oskar Freight", "Thistle Surveys", "Mellow Bakery", "North Pier", "Zeal Optics")


def _companies(identifiers: Sequence[str]) -> list[Row]:
    return [
        {"company_id_cw": str(100 + place), "company_identifier": identifier, "company_name": NAMES[place]}
        for place, identifier in enumerate(identifiers)
    ]


def _mappings(values: Sequence[str], names: Sequence[str | None]) -> list[Row]:
    return [
        {"customer_id_acct": str(place), "company_id_cw": value, "company_name": name}
        for place, (value, name) in enumerate(zip(values, names, strict=True))
    ]


def _held(engine: Engine, relation: str = "portal_mappings", column: str = "company_id_cw") -> list[str | None]:
    return [value for (value,) in engine.rows(f"select {column} from accepted.{relation} order by rowid")]


TEXTS = [name.replace(" ", "").upper() for name in NAMES]
IDS = [str(100 + place) for place in range(len(NAMES))]


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 7),
    has_names=st.booleans(),
    write=st.sampled_from([str.upper, str.lower, lambda text: f" {text} "]),
)
def test_identifiers_that_fit_every_row_become_the_ids(rows: int, *, has_names: bool, write: Any) -> None:
    """Whatever their case, with names beside them or without: a text with letters fits by no chance."""
    names = NAMES[:rows] if has_names else [None] * rows
    mappings = _mappings([write(text) for text in TEXTS[:rows]], names)
    engine = engine_of(connectwise_companies=_companies(TEXTS), portal_mappings=mappings)
    (said,) = settle_keys(engine)
    assert said.is_used
    assert f"{rows} of {rows} match company_identifier" in said.text
    assert _held(engine) == IDS[:rows]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(7)), st.integers(1, 7))
def test_numbers_that_are_other_companies_ids_are_believed_only_with_five_names(order: list[int], rows: int) -> None:
    """Company IDs that are numbers collide with RecIDs: six of six customers would be mapped to strangers."""
    identifiers = [str(100 + place) for place in order]
    engine = engine_of(
        connectwise_companies=_companies(identifiers), portal_mappings=_mappings(identifiers[:rows], NAMES[:rows])
    )
    moved = sum(identifiers[place] != IDS[place] for place in range(rows))
    settle_keys(engine)
    if moved > rows - moved and rows >= 5:
        assert _held(engine) == IDS[:rows]
    else:
        assert _held(engine) == identifiers[:rows], "too few names agree, or most agree with the ids as they stand"


@settings(max_examples=25, deadline=None)
@given(turn=st.integers(1, 6), rows=st.integers(1, 7))
def test_two_keys_that_fit_and_lead_apart_change_nothing(turn: int, rows: int) -> None:
    """Nobody knows which is meant: identifiers and account numbers hold the same texts in another order."""
    accounts = TEXTS[turn:] + TEXTS[:turn]
    companies = [row | {"account_number": number} for row, number in zip(_companies(TEXTS), accounts, strict=True)]
    engine = engine_of(connectwise_companies=companies, portal_mappings=_mappings(TEXTS[:rows], [None] * rows))
    said = settle_keys(engine)
    assert _held(engine) == TEXTS[:rows]
    assert not any(one.is_used for one in said)


def test_names_that_contradict_the_other_key_keep_it_from_being_used() -> None:
    """Every text is an identifier, but the names beside them are those of other companies."""
    engine = engine_of(
        connectwise_companies=_companies(TEXTS), portal_mappings=_mappings(TEXTS, [*NAMES[1:], NAMES[0]])
    )
    (said,) = settle_keys(engine)
    assert not said.is_used
    assert _held(engine) == TEXTS


def test_one_row_that_does_not_fit_keeps_the_other_key_from_being_used() -> None:
    """All or none: what would fit better is said."""
    engine = engine_of(
        connectwise_companies=_companies(TEXTS), portal_mappings=_mappings([*TEXTS[:6], "GONE"], [None] * 7)
    )
    (said,) = settle_keys(engine)
    assert (said.is_used, "6 of 7 match company_identifier" in said.text) == (False, True)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["text", "id", "gone", "other"]), min_size=7, max_size=7))
def test_an_identifier_next_to_its_companys_name_is_that_company_whatever_the_others_are(kinds: list[str]) -> None:
    """A text can be no RecID: one company that is gone does not take the others with it."""
    values = {"text": TEXTS, "id": IDS, "gone": [f"GONE{place}" for place in range(7)], "other": TEXTS[1:] + TEXTS[:1]}
    asked = [values[kind][place] for place, kind in enumerate(kinds)]
    engine = engine_of(connectwise_companies=_companies(TEXTS), portal_mappings=_mappings(asked, NAMES))
    settle_keys(engine)
    for place, (kind, held) in enumerate(zip(kinds, _held(engine), strict=True)):
        if kind in {"text", "id"} and asked.count(asked[place]) == 1:
            assert held == IDS[place]
        elif kind == "gone":
            assert held == asked[place]


def test_ids_that_join_and_are_not_contradicted_are_left_alone() -> None:
    """The quiet twin: RecIDs, one of them renamed since, one gone."""
    engine = engine_of(
        connectwise_companies=_companies(TEXTS),
        portal_mappings=_mappings([*IDS[:6], "999"], [*NAMES[:5], "Old", "Gone"]),
    )
    assert settle_keys(engine) == []
    assert _held(engine) == [*IDS[:6], "999"]


@pytest.mark.parametrize("relation", ["connectwise_contacts", "connectwise_invoices", "portal_invoices"])
def test_every_list_of_companies_is_settled(relation: str) -> None:
    """Contacts, ConnectWise invoices and the portal's invoices may hold Company IDs, too."""
    rows = [{"company_id_cw": text} for text in TEXTS]
    engine = engine_of(connectwise_companies=_companies(TEXTS), **{relation: rows})
    assert [one.is_used for one in settle_keys(engine)] == [True]
    assert _held(engine, relation) == IDS


def test_portal_invoices_whose_companies_are_contradicted_lose_them() -> None:
    """The card name is the company's: three rows of three at strangers say that the numbers mean something else."""
    rows = [
        {"portal_invoice_id": f"P{place}", "company_id_cw": IDS[(place + 1) % 7], "customer_name": NAMES[place]}
        for place in range(3)
    ]
    engine = engine_of(connectwise_companies=_companies(TEXTS), portal_invoices=rows)
    (said,) = settle_keys(engine)
    assert "3 names belong to other companies, 0 agree; it is not used" in said.text
    assert _held(engine, "portal_invoices") == [None] * 3


def test_mappings_that_only_customers_names_contradict_are_refused() -> None:
    """Numbers, no company names, and every customer's name is that of another company: nothing is concluded."""
    rows = [
        {"customer_id_acct": str(place), "company_id_cw": IDS[(place + 1) % 7], "customer_name": NAMES[place]}
        for place in range(4)
    ]
    (said,) = settle_keys(engine_of(connectwise_companies=_companies(TEXTS), portal_mappings=rows))
    assert said.is_refused


def test_invoices_that_carry_only_a_name_join_the_one_customer_of_that_name() -> None:
    """In another case and spacing, or by the whole path; two of one name are nobody's."""
    customers = [
        {"customer_id_acct": "11", "customer_name": "Quill  Farm"},
        {"customer_id_acct": "12", "customer_name": "Brack Dental"},
        {"customer_id_acct": "13", "customer_name": "brack dental"},
        {"customer_id_acct": "14", "customer_name": "Depot", "full_name": "Oskar Freight:Depot"},
    ]
    named = ["QUILL FARM", "Quill Farm", "Brack Dental", "Oskar Freight:Depot", "Nobody Known"]
    invoices = [{"customer_id_acct": name, "customer_name": name} for name in named]
    engine = engine_of(accounting_customers=customers, accounting_invoices=invoices)
    settle_keys(engine)
    found = _held(engine, "accounting_invoices", "customer_id_acct")
    assert found == ["11", "11", "Brack Dental", "14", "Nobody Known"]


def test_an_unknown_id_with_a_known_name_is_not_joined_by_the_name() -> None:
    """It has an id: the customer that it names may be another of that name."""
    customers = [{"customer_id_acct": "11", "customer_name": "Quill Farm"}]
    engine = engine_of(
        accounting_customers=customers, accounting_invoices=[{"customer_id_acct": "77", "customer_name": "Quill Farm"}]
    )
    settle_keys(engine)
    assert _held(engine, "accounting_invoices", "customer_id_acct") == ["77"]


def test_account_numbers_in_the_place_of_customer_ids_are_found_by_the_names() -> None:
    """Numbers that are ids of others, too, are recognized by five names that agree."""
    customers = [
        {"customer_id_acct": str(place), "account_number": str((place + 1) % 6), "customer_name": NAMES[place]}
        for place in range(6)
    ]
    invoices = [{"customer_id_acct": str((place + 1) % 6), "customer_name": NAMES[place]} for place in range(6)]
    engine = engine_of(accounting_customers=customers, accounting_invoices=invoices)
    (said,) = settle_keys(engine)
    assert (said.is_used, "6 of 6 match account_number" in said.text) == (True, True)
    assert _held(engine, "accounting_invoices", "customer_id_acct") == [str(place) for place in range(6)]


NUMBERS = [IDS[(place + 1) % 7] for place in range(7)]
"""Company IDs that are RecIDs of other companies."""


@pytest.mark.parametrize(
    ("shown", "is_used", "is_refused"),
    [(IDS, True, False), (NUMBERS, False, False), ([None] * 7, False, True), (IDS[:2] + NUMBERS[2:], False, True)],
)
def test_numbers_without_names_are_what_the_portals_invoices_say(
    shown: list[str | None], *, is_used: bool, is_refused: bool
) -> None:
    """RecIDs and Company IDs fit alike: where the list of invoices agrees with one of them it is that, else neither."""
    rows = [
        {"portal_invoice_id": f"P{place}", "customer_id_acct": str(place), "company_id_cw": company}
        for place, company in enumerate(shown)
    ]
    engine = engine_of(
        connectwise_companies=_companies(NUMBERS), portal_mappings=_mappings(NUMBERS, [None] * 7), portal_invoices=rows
    )
    said = [one for one in settle_keys(engine) if one.reference.relation == "portal_mappings"]
    assert [(one.is_used, one.is_refused) for one in said] == ([(is_used, is_refused)] if is_used or is_refused else [])
    assert _held(engine) == (IDS if is_used else NUMBERS)


def test_names_in_the_place_of_ids_join_within_their_book() -> None:
    """Ids of a named book begin with it, and so do the names that stand for them."""
    customers = [
        {"customer_id_acct": f"{book}/{place}", "customer_name": name, "book": book}
        for book in ("US", "CA") for place, name in enumerate(NAMES[:3])
    ]  # fmt: skip
    invoices = [
        {"customer_id_acct": f"US/{NAMES[0].upper()}", "customer_name": NAMES[0].upper(), "book": "US"},
        {"customer_id_acct": f"CA/{NAMES[1]}", "customer_name": None, "book": "CA"},
    ]
    engine = engine_of(accounting_customers=customers, accounting_invoices=invoices)
    settle_keys(engine)
    assert _held(engine, "accounting_invoices", "customer_id_acct") == ["US/0", "CA/1"]


def test_the_companys_own_name_on_the_portals_list_decides_before_the_customers() -> None:
    """Card names may be anybody's; the name of the company agrees with its Company ID."""
    rows = [
        {"portal_invoice_id": f"P{place}", "company_id_cw": number, "company_name": NAMES[place],
         "customer_name": NAMES[place - 1]}
        for place, number in enumerate(NUMBERS)
    ]  # fmt: skip
    engine = engine_of(connectwise_companies=_companies(NUMBERS), portal_invoices=rows)
    (said,) = settle_keys(engine)
    assert said.is_used
    assert _held(engine, "portal_invoices") == IDS
