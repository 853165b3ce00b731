"""The way back: decisions are imported, used by the next run, looked up, taken back; a bad file changes nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from etl import cli
from etl.cli.options import user
from etl.config import load
from etl.errors import ExitCode
from etl.pipeline.run import RunOutcome
from etl.review.published_evidence import read_evidence
from etl.review.register import Register
from tests.support import provider_runs
from tests.support.command_results import Mappings
from tests.support.decision_files import bare, certain, decide, held, imports, kinds, proposed, save


def test_a_decided_file_is_imported_and_says_what_became_of_each_row(folder: Path, mappings: Mappings) -> None:
    """Who, when, from which file, on which evidence; undecided rows are left alone."""
    rows = proposed(folder)
    one, other = certain(rows, 2)
    done = decide([one], "approve", note="asked Ann") + decide([other], "exclude", reviewer="ann")
    rest = [row for row in rows if row not in (one, other)]
    ended = mappings("import", save(folder / "d.csv", done + rest), "--as", "kim")
    assert (ended.code, ended.err) == (ExitCode.COMPLETE, "")
    assert ended.out.startswith(
        f"d.csv: applied: 2 (import-2), no-op: 0, stale: 0, error: 0, undecided: {len(rest)}\n"
        f"  line 2: approve {one['acct_customer_id']} {one['cw_company_id']}: apply\n"
    )
    assert sorted(held(folder)) == sorted([(*bare(one), "approved"), (bare(other)[0], None, "excluded")])
    current = Register.open(folder / "state" / "register.sqlite").current().filter(import_id="import-2")
    assert dict(current.select("decision", "judged_by").rows()) == {"approved": "kim", "excluded": "ann"}
    assert set(current["evidence_fingerprint"]) == {one["row_fp"], other["row_fp"]}
    assert current.filter(decision="approved")["note"].to_list() == ["asked Ann"]
    log = Register.open(folder / "state" / "register.sqlite").log().filter(import_id="import-2")
    assert log.select("imported_by", "claimed_by", "file_name").unique().rows() == [(user(), "kim", "d.csv")]


def test_importing_twice_changes_nothing(folder: Path, mappings: Mappings) -> None:
    """The same content under any name leaves no second import, in the same run and after the next one."""
    file = save(folder / "d.csv", decide(certain(proposed(folder), 3), "approve"))
    assert mappings("import", file).code == ExitCode.COMPLETE
    before, count = held(folder), imports(folder)
    for again in (file, file.rename(folder / "renamed.csv"), folder / "renamed.csv"):
        ended = mappings("import", again if again.exists() else folder / "renamed.csv")
        assert ended.code == ExitCode.COMPLETE
        assert kinds(ended) == ["no-op"] * 3
        assert "Nothing was changed." in ended.out
    provider_runs.run(folder, "night-2")
    assert kinds(mappings("import", folder / "renamed.csv")) == ["no-op"] * 3
    assert (held(folder), imports(folder)) == (before, count)


def test_a_dry_run_says_everything_and_does_nothing(folder: Path, mappings: Mappings) -> None:
    """Not even an empty import."""
    before = (folder / "state" / "register.sqlite").read_bytes()
    ended = mappings("import", save(folder / "d.csv", decide(certain(proposed(folder), 2), "approve")), "--dry-run")
    assert (ended.code, kinds(ended)) == (ExitCode.COMPLETE, ["apply", "apply"])
    assert "would be applied: 2" in ended.out
    assert (folder / "state" / "register.sqlite").read_bytes() == before


def test_the_user_who_is_logged_in_answers_where_nobody_is_named(folder: Path, mappings: Mappings) -> None:
    """Every judgement has somebody to ask."""
    mappings("import", save(folder / "d.csv", decide(certain(proposed(folder), 1), "approve")))
    assert user() in mappings("list").out


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ({"acct_customer_id": "1.16E+02", "row_id": ""}, "made a number of it"),
        ({"acct_customer_id": "116", "row_id": ""}, "its prefix is lost"),
        ({"cw_company_id": "1016"}, "its prefix is lost"),
        ({"acct_customer_id": "ACCT-4711", "row_id": ""}, "the latest run does not know"),
        ({"cw_company_id": "CW-4711"}, "the latest run does not know"),
        ({"row_fp": "FP-0123456789abcdef"}, "FP-0123456789abcdef"),
        ({"row_fp": ""}, "an empty row_fp"),
        ({"decision": "perhaps"}, "'perhaps'"),
        ({"decision": "override", "cw_company_id": "CW-1003"}, "--allow-override"),
        ({"decision": "approve", "cw_company_id": "CW-1003"}, "expected a company that was proposed"),
    ],
)
def test_a_file_whose_only_row_is_wrong_is_refused(
    folder: Path, mappings: Mappings, spoil: dict[str, str], found: str
) -> None:
    """Code 6, the reason on stderr with its line, nothing changed."""
    rows = decide(certain(proposed(folder), 1), "approve")
    ended = mappings("import", save(folder / "d.csv", [rows[0] | spoil]))
    assert (ended.code, ended.out) == (ExitCode.REFUSED, "")
    assert found in ended.err
    assert "line 2: " in ended.err
    assert "Nothing was changed." in ended.err
    assert held(folder) == []


def test_good_rows_are_taken_and_bad_ones_told(folder: Path, mappings: Mappings) -> None:
    """One cell that went wrong does not void the work of an evening; the code says that something is left to do."""
    good, bad = certain(proposed(folder), 2)
    rows = decide([good], "approve") + decide([bad], "approve", acct_customer_id="7E+3", row_id="")
    ended = mappings("import", save(folder / "d.csv", rows))
    assert ended.code == ExitCode.PARTIAL
    assert kinds(ended) == ["apply", "error"]
    assert held(folder) == [(*bare(good), "approved")]


def test_a_company_that_was_not_proposed_is_taken_only_when_allowed(folder: Path, mappings: Mappings) -> None:
    """By the flag, or for good by the configuration."""
    (row,) = certain(proposed(folder), 1)
    file = save(folder / "d.csv", decide([row], "override", cw_company_id="CW-1003"))
    assert mappings("import", file).code == ExitCode.REFUSED
    assert mappings("import", file, "--allow-override").code == ExitCode.COMPLETE
    assert held(folder) == [(bare(row)[0], "1003", "approved")]
    mappings("revert", "import-2")
    config = folder / "billsight.toml"
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[review]\nallow_override = true\n", encoding="utf-8")
    assert mappings("import", file).code == ExitCode.REFUSED
    assert mappings("import", file, "--again").code == ExitCode.COMPLETE


def test_evidence_that_changed_makes_a_row_stale_and_only_that_row(folder: Path, mappings: Mappings) -> None:
    """Approved on Monday, imported on Wednesday: what is as it was is taken, the rest goes back to the queue."""
    same, changed = certain(proposed(folder), 2)
    file = save(folder / "d.csv", decide([same, changed], "approve"))
    customers = folder / "accounting_customers-0001.json"
    text = customers.read_text(encoding="utf-8")
    name = changed["acct_customer_name"]
    customers.write_text(text.replace(name, f"{name} Trading"), encoding="utf-8")
    assert text != customers.read_text(encoding="utf-8")
    provider_runs.run(folder, "night-2")
    ended = mappings("import", file)
    assert (ended.code, kinds(ended)) == (ExitCode.PARTIAL, ["apply", "stale"])
    assert "the evidence has changed since" in ended.out
    assert held(folder) == [(*bare(same), "approved")]


def test_what_a_night_wrote_is_known_whatever_the_night_was_called(folder: Path) -> None:
    """A long name is a name; what cannot be one was written by no run."""
    name = "long-" * 20
    provider_runs.run(folder, name)
    (row,) = certain(proposed(folder), 1)
    provider_runs.run(folder, "after-it")
    was_written = read_evidence(load(folder / "billsight.toml")).was_written
    assert was_written(name, bare(row)[0], row["row_fp"]) is True
    for other in ("x" * 5_000, "a\0b", "..", "../runs/" + name):
        assert was_written(other, bare(row)[0], row["row_fp"]) is None


def test_a_file_of_another_site_means_nothing_here(folder: Path, mappings: Mappings) -> None:
    """Its fingerprints were made with another key; and another key in the place of this site's is noticed."""
    rows = decide(certain(proposed(folder), 2), "approve")
    theirs = [row | {"row_fp": f"FP-{row['row_fp'][:2:-1]}"} for row in rows]
    ended = mappings("import", save(folder / "theirs.csv", theirs))
    assert (ended.code, kinds(ended)) == (ExitCode.REFUSED, ["error"] * 2)
    file = save(folder / "d.csv", rows)
    (folder / "state" / "site.key").write_bytes(b"k" * 32)
    ended = mappings("import", file)
    assert (ended.code, ended.out) == (ExitCode.UNUSABLE, "")
    assert "not the key that the run night-1 used" in ended.err
    (folder / "state" / "site.key").unlink()
    ended = mappings("import", file)
    assert (ended.code, ended.out) == (ExitCode.UNUSABLE, "")
    assert "the site's key is not there" in ended.err
    assert not (folder / "state" / "site.key").exists(), "a key that is made up now would match nothing"


