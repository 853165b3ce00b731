"""ConnectWise companies, contacts, statuses and invoices, as answers and as lists."""

from __future__ import annotations

import json
from typing import Any

import pytest

COMPANY = {
    "id": 250,
    "identifier": "Northwind",
    "name": "Northwind Dental",
    "status": {"id": 1, "name": "Active", "inactiveFlag": False},
    "types": [{"id": 1, "name": "Client"}, {"id": 2, "name": "Prospect"}],
    "accountNumber": "007",
    "country": {"id": 1, "name": "United States"},
    "billToCompany": {"id": 251, "identifier": "Head", "name": "Head Office"},
    "parentCompany": None,
    "billingContact": {"id": 9, "name": "Ann"},
    "invoiceToEmailAddress": " ap@northwind.example ",
    "deletedFlag": False,
    "_info": {"lastUpdated": "2015-12-24T22: 08: 22Z"},
}
CONTACT = {
    "id": 9,
    "firstName": "Ann",
    "lastName": "Lee",
    "company": {"id": 250, "name": "Northwind Dental"},
    "inactiveFlag": False,
    "portalSecurityLevel": 6,
    "portalPassword": "hunter2",
    "disablePortalLoginFlag": True,
    "communicationItems": [
        {"value": "555", "defaultFlag": True, "communicationType": "Phone", "type": {"name": "Direct"}},
        {"value": "old@x.example", "defaultFlag": False, "communicationType": "Email", "type": {"name": "Email"}},
        {"value": "ann@x.example", "defaultFlag": True, "communicationType": "Email", "type": {"name": "Work"}},
    ],
}


def test_references_become_ids_and_names(shelf: Any) -> None:
    """References are read as ids, country and types as captions; stray spaces inside a time are closed."""
    shelf.put("companies.json", [COMPANY])
    (row,) = shelf.rows("connectwise_companies", "companies.json")
    assert row == {
        "company_id_cw": "250",
        "company_identifier": "Northwind",
        "company_name": "Northwind Dental",
        "status_id_cw": "1",
        "status_name": "Active",
        "is_status_inactive": "false",
        "type_names": ["Client", "Prospect"],
        "account_number": "007",
        "bill_to_company_id_cw": "251",
        "billing_contact_id_cw": "9",
        "invoice_email": "ap@northwind.example",
        "country": "United States",
        "is_deleted": "false",
        "modified_at": "2015-12-24T22:08:22Z",
    }


def test_older_answers_have_one_type(shelf: Any) -> None:
    """Older payloads say `type` instead of `types`."""
    shelf.put("c.json", [{"id": 1, "name": "A", "type": "Client"}, {"id": 2, "name": "B", "type": {"name": "Vendor"}}])
    assert [row["type_names"] for row in shelf.rows("connectwise_companies", "c.json")] == [["Client"], ["Vendor"]]


def test_the_login_is_the_default_email(shelf: Any) -> None:
    """A phone may be a default, too, and a contact has other e-mails; only the default e-mail is the login."""
    shelf.put("contacts.json", [CONTACT])
    (row,) = shelf.rows("connectwise_contacts", "contacts.json")
    assert row["default_email"] == "ann@x.example"
    assert row["other_emails"] == ["old@x.example"]
    assert (row["portal_security_level"], row["is_login_disabled"]) == ("6", "true")


def test_a_contact_without_a_default_email_has_no_login(shelf: Any) -> None:
    """An e-mail that is not marked as default is no login, however lonely."""
    item = {"value": "ann@x.example", "defaultFlag": False, "type": {"name": "Email"}}
    shelf.put("contacts.json", [{**CONTACT, "communicationItems": [item]}])
    (row,) = shelf.rows("connectwise_contacts", "contacts.json")
    assert "default_email" not in row
    assert row["other_emails"] == ["ann@x.example"]


def test_contacts_without_communication_items_are_refused(shelf: Any) -> None:
    """An answer that left the e-mails out would make every login look missing."""
    shelf.put("contacts.json", [{key: value for key, value in CONTACT.items() if key != "communicationItems"}])
    (problem,) = shelf.problems("connectwise_contacts", "contacts.json")
    assert "communicationItems" in problem.found


def test_the_only_email_is_the_login_where_nothing_is_said_of_defaults(shelf: Any) -> None:
    """A flag that is not given is not false: one e-mail leaves no choice, of two nobody knows which it is."""
    ann, bob = ({"value": f"{name}@x.example", "communicationType": "Email"} for name in ("ann", "bob"))
    contacts = [{**CONTACT, "communicationItems": items} for items in ([ann], [ann, bob])]
    shelf.put("contacts.json", contacts)
    first, second = shelf.rows("connectwise_contacts", "contacts.json")
    assert first["default_email"] == "ann@x.example"
    assert "defaultFlag" in second["read_problem"]
    shelf.put(
        "c.csv",
        "id,firstName,company/id,communicationItems/0/value,communicationItems/1/value\n"
        "1,Ann,7,555,ann@x.example\n2,Bob,7,bob@x.example,b@x.example\n",
    )
    first, second = shelf.rows("connectwise_contacts", "c.csv")
    assert first["default_email"] == "ann@x.example"
    assert "defaultFlag" in second["read_problem"]


