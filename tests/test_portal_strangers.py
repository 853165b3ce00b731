"""Rows of the portal's list that have a document's id and name somebody else than its customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from etl.report.why.values import values
from etl.warehouse.engine import Engine
from tests.support.portal_tables import COMPANIES, INVOICE, SHOWN, fill

OWN, UNKNOWN, ELSEWHERE = "own", "unknown", "elsewhere"
COPIES = [
    {"company_id_cw": "104", "company_name": "Twin Bakery"},
    {"company_id_cw": "105", "company_name": "Twin Bakery"},
    {"company_id_cw": "106", "company_name": "Old Foundry", "is_deleted": "true"},
]
FIRMS = [COMPANIES[0] | {"bill_to_company_id_cw": "107"}, *COMPANIES[1:], *COPIES,
         {"company_id_cw": "107", "company_name": "Alder Holdings"}]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database."""
    made = Engine(tmp_path_factory.mktemp("strangers") / "run.duckdb", threads=1, memory_gb=0.5)
    yield made
    made.close()


def _answer(engine: Engine, shown: dict[str, Any], others: tuple[str, ...], **invoice: Any) -> str:
    """What one row by id says of its document, in a list whose other rows have these names."""
    rows = [SHOWN | {"invoice_id_acct": "1"} | shown]
    rows += [
        SHOWN | {"portal_invoice_id": f"Q{at}", "invoice_number": f"90{at}", "company_name": name}
        for at, name in enumerate(others)
    ]
    fill(engine, connectwise_companies=FIRMS, accounting_invoices=[INVOICE | invoice], portal_invoices=rows)
    found = engine.rows("select is_elsewhere, is_undecided from intermediate.portal_strangers")
    assert len(found) <= 1
    return {(): OWN, (True, False): ELSEWHERE, (False, True): UNKNOWN}[found[0] if found else ()]


KNOWN = ("Birch Dental", "Alder Joinery", "Nobody Mapped")
STRANGE = ("Card 88", "Card 89", "Card 90", "Card 91", "Card 92")


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ({}, OWN),
        # the customer's own names, of its company, of the customer above it, of the company that is billed
        ({"customer_name": "ALDER joinery"}, OWN), ({"company_name": "Alder Woodwork, LLC"}, OWN),
        ({"company_name": "Alder Holdings"}, OWN), ({"company_name": "Alder Joinery:Workshop"}, OWN),
        ({"customer_id_acct": "c1", "customer_name": "Card 7"}, OWN), ({"customer_id_acct": "c3"}, OWN),
        # another company's, another customer's
        ({"company_name": "Birch Dental Group"}, ELSEWHERE), ({"customer_name": "birch dental"}, ELSEWHERE),
        ({"company_name": "Cedar Freight"}, ELSEWHERE), ({"customer_id_acct": "c2"}, ELSEWHERE),
        ({"customer_id_acct": "c2", "customer_name": "Birch Dental"}, ELSEWHERE),
        # surely not the customer's, and nobody knows whose
        ({"customer_name": "Nobody Mapped"}, UNKNOWN), ({"company_name": "Twin Bakery"}, UNKNOWN),
        ({"company_name": "Old Foundry"}, UNKNOWN), ({"customer_id_acct": "c4"}, UNKNOWN),
        # the row contradicts itself
        ({"customer_id_acct": "c1", "customer_name": "Birch Dental"}, UNKNOWN),
        ({"customer_id_acct": "c2", "customer_name": "Alder Joinery"}, UNKNOWN),
        ({"company_id_cw": "101", "company_name": "Birch Dental Group"}, UNKNOWN),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_by_id_is_held_against_the_name_beside_it(engine: Engine, shown: dict[str, Any], answer: str) -> None:
    """The name of exactly one other says where the invoice is shown; what is not the customer's own shows nothing."""
    assert _answer(engine, shown, KNOWN) == answer


@pytest.mark.parametrize(
    ("others", "shown", "answer"),
    [
        (KNOWN, {}, UNKNOWN),
        (STRANGE, {}, OWN),
        (STRANGE, {"company_name": "Cedar Freight"}, ELSEWHERE),
        (STRANGE, {"total_amount": "80"}, UNKNOWN),
        (STRANGE, {"invoice_number": "7701"}, UNKNOWN),
    ],
    ids=str,
)
def test_a_name_that_nobody_knows_says_nothing_only_in_a_list_of_such_names(
    engine: Engine, others: tuple[str, ...], shown: dict[str, Any], answer: str
) -> None:
    """There id, number and amount decide, as they do for rows without an id."""
    assert _answer(engine, {"company_name": "Delta Works"} | shown, others) == answer


def test_a_job_is_listed_under_the_customer_above_it_and_a_merged_one_under_what_it_became(engine: Engine) -> None:
    """Both ways by id and by name."""
    job = {"customer_id_acct": "c3", "customer_name": "Alder Joinery:Workshop"}
    assert _answer(engine, {"customer_id_acct": "c1"}, KNOWN, **job) == OWN
    assert _answer(engine, {"customer_name": "Alder Joinery"}, KNOWN, **job) == OWN


def test_an_invoice_that_carries_anothers_name_is_its_customers(engine: Engine) -> None:
    """The id on the invoice is c1's, and both the invoice and the portal's row name c2."""
    assert _answer(engine, {"customer_name": "Birch Dental"}, KNOWN, customer_name="Birch Dental") == ELSEWHERE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"is_present": True}, "but the portal's list shows this invoice to another company"),
        ({"is_present": False}, "but the evidence is for no company that was read"),
        (
            {"is_present": True, "conflict_company_id_cw": "8", "conflict_company_name": "Birch"},
            "but the evidence is for 8 Birch",
        ),
    ],
)
def test_why_says_what_contradicts_the_mapping(row: dict[str, Any], said: str) -> None:
    """The portal's own row, or the evidence, with the company where it is known."""
    mapped = {
        "company_id_cw": "7", "company_name": "Alder", "mapping_source": "portal", "conflict_company_id_cw": None,
        "conflict_company_name": None,
    }  # fmt: skip
    told = values(mapped | row, "MAPPING_CONFLICT", "failed")
    assert told == f"to 7 Alder by the portal's own mapping, {said}"
