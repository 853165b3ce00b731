-- model:   checks.money_is_kept
-- grain:   one row per violation
-- reads:   report.money
-- purpose: money in is money out, per currency: totals, balances, and the totals of invoices without a known balance, of the
--          accepted invoices against those that the page counts.
-- units:   amounts in currency_code
-- source:  the law that nothing is lost

select
    concat(
        money.currency_code, ': totals of ',
        coalesce(money.staging_amount, 0), ' in staging, ', coalesce(money.marts_amount, 0), ' in the answers; ',
        'balances of ',
        coalesce(money.staging_balance, 0), ' and ', coalesce(money.marts_balance, 0), '; totals without a balance of ',
        coalesce(money.staging_unknown, 0), ' and ', coalesce(money.marts_unknown, 0)
    ) as violation
from report.money as money
where not money.does_hold
