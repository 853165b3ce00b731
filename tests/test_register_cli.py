"""What a site must not lose: a run refuses without it, and says how to restore it, or to begin again on purpose."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.config import load
from etl.demo import DemoPlan
from etl.errors import ExitCode, HistoryError, InputError
from etl.review.import_decisions import ImportOptions
from etl.review.import_mappings import import_files
from etl.review.register import Import, Judgement, Register
from etl.review.site import backups
from etl.review.site.site_key import SiteKeyError
from tests.soak import also
from tests.support import provider_runs, two_runs
from tests.support.command_results import Billsight, Ended, Mappings
from tests.support.decision_files import certain, decide, held, proposed, save


def _another(path: Path) -> None:
    path.unlink()
    other = path.with_name("other.sqlite")
    now = datetime.now(UTC)
    for number in range(5):
        Register.open(other).append(
            [Judgement("A", "1", "approved", now, "eve", "f")], Import(f"e{number}", now, "eve")
        )
    other.rename(path)


LOSSES: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:8192]),
    "another site's": _another,
}


@pytest.fixture(scope="module")
def decided_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider here, for many runs follow on copies of it; not to be changed."""
    folder = provider_runs.invented(tmp_path_factory.mktemp("register") / "night", DemoPlan(40, 120, 3))
    provider_runs.run(folder, "night-1")
    shutil.rmtree(folder / "state" / "backups")  # the tests look at what is copied from here on
    return folder


