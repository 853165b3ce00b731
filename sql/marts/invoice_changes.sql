-- model:   marts.invoice_changes
-- grain:   code_before, is_blocked, state, primary_cause, mapping_source, currency_code
-- reads:   ctl.blocked_before, marts.invoice_checks, marts.customer_checks, staging.accounting__invoices, quarantine.rows, ctl.causes, ctl.states
-- purpose: invoices that are blocked tonight and were not, or were and are not: how many, and how much money.
-- units:   amount in currency_code: what is blocked; of what is rightly absent now, its total
-- source:  the answers of the last run, and the night's checks

with answers as (
    select
        invoices.invoice_id_acct,
        invoices.currency_code,
        states.state,
        causes.code as primary_cause,
        customers.mapping_source,
        case when states.state = 'expected' then invoices.total_amount else invoices.balance_amount end as amount
    from marts.invoice_checks as checks
    inner join staging.accounting__invoices as invoices
        on checks.row_key = invoices.row_key
    inner join ctl.states as states
        on checks.state_code = states.state_code
    left join ctl.causes as causes
        on checks.primary_bit = causes.bit
    left join marts.customer_checks as customers
        on invoices.customer_id_acct = customers.customer_id_acct
),

lost as (
    select aside.row_values ->> 'invoice_id_acct' as invoice_id_acct
    from quarantine.rows as aside
    anti join answers
        on (aside.row_values ->> 'invoice_id_acct') = answers.invoice_id_acct
    where aside.relation = 'accounting_invoices'
),

-- what was read and not accepted is not gone
before as (
    select blocked.*
    from ctl.blocked_before as blocked
    anti join lost
        on blocked.invoice_id_acct = lost.invoice_id_acct
)

select
    before.primary_cause as code_before,
    coalesce(answers.state = 'blocked', false) as is_blocked,
    answers.state,
    answers.primary_cause,
    answers.mapping_source,
    coalesce(answers.currency_code, before.currency_code) as currency_code,
    count(*) as invoices,
    sum(coalesce(answers.amount, before.balance_amount)) as amount

from answers
full outer join before
    on answers.invoice_id_acct = before.invoice_id_acct
where (coalesce(answers.state, '') = 'blocked') <> (before.invoice_id_acct is not null)
-- 1 code, 2 blocked, 3 state, 4 cause, 5 source, 6 currency
group by 1, 2, 3, 4, 5, 6
