"""The summary is the run in numbers: complete, exact, and the same whenever it is reported."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.amounts import money_text
from etl.report.differences import CAUSES_OF
from etl.report.filters import mask_email, mask_emails, plain
from etl.report.inputs import FRAMES, ReportInputs, RunFacts, empty
from etl.report.summary import summarise, to_json
from tests.report.sample import AS_OF, sample_facts

Summary = dict[str, Any]


def _amounts(entries: list[Summary]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for entry in entries:
        for amount in entry["amounts"]:
            currency = amount["currency_code"]
            found[currency] = found.get(currency, Decimal(0)) + Decimal(amount["amount"])
    return found


def test_every_invoice_is_counted_once(summary: Summary) -> None:
    """The states add up to the invoices that were read, so none is counted twice and none is lost."""
    read = int(sample_facts().cells["invoices"].sum())
    assert sum(state["invoices"] for state in summary["states"]) == summary["numbers"]["invoices"] == read


def test_causes_and_ageing_tell_the_same_blocked_money(summary: Summary) -> None:
    """Per currency: blocked = the sum of its causes = the sum of its ageing buckets."""
    blocked = _amounts([summary["numbers"]["blocked"]])
    ageing = {
        row["currency_code"]: sum(Decimal(bucket["amount"]) for bucket in row["buckets"]) for row in summary["ageing"]
    }
    assert blocked == {"USD": Decimal("102891.99"), "CAD": Decimal("10619.55"), "EUR": Decimal("2654.50")}
    assert _amounts(summary["causes"]) == blocked
    assert ageing == blocked


def test_what_a_fix_frees_and_what_needs_more_are_the_whole(summary: Summary) -> None:
    """A cause promises no more than its own amount: freed by this fix alone plus needs more."""
    for cause in summary["causes"]:
        for amount in cause["amounts"]:
            parts = Decimal(amount["freed_amount"]) + Decimal(amount["needs_more_amount"])
            assert parts == Decimal(amount["amount"])
    certain = next(cause for cause in summary["causes"] if cause["code"] == "UNMAPPED_CERTAIN")
    assert certain["amounts"][0]["freed_amount"] == "0.00"
    assert certain["amounts"][0]["needs_more_invoices"] == 3


def test_shares_of_a_currency_are_of_that_currency(summary: Summary) -> None:
    """Shares add up to one within each currency, however small the currency is."""
    for currency in summary["currencies"]:
        shares = [
            Decimal(amount["share"])
            for cause in summary["causes"]
            for amount in cause["amounts"]
            if amount["currency_code"] == currency
        ]
        assert abs(sum(shares) - 1) < Decimal("0.001")


def test_only_defects_are_among_the_causes(summary: Summary) -> None:
    """What waits, what is expected and what is unknown is distinguished from what has to be mended."""
    assert {cause["state"] for cause in summary["causes"]} == {"blocked"}
    told = {(entry["state"], entry["code"]) for entry in summary["absences"]}
    assert ("waiting", "PENDING_NEXT_SYNC") in told
    assert ("unknown", "MISSED_UNDATED") in told
    assert ("visible", "STALE_AMOUNT") in told
    assert ("expected", "PAID_IN_FULL") in told


def test_ready_to_fix_is_what_one_approval_removes(summary: Summary) -> None:
    """Certain and probable matches count as ready; ambiguous ones need thought."""
    ready = summary["numbers"]["ready"]
    assert ready["customers"] == 3
    assert _amounts([ready]) == {"USD": Decimal("37375.75"), "CAD": Decimal("3090.35")}


def test_the_points_of_the_evidence_are_the_score(summary: Summary) -> None:
    """No score without its parts."""
    candidates = [candidate for row in summary["mapping"]["queue"] for candidate in row["candidates"]]
    assert candidates
    for candidate in candidates:
        assert sum(part["points"] for part in candidate["evidence"]) == candidate["score"]


def test_no_address_is_in_the_summary(summary: Summary) -> None:
    """E-mail addresses are masked in what many people read; the fix files have them."""
    text = to_json(summary).decode()
    assert "j•••@l•••.com" in text
    for secret in ("jane@", "lakesidevet", "ap@example", "ann.smith", "billing@summit"):
        assert secret not in text


def test_the_same_night_gives_the_same_bytes() -> None:
    """Whatever order the aggregates come in."""
    facts = sample_facts()
    shuffled = replace(facts, cells=facts.cells.reverse(), gaps=facts.gaps.reverse(), sources=facts.sources.reverse())
    assert to_json(summarise(facts)) == to_json(summarise(shuffled))
    assert json.loads(to_json(summarise(facts)))["schema"] == 1


def test_a_night_without_anything_has_a_summary() -> None:
    """No invoice, no source, no finding: zeros, not a crash."""
    summary = summarise(ReportInputs(RunFacts("empty", AS_OF)))
    assert summary["numbers"]["blocked"] == {"invoices": 0, "customers": 0, "amounts": []}
    assert summary["sync"]["recommended"] is None


def test_a_missing_column_is_a_bug_and_not_a_zero() -> None:
    """A frame that lacks a column is refused by name."""
    with pytest.raises(ValueError, match="gaps lacks reason"):
        ReportInputs(RunFacts("r", AS_OF), gaps=empty("gaps").drop("reason"))


def test_a_broken_law_is_told() -> None:
    """A currency that lost money on the way does not hold."""
    facts = sample_facts()
    lost = facts.money.with_columns(marts_amount=pl.col("marts_amount") - 1, does_hold=pl.lit(value=False))
    laws = summarise(replace(facts, money=lost.cast(dict(FRAMES["money"]))))["laws"]
    assert not any(law["does_hold"] for law in laws["money"])
    assert all(law["does_hold"] for law in laws["rows"])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
def test_an_amount_as_text_is_exact_and_has_two_places(amount: Decimal) -> None:
    """Nothing is rounded away, and no reader has to guess the cents."""
    text = money_text(amount)
    assert Decimal(text) == amount
    assert len(text.partition(".")[2]) >= 2
    assert "E" not in text


@given(st.emails())
def test_a_masked_address_keeps_no_name_and_no_domain(email: str) -> None:
    """One letter of each at most, and the ending of the domain."""
    name, _, domain = email.rpartition("@")
    masked = mask_emails(f"to {email}.")
    assert f"@{domain}" not in masked
    assert len(name) == 1 or f"{name}@" not in masked


def test_an_address_that_is_none_is_masked_too() -> None:
    """Whoever mistyped it can still be recognised, and written to."""
    assert [mask_email(text) for text in ("jane(at)example.com", "jane@", "", None)] == ["j•••", "j•••", "", None]


def test_values_keep_their_meaning_as_json() -> None:
    """Instants say that they are UTC, decimals are text, nothing else changes."""
    assert plain([AS_OF, AS_OF.date(), Decimal("1.5"), None, "x", 2]) == [
        "2026-11-22T02:00:00Z", "2026-11-22", "1.50", None, "x", 2,
    ]  # fmt: skip


def test_what_waits_or_is_not_known_is_listed_and_counts_as_no_loss() -> None:
    """ConnectWise invoices on their way, perhaps paid, credits: in the list, and in no figure of what is missing."""
    causes = {"CW_NOT_RECEIVED": 2, "CW_WAITING": 5, "CW_STATUS_UNKNOWN": 3, "CW_CREDIT": 1, "CW_PERHAPS_PAID": 4}
    rows = [
        {"cause": cause, "currency_code": "USD", "invoices": count, "amount": None if count > 2 else Decimal(70)}
        for cause, count in sorted(causes.items())
    ]
    facts = replace(sample_facts(), unposted_counts=pl.DataFrame(rows, schema=FRAMES["unposted_counts"]))
    unposted = summarise(facts)["unposted"]
    assert (unposted["invoices"], unposted["listed"]) == (2, 15)
    # what is missing comes first, what is no invoice last
    assert [row["cause"] for row in unposted["counts"]] == [
        "CW_NOT_RECEIVED", "CW_WAITING", "CW_STATUS_UNKNOWN", "CW_PERHAPS_PAID", "CW_CREDIT",
    ]  # fmt: skip


DIFFERENCE = st.tuples(
    st.sampled_from([(name, cause) for name, causes in CAUSES_OF.items() for cause in causes]),
    st.sampled_from(["USD", "CAD", "XXX"]),
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**9), places=2),
)


@given(st.lists(DIFFERENCE, max_size=12))
def test_each_figure_is_the_sum_of_its_causes_per_currency(found: list[tuple[tuple[str, str], str, Decimal]]) -> None:
    """Each document once, under one cause of one figure; exact, and money of two currencies is never added."""
    rows = [
        {"figure": name, "cause": cause, "currency_code": currency, "amount": amount, "who": "Billing (accounting)"}
        for (name, cause), currency, amount in found
    ]
    listed = pl.DataFrame(rows, schema=FRAMES["differences"])
    counts = listed.group_by("figure", "cause", "currency_code").agg(pl.len().alias("invoices"), pl.col("amount").sum())
    summary = summarise(ReportInputs(RunFacts("r", AS_OF), differences=listed, difference_counts=counts))
    for name in CAUSES_OF:
        own = [(currency, amount) for (figure, _), currency, amount in found if figure == name]
        sums = {code: sum(amount for currency, amount in own if currency == code) for code, _ in own}
        assert summary[name]["invoices"] == len(own) == len(summary[name]["list"])
        assert _amounts([summary[name]]) == sums == _amounts(summary[name]["causes"])
        assert sum(cause["invoices"] for cause in summary[name]["causes"]) == len(own)
