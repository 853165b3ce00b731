"""The answer for one invoice: every gate with what decided it, and the fix in the words of both interfaces."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.causes import BY_CODE, CAUSES, SHOWN_WRONG, bits
from etl.demo import DemoPlan
from etl.domain import Cause
from etl.errors import NotFoundError
from etl.report.why import Answer, explain, to_json, to_text
from etl.report.why.queries import number_key
from etl.report.why.values import values
from etl.schemas import RELATIONS, SQL_TYPE
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, read_models
from tests.support import one_client, provider_runs
from tests.support.visible_texts import UNSPOKEN


@pytest.fixture(scope="module")
def night(decided_on: Path) -> Path:
    """The published run of the fixtures."""
    return decided_on / "out" / "runs" / "night-1"


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose sync has stalled."""
    return provider_runs.run(
        provider_runs.invented(tmp_path_factory.mktemp("stalled"), DemoPlan(120, 900, 6, stalled=True))
    ).folder


@cache
def _told(folder: Path, invoice: str) -> list[Answer]:
    """The answers for an invoice, looked up once; not to be changed."""
    return explain(folder / "run.duckdb", invoice)


def _first(folder: Path, **wanted: str) -> str:
    answers = pl.read_parquet(folder / "invoices.parquet").filter(**wanted)
    # what the portal shows wrongly has a fix of its own
    answers = answers.filter(~pl.col("causes").str.contains("PORTAL_SHOWS_SETTLED"))
    return str(answers["invoice_id_acct"][0])


def _of_cause(cause: str, night: Path, stalled: Path) -> Answer:
    folder = stalled if cause == "SYNC_STALLED" else night
    (answer,) = _told(folder, _first(folder, primary_cause=cause))
    return answer


BY_SETTING = {
    "HIDDEN_ZERO",
    "HIDDEN_BY_TERMS",
    "HELD_UNTIL_DATE",
    "PORTAL_LIST_OLDER",
    "NO_PORTAL_PROFILE",
    "OTHER_BOOK",
}
"""Causes that the demonstration's settings do not give."""
PRIMARY = [cause for cause in CAUSES if cause.kind != "remark" and cause.code not in {*SHOWN_WRONG, *BY_SETTING}]


@pytest.mark.parametrize("cause", PRIMARY, ids=lambda cause: cause.code)
def test_every_cause_is_told_with_its_values_and_its_fix(cause: object, night: Path, stalled: Path) -> None:
    """The failed gate, what decided it, and what to do in both interfaces' words, for one invoice of every cause."""
    known = BY_CODE[getattr(cause, "code", "")]
    answer = _of_cause(known.code, night, stalled)
    text = to_text([answer])
    (check,) = [check for check in answer.checks if check.cause == known.code]
    assert check.result == "failed"
    assert len(check.values) > 2
    line = rf"^  failed +{check.subject} +{re.escape(known.title)}: {re.escape(check.values)}$"
    assert re.search(line, text, re.MULTILINE)
    assert f"legacy interface:  {known.fix_legacy}" in text
    assert f"current interface: {known.fix_current}" in text
    assert answer.invoice["state"].upper() in text.splitlines()[3]
    assert f"[{known.code}]" in text.splitlines()[3]


def test_only_what_was_looked_at_is_called_passed(night: Path) -> None:
    """A gate behind one that makes it meaningless was not passed: it was not reached."""
    (unmapped,) = explain(night / "run.duckdb", _first(night, primary_cause="UNMAPPED_NO_CANDIDATE"))
    behind = {check.result for check in unmapped.checks if check.stage in {"transport", "access"}}
    assert behind == {"not reached"}
    assert {check.result for check in unmapped.checks if check.subject == "company"} == {"not reached"}
    (missed,) = explain(night / "run.duckdb", _first(night, primary_cause="MISSED_IN_WINDOW"))
    assert [check.result for check in missed.checks if check.subject == "sync"].count("not reached") == 8


def test_a_fix_that_is_enough_says_what_it_frees_and_one_that_is_not_says_what_comes_next(night: Path) -> None:
    """An analyst must not promise money that a second cause still holds back."""
    answers = pl.read_parquet(night / "invoices.parquet").filter(state="blocked")
    alone = answers.filter(pl.col("freed_amount") > 0).to_dicts()[0]
    (enough,) = explain(night / "run.duckdb", alone["invoice_id_acct"])
    assert f"frees {alone['currency_code']} {alone['freed_amount']:,.2f}" in to_text([enough])
    both = answers.filter(pl.col("causes").str.contains("TARGET_INACTIVE.*LEVEL_TOO_LOW"))["invoice_id_acct"][0]
    (twice,) = explain(night / "run.duckdb", both)
    text = to_text([twice])
    assert "not enough alone" in text
    assert "frees" not in text
    assert "Then: Portal security level too low [LEVEL_TOO_LOW]" in text


