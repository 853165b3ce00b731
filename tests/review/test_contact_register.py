"""Decisions about access in the register: added, never changed, taken back by import, beside the judgements."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.review.contacts.contact_register import ContactJudgement, ContactRegister
from etl.review.register import Import, Judgement, Register, RegisterError
from etl.review.register_schema import STEPS

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def judgement(company: str = "7", **more: Any) -> ContactJudgement:
    """An approval, or what is given."""
    given = {
        "contact_id_cw": "61", "decision": "approved", "snoozed_until": None, "level_asked": 5,
        "email_fingerprint": None, "asked_by": "Ana", "asked_on": date(2026, 11, 19), "decided_at": AT,
        "decided_by": "kim", "note": None, "row_fp": "FP-0", "row_digest": "d", "source": "f.csv", **more,
    }  # fmt: skip
    return ContactJudgement(company, **given)


def nobody(company: str) -> ContactJudgement:
    """The company is to have no login."""
    return judgement(company, decision="nobody", contact_id_cw=None, level_asked=None)


def act(import_id: str) -> Import:
    """An import by a login."""
    return Import(import_id, AT, "root")


def test_a_decision_comes_back_as_it_went_in(tmp_path: Path) -> None:
    """Every column, and who claimed to be whom."""
    register = ContactRegister.open(tmp_path / "register.sqlite")
    assert register.current().is_empty()
    assert not (tmp_path / "register.sqlite").exists()
    register.append([judgement()], Import("contacts-1", AT, "root", "f.csv", "digest", "kim"))
    (row,) = register.current().to_dicts()
    assert {name: row[name] for name in ("imported_by", "claimed_by", "asked_by", "level_asked", "holds")} == {
        "imported_by": "root", "claimed_by": "kim", "asked_by": "Ana", "level_asked": 5, "holds": True,
    }  # fmt: skip
    assert (row["asked_on"], row["decided_at"]) == (date(2026, 11, 19), AT.replace(tzinfo=None))
    assert register.next_import_id() == "contacts-2"


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact_id_cw": None}, {"level_asked": None}, {"decision": "snoozed"}, {"decision": "nobody"},
        {"decision": "rejected"}, {"decided_by": ""}, {"row_fp": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_whole(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """The good decision beside it is not added either."""
    register = ContactRegister.open(tmp_path / "register.sqlite")
    with pytest.raises(RegisterError):
        register.append([judgement("1"), judgement("2", **wrong)], act("contacts-1"))
    assert register.log().is_empty()


@pytest.mark.parametrize("table", ["contact_decisions", "contact_imports"])
@pytest.mark.parametrize("change", ["delete from {}", "update {} set import_id = 'x'"])
def test_nothing_is_changed_or_removed(tmp_path: Path, table: str, change: str) -> None:
    """The file itself refuses."""
    path = tmp_path / "register.sqlite"
    ContactRegister.open(path).append([judgement()], act("contacts-1"))
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="never"):
        connection.execute(change.format(table))


def test_contacts_and_judgements_leave_each_other_alone(tmp_path: Path) -> None:
    """One file, two lists: an import of one is no import of the other."""
    path = tmp_path / "register.sqlite"
    Register.open(path).append([Judgement("c1", "7", "approved", AT, "kim", "f.csv")], act("import-1"))
    ContactRegister.open(path).append([judgement("7")], act("contacts-1"))
    assert Register.open(path).next_import_id() == "import-2"
    ContactRegister.open(path).revert("contacts-1", act("contacts-2"))
    assert Register.open(path).current()["customer_id_acct"].to_list() == ["c1"]
    assert ContactRegister.open(path).current().is_empty()
    with pytest.raises(RegisterError, match="'billsight contacts list' shows the ids"):
        ContactRegister.open(path).revert("import-1", act("contacts-3"))


def test_a_register_from_before_has_no_decisions_and_takes_them(tmp_path: Path) -> None:
    """It is read as it is, raised when something is added, and keeps what it held."""
    path = tmp_path / "register.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (statement for step in STEPS[:2] for statement in step):
            connection.execute(statement)
        connection.execute("insert into imports (import_id, imported_at, imported_by) values ('old', '2026', 'kim')")
        connection.execute("pragma user_version = 2")
    register = ContactRegister.open(path)
    assert register.current().is_empty()
    register.append([judgement()], act("contacts-1"))
    assert register.current().height == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select import_id from imports").fetchall() == [("old",)]


_STEP = st.one_of(
    st.tuples(st.just("add"), st.lists(st.sampled_from("123"), min_size=1, max_size=2, unique=True), st.booleans()),
    st.tuples(st.just("revert"), st.integers(1, 8), st.booleans()),
)


@settings(max_examples=25)
@given(st.lists(_STEP, max_size=8))
def test_a_revert_restores_what_held_before_and_can_itself_be_taken_back(steps: list[Any]) -> None:
    """Whatever came before: what holds is what a replay of the imports that count would give."""
    with TemporaryDirectory() as folder:
        register = ContactRegister.open(Path(folder) / "register.sqlite")
        added: dict[str, list[tuple[str, str]]] = {}
        counts: dict[str, bool] = {}
        for kind, what, flag in steps:
            number = f"contacts-{len(counts) + 1}"
            if kind == "add":
                made = [nobody(one) if flag else judgement(one) for one in what]
                register.append(made, act(number))
                added[number] = [(one.company_id_cw, one.decision) for one in made]
                counts[number] = True
                continue
            target = f"contacts-{what}"
            before = _held(register)
            try:
                companies = register.revert(target, act(number))
            except RegisterError:
                assert _held(register) == before
                continue
            counts[number] = True
            counts[target] = False
            chain = _reverts(register)
            while target in chain:
                target = chain[target]
                counts[target] = not counts[target]
            replay = dict(pair for name, pairs in added.items() if counts[name] for pair in pairs)
            assert _held(register) == replay
            assert set(companies) <= {company for pairs in added.values() for company, _ in pairs}


def _held(register: ContactRegister) -> dict[str, str]:
    return dict(register.current().select("company_id_cw", "decision").iter_rows())


def _reverts(register: ContactRegister) -> dict[str, str]:
    return dict(register.log().filter(pl.col("reverts").is_not_null()).select("import_id", "reverts").iter_rows())
