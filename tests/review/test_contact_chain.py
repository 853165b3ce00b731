"""Decisions about contacts are in the register's chain: none can be lost, changed or added unseen."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.review import register_schema
from etl.review.chain import GENESIS, ChainHead, Witness
from etl.review.contacts.contact_register import ContactRegister
from etl.review.marker import marker_path, read_marker
from etl.review.register import Import, Judgement, Register, RegisterError
from tests.review.test_contact_register import act, judgement, nobody

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
_IMPORTED = "import_id, imported_at, imported_by"
_BY_EVE = "'2026-01-01T00:00:00.000000', 'eve'"
_LAST = "contacts-3"


def mapped(import_id: str) -> tuple[Sequence[Judgement], Import]:
    """An import of one mapping."""
    return [Judgement("C1", "7", "approved", NOON, "kim", "f.csv")], act(import_id)


def filled(path: Path) -> None:
    """Imports of both kinds in turn, one of them taken back; the last is about a contact."""
    register, contacts = Register.open(path), ContactRegister.open(path)
    register.append(*mapped("import-1"))
    contacts.append([judgement("501", note="asked twice"), nobody("502")], act("contacts-1"))
    register.append(*mapped("import-2"))
    contacts.revert("contacts-1", act("contacts-2"))
    register.append(*mapped("import-3"))
    contacts.append([nobody("503")], act(_LAST))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A register with both kinds."""
    filled(tmp_path / "register.sqlite")
    return tmp_path / "register.sqlite"


def changed(path: Path, *script: str) -> None:
    """Change it around its triggers, which are there again afterwards."""
    with closing(sqlite3.connect(path)) as connection, connection:
        kept = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in kept:
            connection.execute(f"drop trigger {name}")
        for statement in script:
            connection.execute(statement)
        for _, text in kept:
            connection.execute(text)


def test_both_kinds_are_one_chain_whatever_their_order(path: Path) -> None:
    """Each counts its own; the marker knows of all; what the run knew of mappings is counted apart."""
    register, contacts = Register.open(path), ContactRegister.open(path)
    assert (register.head(), register.head()) == (contacts.head(), read_marker(path).head)  # type: ignore[union-attr]
    assert register.head().imports == 6
    assert (register.next_import_id(), contacts.next_import_id()) == ("import-4", "contacts-4")
    assert [register.imports_at(ChainHead(known, "")) for known in range(7)] == [0, 1, 1, 2, 2, 3, 3]
    snapshot = register.snapshot()
    assert snapshot.contacts.equals(contacts.current())
    assert snapshot.contacts["company_id_cw"].to_list() == ["503"]


def test_an_import_is_added_whichever_kind_came_before(tmp_path: Path) -> None:
    """The first of all may be about contacts."""
    path = tmp_path / "register.sqlite"
    ContactRegister.open(path).append([nobody("501")], act("contacts-1"))
    head = ContactRegister.open(path).head()
    Register.open(path).append(*mapped("import-1"))
    assert Register.open(path, [Witness("who read it", head)]).next_import_id() == "import-2"
    with pytest.raises(RegisterError):
        ContactRegister.open(path).append([nobody("501")], act("import-1"))
    assert ContactRegister.open(path).head().imports == 2


@pytest.mark.parametrize(
    "script",
    [
        ["update contact_decisions set contact_id_cw = '62' where company_id_cw = '501'"],
        ["update contact_decisions set asked_by = null where company_id_cw = '501'"],
        ["update contact_imports set imported_by = 'eve' where import_id = 'contacts-1'"],
        ["update contact_imports set place = 9 where import_id = 'contacts-3'"],
        ["delete from contact_decisions where company_id_cw = '502'"],
        ["delete from contact_decisions where company_id_cw = '503'", "delete from contact_imports where place = 6"],
        ["delete from contact_imports where import_id = 'contacts-2'"],
        ["delete from chain where place = 6"],
        [f"insert into contact_imports (place, {_IMPORTED}) values (7, 'contacts-4', {_BY_EVE})"],
        [f"insert into imports ({_IMPORTED}) values ('import-4', {_BY_EVE})"],
    ],
)
def test_what_was_changed_removed_or_added_is_refused(path: Path, script: list[str]) -> None:
    """By whoever opens the register, also by somebody who has the file alone."""
    marker_path(path).unlink()
    changed(path, *script)
    for ask in (
        ContactRegister.open(path).current, ContactRegister.open(path).next_import_id, Register.open(path).current,
        lambda: ContactRegister.open(path).append([nobody("504")], act("contacts-9")),
        lambda: ContactRegister.open(path).revert("contacts-3", act("contacts-9")),
    ):  # fmt: skip
        with pytest.raises(RegisterError, match=r"chain of digests is broken.*register restore"):
            ask()


def test_a_register_without_its_last_import_is_known_to_be_shorter(path: Path) -> None:
    """It is whole in itself: the marker knows, and so does the last run."""
    head = ContactRegister.open(path).head()
    changed(
        path,
        "delete from contact_decisions where company_id_cw = '503'",
        "delete from contact_imports where import_id = 'contacts-3'",
        "delete from chain where place = 6",
    )
    with pytest.raises(RegisterError, match=r"it holds 5 imports, but the marker .* 6 imports"):
        ContactRegister.open(path).current()
    marker_path(path).unlink()
    with pytest.raises(RegisterError, match=r"it holds 5 imports, but the run one knows it with 6 imports"):
        ContactRegister.open(path, [Witness("the run one", head)]).current()
    path.unlink()
    with pytest.raises(RegisterError, match="empty or gone"):
        ContactRegister.open(path, [Witness("the run one", head)]).append([nobody("504")], act("contacts-1"))
    assert not path.exists()


def test_every_bit_of_the_texts_counts(path: Path, tmp_path: Path) -> None:
    """A company, a decision, a name: wherever they stand."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = delete")
    content = path.read_bytes()
    for text in (b"501", b"nobody", b"Ana", b"asked twice", b"contacts-1", b"2026-11-19"):
        place = content.rindex(text)
        spoilt = bytearray(content)
        spoilt[place + len(text) - 1] ^= 1
        alone = tmp_path / "alone.sqlite"
        alone.write_bytes(bytes(spoilt))
        with pytest.raises(RegisterError):
            ContactRegister.open(alone).current()


@pytest.mark.parametrize("kind", ["mapping", "contacts"])
def test_a_register_of_the_version_before_keeps_its_chain(tmp_path: Path, kind: str) -> None:
    """Whoever knew its head knows it again; one whose chain was broken is refused, not given a new chain."""
    path = tmp_path / "register.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (statement for step in register_schema.STEPS[:3] for statement in step):
            connection.execute(statement)
        connection.execute("pragma user_version = 3")
        connection.execute(f"insert into imports ({_IMPORTED}) values ('import-1', {_BY_EVE})")
        register_schema.chain.add_link(connection, "import-1")
    broken = Path(shutil.copy(path, tmp_path / "broken.sqlite"))
    changed(broken, "update imports set imported_by = 'kim'")
    head = Register.open(path).head()
    assert head != ChainHead(1, GENESIS)
    for one in (path, broken):
        register = Register.open(one) if kind == "mapping" else ContactRegister.open(one, [])
        added = mapped("import-2") if isinstance(register, Register) else ([nobody("501")], act("contacts-1"))
        if one == broken:
            with pytest.raises(RegisterError, match="chain of digests is broken"):
                register.append(*added)  # type: ignore[arg-type]
            continue
        register.append(*added)  # type: ignore[arg-type]
        assert Register.open(one, [Witness("who read it", head)]).head().imports == 2
