"""One login at several contacts: what a run makes of it, from the contacts' records to each company's answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.causes import codes
from etl.config import Portal, Settings
from etl.diagnose.access_checks import check_companies, check_contacts
from etl.domain import Run
from etl.pipeline.control import write_control
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, read_models
from tests.soak import runs
from tests.support.accepted_rows import Rows, fill, replace

Answers = dict[str, tuple[bool | None, list[str], list[str]]]
"""Company -> whether anybody there can see, the checks that fail, those that are unknown."""

MODELS = read_models()
STAGING = ("staging.connectwise__companies", "staging.connectwise__contacts")
COMPANIES: Rows = [
    {"company_id_cw": "1", "company_name": "Quarry Lane Bakery", "is_deleted": False},
    {"company_id_cw": "2", "company_name": "Tidewater Dental", "is_deleted": False, "parent_company_id_cw": "1"},
    {"company_id_cw": "3", "company_name": "Larkspur Surveyors", "is_deleted": None},
    {"company_id_cw": "9", "company_name": "Old Mill Bakery", "is_deleted": True},
]
WILMA = {"default_email": "wilma@books.example", "portal_security_level": "6", "is_inactive": False}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the companies, all of which are mapped to."""
    made = Engine(tmp_path_factory.mktemp("logins") / "run.duckdb", threads=1, memory_gb=0.5)
    fill(made, connectwise_companies=COMPANIES)
    made.run(
        "create table quarantine.rows (relation varchar, source_file varchar, source_line bigint,"
        " broken_rules varchar[], row_values varchar)"
    )
    made.write("matching.mappings", pl.DataFrame(COMPANIES).select("company_id_cw"))
    write_control(made, Settings(base=Path()), Run("test", datetime(2026, 11, 22, 2, tzinfo=UTC)))
    build(made, MODELS, STAGING)
    yield made
    made.close()


def _answers(engine: Engine, contacts: Rows, portal: Portal | None = None) -> Answers:
    portal = portal or Portal()
    told = {"is_login_disabled": False, "is_inactive": False}
    rows = [{"contact_id_cw": str(place), **told, **contact} for place, contact in enumerate(contacts, 1)]
    replace(engine, "connectwise_contacts", rows)
    build(engine, MODELS, [*STAGING, "intermediate.contact_facts"])
    engine.write("marts.contact_checks", check_contacts(engine.frame("from intermediate.contact_facts"), portal))
    build(engine, MODELS, ["intermediate.company_facts"])
    judged = check_companies(engine.frame("from intermediate.company_facts"), portal)
    return {
        row["company_id_cw"]: (row["can_anyone_see"], codes(row["failed"]), codes(row["unknown"]))
        for row in judged.to_dicts()
    }


SEEN: tuple[bool, list[str], list[str]] = (True, [], [])
UNSURE: tuple[None, list[str], list[str]] = (None, [], ["DUPLICATE_LOGIN_EMAIL"])
SHARED: tuple[bool, list[str], list[str]] = (False, ["DUPLICATE_LOGIN_EMAIL"], [])


@pytest.mark.parametrize(
    ("others", "first"),
    [
        ([], SEEN),
        ([{"company_id_cw": "2"}], UNSURE),
        ([{"company_id_cw": "2"}, {"company_id_cw": "3"}], UNSURE),
        ([{"company_id_cw": "2", "default_email": "WILMA@Books.Example"}], UNSURE),
        ([{"company_id_cw": None}], UNSURE),
        # at a company that was not read: it may be alive
        ([{"company_id_cw": "77"}], UNSURE),
        # somebody else at the company can see for sure
        ([{"company_id_cw": "2"}, {"company_id_cw": "1", "default_email": "ann@quarry.example"}], SEEN),
        # what blocks nobody
        ([{"company_id_cw": "9"}], SEEN),
        ([{"company_id_cw": "2", "is_inactive": True}], SEEN),
        ([{"company_id_cw": "2", "is_login_disabled": True}], SEEN),
        ([{"company_id_cw": "1", "is_inactive": True}], SEEN),
        ([{"company_id_cw": "1", "is_login_disabled": True}], SEEN),
        # two contacts of one company
        ([{"company_id_cw": "1"}], SHARED),
        ([{"company_id_cw": "1", "default_email": "Wilma@Books.EXAMPLE"}], SHARED),
        ([{"company_id_cw": "1"}, {"company_id_cw": "9"}], SHARED),
        ([{"company_id_cw": "1"}, {"company_id_cw": "1", "default_email": "ann@quarry.example"}], SEEN),
        # at one company twice, and at another
        ([{"company_id_cw": "1"}, {"company_id_cw": "2"}], UNSURE),
    ],
)  # fmt: skip
def test_a_login_blocks_a_company_only_where_it_is_there_twice_and_nowhere_else(
    engine: Engine, others: Rows, first: tuple[bool | None, list[str], list[str]]
) -> None:
    """A bookkeeper, a shared mailbox and an owner of three firms are unknown; who cannot log in blocks nobody."""
    contacts = [WILMA | {"company_id_cw": "1"}, *[WILMA | other for other in others]]
    assert _answers(engine, contacts)["1"] == first


