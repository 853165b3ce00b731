"""Whose word holds: what was taken back stays so, the newer decision wins, and two people who differ are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.review.decision_file import Line, lines_of
from etl.review.mapping_decisions import MAPPINGS
from etl.review.precedence import Importing, Precedence
from etl.review.register import Decision, Import, Judgement, Register
from etl.review.row_verdict import Verdict
from etl.review.verdicts import PublishedEvidence, judge

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
COLUMNS = ["run_id", "row_fp", "decision", "acct_customer_id", "cw_company_id", "reviewer", "decided_at"]
PRINTS: dict[str, str | None] = {"FP-0000000000000710": "10", "FP-0000000000000711": "11"}
PRINT_OF = {f"CW-{company}": row_fp for row_fp, company in PRINTS.items()}
LATEST = PublishedEvidence(
    run_id="run-2",
    as_of_date=MONDAY.date(),
    customers=frozenset({"7", "8"}),
    companies={"10": False, "11": False},
    candidates={"7": frozenset({"10", "11"}), "8": frozenset({"10", "11"})},
    fingerprints={"7": PRINTS, "8": PRINTS},
    was_written=lambda *_: True,
    rows_of=lambda _: {},
)
NEW = ("approve", "CW-11")


def row(decided_at: str = "", decision: tuple[str, str] = NEW, who: str = "lee", run_id: str = "run-1") -> list[Line]:
    """One decided row about customer 7."""
    cells = [run_id, PRINT_OF.get(decision[1], next(iter(PRINTS))), decision[0], "ACCT-7", decision[1], who, decided_at]
    return list(lines_of(enumerate([COLUMNS, cells], 1), "f.csv", MAPPINGS))


def told(at: datetime, who: str = "kim", decision: Decision = "approved", company: str | None = "10") -> Judgement:
    """What the register holds about customer 7."""
    return Judgement("7", company, decision, at, who, "f.csv")


class Site:
    """A register, and imports into it."""

    def __init__(self, folder: Path) -> None:
        self.register = Register.open(folder / "register.sqlite")

    def add(self, *judgements: Judgement, digest: str = "beef", at: datetime = MONDAY) -> str:
        """An import."""
        name = self.register.next_import_id()
        self.register.append(judgements, Import(name, at, "login", "f.csv", digest, "kim"))
        return name

    def take_back(self, name: str, at: datetime) -> str:
        """A revert by ann."""
        act = self.register.next_import_id()
        self.register.revert(name, Import(act, at, "login", claimed_by="ann"))
        return act

    def verdict(
        self, lines: list[Line], at: datetime = FRIDAY, latest: PublishedEvidence = LATEST, **how: object
    ) -> Verdict:
        """The verdict on one row that is imported on Friday."""
        importing = Importing(**{"at": at, "who": lambda _: "lee", "run_id": "run-2", **how})  # type: ignore[arg-type]
        before = Precedence(self.register.current(), self.register.log(), importing)
        return judge(lines, latest, before, may_override=False)[0]

    def kinds(self, lines: list[Line]) -> list[str]:
        """The kinds of the verdicts on several rows."""
        importing = Importing(FRIDAY, lambda _: "lee", run_id="run-2")
        before = Precedence(self.register.current(), self.register.log(), importing)
        return [verdict.kind for verdict in judge(lines, LATEST, before, may_override=False)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty one."""
    return Site(tmp_path)


def _why(verdict: Verdict) -> str:
    assert verdict.problem is not None
    return str(verdict.problem)


@pytest.mark.parametrize("who", ["lee", "kim"])
def test_an_older_decision_never_replaces_a_newer_one(site: Site, who: str) -> None:
    """Whoever decided it, and whenever its file comes in; both names are reported."""
    site.add(told(MONDAY))
    found = site.verdict(row("2026-10-30T09:00:00Z", who=who))
    assert found.kind == "stale"
    assert f"{who}'s decision of 2026-10-30 09:00 UTC" in _why(found)
    assert "kim decided approved CW-10 on 2026-11-02 09:00 UTC (import-1)" in _why(found)
    assert site.verdict(row("2026-10-30T09:00:00Z", who=who), is_settled=True).kind == "stale"


@pytest.mark.parametrize(
    "at", ["2026-11-02T09:30:00Z", "2026-11-03T08:59:00Z", "2026-11-02", "02.11.2026 08:30", "2026-11-02 08:30"]
)
def test_two_people_who_differ_within_a_day_are_asked(site: Site, at: str) -> None:
    """The later does not win silently; what both agreed on is taken with a word. One person may change her mind."""
    site.add(told(MONDAY))
    found = site.verdict(row(at))
    assert found.kind == "error"
    assert "lee's decision, within a day of another person's: kim decided approved CW-10" in _why(found)
    assert "--settled" in _why(found)
    assert site.verdict(row(at), is_settled=True).kind == "apply"
    assert site.verdict(row(at, who="Kim")).kind == "apply"


def test_the_later_word_holds_after_more_than_a_day(site: Site) -> None:
    """Also of another person."""
    site.add(told(MONDAY))
    assert site.verdict(row("2026-11-04T09:00:00Z")).kind == "apply"
    assert site.verdict(row("2026-11-04")).kind == "apply"


def test_a_row_without_a_time_is_later_only_where_its_run_knew_of_the_other(site: Site) -> None:
    """It may be older than what it would replace."""
    site.add(told(MONDAY))
    assert "without a time of another person's" in _why(site.verdict(row()))
    assert site.verdict(row(run_id="run-2"), known=0).kind == "error"
    assert site.verdict(row(run_id="run-2"), known=1).kind == "apply"
    assert site.verdict(row(run_id="run-2"), known=1, at=MONDAY + timedelta(hours=9)).kind == "error"


