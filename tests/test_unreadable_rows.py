"""Rows that some runs cannot read: nothing is concluded from what is in quarantine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from etl.pipeline.run import RunOutcome
from tests.support import provider_runs, two_runs


@dataclass(frozen=True)
class Unreadable:
    """Three runs after a first one, of which two cannot read all rows.

    Attributes:
        contact: cannot be read in the second run.
        drafts: blocked invoices. Neither the second nor the third run can read the first two; the third is gone from
            the third run on; the second is paid when the fourth run reads it.
        runs: the second to the fourth.
    """

    contact: str
    drafts: list[str]
    runs: list[RunOutcome]


@pytest.fixture(scope="module")
def unreadable(invented_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Unreadable:
    """Rows in quarantine for a while; not to be changed."""
    provider = shutil.copytree(invented_night, tmp_path_factory.mktemp("unreadable") / "provider", symlinks=True)
    contact = two_runs.issues(provider, "contact", "LEVEL_TOO_LOW")[0]
    invoices, drafts = provider / "accounting_invoices.csv", two_runs.issues(provider, "invoice", "DRAFT")[:3]
    whole = pl.read_csv(invoices, infer_schema=False)
    damaged = whole.with_columns(
        TotalAmt=pl.when(pl.col("Id").is_in(drafts[:2])).then(pl.lit("many")).otherwise("TotalAmt")
    )
    is_gone, is_paid = pl.col("Id") == drafts[2], pl.col("Id") == drafts[1]
    two_runs.edit_contact(provider, contact, inactiveFlag="perhaps")
    damaged.write_csv(invoices)
    runs = [two_runs.night(provider, 2)]
    two_runs.edit_contact(provider, contact, inactiveFlag=False)
    damaged.filter(~is_gone).write_csv(invoices)
    runs.append(two_runs.night(provider, 3))
    whole.filter(~is_gone).with_columns(
        Status=pl.when(is_paid).then(pl.lit("paid")).otherwise("Status"),
        Balance=pl.when(is_paid).then(pl.lit("0.00")).otherwise("Balance"),
    ).write_csv(invoices)
    return Unreadable(contact, drafts, [*runs, two_runs.night(provider, 4)])


def test_a_contact_in_quarantine_is_not_gone(unreadable: Unreadable) -> None:
    """One row of many that cannot be read ends nothing, and frees nothing."""
    second, third, _ = unreadable.runs
    aside = provider_runs.table(second, "quarantine.rows")
    assert aside.filter(relation="connectwise_contacts").height == 1
    assert two_runs.states(second)[unreadable.contact, "LEVEL_TOO_LOW"] == ("not_checked", None)
    assert two_runs.counts(second)["resolved"] == 0
    assert two_runs.moved(second) == (0, 0)
    assert provider_runs.table(third, "quarantine.rows").filter(relation="connectwise_contacts").is_empty()
    assert two_runs.moved(third)[0] == 0, "as it was before"


def test_a_row_in_quarantine_is_not_gone(unreadable: Unreadable) -> None:
    """Its invoice cannot be read in this run: that is not the same as not being there."""
    _, third, _ = unreadable.runs
    states = two_runs.states(third)
    assert states[unreadable.drafts[0], "DRAFT"] == ("not_checked", None)
    assert states[unreadable.drafts[1], "DRAFT"] == ("not_checked", None)
    assert states[unreadable.drafts[2], "DRAFT"] == ("resolved", "gone from the extract")


def test_a_row_that_was_in_quarantine_is_compared_with_what_it_was_before(unreadable: Unreadable) -> None:
    """Two invoices that were blocked cannot be read in two runs: then one is blocked as before, the other is paid."""
    second, third, fourth = unreadable.runs
    assert two_runs.moved(second) == (0, 0)
    assert two_runs.moved(third) == (0, 1), "the third, which is gone"
    assert two_runs.moved(fourth) == (0, 1)
    assert two_runs.states(fourth)[unreadable.drafts[1], "DRAFT"] == ("resolved", "paid")