def test_an_old_amount_is_told_although_the_invoice_shows(night: Path) -> None:
    """It is visible, and still something is to be mended."""
    rows = pl.read_parquet(night / "invoices.parquet").filter(pl.col("causes").str.contains("STALE"), state="visible")
    (answer,) = explain(night / "run.duckdb", rows["invoice_id_acct"][0])
    assert "Portal shows an old amount [STALE_AMOUNT]" in to_text([answer])


def test_the_recommended_date_is_told_or_that_the_invoice_is_too_old_for_it(tmp_path: Path) -> None:
    """'The recommended date' in a fix is of no use without the date."""
    folder = provider_runs.copied(tmp_path / "night")
    cheap = provider_runs.run(folder, "cheap", {"BILLSIGHT_BACKFILL__RESYNC_COST": "0"})
    options = provider_runs.table(cheap, "marts.backfill_options").filter("is_recommended")
    day: date = options["sync_from_date"].item()
    missed = provider_runs.table(cheap, "marts.missed_invoices").filter(cause="BEFORE_SYNC_START").sort("created_at")
    (oldest,) = explain(cheap.folder / "run.duckdb", missed["invoice_id_acct"][0])
    assert oldest.fixes[0].detail == (
        "It is older than the recommended date: if no payment is pending, resync this invoice by itself"
    )
    later = provider_runs.table(cheap, "marts.missed_invoices").filter(cause="MISSED_IN_WINDOW").sort("created_at")
    (youngest,) = explain(cheap.folder / "run.duckdb", later["invoice_id_acct"][-1])
    assert youngest.fixes[0].detail == f"Recommended date: {day}, for everything that was missed since"


def test_the_answer_is_there_for_programs_too(night: Path) -> None:
    """The same answer as JSON: amounts as text with two decimals, no masks."""
    invoice = _first(night, primary_cause="LEVEL_TOO_LOW")
    (told,) = json.loads(to_json(explain(night / "run.duckdb", invoice)))
    assert told["invoice"]["invoice_id_acct"] == invoice
    assert re.fullmatch(r"\d+\.\d\d", told["invoice"]["balance_amount"])
    assert {check["cause"]: check["result"] for check in told["checks"]}["LEVEL_TOO_LOW"] == "failed"
    assert told["fixes"][0]["cause"] == "LEVEL_TOO_LOW"
    assert told["contact"] is None
    assert not {"failed", "unknown", "row_key"} & set(told["invoice"])


def _contacts(night: Path) -> pl.DataFrame:
    engine = Engine(night / "run.duckdb", is_read_only=True)
    try:
        return engine.frame("from marts.contact_access where default_email is not null order by contact_id_cw")
    finally:
        engine.close()


def test_it_says_whether_the_person_who_asks_can_see_it(night: Path) -> None:
    """The contact of the company who can, one who cannot, and one of another company."""
    row = pl.read_parquet(night / "invoices.parquet").filter(state="visible").to_dicts()[0]
    contacts = _contacts(night)
    own = contacts.filter(company_id_cw=row["company_id_cw"])
    able = own.filter("can_see")["default_email"][0]
    database = night / "run.duckdb"
    assert to_text(explain(database, row["invoice_id_acct"], able.upper())).endswith("can see it\n")
    stranger = contacts.filter("can_see", pl.col("company_id_cw") != row["company_id_cw"])["default_email"][0]
    told = to_text(explain(database, row["invoice_id_acct"], stranger)).splitlines()[-1]
    assert "cannot see it. The contact belongs to company" in told
    blocked = pl.read_parquet(night / "invoices.parquet").filter(primary_cause="LEVEL_TOO_LOW").to_dicts()[0]
    low = contacts.filter(pl.col("broken_checks") == "LEVEL_TOO_LOW", company_id_cw=blocked["company_id_cw"])
    told = to_text(explain(database, blocked["invoice_id_acct"], low["default_email"][0])).splitlines()[-1]
    assert told.endswith("cannot see invoices in the portal. Portal security level too low [LEVEL_TOO_LOW]")
    unmapped = _first(night, primary_cause="UNMAPPED_NO_CANDIDATE")
    assert "not mapped to a company" in to_text(explain(database, unmapped, able)).splitlines()[-1]
    with pytest.raises(NotFoundError, match=r"logs in with nobody@nowhere\.example"):
        explain(database, row["invoice_id_acct"], "nobody@nowhere.example")


def test_an_invoice_is_found_by_its_id_and_however_its_number_is_written(night: Path) -> None:
    """INV-1029, inv 1029 and 01029 are one invoice; a number on two invoices gives two answers."""
    by_id = explain(night / "run.duckdb", "200000029")
    for written in ("INV-1029", " inv-1029 ", "inv 1029", "INV#01029", "1029"):
        assert explain(night / "run.duckdb", written) == by_id
    twice = _first(night, primary_cause="DUPLICATE_NUMBER")
    (one,) = explain(night / "run.duckdb", twice)
    assert len(explain(night / "run.duckdb", one.invoice["invoice_number"])) == 2


