"""Laws of the match, over invented runs of a few names that are easily confused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.match.certainty import MOST_CERTAIN
from etl.match.scorecard import AGREES, CONTRADICTS, KINDS, KINDS_OF_EVIDENCE, PARTLY, SIMILAR, read_scorecard
from tests.soak import runs

WORDS = ("Acme", "Acme Dental", "Acme Dental 2", "Acme Dentl", "Blue Harbour", "Harbour", "Smith & Sons", "First Bank")
FORMS = ("", " LLC", ", Inc.", " Limited")
SOME = {
    "account_number": st.sampled_from([None, "C-1", "C2", "003"]),
    "tax_identifier": st.sampled_from([None, None, "12-3456789", "987654321"]),
    "phone_number": st.sampled_from([None, "410 415 7406", "4104157407"]),
    "website": st.sampled_from([None, "acme.test", "www.harbour.test"]),
    "address_line1": st.sampled_from([None, "25 Elm St", "9 Oak St"]),
    "city": st.sampled_from([None, "Austin", "Dallas"]),
    "postal_code": st.sampled_from([None, "78701", "02134"]),
    "country": st.sampled_from([None, None, "US", "Canada"]),
}
NAMES = st.builds("{}{}".format, st.sampled_from(WORDS), st.sampled_from(FORMS))
FLAGS = {"is_deleted": st.sampled_from([None, False, False, True]), "is_inactive": st.sampled_from([None, False, True])}
CUSTOMERS = st.lists(st.fixed_dictionaries({"customer_name": NAMES, **SOME}), min_size=1, max_size=5)
COMPANIES = st.lists(st.fixed_dictionaries({"company_name": NAMES, **SOME, **FLAGS}), min_size=1, max_size=5)
NUMBERS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=8)


@st.composite
def nights(draw: st.DrawFn) -> dict[str, Any]:
    """The rows of a run, with ids by position."""
    customers = [{"customer_id_acct": f"A{n}", **row} for n, row in enumerate(draw(CUSTOMERS))]
    companies = [{"company_id_cw": str(n), **row} for n, row in enumerate(draw(COMPANIES))]
    sold = [(customers[at % len(customers)]["customer_id_acct"], number) for at, number in draw(NUMBERS)]
    billed = [(companies[at % len(companies)]["company_id_cw"], number) for at, number in draw(NUMBERS)]
    return {
        "customers": customers,
        "companies": companies,
        "invoices": [{"customer_id_acct": who, "number_key": str(n), "total_amount": n} for who, n in sold],
        "billed": [{"company_id_cw": who, "number_key": str(n), "total_amount": n} for who, n in billed],
    }


# each example runs the whole match, SQL included
few = settings(max_examples=runs(5))


@few
@given(rows=nights())
def test_every_score_is_the_sum_of_its_parts(match: Any, rows: dict[str, Any]) -> None:
    """No score without its parts, in half bits, each kind once."""
    for row in match(match.night(**rows)).candidates.rows(named=True):
        points = [part["points"] for part in row["evidence"]]
        assert sum(points) == row["score"]
        assert all(point * 2 == int(point * 2) for point in points)
        kinds = [part["kind"] for part in row["evidence"]]
        assert kinds[0] == "prior"
        assert len(set(kinds)) == len(kinds)


@few
@given(rows=nights())
def test_an_estimate_is_never_one_and_all_together_are_one_at_most(match: Any, rows: dict[str, Any]) -> None:
    """A customer is at most one company: certainties exclude each other, and are in the order of the ranks."""
    answer = match(match.night(**rows))
    for _, group in answer.candidates.group_by("customer_id_acct"):
        ordered = group.sort("rank")
        assert ordered["rank"].to_list() == list(range(1, group.height + 1))
        assert ordered["certainty"].is_sorted(descending=True)
        assert 0 < group["certainty"].min() <= group["certainty"].max() <= MOST_CERTAIN
        assert group["certainty"].sum() <= 1 + 1e-4


@few
@given(rows=nights(), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(match: Any, rows: dict[str, Any], shuffled: Any) -> None:
    """The same extracts in another order are the same run."""
    before = match(match.night(**rows))
    for table in rows.values():
        shuffled.shuffle(table)
    after = match(match.night(**rows))
    assert after.candidates.equals(before.candidates)
    assert after.mappings.equals(before.mappings)


@few
@given(rows=nights())
def test_a_certain_pair_is_alone_on_both_sides(match: Any, rows: dict[str, Any]) -> None:
    """No customer has two certain companies, no company two certain customers that are not one family."""
    pairs = match(match.night(**rows)).certain()
    assert len({customer for customer, _ in pairs}) == len(pairs)
    assert len({company for _, company in pairs}) == len(pairs)


@few
@given(rows=nights(), name=NAMES, more=st.fixed_dictionaries({"phone_number": st.just("4104157406")}))
def test_two_namesakes_are_never_both_certain_nor_is_one_by_its_name(
    match: Any, rows: dict[str, Any], name: str, more: dict[str, str]
) -> None:
    """Two companies of one name and one phone: whatever else there is, the name decides for neither."""
    twins = [{"company_id_cw": f"T{n}", "company_name": name, **more} for n in (1, 2)]
    customer = {"customer_id_acct": "N", "customer_name": name, **more}
    answer = match(match.night([*rows["customers"], customer], [*rows["companies"], *twins]))
    assert not any(who == "N" for who, _ in answer.certain())


@few
@given(rows=nights())
def test_a_deleted_or_inactive_company_is_never_certain(match: Any, rows: dict[str, Any]) -> None:
    """Nobody is mapped to the recycle bin."""
    gone = {row["company_id_cw"] for row in rows["companies"] if row["is_deleted"] or row["is_inactive"]}
    assert not any(company in gone for _, company in match(match.night(**rows)).certain())


@few
@given(rows=nights(), field=st.sampled_from(list(SOME)))
def test_an_agreeing_identifier_never_lowers_certainty(match: Any, rows: dict[str, Any], field: str) -> None:
    """The customer's field is filled with the company's value: that pair only gains."""
    customer, company = rows["customers"][0], rows["companies"][0]
    pair = (customer["customer_id_acct"], company["company_id_cw"])
    if company[field] is None or customer[field] is not None:
        return
    before = match(match.night(**rows))
    customer[field] = company[field]
    after = match(match.night(**rows))
    had = [row["certainty"] for row in before.candidates.rows(named=True) if _is(row, pair)]
    has = [row["certainty"] for row in after.candidates.rows(named=True) if _is(row, pair)]
    assert not had or has[0] >= had[0]


def _is(row: dict[str, Any], pair: tuple[str, str]) -> bool:
    return (row["customer_id_acct"], row["company_id_cw"]) == pair


@few
@given(rows=nights(), portal=st.booleans())
def test_a_rejected_pair_is_never_proposed_nor_mapped(match: Any, rows: dict[str, Any], *, portal: bool) -> None:
    """What a person refused stays refused, also where the portal maps it."""
    first = match(match.night(**rows))
    if first.candidates.is_empty():
        return
    pair = first.candidates.row(0)[:2]
    rejection = {"customer_id_acct": pair[0], "company_id_cw": pair[1], "decision": "rejected"}
    mapped = [{"customer_id_acct": pair[0], "company_id_cw": pair[1]}] if portal else []
    answer = match(replace(match.night(**rows), judgements=[rejection], portal=mapped))
    assert pair[1] not in answer.proposed(pair[0])
    assert answer.mapping(pair[0])["company_id_cw"] != pair[1]


@few
@given(rows=nights())
def test_every_customer_has_exactly_one_mapping(match: Any, rows: dict[str, Any]) -> None:
    """Mapped, to be reviewed or neither: nobody is lost, and only what is mapped names a company."""
    mappings = match(match.night(**rows)).mappings
    assert sorted(mappings["customer_id_acct"]) == sorted(row["customer_id_acct"] for row in rows["customers"])
    has_company = mappings["company_id_cw"].is_not_null()
    assert (has_company == (mappings["mapping_state"] == "mapped")).all()
    assert (mappings.filter(mapping_state="review")["candidate_count"] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_agreement_is_for_a_pair_and_contradiction_against_it(kind: str) -> None:
    """The signs are held, so that a part of a score reads as what it is; all points are half bits."""
    worth = read_scorecard().points[kind]
    assert worth.keys() == KINDS_OF_EVIDENCE[kind].keys()
    for finding, level in KINDS_OF_EVIDENCE[kind].items():
        assert worth[finding] >= 0 or level.verdict != AGREES
        assert worth[finding] <= 0 or level.verdict != CONTRADICTS
        # what was found is never called absent, whatever it is worth
        assert level.verdict in {AGREES, CONTRADICTS, SIMILAR, PARTLY}
        assert (level.verdict == SIMILAR) == ("similarly" in level.words)
        assert worth[finding] * 2 == int(worth[finding] * 2)
    assert list(worth.values()) == sorted(worth.values(), reverse=True)


def test_a_night_without_companies_or_customers_has_no_candidates(match: Any) -> None:
    """An empty side is no error; every customer is then simply not mapped."""
    customer = {"customer_id_acct": "A", "customer_name": "Acme"}
    assert match(match.night([customer], [])).mapping("A")["mapping_state"] == "none"
    answer = match(match.night([], [{"company_id_cw": "1", "company_name": "Acme"}]))
    assert answer.candidates.is_empty()
    assert answer.mappings.is_empty()
    assert answer.candidates.schema["evidence"] == pl.List(
        pl.Struct({"kind": pl.String, "points": pl.Float64, "verdict": pl.String, "detail": pl.String})
    )
