"""Who is looked at: a pair that shares a key that distinguishes."""

from __future__ import annotations

from typing import Any

import pytest


def crowd(name: str, count: int, start: int = 100) -> list[dict[str, str]]:
    """Companies whose names begin alike."""
    return [{"company_id_cw": str(start + n), "company_name": f"{name} {n}x"} for n in range(count)]


@pytest.mark.parametrize(
    ("customer", "company"),
    [
        ("Microsft", "Microsoft Corp"),
        ("JP Morgan", "J P Morgan"),
        ("Dental Riverside", "Riverside Dental"),
        ("First Bank State", "First State Bank"),
        ("Acme Holdings:Riverside Dental", "Riverside Dental"),
        ("Riverside Dental:North", "Riverside Dental"),
    ],
)
def test_misspelt_rearranged_and_inner_names_are_found(match: Any, customer: str, company: str) -> None:
    """Among five hundred companies with the same words, the one that is meant comes first."""
    others = [row for word in ("First", "State", "Bank", "Dental", "North") for row in crowd(f"{word} Quux", 130)]
    for number, row in enumerate(others):
        row["company_id_cw"] = str(1000 + number)
    companies = [{"company_id_cw": "1", "company_name": company}, *others]
    found = match(match.night([{"customer_id_acct": "A1", "customer_name": customer}], companies))
    assert found.proposed("A1")[:1] == ["1"]


def test_an_identifier_is_looked_at_whatever_the_names_are(match: Any) -> None:
    """Twenty companies that share more words do not crowd out the one with the account number."""
    customer = {"customer_id_acct": "A1", "customer_name": "Acme Dental", "account_number": "C1"}
    companies = [{"company_id_cw": f"{n}", "company_name": f"Acme Dental Care {n}x"} for n in range(20)]
    companies.append({"company_id_cw": "99", "company_name": "Northern Bricks", "account_number": "C1"})
    answer = match(match.night([customer], companies))
    assert "99" in answer.proposed("A1")
    assert answer.certain() == set()


def test_at_most_five_candidates_are_proposed(match: Any) -> None:
    """A person who reviews chooses among a handful."""
    companies = [{"company_id_cw": f"{n}", "company_name": "Acme Dental"} for n in range(20)]
    answer = match(match.night([{"customer_id_acct": "A1", "customer_name": "Acme Dental"}], companies))
    assert answer.proposed("A1") == ["0", "1", "10", "11", "12"]
    assert {row["reason"] for row in answer.candidates.rows(named=True)} == {"two companies share the name"}


@pytest.mark.parametrize(
    ("customer", "company"),
    [
        ("First National Bank of Sparta", "First National Bank"),
        ("First National Bank", "First Natl Bank (Sparta)"),
        ("First National Bank", "First Natl Bank Sparta"),
        ("First National Bank", "First Nat Bk of Sparta"),
        ("First Nat Bk in Sparta, The", "First National Bank"),
        ("First National Bank", "National First Bank"),
    ],
)
def test_of_many_namesakes_the_one_in_town_comes_first(match: Any, customer: str, company: str) -> None:
    """Also where one of the two has the town in its name; the same words elsewhere are somebody else."""
    others = [
        {
            "company_id_cw": str(n),
            "company_name": "First National Bank",
            "city": f"Town {chr(97 + n % 26)}{n // 26 * 'x'}",
        }
        for n in range(10, 170)
    ]
    companies = [*others, {"company_id_cw": "1", "company_name": company, "city": "Sparta"}]
    answer = match(match.night([{"customer_id_acct": "A1", "customer_name": customer, "city": "SPARTA"}], companies))
    assert answer.proposed("A1")[0] == "1"
    assert answer.certain() == set()


@pytest.mark.parametrize(
    ("customer", "company", "others"),
    [
        ("Adevinta North Sea", "Adevinta", "Zavent{} North Sea"),
        ("First National Bank in Sparta", "First National Bank", "First National Bank in Town{}"),
    ],
)
def test_words_that_many_have_do_not_crowd_out_the_one_that_tells(
    match: Any, customer: str, company: str, others: str
) -> None:
    """A rare word says more than two common ones, and a town more than `in`."""
    names = [others.format(f"{n}x") for n in range(20)] + [f"Quux{n}x" for n in range(400)]
    companies = [{"company_id_cw": str(n), "company_name": name} for n, name in enumerate(names, start=10)]
    companies = [*companies, {"company_id_cw": "1", "company_name": company, "city": "Sparta"}]
    night = match.night([{"customer_id_acct": "A1", "customer_name": customer, "city": "Sparta"}], companies)
    assert match(night).proposed("A1")[:1] == ["1"]


def test_a_town_is_taken_off_a_name_only_where_a_name_is_left(match: Any) -> None:
    """`City of Sparta` is no `City`, and `Oak Dental Sparta` in another town is not `Oak Dental`."""
    for name, ours, town, detail in (
        ("Oak Dental Sparta", "Oak Dental", "Sparta", "equal except for"),
        ("Oak Dental Sparta", "Oak Dental", "Arena", "spelt"),
        ("Oak Dental NewSparta", "Oak Dental New", "Sparta", "spelt"),
        ("City of Sparta", "City", "Sparta", "spelt"),
        ("The City of Sparta", "City", "Sparta", "spelt"),
    ):
        account = {"city": town, "account_number": "C1"}
        customer = {"customer_id_acct": "A1", "customer_name": name, **account}
        answer = match(match.night([customer], [{"company_id_cw": "1", "company_name": ours, **account}]))
        evidence = answer.of("A1", "1")["evidence"]
        assert next(part["detail"] for part in evidence if part["kind"] == "name").startswith(detail)
