"""Which row of the portal's list is which document: proof, likeness, and what decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from etl.warehouse.engine import Engine
from tests.soak import runs
from tests.support.portal_tables import COMPANIES, CUSTOMERS, INVOICE, SHOWN, Rows, fill

NOTHING, FOUND, UNKNOWN, ANEW = "nothing", "found", "unknown", "made anew"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database."""
    made = Engine(tmp_path_factory.mktemp("portal") / "run.duckdb", threads=1, memory_gb=0.5)
    yield made
    made.close()


def _answers(engine: Engine) -> dict[str, str]:
    """Document id -> what the portal's list says of it."""
    by_id = {key for (key,) in engine.rows("select row_key from intermediate.portal_by_id")}
    by_number = {
        key: UNKNOWN if is_undecided else ANEW if is_recreated else FOUND
        for key, is_undecided, is_recreated in engine.rows(
            "select row_key, is_undecided, is_recreated from intermediate.portal_by_number"
        )
    }
    keys = engine.rows("select row_key, invoice_id_acct from staging.accounting__invoices order by 1")
    return {id_: FOUND if key in by_id else by_number.get(key, NOTHING) for key, id_ in keys}


def _answer(engine: Engine, shown: dict[str, Any] | Rows, *invoices: dict[str, Any]) -> str:
    rows = [
        SHOWN | row | {"portal_invoice_id": f"P{at}"}
        for at, row in enumerate(shown if isinstance(shown, list) else [shown])
    ]
    fill(engine, accounting_invoices=[INVOICE, *invoices], portal_invoices=rows)
    return _answers(engine)["1"]


OTHER = INVOICE | {"invoice_id_acct": "2"}


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        # an id that agrees is proof unless number and total both contradict
        ({"invoice_id_acct": "1"}, FOUND),
        ({"invoice_id_acct": "1", "total_amount": "1"}, FOUND),
        ({"invoice_id_acct": "1", "invoice_number": "9"}, FOUND),
        ({"invoice_id_acct": "1", "invoice_number": "9", "total_amount": "1"}, NOTHING),
        ({"invoice_id_acct": "1", "invoice_number": "9", "customer_id_acct": "c2"}, NOTHING),
        # the very number, and the customer: by id, by name, by the mapped company's name or id, by the parent
        ({"customer_id_acct": "c1", "total_amount": "1"}, FOUND),
        ({"customer_name": " ALDER  joinery", "total_amount": "1"}, FOUND),
        ({"customer_name": "Alder Woodwork, LLC", "total_amount": "1"}, FOUND),
        ({"company_id_cw": "101", "total_amount": "1"}, FOUND),
        ({"customer_name": "Somebody", "company_name": "Alder Woodwork LLC", "total_amount": "1"}, FOUND),
        # no customer on the list: the very number and the total
        ({}, FOUND),
        ({"total_amount": "1"}, UNKNOWN),
        ({"total_amount": None}, UNKNOWN),
        ({"total_amount": None, "balance_amount": "500"}, FOUND),
        ({"currency_code": "EUR"}, UNKNOWN),
        ({"currency_code": "XXX"}, FOUND),
        # somebody else's row
        ({"customer_id_acct": "c2", "total_amount": "1"}, NOTHING),
        ({"customer_name": "Birch Dental", "total_amount": "1"}, NOTHING),
        ({"customer_name": "Birch Dental"}, UNKNOWN),
        ({"company_id_cw": "102"}, UNKNOWN),
        ({"company_id_cw": "102", "total_amount": "1"}, NOTHING),
        # a number that is written differently counts with the amount, and never against it
        ({"invoice_number": "Invoice 7700", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "RECHNUNG Nr. 7700", "customer_name": "Alder Joinery"}, FOUND),
        ({"invoice_number": "Facture n° 7700"}, FOUND),
        ({"invoice_number": "請求書 7700"}, FOUND),
        ({"invoice_number": "\uff17\uff17\uff10\uff10", "customer_id_acct": "c1", "total_amount": "1"}, FOUND),
        ({"invoice_number": "007700", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "77-00", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "77-00", "customer_id_acct": "c1", "total_amount": "80"}, NOTHING),
        ({"invoice_number": "77-00", "customer_id_acct": "c1", "total_amount": None}, UNKNOWN),
        ({"invoice_number": "77-00", "customer_id_acct": "c2"}, NOTHING),
        # the digits, the customer and the amount agree: between words that nobody knows it may be it
        ({"invoice_number": "A-7700", "customer_id_acct": "c1"}, UNKNOWN),
        ({"invoice_number": "7700 - Alder (open)", "customer_id_acct": "c1"}, UNKNOWN),
        ({"invoice_number": "A-7700", "customer_id_acct": "c1", "total_amount": "80"}, NOTHING),
        ({"invoice_number": "A-7700", "customer_id_acct": "c2"}, NOTHING),
        # every dash, and signs that nobody sees
        ({"invoice_number": "77\u201300", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "77\u221200", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "Invoice\u200b7700", "customer_id_acct": "c1"}, FOUND),
        ({"invoice_number": "Factura No. 7700", "customer_id_acct": "c1"}, FOUND),
        # a row that is void or hidden in the portal proves nothing
        ({"customer_id_acct": "c1", "portal_status": "gone"}, UNKNOWN),
        ({"invoice_id_acct": "1", "portal_status": "gone"}, UNKNOWN),
        # a credit, an estimate or a payment is no invoice
        ({"customer_id_acct": "c1", "total_amount": "-500"}, NOTHING),
        ({"customer_id_acct": "c1", "document_type": "credit_memo"}, NOTHING),
        ({"customer_id_acct": "c1", "document_type": "estimate"}, NOTHING),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_is_the_document_that_it_can_only_be(engine: Engine, shown: dict[str, Any], answer: str) -> None:
    """Proof is found, likeness without a decision is unknown, and a contradiction is nothing."""
    assert _answer(engine, shown) == answer


