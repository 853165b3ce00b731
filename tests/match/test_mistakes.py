"""Pairs that look certain and are not: each of these once mapped by itself, or would have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

PHONE = {"phone_number": "4104157406"}
PLACE = {"city": "Austin", "state": "TX", "postal_code": "78701", "address_line1": "12 Elm", **PHONE}
ELSEWHERE = {
    "city": "Boston", "state": "MA", "postal_code": "02134", "address_line1": "99 Oak", "phone_number": "6174157406",
}  # fmt: skip


def customer(name: str, **more: str) -> dict[str, str]:
    """A customer of this name."""
    return {"customer_id_acct": "A1", "customer_name": name, **more}


def company(name: str, number: int = 1, **more: str) -> dict[str, str]:
    """A company of this name."""
    return {"company_id_cw": str(number), "company_name": name, **more}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (
            customer("Blue Harbour Dental", account_number="1042", **PLACE),
            company("Stone Ridge Dental", account_number="1042", **ELSEWHERE),
        ),
        (customer("Austin Dental", account_number="CASH"), company("Boston Dental", account_number="CASH")),
        (
            customer("Acme Dental", account_number="1042"),
            company("Acme Dental", company_identifier="1042", account_number="2077"),
        ),
        (
            customer("Acme Dental", postal_code="02134", city="Boston"),
            company("Acme Dental", postal_code="2134", city="Burwood"),
        ),
        (customer("Acme Dental", postal_code="NONE"), company("Acme Dental", postal_code="NONE")),
        (customer("Acme Dental", phone_number="555-555-5555"), company("Acme Dental", phone_number="555-555-5555")),
        (customer("Acme Dental", email="a@x.onmicrosoft.com"), company("Acme Dental", website="z.onmicrosoft.com")),
        (
            customer("Lincoln School", email="a@lincoln.austin.k12.tx.us"),
            company("Lincoln School", website="lincoln.dallas.k12.tx.us"),
        ),
        (customer("Acme Dental", email="a@outlook.fr"), company("Acme Dental", invoice_email="b@outlook.fr")),
        (customer("Acme Dental (Store2)", account_number="C1"), company("Acme Dental (Store3)", account_number="C1")),
        (customer("Acme Dental - Store 2", account_number="C1"), company("Acme Dental", account_number="C1")),
        (customer("Serenity Spa LLC", **PHONE), company("Serenity LLC", **PHONE)),
        (customer("Valley Ag LLC", **PHONE), company("Valley LLC", **PHONE)),
        (customer("Brown & Company LLC", **PHONE), company("Brown LLC", **PHONE)),
        (customer("Acme Pty Ltd", **PHONE), company("Acme Pte Ltd", **PHONE)),
        (customer("Acme SA", **PHONE), company("Acme SA de CV", **PHONE)),
        (customer("Texas Medical Assoc", **PHONE), company("Texas Medical Associates", **PHONE)),
        (customer("Harbor Mkt", **PHONE), company("Harbor Marketing", **PHONE)),
        (customer("Acme Dental 2", company_name="Acme Dental", **PHONE), company("Acme Dental", **PHONE)),
        (customer("Acme", company_name="Acme Inc", **PHONE), company("Acme LLC", **PHONE)),
        (customer("バンダイ", **PHONE), company("ハンタイ", **PHONE)),
        (customer("A+ LLC", **PHONE), company("A LLC", **PHONE)),
        (customer("C# Consulting", **PHONE), company("C Consulting", **PHONE)),
        (customer("Hilton, Paris", **PHONE), company("Paris Hilton", **PHONE)),
        (customer("Project: Hope", **PHONE), company("Hope", **PHONE)),
        (customer("Boom Bam Bam Boom", **PHONE), company("Bam Boom Boom Bam", **PHONE)),
        (customer("Studio Five", account_number="C1"), company("Studio Six", account_number="C1")),
        (customer("Oak Fund XX", account_number="C1"), company("Oak Fund XV", account_number="C1")),
        (customer("Willow Building A", account_number="C1"), company("Willow Building B", account_number="C1")),
        (
            customer("Clinic A", full_name="Big Holding:Clinic A", company_name="Big Holding", **PHONE),
            company("Big Holding", **PHONE),
        ),
    ],
    ids=lambda row: next(text for key, text in row.items() if key.endswith("_name")),
)  # fmt: skip
def test_what_a_careful_person_would_not_map_is_not_certain(
    match: Any, theirs: dict[str, str], ours: dict[str, str]
) -> None:
    """Coincidence, placeholders, words that only look like legal forms, numbers and marks that distinguish firms."""
    assert match(match.night([theirs], [ours, company("Unlike Everybody", 9)])).certain() == set()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        # the number leads to one company, the name and the phone to another
        (
            [customer("Acme Dental", account_number="C1", **PHONE)],
            [company("Northern Bricks", account_number="C1"), company("Acme Dental", 2, **PHONE)],
        ),
        (
            [customer("Acme Group", account_number="C1", tax_identifier="123458769")],
            [company("Acme Dental", account_number="C1"), company("Acme Foods", 2, tax_identifier="123458769")],
        ),
        # a rival that shares too little to be a candidate, or one among too many
        (
            [customer("Acme Dental", account_number="C1")],
            [company("Acme Dental Lab", account_number="C1"), *(company("Acme Dental", n) for n in range(2, 203))],
        ),
        # an account of more companies than are looked up
        (
            [customer("Acme Dental", account_number="C1", **PHONE)],
            [company("Acme Dental", account_number="C1", **PHONE)]
            + [company(f"Firm {n}x", n, account_number="C1") for n in range(2, 404)],
        ),
        # spelt otherwise, or by another name
        ([customer("JP Morgan", **PLACE)], [company("JP Morgan", **PLACE), company("J P Morgan", 2, **PLACE)]),
        (
            [customer("Acme Dental", **PLACE)],
            [company("Acme Dental", **PLACE), company("Zeta Holdings LLC dba Acme Dental", 2, **PLACE)],
        ),
        # a phone of many is a bookkeeper's
        (
            [customer("Acme Dental", **PHONE)],
            [company("Acme Dental", **PHONE), *(company(f"Firm {n}x", n, **PHONE) for n in range(2, 11))],
        ),
    ],
    ids=["number elsewhere", "tax id elsewhere", "many namesakes", "account of many", "spacing", "dba", "shared phone"],
)  # fmt: skip
def test_a_rival_keeps_a_pair_from_being_certain(match: Any, theirs: Any, ours: Any) -> None:
    """Unique means among all companies, also those that are not compared."""
    assert match(match.night(theirs, ours)).certain() == set()


def test_the_company_of_another_customers_account_is_not_certain_by_name(match: Any) -> None:
    """Also where something keeps that customer itself from being certain."""
    owner = {"customer_id_acct": "A2", "customer_name": "Acme Dental", "account_number": "C1", "country": "Canada"}
    night = match.night(
        [customer("Acme Dental", **PHONE), owner], [company("Acme Dental", account_number="C1", country="US", **PHONE)]
    )
    assert match(night).certain() == set()
    unsure = {"customer_id_acct": "A2", "company_id_cw": None, "decision": "unsure"}
    owner.pop("country")
    assert match(replace(night, judgements=[unsure])).certain() == set()


def test_brothers_of_one_name_are_two_customers(match: Any) -> None:
    """Two children of a bookkeeper with one name and one phone: at most one of them is the company."""
    children = [
        {"customer_id_acct": f"A{n}", "customer_name": "Oak Dental", "parent_customer_id_acct": "P", **PHONE}
        for n in (1, 2)
    ]
    parent = {"customer_id_acct": "P", "customer_name": "Bookkeeper Inc"}
    assert match(match.night([*children, parent], [company("Oak Dental", **PHONE)])).certain() == set()


def test_a_name_that_nothing_is_left_of_ends_no_night(match: Any) -> None:
    """Brackets within brackets: a pair without a name to compare is compared by the rest."""
    theirs, ours = customer("((deleted)deleted (x)", account_number="C1"), company("(deleted (x)", account_number="C1")
    assert match(match.night([theirs], [ours])).certain() == set()


def test_known_words_weigh_little_in_a_short_list(match: Any) -> None:
    """James Davis is a name that many have, also where the list is short and has it once."""
    night = replace(
        match.night([customer("James Davis")], [company("James Davis"), company("Other", 2)]), policy="names"
    )
    assert match(night).certain() == set()
