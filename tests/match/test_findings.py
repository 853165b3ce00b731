"""What is found in numbers and in names within names: evidence for people, never enough to map by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}


@pytest.mark.parametrize(
    ("theirs", "ours", "detail"),
    [
        ("24270", "AC24270", "equal but for the letters before it"),
        ("AC24270", "024270", "equal but for the letters before it"),
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
        ("10422 - Synrevox Clinic", "Synrevox Clinic", "equal but for what stands before or behind"),
        ("Evcon LLC t/a Synrevox Clinic - Austin", "Synrevox Clinic", "equal but for what stands before or behind"),
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
    ("companies", "namesakes", "place"),
    [
        (120, 8, {}),
        (120, 4, {}),
        (90, 80, {}),
        (120, 8, {"city": "Bled", "state": "OR"}),
        (120, 8, {"city": "Bled"}),
    ],
)
def test_a_lone_name_is_doubted_where_companies_commonly_share_theirs(
    match: Any, companies: int, namesakes: int, place: dict[str, str]
) -> None:
    """Under `names`: among banks a rare name may have a namesake that is not in the list; in one town it has none."""
    is_certain = (companies, namesakes) != (120, 8) or "state" in place
    names = [f"Bank {min(n, companies - namesakes)}" for n in range(companies)]
    others = [{"company_id_cw": str(n), "company_name": name} for n, name in enumerate(names, start=10)]
    customer = {"customer_id_acct": "A1", "customer_name": "Zavent Quartz", **place}
    company = {"company_id_cw": "1", "company_name": "Zavent Quartz", **place}
    answer = match(replace(match.night([customer], [company, *others]), policy="names"))
    assert answer.certain() == ({("A1", "1")} if is_certain else set())
    doubted = "only the name agrees, and companies commonly share their names here"
    assert (answer.of("A1", "1")["reason"] == doubted) is not is_certain


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        (("Springfield", "IL"), ("Springfield", "Illinois"), {("A1", "1")}),
        (("Springfield", "IL"), ("Springfield", "MO"), set()),
        (("Springfield", "Illinois"), ("Springfield", "Missouri"), set()),
        (("Springfield", "Tyrol"), ("Springfield", "Styria"), set()),
        (("Springfield", None), ("Springfield", None), set()),
        (("N/A", "IL"), ("N/A", "IL"), set()),
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


def test_another_town_name_for_the_place_of_one_phone_is_no_other_place(match: Any) -> None:
    """North York is in Toronto: phone, house number and postal code agree."""
    for more, certain in (({}, True), ({"postal_code": "73301"}, False), ({"phone_number": None}, False)):
        customer = {"customer_id_acct": "A1", "customer_name": ZAVENT, **PLACE}
        company = {"company_id_cw": "1", "company_name": ZAVENT, **PLACE, "city": "North Austin", **more}
        assert match(match.night([customer], [company, OTHER])).certain() == ({("A1", "1")} if certain else set())


def test_a_site_with_another_phone_and_another_address_is_another_site(match: Any) -> None:
    """All sites of a chain have its domain, and two of them may be in one street."""
    shared = {"website": "zavent.test", "postal_code": "78701", "city": "Austin"}
    customer = {"customer_id_acct": "A1", "customer_name": "Zavent Optics", **shared}
    company = {"company_id_cw": "1", "company_name": "Zavent Optics", **shared}
    theirs = {"phone_number": "5124157406", "address_line1": "25 Elm St"}
    ours = {"phone_number": "5124157499", "address_line1": "100 Elm St"}
    apart = match(match.night([{**customer, **theirs}], [{**company, **ours}, OTHER]))
    assert apart.of("A1", "1")["reason"] == "the phone and the address differ"
    moved = match(match.night([{**customer, **theirs}], [{**company, **ours, "address_line1": "25 Elm"}, OTHER]))
    assert moved.certain() == {("A1", "1")}


PLACE = {"phone_number": "5124157406", "address_line1": "25 Elm St", "postal_code": "78701", "city": "Austin"}
ELSEWHERE = {"phone_number": "5124157499", "address_line1": "9 Oak St", "postal_code": "78745", "city": "Austin"}
ZAVENT = "Zavent Optics"
AGREE, SHARED = "name, phone and address agree", "two companies share the name"


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


def test_two_customers_of_one_name_phone_and_address_are_for_a_person(match: Any) -> None:
    """Both cannot be the one company, unless one belongs to the other."""
    customers = [{"customer_id_acct": key, "customer_name": ZAVENT, **PLACE} for key in ("A1", "A2")]
    companies = [{"company_id_cw": str(n), "company_name": ZAVENT, **place} for n, place in enumerate((PLACE, {}), 1)]
    assert match(match.night(customers, companies)).certain() == set()
