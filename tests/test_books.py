"""The books of several accounting companies are never taken for those of one, and each of them can be named."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.config import Settings, Source, load
from etl.errors import ConfigurationError, InputError
from etl.validate.join_questions import FIRST
from etl.validate.joins import measure
from etl.warehouse.engine import Engine
from tests.support.accepted_database import engine_of
from tests.support.ledger_files import CUSTOMERS, INVOICES, kept, load_files, write_ledger, write_table
from tests.support.loading import ALWAYS, NEVER
from tests.support.loading import load as load_relation


@pytest.mark.parametrize("bulk_bytes", [NEVER, ALWAYS])
def test_one_id_with_another_number_customer_and_total_is_two_books(
    engine: Engine, tmp_path: Path, bulk_bytes: int
) -> None:
    """Nothing is chosen: the files and rows are named, and how to say whose they are."""
    write_ledger(tmp_path / "us.csv", ("1", "1001", "Acme", "100", "100", "open", ""))
    write_ledger(tmp_path / "ca.csv", ("1", "77", "Bolt & Sons", "25", "25", "open", ""))
    with pytest.raises(InputError) as refused:
        load_files(engine, tmp_path, bulk_bytes=bulk_bytes)
    (problem,) = refused.value.problems
    told = str(problem)
    assert all(part in told for part in ("these look like two books", "us.csv", "ca.csv", "1001", "77", 'book = "US"'))
    books = {"us": Source(path="us.csv", book="US"), "ca": Source(path="ca.csv", book="CA")}
    both = Settings.model_validate({"base": tmp_path, "sources": {INVOICES: [books["us"], books["ca"]]}})
    load_relation(engine, both, bulk_bytes)
    assert kept(engine, "invoice_id_acct", "customer_id_acct", "book") == [
        ("CA/1", "CA/59", "CA"), ("US/1", "US/58", "US"),
    ]  # fmt: skip


def test_customers_of_two_books_are_not_one_customer(engine: Engine, tmp_path: Path) -> None:
    """Three ids that name other firms in another file, and nothing that agrees."""
    for book, name in (("us", "Acme"), ("ca", "Bolt")):
        rows = [(number, f"{name} {number}", f"{number}@{name}.example") for number in "123"]
        write_table(tmp_path / f"{book}.csv", "Customer ID,Customer Name,Email", *rows)
    with pytest.raises(InputError, match="look like two books"):
        load_files(engine, tmp_path, CUSTOMERS, shape="table")


BOOKS = """
[sources.connectwise_companies]
path = "x"
[sources.connectwise_contacts]
path = "x"
[[sources.accounting_invoices]]
path = "us.csv"
book = "US"
[[sources.accounting_invoices]]
path = "ca.csv"
book = "CA"
[sources.accounting_customers]
path = "customers.csv"
book = "US"
[sources.portal_invoices]
path = "portal.csv"
"""


@pytest.mark.parametrize(
    ("more", "problem"),
    [("", "portal_invoices] without a book"), ('book = "UK"', "with book = 'UK'"), ('book = "US"', None)],
)
def test_where_a_book_is_named_every_source_with_its_ids_names_one(
    tmp_path: Path, more: str, problem: str | None
) -> None:
    """Else ids would be compared that are not comparable. Several sources of a relation are an array of tables."""
    (tmp_path / "billsight.toml").write_text(BOOKS + more, encoding="utf-8")
    if problem is None:
        sources = load(tmp_path / "billsight.toml", {}).sources_of(INVOICES)
        assert [(source.path, source.book) for source in sources] == [("us.csv", "US"), ("ca.csv", "CA")]
    else:
        with pytest.raises(ConfigurationError, match=problem):
            load(tmp_path / "billsight.toml", {})


def test_what_is_wrong_in_a_later_table_of_a_source_is_told_by_its_name(tmp_path: Path) -> None:
    """As the user wrote it."""
    path = tmp_path / "billsight.toml"
    path.write_text(BOOKS.replace('book = "CA"', 'bok = "CA"') + 'book = "US"', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"unknown key sources\.accounting_invoices\.bok"):
        load(path, {})


def test_a_file_of_two_sources_is_refused(engine: Engine, tmp_path: Path) -> None:
    """It would be counted in both."""
    write_ledger(tmp_path / "us.csv", ("1", "1001", "Acme", "100", "100", "open", ""))
    twice = [Source(path="us.csv", book="US"), Source(path="*.csv", book="CA")]
    with pytest.raises(InputError, match="a file that two sources name"):
        load_relation(engine, Settings.model_validate({"base": tmp_path, "sources": {INVOICES: twice}}), NEVER)


@pytest.mark.parametrize("bulk_bytes", [NEVER, ALWAYS])
def test_a_row_that_was_set_aside_has_the_ids_of_its_book(engine: Engine, tmp_path: Path, bulk_bytes: int) -> None:
    """Else the invoice that could not be read would be taken for one that is gone."""
    good = ("1", "1001", "Acme", "100", "100", "open", "")
    write_ledger(tmp_path / "us.csv", good, ("2", "1002", "Acme", "a lot", "25", "open", ""))
    us = Settings.model_validate({"base": tmp_path, "sources": {INVOICES: [Source(path="us.csv", book="US")]}})
    load_relation(engine, us, bulk_bytes)
    ids = "row_values ->> 'invoice_id_acct', row_values ->> 'customer_id_acct', broken_rules[1]"
    assert engine.rows(f"select {ids} from quarantine.rows") == [
        ("US/2", "US/58", "total_amount: 'a lot' is not an amount"),
    ]  # fmt: skip


@pytest.mark.parametrize(("listed", "rows", "joined"), [("US", 1, 1), (None, 2, 0)])
def test_only_books_with_a_list_of_customers_are_asked_for_them(listed: str | None, rows: int, joined: int) -> None:
    """The customers of another book are made from its invoices; a list that names no book at all joins none."""
    prefix = f"{listed}/" if listed else ""
    owed = {"document_type": "invoice", "currency_code": "USD", "balance_amount": 5, "total_amount": 5}
    database = engine_of(
        accounting_customers=[{"customer_id_acct": f"{prefix}1", "customer_name": "Acme", "book": listed}],
        accounting_invoices=[
            {"invoice_id_acct": f"{book}/9", "customer_id_acct": f"{book}/1", "book": book, **owed}
            for book in ("US", "CA")
        ],
    )
    (join,) = [one for one in measure(database, FIRST) if one.question.name == "open invoices -> customers"]
    assert (join.rows, join.joined) == (rows, joined)
