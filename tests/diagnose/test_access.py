"""Who can look into the portal: null is not permission, and one person is proposed, never everybody."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.causes import CAUSES, codes
from etl.config import Portal
from etl.diagnose.access_checks import check_companies, check_contacts

CONTACT: dict[str, Any] = {
    "contact_id_cw": "1", "company_id_cw": "7", "contact_name": "Ann", "default_email": "ann@acme.example",
    "portal_security_level": "6", "is_level_told": True,
    "login_holders_here": 0, "login_holders_elsewhere": 0, "is_inactive": False, "is_login_disabled": False,
    "is_billing_contact": False, "is_default_billing": False, "is_default": False,
}  # fmt: skip
TYPES: dict[str, Any] = {
    name: pl.Boolean if isinstance(value, bool) else pl.Int64 if isinstance(value, int) else pl.String
    for name, value in CONTACT.items()
}
COMPANY: dict[str, Any] = {
    "company_id_cw": "7", "contact_count": 2, "active_contact_count": 2, "able_contact_count": 0,
    "perhaps_able_contact_count": 0, "related_able_count": 0, "proposed_failed": 0, "proposed_level": "6",
    "perhaps_unknown": 0, "proposed_unknown": 0,
}  # fmt: skip


MASKS = dict.fromkeys(("proposed_failed", "proposed_unknown", "perhaps_unknown"), pl.UInt64)
PROFILES = Portal(access="profiles")


def _portal(level: int) -> Portal:
    return Portal(minimum_security_level=level)


def _company(portal: Portal, **company: Any) -> dict[str, Any]:
    return check_companies(pl.DataFrame([COMPANY | company], schema_overrides=MASKS), portal).to_dicts()[0]


def _judged(*contacts: dict[str, Any], level: int = 6) -> list[dict[str, Any]]:
    rows = [CONTACT | {"contact_id_cw": str(number)} | contact for number, contact in enumerate(contacts, 1)]
    return check_contacts(pl.DataFrame(rows, schema=TYPES), _portal(level)).to_dicts()


def _broken(level: int = 6, **contact: Any) -> list[str]:
    return codes(_judged(contact, level=level)[0]["failed"])


@pytest.mark.parametrize(
    ("written", "needed", "broken"),
    [
        ("6", 6, []),
        ("6.0", 6, []),
        ("6.00", 6, []),
        ("5", 5, []),
        ("1", 1, []),
        ("5", 6, ["LEVEL_TOO_LOW"]),
        ("5.0", 6, ["LEVEL_TOO_LOW"]),
        ("1", 6, ["LEVEL_TOO_LOW"]),
        ("7", 1, ["LEVEL_INVALID"]),
        ("0", 1, ["LEVEL_INVALID"]),
        ("-6", 1, ["LEVEL_INVALID"]),
        ("6.5", 1, ["LEVEL_INVALID"]),
        ("66", 1, ["LEVEL_INVALID"]),
        ("six", 1, ["LEVEL_INVALID"]),
        (None, 1, ["LEVEL_MISSING"]),
    ],
)
def test_a_level_must_be_there_be_one_and_be_high_enough(written: str | None, needed: int, broken: list[str]) -> None:
    """One to six, also as data frames write it; what is not there permits nothing."""
    assert _broken(needed, portal_security_level=written) == broken


def test_a_level_that_no_contact_has_is_unknown_and_blocks_nobody() -> None:
    """The export has no such column: who has a level is not known, which is neither permission nor a defect."""
    contact = _judged({"portal_security_level": None, "is_level_told": False})[0]
    assert (codes(contact["failed"]), codes(contact["unknown"])) == ([], ["LEVEL_MISSING"])
    assert (contact["can_see"], contact["is_perhaps_able"]) == (False, True)


@pytest.mark.parametrize(
    ("email", "broken"),
    [
        ("ann@acme.example", []),
        ("Ann.O'Hara+bills@mail.acme.co.uk", []),
        (None, ["NO_LOGIN_EMAIL"]),
        ("ann(at)acme.example", ["BAD_EMAIL"]),
        ("ann@acme", ["BAD_EMAIL"]),
        ("ann@acme.example, bob@acme.example", ["BAD_EMAIL"]),
        ("ann @acme.example", ["BAD_EMAIL"]),
        ("@acme.example", ["BAD_EMAIL"]),
        ("ann@acme.example.", ["BAD_EMAIL"]),
    ],
)
def test_a_login_needs_one_proper_address(email: str | None, broken: list[str]) -> None:
    """An address that is missing and one that is none are different repairs."""
    assert _broken(default_email=email) == broken


def test_a_shared_address_and_a_disabled_login_keep_everybody_out() -> None:
    """The portal cannot distinguish two contacts of one company; a disabled login beats any level."""
    assert _broken(login_holders_here=1) == ["DUPLICATE_LOGIN_EMAIL"]
    assert _broken(is_login_disabled=True) == ["LOGIN_DISABLED"]
    shared = {"login_holders_here": 2, "is_login_disabled": True, "portal_security_level": None}
    assert _broken(**shared) == ["DUPLICATE_LOGIN_EMAIL", "LOGIN_DISABLED", "LEVEL_MISSING"]
    # a word that is no address is nobody's login
    assert _broken(login_holders_here=2, default_email="none") == ["BAD_EMAIL"]


@pytest.mark.parametrize("here", [0, 1])
def test_a_login_of_several_companies_is_unknown(here: int) -> None:
    """A bookkeeper may see every client or one of them: nobody is accused, and nobody is known to see."""
    (contact,) = _judged({"login_holders_here": here, "login_holders_elsewhere": 1})
    assert (contact["failed"], codes(contact["unknown"])) == (0, ["DUPLICATE_LOGIN_EMAIL"])
    assert (contact["can_see"], contact["is_perhaps_able"]) == (False, True)


def test_a_shared_address_is_no_fault_where_nobody_says_who_is_active() -> None:
    """The other contact may have left."""
    (contact,) = _judged({"login_holders_here": 1, "is_inactive": None})
    assert (contact["failed"], codes(contact["unknown"])) == (0, ["DUPLICATE_LOGIN_EMAIL"])


def test_whoever_is_perhaps_able_is_looked_at_before_anything_is_changed() -> None:
    """The billing contact's level is too low, but the bookkeeper may see the invoices already."""
    rows = _judged(
        {"is_billing_contact": True, "portal_security_level": "1"}, {"login_holders_elsewhere": 1, "is_default": True}
    )
    assert [row["is_proposed"] for row in rows] == [False, True]


