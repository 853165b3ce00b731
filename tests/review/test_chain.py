"""A register is read as it was written, or refused: nothing in it can be lost, changed or swapped unseen."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from etl.review import register_schema
from etl.review.chain import GENESIS, ChainHead, Witness
from etl.review.marker import Marker, marker_path, read_marker, write_marker
from etl.review.register import Import, Judgement, Register, RegisterError

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
DAY = "2026-01-01T00:00:00.000000"
_TRIGGERS = "select sql from sqlite_master where type = 'trigger'"
DECISIONS = ("approved", "rejected", "excluded", "unsure")


def filled(path: Path, imports: int = 12) -> Register:
    """A register in which people changed their minds, and one import was taken back."""
    register = Register.open(path)
    for number in range(imports):
        decision = DECISIONS[number % 4]
        company = None if decision == "excluded" else str(number % 3)
        customers = [f"C{one}" for one in range(number % 5 + 1)]
        told = [Judgement(one, company, decision, NOON, "kim", "f.csv", f"note {number}") for one in customers]
        register.append(told, Import(f"import-{number + 1}", NOON, "kim", "f.csv", "beef"))
    register.revert(f"import-{imports}", Import(f"import-{imports + 1}", NOON, "lee"))
    return register


def moved(source: Path, folder: Path) -> Path:
    """A register without its marker, elsewhere."""
    folder.mkdir()
    return Path(shutil.copy(source, folder / source.name))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register; not to be changed."""
    path = tmp_path_factory.mktemp("chain") / "register.sqlite"
    filled(path)
    return path


def _read(path: Path) -> tuple[object, ...] | None:
    """What it says; nothing where it is refused. Any other exception is a failure."""
    try:
        register = Register.open(path)
        return (register.current().rows(), register.log().rows(), register.head())
    except RegisterError:
        return None


def _spoilt(whole: Path, folder: Path, content: bytes, *, has_marker: bool) -> tuple[object, ...] | None:
    path = folder / "register.sqlite"
    for old in folder.iterdir():
        old.unlink()
    path.write_bytes(content)
    if has_marker:
        shutil.copy(marker_path(whole), marker_path(path))
    return _read(path)


def test_of_400_flipped_bits_none_is_read_as_another_judgement(whole: Path, tmp_path: Path) -> None:
    """Read as it was written, or refused; also by somebody who has the file alone."""
    chance, content, truth = Random(7), whole.read_bytes(), _read(whole)
    refused = 0
    for number in range(400):
        spoilt = bytearray(content)
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        found = _spoilt(whole, tmp_path, bytes(spoilt), has_marker=number % 2 == 0)
        assert found in (None, truth), number
        refused += found is None
    assert refused > 40, "most of a small register is free space, but not all of it"


def test_every_bit_of_the_texts_counts(whole: Path, tmp_path: Path) -> None:
    """A company's id, a decision, a name: wherever they stand."""
    content = whole.read_bytes()
    for text in (b"approved", b"rejected", b"excluded", b"kim", b"C3", b"import-7", b"note 9", b"2026-01-02"):
        place = content.rindex(text)
        for bit in (0, 2):
            spoilt = bytearray(content)
            spoilt[place + len(text) - 1] ^= 1 << bit
            assert _spoilt(whole, tmp_path, bytes(spoilt), has_marker=False) is None, text


def test_of_100_cut_registers_none_is_read_as_a_shorter_one(whole: Path, tmp_path: Path) -> None:
    """Down to nothing at all: the marker knows that there was more."""
    chance, content, truth = Random(8), whole.read_bytes(), _read(whole)
    for size in [0, 1, 100, 4096, *(chance.randrange(len(content)) for _ in range(96))]:
        found = _spoilt(whole, tmp_path, content[:size], has_marker=True)
        assert found in (None, truth), size
        assert size >= len(content) - 4096 or found is None


def test_a_register_that_is_gone_empty_or_another_is_refused_by_everything(whole: Path, tmp_path: Path) -> None:
    """To read and to write, with the way to restore it and the way to begin again; nothing is made in its place."""
    path = tmp_path / "register.sqlite"
    shutil.copy(marker_path(whole), marker_path(path))
    other = moved(whole, tmp_path / "other")
    other.unlink()
    filled(other, 14)
    said = [Judgement("X", "1", "approved", NOON, "kim", "f")]
    for content, why in ((None, "empty or gone"), (b"", "empty or gone"), (other.read_bytes(), "other judgements")):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        register = Register.open(path)
        for act in (
            register.current, register.log, register.head, register.next_import_id, register.settle,
            lambda register=register: register.append(said, Import("x", NOON, "kim")),
            lambda register=register: register.revert("import-1", Import("x", NOON, "kim")),
        ):  # fmt: skip
            with pytest.raises(RegisterError, match=rf"{why}.*register restore.*register init"):
                act()
        assert (path.read_bytes() if path.exists() else None) == content


