"""What is remembered of runs and issues: exactly what happened, and nothing twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import HistoryError
from etl.history.store import CHANGES, History, PastRun
from tests.soak import runs

KEY = ("kind", "subject_id", "code")
ISSUES = [
    ("invoice", "1", "DRAFT"),
    ("invoice", "1", "SYNC_STALLED"),
    ("customer", "1", "DRAFT"),
    ("contact", "é", "X"),
]


def _run(run_id: str) -> PastRun:
    return PastRun(0, run_id, "2026-11-22T02:00:00Z", 0, is_published=True, seconds=1.5, facts={"blocked": 3})


def _changes(*rows: tuple[str, str, str, str | None, str]) -> pl.DataFrame:
    return pl.DataFrame([(*row, None) for row in rows], schema=CHANGES, orient="row")


def _night(history: History, number: int, before: set[int], now: set[int]) -> None:
    opened = [(*ISSUES[one], None, "opened") for one in sorted(now - before)]
    ended = [(*ISSUES[one], "paid", "ended") for one in sorted(before - now)]
    history.record(_run(f"run-{number}"), _changes(*opened, *ended))


def _keys(frame: pl.DataFrame) -> set[tuple[str, str, str]]:
    return set(frame.select(KEY).iter_rows())


@settings(max_examples=runs(50))
@given(nights=st.lists(st.sets(st.integers(0, len(ISSUES) - 1)), min_size=1, max_size=8))
def test_what_is_open_and_what_lies_between_two_runs_is_what_happened(
    tmp_path_factory: pytest.TempPathFactory, nights: list[set[int]]
) -> None:
    """Whatever opens, ends and comes back: the open ones, how often each came back, every difference of two runs."""
    history = History(tmp_path_factory.mktemp("history") / "history.sqlite")
    seen = [0] * len(ISSUES)
    for number, (before, now) in enumerate(zip([set(), *nights], nights, strict=False), 1):
        _night(history, number, before, now)
        for one in now - before:
            seen[one] += 1
        found = history.open_issues()
        assert _keys(found) == {ISSUES[one] for one in now}
        back = {tuple(row[:3]): row[4] for row in history.earlier(found).iter_rows()}
        assert back == {ISSUES[one]: seen[one] for one in now}
    for first, earlier in enumerate(nights, 1):
        for second, later in enumerate(nights[first:], first + 1):
            between = history.episodes_between(first, second)
            opened, ended = (_keys(between.filter(pl.col("is_open") == value)) for value in (1, 0))
            assert opened == {ISSUES[one] for one in later - earlier}
            assert ended == {ISSUES[one] for one in earlier - later}


UNMAPPED = [("customer", "7", code) for code in ("UNMAPPED_PROBABLE", "UNMAPPED_NO_CANDIDATE", "UNMAPPED_AMBIGUOUS")]


@settings(max_examples=runs(50))
@given(path=st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_an_issue_that_goes_on_under_another_code_stays_one(
    tmp_path_factory: pytest.TempPathFactory, path: list[int]
) -> None:
    """Whatever codes it had: one episode, first seen when it was, and no difference between the runs."""
    history = History(tmp_path_factory.mktemp("history") / "history.sqlite")
    history.record(_run("run-1"), _changes((*UNMAPPED[path[0]], None, "opened")))
    for number, (before, now) in enumerate(pairwise(path), 2):
        row = (*UNMAPPED[now], None, "seen")
        history.record(_run(f"run-{number}"), _changes(row).with_columns(code_before=pl.lit(UNMAPPED[before][2])))
    (found,) = history.open_issues().iter_rows(named=True)
    assert (found["code"], found["first_run"], found["unseen_since"]) == (UNMAPPED[path[-1]][2], 1, None)
    assert history.episodes_between(1, len(path)).is_empty()


def test_a_run_is_remembered_once(tmp_path: Path) -> None:
    """A run that is caught up with after a crash may have been written already."""
    history = History(tmp_path / "state" / "history.sqlite")
    for _ in range(2):
        history.record(_run("one"), _changes(("invoice", "1", "DRAFT", None, "opened")))
    assert [(run.number, run.run_id, run.facts) for run in history.runs()] == [(1, "one", {"blocked": 3})]
    assert history.open_issues().height == 1


def test_how_long_a_run_took_may_not_be_known(tmp_path: Path) -> None:
    """Null, and not no time at all."""
    history = History(tmp_path / "history.sqlite")
    history.record(replace(_run("one"), seconds=None), _changes())
    assert history.runs()[0].seconds is None


def test_an_issue_that_is_not_looked_at_stays_open_and_keeps_since_when(tmp_path: Path) -> None:
    """And is seen again as the same issue, not as a new one."""
    history = History(tmp_path / "history.sqlite")
    issue = ("customer", "7", "UNMAPPED_CERTAIN")
    history.record(_run("one"), _changes((*issue, None, "opened")))
    history.record(_run("two"), _changes((*issue, None, "unseen")))
    history.record(_run("three"), _changes())
    assert history.open_issues().select("first_run", "unseen_since").rows() == [(1, 2)]
    history.record(_run("four"), _changes((*issue, None, "seen")))
    assert history.open_issues().select("first_run", "unseen_since").rows() == [(1, None)]


def test_only_what_was_there_before_is_known_from_before(tmp_path: Path) -> None:
    """The first time it was seen, and how often it was."""
    history = History(tmp_path / "history.sqlite")
    for number, now in enumerate([{0}, set(), {0}, set()], 1):
        _night(history, number, {0} if number in {2, 4} else set(), now)
    wanted = pl.DataFrame(ISSUES[:2], schema=dict.fromkeys(KEY, pl.String), orient="row")
    assert history.earlier(wanted).rows() == [(*ISSUES[0], "2026-11-22T02:00:00Z", 2)]


def test_reading_makes_no_history(tmp_path: Path) -> None:
    """A file that is missing is an empty history, and stays missing."""
    history = History(tmp_path / "none" / "history.sqlite")
    assert history.runs() == []
    assert history.open_issues().is_empty()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_history_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Another program's database, a damaged one, one of a newer version; the message says what to do."""
    other, damaged, newer = (tmp_path / name for name in ("other", "damaged", "newer"))
    with sqlite3.connect(other) as connection:
        connection.execute("create table theirs (x)")
    connection.close()
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 500)
    History(newer).record(_run("one"), _changes())
    connection = sqlite3.connect(newer)
    connection.execute("pragma user_version = 99")
    connection.close()
    for path, why in ((other, "not a history"), (damaged, ""), (newer, r"newer version \(99\)")):
        bytes_before = path.read_bytes()
        with pytest.raises(HistoryError, match=rf"{path.name}.*{why}.*new history begins"):
            History(path).runs()
        assert path.read_bytes() == bytes_before