def test_a_job_follows_its_parent(engine: Engine) -> None:
    """The portal lists a job's invoice under the customer above it."""
    job = INVOICE | {"customer_id_acct": "c3", "customer_name": "Alder Joinery:Workshop"}
    fill(engine, accounting_invoices=[job], portal_invoices=[SHOWN | {"customer_id_acct": "c1", "total_amount": "1"}])
    assert _answers(engine) == {"1": FOUND}


def test_a_company_that_nobody_is_mapped_to_may_be_the_customers(engine: Engine) -> None:
    """The card of a customer that is not mapped bears a free company's name: number and amount decide."""
    mine = INVOICE | {"customer_id_acct": "c4", "customer_name": "Nobody Mapped"}
    fill(engine, accounting_invoices=[mine], portal_invoices=[SHOWN | {"customer_name": "Cedar Freight"}])
    assert _answers(engine) == {"1": FOUND}
    fill(engine, accounting_invoices=[mine], portal_invoices=[SHOWN | {"customer_name": "Birch Dental Group"}])
    assert _answers(engine) == {"1": UNKNOWN}


@pytest.mark.parametrize(("is_deleted", "total", "answer"), [
    (False, "500", FOUND), (False, "1", UNKNOWN), (True, "1", FOUND), (None, "1", UNKNOWN),
])  # fmt: skip
def test_a_name_that_two_companies_have_names_no_customer(
    engine: Engine, is_deleted: Any, total: str, answer: str
) -> None:
    """Number and amount decide, as where nobody is named; a company in the recycle bin shares its name with nobody."""
    other = {"company_id_cw": "105", "company_name": "ALDER  Woodwork, LLC", "is_deleted": is_deleted}
    row = SHOWN | {"customer_name": "Alder Woodwork LLC", "total_amount": total}
    fill(engine, accounting_invoices=[INVOICE], portal_invoices=[row], connectwise_companies=[*COMPANIES, other])
    assert _answers(engine) == {"1": answer}
    # a customer that is called so itself is meant
    fill(
        engine,
        accounting_invoices=[INVOICE],
        portal_invoices=[row],
        connectwise_companies=[*COMPANIES, other],
        accounting_customers=[CUSTOMERS[0] | {"company_name": "Alder Woodwork LLC"}, *CUSTOMERS[1:]],
    )
    assert _answers(engine) == {"1": FOUND}


