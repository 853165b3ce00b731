"""Decisions about access are kept as mappings are: verified by every command, copied after each import, restored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.errors import ExitCode, RegisterUnusableError
from etl.review.contacts.contact_register import ContactRegister
from etl.review.marker import marker_path
from etl.review.register import Import, Judgement, Register
from etl.review.site import backups
from tests.support import contact_provider as world
from tests.support.command_results import Billsight, Contacts
from tests.support.contact_provider import approve, held


def test_each_import_and_each_revert_is_copied(clients: Path, contacts: Contacts) -> None:
    """The newest copy holds what the register holds."""
    path = clients / "state" / "register.sqlite"
    for words in (("import", approve(clients, "501")), ("revert", "contacts-1")):
        assert contacts(*words).code == ExitCode.COMPLETE
        heads = {backups.verified(one).head for one in backups.copies(backups.backups_folder(path))}
        assert ContactRegister.open(path).head() in heads, words
    assert len(backups.copies(backups.backups_folder(path))) == 2


def test_what_is_lost_is_refused_and_restored(clients: Path, contacts: Contacts, billsight: Billsight) -> None:
    """Code 6 for the commands, 4 for the run, though the marker is gone: the last run is a witness too."""
    config = ("--config", clients / "billsight.toml")
    file = approve(clients, "501")
    assert contacts("import", file).code == ExitCode.COMPLETE
    assert "1 import, 0 judgements, 1 decision about contacts" in billsight("register", "verify", *config).out
    world.run(clients, "run-2")
    before, path = held(clients), clients / "state" / "register.sqlite"
    marker_path(path).unlink()
    path.unlink()
    for words in (("list",), ("import", file), ("revert", "contacts-1")):
        refused = contacts(*words)
        assert (refused.code, refused.out) == (ExitCode.REFUSED, ""), words
        assert re.search(r"the run run-2 knows it with 1 import\b.*billsight register restore", refused.err)
    with pytest.raises(RegisterUnusableError, match="run-2"):
        world.run(clients, "run-3")
    assert not path.exists()
    assert billsight("register", "restore", *config).code == ExitCode.COMPLETE
    assert held(clients) == before
    assert world.states(clients)["501"] == "to do"


def test_words_from_the_data_are_only_shown(clients: Path, contacts: Contacts) -> None:
    """A file's name and a cell, in an import, in the reasons and in the list."""
    file = approve(clients, "501")
    name = clients / "d\x1b[2J.csv"
    text = file.read_text(encoding="utf-8-sig").replace("CW-501", "CW-501\u202e")
    name.write_text(text, encoding="utf-8")
    ended = contacts("import", name)
    told = ended.out + ended.err
    assert "\\x1b[2J" in told
    assert not re.search("[\x1b\u202e]", told)


def test_a_run_knew_of_no_mapping_that_came_after_it(clients: Path, contacts: Contacts, billsight: Billsight) -> None:
    """However many decisions about access it knew of."""
    config, path = ("--config", clients / "billsight.toml"), clients / "state" / "register.sqlite"
    assert contacts("import", approve(clients, "501")).code == ExitCode.COMPLETE
    world.run(clients, "run-2")
    mapped = Judgement("c501", "501", "approved", world.AS_OF, "kim", "f.csv")
    Register.open(path).append([mapped], Import("import-1", world.AS_OF, "kim"))
    told = billsight("mappings", "revert", "import-1", *config).out
    assert told.startswith("import-1 was reverted (import-2)")
    assert "The run run-2 used it" not in told
    world.run(clients, "run-3")
    assert "The run run-3 used it" in billsight("mappings", "revert", "import-2", *config).out
