"""Where a decision about access stands: done only with what was asked for, and never a word more than is known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.causes import bits
from etl.report.inputs import FRAMES
from etl.review.contacts.contact_fixes import contact_fixes
from etl.review.contacts.contact_schema import LOG
from etl.review.contacts.contact_states import STATES, Evidence, access_fingerprints, contact_states, email_fingerprint

KEY = b"an invented key"
PERSON: dict[str, Any] = {
    "contact_id_cw": "61", "company_id_cw": "7", "contact_name": "Ana Pike", "default_email": "ana@pike.example",
    "portal_security_level": "2", "is_login_disabled": False, "is_level_told": True, "is_active": True,
    "contact_role": "billing contact", "failed": bits(["LEVEL_TOO_LOW"]),
}  # fmt: skip
PEOPLE = {
    **dict.fromkeys(PERSON, pl.String()), "is_login_disabled": pl.Boolean(), "is_level_told": pl.Boolean(),
    "is_active": pl.Boolean(), "failed": pl.UInt64(),
}  # fmt: skip


def evidence(*people: dict[str, Any], can_see: bool | None = False, **more: Any) -> Evidence:
    """One mapped company with these contacts; nobody can look into it."""
    blank = dict.fromkeys(FRAMES["access"])
    company = {
        **blank, "company_id_cw": "7", "company_name": "Pike", "can_anyone_see": can_see, "blocked_invoices": 3,
        "proposed_contact_id_cw": "61", "fixes": "raise the portal security level from 2 to 5",
    }  # fmt: skip
    given = {"level_needed": 5, "as_of_date": date(2026, 11, 20), "is_complete": True, "key": KEY, **more}
    access = pl.DataFrame([company], schema=FRAMES["access"])
    return Evidence(access, pl.DataFrame(list(people), schema=PEOPLE), **given)


def decision(**more: Any) -> pl.DataFrame:
    """What the register holds: an approval of contact 61 with level 5."""
    row = {
        **dict.fromkeys(LOG), "import_id": "contacts-1", "company_id_cw": "7", "contact_id_cw": "61",
        "decision": "approved", "level_asked": 5, "email_fingerprint": email_fingerprint("ana@pike.example", KEY),
        "decided_at": datetime(2026, 11, 18, 9), "decided_by": "kim", "row_fp": "FP-0", "holds": True, **more,
    }  # fmt: skip
    return pl.DataFrame([row], schema=dict(LOG))


@pytest.mark.parametrize(
    ("person", "state", "told"),
    [
        ({}, "to do", "approved 2026-11-18, not done yet"),
        ({"portal_security_level": "5", "failed": 0}, "done", "approved 2026-11-18, done"),
        ({"portal_security_level": "6.0", "failed": 0}, "done", "approved 2026-11-18, done"),
        ({"portal_security_level": "4"}, "to do", "not done yet"),
        ({"portal_security_level": "50", "failed": 0}, "to do", "not done yet"),
        # the level is there, and something else still keeps the contact out
        ({"portal_security_level": "5", "failed": bits(["LOGIN_DISABLED"])}, "to do", "not done yet"),
        # a privilege that was asked for one person may be another's
        (
            {"portal_security_level": "5", "failed": 0, "default_email": "b@pike.example", "contact_name": "Bo Reed"},
            "stale", "has changed since, and it has access: check whether somebody else has it now",
        ),
        ({"default_email": "b@pike.example"}, "stale", "e-mail has changed"),
        ({"default_email": "ANA@pike.example"}, "to do", "not done yet"),
        ({"is_active": False}, "stale", "inactive"),
        ({"company_id_cw": "8"}, "stale", "no longer at this company"),
        ({"portal_security_level": None, "is_level_told": False, "failed": 0}, "not checked", "has no portal"),
    ],
)  # fmt: skip
def test_an_approval_is_done_or_to_do_or_says_what_changed(person: dict[str, Any], state: str, told: str) -> None:
    """By the contact that was approved, whatever else is at the company."""
    (row,) = contact_states(evidence(PERSON | person), decision()).to_dicts()
    assert row["state"] == state
    assert told in row["state_detail"]


@pytest.mark.parametrize(("is_complete", "state"), [(True, "stale"), (False, "not checked")])
def test_a_missing_contact_is_gone_only_where_all_were_read(*, is_complete: bool, state: str) -> None:
    """Absence proves nothing in a list that was cut."""
    (row,) = contact_states(evidence(is_complete=is_complete), decision()).to_dicts()
    assert (row["state"], row["is_listed"]) == (state, True)


def test_another_level_than_the_one_approved_is_not_what_was_approved() -> None:
    """The portal needs 6 since; nobody has approved that. With 6 already there, it is done."""
    (row,) = contact_states(evidence(PERSON, level_needed=6), decision()).to_dicts()
    assert (row["state"], "with level 5, but 6 is needed now" in row["state_detail"]) == ("stale", True)
    person = PERSON | {"portal_security_level": "6", "failed": 0}
    (row,) = contact_states(evidence(person, level_needed=6), decision()).to_dicts()
    assert row["state"] == "done"


@pytest.mark.parametrize(
    ("decided", "can_see", "state"),
    [
        ({"decision": "nobody"}, False, "nobody"),
        ({"decision": "nobody"}, None, "nobody"),
        ({"decision": "nobody"}, True, "stale"),
        ({"decision": "snoozed", "snoozed_until": date(2026, 11, 21)}, False, "snoozed"),
        ({"decision": "snoozed", "snoozed_until": date(2026, 11, 20)}, False, "to decide"),
        ({"decision": "snoozed", "snoozed_until": date(2026, 11, 21)}, True, None),
        ({"decision": "unsure"}, False, "stale"),
        ({"decision": "unsure"}, True, None),
    ],
)
def test_what_is_no_approval_stands_for_the_company(
    *, decided: dict[str, Any], can_see: bool | None, state: str | None
) -> None:
    """A snooze ends on its day; nobody holds until somebody has access all the same."""
    known = evidence(PERSON, can_see=can_see)
    blank = {"contact_id_cw": None, "level_asked": None, "email_fingerprint": None}
    (row,) = contact_states(known, decision(**blank, **decided)).to_dicts()
    assert row["state"] == state
    same = {"row_fp": access_fingerprints(known)["7"]}
    if decided["decision"] == "unsure" and not can_see:
        (row,) = contact_states(known, decision(**blank, **decided, **same)).to_dicts()
        assert row["state"] == "unsure"


@given(
    st.dictionaries(
        st.sampled_from(["portal_security_level", "default_email", "is_active", "is_login_disabled"]), st.just(None)
    ),
    st.binary(max_size=3),
)
def test_the_fingerprint_is_of_the_level_the_e_mail_and_the_activity(change: dict[str, None], key: bytes) -> None:
    """It changes with each of them and with the key, and with nothing else."""
    before = access_fingerprints(evidence(PERSON))["7"]
    same = PERSON | {"contact_name": "Ann", "contact_role": "contact", "failed": 0}
    assert access_fingerprints(evidence(same))["7"] == before
    assert (access_fingerprints(evidence(PERSON | change))["7"] == before) == (not change)
    assert access_fingerprints(evidence(PERSON, key=key))["7"] != before
    assert access_fingerprints(evidence(PERSON, level_needed=6))["7"] != before


def test_only_companies_that_nobody_can_look_into_need_a_contact() -> None:
    """Most blocked invoices first; no privilege is proposed where one person can see already."""
    blank = dict.fromkeys(FRAMES["access"])
    rows = [
        {**blank, "company_id_cw": "1", "can_anyone_see": True, "blocked_invoices": 9},
        {**blank, "company_id_cw": "2", "can_anyone_see": False, "blocked_invoices": 1, "proposed_contact_id_cw": "61"},
        {**blank, "company_id_cw": "3", "can_anyone_see": False, "blocked_invoices": 4},
        {**blank, "company_id_cw": "4", "can_anyone_see": None, "blocked_invoices": 5},
    ]
    known = evidence(PERSON)
    access = pl.DataFrame(rows, schema=FRAMES["access"])
    states = contact_states(
        Evidence(access, known.people, 5, known.as_of_date, is_complete=True, key=KEY), decision().clear()
    )
    fixes = contact_fixes(states, "r1")
    assert fixes["cw_company_id"].to_list() == ["CW-3", "CW-2"]
    assert fixes["cw_contact_id"].to_list() == [None, "CW-61"]
    assert fixes["row_id"].to_list() == fixes["cw_company_id"].to_list()
    assert set(fixes["state"]) == {STATES[0]}


def test_an_approval_is_listed_while_it_is_to_do_even_where_somebody_else_can_see() -> None:
    """The work list lasts: who approved it reads whether it was done."""
    states = contact_states(evidence(PERSON, can_see=True), decision())
    assert contact_fixes(states, "r1").select("cw_contact_id", "state").rows() == [("CW-61", "to do")]
    done = contact_states(evidence(PERSON | {"portal_security_level": "5", "failed": 0}, can_see=True), decision())
    assert contact_fixes(done, "r1").is_empty()