@pytest.mark.parametrize(
    ("rule", "values", "may_be_anybody"),
    [
        ("company is a list, not a value", '{"contact_id_cw": "8"}', True),
        ("default_email: missing | company_id_cw: '1.2E+7' is an id that a spreadsheet spoilt",
         '{"contact_id_cw": "8", "company_id_cw": "1.2E+7"}', True),
        ("company_id_cw is the text 'System.Object[]'", '{"contact_id_cw": "8"}', True),
        # a line that is not a record at all
        ("the line is not a JSON object", "{}", True),
        # an id and no company: whose contact it is was not read
        ("is_inactive: 'x' is neither true nor false", '{"contact_id_cw": "8"}', True),
        # a company and no id: that company's contact, and no other's
        ("contact_id_cw: missing", '{"company_id_cw": "1"}', True),
        ("contact_id_cw: missing", '{"company_id_cw": "2"}', False),
        ("is_inactive: 'x' is neither true nor false", '{"contact_id_cw": "8", "company_id_cw": "2"}', False),
        # prose is no rule
        ("title: 'the; company: ours' has a control character", '{"contact_id_cw": "8", "company_id_cw": "2"}', False),
        # what stands in the row's cells may belong into others
        ("the row has 9 fields, the header 8", '{"contact_id_cw": "8", "company_id_cw": "2"}', True),
    ],
)  # fmt: skip
def test_a_contact_that_could_not_be_read_counts_where_it_may_be(
    engine: Engine, rule: str, values: str, may_be_anybody: Any
) -> None:
    """Where its company was not read, it may be a contact of any company; else only of its own."""
    quoted = rule.replace("'", "''").replace(" | ", "', '")
    engine.run(f"insert into quarantine.rows values ('connectwise_contacts', 'c', 1, ['{quoted}'], '{values}')")
    told = _answers(engine, [])["1"]
    engine.run("delete from quarantine.rows")
    assert (told[0] is None) == may_be_anybody


def test_both_clients_of_one_login_have_the_same_answer(engine: Engine) -> None:
    """Neither is blocked, and neither is known to show, whichever record was made first."""
    both = [WILMA | {"company_id_cw": "2"}, WILMA | {"company_id_cw": "1"}]
    assert {company: _answers(engine, both)[company] for company in "12"} == {"1": UNSURE, "2": UNSURE}


CONTACT = st.fixed_dictionaries(
    {
        "company_id_cw": st.sampled_from(["1", "2", "3", "9", None]),
        "default_email": st.sampled_from(
            ["a@x.example", "A@X.example", "b@x.example", "billing@y.example", "n/a", None]
        ),
        "portal_security_level": st.sampled_from(["6", "6", "6", "2", None]),
        "is_inactive": st.sampled_from([False, False, False, True, None]),
        "is_login_disabled": st.sampled_from([False, False, False, True, None]),
    }
)
GENERATED = settings(
    max_examples=runs(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LIVE = ("1", "2", "3")


def _may_log_in(contact: dict[str, Any]) -> bool:
    return not contact["is_inactive"] and not contact["is_login_disabled"] and contact["company_id_cw"] != "9"


def _login(contact: dict[str, Any]) -> str:
    return (contact["default_email"] or "").lower()


@GENERATED
@given(contacts=st.lists(CONTACT, max_size=7))
def test_no_company_is_blocked_by_a_login_that_other_companies_have(engine: Engine, contacts: Rows) -> None:
    """Whatever the records say: a shared login blocks only where two contacts of that one company have it."""
    answers = _answers(engine, contacts)
    for company in LIVE:
        if "DUPLICATE_LOGIN_EMAIL" not in answers[company][1]:
            continue
        own = [contact for contact in contacts if contact["company_id_cw"] == company and not contact["is_inactive"]]
        logins = {_login(contact) for contact in own if "@" in _login(contact)}
        elsewhere = {_login(c) for c in contacts if c["company_id_cw"] != company and _may_log_in(c)}
        assert any(sum(_login(contact) == login for contact in own) > 1 for login in logins - elsewhere)


@GENERATED
@given(contacts=st.lists(CONTACT, max_size=6), company=st.sampled_from(LIVE), other=CONTACT)
def test_a_contact_elsewhere_never_blocks_a_company_that_was_seen(
    engine: Engine, contacts: Rows, company: str, other: dict[str, Any]
) -> None:
    """It may leave open what the login finds; who cannot log in does not even do that."""
    if other["company_id_cw"] == company:
        other = other | {"company_id_cw": "9"}
    before = _answers(engine, contacts)[company]
    after = _answers(engine, [*contacts, other])[company]
    if before[0]:
        assert after[0] is not False
        assert _may_log_in(other) or after[0]
    assert "DUPLICATE_LOGIN_EMAIL" not in after[1] or "DUPLICATE_LOGIN_EMAIL" in before[1] + before[2]


@GENERATED
@given(contacts=st.lists(CONTACT, max_size=6))
def test_the_case_and_the_order_of_contacts_decide_nothing(engine: Engine, contacts: Rows) -> None:
    """`BILLING@Y.EXAMPLE` is billing@y.example."""
    loud = [contact | {"default_email": (contact["default_email"] or "").upper() or None} for contact in contacts]
    answers = _answers(engine, contacts)
    turned = _answers(engine, loud[::-1])
    assert {company: told[0] for company, told in turned.items()} == {c: told[0] for c, told in answers.items()}


@GENERATED
@given(contacts=st.lists(CONTACT, max_size=6))
def test_nobody_is_blocked_and_nobody_seen_where_client_profiles_decide(engine: Engine, contacts: Rows) -> None:
    """They are no source yet."""
    for can_see, failed, unknown in _answers(engine, contacts, Portal(access="profiles")).values():
        assert (can_see, failed) == (None, [])
        assert "NO_PORTAL_PROFILE" in unknown
