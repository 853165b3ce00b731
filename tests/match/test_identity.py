"""What identifies a firm: account numbers as written, whole phone numbers; and what is never waived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.soak import also, runs

NAME, FIRM = {"customer_name": "Acme Dental"}, {"company_name": "Acme Dental"}
OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}
PHONE = {"phone_number": "4104157406"}


def verdict(match: Any, theirs: dict[str, str], ours: dict[str, str]) -> tuple[str, str]:
    """Decision and reason of one customer and one company of one name."""
    customer, company = {"customer_id_acct": "A1", **NAME, **theirs}, {"company_id_cw": "1", **FIRM, **ours}
    row = match(match.night([customer], [company, OTHER])).of("A1", "1")
    return row["decision"], row["reason"]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("+1 212 355 0134", "+1 312 355 0134", "only the name agrees"),
        ("2123550134", "1 (312) 355-0134", "only the name agrees"),
        ("2123550134", "+1 212-355-0134", "name and phone agree"),
        ("0893586599", "+61 8 9358 6599", "name and phone agree"),
        ("020 7946 0958", "+44 20 7946 0958", "name and phone agree"),
        ("２１２-355-0134", "(212) 355 0134", "name and phone agree"),
        ("212355013²", "2123550132", "only the name agrees"),
        ("001 212 355 0134", "312 355 0134", "only the name agrees"),
        ("020 7946 0958", "030 7946 0958", "only the name agrees"),
        ("212-355-0134 102", "212-755-0134 102", "only the name agrees"),
        ("212-355-0134 102", "+1 212 355 0134", "name and phone agree"),
        ("212-355-0134 / 212-355-0199", "312-355-0199", "only the name agrees"),
        # London is not Maine: another country or a zero is no number of North America
        ("+44 20 7946 0134", "+1 (207) 946-0134", "only the name agrees"),
        ("020 7946 0134", "(207) 946-0134", "only the name agrees"),
        ("+49 2123550134", "212-355-0134", "only the name agrees"),
        ("+61 2 1235 5013", "+1 421 235 5013", "only the name agrees"),
    ],
)
def test_phones_of_ten_digits_agree_in_all_ten(match: Any, one: str, other: str, found: str) -> None:
    """New York is not Chicago; a country code or a leading zero is no difference."""
    for left, right in ((one, other), (other, one)):
        assert verdict(match, {"phone_number": left}, {"phone_number": right})[1] == found


@settings(max_examples=runs(5))
@given(
    is_same=st.booleans(),
    area=st.integers(201, 889),
    line=st.integers(2_000_000, 8_999_999),
)
def test_another_area_code_is_another_phone(match: Any, *, is_same: bool, area: int, line: int) -> None:
    """Whatever the last nine digits are, and with the country code or without."""
    ours = f"+1 {area if is_same else area + 100}{line}"
    found = verdict(match, {"phone_number": f"{area}{line}"}, {"phone_number": ours})
    assert (found[0] == "certain") is is_same


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        (["100-11"], ["1001-1"], "account number contradicts"),
        (["100-11"], ["10011", "2-2"], "account number contradicts"),
        (["A-12", "B-7"], ["A12", "B7"], "account number and name agree"),
        (["A12", "B7"], ["A-12", "B-7"], "account number and name agree"),
        (["A-12"], ["A12", "B-7"], "account number contradicts"),
        (["a-12 "], ["A-12"], "account number and name agree"),
        (["A–12"], ["A-12"], "account number and name agree"),
        (["00123"], ["123", "4-4"], "account number and name agree"),
        (["0123-4"], ["123-4"], "account number contradicts"),
        (["１２３"], ["123"], "account number and name agree"),
        (["123²"], ["1232"], "account number contradicts"),
        (["AC-24270", "1-1"], ["24270", "2-2"], "only the name agrees"),
    ],
)  # fmt: skip
def test_account_numbers_are_compared_as_they_are_written(
    match: Any, theirs: list[str], ours: list[str], found: str
) -> None:
    """Their parts are put together only where one side has lost what stands between them, in all its numbers."""
    for left, right in ((theirs, ours), (ours, theirs)):
        names = ("Acme Dental", "Zavent Quartz", "Ulbrit Foods")
        customers = [
            {"customer_id_acct": f"A{n}", "customer_name": name, "account_number": number}
            for n, (name, number) in enumerate(zip(names, left, strict=False))
        ]
        companies = [
            {"company_id_cw": str(n), "company_name": name, "account_number": number}
            for n, (name, number) in enumerate(zip((names[0], "Quorex Mills"), right, strict=False))
        ]
        assert match(match.night(customers, companies)).of("A0", "0")["reason"] == found


def test_a_number_in_a_name_says_nothing_about_how_account_numbers_are_written(match: Any) -> None:
    """`7-Eleven` is a name, unless a company has it for its number."""
    shop = {"customer_id_acct": "A2", "customer_name": "Quorex Mills", "company_name": "7-Eleven"}
    customer = {"customer_id_acct": "A1", **NAME, "account_number": "A12"}
    company = {"company_id_cw": "1", **FIRM, "account_number": "A-12"}
    for more, is_certain in (({}, True), ({"account_number": "7-ELEVEN"}, False)):
        answer = match(match.night([customer, shop], [company, {**OTHER, **more}]))
        assert (("A1", "1") in answer.certain()) is is_certain


def test_numbers_of_one_kind_do_not_make_those_of_another_contradict(match: Any) -> None:
    """Whether both sides number alike is seen in numbers that meet; each kind is written in its own form."""
    names = [f"Zavent{n * 'x'} Quartz" for n in range(30)]
    customers = [
        {"customer_id_acct": f"A{n:02}", "customer_name": name, "account_number": f"K-{100 + n}"}
        for n, name in enumerate(names)
    ]
    companies = [
        {"company_id_cw": str(n), "company_name": name, "company_identifier": f"K{100 + n}"}
        for n, name in enumerate(names)
    ]
    companies[0] |= {"company_identifier": None, "account_number": "Q-7"}
    reason = match(match.night(customers, companies)).of("A00", "0")["reason"]
    assert reason == "account number contradicts"


def test_identifiers_in_parts_say_nothing_about_how_account_numbers_are_written(match: Any) -> None:
    """A company's identifier and its account number are two columns, each with its own habits."""
    customer = {"customer_id_acct": "A1", **NAME, "account_number": "A-12"}
    company = {"company_id_cw": "1", **FIRM, "account_number": "A12", "company_identifier": "ACME-2"}
    assert match(match.night([customer], [company, OTHER])).certain() == {("A1", "1")}


