"""What people decided is remembered as they decided it, and can only be superseded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import ExitCode
from etl.review.register import CURRENT, Decision, Import, Judgement, Register, RegisterError

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def judgement(decision: Decision, company: str | None = None, customer: str = "A1") -> Judgement:
    """One person's decision."""
    return Judgement(customer, company, decision, NOON, "kim", "mapping_fixes.csv", "as agreed", "f00d")


def act(number: int = 1) -> Import:
    """One import."""
    return Import(f"import-{number}", NOON, "kim", "mapping_fixes.csv", "beef")


def decided(path: Path, *judgements: Judgement) -> set[tuple[str | None, str]]:
    """The current judgements after these, each imported on its own."""
    register = Register.open(path)
    for number, one in enumerate(judgements):
        register.append([one], act(number))
    return set(register.current().select("company_id_cw", "decision").rows())


def test_a_missing_register_is_empty_and_stays_missing(tmp_path: Path) -> None:
    """A first run needs no register, and reading leaves nothing behind."""
    path = tmp_path / "state" / "register.sqlite"
    current = Register.open(path).current()
    assert current.is_empty()
    assert current.schema == pl.Schema(CURRENT)
    assert not path.parent.exists()


def test_a_judgement_is_remembered_with_who_when_and_why(tmp_path: Path) -> None:
    """Everything that was said is given back, instants in UTC."""
    path = tmp_path / "register.sqlite"
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    said = Judgement("A1", "7", "approved", east, "kim", "mapping_fixes.csv", "as agreed", "f00d")
    Register.open(path).append([said], act())
    assert Register.open(path).current().rows(named=True) == [
        {
            "customer_id_acct": "A1", "company_id_cw": "7", "decision": "approved",
            "judged_at": NOON.replace(tzinfo=None), "judged_by": "kim", "note": "as agreed",
            "evidence_fingerprint": "f00d", "source": "mapping_fixes.csv", "import_id": "import-1",
            "snoozed_until": None,
        }
    ]  # fmt: skip


def test_the_latest_judgement_of_a_customer_holds(tmp_path: Path) -> None:
    """People change their minds; the last word counts, not the first."""
    words = (judgement("approved", "1"), judgement("approved", "2"), judgement("excluded"))
    assert decided(tmp_path / "a", *words[:2]) == {("2", "approved")}
    assert decided(tmp_path / "b", *words) == {(None, "excluded")}


def test_a_rejection_is_about_a_pair_and_holds_beside_the_rest(tmp_path: Path) -> None:
    """To refuse one company says nothing about another; both are remembered."""
    words = (judgement("rejected", "1"), judgement("rejected", "2"), judgement("approved", "3"))
    assert decided(tmp_path / "r", *words) == {("1", "rejected"), ("2", "rejected"), ("3", "approved")}


def test_a_pair_is_either_approved_or_rejected(tmp_path: Path) -> None:
    """The later of the two takes the earlier one back."""
    yes, no = judgement("approved", "1"), judgement("rejected", "1")
    assert decided(tmp_path / "a", yes, no) == {("1", "rejected")}
    assert decided(tmp_path / "b", no, yes) == {("1", "approved")}
    assert decided(tmp_path / "c", yes, judgement("rejected", "2")) == {("1", "approved"), ("2", "rejected")}


def test_to_snooze_settles_nothing(tmp_path: Path) -> None:
    """An approved customer who is snoozed stays mapped; one who is unsure no longer is."""
    yes = judgement("approved", "1")
    assert decided(tmp_path / "a", yes, judgement("snoozed")) == {("1", "approved"), (None, "snoozed")}
    assert decided(tmp_path / "b", yes, judgement("unsure", "1")) == {("1", "unsure")}


@pytest.mark.parametrize("change", ["update judgements set company_id_cw = '2'", "delete from judgements",
                                    "update imports set imported_by = 'x'", "delete from imports"])  # fmt: skip
def test_nothing_can_be_changed_or_removed(tmp_path: Path, change: str) -> None:
    """The log is append-only for every program that opens the file, not only for this one."""
    path = tmp_path / "register.sqlite"
    Register.open(path).append([judgement("approved", "1")], act())
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="never"):
        connection.execute(change)


@pytest.mark.parametrize(
    "wrong",
    [
        judgement("approved"),
        judgement("rejected"),
        judgement("excluded", "1"),
        judgement("approved", "1", customer=""),
        judgement("approved", ""),
        judgement("perhaps", "1"),  # type: ignore[arg-type]
        Judgement("A1", "1", "approved", NOON, "", "mapping_fixes.csv"),
    ],
)
def test_an_import_with_one_impossible_judgement_adds_none(tmp_path: Path, wrong: Judgement) -> None:
    """All or nothing: the good rows of a refused import are not in the register either."""
    register = Register.open(tmp_path / "register.sqlite")
    with pytest.raises(RegisterError) as refusal:
        register.append([judgement("approved", "1", "A9"), wrong], act())
    assert refusal.value.exit_code == ExitCode.REFUSED
    assert register.current().is_empty()
    register.append([judgement("approved", "1")], act())


def test_an_import_is_taken_once(tmp_path: Path) -> None:
    """The same file imported again is refused whole."""
    register = Register.open(tmp_path / "register.sqlite")
    register.append([judgement("approved", "1")], act())
    with pytest.raises(RegisterError):
        register.append([judgement("approved", "2")], act())
    assert register.current()["company_id_cw"].to_list() == ["1"]


def test_a_file_that_is_no_register_is_left_alone(tmp_path: Path) -> None:
    """Another program's database, a text file or a newer register is refused, not overwritten."""
    text, other, newer = tmp_path / "a.txt", tmp_path / "b.sqlite", tmp_path / "c.sqlite"
    text.write_text("no database at all, but long enough to look at" * 30)
    for path, script in ((other, "create table theirs (a)"), (newer, "pragma user_version = 99")):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(script)
            connection.commit()
    for path in (text, other, newer):
        before = path.read_bytes()
        with pytest.raises(RegisterError):
            Register.open(path).append([judgement("approved", "1")], act())
        with pytest.raises(RegisterError):
            Register.open(path).current()
        assert path.read_bytes() == before


WORDS = st.lists(
    st.one_of(
        st.builds(judgement, st.sampled_from(["approved", "rejected", "unsure"]), st.sampled_from(["1", "2"])),
        st.builds(judgement, st.sampled_from(["excluded", "snoozed"])),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(words=WORDS)
def test_one_customer_never_has_two_binding_judgements(
    tmp_path_factory: pytest.TempPathFactory, words: list[Judgement]
) -> None:
    """Whatever was said in whatever order: one decision binds at most, and no company is both approved and rejected."""
    current = decided(tmp_path_factory.mktemp("register") / "r.sqlite", *words)
    binding = [decision for _, decision in current if decision in {"approved", "excluded", "unsure"}]
    assert len(binding) <= 1
    assert not {company for company, decision in current if decision == "approved"} & {
        company for company, decision in current if decision == "rejected"
    }
