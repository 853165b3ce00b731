-- model:   report.missed_days
-- grain:   created_date
-- kind:    view
-- reads:   marts.missed_invoices
-- purpose: how many missed invoices were created on each day
-- units:   invoices
-- source:  the run's checks

select
    missed.created_at::date as created_date,
    count(*) as invoices
from marts.missed_invoices as missed
where missed.created_at is not null
group by 1
order by 1
