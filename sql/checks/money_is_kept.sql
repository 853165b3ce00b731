-- model:   checks.money_is_kept
-- grain:   one row per violation
-- reads:   accepted.accounting_invoices, marts.report_cells
-- purpose: money in is money out, per currency: totals, balances, and the totals of invoices without a known balance, of the
--          accepted invoices against those that the page counts.
-- units:   amounts in currency_code
-- source:  the law that nothing is lost

with staged as (
    select
        invoices.currency_code,
        coalesce(sum(invoices.total_amount), 0) as total_amount,
        coalesce(sum(invoices.balance_amount), 0) as balance_amount,
        coalesce(
            sum(invoices.total_amount) filter (
                where invoices.balance_amount is null
                and coalesce(invoices.document_status, 'unknown') not in ('paid', 'voided', 'deleted')
            ),
            0
        ) as unknown_amount
    from accepted.accounting_invoices as invoices
    group by invoices.currency_code
),

told as (
    select
        answers.currency_code,
        sum(answers.total_amount) as total_amount,
        sum(answers.amount) as balance_amount,
        sum(answers.unknown_amount) as unknown_amount
    from marts.report_cells as answers
    group by answers.currency_code
)

select
    concat(
        coalesce(staged.currency_code, told.currency_code), ': totals of ',
        coalesce(staged.total_amount, 0), ' in staging, ', coalesce(told.total_amount, 0), ' in the answers; ',
        'balances of ',
        coalesce(staged.balance_amount, 0), ' and ', coalesce(told.balance_amount, 0), '; totals without a balance of ',
        coalesce(staged.unknown_amount, 0), ' and ', coalesce(told.unknown_amount, 0)
    ) as violation
from staged
full outer join told
    on staged.currency_code = told.currency_code
where
    staged.total_amount is distinct from told.total_amount
    or staged.balance_amount is distinct from told.balance_amount
    or staged.unknown_amount is distinct from told.unknown_amount