def test_two_files_are_checked_together_and_imported_apart(folder: Path, mappings: Mappings) -> None:
    """What two people say of one customer contradicts; each file can be taken back by itself."""
    both, mine, yours = certain(proposed(folder), 3)
    one = save(folder / "kim.csv", decide([both, mine], "approve"))
    two = save(folder / "lee.csv", decide([both, yours], "exclude"))
    ended = mappings("import", one, two)
    assert (ended.code, kinds(ended)) == (ExitCode.PARTIAL, ["error", "apply", "error", "apply"])
    assert "(import-2)" in ended.out
    assert "(import-3)" in ended.out
    mappings("revert", "import-2")
    assert held(folder) == [(bare(yours)[0], None, "excluded")]


def test_without_a_night_there_is_nothing_to_compare_with(folder: Path, mappings: Mappings) -> None:
    """The fingerprints cannot be checked, so nothing is taken."""
    file = save(folder / "d.csv", decide(certain(proposed(folder), 1), "approve"))
    (folder / "out" / "latest").unlink()
    ended = mappings("import", file)
    assert ended.code == ExitCode.UNUSABLE
    assert "no run has been published yet" in ended.err


def _told(outcome: RunOutcome) -> dict[str, bytes]:
    """What a run says, apart from its name and from the runs before it."""
    name = outcome.folder.name.encode()
    parts = ("mapping_fixes.csv", "invoices.csv", "contact_fixes.csv", "sync_gaps.csv")
    files = {part: (outcome.folder / part).read_bytes().replace(name, b"") for part in parts}
    alone = {part: told for part, told in outcome.summary.items() if part not in {"changes", "trend"}}
    return {**files, "summary.json": json.dumps(alone, sort_keys=True).encode().replace(name, b"")}