@pytest.mark.parametrize(
    ("held", "new", "kind"),
    [
        (("unsure", None), NEW, "apply"),  # somebody was asked, and answered
        (("excluded", None), NEW, "error"),
        (("approved", "10"), ("reject", "CW-10"), "error"),
        (("approved", "10"), ("reject", "CW-11"), "apply"),  # both may hold
        (("rejected", "11"), NEW, "error"),
        (("rejected", "10"), NEW, "apply"),
        (("approved", "10"), ("snooze:2027-01-01", ""), "apply"),  # settles nothing
        (("approved", "10"), ("exclude", ""), "error"),
        (("approved", "10"), ("unsure", ""), "error"),
        (("approved", "10"), ("approve", "CW-10"), "no-op"),
    ],
)
def test_people_differ_only_where_one_word_would_end_the_other(
    site: Site, held: tuple[Decision, str | None], new: tuple[str, str], kind: str
) -> None:
    """As the register has it."""
    site.add(told(MONDAY, decision=held[0], company=held[1]))
    assert site.verdict(row("2026-11-02T20:00:00Z", new)).kind == kind


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("2026-11-06T09:04:00Z", "apply"),
        ("2026-11-06T09:06:00Z", "error"),
        ("2026-11-06", "apply"),
        ("2026-11-07", "error"),
        ("2126-11-06T09:00:00Z", "error"),
    ],
)
def test_nobody_decides_later_than_the_import(site: Site, at: str, kind: str) -> None:
    """A clock that runs ahead would win over everybody; minutes, and the day in another zone, are let pass."""
    found = site.verdict(row(at))
    assert found.kind == kind
    assert kind == "apply" or "later than the import at 2026-11-06 09:00 UTC" in _why(found)


def test_a_day_begins_earlier_in_the_east(site: Site) -> None:
    """Who writes today's date in Auckland may be a day ahead of UTC."""
    assert site.verdict(row("2026-11-07"), at=FRIDAY + timedelta(hours=2)).kind == "apply"


def test_the_day_of_a_snooze_is_no_time_of_a_decision(site: Site) -> None:
    """A spreadsheet may hold it in that column."""
    assert site.verdict(row("2027-01-02T10:00:00Z", ("snooze", ""))).kind == "apply"


def test_a_customer_is_refused_as_a_whole(site: Site) -> None:
    """Half of an old decision is no decision: what nothing is in the way of stays out with the rest."""
    site.add(told(MONDAY))
    old = "2026-10-30T09:00:00Z"
    assert site.kinds(row(old, ("reject", "CW-11"))) == ["apply"]
    assert site.kinds(row(old, ("reject", "CW-11")) + row(old, ("exclude", ""))) == ["stale", "stale"]


def test_what_was_taken_back_is_not_taken_again_by_the_same_file(site: Site) -> None:
    """Nor by the same decisions in another file; on purpose it is."""
    name = site.add(told(MONDAY, company="11"), digest="abcd")
    act = site.take_back(name, FRIDAY)
    late = FRIDAY + timedelta(days=1)
    same = site.verdict(row(), late, digests={"f.csv": "abcd"})
    assert same.kind == "stale"
    assert f"the very file that ann reverted on 2026-11-06 09:00 UTC ({act})" in _why(same)
    assert "--again" in _why(same)
    for at in ("", "2026-11-02T09:00:00Z", "2026-11-06", "2026-11-06T08:00:00Z"):
        other = site.verdict(row(at), late, digests={"f.csv": "other"})
        assert (other.kind, "a decision that ann reverted" in _why(other)) == ("stale", True), at
    assert site.verdict(row(), late, digests={"f.csv": "abcd"}, is_again=True).kind == "apply"


def test_what_was_decided_after_it_was_taken_back_is_new(site: Site) -> None:
    """By its time, or because the run knew of it; and so is another decision."""
    name = site.add(told(MONDAY, company="11"), digest="abcd")
    site.take_back(name, FRIDAY)
    late = FRIDAY + timedelta(days=1)
    assert site.verdict(row("2026-11-06T10:00:00Z"), late).kind == "apply"
    assert site.verdict(row(run_id="run-2"), late, known=2).kind == "apply"
    assert site.verdict(row(run_id="run-2"), late, known=1).kind == "stale"
    assert site.verdict(row(decision=("approve", "CW-10")), late).kind == "apply"


def test_a_revert_that_was_taken_back_is_in_nobodys_way(site: Site) -> None:
    """The import counts again, so the file changes nothing; taken back a second time it does not."""
    name = site.add(told(MONDAY, company="11"), digest="abcd")
    act = site.take_back(name, MONDAY)
    again = site.take_back(act, MONDAY)
    assert site.verdict(row(), digests={"f.csv": "abcd"}).kind == "no-op"
    site.take_back(again, MONDAY)
    assert site.verdict(row(), digests={"f.csv": "abcd"}).kind == "stale"


def test_a_customer_that_was_taken_back_after_the_run_needs_one(site: Site) -> None:
    """The run still had it mapped, so its files do not ask; the refusal says which run is missing."""
    name = site.add(told(MONDAY))
    site.take_back(name, MONDAY)
    mapped = PublishedEvidence(**{**vars(LATEST), "fingerprints": {}})
    found = site.verdict(row("2026-11-05T09:00:00Z"), latest=mapped, known=1)
    assert found.kind == "stale"
    assert "run billsight once, and decide in its files" in _why(found)
    assert "run billsight once" not in _why(site.verdict(row("2026-11-05T09:00:00Z"), latest=mapped, known=2))
