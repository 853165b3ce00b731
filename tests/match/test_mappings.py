"""Judgement, then the portal, then certainty, then review, then nobody; and what contradicts the first two."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

CUSTOMER = {"customer_id_acct": "A1", "customer_name": "Acme Dental", "account_number": "C1"}
COMPANIES = [
    {"company_id_cw": "1", "company_name": "Acme Dental", "account_number": "C1"},
    {"company_id_cw": "2", "company_name": "Blue Harbour Foods"},
    {"company_id_cw": "3", "company_name": "Stone Law"},
]
JUDGED_AT = datetime(2026, 1, 2, 3, 4, 5)


def judged(decision: str, company: str | None) -> dict[str, Any]:
    """One current judgement about the customer."""
    return {
        "customer_id_acct": "A1", "company_id_cw": company, "decision": decision,
        "judged_at": JUDGED_AT, "judged_by": "kim",
    }  # fmt: skip


def portal(company: str | None) -> list[dict[str, Any]]:
    """The portal's mapping of the customer."""
    return [{"customer_id_acct": "A1", "company_id_cw": company}]


@pytest.mark.parametrize(
    ("judgements", "mapped", "expected"),
    [
        ([judged("approved", "3")], portal("2"), ("mapped", "judgement", "3")),
        ([judged("excluded", None)], portal("2"), ("excluded", "judgement", None)),
        ([], portal("2"), ("mapped", "portal", "2")),
        ([judged("unsure", "1")], portal("2"), ("mapped", "portal", "2")),
        ([], portal(None), ("mapped", "certainty", "1")),
        ([], [], ("mapped", "certainty", "1")),
        ([judged("snoozed", None)], [], ("mapped", "certainty", "1")),
        ([judged("unsure", "1")], [], ("review", "nobody", None)),
        ([judged("rejected", "1")], [], ("none", "nobody", None)),
        ([judged("rejected", "2")], portal("2"), ("mapped", "certainty", "1")),
    ],
)
def test_the_order_of_those_who_say_so(
    match: Any, judgements: list[Any], mapped: list[Any], expected: tuple[str, str, str | None]
) -> None:
    """A person outranks the portal, the portal outranks certainty; a rejection outranks the portal too."""
    mapping = match(replace(match.night([CUSTOMER], COMPANIES), judgements=judgements, portal=mapped)).mapping("A1")
    assert (mapping["mapping_state"], mapping["mapping_source"], mapping["company_id_cw"]) == expected


def test_only_a_judgement_says_who_and_when(match: Any) -> None:
    """Certainty and judgement never share a column: beside a judgement stands the machine's own estimate, or none."""
    answer = match(replace(match.night([CUSTOMER], COMPANIES), judgements=[judged("approved", "1")]))
    mapping = answer.mapping("A1")
    assert (mapping["judged_at"], mapping["judged_by"]) == (JUDGED_AT, "kim")
    assert mapping["certainty"] == answer.of("A1", "1")["certainty"]
    elsewhere = match(replace(match.night([CUSTOMER], COMPANIES), judgements=[judged("approved", "3")])).mapping("A1")
    assert elsewhere["certainty"] is None
    assert match(match.night([CUSTOMER], COMPANIES)).mapping("A1")["judged_at"] is None


@pytest.mark.parametrize("who", ["portal", "judgement"])
def test_a_mapping_that_an_identifier_contradicts_is_in_conflict(match: Any, who: str) -> None:
    """The account number belongs to another company: the wrong client may see these invoices."""
    given = match.night([CUSTOMER], COMPANIES)
    said = {"portal": portal("2")} if who == "portal" else {"judgements": [judged("approved", "2")]}
    mapping = match(replace(given, **said)).mapping("A1")
    assert mapping["is_conflicting"]
    assert mapping["conflict_company_id_cw"] == "1"
    assert mapping["company_id_cw"] == "2"


@pytest.mark.parametrize(
    "companies",
    [
        pytest.param([COMPANIES[0], {**COMPANIES[1], "account_number": "C1"}], id="both have the number"),
        pytest.param([COMPANIES[0], {**COMPANIES[1], "bill_to_company_id_cw": "1"}], id="the mapped one bills to it"),
        pytest.param([{**COMPANIES[0], "is_deleted": True}, COMPANIES[1]], id="the other one is in the recycle bin"),
        pytest.param([{**COMPANIES[0], "account_number": None}, COMPANIES[1]], id="only a name"),
    ],
)
def test_weak_or_equal_evidence_contradicts_nobody(match: Any, companies: list[dict[str, Any]]) -> None:
    """A conflict is an alarm: it needs an identifier at a live company that the mapped one cannot match."""
    mapping = match(replace(match.night([CUSTOMER], companies), portal=portal("2"))).mapping("A1")
    assert not mapping["is_conflicting"]
    assert mapping["company_id_cw"] == "2"


@pytest.mark.parametrize(
    ("rejected", "reason"),
    [
        (["1"], "the only candidate, Acme Dental, was rejected by kim on 2026-01-02"),
        (["1", "2"], "its 2 candidates were rejected, the last by kim on 2026-01-02"),
        ([], "no company is like it"),
    ],
)
def test_rejected_candidates_are_not_said_never_to_have_been_there(
    match: Any, rejected: list[str], reason: str
) -> None:
    """Who rejected the only candidate reads that, not that no company is like the customer."""
    customer = CUSTOMER if rejected else {"customer_id_acct": "A1", "customer_name": "Zebra"}
    given = replace(match.night([customer], COMPANIES), judgements=[judged("rejected", each) for each in rejected])
    mapping = match(given).mapping("A1")
    assert (mapping["mapping_state"], mapping["reason"]) == ("none", reason)


def test_a_portal_mapping_that_a_person_rejected_is_in_conflict(match: Any) -> None:
    """The portal goes on showing the invoices to a company that a person refused."""
    customer = {"customer_id_acct": "A1", "customer_name": "Zebra"}
    given = match.night([customer], COMPANIES)
    mapping = match(replace(given, judgements=[judged("rejected", "2")], portal=portal("2"))).mapping("A1")
    assert (mapping["mapping_state"], mapping["is_conflicting"], mapping["conflict_company_id_cw"]) == (
        "none",
        True,
        "2",
    )
