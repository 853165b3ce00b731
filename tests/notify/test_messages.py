"""What a message says, what it never says, and when two say the same."""

from __future__ import annotations

import copy
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.notify.digest import figures
from etl.notify.messages import Message, run_message
from tests.support import provider_runs
from tests.support.change_figures import changes, quiet

LINK = "https://reports.example/latest"
ALLOWED = re.compile(
    r"run/(run_id|as_of_at|provider_name|partial_reasons/\d+)|currencies/\d+|.*/currency_code|.*amount|causes/\d+/code"
    r"|causes/\d+/checks/\d+/(title|who)|data_as_of/\d+/(relation|newest_change_at)|laws/rows/\d+/relation"
    r"|changes/(since/as_of_at|not_checked_sources/\d+|not_compared_sources/\d+|blocked/\d+/(before|change|not_compared)"
    r"|causes/\d+/code)"
)
"""Every text of the summary that may be reported or counted; whatever else is read in it is a leak."""


def message(summary: dict[str, Any], exit_code: int = 0, *, is_recovered: bool = False) -> Message:
    """The message of a run."""
    return run_message(figures(summary), exit_code, LINK, is_recovered=is_recovered)


def with_changes(summary: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The summary with what changed."""
    return {**copy.deepcopy(summary), "changes": told}


def test_a_message_has_counts_amounts_changes_fixes_and_the_link(fixture_summary: dict[str, Any]) -> None:
    """Everything that somebody needs who decides whether to open the report, in the order of the questions."""
    told = message(with_changes(fixture_summary, changes()))
    assert told.title == (
        "Northgate IT: USD 1,030,085.19 (+18,000.00), CAD 136,579.91 and 2 more currencies blocked"
        " · 132 invoices newly blocked, 88 freed"
    )
    assert told.body.splitlines() == [
        "376 of 900 invoices are blocked, of 68 customers:",
        "  USD 1,030,085.19 (+18,000.00)",
        "  CAD 136,579.91",
        "  GBP 88,989.96",
        "  EUR 17,011.33",
        "Since the run of 2026-11-21: 132 invoices newly blocked (USD 18,000.00); 88 invoices freed.",
        (
            "Shown but no longer owed: 41 invoices, USD 68,272.33, CAD 15,742.50, GBP 4,604.49, EUR 71.95; do"
            " not ask these clients to pay, and do not resync while a payment is pending."
        ),
        (
            "Paid in the portal, not in the books: 8 invoices, USD 27,456.30, CAD 6,891.85; look up the payments"
            " in the portal; do not ask these clients to pay, and do not resync."
        ),
        "",
        "What frees most:",
        (
            "1. Certain, but the portal has no mapping yet: frees 37 invoices, USD 88,236.38, CAD 27,520.65 -"
            " Portal administrator"
        ),
        "2. Able contact only at a related company: frees 22 invoices, USD 72,764.16 - Portal administrator",
        "3. Not mapped, one probable candidate: frees 11 invoices, USD 52,786.95 - Analyst (mapping fixes)",
        "7 mappings are ready to approve: 71 invoices, USD 224,142.34, CAD 27,520.65.",
        "",
        f"Report: {LINK}",
    ]
    assert told.kind == "info"


def test_the_first_night_compares_with_nothing(fixture_summary: dict[str, Any]) -> None:
    """It says so, and calls nothing new."""
    assert fixture_summary["changes"]["is_first"]
    first = message(fixture_summary)
    assert "This is the first run." in first.body
    assert "Since" not in first.body
    assert "newly" not in first.title


def test_what_nobody_knows_is_not_told_as_nothing(fixture_summary: dict[str, Any]) -> None:
    """Where the last report is gone, which invoices moved is unknown: that is said, and is no news."""
    unknown = {key: {"invoices": None, "amounts": []} for key in ("newly_blocked", "freed", "not_checked")}
    told = message(with_changes(fixture_summary, changes(invoices=unknown)))
    assert "Since the run of 2026-11-21: which invoices were newly blocked or freed is not known.\n" in told.body
    assert not told.is_news
    assert "newly" not in told.title


def test_a_partial_night_a_gate_and_a_recovery_are_told(fixture_summary: dict[str, Any]) -> None:
    """As a warning, with the banner's sentences; what was not read is named."""
    summary = with_changes(fixture_summary, changes(not_checked_sources=["contacts"]))
    summary["run"] |= {"is_partial": True, "partial_reasons": ["contacts were not read tonight"]}
    told = message(summary, 3, is_recovered=True)
    assert told.kind == "warning"
    assert "- contacts were not read tonight\n" in told.body
    assert "Nothing was concluded from what was not read: contacts." in told.body
    assert told.body.startswith("The runs work again.\n")
    assert told.title.startswith("Northgate IT: recovered · partial · USD ")
    assert "--fail-on" in message(fixture_summary, 10).body


def test_what_was_not_checked_is_counted_and_never_taken_for_unchanged(fixture_summary: dict[str, Any]) -> None:
    """A source was read in one of two runs: that nothing moved, or that a sum is unchanged, is not said."""
    usd = {"currency_code": "USD", "amount": "60.00", "before": "100.00", "change": "0.00", "not_compared": "40.00"}
    nothing = {"invoices": 0, "amounts": []}
    unchecked = {"invoices": 4, "amounts": [{"currency_code": "USD", "amount": "40.00"}]}
    summary = with_changes(fixture_summary, quiet(
        blocked=[usd], not_checked_sources=["contacts"], not_compared_sources=["the sync log"],
        invoices={"newly_blocked": nothing, "freed": nothing, "not_checked": unchecked},
    ))  # fmt: skip
    told = message(summary, 3)
    assert "(unchanged)" not in told.title + told.body
    assert "Since the run of 2026-11-21: no change among the invoices that were checked in both runs.\n" in told.body
    assert "Not checked, so neither newly blocked nor freed: 4 invoices (USD 40.00).\n" in told.body
    assert "Nothing was concluded from what was not read: contacts.\n" in told.body
    assert "Read in this run only, so not compared: the sync log.\n" in told.body
    assert not told.is_news


def _unknown(invoices: int) -> dict[str, Any]:
    return {"known": {"unknown_invoices": invoices}}


def test_a_night_without_blocked_invoices_is_told_as_such(fixture_summary: dict[str, Any]) -> None:
    """No empty lists, and a currency that is no more blocked shows what it lost."""
    gone = [{"currency_code": "USD", "amount": "0.00", "before": "5.00", "change": "-5.00", "not_compared": "0.00"}]
    summary = with_changes(fixture_summary, quiet(blocked=gone))
    nothing = {"invoices": 0, "customers": 0, "amounts": []}
    summary["numbers"] |= {"blocked": nothing, "ready": nothing}
    summary["causes"] = []
    doubtful = message(summary | _unknown(5))
    assert doubtful.title == "Northgate IT: no invoice is known to be blocked"
    assert doubtful.body.startswith("No invoice is known to be blocked. The data cannot tell for 5 invoices.\n")
    partial = message(summary | _unknown(0) | {"run": summary["run"] | {"partial_reasons": ["a list is old"]}})
    assert partial.body.startswith("No invoice is known to be blocked. Not everything was read.\n")
    told = message(summary | _unknown(0))
    assert told.title == "Northgate IT: no invoice is blocked"
    assert told.body.startswith("None of 900 invoices is blocked.\n  USD 0.00 (-5.00)\n")
    assert "frees" not in told.body
    assert "ready" not in told.body


def test_one_is_not_written_as_many(fixture_summary: dict[str, Any]) -> None:
    """Singular where there is one."""
    summary = copy.deepcopy(fixture_summary)
    one = {"invoices": 1, "customers": 1, "amounts": [{"currency_code": "XXX", "amount": "0.125"}]}
    summary["numbers"] |= {"invoices": 1, "blocked": one, "ready": one}
    body = message(summary).body
    assert body.startswith("1 of 1 invoice is blocked, of 1 customer:\n  0.125 (no currency)\n")
    assert "1 mapping is ready to approve: 1 invoice, " in body


def _poisoned(value: Any, path: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _poisoned(part, f"{path}/{key}".lstrip("/")) for key, part in value.items()}
    if isinstance(value, list):
        return [_poisoned(part, f"{path}/{place}") for place, part in enumerate(value)]
    return "Acme Dental" if isinstance(value, str) and not ALLOWED.fullmatch(path) else value


def test_nothing_but_the_allowed_texts_of_a_summary_is_ever_told(fixture_summary: dict[str, Any]) -> None:
    """Every other text in it is made a client's name, and the message stays what it was."""
    summary = with_changes(fixture_summary, changes())
    summary["run"]["partial_reasons"] = ["3 rows are in quarantine"]
    spoilt = _poisoned(summary)
    assert json.dumps(spoilt).count("Acme Dental") > 1000
    assert message(spoilt) == message(summary)


def _names(folder: Path) -> set[str]:
    """Every name, e-mail address and number of the fixtures."""
    found = set[str]()
    for relation, columns in {
        "staging.accounting__customers": ("customer_name", "email"),
        "staging.accounting__invoices": ("invoice_number",),
        "staging.connectwise__companies": ("company_name",),
        "staging.connectwise__contacts": ("first_name", "last_name", "default_email"),
    }.items():
        frame = provider_runs.latest(folder, relation)
        for column in columns:
            assert column in frame.columns, (relation, frame.columns)
            found |= set(frame[column].cast(pl.String).drop_nulls())
    return {name for name in found if len(name) > 2}


def test_no_name_address_or_number_of_a_night_is_told(decided_on: Path, fixture_summary: dict[str, Any]) -> None:
    """None of the fixtures' customers, companies, contacts, addresses and invoice numbers stands in the message."""
    names = _names(decided_on)
    assert len(names) > 1000
    told = message(with_changes(fixture_summary, changes()))
    words = f"{told.title}\n{told.body}"
    assert [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)] == []
    assert "@" not in words


