-- model:   checks.money_is_kept
-- grain:   one row per violation
-- reads:   report.money
-- purpose: money in is money out, per currency: totals of the accepted invoices against those that the page counts.
-- units:   total_amount in currency_code
-- source:  the law that nothing is lost

select
    concat(
        money.currency_code, ': ',
        coalesce(money.staging_amount, 0), ' in staging, ', coalesce(money.marts_amount, 0), ' in the answers'
    ) as violation
from report.money as money
where not money.does_hold
