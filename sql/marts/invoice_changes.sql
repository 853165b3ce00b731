-- model:   marts.invoice_changes
-- grain:   invoice_id_acct
-- reads:   ctl.blocked_before, marts.blocked_invoices, marts.lost_invoices, marts.invoice_checks, marts.customer_checks, staging.accounting__invoices, ctl.causes, ctl.states
-- purpose: invoices that are blocked tonight and were not, or were and are not.
-- units:   amount in currency_code: what is blocked; of what is rightly absent now, its total
-- source:  the answers of the last run, and the night's checks

with changed as (
    select
        coalesce(blocked.invoice_id_acct, before.invoice_id_acct) as invoice_id_acct,
        before.primary_cause as code_before,
        before.currency_code,
        before.balance_amount,
        blocked.invoice_id_acct is not null as is_blocked
    from marts.blocked_invoices as blocked
    full outer join ctl.blocked_before as before
        on blocked.invoice_id_acct = before.invoice_id_acct
    where blocked.invoice_id_acct is null or before.invoice_id_acct is null
),

lost as (
    select distinct invoice_id_acct
    from marts.lost_invoices
)

select
    ---------- ids
    changed.invoice_id_acct,
    changed.code_before,

    ---------- tonight
    changed.is_blocked,
    states.state,
    causes.code as primary_cause,
    customers.mapping_source,
    -- what was read and not accepted is not gone, and what waits or is unknown is not freed
    coalesce(states.state not in ('unknown', 'waiting'), lost.invoice_id_acct is null) as is_settled,

    ---------- amounts
    coalesce(invoices.currency_code, changed.currency_code) as currency_code,
    coalesce(
        case when states.state = 'expected' then invoices.total_amount else invoices.balance_amount end,
        changed.balance_amount
    ) as amount

from changed
left join staging.accounting__invoices as invoices
    on changed.invoice_id_acct = invoices.invoice_id_acct
left join marts.invoice_checks as checks
    on invoices.row_key = checks.row_key
left join ctl.states as states
    on checks.state_code = states.state_code
left join ctl.causes as causes
    on checks.primary_bit = causes.bit
left join marts.customer_checks as customers
    on invoices.customer_id_acct = customers.customer_id_acct
left join lost
    on changed.invoice_id_acct = lost.invoice_id_acct