def test_one_row_is_one_document(engine: Engine) -> None:
    """Two invoices of one number and total and one row without a customer: either may be meant."""
    other = OTHER | {"customer_id_acct": "c2", "customer_name": "Birch Dental"}
    assert _answer(engine, {}, other) == UNKNOWN
    assert _answers(engine)["2"] == UNKNOWN
    # a row that names the customer is that customer's
    assert _answer(engine, {"customer_id_acct": "c1"}, other) == FOUND
    assert _answers(engine)["2"] == NOTHING
    # two equal rows are two invoices of one customer
    assert _answer(engine, [{"customer_id_acct": "c1"}, {"customer_id_acct": "c1"}], OTHER) == FOUND
    assert _answers(engine)["2"] == FOUND


def test_of_two_documents_with_one_number_the_amount_decides(engine: Engine) -> None:
    """Numbers that begin again every year: last year's paid one is on the list, this year's open one is not."""
    paid = OTHER | {"total_amount": "50", "balance_amount": "0", "document_status": "paid"}
    shown = {"customer_id_acct": "c1", "total_amount": "50", "balance_amount": "0"}
    assert _answer(engine, shown, paid) == NOTHING
    assert _answers(engine)["2"] == FOUND
    # where neither amount agrees, it may be either
    assert _answer(engine, shown | {"total_amount": "60"}, paid) == UNKNOWN


def test_live_invoices_come_before_dead_ones(engine: Engine) -> None:
    """A void copy with the same number and total leaves the row to the live invoice."""
    void = OTHER | {"document_status": "voided"}
    assert _answer(engine, {"customer_id_acct": "c1"}, void) == FOUND
    assert _answers(engine)["2"] == NOTHING


def test_what_was_made_anew_is_not_its_old_copy(engine: Engine) -> None:
    """The portal holds the id of a void document under a live one's number, or an id that accounting no longer has."""
    void = OTHER | {"document_status": "voided"}
    assert _answer(engine, {"invoice_id_acct": "2", "customer_id_acct": "c1"}, void) == ANEW
    known = [{"invoice_id_acct": str(at), "invoice_number": str(at), "total_amount": None} for at in (11, 12)]
    others = [OTHER | {"invoice_id_acct": str(at), "invoice_number": str(at)} for at in (11, 12)]
    assert _answer(engine, [*known, {"invoice_id_acct": "99", "customer_id_acct": "c1"}], *others) == ANEW


def test_ids_of_the_portals_own_say_nothing(engine: Engine) -> None:
    """A list whose ids accounting mostly does not know is read by numbers."""
    rows = [{"invoice_id_acct": f"88{at}", "invoice_number": str(at), "customer_id_acct": "c1"} for at in range(8)]
    assert _answer(engine, [*rows, {"invoice_id_acct": "8899", "customer_id_acct": "c1"}]) == FOUND


def test_a_change_that_most_rows_share_is_the_lists_format(engine: Engine) -> None:
    """Twenty rows with a word before the number: the word is how the list writes, and the customer is enough."""
    invoices = [OTHER | {"invoice_id_acct": f"n{at}", "invoice_number": f"{at}"} for at in range(100, 130)]
    rows = [{"invoice_number": f"Invoice {at}", "customer_id_acct": "c1"} for at in range(100, 130)]
    assert _answer(engine, [*rows, {"invoice_number": "Invoice 7700"}], *invoices) == FOUND
    assert engine.rows("select number_form from intermediate.portal_form") == [(1,)]
    assert not engine.rows("from intermediate.portal_by_number where is_reformatted")
    # the amounts still speak against a row
    assert _answer(engine, [*rows, {"invoice_number": "Invoice 7700", "total_amount": "1"}], *invoices) == NOTHING
    # rows that are equal as they stand are no format, however many there are
    plain = [row | {"invoice_number": f"{at}"} for at, row in zip(range(100, 130), rows, strict=True)]
    assert _answer(engine, [*plain, {"invoice_number": "77-00", "total_amount": "80"}], *invoices) == NOTHING
    assert engine.rows("select number_form from intermediate.portal_form") == [(0,)]


def test_a_row_whose_number_was_spoilt_may_be_any_of_that_amount(engine: Engine) -> None:
    """Nothing is missed while a row that cannot be read may be it."""
    assert _answer(engine, {"invoice_number": None}) == UNKNOWN
    assert _answer(engine, {"invoice_number": None, "total_amount": "1"}) == NOTHING
    assert _answer(engine, {"invoice_number": None, "customer_id_acct": "c2"}) == NOTHING


