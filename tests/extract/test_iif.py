"""QuickBooks Desktop IIF: lists, transactions, and files that were cut off or edited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InputError
from etl.extract.formats.iif import IifFile, split_cells
from etl.extract.formats.json_records import JsonRecord

INVOICES, CUSTOMERS = "accounting_invoices", "accounting_customers"
LISTS = (
    "!HDR\tPROD\tVER\r\nHDR\tQuickBooks\tVersion 34.0D\r\n!ACCNT\tNAME\tACCNTTYPE\r\nACCNT\tReceivables\tAR\r\n"
    "!CUST\tNAME\tREFNUM\tTIMESTAMP\tBADDR1\tBADDR2\tBADDR3\tPHONE1\tPHONE2\tEMAIL\tNOTE\tCOMPANYNAME\tHIDDEN\r\n"
    'CUST\tNordic Dental\t5\t1767225600\tNordic Dental\t7 Fjord St\t"Salem, OR 97301"\t555-1\t555-2\t'
    "a@nordic.example; b@nordic.example\tN-100\tNordic Dental Group\tN\r\n"
    'CUST\t"Olsen, Per ""Pelle"""\t6\t1767225601\tPer Olsen\t"Bend, OR 97701"\t\t\t\t\tlikes mail\t\tY\r\n'
    "CUST\tNordic Dental:Harbor\t7\t1767225602\t\t\t\t\t\t\t\t\tN\r\n"
    "!VEND\tNAME\tHIDDEN\r\nVEND\tPaper Ltd\tN\r\n!CUST\tHIDDEN\tNAME\r\nCUST\tN\tLate Comer\r\n"
)
HEADS = (
    "!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tDOCNUM\tDUEDATE\tTERMS\tPAID\n"
    "!SPL\tSPLID\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\n"
    "!ENDTRNS\n"
)


def transaction(kind: str = "INVOICE", amount: str = "100.00", paid: str = "N", **more: str) -> str:
    """A transaction of two rows that add up to zero, unless `split` says otherwise."""
    other = more.get("split", amount[1:] if amount.startswith("-") else f"-{amount}")
    number, day = more.get("number", "Q-1"), more.get("day", "7/16/26")
    first = ["TRNS", "", kind, day, "Receivables", "Nordic Dental", f'"{amount}"', number, "8/15/26", "Net 30", paid]
    split = ["SPL", "", kind, day, "Sales", "", f'"{other}"']
    return "\n".join(["\t".join(first), "\t".join(split), "ENDTRNS", ""])


def test_the_customer_list(shelf: Any) -> None:
    """Paths name parents; hidden is inactive; a row with `!` may declare the columns again; other lists are counted."""
    shelf.put("a.iif", LISTS)
    found = shelf.read(CUSTOMERS, "a.iif")
    first, second, third, fourth = shelf.rows(CUSTOMERS, "a.iif")
    assert first == {
        "customer_id_acct": "Nordic Dental",
        "customer_name": "Nordic Dental",
        "company_name": "Nordic Dental Group",
        "is_active": "true",
        "account_number": "N-100",
        "email": "a@nordic.example; b@nordic.example",
        "phone_number": "555-1; 555-2",
        "address_line1": "7 Fjord St",
        "city": "Salem",
        "state": "OR",
        "postal_code": "97301",
        "modified_at": "2026-01-01T00:00:00Z",
    }
    assert (second["customer_name"], second["is_active"]) == ('Olsen, Per "Pelle"', "false")
    assert "account_number" not in second
    assert (third["parent_customer_id_acct"], third["full_name"]) == ("Nordic Dental", "Nordic Dental:Harbor")
    assert fourth == {"customer_id_acct": "Late Comer", "customer_name": "Late Comer", "is_active": "true"}
    assert found.frame["source_line"].to_list() == [6, 7, 8, 12]
    assert found.shape_notes == {
        "ACCNT records, which are none of the customers of the accounting package": 1,
        "VEND records, which are none of the customers of the accounting package": 1,
    }


def test_windows_1252_is_nothing_odd(shelf: Any) -> None:
    """QuickBooks writes it."""
    shelf.put("a.iif", "!CUST\tNAME\nCUST\tCafé Øst “Nord”\n".encode("cp1252"))
    found = shelf.read(CUSTOMERS, "a.iif")
    assert found.frame["customer_name"].to_list() == ["Café Øst “Nord”"]
    assert found.warnings == []


