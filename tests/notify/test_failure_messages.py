"""What a message says of a run that failed, and what it advises."""

from __future__ import annotations

import pytest

from etl.notify.messages import Failure, failure_message

LINK = "https://reports.example/latest"


@pytest.mark.parametrize(
    ("exit_code", "kind", "words"),
    [
        (4, "InputError", "billsight check"),
        (4, "InvariantError", "does not hold"),
        (4, "GateError", "--accept-shrink"),
        (4, "JoinError", "too few rows of one list"),
        (4, "JoinDropError", "--accept-shrink"),
        (4, "ClockError", "Correct the clock of the server, or run with --as-of"),
        (4, "HistoryError", "restore the history"),
        (4, "RegisterUnusableError", "billsight register restore"),
        (4, "SiteKeyError", "billsight register restore --site-key"),
        (4, "SomethingNew", "billsight check"),
        (1, "KeyError", "bug"),
        (75, "RunLockedError", "still busy"),
        (78, "ConfigurationError", "billsight.toml"),
        (99, "Strange", "Read what the job wrote"),
    ],
)
def test_a_failure_says_what_still_stands_and_what_to_do(exit_code: int, kind: str, words: str) -> None:
    """And its code; one that is reported is not reported again while it stays the same."""
    told = failure_message(Failure("run-7", "Northgate IT", exit_code, kind, LINK))
    assert told.title == f"Northgate IT: the run failed (exit code {exit_code})"
    assert f"The last report stays as it is: {LINK}" in told.body
    assert words in told.body
    assert "What to do: " in told.body
    assert told.kind == "failure"
    assert told.fingerprint == failure_message(Failure("run-8", "", exit_code, kind, "")).fingerprint
    assert told.fingerprint != failure_message(Failure("run-8", "", exit_code + 1, kind, "")).fingerprint


def test_a_stop_by_joins_names_them_and_advises_only_what_can_help() -> None:
    """A share below the limit stays below it with --accept-shrink."""
    name = "open invoices -> customers"
    for kind, is_help in (("JoinError", False), ("JoinDropError", True)):
        told = failure_message(Failure("run-1", "", 4, kind, "", (name,)))
        assert (name in told.body, "--accept-shrink" in told.body) == (True, is_help)
        assert told.fingerprint != failure_message(Failure("run-1", "", 4, kind, "", ("another",))).fingerprint


def test_a_first_failure_does_not_speak_of_a_report() -> None:
    """There is none."""
    told = failure_message(Failure("run-1", "", 4, "InputError", ""))
    assert told.title.startswith("billsight: ")
    assert "There is no report yet." in told.body
