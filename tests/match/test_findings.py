"""What is found in numbers and in names within names: evidence for people, never enough to map by itself."""

from __future__ import annotations

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
