"""Namesakes and their places: which of them is meant, and when nobody can say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}
PLACE = {"phone_number": "5124157406", "address_line1": "25 Elm St", "postal_code": "78701", "city": "Austin"}
ELSEWHERE = {"phone_number": "5124157499", "address_line1": "9 Oak St", "postal_code": "78745", "city": "Austin"}
ZAVENT = "Zavent Optics"
AGREE, SHARED = "name, phone and address agree", "two companies share the name"


def test_another_town_name_for_the_place_of_one_phone_is_no_other_place(match: Any) -> None:
    """North York is in Toronto: phone, house number and postal code agree."""
    north = {"city": "North Austin"}
    for more, certain in (
        (north, True),
        ({**north, "postal_code": "73301"}, False),
        ({**north, "phone_number": None}, False),
        ({"postal_code": "73301"}, False),
    ):
        customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE}
        company = {"company_id_cw": "1", "company_name": ZAVENT, **PLACE, **more}
        assert match(match.night([customer], [company, OTHER])).certain() == ({("A1", "1")} if certain else set())


def test_a_site_with_another_phone_is_perhaps_another_site(match: Any) -> None:
    """All sites of a chain have its domain, and two of them may be in one street, or in one house."""
    shared = {"website": "zavent.test", "postal_code": "78701", "city": "Austin"}
    customer = {"customer_id_acct": "A1", "customer_name": "Zavent Optics", **shared}
    company = {"company_id_cw": "1", "company_name": "Zavent Optics", **shared}
    theirs = {"phone_number": "5124157406", "address_line1": "25 Elm St"}
    ours = {"phone_number": "5124157499", "address_line1": "100 Elm St"}
    apart = match(match.night([{**customer, **theirs}], [{**company, **ours}, OTHER]))
    assert apart.of("A1", "1")["reason"] == "the phone differs"
    near = match(match.night([{**customer, **theirs}], [{**company, **ours, "address_line1": "25 Elm"}, OTHER]))
    assert near.of("A1", "1")["reason"] == "the phone differs"


@pytest.mark.parametrize(
    ("ours", "other", "reason"),
    [
        (PLACE, ELSEWHERE, AGREE),
        (PLACE, {"city": "Dallas"}, AGREE),
        # a site nearby or of no known place may be the same one, written down twice
        (PLACE, PLACE, SHARED),
        (PLACE, {}, SHARED),
        (PLACE, {"phone_number": ELSEWHERE["phone_number"]}, SHARED),
        (PLACE, {**PLACE, "phone_number": ELSEWHERE["phone_number"]}, SHARED),
        (PLACE, {**ELSEWHERE, "phone_number": PLACE["phone_number"]}, SHARED),
        ({**PLACE, "phone_number": None}, ELSEWHERE, SHARED),
        ({**PLACE, "address_line1": None}, ELSEWHERE, SHARED),
        ({**PLACE, "address_line1": "77 Elm St"}, ELSEWHERE, SHARED),
        (PLACE, {**PLACE, "phone_number": None, "city": "North Austin"}, SHARED),
        # the e-mail domain points to the other one
        (PLACE, {**ELSEWHERE, "website": "zavent.test"}, SHARED),
        ({**PLACE, "website": "zavent.test"}, {**ELSEWHERE, "website": "zavent.test"}, AGREE),
    ],
)
def test_of_namesakes_the_one_with_the_phone_and_the_address_is_meant(
    match: Any, ours: dict[str, str], other: dict[str, str], reason: str
) -> None:
    """Where all the others are known to be apart; a chain's sites share the name, and its website."""
    customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, "website": "zavent.test", **PLACE}
    companies = [{"company_id_cw": str(n), "company_name": ZAVENT, **place} for n, place in enumerate((ours, other), 1)]
    answer = match(match.night([customer], companies))
    assert answer.of("A1", "1")["reason"] == reason
    assert answer.certain() == ({("A1", "1")} if reason == AGREE else set())


def test_of_more_namesakes_than_are_looked_at_none_is_meant(match: Any) -> None:
    """One of those that were not compared may be nearby."""
    customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE}
    for count, certain in ((5, {("A1", "1")}), (40, set())):
        sites = [{"company_id_cw": str(n), "company_name": ZAVENT, "city": f"Town{n * 'x'}"} for n in range(2, count)]
        answer = match(match.night([customer], [{"company_id_cw": "1", "company_name": ZAVENT, **PLACE}, *sites]))
        assert answer.certain() == certain


