"""What is found in numbers and in names within names: evidence for people, never enough to map by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from etl.match.certainty_rules import CROWDED
from etl.match.fields.identifiers import Rules, company_keys
from tests.match.conftest import relation

OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}


@pytest.mark.parametrize(
    ("theirs", "ours", "detail"),
    [
        ("24270", "AC24270", "equal except for the letters before it"),
        ("AC24270", "024270", "equal except for the letters before it"),
        ("B24270", "AC24270", "different"),
        ("427", "AC427", "different"),
    ],
)
def test_an_account_number_that_lost_its_letters_agrees_but_maps_nobody(
    match: Any, theirs: str, ours: str, detail: str
) -> None:
    """Two numbers with other letters before the same digits are two numbers."""
    customer = {"customer_id_acct": "A1", "customer_name": "Acme Dental Group", "account_number": theirs}
    company = {"company_id_cw": "1", "company_name": "Acme Dental", "account_number": ours}
    answer = match(match.night([customer], [company, OTHER]))
    parts = {part["kind"]: part["detail"] for part in answer.of("A1", "1")["evidence"]}
    assert parts["account number"].startswith(detail)
    assert answer.certain() == set()


@pytest.mark.parametrize(
    ("name", "detail"),
    [("Acme Dental 2", "different"), ("Acme Dental II", "different"), ("10422 Acme Dental", "one has a long one more")],
)
def test_a_number_that_counts_firms_weighs_more_than_one_that_may_be_an_account(
    match: Any, name: str, detail: str
) -> None:
    """Either keeps a pair from being certain."""
    phone = {"phone_number": "4104157406"}
    night = match.night(
        [{"customer_id_acct": "A1", "customer_name": name, **phone}],
        [{"company_id_cw": "1", "company_name": "Acme Dental", **phone}, OTHER],
    )
    row = match(night).of("A1", "1")
    parts = {part["kind"]: part["detail"] for part in row["evidence"]}
    assert parts["number in the name"].startswith(detail)
    assert (row["decision"], row["reason"]) == ("review", "the names differ in a number")


@pytest.mark.parametrize(
    ("customer", "company", "detail"),
    [
        # fields end after 41 characters, whatever name stands at their end
        ("Murphy Management:Trinity Parish of River", "Trinity Parish of River Point", "equal as far as it goes"),
        ("Elizabeth Parker d/b/a Synrevox Veterinar", "Synrevox Veterinary Clinic", "equal as far as it goes"),
        ("Murphy Manage:Trinity Parish of River", "Trinity Parish of River Point", "spelt"),
        ("10422 - Synrevox Clinic", "Synrevox Clinic", "equal except for words before or after"),
        ("Evcon LLC t/a Synrevox Clinic - Austin", "Synrevox Clinic", "equal except for words before or after"),
        ("Synrevox Elec Co.:Warehouse", "Synrevox Electric Co.", "the parent customer's name is equal"),
    ],
)
def test_the_name_within_a_name_is_found(match: Any, customer: str, company: str, detail: str) -> None:
    """Cut off, behind a number, between a trader and a town, above a child."""
    night = match.night(
        [{"customer_id_acct": "A1", "customer_name": customer}],
        [{"company_id_cw": "1", "company_name": company}, OTHER],
    )
    parts = {part["kind"]: part["detail"] for part in match(night).of("A1", "1")["evidence"]}
    assert parts["name"].startswith(detail)


@pytest.mark.parametrize(("theirs", "ours"), [("1st Ward", "2nd Ward"), ("First Ward", "2nd Ward")])
def test_ordinals_tell_firms_apart_whatever_else_agrees(match: Any, theirs: str, ours: str) -> None:
    """Also where both have one account number."""
    customer = {"customer_id_acct": "A1", "customer_name": f"Zavent {theirs}", "account_number": "C1"}
    company = {"company_id_cw": "1", "company_name": f"Zavent {ours}", "account_number": "C1"}
    answer = match(match.night([customer], [company, OTHER]))
    assert answer.of("A1", "1")["reason"] == "the names differ in a number"


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("Zavent Oil Gas", "equal"),
        ("Bank Zavent", "equal"),
        ("Of and For", "equal"),
        ("Gas Oil Zavent", "the same words in another order"),
        ("Zavent Le Oil & Gas", "the same words in another order"),
    ],
)
def test_links_between_words_do_not_tell_firms_apart(match: Any, name: str, detail: str) -> None:
    """`and`, `of`, `the`, `for` are left out; a name of nothing else keeps them."""
    firms = ("Zavent Oil & Gas", "Bank of Zavent", "Of and For", "For and Of")
    companies = [{"company_id_cw": str(n), "company_name": firm} for n, firm in enumerate(firms, start=1)]
    answer = match(match.night([{"customer_id_acct": "A1", "customer_name": name}], companies))
    best = answer.of("A1", answer.proposed("A1")[0])
    assert next(part["detail"] for part in best["evidence"] if part["kind"] == "name").startswith(detail)


def test_an_equal_legal_form_makes_a_common_name_rarer(match: Any) -> None:
    """Under `names`: Global Health Ltd is one firm, Global Health is any, and every bank is a national one."""
    for theirs, ours, certain in (
        ("Global Health Ltd", "Global Health Limited", {("A1", "1")}),
        ("Global Health", "Global Health Limited", set()),
        ("Global Health, National Association", "Global Health National Association", set()),
    ):
        customer, company = {"customer_id_acct": "A1", "customer_name": theirs}, {"company_name": ours}
        night = match.night([customer], [{**company, "company_id_cw": "1"}, OTHER])
        assert match(replace(night, policy="names")).certain() == certain


@pytest.mark.parametrize(
    ("crowd", "place", "found"),
    [
        ((120, 8), {}, set()),
        ((120, 4), {}, {("A1", "1")}),
        ((90, 80), {}, {("A1", "1")}),
        ((120, 8), {"city": "Bled", "state": "OR"}, {("A1", "1")}),
        ((120, 8), {"city": "Bled"}, set()),
    ],
)
def test_a_lone_name_is_doubted_where_companies_commonly_share_theirs(
    match: Any, crowd: tuple[int, int], place: dict[str, str], found: set[tuple[str, str]]
) -> None:
    """Under `names`: among banks a rare name may have a namesake that is not in the list; in one town it has none."""
    companies, namesakes = crowd
    names = [f"Bank {min(n, companies - namesakes)}" for n in range(companies)]
    others = [{"company_id_cw": str(n), "company_name": name} for n, name in enumerate(names, start=10)]
    customer = {"customer_id_acct": "A1", "customer_name": "Zavent Quartz", **place}
    company = {"company_id_cw": "1", "company_name": "Zavent Quartz", **place}
    answer = match(replace(match.night([customer], [company, *others]), policy="names"))
    assert answer.certain() == found
    assert (answer.of("A1", "1")["reason"] == CROWDED) is not bool(found)


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        (("Springfield", "IL"), ("Springfield", "Illinois"), {("A1", "1")}),
        (("Springfield", "IL"), ("Springfield", "MO"), set()),
        (("Springfield", "Illinois"), ("Springfield", "Missouri"), set()),
        (("Springfield", "Tyrol"), ("Springfield", "Styria"), set()),
        (("Springfield", None), ("Springfield", None), set()),
        (("N/A", "IL"), ("N/A", "IL"), set()),
        (("Springfield", "N/A"), ("Springfield", "N/A"), set()),
        (("Springfield", "XX"), ("Springfield", "XX"), set()),
        (("Springfield", "IL"), ("Salem", "IL"), set()),
    ],
)
def test_a_common_name_counts_in_its_town_and_state_only(
    match: Any, theirs: tuple[str, str], ours: tuple[str, str], found: set[tuple[str, str]]
) -> None:
    """Under `names`: two clients of one common name in one town are rarer than in two."""
    places = [dict(zip(("city", "state"), place, strict=True)) for place in (theirs, ours)]
    customer = {"customer_id_acct": "A1", "customer_name": "Global Health", **places[0]}
    company = {"company_id_cw": "1", "company_name": "Global Health Limited", **places[1]}
    night = match.night([customer], [company, OTHER])
    assert match(replace(night, policy="names")).certain() == found


def test_a_street_is_no_state_and_letters_may_be_another_word(match: Any) -> None:
    """What is probably short for several words is compared, and is never the same name."""
    for theirs, *ours in (
        ("Main St Bank", "Main State Bank", "Main Street Bank"),
        ("Lubbock UMC", "Lubbock United Methodist Church"),
        ("Ballet of LA", "Ballet of Louisiana"),
    ):
        place = {"postal_code": "01752", "phone_number": "4104157406"}
        customer = {"customer_id_acct": "A1", "customer_name": theirs, **place}
        companies = [{"company_id_cw": str(n), "company_name": name, **place} for n, name in enumerate(ours, 1)]
        answer = match(match.night([customer], companies))
        assert "1" in answer.proposed("A1")
        assert answer.certain() == set()


def test_an_account_number_and_a_guess_are_not_enough_where_all_else_differs(match: Any) -> None:
    """`UMC` may be University Medical Center."""
    account = {"account_number": "C1042"}
    here, there = {"city": "Lubbock", "phone_number": "8064157406"}, {"city": "Dallas", "phone_number": "2144157406"}
    customer = {"customer_id_acct": "A1", "customer_name": "Lubbock UMC", **account, **here}
    company = {"company_id_cw": "1", "company_name": "Lubbock United Methodist Church", **account}
    for place, certain in ((here, {("A1", "1")}), (there, set())):
        answer = match(match.night([customer], [{**company, **place}, OTHER]))
        assert (answer.proposed("A1"), answer.certain()) == (["1"], certain)


@pytest.mark.parametrize(
    ("theirs", "ours", "detail"),
    [
        ("+61 8 9358 6599", "0061893586599", "equal: ending in 893586599"),
        ("+61 8 9358 6599", "(08) 9358 6599", "equal: ending in 893586599 | 0893586599"),
        ("(410) 415-7406", "+1 410 415 7406", "equal: 4104157406"),
    ],
)
def test_what_is_compared_of_a_phone_is_said(match: Any, theirs: str, ours: str, detail: str) -> None:
    """Nine digits are the end of a number."""
    customer = {"customer_id_acct": "A1", "customer_name": "Acme Dental", "phone_number": theirs}
    company = {"company_id_cw": "1", "company_name": "Acme Dental", "phone_number": ours}
    evidence = match(match.night([customer], [company, OTHER])).of("A1", "1")["evidence"]
    assert {part["kind"]: part["detail"] for part in evidence}["phone"] == detail


@pytest.mark.parametrize("identifier", ["C-10422", "10422"])
def test_a_number_that_stands_in_two_columns_is_one_key(identifier: str) -> None:
    """An identifier that is the account number says nothing twice; another one does."""
    customers = relation("accounting_customers", [{"account_number": "c-10422"}]).with_row_index("record")
    company = {"account_number": "C-10422", "company_identifier": identifier}
    companies = relation("connectwise_companies", [company]).with_row_index("record")
    contacts = relation("connectwise_contacts", [], record=pl.UInt32)
    rules = Rules.of(customers, companies, pl.Series(dtype=pl.String))
    same, other = {("account", "C-10422")}, {("account", "C-10422"), ("identifier", "10422")}
    found = company_keys(companies, contacts, rules).select("kind", "key_text")
    assert set(found.rows()) == (same if identifier == "C-10422" else other)
