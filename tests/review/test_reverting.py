"""Taking back restores exactly what was before, or is refused with the reason; nothing is ever removed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.review import register_schema
from etl.review.register import Decision, Import, Judgement, Register, RegisterError

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def judgement(customer: str, decision: Decision = "approved", company: str | None = "1") -> Judgement:
    """One person's decision."""
    return Judgement(customer, company, decision, NOON, "kim", "f.csv")


def add(register: Register, *judgements: Judgement) -> str:
    """An import of these."""
    import_id = register.next_import_id()
    register.append(judgements, Import(import_id, NOON, "kim", "f.csv", "beef"))
    return import_id


def take_back(register: Register, import_id: str) -> str:
    """A revert by somebody else."""
    own_id = register.next_import_id()
    register.revert(import_id, Import(own_id, NOON, "lee"))
    return own_id


def names(register: Register) -> list[tuple[str, str | None, str]]:
    """What holds."""
    return register.current().select("customer_id_acct", "company_id_cw", "decision").rows()


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """An empty register."""
    return Register.open(tmp_path / "register.sqlite")


def test_what_was_before_holds_again_with_its_author_and_its_time(register: Register) -> None:
    """Not a copy of it: the very judgement, and a customer who had none has none."""
    add(register, judgement("A", company="1"))
    before = register.current()
    second = add(register, judgement("A", company="2"), judgement("B", "excluded", None))
    after = register.current()
    revert = take_back(register, second)
    assert register.current().equals(before)
    take_back(register, revert)
    assert register.current().equals(after)


def test_what_was_taken_back_stays_in_the_log(register: Register) -> None:
    """Who approved it, and who took it back."""
    first = add(register, judgement("A"))
    take_back(register, first)
    log = register.log()
    assert log.select("import_id", "imported_by", "reverts", "decision").rows() == [
        ("import-1", "kim", None, "approved"),
        ("import-2", "lee", "import-1", None),
    ]
    assert register.current().is_empty()


def test_a_later_import_of_the_same_customer_stands_in_the_way(register: Register) -> None:
    """What came after was decided on what is to be taken back; an import of others does not matter."""
    first = add(register, judgement("A"), judgement("B"))
    second = add(register, judgement("B", company="2"))
    third = add(register, judgement("C"))
    with pytest.raises(RegisterError, match=rf"{second} came after {first} and concerns B too.*revert {second}"):
        take_back(register, first)
    take_back(register, second)
    take_back(register, first)
    assert names(register) == [("C", "1", "approved")]
    take_back(register, third)
    assert names(register) == []


def test_nothing_is_taken_back_twice(register: Register) -> None:
    """The way to have it again is to take the revert back, and the refusal says so."""
    first = add(register, judgement("A"))
    revert = take_back(register, first)
    with pytest.raises(RegisterError, match=f"reverted before, by lee on 2026-01-02.*mappings revert {revert}"):
        take_back(register, first)
    take_back(register, revert)
    assert names(register) == [("A", "1", "approved")]


def test_an_import_that_is_not_there_is_refused(register: Register) -> None:
    """Also in an empty register, which stays missing."""
    with pytest.raises(RegisterError, match="no import 'import-9'"):
        register.revert("import-9", Import("import-1", NOON, "lee"))
    assert names(register) == []
    add(register, judgement("A"))
    with pytest.raises(RegisterError, match="no import 'import-9'"):
        take_back(register, "import-9")


