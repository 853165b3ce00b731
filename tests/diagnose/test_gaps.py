"""Missed invoices in gaps: each has a reason, and nothing is in two of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from etl.config import Portal
from etl.diagnose.gaps import describe_gaps, group_gaps
from etl.diagnose.sync import SyncLog, to_instants

START = datetime(2026, 1, 1)
TYPES: dict[str, Any] = {
    "row_key": pl.Int64, "invoice_id_acct": pl.String, "customer_id_acct": pl.String, "currency_code": pl.String,
    "balance_amount": pl.Decimal(18, 4), "created_at": pl.Datetime("us"), "changed_at": pl.Datetime("us"),
    "cause": pl.String, "is_carried": pl.Boolean, "has_runs": pl.Boolean, "customer_missed": pl.Int64,
    "customer_arrived_in_span": pl.Int64, "span_first_at": pl.Datetime("us"), "span_last_at": pl.Datetime("us"),
}  # fmt: skip
CAUSES = (
    "MISSED_IN_WINDOW", "BEFORE_SYNC_START", "RECREATED_ID", "SKIPPED_WHILE_UNMAPPED", "BACKDATED_ENTRY",
    "MISSED_UNDATED",
)  # fmt: skip


def _at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _missed(*rows: dict[str, Any]) -> pl.DataFrame:
    whole = []
    for key, row in enumerate(rows):
        at = _at(row.pop("hour")) if row.get("cause") != "MISSED_UNDATED" else None
        row.pop("hour", None)
        base = {
            "row_key": key, "invoice_id_acct": str(key), "customer_id_acct": "c1", "currency_code": "USD",
            "balance_amount": Decimal(10), "created_at": at, "changed_at": at, "cause": "MISSED_IN_WINDOW",
            "is_carried": True, "has_runs": True, "customer_missed": 1, "customer_arrived_in_span": 0,
            "span_first_at": at, "span_last_at": at,
        }  # fmt: skip
        whole.append(base | row)
    return pl.DataFrame(whole, schema=TYPES)


def _log(*hours: float) -> SyncLog:
    rows = [(_at(hour), _at(hour - 24), True) for hour in hours]
    schema = {"started_at": pl.Datetime("us"), "from_at": pl.Datetime("us"), "is_successful": pl.Boolean}
    return SyncLog.of(pl.DataFrame(rows, schema=schema, orient="row"), Portal())


def _grouped(missed: pl.DataFrame, arrived: list[float], log: SyncLog) -> list[tuple[int, str, str]]:
    synced = to_instants(pl.Series(sorted(map(_at, arrived)), dtype=pl.Datetime("us")))
    return sorted(group_gaps(missed, synced, log).select("row_key", "gap_id", "reason").rows())


def test_what_nothing_explains_is_split_where_something_arrived() -> None:
    """Two neighbours are one gap; with an arrival between them they are two."""
    missed = _missed({"hour": 10}, {"hour": 11}, {"hour": 13})
    assert _grouped(missed, [5, 12, 20], _log(24)) == [
        (0, "0001", "unexplained"), (1, "0001", "unexplained"), (2, "0002", "unexplained"),
    ]  # fmt: skip


def test_an_outage_is_one_gap_however_many_customers_it_hit() -> None:
    """Everything changed between two runs and carried by neither lies in one gap; the next outage is another."""
    rows = [{"hour": hour, "is_carried": False, "customer_id_acct": f"c{hour}"} for hour in (30, 40, 200)]
    found = _grouped(_missed(*rows), [35], _log(24, 190, 400))
    assert found == [(0, "0001", "inside an outage"), (1, "0001", "inside an outage"), (2, "0002", "inside an outage")]


def test_one_customer_is_blamed_only_if_others_arrived_meanwhile() -> None:
    """All of its invoices are missing while others came: that is the customer. With nobody else, nothing is known."""
    span = {"customer_missed": 2, "span_first_at": _at(10), "span_last_at": _at(20)}
    missed = _missed({"hour": 10} | span, {"hour": 20} | span)
    assert {reason for _, _, reason in _grouped(missed, [12, 15], _log(24))} == {"one customer only"}
    assert {reason for _, _, reason in _grouped(missed, [5, 25], _log(30))} == {"unexplained"}
    own = missed.with_columns(customer_arrived_in_span=pl.lit(1, dtype=pl.Int64))
    assert {reason for _, _, reason in _grouped(own, [12, 15], _log(24))} == {"unexplained"}


def test_each_cause_that_explains_itself_is_the_reason() -> None:
    """Only a miss inside a window needs a reason of its own."""
    found = _grouped(_missed(*({"hour": 10, "cause": cause} for cause in CAUSES[1:])), [], _log(24))
    assert [reason for _, _, reason in found] == [
        "before the sync start", "recreated id", "skipped while unmapped", "back-dated entry", "no change time",
    ]  # fmt: skip


ROWS = st.lists(
    st.fixed_dictionaries({
        "hour": st.integers(0, 2_000), "cause": st.sampled_from(CAUSES), "is_carried": st.booleans(),
        "customer_id_acct": st.sampled_from(["c1", "c2", "c3"]), "currency_code": st.sampled_from(["USD", "EUR"]),
    }),
    max_size=25,
)  # fmt: skip


@given(
    rows=ROWS, arrived=st.lists(st.integers(0, 2_000), max_size=10), runs=st.lists(st.integers(0, 2_000), max_size=5)
)
def test_every_missed_invoice_is_in_one_gap_with_one_reason(
    rows: list[dict[str, Any]], arrived: list[float], runs: list[float]
) -> None:
    """The gaps together hold all that was missed, money included, and are numbered by time."""
    missed = _missed(*(dict(row) for row in rows))
    synced = to_instants(pl.Series(sorted(map(_at, arrived)), dtype=pl.Datetime("us")))
    grouped = group_gaps(missed, synced, _log(*runs))
    gaps = describe_gaps(grouped)
    assert sorted(grouped["row_key"]) == list(range(len(rows)))
    assert grouped["reason"].null_count() == 0
    assert gaps["invoices"].sum() == len(rows)
    assert gaps["gap_id"].to_list() == [f"{number:04}" for number in range(1, gaps.height + 1)]
    assert gaps["first_changed_at"].drop_nulls().is_sorted()
    assert gaps["explanation"].null_count() == 0
    for row in gaps.to_dicts():
        members = grouped.filter(gap_id=row["gap_id"])
        assert members["reason"].n_unique() == 1
        sums = members.group_by("currency_code").agg(pl.col("balance_amount").sum()).sort("currency_code")
        assert row["currency_amounts"] == "; ".join(f"{code} {amount:,.2f}" for code, amount in sums.iter_rows())


def test_nothing_missed_is_no_gap() -> None:
    """An empty run has an empty table, with its columns."""
    gaps = describe_gaps(group_gaps(_missed(), to_instants(pl.Series([], dtype=pl.Datetime("us"))), _log(24)))
    assert gaps.is_empty()
    assert {"gap_id", "reason", "currency_amounts", "explanation"} <= set(gaps.columns)


def test_what_no_sync_log_tells_is_not_said_of_one() -> None:
    """Without a log nothing lies in it: neither a run that failed nor none."""
    missed = _missed({"hour": 1, "has_runs": False})
    grouped = group_gaps(missed, to_instants(pl.Series([], dtype=pl.Datetime("us"))), _log())
    (explanation,) = describe_gaps(grouped)["explanation"]
    assert explanation.startswith("No sync log was given")
