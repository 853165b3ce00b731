"""The SQL behind the report: what is counted there is what the page says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from etl.report.inputs import ReportInputs, RunFacts, read_frames
from etl.report.page import render
from etl.report.page_data import Work, pack, read_work
from etl.report.summary import summarise
from etl.review.fix_files import mapping_fixes
from etl.warehouse.engine import Engine
from etl.warehouse.models import build, names_in, read_models
from tests.report.sample import AS_OF

TABLES = """
create table ctl.run as select true as has_portal_mappings, date '2026-11-22' as as_of_date,
    'UTC' as portal_time_zone, 5 as most_resyncs, 100 as page_invoices;
create table staging.accounting__invoices as select 0 as row_key, date '2026-11-01' as due_date,
    false as is_balance_assumed;
create table staging.connectwise__contacts as select '6' as portal_security_level;
create table marts.invoice_visibility as
from (values
    (1, 'i1', 'N1', 'c1', 'Acme', cast(null as varchar), cast(null as varchar), 'blocked',
     'UNMAPPED_PROBABLE', 'UNMAPPED_PROBABLE', '', 'USD', 100, 100, 70, '61-90'),
    (2, 'i2', 'N2', 'c1', 'Acme', null, null, 'blocked',
     'UNMAPPED_PROBABLE', 'UNMAPPED_PROBABLE', '', 'EUR', 10, 10, 5, '1-30'),
    (3, 'i3', 'N3', 'c2', 'Bolt', '8', 'Bolt', 'blocked',
     'UNMAPPED_CERTAIN', 'UNMAPPED_CERTAIN NO_CONTACT', '', 'USD', 300, 0, -3, 'not due'),
    (4, 'i4', 'N4', 'c3', 'Cog', '9', 'Cog', 'visible',
     null, 'STALE_AMOUNT', '', 'USD', 40, 0, null, 'no due date'),
    (5, 'i5', 'N5', 'c3', 'Cog', '9', 'Cog', 'unknown',
     null, '', 'MISSED_UNDATED', 'USD', 5, 0, null, 'no due date'),
    (6, 'i6', 'N6', 'c3', 'Cog', '9', 'Cog', 'visible',
     null, '', '', 'USD', 60, 0, null, 'no due date')
) as rows(row_key, invoice_id_acct, invoice_number, customer_id_acct, customer_name, company_id_cw, company_name, state,
    primary_cause, causes, unknown_checks, currency_code, balance, freed, days_past_due, ageing_bucket)
select * exclude (balance, freed), cast(balance as decimal(18, 4)) as balance_amount,
    cast(balance as decimal(18, 4)) as total_amount,
    cast(freed as decimal(18, 4)) as freed_amount, date '2026-11-01' as invoice_date, date '2026-11-20' as due_date;
create table ctl.states as
select state, cast(row_number() over () - 1 as utinyint) as state_code
from (values ('visible'), ('blocked'), ('unknown')) as states(state);
create table ctl.causes as
select code, cast(row_number() over () as utinyint) as bit, cast(1 << row_number() over () as ubigint) as mask,
    starts_with(code, 'UNMAPPED') as is_mapping_work, code = 'STALE_AMOUNT' as is_shown_wrong
from (values ('UNMAPPED_PROBABLE'), ('UNMAPPED_CERTAIN'), ('NO_CONTACT'), ('STALE_AMOUNT'), ('MISSED_UNDATED'))
    as causes(code);
create table marts.customer_checks as
select customer_id_acct, min(customer_name) as customer_name, min(company_id_cw) as company_id_cw,
    min(company_name) as company_name
from marts.invoice_visibility group by 1 order by 1;
create table marts.invoice_checks as
select answers.row_key, customers.rowid as customer_key, currency_code, total_amount, balance_amount, days_past_due,
    ageing_bucket, states.state_code, causes.bit as primary_bit, freed_amount > 0 as is_freed_alone,
    (select coalesce(bit_or(mask), 0) from ctl.causes where contains(answers.causes, code)) as failed,
    (select coalesce(bit_or(mask), 0) from ctl.causes where contains(unknown_checks, code)) as unknown
