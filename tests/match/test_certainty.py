"""Certain is a rule: an identifier, or the exact name and a second sign, alone on both sides, nothing against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from etl.match.scorecard import read_scorecard

DENTAL = {"customer_id_acct": "A1", "customer_name": "Acme Dental LLC"}
ACME = {"company_id_cw": "1", "company_name": "Acme Dental, L.L.C."}
OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}


@pytest.mark.parametrize(
    ("customer", "company", "reason"),
    [
        ({"account_number": "C-1"}, {"account_number": "C1"}, "account number and name agree"),
        ({"account_number": "C-1"}, {"company_identifier": "C1"}, "account number and name agree"),
        ({"customer_name": "Acme Dental (C-100)"}, {"account_number": "C100"}, "account number and name agree"),
        (
            {"customer_name": "Acme Group", "tax_identifier": "12-3458769"},
            {"tax_identifier": "123458769"},
            "tax id agrees",
        ),
        ({"email": "ap@acme.test"}, {"website": "www.acme.test"}, "name and e-mail domain agree"),
        ({"phone_number": "(410) 415-7406"}, {"phone_number": "+1 410 415 7406"}, "name and phone agree"),
        ({"postal_code": "02134"}, {"postal_code": "2134-1000"}, "name and postal code agree"),
        (
            {"city": "Saint Paul", "address_line1": "12 Elm Street"},
            {"city": "St. Paul", "address_line1": "Suite 4, 12 Elm St"},
            "name, city and address agree",
        ),
    ],
)
def test_an_identifier_or_the_name_and_a_second_sign_is_certain(
    match: Any, customer: dict[str, str], company: dict[str, str], reason: str
) -> None:
    """Each of these is enough when nothing speaks against it."""
    answer = match(match.night([{**DENTAL, **customer}], [{**ACME, **company}, OTHER]))
    assert answer.certain() == {("A1", "1")}
    assert answer.of("A1", "1")["reason"] == reason


@pytest.mark.parametrize(
    ("customer", "company", "reason"),
    [
        ({}, {}, "only the name agrees"),
        ({"city": "Austin"}, {"city": "Austin"}, "only the name agrees"),
        ({"email": "ap@gmail.com"}, {"invoice_email": "x@gmail.com"}, "only the name agrees"),
        ({"email": "ap@msp.test"}, {"invoice_email": "x@msp.test"}, "only the name agrees"),
        (
            {"postal_code": "02134", "phone_number": "4104157407"},
            {"postal_code": "02134", "phone_number": "4104157406"},
            "the phone differs",
        ),
        ({"customer_name": "Acme Dentals"}, {"phone_number": "4104157406"}, "the name is only similar"),
        ({"customer_name": "Acme Dental Inc"}, {"phone_number": "4104157406"}, "the legal form differs"),
        (
            {"account_number": "C-2", "tax_identifier": "123458769"},
            {"account_number": "C1"},
            "account number contradicts",
        ),
        ({"tax_identifier": "223458769", "account_number": "C1"}, {"account_number": "C1"}, "tax id contradicts"),
        (
            {"account_number": "C1", "country": "USA"},
            {"account_number": "C1", "country": "Canada"},
            "the country differs",
        ),
        (
            {"account_number": "C1", "customer_name": "Acme Dental 2"},
            {"account_number": "C1", "company_name": "Acme Dental 3"},
            "the names differ in a number",
        ),
        (
            {"account_number": "C1", "customer_name": "Northern Bricks"},
            {"account_number": "C1"},
            "only the account number agrees",
        ),
        ({"account_number": "C1"}, {"account_number": "C1", "is_deleted": True}, "the company is in the recycle bin"),
        ({"account_number": "C1"}, {"account_number": "C1", "is_inactive": True}, "the company is inactive"),
        ({"account_number": "C1"}, {"account_number": "C1", "is_vendor": True}, "the company is a vendor"),
    ],
)
def test_what_keeps_a_candidate_from_being_certain_is_told(
    match: Any, customer: dict[str, str], company: dict[str, Any], reason: str
) -> None:
    """The reason of a candidate for review is the first clause that fails, in words."""
    left = {**DENTAL, "phone_number": "4104157406" if "phone_number" in company else None, **customer}
    right = {**ACME, "tax_identifier": "123458769", **company}
    answer = match(replace(match.night([left], [right, OTHER]), own_domains=("msp.test",)))
    assert answer.certain() == set()
    assert answer.of("A1", "1")["reason"] == reason


def test_two_companies_with_one_account_number_are_both_for_review(match: Any) -> None:
    """A number that two companies hold identifies neither, also where one of them is only a recycled copy."""
    companies = [
        {**ACME, "account_number": "C1"},
        {**ACME, "company_id_cw": "2", "account_number": "C1", "is_deleted": True},
    ]
    answer = match(match.night([{**DENTAL, "account_number": "C1"}], companies))
    assert answer.certain() == set()
    assert answer.of("A1", "1")["reason"] == "two companies share the account number"


def test_an_account_number_typed_wrong_does_not_outvote_the_name(match: Any) -> None:
    """The number points to a firm that shares a word, while another firm has the very name: a person looks."""
    companies = [ACME, {"company_id_cw": "2", "company_name": "Acme Bricks", "account_number": "C2"}]
    answer = match(match.night([{**DENTAL, "account_number": "C2"}], companies))
    assert answer.of("A1", "2")["reason"] == "another company has this name"


def test_two_customers_with_one_account_number_are_both_for_review(match: Any) -> None:
    """Unique in both directions: showing one client's invoices to another is the worst failure."""
    customers = [{**DENTAL, "account_number": "C1"}, {**DENTAL, "customer_id_acct": "A2", "account_number": "C1"}]
    assert match(match.night(customers, [{**ACME, "account_number": "C1"}])).certain() == set()