def test_a_reference_that_came_as_text_is_no_missing_reference(shelf: Any) -> None:
    """A contact whose company is a name belongs to one; a status that is a name is known by it."""
    shelf.put("contacts.json", [CONTACT, {**CONTACT, "company": "Northwind Dental"}])
    first, second = shelf.rows("connectwise_contacts", "contacts.json")
    assert "read_problem" not in first
    assert "company is the text 'Northwind Dental'" in second["read_problem"]
    shelf.put("companies.json", [{**COMPANY, "status": "Active"}])
    (row,) = shelf.rows("connectwise_companies", "companies.json")
    assert row["status_name"] == "Active"
    assert {"status_id_cw", "is_status_inactive", "read_problem"}.isdisjoint(row)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([CONTACT], indent=2),
        json.dumps(CONTACT) + "\n",
        json.dumps({"value": [CONTACT]}),
        json.dumps([{**CONTACT, "nickName": "Ann"}]),
    ],
)
def test_secrets_never_get_into_a_frame(shelf: Any, text: str) -> None:
    """The secret is not allow-listed, so it is in no frame and in no warning, whatever the file looks like."""
    shelf.put("contacts.json", text)
    assert "hunter2" not in str(shelf.read("connectwise_contacts", "contacts.json").frame.to_dicts())


def test_secrets_in_a_table_never_get_into_a_frame(shelf: Any) -> None:
    """The same holds for flattened lists."""
    shelf.put("c.csv", "id,firstName,company/id,email,portalPassword\n9,Ann,250,ann@x.example,hunter2\n")
    extract = shelf.read("connectwise_contacts", "c.csv")
    assert "hunter2" not in str(extract) + str(extract.frame.to_dicts())


def test_every_record_has_the_line_it_begins_on(shelf: Any) -> None:
    """A person finds a bad record by its line, in an array and in NDJSON."""
    shelf.put("a.json", '[\n {"id": 1,\n  "name": "A"},\n {"id": 2, "name": "B"}\n]')
    shelf.put("b.ndjson", '{"id": 1, "name": "A"}\n\n{"id": 2, "name": "B"}\n')
    assert shelf.read("connectwise_companies", "a.json").frame["source_line"].to_list() == [2, 4]
    assert shelf.read("connectwise_companies", "b.ndjson").frame["source_line"].to_list() == [1, 3]


def test_a_record_with_a_list_of_values_is_no_answer(shelf: Any) -> None:
    """What has an id of its own is a record, whatever lists it holds."""
    shelf.put(
        "c.ndjson",
        '{"id": 1, "name": "A", "value": [{"id": 7, "name": "B"}]}\n{"name": "C", "id": 2, "Contacts": []}\n',
    )
    assert [row["company_id_cw"] for row in shelf.rows("connectwise_companies", "c.ndjson")] == ["1", "2"]


def test_what_is_no_object_is_a_row_with_a_reason(shelf: Any) -> None:
    """A broken element is not dropped: it goes on, to be quarantined."""
    shelf.put("c.json", '[{"id": 1, "name": "A"}, 7, {"id": 2, "name": ["B"]}]')
    rows = shelf.rows("connectwise_companies", "c.json")
    assert [row.get("read_problem") for row in rows] == [
        None,
        "the element is a text or a number, not an object",
        "company_name is a list, not a value",
    ]


def test_a_broken_line_of_ndjson_is_one_row(shelf: Any) -> None:
    """The lines around a broken one are good."""
    shelf.put("c.ndjson", '{"id": 1, "name": "A"}\n{"id": 2, "name": \n{"id": 3, "name": "C"}\n')
    rows = shelf.rows("connectwise_companies", "c.ndjson")
    assert [row.get("company_id_cw") for row in rows] == ["1", None, "3"]
    assert rows[1]["read_problem"] == "the line is not a JSON object"


def test_numbers_stay_the_text_they_are(shelf: Any) -> None:
    """Money never passes through a float."""
    text = '[{"id": 1, "invoiceNumber": "00123", "total": 0.10000000000000000555, "balance": 1e2, "type": "Standard"}]'
    shelf.put("i.json", text)
    (row,) = shelf.rows("connectwise_invoices", "i.json")
    assert (row["total_amount"], row["balance_amount"], row["invoice_number"]) == (
        "0.10000000000000000555",
        "1e2",
        "00123",
    )


def test_an_inlined_billing_status_says_whether_it_is_closed(shelf: Any) -> None:
    """ClosedFlag decides whether an invoice can be exported; a date written with midnight is a date."""
    status = {"id": 3, "name": "Sent", "closedFlag": True}
    invoice = {"id": 1, "invoiceNumber": "7", "total": 5, "date": "2026-01-31T00:00:00Z", "status": status}
    shelf.put("i.json", [invoice])
    (row,) = shelf.rows("connectwise_invoices", "i.json")
    assert (row["is_closed"], row["billing_status_name"], row["invoice_date"]) == ("true", "Sent", "2026-01-31")


