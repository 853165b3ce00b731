"""What the database of a run knows of one invoice, and of what accounting does not have."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from etl.causes import PORTAL_ONLY
from etl.errors import NotFoundError
from etl.warehouse.engine import Engine, literal

Row: TypeAlias = dict[str, Any]

ANSWER: Final = (
    "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw", "company_name",
    "mapping_state", "mapping_source", "document_type", "document_status", "state", "primary_cause", "causes",
    "unknown_checks", "who_fixes", "invoice_date", "due_date", "created_at", "modified_at", "currency_code",
    "total_amount", "balance_amount", "balance_source", "blocked_amount", "freed_amount", "days_past_due",
    "ageing_bucket",
)  # fmt: skip
"""The columns of marts.invoice_visibility that are the answer."""

_MOST_ANSWERS: Final = 20

_FACTS: Final = """
    select {answer},
        checks.failed, checks.unknown, checks.reached, checks.is_present, checks.is_freed_alone,
        facts.portal_match, facts.changed_at, facts.is_portal_undecided, facts.was_shown,
        facts.portal_status, facts.portal_balance_amount, checks.difference_amount,
        customers.is_active as customer_is_active, customers.has_customer_row, customers.merged_into_customer_id_acct,
        customers.customer_email, customers.has_company,
        own.parent_customer_id_acct, parents.company_id_cw as parent_company_id_cw,
        mappings.certainty, mappings.candidate_count, mappings.best_lead, mappings.reason as mapping_reason,
        mappings.judged_at, mappings.judged_by, mappings.conflict_company_id_cw,
        conflicts.company_name as conflict_company_name,
        companies.status_name, array_to_string(companies.type_names, ', ') as type_names,
        companies.bill_to_company_id_cw, billed.company_name as bill_to_company_name,
        access.contact_count, access.able_contact_count, company_facts.active_contact_count,
        access.proposed_contact_id_cw, access.proposed_contact_name, access.proposed_contact_email,
        access.proposed_contact_role, access.proposed_level, access.fixes as contact_fix,
        decided.decided_by as nobody_by, decided.decided_at as nobody_at,
        contacts.login_holders_here, contacts.login_holders_elsewhere,
        invoices.bill_email, invoices.payment_terms, invoices.book, this_run.portal_list_at,
        this_run.run_id, this_run.as_of_date, this_run.minimum_security_level,
        this_run.has_portal_list, this_run.portal_time_zone
    from marts.invoice_visibility as answers
    cross join ctl.run as this_run
    inner join staging.accounting__invoices as invoices on answers.row_key = invoices.row_key
    -- the keys once more: a condition on the answers does not reach into a view
    inner join (from intermediate.invoice_facts where row_key in ({keys})) as facts on answers.row_key = facts.row_key
    inner join marts.invoice_checks as checks on answers.row_key = checks.row_key
    left join intermediate.customer_facts as customers on answers.customer_id_acct = customers.customer_id_acct
    left join staging.accounting__customers as own on answers.customer_id_acct = own.customer_id_acct
    left join matching.mappings as mappings on answers.customer_id_acct = mappings.customer_id_acct
    left join matching.mappings as parents on own.parent_customer_id_acct = parents.customer_id_acct
    left join staging.connectwise__companies as companies on answers.company_id_cw = companies.company_id_cw
    left join staging.connectwise__companies as billed on companies.bill_to_company_id_cw = billed.company_id_cw
    left join staging.connectwise__companies as conflicts on mappings.conflict_company_id_cw = conflicts.company_id_cw
    left join marts.company_access as access on answers.company_id_cw = access.company_id_cw
    left join marts.contact_states as decided
        on answers.company_id_cw = decided.company_id_cw and decided.state = 'nobody'
    left join intermediate.company_facts as company_facts on answers.company_id_cw = company_facts.company_id_cw
    left join marts.contact_checks as contacts on access.proposed_contact_id_cw = contacts.contact_id_cw
    where answers.row_key in ({keys})
    order by answers.row_key"""

# what stands in other rows: name -> a select of one value, for the row at hand
_CLIENTS: Final = """
    select distinct lower(checks.default_email) as login,
        concat_ws(' ', checks.company_id_cw, companies.company_name) as company
    from marts.contact_checks as checks
    left join staging.connectwise__companies as companies on checks.company_id_cw = companies.company_id_cw
    where checks.may_log_in and checks.company_id_cw is not null"""
_BESIDE: Final = {
    "same_number_ids": """
        select string_agg(others.invoice_id_acct, ', ' order by others.row_key)
        from staging.accounting__invoices as others
        where others.exact_number = {exact_number} and others.invoice_id_acct <> {invoice_id}
            and others.document_type = 'invoice'""",
    "other_spellings": """
        select string_agg(distinct spelt.place || ' has ' || spelt.invoice_number, ', ')
        from (
            select 'ConnectWise' as place, invoice_number, number_key from staging.connectwise__invoices
            union all
            select 'the portal', invoice_number, number_key from staging.portal__invoices
        ) as spelt
        where spelt.number_key = {number_key} and upper(spelt.invoice_number) <> {exact_number}""",
    "candidates": """
        select string_agg(
            concat(
                found.company_id_cw, ' ', companies.company_name, ', estimate ',
                -- an estimate is never said to be sure
                if(found.certainty > 0.999, '> 99.9 %', format('{{:.1f}} %', found.certainty::double * 100))
            ),
            '; ' order by found.rank)
        from matching.candidates as found
        left join staging.connectwise__companies as companies on found.company_id_cw = companies.company_id_cw
        where found.customer_id_acct = {customer_id} and found.rank <= 3""",
    "able_contacts": """
        select string_agg(contact_name, ', ' order by contact_name)
        from marts.contact_access where company_id_cw = {company_id} and can_see""",
    "login_companies": """
        select list(company order by company)
        from ({clients}) as clients
        where clients.login = lower({contact_email})""",
    "parent_company_name": """
        select company_name from staging.connectwise__companies where company_id_cw = {parent_company_id}""",
    "gap": """
        select concat('gap ', gaps.gap_id, ', ', gaps.reason)
        from marts.gap_invoices as members
        inner join marts.sync_gaps as gaps on members.gap_id = gaps.gap_id
        where members.invoice_id_acct = {invoice_id}""",
    "has_sync_log": "select count(*) > 0 from staging.sync__runs",
    "last_sync_at": "select max(started_at) from staging.sync__runs where is_successful",
    "sync_from_date": "select sync_from_date from marts.backfill_options where is_recommended",
    "arrivals": """
        select case when count(*) > 0 then concat(
            sum(invoices), if(sum(invoices) = 1, ' invoice of ', ' invoices of '),
            count(distinct customer_id_acct), if(count(distinct customer_id_acct) = 1, ' client (', ' clients ('), (
                select string_agg(concat(currency_code, ' ', format('{{:,.2f}}', total)), ', ' order by currency_code)
                from (select currency_code, sum(amount)::double as total from report.arrivals group by 1)),
            case when sum(unknown_invoices) > 0
                then concat('; ', sum(unknown_invoices), ' without a known balance') end,
            '), ', sum(overdue_invoices), ' past due') end
        from report.arrivals""",
    "is_held_back": "select is_held_back from marts.missed_invoices where invoice_id_acct = {invoice_id}",
}


def find(engine: Engine, invoice: str) -> list[Row]:
    """What is known of every invoice that has this number or id; by the number's key where none has it as written."""
    wanted = literal(invoice.strip())
    key = number_key(engine, invoice)
    conditions = [
        f"invoice_id_acct = {wanted} or exact_number = upper({wanted})",
        f"number_key = {literal(key)}" if key else "false",
    ]
    for condition in conditions:
        found = engine.rows(
            f"select row_key from staging.accounting__invoices where {condition} order by row_key limit {_MOST_ANSWERS}"
        )
        if found:
            keys = ", ".join(str(row_key) for (row_key,) in found)
            answer = ", ".join(f"answers.{name}" for name in ANSWER)
            rows = engine.frame(_FACTS.format(answer=answer, keys=keys)).to_dicts()
            return [row | _beside(engine, row) for row in rows]
    return []