def test_nothing_is_missing_that_a_row_in_quarantine_may_be(engine: Engine) -> None:
    """A row that was set aside proves nothing, and its number is not absent."""
    aside = (("portal_invoices", '{"invoice_number": "Invoice 7700", "total_amount": "abc"}'),)
    fill(engine, aside=aside, accounting_invoices=[INVOICE, OTHER | {"invoice_number": "7701"}], portal_invoices=[])
    assert _answers(engine) == {"1": UNKNOWN, "2": NOTHING}
    # a list of ids alone
    aside = (("portal_invoices", '{"invoice_id_acct": "1", "total_amount": "abc"}'),)
    fill(engine, aside=aside, accounting_invoices=[INVOICE, OTHER | {"invoice_number": "7701"}], portal_invoices=[])
    assert _answers(engine) == {"1": UNKNOWN, "2": NOTHING}


NUMBERS = st.sampled_from(["7700", "77-00", "07700", "Invoice 7700", "7701", "", "2.02611E+11"])
ROW = st.fixed_dictionaries(
    {
        "invoice_number": NUMBERS.map(lambda number: number or None),
        "customer_id_acct": st.sampled_from([None, "c1", "c2", "c9"]),
        "customer_name": st.sampled_from([None, "Alder Joinery", "Birch Dental Group", "Somebody"]),
        "total_amount": st.sampled_from([None, "500", "80"]),
        "balance_amount": st.sampled_from([None, "500", "0"]),
        "currency_code": st.sampled_from(["USD", "XXX", "EUR"]),
    }
)
DOCUMENT = st.fixed_dictionaries(
    {
        "invoice_number": NUMBERS.map(lambda number: number or None),
        "customer_id_acct": st.sampled_from(["c1", "c2", "c4"]),
        "total_amount": st.sampled_from(["500", "80"]),
        "document_status": st.sampled_from(["open", "paid", "voided"]),
    }
)

OWED = {"invoice_number": "7700", "customer_id_acct": "c1", "total_amount": "500", "document_status": "open"}
SOMEBODY_ELSES = {
    "invoice_number": "7700", "customer_id_acct": None, "customer_name": None, "total_amount": "500",
    "balance_amount": "500", "currency_code": "USD",
}  # fmt: skip
"""A row that is OWED but for what an example changes."""


def test_an_id_that_is_anothers_gives_way_to_the_very_number(engine: Engine) -> None:
    """The portal's own id 2 is accounting's id of another invoice, and the amounts are equal, as flat fees are."""
    other = OTHER | {"invoice_number": "7701", "customer_id_acct": "c2", "customer_name": "Birch Dental"}
    assert _answer(engine, {"invoice_id_acct": "2", "customer_name": "Alder Joinery"}, other) == FOUND
    assert _answers(engine)["2"] == NOTHING


@settings(max_examples=runs(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(rows=[SOMEBODY_ELSES | {"customer_id_acct": "c2"}], documents=[OWED])
@example(rows=[SOMEBODY_ELSES | {"total_amount": "80", "invoice_number": "77-00"}], documents=[OWED])
@given(rows=st.lists(ROW, min_size=1, max_size=4), documents=st.lists(DOCUMENT, min_size=1, max_size=4))
def test_presence_needs_a_row_of_its_own_that_nothing_contradicts(engine: Engine, rows: Rows, documents: Rows) -> None:
    """Whatever the lists hold: found rows and documents pair up, and no found pair differs in customer or in all."""
    invoices = [
        INVOICE | document | {"invoice_id_acct": f"d{at}", "customer_name": None,
        "balance_amount": document["total_amount"] if document["document_status"] == "open" else "0"}
        for at, document in enumerate(documents)
    ]  # fmt: skip
    shown = [row | {"portal_invoice_id": f"P{at}"} for at, row in enumerate(rows)]
    fill(engine, accounting_invoices=invoices, portal_invoices=shown)
    found = engine.rows("""
        select claims.portal_row_key, claims.row_key from intermediate.portal_claims as claims
        where not claims.is_undecided""")
    assert len({document for _, document in found}) <= len({row for row, _ in found})
    for row_at, document_at in found:
        row, document = rows[row_at], documents[document_at]
        assert row["customer_id_acct"] in {None, "c9", document["customer_id_acct"]}
        is_same_total = row["total_amount"] in {None, document["total_amount"]}
        assert is_same_total or row["invoice_number"] == document["invoice_number"]