def test_a_copy_of_yesterday_is_seen(whole: Path, tmp_path: Path) -> None:
    """It is whole in itself, and lacks what was decided since."""
    path = moved(whole, tmp_path / "a")
    yesterday = moved(path, tmp_path / "b")
    Register.open(path).append([Judgement("X", "1", "approved", NOON, "kim", "f")], Import("x", NOON, "kim"))
    shutil.copy(yesterday, path)
    with pytest.raises(RegisterError, match=r"it holds 13 imports, but the marker .* 14 imports"):
        Register.open(path).current()


def test_a_witness_is_believed_without_a_marker(whole: Path, tmp_path: Path) -> None:
    """What the last run says outlives the folder of the state; a register that has grown since is the same register."""
    path = moved(whole, tmp_path / "a")
    head = Register.open(path).head()
    Register.open(path).append([Judgement("X", "1", "approved", NOON, "kim", "f")], Import("x", NOON, "kim"))
    marker_path(path).unlink()
    knows = [Witness("the run one", head)]
    assert Register.open(path, knows).head().imports == head.imports + 1
    path.unlink()
    with pytest.raises(RegisterError, match="the run one knows it with 13 imports"):
        Register.open(path, knows).current()
    assert Register.open(path, [Witness("an empty one", ChainHead())]).current().is_empty()


def test_the_marker_is_never_ahead_and_catches_up(whole: Path, tmp_path: Path) -> None:
    """A process that is killed between the two leaves a marker that is behind: the next run makes up for it."""
    path = moved(whole, tmp_path / "a")
    register = Register.open(path)
    write_marker(path, Marker(ChainHead(), frozenset({"gone"})))
    (path.parent / f".{marker_path(path).name}.0123abcd.new").write_text("half", encoding="utf-8")
    register.settle()
    assert read_marker(path) == Marker(register.head(), frozenset({"gone"}))
    assert sorted(one.name for one in path.parent.iterdir()) == ["register.sqlite", "register.sqlite.head"]


def test_a_damaged_marker_is_told_and_concludes_nothing(whole: Path, tmp_path: Path) -> None:
    """Any bit of it."""
    path = moved(whole, tmp_path / "a")
    content = marker_path(whole).read_bytes()
    for place in range(0, len(content), 7):
        spoilt = bytearray(content)
        spoilt[place] ^= 4
        marker_path(path).write_bytes(bytes(spoilt))
        with pytest.raises(RegisterError, match=r"the marker register\.sqlite\.head next to it is damaged"):
            Register.open(path).current()


@pytest.mark.parametrize("version", [1, 2])
def test_a_register_of_an_earlier_version_gets_its_chain_once(tmp_path: Path, version: int) -> None:
    """Its head is the same before and after: who read it knows it again."""
    path = tmp_path / "register.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for step in register_schema.STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"pragma user_version = {version}")
        connection.execute(f"insert into imports (import_id, imported_at, imported_by) values ('old', '{DAY}', 'kim')")
        columns = "import_id, customer_id_acct, company_id_cw, decision, judged_at, judged_by, source"
        values = f"'old', 'A', '1', 'approved', '{DAY}', 'kim', 'f.csv'"
        connection.execute(f"insert into judgements ({columns}) values ({values})")
    register = Register.open(path)
    head = register.head()
    assert (head.imports, head.digest != GENESIS) == (1, True)
    register.append([Judgement("B", "1", "approved", NOON, "kim", "f")], Import("new", NOON, "kim"))
    assert Register.open(path, [Witness("who read it", head)]).current()["customer_id_acct"].to_list() == ["A", "B"]
    with closing(sqlite3.connect(path)) as connection:
        (kept,) = connection.execute("select digest from chain where place = 1").fetchone()
        assert kept == head.digest
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("update chain set digest = digest")


def test_whoever_changes_the_tables_is_seen(whole: Path, tmp_path: Path) -> None:
    """Around the triggers: a changed judgement, a removed one, another view of what counts."""
    for number, script in enumerate((
        "drop trigger judgements_are_not_changed; update judgements set company_id_cw = '9' where judgement_id = 1",
        "drop trigger judgements_are_not_removed; delete from judgements where judgement_id = 1",
        "drop view imports_that_count; create view imports_that_count as select import_id from imports",
        "insert into imports (import_id, imported_at, imported_by) values ('z', '2026-01-01T00:00:00.000000', 'eve')",
    )):  # fmt: skip
        path = moved(whole, tmp_path / str(number))
        with closing(sqlite3.connect(path)) as connection:
            kept = connection.execute(_TRIGGERS).fetchall()
            connection.executescript(script)
            for (text,) in kept:
                if text.split()[2] in script:
                    connection.execute(text)
            connection.commit()
        with pytest.raises(RegisterError, match=r"chain of digests is broken|tables are not those"):
            Register.open(path).current()
