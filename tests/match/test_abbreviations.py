"""Names that have become abbreviations: proposed where nobody else is, and never more than proposed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl.match.scorecard import read_scorecard
from etl.pipeline.link_tables import Request, link_tables

Row = dict[str, str]
CUSTOMERS = {"A1": "Washington Federal", "A2": "Pinduoduo", "A3": "21Vianet", "A4": "Acme Dental LLC"}
COMPANIES = {"1": "WAFD INC", "2": "PDD Holdings Inc.", "3": "VNET Group, Inc.", "4": "Acme Dental", "5": "Adl Inc."}
BANK = "Washington Federal"
SEATTLE = {"phone": "206 555 0100", "address": "12 Oak Street", "city": "Seattle", "postal code": "98101"}
DENVER = {"phone": "303 555 0199", "address": "77 Elm Road", "city": "Denver", "postal code": "80014"}
DETAILS = ("name", "account number", "tax id", *SEATTLE)


def _linked(folder: Path, customers: dict[str, str], companies: dict[str, str]) -> pl.DataFrame:
    sides = [[{"id": key, "name": name} for key, name in side.items()] for side in (customers, companies)]
    return _linked_in_detail(folder, *sides)


def _linked_in_detail(
    folder: Path, customers: list[Row], companies: list[Row], policy: str | None = None
) -> pl.DataFrame:
    paths = []
    for key, rows in (("left_id", customers), ("right_id", companies)):
        paths.append(folder / f"{key}.csv")
        told = [{key: row["id"], **{name: row.get(name, "") for name in DETAILS}} for row in rows]
        pl.DataFrame(told).write_csv(paths[-1])
    return pl.concat(link_tables(Request(*paths, policy=policy), read_scorecard()).rows())


def _proposed(rows: pl.DataFrame) -> set[tuple[str, str]]:
    return set(rows.drop_nulls("right_id").select("left_id", "right_id").rows())


def test_an_abbreviation_is_proposed_where_nobody_else_is_likely(tmp_path: Path) -> None:
    """`Adl` has letters of Acme Dental too, but there is an Acme Dental."""
    rows = _linked(tmp_path, CUSTOMERS, COMPANIES)
    assert _proposed(rows) == {("A1", "1"), ("A2", "2"), ("A3", "3"), ("A4", "4")}
    guessed = rows.filter(pl.col("left_id") != "A4")
    assert guessed["decision"].unique().to_list() == ["review"]
    assert guessed["certainty"].max() < 0.05
    assert guessed["acronym"].to_list() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("policy", ["strict", "names", "exact-name"])
def test_no_policy_maps_by_letters(tmp_path: Path, policy: str) -> None:
    """Letters in their order are an accident more often than not."""
    rows = _linked_in_detail(tmp_path, [{"id": "A1", "name": BANK}], [{"id": "1", "name": "WAFD INC"}], policy)
    assert rows.select("right_id", "decision").rows() == [("1", "review")]


def test_what_else_a_pair_shares_still_counts(tmp_path: Path) -> None:
    """An equal phone is not a different one because the letters were looked at; and a shared tax id stays shared."""
    phone = {**DENVER, "phone": SEATTLE["phone"]}
    rows = _linked_in_detail(
        tmp_path, [{"id": "A", "name": BANK, **SEATTLE}], [{"id": "1", "name": "WAFD Inc", **phone}]
    )
    assert rows.select("phone", "acronym").rows() == [(7.0, 0.0)]
    taxed = {"tax id": "47-8213690"}
    customers = [{"id": "A", "name": BANK, **taxed, **SEATTLE}, {"id": "B", "name": "WAFD", **taxed}]
    rows = _linked_in_detail(tmp_path, customers, [{"id": "1", "name": "WAFD Inc", **taxed, **DENVER}])
    assert rows["decision"].to_list() == ["review", "review"]
    assert set(rows["reason"]) == {"two customers share the tax id"}


def test_whom_an_identifier_points_to_is_not_guessed(tmp_path: Path) -> None:
    """The account number is certain, however much else differs; WAFD in the same town is no rival."""
    account = {"account number": "ZX77341"}
    near = {"city": "Seattle", "postal code": "98101"}
    companies = [
        {"id": "1", "name": "WAFD", **near},
        {"id": "2", "name": "Washington Fed Holding", **account, **DENVER},
    ]
    rows = _linked_in_detail(tmp_path, [{"id": "A", "name": BANK, **account, **SEATTLE}], companies)
    assert rows.select("right_id", "acronym").rows() == [("2", None)]


def test_a_neighbour_is_nobody(tmp_path: Path) -> None:
    """Another firm at the same address does not keep the abbreviation from being found."""
    companies = [{"id": "1", "name": "Zebra Plumbing", **SEATTLE, "phone": ""}, {"id": "2", "name": "WAFD Inc"}]
    rows = _linked_in_detail(tmp_path, [{"id": "A", "name": BANK, **SEATTLE}], companies)
    assert _proposed(rows) == {("A", "2")}


def test_letters_must_begin_alike_and_stand_in_order(tmp_path: Path) -> None:
    """Neither another first letter nor another order, nor a letter that is not there."""
    rows = _linked(tmp_path, {"A1": "Washington Federal"}, {"1": "Sfed Inc", "2": "Wdf Inc", "3": "Wxf Inc"})
    assert _proposed(rows) == set()


def test_where_many_would_do_none_is_proposed(tmp_path: Path) -> None:
    """Five are shown; of six, the letters say nothing."""
    shorts = ("Was", "Wgo", "Wfd", "Wer", "Wal", "Wnl")
    for count, proposed in ((5, 5), (6, 0)):
        companies = {str(number): f"{short} Inc" for number, short in enumerate(shorts[:count])}
        assert len(_proposed(_linked(tmp_path, {"A1": "Washington Federal"}, companies))) == proposed


def test_a_short_name_that_many_have_abbreviates_nobody(tmp_path: Path) -> None:
    """Two may be called WAFD; of three it is a word like others."""
    for count, proposed in ((2, 2), (3, 0)):
        companies = {str(number): f"WAFD {place} Inc" for number, place in zip(range(count), "XYZ", strict=False)}
        assert len(_proposed(_linked(tmp_path, {"A1": "Washington Federal"}, companies))) == proposed


def test_a_list_full_of_short_names_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There everybody's letters are found somewhere."""
    monkeypatch.setattr("etl.match.abbreviations._MOST_SHORT", 3)
    assert _proposed(_linked(tmp_path, CUSTOMERS, COMPANIES)) == {("A4", "4")}


def test_how_many_names_are_asked_at_once_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one the answers are the same."""
    whole = _linked(tmp_path, CUSTOMERS, COMPANIES)
    monkeypatch.setattr("etl.match.abbreviations._NAMES_AT_ONCE", 1)
    assert _linked(tmp_path, CUSTOMERS, COMPANIES).equals(whole)