TEXTS = st.text(min_size=1, max_size=30)
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False).map(str)
CODES = st.sampled_from(["USD", "CAD", "XXX", "JPY"])
MONEY = st.lists(
    st.fixed_dictionaries({"currency_code": CODES, "amount": AMOUNTS}),
    max_size=4,
    unique_by=lambda m: m["currency_code"],
)
PILES = st.fixed_dictionaries({"invoices": st.integers(0, 10**6), "amounts": MONEY})
CHANGED = st.fixed_dictionaries(
    {
        "since": st.none() | st.just({"run_id": "before", "as_of_at": "2026-11-21T02:00:00Z"}),
        "counts": st.dictionaries(st.sampled_from(["new", "open", "resolved"]), st.integers(0, 99)),
        "invoices": st.fixed_dictionaries({"newly_blocked": PILES, "freed": PILES, "not_checked": PILES}),
        "blocked": st.just([]),
        "not_checked_sources": st.just([]),
        "not_compared_sources": st.just([]),
        "rows": st.lists(st.fixed_dictionaries({"name": TEXTS.map(lambda text: f"Acme {text}")}), max_size=3),
    }
)


@given(st.data())
def test_every_night_can_be_told(fixture_summary: dict[str, Any], data: st.DataObject) -> None:
    """Whatever the figures: each amount stands beside its own currency, names stay out, and the link comes last."""
    summary = copy.deepcopy(fixture_summary)
    blocked = data.draw(PILES)
    summary["numbers"]["blocked"] = {**blocked, "customers": data.draw(st.integers(0, 99))}
    summary["currencies"] = ["USD", "CAD", "XXX", "JPY", *summary["currencies"]]
    summary["changes"] = data.draw(CHANGED)
    told = message(summary, data.draw(st.sampled_from([0, 3, 10])), is_recovered=data.draw(st.booleans()))
    for money in blocked["amounts"]:
        amount = f"{Decimal(money['amount']):,.2f}"
        line = (
            f"  {amount} (no currency)" if money["currency_code"] == "XXX" else f"  {money['currency_code']} {amount}"
        )
        assert line in told.body.splitlines()
    assert "Acme" not in told.title + told.body
    assert "\n" not in told.title
    assert told.body.endswith(f"\nReport: {LINK}")


