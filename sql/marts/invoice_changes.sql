-- model:   marts.invoice_changes
-- grain:   invoice_id_acct
-- reads:   ctl.blocked_before, ctl.compared_codes, marts.blocked_invoices, intermediate.lost_invoices,
--          marts.invoice_checks, marts.customer_checks, staging.accounting__invoices, ctl.causes, ctl.states
-- purpose: invoices that are newly blocked or no longer blocked since the last run, and those that cannot be compared.
-- units:   amount in currency_code: what is blocked; of what is rightly absent now, its total
-- source:  the answers of the last run, and the run's checks

with changed as (
    select
        coalesce(blocked.invoice_id_acct, before.invoice_id_acct) as invoice_id_acct,
        before.primary_cause as code_before,
        before.seen_in,
        before.currency_code as currency_code_before,
        before.balance_amount as amount_before,
        coalesce(before.was_blocked, false) as was_blocked,
        blocked.invoice_id_acct is not null as is_blocked,
        coalesce(blocked.primary_cause, before.primary_cause) as deciding_code
    from marts.blocked_invoices as blocked
    full outer join ctl.blocked_before as before
        on blocked.invoice_id_acct = before.invoice_id_acct
    where blocked.invoice_id_acct is null or not coalesce(before.was_blocked, false)
),

lost as (
    select distinct invoice_id_acct
    from intermediate.lost_invoices
),

judged as (
    select
        changed.*,
        states.state,
        causes.code as primary_cause,
        customers.mapping_source,
        lost.invoice_id_acct is not null as is_lost,
        coalesce(compared.is_compared, false) as is_compared,
        coalesce(compared.had_enough, false) as had_enough,
        coalesce(compared.are_documents_read, false) as are_documents_read,
        coalesce(invoices.currency_code, changed.currency_code_before) as currency_code,
        case
            when states.state = 'expected' then coalesce(invoices.total_amount, changed.amount_before)
            when invoices.row_key is not null then invoices.balance_amount
            else changed.amount_before
        end as amount
    from changed
    left join ctl.compared_codes as compared
        on changed.deciding_code = compared.code
        -- an invoice that is blocked now is compared with the last run, any other with the run that saw it blocked
        and case when changed.is_blocked then '' else changed.seen_in end = compared.seen_in
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
),

moved as (
    select
        judged.*,
        case
            when judged.is_blocked and judged.code_before is not null then 'as_before'
            when judged.is_blocked then case when judged.is_compared then 'newly_blocked' else 'not_checked' end
            -- what was read and not accepted is not gone, and nothing is concluded from an answer that is unknown
            when judged.is_lost or judged.state = 'unknown' then 'not_checked'
            when coalesce(judged.state, 'expected') = 'expected'
                then case when judged.are_documents_read then 'freed' else 'not_checked' end
            when not judged.is_compared then 'not_checked'
            when judged.state = 'waiting' then 'waiting'
            else 'freed'
        end as move
    from judged
)

select
    ---------- ids
    moved.invoice_id_acct,
    moved.code_before,
    moved.seen_in,

    ---------- tonight
    moved.is_blocked,
    moved.was_blocked,
    moved.state,
    moved.primary_cause,
    moved.mapping_source,
    moved.move,
    moved.is_compared,
    -- the next run compares it again; what a run called blocked that lacked a source is not worth it
    moved.move in ('not_checked', 'waiting') and moved.code_before is not null and moved.had_enough as is_carried,

    ---------- amounts
    moved.currency_code,
    moved.amount,
    moved.currency_code_before,
    moved.amount_before

from moved
