"""Imports one after the other: who did it, what was taken back, and what two people say."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from etl.cli.options import user
from etl.errors import ExitCode
from tests.support import provider_runs
from tests.support.command_results import Mappings
from tests.support.decision_files import bare, certain, decide, held, kinds, proposed, save


def test_a_name_that_was_given_stands_beside_the_login(
    folder: Path, mappings: Mappings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can say --as ann: the list shows who did, whatever the shell says of the user."""
    monkeypatch.setenv("LOGNAME", "ann")
    mappings("import", save(folder / "d.csv", decide(certain(proposed(folder), 1), "approve")), "--as", "ann")
    head, *rows = mappings("list").out.splitlines()
    assert re.split(r"  +", head)[3:5] == ["said to be by", "imported by"]
    assert [re.split(r"  +", row)[3:5] for row in rows if "import-2" in row] == [["ann", user()]]
    mappings("revert", "import-2", "--as", "bob")
    table = pl.read_csv(mappings("export").out.encode(), infer_schema=False)
    assert table.filter(import_id="import-3").select("imported_by", "claimed_by").rows() == [(user(), "bob")]


def test_a_revert_says_what_to_change_in_the_portal_and_lasts(folder: Path, mappings: Mappings) -> None:
    """Whoever was mapped there still sees the invoices; and the file that was taken back stays so."""
    approved, rejected = certain(proposed(folder), 2)
    file = save(folder / "d.csv", decide([approved], "approve") + decide([rejected], "reject"))
    mappings("import", file)
    told = mappings("revert", "import-2").out
    assert "In ConnectBooster these mappings must go" in told
    pair = f"{approved['acct_customer_id']} -> {approved['cw_company_id']}"
    assert f"  {pair}: if it was entered\n" in told
    assert rejected["acct_customer_id"] not in told
    assert "run billsight once" not in told, "no run used it"
    for again in (file, save(folder / "e.csv", decide([approved], "approve", note="other words"))):
        ended = mappings("import", again)
        assert (ended.code, set(kinds(ended))) == (ExitCode.REFUSED, {"stale"})
        assert "reverted on" in ended.err
        assert "--again" in ended.err
    assert held(folder) == []
    assert "These hold again" in mappings("revert", "import-3").out
    mappings("revert", "import-4")
    assert mappings("import", file, "--again").code == ExitCode.COMPLETE
    assert len(held(folder)) == 2
    provider_runs.run(folder, "night-2")
    assert "The run night-2 used it: run billsight once before you decide" in mappings("revert", "import-6").out
    ended = mappings("import", save(folder / "f.csv", decide([approved], "exclude")))
    assert "run billsight once, and decide in its files" in ended.err
    provider_runs.run(folder, "night-3")
    fresh = [row for row in proposed(folder) if row["row_id"] == approved["row_id"]]
    assert mappings("import", save(folder / "g.csv", decide(fresh, "approve"))).code == ExitCode.COMPLETE


def test_two_people_are_asked_over_two_imports(folder: Path, mappings: Mappings) -> None:
    """The second file does not win because it came second."""
    (row,) = certain(proposed(folder), 1)
    mappings("import", save(folder / "a.csv", decide([row], "approve", reviewer="kim")))
    other = save(folder / "b.csv", decide([row], "exclude", reviewer="lee"))
    ended = mappings("import", other)
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error"])
    assert re.search(r"lee's decision, within a day of another person's: kim decided approved", ended.err)
    assert held(folder) == [(*bare(row), "approved")]
    assert mappings("import", other, "--settled").code == ExitCode.COMPLETE
    assert held(folder) == [(bare(row)[0], None, "excluded")]