def test_the_next_night_uses_it_and_a_revert_undoes_it(
    fixture_night: tuple[Path, RunOutcome], folder: Path, mappings: Mappings
) -> None:
    """Run 1, approve, exclude, reject and snooze, run 2 shows it, revert, run 3 equals run 1."""
    first = _told(fixture_night[1])
    rows = proposed(folder)
    approved, excluded, rejected, snoozed = certain(rows, 4)
    done = decide([approved], "approve") + decide([excluded], "exclude") + decide([rejected], "reject")
    file = save(folder / "d.csv", done + decide([snoozed], "snooze:2026-12-01"))
    assert mappings("import", file, "--as", "kim").code == ExitCode.COMPLETE
    second = provider_runs.run(folder, "night-2")
    mapped = {row["customer_id_acct"]: row for row in provider_runs.table(second, "matching.mappings").to_dicts()}
    assert mapped[bare(approved)[0]]["company_id_cw"] == bare(approved)[1]
    assert mapped[bare(approved)[0]]["judged_by"] == "kim"
    assert mapped[bare(excluded)[0]]["mapping_state"] == "excluded"
    again = {(row["acct_customer_id"], row["cw_company_id"]) for row in proposed(folder)}
    assert not {row["acct_customer_id"] for row in (approved, excluded, snoozed)} & {who for who, _ in again}
    assert (rejected["acct_customer_id"], rejected["cw_company_id"]) not in again
    assert _told(second)["summary.json"] != first["summary.json"]
    assert mappings("revert", "import-2", "--as", "lee").code == 0
    assert _told(provider_runs.run(folder, "night-3")) == first


def test_whoever_was_snoozed_comes_back_on_the_day(folder: Path, mappings: Mappings) -> None:
    """The run of that day proposes the customer again; the register still knows that it was snoozed."""
    (row,) = certain(proposed(folder), 1)
    mappings("import", save(folder / "d.csv", decide([row], "snooze:2026-11-23")))
    for day, is_there in ((22, False), (24, True)):
        provider_runs.run(folder, f"night-of-{day}", as_of=datetime(2026, 11, day, 2, tzinfo=UTC))
        assert (row["row_id"] in {one["row_id"] for one in proposed(folder)}) is is_there
    assert len(held(folder)) == 1