def _beside(engine: Engine, row: Row) -> Row:
    number = row["invoice_number"]
    values = {
        "exact_number": number.upper() if number else None,
        "number_key": number_key(engine, number) if number else None,
        "invoice_id": row["invoice_id_acct"],
        "customer_id": row["customer_id_acct"],
        "company_id": row["company_id_cw"],
        "parent_company_id": row["parent_company_id_cw"],
        "contact_email": row["proposed_contact_email"],
    }
    quoted = {name: "null" if value is None else literal(value) for name, value in values.items()}
    quoted["clients"] = _CLIENTS
    found = {name: next(iter(engine.rows(sql.format(**quoted))), (None,))[0] for name, sql in _BESIDE.items()}
    return found | {"is_resync_single": _is_older(row, found["sync_from_date"])}


def _is_older(row: Row, sync_from: Any) -> bool:
    """Whether a sync from the recommended date would not ask for this invoice: it has to be resynced by itself."""
    times = [row[name] for name in ("created_at", "changed_at") if row[name] is not None]
    if not times or sync_from is None:
        return True
    start = datetime.combine(sync_from, time(), ZoneInfo(row["portal_time_zone"])).astimezone(UTC)
    return bool(min(times) < start.replace(tzinfo=None))


def number_key(engine: Engine, number: str) -> str:
    """The key by which numbers are compared, made as staging makes it; empty where nothing is left of the number."""
    return str(engine.rows(f"select coalesce(number_key({literal(number)}), '')")[0][0])