@pytest.mark.parametrize("nights", [1, 2], ids=["in one run", "in two runs"])
def test_an_impossible_history_is_not_written(tmp_path: Path, nights: int) -> None:
    """One issue is never open twice: the run that says so is not there, either."""
    history = History(tmp_path / "history.sqlite")
    issue = ("invoice", "1", "DRAFT", None, "opened")
    told = [[issue, issue]] if nights == 1 else [[issue], [issue]]
    *before, last = (_changes(*rows) for rows in told)
    for changes in before:
        history.record(_run("one"), changes)
    with pytest.raises(HistoryError, match="an issue cannot be open twice"):
        history.record(_run("two"), last)
    assert [run.run_id for run in history.runs()] == ["one"] * (nights - 1)
    assert history.open_issues().height == nights - 1


def test_a_history_whose_folder_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """Something else lies there: that is reported, with what to do, and is no bug."""
    (tmp_path / "state").touch()
    history = History(tmp_path / "state" / "history.sqlite")
    assert history.runs() == []
    run = PastRun(0, "r", "2026-11-22T02:00:00Z", 0, is_published=True, seconds=1)
    with pytest.raises(HistoryError, match=r"File exists.* Make .*state a folder where this user may write"):
        history.record(run, pl.DataFrame(schema=CHANGES))