STEPS = st.lists(
    st.one_of(
        st.lists(
            st.tuples(
                st.sampled_from("ABC"),
                st.sampled_from(["approved", "rejected", "unsure", "excluded", "snoozed"]),
                st.sampled_from("12"),
            ),
            min_size=1,
            max_size=3,
        ),
        st.integers(0, 8),
    ),
    max_size=9,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_taking_back_restores_exactly(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, Decision, str]] | int]
) -> None:
    """Over any sequence of imports and reverts: what is taken back leaves its customers as they were before it.

    Every other customer is left alone, and a refused revert changes nothing.
    """
    register = Register.open(tmp_path_factory.mktemp("register") / "register.sqlite")
    states = [register.current()]
    for step in steps:
        now = states[-1]
        if isinstance(step, int):
            if step >= len(states) - 1:
                continue
            target = f"import-{step + 1}"
            log = register.log()
            try:
                take_back(register, target)
            except RegisterError:
                assert register.current().equals(now)
                assert register.log().equals(log)
                continue
            concerned = pl.col("customer_id_acct").is_in(_concerned(register.log(), target))
            after = register.current()
            assert after.filter(concerned).equals(states[step].filter(concerned))
            assert after.filter(~concerned).equals(now.filter(~concerned))
        else:
            add(register, *(judgement(who, what, None if what == "excluded" else whom) for who, what, whom in step))
        states.append(register.current())


def _concerned(log: pl.DataFrame, import_id: str) -> list[str]:
    rows = log.filter(import_id=import_id)
    reverts = rows["reverts"][0]
    return rows["customer_id_acct"].to_list() if reverts is None else _concerned(log, reverts)


def _old(path: Path) -> None:
    """A register as the first version wrote it."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in register_schema.STEPS[0]:
            connection.execute(statement)
        connection.execute("pragma user_version = 1")
        connection.execute("insert into imports values ('old', '2026-01-01T00:00:00.000000', 'kim', null, null)")
        connection.execute(
            "insert into judgements values (null, 'old', 'A', '1', 'approved', '2026-01-01T00:00:00.000000', 'kim',"
            " null, null, 'f.csv')"
        )
        connection.commit()


def test_a_register_of_the_first_version_is_read_as_it_is_and_grows_when_it_is_written(tmp_path: Path) -> None:
    """A run that only reads rewrites nobody's file; what was in it stays in it, and can be taken back."""
    path = tmp_path / "register.sqlite"
    _old(path)
    before, register = path.read_bytes(), Register.open(path)
    assert names(register) == [("A", "1", "approved")]
    assert register.log()["import_id"].to_list() == ["old"]
    assert path.read_bytes() == before
    assert (
        add(register, Judgement("B", None, "snoozed", NOON, "kim", "f", snoozed_until=date(2026, 2, 3))) == "import-2"
    )
    assert register.current()["snoozed_until"].to_list() == [None, date(2026, 2, 3)]
    take_back(register, "old")
    assert names(register) == [("B", None, "snoozed")]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (register_schema.SCHEMA_VERSION,)
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute("update judgements set company_id_cw = '2'")


def test_the_log_of_an_empty_register_is_empty(register: Register) -> None:
    """With all its columns."""
    assert register.log().is_empty()
    assert "reverts" in register.log().columns


IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from etl.review.register import Import, Judgement, Register
now = datetime.now(UTC)
register = Register.open(Path(sys.argv[1]))
for number in range(1000):
    many = [Judgement(f"{number}-{n}", "1", "approved", now, "kim", "f") for n in range(500)]
    register.append(many, Import(register.next_import_id(), now, "kim"))
    print(number, flush=True)
"""


@pytest.mark.parametrize("is_old", [False, True])
def test_a_process_that_is_killed_leaves_whole_imports(tmp_path: Path, *, is_old: bool) -> None:
    """Killed at any moment, also while an old register grows: an import is there with all its judgements or not."""
    for wait in (0.0, 0.003, 0.011, 0.02):
        path = tmp_path / f"{wait}.sqlite"
        if is_old:
            _old(path)
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORT, str(path)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        )
        assert process.stdout is not None
        if wait:
            process.stdout.readline()
            time.sleep(wait)
        else:
            while not path.exists():
                time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        log = Register.open(path).log().filter(pl.col("import_id") != "old")
        assert set(log["import_id"].value_counts()["count"]) <= {500}
        assert log["decision"].null_count() == 0
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        add(Register.open(path), judgement("A"))