def test_a_namesake_with_nearly_the_account_number_keeps_the_other_from_being_certain(match: Any) -> None:
    """One of the two numbers lost its letters."""
    customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE, "account_number": "10422"}
    other = {"company_id_cw": "2", "company_name": ZAVENT, **ELSEWHERE}
    for number, certain in ((None, {("A1", "1")}), ("C10422", set())):
        companies = [{"company_id_cw": "1", "company_name": ZAVENT, **PLACE}, {**other, "account_number": number}]
        assert match(match.night([customer], companies)).certain() == certain


def test_a_namesake_that_an_invoice_points_to_keeps_the_other_from_being_certain(match: Any) -> None:
    """One shared invoice proves nothing, and leaves a doubt."""
    customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE}
    companies = [{"company_id_cw": str(n), "company_name": ZAVENT, **at} for n, at in enumerate((PLACE, ELSEWHERE), 1)]
    night = match.night([customer], companies)
    invoice = {"number_key": "77", "total_amount": 77}
    pointed = replace(
        night, invoices=[{"customer_id_acct": "A1", **invoice}], billed=[{"company_id_cw": "2", **invoice}]
    )
    assert (len(match(night).certain()), match(pointed).certain()) == (1, set())


def test_floors_and_boxes_are_no_house_numbers(match: Any) -> None:
    """Two sites on a first floor are not one."""
    for theirs, ours, certain in (
        ("Level 1, 25 Elm St", "Level 1, 99 Oak St", False),
        ("PO Box 12", "12 Elm St", False),
        ("Suite 4, 25 Elm St", "25 Elm St, Suite 4", True),
    ):
        customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE, "address_line1": theirs}
        company = {"company_id_cw": "1", "company_name": ZAVENT, **PLACE, "address_line1": ours}
        answer = match(match.night([customer], [company, {**ELSEWHERE, **OTHER, "company_name": ZAVENT}]))
        assert answer.certain() == ({("A1", "1")} if certain else set())


def test_two_boxes_or_shops_are_two_places(match: Any) -> None:
    """Where there is no house number: two shops of a chain in one mall have one postal code."""
    place = {"city": "Austin", "postal_code": "78701"}
    for theirs, ours, certain in (
        ("PO Box 12", "PO Box 99", False),
        ("Shop 12, Westfield Mall", "Shop 88, Westfield Mall", False),
        ("Unit 4", "Unit 9", False),
        ("PO Box 12", "25 Elm St", False),
        ("12 Elm Street", "Suite 12, Elm St", False),
        ("PO Box 1234", "P.O. Box 1234", True),
        ("Level 10-12, 25 Elm St", "2nd Floor, 25 Elm St", True),
    ):
        customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **place, "address_line1": theirs}
        company = {"company_id_cw": "1", "company_name": ZAVENT, **place, "address_line1": ours}
        answer = match(match.night([customer], [company, OTHER]))
        assert answer.certain() == ({("A1", "1")} if certain else set())


def test_a_state_is_the_same_however_it_is_written(match: Any) -> None:
    """Old short forms too; what is no state says nothing."""
    for theirs, ours, certain in (
        ("Fla.", "Florida", True),
        ("Ont", "ON", True),
        ("N/A", "TX", True),
        ("FL", "TX", False),
    ):
        customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, "phone_number": "4104157406", "state": theirs}
        company = {"company_id_cw": "1", "company_name": ZAVENT, "phone_number": "4104157406", "state": ours}
        answer = match(match.night([customer], [company, OTHER]))
        assert answer.certain() == ({("A1", "1")} if certain else set())


def test_two_customers_of_one_name_phone_and_address_are_for_a_person(match: Any) -> None:
    """Both cannot be the one company, unless one belongs to the other."""
    customers = [{"customer_id_acct": key, "customer_name": ZAVENT, **PLACE} for key in ("A1", "A2")]
    companies = [{"company_id_cw": str(n), "company_name": ZAVENT, **place} for n, place in enumerate((PLACE, {}), 1)]
    assert match(match.night(customers, companies)).certain() == set()