def test_an_invoice_that_accounting_does_not_have_is_looked_for_elsewhere(night: Path) -> None:
    """Unposted, only in the portal, in quarantine, or nowhere: each says where it is and what to do."""
    database = night / "run.duckdb"
    engine = Engine(database, is_read_only=True)
    unposted = engine.rows("select invoice_number, fix from marts.unposted_invoices")
    ghosts = engine.rows("select invoice_number from marts.portal_only_invoices where cause = 'PORTAL_GHOST'")
    engine.close()
    for number, fix in unposted:
        with pytest.raises(NotFoundError, match=re.escape(fix)):
            explain(database, number)
    for (number,) in ghosts:
        with pytest.raises(NotFoundError, match="only in the portal"):
            explain(database, number)
    with pytest.raises(
        NotFoundError, match=r"INV-9002 is in quarantine: accounting_invoices-spoilt\.json, line 3: invoice_date"
    ):
        explain(database, "INV-9002")
    for nonsense in ("INV-99999999", "", "'; drop table x; --", "###"):
        with pytest.raises(NotFoundError, match="none of the sources"):
            explain(database, nonsense)


def test_a_night_that_is_not_there_or_of_another_version_is_told(tmp_path: Path) -> None:
    """No traceback for a first visit, nor for a file that cannot be read."""
    with pytest.raises(NotFoundError, match="Run 'billsight run' first"):
        explain(tmp_path / "run.duckdb", "1")
    Engine(tmp_path / "run.duckdb").close()
    with pytest.raises(NotFoundError, match="Run again"):
        explain(tmp_path / "run.duckdb", "1")


NOT_KNOWN = re.compile(r"not known|do(es)? not say|nothing says|contradicts itself|not read|not checked")


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.code)
def test_what_is_not_checked_is_never_told_as_a_fact(cause: Cause, night: Path) -> None:
    """An unknown check says what is not known, in other words than a failed one."""
    (answer,) = _told(night, _first(night, primary_cause="LEVEL_TOO_LOW"))
    row = answer.invoice | {"unknown": bits([cause.code]), "failed": 0, "customer_is_active": None}
    told = values(row, cause.code, "unknown")
    assert NOT_KNOWN.search(told), told
    assert not UNSPOKEN.search(told)
    if cause.code != "CUSTOMER_INACTIVE":
        assert told != values(row, cause.code, "failed")
    hints = row | {"unknown": row["unknown"] | bits(["NO_PORTAL_PROFILE"])}
    if cause.stage == "access" and cause.kind == "defect":
        assert "client profiles decide, and they were not read" in values(hints, cause.code, "unknown")


def test_an_export_without_deletions_and_times_is_told_as_it_is(tmp_path: Path) -> None:
    """The recycle bin is asked about, not asserted; a time that is not given is not 'never'."""
    world = one_client.World(tmp_path)
    companies = json.loads((tmp_path / "companies.json").read_text())
    companies[0].pop("deletedFlag")
    (tmp_path / "companies.json").write_text(json.dumps(companies))
    numbers = range(1, 4)
    invoices = [one_client.invoice(number, created_at="", modified_at="") for number in numbers]
    outcome = world.run(invoices, [one_client.shown(1)])
    text = to_text(explain(outcome.folder / "run.duckdb", "INV-2"))
    company = "101 Larkfield Bakery"
    assert (
        f"Mapped company is in the recycle bin? {company}: the companies' export does not say whether it is deleted"
        in text
    )
    assert f"{company} is in the recycle bin" not in text
    assert "created not given, changed not given" in text
    assert "never" not in text


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A database with nothing in it but the view that makes the keys."""
    engine = Engine(tmp_path_factory.mktemp("numbers") / "run.duckdb", threads=1, memory_gb=0.5)
    columns = ", ".join(f"{c.name} {SQL_TYPE[c.kind]}" for c in RELATIONS["accounting_invoices"].columns)
    engine.run(f"create table accepted.accounting_invoices ({columns})")
    build(engine, read_models(), ["staging.accounting__invoices"])
    return engine


@given(number=st.text(st.sampled_from("INVinvß 0-#_/.17Ä"), max_size=12))
def test_a_number_is_compared_as_the_night_compares_it(numbers: Engine, number: str) -> None:
    """The key that a person's spelling is looked up by is the key that staging made."""
    quoted = number.strip().replace("'", "''")
    numbers.run(f"""
        delete from accepted.accounting_invoices;
        insert into accepted.accounting_invoices (invoice_number) values ('{quoted}')""")
    ((key,),) = numbers.rows("select number_key from staging.accounting__invoices")
    assert (key or "") == number_key(numbers, number)
