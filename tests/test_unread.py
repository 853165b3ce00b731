"""Unknown is not absent, malformed is not absent: runs on a small provider whose files say too little."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from etl.config import load
from etl.errors import InputError
from etl.pipeline.run import RunOutcome
from etl.pipeline.setup import check_sources
from etl.report.why import explain, to_text
from etl.schemas import RELATIONS
from etl.validate import Formats, validate
from etl.warehouse.engine import Engine
from tests.support import provider_runs

AS_OF = datetime(2026, 11, 29, 6, tzinfo=UTC)
CLIENTS = {
    101: "Amberlyn Optics Inc",
    102: "Corvane Bakeries LLC",
    103: "Dunmarrow Freight Corp",
    104: "Elswick Press LLP",
}
LEDGER = "Internal ID,Invoice Number,Type,Status,Customer ID,Customer Name,Date,Total,Balance,Currency,Created,Modified"
SETTINGS = """
[portal]
minimum_security_level = 5
sync_from_date = 2026-11-28
first_sync_from_date = 2024-01-01
"""


def site(folder: Path, types: list[str], shown: list[int]) -> Path:
    """Four clients with an invoice each, or several in turn, of which some are in the portal; every sync has run.

    The first invoice of client 101 is number 4101, its second 5101; `shown` names clients, for their first, or numbers.
    """
    companies = [
        {"id": at, "identifier": f"C{at}", "name": name, "status": {"id": 1, "name": "Active"}, "deletedFlag": False}
        for at, name in CLIENTS.items()
    ]
    contacts = [_contact(at) for at in CLIENTS]
    rows = [
        f"9{number},{number},{word},Open,{at},{CLIENTS[at]},2026-11-10,100,100,USD,"
        "2026-11-10T14:00:00Z,2026-11-10T14:00:00Z"
        for number, at, word in zip(_numbers(len(types)), cycle(CLIENTS), types, strict=False)
    ]
    numbers = [one if one > 1000 else 4000 + one for one in shown]
    portal = [f"P{one},9{one},{one},{one % 1000},{one % 1000},100,100,USD" for one in numbers]
    days = [f"2026-11-{day:02}T05:00:00Z,2026-11-{day - 1:02},2026-11-{day:02}T05:05:00Z,ok" for day in range(2, 29)]
    files: dict[str, Any] = {
        "connectwise_companies.json": companies,
        "connectwise_contacts.json": contacts,
        "connectwise_statuses.json": [{"id": 1, "name": "Active", "inactiveFlag": False}],
        "accounting_customers.csv": [
            "Customer ID,Customer Name,Active",
            *(f"{at},{CLIENTS[at]},yes" for at in CLIENTS),
        ],
        "accounting_invoices.csv": [LEDGER, *rows],
        "portal_invoices.csv": [
            "portal_id,invoice_id,invoice_number,customer_id,company_id,total,balance,currency",
            *portal,
        ],
        "portal_mappings.csv": ["customer_id,company_id", *(f"{at},{at}" for at in CLIENTS)],
        "sync_runs.csv": ["started_at,from_date,finished_at,status", *days],
    }
    for name, content in files.items():
        is_json = name.endswith(".json")
        (folder / name).write_text(json.dumps(content) if is_json else "\n".join([*content, ""]), encoding="utf-8")
    sources = "".join(f'\n[sources.{name.partition(".")[0]}]\npath = "{name}"\n' for name in files)
    (folder / "billsight.toml").write_text(SETTINGS + sources, encoding="utf-8")
    return folder


def _numbers(invoices: int) -> list[int]:
    """The numbers of so many invoices, in the order of their rows."""
    return [at + 1000 * (4 + place // len(CLIENTS)) for place, at in enumerate(islice(cycle(CLIENTS), invoices))]


def _contact(company: int) -> dict[str, Any]:
    email = {"value": f"ap{company}@x.example", "defaultFlag": True, "communicationType": "Email"}
    return {
        "id": company + 400, "firstName": "Kit", "company": {"id": company, "name": "x"}, "inactiveFlag": False,
        "portalSecurityLevel": 6, "disablePortalLoginFlag": False, "communicationItems": [email],
    }  # fmt: skip


def states(outcome: RunOutcome) -> dict[str, tuple[str, str | None]]:
    """Number -> state and primary cause."""
    found = provider_runs.answers(outcome).select("invoice_number", "state", "primary_cause")
    return {number: (state, cause or None) for number, state, cause in found.iter_rows()}


WORDS = ("Flurb", "Zahlschein 7", "请款单", "Miscelaneous", "X")


def test_a_word_that_nobody_knows_concludes_nothing(tmp_path: Path) -> None:
    """What shows is visible; what does not is unknown, never rightly absent and never blocked; the word is reported.

    Each word is that of two rows, as many rows have words that are known; of each two the first is shown.
    """
    types = [word for word in WORDS for _ in range(2)] + ["Invoice", "Agreement"] * len(WORDS)
    numbers = _numbers(len(types))
    outcome = provider_runs.run(site(tmp_path, types, numbers[::2]), as_of=AS_OF)
    found, told = states(outcome), check_sources(load(tmp_path / "billsight.toml", {}))
    for number, word in zip(numbers[::2], types[::2], strict=True):
        assert found[str(number)][0] == "visible", word
    for number, word in zip(numbers[1::2], types[1::2], strict=True):
        if word in WORDS:
            assert found[str(number)] == ("unknown", None), word
            remarks = [remark for remark in outcome.remarks if f"'{word}'" in remark]
            assert any("2 rows" in remark for remark in remarks), (word, outcome.remarks)
            assert f"'{word}'" in told
        else:
            assert found[str(number)][0] == "blocked", word


def test_words_that_are_known_are_not_told(tmp_path: Path) -> None:
    """A quiet run says nothing of words."""
    outcome = provider_runs.run(
        site(tmp_path, ["Invoice", "Facture", "INV", "Tax Invoice"], list(CLIENTS)), as_of=AS_OF
    )
    assert {state for state, _ in states(outcome).values()} == {"visible"}
    assert not outcome.remarks


def test_a_level_that_the_export_does_not_have_blocks_nobody_and_is_said_once(tmp_path: Path) -> None:
    """No contact has a level: access is unknown, with a remark; where one contact has none, that is a defect."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    contacts = [_contact(at) for at in CLIENTS]
    for contact in contacts:
        del contact["portalSecurityLevel"]
    (folder / "connectwise_contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    outcome = provider_runs.run(folder, as_of=AS_OF)
    assert set(states(outcome).values()) == {("unknown", None)}
    told = [remark for remark in outcome.summary["run"]["remarks"] if "portalSecurityLevel" in remark]
    assert len(told) == 1
    contacts[1:] = [_contact(at) for at in list(CLIENTS)[1:]]
    (folder / "connectwise_contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    outcome = provider_runs.run(folder, "second", as_of=AS_OF)
    assert states(outcome)["4101"] == ("blocked", "LEVEL_MISSING")
    assert not any("portalSecurityLevel" in remark for remark in outcome.summary["run"]["remarks"])


def test_without_a_sync_log_nothing_is_said_of_a_sync(tmp_path: Path) -> None:
    """That no sync ever succeeded, or that the log explains nothing, would be invented."""
    folder = provider_runs.without(site(tmp_path, ["Invoice"] * 4, [101, 102, 103]), "sync_runs")
    outcome = provider_runs.run(folder, as_of=AS_OF)
    told = to_text(explain(outcome.folder / "run.duckdb", "4104", None))
    assert "no sync log was given" in told
    assert "sync never" not in told
    gaps = provider_runs.table(outcome, "marts.sync_gaps")["explanation"].to_list()
    assert not any("sync log explains" in gap for gap in gaps)


@pytest.mark.parametrize(
    "lost",
    [{"communicationItems": "System.Object[]"}, {"company": "Amberlyn Optics Inc"}, {"inactiveFlag": "perhaps"}],
)
def test_a_contact_that_could_not_be_read_is_not_missing(tmp_path: Path, lost: dict[str, Any]) -> None:
    """Its company has a contact, of whom nobody knows whether he sees anything; the others are as they were."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    contacts = [_contact(at) | (lost if at == 101 else {}) for at in CLIENTS]
    (folder / "connectwise_contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    found = states(provider_runs.run(folder, as_of=AS_OF))
    assert found["4101"] == ("unknown", None)
    assert {found[number][0] for number in ("4102", "4103", "4104")} == {"visible"}


def test_a_company_or_a_customer_that_could_not_be_read_is_not_missing(tmp_path: Path) -> None:
    """Nothing is said of a company that is only unreadable, and a customer is not said to lack in the extract."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    companies = json.loads((folder / "connectwise_companies.json").read_text(encoding="utf-8"))
    companies[0]["types"] = "System.Object[]"
    (folder / "connectwise_companies.json").write_text(json.dumps(companies), encoding="utf-8")
    customers = (folder / "accounting_customers.csv").read_text(encoding="utf-8")
    customers = customers.replace(f"{CLIENTS[102]},yes", f"{CLIENTS[102]},perhaps")
    (folder / "accounting_customers.csv").write_text(customers, encoding="utf-8")
    outcome = provider_runs.run(folder, as_of=AS_OF)
    assert states(outcome)["4101"] == ("unknown", None)
    assert "CUSTOMER_NOT_IN_EXTRACT" not in " ".join(provider_runs.answers(outcome)["causes"])


def test_a_company_whose_id_could_not_be_read_may_be_the_one_that_is_missing(tmp_path: Path) -> None:
    """A customer is mapped to a company of which only a record without an id is there: nobody says that it is gone."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    companies = json.loads((folder / "connectwise_companies.json").read_text(encoding="utf-8"))
    rows = [json.dumps(company) for company in companies[1:]]
    path = folder / "connectwise_companies.json"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert states(provider_runs.run(folder, as_of=AS_OF))["4101"] == ("blocked", "TARGET_MISSING")
    path.write_text("\n".join([rows[0], '{"id": 101, "name": ', *rows[1:]]), encoding="utf-8")
    assert states(provider_runs.run(folder, "second", as_of=AS_OF))["4101"] == ("unknown", None)


COMPANY_ROWS = RELATIONS["connectwise_companies"]
FORMATS = Formats("mdy", ZoneInfo("UTC"), decimal_comma=False, currency_code=None)


@pytest.mark.parametrize(
    ("values", "is_unread"),
    [
        ({"company_id_cw": "1.01E+05"}, True),
        ({"company_id_cw": "10\x001"}, True),
        ({"company_id_cw": None}, True),
        ({"read_problem": "company_id_cw is the text 'System.Object[]': export it again"}, True),
        ({"read_problem": "the row has 9 fields, the header 8"}, True),
        ({"read_problem": "the last line of the file is cut off"}, True),
        # rules about other columns, whatever they quote
        ({"bill_to_company_id_cw": "1.01E+05"}, False),
        ({"parent_company_id_cw": "1.01E+05"}, False),
        ({"is_deleted": "perhaps; company_id_cw: '7' is it"}, False),
        ({"is_deleted": "no; id: 7"}, False),
        ({"read_problem": "id is the text '@{name=Active}', which can be read in several ways"}, False),
        ({"read_problem": "types is the text 'x; company_id_cw is '"}, False),
    ],
    ids=str,
)
def test_only_a_rule_about_the_id_itself_leaves_it_open(values: dict[str, Any], is_unread: Any) -> None:
    """The sentences that validation really writes; a status, a parent or a quoted text is not the company's id."""
    row = {"company_id_cw": "101", "company_name": "Amberlyn Optics Inc", "source_file": "c", "source_line": 1}
    columns = dict.fromkeys(COMPANY_ROWS.names) | row | values
    schema = {name: pl.List(pl.String) if name == "type_names" else None for name in columns}
    rejected = validate(pl.DataFrame([columns], schema=schema, orient="row"), COMPANY_ROWS, FORMATS).rejected
    engine = Engine(Path(":memory:"), threads=1, memory_gb=0.5)
    engine.write("quarantine.rows", rejected.with_columns(relation=pl.lit("connectwise_companies")))
    found = engine.rows("select is_id_unread(broken_rules, 'company_id_cw') from quarantine.rows")
    engine.close()
    assert found == [(is_unread,)]


def test_an_unreadable_status_of_another_company_hides_no_missing_company(tmp_path: Path) -> None:
    """Its own id is there: it cannot be the company that is gone."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    path = folder / "connectwise_companies.json"
    companies = json.loads(path.read_text(encoding="utf-8"))[1:]
    companies[0]["status"] = {"id": "@{name=Active}", "name": "Active"}
    path.write_text(json.dumps(companies), encoding="utf-8")
    assert states(provider_runs.run(folder, as_of=AS_OF))["4101"] == ("blocked", "TARGET_MISSING")


def test_contacts_that_are_all_cut_stop_the_night(tmp_path: Path) -> None:
    """With the remedy; nobody is sent to add e-mails that are there."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    contacts = [_contact(at) | {"communicationItems": "System.Object[]"} for at in CLIENTS]
    (folder / "connectwise_contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    with pytest.raises(InputError, match="ConvertTo-Json -Depth 10"):
        provider_runs.run(folder, as_of=AS_OF)


def test_a_flag_that_is_not_given_is_unknown(tmp_path: Path) -> None:
    """Nobody is visible who may be inactive or may not log in, and nobody is blocked by it."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    flags = ("inactiveFlag", "disablePortalLoginFlag")
    contacts = [{key: value for key, value in _contact(at).items() if key not in flags} for at in CLIENTS]
    (folder / "connectwise_contacts.json").write_text(json.dumps(contacts), encoding="utf-8")
    assert {state for state, _ in states(provider_runs.run(folder, as_of=AS_OF)).values()} == {"unknown"}


def test_check_lists_what_becomes_of_the_captions(tmp_path: Path) -> None:
    """What is read as what, what is ignored, what nobody gave."""
    folder = site(tmp_path, ["Invoice"] * 4, list(CLIENTS))
    ledger = folder / "accounting_invoices.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("Status,", "Mood,"), encoding="utf-8")
    told = check_sources(load(folder / "billsight.toml", {}))
    assert "read: Internal ID = invoice_id_acct, Invoice Number, Customer ID = customer_id_acct" in told
    assert "Type = document_type" in told
    assert "  ignored: Mood" in told
    assert "bill_email" in told.partition("not given: ")[2]
