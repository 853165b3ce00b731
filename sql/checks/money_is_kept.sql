-- model:   checks.money_is_kept
-- grain:   one row per violation
-- reads:   accepted.accounting_invoices, marts.report_cells
-- purpose: money in is money out, per currency: totals of the accepted invoices against those that the page counts.
-- units:   total_amount in currency_code
-- source:  the law that nothing is lost

with staged as (
    select
        invoices.currency_code,
        sum(invoices.total_amount) as amount
    from accepted.accounting_invoices as invoices
    group by invoices.currency_code
),

told as (
    select
        answers.currency_code,
        sum(answers.total_amount) as amount
    from marts.report_cells as answers
    group by answers.currency_code
)

select
    concat(
        coalesce(staged.currency_code, told.currency_code), ': ',
        coalesce(staged.amount, 0), ' in staging, ', coalesce(told.amount, 0), ' in the answers'
    ) as violation
from staged
full outer join told
    on staged.currency_code = told.currency_code
where staged.amount is distinct from told.amount