@settings(max_examples=runs(5))
@given(parts=st.lists(st.integers(1, 99), min_size=2, max_size=3), cut=st.integers(1, 3))
def test_a_separator_elsewhere_is_another_account(match: Any, parts: list[int], cut: int) -> None:
    """Where both sides write numbers in parts, the parts count."""
    one = "-".join(map(str, parts))
    digits = one.replace("-", "")
    cut = min(cut, len(digits) - 1)
    other = f"{digits[:cut]}-{digits[cut:]}"
    found = verdict(match, {"account_number": f"K{one}"}, {"account_number": f"K{other}"})
    assert (found[0] == "certain") is (one == other)


def invoices(name: str, who: str) -> list[dict[str, Any]]:
    """Two invoices of 100."""
    return [{name: who, "number_key": number, "total_amount": 100} for number in "12"]


EVERYTHING = {
    **PHONE, "website": "acme.test", "city": "Austin", "state": "TX", "postal_code": "78701", "address_line1": "12 Elm",
    "tax_identifier": "123458769", "account_number": "C1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("differing", "reason"),
    [({"account_number": "C2"}, "account number contradicts"), ({"tax_identifier": "223458769"}, "tax id contradicts")],
)
def test_a_contradiction_of_identity_is_never_waived(match: Any, differing: dict[str, str], reason: str) -> None:
    """Not by everything else together, invoices included."""
    night = match.night(
        [{"customer_id_acct": "A1", **NAME, **EVERYTHING}], [{"company_id_cw": "1", **FIRM, **EVERYTHING, **differing}]
    )
    rows = replace(night, invoices=invoices("customer_id_acct", "A1"), billed=invoices("company_id_cw", "1"))
    assert match(rows).of("A1", "1")["reason"] == reason