@given(
    level=st.sampled_from([None, "1", "6", "x"]), email=st.sampled_from([None, "a@b.example", "nonsense"]),
    disabled=st.sampled_from([[None], [True], [False]]), contacts=st.integers(0, 2),
)  # fmt: skip
def test_where_client_profiles_decide_access_is_not_checked(
    level: str | None, email: str | None, disabled: list[bool | None], contacts: int
) -> None:
    """Levels, logins and missing contacts are hints: nothing is blocked by them, and nothing is visible."""
    row = CONTACT | {"portal_security_level": level, "default_email": email, "is_login_disabled": disabled[0]}
    (contact,) = check_contacts(pl.DataFrame([row], schema=TYPES), PROFILES).to_dicts()
    by_level = check_contacts(pl.DataFrame([row], schema=TYPES), Portal()).to_dicts()[0]
    assert (contact["failed"], contact["can_see"]) == (0, False)
    assert set(codes(contact["unknown"])) >= {*codes(by_level["failed"]), "NO_PORTAL_PROFILE"}
    company = _company(
        PROFILES, contact_count=contacts, active_contact_count=contacts, perhaps_able_contact_count=contacts,
        proposed_failed=contact["failed"], perhaps_unknown=contact["unknown"] if contacts else 0,
    )  # fmt: skip
    assert (company["failed"], company["can_anyone_see"], company["fixes"]) == (0, None, None)
    assert "NO_PORTAL_PROFILE" in codes(company["unknown"])
    assert ("NO_CONTACT" in codes(company["unknown"])) == (contacts == 0)


def test_an_inactive_contact_sees_nothing_whatever_its_level() -> None:
    """It breaks no gate of its own and still cannot see."""
    (contact,) = _judged({"is_inactive": True})
    assert (contact["failed"], contact["can_see"], contact["is_proposed"]) == (0, False, False)


@pytest.mark.parametrize(
    ("contacts", "proposed"),
    [
        ([{"is_default": True}, {"is_billing_contact": True, "portal_security_level": None}], "2"),
        ([{"is_default": True}, {"is_default_billing": True, "default_email": None}], "2"),
        ([{}, {"is_default": True, "portal_security_level": "1"}], "2"),
        ([{"portal_security_level": None, "default_email": None}, {"portal_security_level": None}], "2"),
        ([{"portal_security_level": "3"}, {"portal_security_level": "4"}], "2"),
        ([{"portal_security_level": "4"}, {"portal_security_level": "4"}], "1"),
        ([{"contact_id_cw": "10"}, {"contact_id_cw": "9"}], "9"),
        ([{"is_billing_contact": True, "is_inactive": True}, {"portal_security_level": "2"}], "2"),
    ],
)
def test_the_billing_contact_is_proposed_first(contacts: list[dict[str, Any]], proposed: str) -> None:
    """Then the default, then who needs the least, then who sees the most, then the oldest; never an inactive one."""
    assert [row["contact_id_cw"] for row in _judged(*contacts) if row["is_proposed"]] == [proposed]


def test_a_contact_without_a_company_is_proposed_nowhere() -> None:
    """There is nothing that it could look into."""
    assert [row["is_proposed"] for row in _judged({"company_id_cw": None}, {"company_id_cw": None})] == [False, False]


