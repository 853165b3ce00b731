-- model:   report.cells
-- grain:   currency_code, state, primary_cause, unknown_checks, ageing_bucket
-- reads:   report.customer_cells
-- purpose: the numbers of the report, every invoice counted once and no currency added to another
-- units:   amounts in currency_code; amount and freed_amount are balances, unknown_amount the totals of the invoices
--          without a known balance
-- source:  the run's answers

select
    currency_code,
    state,
    primary_cause,
    unknown_checks,
    ageing_bucket,
    cast(sum(invoices) as bigint) as invoices,
    sum(total_amount) as total_amount,
    sum(amount) as amount,
    cast(sum(unknown_invoices) as bigint) as unknown_invoices,
    sum(unknown_amount) as unknown_amount,
    cast(sum(freed_invoices) as bigint) as freed_invoices,
    sum(freed_amount) as freed_amount,
    max(oldest_days_past_due) as oldest_days_past_due

from report.customer_cells
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, 5
