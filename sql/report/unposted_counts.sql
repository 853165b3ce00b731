-- model:   report.unposted_counts
-- grain:   cause, currency_code
-- kind:    view
-- reads:   marts.unposted_invoices
-- purpose: how many ConnectWise invoices the accounting package lacks, and their money
-- units:   amount in currency_code
-- source:  the run's checks

select
    unposted.cause,
    unposted.currency_code,
    count(*) as invoices,
    sum(unposted.missing_amount) as amount
from marts.unposted_invoices as unposted
group by unposted.cause, unposted.currency_code
order by unposted.cause, unposted.currency_code