from marts.invoice_visibility as answers
join marts.customer_checks as customers using (customer_id_acct)
join ctl.states as states using (state)
left join ctl.causes as causes on primary_cause = code;
create table marts.cause_sets as
select distinct unknown as mask, coalesce(code, '') as codes
from marts.invoice_checks left join ctl.causes on unknown = mask;
create table matching.mappings as
from (values
    ('c1', cast(null as varchar), 'review', 'nobody', null, 'name only', cast(null as varchar), false, 2, 0.4),
    ('c2', '8', 'mapped', 'certainty', 1.0, 'account number', null, false, 1, 1.0),
    ('c3', '9', 'mapped', 'portal', null, null, null, false, 0, null)
) as rows(customer_id_acct, company_id_cw, mapping_state, mapping_source, certainty, reason, conflict_company_id_cw,
    is_conflicting, candidate_count, best_lead);
create table matching.candidates as
from (values ('c1', '6', 1, 0.8, 5.5, 0.4), ('c1', '7', 2, 0.4, 1.0, -0.4), ('c2', '8', 1, 1.0, 30.0, 1.0))
    as rows(customer_id_acct, company_id_cw, rank, certainty, score, lead)
select * replace (cast(score as double) as score, cast(certainty as double) as certainty, cast(lead as double) as lead),
    [{'kind': 'name', 'points': cast(score as double), 'verdict': 'agrees', 'detail': 'a = b'}] as evidence;
create table staging.accounting__customers as
from (values ('c1', 'Acme'), ('c2', 'Bolt'), ('c3', 'Cog')) as rows(customer_id_acct, customer_name);
create table staging.connectwise__companies as
from (values ('6', 'Acme Inc'), ('7', 'Acne Ltd'), ('8', 'Bolt')) as rows(company_id_cw, company_name)
select *, company_name as company_identifier, 'Reno' as city, false as is_inactive, false as is_deleted,
    'Active' as status_name,
    case company_id_cw when '6' then 'https://www.acme.example/home' when '7' then 'none' end as website;
create table accepted.accounting_invoices as
select invoice_id_acct, invoice_number, invoice_date, due_date, currency_code, total_amount, balance_amount,
    'open' as document_status
from marts.invoice_visibility order by row_key;
create table marts.invoice_changes (move varchar, is_compared boolean, is_blocked boolean, was_blocked boolean,
    code_before varchar, state varchar, primary_cause varchar, mapping_source varchar, currency_code varchar,
    currency_code_before varchar, amount decimal(18, 4), amount_before decimal(18, 4));
create table marts.issue_states (kind varchar, code varchar, code_before varchar, change varchar, reason varchar,
    was_open boolean);
create table marts.missed_invoices as select timestamp '2026-10-12 09:00:00' as created_at,
    timestamp '2026-10-13 09:00:00' as changed_at, n as row_key, '1' as customer_id_acct, 'USD' as currency_code,
    n::varchar as invoice_id_acct, 'N' as invoice_number,
    100::decimal(18, 4) as balance_amount, n = 1 as is_held_back from range(2) as t(n);
create table quarantine.rows as
select 'accounting_invoices' as relation, 'a.csv' as source_file, n as source_line,
    case when n % 2 = 0 then ['total_is_money', 'date_is_a_date'] else ['total_is_money'] end as broken_rules,
    '{"n": 1}' as row_values
from range(2, 32) as t(n);
create table marts.company_access (company_id_cw varchar, company_name varchar, can_anyone_see boolean,
    contact_count bigint, able_contact_count bigint, access_causes varchar, proposed_contact_id_cw varchar,
    proposed_contact_name varchar, proposed_contact_email varchar, proposed_contact_role varchar,
    proposed_level varchar, level_needed int, fixes varchar, blocked_invoices bigint, gains varchar);
create table marts.contact_states (company_id_cw varchar, company_name varchar, is_closed boolean,
    is_listed boolean, state varchar, state_detail varchar, import_id varchar, decided_by varchar,
    decided_at timestamp, approved_contact_id_cw varchar, contact_id_cw varchar, contact_name varchar,
    contact_email varchar, contact_role varchar, level_now varchar, change varchar);
