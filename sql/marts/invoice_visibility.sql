-- model:   marts.invoice_visibility
-- grain:   invoice_id_acct
-- kind:    view
-- reads:   staging.accounting__invoices, marts.invoice_checks, marts.customer_checks, ctl.causes, ctl.states,
--          marts.cause_sets
-- purpose: the answer for every accounting invoice: can the client see it, and if not, why and what frees it.
-- units:   amounts in currency_code; days_past_due in days
-- source:  the run's checks

select
    ---------- ids
    invoices.row_key,
    invoices.invoice_id_acct,
    invoices.invoice_number,
    invoices.customer_id_acct,
    customers.company_id_cw,

    ---------- words
    customers.customer_name,
    customers.company_name,
    customers.mapping_state,
    customers.mapping_source,
    invoices.document_type,
    invoices.document_status,
    states.state,
    primary_causes.code as primary_cause,
    failed_sets.codes as causes,
    unknown_sets.codes as unknown_checks,
    primary_causes.who as who_fixes,

    ---------- dates and instants
    invoices.invoice_date,
    invoices.due_date,
    invoices.created_at,
    invoices.modified_at,

    ---------- amounts
    invoices.currency_code,
    invoices.total_amount,
    invoices.balance_amount,
    invoices.balance_source,
    case when states.state = 'blocked' then invoices.balance_amount else 0 end as blocked_amount,
    case when checks.is_freed_alone then invoices.balance_amount else 0 end as freed_amount,

    ---------- ageing
    checks.days_past_due,
    checks.ageing_bucket

from staging.accounting__invoices as invoices
inner join marts.invoice_checks as checks
    on invoices.row_key = checks.row_key
inner join ctl.states as states
    on checks.state_code = states.state_code
inner join marts.cause_sets as failed_sets
    on checks.failed = failed_sets.mask
inner join marts.cause_sets as unknown_sets
    on checks.unknown = unknown_sets.mask
inner join marts.customer_checks as customers
    on checks.customer_key = customers.rowid
left join ctl.causes as primary_causes
    on checks.primary_bit = primary_causes.bit