def test_the_same_figures_are_the_same_message_whenever_they_are_told(fixture_summary: dict[str, Any]) -> None:
    """Neither the run, nor its instant, nor what moved the run before makes it another."""
    later = copy.deepcopy(fixture_summary)
    later["run"] |= {"run_id": "later", "as_of_at": "2026-11-29T02:00:00Z", "remarks": ["something"]}
    told = [message(fixture_summary), message(later), message(with_changes(later, changes()))]
    assert len({one.fingerprint for one in told}) == 1
    assert [one.is_news for one in told] == [False, False, True]
    assert not message(with_changes(later, quiet())).is_news


@pytest.mark.parametrize(
    "path",
    [
        ("numbers", "blocked", "invoices"),
        ("numbers", "blocked", "customers"),
        ("numbers", "blocked", "amounts", 2, "amount"),
        ("numbers", "ready", "customers"),
        ("causes", 7, "amounts", 0, "freed_invoices"),
        ("run", "partial_reasons"),
    ],
)
def test_other_figures_are_another_message(fixture_summary: dict[str, Any], path: tuple[Any, ...]) -> None:
    """Whatever of the standing figures differs is reported; of the causes those that are in the message."""
    summary = copy.deepcopy(fixture_summary)
    summary["causes"] = summary["causes"][7:8] * 8
    other = copy.deepcopy(summary)
    *way, last = path
    part: Any = other
    for key in way:
        part = part[key]
    # the same cause stands in many places: all of them are one object, as the copy kept it
    part[last] = ["a reason"] if last == "partial_reasons" else str(Decimal(part[last]) + 1) if last == "amount" else 1
    assert message(other).fingerprint != message(summary).fingerprint
