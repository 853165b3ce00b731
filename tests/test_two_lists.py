"""Two lists of the same invoices, one with totals and one with balances: together they say what each of them knows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError
from etl.warehouse.engine import Engine
from tests.support.ledger_files import IDS, kept, load_files, write_table
from tests.support.loading import ALWAYS, NEVER, Loaded

SETTLED = {"Paid": "paid", "Void": "voided"}
CAPTIONS = {"total": "Total", "balance": "Open Balance", "status": "Status"}


@dataclass(frozen=True)
class Truth:
    """An invoice as the books have it."""

    number: str
    customer: str
    total: Decimal
    balance: Decimal
    status: str

    def told(self, what: str) -> str:
        """What a list with this column says."""
        return str(getattr(self, what))


def _truth(number: int, customer: str, total: int, status: str) -> Truth:
    part = {"Paid": Decimal(0), "Void": Decimal(0)}.get(status, Decimal(total) / 4)
    return Truth(str(1000 + number), customer, Decimal(total), part, status)


INVOICES = st.lists(
    st.tuples(
        st.sampled_from(sorted(IDS)), st.integers(1, 9).map(lambda n: 100 * n), st.sampled_from(["Open", *SETTLED])
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: [_truth(number, *row) for number, row in enumerate(rows)])
COLUMNS = st.sets(st.sampled_from(["total", "balance", "status"])).filter(lambda some: some & {"total", "balance"})


def _write(path: Path, invoices: list[Truth], columns: set[str], *, has_ids: bool) -> None:
    names = sorted(columns)
    header = ["Number", "Customer Name", "Date", "Currency", *(CAPTIONS[name] for name in names)]
    rows = [[one.number, one.customer, "2026-11-14", "USD", *(one.told(name) for name in names)] for one in invoices]
    if has_ids:
        header = ["Invoice ID", "Customer ID", *header]
        rows = [[f"9{one.number}", IDS[one.customer], *row] for one, row in zip(invoices, rows, strict=True)]
    write_table(path, ",".join(header), *rows)


def _notes(loaded: Loaded) -> str:
    return "; ".join(report.notes for report in loaded.reports)


@settings(max_examples=25, deadline=None)
@given(invoices=INVOICES, data=st.data())
def test_nothing_that_a_list_knows_is_lost_and_nothing_is_made_up(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, invoices: list[Truth], data: st.DataObject
) -> None:
    """Whatever lists say about an invoice, it is one, with each amount and status that any of them gives."""
    folder, told = tmp_path_factory.mktemp("lists"), {}
    for at in range(data.draw(st.integers(1, 3))):
        columns = data.draw(COLUMNS)
        shown = data.draw(st.lists(st.sampled_from(invoices), unique=True, min_size=1))
        _write(folder / f"{data.draw(st.sampled_from('ab'))}{at}.csv", shown, columns, has_ids=data.draw(st.booleans()))
        for one in shown:
            told[one] = told.get(one, set()) | columns
    loaded = load_files(engine, folder, bulk_bytes=data.draw(st.sampled_from([NEVER, ALWAYS])), decimal_comma=False)
    found = {
        number: (total, balance, status)
        for number, total, balance, status in kept(
            engine, "invoice_number", "total_amount", "balance_amount", "document_status"
        )
    }
    assert found.keys() == {one.number for one in told}
    for one, columns in told.items():
        total, balance, status = found[one.number]
        assert total == (one.total if "total" in columns else None)
        assert balance == (one.balance if "balance" in columns else None)
        if "status" in columns:
            assert status == SETTLED.get(one.status, "open")
    assert len(kept(engine, "invoice_id_acct")) == len(told)
    assert all(r.rows_extracted == r.rows_accepted + r.rows_quarantined for r in loaded.reports)
    assert "another amount" not in _notes(loaded)


TOTALS, BALANCES = "Number,Customer Name,Date,Total", "Number,Customer Name,Date,Open Balance"


def _both(folder: Path, total: object, balance: object, balances: str = "b.csv") -> None:
    write_table(folder / "a.csv", TOTALS, ("1001", "Acme", "2026-11-14", total))
    write_table(folder / balances, BALANCES, ("1001", "Acme", "2026-11-14", balance))


@pytest.mark.parametrize("balances", ["b.csv", "b-2026-11-20.csv"])
def test_what_is_put_together_is_told(engine: Engine, tmp_path: Path, balances: str) -> None:
    """The note names the file that the other amount is from."""
    _both(tmp_path, "100", "40", balances)
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "total_amount", "balance_amount") == [(Decimal(100), Decimal(40))]
    assert "1 documents have their" in _notes(loaded)
    assert sum(report.rows_copied for report in loaded.reports) == 1


def test_a_balance_that_is_no_part_of_the_total_is_told_and_not_filled_in(engine: Engine, tmp_path: Path) -> None:
    """More is open than the invoice is over: one of the lists is wrong, and nobody knows which."""
    _both(tmp_path, "100", "140")
    loaded = load_files(engine, tmp_path)
    ((total, balance),) = kept(engine, "total_amount", "balance_amount")
    assert (total is None) != (balance is None)
    assert "1 documents have an amount that was not used in" in _notes(loaded)


def test_balances_of_two_lists_that_differ_are_told(engine: Engine, tmp_path: Path) -> None:
    """The smaller is taken, as everywhere: payments lower a balance."""
    _both(tmp_path, "100", "40")
    write_table(tmp_path / "c.csv", BALANCES, ("1001", "Acme", "2026-11-14", "70"))
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "total_amount", "balance_amount") == [(Decimal(100), Decimal(40))]
    assert "1 documents have another amount in" in _notes(loaded)


def test_an_amount_in_another_currency_is_no_part_of_the_document(engine: Engine, tmp_path: Path) -> None:
    """A balance without a currency may be in any, while nothing else agrees."""
    write_table(tmp_path / "a.csv", f"{TOTALS},Currency", ("1001", "Acme", "2026-11-14", "100", "EUR"))
    write_table(tmp_path / "b.csv", BALANCES, ("1001", "Acme", "2026-11-14", "40"))
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "total_amount", "balance_amount", "currency_code") == [(Decimal(100), None, "EUR")]
    assert "was not used in" in _notes(loaded)


def test_a_change_since_takes_no_amount_of_before(engine: Engine, tmp_path: Path) -> None:
    """The newer row says when the invoice changed: what was open before is not what is open now."""
    for name, column, amount, day in (("a", "Total", "100", 20), ("b", "Open Balance", "40", 15)):
        header = f"Invoice ID,Number,Customer ID,Customer Name,Date,Modified,{column}"
        write_table(
            tmp_path / f"{name}.csv", header,
            ("1", "1001", "58", "Acme", "2026-11-14", f"2026-11-{day}T10:00:00Z", amount),
        )  # fmt: skip
    load_files(engine, tmp_path)
    assert kept(engine, "total_amount", "balance_amount") == [(Decimal(100), None)]


def test_a_status_of_another_list_says_that_nothing_is_open(engine: Engine, tmp_path: Path) -> None:
    """Paid there, open here for some amount, in no order: paid, and the difference is reported."""
    write_table(tmp_path / "a.csv", f"{TOTALS},Status", ("1001", "Acme", "2026-11-14", "100", "Paid"))
    write_table(tmp_path / "b.csv", BALANCES, ("1001", "Acme", "2026-11-14", "40"))
    loaded = load_files(engine, tmp_path)
    assert kept(engine, "total_amount", "balance_amount", "document_status") == [(Decimal(100), None, "paid")]
    assert "another amount" in _notes(loaded)


def test_documents_without_a_number_are_one_where_each_list_has_one(engine: Engine, tmp_path: Path) -> None:
    """The total is not part of what they are known by where a list does not give it."""
    write_table(tmp_path / "a.csv", TOTALS, ("", "Acme", "2026-11-14", "100"), ("", "Bolt & Sons", "2026-11-14", "70"))
    write_table(tmp_path / "b.csv", BALANCES, ("", "Acme", "2026-11-14", "40"))
    load_files(engine, tmp_path)
    assert sorted(kept(engine, "customer_name", "total_amount", "balance_amount")) == [
        ("Acme", Decimal(100), Decimal(40)), ("Bolt & Sons", Decimal(70), None),
    ]  # fmt: skip


@pytest.mark.parametrize("header", [TOTALS, f"Invoice ID,{TOTALS}"])
@pytest.mark.parametrize("balances", [["250", "100"], ["100"]])
def test_several_documents_without_a_number_are_counted_once(
    engine: Engine, tmp_path: Path, header: str, balances: list[str]
) -> None:
    """Nothing says which balance is whose: the rows without a total are set aside, and no amount is made up."""
    ids = [["9"], ["8"], ["7"]] if "ID" in header else [[], [], []]
    rows = [
        ["", "Acme", "2026-11-14", "250"],
        ["", "Acme", "2026-11-14", "400"],
        ["", "Bolt & Sons", "2026-11-14", "70"],
    ]
    write_table(tmp_path / "a.csv", header, *(own + row for own, row in zip(ids, rows, strict=True)))
    write_table(tmp_path / "b.csv", BALANCES, *(("", "Acme", "2026-11-14", one) for one in balances))
    load_files(engine, tmp_path)
    assert sorted(kept(engine, "total_amount", "balance_amount")) == [
        (Decimal(70), None), (Decimal(250), None), (Decimal(400), None),
    ]  # fmt: skip
    (reason,) = {row[0][0] for row in engine.rows("select broken_rules from quarantine.rows")}
    assert reason.endswith("may be one of several documents of a.csv on that day, and nothing says which")


def test_ids_of_two_books_are_seen_without_totals(engine: Engine, tmp_path: Path) -> None:
    """Number and customer differ, and no total says that it is one document: two books."""
    header = "Invoice ID,Number,Customer ID,Customer Name,Date,Open Balance"
    write_table(tmp_path / "a.csv", header, ("1", "1001", "58", "Acme", "2026-11-14", "40"))
    write_table(tmp_path / "b.csv", header, ("1", "77", "59", "Bolt & Sons", "2026-11-14", "90"))
    with pytest.raises(InputError, match="two books"):
        load_files(engine, tmp_path)


@pytest.mark.parametrize("bulk_bytes", [NEVER, ALWAYS])
def test_a_row_without_any_amount_is_set_aside_either_way(engine: Engine, tmp_path: Path, bulk_bytes: int) -> None:
    """An unreadable amount is no amount, and nothing else of the row is lost."""
    header = "Invoice ID,Number,Customer ID,Customer Name,Date,Total,Open Balance"
    amounts = (("", ""), ("100", ""), ("", "40"), ("100", "40"), ("abc", "40"))
    rows = [(at, 1000 + at, "58", "Acme", "2026-11-14", *amount) for at, amount in enumerate(amounts, 1)]
    write_table(tmp_path / "a.csv", header, *rows)
    loaded = load_files(engine, tmp_path, bulk_bytes=bulk_bytes)
    assert [number for (number,) in kept(engine, "invoice_number")] == ["1002", "1003", "1004"]
    assert sorted(rules for _, _, _, (rules,), _ in loaded.aside) == [
        "total_amount or balance_amount: missing, and one of them is needed",
        "total_amount: 'abc' is not an amount",
    ]
