"""Customers below other customers: whole paths are compared, however they are known."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from etl.match.fields.paths import with_paths
from etl.match.records import normalize_records
from tests.match.conftest import relation

OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}
PHONE = {"phone_number": "4104157406"}


@pytest.mark.parametrize("name", ["Head Office", "Project 1", "Main"])
@pytest.mark.parametrize("known_by", ["path", "id", "name"])
def test_the_last_name_of_a_path_is_no_name(match: Any, name: str, known_by: str) -> None:
    """Every firm has a head office: the whole path is compared."""
    child = {"customer_id_acct": "A2", "customer_name": name, **PHONE}
    more = {
        "path": {"full_name": f"Zavent Foods:{name}"}, "id": {"parent_customer_id_acct": "A1"},
        "name": {"customer_name": f"Zavent Foods:{name}"},
    }[known_by]  # fmt: skip
    parent = {"customer_id_acct": "A1", "customer_name": "Zavent Foods"}
    for company, certain in ((name, set()), (f"Zavent Foods {name}", {("A2", "1")})):
        firms = [{"company_id_cw": "1", "company_name": company, **PHONE}, OTHER]
        assert match(match.night([parent, {**child, **more}], firms)).certain() == certain


@pytest.mark.parametrize("levels", [2, 3])
def test_a_path_is_known_by_ids_over_several_levels(match: Any, levels: int) -> None:
    """`North` below `West` below Zavent is not the north of the west of another firm."""
    inner = ("West", "North")[: levels - 1]
    customers = []
    for firm in ("Zavent Foods", "Quorex Foods"):
        above = None
        for name in (firm, *inner, "Office"):
            child = {"customer_id_acct": f"{firm[0]}{name}", "customer_name": name, **PHONE}
            customers.append({**child, "parent_customer_id_acct": above})
            above = child["customer_id_acct"]
    name = " ".join(("Zavent Foods", *inner, "Office"))
    company = {"company_id_cw": "1", "company_name": name, **PHONE}
    assert match(match.night(customers, [company, OTHER])).certain() == {("ZOffice", "1")}


def test_parents_in_a_circle_are_no_path_without_end() -> None:
    """Two customers that are each other's parents have one parent each, as before."""
    rows = [
        {"customer_id_acct": one, "customer_name": name, "parent_customer_id_acct": other}
        for one, name, other in (("A", "Zavent", "B"), ("B", "West", "A"), ("C", "North", "B"), ("D", "Own", "D"))
    ]
    schema = {**dict.fromkeys(rows[0], pl.String), "full_name": pl.String}
    found = with_paths(pl.DataFrame(rows, schema=schema))["path"].to_list()
    assert found == ["West:Zavent", "Zavent:West", "West:North", "Own:Own"]


def test_a_last_name_bears_the_name_above_it_in_whole_words() -> None:
    """`Acmeville` below `Acme` is a place, not the firm."""
    rows = {"customer_id_acct": ["A", "B"], "customer_name": ["Acmeville", "Acme North"]}
    paths = pl.DataFrame({**rows, "full_name": ["Acme:Acmeville", "Acme:Acme North"]})
    found = with_paths(paths.with_columns(parent_customer_id_acct=pl.lit(None, dtype=pl.String)))
    assert found["leaf"].to_list() == ["Acmeville", None]


def test_a_child_that_bears_its_parents_name_has_a_name_of_its_own(match: Any) -> None:
    """`Zavent Foods North` is distinguished from every other firm's north."""
    child = {
        "customer_id_acct": "A2",
        "customer_name": "Zavent Foods North",
        "full_name": "Zavent Foods Inc:Zavent Foods North",
    }
    firm = {"company_id_cw": "1", "company_name": "Zavent Foods North", **PHONE}
    assert match(match.night([{**child, **PHONE}], [firm, OTHER])).certain() == {("A2", "1")}


def test_a_family_reaches_over_all_levels() -> None:
    """Also where the topmost name is no one customer's, and the ids alone say."""
    levels = [
        {"customer_id_acct": f"A{n}", "customer_name": "Zavent", "parent_customer_id_acct": f"A{n - 1}"}
        for n in range(6)
    ]
    other = {"customer_id_acct": "B", "customer_name": "Zavent"}
    customers = relation("accounting_customers", [*levels, other])
    companies = relation("connectwise_companies", [OTHER], is_inactive=pl.Boolean, is_hidden=pl.Boolean)
    found = normalize_records(customers, companies, relation("connectwise_contacts", [])).customers
    assert found["family"].to_list() == [0] * 6 + [6]