@pytest.mark.parametrize("link", [{"parent_customer_id_acct": "A1"}, {"full_name": "Acme Dental LLC:North"}])
def test_a_child_may_be_certain_of_its_parents_company(match: Any, link: dict[str, str]) -> None:
    """A parent and its child can belong to one company; that is no contradiction."""
    child = {"customer_id_acct": "A2", "customer_name": "Acme Dental North", "account_number": "C1", **link}
    answer = match(match.night([{**DENTAL, "account_number": "C1"}, child], [{**ACME, "account_number": "C1"}]))
    assert answer.certain() == {("A1", "1"), ("A2", "1")}


def test_an_identifier_settles_what_a_name_leaves_open(match: Any) -> None:
    """Of two customers with one company, the one with the account number is certain, the namesake is not."""
    phone = {"phone_number": "4104157406"}
    customers = [{**DENTAL, "account_number": "C1"}, {**DENTAL, **phone, "customer_id_acct": "A2"}]
    answer = match(match.night(customers, [{**ACME, **phone, "account_number": "C1"}]))
    assert answer.certain() == {("A1", "1")}
    assert answer.of("A2", "1")["reason"] == ("another customer has the company's account number, tax id or invoices")


def invoices(customer: str, *numbers: str) -> list[dict[str, Any]]:
    """Accounting invoices of 100 each."""
    return [{"customer_id_acct": customer, "number_key": number, "total_amount": 100} for number in numbers]


def billed(company: str, *numbers: str, amount: int = 100, bill_to: str | None = None) -> list[dict[str, Any]]:
    """ConnectWise invoices."""
    return [
        {"company_id_cw": company, "bill_to_company_id_cw": bill_to, "number_key": number, "total_amount": amount}
        for number in numbers
    ]


def test_five_shared_invoices_prove_the_mapping_without_a_name(match: Any) -> None:
    """Number and total agree at one company and never elsewhere: the names need not have a word in common."""
    given = match.night([{"customer_id_acct": "A1", "customer_name": "JPX Holdings"}], [ACME, OTHER])
    rows = replace(given, invoices=invoices("A1", *"1234567"), billed=billed("1", *"12345"))
    answer = match(rows)
    assert answer.certain() == {("A1", "1")}
    assert answer.of("A1", "1")["reason"] == "invoices agree in number and total"


@pytest.mark.parametrize(
    "elsewhere",
    [
        billed("1", "1"),
        billed("1", "1", "1"),
        billed("1", "1", "2", amount=99),
        billed("1", "1", "2") + billed("9", "3"),
    ],
)
def test_one_invoice_or_several_companies_are_not_enough(match: Any, elsewhere: list[dict[str, Any]]) -> None:
    """One hit may be chance, the same invoice twice is one, another total is none, another company is a doubt."""
    given = match.night([{"customer_id_acct": "A1", "customer_name": "JPX Holdings"}], [ACME, OTHER])
    assert match(replace(given, invoices=invoices("A1", "1", "2", "3"), billed=elsewhere)).certain() == set()


def test_a_few_shared_invoices_need_a_name_that_is_not_unlike(match: Any) -> None:
    """Two flat fees under the same numbers happen by chance; with a plausible name they do not."""
    for name, certain in (("JPX Holdings", set()), ("Acme Group", {("A1", "1")})):
        given = match.night([{"customer_id_acct": "A1", "customer_name": name}], [ACME, OTHER])
        rows = replace(given, invoices=invoices("A1", "1", "2"), billed=billed("1", "1", "2"))
        assert match(rows).certain() == certain


def test_two_systems_that_number_apart_share_nothing(match: Any) -> None:
    """Where more numbers disagree in their totals than agree, the agreement is chance."""
    given = match.night([{"customer_id_acct": "A1", "customer_name": "Acme Group"}], [ACME, OTHER])
    rows = replace(
        given, invoices=invoices("A1", *"123456789"), billed=billed("1", *"12") + billed("9", *"345678", amount=7)
    )
    assert match(rows).certain() == set()


def test_the_same_number_and_total_in_another_currency_is_another_invoice(match: Any) -> None:
    """EUR 100 under number 1 is not USD 100 under number 1."""
    given = match.night([{"customer_id_acct": "A1", "customer_name": "Acme Group"}], [ACME, OTHER])
    euros = [{**row, "currency_code": "EUR"} for row in billed("1", *"123456")]
    assert match(replace(given, invoices=invoices("A1", *"123456"), billed=euros)).certain() == set()