def test_invoices_do_not_outvote_the_account_number_of_another_company(match: Any) -> None:
    """The number is one company's, the invoices are another's: a person looks."""
    customer = {"customer_id_acct": "A1", **NAME, "account_number": "C1"}
    night = match.night([customer], [{"company_id_cw": "1", **FIRM}, {**OTHER, "account_number": "C1"}])
    rows = replace(night, invoices=invoices("customer_id_acct", "A1"), billed=invoices("company_id_cw", "1"))
    assert match(rows).certain() == set()


@pytest.mark.parametrize("differing", [{"phone_number": "4104157499"}, {"website": "zavent.test"}])
@pytest.mark.parametrize("identifier", ["", "account_number", "tax_identifier", "invoices"])
def test_a_differing_phone_or_domain_is_waived_by_an_identifier_only(
    match: Any, differing: dict[str, str], identifier: str
) -> None:
    """Accounting has the clerk's mobile, ConnectWise the switchboard; the name and the place prove nothing then."""
    lacking = dict.fromkeys({"account_number", "tax_identifier"} - {identifier})
    customer = {"customer_id_acct": "A1", **NAME, **EVERYTHING, **lacking}
    night = match.night([customer], [{"company_id_cw": "1", **FIRM, **EVERYTHING, **lacking, **differing}, OTHER])
    if identifier == "invoices":
        night = replace(night, invoices=invoices("customer_id_acct", "A1"), billed=invoices("company_id_cw", "1"))
    assert match(night).certain() == ({("A1", "1")} if identifier else set())


@pytest.mark.parametrize(
    ("twin", "has_contacts", "is_certain"),
    [
        ({"company_name": "Acme Dental North", **PHONE}, True, False),
        ({"company_name": "Acme Dental North", "website": "acme.test"}, True, False),
        ({"company_name": "Acme Dental North", **PHONE}, False, True),
        ({"company_name": "Zavent Mills", "phone_number": "+44 104157406"}, True, False),
        ({"company_name": "Acme Dental North", **PHONE, "is_deleted": True}, True, True),
        ({"company_name": "Quorex Mills", "website": "acme.test"}, True, True),
    ],
)
def test_a_second_company_with_contacts_leaves_it_to_an_identifier(
    match: Any, twin: dict[str, Any], *, has_contacts: bool, is_certain: bool
) -> None:
    """Two practices of a group, two owners of a franchise: the name and the phone do not say which."""
    here = {**PHONE, "website": "acme.test"}
    contacts = [{"contact_id_cw": f"C{n}", "company_id_cw": n} for n in ("1", *(["2"] if has_contacts else []))]
    companies = [{"company_id_cw": "1", **FIRM, **here}, {"company_id_cw": "2", **twin}, OTHER]
    customer = {"customer_id_acct": "A1", **NAME, **here}
    assert match(match.night([customer], companies, contacts)).certain() == ({("A1", "1")} if is_certain else set())
    numbered = [{**companies[0], "account_number": "C1"}, *companies[1:]]
    night = match.night([{**customer, "account_number": "C1"}], numbered, contacts)
    assert match(night).certain() == {("A1", "1")}