def test_transactions(shelf: Any) -> None:
    """Only a document that is marked as paid has a known balance; payments are distinguished; bills are counted."""
    shelf.put(
        "a.iif",
        HEADS
        + transaction(amount="1,220.89")
        + transaction(amount="500.00", paid="Y", number="Q-2")
        + transaction("CREDIT MEMO", "-50.00", number="Q-3")
        + transaction("PAYMENT", "20.00", number="")
        + transaction("PAYMENT", "20.00", number="")
        + transaction("BILL", "-9.00"),
    )
    found = shelf.read(INVOICES, "a.iif")
    rows = shelf.rows(INVOICES, "a.iif")
    told = [(row["document_type"], row["total_amount"], row.get("balance_amount")) for row in rows]
    assert told == [
        ("invoice", "1220.89", None),
        ("invoice", "500.00", "0.00"),
        ("credit_memo", "-50.00", None),
        ("payment", "-20.00", None),
        ("payment", "-20.00", None),
    ]
    assert [row["document_status"] for row in rows[:3]] == ["unknown", "paid", "unknown"]
    assert rows[0]["invoice_id_acct"] == "Q-1|Nordic Dental|7/16/26"
    assert len({row["invoice_id_acct"] for row in rows}) == 5
    assert {row["has_internal_id"] for row in rows} == {"false"}
    assert found.shape_notes == {"BILL records, which are none of the invoices of the accounting package": 1}
    invoices = [Decimal(total) for kind, total, _ in told if kind == "invoice"]
    assert sum(invoices) == Decimal("1720.89")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (transaction(split="-90.00"), "add up to 10.00, not to zero"),
        (transaction(amount="1,22"), "AMOUNT is '1,22', not an amount"),
        (transaction().replace("ENDTRNS\n", ""), "no ENDTRNS closes the transaction"),
        (transaction().replace("Net 30", '"Net 30'), "a quotation mark that is opened and never closed"),
        (transaction().replace("\tN\n", "\tN\tmore\n"), "the row has 12 values"),
        (transaction(kind=""), "no TRNSTYPE says what the transaction is"),
        ("SPL\t\tINVOICE\t7/16/26\tSales\t\t-1\n", "a row SPL outside of a transaction"),
    ],
)
def test_rows_that_cannot_be_read_are_quarantined(shelf: Any, rows: str, problem: str) -> None:
    """With the line and the reason; the transaction behind them is read."""
    shelf.put("a.iif", HEADS + rows + transaction(number="Q-9"))
    frame = shelf.read(INVOICES, "a.iif").frame
    assert frame.height == 2
    assert problem in frame["read_problem"][0]
    assert frame["source_line"][0] == 4
    assert frame.row(1, named=True)["read_problem"] is None


@pytest.mark.parametrize(
    ("content", "found", "line"),
    [
        (HEADS + transaction() + transaction()[:60], "a transaction without ENDTRNS (it begins in line 7)", 7),
        (HEADS + transaction().replace("ENDTRNS\n", ""), "a transaction without ENDTRNS (it begins in line 4)", 6),
    ],
)
def test_transactions_that_are_cut_off(shelf: Any, content: str, found: str, line: int) -> None:
    """A file that ends in a transaction ends anywhere."""
    shelf.put("a.iif", content)
    (problem,) = shelf.problems(INVOICES, "a.iif")
    assert problem.remedy == "It is truncated: export or copy it again."
    assert (problem.found, problem.line) == (found, line) or problem.found == "a row that is cut off"


def test_a_list_that_is_cut_off(shelf: Any) -> None:
    """Its last row has no end and too few values."""
    shelf.put("a.iif", LISTS[: LISTS.index("Dental:Harbor") + 6])
    (problem,) = shelf.problems(CUSTOMERS, "a.iif")
    assert (problem.found, problem.line) == ("a row that is cut off", 8)


def test_a_list_given_as_another(shelf: Any) -> None:
    """Bills alone are no invoices, and the customer list is none."""
    shelf.put("a.iif", HEADS + transaction("BILL"))
    assert shelf.problems(INVOICES, "a.iif")[0].found == "1 BILL records"
    shelf.put("b.iif", "!CUST\tNAME\nCUST\tAcme\n")
    (problem,) = shelf.problems(INVOICES, "b.iif")
    assert problem.remedy.startswith("Name it under [sources.accounting_customers]")


def test_a_row_without_its_columns(shelf: Any) -> None:
    """A keyword that no row declares says nothing."""
    shelf.put("a.iif", "!HDR\tPROD\nCUST\tAcme\n!CUST\tNAME\tNAME\nCUST\tAcme\tBeta\n")
    assert shelf.read(CUSTOMERS, "a.iif").frame["read_problem"].to_list() == [
        "no row !CUST above says what its columns are",
        "the column NAME is there twice, with two values",
    ]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\t\r\n\0", exclude_categories=("Cs", "Cc")), max_size=9
)


def _written(cell: str) -> str:
    """As QuickBooks writes a value: in quotation marks where it has commas or begins with a mark."""
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if "," in cell or cell.startswith('"') else cell


@given(st.lists(CELLS.map(lambda cell: cell.strip(" ")), min_size=1))
def test_values_survive_being_written(cells: list[str]) -> None:
    """Tabs separate, commas do not, and a mark in the middle of a value is a part of it."""
    assert split_cells("\t".join(map(_written, cells))) == (cells, None)


@given(st.lists(st.tuples(st.sampled_from(["\n", "\r\n", "\r"]), CELLS.filter(str.strip)), min_size=1))
def test_every_row_is_a_record_with_its_line(rows: list[tuple[str, str]]) -> None:
    """Whatever ends the lines; nothing is lost."""
    text = "!CUST\tNAME\n" + "".join(f"CUST\t{_written(name.strip(' '))}{end}" for end, name in rows)
    found = list(IifFile(text, "a.iif").records())
    assert [record.line for record in found] == list(range(2, len(rows) + 2))
    assert [record.value for record in found] == [{"NAME": name.strip(" ")} for _, name in rows]


@given(st.text(st.sampled_from('!TRNSPLECUDH\t\n\r" ,AMOUNT1.-'), max_size=300))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    """Nothing but a refusal with a line is raised."""
    found: list[JsonRecord] = []
    lines: list[int | None] = [1]
    try:
        found = list(IifFile(HEADS + text, "a.iif").records())
    except InputError as error:
        lines = [problem.line for problem in error.problems]
    assert all(lines)
    assert len(found) <= text.count("\n") + text.count("\r") + 1
