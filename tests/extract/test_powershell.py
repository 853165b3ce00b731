"""Answers that PowerShell saved: wrapped lists, and objects that its depth turned into texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputError

AGAIN = "ConvertTo-Json -Depth 10"
WORDS = st.sampled_from(["Acme", "Müller; Söhne", "a=b", "O'Neil {x}", "", "अनुराग", "x; name=y", "Beta, LLC"])
NUMBERS = st.integers(1, 99)
FLAGS = st.booleans()


def cut(value: Any, depth: int, inner: str = "") -> Any:
    """What ConvertTo-Json writes with a depth: below it objects and lists are texts.

    Args:
        value: as it was.
        depth: how many levels stay.
        inner: what stands in such a text for an object inside it; null: the object's own text.
    """
    if isinstance(value, dict):
        return {key: cut(one, depth - 1, inner) for key, one in value.items()} if depth >= 0 else said(value, inner)
    if isinstance(value, list):
        if depth >= 0:
            return [cut(one, depth - 1, inner) for one in value]
        return " ".join(said(one, inner) for one in value)
    return value


def said(value: Any, inner: str) -> str:
    """A value inside a text."""
    if isinstance(value, dict):
        return "@{" + "; ".join(f"{key}={_inside(one, inner)}" for key, one in value.items()) + "}"
    return _inside(value, inner)


def _inside(value: Any, inner: str) -> str:
    if isinstance(value, dict):
        return said(value, inner) if inner == "whole" else inner
    return "System.Object[]" if isinstance(value, list) else "" if value is None else str(value)


ITEM = st.fixed_dictionaries(
    {
        "id": NUMBERS, "type": st.fixed_dictionaries({"id": NUMBERS, "name": st.sampled_from(["Email", "Direct"])}),
        "value": st.sampled_from(["a@x.example", "b@y.example", "555"]), "defaultFlag": FLAGS,
        "communicationType": st.sampled_from(["Email", "Phone"]),
    },
)  # fmt: skip
REFERENCE = st.fixed_dictionaries({"id": NUMBERS, "name": WORDS, "_info": st.just({"href": "https://x.example"})})
INFO = st.just({"lastUpdated": "2026-11-20T10:00:00Z"})
CONTACT = st.fixed_dictionaries(
    {
        "firstName": WORDS, "company": st.none() | REFERENCE, "inactiveFlag": FLAGS, "disablePortalLoginFlag": FLAGS,
        "portalSecurityLevel": st.integers(1, 6), "communicationItems": st.lists(ITEM, max_size=3), "_info": INFO,
    },
)  # fmt: skip
COMPANY = st.fixed_dictionaries(
    {
        "identifier": WORDS, "name": WORDS, "status": st.none() | REFERENCE, "types": st.lists(REFERENCE, max_size=2),
        "country": st.none() | REFERENCE, "billToCompany": st.none() | REFERENCE, "_info": INFO,
    },
)  # fmt: skip
BILLED = st.fixed_dictionaries(
    {
        "invoiceNumber": WORDS, "company": REFERENCE, "total": NUMBERS, "date": st.just("2026-11-20T00:00:00Z"),
        "status": st.fixed_dictionaries({"id": NUMBERS, "name": WORDS, "closedFlag": FLAGS}),
        "currency": st.none() | st.fixed_dictionaries({"id": NUMBERS, "currencyCode": st.just("USD")}),
    },
)  # fmt: skip
QBO_REF = st.fixed_dictionaries({"value": NUMBERS.map(str), "name": WORDS})
QBO_INVOICE = st.fixed_dictionaries(
    {
        "DocNumber": WORDS, "CustomerRef": QBO_REF, "TxnDate": st.just("2026-11-20"), "TotalAmt": NUMBERS,
        "BillEmail": st.none() | st.just({"Address": "a@x.example"}), "Balance": NUMBERS,
        "MetaData": st.just({"CreateTime": "2026-11-10T09:00:00-05:00", "LastUpdatedTime": "11/10/2026 09:00:00"}),
    },
)  # fmt: skip
QBO_CUSTOMER = st.fixed_dictionaries(
    {
        "DisplayName": WORDS, "ParentRef": st.none() | QBO_REF, "Active": FLAGS,
        "PrimaryPhone": st.none() | st.just({"FreeFormNumber": "555"}),
        "BillAddr": st.none() | st.fixed_dictionaries({"Line1": WORDS, "City": WORDS}),
    },
)  # fmt: skip
XERO_CONTACT = st.fixed_dictionaries(
    {
        "Name": WORDS, "ContactStatus": st.sampled_from(["ACTIVE", "ARCHIVED"]),
        "Phones": st.lists(st.fixed_dictionaries({"PhoneType": st.just("OFFICE"), "PhoneNumber": WORDS}), max_size=2),
        "Addresses": st.lists(st.fixed_dictionaries({"AddressType": st.just("POBOX"), "City": WORDS}), max_size=2),
    },
)  # fmt: skip
XERO_INVOICE = st.fixed_dictionaries(
    {
        "InvoiceNumber": WORDS, "Type": st.just("ACCREC"), "Total": NUMBERS, "AmountDue": NUMBERS,
        "Contact": st.fixed_dictionaries({"ContactID": NUMBERS.map(str), "Name": WORDS, "Phones": st.just([])}),
    },
)  # fmt: skip
SYSTEMS: dict[str, tuple[str, str, Any, tuple[str, ...]]] = {
    "ConnectWise contacts": ("connectwise_contacts", "id", CONTACT, ()),
    "ConnectWise companies": ("connectwise_companies", "id", COMPANY, ()),
    "ConnectWise invoices": ("connectwise_invoices", "id", BILLED, ()),
    "QuickBooks invoices": ("accounting_invoices", "Id", QBO_INVOICE, ("QueryResponse", "Invoice")),
    "QuickBooks customers": ("accounting_customers", "Id", QBO_CUSTOMER, ("QueryResponse", "Customer")),
    "Xero contacts": ("accounting_customers", "ContactID", XERO_CONTACT, ("Contacts",)),
    "Xero invoices": ("accounting_invoices", "InvoiceID", XERO_INVOICE, ("Invoices",)),
}


@pytest.mark.parametrize("system", SYSTEMS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_cut_record_is_read_as_it_was_or_told_to_be_cut(common_shelf: Any, system: str, data: Any) -> None:
    """At any depth a row is the row of the whole file, or it has a reason that names the remedy; nothing in between."""
    relation, key, shape, above = SYSTEMS[system]
    drawn = data.draw(st.lists(shape, min_size=1, max_size=4))
    records = [{key: str(number), **record} for number, record in enumerate(drawn, 1)]
    whole: Any = records
    for name in reversed(above):
        whole = {name: whole}
    common_shelf.put("whole.json", whole)
    try:
        expected = {row[_key(relation)]: row for row in common_shelf.rows(relation, "whole.json")}
    except InputError:
        return  # e-mails of which none is the default, or nothing to read
    depth, inner = data.draw(st.integers(0, 4)), data.draw(st.sampled_from(["", "whole"]))
    written = cut(whole, depth, inner)
    common_shelf.put("cut.json", written if isinstance(written, list | dict) else [written])
    rows, refusal = _rows(common_shelf, relation)
    if refusal:
        assert AGAIN in refusal, written
        return
    assert len(rows) == len(records), written
    for row in rows:
        if "read_problem" in row:
            assert AGAIN in row["read_problem"]
        else:
            assert row == expected[row[_key(relation)]]


def _rows(shelf: Any, relation: str) -> tuple[list[dict[str, Any]], str]:
    try:
        return shelf.rows(relation, "cut.json"), ""
    except InputError as refused:
        return [], str(refused)


def _key(relation: str) -> str:
    return {
        "connectwise_contacts": "contact_id_cw", "connectwise_companies": "company_id_cw",
        "connectwise_invoices": "invoice_id_cw", "accounting_invoices": "invoice_id_acct",
        "accounting_customers": "customer_id_acct",
    }[relation]  # fmt: skip


ITEMS = [
    {"id": 5, "value": "old@x.example", "defaultFlag": False, "communicationType": "Email"},
    {"id": 6, "value": "ann@x.example", "defaultFlag": True, "communicationType": "Email"},
]
ANN = {"id": 1, "firstName": "Ann", "company": {"id": 7, "name": "Acme"}, "communicationItems": ITEMS}


@pytest.mark.parametrize(
    "items",
    [
        {"value": ITEMS, "Count": 2},
        {"Count": 2, "value": [said(one, "") for one in ITEMS]},
        {"value": " ".join(said(one, "") for one in ITEMS), "Count": 2},
        " ".join(said(one, "") for one in ITEMS),
        [said(one, "") for one in ITEMS],
        [{**one, "defaultFlag": str(one["defaultFlag"])} for one in ITEMS],
    ],
)
def test_what_leaves_no_doubt_is_read(shelf: Any, items: Any) -> None:
    """Lists of PowerShell 5, and texts that can be read in one way only, give the same row."""
    shelf.put("contacts.json", {"value": [{**ANN, "communicationItems": items}], "Count": 1})
    (row,) = shelf.rows("connectwise_contacts", "contacts.json")
    assert (row["default_email"], row["other_emails"]) == ("ann@x.example", ["old@x.example"])


@pytest.mark.parametrize("company", [[{"id": 7}], {"value": [{"id": 7}], "Count": 1}, "@{id=7; name=Acme; _info=}"])
def test_one_object_is_one_whether_in_a_list_or_not(shelf: Any, company: Any) -> None:
    """PowerShell makes one of a list with one element, and a list of one."""
    shelf.put("contacts.json", {**ANN, "company": company, "communicationItems": ITEMS[1]})
    (row,) = shelf.rows("connectwise_contacts", "contacts.json")
    assert (row["company_id_cw"], row["default_email"]) == ("7", "ann@x.example")


@pytest.mark.parametrize(
    "lost",
    [
        {"communicationItems": "System.Object[]"},
        {"communicationItems": ""},
        {"communicationItems": ["System.Collections.Hashtable"]},
        {"communicationItems": {"value": ITEMS, "Count": 3}},
        {"communicationItems": "@{id=5; value=a@x.example; value=b@x.example}"},
        {"company": "@{id=; name=Acme} @{id=7}"},
        {"company": [{"id": 7}, {"id": 8}]},
        {"company": "Acme"},
    ],
)
def test_what_is_lost_is_told_with_the_remedy(shelf: Any, lost: dict[str, Any]) -> None:
    """A row among others is set aside; where most rows are lost, so is the file. No contact is without e-mail by it."""
    whole = [{**ANN, "id": number} for number in range(3)]
    shelf.put("contacts.json", [*whole, {**ANN, **lost, "id": 9}])
    *others, row = shelf.rows("connectwise_contacts", "contacts.json")
    assert not any("read_problem" in other for other in others)
    assert AGAIN in row["read_problem"]
    shelf.put("contacts.json", [{**ANN, **lost, "id": number} for number in range(3)])
    (problem,) = shelf.problems("connectwise_contacts", "contacts.json")
    assert AGAIN in problem.remedy


@pytest.mark.parametrize(
    "answer",
    [
        {"QueryResponse": "@{Invoice=System.Object[]; startPosition=1; maxResults=2}"},
        {"QueryResponse": {"Invoice": "System.Object[]"}},
        {"value": "@{Id=1; TotalAmt=5} @{Id=2; TotalAmt=6}", "Count": 2},
        {"Invoices": ["@{InvoiceID=1; Contact=}", "@{InvoiceID=2; Contact=}"]},
    ],
)
def test_an_answer_that_is_cut_at_its_records_is_not_an_empty_one(shelf: Any, answer: Any) -> None:
    """No records would be read as no invoices."""
    shelf.put("invoices.json", answer)
    (problem,) = shelf.problems("accounting_invoices", "invoices.json")
    assert AGAIN in problem.remedy


def test_a_list_in_a_cell_is_lost_as_well(shelf: Any) -> None:
    """Export-Csv writes a list as System.Object[]."""
    rows = "".join(f"{number},Ann,7,ann{number}@x.example\n" for number in range(3))
    shelf.put("c.csv", f"id,firstName,company/id,email\n{rows}9,Bob,7,System.Object[]\n")
    assert AGAIN in shelf.rows("connectwise_contacts", "c.csv")[-1]["read_problem"]
    shelf.put("c.csv", "id,firstName,company/id,communicationItems\n1,Ann,7,System.Object[]\n")
    (problem,) = shelf.problems("connectwise_contacts", "c.csv")
    assert AGAIN in problem.remedy


@pytest.mark.parametrize("name", ["Systems Object Ltd", "@home", "Acme {x}", "System 7"])
def test_names_that_only_look_like_it_are_names(shelf: Any, name: str) -> None:
    """A company may be called so."""
    shelf.put("c.csv", f"id,name,identifier\n1,{name},A\n")
    assert shelf.rows("connectwise_companies", "c.csv")[0]["company_name"] == name
