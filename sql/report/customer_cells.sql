-- model:   report.customer_cells
-- grain:   customer_id_acct, currency_code, state, primary_cause, unknown_checks, ageing_bucket
-- reads:   marts.invoice_checks, marts.customer_checks, marts.cause_sets, ctl.causes, ctl.states
-- purpose: every invoice counted once, under its customer; all figures of the report come from it.
--          An invoice that shows with an old amount, or was paid in the portal only, is visible; its cause says which.
-- units:   amounts in currency_code; amount and freed_amount are balances, unknown_amount the totals of the invoices
--          without a known balance
-- source:  the run's answers

with counted as (
    select
        ---------- what is counted apart, in numbers: words would cost several times as much
        checks.customer_key,
        checks.currency_code,
        checks.state_code,
        case
            when states.state = 'visible' and (checks.failed & stale.mask) <> 0 then stale.bit
            when states.state = 'visible' and (checks.failed & unposted.mask) <> 0 then unposted.bit
            else checks.primary_bit
        end as primary_bit,
        case when states.state = 'unknown' then checks.unknown end as unknown,
        checks.ageing_bucket,

        ---------- amounts
        count(*) as invoices,
        coalesce(sum(checks.total_amount), 0) as total_amount,
        -- what is known to be open; the totals of the others are counted apart and never added to it
        coalesce(sum(checks.balance_amount), 0) as amount,
        count(*) filter (where checks.balance_amount is null) as unknown_invoices,
        coalesce(sum(checks.total_amount) filter (where checks.balance_amount is null), 0) as unknown_amount,
        count(*) filter (where checks.is_freed_alone and coalesce(checks.balance_amount > 0, true)) as freed_invoices,
        coalesce(sum(checks.balance_amount) filter (where checks.is_freed_alone), 0) as freed_amount,
        max(checks.days_past_due) as oldest_days_past_due
    from marts.invoice_checks as checks
    inner join ctl.states as states
        on checks.state_code = states.state_code
    inner join ctl.causes as stale
        on stale.code = 'STALE_AMOUNT'
    left join ctl.causes as unposted
        on unposted.code = 'PAYMENT_NOT_POSTED'
    -- 1 customer, 2 currency, 3 state, 4 cause, 5 checks, 6 bucket
    group by 1, 2, 3, 4, 5, 6
)

select
    customers.customer_id_acct,
    customers.customer_name,
    counted.currency_code,
    states.state,
    causes.code as primary_cause,
    unknown_sets.codes as unknown_checks,
    counted.ageing_bucket,
    counted.invoices,
    counted.total_amount,
    counted.amount,
    counted.unknown_invoices,
    counted.unknown_amount,
    counted.freed_invoices,
    counted.freed_amount,
    counted.oldest_days_past_due
from counted
inner join marts.customer_checks as customers
    on counted.customer_key = customers.rowid
inner join ctl.states as states
    on counted.state_code = states.state_code
left join ctl.causes as causes
    on counted.primary_bit = causes.bit
left join marts.cause_sets as unknown_sets
    on counted.unknown = unknown_sets.mask