create table matching.judgements (customer_id_acct varchar, decision varchar);
create table marts.sync_gaps (gap_id varchar, reason varchar, first_changed_at timestamp, last_changed_at timestamp,
    first_created_at timestamp, invoices bigint, customers bigint, currency_amounts varchar, explanation varchar);
create table marts.backfill_options (option_rank int, sync_from_date date, invoices_recovered bigint,
    single_resyncs bigint, left_over bigint, invoices_reread bigint, is_recommended boolean, currency_amounts varchar,
    note varchar);
create table marts.unposted_invoices (invoice_id_cw varchar, invoice_number varchar, company_id_cw varchar,
    company_name varchar, total_amount decimal(18, 4), currency_code varchar, invoice_date date, cause varchar,
    missing_amount decimal(18, 4), fix varchar);
create table marts.portal_only_invoices (portal_invoice_id varchar, invoice_number varchar, customer_name varchar,
    total_amount decimal(18, 4), currency_code varchar, cause varchar);
create table marts.contradictions (kind varchar, subject_id varchar, one_says varchar, other_says varchar,
    currency_code varchar, amount decimal(18, 4), mark varchar, is_known boolean);
create table marts.amount_differences (figure varchar, cause varchar, invoice_id_acct varchar, invoice_number varchar,
    customer_name varchar, currency_code varchar, amount decimal(18, 4), who varchar);
insert into marts.amount_differences values
    ('shown_not_owed', 'PORTAL_SHOWS_SETTLED', 'i4', 'N4', 'Cog', 'USD', 40, 'Portal administrator'),
    ('shown_not_owed', 'NOT_OPEN_IN_ACCOUNTING', null, 'N9', 'Cog', 'EUR', 7, 'Billing (accounting)'),
    ('paid_in_portal', 'PAYMENT_NOT_POSTED', 'i6', 'N6', 'Cog', 'USD', 60, 'Billing (accounting)');
create table ctl.scopes as select 'portal_invoices' as relation, 'open' as kind, cast(null as date) as since,
    'setting scope' as reason, timestamp '2026-11-21 09:00:00' as made_at, 'time of the file' as made_reason,
    'a reason' as cut_reason, 'only what is open' as holds;
create table intermediate.portal_form as select 1 as number_form, 24 as rows_equal;
insert into marts.unposted_invoices
    values ('5', 'N', '6', 'Acme', 12.5, 'USD', null, 'CW_NOT_CLOSED', 12.5, 'Close it');
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A run's database with six invoices and every report model built."""
    opened = Engine(tmp_path / "run.duckdb")
    opened.run(TABLES)
    models = read_models()
    build(opened, models, names_in(models, "report"))
    yield opened
    opened.close()


def _facts(engine: Engine) -> ReportInputs:
    return ReportInputs(RunFacts("r", AS_OF), **read_frames(engine))


def test_the_models_give_the_facts_that_the_report_needs(engine: Engine) -> None:
    """Every query runs, every column is there, and the page can be made of it."""
    facts = _facts(engine)
    work = Work(
        fixes=mapping_fixes(engine.frame("from report.mapping_fixes"), "r"),
        **read_work(engine),
    )
    numbers = summarise(facts)["numbers"]
    assert numbers["invoices"] == 6
    assert numbers["blocked"]["customers"] == 2
    assert [(row["currency_code"], row["amount"]) for row in numbers["blocked"]["amounts"]] == [
        ("USD", "400.00"), ("EUR", "10.00"),
    ]  # fmt: skip
    assert work.invoices.height == 6
    assert work.companies["domain"].to_list() == ["acme.example", "", None]
    assert "Acme Inc" in render(summarise(facts), pack(facts, work))


def test_the_figures_are_what_the_models_say(engine: Engine) -> None:
    """Each document once, under its cause; money of two currencies is never added; the form of the numbers is said."""
    summary = summarise(_facts(engine))
    told = {name: summary[name] for name in ("shown_not_owed", "paid_in_portal")}
    assert {name: part["invoices"] for name, part in told.items()} == {"shown_not_owed": 2, "paid_in_portal": 1}
    assert [(row["currency_code"], row["amount"]) for row in told["shown_not_owed"]["amounts"]] == [
        ("USD", "40.00"), ("EUR", "7.00"),
    ]  # fmt: skip
    for part in told.values():
        assert sum(cause["invoices"] for cause in part["causes"]) == part["invoices"] == len(part["list"])
    assert [row["rows"] for row in summary["quality"]["number_forms"]] == [24]
    assert summary["scopes"][0]["holds"] == "only what is open"


