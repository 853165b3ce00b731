-- model:   report.difference_counts
-- grain:   figure, cause, currency_code
-- kind:    view
-- reads:   marts.amount_differences
-- purpose: how many differences there are between the portal's money and the books
-- units:   amount in currency_code
-- source:  the run's checks

select
    differences.figure,
    differences.cause,
    differences.currency_code,
    count(*) as invoices,
    sum(differences.amount) as amount
from marts.amount_differences as differences
group by differences.figure, differences.cause, differences.currency_code
order by differences.figure, differences.cause, differences.currency_code