BRANCHES = [
    "Iris Vet - Utica", "Iris Vet (Lakeside)", "Iris Vet, Lakeside", "Iris Vet Utica", "Utica Iris Vet",
    "Iris Vet #2", "Iris Vet II", "Iris Vet North", "Iris Vet East Clinic", "Iris Vet LLC - Utica",
    "Iris Vet Utica, LLC", "Iris Vet of New Hartford", "Iris Vet NY", "North Iris Vet", "New York Iris Vet",
    "Iris Vet Store 4", "Iris Vet Utica Office", "Iris Vet HQ", "Iris Vet Tolland", "Iris Vet San Diego",
    "Iris Vet Saint Louis", "Iris Vet St. Louis", "Iris Vet Seventh", "Iris Vet Suite B", "Iris Vet 3rd Floor",
    "Iris Vet Airport", "Iris Vet Building C", "Iris Vet Nord", "Iris Vet Ontario", "Iris Vet Scotland",
    "Iris Vet Ten", "Iris Vet Winston-Salem", "Iris Vet Cape Cod",
]  # fmt: skip
TRIED_BOTH_WAYS = {*BRANCHES[::4], *also(BRANCHES)}
"""Names for which all that must not be in the way is tried in both directions; `make soak` does so for every name."""


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_branch_by_its_name_leaves_it_to_an_identifier(match: Any, branch: str) -> None:
    """In both directions; a firm that merely shares its first words is another one, and so is one without contacts."""
    here, there = {"postal_code": "21017", "city": "Tolland"}, {"postal_code": "13501", "city": "New Hartford"}
    for one, other in ((branch, "Iris Vet"), ("Iris Vet", branch)):
        firms = [
            {"company_id_cw": "1", "company_name": one, **here},
            {"company_id_cw": "2", "company_name": other, **there},
        ]
        customer = {"customer_id_acct": "A1", "customer_name": one, **here}
        contacts = [{"contact_id_cw": f"C{n}", "company_id_cw": n} for n in "12"]
        assert match(match.night([customer], [*firms, OTHER], contacts)).certain() == set()
        if one == branch or branch in TRIED_BOTH_WAYS:
            assert match(match.night([customer], [*firms, OTHER], contacts[:1])).certain() == {("A1", "1")}
        if branch not in TRIED_BOTH_WAYS:
            continue
        numbered = [{**firms[0], "account_number": "C1"}, firms[1]]
        night = match.night([{**customer, "account_number": "C1"}], [*numbered, OTHER], contacts)
        assert match(night).certain() == {("A1", "1")}


@pytest.mark.parametrize("other", ["Iris Vet Supplies", "Iris Bakery", "Iris Vets Lab - Utica", "Utica Vet"])
def test_a_firm_that_shares_words_is_no_branch(match: Any, other: str) -> None:
    """What it has besides names no place."""
    firms = [{"company_id_cw": n, "company_name": name} for n, name in (("1", "Iris Vet"), ("2", other))]
    contacts = [{"contact_id_cw": f"C{n}", "company_id_cw": n} for n in "12"]
    customer = {"customer_id_acct": "A1", "customer_name": "Iris Vet", **PHONE}
    night = match.night([customer], [{**firms[0], **PHONE}, firms[1], OTHER], contacts)
    assert match(night).certain() == {("A1", "1")}


def test_a_bookkeeper_at_two_clients_makes_no_twins(match: Any) -> None:
    """One contact at two companies, and a firm of its own: each client is recognized by its own name and place."""
    pat = {"default_email": "pat@quorexbooks.test", "phone_number": "2124157406"}
    contacts = [{"contact_id_cw": f"C{n}", "company_id_cw": n, **pat} for n in "123"]
    names = ("Acme Dental", "Zavent Roofing", "Quorex Books")
    customers = [
        {"customer_id_acct": n, "customer_name": name, "postal_code": f"2101{n}"}
        for n, name in zip("123", names, strict=True)
    ]
    companies = [
        {"company_id_cw": n, "company_name": name, "postal_code": f"2101{n}"}
        for n, name in zip("123", names, strict=True)
    ]
    assert len(match(match.night(customers, companies, contacts)).certain()) == 3