def elsewhere(engine: Engine, invoice: str) -> str:
    """What can be said of an invoice that accounting does not have: where it is instead, and what to do."""
    key, wanted = literal(number_key(engine, invoice)), literal(invoice.strip())
    unposted = engine.rows(f"""
        select unposted.cause, unposted.fix, unposted.company_name, unposted.invoice_number
        from marts.unposted_invoices as unposted
        inner join staging.connectwise__invoices as invoices on unposted.invoice_id_cw = invoices.invoice_id_cw
        where (invoices.number_key = {key} and {key} <> '') or invoices.invoice_id_cw = {wanted}""")
    if unposted:
        cause, fix, company, number = unposted[0]
        client = company or "an unknown company"
        return f"{number} is not in accounting: ConnectWise has it, for {client} ({cause}). {fix}."
    portal = engine.rows(f"""
        select only_there.cause, only_there.invoice_number
        from marts.portal_only_invoices as only_there
        inner join staging.portal__invoices as invoices on only_there.portal_invoice_id = invoices.portal_invoice_id
        where (invoices.number_key = {key} and {key} <> '') or invoices.invoice_id_acct = {wanted}
            or invoices.portal_invoice_id = {wanted}""")
    if portal:
        cause, number = portal[0]
        title, fix = PORTAL_ONLY[cause]
        return f"{number or invoice} is only in the portal ({cause}). {title}. {fix}."
    aside = engine.rows(f"""
        select source_file, source_line, broken_rules from quarantine.rows
        where relation = 'accounting_invoices'
            and {wanted} in (row_values ->> '$.invoice_id_acct', row_values ->> '$.invoice_number')
        order by source_file, source_line""")
    if aside:
        file, line, rules = aside[0]
        place = file if line is None else f"{file}, line {line}"
        return f"{invoice} is in quarantine: {place}: {'; '.join(rules)}. Correct it there and export it again."
    return f"{invoice} is in none of the sources of this run. Check the number, or widen the accounting export."


def contacts(engine: Engine, email: str) -> list[Row]:
    """The contacts who log in with this address, those who can see first; each with every company of the login.

    Raises:
        NotFoundError: nobody does.
    """
    wanted = literal(email.strip())
    frame = engine.frame(f"""
        select contacts.*, companies.company_name,
            (select list(company order by company) from ({_CLIENTS}) as clients where clients.login = lower({wanted}))
                as login_companies
        from marts.contact_access as contacts
        left join staging.connectwise__companies as companies on contacts.company_id_cw = companies.company_id_cw
        where lower(contacts.default_email) = lower({wanted})
        order by contacts.can_see desc, contacts.is_active desc, contacts.contact_id_cw""")
    if frame.is_empty():
        message = f"No ConnectWise contact logs in with {email}. Look for another address, or create the contact."
        raise NotFoundError(message)
    return frame.to_dicts()