@pytest.fixture(scope="module")
def three_runs(decided_on: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That provider after three runs, with the history of the first as older.sqlite; not to be changed."""
    folder = shutil.copytree(decided_on, tmp_path_factory.mktemp("three") / "night", symlinks=True)
    shutil.copy(folder / "state" / "history.sqlite", folder / "older.sqlite")
    for name in ("night-2", "night-3"):
        provider_runs.run(folder, name)
    return folder


@pytest.fixture(scope="module")
def run_after_import(decided_on: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That provider after an import and a second run, which used it; not to be changed."""
    folder = shutil.copytree(decided_on, tmp_path_factory.mktemp("used") / "night", symlinks=True)
    file = save(folder / "d.csv", decide(certain(proposed(folder), 2), "approve"))
    import_files(load(folder / "billsight.toml"), [file], ImportOptions("kim", datetime.now(UTC)))
    assert provider_runs.run(folder, "night-2").exit_code is ExitCode.COMPLETE
    return folder


class Site:
    """A provider after a run and an import, and the commands on it."""

    def __init__(self, folder: Path, billsight: Billsight) -> None:
        self.folder, self._billsight = folder, billsight
        self.register = folder / "state" / "register.sqlite"

    def call(self, *words: object) -> Ended:
        """`billsight ...` on its configuration."""
        return self._billsight(*words, "--config", self.folder / "billsight.toml")

    def run(self, run_id: str) -> int:
        """The exit code of a run."""
        return self.call("run", "--run-id", run_id, "--as-of", "2026-11-22T02:00:00Z").code

    @property
    def latest(self) -> str:
        """The published run."""
        return (self.folder / "out" / "latest").readlink().name


@pytest.fixture
def site(folder: Path, billsight: Billsight) -> Site:
    """After an import."""
    found = Site(folder, billsight)
    file = save(folder / "d.csv", decide(certain(proposed(folder), 2), "approve"))
    assert found.call("mappings", "import", file).code == ExitCode.COMPLETE
    return found


@pytest.fixture
def used(run_after_import: Path, tmp_path: Path, billsight: Billsight) -> Site:
    """After an import, and the run that used it."""
    return Site(shutil.copytree(run_after_import, tmp_path / "used", symlinks=True), billsight)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_run_without_its_register_is_refused_and_the_register_can_be_restored(site: Site, loss: str) -> None:
    """Code 4 for the run, 6 for what asks the register. Then it is as it was."""
    before = held(site.folder)
    LOSSES[loss](site.register)
    assert site.run("night-2") == ExitCode.UNUSABLE
    for words in (("mappings", "list"), ("mappings", "import", site.folder / "d.csv"), ("register", "verify")):
        refused = site.call(*words)
        assert (refused.code, refused.out) == (ExitCode.REFUSED, ""), words
        assert re.search(r"billsight register restore.*billsight register init", refused.err)
    assert site.latest == "night-1"
    ended = site.call("register", "restore")
    assert ended.code == 0, ended
    assert held(site.folder) == before
    assert site.call("register", "verify").code == 0
    moved = list(site.register.parent.glob("register.sqlite.replaced-*"))
    assert len(moved) == (loss != "gone"), "what was there is never removed"


@pytest.mark.parametrize("lost", ["out", "state/history.sqlite"])
def test_the_last_run_and_the_history_know_of_a_register_whose_marker_is_gone_too(used: Site, lost: str) -> None:
    """One witness is enough."""
    before = held(used.folder)
    assert len(before) == 2
    used.register.with_name("register.sqlite.head").unlink()
    used.register.unlink()
    place = used.folder / lost
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert used.run("night-3") == ExitCode.UNUSABLE
    assert "billsight register restore" in used.call("mappings", "list").err
    assert used.call("register", "restore").code == 0
    assert held(used.folder) == before


def test_what_everybody_may_read_or_change_is_told(folder: Path, billsight: Billsight) -> None:
    """The register, the history and the key; and a configuration that everybody may write, in a run and by verify."""
    site, state = Site(folder, billsight), folder / "state"
    assert site.call("register", "verify").err == ""
    for path, mode in (
        (state / "register.sqlite", 0o644), (state / "site.key", 0o604), (state / "history.sqlite", 0o642),
        (folder / "billsight.toml", 0o646), (state, 0o777),
    ):  # fmt: skip
        was = path.stat().st_mode & 0o777
        path.chmod(mode)
        told = site.call("register", "verify").err
        assert re.search(
            rf"(?m)^billsight: warning: {re.escape(str(path))} holds .*chmod \S+ {re.escape(str(path))}$", told
        )
        assert told.count("\n") == 1
        path.chmod(was)
    (folder / "billsight.toml").chmod(0o646)
    assert "everybody on this machine may change it" in site.call("check").err
    assert "everybody on this machine may change it" in site.call("run", "--as-of", "2026-11-22T02:00:00Z").err


def test_one_begins_again_only_on_purpose(used: Site) -> None:
    """What is whole needs another word; what was lost is then no longer missed, by no witness."""
    refused = used.call("register", "init")
    assert refused.code == ExitCode.REFUSED
    assert "holds 2 imports" in refused.err
    used.register.unlink()
    assert used.call("register", "init").code == 0
    assert held(used.folder) == []
    assert used.run("night-3") in {ExitCode.COMPLETE, ExitCode.UNUSABLE}  # far fewer customers are mapped now
    assert used.call("run", "--run-id", "night-4", "--as-of", "2026-11-22T02:00:00Z", "--accept-shrink").code == 0
    assert used.call("register", "verify").code == 0
    assert used.call("register", "restore", "--older", next((used.folder / "state" / "backups").iterdir())).code == 0
    assert len(held(used.folder)) == 2


def test_an_older_copy_is_taken_only_on_purpose(site: Site, mappings: Mappings) -> None:
    """It lacks decisions: the refusal counts them."""
    (older,) = (site.folder / "state" / "backups").iterdir()
    rows = certain(proposed(site.folder), 4)[2:]
    assert mappings("import", save(site.folder / "e.csv", decide(rows, "approve"))).code == 0
    kept = site.folder / "state" / "backups" / older.name
    site.register.unlink()
    for copy in (site.folder / "state" / "backups").iterdir():
        if copy != kept:
            copy.unlink()
    refused = site.call("register", "restore")
    assert refused.code == ExitCode.REFUSED
    assert "it holds 2 imports, but its marker knows it with 3 imports" in refused.err
    assert site.call("register", "restore", "--older").code == 0
    assert (len(held(site.folder)), site.run("night-2")) == (2, ExitCode.COMPLETE)


def _lose_history(three_runs: Path, folder: Path, billsight: Billsight, loss: str) -> Site:
    """A site whose history lost runs, after a copy was made of it: a run refuses, and nothing was changed."""
    site = Site(shutil.copytree(three_runs, folder, symlinks=True), billsight)
    path, older = folder / "state" / "history.sqlite", folder / "older.sqlite"
    assert site.call("register", "backup").code == 0
    {**LOSSES, "older": lambda path: shutil.copy(older, path)}[loss](path)
    content = path.read_bytes() if path.exists() else None
    with pytest.raises(HistoryError, match=r"register restore --history.*register init --history"):
        provider_runs.run(folder, "night-4")
    assert (path.read_bytes() if path.exists() else None) == content
    assert site.latest == "night-3"
    return site


@pytest.mark.parametrize("loss", ["gone", "empty", "cut", "older"])
def test_a_history_that_lost_runs_is_refused(three_runs: Path, tmp_path: Path, billsight: Billsight, loss: str) -> None:
    """It would call everything new. Restored, it knows every run and issue that it knew."""
    site = _lose_history(three_runs, tmp_path / "night", billsight, loss)
    assert site.call("register", "restore", "--history").code == 0
    restored, whole = two_runs.history(site.folder), two_runs.history(three_runs)
    assert restored.runs() == whole.runs()
    assert len(whole.runs()) == 3
    assert restored.open_issues().equals(whole.open_issues())


@pytest.mark.parametrize("loss", ["older", *also(["gone", "empty", "cut"])])
def test_runs_go_on_after_a_history_was_lost(three_runs: Path, tmp_path: Path, billsight: Billsight, loss: str) -> None:
    """Restored, what changed since the last run is known; begun again on purpose, the next run is a first one."""
    site = _lose_history(three_runs, tmp_path / "night", billsight, loss)
    again = shutil.copytree(site.folder, tmp_path / "again", symlinks=True)
    assert site.call("register", "restore", "--history").code == 0
    assert provider_runs.run(site.folder, "night-4").summary["changes"]["is_first"] is False
    assert Site(again, billsight).call("register", "init", "--history").code == 0
    provider_runs.run(again, "night-4")
    provider_runs.run(again, "night-5")


def test_a_key_that_is_gone_or_another_is_refused(folder: Path, billsight: Billsight) -> None:
    """A new one would void every fix file that people work in."""
    site, key = Site(folder, billsight), folder / "state" / "site.key"
    file = save(folder / "d.csv", decide(certain(proposed(folder), 1), "approve"))
    assert site.call("register", "backup").code == 0
    content = key.read_bytes()
    for other in (None, b"k" * 32):
        key.unlink()
        if other:
            key.write_bytes(other)
        with pytest.raises(SiteKeyError, match=r"register restore --site-key.*register init --site-key"):
            provider_runs.run(folder, "night-2")
        assert site.call("mappings", "import", file).code == ExitCode.UNUSABLE
        assert (key.read_bytes() if key.exists() else None) == other
        assert site.call("register", "restore", "--site-key").code == 0
        assert (key.read_bytes(), key.stat().st_mode & 0o777) == (content, 0o600)
    key.unlink()
    assert site.call("register", "init", "--site-key").code == 0
    assert key.read_bytes() != content
    provider_runs.run(folder, "night-2")
    assert site.call("mappings", "import", file).code == ExitCode.REFUSED


def test_a_lost_register_keeps_the_inbox_as_it_is(site: Site) -> None:
    """Nothing is imported into what came in its place."""
    (site.folder / "inbox").mkdir()
    file = save(site.folder / "inbox" / "kim.csv", decide(certain(proposed(site.folder), 3)[2:], "approve"))
    site.register.unlink()
    with pytest.raises(InputError, match="empty or gone"):
        provider_runs.run(site.folder, "night-2")
    assert file.exists()
    assert not site.register.exists()


def test_a_manifest_says_which_state_its_run_used(used: Site) -> None:
    """The end of the chain that its decisions were read at."""
    manifest = json.loads((used.folder / "out" / "latest" / "manifest.json").read_text(encoding="utf-8"))
    head = Register.open(used.register).head()
    assert manifest["state"]["register"] == {"imports": 2, "head": head.digest}
    assert manifest["state"]["history"] == {"after": "night-1"}
    key = used.folder / "state" / "site.key"
    assert re.fullmatch("[0-9a-f]{16}", manifest["state"]["site_key"])
    assert key.read_bytes().hex() not in json.dumps(manifest)


def test_copies_are_made_while_the_register_is_in_use_and_thinned_out(tmp_path: Path) -> None:
    """The last 30, and of the older ones the last of each month."""
    path, day = tmp_path / "register.sqlite", datetime(2026, 1, 1, tzinfo=UTC)
    register = Register.open(path)
    for number in range(80):
        register.append([Judgement("A", str(number), "approved", day, "kim", "f")], Import(f"i{number}", day, "kim"))
        made = backups.back_up(path, day + timedelta(days=3 * number))
        assert made is not None
        assert backups.verified(made).head == register.head()
    assert backups.back_up(path, day + timedelta(days=999)) == made, "nothing was added since"
    names = [one.name for one in backups.copies(tmp_path / "backups")]
    assert len(names) > 30
    assert names[:30] == sorted(names, reverse=True)[:30]
    months = [name[9:15] for name in names[30:]]
    assert len(months) == len(set(months)) >= 4
    assert {one.stat().st_mode & 0o137 for one in (tmp_path / "backups").iterdir()} == {0}
    assert {one.name for one in (tmp_path / "backups").iterdir()} == set(names)


def test_an_import_is_taken_although_no_copy_can_be_made(folder: Path, mappings: Mappings) -> None:
    """The decision counts; that there is no copy is reported."""
    (folder / "state" / "backups").write_text("a file where the folder should be", encoding="utf-8")
    ended = mappings("import", save(folder / "d.csv", decide(certain(proposed(folder), 1), "approve")))
    assert ended.code == ExitCode.COMPLETE
    assert "No copy of the register could be made" in ended.out
    assert len(held(folder)) == 1


def test_verify_counts_in_words_that_agree(folder: Path, billsight: Billsight) -> None:
    """One import is not one imports; and who confirms the register is named."""
    out = Site(folder, billsight).call("register", "verify").out
    assert re.search(
        r"register\.sqlite: intact, 1 import, [2-9]\d* judgements, head [0-9a-f]{12}\n  confirmed by: ", out
    )
    assert re.search(r"history\.sqlite: intact, 1 published run\n", out)
    assert not re.search(r"\b1 (imports|judgements|published runs|copies)\b", out)