@pytest.mark.parametrize("separator", ["/", ".", "_"])
def test_flattened_answers_are_read_whatever_separates_their_keys(shelf: Any, separator: str) -> None:
    """`company/id`, `company.id` and `company_id` are the same column."""
    header = [
        "id",
        "identifier",
        "name",
        "status/id",
        "status/name",
        "types/0/name",
        "types/1/name",
        "billToCompany/id",
    ]
    captions = ",".join(caption.replace("/", separator) for caption in header)
    shelf.put("c.csv", f"{captions}\n250,Northwind,Northwind Dental,1,Active,Client,,251\n")
    (row,) = shelf.rows("connectwise_companies", "c.csv")
    assert row == {
        "company_id_cw": "250",
        "company_identifier": "Northwind",
        "company_name": "Northwind Dental",
        "status_id_cw": "1",
        "status_name": "Active",
        "type_names": ["Client"],
        "bill_to_company_id_cw": "251",
    }


def test_flattened_communication_items_give_the_login(shelf: Any) -> None:
    """Items flattened column by column are judged item by item."""
    part = "communicationItems/{}/value,communicationItems/{}/defaultFlag,communicationItems/{}/communicationType"
    header = "id,firstName,company/id," + ",".join(part.replace("{}", str(number)) for number in range(3))
    rows = "9,Ann,250,555,True,Phone,old@x.example,False,Email,ann@x.example,True,Email"
    shelf.put("c.csv", f"{header}\n{rows}\n10,Bob,250,,,,,,,,,\n")
    ann, bob = shelf.rows("connectwise_contacts", "c.csv")
    assert (ann["default_email"], ann["other_emails"]) == ("ann@x.example", ["old@x.example"])
    assert "default_email" not in bob


def test_communication_items_kept_as_json_give_the_login(shelf: Any) -> None:
    """Items kept as JSON in one cell are judged like the answer's; a cell that is none is not a contact without any."""
    cell = json.dumps(CONTACT["communicationItems"]).replace('"', '""')
    shelf.put("c.csv", f'id,firstName,company/id,communicationItems\n9,Ann,250,"{cell}"\n10,Bob,250,broken\n')
    ann, bob = shelf.rows("connectwise_contacts", "c.csv")
    assert (ann["default_email"], ann["other_emails"]) == ("ann@x.example", ["old@x.example"])
    assert "communicationItems" in bob["read_problem"]


def test_the_company_id_that_people_see_is_the_identifier(shelf: Any) -> None:
    """In a view `Company ID` is the identifier; the record's number is its RecID."""
    shelf.put(
        "c.csv",
        "Company RecID,Company ID,Company Name,Status,Type\n250,Northwind,Northwind Dental,Active,Client; Owner\n",
    )
    (row,) = shelf.rows("connectwise_companies", "c.csv")
    assert (row["company_id_cw"], row["company_identifier"]) == ("250", "Northwind")
    assert row["type_names"] == ["Client", "Owner"]


def test_contacts_that_name_no_company_are_refused(shelf: Any) -> None:
    """A contact that cannot be joined to its company would make every company look deserted."""
    shelf.put("c.csv", "RecID,First Name,Last Name,Email\n9,Ann,Lee,ann@x.example\n")
    (problem,) = shelf.problems("connectwise_contacts", "c.csv", shape="connectwise_csv")
    assert "company_id_cw" in problem.expected
    assert "First Name" in problem.found


def test_invoices_of_a_view_are_known_by_their_number(shelf: Any) -> None:
    """The invoice tab has captions of its own and no record number."""
    header = (
        "Invoice,Invoice Total,Date,Due Date,Status,Invoice Type,Open/Closed,Invoice Balance,Company Name,Company ID"
    )
    shelf.put("i.csv", f'{header}\n"00071","1,500.00",1/31/2026,2/28/2026,Sent,Standard,Closed,0.00,Northwind,NW\n')
    (row,) = shelf.rows("connectwise_invoices", "i.csv")
    assert (row["invoice_id_cw"], row["invoice_number"], row["is_closed"]) == ("00071", "00071", "true")
    assert row["total_amount"] == "1,500.00"
    assert "company_id_cw" not in row


def test_statuses(shelf: Any) -> None:
    """A status reference has no inactive flag; the statuses do."""
    shelf.put("s.json", [{"id": 1, "name": "Active", "inactiveFlag": False, "defaultFlag": True}])
    assert shelf.rows("connectwise_statuses", "s.json") == [
        {"status_id_cw": "1", "status_name": "Active", "is_inactive": "false"}
    ]


def test_a_last_page_without_records_is_no_error(shelf: Any) -> None:
    """Paging ends with an empty page."""
    shelf.put("page_9.json", "[]")
    extract = shelf.read("connectwise_companies", "page_9.json")
    assert extract.frame.height == 0
    assert extract.warnings == ["the file holds no records"]
