-- model:   report.cells
-- grain:   currency_code, state, primary_cause, unknown_checks, ageing_bucket
-- reads:   report.customer_cells
-- purpose: the numbers of the report, every invoice counted once and no currency added to another
-- units:   amount and freed_amount in currency_code
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
    cast(sum(freed_invoices) as bigint) as freed_invoices,
    sum(freed_amount) as freed_amount,
    max(oldest_days_past_due) as oldest_days_past_due

from report.customer_cells
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, 5
