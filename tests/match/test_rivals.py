"""A company is most often one customer: what another customer that is like it says, and when it says nothing."""

from __future__ import annotations

from typing import Any

from etl.match.scorecard import read_scorecard

SITE = {"website": "silvermesa.test", "city": "Austin", "postal_code": "78701"}
MESA = {"company_id_cw": "1", "company_name": "Silver Mesa Plumbing", **SITE}
TREES = ("Alder", "Birch", "Cedar", "Damson", "Elm")
OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}
OWNER = {"customer_id_acct": "A1", "customer_name": "Silver Mesa Plumbing LLC", "phone_number": "4104157406", **SITE}
SISTER = {"customer_id_acct": "A2", "customer_name": "Silver Mesa Roofing", **SITE}


def rival(answer: Any, customer: str, company: str = "1") -> dict[str, Any] | None:
    """The part of the score that speaks of other customers; none where nothing does."""
    parts = answer.of(customer, company)["evidence"]
    return next((part for part in parts if part["kind"] == "other customers"), None)


def test_a_sister_firm_loses_to_the_customer_that_bears_the_name(match: Any) -> None:
    """The one that fits better is named to whoever reviews the other; it loses nothing itself."""
    alone = match(match.night([SISTER], [MESA, OTHER])).of("A2", "1")
    answer = match(match.night([OWNER, SISTER], [MESA, OTHER]))
    told = rival(answer, "A2")
    assert told is not None
    assert told["verdict"] == "contradicts"
    assert told["detail"] == "another one fits the company better: A1"
    assert told["points"] == read_scorecard().points["other customers"]["better"] < 0
    assert answer.of("A2", "1")["certainty"] < alone["certainty"]
    assert rival(answer, "A1") is None


def test_two_that_fit_as_well_say_so_of_each_other(match: Any) -> None:
    """Neither is better: each says so of the other."""
    answer = match(match.night([OWNER, {**OWNER, "customer_id_acct": "A3"}], [MESA, OTHER]))
    details = [rival(answer, who)["detail"] for who in ("A1", "A3")]
    assert details == [f"another one fits the company as well: {who}" for who in ("A3", "A1")]


def test_a_family_is_no_rival_of_its_own(match: Any) -> None:
    """Children and parents are often one company."""
    child = {**SISTER, "parent_customer_id_acct": "A1"}
    assert rival(match(match.night([OWNER, child], [MESA, OTHER])), "A2") is None


def test_whoever_suits_another_company_better_is_no_rival(match: Any) -> None:
    """A customer counts only at the company that it is likest."""
    roofing = {"company_id_cw": "2", "company_name": "Silver Mesa Roofing", **SITE}
    answer = match(match.night([OWNER, SISTER], [MESA, roofing]))
    assert rival(answer, "A1") is None
    assert rival(answer, "A2", "2") is None


def test_where_companies_commonly_have_two_customers_a_second_one_says_nothing(match: Any) -> None:
    """Thirty companies, each of them twice among the customers: that is how this provider keeps its books."""
    names = [f"{one} {two}" for one in ("Zavent", "Quorex", "Ulbrit") for two in TREES]
    names += [f"{name} Works" for name in names]
    companies = [{"company_id_cw": str(n), "company_name": name} for n, name in enumerate(names, start=10)]
    customers = [
        {"customer_id_acct": f"{which}{n}", "customer_name": name, "city": city}
        for n, name in enumerate(names)
        for which, city in (("P", "Austin"), ("Q", "Dallas"))
    ]
    night = [OWNER, SISTER, *customers]
    assert rival(match(match.night(night, [MESA, *companies])), "A2") is None
    assert rival(match(match.night([OWNER, SISTER, *customers[::2]], [MESA, *companies])), "A2") is not None