@pytest.mark.parametrize("number", ["12-3456789", "EXEMPT 2024", "00-0000000"])
def test_a_tax_id_that_many_write_down_is_none(match: Any, number: str) -> None:
    """Placeholders are not identifiers."""
    customers = [{"customer_id_acct": "A1", "customer_name": "Acme Group", "tax_identifier": number}]
    assert match(match.night(customers, [{**ACME, "tax_identifier": number}])).certain() == set()


def test_a_tax_id_alone_needs_a_name_that_is_not_unlike(match: Any) -> None:
    """A typing error in a tax id is another firm's."""
    customers = [{"customer_id_acct": "A1", "customer_name": "Zenith Roofing", "tax_identifier": "123458769"}]
    answer = match(match.night(customers, [{**ACME, "tax_identifier": "123458769"}]))
    assert answer.of("A1", "1")["reason"] == "only the tax id agrees"


def test_shared_invoices_belong_to_the_company_that_is_billed(match: Any) -> None:
    """Where billing is redirected, the portal shows the invoice to the bill-to company."""
    given = match.night([{"customer_id_acct": "A1", "customer_name": "JPX Holdings"}], [ACME, OTHER])
    rows = replace(given, invoices=invoices("A1", *"12345"), billed=billed("9", *"12345", bill_to="1"))
    assert match(rows).certain() == {("A1", "1")}


def test_invoices_at_another_company_speak_against_the_name(match: Any) -> None:
    """The namesake is not certain while its invoices are somebody else's."""
    phone = {"phone_number": "4104157406"}
    given = match.night([{**DENTAL, **phone}], [{**ACME, **phone}, OTHER])
    answer = match(replace(given, invoices=invoices("A1", "1", "2"), billed=billed("9", "1", "2")))
    assert answer.of("A1", "1")["reason"] == "its invoices belong to another company"
    assert answer.certain() == set()


def test_a_domain_of_many_companies_is_a_bookkeepers(match: Any) -> None:
    """A domain that more than three companies use is no sign, neither for nor against."""
    companies = [{**ACME, "invoice_email": "a@books.test"}] + [
        {"company_id_cw": f"{n}", "company_name": f"Firm {n}", "invoice_email": "b@books.test"} for n in range(2, 6)
    ]
    answer = match(match.night([{**DENTAL, "email": "c@books.test"}], companies))
    assert answer.of("A1", "1")["reason"] == "only the name agrees"


def test_a_place_alone_proposes_nobody(match: Any) -> None:
    """The other firms of a town are no candidates, even with a common word in their names."""
    place = {"city": "Austin", "postal_code": "78701", "address_line1": "12 Elm"}
    companies = [{"company_id_cw": "1", "company_name": "Sunrise Dental Care", **place}]
    answer = match(
        match.night([{"customer_id_acct": "A1", "customer_name": "Blue Harbour Dental", **place}], companies)
    )
    assert answer.proposed("A1") == []
    assert answer.mapping("A1")["mapping_state"] == "none"


def test_two_ways_of_numbering_clients_contradict_nobody(match: Any) -> None:
    """Where no account number of many occurs on the other side, different numbers mean nothing."""
    customers = [
        {
            "customer_id_acct": f"A{n}",
            "customer_name": f"Firm {n}",
            "account_number": f"Q{n}",
            "phone_number": f"41041{n:05}",
        }
        for n in range(30)
    ]
    companies = [
        {
            "company_id_cw": f"{n}",
            "company_name": f"Firm {n}",
            "account_number": f"Z{n}",
            "phone_number": f"41041{n:05}",
        }
        for n in range(30)
    ]
    assert len(match(match.night(customers, companies)).certain()) == 30


def test_a_person_who_was_unsure_is_not_overruled_by_a_rule(match: Any) -> None:
    """The machine does not map what a person could not decide."""
    given = match.night([{**DENTAL, "account_number": "C1"}], [{**ACME, "account_number": "C1"}])
    answer = match(replace(given, judgements=[{"customer_id_acct": "A1", "decision": "unsure"}]))
    assert answer.of("A1", "1")["reason"] == "a person was unsure"


def test_the_evidence_says_what_was_compared(match: Any) -> None:
    """Each part names its kind, its points, its verdict and both values."""
    answer = match(match.night([{**DENTAL, "city": "Austin"}], [{**ACME, "city": "Dallas"}]))
    parts = {part["kind"]: part for part in answer.of("A1", "1")["evidence"]}
    assert list(parts) == ["prior", "name", "rarity", "city"]
    worth = read_scorecard().points["city"]["other"]
    assert parts["city"] == {
        "kind": "city", "points": worth, "verdict": "contradicts", "detail": "different: austin | dallas"
    }  # fmt: skip
    assert parts["name"]["detail"] == "equal, legal form too: Acme Dental LLC | Acme Dental, L.L.C."
