-- model:   report.portal_only_counts
-- grain:   cause, currency_code
-- kind:    view
-- reads:   marts.portal_only_invoices
-- purpose: how many invoices only the portal has, and their money
-- units:   amount in currency_code
-- source:  the run's checks

select
    only_there.cause,
    only_there.currency_code,
    count(*) as invoices,
    sum(only_there.total_amount) as amount
from marts.portal_only_invoices as only_there
group by only_there.cause, only_there.currency_code
order by only_there.cause, only_there.currency_code