def test_an_invoice_shown_with_an_old_amount_is_visible_and_told_apart(engine: Engine) -> None:
    """A defect that does not block is counted under its own cause."""
    cells = _facts(engine).cells.filter(pl.col("state") == "visible").sort("amount")
    assert cells.select("primary_cause", "amount").rows() == [("STALE_AMOUNT", Decimal(40)), (None, Decimal(60))]


def test_the_queue_is_ranked_by_customer_and_never_adds_currencies(engine: Engine) -> None:
    """One row per currency, one place per customer."""
    queue = _facts(engine).queue
    assert queue.select("queue_rank", "customer_id_acct", "currency_code", "amount").rows() == [
        (1, "c2", "USD", Decimal(300)), (2, "c1", "EUR", Decimal(10)), (2, "c1", "USD", Decimal(100)),
    ]  # fmt: skip


def test_the_file_of_mappings_has_what_a_person_can_decide(engine: Engine) -> None:
    """Customers for review and certain ones that the portal does not know; not those that are mapped there."""
    fixes = mapping_fixes(engine.frame("select * from report.mapping_fixes"), "r")
    assert fixes.select("row_id", "open_invoices", "open_balance").rows() == [
        ("ACCT-c2/CW-8", 1, "USD 300.00"),
        ("ACCT-c1/CW-6", 2, "EUR 10.00; USD 100.00"),
        ("ACCT-c1/CW-7", 2, "EUR 10.00; USD 100.00"),
    ]


def test_quarantine_is_counted_by_rule_and_shown_by_example(engine: Engine) -> None:
    """A row that broke two rules counts under both; twenty rows of a relation are enough to see why."""
    facts = _facts(engine)
    assert facts.quarantine_rules.rows() == [
        ("accounting_invoices", "date_is_a_date", 15), ("accounting_invoices", "total_is_money", 30),
    ]  # fmt: skip
    assert facts.quarantine_examples["source_line"].to_list() == list(range(2, 22))


def test_a_page_that_cannot_hold_every_invoice_holds_the_blocked_ones(engine: Engine) -> None:
    """The largest of them, where even they are too many; in the order in which they were read."""
    held = {}
    for limit in (6, 5, 2):
        engine.run(f"update ctl.run set page_invoices = {limit}")
        held[limit] = read_work(engine)["invoices"]["invoice_id_acct"].to_list()
    assert held == {
        6: ["i1", "i2", "i3", "i4", "i5", "i6"], 5: ["i1", "i2", "i3"], 2: ["i1", "i3"],
    }  # fmt: skip


def test_the_page_lists_what_blocks_before_what_waits_or_is_unknown(engine: Engine) -> None:
    """Largest balance first within each state; visible invoices are not listed."""
    assert _facts(engine).invoices["invoice_id_acct"].to_list() == ["i3", "i1", "i2", "i5"]


def test_money_is_compared_once_for_the_page_and_for_the_invariant(engine: Engine) -> None:
    """What the page shows as different stops the run, and nothing else does."""
    models = read_models()
    build(engine, models, ["checks.money_is_kept"])
    assert engine.rows("from checks.money_is_kept") == []
    engine.run("update report.cells set total_amount = total_amount + 1 where currency_code = 'EUR'")
    build(engine, models, ["checks.money_is_kept"])
    told = "EUR: totals of 10.0000 in staging, 11.0000 in the answers; balances of 10.0000 and 10.0000;"
    told += " totals without a balance of 0.0000 and 0.0000"
    assert engine.rows("from checks.money_is_kept") == [(told,)]
    shown = {row["currency_code"]: row["does_hold"] for row in summarise(_facts(engine))["laws"]["money"]}
    assert shown == {"EUR": False, "USD": True}


def test_an_invoice_needs_somebody_unless_it_is_in_order(engine: Engine) -> None:
    """Three are blocked, one is unknown, and one is visible with an old amount; the sixth is visible."""
    assert engine.rows("from report.needing_counts") == [(5,)]
