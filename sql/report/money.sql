-- model:   report.money
-- grain:   currency_code
-- kind:    view
-- reads:   accepted.accounting_invoices, report.cells
-- purpose: money in and money out, per currency: totals of the accepted invoices, and of those that the page counts;
--          an invariant demands that they are equal
-- units:   staging_amount and marts_amount in currency_code
-- source:  validation; the run's answers

with accepted as (
    select
        invoices.currency_code,
        sum(invoices.total_amount) as amount
    from accepted.accounting_invoices as invoices
    group by invoices.currency_code
),

counted as (
    select
        cells.currency_code,
        sum(cells.total_amount) as amount
    from report.cells as cells
    group by cells.currency_code
)

select
    coalesce(accepted.currency_code, counted.currency_code) as currency_code,
    accepted.amount as staging_amount,
    counted.amount as marts_amount,
    coalesce(accepted.amount = counted.amount, accepted.amount is null and counted.amount is null) as does_hold
from accepted
full outer join counted
    on accepted.currency_code = counted.currency_code
order by coalesce(accepted.currency_code, counted.currency_code)
