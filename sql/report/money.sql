-- model:   report.money
-- grain:   currency_code
-- kind:    view
-- reads:   accepted.accounting_invoices, report.cells
-- purpose: money in and money out, per currency: totals, balances, and totals of invoices without a known balance, of the
--          accepted invoices, and of those that the page counts; an invariant demands that they are equal
-- units:   amounts in currency_code
-- source:  validation; the run's answers

with accepted as (
    select
        invoices.currency_code,
        coalesce(sum(invoices.total_amount), 0) as amount,
        coalesce(sum(invoices.balance_amount), 0) as balance,
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

counted as (
    select
        cells.currency_code,
        sum(cells.total_amount) as amount,
        sum(cells.amount) as balance,
        sum(cells.unknown_amount) as unknown_amount
    from report.cells as cells
    group by cells.currency_code
)

select
    coalesce(accepted.currency_code, counted.currency_code) as currency_code,
    accepted.amount as staging_amount,
    counted.amount as marts_amount,
    accepted.balance as staging_balance,
    counted.balance as marts_balance,
    accepted.unknown_amount as staging_unknown,
    counted.unknown_amount as marts_unknown,
    coalesce(
        accepted.amount = counted.amount
        and accepted.balance = counted.balance
        and accepted.unknown_amount = counted.unknown_amount,
        false
    ) as does_hold
from accepted
full outer join counted
    on accepted.currency_code = counted.currency_code
order by coalesce(accepted.currency_code, counted.currency_code)