def test_the_register_can_be_looked_up(folder: Path, mappings: Mappings) -> None:
    """What holds, by kind; the history of one customer, what was taken back included; the whole as a file."""
    (row,) = certain(proposed(folder), 1)
    file = save(folder / "d.csv", decide([row], "approve", note="=1+1"))
    mappings("import", file, "--as", "kim")
    assert row["acct_customer_id"] in mappings("list", "--state", "approved").out
    assert row["acct_customer_id"] not in mappings("list", "--state", "rejected").out
    mappings("revert", "import-2", "--as", "lee")
    told = mappings("history", row["acct_customer_id"]).out
    assert re.search(
        rf"import-2 .*approved {row['cw_company_id']} by kim via {user()} on .*, from d.csv: =1\+1\n", told
    )
    assert re.search(rf"import-3 .*reverted import-2, by {user()} as lee", told)
    assert "holds" not in told
    assert mappings("history", bare(row)[0]).out == told
    unknown = mappings("history", "ACCT-4711")
    assert (unknown.code, unknown.out) == (ExitCode.UNUSABLE, "")
    mappings("revert", "import-3")
    assert "holds" in mappings("history", row["acct_customer_id"]).out
    assert mappings("export", folder / "register.csv").code == 0
    table = pl.read_csv(folder / "register.csv", infer_schema=False)
    assert table["import_id"].to_list()[-3:] == ["import-2", "import-3", "import-4"]
    assert table.filter(import_id="import-2").select("note", "holds").rows() == [("'=1+1", "true")]
    assert mappings("export").out.encode() == (folder / "register.csv").read_bytes()


def test_a_revert_that_cannot_be_is_refused(folder: Path, mappings: Mappings) -> None:
    """Unknown, done before, or overtaken: code 6 and the reason."""
    (row,) = certain(proposed(folder), 1)
    mappings("import", save(folder / "a.csv", decide([row], "approve")))
    mappings("import", save(folder / "b.csv", decide([row], "exclude")))
    for import_id, why in (("import-9", "no import 'import-9'"), ("import-2", "import-3 came after import-2")):
        ended = mappings("revert", import_id)
        assert (ended.code, ended.out) == (ExitCode.REFUSED, "")
        assert why in ended.err
    assert mappings("revert", "import-3").code == 0
    assert "reverted before" in mappings("revert", "import-3").err
    assert held(folder) == [(*bare(row), "approved")]


def test_evidence_that_turns_against_a_judgement_is_told_and_changes_nothing(folder: Path, mappings: Mappings) -> None:
    """The company was deleted: the customer stays mapped as a person said, and asks for a new decision."""
    (row,) = certain(proposed(folder), 1)
    mappings("import", save(folder / "d.csv", decide([row], "approve")))
    companies = folder / "connectwise_companies.json"
    text = companies.read_text(encoding="utf-8")
    customer, company = bare(row)
    gone = re.sub(rf'(?m)^.*"id": ?{company},.*\n', "", text)
    assert gone != text
    companies.write_text(re.sub(r",\s*\]", "\n]", gone), encoding="utf-8")
    night = provider_runs.run(folder, "night-2")
    mapped = provider_runs.table(night, "matching.mappings").filter(customer_id_acct=customer)
    assert mapped.select("company_id_cw", "mapping_source").rows() == [(company, "judgement")]
    asked = [one for one in proposed(folder) if one["acct_customer_id"] == row["acct_customer_id"]]
    assert asked
    assert "conflict: the company is no longer in ConnectWise" in asked[0]["reason"]
    told = mappings("list", "--state", "conflict").out
    assert re.search(rf"{row['acct_customer_id']} .*CONFLICT: the company is no longer in ConnectWise", told)
    assert mappings("import", save(folder / "e.csv", decide(asked[:1], "exclude"))).code == ExitCode.COMPLETE
    assert mappings("list", "--state", "conflict").out == "No judgements: conflict.\n"


@pytest.mark.parametrize("name", ["import", "list", "history", "revert", "export"])
def test_every_command_of_the_group_says_what_it_does(mappings: Mappings, name: str) -> None:
    """And how it is called."""
    assert list(cli.mappings.mappings.commands) == ["import", "list", "history", "revert", "export"]
    ended = mappings(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert f"Usage: billsight mappings {name} [OPTIONS]" in ended.out
