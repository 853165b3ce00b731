"""What the portal shows and accounting does not have: gone, or perhaps only settled there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from etl.pipeline.source_scopes import Scope
from etl.warehouse.engine import Engine
from tests.support.portal_tables import AS_OF, INVOICE, SHOWN, fill


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database."""
    made = Engine(tmp_path_factory.mktemp("portal") / "run.duckdb", threads=1, memory_gb=0.5)
    yield made
    made.close()


def _only_there(engine: Engine, row: dict[str, Any], scope: str, **invoice: Any) -> list[tuple[Any, ...]]:
    scopes = {"accounting_invoices": Scope("accounting_invoices", scope, None, "", AS_OF, "")}
    fill(engine, scopes, accounting_invoices=[INVOICE | invoice], portal_invoices=[SHOWN | row])
    return engine.rows("select cause, open_amount::integer from marts.portal_only_invoices")


GONE = {"invoice_number": "9", "customer_id_acct": "c1"}


def test_what_accounting_does_not_have_is_gone_only_where_it_would_have_it(engine: Engine) -> None:
    """An extract of open invoices does not say whether the rest is paid, void or deleted."""
    assert _only_there(engine, GONE | {"balance_amount": "70"}, "all") == [("PORTAL_GHOST", 70)]
    assert _only_there(engine, GONE | {"balance_amount": "0"}, "all") == [("PORTAL_GHOST", 0)]
    for scope in ("open", "unknown"):
        assert _only_there(engine, GONE | {"balance_amount": "70"}, scope) == [("NOT_OPEN_IN_ACCOUNTING", 70)]
        assert _only_there(engine, GONE | {"balance_amount": "0"}, scope) == []
        assert _only_there(engine, GONE | {"balance_amount": None}, scope) == []
        assert _only_there(engine, GONE | {"balance_amount": "70", "portal_status": "in transit"}, scope) == []
    # before the extract begins
    assert _only_there(engine, GONE | {"balance_amount": "70", "invoice_date": "2020-01-01"}, "unknown") == []
    # what may be a document of accounting is not gone from it
    assert _only_there(engine, {"invoice_number": "77-00", "total_amount": "1"}, "all") == []
    assert _only_there(engine, {"total_amount": "1"}, "all", document_status="paid", balance_amount="0") == []
    assert _only_there(engine, GONE | {"total_amount": "-5", "balance_amount": "-5"}, "all") == []


def test_what_accounting_has_in_quarantine_is_not_gone(engine: Engine) -> None:
    """By its number, or by its id where the number is what could not be read."""
    row = SHOWN | GONE | {"invoice_id_acct": "55", "balance_amount": "70"}
    scopes = {"accounting_invoices": Scope("accounting_invoices", "all", None, "", AS_OF, "")}
    for key, value, count in (("invoice_number", "9", 0), ("invoice_id_acct", "55", 0), ("invoice_id_acct", "56", 1)):
        aside = (("accounting_invoices", f'{{"{key}": "{value}"}}'),)
        fill(engine, scopes, aside, accounting_invoices=[INVOICE], portal_invoices=[row])
        assert engine.count("marts.portal_only_invoices") == count