GATES: dict[str, Any] = {
    "default_email": st.sampled_from([None, "a@b.example", "nonsense"]),
    "portal_security_level": st.sampled_from([None, "6", "6.0", "5", "1", "9", "x"]),
    "login_holders_here": st.sampled_from([0, 1, 2]),
    "login_holders_elsewhere": st.sampled_from([0, 0, 3]),
    "is_inactive": st.booleans(),
    "is_login_disabled": st.booleans(),
    "is_billing_contact": st.booleans(),
    "company_id_cw": st.sampled_from(["7", "8", None]),
}


@given(contacts=st.lists(st.fixed_dictionaries(GATES), min_size=1, max_size=8), level=st.integers(1, 6))
def test_who_can_see_breaks_nothing_and_each_company_with_somebody_active_has_one_proposal(
    contacts: list[dict[str, Any]], level: int
) -> None:
    """Whatever the records say: seeing means active and no gate broken, and there is one proposal at most."""
    rows = _judged(*contacts, level=level)
    for row in rows:
        assert row["can_see"] == (row["is_active"] and row["failed"] == 0 and row["unknown"] == 0)
        if row["login_holders_elsewhere"]:
            assert "DUPLICATE_LOGIN_EMAIL" not in codes(row["failed"])
        assert set(codes(row["failed"])) <= {cause.code for cause in CAUSES if cause.subject == "contact"}
        if row["can_see"]:
            assert row["default_email"] == "a@b.example"
            assert int(float(row["portal_security_level"])) >= level
    active = {row["company_id_cw"] for row in rows if row["is_active"]} - {None}
    assert sorted(row["company_id_cw"] for row in rows if row["is_proposed"]) == sorted(active)


@pytest.mark.parametrize(
    ("company", "broken"),
    [
        ({"able_contact_count": 1, "proposed_failed": None}, []),
        ({"contact_count": 0, "active_contact_count": 0, "proposed_failed": None}, ["NO_CONTACT"]),
        ({"active_contact_count": 0, "proposed_failed": None}, ["ONLY_INACTIVE_CONTACTS"]),
        ({"active_contact_count": 0, "related_able_count": 2, "proposed_failed": None}, ["CONTACT_AT_PARENT_OR_CHILD"]),
        (
            {"contact_count": 0, "active_contact_count": 0, "related_able_count": 1, "proposed_failed": None},
            ["CONTACT_AT_PARENT_OR_CHILD"],
        ),
    ],
)
def test_a_company_is_open_as_soon_as_one_contact_can_see(company: dict[str, Any], broken: list[str]) -> None:
    """Otherwise it lacks a contact, an active one, or has one next door."""
    judged = _company(_portal(6), **company)
    assert codes(judged["failed"]) == broken
    assert judged["can_anyone_see"] == (not broken)
    assert judged["fixes"] is None


def test_the_gates_of_a_closed_company_are_those_of_the_one_to_propose() -> None:
    """What is to be changed is reported for that person, step by step."""
    (contact,) = _judged({"portal_security_level": "9", "default_email": None, "is_login_disabled": True})
    judged = _company(_portal(5), proposed_failed=contact["failed"], proposed_level="9")
    assert codes(judged["failed"]) == ["NO_LOGIN_EMAIL", "LOGIN_DISABLED", "LEVEL_INVALID"]
    assert judged["fixes"] == ("add a default e-mail; allow portal login; change the portal security level from 9 to 5")


def test_an_export_that_says_nothing_proves_nothing() -> None:
    """Without the flags nobody is able, and nobody is accused either: the company is unknown."""
    (contact,) = _judged({"is_login_disabled": None, "is_inactive": None})
    assert (contact["failed"], contact["can_see"], contact["is_perhaps_able"]) == (0, False, True)
    company = _company(_portal(6), perhaps_able_contact_count=1, perhaps_unknown=contact["unknown"])
    assert (company["failed"], company["can_anyone_see"], codes(company["unknown"])) == (0, None, ["LOGIN_DISABLED"])
    # nothing but who is active is missing
    company = _company(_portal(6), perhaps_able_contact_count=1)
    assert (company["can_anyone_see"], codes(company["unknown"])) == (None, ["ONLY_INACTIVE_CONTACTS"])


def test_what_a_contact_lacks_says_nothing_of_what_the_export_does_not_tell() -> None:
    """The level is too low; whether the login is allowed is not known, and not passed."""
    row = CONTACT | {"portal_security_level": "2", "is_login_disabled": None}
    (contact,) = check_contacts(pl.DataFrame([row], schema=TYPES), _portal(6)).to_dicts()
    company = _company(_portal(6), proposed_failed=contact["failed"], proposed_unknown=contact["unknown"])
    assert codes(company["failed"]) == ["LEVEL_TOO_LOW"]
    assert "LOGIN_DISABLED" in codes(company["unknown"])
    assert company["can_anyone_see"] is False
